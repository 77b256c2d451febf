//! Reactions: exactly one emoji.
//!
//! The tables are from Unicode 17.0, `emoji/emoji-data.txt`; the shape of a sequence is that of UTS #51, section 1.4.9.

use kith_protocol::limits::REACTION_BYTES_MAX;
use unicode_segmentation::UnicodeSegmentation;

use super::Invalid;

const VARIATION_15: char = '\u{fe0e}';
const VARIATION_16: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// One emoji, in the form in which all who choose it agree: fully qualified, so that `❤` and `❤️` are one reaction.
///
/// It is one grapheme cluster of at most [`REACTION_BYTES_MAX`] bytes: a single emoji, with or without a skin tone, a
/// flag, a keycap, or several joined into one. Whether a font has a picture for a sequence, nobody can know, so
/// well-formed ones pass.
///
/// # Errors
///
/// Names the field `emoji`; with the limit when it is too long.
pub fn reaction(typed: &str) -> Result<String, Invalid> {
    let too_long = || {
        let message = format!("A reaction has at most {REACTION_BYTES_MAX} bytes.");
        Invalid::too_large("emoji", message, REACTION_BYTES_MAX)
    };
    if typed.len() > REACTION_BYTES_MAX {
        return Err(too_long());
    }
    let emoji = qualified(typed).ok_or_else(|| Invalid::new("emoji", "A reaction is exactly one emoji."))?;
    if emoji.len() > REACTION_BYTES_MAX { Err(too_long()) } else { Ok(emoji) }
}

/// [`reaction`] would let it pass.
#[must_use]
pub fn is_reaction(typed: &str) -> bool {
    reaction(typed).is_ok()
}

/// The one emoji that `typed` is, fully qualified.
fn qualified(typed: &str) -> Option<String> {
    let mut clusters = typed.graphemes(true);
    let cluster = clusters.next().filter(|_| clusters.next().is_none())?;
    keycap(cluster).or_else(|| flag(cluster)).or_else(|| sequence(cluster))
}

fn keycap(cluster: &str) -> Option<String> {
    let mut chars = cluster.chars().filter(|&c| c != VARIATION_16);
    let key = chars.next().filter(|c| c.is_ascii_digit() || "#*".contains(*c))?;
    (chars.next() == Some(KEYCAP) && chars.next().is_none()).then(|| format!("{key}{VARIATION_16}{KEYCAP}"))
}

fn flag(cluster: &str) -> Option<String> {
    let is_regional = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    (cluster.chars().count() == 2 && cluster.chars().all(is_regional)).then(|| cluster.to_owned())
}

fn sequence(cluster: &str) -> Option<String> {
    let elements: Option<Vec<String>> = cluster.split(JOINER).map(element).collect();
    Some(elements?.join(&JOINER.to_string()))
}

/// An emoji with what modifies it: a skin tone, or the tags of a regional flag.
fn element(typed: &str) -> Option<String> {
    let mut chars = typed.chars();
    let base = chars.next().filter(|&c| is_emoji(c))?;
    let rest = chars.as_str().trim_start_matches(VARIATION_16);
    if rest.contains(VARIATION_15) || !(rest.is_empty() || is_skin_tone(rest) || is_tags(rest)) {
        return None;
    }
    let variation = if rest.is_empty() && is_in(TEXT_BY_DEFAULT, base) { "\u{fe0f}" } else { "" };
    Some(format!("{base}{variation}{rest}"))
}

fn is_skin_tone(text: &str) -> bool {
    let mut chars = text.chars();
    matches!(chars.next(), Some('\u{1f3fb}'..='\u{1f3ff}')) && chars.next().is_none()
}

fn is_tags(text: &str) -> bool {
    let tags = text.strip_suffix('\u{e007f}');
    tags.is_some_and(|tags| {
        !tags.is_empty() && tags.chars().all(|c| ('\u{e0020}'..='\u{e007e}').contains(&c))
    })
}

fn is_emoji(c: char) -> bool {
    is_in(PICTURE_BY_DEFAULT, c) || is_in(TEXT_BY_DEFAULT, c)
}

fn is_in(ranges: &[(char, char)], c: char) -> bool {
    let after = ranges.partition_point(|&(first, _)| first <= c);
    after > 0 && c <= ranges[after - 1].1
}

/// Emoji_Presentation, but for the letters of flags.
#[rustfmt::skip]
const PICTURE_BY_DEFAULT: &[(char, char)] = &[
    ('\u{231a}', '\u{231b}'), ('\u{23e9}', '\u{23ec}'), ('\u{23f0}', '\u{23f0}'), ('\u{23f3}', '\u{23f3}'),
    ('\u{25fd}', '\u{25fe}'), ('\u{2614}', '\u{2615}'), ('\u{2648}', '\u{2653}'), ('\u{267f}', '\u{267f}'),
    ('\u{2693}', '\u{2693}'), ('\u{26a1}', '\u{26a1}'), ('\u{26aa}', '\u{26ab}'), ('\u{26bd}', '\u{26be}'),
    ('\u{26c4}', '\u{26c5}'), ('\u{26ce}', '\u{26ce}'), ('\u{26d4}', '\u{26d4}'), ('\u{26ea}', '\u{26ea}'),
    ('\u{26f2}', '\u{26f3}'), ('\u{26f5}', '\u{26f5}'), ('\u{26fa}', '\u{26fa}'), ('\u{26fd}', '\u{26fd}'),
    ('\u{2705}', '\u{2705}'), ('\u{270a}', '\u{270b}'), ('\u{2728}', '\u{2728}'), ('\u{274c}', '\u{274c}'),
    ('\u{274e}', '\u{274e}'), ('\u{2753}', '\u{2755}'), ('\u{2757}', '\u{2757}'), ('\u{2795}', '\u{2797}'),
    ('\u{27b0}', '\u{27b0}'), ('\u{27bf}', '\u{27bf}'), ('\u{2b1b}', '\u{2b1c}'), ('\u{2b50}', '\u{2b50}'),
    ('\u{2b55}', '\u{2b55}'), ('\u{1f004}', '\u{1f004}'), ('\u{1f0cf}', '\u{1f0cf}'),
    ('\u{1f18e}', '\u{1f18e}'), ('\u{1f191}', '\u{1f19a}'), ('\u{1f201}', '\u{1f201}'),
    ('\u{1f21a}', '\u{1f21a}'), ('\u{1f22f}', '\u{1f22f}'), ('\u{1f232}', '\u{1f236}'),
    ('\u{1f238}', '\u{1f23a}'), ('\u{1f250}', '\u{1f251}'), ('\u{1f300}', '\u{1f320}'),
    ('\u{1f32d}', '\u{1f335}'), ('\u{1f337}', '\u{1f37c}'), ('\u{1f37e}', '\u{1f393}'),
    ('\u{1f3a0}', '\u{1f3ca}'), ('\u{1f3cf}', '\u{1f3d3}'), ('\u{1f3e0}', '\u{1f3f0}'),
    ('\u{1f3f4}', '\u{1f3f4}'), ('\u{1f3f8}', '\u{1f43e}'), ('\u{1f440}', '\u{1f440}'),
    ('\u{1f442}', '\u{1f4fc}'), ('\u{1f4ff}', '\u{1f53d}'), ('\u{1f54b}', '\u{1f54e}'),
    ('\u{1f550}', '\u{1f567}'), ('\u{1f57a}', '\u{1f57a}'), ('\u{1f595}', '\u{1f596}'),
    ('\u{1f5a4}', '\u{1f5a4}'), ('\u{1f5fb}', '\u{1f64f}'), ('\u{1f680}', '\u{1f6c5}'),
    ('\u{1f6cc}', '\u{1f6cc}'), ('\u{1f6d0}', '\u{1f6d2}'), ('\u{1f6d5}', '\u{1f6d8}'),
    ('\u{1f6dc}', '\u{1f6df}'), ('\u{1f6eb}', '\u{1f6ec}'), ('\u{1f6f4}', '\u{1f6fc}'),
    ('\u{1f7e0}', '\u{1f7eb}'), ('\u{1f7f0}', '\u{1f7f0}'), ('\u{1f90c}', '\u{1f93a}'),
    ('\u{1f93c}', '\u{1f945}'), ('\u{1f947}', '\u{1f9ff}'), ('\u{1fa70}', '\u{1fa7c}'),
    ('\u{1fa80}', '\u{1fa8a}'), ('\u{1fa8e}', '\u{1fac6}'), ('\u{1fac8}', '\u{1fac8}'),
    ('\u{1facd}', '\u{1fadc}'), ('\u{1fadf}', '\u{1faea}'), ('\u{1faef}', '\u{1faf8}'),
];

/// Emoji that are not Emoji_Presentation, beyond ASCII: a picture only with a variation selector.
#[rustfmt::skip]
const TEXT_BY_DEFAULT: &[(char, char)] = &[
    ('\u{a9}', '\u{a9}'), ('\u{ae}', '\u{ae}'), ('\u{203c}', '\u{203c}'), ('\u{2049}', '\u{2049}'),
    ('\u{2122}', '\u{2122}'), ('\u{2139}', '\u{2139}'), ('\u{2194}', '\u{2199}'), ('\u{21a9}', '\u{21aa}'),
    ('\u{2328}', '\u{2328}'), ('\u{23cf}', '\u{23cf}'), ('\u{23ed}', '\u{23ef}'), ('\u{23f1}', '\u{23f2}'),
    ('\u{23f8}', '\u{23fa}'), ('\u{24c2}', '\u{24c2}'), ('\u{25aa}', '\u{25ab}'), ('\u{25b6}', '\u{25b6}'),
    ('\u{25c0}', '\u{25c0}'), ('\u{25fb}', '\u{25fc}'), ('\u{2600}', '\u{2604}'), ('\u{260e}', '\u{260e}'),
    ('\u{2611}', '\u{2611}'), ('\u{2618}', '\u{2618}'), ('\u{261d}', '\u{261d}'), ('\u{2620}', '\u{2620}'),
    ('\u{2622}', '\u{2623}'), ('\u{2626}', '\u{2626}'), ('\u{262a}', '\u{262a}'), ('\u{262e}', '\u{262f}'),
    ('\u{2638}', '\u{263a}'), ('\u{2640}', '\u{2640}'), ('\u{2642}', '\u{2642}'), ('\u{265f}', '\u{2660}'),
    ('\u{2663}', '\u{2663}'), ('\u{2665}', '\u{2666}'), ('\u{2668}', '\u{2668}'), ('\u{267b}', '\u{267b}'),
    ('\u{267e}', '\u{267e}'), ('\u{2692}', '\u{2692}'), ('\u{2694}', '\u{2697}'), ('\u{2699}', '\u{2699}'),
    ('\u{269b}', '\u{269c}'), ('\u{26a0}', '\u{26a0}'), ('\u{26a7}', '\u{26a7}'), ('\u{26b0}', '\u{26b1}'),
    ('\u{26c8}', '\u{26c8}'), ('\u{26cf}', '\u{26cf}'), ('\u{26d1}', '\u{26d1}'), ('\u{26d3}', '\u{26d3}'),
    ('\u{26e9}', '\u{26e9}'), ('\u{26f0}', '\u{26f1}'), ('\u{26f4}', '\u{26f4}'), ('\u{26f7}', '\u{26f9}'),
    ('\u{2702}', '\u{2702}'), ('\u{2708}', '\u{2709}'), ('\u{270c}', '\u{270d}'), ('\u{270f}', '\u{270f}'),
    ('\u{2712}', '\u{2712}'), ('\u{2714}', '\u{2714}'), ('\u{2716}', '\u{2716}'), ('\u{271d}', '\u{271d}'),
    ('\u{2721}', '\u{2721}'), ('\u{2733}', '\u{2734}'), ('\u{2744}', '\u{2744}'), ('\u{2747}', '\u{2747}'),
    ('\u{2763}', '\u{2764}'), ('\u{27a1}', '\u{27a1}'), ('\u{2934}', '\u{2935}'), ('\u{2b05}', '\u{2b07}'),
    ('\u{3030}', '\u{3030}'), ('\u{303d}', '\u{303d}'), ('\u{3297}', '\u{3297}'), ('\u{3299}', '\u{3299}'),
    ('\u{1f170}', '\u{1f171}'), ('\u{1f17e}', '\u{1f17f}'), ('\u{1f202}', '\u{1f202}'),
    ('\u{1f237}', '\u{1f237}'), ('\u{1f321}', '\u{1f321}'), ('\u{1f324}', '\u{1f32c}'),
    ('\u{1f336}', '\u{1f336}'), ('\u{1f37d}', '\u{1f37d}'), ('\u{1f396}', '\u{1f397}'),
    ('\u{1f399}', '\u{1f39b}'), ('\u{1f39e}', '\u{1f39f}'), ('\u{1f3cb}', '\u{1f3ce}'),
    ('\u{1f3d4}', '\u{1f3df}'), ('\u{1f3f3}', '\u{1f3f3}'), ('\u{1f3f5}', '\u{1f3f5}'),
    ('\u{1f3f7}', '\u{1f3f7}'), ('\u{1f43f}', '\u{1f43f}'), ('\u{1f441}', '\u{1f441}'),
    ('\u{1f4fd}', '\u{1f4fd}'), ('\u{1f549}', '\u{1f54a}'), ('\u{1f56f}', '\u{1f570}'),
    ('\u{1f573}', '\u{1f579}'), ('\u{1f587}', '\u{1f587}'), ('\u{1f58a}', '\u{1f58d}'),
    ('\u{1f590}', '\u{1f590}'), ('\u{1f5a5}', '\u{1f5a5}'), ('\u{1f5a8}', '\u{1f5a8}'),
    ('\u{1f5b1}', '\u{1f5b2}'), ('\u{1f5bc}', '\u{1f5bc}'), ('\u{1f5c2}', '\u{1f5c4}'),
    ('\u{1f5d1}', '\u{1f5d3}'), ('\u{1f5dc}', '\u{1f5de}'), ('\u{1f5e1}', '\u{1f5e1}'),
    ('\u{1f5e3}', '\u{1f5e3}'), ('\u{1f5e8}', '\u{1f5e8}'), ('\u{1f5ef}', '\u{1f5ef}'),
    ('\u{1f5f3}', '\u{1f5f3}'), ('\u{1f5fa}', '\u{1f5fa}'), ('\u{1f6cb}', '\u{1f6cb}'),
    ('\u{1f6cd}', '\u{1f6cf}'), ('\u{1f6e0}', '\u{1f6e5}'), ('\u{1f6e9}', '\u{1f6e9}'),
    ('\u{1f6f0}', '\u{1f6f0}'), ('\u{1f6f3}', '\u{1f6f3}'),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_emoji_of_every_shape_passes() {
        for emoji in [
            "👍",
            "👍🏽",
            "❤️",
            "☺️",
            "⌚",
            "🫩",
            "👩‍🚀",
            "👩🏾‍🚀",
            "🏳️‍🌈",
            "👨‍👩‍👧‍👦",
            "❤️‍🔥",
            "👁️‍🗨️",
            "🧑🏻‍❤️‍💋‍🧑🏿",
            "🇩🇪",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "1️⃣",
            "#️⃣",
            "©️",
            "🕵️‍♂️",
            "🕵🏽‍♂️",
        ] {
            assert_eq!(reaction(emoji).as_deref(), Ok(emoji));
        }
    }

    #[test]
    fn what_is_not_one_emoji_is_refused() {
        for text in [
            "",
            " ",
            "a",
            "1",
            "#",
            "👍👍",
            "👍 ",
            " 👍",
            "👍a",
            "é",
            "日",
            "❤\u{fe0e}",
            "\u{fe0f}",
            "\u{200d}",
            "👍\u{200d}",
            "\u{200d}👍",
            "🇩",
            "🇩🇪🇫🇷",
            "a\u{20e3}",
            "👍\u{301}",
            "👩‍a",
            "\u{e0067}",
            "👍\u{202e}",
            "★",
        ] {
            let error = reaction(text).expect_err(text);
            assert_eq!((error.field.as_str(), error.limit), ("emoji", None), "{text:?}");
            assert!(!is_reaction(text));
        }
    }

    #[test]
    fn unqualified_forms_become_the_qualified_one() {
        for (typed, emoji) in [
            ("❤", "❤️"),
            ("❤\u{fe0f}\u{fe0f}", "❤️"),
            ("👍\u{fe0f}", "👍"),
            ("🏳‍🌈", "🏳️‍🌈"),
            ("❤‍🔥", "❤️‍🔥"),
            ("1\u{20e3}", "1️⃣"),
            ("☝\u{fe0f}🏽", "☝🏽"),
        ] {
            assert_eq!(reaction(typed).as_deref(), Ok(emoji));
        }
    }

    #[test]
    fn a_reaction_ends_at_its_limit() {
        // Each further person costs seven bytes: a joiner of three and an emoji of four.
        let people = |count: usize| vec!["👩"; count].join("\u{200d}");
        assert_eq!(people(9).len(), 60);
        assert!(is_reaction(&people(9)));
        assert_eq!(reaction(&people(10)).expect_err("too long").limit, Some(REACTION_BYTES_MAX));
        // As typed it fits, but not when it is qualified.
        let hearts = ["❤"; 11].join("\u{200d}");
        assert_eq!(hearts.len(), 63);
        assert_eq!(reaction(&hearts).expect_err("too long").limit, Some(REACTION_BYTES_MAX));
    }

    #[test]
    fn the_tables_are_in_order_and_apart() {
        for table in [PICTURE_BY_DEFAULT, TEXT_BY_DEFAULT] {
            assert!(table.iter().all(|(first, last)| first <= last));
            assert!(table.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
        assert!(
            PICTURE_BY_DEFAULT
                .iter()
                .all(|&(first, last)| (first..=last).all(|c| !is_in(TEXT_BY_DEFAULT, c)))
        );
    }

    proptest! {
        #[test]
        fn a_reaction_is_its_own_form(typed in "[👍❤🏳🌈👩🏽🇩🇪1#\u{20e3}\u{200d}\u{fe0f}\u{fe0e}a]{0,8}|(?s).{0,6}") {
            if let Ok(emoji) = reaction(&typed) {
                prop_assert_eq!(emoji.graphemes(true).count(), 1);
                prop_assert_eq!(reaction(&emoji), Ok(emoji.clone()));
            }
        }
    }
}
