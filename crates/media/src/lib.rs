//! Everything about the bytes of photos and files, and nothing about who sends them.
//!
//! A file that arrives is [`sniff`]ed: its type comes from its content, never from its name. A photo is then
//! [`inspect`]ed (only headers are read, so that a hostile one costs nothing), [`strip`]ped of every piece of
//! metadata without touching its pixels, and made into [`thumbnails`].
//!
//! The crate is pure: no runtime, no network, no clock. Its functions block, and decoding takes the memory that
//! [`PhotoInfo::decode_bytes`] foretells; whoever calls them bounds how many run at once. They never panic on any
//! input: what cannot be handled is an [`Error::Refused`] that says why.

pub mod limits;

mod error;
mod inspect;
mod orientation;
mod sniff;
mod strip;
mod thumbnails;

mod exif;
mod gif;
mod icc;
mod jpeg;
mod plan;
mod png;
mod source;
mod webp;

#[cfg(feature = "testing")]
pub mod testing;

pub use error::{Error, Refusal};
pub use inspect::{PhotoFormat, PhotoInfo, inspect};
pub use orientation::Orientation;
pub use sniff::{Kind, SNIFF_BYTES, Sniffed, sniff};
pub use strip::{Stripped, strip};
pub use thumbnails::{Thumbnail, Thumbnails, thumbnails};
