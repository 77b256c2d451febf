use std::io::{Read, Seek, Write};

use crate::inspect::Header;
use crate::source::Source;
use crate::{Error, PhotoInfo};

/// A photo that was written without its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stripped {
    /// What the photo is; true of the written one too.
    pub info: PhotoInfo,
    /// How many bytes were written.
    pub bytes: u64,
}

/// Writes a photo without its metadata, its compressed pixels byte for byte as they were.
///
/// What is kept is listed, format by format; everything else goes: EXIF with its position and embedded preview,
/// XMP, IPTC, comments, texts, times, provenance (C2PA), secondary pictures, chunks and segments we do not know,
/// and whatever follows the photo's end. Of what is not pixels there stay the colour profile (if it is one), the
/// pixel density, transparency, an animation's timing and loop, and an orientation other than upright, as the only
/// tag of a fresh EXIF block.
///
/// Whoever hides words inside the compressed pixels or in the tables of a colour profile is not found out.
///
/// The photo is read twice in small parts and never held in memory. Nothing is written if it is refused.
///
/// # Errors
///
/// Refuses what [`inspect`](crate::inspect) refuses, and a photo whose structure is damaged or cut short, even
/// where a lenient decoder would still show it: better no photo than one with its metadata.
pub fn strip<R: Read + Seek, W: Write>(input: R, output: W) -> Result<Stripped, Error> {
    let mut source = Source::new(input)?;
    let header = Header::read(&mut source)?;
    let plan = header.plan(&mut source)?;
    plan.carry_out(&mut source, output)?;
    Ok(Stripped { info: header.info, bytes: plan.len() })
}
