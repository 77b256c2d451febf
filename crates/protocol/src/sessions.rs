//! Signing up, in and out, and the devices that are signed in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Me, SessionId, Timestamp};

/// One signed-in device of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// What the device calls itself ("Firefox on Debian"), from its `User-Agent`.
    pub device: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last heard of, to the minute.
    pub last_used_at: Timestamp,
    /// It is the one that asks.
    pub current: bool,
}

/// How the proof of being signed in is handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// A cookie that scripts cannot read: for browsers.
    #[default]
    Cookie,
    /// A bearer token in the answer: for everything else.
    Token,
}

/// `POST /auth/register`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Register {
    /// 3–32 characters, any script, unique without regard to case.
    pub username: String,
    /// At least 8 characters.
    pub password: String,
    /// What others call them; the username when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub display_name: Option<String>,
    /// Cookie (the default) or token.
    #[serde(default)]
    #[ts(optional, as = "Option<Grant>")]
    pub grant: Grant,
}

/// `POST /auth/login`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Login {
    /// As registered, in any case.
    pub username: String,
    /// The password.
    pub password: String,
    /// Cookie (the default) or token.
    #[serde(default)]
    #[ts(optional, as = "Option<Grant>")]
    pub grant: Grant,
}

/// The answer of `register` and `login`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignedIn {
    /// Who.
    pub user: Me,
    /// As which device.
    pub session: Session,
    /// The bearer token, only when it was asked for. It is not kept and cannot be shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub token: Option<String>,
}

/// `GET /auth/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionList {
    /// Newest use first.
    pub sessions: Vec<Session>,
    /// Always false: one person's devices fit one answer.
    pub more: bool,
}

/// `GET /server`: what a client must know before anyone has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ServerInfo {
    /// What this server calls itself.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// Whether anyone may make an account.
    pub registration: Registration,
    /// No account exists yet: whoever registers first owns the server.
    pub empty: bool,
    /// It runs with demonstration data; the people one may try it as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub demo: Option<Demo>,
    /// The largest attachment, in bytes.
    #[ts(type = "number")]
    pub attachment_bytes_max: u64,
    /// Whether the cookie or token that came with the question is that of a session: a client that does not know need not
    /// try, and be refused.
    pub signed_in: bool,
}

/// The people of a demonstration. `POST /demo/{username}` signs in as one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Demo {
    /// Their usernames, the two main ones first.
    pub people: Vec<DemoPerson>,
}

/// One person of a demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DemoPerson {
    /// For `POST /demo/{username}`.
    pub username: String,
    /// What to call them.
    pub display_name: String,
}

/// Whether anyone may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Anyone who reaches the server.
    #[default]
    Open,
    /// Nobody but through the console.
    Closed,
}
