//! Reading what a client sent: typed, bounded, with the field to blame when it is not what it should be.

use kith_chat::Refusal;
use kith_protocol::limits;
use serde::de::{DeserializeOwned, Deserializer};

/// Reads a payload from JSON.
///
/// # Errors
/// `too_large` when it is nested too deeply, `invalid` with the path of the part that is wrong.
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Refusal> {
    check_depth(json)?;
    read(&mut serde_json::Deserializer::from_str(json))
}

/// Reads a payload from whatever holds it.
///
/// # Errors
/// `invalid` with the path of the part that is wrong.
pub(crate) fn read<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let sentence = error.inner().to_string();
        let field = match error.path().to_string() {
            path if path == "." => missing_field(&sentence).unwrap_or_else(|| "payload".into()),
            path => path,
        };
        Refusal::invalid(field, "This is not what belongs here.")
    })
}

/// A field that is missing is named in serde's sentence only: its path is that of the object.
fn missing_field(sentence: &str) -> Option<String> {
    let name = sentence.strip_prefix("missing field `")?.split('`').next()?;
    Some(name.to_owned())
}

/// Checks the nesting of arrays and objects before anything is made of them.
pub(crate) fn check_depth(json: &str) -> Result<(), Refusal> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits::JSON_DEPTH_MAX {
            return Err(Refusal::too_large("payload", limits::JSON_DEPTH_MAX, "This is nested too deeply."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kith_protocol::{ErrorBody, ErrorCode, MarkRead, SendMessage};

    use super::*;

    fn blamed<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> ErrorBody {
        parse::<T>(json).expect_err("this must be refused").into_body()
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let id = "01890000-0000-7000-8000-000000000001";
        let cases = [
            (String::from("null"), "payload"),
            (String::from("[]"), "payload"),
            (String::from("{}"), "conversation_id"),
            (format!(r#"{{"conversation_id":"{id}"}}"#), "client_id"),
            (String::from(r#"{"conversation_id":"x"}"#), "conversation_id"),
            (format!(r#"{{"conversation_id":"{id}","client_id":"{id}","text":7}}"#), "text"),
            (
                format!(r#"{{"conversation_id":"{id}","client_id":"{id}","mentions":[{{"offset":-1}}]}}"#),
                "mentions[0].offset",
            ),
        ];
        for (json, field) in cases {
            let error = blamed::<SendMessage>(&json);
            assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Invalid, Some(field)), "{json}");
        }
    }

    #[test]
    fn numbers_stay_below_two_to_the_fifty_third() {
        let json =
            |seq: u64| format!(r#"{{"conversation_id":"01890000-0000-7000-8000-000000000001","seq":{seq}}}"#);
        assert!(parse::<MarkRead>(&json((1 << 53) - 1)).is_ok());
        assert_eq!(blamed::<MarkRead>(&json(1 << 53)).field.as_deref(), Some("seq"));
    }

    #[test]
    fn nesting_is_limited_where_it_nests_and_not_in_strings() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(check_depth(&nested(limits::JSON_DEPTH_MAX)).is_ok());
        let refusal = check_depth(&nested(limits::JSON_DEPTH_MAX + 1)).expect_err("one level too many");
        assert_eq!(refusal.code(), ErrorCode::TooLarge);
        assert!(check_depth(&format!(r#"{{"text":"\"{}"}}"#, "[".repeat(100))).is_ok());
        assert!(check_depth(&format!("{:?}", "{[".repeat(100))).is_ok());
    }
}
