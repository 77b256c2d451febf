//! What bad photos get, and where each limit lies.

use std::io::Cursor;

use crate::common::{refusal, strip};
use kith_media::limits::{MAX_DECODE_BYTES, MAX_FRAMES, MAX_JPEG_SCANS, MAX_PHOTO_BYTES, MAX_PROFILE_BYTES};
use kith_media::testing::{
    animated_gif, animated_webp, camera_jpeg, camera_png, camera_webp, html_posing_as_photo,
    jpeg_with_large_profile, png_bomb, png_of_size, truncated,
};
use kith_media::{Error, Orientation, PhotoInfo, Refusal, inspect, thumbnails};

fn inspect_bytes(photo: &[u8]) -> Result<PhotoInfo, Error> {
    inspect(Cursor::new(photo))
}

fn plain_jpeg() -> Vec<u8> {
    strip(&camera_jpeg(64, 48, Orientation::UPRIGHT)).expect("a sound photo").1
}

fn position_of(photo: &[u8], bytes: &[u8]) -> usize {
    photo.windows(bytes.len()).position(|window| window == bytes).expect("the photo has it")
}

#[test]
fn what_only_calls_itself_a_photo_is_none() {
    for file in [html_posing_as_photo(), b"", b"\xff\xd8", b"%PDF-1.7", b"\0\0\0\x18ftypheic\0\0\0\0"] {
        assert_eq!(refusal(inspect_bytes(file)), Refusal::NotAPhoto);
        assert_eq!(refusal(strip(file)), Refusal::NotAPhoto);
        assert_eq!(refusal(thumbnails(Cursor::new(file))), Refusal::NotAPhoto);
    }
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let bomb = png_bomb();
    let refused = Refusal::TooManyPixels { width: 30_000, height: 30_000 };
    assert_eq!(refusal(inspect_bytes(&bomb)), refused);
    assert_eq!(refusal(strip(&bomb)), refused);
    assert_eq!(refusal(thumbnails(Cursor::new(&bomb))), refused);
    // The size stands in the first 24 bytes, and no more is needed.
    assert_eq!(refusal(inspect_bytes(&[&bomb[..24], &[0; 17]].concat())), refused);
}

#[test]
fn pixels_are_limited_to_the_last_one() {
    for (width, height) in [(10_000, 5_000), (16_384, 3_000), (3_000, 16_384)] {
        let info = inspect_bytes(&png_of_size(width, height)).expect("within the limits");
        assert_eq!((info.width, info.height), (width, height));
    }
    for (width, height) in [(10_000, 5_001), (16_385, 1), (1, 16_385)] {
        let refused = refusal(inspect_bytes(&png_of_size(width, height)));
        assert_eq!(refused, Refusal::TooManyPixels { width, height });
    }
}

#[test]
fn every_truncated_photo_is_refused() {
    for photo in [
        camera_jpeg(64, 48, Orientation::UPRIGHT),
        camera_png(64, 48, Orientation::UPRIGHT),
        animated_gif(32, 24, 2),
        camera_webp(64, 48, Orientation::UPRIGHT),
        animated_webp(32, 24, 2),
    ] {
        let (_, photo) = strip(&photo).expect("a sound photo");
        assert_eq!(refusal(strip(truncated(&photo))), Refusal::Truncated);
        for len in 0..photo.len() {
            refusal(strip(&photo[..len]));
        }
        assert_eq!(refusal(thumbnails(Cursor::new(truncated(&photo)))), Refusal::Truncated);
    }
}

#[test]
fn pixels_that_are_too_few_for_the_size_are_refused() {
    let lying = png_of_size(4_000, 3_000);
    assert!(inspect_bytes(&lying).is_ok(), "headers do not tell");
    refusal(thumbnails(Cursor::new(&lying)));
}

#[test]
fn a_picture_with_another_size_than_its_container_is_refused() {
    let mut webp = camera_webp(64, 48, Orientation::UPRIGHT);
    webp[24] += 1;
    assert!(matches!(refusal(inspect_bytes(&webp)), Refusal::Corrupt(_)));

    let frame = position_of(&plain_jpeg(), b"\xff\xc0");
    let scan = position_of(&plain_jpeg(), b"\xff\xda");
    let jpeg = plain_jpeg();
    let second_frame = &jpeg[frame..frame + 19];
    let two_frames = [&jpeg[..scan], second_frame, &jpeg[scan..]].concat();
    assert!(matches!(refusal(inspect_bytes(&two_frames)), Refusal::Corrupt(_)));
    let late_frame = [&jpeg[..jpeg.len() - 2], second_frame, &jpeg[jpeg.len() - 2..]].concat();
    assert!(matches!(refusal(strip(&late_frame)), Refusal::Corrupt(_)));
}

#[test]
fn a_png_with_a_wrong_checksum_on_its_pixels_is_refused() {
    let (_, mut png) = strip(&camera_png(64, 48, Orientation::UPRIGHT)).expect("a sound photo");
    let pixels = position_of(&png, b"IDAT");
    png[pixels + 40] ^= 1;
    assert!(matches!(refusal(strip(&png)), Refusal::Corrupt(_)));
}

#[test]
fn kinds_of_jpeg_that_we_do_not_decode_are_refused_as_such() {
    let frame = position_of(&plain_jpeg(), b"\xff\xc0");
    for marker in [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf] {
        let mut jpeg = plain_jpeg();
        jpeg[frame + 1] = marker;
        assert!(matches!(refusal(inspect_bytes(&jpeg)), Refusal::Unsupported(_)), "{marker:#x}");
    }
    let mut twelve_bits = plain_jpeg();
    twelve_bits[frame + 4] = 12;
    assert!(matches!(refusal(inspect_bytes(&twelve_bits)), Refusal::Unsupported(_)));
}

#[test]
fn files_are_limited_to_the_last_byte() {
    let beyond = usize::try_from(MAX_PHOTO_BYTES).expect("it fits") + 1;
    let mut photo = plain_jpeg();
    photo.resize(beyond - 1, 0);
    assert!(strip(&photo).is_ok(), "what follows the end of a photo just goes");
    photo.push(0);
    assert_eq!(refusal(strip(&photo)), Refusal::TooManyBytes { bytes: MAX_PHOTO_BYTES + 1 });
}

#[test]
fn memory_is_limited_before_it_is_taken() {
    let mut progressive = plain_jpeg();
    let frame = position_of(&progressive, b"\xff\xc0");
    progressive[frame + 1] = 0xc2;
    let mut sized = |width: u16, height: u16| {
        progressive[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        progressive[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
        inspect_bytes(&progressive)
    };
    let per_column =
        sized(2, 10_000).expect("small").decode_bytes - sized(1, 10_000).expect("small").decode_bytes;
    let file = sized(1, 10_000).expect("small").decode_bytes - per_column;
    let widest = u16::try_from((MAX_DECODE_BYTES - file) / per_column).expect("a width");

    let info = sized(widest, 10_000).expect("at the limit");
    assert!(info.decode_bytes > MAX_DECODE_BYTES - per_column);
    assert!(matches!(refusal(sized(widest + 1, 10_000)), Refusal::TooMuchMemory { .. }));
}

#[test]
fn frames_are_limited_to_the_last_one() {
    for animation in [animated_gif, animated_webp] {
        let info = inspect_bytes(&animation(2, 2, MAX_FRAMES)).expect("at the limit");
        assert_eq!(info.frames, MAX_FRAMES);
        let refused = refusal(inspect_bytes(&animation(2, 2, MAX_FRAMES + 1)));
        assert_eq!(refused, Refusal::TooMany("frames"));
    }
}

#[test]
fn scans_are_limited_to_the_last_one() {
    let jpeg = plain_jpeg();
    let (head, scan) = jpeg[..jpeg.len() - 2].split_at(position_of(&jpeg, b"\xff\xda"));
    let with_scans = |count: u32| [head, &scan.repeat(count as usize), b"\xff\xd9"].concat();
    assert!(strip(&with_scans(MAX_JPEG_SCANS)).is_ok());
    assert_eq!(refusal(strip(&with_scans(MAX_JPEG_SCANS + 1))), Refusal::TooMany("scans"));
}

#[test]
fn colour_profiles_are_limited_to_the_last_byte() {
    assert!(strip(&jpeg_with_large_profile(MAX_PROFILE_BYTES)).is_ok());
    let refused = refusal(strip(&jpeg_with_large_profile(MAX_PROFILE_BYTES + 1)));
    assert_eq!(refused, Refusal::TooMany("bytes in its colour profile"));
}

#[test]
fn a_photo_in_countless_pieces_is_refused() {
    let jpeg = plain_jpeg();
    let table = b"\xff\xdd\0\x04\0\0";
    let comment = b"\xff\xfe\0\x02";
    let pieces = [&table[..], comment].concat().repeat(kith_media::limits::MAX_PIECES);
    let photo = [&jpeg[..2], &pieces, &jpeg[2..]].concat();
    assert_eq!(refusal(strip(&photo)), Refusal::TooMany("pieces"));
}

#[test]
fn a_failing_disk_is_no_fault_of_the_photo() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let result = kith_media::strip(Cursor::new(plain_jpeg()), Full);
    assert!(matches!(result, Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::StorageFull));
}
