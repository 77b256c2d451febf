//! Words to search by.
//!
//! Scripts that write spaces give words, folded so that case and accents do not matter. Chinese, Japanese, Korean, Thai
//! and their neighbours give every pair of adjacent characters, since nobody types a whole run of them to find what is
//! inside of it; the last character of a run stands alone as well, so that each character begins some term and one
//! character finds by prefix. A text and a query go through the same fold and the same cuts.
//!
//! A term consists of lower-case letters, digits and marks only: it may stand in a query language without quotes, and a
//! list of terms may be joined by spaces.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::characters::{fold_case, is_invisible, is_unspaced, is_word};

/// Different terms of one text, at most: the end of a text that has more cannot be searched for.
pub const INDEX_TERMS_MAX: usize = 4_096;

/// Terms of one query, at most: further ones are ignored.
pub const QUERY_TERMS_MAX: usize = 64;

/// A term, in bytes of UTF-8; longer words are cut, in texts and queries alike.
pub const TERM_BYTES_MAX: usize = 64;

/// How long a word is with the space after it, about, in bytes.
const WORD_BYTES: usize = 5;

/// What a message must have to be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these. When there is none, the query says nothing that can be searched for, and finds nothing.
    pub all: Vec<Term>,
}

/// One condition of a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// A term, or the beginning of one.
    pub text: String,
    /// It is the beginning.
    pub prefix: bool,
}

/// Tells `take` the different terms of `text`, in the order in which they first come: at most [`INDEX_TERMS_MAX`], each at
/// most [`TERM_BYTES_MAX`] long.
pub fn index_terms(text: &str, take: impl FnMut(&str)) {
    let folded = fold(text);
    let mut seen = HashSet::with_capacity((folded.len() / WORD_BYTES).min(INDEX_TERMS_MAX));
    let terms = runs(&folded).flat_map(|run| run.pairs().chain(run.last()));
    terms.filter(|term| seen.insert(*term)).take(INDEX_TERMS_MAX).for_each(take);
}

/// What to search for while `query` is being typed: its last word is a prefix.
#[must_use]
pub fn query_terms(query: &str) -> Query {
    let folded = fold(query);
    let mut all: Vec<Term> = Vec::new();
    let mut runs = runs(&folded).peekable();
    while let Some(run) = runs.next()
        && all.len() < QUERY_TERMS_MAX
    {
        for term in run.conditions(runs.peek().is_none()) {
            if !all.contains(&term) && all.len() < QUERY_TERMS_MAX {
                all.push(term);
            }
        }
    }
    Query { all }
}

/// A stretch of text that is one word, or one run of a script without spaces.
#[derive(Clone, Copy)]
struct Run<'a> {
    text: &'a str,
    unspaced: bool,
}

impl<'a> Run<'a> {
    /// Every two adjacent characters of an unspaced run.
    fn pairs(self) -> impl Iterator<Item = &'a str> {
        let text = if self.unspaced { self.text } else { "" };
        let ends = text.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
        text.char_indices().zip(ends).map(move |((from, _), to)| &text[from..to])
    }

    /// The last character of an unspaced run; all of a word.
    fn last(self) -> Option<&'a str> {
        if self.unspaced {
            self.text.char_indices().next_back().map(|(at, _)| &self.text[at..])
        } else {
            Some(&self.text[..self.text.floor_char_boundary(TERM_BYTES_MAX)])
        }
    }

    /// What a message must have to contain this run; `is_last` when it may go on.
    fn conditions(self, is_last: bool) -> impl Iterator<Item = Term> {
        let is_pair = self.pairs().next().is_some();
        let alone = self.last().filter(|_| !is_pair);
        let prefix = self.unspaced || is_last;
        let pairs = self.pairs().map(|pair| Term { text: pair.to_owned(), prefix: false });
        pairs.chain(alone.map(|text| Term { text: text.to_owned(), prefix }))
    }
}

fn runs(folded: &str) -> impl Iterator<Item = Run<'_>> {
    folded.split(|c| !is_word(c)).flat_map(by_script)
}

/// Cuts where a script with spaces meets one without.
fn by_script(mut rest: &str) -> impl Iterator<Item = Run<'_>> {
    std::iter::from_fn(move || {
        let unspaced = is_unspaced(rest.chars().next()?);
        let end = rest.find(|c| is_unspaced(c) != unspaced).unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Run { text, unspaced })
    })
}

/// Brings together what a reader takes for the same: cases, accents, widths, the forms of an Arabic letter.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        // The same by a shorter way: no accents, no widths, nothing invisible but what is no word anyway.
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|&c| !is_accent(c) && !is_invisible(c)).map(plain_arabic);
    fold_case(plain).nfkd().filter(|&c| !is_accent(c)).nfc().collect()
}

/// A mark without which a word is still the same one: in Latin, Greek and Cyrillic, the points of Hebrew, the vowel
/// signs of Arabic and its stretching line. The vowels of Thai and the Indic scripts are marks too, but stay.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Letters that many keyboards and writers exchange.
fn plain_arabic(c: char) -> char {
    match c {
        'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index_terms(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        super::index_terms(text, |term| terms.push(term.to_owned()));
        terms
    }

    fn index(text: &str) -> String {
        index_terms(text).join(" ")
    }

    /// Terms joined by spaces, prefixes with a star.
    fn query(text: &str) -> String {
        let terms = query_terms(text).all.into_iter();
        terms.map(|term| term.text + if term.prefix { "*" } else { "" }).collect::<Vec<_>>().join(" ")
    }

    fn finds(query: &str, text: &str) -> bool {
        let terms = index_terms(text);
        let query = query_terms(query);
        let meets = |wanted: &Term| {
            terms.iter().any(|term| *term == wanted.text || (wanted.prefix && term.starts_with(&wanted.text)))
        };
        !query.all.is_empty() && query.all.iter().all(meets)
    }

    #[test]
    fn words_are_folded_and_told_once() {
        assert_eq!(index("The cat, THE dog; the-end"), "the cat dog end");
        assert_eq!(index("Straße STRASSE Größe café CAFE\u{301}"), "strasse grosse cafe");
        assert_eq!(index("Ёлка и ёжик, чай"), "елка и ежик чаи");
        assert_eq!(index("ΟΔΥΣΣΕΎΣ Οδυσσεύς"), "οδυσσευσ");
        assert_eq!(index("iPhone15 v2.0 ①②"), "iphone15 v2 0 12");
        assert_eq!(index("… 😀 — !"), "");
    }

    #[test]
    fn runs_without_spaces_give_pairs_and_their_last_character() {
        assert_eq!(index("東京タワー"), "東京 京タ タワ ワー ー");
        assert_eq!(index("我爱北京。天安门"), "我爱 爱北 北京 京 天安 安门 门");
        assert_eq!(index("猫"), "猫");
        assert_eq!(index("안녕하세요 서울"), "안녕 녕하 하세 세요 요 서울 울");
        assert_eq!(index("สวัสดี"), "สว วั ัส สด ดี ี");
        assert_eq!(index("2024年のiPhone発売"), "2024 年の の iphone 発売 売");
        assert_eq!(index("ｶﾞｷﾞ"), "ガギ ギ");
    }

    #[test]
    fn arabic_and_hebrew_are_found_without_their_points() {
        assert_eq!(index("مَرْحَبًا مـرحـبا"), "مرحبا");
        assert_eq!(index("أحمد إحمد آحمد"), "احمد");
        assert_eq!(index("مدرسة على کتاب"), "مدرسه علي كتاب");
        assert_eq!(index("שָׁלוֹם"), "שלום");
        assert_eq!(index("می\u{200c}خواهم"), "ميخواهم");
    }

    #[test]
    fn the_last_word_of_a_query_is_a_prefix() {
        assert_eq!(query("Grüße aus Ber"), "grusse aus ber*");
        assert_eq!(query("東京タ"), "東京 京タ");
        assert_eq!(query("猫 dog"), "猫* dog*");
        assert_eq!(query("dog 猫"), "dog 猫*");
        assert_eq!(query("a a a"), "a a*");
        assert_eq!(query(" ?! 😀"), "");
    }

    #[test]
    fn people_find_what_they_wrote() {
        for (query, text) in [
            ("京", "私は東京へ行く"),
            ("東京", "私は東京へ行く"),
            ("へ行", "私は東京へ行く"),
            ("く", "私は東京へ行く"),
            ("北京", "我爱北京天安门"),
            ("ประเทศ", "ฉันรักประเทศไทย"),
            ("ท", "ฉันรักประเทศไทย"),
            ("고양이", "우리 고양이가 자요"),
            ("مرحب", "مَرْحَبًا يا أحمد"),
            ("احمد", "مَرْحَبًا يا أحمد"),
            ("strass", "Die Straße ist lang"),
            ("MULLER", "Frau Müller"),
            ("елк", "Новогодняя ЁЛКА"),
            ("hel wor", "hel world"),
        ] {
            assert!(finds(query, text), "{query} in {text}");
        }
        assert!(!finds("京都", "私は東京へ行く"));
        assert!(!finds("hel wor", "hello world"));
        assert!(!finds("", "hello"));
    }

    #[test]
    fn long_words_are_cut_alike_on_both_sides() {
        let word = "ä".repeat(100) + "x";
        assert_eq!(index(&word), "a".repeat(TERM_BYTES_MAX));
        assert!(finds(&word, &word));
        let word = "ж".repeat(TERM_BYTES_MAX / 2);
        assert_eq!(index(&word), word);
        assert_eq!(index(&format!("{word}ж")), word);
        let word = format!("a{}", "ж".repeat(TERM_BYTES_MAX / 2));
        assert_eq!(index(&word).len(), TERM_BYTES_MAX - 1);
    }

    #[test]
    fn terms_end_at_their_limits() {
        let numbered = |count: usize| (0..count).map(|n| format!("w{n} ")).collect::<String>();
        assert_eq!(index_terms(&numbered(INDEX_TERMS_MAX)).len(), INDEX_TERMS_MAX);
        assert_eq!(index_terms(&numbered(INDEX_TERMS_MAX + 1)).len(), INDEX_TERMS_MAX);
        assert_eq!(query_terms(&numbered(QUERY_TERMS_MAX)).all.len(), QUERY_TERMS_MAX);
        assert_eq!(query_terms(&numbered(QUERY_TERMS_MAX + 1)).all.len(), QUERY_TERMS_MAX);
        assert_eq!(query_terms(&"東京都".repeat(100)).all.len(), 3);
    }

    proptest! {
        #[test]
        fn terms_are_plain_words_within_their_limits(text in "(?s).{0,200}") {
            let terms = index_terms(&text);
            prop_assert_eq!(terms.iter().collect::<HashSet<_>>().len(), terms.len());
            for term in terms.into_iter().chain(query_terms(&text).all.into_iter().map(|term| term.text)) {
                prop_assert!(!term.is_empty() && term.len() <= TERM_BYTES_MAX);
                prop_assert!(term.chars().all(|c| is_word(c) && !c.is_ascii_uppercase()), "{term:?}");
            }
        }

        /// The short way for plain text leads to where the long one does: a trailing letter forces the long one.
        #[test]
        fn plain_text_folds_as_any_other(text in "[ -~]{0,60}") {
            prop_assert_eq!(format!("{}é", fold(&text)).replace('é', "e"), fold(&format!("{text}é")));
        }

        #[test]
        fn folding_again_changes_nothing(text in "(?s).{0,100}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        /// Whoever types a text from its beginning finds it at every key.
        #[test]
        fn every_beginning_of_a_text_finds_it(text in "[a-cÄßЁй东京タワー한국สดีمح 1.,]{1,40}", keys in 1..40_usize) {
            let typed: String = text.chars().take(keys).collect();
            prop_assert!(query_terms(&typed).all.is_empty() || finds(&typed, &text), "{typed:?} in {text:?}");
        }

        /// In scripts without spaces, what is inside of a run is found as well.
        #[test]
        fn every_part_of_an_unspaced_run_finds_it(text in "[东京タワー한국สด]{1,20}", from in 0..20_usize, to in 0..20_usize) {
            let part: String = text.chars().take(to).skip(from).collect();
            prop_assert!(part.is_empty() || finds(&part, &text), "{part:?} in {text:?}");
        }
    }
}
