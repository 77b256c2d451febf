//! Writes a JPEG as a telephone makes it, GPS position and all:
//! `cargo run -p kith-media --example photo -- out.jpg [--megapixels 12]`

use std::error::Error;
use std::fs;

use kith_media::Orientation;
use kith_media::testing::camera_jpeg;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, megapixels) = match arguments.as_slice() {
        [path] => (path, 12.0),
        [path, option, megapixels] if option == "--megapixels" => (path, megapixels.parse()?),
        _ => return Err("usage: photo OUT.jpg [--megapixels NUMBER]".into()),
    };
    let (width, height) = four_to_three(megapixels)?;
    // Stored lying on its side, as telephones held upright do it.
    let orientation = Orientation::from_exif(6).expect("six is an orientation");
    fs::write(path, camera_jpeg(width, height, orientation))?;
    println!("{path}: {width} by {height} pixels");
    Ok(())
}

fn four_to_three(megapixels: f64) -> Result<(u32, u32), Box<dyn Error>> {
    if !(0.01..=100.0).contains(&megapixels) {
        return Err("megapixels must lie between 0.01 and 100".into());
    }
    let unit = (megapixels * 1e6 / 12.0).sqrt().round() as u32;
    Ok((4 * unit, 3 * unit))
}
