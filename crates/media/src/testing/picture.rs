use image::{DynamicImage, Rgb, RgbImage, metadata};

use crate::Orientation;

/// A corner of an upright photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Corner {
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

/// The colour that the quarter of each photo in this corner has when the photo is upright, give or take the noise.
pub fn corner_colour(corner: Corner) -> [u8; 3] {
    match corner {
        Corner::TopLeft => [200, 60, 60],
        Corner::TopRight => [60, 180, 80],
        Corner::BottomLeft => [60, 80, 200],
        Corner::BottomRight => [210, 200, 120],
    }
}

/// A picture of this stored size that stands upright once it is turned as the orientation says.
pub(super) fn stored(width: u32, height: u32, orientation: Orientation) -> DynamicImage {
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let mut picture = upright(width, height);
    picture.apply_orientation(inverse(orientation));
    picture
}

pub(super) fn upright(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        let corner = match (x < width / 2, y < height / 2) {
            (true, true) => Corner::TopLeft,
            (false, true) => Corner::TopRight,
            (true, false) => Corner::BottomLeft,
            (false, false) => Corner::BottomRight,
        };
        let noise = noise(x, y);
        Rgb(corner_colour(corner).map(|channel| channel.saturating_add(noise)))
    })
    .into()
}

/// Up to 15, as a sensor makes it: a photo without noise would be unnaturally small and quick.
fn noise(x: u32, y: u32) -> u8 {
    let mixed = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77)).wrapping_mul(0xc2b2_ae3d);
    (mixed >> 28) as u8
}

fn inverse(orientation: Orientation) -> metadata::Orientation {
    match orientation.into() {
        metadata::Orientation::Rotate90 => metadata::Orientation::Rotate270,
        metadata::Orientation::Rotate270 => metadata::Orientation::Rotate90,
        undoes_itself => undoes_itself,
    }
}
