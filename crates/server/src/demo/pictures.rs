//! Photos that nobody took: landscapes, drawn from a few colours and waves.

use anyhow::{Context, Result};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

/// A landscape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    Lake,
    Dunes,
    Forest,
    Night,
    Dawn,
    Meadow,
    Harbour,
    Garden,
}

type Colour = [f32; 3];

/// How a landscape is painted: the sky from above to the horizon, a sun or moon, ridges from the farthest to the nearest.
struct Scene {
    width: u32,
    height: u32,
    sky: [Colour; 2],
    /// Where the light stands, across and down, and how large it is: in parts of the width.
    light: (f32, f32, f32),
    light_colour: Colour,
    /// How high each ridge reaches, in parts of the height, how rough it is, and its colour.
    ridges: &'static [(f32, f32, Colour)],
    /// From where on water mirrors what is above it, in parts of the height.
    water: Option<f32>,
}

const JPEG_QUALITY: u8 = 88;

impl Picture {
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Lake => "lake.jpg",
            Self::Dunes => "dunes.jpg",
            Self::Forest => "forest.jpg",
            Self::Night => "night.jpg",
            Self::Dawn => "dawn.jpg",
            Self::Meadow => "meadow.jpg",
            Self::Harbour => "harbour.jpg",
            Self::Garden => "garden.jpg",
        }
    }

    fn scene(self) -> Scene {
        match self {
            Self::Lake => Scene {
                width: 1_600,
                height: 1_067,
                sky: [[0.35, 0.60, 0.85], [0.93, 0.90, 0.82]],
                light: (0.72, 0.22, 0.03),
                light_colour: [1.0, 0.98, 0.88],
                ridges: &[
                    (0.42, 0.08, [0.55, 0.66, 0.76]),
                    (0.50, 0.06, [0.33, 0.48, 0.52]),
                    (0.57, 0.03, [0.16, 0.33, 0.28]),
                ],
                water: Some(0.62),
            },
            Self::Dunes => Scene {
                width: 1_600,
                height: 1_067,
                sky: [[0.94, 0.55, 0.35], [1.0, 0.86, 0.62]],
                light: (0.30, 0.28, 0.05),
                light_colour: [1.0, 0.95, 0.80],
                ridges: &[
                    (0.52, 0.05, [0.87, 0.60, 0.40]),
                    (0.62, 0.07, [0.80, 0.49, 0.30]),
                    (0.76, 0.09, [0.62, 0.33, 0.22]),
                ],
                water: None,
            },
            Self::Forest => Scene {
                width: 1_080,
                height: 1_440,
                sky: [[0.72, 0.82, 0.80], [0.90, 0.93, 0.85]],
                light: (0.55, 0.20, 0.06),
                light_colour: [0.98, 0.98, 0.92],
                ridges: &[
                    (0.38, 0.10, [0.56, 0.70, 0.62]),
                    (0.50, 0.12, [0.36, 0.54, 0.44]),
                    (0.64, 0.14, [0.20, 0.38, 0.28]),
                    (0.80, 0.12, [0.08, 0.22, 0.16]),
                ],
                water: None,
            },
            Self::Night => Scene {
                width: 1_600,
                height: 900,
                sky: [[0.03, 0.05, 0.14], [0.16, 0.20, 0.38]],
                light: (0.78, 0.20, 0.035),
                light_colour: [0.95, 0.95, 0.88],
                ridges: &[(0.60, 0.08, [0.10, 0.12, 0.24]), (0.72, 0.08, [0.05, 0.06, 0.14])],
                water: Some(0.80),
            },
            Self::Dawn => Scene {
                width: 1_600,
                height: 1_067,
                sky: [[0.30, 0.30, 0.55], [0.99, 0.70, 0.58]],
                light: (0.50, 0.52, 0.06),
                light_colour: [1.0, 0.90, 0.70],
                ridges: &[
                    (0.56, 0.06, [0.52, 0.40, 0.55]),
                    (0.66, 0.08, [0.32, 0.26, 0.42]),
                    (0.80, 0.08, [0.15, 0.13, 0.24]),
                ],
                water: None,
            },
            Self::Meadow => Scene {
                width: 1_440,
                height: 1_440,
                sky: [[0.40, 0.66, 0.92], [0.86, 0.94, 0.97]],
                light: (0.24, 0.18, 0.05),
                light_colour: [1.0, 1.0, 0.92],
                ridges: &[
                    (0.55, 0.05, [0.52, 0.70, 0.50]),
                    (0.66, 0.05, [0.42, 0.64, 0.32]),
                    (0.80, 0.06, [0.30, 0.52, 0.20]),
                ],
                water: None,
            },
            Self::Harbour => Scene {
                width: 1_600,
                height: 1_067,
                sky: [[0.20, 0.42, 0.62], [0.80, 0.86, 0.86]],
                light: (0.16, 0.30, 0.04),
                light_colour: [1.0, 0.97, 0.86],
                ridges: &[(0.46, 0.03, [0.40, 0.52, 0.60]), (0.52, 0.02, [0.22, 0.34, 0.42])],
                water: Some(0.55),
            },
            Self::Garden => Scene {
                width: 1_080,
                height: 1_350,
                sky: [[0.98, 0.80, 0.72], [0.99, 0.94, 0.84]],
                light: (0.66, 0.24, 0.08),
                light_colour: [0.99, 0.60, 0.44],
                ridges: &[
                    (0.55, 0.10, [0.60, 0.70, 0.46]),
                    (0.70, 0.10, [0.36, 0.52, 0.34]),
                    (0.84, 0.08, [0.72, 0.32, 0.40]),
                ],
                water: None,
            },
        }
    }
}

/// Draws a landscape, as a JPEG.
pub(super) fn draw(picture: Picture) -> Result<Vec<u8>> {
    let scene = picture.scene();
    let pixels = scene.paint();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .write_image(&pixels, scene.width, scene.height, ExtendedColorType::Rgb8)
        .context("a landscape cannot be written as a JPEG")?;
    Ok(jpeg)
}

impl Scene {
    fn paint(&self) -> Vec<u8> {
        let mut pixels = vec![0; self.width as usize * self.height as usize * 3];
        for x in 0..self.width {
            let tops: Vec<f32> = (0..self.ridges.len()).map(|ridge| self.top(ridge, x)).collect();
            for y in 0..self.height {
                let colour = self.colour(x, y, &tops);
                let at = (y as usize * self.width as usize + x as usize) * 3;
                for (byte, part) in pixels[at..at + 3].iter_mut().zip(colour) {
                    // Within the range, so that nothing is cut off.
                    *byte = (part.clamp(0.0, 1.0) * 255.0).round() as u8;
                }
            }
        }
        pixels
    }

    /// Where a ridge begins in a column: three waves, each shorter and lower than the one before.
    fn top(&self, ridge: usize, x: u32) -> f32 {
        let (height, roughness, _) = self.ridges[ridge];
        let across = x as f32 / self.width as f32;
        let phase = ridge as f32 * 2.3;
        let wave = (across * 5.0 + phase).sin()
            + (across * 13.0 + phase * 1.7).sin() * 0.4
            + (across * 37.0).sin() * 0.12;
        height - wave * roughness * 0.5
    }

    fn colour(&self, x: u32, y: u32, tops: &[f32]) -> Colour {
        let down = y as f32 / self.height as f32;
        match self.water {
            Some(shore) if down > shore => {
                let ripple = ((down - shore) * 220.0).sin() * 0.012;
                let mirrored = self.above(x, (2.0 * shore - down + ripple).max(0.0), tops);
                mix(mirrored, [0.10, 0.24, 0.32], 0.25 + (down - shore) * 0.5)
            }
            _ => self.above(x, down, tops),
        }
    }

    /// The nearest ridge that reaches so high, with haze at its foot; else the light; else the sky.
    fn above(&self, x: u32, down: f32, tops: &[f32]) -> Colour {
        let nearest = (0..tops.len()).rev().find(|ridge| down > tops[*ridge]);
        if let Some(ridge) = nearest {
            return mix(self.ridges[ridge].2, self.sky[1], ((down - tops[ridge]) * 0.5).min(0.18));
        }
        let sky = mix(self.sky[0], self.sky[1], (down / 0.6).min(1.0));
        let (light_x, light_y, radius) = self.light;
        let (across, down) = (x as f32 / self.width as f32, down * self.height as f32 / self.width as f32);
        let light_down = light_y * self.height as f32 / self.width as f32;
        let distance = ((across - light_x).powi(2) + (down - light_down).powi(2)).sqrt();
        let glow = if distance < radius { 1.0 } else { 0.45 * (-(distance - radius) * 14.0).exp() };
        mix(sky, self.light_colour, glow)
    }
}

fn mix(from: Colour, to: Colour, part: f32) -> Colour {
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_landscape_is_a_photo_that_can_be_sent() {
        let jpeg = draw(Picture::Night).unwrap();
        let info = kith_media::inspect(std::io::Cursor::new(jpeg)).unwrap();
        assert_eq!((info.width, info.height), (1_600, 900));
    }
}
