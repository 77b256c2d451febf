//! What several of the tests look at photos with.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, DynamicImage, ImageError, ImageFormat, ImageReader};
use kith_media::{Error, PhotoFormat, Refusal, Stripped};

/// Strips in memory.
pub(crate) fn strip(photo: &[u8]) -> Result<(Stripped, Vec<u8>), Error> {
    let mut output = Vec::new();
    let stripped = kith_media::strip(Cursor::new(photo), &mut output)?;
    assert_eq!(stripped.bytes, output.len() as u64, "the length foretold is the length written");
    Ok((stripped, output))
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The pixels of every frame, as a decoder that knows nothing of us sees them.
pub(crate) fn frames(photo: &[u8], format: PhotoFormat) -> Result<Vec<DynamicImage>, ImageError> {
    let animation = match format {
        PhotoFormat::Gif => GifDecoder::new(Cursor::new(photo))?.into_frames(),
        PhotoFormat::WebP if is_animated_webp(photo) => WebPDecoder::new(Cursor::new(photo))?.into_frames(),
        _ => return Ok(vec![ImageReader::with_format(Cursor::new(photo), image_format(format)).decode()?]),
    };
    let frames = animation.collect_frames()?;
    Ok(frames.into_iter().map(|frame| frame.into_buffer().into()).collect())
}

fn is_animated_webp(photo: &[u8]) -> bool {
    WebPDecoder::new(Cursor::new(photo)).is_ok_and(|decoder| decoder.has_animation())
}

fn image_format(format: PhotoFormat) -> ImageFormat {
    match format {
        PhotoFormat::Jpeg => ImageFormat::Jpeg,
        PhotoFormat::Png => ImageFormat::Png,
        PhotoFormat::Gif => ImageFormat::Gif,
        PhotoFormat::WebP => ImageFormat::WebP,
    }
}
