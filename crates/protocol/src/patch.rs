//! Telling "not mentioned" from "set to nothing" in a partial change.

use serde::{Deserialize, Deserializer};

/// Deserializes a field that is present, `null` included, into `Some`. With `#[serde(default)]`, absent stays `None`.
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}
