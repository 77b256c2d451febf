//! What kind of character something is, where the standard library does not say.
//!
//! The ranges are from the Unicode Character Database: `DerivedCoreProperties.txt` (Default_Ignorable_Code_Point),
//! `PropList.txt` (Bidi_Control) and `Scripts.txt`.

use unicode_normalization::char::is_combining_mark;

/// A letter, a digit or a mark on one. Variation selectors are marks to Unicode, but belong to emoji more than to words.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c) && !matches!(c, '\u{fe00}'..='\u{fe0f}'))
}

/// Of a script whose words stand side by side without a space, or carry their particles attached, as in Korean.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'         // Thai, Lao
        | '\u{1000}'..='\u{109f}'     // Myanmar
        | '\u{1100}'..='\u{11ff}'     // Hangul Jamo
        | '\u{1780}'..='\u{17ff}'     // Khmer
        | '\u{2e80}'..='\u{2fdf}'     // Han radicals
        | '\u{3005}'..='\u{3007}'     // 々〆〇
        | '\u{3021}'..='\u{3029}'     // Hangzhou numerals
        | '\u{3031}'..='\u{3035}'     // kana repeat marks
        | '\u{3040}'..='\u{31ff}'     // kana, Bopomofo, Hangul letters, strokes
        | '\u{3400}'..='\u{4dbf}'     // Han
        | '\u{4e00}'..='\u{9fff}'     // Han
        | '\u{a960}'..='\u{a97f}'     // Hangul Jamo
        | '\u{a9e0}'..='\u{a9ff}'     // Myanmar
        | '\u{aa60}'..='\u{aa7f}'     // Myanmar
        | '\u{ac00}'..='\u{d7ff}'     // Hangul
        | '\u{f900}'..='\u{faff}'     // Han
        | '\u{ff66}'..='\u{ffdc}'     // half-width kana and Hangul
        | '\u{1aff0}'..='\u{1b16f}'   // kana
        | '\u{20000}'..='\u{3ffff}'   // Han
    )
}

/// Nothing is seen of it: Default_Ignorable_Code_Point, and the blank Braille pattern.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Opens or closes a stretch of another direction; left open, it turns around what follows the text.
pub(super) fn is_directional_bracket(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// There is nothing in it to read.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Brings together the cases of every letter. Going down, up and down again does what full case folding does: `ẞ` and
/// `ß` become `ss`, and both small sigmas become one.
pub(super) fn fold_case(text: impl Iterator<Item = char>) -> String {
    text.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
