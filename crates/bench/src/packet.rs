//! Engine.IO and Socket.IO packets in the default namespace.

use anyhow::{Context, Result};
use serde_json::Value;

/// A packet that the server sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet<'a> {
    /// The connection is open; now comes CONNECT.
    Open,
    /// Is the client still there?
    Ping,
    /// The client was let in.
    Connected,
    /// It was not, and why.
    Refused(&'a [u8]),
    /// Something happened: `["name", payload]`.
    Event(&'a [u8]),
    /// The answer to the event of this number: `[answer]`.
    Ack(u64, &'a [u8]),
    /// The connection is over.
    Closed,
    /// Nothing that a load generator knows.
    Other,
}

/// Reads a packet.
pub(crate) fn read(text: &[u8]) -> Packet<'_> {
    match text {
        [b'0', ..] => Packet::Open,
        [b'2', ..] => Packet::Ping,
        [b'4', b'0', ..] => Packet::Connected,
        [b'4', b'4', why @ ..] => Packet::Refused(why),
        [b'4', b'2', event @ ..] => Packet::Event(event),
        [b'4', b'3', answer @ ..] => ack(answer),
        [b'1', ..] | [b'4', b'1', ..] => Packet::Closed,
        _ => Packet::Other,
    }
}

fn ack(text: &[u8]) -> Packet<'_> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let id = text[..digits].iter().fold(0_u64, |id, digit| id.wrapping_mul(10) + u64::from(digit - b'0'));
    Packet::Ack(id, &text[digits..])
}

/// Whether an answer says yes, without parsing it.
pub(crate) fn is_ok(answer: &[u8]) -> bool {
    answer.starts_with(b"[{\"ok\":true")
}

/// The answer itself.
///
/// # Errors
/// When it is not one.
pub(crate) fn parse(answer: &[u8]) -> Result<Value> {
    let answers: Vec<Value> = serde_json::from_slice(answer).context("an ack is a list")?;
    answers.into_iter().next().context("an ack has one argument")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_told_apart() {
        assert_eq!(read(b"0{\"sid\":\"x\"}"), Packet::Open);
        assert_eq!(read(b"2"), Packet::Ping);
        assert_eq!(read(b"40{\"sid\":\"x\"}"), Packet::Connected);
        assert_eq!(read(b"42[\"typing\",1]"), Packet::Event(b"[\"typing\",1]"));
        assert_eq!(read(b"431207[{\"ok\":true}]"), Packet::Ack(1207, b"[{\"ok\":true}]"));
        assert!(is_ok(b"[{\"ok\":true}]"));
        assert!(!is_ok(b"[{\"ok\":false,\"error\":{}}]"));
    }
}
