//! What is gone after stripping, and what is not.

use std::io::Cursor;

use crate::common::{frames, strip};
use image::ImageDecoder;
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use kith_media::testing::{
    CANARY, animated_gif, animated_webp, camera_jpeg, camera_png, camera_webp, canaries_in,
    display_p3_profile, jpeg_with_large_profile, transparent_png,
};
use kith_media::{Orientation, PhotoFormat, inspect};

const SIDEWAYS: u16 = 6;

fn sideways() -> Orientation {
    Orientation::from_exif(SIDEWAYS).expect("six is an orientation")
}

/// Every photo that the generators make, with the number of places that hold metadata.
fn camera_photos() -> [(PhotoFormat, Vec<u8>, usize); 6] {
    [
        (PhotoFormat::Jpeg, camera_jpeg(200, 120, sideways()), 12),
        (PhotoFormat::Png, camera_png(200, 120, sideways()), 9),
        (PhotoFormat::Png, transparent_png(64, 64), 0),
        (PhotoFormat::Gif, animated_gif(60, 40, 3), 5),
        (PhotoFormat::WebP, camera_webp(200, 120, sideways()), 4),
        (PhotoFormat::WebP, animated_webp(60, 40, 3), 6),
    ]
}

#[test]
fn no_metadata_survives() {
    for (format, photo, places) in camera_photos() {
        assert_eq!(canaries_in(&photo), places, "{format:?} before");
        let (_, stripped) = strip(&photo).expect("a sound photo");
        assert_eq!(canaries_in(&stripped), 0, "{format:?} after");
    }
}

#[test]
fn every_pixel_of_every_frame_stays() {
    for (format, photo, _) in camera_photos() {
        let (_, stripped) = strip(&photo).expect("a sound photo");
        let before = frames(&photo, format).expect("the original decodes");
        let after = frames(&stripped, format).expect("the stripped one decodes");
        assert!(before == after, "{format:?} looks different");
    }
}

#[test]
fn what_is_known_of_a_photo_is_true_of_the_stripped_one() {
    for (format, photo, _) in camera_photos() {
        let (reported, stripped) = strip(&photo).expect("a sound photo");
        let found = inspect(Cursor::new(&stripped)).expect("the stripped one is sound");
        assert_eq!(reported.info.format, format);
        assert_eq!(
            (found.format, found.width, found.height, found.orientation, found.frames),
            (
                reported.info.format,
                reported.info.width,
                reported.info.height,
                reported.info.orientation,
                reported.info.frames
            )
        );
    }
}

#[test]
fn stripping_twice_changes_nothing_more() {
    for (format, photo, _) in camera_photos() {
        let (_, once) = strip(&photo).expect("a sound photo");
        let (_, twice) = strip(&once).expect("the stripped one is sound");
        assert!(once == twice, "{format:?}");
    }
}

#[test]
fn an_orientation_stays_as_the_only_tag_and_only_if_it_turns() {
    for orientation in Orientation::all() {
        for photo in [
            camera_jpeg(64, 48, orientation),
            camera_png(64, 48, orientation),
            camera_webp(64, 48, orientation),
        ] {
            let (reported, stripped) = strip(&photo).expect("a sound photo");
            assert_eq!(reported.info.orientation, orientation);
            assert_eq!(inspect(Cursor::new(&stripped)).expect("sound").orientation, orientation);
            let exif = exif_of(&stripped, reported.info.format);
            if orientation == Orientation::UPRIGHT {
                assert_eq!(exif, None);
            } else {
                let exif = exif.expect("a turned photo says so");
                assert_eq!(exif.len(), 26, "one directory with one entry");
                assert_eq!(exif[8..12], [0, 1, 1, 0x12], "whose tag is the orientation");
            }
        }
    }
}

#[test]
fn the_colour_profile_stays() {
    for (format, photo, _) in camera_photos() {
        if [animated_webp(60, 40, 3), transparent_png(64, 64), animated_gif(60, 40, 3)].contains(&photo) {
            continue;
        }
        let (_, stripped) = strip(&photo).expect("a sound photo");
        assert_eq!(profile_of(&stripped, format), Some(display_p3_profile()), "{format:?}");
    }
    let (_, gif) = strip(&animated_gif(60, 40, 3)).expect("a sound photo");
    assert!(gif.windows(11).any(|window| window == b"ICCRGBG1012"));
}

#[test]
fn a_colour_profile_of_many_segments_stays_whole() {
    let photo = jpeg_with_large_profile(300_000);
    let before = profile_of(&photo, PhotoFormat::Jpeg).expect("it has one");
    assert_eq!(before.len(), 300_000);
    let (_, stripped) = strip(&photo).expect("a sound photo");
    assert!(profile_of(&stripped, PhotoFormat::Jpeg) == Some(before));
}

#[test]
fn words_that_pose_as_a_colour_profile_go() {
    let mut photo = camera_jpeg(64, 48, Orientation::UPRIGHT);
    let signature = photo.windows(4).position(|window| window == b"acsp").expect("it has a profile");
    photo[signature..signature + 4].copy_from_slice(b"gone");
    let (_, stripped) = strip(&photo).expect("the photo itself is sound");
    assert_eq!(profile_of(&stripped, PhotoFormat::Jpeg), None);
}

#[test]
fn no_application_segment_or_comment_survives_anywhere_in_a_jpeg() {
    let (_, plain) = strip(&camera_jpeg(64, 48, Orientation::UPRIGHT)).expect("a sound photo");
    let scan = plain.windows(2).position(|window| window == [0xff, 0xda]).expect("it has a scan");
    let places = [2, scan, plain.len() - 2];
    for marker in 0xe0..=0xfe {
        for place in places {
            let mut segment = vec![0xff, marker, 0, 2 + u8::try_from(CANARY.len()).expect("it is short")];
            segment.extend(CANARY.as_bytes());
            let photo = [&plain[..place], &segment, &plain[place..]].concat();
            let (_, stripped) = strip(&photo).expect("still a sound photo");
            assert!(stripped == plain, "segment {marker:#x} at {place} left something");
        }
    }
}

#[test]
fn stray_bytes_between_the_segments_of_a_jpeg_go() {
    let (_, plain) = strip(&camera_jpeg(64, 48, Orientation::UPRIGHT)).expect("a sound photo");
    let scan = plain.windows(2).position(|window| window == [0xff, 0xda]).expect("it has a scan");
    for place in [20, scan] {
        let photo = [&plain[..place], CANARY.as_bytes(), &plain[place..]].concat();
        let (_, stripped) = strip(&photo).expect("lenient decoders show it");
        assert!(stripped == plain, "stray bytes at {place} left something");
    }
}

#[test]
fn an_animation_still_loops_at_its_pace() {
    let (_, stripped) = strip(&animated_gif(60, 40, 3)).expect("a sound photo");
    assert!(stripped.windows(16).any(|window| window == b"NETSCAPE2.0\x03\x01\0\0\0"));
    let controls = stripped.windows(3).filter(|window| window == b"\x21\xf9\x04").count();
    assert_eq!(controls, 3, "one for each frame, none for the text that went");
}

fn exif_of(photo: &[u8], format: PhotoFormat) -> Option<Vec<u8>> {
    let input = Cursor::new(photo);
    match format {
        PhotoFormat::Jpeg => JpegDecoder::new(input).expect("it decodes").exif_metadata(),
        PhotoFormat::Png => PngDecoder::new(input).expect("it decodes").exif_metadata(),
        PhotoFormat::WebP => WebPDecoder::new(input).expect("it decodes").exif_metadata(),
        PhotoFormat::Gif => Ok(None),
    }
    .expect("it can be read")
}

fn profile_of(photo: &[u8], format: PhotoFormat) -> Option<Vec<u8>> {
    let input = Cursor::new(photo);
    match format {
        PhotoFormat::Jpeg => JpegDecoder::new(input).expect("it decodes").icc_profile(),
        PhotoFormat::Png => PngDecoder::new(input).expect("it decodes").icc_profile(),
        PhotoFormat::WebP => WebPDecoder::new(input).expect("it decodes").icc_profile(),
        PhotoFormat::Gif => Ok(None),
    }
    .expect("it can be read")
}
