//! The order of the steps: what may start now, given what has ended. Pure, so that it can be tested without running
//! anything.

use std::collections::BTreeSet;

use super::steps::{Lane, Step};

/// How far one step has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Waiting,
    Running,
    Passed,
    Failed,
    /// It did not run, because this step that it needs did not pass.
    Blocked(&'static str),
}

impl State {
    fn ended(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// The chosen steps, in the order in which they are preferred, and their states.
#[derive(Debug)]
pub(crate) struct Plan {
    steps: Vec<&'static Step>,
    states: Vec<State>,
}

impl Plan {
    /// All of `steps`, or those whose name contains one of `filters`, and whatever these wait for.
    pub(crate) fn new(steps: &'static [Step], filters: &[String]) -> Self {
        let steps = choose(steps, filters);
        let states = vec![State::Waiting; steps.len()];
        Self { steps, states }
    }

    pub(crate) fn steps(&self) -> &[&'static Step] {
        &self.steps
    }

    /// Marks as running, and answers, the steps that may start now; a second call without an [`Plan::end`] between
    /// answers none.
    pub(crate) fn start(&mut self) -> Vec<usize> {
        self.block();
        let mut started = Vec::new();
        for index in 0..self.steps.len() {
            if self.may_start(index) {
                self.states[index] = State::Running;
                started.push(index);
            }
        }
        started
    }

    /// Records how a running step ended.
    pub(crate) fn end(&mut self, index: usize, passed: bool) {
        self.states[index] = if passed { State::Passed } else { State::Failed };
        self.block();
    }

    pub(crate) fn done(&self) -> bool {
        self.states.iter().all(State::ended)
    }

    /// The steps that will not run, each with the one that it would have needed.
    pub(crate) fn blocked(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.steps.iter().zip(&self.states).filter_map(|(step, state)| match state {
            State::Blocked(by) => Some((step.name, *by)),
            _ => None,
        })
    }

    /// One step of a lane at a time; only steps of [`Lane::Browsers`] run beside each other, and beside no others.
    fn may_start(&self, index: usize) -> bool {
        let step = self.steps[index];
        let free = |running: &Step| match (running.lane, step.lane) {
            (Lane::Browsers, Lane::Browsers) => true,
            (Lane::Browsers, _) | (_, Lane::Browsers) => false,
            (running, lane) => running != lane,
        };
        self.states[index] == State::Waiting
            && step.waits_for().all(|name| self.state(name).is_none_or(State::ended))
            && self.running().all(free)
    }

    fn running(&self) -> impl Iterator<Item = &'static Step> {
        self.steps
            .iter()
            .zip(&self.states)
            .filter(|(_, state)| **state == State::Running)
            .map(|(step, _)| *step)
    }

    /// Passes the failure of a step on to those that need it, and on from there.
    fn block(&mut self) {
        while let Some((index, by)) = self.newly_blocked() {
            self.states[index] = State::Blocked(by);
        }
    }

    fn newly_blocked(&self) -> Option<(usize, &'static str)> {
        (0..self.steps.len()).filter(|&index| self.states[index] == State::Waiting).find_map(|index| {
            let lost = |name: &&str| matches!(self.state(name), Some(State::Failed | State::Blocked(_)));
            self.steps[index].needs.iter().copied().find(lost).map(|by| (index, by))
        })
    }

    fn state(&self, name: &str) -> Option<&State> {
        let index = self.steps.iter().position(|step| step.name == name)?;
        Some(&self.states[index])
    }
}

fn choose(steps: &'static [Step], filters: &[String]) -> Vec<&'static Step> {
    let matches =
        |step: &Step| filters.is_empty() || filters.iter().any(|filter| step.name.contains(filter.as_str()));
    let mut wanted: BTreeSet<&str> =
        steps.iter().filter(|step| matches(step)).map(|step| step.name).collect();
    // Steps wait for earlier ones only, so one pass from the back finds all that a chosen step waits for.
    for step in steps.iter().rev() {
        if wanted.contains(step.name) {
            wanted.extend(step.waits_for());
        }
    }
    steps.iter().filter(|step| wanted.contains(step.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::summary::Tally;

    const fn step(
        name: &'static str,
        lane: Lane,
        needs: &'static [&'static str],
        after: &'static [&'static str],
    ) -> Step {
        Step { name, about: "", lane, needs, after, work: |_, _| Ok(Tally::default()) }
    }

    static STEPS: [Step; 6] = [
        step("fmt", Lane::Rust, &[], &[]),
        step("install", Lane::Web, &[], &[]),
        step("build", Lane::Web, &["install"], &[]),
        step("clippy", Lane::Rust, &[], &["build"]),
        step("release", Lane::Rust, &["build"], &[]),
        step("e2e", Lane::Browsers, &["release", "install"], &[]),
    ];

    fn plan(filters: &[&str]) -> Plan {
        Plan::new(&STEPS, &filters.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    fn start(plan: &mut Plan) -> Vec<&'static str> {
        plan.start().into_iter().map(|index| plan.steps()[index].name).collect()
    }

    fn end(plan: &mut Plan, name: &str, passed: bool) {
        let index = plan.steps().iter().position(|step| step.name == name).unwrap();
        plan.end(index, passed);
    }

    #[test]
    fn lanes_run_side_by_side_one_step_at_a_time_each() {
        let mut plan = plan(&[]);
        assert_eq!(start(&mut plan), ["fmt", "install"]);
        assert_eq!(start(&mut plan), [""; 0]);
        end(&mut plan, "fmt", true);
        assert_eq!(start(&mut plan), [""; 0]);
        end(&mut plan, "install", true);
        assert_eq!(start(&mut plan), ["build"]);
        end(&mut plan, "build", true);
        assert_eq!(start(&mut plan), ["clippy"]);
        end(&mut plan, "clippy", true);
        assert_eq!(start(&mut plan), ["release"]);
        end(&mut plan, "release", true);
        assert_eq!(start(&mut plan), ["e2e"]);
        end(&mut plan, "e2e", true);
        assert!(plan.done());
    }

    #[test]
    fn a_step_that_wants_the_machine_to_itself_gets_it() {
        static STEPS: [Step; 3] = [
            step("check", Lane::Web, &[], &[]),
            step("e2e", Lane::Browsers, &[], &["check"]),
            step("fmt", Lane::Rust, &[], &["check"]),
        ];
        let mut plan = Plan::new(&STEPS, &[]);
        assert_eq!(start(&mut plan), ["check"]);
        end(&mut plan, "check", true);
        assert_eq!(start(&mut plan), ["e2e"]);
        end(&mut plan, "e2e", true);
        assert_eq!(start(&mut plan), ["fmt"]);
    }

    #[test]
    fn browsers_run_beside_each_other() {
        static STEPS: [Step; 3] = [
            step("e2e", Lane::Browsers, &[], &[]),
            step("firefox", Lane::Browsers, &[], &[]),
            step("fmt", Lane::Rust, &[], &[]),
        ];
        let mut plan = Plan::new(&STEPS, &[]);
        assert_eq!(start(&mut plan), ["e2e", "firefox"]);
        end(&mut plan, "e2e", true);
        assert_eq!(start(&mut plan), [""; 0], "one of them still has the machine");
        end(&mut plan, "firefox", true);
        assert_eq!(start(&mut plan), ["fmt"]);
    }

    #[test]
    fn a_failure_blocks_what_needs_it_and_nothing_else() {
        let mut plan = plan(&[]);
        start(&mut plan);
        end(&mut plan, "fmt", true);
        end(&mut plan, "install", false);
        let blocked: Vec<_> = plan.blocked().collect();
        assert_eq!(blocked, [("build", "install"), ("release", "build"), ("e2e", "release")]);
        assert_eq!(start(&mut plan), ["clippy"]);
        end(&mut plan, "clippy", true);
        assert!(plan.done());
    }

    #[test]
    fn a_filter_brings_what_its_steps_wait_for() {
        let names = |filters: &[&str]| plan(filters).steps().iter().map(|step| step.name).collect::<Vec<_>>();
        assert_eq!(names(&["clip"]), ["install", "build", "clippy"]);
        assert_eq!(names(&["fmt", "install"]), ["fmt", "install"]);
        assert_eq!(names(&["nothing"]), [""; 0]);
    }
}
