use std::io::Cursor;

use crate::limits::{LARGE_SIDE_PIXELS, MAX_PIXELS, SMALL_SIDE_PIXELS};
use crate::{Error, Kind, PhotoInfo, inspect, sniff, strip, thumbnails};

/// Asserts what must hold for [`sniff`](crate::sniff), [`inspect`](crate::inspect) and [`strip`](crate::strip),
/// whatever the bytes.
///
/// # Panics
///
/// If it does not hold.
pub fn check_any_bytes(bytes: &[u8]) {
    let sniffed = sniff(bytes);
    assert_ne!(sniffed.mime, "text/html");
    let inspected = inspect(Cursor::new(bytes));
    match &inspected {
        Ok(info) => {
            assert_eq!(sniffed.kind, Kind::Photo(info.format));
            assert!(u64::from(info.width) * u64::from(info.height) <= MAX_PIXELS);
        }
        Err(Error::Refused(_)) => {}
        Err(Error::Io(error)) => panic!("bytes in memory failed to be read: {error}"),
    }

    let mut once = Vec::new();
    let Ok(stripped) = strip(Cursor::new(bytes), &mut once) else {
        assert!(once.is_empty(), "nothing is written of a refused photo");
        return;
    };
    assert_eq!(stripped.bytes, once.len() as u64);
    assert!(inspected.is_ok_and(|inspected| inspected == stripped.info));
    let mut twice = Vec::new();
    let again = strip(Cursor::new(&once), &mut twice).expect("what was stripped can be stripped");
    assert_eq!(once, twice, "and nothing more goes");
    assert_eq!(lasting(&again.info), lasting(&stripped.info));
}

/// Asserts what must hold for [`thumbnails`](crate::thumbnails), whatever the bytes.
///
/// # Panics
///
/// If it does not hold.
pub fn check_thumbnails_of_any_bytes(bytes: &[u8]) {
    let Ok(made) = thumbnails(Cursor::new(bytes)) else { return };
    let info = inspect(Cursor::new(bytes)).expect("what has thumbnails can be inspected");
    assert_eq!((made.width, made.height), info.upright_size());
    assert!(made.thumbhash.len() <= 32);
    for (thumbnail, most) in [(&made.small, SMALL_SIDE_PIXELS), (&made.large, LARGE_SIDE_PIXELS)] {
        assert!(thumbnail.width.max(thumbnail.height) <= most);
        let info = inspect(Cursor::new(&thumbnail.bytes)).expect("a thumbnail is a photo");
        assert_eq!((info.width, info.height), (thumbnail.width, thumbnail.height));
    }
    strip(Cursor::new(bytes), std::io::sink()).expect("what has thumbnails can be stripped");
}

/// What stripping leaves as it is: all but the size of the file, which a decoder may hold.
fn lasting(info: &PhotoInfo) -> PhotoInfo {
    PhotoInfo { decode_bytes: 0, ..info.clone() }
}
