//! Events: as they come in, and encoded once to go out to many.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The number by which a client recognises the answer to an event. It can be used once.
#[derive(Debug, PartialEq, Eq)]
pub struct AckId(pub(crate) u64);

/// An event of a client.
#[derive(Debug)]
pub struct Event {}

impl Event {
    /// The event's name.
    pub fn name(&self) -> &str {
        unimplemented!()
    }

    /// The first argument, read into `T`; a missing one reads as `null`. Nesting deeper than serde_json's own
    /// 128 levels is an error; a stricter limit is the application's to check on [`Event::raw_payload`].
    pub fn payload<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        unimplemented!()
    }

    /// The first argument as raw JSON text; `null` when there is none.
    pub fn raw_payload(&self) -> &str {
        unimplemented!()
    }

    /// All arguments as raw JSON, separated by commas and without the brackets around them.
    pub fn raw_args(&self) -> &str {
        unimplemented!()
    }

    /// The binary attachments that the placeholders in the arguments stand for.
    pub fn attachments(&self) -> &[Bytes] {
        unimplemented!()
    }

    /// The ack that the client waits for, the first time it is taken.
    pub fn take_ack(&mut self) -> Option<AckId> {
        unimplemented!()
    }
}

/// An event in the form in which it travels. Making one serializes once; cloning it and emitting it to any
/// number of sockets shares the bytes.
#[derive(Debug, Clone)]
pub struct EncodedEvent {}

impl EncodedEvent {
    /// An event with one argument.
    ///
    /// # Errors
    /// When `payload` cannot be written as JSON.
    pub fn new(name: &str, payload: &impl Serialize) -> serde_json::Result<Self> {
        let _ = (name, payload);
        unimplemented!()
    }

    /// An event from arguments that are JSON already, separated by commas and without brackets (as
    /// [`Event::raw_args`] gives them), with the attachments that their placeholders stand for. The caller
    /// answers for the JSON.
    pub fn from_raw_args(name: &str, args: &str, attachments: Vec<Bytes>) -> Self {
        let _ = (name, args, attachments);
        unimplemented!()
    }

    /// What it occupies in a queue.
    pub fn len_bytes(&self) -> usize {
        unimplemented!()
    }
}
