//! The one thing we read from EXIF, and the one thing we write.

use crate::Orientation;

const ORIENTATION_TAG: u16 = 0x0112;
const TYPE_SHORT: u16 = 3;

/// What stands before the TIFF structure in a JPEG, and by mistake in some WebP photos.
pub(crate) const PREFIX: &[u8] = b"Exif\0\0";

/// The orientation that EXIF data states, with or without [`PREFIX`].
pub(crate) fn orientation(exif: &[u8]) -> Option<Orientation> {
    let tiff = Tiff::new(exif.strip_prefix(PREFIX).unwrap_or(exif))?;
    let directory = usize::try_from(tiff.u32(4)?).ok()?;
    let entries = usize::from(tiff.u16(directory)?);
    (0..entries)
        .map(|entry| directory + 2 + entry * 12)
        .map_while(|entry| Some((entry, tiff.u16(entry)?)))
        .find(|(_, tag)| *tag == ORIENTATION_TAG)
        .filter(|(entry, _)| tiff.u16(entry + 2) == Some(TYPE_SHORT))
        .and_then(|(entry, _)| Orientation::from_exif(tiff.u16(entry + 8)?))
}

/// EXIF data that states this orientation and nothing else, without [`PREFIX`].
pub(crate) fn stating(orientation: Orientation) -> [u8; 26] {
    let mut tiff = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation.exif();
    tiff
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"MM\0\x2a" => true,
            b"II\x2a\0" => false,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for written in Orientation::all() {
            assert_eq!(orientation(&stating(written)), Some(written));
            assert_eq!(orientation(&[PREFIX, &stating(written)].concat()), Some(written));
        }
    }

    #[test]
    fn little_endian_is_read() {
        let tiff = b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(orientation(tiff), Orientation::from_exif(6));
    }

    #[test]
    fn nonsense_states_no_orientation() {
        let mut nine = stating(Orientation::UPRIGHT);
        nine[19] = 9;
        let mut far_directory = stating(Orientation::UPRIGHT);
        far_directory[4..8].copy_from_slice(&[0xff; 4]);
        for exif in [&b""[..], b"Exif\0\0", b"MM\0\x2a", &nine, &far_directory] {
            assert_eq!(orientation(exif), None, "{exif:?}");
        }
    }

    #[test]
    fn a_cut_one_states_nothing_it_does_not_hold() {
        let whole = stating(Orientation::from_exif(8).expect("eight is an orientation"));
        for len in 0..20 {
            assert_eq!(orientation(&whole[..len]), None, "{len}");
        }
    }
}
