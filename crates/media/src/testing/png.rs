use image::codecs::png::PngEncoder;
use image::{DynamicImage, Rgba};

use super::picture::{stored, upright};
use super::tiff::camera_exif;
use super::{CANARY, display_p3_profile};
use crate::Orientation;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const HEADER_BYTES: usize = SIGNATURE.len() + 12 + 13;

/// A PNG of this stored size with texts of every kind, EXIF, times, a private chunk, a Display P3 colour profile
/// under a telling name, and words behind its end. Its quarters have the [`corner_colour`](super::corner_colour)s.
pub fn camera_png(width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    let plain = encode(&stored(width, height, orientation));
    let profile = miniz_oxide::deflate::compress_to_vec_zlib(&display_p3_profile(), 6);
    // Stored without compression, so that the words can be looked for.
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(CANARY.as_bytes(), 0);

    let mut png = plain[..HEADER_BYTES].to_vec();
    chunk(&mut png, b"iCCP", &[CANARY.as_bytes(), b"\0\0", &profile]);
    chunk(&mut png, b"tEXt", &[b"Comment\0", CANARY.as_bytes()]);
    chunk(&mut png, b"zTXt", &[b"Comment\0\0", &packed]);
    chunk(&mut png, b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", CANARY.as_bytes()]);
    chunk(&mut png, b"tIME", &[&[7, 234, 11, 22, 12, 0, 0]]);
    chunk(&mut png, b"caBX", &[CANARY.as_bytes()]);
    chunk(&mut png, b"gAMA", &[CANARY.as_bytes()]);
    png.extend(&plain[HEADER_BYTES..plain.len() - 12]);
    chunk(&mut png, b"eXIf", &[&camera_exif(orientation)]);
    chunk(&mut png, b"tEXt", &[b"Comment\0", CANARY.as_bytes()]);
    chunk(&mut png, b"IEND", &[]);
    png.extend(CANARY.as_bytes());
    png
}

/// A PNG whose left half is fully transparent.
pub fn transparent_png(width: u32, height: u32) -> Vec<u8> {
    let mut picture = upright(width, height).into_rgba8();
    for (x, _, Rgba([.., alpha])) in picture.enumerate_pixels_mut() {
        *alpha = if x < width / 2 { 0 } else { 255 };
    }
    encode(&picture.into())
}

/// A small file that claims 30,000 by 30,000 pixels.
pub fn png_bomb() -> Vec<u8> {
    png_of_size(30_000, 30_000)
}

/// A small file that claims any size; its pixels are too few.
pub fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, b"IHDR", &[&width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]]);
    chunk(&mut png, b"IDAT", &[&miniz_oxide::deflate::compress_to_vec_zlib(&[0; 100_000], 6)]);
    chunk(&mut png, b"IEND", &[]);
    png
}

fn encode(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut bytes)).expect("a Vec takes everything");
    bytes
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[&[u8]]) {
    let data = data.concat();
    png.extend(u32::try_from(data.len()).expect("test data are small").to_be_bytes());
    png.extend(kind);
    png.extend(&data);
    png.extend(crc32fast::hash(&[kind.as_slice(), &data].concat()).to_be_bytes());
}
