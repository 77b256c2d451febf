//! Photos for tests: like those that cameras make, and like those that nobody should send. The same arguments
//! always give the same bytes.
//!
//! Every place for metadata that a format has holds [`CANARY`], so that a test can tell whether any got through.

mod check;
mod gif;
mod jpeg;
mod picture;
mod png;
mod profile;
mod tiff;
mod webp;

pub use check::{check_any_bytes, check_thumbnails_of_any_bytes};
pub use gif::animated_gif;
pub use jpeg::{camera_jpeg, jpeg_with_large_profile};
pub use picture::{Corner, corner_colour};
pub use png::{camera_png, png_bomb, png_of_size, transparent_png};
pub use profile::{display_p3_profile, srgb_profile};
pub use webp::{animated_webp, camera_webp};

use crate::Orientation;

/// The words in every piece of metadata.
pub const CANARY: &str = "KITH-CANARY-48.8584N-2.2945E";

/// Width and height of a common camera's photos.
pub const TWELVE_MEGAPIXELS: (u32, u32) = (4_000, 3_000);

/// How often [`CANARY`] stands in a file.
pub fn canaries_in(bytes: &[u8]) -> usize {
    bytes.windows(CANARY.len()).filter(|window| *window == CANARY.as_bytes()).count()
}

/// A file that was cut off after three quarters.
pub fn truncated(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len() / 4 * 3]
}

/// A web page, as somebody would name `holiday.jpg` to have it run.
pub fn html_posing_as_photo() -> &'static [u8] {
    b"<!DOCTYPE html><title>holiday.jpg</title><script>alert(document.cookie)</script>"
}

/// A small photo of every kind, by name: where fuzzing starts and what property tests change.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let sideways = Orientation::from_exif(6).expect("six is an orientation");
    vec![
        ("camera.jpg", camera_jpeg(24, 16, sideways)),
        ("camera.png", camera_png(24, 16, sideways)),
        ("transparent.png", transparent_png(16, 16)),
        ("bomb.png", png_bomb()),
        ("animated.gif", animated_gif(16, 12, 3)),
        ("camera.webp", camera_webp(24, 16, sideways)),
        ("animated.webp", animated_webp(16, 12, 3)),
    ]
}
