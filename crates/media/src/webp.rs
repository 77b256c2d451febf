//! WebP: a RIFF container with one picture, or with a list of frames.

use std::io::{Cursor, Read, Seek};

use crate::icc::Profile;
use crate::inspect::{Header, PhotoFormat, PhotoInfo, checked_pixels};
use crate::limits::{MAX_FRAMES, MAX_PROFILE_BYTES};
use crate::plan::Plan;
use crate::source::Source;
use crate::{Error, Orientation, Refusal, exif};

const HAS_PROFILE: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const IS_ANIMATED: u8 = 0x02;

/// EXIF data longer than this is not looked into; its first directory stands at the front.
const MAX_EXIF_BYTES: u64 = 64 * 1024;

/// What stands in a frame before its chunks: place, size, duration, flags.
const FRAME_HEADER_BYTES: u64 = 16;

pub(crate) fn header<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, Error> {
    let container = Container::walk(source)?;
    let canvas = container.canvas;
    // A lossless picture is decoded with alpha and then copied without; an animation's frame is decoded the same way
    // and then drawn onto the canvas. Beside it the decoder holds the compressed bytes.
    let bytes_per_pixel = if canvas.is(IS_ANIMATED) { 12 } else { 7 };
    let info = PhotoInfo {
        format: PhotoFormat::WebP,
        width: canvas.width,
        height: canvas.height,
        orientation: container.orientation.unwrap_or(Orientation::UPRIGHT),
        frames: container.frames,
        decode_bytes: canvas.pixels * bytes_per_pixel + source.len(),
    };
    Ok(Header { info, profile: container.profile })
}

/// Keeps the pictures; the container around them is written afresh.
pub(crate) fn plan<R: Read + Seek>(source: &mut Source<R>) -> Result<Plan, Error> {
    Container::walk(source)?.plan()
}

/// Puts a colour profile into a WebP of ours.
pub(crate) fn with_profile(encoded: &[u8], profile: Profile) -> Result<Vec<u8>, Error> {
    let mut source = Source::new(Cursor::new(encoded))?;
    let mut container = Container::walk(&mut source)?;
    container.canvas.extended = true;
    container.profile = Some(profile);
    let mut output = Vec::new();
    container.plan()?.carry_out(&mut source, &mut output)?;
    Ok(output)
}

/// What a WebP holds that matters.
struct Container {
    canvas: Canvas,
    frames: u32,
    orientation: Option<Orientation>,
    profile: Option<Profile>,
    /// The chunks that draw.
    pictures: Plan,
}

impl Container {
    fn walk<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        let [b'R', b'I', b'F', b'F', l0, l1, l2, l3, b'W', b'E', b'B', b'P'] = source.array()? else {
            return Err(Refusal::NotAPhoto.into());
        };
        let end = 8 + u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        if end > source.len() {
            return Err(Refusal::Truncated.into());
        }
        let first = Chunk::next(source, end)?;
        let canvas = Canvas::read(source, &first)?;
        let mut container =
            Self { canvas, frames: 0, orientation: None, profile: None, pictures: Plan::default() };
        if canvas.extended {
            while source.position() < end {
                let chunk = Chunk::next(source, end)?;
                container.take(source, &chunk)?;
                source.seek_to(chunk.padded_end().min(end))?;
            }
        } else {
            container.frames = 1;
            first.keep(&mut container.pictures)?;
        }
        if container.frames == 0 {
            return Err(Refusal::Corrupt("it has no pixels").into());
        }
        Ok(container)
    }

    /// Takes from an extended container's chunk what matters.
    fn take<R: Read + Seek>(&mut self, source: &mut Source<R>, chunk: &Chunk) -> Result<(), Error> {
        let animated = self.canvas.is(IS_ANIMATED);
        match &chunk.kind {
            b"ICCP" if self.profile.is_none() => {
                if chunk.len > MAX_PROFILE_BYTES as u64 {
                    return Err(Refusal::TooMany("bytes in its colour profile").into());
                }
                self.profile = Profile::parse(source.bytes(chunk.len)?);
            }
            b"EXIF" if self.orientation.is_none() => {
                self.orientation = exif::orientation(&source.bytes(chunk.len.min(MAX_EXIF_BYTES))?);
            }
            b"ANIM" if animated && self.frames == 0 => {
                if chunk.len != 6 {
                    return Err(Refusal::Corrupt("its animation header has the wrong length").into());
                }
                chunk.keep(&mut self.pictures)?;
            }
            b"ANMF" if animated => {
                self.count_frame()?;
                self.pictures.append(self.canvas.plan_frame(source, chunk)?)?;
            }
            b"ALPH" if !animated && self.frames == 0 => chunk.keep(&mut self.pictures)?,
            b"VP8 " | b"VP8L" if !animated && self.frames == 0 => {
                self.count_frame()?;
                self.canvas.check_fills(Canvas::read(source, chunk)?)?;
                chunk.keep(&mut self.pictures)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn count_frame(&mut self) -> Result<(), Refusal> {
        self.frames += 1;
        if self.frames > MAX_FRAMES { Err(Refusal::TooMany("frames")) } else { Ok(()) }
    }

    fn plan(self) -> Result<Plan, Error> {
        let mut body = Plan::default();
        body.write(b"WEBP")?;
        let turned = self.orientation.filter(|orientation| *orientation != Orientation::UPRIGHT);
        if self.canvas.extended {
            let mut flags = self.canvas.flags & (HAS_ALPHA | IS_ANIMATED);
            flags |= if self.profile.is_some() { HAS_PROFILE } else { 0 };
            flags |= if turned.is_some() { HAS_EXIF } else { 0 };
            write_chunk(&mut body, *b"VP8X", &self.canvas.extended_header(flags))?;
        }
        if let Some(profile) = &self.profile {
            write_chunk(&mut body, *b"ICCP", profile.bytes())?;
        }
        body.append(self.pictures)?;
        if let Some(orientation) = turned {
            write_chunk(&mut body, *b"EXIF", &exif::stating(orientation))?;
        }
        in_chunk(*b"RIFF", &[], body)
    }
}

/// The size that a container or a picture states.
#[derive(Clone, Copy)]
struct Canvas {
    width: u32,
    height: u32,
    pixels: u64,
    /// Whether it comes from a header of its own, in front of the picture.
    extended: bool,
    flags: u8,
}

impl Canvas {
    /// Reads the size from the head of any chunk that has one.
    fn read<R: Read + Seek>(source: &mut Source<R>, chunk: &Chunk) -> Result<Self, Error> {
        let mut flags = 0;
        let (width, height) = match &chunk.kind {
            b"VP8X" => {
                let [stated, _, _, _, w0, w1, w2, h0, h1, h2] = source.array()?;
                flags = stated;
                (1 + u24([w0, w1, w2]), 1 + u24([h0, h1, h2]))
            }
            b"VP8 " => {
                let [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1] = source.array()? else {
                    return Err(Refusal::Corrupt("its picture has no header").into());
                };
                let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
                (side(w0, w1), side(h0, h1))
            }
            b"VP8L" => {
                let [0x2f, b0, b1, b2, b3] = source.array()? else {
                    return Err(Refusal::Corrupt("its picture has no header").into());
                };
                let bits = u32::from_le_bytes([b0, b1, b2, b3]);
                flags = if bits >> 28 & 1 == 1 { HAS_ALPHA } else { 0 };
                (1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff))
            }
            _ => return Err(Refusal::Corrupt("its first chunk is no picture").into()),
        };
        if source.position() > chunk.end() {
            return Err(Refusal::Corrupt("its picture has no header").into());
        }
        let pixels = checked_pixels(width, height)?;
        Ok(Self { width, height, pixels, extended: &chunk.kind == b"VP8X", flags })
    }

    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// A decoder goes by the picture's size where we went by the container's: they must be one.
    fn check_fills(&self, picture: Self) -> Result<(), Refusal> {
        if (picture.width, picture.height) != (self.width, self.height) {
            return Err(Refusal::Corrupt("its picture has another size than its container"));
        }
        Ok(())
    }

    /// Keeps of a frame its header and what draws.
    fn plan_frame<R: Read + Seek>(&self, source: &mut Source<R>, frame: &Chunk) -> Result<Plan, Error> {
        if frame.len < FRAME_HEADER_BYTES {
            return Err(Refusal::Corrupt("a frame is too short").into());
        }
        let header: [u8; FRAME_HEADER_BYTES as usize] = source.array()?;
        let side = |at: usize| 1 + u24([header[at], header[at + 1], header[at + 2]]);
        let stated = Self { width: side(6), height: side(9), ..*self };
        let mut pictures = Plan::default();
        let mut drawn = false;
        while source.position() < frame.end() && !drawn {
            let chunk = Chunk::next(source, frame.end())?;
            match &chunk.kind {
                b"ALPH" => chunk.keep(&mut pictures)?,
                b"VP8 " | b"VP8L" => {
                    stated.check_fills(Self::read(source, &chunk)?)?;
                    chunk.keep(&mut pictures)?;
                    drawn = true;
                }
                _ => {}
            }
            source.seek_to(chunk.padded_end().min(frame.end()))?;
        }
        if !drawn {
            return Err(Refusal::Corrupt("a frame has no pixels").into());
        }
        in_chunk(*b"ANMF", &header, pictures)
    }

    fn extended_header(&self, flags: u8) -> [u8; 10] {
        let [w0, w1, w2, _] = (self.width - 1).to_le_bytes();
        let [h0, h1, h2, _] = (self.height - 1).to_le_bytes();
        [flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]
    }
}

/// Where a chunk lies; the source stands at its data.
struct Chunk {
    kind: [u8; 4],
    /// Where its data begins.
    data: u64,
    len: u64,
}

impl Chunk {
    /// Reads the head of a chunk that must end within `limit`.
    fn next<R: Read + Seek>(source: &mut Source<R>, limit: u64) -> Result<Self, Error> {
        let kind = source.array()?;
        let len = u32::from_le_bytes(source.array()?).into();
        let chunk = Self { kind, data: source.position(), len };
        if chunk.end() > limit {
            return Err(Refusal::Truncated.into());
        }
        Ok(chunk)
    }

    fn end(&self) -> u64 {
        self.data + self.len
    }

    /// Chunks begin at even places; what fills the gap is ours.
    fn padded_end(&self) -> u64 {
        self.end() + self.len % 2
    }

    fn keep(&self, plan: &mut Plan) -> Result<(), Error> {
        plan.write(&self.kind)?;
        plan.write(&u32_len(self.len).to_le_bytes())?;
        plan.keep(self.data, self.len)?;
        pad(plan)
    }
}

fn write_chunk(plan: &mut Plan, kind: [u8; 4], data: &[u8]) -> Result<(), Error> {
    plan.write(&kind)?;
    plan.write(&u32_len(data.len() as u64).to_le_bytes())?;
    plan.write(data)?;
    pad(plan)
}

/// A chunk that holds `header` and then `body`.
fn in_chunk(kind: [u8; 4], header: &[u8], body: Plan) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    plan.write(&kind)?;
    plan.write(&u32_len(header.len() as u64 + body.len()).to_le_bytes())?;
    plan.write(header)?;
    plan.append(body)?;
    pad(&mut plan)?;
    Ok(plan)
}

/// Everything before is padded, so whether one byte is missing shows in the length so far.
fn pad(plan: &mut Plan) -> Result<(), Error> {
    if plan.len() % 2 == 1 { plan.write(&[0]) } else { Ok(()) }
}

fn u24([low, middle, high]: [u8; 3]) -> u32 {
    u32::from_le_bytes([low, middle, high, 0])
}

fn u32_len(len: u64) -> u32 {
    u32::try_from(len).expect("MAX_PHOTO_BYTES is far below 4 GiB")
}
