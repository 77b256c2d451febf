//! Reading on after a refusal, so that it is heard: who is still sending when the connection closes may never see the answer.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;

/// How much of a refused body is read all the same, and for how long.
const BYTES_MAX: usize = 64 * 1024 * 1024;
const TIME_MAX: Duration = Duration::from_secs(10);

/// A body. What is left of it when this is dropped is read and thrown away for a while.
pub(crate) struct Drained(Option<BodyDataStream>);

impl Drained {
    /// A body that nothing was read of yet.
    pub(crate) fn new(body: Body) -> Self {
        Self(Some(body.into_data_stream()))
    }

    /// The body itself.
    pub(crate) fn stream(&mut self) -> &mut BodyDataStream {
        self.0.as_mut().expect("it is there until this is dropped")
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        if let Some(body) = self.0.take() {
            tokio::spawn(tokio::time::timeout(TIME_MAX, drain(body)));
        }
    }
}

async fn drain(mut body: BodyDataStream) {
    let mut left = BYTES_MAX;
    while left > 0 {
        match body.next().await {
            Some(Ok(part)) => left = left.saturating_sub(part.len()),
            _ => return,
        }
    }
}
