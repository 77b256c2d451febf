//! How many tests ran, read from what the test runners say.
//!
//! `cargo test` says it in lines, which have been the same for years and need no unstable option; the others write
//! JSON. What cannot be read counts as nothing, and [`Tally::or_failure`] then keeps a failed run from looking empty.

use serde_json::Value;

use super::summary::{Skip, Tally};

/// From the output of `cargo test`: the sum of all its `test result:` lines.
pub(crate) fn cargo_test(log: &str) -> Tally {
    let mut tally = Tally::default();
    for line in log.lines() {
        if let Some(counts) = line.strip_prefix("test result: ") {
            tally.passed += counted(counts, "passed");
            tally.failed += counted(counts, "failed");
        } else if let Some((name, outcome)) =
            line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        {
            match outcome.split_once("ignored") {
                Some(("", reason)) => tally.skip(name, reason.trim_start_matches(", ")),
                _ if outcome == "FAILED" => tally.failures.push(name.to_owned()),
                _ => {}
            }
        }
    }
    tally
}

/// The number before `word` in a line like `ok. 3 passed; 1 failed; 0 ignored; …`.
fn counted(line: &str, word: &str) -> usize {
    line.split([';', '.'])
        .filter_map(|part| part.trim().strip_suffix(word))
        .find_map(|number| number.trim().parse().ok())
        .unwrap_or(0)
}

/// From Vitest's JSON reporter.
pub(crate) fn vitest(json: &str) -> Tally {
    let report = parsed(json);
    let mut tally = Tally::default();
    for file in list(&report["testResults"]) {
        let tests = list(&file["assertionResults"]);
        // A file that cannot even be loaded has no tests, only a status.
        if tests.is_empty() && file["status"] == "failed" {
            tally.fail(text(&file["name"]));
        }
        for test in tests {
            let name = text(&test["fullName"]);
            match text(&test["status"]) {
                "passed" => tally.passed += 1,
                "failed" => tally.fail(name),
                _ => tally.skip(name, ""),
            }
        }
    }
    tally
}

/// From Playwright's JSON reporter. A test that passed only when it was repeated has not passed.
pub(crate) fn playwright(json: &str) -> Tally {
    let report = parsed(json);
    let mut tally = Tally::default();
    for suite in list(&report["suites"]) {
        playwright_suite(suite, "", &mut tally);
    }
    for error in list(&report["errors"]) {
        tally.fail(text(&error["message"]).lines().next().unwrap_or_default());
    }
    tally
}

/// From the lines of the Test Anything Protocol.
pub(crate) fn tap(log: &str) -> Tally {
    let mut tally = Tally::default();
    for line in log.lines() {
        if line.starts_with("ok ") {
            tally.passed += 1;
        } else if let Some(rest) = line.strip_prefix("not ok ") {
            tally.fail(rest.split_once(" - ").map_or(rest, |(_, name)| name));
        }
    }
    tally
}

fn playwright_suite(suite: &Value, above: &str, tally: &mut Tally) {
    let title = joined(above, text(&suite["title"]));
    for spec in list(&suite["specs"]) {
        let name = joined(&title, text(&spec["title"]));
        for test in list(&spec["tests"]) {
            match text(&test["status"]) {
                "expected" => tally.passed += 1,
                "skipped" => tally.skip(&name, reason(test)),
                _ => tally.fail(&name),
            }
        }
    }
    for suite in list(&suite["suites"]) {
        playwright_suite(suite, &title, tally);
    }
}

fn reason(test: &Value) -> &str {
    let skip = list(&test["annotations"]).iter().find(|annotation| annotation["type"] == "skip");
    skip.map_or("", |annotation| text(&annotation["description"]))
}

fn joined(above: &str, title: &str) -> String {
    if above.is_empty() { title.to_owned() } else { format!("{above} › {title}") }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or(Value::Null)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

impl Tally {
    fn fail(&mut self, name: &str) {
        self.failed += 1;
        self.failures.push(name.to_owned());
    }

    fn skip(&mut self, name: &str, reason: &str) {
        self.skipped.push(Skip { name: name.to_owned(), reason: reason.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(name: &str, reason: &str) -> Skip {
        Skip { name: name.to_owned(), reason: reason.to_owned() }
    }

    #[test]
    fn cargo_test_is_summed_over_its_binaries() {
        let log = "\
running 3 tests
test limits::edge ... ok
test commit::torn - should panic ... FAILED
test slow ... ignored, takes an hour
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests kith_chat
test crates/chat/src/lib.rs - (line 3) ... ignored
test result: ok. 21 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
";
        let tally = cargo_test(log);
        assert_eq!((tally.passed, tally.failed), (22, 1));
        assert_eq!(tally.failures, ["commit::torn - should panic"]);
        assert_eq!(
            tally.skipped,
            [skip("slow", "takes an hour"), skip("crates/chat/src/lib.rs - (line 3)", "")]
        );
    }

    #[test]
    fn a_test_that_is_named_after_ignoring_is_not_ignored() {
        let tally =
            cargo_test("test blocked_people_are_ignored ... ok\ntest result: ok. 1 passed; 0 failed;");
        assert_eq!((tally.passed, tally.skipped.len()), (1, 0));
    }

    #[test]
    fn vitest_counts_tests_and_files_that_do_not_load() {
        let tally = vitest(
            r#"{ "testResults": [
                { "name": "a.test.ts", "status": "failed", "assertionResults": [
                    { "fullName": "a adds", "status": "passed" },
                    { "fullName": "a subtracts", "status": "failed" },
                    { "fullName": "a divides", "status": "pending" } ] },
                { "name": "broken.test.ts", "status": "failed", "assertionResults": [] } ] }"#,
        );
        assert_eq!((tally.passed, tally.failed), (1, 2));
        assert_eq!(tally.failures, ["a subtracts", "broken.test.ts"]);
        assert_eq!(tally.skipped, [skip("a divides", "")]);
    }

    #[test]
    fn playwright_counts_nested_suites_and_does_not_believe_in_flaky() {
        let tally = playwright(
            r#"{ "suites": [ { "title": "talk.spec.ts",
                "specs": [ { "title": "sends", "tests": [ { "status": "expected" } ] } ],
                "suites": [ { "title": "offline", "specs": [
                    { "title": "queues", "tests": [ { "status": "flaky" } ] },
                    { "title": "push", "tests": [ { "status": "skipped",
                        "annotations": [ { "type": "skip", "description": "needs TLS" } ] } ] } ] } ] } ] }"#,
        );
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert_eq!(tally.failures, ["talk.spec.ts › offline › queues"]);
        assert_eq!(tally.skipped, [skip("talk.spec.ts › offline › push", "needs TLS")]);
    }

    #[test]
    fn tap_counts_its_lines_and_no_comments() {
        let tally = tap("1..2\nok 1 - talks\nnot ok 2 - deletes\n# ok 3 - said in passing\n");
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert_eq!(tally.failures, ["deletes"]);
    }

    #[test]
    fn nothing_readable_counts_nothing() {
        assert_eq!(cargo_test("error: could not compile"), Tally::default());
        assert_eq!(vitest(""), Tally::default());
        assert_eq!(playwright("<html>"), Tally::default());
    }
}
