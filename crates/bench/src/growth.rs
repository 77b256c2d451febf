//! What becomes of everything as the data grows: the same questions at every size, of the same people in the same
//! conversations, in one folder that is filled further from size to size.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use kith_protocol::{ConversationId, Timestamp, UserId};
use kith_store_sqlite::sizes;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    clock,
    fill::{Fill, Person},
    http::Client,
    lobby,
    measurement::{Measurement, Stopwatch, histogram, note},
    repeat::Repeat,
    scribe::Scribe,
    server::Server,
    sockets::Sockets,
    words::Words,
    workloads::{
        Bench, Report,
        direct::{Direct, Pace},
        search::Searches,
        sync,
    },
};

/// Messages that are written one after the other in one conversation: people talk in bursts.
const BURST: u64 = 32;
/// The longest conversation has so many messages, or a tenth of all if that is less.
const LONGEST_MAX: u64 = 1_000_000;
/// Of the messages that are not in the longest conversation, one in so many is in a group.
const GROUP_SHARE: u64 = 4;
/// People who are in every group.
const BUSY: usize = 20;
/// People in a group.
const MEMBERS: usize = 50;
/// How far back the first message lies, in milliseconds: two years.
const SPAN_MS: u64 = 2 * 365 * 24 * 60 * 60 * 1_000;
/// Pairs who write to each other, each with one message under way.
const PAIRS: usize = 250;
/// Conversations that changed while a device was away.
const CHANGED: usize = 20;
/// Starts whose median is told.
const STARTS: usize = 5;
/// People whose presence each socket watches.
const WATCHED: usize = 20;

/// Who is there.
struct Town {
    data: TempDir,
    people: Vec<Person>,
    /// The first is the longest.
    groups: Vec<ConversationId>,
    directs: Vec<(UserId, UserId, ConversationId)>,
    /// What the folder took before the first message, by table.
    empty: BTreeMap<String, u64>,
    written: u64,
    longest: u64,
    order: Words,
}

/// Measures at each of these sizes.
pub(crate) fn run(bench: &Bench, messages: &[u64], report: Report<'_>) -> Result<()> {
    ensure!(messages.is_sorted(), "the smallest size comes first");
    let last = messages.last().copied().unwrap_or_default();
    let mut town = Town::settle(bench)?;
    for &size in messages {
        let mut report = |measurement: Measurement| {
            let layout = json!({
                "messages": size, "people": town_people(bench), "conversations": town_conversations(bench),
                "conversations_of_the_busy": town_groups(bench),
            });
            report(measurement.with(layout))
        };
        report(town.grow(size, last)?)?;
        report(town.disk()?)?;
        measure(bench, &town, &mut report)?;
        eprintln!("{size} messages: measured");
    }
    Ok(())
}

fn town_people(bench: &Bench) -> usize {
    bench.either(1_000, 10_000)
}

fn town_groups(bench: &Bench) -> usize {
    bench.either(200, 2_000)
}

fn town_conversations(bench: &Bench) -> usize {
    bench.either(5_000, 100_000)
}

impl Town {
    /// People, each in about twenty-five conversations, and a few in very many.
    fn settle(bench: &Bench) -> Result<Self> {
        let data = bench.data()?;
        let fill = Fill::open(data.path())?;
        let people = fill.people(town_people(bench))?;
        let (busy, others) = people.split_at(BUSY);
        let groups = fill.groups((0..town_groups(bench)).map(|group| {
            let rest = (0..MEMBERS - BUSY).map(|place| &others[(group * 7 + place * 31) % others.len()]);
            busy.iter().chain(rest).collect()
        }))?;
        let pairs = (0..town_conversations(bench) - groups.len())
            .map(|pair| (pair % others.len(), pair / others.len() + 1))
            .map(|(one, step)| (&others[one], &others[(one + step) % others.len()]));
        let directs = fill.directs(pairs.clone())?;
        let directs = pairs.zip(directs).map(|((one, other), id)| (one.id, other.id, id)).collect();
        fill.close()?;
        let empty = disk_of(data.path())?;
        let order = Words::from_seed(17);
        Ok(Self { data, people, groups, directs, empty, written: 0, longest: 0, order })
    }

    /// Writes messages until there are so many.
    fn grow(&mut self, size: u64, last: u64) -> Result<Measurement> {
        let began = Instant::now();
        let before = self.written;
        let longest = (size / 10).min(LONGEST_MAX);
        let (now, busy) = (clock::now().0, [self.people[0].id, self.people[1].id]);
        let mut scribe = Scribe::open(self.data.path(), self.written)?;
        while self.written < size {
            let left = size - self.written;
            let (writers, place) = if self.order.below(left) < longest.saturating_sub(self.longest) {
                self.longest += BURST;
                (busy, self.groups[0])
            } else if self.order.below(GROUP_SHARE) == 0 {
                (busy, self.groups[1 + self.order.below(self.groups.len() as u64 - 1) as usize])
            } else {
                let (one, other, id) = self.directs[self.order.below(self.directs.len() as u64) as usize];
                ([one, other], id)
            };
            for _ in 0..BURST.min(left) {
                let at = now - SPAN_MS + SPAN_MS / last.max(1) * self.written;
                scribe.write(writers[(self.written % 2) as usize], place, Timestamp(at))?;
                self.written += 1;
            }
        }
        scribe.finish()?;
        let seconds = began.elapsed().as_secs_f64();
        let rate = (self.written - before) as f64 / seconds;
        eprintln!("{size} messages: written in {seconds:.0} s");
        Ok(Measurement::new("growth-fill").and(json!({ "seconds": seconds, "messages_per_second": rate })))
    }

    /// What a message takes of the disk, by table and index: what there is, less what there was without any message.
    fn disk(&self) -> Result<Measurement> {
        let each = |bytes: u64| bytes as f64 / self.written as f64;
        let now = disk_of(self.data.path())?;
        let total: u64 = now.values().sum();
        let empty: u64 = self.empty.values().sum();
        let by_table: BTreeMap<&String, f64> = now
            .iter()
            .map(|(name, bytes)| {
                (name, each(bytes.saturating_sub(self.empty.get(name).copied().unwrap_or_default())))
            })
            .filter(|(_, bytes)| *bytes >= 0.1)
            .collect();
        Ok(Measurement::new("growth-disk").and(json!({
            "bytes_each": each(total.saturating_sub(empty)), "bytes_each_by_table": by_table, "bytes": total,
        })))
    }

    fn busy(&self) -> &[Person] {
        &self.people[..BUSY]
    }

    /// Some pairs, and the conversation of each.
    fn pairs(&self) -> (Vec<Person>, Vec<ConversationId>) {
        let by_id: BTreeMap<UserId, &Person> = self.people.iter().map(|person| (person.id, person)).collect();
        let step = 2 * self.directs.len() / self.people.len().max(1);
        let some = self.directs.iter().step_by(step.max(1)).take(PAIRS.min(self.people.len() / 4));
        let person = |id: &UserId| Person { id: *id, token: by_id[id].token.clone() };
        let writers = some.clone().map(|(one, _, _)| person(one));
        let readers = some.clone().map(|(_, other, _)| person(other));
        (writers.chain(readers).collect(), some.clone().map(|(_, _, id)| *id).collect())
    }
}

fn disk_of(folder: &Path) -> Result<BTreeMap<String, u64>> {
    Ok(sizes(folder)?.into_iter().map(|size| (size.name, size.bytes)).collect())
}

fn measure(bench: &Bench, town: &Town, report: Report<'_>) -> Result<()> {
    report(starts(bench, town)?)?;
    let server = bench.serve(&town.data, &[])?;
    pages(bench, town, &server, report)?;
    search(bench, town, &server, report)?;
    back_from_absence(bench, town, &server, report)?;
    sends(bench, town, &server, report)?;
    memory(town, &server, report)?;
    server.stop()
}

/// From the start of the process to its first answer.
fn starts(bench: &Bench, town: &Town) -> Result<Measurement> {
    let mut took = histogram();
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = bench.serve(&town.data, &[])?;
        Client::connect(server.addr(), &town.people[0].token)?.get("/api/v1/server")?;
        note(&mut took, began.elapsed().as_micros() as u64);
        server.stop()?;
    }
    Ok(Measurement::new("growth-start").seen(&took))
}

/// The newest page of groups at random; and pages around anywhere in the longest conversation.
fn pages(bench: &Bench, town: &Town, server: &Server, report: Report<'_>) -> Result<()> {
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, town.busy(), BUSY)?;
    lobby::sync_all(&mut sockets, 4)?;
    let mut order = Words::from_seed(19);
    let mut newest = Repeat::new("message:page", 1, |_| {
        let group = town.groups[order.below(town.groups.len() as u64) as usize];
        format!("{{\"conversation_id\":\"{group}\",\"limit\":50}}")
    });
    newest.warm(&mut sockets)?;
    report(newest.measure(server, &mut sockets, ("growth-page", "pages of 50"), bench.time())?)?;
    let (longest, last) = (town.groups[0], town.longest);
    let mut order = Words::from_seed(23);
    let mut anywhere = Repeat::new("message:page", 1, |_| {
        let seq = 1 + order.below(last);
        format!("{{\"conversation_id\":\"{longest}\",\"around\":{seq},\"limit\":50}}")
    });
    anywhere.warm(&mut sockets)?;
    report(anywhere.measure(server, &mut sockets, ("growth-page-anywhere", "pages of 50"), bench.time())?)
}

/// Two words, of people in few conversations and of the busy ones.
fn search(bench: &Bench, town: &Town, server: &Server, report: Report<'_>) -> Result<()> {
    let few = &town.people[BUSY..2 * BUSY];
    report(Searches::of(server, few)?.measure(server, "growth-search", bench.time())?)?;
    report(Searches::of(server, town.busy())?.measure(server, "growth-search-busy", bench.time())?)
}

/// The busy ones come back to a few of their conversations that have changed.
fn back_from_absence(bench: &Bench, town: &Town, server: &Server, report: Report<'_>) -> Result<()> {
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, town.busy(), BUSY)?;
    let cursors = sync::newest_cursors(&mut sockets)?;
    let changes = &town.groups[town.groups.len() - CHANGED..];
    let mut writing = Sockets::new(server.addr())?;
    lobby::sign_in(&mut writing, &town.busy()[..1], 1)?;
    for (number, group) in changes.iter().enumerate() {
        let client_id = uuid(number as u64 ^ clock::now().0.rotate_left(20));
        let payload = |_| {
            format!("{{\"conversation_id\":\"{group}\",\"client_id\":\"{client_id}\",\"text\":\"tea?\"}}")
        };
        lobby::ask_all(&mut writing, "message:send", 1, payload, |_, _| {})?;
    }
    let listed = sync::listed(&mut sockets, &cursors)?;
    ensure!(listed == CHANGED, "{listed} conversations were listed");
    let mut syncs = Repeat::new("sync", 1, |who| sync::request(&cursors[who]));
    syncs.warm(&mut sockets)?;
    report(syncs.measure(server, &mut sockets, ("growth-sync", "answers"), bench.time())?)
}

/// A UUID of version 7 that nobody else makes.
fn uuid(number: u64) -> String {
    let time = clock::now().0;
    format!("{:08x}-{:04x}-7000-8000-{:012x}", time >> 16, time & 0xffff, number & 0xffff_ffff_ffff)
}

fn sends(bench: &Bench, town: &Town, server: &Server, report: Report<'_>) -> Result<()> {
    let (people, conversations) = town.pairs();
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &people, 100)?;
    lobby::sync_all(&mut sockets, 64)?;
    let mut load = Direct::new(Pace::Closed(1), false, &conversations);
    load.run_for(&mut sockets, Duration::from_millis(500))?;
    load.forget();
    let watch = Stopwatch::start(server)?;
    load.run_for(&mut sockets, bench.time())?;
    let measurement = watch.stop(server, "growth-send", "acknowledged messages", load.acks.len())?;
    ensure!(load.refused == 0, "{} were refused", load.refused);
    report(measurement.seen(&load.acks))
}

/// What the server has in memory with everybody there.
fn memory(town: &Town, server: &Server, report: Report<'_>) -> Result<()> {
    let mut sockets = Sockets::new(server.addr())?;
    lobby::sign_in(&mut sockets, &town.people, 100)?;
    lobby::sync_all(&mut sockets, 64)?;
    let count = town.people.len();
    let watched = |who: usize| {
        let ids = (1..=WATCHED).map(|step| town.people[(who + step) % count].id.to_string());
        json!({ "user_ids": ids.collect::<Vec<_>>() }).to_string()
    };
    lobby::ask_all(&mut sockets, "presence:watch", 64, watched, |_, _| {})?;
    report(Measurement::new("growth-memory").and(json!({
        "sockets": count, "resident_mib": server.resident_kib()? as f64 / 1_024.0,
        "peak_mib": server.peak_kib()? as f64 / 1_024.0,
    })))
}
