//! The checker itself, against the real server: fourteen faults, one for each invariant, and one that was meant for none are
//! caught; a server without a fault raises no false alarm, whatever else happens; and whoever lies about what such a server
//! said is found out.

mod lies;
mod play;

use futures_util::{StreamExt, stream};
use kith_server::faults::Fault;
use kith_testkit::history::{Violation, check};
use proptest::{
    sample::Index,
    test_runner::{Config, TestRunner},
};

use lies::{History, Lie};
use play::play;

/// Servers that are tested at the same time.
const AT_A_TIME: usize = 3;
/// A fault shows when chance has it. On a machine that has other work, too little may happen in one run.
const ATTEMPTS_MAX: u64 = 3;
/// Places at which each lie is told.
const PLACES: u32 = 3;
const SEED: u64 = 0x6b69_7468;

#[tokio::test(flavor = "multi_thread")]
async fn each_of_fourteen_faults_is_caught_by_its_invariant() {
    let runs = stream::iter((1..).zip(Fault::OF_INVARIANTS)).map(|(number, fault)| async move {
        let invariant = format!("I{number}");
        (fault, is_caught(fault, |violation| violation.invariant == invariant).await)
    });
    let runs: Vec<_> = runs.buffered(AT_A_TIME).collect().await;
    let missed: Vec<_> = runs.iter().filter(|(_, is_caught)| !is_caught).map(|(fault, _)| fault).collect();
    assert!(missed.is_empty(), "not caught: {missed:?}");
    assert_eq!(runs.len(), 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_was_meant_for_no_invariant_is_caught() {
    assert!(is_caught(Fault::StaleCache, |_| true).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_fault_raises_no_alarm_and_no_lie_about_it_is_believed() {
    // One run: `cargo xtask torture --scenario clean` does a hundred, with the program as it is released.
    let history = play(None, SEED).await;
    let findings = check(&history[..]).expect("a history can be read");
    assert_eq!(findings.violations, []);
    assert!(findings.lines > 500, "{} lines of history prove little", findings.lines);
    no_lie_is_believed(&history);
}

/// Whether a server with this fault is found out by such a violation, which is printed.
async fn is_caught(fault: Fault, is_meant: impl Fn(&Violation) -> bool) -> bool {
    for attempt in 1..=ATTEMPTS_MAX {
        let findings = check(&play(Some(fault), SEED + attempt).await[..]).expect("a history can be read");
        if let Some(violation) = findings.violations.iter().find(|violation| is_meant(violation)) {
            println!("{fault:?}, attempt {attempt}: {violation}");
            return true;
        }
        println!("{fault:?}, attempt {attempt}: {} other violations", findings.violations.len());
    }
    false
}

/// Changes one thing in the history, each time at another place, and holds the checker to finding it.
fn no_lie_is_believed(history: &[u8]) {
    let lines = serde_json::Deserializer::from_slice(history).into_iter();
    let history: History = lines.collect::<Result<_, _>>().expect("a history is JSON");
    for (lie, invariant) in Lie::ALL {
        let places = lie.places(&history);
        assert!(!places.is_empty(), "there is no place for {lie:?}");
        let config = Config { cases: PLACES, failure_persistence: None, ..Config::default() };
        let told = TestRunner::new(config).run(&proptest::prelude::any::<Index>(), |index| {
            let place = *index.get(&places);
            let mut history = history.clone();
            lie.tell(&mut history, place);
            let text: String = history.iter().map(|line| format!("{line}\n")).collect();
            let findings = check(text.as_bytes()).expect("it is a history still");
            assert!(findings.breaks(invariant), "{lie:?} in line {place} is believed: {findings:?}");
            Ok(())
        });
        told.expect("every lie is found out");
    }
}
