//! Refusals: few, typed, stable.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Seq;

/// Why something was refused. Clients decide by this word; the sentence beside it is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not signed in, or no longer.
    Unauthorized,
    /// Signed in and a member, but without the right.
    Forbidden,
    /// No such thing, or not for you: always the same answer.
    NotFound,
    /// It collides with what is there: a name that is taken, a text edited since, a `client_id` used for something else.
    Conflict,
    /// Malformed; `field` says where.
    Invalid,
    /// Over a limit; `limit` says which number.
    TooLarge,
    /// Too often; come back after `retry_after_ms`.
    RateLimited,
    /// It was there and has been deleted.
    Gone,
    /// The server cannot do it now (disk full, shutting down). Nothing was changed.
    Unavailable,
    /// The server's own fault. Nothing is known to have changed.
    Internal,
}

impl ErrorCode {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::Gone => "gone",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that carries it.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Invalid => 400,
            Self::TooLarge => 413,
            Self::RateLimited => 429,
            Self::Gone => 410,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}

/// A refusal as a client sees it: in the ack of a socket event and, wrapped in a [`Problem`], in REST.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErrorBody {
    /// What to decide by.
    pub code: ErrorCode,
    /// A sentence for a person, in English.
    pub message: String,
    /// The part of the request that is to blame, as a path: `members[2].role`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// The number that was exceeded, in the unit of the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub limit: Option<u64>,
    /// How long to wait before it is worth trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub retry_after_ms: Option<u64>,
    /// The message that a `client_id` already belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub seq: Option<Seq>,
}

/// An RFC 9457 problem document: how REST says an [`ErrorBody`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// Always `about:blank`: the `code` is what to decide by.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// The code in words.
    pub title: String,
    /// The sentence for a person.
    pub detail: String,
    /// The refusal itself.
    #[serde(flatten)]
    pub error: ErrorBody,
}

impl From<ErrorBody> for Problem {
    fn from(error: ErrorBody) -> Self {
        Self {
            kind: "about:blank".into(),
            status: error.code.status(),
            title: error.code.as_str().replace('_', " "),
            detail: error.message.clone(),
            error,
        }
    }
}
