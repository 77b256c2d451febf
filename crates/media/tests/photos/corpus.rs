//! Replays what fuzzing starts from and what it has found, so that nothing found is lost.

use std::fs;
use std::path::Path;

use kith_media::testing::{check_any_bytes, check_thumbnails_of_any_bytes};

#[test]
fn every_file_of_the_corpus_is_handled() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (target, check) in
        [("strip", check_any_bytes as fn(&[u8])), ("thumbnails", check_thumbnails_of_any_bytes)]
    {
        let files: Vec<_> =
            fs::read_dir(corpus.join(target)).expect("the corpus is in the repository").collect();
        assert!(!files.is_empty(), "{target} has a corpus");
        for file in files {
            check(&fs::read(file.expect("it can be listed").path()).expect("it can be read"));
        }
    }
}
