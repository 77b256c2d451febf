//! Signed-in devices and their tokens.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::Entropy;

/// What a device proves itself with: 256 random bits. Shown once, kept nowhere; only its [`TokenHash`] is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A fresh one.
    #[must_use]
    pub fn random(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// Reads what a client sent; `None` when it cannot be a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        // The decoder wants to know beforehand that the text is not longer than a token.
        let length = if text.len() == 43 { URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()? } else { 0 };
        (length == bytes.len()).then_some(Self(bytes))
    }

    /// What the client is given: 43 characters of URL-safe base64.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored. A plain SHA-256 is enough for 256 random bits.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The SHA-256 of a token: what the store knows of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_being_sent_and_never_shows_itself() {
        let token = Token::random(&Entropy::from_seed([1; 32]));
        let text = token.reveal();
        assert_eq!(text.len(), 43);
        assert_eq!(Token::parse(&text), Some(token.clone()));
        assert_eq!(Token::parse(&text).map(|token| token.hash()), Some(token.hash()));
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token(…) TokenHash(…)");
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        for text in ["", "short", &"A".repeat(42), &"A".repeat(44), &"*".repeat(43), &"é".repeat(21)] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }
}
