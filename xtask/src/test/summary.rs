//! What came of it: counts, the list of skips that are allowed, and the closing line.

use std::fmt;

use anyhow::{Result, bail};

/// What one step counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: Vec<Skip>,
    /// Names of what failed, for the person who reads the end only.
    pub(crate) failures: Vec<String>,
}

/// A test that exists and was not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skip {
    pub(crate) name: String,
    /// As the test itself gives it; may be empty.
    pub(crate) reason: String,
}

impl Tally {
    /// A step that is a single check.
    pub(crate) fn one_passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    /// A step that could not be done here, and why.
    pub(crate) fn one_skipped(name: &str, reason: &str) -> Self {
        Self { skipped: vec![Skip { name: name.to_owned(), reason: reason.to_owned() }], ..Self::default() }
    }

    /// Holds the counts against how the test runner ended: one that failed without naming a failed test (it did not
    /// compile, it was killed) has failed nevertheless, and so has one that passed without a single test.
    pub(crate) fn or_failure(mut self, ended: Result<()>) -> Result<Self> {
        match ended {
            Err(error) if self.failed == 0 => {
                self.failed = 1;
                self.failures.push(format!("{error:#}"));
            }
            Ok(()) if self.passed == 0 => bail!("no test was run"),
            _ => {}
        }
        Ok(self)
    }
}

/// The skips that are allowed, each with its reason: `xtask/allowed-skips.txt`.
#[derive(Debug, Default)]
pub(crate) struct AllowedSkips(Vec<Allowed>);

#[derive(Debug)]
struct Allowed {
    step: String,
    test: String,
    reason: String,
}

impl AllowedSkips {
    /// One a line, `step | test | reason`. Empty lines and lines that start with `#` say nothing.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let lines =
            text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        lines.map(|(index, line)| Allowed::parse(line, index + 1)).collect::<Result<_>>().map(Self)
    }

    fn reason(&self, step: &str, test: &str) -> Option<&str> {
        self.0.iter().find(|it| it.step == step && it.test == test).map(|it| it.reason.as_str())
    }
}

impl Allowed {
    fn parse(line: &str, number: usize) -> Result<Self> {
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        match parts[..] {
            [step, test, reason] if !reason.is_empty() => {
                Ok(Self { step: step.into(), test: test.into(), reason: reason.into() })
            }
            _ => bail!("line {number} of the allowed skips is not `step | test | reason`: {line}"),
        }
    }
}

/// The sum over all steps.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    passed: usize,
    failed: usize,
    skipped: usize,
    /// One line for each failure and each skip.
    remarks: Vec<String>,
}

impl Summary {
    /// Adds what `step` counted. A skip that is not allowed is a failure.
    pub(crate) fn add(&mut self, step: &str, tally: &Tally, allowed: &AllowedSkips) {
        self.passed += tally.passed;
        self.failed += tally.failed;
        self.remarks.extend(tally.failures.iter().map(|name| format!("failed   {step} | {name}")));
        for skip in &tally.skipped {
            match allowed.reason(step, &skip.name) {
                Some(reason) => {
                    self.skipped += 1;
                    self.remarks.push(format!("skipped  {step} | {} | {reason}", skip.name));
                }
                None => {
                    self.failed += 1;
                    let reason = if skip.reason.is_empty() { "no reason given" } else { &skip.reason };
                    self.remarks.push(format!(
                        "failed   {step} | {} | skipped ({reason}), which xtask/allowed-skips.txt does not allow",
                        skip.name
                    ));
                }
            }
        }
    }

    /// Adds a step that failed as a whole, or that could not run.
    pub(crate) fn add_failure(&mut self, step: &str, why: &str) {
        self.failed += 1;
        self.remarks.push(format!("failed   {step} | {why}"));
    }

    pub(crate) fn is_success(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for remark in &self.remarks {
            writeln!(f, "{remark}")?;
        }
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    fn tally(passed: usize, failures: &[&str], skips: &[(&str, &str)]) -> Tally {
        Tally {
            passed,
            failed: failures.len(),
            failures: failures.iter().map(ToString::to_string).collect(),
            skipped: skips
                .iter()
                .map(|(name, reason)| Skip { name: (*name).into(), reason: (*reason).into() })
                .collect(),
        }
    }

    #[test]
    fn the_last_line_is_the_plain_sum() {
        let mut summary = Summary::default();
        summary.add("fmt", &Tally::one_passed(), &AllowedSkips::default());
        summary.add("rust", &tally(40, &[], &[]), &AllowedSkips::default());
        assert_eq!(summary.to_string(), "41 passed, 0 failed, 0 skipped");
        assert!(summary.is_success());
    }

    #[test]
    fn an_allowed_skip_is_named_with_its_reason() {
        let allowed = AllowedSkips::parse("# why\n\nrust | power::cut | needs /dev/fuse\n").unwrap();
        let mut summary = Summary::default();
        summary.add("rust", &tally(1, &[], &[("power::cut", "")]), &allowed);
        assert_eq!(
            summary.to_string(),
            "skipped  rust | power::cut | needs /dev/fuse\n1 passed, 0 failed, 1 skipped"
        );
        assert!(summary.is_success());
    }

    #[test]
    fn a_skip_outside_the_list_is_a_failure() {
        let allowed = AllowedSkips::parse("rust | power::cut | needs /dev/fuse").unwrap();
        let mut summary = Summary::default();
        summary.add("e2e", &tally(1, &[], &[("power::cut", "later")]), &allowed);
        assert_eq!(
            summary.to_string(),
            "failed   e2e | power::cut | skipped (later), which xtask/allowed-skips.txt does not allow\n\
             1 passed, 1 failed, 0 skipped"
        );
        assert!(!summary.is_success());
    }

    #[test]
    fn an_allowed_skip_without_a_reason_is_refused() {
        assert!(AllowedSkips::parse("rust | power::cut").is_err());
        assert!(AllowedSkips::parse("rust | power::cut | ").is_err());
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_has_failed() {
        let tally = tally(3, &[], &[]).or_failure(Err(anyhow!("killed"))).unwrap();
        assert_eq!((tally.passed, tally.failed), (3, 1));
        assert_eq!(tally.failures, ["killed"]);
    }

    #[test]
    fn failed_tests_are_not_counted_twice() {
        let tally = tally(3, &["a"], &[]).or_failure(Err(anyhow!("exit 101"))).unwrap();
        assert_eq!((tally.passed, tally.failed), (3, 1));
    }

    #[test]
    fn a_runner_that_runs_nothing_has_failed() {
        assert!(tally(0, &[], &[]).or_failure(Ok(())).is_err());
    }

    #[test]
    fn nothing_at_all_is_no_success() {
        assert!(!Summary::default().is_success());
    }
}
