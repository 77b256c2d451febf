//! Writes the photos that fuzzing starts from, a folder for each target:
//! `cargo run -p kith-media --example seeds -- crates/media/fuzz/corpus`

use std::error::Error;
use std::fs;
use std::path::Path;

use kith_media::testing::seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = std::env::args().nth(1).ok_or("usage: seeds FOLDER")?;
    for target in ["strip", "thumbnails"] {
        let folder = Path::new(&corpus).join(target);
        fs::create_dir_all(&folder)?;
        for (name, photo) in seeds() {
            fs::write(folder.join(name), photo)?;
        }
    }
    Ok(())
}
