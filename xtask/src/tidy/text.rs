//! What no line of a committed text says, and how lines and files end.

use super::{Finding, Tree};

/// Written in halves, so that this file may say what it looks for.
const UNFINISHED: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("db", "g!"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
];

const PLACES: [&str; 5] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/Us", "ers/"),
];

/// No absolute path of the machine on which it was written. Tests may name one: they have to talk about paths.
pub(super) fn names_no_place_on_one_machine(tree: &Tree) -> Vec<Finding> {
    lines(tree)
        .filter(|(path, ..)| !is_test(path))
        .filter_map(|(path, number, line)| {
            let place = PLACES.iter().find(|place| names_place(line, place))?;
            Some(Finding::in_line(path, number, format!("a path below {place} exists on one machine only")))
        })
        .collect()
}

pub(super) fn leaves_nothing_unfinished(tree: &Tree) -> Vec<Finding> {
    lines(tree)
        .filter_map(|(path, number, line)| {
            let word = UNFINISHED.iter().find(|word| has_word(line, word))?;
            Some(Finding::in_line(path, number, format!("{word}: finish it or write an issue")))
        })
        .collect()
}

pub(super) fn ends_lines_and_files_cleanly(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| !is_verbatim(path)) {
        let mut ragged = text.split('\n').enumerate().filter(|(_, line)| line.ends_with([' ', '\t', '\r']));
        if let Some((first, _)) = ragged.next() {
            let lines = 1 + ragged.count();
            let message = format!("white space at the end of {lines} lines, here for the first time");
            findings.push(Finding::in_line(path, first + 1, message));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            findings.push(Finding::in_file(path, "the last line has no end"));
        }
    }
    findings
}

fn lines(tree: &Tree) -> impl Iterator<Item = (&str, usize, &str)> {
    let texts = tree.texts().filter(|(path, _)| !is_verbatim(path));
    texts.flat_map(|(path, text)| text.lines().enumerate().map(move |(index, line)| (path, index + 1, line)))
}

/// Inputs and outputs that tests and tools keep byte for byte, which nobody wrote by hand.
fn is_verbatim(path: &str) -> bool {
    let kept = ["corpus", "snapshots", "transcripts", "fixtures"];
    path.split('/').any(|folder| kept.contains(&folder)) || path.ends_with("package-lock.json")
}

fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "e2e" | "testing" | "testkit") || part.contains(".test."))
}

/// Whether `line` has an absolute path below `place`, and not merely a longer path or address that contains it.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}/~*".contains(c)))
}

/// Whether `line` has `word` and not merely a longer word around it.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_part)
            && (word.ends_with('!') || !line[at + word.len()..].starts_with(is_part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    #[test]
    fn a_path_of_one_machine_is_found() {
        let text = format!("data = \"{}anna/kith\"\n", PLACES[1]);
        assert_eq!(
            said(names_no_place_on_one_machine, &[("docs/a.md", &text)]),
            [format!("docs/a.md:1: a path below {} exists on one machine only", PLACES[1])]
        );
    }

    #[test]
    fn an_address_a_relative_path_and_a_test_may_look_like_one() {
        let text = format!("https://example.org{0}x ../web{0}x ${{BASE}}{0}\n", PLACES[1]);
        assert_eq!(said(names_no_place_on_one_machine, &[("docs/a.md", &text)]), [""; 0]);
        let text = format!("open(\"{}socket\")\n", PLACES[3]);
        assert_eq!(said(names_no_place_on_one_machine, &[("crates/server/tests/it/a.rs", &text)]), [""; 0]);
    }

    #[test]
    fn what_is_unfinished_is_found() {
        for word in UNFINISHED {
            let text = format!("fine\n    // {word} later\n");
            assert_eq!(
                said(leaves_nothing_unfinished, &[("src/a.rs", &text)]),
                [format!("src/a.rs:2: {word}: finish it or write an issue")]
            );
        }
    }

    #[test]
    fn longer_words_are_other_words() {
        let text = format!("{}S = 1; my_{}\n", UNFINISHED[0], UNFINISHED[4]);
        assert_eq!(said(leaves_nothing_unfinished, &[("src/a.rs", &text)]), [""; 0]);
    }

    #[test]
    fn lines_and_files_end_cleanly() {
        assert_eq!(
            said(ends_lines_and_files_cleanly, &[("a", "x \ny\r\nz\n"), ("b", "x"), ("c", "x\n"), ("d", "")]),
            [
                "a:1: white space at the end of 2 lines, here for the first time",
                "b: the last line has no end"
            ]
        );
    }

    #[test]
    fn what_is_kept_byte_for_byte_is_left_alone() {
        let files =
            [("crates/socketio/fuzz/corpus/packet/1", "2[ "), ("crates/a/src/snapshots/b.snap", "x ")];
        assert_eq!(said(ends_lines_and_files_cleanly, &files), [""; 0]);
    }
}
