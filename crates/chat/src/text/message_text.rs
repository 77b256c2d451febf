//! What a message's text may be.

use kith_protocol::limits::{TEXT_UTF16_MAX, utf16_len};

use super::{Invalid, characters::is_blank};

/// Lets pass what may be said: at most [`TEXT_UTF16_MAX`] UTF-16 units, no NUL, and something to read. A message that
/// has attachments may do without any text; that is for the caller to know.
///
/// A text is kept exactly as typed, line ends and surrounding spaces included: the offsets of mentions, of entities and
/// of a search hit must mean the same on both sides of the wire, so nothing here changes its length.
///
/// # Errors
///
/// Names `field`; with the limit when it is too long.
pub fn check_message_text(text: &str, field: &str) -> Result<(), Invalid> {
    if utf16_len(text) > TEXT_UTF16_MAX {
        let message = format!("A message can have at most {TEXT_UTF16_MAX} characters.");
        return Err(Invalid::too_large(field, message, TEXT_UTF16_MAX));
    }
    if text.contains('\0') {
        return Err(Invalid::new(field, "A message cannot contain the character NUL."));
    }
    if is_blank(text) {
        return Err(Invalid::new(field, "A message must say something."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit that a refusal names, if `text` is refused.
    fn refused(text: &str) -> Option<Option<usize>> {
        check_message_text(text, "text").err().map(|error| {
            assert_eq!(error.field, "text");
            error.limit
        })
    }

    #[test]
    fn there_must_be_something_to_read() {
        for text in
            ["", " \n\t ", "\u{3000}", "\u{200b}\u{2060}", "\u{202e}", "\u{3164}", "\u{2800}", "\u{fe0f}"]
        {
            assert_eq!(refused(text), Some(None), "{text:?}");
        }
        for text in [".", " a ", "👍", "مرحبا", "\r\n日本\r\n"] {
            assert_eq!(refused(text), None, "{text:?}");
        }
    }

    #[test]
    fn nul_is_refused() {
        assert_eq!(refused("a\0b"), Some(None));
    }

    #[test]
    fn the_limit_counts_utf16_units() {
        assert_eq!(refused(&"é".repeat(TEXT_UTF16_MAX)), None);
        assert_eq!(refused(&"é".repeat(TEXT_UTF16_MAX + 1)), Some(Some(TEXT_UTF16_MAX)));
        assert_eq!(refused(&"👍".repeat(TEXT_UTF16_MAX / 2)), None);
        assert_eq!(refused(&format!("{}a", "👍".repeat(TEXT_UTF16_MAX / 2))), Some(Some(TEXT_UTF16_MAX)));
    }
}
