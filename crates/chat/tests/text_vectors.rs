//! The grammar of texts, held to the vectors that the web client is held to as well.

use std::{fmt::Write as _, fs, path::PathBuf};

use kith_chat::text::entities;
use kith_protocol::{Entity, Mention, UserId, limits::utf16_len};
use serde::{Deserialize, Serialize};

/// How many texts the random corpus has.
const RANDOM_TEXTS: usize = 500;

/// Set to anything, it writes the random corpus anew instead of comparing.
const UPDATE: &str = "UPDATE_VECTORS";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Case {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<Mention>,
    entities: Vec<Entity>,
}

#[test]
fn written_cases_are_found_as_they_say() {
    let cases: Vec<Case> = serde_json::from_str(&read("entities.json")).expect("the vectors are well-formed");
    assert!(cases.len() >= 80);
    let mut wrong = String::new();
    for case in cases {
        let found = entities(&case.text, &case.mentions);
        if found != case.entities {
            let name = case.name.unwrap_or_default();
            writeln!(wrong, "{name}: {:?}\n  found  {found:?}\n  wanted {:?}", case.text, case.entities)
                .expect("a string takes everything");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn random_texts_give_what_was_recorded() {
    let cases = random_cases();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(path("entities-random.json"), lines(&cases)).expect("the corpus can be written");
    }
    assert_eq!(cases.len(), RANDOM_TEXTS);
    assert_eq!(
        read("entities-random.json"),
        lines(&cases),
        "set {UPDATE}=1 if the grammar was meant to change"
    );
}

/// Texts made of what the grammar looks at, so that short ones already meet most of its edges.
fn random_cases() -> Vec<Case> {
    let mut dice = Dice(0x6b69_7468);
    (0..RANDOM_TEXTS).map(|_| random_case(&mut dice)).collect()
}

fn random_case(dice: &mut Dice) -> Case {
    let mut text = String::new();
    let mut mentions = Vec::new();
    let pieces = [MARKS, PIECES][dice.below(2)];
    for _ in 0..1 + dice.below(16) {
        let piece = pieces[dice.below(pieces.len())];
        if piece.starts_with('@') && dice.below(4) > 0 {
            mentions.push(mention(&text, piece));
        }
        text.push_str(piece);
    }
    let entities = entities(&text, &mentions);
    Case { name: None, text, mentions, entities }
}

fn mention(before: &str, name: &str) -> Mention {
    let number = |units: usize| u32::try_from(units).expect("the texts are short");
    let user_id = UserId::from([1, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);
    Mention { offset: number(utf16_len(before)), length: number(utf16_len(name)), user_id }
}

/// For texts that are dense with emphasis and code.
const MARKS: &[&str] = &[
    "*", "*", "**", "**", "***", "_", "~~", "`", "```", "a", "a", "b", "日", "👍", " ", " ", ".", "@ann",
    "\\", "\n", "www.x.de",
];

/// For texts of everything that the grammar looks at.
const PIECES: &[&str] = &[
    "*",
    "*",
    "**",
    "**",
    "***",
    "_",
    "_",
    "~~",
    "~~",
    "`",
    "`",
    "```",
    "```",
    "`",
    "\\",
    " ",
    " ",
    " ",
    "\n",
    "\r\n",
    "\u{3000}",
    "a",
    "word",
    "é",
    "e\u{301}",
    "日本",
    "です",
    "한국",
    "สวัสดี",
    "مرحبا",
    "👍",
    "👩🏽\u{200d}🚀",
    "❤\u{fe0f}",
    "𝒳",
    "𠮷",
    "1",
    "9",
    ".",
    ",",
    "(",
    ")",
    "[",
    "]",
    "!",
    "?",
    "…",
    "。",
    "「",
    "」",
    "،",
    "'",
    "\"",
    "<",
    ">",
    "-",
    ":",
    "/",
    "@",
    "@ann",
    "@Bob *B*",
    "@山田",
    "https://",
    "http://x.de",
    "https://x.de/a",
    "https://x.de/a_(b)",
    "/path?q=",
    "HTTPS://X.DE",
    "www.",
    "www.x.de",
    "javascript:",
    "ann@x.de",
    "a.b+c@",
    "x.de",
    "rust\n",
    "js\r\n",
    "\u{202e}",
    "\u{200b}",
    "\u{2028}",
    ":80",
    ":99999",
    "#",
    "&",
];

/// SplitMix64: the same numbers from the same seed on every machine, for ever.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).expect("it is below a usize")
    }
}

/// One case a line, so that a change of the grammar shows which texts it touched.
fn lines(cases: &[Case]) -> String {
    let lines: Vec<_> = cases.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// Characters that would hide or turn around what stands in the file are escaped.
fn line(case: &Case) -> String {
    let mut line = serde_json::to_string(case).expect("a case is plain data");
    for unseen in ['\u{200b}', '\u{2028}', '\u{202e}', '\u{3000}'] {
        line = line.replace(unseen, &format!("\\u{:04x}", u32::from(unseen)));
    }
    line
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", name].iter().collect()
}
