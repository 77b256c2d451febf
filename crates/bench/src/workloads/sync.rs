//! Coming back after an absence: a person in 500 conversations asks what has changed, and 20 have.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{Bench, Report};
use crate::{fill::Fill, lobby, packet, repeat::Repeat, sockets::Sockets, words::Words};

const CONVERSATIONS: usize = 500;
const CHANGED: usize = 20;
const PEOPLE: usize = 20;

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(PEOPLE)?;
    let ids = fill.groups((0..CONVERSATIONS).map(|_| people.iter().collect()))?;
    let mut words = Words::from_seed(5);
    let writers = |index: usize| people[index % PEOPLE].id;
    fill.messages(20 * CONVERSATIONS, &mut words, |index| (writers(index), ids[index % CONVERSATIONS]))?;
    fill.close()?;

    // The cursor is taken from a running server; while it is down, some conversations go on.
    let server = bench.serve(&data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, PEOPLE)?;
    let cursors = newest_cursors(&mut sockets)?;
    server.kill()?;
    let fill = Fill::open(data.path())?;
    fill.messages(5 * CHANGED, &mut words, |index| (writers(index), ids[index % CHANGED]))?;
    fill.close()?;

    let server = bench.serve(&data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, PEOPLE)?;
    let listed = listed(&mut sockets, &cursors)?;
    ensure!(listed == CHANGED, "{listed} conversations were listed");
    let mut syncs = Repeat::new("sync", PEOPLE, |who| request(&cursors[who]));
    syncs.warm(&mut sockets)?;
    for _ in 0..bench.runs {
        let measurement = syncs.measure(&server, &mut sockets, ("sync", "answers"), bench.time())?;
        report(
            measurement
                .with(json!({ "conversations": CONVERSATIONS, "changed": CHANGED, "devices": PEOPLE })),
        )?;
    }
    Ok(())
}

/// What a device asks that has come so far.
pub(crate) fn request(cursor: &str) -> String {
    format!("{{\"cursor\":\"{cursor}\"}}")
}

/// How many conversations the first device is told of.
pub(crate) fn listed(sockets: &mut Sockets, cursors: &[String]) -> Result<usize> {
    let mut listed = 0;
    lobby::ask_all(
        sockets,
        "sync",
        1,
        |who| request(&cursors[who]),
        |who, answer| {
            if who == 0 {
                let answer = packet::parse(answer).unwrap_or_default();
                listed = answer["conversations"].as_array().map_or(0, Vec::len);
            }
        },
    )?;
    Ok(listed)
}

/// Syncs every socket from the beginning to the end of its list.
pub(crate) fn newest_cursors(sockets: &mut Sockets) -> Result<Vec<String>> {
    let mut cursors = vec![serde_json::Value::Null; sockets.len()];
    loop {
        let asked = cursors.clone();
        let mut more = false;
        let payload = |who: usize| json!({ "cursor": asked[who] }).to_string();
        lobby::ask_all(sockets, "sync", sockets.len(), payload, |who, answer| {
            let answer = packet::parse(answer).unwrap_or_default();
            cursors[who] = answer["cursor"].clone();
            more |= answer["more"].as_bool().unwrap_or(false);
        })?;
        if !more {
            let texts = cursors.iter().map(|cursor| cursor.as_str().map(str::to_owned));
            return texts.collect::<Option<_>>().context("a sync answers a cursor");
        }
    }
}
