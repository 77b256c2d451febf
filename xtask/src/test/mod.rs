//! `cargo xtask test`: every check there is, side by side where the machine allows, in one command that a fresh
//! machine can run.

mod counts;
mod plan;
mod steps;
mod summary;

use std::fs;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::shell::Output;
use crate::workspace::Workspace;
use plan::Plan;
use steps::{STEPS, Step};
use summary::{AllowedSkips, Summary, Tally};

/// How much of a failed step's log is shown; the whole of it is in the file.
const EXCERPT_LINES_MAX: usize = 20;

/// How many lines say why a test of Rust has failed: where it panicked, and the words, which may be some lines.
const PANIC_LINES: usize = 5;

/// Runs the steps that `filters` choose (all, when there is none) and prints the summary.
///
/// # Errors
/// When nothing could be run at all. That a check has failed is no error here but the exit code.
pub(crate) fn test(workspace: &Workspace, filters: &[String]) -> Result<ExitCode> {
    let plan = Plan::new(&STEPS, filters);
    ensure!(!plan.steps().is_empty(), "no step is called like that; `cargo xtask test --list` names them");
    let allowed = allowed_skips(workspace)?;
    fs::create_dir_all(workspace.logs()).context("cannot make the folder for the logs")?;
    let summary = run(workspace, plan, &allowed);
    println!("\n{summary}");
    Ok(if summary.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Names the steps in the order in which they are preferred.
pub(crate) fn list() {
    for step in &STEPS {
        println!("{:12} {}", step.name, step.about);
    }
}

fn allowed_skips(workspace: &Workspace) -> Result<AllowedSkips> {
    let path = workspace.root.join("xtask/allowed-skips.txt");
    AllowedSkips::parse(
        &fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
    )
}

/// How one step ended.
struct Ending {
    index: usize,
    result: Result<Tally>,
    took: Duration,
}

fn run(workspace: &Workspace, mut plan: Plan, allowed: &AllowedSkips) -> Summary {
    let mut summary = Summary::default();
    let (sender, endings) = mpsc::channel();
    thread::scope(|scope| {
        while !plan.done() {
            for index in plan.start() {
                let step = plan.steps()[index];
                let sender = sender.clone();
                println!("start    {:12} {}", step.name, step.about);
                scope.spawn(move || sender.send(perform(workspace, step, index)));
            }
            let ending =
                endings.recv().expect("a plan that is not done has a step running, and we hold a sender");
            let step = plan.steps()[ending.index];
            let passed = report(workspace, step, &ending);
            plan.end(ending.index, passed);
            match &ending.result {
                Ok(tally) => summary.add(step.name, tally, allowed),
                Err(error) => summary.add_failure(step.name, first_line(&format!("{error:#}"))),
            }
        }
    });
    for (name, by) in plan.blocked() {
        summary.add_failure(name, &format!("not run, because it needs {by}"));
    }
    summary
}

fn perform(workspace: &Workspace, step: &Step, index: usize) -> Ending {
    let begun = Instant::now();
    // A panic in a step is a failure of that step; it must not leave the others waiting for ever.
    let result = std::panic::catch_unwind(|| {
        let output = Output::log(&workspace.logs().join(format!("{}.log", step.name)))?;
        let result = (step.work)(workspace, &output);
        if let Err(error) = &result {
            output.say(&format!("{error:#}"))?;
        }
        result
    })
    .unwrap_or_else(|_| Err(anyhow!("the step panicked")));
    Ending { index, result, took: begun.elapsed() }
}

/// Prints how the step ended, and answers whether it passed.
fn report(workspace: &Workspace, step: &Step, ending: &Ending) -> bool {
    let passed = ending.result.as_ref().is_ok_and(|tally| tally.failed == 0);
    let took = format!("{:.1} s", ending.took.as_secs_f64());
    if passed {
        println!("ok       {:12} {took}", step.name);
    } else {
        let path = workspace.logs().join(format!("{}.log", step.name));
        println!("FAILED   {:12} {took}   from {}:", step.name, path.display());
        for name in ending.result.iter().flat_map(|tally| &tally.failures) {
            println!("         | failed: {name}");
        }
        for line in excerpt(&fs::read_to_string(path).unwrap_or_default()) {
            println!("{}", format!("         | {line}").trim_end());
        }
    }
    passed
}

/// The log has the rest; the summary has one line for each failure.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What of a log says why: its panics, or where there was none its end.
fn excerpt(log: &str) -> Vec<&str> {
    let lines: Vec<&str> = log.lines().collect();
    let mut panics = Vec::new();
    let mut until = 0;
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("thread '") && line.contains(" panicked at ") {
            until = index + PANIC_LINES;
        }
        if index < until {
            panics.push(*line);
        }
    }
    if panics.is_empty() {
        return lines[lines.len().saturating_sub(EXCERPT_LINES_MAX)..].to_vec();
    }
    panics.truncate(EXCERPT_LINES_MAX);
    panics
}

#[cfg(test)]
mod tests {
    use super::*;
    use steps::Lane;

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: folder.path().into(), target: folder.path().join("target") };
        fs::create_dir_all(workspace.logs()).unwrap();
        (folder, workspace)
    }

    const fn step(
        name: &'static str,
        needs: &'static [&'static str],
        work: fn(&Workspace, &Output) -> Result<Tally>,
    ) -> Step {
        Step { name, about: "", lane: Lane::Rust, needs, after: &[], work }
    }

    static STEPS_OF_ALL_ENDINGS: [Step; 5] = [
        step("good", &[], |_, _| Ok(Tally::one_passed())),
        step("bad", &[], |_, _| Err(anyhow!("no luck\nnone at all"))),
        step("worse", &[], |_, _| panic!("this panic belongs to the test")),
        step("dependent", &["bad"], |_, _| Ok(Tally::one_passed())),
        step("late", &["good"], |_, _| Ok(Tally { failed: 2, ..Tally::one_passed() })),
    ];

    #[test]
    fn a_failed_step_stops_only_what_needs_it() {
        let (_folder, workspace) = workspace();
        let summary = run(&workspace, Plan::new(&STEPS_OF_ALL_ENDINGS, &[]), &AllowedSkips::default());
        assert_eq!(
            summary.to_string(),
            "failed   bad | no luck\n\
             failed   worse | the step panicked\n\
             failed   dependent | not run, because it needs bad\n\
             2 passed, 5 failed, 0 skipped"
        );
        assert_eq!(fs::read_to_string(workspace.logs().join("bad.log")).unwrap(), "no luck\nnone at all\n");
    }

    #[test]
    fn a_log_without_a_panic_is_shown_from_its_end() {
        let log: String = (0..=EXCERPT_LINES_MAX).map(|line| format!("line {line}\n")).collect();
        let shown = excerpt(&log);
        assert_eq!(shown.len(), EXCERPT_LINES_MAX);
        assert_eq!(shown[0], "line 1");
    }

    #[test]
    fn a_panic_far_above_the_end_is_what_is_shown() {
        let panic = "thread 'a' (7) panicked at a.rs:1:2:\nassertion failed\n  left: 1\n right: 2\n\n";
        let log = format!("running 2 tests\n{panic}{}", "Doc-tests kith\n".repeat(EXCERPT_LINES_MAX * 2));
        assert_eq!(
            excerpt(&log),
            ["thread 'a' (7) panicked at a.rs:1:2:", "assertion failed", "  left: 1", " right: 2", ""]
        );
    }

    #[test]
    fn the_committed_list_of_skips_can_be_read() {
        AllowedSkips::parse(include_str!("../../allowed-skips.txt")).unwrap();
    }
}
