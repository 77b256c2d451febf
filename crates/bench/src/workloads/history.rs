//! The newest page of conversations at random, asked for over sockets.

use anyhow::Result;
use serde_json::json;
use tempfile::TempDir;

use super::{Bench, Report};
use crate::{
    clock,
    fill::{Fill, Person},
    lobby,
    repeat::Repeat,
    scribe::Scribe,
    sockets::Sockets,
    words::Words,
};

const CONVERSATIONS: usize = 1_000;
/// Sockets, each with one page under way.
const READERS: usize = 16;

/// A folder of conversations in which the same people have written.
pub(super) struct Library {
    pub(super) data: TempDir,
    pub(super) people: Vec<Person>,
    pub(super) conversations: Vec<String>,
}

/// Fills a folder with this many messages. There are `circles` times sixteen people, each in one of so many conversations.
pub(super) fn library(bench: &Bench, messages: usize, circles: usize) -> Result<Library> {
    let data = bench.data()?;
    let fill = Fill::open(data.path())?;
    let people = fill.people(READERS * circles)?;
    let circle = |index: usize| &people[index % circles * READERS..][..READERS];
    let ids = fill.groups((0..CONVERSATIONS).map(|index| circle(index).iter().collect()))?;
    fill.close()?;
    let mut order = Words::from_seed(3);
    let mut scribe = Scribe::open(data.path(), 5)?;
    for _ in 0..messages {
        let index = order.below(CONVERSATIONS as u64) as usize;
        let writer = circle(index)[order.below(READERS as u64) as usize].id;
        scribe.write(writer, ids[index], clock::now())?;
    }
    scribe.finish()?;
    Ok(Library { data, people, conversations: ids.iter().map(ToString::to_string).collect() })
}

pub(super) fn run(bench: &Bench, report: Report<'_>) -> Result<()> {
    let messages = bench.either(80_000, 1_000_000);
    let library = library(bench, messages, 1)?;
    let server = bench.serve(&library.data, &[])?;
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &library.people, READERS)?;
    lobby::sync_all(&mut sockets, READERS)?;
    let mut order = Words::from_seed(9);
    let mut pages = Repeat::new("message:page", READERS, |_| {
        let conversation = &library.conversations[order.below(CONVERSATIONS as u64) as usize];
        format!("{{\"conversation_id\":\"{conversation}\",\"limit\":50}}")
    });
    pages.warm(&mut sockets)?;
    for _ in 0..bench.runs {
        let measurement = pages.measure(&server, &mut sockets, ("history", "pages of 50"), bench.time())?;
        report(
            measurement
                .with(json!({ "messages": messages, "conversations": CONVERSATIONS, "readers": READERS })),
        )?;
    }
    Ok(())
}
