//! The packets of Socket.IO inside of those of Engine.IO, as a client reads them. Written anew here, on purpose: a client
//! that shared its parser with the server would agree with it about everything.

use serde_json::Value;

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Packet {
    /// Engine.IO: the connection is open, with its `sid`.
    Open(Value),
    /// Engine.IO: are you there?
    Ping,
    /// Engine.IO: the connection closes.
    Close,
    /// Engine.IO: the answer to a probe, or nothing at all.
    Other,
    /// Socket.IO: you are in.
    Connected,
    /// Socket.IO: you are not.
    ConnectError(Value),
    /// Socket.IO: the socket has been ended.
    Disconnected,
    /// Socket.IO: an event with its payload.
    Event(String, Value),
    /// Socket.IO: the answer to an event.
    Ack(u64, Value),
}

/// Reads one packet of the namespace `/`.
pub(crate) fn read(text: &str) -> Packet {
    let Some(kind) = text.chars().next() else { return Packet::Other };
    let rest = &text[kind.len_utf8()..];
    match kind {
        '0' => Packet::Open(json(rest)),
        '1' => Packet::Close,
        '2' => Packet::Ping,
        '4' => read_message(rest),
        _ => Packet::Other,
    }
}

fn read_message(text: &str) -> Packet {
    let Some(kind) = text.chars().next() else { return Packet::Other };
    let rest = &text[1..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (id, args) = rest.split_at(digits);
    match kind {
        '0' => Packet::Connected,
        '1' => Packet::Disconnected,
        '2' => {
            let args = json(args);
            let name = args[0].as_str().expect("an event has a name").to_owned();
            Packet::Event(name, args[1].clone())
        }
        '3' => Packet::Ack(id.parse().expect("an ack has a number"), json(args)[0].clone()),
        '4' => Packet::ConnectError(json(args)),
        other => panic!("the server sent a packet of kind {other}, which nothing here asks for"),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text)
        .unwrap_or_else(|error| panic!("the server sent what is no JSON: {error}: {text}"))
}

/// Writes an event; with a number, an answer is wanted.
pub(crate) fn event(name: &str, payload: &str, ack: Option<u64>) -> String {
    let name = Value::from(name);
    let ack = ack.map(|id| id.to_string()).unwrap_or_default();
    format!("42{ack}[{name},{payload}]")
}

/// Splits what one poll brings.
pub(crate) fn split(body: &str) -> impl Iterator<Item = &str> {
    body.split('\u{1e}').filter(|packet| !packet.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_packet_is_told_from_the_others() {
        assert_eq!(read("2"), Packet::Ping);
        assert_eq!(read(r#"40{"sid":"x"}"#), Packet::Connected);
        assert_eq!(read(r#"44{"message":"no"}"#), Packet::ConnectError(json!({ "message": "no" })));
        assert_eq!(read(r#"42["a",{"b":1}]"#), Packet::Event("a".into(), json!({ "b": 1 })));
        assert_eq!(read(r#"4312[{"ok":true}]"#), Packet::Ack(12, json!({ "ok": true })));
        assert_eq!(event("sync", "{}", Some(7)), r#"427["sync",{}]"#);
        assert_eq!(split("2\u{1e}6").collect::<Vec<_>>(), ["2", "6"]);
    }
}
