//! Relative links in Markdown lead to a file of the tree and, with an anchor, to a heading in it.

use super::{Finding, Tree};

pub(super) fn lead_somewhere(tree: &Tree) -> Vec<Finding> {
    let pages = tree.texts().filter(|(path, _)| path.ends_with(".md"));
    pages
        .flat_map(|(path, text)| {
            links(text).filter_map(move |(line, target)| {
                let complaint = complaint(tree, path, target)?;
                Some(Finding::in_line(path, line, complaint))
            })
        })
        .collect()
}

/// The targets of `[…](target)` and `![…](target)` with their line numbers, outside code.
fn links(page: &str) -> impl Iterator<Item = (usize, &str)> {
    prose(page).flat_map(|(number, line)| {
        line.split("](").skip(1).filter_map(move |rest| {
            let target = rest.split([')', ' ']).next()?;
            Some((number, target))
        })
    })
}

/// The lines that are not inside a fenced block of code, counted from 1.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    page.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        (!in_code && !fence).then_some((index + 1, line))
    })
}

fn complaint(tree: &Tree, page: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let Some(path) = resolved(page, file) else {
        return Some(format!("the link to {target} leads out of the repository"));
    };
    if !tree.holds(&path) {
        return Some(format!("the link to {target} leads nowhere"));
    }
    let has_heading = anchor.is_empty() || tree.text(&path).is_none_or(|text| has_heading(text, anchor));
    (!has_heading).then(|| format!("{path} has no heading for #{anchor}"))
}

/// The path from the root of what `link` on `page` means, or none when it climbs out of the tree.
fn resolved(page: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(page.to_owned());
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = if link.starts_with('/') { vec![] } else { folder.split('/').collect() };
    parts.retain(|part| !part.is_empty());
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn has_heading(page: &str, anchor: &str) -> bool {
    prose(page).any(|(_, line)| line.starts_with('#') && slug(line.trim_start_matches('#')) == anchor)
}

/// As the usual hosts make it: lower case, words joined by hyphens, no other signs.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    #[test]
    fn a_link_that_leads_somewhere_is_silent() {
        let page = "[a](b.md) [a](../README.md#the-two-commands) [a](/docs) [a](#here) ![a](look/a.png \"t\")\n\
                    [a](https://example.org/x) [a](mailto:a@example.org)\n\n## Here\n";
        let files = [
            ("docs/a.md", page),
            ("docs/b.md", ""),
            ("docs/look/a.png", ""),
            ("README.md", "# Kith\n## The *two* commands\n"),
        ];
        assert_eq!(said(lead_somewhere, &files), [""; 0]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let files = [("docs/a.md", "# A\n\nSee [b](b.md) and [c](../../c.md).\n"), ("b.md", "")];
        assert_eq!(
            said(lead_somewhere, &files),
            [
                "docs/a.md:3: the link to b.md leads nowhere",
                "docs/a.md:3: the link to ../../c.md leads out of the repository"
            ]
        );
    }

    #[test]
    fn an_anchor_needs_its_heading() {
        let files = [("a.md", "[b](b.md#gone)\n[a](#gone)\n"), ("b.md", "# Here\n```\n# gone\n```\n")];
        assert_eq!(
            said(lead_somewhere, &files),
            ["a.md:1: b.md has no heading for #gone", "a.md:2: a.md has no heading for #gone"]
        );
    }

    #[test]
    fn code_is_not_searched() {
        assert_eq!(said(lead_somewhere, &[("a.md", "```\n[x](y.md)\n```\n")]), [""; 0]);
    }
}
