use std::io::{Read, Seek};

use crate::icc::Profile;
use crate::limits::{MAX_DECODE_BYTES, MAX_PIXELS, MAX_SIDE_PIXELS};
use crate::plan::Plan;
use crate::sniff::{Kind, SNIFF_BYTES, sniff};
use crate::source::Source;
use crate::{Error, Orientation, Refusal, gif, jpeg, png, webp};

/// What a photo says of itself, all of it checked against [`limits`](crate::limits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoInfo {
    /// How it is encoded.
    pub format: PhotoFormat,
    /// Pixels across, as stored; see [`PhotoInfo::upright_size`].
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// How it has to be turned to stand upright.
    pub orientation: Orientation,
    /// How many frames it has: 1 unless it is an animation.
    pub frames: u32,
    /// About how much memory decoding it takes, in bytes: the picture and what the decoder holds beside it.
    /// [`thumbnails`](crate::thumbnails) needs up to 40 MiB more, and with 16 bits a colour up to 80.
    pub decode_bytes: u64,
}

/// The formats that are decoded and stripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoFormat {
    /// JPEG: baseline and progressive, 8 bits.
    Jpeg,
    /// PNG, animated ones too.
    Png,
    /// GIF, animated ones too.
    Gif,
    /// WebP: lossy, lossless and animated.
    WebP,
}

impl PhotoFormat {
    /// The media type to serve it with.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

impl PhotoInfo {
    /// Width and height of the photo as it is shown, in pixels.
    pub fn upright_size(&self) -> (u32, u32) {
        if self.orientation.swaps_sides() { (self.height, self.width) } else { (self.width, self.height) }
    }
}

/// Reads a photo's headers. Nothing is decoded, so this is cheap whatever the photo claims to be.
///
/// # Errors
///
/// Refuses what is no photo, is over a limit, or whose headers are damaged. Damage behind the headers is found by
/// [`strip`](crate::strip) and [`thumbnails`](crate::thumbnails).
pub fn inspect<R: Read + Seek>(input: R) -> Result<PhotoInfo, Error> {
    Ok(Header::read(&mut Source::new(input)?)?.info)
}

/// What a format's walker finds before the pixels.
pub(crate) struct Header {
    pub(crate) info: PhotoInfo,
    pub(crate) profile: Option<Profile>,
}

impl Header {
    pub(crate) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Self, Error> {
        let head = source.bytes(source.len().min(SNIFF_BYTES as u64))?;
        source.seek_to(0)?;
        let Kind::Photo(format) = sniff(&head).kind else { return Err(Refusal::NotAPhoto.into()) };
        let header = match format {
            PhotoFormat::Jpeg => jpeg::header(source),
            PhotoFormat::Png => png::header(source),
            PhotoFormat::Gif => gif::header(source),
            PhotoFormat::WebP => webp::header(source),
        }?;
        if header.info.decode_bytes > MAX_DECODE_BYTES {
            return Err(Refusal::TooMuchMemory { bytes: header.info.decode_bytes }.into());
        }
        Ok(header)
    }

    /// Walks the whole photo and says what to keep of it.
    pub(crate) fn plan<R: Read + Seek>(&self, source: &mut Source<R>) -> Result<Plan, Error> {
        source.seek_to(0)?;
        match self.info.format {
            PhotoFormat::Jpeg => jpeg::plan(source),
            PhotoFormat::Png => png::plan(source, self),
            PhotoFormat::Gif => gif::plan(source),
            PhotoFormat::WebP => webp::plan(source),
        }
    }
}

/// Checks a width and height against the limits, and returns their product.
pub(crate) fn checked_pixels(width: u32, height: u32) -> Result<u64, Refusal> {
    if width == 0 || height == 0 {
        return Err(Refusal::Corrupt("it has no pixels"));
    }
    let pixels = u64::from(width) * u64::from(height);
    if width > MAX_SIDE_PIXELS || height > MAX_SIDE_PIXELS || pixels > MAX_PIXELS {
        return Err(Refusal::TooManyPixels { width, height });
    }
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_limited_in_number_and_along_each_side() {
        assert_eq!(checked_pixels(10_000, 5_000), Ok(MAX_PIXELS));
        assert_eq!(checked_pixels(MAX_SIDE_PIXELS, 1), Ok(16_384));
        assert_eq!(checked_pixels(1, MAX_SIDE_PIXELS), Ok(16_384));
        for (width, height) in
            [(10_000, 5_001), (16_385, 1), (1, 16_385), (30_000, 30_000), (u32::MAX, u32::MAX)]
        {
            assert_eq!(checked_pixels(width, height), Err(Refusal::TooManyPixels { width, height }));
        }
        for (width, height) in [(0, 1), (1, 0), (0, 0)] {
            assert!(matches!(checked_pixels(width, height), Err(Refusal::Corrupt(_))));
        }
    }
}
