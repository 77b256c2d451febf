use super::picture::{stored, upright};
use super::tiff::camera_exif;
use super::{CANARY, display_p3_profile};
use crate::Orientation;

const QUALITY: f32 = 80.0;

/// A WebP of this stored size with EXIF, XMP, a chunk nobody knows, a Display P3 colour profile, and words behind
/// its end. Its quarters have the [`corner_colour`](super::corner_colour)s.
pub fn camera_webp(width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    let mut body = Vec::new();
    chunk(&mut body, b"VP8X", &[&[0x2c, 0, 0, 0], &canvas(width, height)]);
    chunk(&mut body, b"ICCP", &[&display_p3_profile()]);
    chunk(&mut body, b"kith", &[CANARY.as_bytes()]);
    body.extend(picture_chunk(&stored(width, height, orientation).into_rgb8()));
    chunk(&mut body, b"EXIF", &[&camera_exif(orientation)]);
    chunk(&mut body, b"XMP ", &[CANARY.as_bytes()]);
    riff(&body)
}

/// An animation of so many frames with the same, and a chunk nobody knows within each frame. Each further frame is
/// darker.
pub fn animated_webp(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let first = upright(width, height);
    let mut body = Vec::new();
    chunk(&mut body, b"VP8X", &[&[0x0e, 0, 0, 0], &canvas(width, height)]);
    chunk(&mut body, b"ANIM", &[&[0; 6]]);
    for number in 0..frames {
        let picture = picture_chunk(&first.brighten(-20 * number.min(10).cast_signed()).into_rgb8());
        let mut hidden = Vec::new();
        chunk(&mut hidden, b"kith", &[CANARY.as_bytes()]);
        let size = canvas(width, height);
        chunk(&mut body, b"ANMF", &[&[0; 6], &size, &[100, 0, 0, 0], &picture, &hidden]);
    }
    chunk(&mut body, b"EXIF", &[&camera_exif(Orientation::UPRIGHT)]);
    chunk(&mut body, b"XMP ", &[CANARY.as_bytes()]);
    riff(&body)
}

/// The lossy picture chunk that libwebp makes, out of its container.
fn picture_chunk(picture: &image::RgbImage) -> Vec<u8> {
    webp::Encoder::from_rgb(picture, picture.width(), picture.height()).encode(QUALITY)[12..].to_vec()
}

fn canvas(width: u32, height: u32) -> [u8; 6] {
    let [w0, w1, w2, _] = (width - 1).to_le_bytes();
    let [h0, h1, h2, _] = (height - 1).to_le_bytes();
    [w0, w1, w2, h0, h1, h2]
}

fn riff(body: &[u8]) -> Vec<u8> {
    let mut riff = Vec::new();
    chunk(&mut riff, b"RIFF", &[b"WEBP", body]);
    riff.extend(CANARY.as_bytes());
    riff
}

fn chunk(webp: &mut Vec<u8>, kind: &[u8; 4], data: &[&[u8]]) {
    let data = data.concat();
    webp.extend(kind);
    webp.extend(u32::try_from(data.len()).expect("test data are small").to_le_bytes());
    webp.extend(&data);
    webp.resize(webp.len().next_multiple_of(2), 0);
}
