//! What the kernel says of a process: its memory and its descriptors; and the room that a process has for the latter.

use std::{
    fs,
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, Result};
use kith_testkit::Program;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};

/// Memory that a program has for itself alone, in bytes: what it maps of files is the kernel's to keep or to drop.
///
/// # Errors
/// When it is not running.
pub fn resident_bytes(program: &Program) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", id(program)?))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).context("a process has memory")?;
    Ok(kib.trim().parse::<u64>()? * 1_024)
}

/// How many descriptors a program has open.
///
/// # Errors
/// When it is not running.
pub fn descriptors(program: &Program) -> Result<u64> {
    Ok(fs::read_dir(format!("/proc/{}/fd", id(program)?))?.count() as u64)
}

/// Stops a program where it is, as a machine does that has no time for it, or lets it go on.
///
/// # Errors
/// When it is not running.
pub fn freeze(program: &Program, frozen: bool) -> Result<()> {
    let pid = i32::try_from(id(program)?).ok().and_then(Pid::from_raw).context("a process has a number")?;
    let signal = if frozen { Signal::STOP } else { Signal::CONT };
    kill_process(pid, signal).context("it was not there to be stopped")
}

/// Keeps a program to the first core and this process, which is its load, to the others, so that neither takes the other's
/// time; or gives all cores back to both. Does nothing where there is one core only.
///
/// # Errors
/// When the program is not running.
pub fn on_cores_of_their_own(program: &Program, own: bool) -> Result<()> {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    CORES.fetch_max(count, Ordering::Relaxed);
    let count = CORES.load(Ordering::Relaxed);
    if count > 1 {
        keep_to(id(program)?, 0..if own { 1 } else { count })?;
        keep_to(std::process::id(), usize::from(own)..count)?;
    }
    Ok(())
}

/// How many cores there were before this process was kept to some of them.
static CORES: AtomicUsize = AtomicUsize::new(1);

fn keep_to(process: u32, cores: Range<usize>) -> Result<()> {
    let mut set = CpuSet::new();
    cores.for_each(|core| set.set(core));
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.file_name().to_string_lossy().parse().ok().and_then(Pid::from_raw);
        // One that has ended meanwhile needs no core.
        let _ = sched_setaffinity(Some(thread.context("a thread has a number")?), &set);
    }
    Ok(())
}

/// Takes as much room for descriptors as this process may have: a crowd of thousands is in it.
pub fn take_all_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    // With less room a large crowd does not gather, which the scenario says.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

fn id(program: &Program) -> Result<u32> {
    program.id().context("the program is not running")
}
