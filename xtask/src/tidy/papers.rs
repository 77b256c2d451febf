//! The papers: decisions are numbered and found in their index, measurements keep what they were rendered from.

use super::{Finding, Tree};
use crate::perf;
use crate::torture::page;

const DECISIONS: &str = "docs/decisions/";
const INDEX: &str = "docs/decisions/README.md";
const MEASUREMENTS: &str = "docs/measurements/";

/// `docs/decisions/NNNN-title.md`, from 0001 without a gap, each headed by its number.
pub(super) fn decisions_are_numbered(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, page) in decisions(tree).enumerate() {
        let number = format!("{:04}", index + 1);
        if !page.starts_with(&format!("{DECISIONS}{number}-")) {
            findings.push(Finding::in_file(
                page,
                format!("this should be {number}-….md: decisions count up from 0001"),
            ));
        } else if !tree.text(page).is_some_and(|text| text.starts_with(&format!("# {number} "))) {
            findings.push(Finding::in_file(
                page,
                format!("the first line should be `# {number} ` and the title"),
            ));
        }
    }
    findings
}

pub(super) fn decisions_are_in_the_index(tree: &Tree) -> Vec<Finding> {
    let index = tree.text(INDEX).unwrap_or_default();
    decisions(tree)
        .filter_map(|page| {
            let name = page.trim_start_matches(DECISIONS);
            let linked = index.contains(&format!("]({name})"));
            (!linked).then(|| Finding::in_file(page, format!("{INDEX} has no link to it")))
        })
        .collect()
}

/// Every `*.jsonl` that a page names lies beside it, so that a figure can be looked up and rendered again.
pub(super) fn measurements_have_their_raw_results(tree: &Tree) -> Vec<Finding> {
    let pages = tree.texts().filter(|(path, _)| path.starts_with(MEASUREMENTS) && path.ends_with(".md"));
    let mut findings = Vec::new();
    for (page, text) in pages {
        for (index, line) in text.lines().enumerate() {
            for raw in raw_results(line).filter(|raw| !tree.holds(&format!("{MEASUREMENTS}{raw}"))) {
                findings.push(Finding::in_line(page, index + 1, format!("{raw} is not in {MEASUREMENTS}")));
            }
        }
    }
    findings
}

/// The page of `cargo xtask torture` is what would be rendered now: nobody wrote a better figure into it by hand.
pub(super) fn torture_is_rendered_from_its_raw_results(tree: &Tree) -> Vec<Finding> {
    let (Some(raw), shown) = (tree.text(page::RAW), tree.text(page::PAGE)) else {
        return Vec::new();
    };
    match page::parse(raw) {
        Err(error) => vec![Finding::in_file(page::RAW, format!("{error:#}"))],
        Ok(results) if shown != Some(&page::page(&results)) => {
            vec![Finding::in_file(page::PAGE, format!("it is not what {} says", page::RAW))]
        }
        Ok(_) => Vec::new(),
    }
}

/// So that no figure of the client is written by hand, and none is left behind when others are measured anew.
pub(super) fn the_page_of_the_client_is_rendered_from_its_raw_results(tree: &Tree) -> Vec<Finding> {
    let Some(raw) = tree.text(perf::RAW) else { return Vec::new() };
    match perf::page(raw) {
        Err(error) => vec![Finding::in_file(perf::RAW, format!("{error:#}"))],
        Ok(page) if tree.text(perf::PAGE) == Some(&page) => Vec::new(),
        Ok(_) => vec![Finding::in_file(perf::PAGE, format!("it does not say what {} says", perf::RAW))],
    }
}

fn decisions(tree: &Tree) -> impl Iterator<Item = &str> {
    tree.paths().filter(|path| path.starts_with(DECISIONS) && path.ends_with(".md") && *path != INDEX)
}

fn raw_results(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || "./-_".contains(c)))
        .map(|word| word.trim_start_matches("./").trim_end_matches('.'))
        .filter(|word| word.ends_with(".jsonl") && *word != ".jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    #[test]
    fn decisions_count_up_from_one() {
        let files = [
            ("docs/decisions/0001-one-writer.md", "# 0001 One writer\n"),
            ("docs/decisions/0003-gap.md", "# 0003 Gap\n"),
            ("docs/decisions/README.md", ""),
        ];
        assert_eq!(
            said(decisions_are_numbered, &files),
            ["docs/decisions/0003-gap.md: this should be 0002-….md: decisions count up from 0001"]
        );
    }

    #[test]
    fn a_number_is_used_once() {
        let files = [("docs/decisions/0001-a.md", "# 0001 A\n"), ("docs/decisions/0001-b.md", "# 0001 B\n")];
        assert_eq!(said(decisions_are_numbered, &files).len(), 1);
    }

    #[test]
    fn the_heading_repeats_the_number() {
        assert_eq!(
            said(decisions_are_numbered, &[("docs/decisions/0001-a.md", "# A\n")]),
            ["docs/decisions/0001-a.md: the first line should be `# 0001 ` and the title"]
        );
    }

    #[test]
    fn a_decision_outside_the_index_is_found() {
        let files = [
            ("docs/decisions/0001-a.md", ""),
            ("docs/decisions/0002-b.md", ""),
            ("docs/decisions/README.md", "- [0001 A](0001-a.md)\n"),
        ];
        assert_eq!(
            said(decisions_are_in_the_index, &files),
            ["docs/decisions/0002-b.md: docs/decisions/README.md has no link to it"]
        );
    }

    #[test]
    fn a_figure_that_was_changed_by_hand_is_found() {
        let raw = r#"{"goal":"G1","case":"initial load","figure":"fonts","value":0,"about":{}}"#;
        let page = perf::page(raw).unwrap();
        let check = the_page_of_the_client_is_rendered_from_its_raw_results;
        assert_eq!(said(check, &[(perf::RAW, raw), (perf::PAGE, &page)]), [""; 0]);
        assert_eq!(
            said(check, &[(perf::RAW, raw), (perf::PAGE, &page.replace("| 0 |", "| 1 |"))]),
            ["docs/measurements/web.md: it does not say what docs/measurements/web.jsonl says"]
        );
    }

    #[test]
    fn raw_results_lie_beside_their_page() {
        let page = "Rendered from `server.jsonl` and [raw](raw/web.jsonl).\n";
        let files = [("docs/measurements/a.md", page), ("docs/measurements/raw/web.jsonl", "{}\n")];
        assert_eq!(
            said(measurements_have_their_raw_results, &files),
            ["docs/measurements/a.md:1: server.jsonl is not in docs/measurements/"]
        );
    }

    #[test]
    fn a_page_that_says_something_else_than_its_raw_results_is_found() {
        let raw = "{\"scenario\":\"kill\",\"part\":\"proof\",\"counts\":{\"kills\":3}}\n";
        let shown = page::page(&page::parse(raw).unwrap());
        assert!(
            said(torture_is_rendered_from_its_raw_results, &[(page::RAW, raw), (page::PAGE, &shown)])
                .is_empty()
        );
        let better = shown.replace("3 kills", "4 kills");
        assert_eq!(
            said(torture_is_rendered_from_its_raw_results, &[(page::RAW, raw), (page::PAGE, &better)]),
            ["docs/measurements/torture.md: it is not what docs/measurements/torture.jsonl says"]
        );
    }
}
