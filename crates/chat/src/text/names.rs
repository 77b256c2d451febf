//! What people and groups are called.

use kith_protocol::limits::{
    ABOUT_UTF16_MAX, NAME_UTF16_MAX, USERNAME_CHARS_MAX, USERNAME_CHARS_MIN, utf16_len,
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    Invalid,
    characters::{fold_case, is_blank, is_directional_bracket, is_invisible, is_word},
};

/// A username as it is kept: NFKC, without surrounding spaces, [`USERNAME_CHARS_MIN`] to [`USERNAME_CHARS_MAX`]
/// characters, each a visible letter, digit or mark of any script or one of `_`, `.` and `-`. It has a letter or digit,
/// begins with no mark, and neither begins nor ends with a dot. Giving the result again changes nothing.
///
/// # Errors
///
/// Names the field `username`; with the limit when it is too long.
pub fn username(typed: &str) -> Result<String, Invalid> {
    let refused = |message: String| Err(Invalid::new("username", message));
    // NFKC makes at most 18 characters of one, so this bounds the work; spaces around are cut first.
    let trimmed = typed.trim();
    if trimmed.len() > USERNAME_CHARS_MAX * 18 * 4 {
        return Err(username_too_long());
    }
    let name: String = trimmed.nfkc().collect();
    let length = name.chars().count();
    if let Some(c) = name.chars().find(|&c| !is_username_char(c)) {
        return refused(format!("A username cannot contain {}.", in_words(c)));
    }
    if length > USERNAME_CHARS_MAX {
        return Err(username_too_long());
    }
    if length < USERNAME_CHARS_MIN {
        return refused(format!("A username has at least {USERNAME_CHARS_MIN} characters."));
    }
    if name.starts_with('.') || name.ends_with('.') {
        return refused("A username cannot begin or end with a dot.".into());
    }
    if name.starts_with(is_combining_mark) || !name.contains(char::is_alphanumeric) {
        return refused("A username needs a letter or a digit, and cannot begin with a mark.".into());
    }
    Ok(name)
}

/// Two usernames are the same person's when their keys are equal: without regard to case, width and other ways to write
/// the same character, in every script.
///
/// Brings together what full case folding does (`ß` and `ss`, both small sigmas), and `ı` and `i` as well. The key of a
/// key is itself.
#[must_use]
pub fn username_key(username: &str) -> String {
    let folded = fold_case(username.nfkc());
    folded.nfkc().collect()
}

/// What to call a person: one line without surrounding spaces, controls and directional brackets, with something to
/// read, at most [`NAME_UTF16_MAX`] UTF-16 units.
///
/// # Errors
///
/// Names `field`; with the limit when it is too long.
pub fn display_name(typed: &str, field: &str) -> Result<String, Invalid> {
    let name = short_enough(field, one_line(typed), NAME_UTF16_MAX)?;
    if name.is_empty() {
        return Err(Invalid::new(field, "There must be something to read here."));
    }
    Ok(name)
}

/// The title of a group, which follows the rules of a [`display_name`].
///
/// # Errors
///
/// Those of a [`display_name`].
pub fn title(typed: &str, field: &str) -> Result<String, Invalid> {
    display_name(typed, field)
}

/// What people say of themselves: a few lines, each cleaned as a [`display_name`], at most [`ABOUT_UTF16_MAX`] UTF-16
/// units; may be empty. Line ends become `\n`, more than one empty line becomes one.
///
/// # Errors
///
/// Names `field`, with the limit: too long.
pub fn about(typed: &str, field: &str) -> Result<String, Invalid> {
    let unified = typed.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut lines: Vec<String> = unified.split('\n').map(one_line).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    short_enough(field, lines.join("\n").trim_matches('\n').to_owned(), ABOUT_UTF16_MAX)
}

/// One line without surrounding spaces. Controls and runs of spaces become one space; characters that turn the direction
/// of what follows are left out, since a name stands in other people's sentences. What says nothing becomes empty.
pub(super) fn one_line(typed: &str) -> String {
    let kept: String = typed
        .chars()
        .filter(|&c| !is_directional_bracket(c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_blank(&line) { String::new() } else { line }
}

fn short_enough(field: &str, text: String, limit: usize) -> Result<String, Invalid> {
    if utf16_len(&text) > limit {
        return Err(Invalid::too_large(field, format!("At most {limit} characters fit here."), limit));
    }
    Ok(text)
}

fn is_username_char(c: char) -> bool {
    matches!(c, '_' | '.' | '-') || (is_word(c) && !is_invisible(c))
}

fn username_too_long() -> Invalid {
    let message = format!("A username has at most {USERNAME_CHARS_MAX} characters.");
    Invalid::too_large("username", message, USERNAME_CHARS_MAX)
}

fn in_words(c: char) -> String {
    match c {
        _ if c.is_whitespace() => "spaces".into(),
        _ if c.is_control() || is_invisible(c) => "characters that cannot be seen".into(),
        _ => format!("“{c}”"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(name: &str) -> Invalid {
        let error = username(name).expect_err("should be refused");
        assert_eq!(error.field, "username");
        error
    }

    #[test]
    fn usernames_of_every_script_pass() {
        for name in
            ["ann", "Ann-Marie", "jürgen.w", "محمد", "山田太郎", "김철수", "สมชาย", "o_o", "नमस्ते", "a1.b"]
        {
            assert_eq!(username(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn usernames_are_trimmed_and_composed() {
        assert_eq!(username("  ann\n").as_deref(), Ok("ann"));
        assert_eq!(username("ju\u{308}rgen").as_deref(), Ok("jürgen"));
        assert_eq!(username("ａｎｎ").as_deref(), Ok("ann"));
        assert_eq!(username("ﬁx").as_deref(), Ok("fix"));
    }

    #[test]
    fn the_edges_of_the_length_count_characters() {
        assert_eq!(refused("ab").limit, None);
        assert_eq!(username("abc").as_deref(), Ok("abc"));
        assert_eq!(username(&"ä".repeat(USERNAME_CHARS_MAX)), Ok("ä".repeat(USERNAME_CHARS_MAX)));
        assert_eq!(refused(&"ä".repeat(USERNAME_CHARS_MAX + 1)).limit, Some(USERNAME_CHARS_MAX));
        assert_eq!(refused(&"a".repeat(1 << 20)).limit, Some(USERNAME_CHARS_MAX));
    }

    #[test]
    fn what_cannot_be_seen_or_misleads_is_refused() {
        for name in [
            "a b c",
            "a\tb",
            "ab\0",
            "a\u{200b}nn",
            "a\u{200d}nn",
            "ann\u{202e}",
            "\u{2066}ann",
            "ann\u{3164}",
            "ann\u{fe0f}",
            "ann\u{34f}",
            "ann@home",
            "a/b/c",
            "ann😀",
            ".ann",
            "ann.",
            "___",
            "\u{301}ann",
            "",
            "   ",
        ] {
            refused(name);
        }
    }

    #[test]
    fn a_refusal_shows_no_control_characters() {
        assert!(!refused("ann\u{202e}").message.contains('\u{202e}'));
        assert!(!refused("an\u{7}n").message.contains('\u{7}'));
    }

    #[test]
    fn keys_bring_together_what_people_would_confuse() {
        for (one, other) in [
            ("Ann", "aNN"),
            ("STRASSE", "straße"),
            ("GROẞ", "gross"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("ПЁТР", "пётр"),
            ("ｋｉｔｈ", "KITH"),
            ("Jürgen", "ju\u{308}rgen"),
            ("İnci", "i\u{307}nci"),
        ] {
            assert_eq!(username_key(one), username_key(other), "{one} {other}");
        }
        assert_ne!(username_key("ann"), username_key("änn"));
    }

    #[test]
    fn names_become_one_clean_line() {
        assert_eq!(display_name("  Ann \r\n  Lee\t ", "display_name").as_deref(), Ok("Ann Lee"));
        assert_eq!(display_name("\u{202e}nnA\u{2067}!", "display_name").as_deref(), Ok("nnA!"));
        assert_eq!(display_name("👩‍🚀 آن", "display_name").as_deref(), Ok("👩‍🚀 آن"));
        for name in ["", " \n ", "\u{200b}", "\u{202e}\u{202c}", "\u{2800}"] {
            assert_eq!(display_name(name, "display_name").expect_err("blank").field, "display_name");
        }
    }

    #[test]
    fn names_end_at_their_limit() {
        assert!(display_name(&"👍".repeat(NAME_UTF16_MAX / 2), "display_name").is_ok());
        let error = display_name(&"a".repeat(NAME_UTF16_MAX + 1), "display_name").expect_err("one beyond");
        assert_eq!(error.limit, Some(NAME_UTF16_MAX));
        assert_eq!(title(&"a".repeat(NAME_UTF16_MAX), "title"), Ok("a".repeat(NAME_UTF16_MAX)));
        assert_eq!(title(&"a".repeat(NAME_UTF16_MAX + 1), "title").expect_err("one beyond").field, "title");
        assert!(about(&"a".repeat(ABOUT_UTF16_MAX), "about").is_ok());
        assert_eq!(about(&"a".repeat(ABOUT_UTF16_MAX + 1), "about").expect_err("one beyond").field, "about");
    }

    #[test]
    fn about_keeps_its_lines() {
        assert_eq!(
            about(" one \r\n\r\n\r\n\r\n two\u{2028}three \n\n", "about").as_deref(),
            Ok("one\n\ntwo\nthree")
        );
        assert_eq!(about(" \n ", "about").as_deref(), Ok(""));
    }

    proptest! {
        #[test]
        fn what_was_cleaned_stays_as_it_is(typed in "\\PC{0,40}|(?s).{0,40}") {
            if let Ok(name) = username(&typed) {
                prop_assert_eq!(username(&name), Ok(name.clone()));
                prop_assert!((USERNAME_CHARS_MIN..=USERNAME_CHARS_MAX).contains(&name.chars().count()));
            }
            if let Ok(name) = display_name(&typed, "display_name") {
                prop_assert_eq!(display_name(&name, "display_name"), Ok(name.clone()));
            }
            if let Ok(text) = about(&typed, "about") {
                prop_assert_eq!(about(&text, "about"), Ok(text.clone()));
            }
        }

        #[test]
        fn the_key_of_a_key_is_itself(typed in "(?s).{0,40}") {
            let key = username_key(&typed);
            prop_assert_eq!(username_key(&key), key.clone());
            prop_assert_eq!(username_key(&key.to_uppercase()), key);
        }
    }
}
