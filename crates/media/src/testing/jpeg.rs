use image::codecs::jpeg::JpegEncoder;

use super::picture::stored;
use super::profile::padded_profile;
use super::tiff::camera_exif;
use super::{CANARY, display_p3_profile};
use crate::Orientation;

const QUALITY: u8 = 85;
const ICC_PART_BYTES: usize = 60_000;

/// A JPEG of this stored size with all the metadata that cameras and programs leave in one: EXIF with a position
/// and a preview, XMP in both forms, IPTC, provenance, comments, a second picture behind the first; and a Display
/// P3 colour profile. Once it is turned as the orientation says, its quarters have the
/// [`corner_colour`](super::corner_colour)s.
pub fn camera_jpeg(width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    jpeg(width, height, orientation, &display_p3_profile())
}

/// The same with a colour profile of so many bytes, in as many segments as that takes.
pub fn jpeg_with_large_profile(profile_bytes: usize) -> Vec<u8> {
    jpeg(64, 48, Orientation::UPRIGHT, &padded_profile(profile_bytes))
}

fn jpeg(width: u32, height: u32, orientation: Orientation, profile: &[u8]) -> Vec<u8> {
    let plain = encode(width, height, orientation);
    let after_jfif = 2 + 2 + usize::from(u16::from_be_bytes([plain[4], plain[5]]));
    let scan = plain.windows(2).position(|marker| marker == [0xff, 0xda]).expect("every JPEG has a scan");

    let mut jpeg = plain[..after_jfif].to_vec();
    segment(&mut jpeg, 0xe1, &[b"Exif\0\0", &camera_exif(orientation)]);
    segment(&mut jpeg, 0xe0, &[b"JFXX\0\x13\x01\x01", CANARY.as_bytes()]);
    let xmp = format!("<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>");
    segment(&mut jpeg, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()]);
    let whole_at_zero = [be32(xmp.len()), be32(0)].concat();
    let prefix = b"http://ns.adobe.com/xmp/extension/\0";
    segment(&mut jpeg, 0xe1, &[prefix, &[b'0'; 32], &whole_at_zero, xmp.as_bytes()]);
    let parts = profile.chunks(ICC_PART_BYTES);
    let total = u8::try_from(parts.len()).expect("profiles are small");
    for (number, part) in (1..=total).zip(parts) {
        segment(&mut jpeg, 0xe2, &[b"ICC_PROFILE\0", &[number, total], part]);
    }
    segment(&mut jpeg, 0xe2, &[b"MPF\0", CANARY.as_bytes()]);
    segment(&mut jpeg, 0xe4, &[CANARY.as_bytes()]);
    segment(&mut jpeg, 0xeb, &[b"JP\0\x01\0\0\0\x01", CANARY.as_bytes()]);
    segment(&mut jpeg, 0xed, &[b"Photoshop 3.0\x008BIM\x04\x04\0\0", CANARY.as_bytes()]);
    segment(&mut jpeg, 0xee, &[b"Adobe\0\x64\0\0\0\0\x01", CANARY.as_bytes()]);
    segment(&mut jpeg, 0xfe, &[CANARY.as_bytes()]);
    // Padding between segments, which decoders pass over.
    jpeg.extend([0xff, 0xff]);
    jpeg.extend(&plain[after_jfif..scan]);
    segment(&mut jpeg, 0xfe, &[CANARY.as_bytes()]);
    jpeg.extend(&plain[scan..]);
    jpeg.extend(encode(16, 16, Orientation::UPRIGHT));
    jpeg.extend(CANARY.as_bytes());
    jpeg
}

fn encode(width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    let mut bytes = Vec::new();
    stored(width, height, orientation)
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        .expect("a Vec takes everything");
    bytes
}

fn segment(jpeg: &mut Vec<u8>, marker: u8, payload: &[&[u8]]) {
    let payload = payload.concat();
    jpeg.extend([0xff, marker]);
    jpeg.extend(u16::try_from(2 + payload.len()).expect("segments are cut to fit").to_be_bytes());
    jpeg.extend(payload);
}

fn be32(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("test data are small").to_be_bytes()
}
