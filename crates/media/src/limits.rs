//! What a photo may be at most. Each limit is checked before the thing it bounds is allocated or decoded.

/// Pixels of a photo, width times height: 50 megapixels, what the largest common telephone cameras make.
pub const MAX_PIXELS: u64 = 50_000_000;

/// Pixels along either side of a photo.
pub const MAX_SIDE_PIXELS: u32 = 16_384;

/// Bytes of a photo's file. Larger ones still travel, as files.
pub const MAX_PHOTO_BYTES: u64 = 64 * 1024 * 1024;

/// Memory that decoding a photo may take, as [`PhotoInfo::decode_bytes`](crate::PhotoInfo::decode_bytes)
/// reckons it. Still photos of 50 megapixels and 8 bits fit; of animations and of progressive JPEGs without chroma
/// subsampling, somewhat smaller ones.
pub const MAX_DECODE_BYTES: u64 = 384 * 1024 * 1024;

/// Frames of an animation.
pub const MAX_FRAMES: u32 = 2_000;

/// Scans of a JPEG. A progressive one has about ten; each costs the decoder a walk over all pixels.
pub const MAX_JPEG_SCANS: u32 = 64;

/// Bytes of a colour profile. Those for printing, the largest there are, take about 2 MiB.
pub const MAX_PROFILE_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a colour profile that thumbnails carry along; those of cameras and screens take about 600.
pub const MAX_THUMBNAIL_PROFILE_BYTES: usize = 64 * 1024;

/// Runs of bytes that a stripped photo is put together from. Real photos need fewer than a hundred, animations a
/// few for each frame.
pub const MAX_PIECES: usize = 32_768;

/// The longest side of the small thumbnail in pixels.
pub const SMALL_SIDE_PIXELS: u32 = 320;

/// The longest side of the large thumbnail in pixels.
pub const LARGE_SIDE_PIXELS: u32 = 1_280;
