//! The server as clients meet it: over real sockets, with a client that says exactly what it is told to.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test itself")]

mod app;
mod client;
mod corpus;
mod engine_suite;
mod frames;
mod lifecycle;
mod limits;
mod order;
mod socket_suite;
mod times;

#[expect(dead_code, reason = "its `main` is for those who run the public suites")]
#[path = "../../examples/conformance.rs"]
mod conformance;
