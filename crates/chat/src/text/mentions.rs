//! Who is named in a text: the picks of the sender's client.

use kith_protocol::{Mention, limits::MENTIONS_MAX};

use super::{Invalid, units::Units};

/// Lets pass what a client may send: at most [`MENTIONS_MAX`], in order, without overlap, each a stretch of one line of
/// `text` that splits no character. Whether the people are members is for the caller to ask.
///
/// # Errors
///
/// Names the first offence: `mentions`, `mentions[2].offset` or `mentions[2].length`.
pub fn check_mentions(text: &str, mentions: &[Mention]) -> Result<(), Invalid> {
    if mentions.len() > MENTIONS_MAX {
        let message = format!("At most {MENTIONS_MAX} people can be mentioned in one message.");
        return Err(Invalid::too_large("mentions", message, MENTIONS_MAX));
    }
    let units = Units::new(text);
    let mut end = 0;
    for (index, mention) in mentions.iter().enumerate() {
        end = check(&units, mention, end)
            .map_err(|(part, message)| Invalid::new(format!("mentions[{index}].{part}"), message))?;
    }
    Ok(())
}

/// Returns where `mention` ends, which must begin at or after `earliest`.
fn check(units: &Units, mention: &Mention, earliest: usize) -> Result<usize, (&'static str, &'static str)> {
    let offset = mention.offset as usize;
    let end = offset.saturating_add(mention.length as usize);
    if offset >= units.len() {
        return Err(("offset", "The mention begins after the end of the text."));
    }
    if offset < earliest {
        return Err(("offset", "Mentions must be in order and must not overlap."));
    }
    if !units.is_boundary(offset) {
        return Err(("offset", "The mention begins inside of a character."));
    }
    if mention.length == 0 {
        return Err(("length", "The mention is empty."));
    }
    if end > units.len() {
        return Err(("length", "The mention ends after the end of the text."));
    }
    if !units.is_boundary(end) {
        return Err(("length", "The mention ends inside of a character."));
    }
    if (offset..end).any(|at| matches!(units.ascii(at), Some(b'\n' | b'\r'))) {
        return Err(("length", "The mention goes on over a line break."));
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use kith_protocol::UserId;

    use super::*;

    fn mention(offset: u32, length: u32) -> Mention {
        Mention { offset, length, user_id: UserId::from([7; 16]) }
    }

    fn refused(text: &str, mentions: &[Mention]) -> String {
        check_mentions(text, mentions).expect_err("should be refused").field
    }

    #[test]
    fn picks_in_order_pass() {
        assert_eq!(check_mentions("@ann @bob", &[mention(0, 4), mention(5, 4)]), Ok(()));
        assert_eq!(check_mentions("@ann@bob", &[mention(0, 4), mention(4, 4)]), Ok(()));
        assert_eq!(check_mentions("👩‍🚀 @ann", &[mention(6, 4)]), Ok(()));
        assert_eq!(check_mentions("", &[]), Ok(()));
    }

    #[test]
    fn a_refusal_names_the_number_at_fault() {
        assert_eq!(refused("@ann", &[mention(4, 1)]), "mentions[0].offset");
        assert_eq!(refused("@ann", &[mention(0, 5)]), "mentions[0].length");
        assert_eq!(refused("@ann", &[mention(0, 0)]), "mentions[0].length");
        assert_eq!(refused("@ann", &[mention(1, u32::MAX)]), "mentions[0].length");
        assert_eq!(refused("@ann @bob", &[mention(5, 4), mention(0, 4)]), "mentions[1].offset");
        assert_eq!(refused("@ann @bob", &[mention(0, 4), mention(3, 4)]), "mentions[1].offset");
        assert_eq!(refused("a👍b", &[mention(2, 1)]), "mentions[0].offset");
        assert_eq!(refused("a👍b", &[mention(0, 1), mention(1, 1)]), "mentions[1].length");
        assert_eq!(refused("@an\nna", &[mention(0, 6)]), "mentions[0].length");
    }

    #[test]
    fn fifty_pass_and_one_more_does_not() {
        let text = "@a ".repeat(MENTIONS_MAX + 1);
        let mentions: Vec<_> = (0..).step_by(3).map(|at| mention(at, 2)).take(MENTIONS_MAX + 1).collect();
        assert_eq!(check_mentions(&text, &mentions[..MENTIONS_MAX]), Ok(()));
        let error = check_mentions(&text, &mentions).expect_err("one beyond");
        assert_eq!((error.field.as_str(), error.limit), ("mentions", Some(MENTIONS_MAX)));
    }
}
