//! Socket.IO 5: namespaces, events and acknowledgements, upon the messages of an [`engine`](crate::engine).

mod client;
mod event;
mod handle;
pub(crate) mod packet;

pub(crate) use self::client::SocketService;
pub use self::event::{AckId, Arguments, EncodedEvent, Event};
pub use self::handle::{AckError, EmitError, Queued, Socket};
