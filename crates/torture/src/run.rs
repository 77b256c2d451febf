//! Playing a scenario with its control, and judging both.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{Outcome, Part, Scenario, Stage, faulty_fs};

/// What became of one part of a scenario.
#[derive(Debug)]
pub struct Verdict {
    /// Which part.
    pub part: Part,
    /// What happened in it.
    pub outcome: Outcome,
    /// Why it has not held, each in a sentence; none when it has.
    pub reasons: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Verdict {
    /// Whether the proof found nothing, or the control something; and enough of it happened.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// Plays one part of a scenario on `stage`, whose folder is made before and removed afterwards.
///
/// # Errors
/// When it could not be played: neither a proof nor a control then says anything.
pub async fn run(scenario: &Scenario, stage: Stage) -> Result<Verdict> {
    let begun = Instant::now();
    empty(&stage.folder)?;
    let (part, folder, length) = (stage.part, stage.folder.clone(), stage.length);
    let outcome = (scenario.play)(stage).await;
    let outcome = outcome.with_context(|| format!("{} could not be played", scenario.name))?;
    let reasons = match part {
        Part::Proof => {
            let mut reasons = outcome.found();
            reasons.extend(outcome.too_little(&(scenario.minimums)(length)));
            reasons
        }
        Part::Control if outcome.found().is_empty() => {
            vec![format!("it was broken on purpose and nothing was found: {}", scenario.control)]
        }
        Part::Control => Vec::new(),
    };
    // What has failed is kept, so that somebody can look at it.
    if reasons.is_empty() {
        std::fs::remove_dir_all(&folder).context("the folder of the scenario cannot be removed")?;
    }
    Ok(Verdict { part, outcome, reasons, took: begun.elapsed() })
}

fn empty(folder: &Path) -> Result<()> {
    faulty_fs::detach(&folder.join(faulty_fs::MOUNT_POINT));
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Length, Minimum};

    const HONEST: Scenario = Scenario {
        name: "honest",
        about: "",
        control: "something is lost",
        why_not: || None,
        minimums: |_| vec![Minimum { count: "acks", at_least: 1 }],
        play: |stage| {
            Box::pin(async move {
                let mut outcome = Outcome::default();
                outcome.count("acks", 1);
                if stage.is_control() {
                    outcome.violation("lost");
                }
                Ok(outcome)
            })
        },
    };

    async fn played(scenario: &Scenario, part: Part) -> Verdict {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage {
            program: "kith".into(),
            folder: folder.path().join("stage"),
            seed: 1,
            length: Length::Short,
            part,
        };
        run(scenario, stage).await.unwrap()
    }

    #[tokio::test]
    async fn a_proof_that_finds_nothing_and_a_control_that_finds_something_hold() {
        assert!(played(&HONEST, Part::Proof).await.holds());
        assert!(played(&HONEST, Part::Control).await.holds());
    }

    #[tokio::test]
    async fn a_control_that_finds_nothing_fails() {
        let blind = Scenario {
            play: |_| {
                Box::pin(async {
                    let mut outcome = Outcome::default();
                    outcome.count("acks", 1);
                    Ok(outcome)
                })
            },
            ..HONEST
        };
        assert!(played(&blind, Part::Proof).await.holds());
        let control = played(&blind, Part::Control).await;
        assert_eq!(control.reasons, ["it was broken on purpose and nothing was found: something is lost"]);
    }

    #[tokio::test]
    async fn a_proof_in_which_nothing_happened_fails() {
        let idle = Scenario { play: |_| Box::pin(async { Ok(Outcome::default()) }), ..HONEST };
        assert!(!played(&idle, Part::Proof).await.holds());
    }
}
