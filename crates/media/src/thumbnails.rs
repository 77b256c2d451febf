use std::io::{BufRead, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use fast_image_resize::{FilterType, MulDiv, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::{gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use crate::icc::Profile;
use crate::inspect::Header;
use crate::limits::{
    LARGE_SIDE_PIXELS, MAX_DECODE_BYTES, MAX_SIDE_PIXELS, MAX_THUMBNAIL_PROFILE_BYTES, SMALL_SIDE_PIXELS,
};
use crate::source::Source;
use crate::{Error, PhotoFormat, PhotoInfo, Refusal};

/// Small forms of a photo, all of them upright.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnails {
    /// At most [`SMALL_SIDE_PIXELS`] along either side.
    pub small: Thumbnail,
    /// At most [`LARGE_SIDE_PIXELS`] along either side.
    pub large: Thumbnail,
    /// A blurred impression in about 25 bytes, in the format of the same name.
    pub thumbhash: Vec<u8>,
    /// Width of the upright photo itself in pixels.
    pub width: u32,
    /// Height of the upright photo itself in pixels.
    pub height: u32,
}

/// A thumbnail: lossy WebP with nothing but pixels, transparency, and the colour profile if it is not sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The file.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Where more quality is no longer seen on a photo shown small.
const QUALITY: f32 = 78.0;

/// A thumbhash is made from no more than this along either side.
const THUMBHASH_SIDE_PIXELS: u32 = 100;

/// Makes the thumbnails of a photo: of an animation, of its first frame. Nothing is ever enlarged.
///
/// Best made from what [`strip`](crate::strip) wrote: its structure is clean where the original may hold things that
/// a decoder stumbles over.
///
/// Takes [`PhotoInfo::decode_bytes`](crate::PhotoInfo::decode_bytes) of memory and what is said there: of a JPEG of
/// 12 megapixels 55 MiB in all were measured, of a progressive one 80.
///
/// # Errors
///
/// Refuses what [`strip`](crate::strip) refuses, and pixels that cannot be decoded.
pub fn thumbnails<R: Read + Seek>(input: R) -> Result<Thumbnails, Error> {
    let mut source = Source::new(input)?;
    let header = Header::read(&mut source)?;
    // The decoders are lenient and would show what they can of a damaged photo. It is refused, as it is when
    // it is stripped, so that both always agree.
    header.plan(&mut source)?;
    let reader = source.into_reader()?;
    // The decoders are others' work, fed with what strangers send. Should one panic, the photo is at fault.
    catch_unwind(AssertUnwindSafe(|| {
        let photo = decode(reader, &header.info)?;
        shrink_and_encode(photo, &header)
    }))
    .unwrap_or_else(|_| Err(undecodable().into()))
}

fn shrink_and_encode(photo: DynamicImage, header: &Header) -> Result<Thumbnails, Error> {
    let (width, height) = header.info.upright_size();
    let mut large = shrink(photo, LARGE_SIDE_PIXELS)?;
    large.apply_orientation(header.info.orientation.into());
    let profile = header.profile.as_ref().filter(|profile| goes_along(profile));
    let encoded_large = encode(&large, profile)?;
    let small = shrink(large, SMALL_SIDE_PIXELS)?;
    let encoded_small = encode(&small, profile)?;
    Ok(Thumbnails { small: encoded_small, large: encoded_large, thumbhash: thumbhash(small)?, width, height })
}

fn decode(reader: impl BufRead + Seek, info: &PhotoInfo) -> Result<DynamicImage, Error> {
    match info.format {
        PhotoFormat::Jpeg => decode_with(JpegDecoder::new(reader), info),
        PhotoFormat::Png => decode_with(PngDecoder::with_limits(reader, decoder_limits()), info),
        PhotoFormat::Gif => decode_with(GifDecoder::new(reader), info),
        PhotoFormat::WebP => decode_with(WebPDecoder::new(reader), info),
    }
}

fn decode_with(
    decoder: Result<impl ImageDecoder, ImageError>,
    info: &PhotoInfo,
) -> Result<DynamicImage, Error> {
    let mut decoder = decoder.map_err(refuse)?;
    decoder.set_limits(decoder_limits()).map_err(refuse)?;
    if decoder.dimensions() != (info.width, info.height) {
        return Err(Refusal::Corrupt("it states two sizes").into());
    }
    DynamicImage::from_decoder(decoder).map_err(refuse)
}

/// A second line behind our own checks.
fn decoder_limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PIXELS);
    limits.max_image_height = Some(MAX_SIDE_PIXELS);
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    limits
}

fn refuse(error: ImageError) -> Error {
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Refusal::Truncated.into()
        }
        ImageError::IoError(error) => Error::Io(error),
        ImageError::Unsupported(_) => Refusal::Unsupported("its encoding").into(),
        _ => undecodable().into(),
    }
}

fn undecodable() -> Refusal {
    Refusal::Corrupt("its pixels cannot be decoded")
}

/// The photo with its longest side at most `most`, in 8 bits of red, green, blue and perhaps alpha.
fn shrink(mut photo: DynamicImage, most: u32) -> Result<DynamicImage, Error> {
    let (width, height) = fitting(photo.width(), photo.height(), most);
    if (width, height) != (photo.width(), photo.height()) {
        photo = resize(photo, width, height)?;
    }
    Ok(match photo {
        DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => photo,
        _ if photo.color().has_alpha() => photo.into_rgba8().into(),
        _ => photo.into_rgb8().into(),
    })
}

/// Transparent pixels must not lend their hidden colour to their neighbours, so alpha is multiplied in before and
/// taken out after; in place, for the resizer would copy the whole photo to do it.
fn resize(mut photo: DynamicImage, width: u32, height: u32) -> Result<DynamicImage, Error> {
    let failed = |_| Error::Refused(Refusal::Unsupported("its kind of pixels"));
    let has_alpha = photo.color().has_alpha();
    let mut smaller = DynamicImage::new(width, height, photo.color());
    if has_alpha {
        MulDiv::new().multiply_alpha_inplace(&mut photo).map_err(failed)?;
    }
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new()
        .resize(&photo, &mut smaller, &options)
        .map_err(|_| Refusal::Unsupported("its kind of pixels"))?;
    if has_alpha {
        MulDiv::new().divide_alpha_inplace(&mut smaller).map_err(failed)?;
    }
    Ok(smaller)
}

/// The largest size of the same proportions within a square, and never larger than it is.
fn fitting(width: u32, height: u32, most: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= most {
        return (width, height);
    }
    // Rounded, and at least one; both sides are at most MAX_SIDE_PIXELS, so nothing overflows.
    let scaled = |side: u32| ((side * most * 2 + longest) / (longest * 2)).max(1);
    (scaled(width), scaled(height))
}

/// Whether thumbnails need the profile: their colours are RGB, and without one they are taken for sRGB.
fn goes_along(profile: &Profile) -> bool {
    profile.is_rgb() && !profile.is_srgb() && profile.bytes().len() <= MAX_THUMBNAIL_PROFILE_BYTES
}

fn encode(photo: &DynamicImage, profile: Option<&Profile>) -> Result<Thumbnail, Error> {
    let (width, height) = (photo.width(), photo.height());
    let encoder = match photo {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        _ => unreachable!("`shrink` leaves no other kind of pixels"),
    };
    let mut config = webp::WebPConfig::new().expect("libwebp is of the version it was built as");
    config.quality = QUALITY;
    let encoded = encoder.encode_advanced(&config).map_err(|_| Refusal::Unsupported("its kind of pixels"))?;
    let bytes = match profile {
        Some(profile) => crate::webp::with_profile(&encoded, profile.clone())?,
        None => encoded.to_vec(),
    };
    Ok(Thumbnail { bytes, width, height })
}

fn thumbhash(small: DynamicImage) -> Result<Vec<u8>, Error> {
    let tiny = shrink(small, THUMBHASH_SIDE_PIXELS)?.into_rgba8();
    Ok(thumbhash::rgba_to_thumb_hash(tiny.width() as usize, tiny.height() as usize, &tiny))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fit_and_keep_their_proportions() {
        assert_eq!(fitting(4000, 3000, 1280), (1280, 960));
        assert_eq!(fitting(3000, 4000, 320), (240, 320));
        assert_eq!(fitting(1281, 1281, 1280), (1280, 1280));
    }

    #[test]
    fn nothing_is_enlarged() {
        assert_eq!(fitting(1280, 1, 1280), (1280, 1));
        assert_eq!(fitting(7, 5, 320), (7, 5));
    }

    #[test]
    fn the_thinnest_photo_keeps_a_pixel() {
        assert_eq!(fitting(MAX_SIDE_PIXELS, 1, 320), (320, 1));
        assert_eq!(fitting(1, MAX_SIDE_PIXELS, 1280), (1, 1280));
    }
}
