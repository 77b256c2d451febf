//! Half an hour of ordinary days with a fault a minute: nothing is lost, and neither memory nor descriptors grow.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use futures_util::{StreamExt, stream};
use kith_testkit::{Person, Program, message, reader::page_through};

use crate::{
    Bound, Length, Outcome, Scenario, Stage,
    crowd::{Conduct, Crowd, Habits, Size, Town, judge, median, record},
    process,
    proxy::{Proxy, Weather},
    scenario::{anywhere, at_least},
};

/// The scenario.
pub(super) static SCENARIO: Scenario = Scenario {
    name: "soak",
    about: "half an hour at 30 % of the load, a fault a minute: bad networks, resets, hung clients, a machine that stands still",
    control: "devices do not ask for what they missed during the faults",
    why_not: anywhere,
    minimums: |length| {
        vec![
            at_least(length.pick(200, 100_000), "acks"),
            at_least(length.pick(FAULTS.len() as u64, 25), "faults"),
            at_least(length.pick(20, 1_000), "resets"),
            at_least(length.pick(20, 1_000), "reconnects"),
        ]
    },
    play: |stage| Box::pin(play(stage)),
};

/// What happens, one after the other.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The network becomes bad; all connections are reset afterwards.
    Network(Weather),
    /// All connections are reset, in the middle of a frame or between two.
    Reset { in_mid_frame: bool },
    /// A fifth of the devices do not read.
    Hang,
    /// The machine has no time for the server.
    Freeze,
}

const FAULTS: [Fault; 8] = [
    Fault::Reset { in_mid_frame: false },
    Fault::Network(Weather::Slow),
    Fault::Freeze,
    Fault::Network(Weather::HalfOpen),
    Fault::Hang,
    Fault::Network(Weather::Stalled),
    Fault::Reset { in_mid_frame: true },
    Fault::Network(Weather::Thin),
];

/// Written and read before anyone is looked at: at 30 % of the load, the 64 MiB of pages that the writer keeps would take most
/// of the half hour to fill up, and a cache that fills up looks like a leak.
const CACHES_MESSAGES: usize = 200_000;
/// Of these, how many of one writer are under way at one time.
const PIPELINE: usize = 64;
/// Before this share of the time is over, what memory does is not looked at.
const WARM_UP: f64 = 1.0 / 3.0;
/// How much memory may grow after that, in MiB an hour.
const SLOPE_MIB_MAX: f64 = 1.0;
/// How many descriptors there may be more at the end than after the warm-up, in the middle of some minutes.
const DESCRIPTORS_MORE_MAX: f64 = 8.0;
/// How often memory and descriptors are looked at, in a time between two faults.
const LOOKS: u32 = 30;

async fn play(stage: Stage) -> Result<Outcome> {
    let people = stage.length.pick(24, 200);
    let messages = stage.length.pick(500, 200_000);
    let size = Size { people, devices_each: 1, groups: people / 4, members_each: 6, messages };
    let mut town = Town::make(&stage.folder.join("data"), size, stage.seed).await?;
    // Heartbeats so quick that a half-open connection is found between two faults.
    let launch = stage.launch().arg("--ping-interval-ms=1000").arg("--ping-timeout-ms=2000");
    let program = launch.start().await?;
    fill_caches(&program, &mut town, size, stage.length.pick(200, CACHES_MESSAGES)).await?;
    let proxy = Proxy::before(program.addr(), stage.seed).await?;
    let habits = Habits {
        pause: Duration::from_millis(stage.length.pick(80, 1_000)),
        silence_max: Duration::from_secs(4),
        deaf_to_gaps: stage.is_control(),
        ..Habits::default()
    };
    let recorder = record(&stage.history(), &town)?;
    let crowd = Crowd::gather(town.devices().cloned(), proxy.addr(), &habits, recorder, stage.seed);
    let lasting = stage.length.lasting(Duration::from_secs(8), Duration::from_secs(30 * 60));
    let mut soak = Soak { program: &program, proxy: &proxy, crowd: &crowd, people, looks: Vec::new() };
    let between = Duration::from_secs(60).min(lasting / FAULTS.len() as u32);
    let mut outcome = Outcome::default();
    soak.go_on(lasting, between, &mut outcome).await?;
    let looks = std::mem::take(&mut soak.looks);
    let acks = at_least(stage.length.pick(200, 100_000), "acks");
    crowd.talk(Duration::ZERO, &[acks, at_least(stage.length.pick(20, 1_000), "reconnects")]).await;
    crowd.settle(program.addr()).await?.into_outcome(&mut outcome);
    outcome.count("resets", proxy.carried.resets.load(Ordering::Relaxed));
    judge(&stage.history(), &mut outcome).await?;
    measured(stage.length, looks, &mut outcome)?;
    Ok(outcome)
}

/// Has so many messages written, one writer to a group, and read.
async fn fill_caches(program: &Program, town: &mut Town, size: Size, messages: usize) -> Result<()> {
    let share = messages.div_ceil(town.groups.len());
    for group in 0..town.groups.len() {
        let writer = Person::at(program.addr(), town.founder(group, size)).await;
        let (id, newest) = &mut town.groups[group];
        let sends = stream::iter(0..share).map(|number| {
            let text = format!("{number}: {}", "what was said while it was still cold ".repeat(6));
            writer.issue(&message(*id, &text))
        });
        let mut answers = sends.buffered(PIPELINE);
        while let Some(answer) = answers.next().await {
            let answer = answer.ok().context("the connection broke while caches were filled")?;
            let answer = answer.map_err(|refusal| anyhow!("a send was refused: {}", refusal.message))?;
            *newest = (*newest).max(answer.message.seq);
        }
        page_through(&writer, *id).await?;
    }
    Ok(())
}

struct Soak<'a> {
    program: &'a Program,
    proxy: &'a Proxy,
    crowd: &'a Crowd,
    people: usize,
    looks: Vec<Look>,
}

/// What the program had after so long.
#[derive(Clone, Copy, Debug)]
struct Look {
    seconds: f64,
    mib: f64,
    descriptors: f64,
}

impl Soak<'_> {
    async fn go_on(&mut self, lasting: Duration, between: Duration, outcome: &mut Outcome) -> Result<()> {
        let begun = Instant::now();
        for (suffered, fault) in (1..).zip(FAULTS.iter().cycle()) {
            for _ in 0..LOOKS {
                tokio::time::sleep(between * 4 / 5 / LOOKS).await;
                self.look(begun.elapsed())?;
            }
            self.suffer(*fault, between / 5).await?;
            outcome.count("faults", 1);
            if begun.elapsed() >= lasting && suffered >= FAULTS.len() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn look(&mut self, elapsed: Duration) -> Result<()> {
        let mib = process::resident_bytes(self.program)? as f64 / f64::from(1 << 20);
        let descriptors = process::descriptors(self.program)? as f64;
        self.looks.push(Look { seconds: elapsed.as_secs_f64(), mib, descriptors });
        Ok(())
    }

    /// One fault, for so long at most; everything is well again afterwards.
    async fn suffer(&self, fault: Fault, lasting: Duration) -> Result<()> {
        match fault {
            Fault::Reset { in_mid_frame } => {
                self.proxy.reset(in_mid_frame);
                tokio::time::sleep(lasting).await;
            }
            Fault::Network(weather) => {
                self.proxy.set(weather);
                tokio::time::sleep(lasting).await;
                self.proxy.reset(false);
                self.proxy.set(Weather::Fair);
            }
            Fault::Hang => {
                self.crowd.first(self.people / 5, Conduct::Hangs);
                tokio::time::sleep(lasting).await;
                self.crowd.first(0, Conduct::Acts);
            }
            Fault::Freeze => {
                process::freeze(self.program, true)?;
                tokio::time::sleep(lasting / 4).await;
                process::freeze(self.program, false)?;
                tokio::time::sleep(lasting * 3 / 4).await;
            }
        }
        Ok(())
    }
}

/// Slopes are held to their bounds at full length only: in some seconds, nothing is warm.
fn measured(length: Length, looks: Vec<Look>, outcome: &mut Outcome) -> Result<()> {
    let last = looks.last().context("somebody looked")?.seconds;
    let warm: Vec<Look> = looks.into_iter().filter(|look| look.seconds >= WARM_UP * last).collect();
    let floors: Vec<Look> = warm.chunks(LOOKS as usize).filter_map(lowest).collect();
    let slope = slope(&floors).unwrap_or(0.0) * 3_600.0;
    let quarter = warm.len().div_ceil(4);
    let descriptors = |some: &[Look]| median(some.iter().map(|look| look.descriptors).collect());
    let (first, last) = (descriptors(&warm[..quarter]), descriptors(&warm[warm.len() - quarter..]));
    let more = last.context("somebody looked")? - first.context("somebody looked")?;
    outcome.figure("memory when warm, MiB", floors.first().context("somebody looked")?.mib);
    outcome.timed(length, "memory slope, MiB/h", slope, Bound::AtMost(SLOPE_MIB_MAX));
    outcome.timed(length, "descriptors more at the end", more, Bound::AtMost(DESCRIPTORS_MORE_MAX));
    Ok(())
}

/// Between two faults, the look at which there was the least memory: what is held for a moment is no leak.
fn lowest(looks: &[Look]) -> Option<Look> {
    looks.iter().copied().min_by(|one, other| one.mib.total_cmp(&other.mib))
}

/// How much memory grows in a second: the slope in the middle of those between any two looks, which a few outliers do not move.
fn slope(looks: &[Look]) -> Option<f64> {
    let pairs = looks.iter().enumerate().flat_map(|(place, one)| {
        looks[place + 1..].iter().map(move |other| (other.mib - one.mib) / (other.seconds - one.seconds))
    });
    median(pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(mib: impl Fn(f64) -> f64) -> Vec<Look> {
        (0..20)
            .map(|minute| 60.0 * f64::from(minute))
            .map(|seconds| Look { seconds, mib: mib(seconds), descriptors: 9.0 })
            .collect()
    }

    #[test]
    fn a_slope_is_seen_through_outliers() {
        let steady = looks(|seconds| if seconds == 600.0 { 90.0 } else { 40.0 });
        assert_eq!(slope(&steady), Some(0.0));
        let growing = looks(|seconds| 40.0 + seconds / 3_600.0);
        assert!((slope(&growing).unwrap() * 3_600.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn growing_memory_and_descriptors_are_beyond_the_bounds() {
        let leaking = looks(|seconds| 40.0 + 2.0 * seconds / 3_600.0);
        let leaking = leaking.into_iter().flat_map(|look| {
            (0..LOOKS).map(move |nth| Look {
                descriptors: 9.0 + look.seconds / 60.0,
                seconds: look.seconds + f64::from(nth),
                ..look
            })
        });
        let mut outcome = Outcome::default();
        measured(Length::Full { minutes: None }, leaking.collect(), &mut outcome).unwrap();
        assert_eq!(outcome.found().len(), 2, "{:?}", outcome.figures);
    }
}
