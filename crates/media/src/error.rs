use std::io;

/// Why nothing came of a photo.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The photo is at fault. Whoever sent it is told.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The disk is at fault, or whatever else stands behind the reader or writer.
    #[error("the photo could not be read or written")]
    Io(#[from] io::Error),
}

/// What is wrong with a photo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The content is none of the formats that are treated as photos, whatever its name says.
    #[error("this is not a JPEG, PNG, GIF or WebP photo")]
    NotAPhoto,
    /// The file ends before the photo does.
    #[error("the photo ends too early")]
    Truncated,
    /// The file breaks the rules of its format; the words say where.
    #[error("the photo is damaged: {0}")]
    Corrupt(&'static str),
    /// The file keeps the rules of its format but uses a part of it that we do not decode.
    #[error("this kind of photo is not supported: {0}")]
    Unsupported(&'static str),
    /// Over [`MAX_PIXELS`](crate::limits::MAX_PIXELS) or [`MAX_SIDE_PIXELS`](crate::limits::MAX_SIDE_PIXELS).
    #[error("the photo is too large: {width} by {height} pixels")]
    TooManyPixels {
        /// Pixels across, as stored.
        width: u32,
        /// Pixels down, as stored.
        height: u32,
    },
    /// The file is over [`MAX_PHOTO_BYTES`](crate::limits::MAX_PHOTO_BYTES).
    #[error("the photo is too large: {bytes} bytes")]
    TooManyBytes {
        /// The file's size.
        bytes: u64,
    },
    /// Decoding would exceed [`MAX_DECODE_BYTES`](crate::limits::MAX_DECODE_BYTES).
    #[error("the photo would take too much memory: {bytes} bytes")]
    TooMuchMemory {
        /// What decoding would take.
        bytes: u64,
    },
    /// More frames, scans or pieces than [`limits`](crate::limits) allow, or too large a colour profile; the word
    /// says which.
    #[error("the photo has too many {0}")]
    TooMany(&'static str),
}
