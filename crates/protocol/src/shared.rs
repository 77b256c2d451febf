//! A value that goes out many times.

use std::{ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A value that many answers share, and the JSON that all of them say. Cloning it copies neither.
#[derive(Clone, Debug)]
pub struct Shared<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    value: T,
    json: Option<Box<RawValue>>,
}

impl<T: Serialize> Shared<T> {
    /// Writes the value now, for all answers that it will be in.
    ///
    /// # Panics
    /// When the value cannot be written as JSON. Those of this crate can.
    #[must_use]
    pub fn written(value: T) -> Self {
        let json = serde_json::value::to_raw_value(&value).expect("wire types always serialize");
        Self(Arc::new(Inner { value, json: Some(json) }))
    }

    /// How long the JSON is that is kept, in bytes.
    #[must_use]
    pub fn json_bytes(&self) -> usize {
        self.0.json.as_deref().map_or(0, |json| json.get().len())
    }
}

impl<T: Clone> Shared<T> {
    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => inner.value,
            Err(shared) => shared.value.clone(),
        }
    }
}

impl<T> From<T> for Shared<T> {
    /// A value that is written whenever it goes out.
    fn from(value: T) -> Self {
        Self(Arc::new(Inner { value, json: None }))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T: PartialEq> PartialEq<T> for Shared<T> {
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.json {
            Some(json) => json.serialize(serializer),
            None => self.0.value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}
