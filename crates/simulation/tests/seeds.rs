//! Runs of many seeds, and of those that have once found something.

use std::collections::BTreeMap;

use kith_simulation::{Broken, Run, simulate};

/// Seeds in each of the tests that run many of them: four tests, so that they share the machine's cores.
const SEEDS_EACH: u64 = 50;
/// From the first seed of one such test to that of the next.
const APART: u64 = 50;

#[test]
fn the_first_seeds_keep_every_promise() {
    hold(0);
}

#[test]
fn the_second_seeds_keep_every_promise() {
    hold(1);
}

#[test]
fn the_third_seeds_keep_every_promise() {
    hold(2);
}

#[test]
fn the_fourth_seeds_keep_every_promise() {
    hold(3);
}

#[test]
fn what_a_seed_has_found_stays_found() {
    let found = include_str!("found.txt").lines().filter(|line| !line.starts_with('#'));
    let seeds: Vec<&str> = found.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(!seeds.is_empty(), "a list of nothing keeps nothing");
    for seed in seeds {
        holds(seed.parse().expect("a seed is a number"));
    }
}

#[test]
fn the_same_seed_is_the_same_history_byte_for_byte() {
    for seed in [1, 2] {
        let (one, other) =
            (simulate(seed, None).expect("the folder can be made"), simulate(seed, None).unwrap());
        assert_eq!(first_difference(&one, &other), None, "seed {seed}");
        assert_eq!(one, other, "seed {seed}");
    }
    assert_ne!(simulate(1, None).unwrap().history, simulate(2, None).unwrap().history);
}

#[test]
fn a_change_that_is_not_told_is_found() {
    finds(Broken::ForgetfulBus);
}

#[test]
fn a_commit_that_is_told_before_it_is_done_is_found() {
    finds(Broken::LyingDisk);
}

/// Runs some seeds, in which everything must really have happened.
fn hold(part: u64) {
    let mut counts = BTreeMap::new();
    for seed in part * APART..part * APART + SEEDS_EACH {
        for (what, times) in holds(seed).counts {
            *counts.entry(what).or_insert(0) += times;
        }
    }
    for what in ["acks", "cuts", "disk failures", "kills", "power cuts", "stalls"] {
        assert!(counts.get(what).is_some_and(|times| *times > 0), "there were no {what}: {counts:?}");
    }
}

fn holds(seed: u64) -> Run {
    let run = simulate(seed, None).expect("the folder can be made");
    assert!(run.violations.is_empty(), "seed {seed} has found something: {:#?}", run.violations);
    run
}

fn finds(broken: Broken) {
    let found = (0..6)
        .find_map(|seed| simulate(seed, Some(broken)).expect("the folder can be made").violations.pop());
    assert!(found.is_some(), "it was broken on purpose and nothing was found");
}

/// Where two histories part, for whoever has to find out why.
fn first_difference(one: &Run, other: &Run) -> Option<(String, String)> {
    let lines =
        |run: &Run| String::from_utf8_lossy(&run.history).lines().map(str::to_owned).collect::<Vec<_>>();
    lines(one).into_iter().zip(lines(other)).find(|(one, other)| one != other)
}
