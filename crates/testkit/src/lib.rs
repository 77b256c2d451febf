//! For tests only: clients, clocks, fixtures and the store conformance suite.
//!
//! In reading order: [`ManualClock`]; [`rest`] and [`http`] to sign people up and in; [`TestClient`], a client of the
//! sockets with a framing of its own; [`Replica`], the reference client that folds what they say, and [`reader`], which has it read everything; [`Outbox`], which keeps what it sends until that is acknowledged; [`Person`], both of
//! them at a device; [`Program`], the real program to kill; and, with the feature `server`, the same in the process of the
//! test: `TestServer`.

mod clock;
pub use clock::ManualClock;

mod patience;
pub use patience::{PATIENCE, eventually};

pub mod http;
pub mod rest;
pub use rest::{Device, login, register};

mod socket;
pub use socket::{ANSWER_TIMEOUT, Connect, ConnectFailure, Link, Lost, Push, Tap, TestClient, Transport};

mod replica;
pub use replica::{Held, Next, Replica, Snapshot};

pub mod reader;

mod outbox;
pub use outbox::{Outbox, Settled, will_pass};

pub mod conformance;

pub mod history;

mod person;
pub use person::{Person, client_id, message};

pub mod transcripts;

mod program;
pub use program::{Launch, Program};
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "server")]
pub use server::TestServer;
