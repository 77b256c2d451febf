//! Refusals: what the world did wrong, typed and few.

use std::{fmt, time::Duration};

use kith_protocol::{ErrorBody, ErrorCode, Seq};

use crate::text;

/// Why a request was not carried out. Nothing was changed when one is returned.
///
/// It is what a client is told; causes that are nobody's business (paths, SQL) are logged where they are met and never
/// become part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<ErrorBody>);

impl Refusal {
    /// A refusal with a code and a sentence.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorBody {
            code,
            message: message.into(),
            field: None,
            limit: None,
            retry_after_ms: None,
            seq: None,
        }))
    }

    /// Not signed in, or no longer.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(ErrorCode::Unauthorized, "Sign in first.")
    }

    /// No such thing, or not for this person: always the same words, so that nothing can be found out by asking.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such thing here.")
    }

    /// A member without the right.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// Kept out by the console.
    #[must_use]
    pub fn suspended() -> Self {
        Self::forbidden("This account is suspended. Ask whoever runs the server.")
    }

    /// It collides with what is there.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// It was there and has been deleted.
    #[must_use]
    pub fn gone() -> Self {
        Self::new(ErrorCode::Gone, "This message has been deleted.")
    }

    /// Malformed; `field` is the path of the part to blame.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message).at(field)
    }

    /// Over a limit, in the limit's unit.
    #[must_use]
    pub fn too_large(field: impl Into<String>, limit: usize, message: impl Into<String>) -> Self {
        let mut refusal = Self::new(ErrorCode::TooLarge, message).at(field);
        refusal.0.limit = Some(limit as u64);
        refusal
    }

    /// Too often, or too much at once.
    #[must_use]
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        let mut refusal =
            Self::new(ErrorCode::RateLimited, "Too many requests at once. Try again in a moment.");
        refusal.0.retry_after_ms = Some(retry_after_ms);
        refusal
    }

    /// The server cannot do it now.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unavailable, message)
    }

    /// The server's own fault. The cause is logged by whoever makes this.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(ErrorCode::Internal, "Something went wrong on the server.")
    }

    /// The same refusal, blaming a part of the request.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// The same refusal, naming the message that is in the way.
    #[must_use]
    pub fn with_seq(mut self, seq: Seq) -> Self {
        self.0.seq = Some(seq);
        self
    }

    /// The same refusal, saying when to come back.
    #[must_use]
    pub fn retry_after(mut self, millis: u64) -> Self {
        self.0.retry_after_ms = Some(millis);
        self
    }

    /// What to decide by.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// When to come back, if that was said: after so long.
    #[must_use]
    pub fn comes_back(&self) -> Option<Duration> {
        self.0.retry_after_ms.map(Duration::from_millis)
    }

    /// What the client is told.
    #[must_use]
    pub fn into_body(self) -> ErrorBody {
        *self.0
    }
}

impl From<text::Invalid> for Refusal {
    fn from(invalid: text::Invalid) -> Self {
        match invalid.limit {
            Some(limit) => Self::too_large(invalid.field, limit, invalid.message),
            None => Self::invalid(invalid.field, invalid.message),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.message)?;
        match &self.0.field {
            Some(field) => write!(f, " ({field})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}
