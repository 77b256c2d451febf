//! What files are called.

use kith_protocol::limits::{FILE_NAME_UTF16_MAX, utf16_len};

use super::{characters::is_blank, names::one_line};

/// An ending longer than this, in UTF-16 units with its dot, is not kept when a name is cut.
const ENDING_UTF16_MAX: usize = 16;

/// A name under which a file may be shown and saved anywhere: the last part of a path, one line without controls,
/// directional brackets and the characters that some file systems refuse, no dots or spaces around, at most
/// [`FILE_NAME_UTF16_MAX`] UTF-16 units (the ending is kept). `file` when nothing is left. Never fails, since nobody
/// should lose an upload for the name of it.
#[must_use]
pub fn file_name(typed: &str) -> String {
    let last_part = typed.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let savable: String = last_part.chars().map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let name = cut(trimmed(&one_line(&savable)));
    if is_blank(&name) { "file".into() } else { name }
}

fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Shortens the stem and keeps the ending.
fn cut(name: &str) -> String {
    if utf16_len(name) <= FILE_NAME_UTF16_MAX {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|&dot| utf16_len(&name[dot..]) <= ENDING_UTF16_MAX);
    let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
    let mut room = FILE_NAME_UTF16_MAX - utf16_len(ending);
    let fits = |c: &char| {
        let left = room.checked_sub(c.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let stem: String = stem.chars().take_while(fits).collect();
    trimmed(&stem).to_owned() + ending
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_last_part_of_a_path_stays() {
        assert_eq!(file_name("holiday.jpg"), "holiday.jpg");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\fakepath\\写真.png"), "写真.png");
        assert_eq!(file_name("folder/"), "folder");
    }

    #[test]
    fn what_misleads_or_cannot_be_saved_goes() {
        assert_eq!(file_name("a\u{202e}gpj.exe"), "agpj.exe");
        assert_eq!(file_name(" a\r\nb\0.txt. "), "a b .txt");
        assert_eq!(file_name("what?*.txt"), "what__.txt");
        assert_eq!(file_name(".htaccess"), "htaccess");
        for nothing in ["", "..", "/", " / ", "\u{200b}", "..."] {
            assert_eq!(file_name(nothing), "file");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = |stem: usize| format!("{}.jpeg", "a".repeat(stem));
        let longest = FILE_NAME_UTF16_MAX - 5;
        assert_eq!(file_name(&name(longest)), name(longest));
        assert_eq!(file_name(&name(longest + 1)), name(longest));
        assert_eq!(file_name(&format!("{}.txt", "👍".repeat(200))), format!("{}.txt", "👍".repeat(125)));
        assert_eq!(file_name(&"b".repeat(300)), "b".repeat(FILE_NAME_UTF16_MAX));
    }

    proptest! {
        #[test]
        fn a_good_name_stays_as_it_is(typed in "(?s).{0,300}|[a. /\u{200b}👍]{0,300}") {
            let name = file_name(&typed);
            prop_assert!(utf16_len(&name) <= FILE_NAME_UTF16_MAX && !name.is_empty());
            prop_assert!(!name.contains(['/', '\\', '\0', '\n']));
            prop_assert_eq!(file_name(&name), name.clone());
        }
    }
}
