//! JPEG: a list of marked segments, some of them followed by entropy-coded pixels.

use std::io::{Read, Seek};

use crate::icc::Profile;
use crate::inspect::{Header, PhotoFormat, PhotoInfo, checked_pixels};
use crate::limits::{MAX_JPEG_SCANS, MAX_PROFILE_BYTES};
use crate::plan::Plan;
use crate::source::Source;
use crate::{Error, Orientation, Refusal, exif};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DQT: u8 = 0xdb;
const DRI: u8 = 0xdd;
const DHT: u8 = 0xc4;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

const ICC_PREFIX: &[u8] = b"ICC_PROFILE\0";
/// A segment's length field counts itself; the prefix, the part's number and their total take their share.
const ICC_PART_BYTES: usize = 65_535 - 2 - ICC_PREFIX.len() - 2;

pub(crate) fn header<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, Error> {
    let preamble = Preamble::read(source)?;
    Ok(Header { info: preamble.info(source.len()), profile: preamble.profile })
}

/// Keeps the tables, the frame and the scans; what else is to stay is written afresh before them.
pub(crate) fn plan<R: Read + Seek>(source: &mut Source<R>) -> Result<Plan, Error> {
    let preamble = Preamble::read(source)?;
    let mut plan = preamble.plan()?;
    source.seek_to(2)?;
    let mut scans = 0;
    loop {
        let segment = Segment::next(source)?;
        match segment.marker {
            DQT | DHT | DRI => plan.keep(segment.start, segment.len())?,
            marker if is_frame(marker) => {
                if segment.start != preamble.frame.start {
                    return Err(Refusal::Corrupt("it has two frames").into());
                }
                plan.keep(segment.start, segment.len())?;
            }
            SOS => {
                scans += 1;
                if scans > MAX_JPEG_SCANS {
                    return Err(Refusal::TooMany("scans").into());
                }
                skip_scan(source, &segment)?;
                plan.keep(segment.start, source.position() - segment.start)?;
                continue;
            }
            EOI if scans == 0 => return Err(Refusal::Corrupt("it has no scan").into()),
            EOI => {
                plan.write(&[0xff, EOI])?;
                return Ok(plan);
            }
            // Applications' segments, reserved ones and comments.
            0xe0..=0xfe => {}
            _ => return Err(Refusal::Unsupported("a JPEG with unusual segments").into()),
        }
        source.seek_to(segment.end())?;
    }
}

/// What stands before the first scan and matters.
struct Preamble {
    frame: Frame,
    jfif: Option<[u8; 14]>,
    adobe: Option<[u8; 12]>,
    orientation: Orientation,
    profile: Option<Profile>,
}

impl Preamble {
    fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        if source.array()? != [0xff, SOI] {
            return Err(Refusal::NotAPhoto.into());
        }
        let (mut frame, mut jfif, mut adobe, mut orientation) = (None, None, None, None);
        let mut profile = ProfileParts::default();
        loop {
            let segment = Segment::next(source)?;
            match segment.marker {
                SOS => break,
                EOI => return Err(Refusal::Corrupt("it has no scan").into()),
                marker if is_frame(marker) => {
                    if frame.is_some() {
                        return Err(Refusal::Corrupt("it has two frames").into());
                    }
                    frame = Some(Frame::parse(&segment, &source.bytes(segment.payload_len)?)?);
                }
                APP0 | APP1 | APP2 | APP14 => {
                    let payload = source.bytes(segment.payload_len)?;
                    match segment.marker {
                        APP0 => jfif = jfif.or_else(|| parse_jfif(&payload)),
                        APP14 => adobe = adobe.or_else(|| parse_adobe(&payload)),
                        APP1 if payload.starts_with(exif::PREFIX) => {
                            orientation = orientation.or_else(|| exif::orientation(&payload));
                        }
                        APP2 => profile.take(&payload)?,
                        _ => {}
                    }
                }
                _ => {}
            }
            source.seek_to(segment.end())?;
        }
        Ok(Self {
            frame: frame.ok_or(Refusal::Corrupt("it has no frame"))?,
            jfif,
            adobe,
            orientation: orientation.unwrap_or(Orientation::UPRIGHT),
            profile: profile.assemble(),
        })
    }

    fn info(&self, file_bytes: u64) -> PhotoInfo {
        PhotoInfo {
            format: PhotoFormat::Jpeg,
            width: self.frame.width,
            height: self.frame.height,
            orientation: self.orientation,
            frames: 1,
            // The decoder wants the whole file in memory.
            decode_bytes: self.frame.decode_bytes + file_bytes,
        }
    }

    fn plan(&self) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        plan.write(&[0xff, SOI])?;
        if let Some(jfif) = &self.jfif {
            write_segment(&mut plan, APP0, &[jfif])?;
        }
        if self.orientation != Orientation::UPRIGHT {
            write_segment(&mut plan, APP1, &[exif::PREFIX, &exif::stating(self.orientation)])?;
        }
        if let Some(profile) = &self.profile {
            let parts = profile.bytes().chunks(ICC_PART_BYTES);
            let total = u8::try_from(parts.len()).expect("MAX_PROFILE_BYTES makes 65 parts at most");
            for (number, part) in (1..=total).zip(parts) {
                write_segment(&mut plan, APP2, &[ICC_PREFIX, &[number, total], part])?;
            }
        }
        if let Some(adobe) = &self.adobe {
            write_segment(&mut plan, APP14, &[adobe])?;
        }
        Ok(plan)
    }
}

/// The head of the compressed picture.
struct Frame {
    start: u64,
    width: u32,
    height: u32,
    decode_bytes: u64,
}

impl Frame {
    fn parse(segment: &Segment, payload: &[u8]) -> Result<Self, Refusal> {
        let progressive = match segment.marker {
            0xc0 | 0xc1 => false,
            0xc2 => true,
            _ => return Err(Refusal::Unsupported("a lossless, hierarchical or arithmetic-coded JPEG")),
        };
        let [precision, h1, h0, w1, w0, components, ref sampling @ ..] = *payload else {
            return Err(Refusal::Corrupt("its frame is too short"));
        };
        let (width, height) = (u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into());
        let pixels = checked_pixels(width, height)?;
        if precision != 8 {
            return Err(Refusal::Unsupported("a JPEG with more than 8 bits"));
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(Refusal::Unsupported("a JPEG with an unusual number of colours"));
        }
        if sampling.len() != usize::from(components) * 3 {
            return Err(Refusal::Corrupt("its frame has the wrong length"));
        }
        let picture = pixels * if components == 1 { 1 } else { 3 };
        let coefficients = if progressive { coefficient_bytes(pixels, sampling)? } else { 0 };
        Ok(Self { start: segment.start, width, height, decode_bytes: picture + coefficients })
    }
}

/// A progressive picture's coefficients are all held until its last scan, two bytes each.
fn coefficient_bytes(pixels: u64, sampling: &[u8]) -> Result<u64, Refusal> {
    let factors = || sampling.chunks_exact(3).map(|component| (component[1] >> 4, component[1] & 0xf));
    let most = |factor: Option<u8>| match factor {
        Some(most @ 1..=4) => Ok(u64::from(most)),
        _ => Err(Refusal::Corrupt("its sampling factors are out of range")),
    };
    let (h, v) = (most(factors().map(|(h, _)| h).max())?, most(factors().map(|(_, v)| v).max())?);
    let samples: u64 = factors().map(|(ch, cv)| u64::from(ch) * u64::from(cv)).sum();
    Ok(pixels * 2 * samples / (h * v))
}

/// The parts of a colour profile too large for one segment, which may come in any order.
#[derive(Default)]
struct ProfileParts {
    parts: Vec<(u8, Vec<u8>)>,
    total: u8,
    bytes: usize,
}

impl ProfileParts {
    fn take(&mut self, payload: &[u8]) -> Result<(), Refusal> {
        let Some([number, total, part @ ..]) = payload.strip_prefix(ICC_PREFIX) else { return Ok(()) };
        self.bytes += part.len();
        if self.bytes > MAX_PROFILE_BYTES {
            return Err(Refusal::TooMany("bytes in its colour profile"));
        }
        self.total = *total;
        self.parts.push((*number, part.to_vec()));
        Ok(())
    }

    /// The profile, if every part is there once. Decoders ignore any other, so it may as well go.
    fn assemble(mut self) -> Option<Profile> {
        self.parts.sort_by_key(|(number, _)| *number);
        let complete = self.parts.iter().map(|(number, _)| *number).eq(1..=self.total);
        complete.then(|| self.parts.into_iter().flat_map(|(_, part)| part).collect()).and_then(Profile::parse)
    }
}

/// Where a segment lies; the source stands at its payload.
struct Segment {
    marker: u8,
    /// Where its marker begins.
    start: u64,
    payload_len: u64,
}

impl Segment {
    /// Finds the next marker, past padding and stray bytes as decoders do, and reads the length behind it.
    fn next<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        let marker = loop {
            source.skip_past(0xff)?;
            let mut marker = source.byte()?;
            while marker == 0xff {
                marker = source.byte()?;
            }
            // Stuffed zeroes, restart markers and TEM stand alone and mean nothing between segments.
            if !matches!(marker, 0x00 | 0x01 | 0xd0..=0xd7) {
                break marker;
            }
        };
        let start = source.position() - 2;
        if marker == EOI {
            return Ok(Self { marker, start, payload_len: 0 });
        }
        if marker == SOI {
            return Err(Refusal::Corrupt("it begins twice").into());
        }
        let len = u16::from_be_bytes(source.array()?);
        let payload_len = len.checked_sub(2).ok_or(Refusal::Corrupt("a segment has no length"))?;
        Ok(Self { marker, start, payload_len: payload_len.into() })
    }

    fn len(&self) -> u64 {
        if self.marker == EOI { 2 } else { 4 + self.payload_len }
    }

    fn end(&self) -> u64 {
        self.start + self.len()
    }
}

/// Goes over a scan's entropy-coded bytes, up to the marker that ends them.
fn skip_scan<R: Read + Seek>(source: &mut Source<R>, segment: &Segment) -> Result<(), Error> {
    source.seek_to(segment.end())?;
    loop {
        source.skip_past(0xff)?;
        let mut next = source.byte()?;
        while next == 0xff {
            next = source.byte()?;
        }
        if !matches!(next, 0x00 | 0xd0..=0xd7) {
            return source.seek_to(source.position() - 2);
        }
    }
}

fn is_frame(marker: u8) -> bool {
    // Within the range of frames lie the tables DHT, JPG and DAC.
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, DHT | 0xc8 | 0xcc)
}

/// The JFIF header with its version and density, and without its preview.
fn parse_jfif(payload: &[u8]) -> Option<[u8; 14]> {
    let mut jfif = *payload.strip_prefix(b"JFIF\0").and(payload.first_chunk::<14>())?;
    jfif[12..].fill(0);
    Some(jfif)
}

/// Adobe's note on how the colours are transformed, without which CMYK and RGB photos turn out wrong.
fn parse_adobe(payload: &[u8]) -> Option<[u8; 12]> {
    payload.strip_prefix(b"Adobe").and(payload.first_chunk()).copied()
}

fn write_segment(plan: &mut Plan, marker: u8, payload: &[&[u8]]) -> Result<(), Error> {
    let len = 2 + payload.iter().map(|part| part.len()).sum::<usize>();
    let len = u16::try_from(len).expect("each segment we write is made to fit");
    plan.write(&[0xff, marker])?;
    plan.write(&len.to_be_bytes())?;
    payload.iter().try_for_each(|part| plan.write(part))
}
