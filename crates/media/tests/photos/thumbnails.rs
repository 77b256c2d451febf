//! How photos look when they are small.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder};
use kith_media::limits::{LARGE_SIDE_PIXELS, MAX_THUMBNAIL_PROFILE_BYTES, SMALL_SIDE_PIXELS};
use kith_media::testing::{
    Corner, animated_gif, animated_webp, camera_jpeg, camera_png, camera_webp, canaries_in, corner_colour,
    display_p3_profile, jpeg_with_large_profile, transparent_png,
};
use kith_media::{Orientation, Thumbnail, Thumbnails, strip, thumbnails};

fn thumbnails_of(photo: &[u8]) -> Thumbnails {
    thumbnails(Cursor::new(photo)).expect("a sound photo")
}

fn decode(thumbnail: &Thumbnail) -> DynamicImage {
    let decoder = WebPDecoder::new(Cursor::new(&thumbnail.bytes)).expect("thumbnails are WebP");
    assert_eq!(decoder.dimensions(), (thumbnail.width, thumbnail.height));
    DynamicImage::from_decoder(decoder).expect("thumbnails decode")
}

fn assert_upright(picture: &DynamicImage, context: &str) {
    let picture = picture.to_rgb8();
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    for (corner, x, y) in [
        (Corner::TopLeft, right / 8, bottom / 8),
        (Corner::TopRight, right - right / 8, bottom / 8),
        (Corner::BottomLeft, right / 8, bottom - bottom / 8),
        (Corner::BottomRight, right - right / 8, bottom - bottom / 8),
    ] {
        let found = picture.get_pixel(x, y).0;
        let near = found.iter().zip(corner_colour(corner)).all(|(found, wanted)| found.abs_diff(wanted) < 45);
        assert!(near, "{context}: {corner:?} is {found:?}");
    }
}

#[test]
fn all_eight_orientations_come_out_upright() {
    for orientation in Orientation::all() {
        for (name, photo) in [
            ("jpeg", camera_jpeg(640, 400, orientation)),
            ("png", camera_png(640, 400, orientation)),
            ("webp", camera_webp(640, 400, orientation)),
        ] {
            let thumbnails = thumbnails_of(&photo);
            let context = format!("{name} {orientation:?}");
            let size = if orientation.swaps_sides() { (400, 640) } else { (640, 400) };
            assert_eq!((thumbnails.width, thumbnails.height), size, "{context}");
            assert_eq!((thumbnails.large.width, thumbnails.large.height), size, "{context}");
            assert_upright(&decode(&thumbnails.large), &context);
            assert_upright(&decode(&thumbnails.small), &context);
        }
    }
}

#[test]
fn a_stripped_photo_has_the_same_thumbnails() {
    for orientation in Orientation::all() {
        let photo = camera_jpeg(640, 400, orientation);
        let mut stripped = Vec::new();
        strip(Cursor::new(&photo), &mut stripped).expect("a sound photo");
        assert!(thumbnails_of(&photo) == thumbnails_of(&stripped));
    }
}

#[test]
fn large_photos_shrink_to_the_sides_and_small_ones_stay() {
    for ((width, height), large, small) in [
        ((1600, 1200), (1280, 960), (320, 240)),
        ((LARGE_SIDE_PIXELS, 20), (1280, 20), (320, 5)),
        ((LARGE_SIDE_PIXELS + 1, 20), (1280, 20), (320, 5)),
        ((SMALL_SIDE_PIXELS, 100), (320, 100), (320, 100)),
        ((SMALL_SIDE_PIXELS + 1, 100), (321, 100), (320, 100)),
        ((9, 7), (9, 7), (9, 7)),
        ((1, 1), (1, 1), (1, 1)),
        ((5000, 1), (1280, 1), (320, 1)),
        ((1, 5000), (1, 1280), (1, 320)),
    ] {
        let thumbnails = thumbnails_of(&camera_png(width, height, Orientation::UPRIGHT));
        assert_eq!((thumbnails.large.width, thumbnails.large.height), large, "of {width} by {height}");
        assert_eq!((thumbnails.small.width, thumbnails.small.height), small, "of {width} by {height}");
    }
}

#[test]
fn thumbnails_carry_no_metadata() {
    for photo in [
        camera_jpeg(640, 400, Orientation::UPRIGHT),
        camera_png(640, 400, Orientation::UPRIGHT),
        camera_webp(640, 400, Orientation::UPRIGHT),
        animated_gif(640, 400, 2),
    ] {
        let thumbnails = thumbnails_of(&photo);
        assert_eq!(canaries_in(&thumbnails.large.bytes) + canaries_in(&thumbnails.small.bytes), 0);
    }
}

#[test]
fn an_animation_is_shown_by_its_first_frame() {
    for photo in [animated_gif(200, 120, 3), animated_webp(200, 120, 3)] {
        assert_upright(&decode(&thumbnails_of(&photo).large), "first frame");
    }
}

#[test]
fn transparency_stays_and_lends_no_colour_to_what_is_opaque() {
    let thumbnails = thumbnails_of(&transparent_png(2000, 1000));
    for thumbnail in [&thumbnails.small, &thumbnails.large] {
        let picture = decode(thumbnail).to_rgba8();
        let (right, middle) = (picture.width() - 1, picture.height() / 2);
        assert_eq!(picture.get_pixel(0, middle).0[3], 0);
        assert_eq!(picture.get_pixel(right, middle).0[3], 255);
    }
}

#[test]
fn a_wide_colour_profile_goes_along() {
    for photo in [camera_jpeg(640, 400, Orientation::UPRIGHT), camera_png(640, 400, Orientation::UPRIGHT)] {
        let thumbnails = thumbnails_of(&photo);
        assert_eq!(profile_of(&thumbnails.small), Some(display_p3_profile()));
        assert_eq!(profile_of(&thumbnails.large), Some(display_p3_profile()));
    }
    let transparent = thumbnails_of(&transparent_png(640, 400));
    assert_eq!(profile_of(&transparent.large), None);
}

#[test]
fn a_colour_profile_larger_than_a_thumbnail_should_be_does_not_go_along() {
    let edge = thumbnails_of(&jpeg_with_large_profile(MAX_THUMBNAIL_PROFILE_BYTES));
    assert_eq!(profile_of(&edge.small).map(|profile| profile.len()), Some(MAX_THUMBNAIL_PROFILE_BYTES));
    let beyond = thumbnails_of(&jpeg_with_large_profile(MAX_THUMBNAIL_PROFILE_BYTES + 1));
    assert_eq!(profile_of(&beyond.small), None);
}

#[test]
fn the_thumbhash_has_the_average_colour_and_proportions() {
    let thumbnails = thumbnails_of(&camera_jpeg(640, 400, Orientation::UPRIGHT));
    assert!((16..=32).contains(&thumbnails.thumbhash.len()));
    let (r, g, b, _) = thumbhash::thumb_hash_to_average_rgba(&thumbnails.thumbhash).expect("it is one");
    for (found, wanted) in [r, g, b].into_iter().zip([0.54, 0.53, 0.48]) {
        assert!((found - wanted).abs() < 0.06, "{r} {g} {b}");
    }
    let ratio = thumbhash::thumb_hash_to_approximate_aspect_ratio(&thumbnails.thumbhash).expect("it is one");
    assert!((ratio - 1.6).abs() < 0.3, "{ratio}");
}

fn profile_of(thumbnail: &Thumbnail) -> Option<Vec<u8>> {
    let mut decoder = WebPDecoder::new(Cursor::new(&thumbnail.bytes)).expect("thumbnails are WebP");
    decoder.icc_profile().expect("it can be read")
}
