//! What holds for any bytes: for noise, and for sound photos in which something was changed.

use std::io::Cursor;

use kith_media::testing::{check_any_bytes, check_thumbnails_of_any_bytes, seeds};
use kith_media::{Kind, sniff};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::common::{frames, strip};

/// A change to a photo, at places given as shares of its length.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

impl Change {
    fn apply(&self, photo: &mut Vec<u8>) {
        if photo.is_empty() {
            return;
        }
        let len = photo.len();
        let until = |at: usize, count: usize| (at + count).min(len);
        match self {
            Self::Set(at, byte) => photo[at.index(len)] = *byte,
            Self::Insert(at, bytes) => {
                let at = at.index(len);
                photo.splice(at..at, bytes.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(len);
                photo.drain(at..until(at, *count));
            }
            Self::Repeat(at, count) => {
                let at = at.index(len);
                let repeated = photo[at..until(at, *count)].to_vec();
                photo.splice(at..at, repeated);
            }
            Self::Cut(at) => photo.truncate(at.index(len)),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..32)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        2 => (any::<Index>(), 1..64_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (any::<Index>(), 1..256_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        1 => any::<Index>().prop_map(Change::Cut),
    ]
}

fn changed_photo() -> impl Strategy<Value = Vec<u8>> {
    let photos: Vec<Vec<u8>> = seeds().into_iter().map(|(_, photo)| photo).collect();
    (select(photos), prop::collection::vec(change(), 1..6)).prop_map(|(mut photo, changes)| {
        changes.iter().for_each(|change| change.apply(&mut photo));
        photo
    })
}

/// Noise behind a head that gets it past [`sniff`].
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let heads =
        [&b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"GIF89a", b"RIFF\xf0\0\0\0WEBP"];
    let bytes = prop::collection::vec(any::<u8>(), 0..512);
    (select(heads.to_vec()), bytes).prop_map(|(head, bytes)| [head, &bytes].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn noise_harms_nothing(bytes in noise()) {
        check_any_bytes(&bytes);
    }

    #[test]
    fn a_changed_photo_is_stripped_whole_or_refused(photo in changed_photo()) {
        check_any_bytes(&photo);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_photo_has_thumbnails_or_is_refused(photo in changed_photo()) {
        check_thumbnails_of_any_bytes(&photo);
    }

    #[test]
    fn a_changed_photo_that_is_stripped_looks_as_before(photo in changed_photo()) {
        let small = kith_media::inspect(Cursor::new(&photo)).is_ok_and(|info| info.decode_bytes < 10_000_000);
        let (Kind::Photo(format), true, Ok((_, stripped))) = (sniff(&photo).kind, small, strip(&photo)) else {
            return Ok(());
        };
        if let (Ok(before), Ok(after)) = (frames(&photo, format), frames(&stripped, format)) {
            prop_assert!(before == after);
        }
    }
}
