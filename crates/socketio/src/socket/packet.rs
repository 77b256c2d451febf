//! The envelope of a Socket.IO 5 packet: type, namespace, ack id, and where the JSON lies. What the JSON says
//! is the application's to read.

use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Names that mean something to Socket.IO itself; no event may bear them.
const RESERVED_NAMES: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// A packet of a client, borrowed from the message in which it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    pub(crate) kind: PacketKind,
    /// How many binary messages follow that belong to it.
    pub(crate) attachments: usize,
    /// With its slash; `/` when none was named.
    pub(crate) namespace: &'a str,
    pub(crate) ack: Option<u64>,
    /// Where the JSON begins; it goes on to the end.
    pub(crate) data_at: usize,
}

/// The types a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PacketKind {
    Connect,
    Disconnect,
    Event,
    Ack,
}

/// Why a message is no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseError {
    #[error("not a packet type of a client")]
    Type,
    #[error("not a number of attachments")]
    Attachments,
    #[error("more attachments than allowed")]
    TooManyAttachments,
    #[error("an ack id is missing, too large or out of place")]
    AckId,
    #[error("the JSON is malformed or of the wrong shape")]
    Json,
}

impl<'a> Packet<'a> {
    /// Reads the envelope: all but the JSON.
    pub(crate) fn parse(text: &'a str, attachments_max: usize) -> Result<Self, ParseError> {
        let mut rest = text;
        let (kind, is_binary) = match take_byte(&mut rest) {
            Some(b'0') => (PacketKind::Connect, false),
            Some(b'1') => (PacketKind::Disconnect, false),
            Some(b'2') => (PacketKind::Event, false),
            Some(b'3') => (PacketKind::Ack, false),
            Some(b'5') => (PacketKind::Event, true),
            Some(b'6') => (PacketKind::Ack, true),
            _ => return Err(ParseError::Type),
        };
        let attachments = if is_binary { take_attachments(&mut rest, attachments_max)? } else { 0 };
        let namespace = take_namespace(&mut rest);
        let ack = take_ack(&mut rest)?;
        if ack.is_some() && matches!(kind, PacketKind::Connect | PacketKind::Disconnect) {
            return Err(ParseError::AckId);
        }
        if ack.is_none() && kind == PacketKind::Ack {
            return Err(ParseError::AckId);
        }
        Ok(Self { kind, attachments, namespace, ack, data_at: text.len() - rest.len() })
    }
}

/// The payload of a CONNECT: nothing, or an object.
pub(crate) fn parse_auth(data: &str) -> Result<Option<&str>, ParseError> {
    if data.is_empty() {
        return Ok(None);
    }
    let object: &RawValue = serde_json::from_str(data).map_err(|_| ParseError::Json)?;
    if object.get().starts_with('{') { Ok(Some(object.get())) } else { Err(ParseError::Json) }
}

/// Where the parts of a JSON array lie, relative to its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elements {
    /// All elements from the first argument on, without brackets.
    pub(crate) args: Range<usize>,
    /// The first argument; empty when there is none.
    pub(crate) first: Range<usize>,
}

/// The name of an event, and its arguments.
pub(crate) fn parse_event(data: &str) -> Result<(String, Elements), ParseError> {
    let array = parse_array(data)?;
    let [Some(raw_name), first] = array.leading else { return Err(ParseError::Json) };
    let name: String = serde_json::from_str(raw_name).map_err(|_| ParseError::Json)?;
    if RESERVED_NAMES.contains(&name.as_str()) {
        return Err(ParseError::Json);
    }
    let args = match first {
        Some(first) => range_in(data, first).start..array.end,
        None => array.end..array.end,
    };
    let first = first.map_or(array.end..array.end, |first| range_in(data, first));
    Ok((name, Elements { args, first }))
}

/// The arguments of an ack.
pub(crate) fn parse_ack(data: &str) -> Result<Elements, ParseError> {
    let array = parse_array(data)?;
    let first = array.leading[0].map_or(array.end..array.end, |first| range_in(data, first));
    Ok(Elements { args: first.start..array.end, first })
}

struct Array<'a> {
    leading: [Option<&'a str>; 2],
    /// Behind the last element.
    end: usize,
}

/// Finds the first two elements of an array and checks the rest. serde_json skips values without recursion,
/// so depth costs nothing here.
fn parse_array(data: &str) -> Result<Array<'_>, ParseError> {
    let mut deserializer = serde_json::Deserializer::from_str(data);
    let leading = deserializer.deserialize_seq(Leading).map_err(|_| ParseError::Json)?;
    deserializer.end().map_err(|_| ParseError::Json)?;
    let inner = data.trim_end().strip_suffix(']').ok_or(ParseError::Json)?.trim_end();
    Ok(Array { leading, end: inner.len() })
}

struct Leading;

impl<'de> Visitor<'de> for Leading {
    type Value = [Option<&'de str>; 2];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<Self::Value, S::Error> {
        let first = elements.next_element::<&RawValue>()?;
        let second = elements.next_element::<&RawValue>()?;
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok([first.map(RawValue::get), second.map(RawValue::get)])
    }
}

/// Where `part`, which was borrowed from `whole`, lies in it.
fn range_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

fn take_byte(rest: &mut &str) -> Option<u8> {
    let byte = *rest.as_bytes().first().filter(|byte| byte.is_ascii())?;
    *rest = &rest[1..];
    Some(byte)
}

fn take_attachments(rest: &mut &str, attachments_max: usize) -> Result<usize, ParseError> {
    let (number, behind) = rest.split_once('-').ok_or(ParseError::Attachments)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseError::Attachments);
    }
    *rest = behind;
    // A number too long to be read is too large in any case.
    number.parse().ok().filter(|number| *number <= attachments_max).ok_or(ParseError::TooManyAttachments)
}

fn take_namespace<'a>(rest: &mut &'a str) -> &'a str {
    if !rest.starts_with('/') {
        return "/";
    }
    let (namespace, behind) = rest.split_once(',').unwrap_or((rest, ""));
    *rest = behind;
    namespace
}

fn take_ack(rest: &mut &str) -> Result<Option<u64>, ParseError> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Ok(None);
    }
    let (number, behind) = rest.split_at(digits);
    *rest = behind;
    number.parse().map(Some).map_err(|_| ParseError::AckId)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn envelope_is_read_part_by_part() {
        let text = r#"52-/admin,17["x",{"_placeholder":true,"num":0}]"#;
        let packet = Packet::parse(text, 2).unwrap();
        assert_eq!(packet.kind, PacketKind::Event);
        assert_eq!((packet.attachments, packet.namespace, packet.ack), (2, "/admin", Some(17)));
        assert!(text[packet.data_at..].starts_with("[\"x\""));
    }

    #[test]
    fn namespace_ends_at_the_comma_or_with_the_packet() {
        for (text, namespace, data_at) in
            [("0", "/", 1), ("0/a", "/a", 3), ("0/a,", "/a", 4), ("0/,{}", "/", 3)]
        {
            let packet = Packet::parse(text, 0).unwrap();
            assert_eq!((packet.namespace, packet.data_at), (namespace, data_at), "{text}");
        }
    }

    #[test]
    fn attachments_are_limited() {
        assert!(Packet::parse(r#"53-["x"]"#, 3).is_ok());
        for text in [r#"54-["x"]"#, r#"599999999999999999999-["x"]"#] {
            assert_eq!(Packet::parse(text, 3), Err(ParseError::TooManyAttachments), "{text}");
        }
        for text in [r#"5["x"]"#, r#"5-["x"]"#, r#"5+1-["x"]"#] {
            assert_eq!(Packet::parse(text, 3), Err(ParseError::Attachments), "{text}");
        }
    }

    #[test]
    fn ack_ids_are_read_where_they_belong() {
        assert_eq!(Packet::parse("218446744073709551615[]", 0).unwrap().ack, Some(u64::MAX));
        for text in ["218446744073709551616[]", "3[]", "05", "15"] {
            assert_eq!(Packet::parse(text, 0), Err(ParseError::AckId), "{text}");
        }
    }

    #[test]
    fn arguments_are_found_in_the_text() {
        for (data, name, args, first) in [
            (r#"["x"]"#, "x", "", ""),
            (r#"["x",1,"2",{"3":[true]}]"#, "x", r#"1,"2",{"3":[true]}"#, "1"),
            (r#" [ "a\u0062" , { } , 2 ] "#, "ab", "{ } , 2", "{ }"),
        ] {
            let (found, elements) = parse_event(data).unwrap();
            assert_eq!((found.as_str(), &data[elements.args], &data[elements.first]), (name, args, first));
        }
        let elements = parse_ack("[1,2]").unwrap();
        assert_eq!(elements, Elements { args: 1..4, first: 1..2 });
    }

    #[test]
    fn reserved_and_unnamed_events_are_refused() {
        for data in
            [r#"["connect"]"#, r#"["disconnect",1]"#, "[]", "[1]", "{}", "", "[\"x\"", "[\"x\"]]", "[\"x\",]"]
        {
            assert_eq!(parse_event(data), Err(ParseError::Json), "{data}");
        }
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!(r#"["x",{}{}]"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse_event(&deep).unwrap().0, "x");
    }

    proptest! {
        #[test]
        fn events_survive_the_round_trip(
            name in "[a-z:]{1,12}_", payload in any::<Vec<String>>(), ack in any::<Option<u64>>(),
            namespace in prop_oneof![Just("/".to_owned()), "/[a-z]{1,8}"],
        ) {
            let address = if namespace == "/" { String::new() } else { format!("{namespace},") };
            let ack_text = ack.map(|ack| ack.to_string()).unwrap_or_default();
            let json = serde_json::json!([name, payload]).to_string();
            let text = format!("2{address}{ack_text}{json}");
            let packet = Packet::parse(&text, 0).unwrap();
            prop_assert_eq!((packet.namespace, packet.ack), (namespace.as_str(), ack));
            let data = &text[packet.data_at..];
            let (found, elements) = parse_event(data).unwrap();
            prop_assert_eq!(found, name);
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&data[elements.first]).unwrap(), payload);
        }

        #[test]
        fn anything_can_be_read_without_a_panic(text in any::<String>(), kind in "[0-9]", bytes in any::<Vec<u8>>()) {
            crate::fuzzing::socket_packet(format!("{kind}{text}").as_bytes());
            crate::fuzzing::socket_packet(&bytes);
        }
    }
}
