//! Photos as they arrive, and what becomes of them. Decoders that know nothing of this crate judge the results.

mod common;
mod corpus;
mod properties;
mod refusals;
mod strip;
mod thumbnails;
