//! PNG: a signature, then chunks that each carry a length, a type and a checksum.

use std::io::{Read, Seek};

use crate::icc::Profile;
use crate::inspect::{Header, PhotoFormat, PhotoInfo, checked_pixels};
use crate::limits::{MAX_FRAMES, MAX_PROFILE_BYTES};
use crate::plan::Plan;
use crate::source::Source;
use crate::{Error, Orientation, Refusal, exif};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// EXIF data longer than this is not looked into; its first directory stands at the front.
const MAX_EXIF_BYTES: u64 = 64 * 1024;

/// How hard the colour profile is packed again, of 10.
const PROFILE_COMPRESSION: u8 = 9;

/// The header, and from chunks that may stand anywhere the orientation, the profile and the number of frames.
pub(crate) fn header<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, Error> {
    let image = ImageHeader::read(source)?;
    let (mut orientation, mut profile, mut transparent) = (None, None, false);
    let mut frames = 0;
    loop {
        let chunk = Chunk::next(source)?;
        match &chunk.kind {
            b"eXIf" if orientation.is_none() => {
                orientation = exif::orientation(&source.bytes(chunk.len.min(MAX_EXIF_BYTES))?);
            }
            b"iCCP" if profile.is_none() => profile = read_profile(source, &chunk)?,
            b"tRNS" => transparent = true,
            b"fcTL" => frames += 1,
            b"IEND" => break,
            _ => {}
        }
        if frames > MAX_FRAMES {
            return Err(Refusal::TooMany("frames").into());
        }
        source.seek_to(chunk.end())?;
    }
    let info = PhotoInfo {
        format: PhotoFormat::Png,
        width: image.width,
        height: image.height,
        orientation: orientation.unwrap_or(Orientation::UPRIGHT),
        frames: frames.max(1),
        decode_bytes: image.pixels * image.bytes_per_pixel(transparent),
    };
    Ok(Header { info, profile })
}

/// Keeps the chunks that draw, with sound checksums; the profile is packed anew, for its name is free text.
pub(crate) fn plan<R: Read + Seek>(source: &mut Source<R>, header: &Header) -> Result<Plan, Error> {
    source.skip(SIGNATURE.len() as u64)?;
    let mut plan = Plan::default();
    plan.write(&SIGNATURE)?;
    let mut has_pixels = false;
    loop {
        let chunk = Chunk::next(source)?;
        let keep = chunk.is_kept()?;
        if keep && chunk.has_sound_checksum(source)? {
            plan.keep(chunk.start, chunk.end() - chunk.start)?;
        } else if chunk.is_critical() {
            return Err(Refusal::Corrupt("a checksum is wrong").into());
        }
        match &chunk.kind {
            b"IHDR" => write_our_chunks(&mut plan, header)?,
            b"IDAT" => has_pixels = true,
            b"IEND" if has_pixels => return Ok(plan),
            b"IEND" => return Err(Refusal::Corrupt("it has no pixels").into()),
            _ => {}
        }
        source.seek_to(chunk.end())?;
    }
}

struct ImageHeader {
    width: u32,
    height: u32,
    pixels: u64,
    bit_depth: u8,
    colour_type: u8,
}

impl ImageHeader {
    fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        if source.array()? != SIGNATURE {
            return Err(Refusal::NotAPhoto.into());
        }
        let chunk = Chunk::next(source)?;
        if &chunk.kind != b"IHDR" || chunk.len != 13 {
            return Err(Refusal::Corrupt("its header is missing").into());
        }
        let (width, height) = (u32::from_be_bytes(source.array()?), u32::from_be_bytes(source.array()?));
        let pixels = checked_pixels(width, height)?;
        let [bit_depth, colour_type] = source.array()?;
        source.seek_to(chunk.end())?;
        Ok(Self { width, height, pixels, bit_depth, colour_type })
    }

    /// Of the decoded picture, in which palettes are resolved and low depths widened to 8 bits.
    fn bytes_per_pixel(&self, transparent: bool) -> u64 {
        let channels = match self.colour_type {
            0 => 1,
            4 => 2,
            6 => 4,
            _ => 3,
        };
        let alpha = u64::from(transparent);
        (channels + alpha) * if self.bit_depth == 16 { 2 } else { 1 }
    }
}

struct Chunk {
    start: u64,
    len: u64,
    kind: [u8; 4],
}

impl Chunk {
    /// Reads a chunk's head; the source then stands at its data.
    fn next<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        let start = source.position();
        let len = u32::from_be_bytes(source.array()?).into();
        let kind = source.array()?;
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(Refusal::Corrupt("a chunk has no type").into());
        }
        if len + 4 > source.remaining() {
            return Err(Refusal::Truncated.into());
        }
        Ok(Self { start, len, kind })
    }

    fn end(&self) -> u64 {
        self.start + 4 + 4 + self.len + 4
    }

    /// Whether no decoder can do without it, as the case of its first letter says.
    fn is_critical(&self) -> bool {
        self.kind[0].is_ascii_uppercase()
    }

    /// Whether it draws, judged by its type and by a length that leaves no room for anything else.
    fn is_kept(&self) -> Result<bool, Refusal> {
        let fits = match &self.kind {
            b"IDAT" | b"fdAT" => true,
            b"IHDR" => self.len == 13,
            b"IEND" => self.len == 0,
            b"PLTE" => self.len <= 768 && self.len.is_multiple_of(3),
            b"tRNS" => self.len <= 256,
            b"cHRM" => self.len == 32,
            b"mDCV" => self.len == 24,
            b"fcTL" => self.len == 26,
            b"pHYs" => self.len == 9,
            b"acTL" | b"cLLI" => self.len == 8,
            b"bKGD" => self.len <= 6,
            b"gAMA" | b"cICP" => self.len == 4,
            b"sBIT" => self.len <= 4,
            b"sRGB" => self.len == 1,
            _ if self.is_critical() => return Err(Refusal::Unsupported("a PNG with unusual chunks")),
            _ => false,
        };
        if !fits && self.is_critical() {
            return Err(Refusal::Corrupt("a chunk has the wrong length"));
        }
        Ok(fits)
    }

    fn has_sound_checksum<R: Read + Seek>(&self, source: &mut Source<R>) -> Result<bool, Error> {
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&self.kind);
        source.each_part(self.len, |part| {
            checksum.update(part);
            Ok(())
        })?;
        Ok(checksum.finalize() == u32::from_be_bytes(source.array()?))
    }
}

/// The colour profile, if it unpacks to one.
fn read_profile<R: Read + Seek>(source: &mut Source<R>, chunk: &Chunk) -> Result<Option<Profile>, Error> {
    if chunk.len > MAX_PROFILE_BYTES as u64 {
        return Err(Refusal::TooMany("bytes in its colour profile").into());
    }
    let data = source.bytes(chunk.len)?;
    let packed = data.iter().position(|byte| *byte == 0).and_then(|name| match &data[name + 1..] {
        [0, packed @ ..] => Some(packed),
        _ => None,
    });
    let unpacked = packed
        .map(|packed| miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, MAX_PROFILE_BYTES));
    match unpacked {
        Some(Ok(profile)) => Ok(Profile::parse(profile)),
        Some(Err(error)) if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput => {
            Err(Refusal::TooMany("bytes in its colour profile").into())
        }
        _ => Ok(None),
    }
}

/// The profile and the orientation, which belong before palette and pixels.
fn write_our_chunks(plan: &mut Plan, header: &Header) -> Result<(), Error> {
    if let Some(profile) = &header.profile {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(profile.bytes(), PROFILE_COMPRESSION);
        write_chunk(plan, *b"iCCP", &[b"ICC\0\0", packed.as_slice()].concat())?;
    }
    if header.info.orientation != Orientation::UPRIGHT {
        write_chunk(plan, *b"eXIf", &exif::stating(header.info.orientation))?;
    }
    Ok(())
}

fn write_chunk(plan: &mut Plan, kind: [u8; 4], data: &[u8]) -> Result<(), Error> {
    let len = u32::try_from(data.len()).expect("MAX_PROFILE_BYTES bounds what we write");
    let checksum = crc32fast::hash(&[&kind, data].concat());
    plan.write(&len.to_be_bytes())?;
    plan.write(&kind)?;
    plan.write(data)?;
    plan.write(&checksum.to_be_bytes())
}
