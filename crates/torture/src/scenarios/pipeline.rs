//! A thousand sends on one socket without waiting for an answer: they are messages in the order in which they were issued.

use anyhow::{Context, Result};
use kith_protocol::SendMessage;
use kith_testkit::{Person, message, register};

use crate::{Outcome, Scenario, Stage, scenario::at_least};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "pipeline",
    about: "1,000 sends on one socket, and the acks read when the last is on its way",
    control: "every second send goes over another socket, where no order is promised",
    minimums: |_| vec![at_least(SENDS as u64, "acks")],
    play: |stage| Box::pin(play(stage)),
};

const SENDS: usize = 1_000;

async fn play(stage: Stage) -> Result<Outcome> {
    let program = stage.launch().start().await?;
    let ann = register(program.addr(), "ann").await;
    let sockets = [Person::at(program.addr(), &ann).await, Person::at(program.addr(), &ann).await];
    let group = sockets[0].group("Pipeline", &[]).await;
    let sends: Vec<SendMessage> = (0..SENDS).map(|number| message(group, &format!("{number}"))).collect();
    let seqs = issue(&sockets, &sends, stage.is_control()).await?;
    let mut outcome = Outcome::default();
    outcome.count("acks", seqs.len() as u64);
    for (number, pair) in seqs.windows(2).enumerate() {
        if pair[0] >= pair[1] {
            let (first, second) = (pair[0], pair[1]);
            outcome.violation(format!("send {number} became message {first}, the next one message {second}"));
        }
    }
    Ok(outcome)
}

/// Issues all, then reads the answers: the numbers of the messages, in the order of issue.
async fn issue(sockets: &[Person; 2], sends: &[SendMessage], scatter: bool) -> Result<Vec<u64>> {
    let answers: Vec<_> = sends
        .iter()
        .enumerate()
        .map(|(number, send)| sockets[if scatter { number % 2 } else { 0 }].issue(send))
        .collect();
    let mut seqs = Vec::new();
    for answer in answers {
        let answer = answer.await.ok().context("the connection broke")?;
        let answer = answer.map_err(|refusal| anyhow::anyhow!("a send was refused: {}", refusal.message))?;
        seqs.push(answer.message.seq.0);
    }
    Ok(seqs)
}
