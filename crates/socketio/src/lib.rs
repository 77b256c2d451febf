//! Engine.IO 4 and Socket.IO 5 for axum. Knows nothing of chat.
//!
//! A program implements [`Application`], which admits requests and authenticates CONNECTs, and [`Session`],
//! which handles the events of one socket strictly in order. It talks back through [`Socket`] handles with
//! [`EncodedEvent`]s that are serialized once and shared by all who receive them. [`Server`] mounts it.

mod application;
mod config;
mod event;
mod handle;
mod server;

pub use application::{
    Application, ConnectError, DisconnectReason, Handshake, Refusal, RequestInfo, RequestKind, Session,
};
pub use config::{Config, Cors};
pub use event::{AckId, EncodedEvent, Event};
pub use handle::{AckError, EmitError, Queued, Socket};
pub use server::Server;
