//! Colour profiles: which are genuine, and which say no more than "sRGB".

/// An ICC colour profile whose header and table of tags make sense.
///
/// Bytes that merely claim to be a profile are none: decoders would ignore them, and they could be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile(Vec<u8>);

const HEADER_BYTES: usize = 128;
const MAX_TAGS: usize = 100;

/// The primaries of sRGB under the D50 white that profiles refer to.
const SRGB_PRIMARIES: [(&[u8; 4], [f64; 3]); 3] = [
    (b"rXYZ", [0.4361, 0.2225, 0.0139]),
    (b"gXYZ", [0.3851, 0.7169, 0.0971]),
    (b"bXYZ", [0.1431, 0.0606, 0.7141]),
];

/// How far a primary or a point of a curve may be off before anyone could see it.
const TOLERANCE: f64 = 0.005;

impl Profile {
    /// Takes the bytes for a profile if they are one, without whatever follows its end.
    pub(crate) fn parse(mut bytes: Vec<u8>) -> Option<Self> {
        let len = usize::try_from(u32_at(&bytes, 0)?).ok()?;
        if len > bytes.len() || bytes.get(36..40)? != b"acsp" {
            return None;
        }
        bytes.truncate(len);
        let tags = usize::try_from(u32_at(&bytes, HEADER_BYTES)?).ok()?;
        let profile = Self(bytes);
        let sound = tags <= MAX_TAGS && (0..tags).all(|tag| profile.tag_at(tag).is_some());
        sound.then_some(profile)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it describes colours given as red, green and blue.
    pub(crate) fn is_rgb(&self) -> bool {
        &self.0[16..20] == b"RGB "
    }

    /// Whether it describes the colours that a photo without a profile has anyway.
    pub(crate) fn is_srgb(&self) -> bool {
        let primaries = SRGB_PRIMARIES.iter().all(|(name, expected)| {
            self.tag(name).and_then(xyz).is_some_and(|found| found.iter().zip(expected).all(close))
        });
        let curves = [b"rTRC", b"gTRC", b"bTRC"].iter().all(|name| {
            let Some(curve) = self.tag(name) else { return false };
            [0.25, 0.5, 0.75]
                .iter()
                .all(|&x| curve_value(curve, x).is_some_and(|y| close((&y, &srgb_curve(x)))))
        });
        self.is_rgb() && primaries && curves
    }

    fn tag(&self, name: &[u8; 4]) -> Option<&[u8]> {
        let tags = usize::try_from(u32_at(&self.0, HEADER_BYTES)?).ok()?;
        (0..tags).filter_map(|tag| self.tag_at(tag)).find(|(found, _)| found == name).map(|(_, data)| data)
    }

    fn tag_at(&self, index: usize) -> Option<([u8; 4], &[u8])> {
        let entry = HEADER_BYTES + 4 + index * 12;
        let name = *self.0.get(entry..)?.first_chunk()?;
        let start = usize::try_from(u32_at(&self.0, entry + 4)?).ok()?;
        let len = usize::try_from(u32_at(&self.0, entry + 8)?).ok()?;
        Some((name, self.0.get(start..)?.get(..len)?))
    }
}

fn close((found, expected): (&f64, &f64)) -> bool {
    (found - expected).abs() < TOLERANCE
}

fn xyz(tag: &[u8]) -> Option<[f64; 3]> {
    Some([fixed_at(tag, 8)?, fixed_at(tag, 12)?, fixed_at(tag, 16)?])
}

/// The value at `x` of a `curv` or `para` tag.
fn curve_value(tag: &[u8], x: f64) -> Option<f64> {
    match tag.get(..4)? {
        b"curv" => table_value(tag, x),
        b"para" => parametric_value(tag, x),
        _ => None,
    }
}

fn table_value(tag: &[u8], x: f64) -> Option<f64> {
    let count = usize::try_from(u32_at(tag, 8)?).ok()?;
    match count {
        0 => Some(x),
        1 => Some(x.powf(f64::from(u16_at(tag, 12)?) / 256.0)),
        _ => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "x is within 0 and 1"
            )]
            let nearest = (x * (count - 1) as f64).round() as usize;
            Some(f64::from(u16_at(tag, 12 + nearest * 2)?) / 65_535.0)
        }
    }
}

fn parametric_value(tag: &[u8], x: f64) -> Option<f64> {
    let parameter = |index: usize| fixed_at(tag, 12 + index * 4);
    let power = |offset: f64| -> Option<f64> {
        Some((parameter(1)? * x + parameter(2)?).max(0.0).powf(parameter(0)?) + offset)
    };
    match u16_at(tag, 8)? {
        0 => Some(x.powf(parameter(0)?)),
        1 => power(0.0),
        2 => power(parameter(3)?),
        3 if x < parameter(4)? => Some(parameter(3)? * x),
        3 => power(0.0),
        4 if x < parameter(4)? => Some(parameter(3)? * x + parameter(6)?),
        4 => power(parameter(5)?),
        _ => None,
    }
}

fn srgb_curve(x: f64) -> f64 {
    ((x + 0.055) / 1.055).powf(2.4)
}

fn fixed_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from(u32_at(bytes, at)?.cast_signed()) / 65_536.0)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{display_p3_profile, srgb_profile};

    fn parsed(bytes: Vec<u8>) -> Profile {
        Profile::parse(bytes).expect("it is a profile")
    }

    #[test]
    fn srgb_is_told_from_wider_profiles() {
        assert!(parsed(srgb_profile()).is_srgb());
        assert!(!parsed(display_p3_profile()).is_srgb());
    }

    #[test]
    fn the_primaries_of_srgb_with_another_curve_are_not_srgb() {
        let mut linear = srgb_profile();
        while let Some(curve) = linear.windows(4).position(|window| window == b"para") {
            linear[curve..curve + 12].copy_from_slice(b"curv\0\0\0\0\0\0\0\0");
        }
        assert!(!parsed(linear).is_srgb());
    }

    #[test]
    fn what_follows_a_profile_is_no_part_of_it() {
        let longer = [display_p3_profile(), b"more".to_vec()].concat();
        assert_eq!(parsed(longer).bytes(), display_p3_profile());
    }

    #[test]
    fn a_cut_or_unsigned_profile_is_none() {
        let whole = display_p3_profile();
        for len in 0..whole.len() {
            assert_eq!(Profile::parse(whole[..len].to_vec()), None, "{len}");
        }
        let mut unsigned = whole;
        unsigned[36] = b'A';
        assert_eq!(Profile::parse(unsigned), None);
    }
}
