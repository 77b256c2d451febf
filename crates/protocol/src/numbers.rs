//! Numbers with a meaning. Each is a plain JSON number that JavaScript can hold exactly.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use ts_rs::TS;

/// The largest integer that a JavaScript number holds exactly, 2^53 − 1.
pub const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
        #[serde(transparent)]
        #[ts(type = "number")]
        pub struct $name(pub u64);

        impl $name {
            /// The number that follows.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = u64::deserialize(deserializer)?;
                if value > SAFE_INTEGER_MAX {
                    return Err(de::Error::custom("a number must stay below 2^53"));
                }
                Ok(Self(value))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The number of a message in its conversation: 1, 2, 3 … without a gap, for ever. 0 means "none yet".
    Seq
}
number! {
    /// The number of a durable shared change in its conversation: 1, 2, 3 … without a gap, for ever.
    Version
}
number! {
    /// The number of a change that only one person sees (drafts, mutes, hidden messages …), counted per person.
    AccountVersion
}
number! {
    /// Milliseconds since 1970-01-01 UTC.
    Timestamp
}

impl Timestamp {
    /// This moment, `millis` later. Saturates instead of overflowing.
    #[must_use]
    pub fn plus_ms(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment, 0 when the clock went backwards.
    #[must_use]
    pub fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
