//! GIF: a screen, then blocks made of sub-blocks of up to 255 bytes.

use std::io::{Read, Seek};

use crate::icc::Profile;
use crate::inspect::{Header, PhotoFormat, PhotoInfo, checked_pixels};
use crate::limits::{MAX_FRAMES, MAX_PROFILE_BYTES};
use crate::plan::Plan;
use crate::source::Source;
use crate::{Error, Orientation, Refusal};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// From its introducer to its end.
const GRAPHIC_CONTROL_BYTES: u64 = 8;

const PROFILE_APPLICATION: &[u8; 11] = b"ICCRGBG1012";

/// A GIF says how many frames it has only by having them, so all of its blocks are gone over.
pub(crate) fn header<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, Error> {
    let (screen, _) = walk(source)?;
    let info = PhotoInfo {
        format: PhotoFormat::Gif,
        width: screen.width,
        height: screen.height,
        orientation: Orientation::UPRIGHT,
        frames: screen.frames,
        // The screen in colour, and the largest frame: its indices and its colours.
        decode_bytes: screen.pixels * 4 + screen.frame_pixels * 5,
    };
    Ok(Header { info, profile: screen.profile })
}

/// Keeps the screen and the frames with their timing; loop and profile are written afresh.
pub(crate) fn plan<R: Read + Seek>(source: &mut Source<R>) -> Result<Plan, Error> {
    Ok(walk(source)?.1)
}

struct Screen {
    width: u32,
    height: u32,
    pixels: u64,
    frames: u32,
    frame_pixels: u64,
    profile: Option<Profile>,
}

fn walk<R: Read + Seek>(source: &mut Source<R>) -> Result<(Screen, Plan), Error> {
    let mut screen = Screen::read(source)?;
    let mut plan = Plan::default();
    plan.keep(0, source.position())?;
    // A graphic control belongs to the frame after it, and goes if that turns out to be none.
    let mut control = None;
    loop {
        let start = source.position();
        match source.byte()? {
            IMAGE => {
                screen.read_frame(source)?;
                if let Some(control) = control.take() {
                    plan.keep(control, GRAPHIC_CONTROL_BYTES)?;
                }
                plan.keep(start, source.position() - start)?;
            }
            EXTENSION => match source.byte()? {
                GRAPHIC_CONTROL => {
                    let [len, .., end] = source.array::<6>()?;
                    if (len, end) != (4, 0) {
                        return Err(Refusal::Corrupt("a graphic control has the wrong length").into());
                    }
                    control = Some(start);
                }
                APPLICATION => read_application(source, &mut screen, &mut plan)?,
                _ => {
                    skip_sub_blocks(source)?;
                    control = None;
                }
            },
            TRAILER if screen.frames == 0 => return Err(Refusal::Corrupt("it has no pixels").into()),
            TRAILER => {
                plan.write(&[TRAILER])?;
                return Ok((screen, plan));
            }
            _ => return Err(Refusal::Corrupt("a block is of no known kind").into()),
        }
    }
}

impl Screen {
    fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        if !matches!(&source.array()?, b"GIF87a" | b"GIF89a") {
            return Err(Refusal::NotAPhoto.into());
        }
        let [w0, w1, h0, h1, flags, _, _] = source.array()?;
        let (width, height) = (u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into());
        let pixels = checked_pixels(width, height)?;
        skip_colours(source, flags)?;
        Ok(Self { width, height, pixels, frames: 0, frame_pixels: 0, profile: None })
    }

    /// Goes over a frame, whose separator has been read.
    fn read_frame<R: Read + Seek>(&mut self, source: &mut Source<R>) -> Result<(), Error> {
        self.frames += 1;
        if self.frames > MAX_FRAMES {
            return Err(Refusal::TooMany("frames").into());
        }
        let [_, _, _, _, w0, w1, h0, h1, flags] = source.array()?;
        let pixels =
            checked_pixels(u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into())?;
        self.frame_pixels = self.frame_pixels.max(pixels);
        skip_colours(source, flags)?;
        source.skip(1)?;
        skip_sub_blocks(source)
    }
}

/// Takes the loop or the profile out of an application extension, and nothing out of any other.
fn read_application<R: Read + Seek>(
    source: &mut Source<R>,
    screen: &mut Screen,
    plan: &mut Plan,
) -> Result<(), Error> {
    let name_len = source.byte()?;
    let name = source.bytes(name_len.into())?;
    match name.as_slice() {
        b"NETSCAPE2.0" | b"ANIMEXTS1.0" => {
            if let Some([1, low, high]) = read_sub_blocks(source, 3)?.as_deref() {
                plan.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01")?;
                plan.write(&[*low, *high, 0])?;
            }
        }
        name if name == PROFILE_APPLICATION && screen.profile.is_none() => {
            let data = read_sub_blocks(source, MAX_PROFILE_BYTES)?;
            let data = data.ok_or(Refusal::TooMany("bytes in its colour profile"))?;
            if let Some(profile) = Profile::parse(data) {
                write_profile(plan, &profile)?;
                screen.profile = Some(profile);
            }
        }
        _ => skip_sub_blocks(source)?,
    }
    Ok(())
}

fn write_profile(plan: &mut Plan, profile: &Profile) -> Result<(), Error> {
    plan.write(&[EXTENSION, APPLICATION, 11])?;
    plan.write(PROFILE_APPLICATION)?;
    for part in profile.bytes().chunks(255) {
        plan.write(&[u8::try_from(part.len()).expect("chunks are cut to 255")])?;
        plan.write(part)?;
    }
    plan.write(&[0])
}

/// The table of colours that the flags announce.
fn skip_colours<R: Read + Seek>(source: &mut Source<R>, flags: u8) -> Result<(), Error> {
    let announced = flags & 0x80 != 0;
    if announced { source.skip(3 << ((flags & 7) + 1)) } else { Ok(()) }
}

fn skip_sub_blocks<R: Read + Seek>(source: &mut Source<R>) -> Result<(), Error> {
    loop {
        match source.byte()? {
            0 => return Ok(()),
            len => source.skip(len.into())?,
        }
    }
}

/// The data of all sub-blocks, or nothing if that is more than `most` bytes.
fn read_sub_blocks<R: Read + Seek>(source: &mut Source<R>, most: usize) -> Result<Option<Vec<u8>>, Error> {
    let mut data = Vec::new();
    let mut fits = true;
    loop {
        let len = source.byte()?;
        if len == 0 {
            return Ok(fits.then_some(data));
        }
        fits &= data.len() + usize::from(len) <= most;
        if fits {
            data.extend(source.bytes(len.into())?);
        } else {
            source.skip(len.into())?;
        }
    }
}
