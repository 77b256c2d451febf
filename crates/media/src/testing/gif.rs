use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, imageops};

use super::picture::upright;
use super::{CANARY, display_p3_profile};

const SCREEN_BYTES: usize = 13;

/// An endless animation of so many frames with comments, XMP, a text nobody draws, a Display P3 colour profile, and
/// words behind its end. The quarters of its first frame have the [`corner_colour`](super::corner_colour)s; each
/// further frame is darker.
pub fn animated_gif(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let plain = encode(width, height, frames);
    let flags = plain[10];
    let colours = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let after_screen = SCREEN_BYTES + colours;

    let mut gif = plain[..after_screen].to_vec();
    gif.extend(b"\x21\xff\x0bXMP DataXMP");
    sub_blocks(&mut gif, CANARY.as_bytes());
    gif.extend(b"\x21\xff\x0bICCRGBG1012");
    sub_blocks(&mut gif, &display_p3_profile());
    gif.extend(b"\x21\xfe");
    sub_blocks(&mut gif, CANARY.as_bytes());
    gif.extend(b"\x21\xf9\x04\0\0\0\0\0\x21\x01\x0c\0\0\0\0\0\0\0\0\x08\x08\0\0");
    sub_blocks(&mut gif, CANARY.as_bytes());
    gif.extend(&plain[after_screen..plain.len() - 1]);
    gif.extend(b"\x21\xfe");
    sub_blocks(&mut gif, CANARY.as_bytes());
    gif.push(0x3b);
    gif.extend(CANARY.as_bytes());
    gif
}

fn encode(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let first = upright(width, height).into_rgba8();
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    encoder.set_repeat(Repeat::Infinite).expect("a Vec takes everything");
    for number in 0..frames {
        let darker = imageops::brighten(&first, -20 * number.min(10).cast_signed());
        let frame = Frame::from_parts(darker, 0, 0, Delay::from_numer_denom_ms(100, 1));
        encoder.encode_frame(frame).expect("a Vec takes everything");
    }
    drop(encoder);
    bytes
}

fn sub_blocks(gif: &mut Vec<u8>, data: &[u8]) {
    for part in data.chunks(255) {
        gif.push(u8::try_from(part.len()).expect("chunks are cut to 255"));
        gif.extend(part);
    }
    gif.push(0);
}
