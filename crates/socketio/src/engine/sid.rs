//! [`Sid`]: the secret by which the requests of one connection find each other.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;

const RANDOM_BYTES: usize = 15;
const TEXT_BYTES: usize = RANDOM_BYTES / 3 * 4;

/// 120 random bits, written as twenty characters of URL-safe base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sid([u8; TEXT_BYTES]);

impl Sid {
    /// A fresh one, which nobody can guess.
    #[expect(clippy::disallowed_methods, reason = "a secret must not be repeatable, not even from a seed")]
    pub(crate) fn random() -> Self {
        let mut random = [0; RANDOM_BYTES];
        rand::rng().fill_bytes(&mut random);
        let mut text = [0; TEXT_BYTES];
        URL_SAFE_NO_PAD.encode_slice(random, &mut text).expect("15 bytes fill 20 characters of base64");
        Self(text)
    }

    /// Takes what a client names as its `sid`. Whether there is such a connection is another question.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().filter(|bytes: &[u8; TEXT_BYTES]| bytes.is_ascii()).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a sid is made of ASCII only")
    }
}

impl fmt::Debug for Sid {
    /// A sid gives access to its connection, so it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sid(…)")
    }
}
