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
