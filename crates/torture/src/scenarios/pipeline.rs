//! A thousand sends on one socket without waiting for an answer: they are messages in the order in which they were issued.

use anyhow::{Context, Result, anyhow};
use kith_protocol::SendMessage;
use kith_testkit::{Connect, TestClient, message};

use crate::{
    Outcome, Scenario, Stage,
    crowd::{Size, Town, judge, read_everything, record},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "pipeline",
    about: "1,000 sends on one socket, and the acks read when the last is on its way",
    control: "every second send goes over another socket, where no order is promised",
    why_not: anywhere,
    minimums: |_| vec![at_least(SENDS as u64, "acks")],
    play: |stage| Box::pin(play(stage)),
};

const SENDS: usize = 1_000;

async fn play(stage: Stage) -> Result<Outcome> {
    let size = Size { people: 2, devices_each: 1, groups: 1, members_each: 2, messages: 10 };
    let town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    let program = stage.launch().start().await?;
    let recorder = record(&stage.history(), &town)?;
    let ann = &town.people[0][0];
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let connect = Connect::with_token(&ann.token).tapped(recorder.connection(ann));
        let client = TestClient::open(program.addr(), connect).await;
        sockets.push(client.map_err(|failure| anyhow!("there is no connection: {failure:?}"))?);
    }
    let said = (0..SENDS).map(|number| message(town.groups[0].0, &format!("{number}")));
    let mut outcome = Outcome::default();
    outcome.count("acks", issue(&sockets, &said.collect::<Vec<_>>(), stage.is_control()).await?);
    recorder.finally();
    read_everything(program.addr(), &town.devices().cloned().collect::<Vec<_>>(), &recorder).await?;
    recorder.flush()?;
    judge(&stage.history(), &mut outcome).await?;
    Ok(outcome)
}

/// Issues all, then reads the answers; how many there were.
async fn issue(sockets: &[TestClient], sends: &[SendMessage], scatter: bool) -> Result<u64> {
    let answers: Vec<_> = sends
        .iter()
        .enumerate()
        .map(|(number, send)| sockets[if scatter { number % 2 } else { 0 }].issue(send))
        .collect();
    let mut acks = 0;
    for answer in answers {
        let answer = answer.await.ok().context("the connection broke")?;
        answer.map_err(|refusal| anyhow!("a send was refused: {}", refusal.message))?;
        acks += 1;
    }
    Ok(acks)
}
