//! Engine.IO 4 and Socket.IO 5 for axum. Knows nothing of chat.
//!
//! A program implements [`Application`], which admits requests and authenticates CONNECTs, and [`Session`],
//! which handles the events of one socket strictly in order. It talks back through [`Socket`] handles with
//! [`EncodedEvent`]s that are serialized once and shared by all who receive them. [`Server`] mounts it.

mod application;
mod config;
pub mod engine;
#[doc(hidden)]
pub mod fuzzing;
mod server;
mod socket;

pub use application::{Application, ConnectError, Handshake, Session};
pub use config::{Config, Cors};
pub use engine::{DisconnectReason, Refusal, RequestInfo, RequestKind};
pub use server::Server;
pub use socket::{AckError, AckId, Arguments, EmitError, EncodedEvent, Event, Queued, Socket};
