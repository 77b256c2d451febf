//! The server under test: the program as it is shipped, on a core of its own, and what the kernel says of it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// The core of the server; the load has the other.
const SERVER_CORE: &str = "0";

/// How Kith says that it answers.
const READY: &str = "Kith is ready: ";

/// A running server. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Of the server itself, which may be a child of the child.
    pid: u32,
    addr: SocketAddr,
}

impl Server {
    /// Starts `program` on `folder` and waits until it answers.
    ///
    /// # Errors
    /// When it ends before.
    pub(crate) fn start(program: &Path, folder: &Path, args: &[&str]) -> Result<Self> {
        let mut command = pinned(program);
        Self::wait_for(serving(&mut command, folder).args(args), READY)
    }

    /// As [`Self::start`], under `strace`, which writes what it has counted into `summary` when the server has ended.
    pub(crate) fn start_traced(program: &Path, folder: &Path, summary: &Path) -> Result<Self> {
        let mut command = pinned(Path::new("strace"));
        command.args(["-c", "-f", "-o"]).arg(summary).arg(program);
        let mut traced = Self::wait_for(serving(&mut command, folder), READY)?;
        let strace = traced.child.id();
        let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children"))?;
        traced.pid = children.split_whitespace().next().context("strace has a child")?.parse()?;
        Ok(traced)
    }

    /// Starts another server than Kith, which says so in the same way.
    pub(crate) fn start_peer(command: &Command) -> Result<Self> {
        let mut pinned = pinned(Path::new(command.get_program()));
        Self::wait_for(pinned.args(command.get_args()), "ready: ")
    }

    fn wait_for(command: &mut Command, ready: &str) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("the server cannot be started")?;
        let stdout = child.stdout.take().context("its output is a pipe")?;
        let pid = child.id();
        // From here on it ends with this.
        let mut server = Self { child, pid, addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) };
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next() {
            let line = line?;
            let Some(url) = line.strip_prefix(ready) else { continue };
            let (_, port) = url.rsplit_once(':').context("an address has a port")?;
            server.addr.set_port(port.parse()?);
            // Whatever else it prints is nobody's concern, but the pipe must not fill up.
            thread::spawn(move || lines.for_each(drop));
            return Ok(server);
        }
        bail!("the server ended before it was ready")
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it has used of its core, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        cpu(&self.pid.to_string())
    }

    /// What it has in memory: its own pages, and its share of shared ones, in KiB.
    pub(crate) fn pss_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.pid);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let pss =
            text.lines().find_map(|line| line.strip_prefix("Pss:")).context("there is a line for PSS")?;
        let kib = pss.split_whitespace().next().context("PSS has a number")?;
        kib.parse().context("PSS is a number")
    }

    /// What of the program and its data is in memory now, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that was, since [`Self::forget_peak`].
    pub(crate) fn peak_kib(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// Begins to watch the peak anew.
    pub(crate) fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.pid), "5")?)
    }

    fn status(&self, key: &str) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = text.lines().find_map(|line| line.strip_prefix(key)).context("the kernel counts pages")?;
        let kib = line.split_whitespace().next().context("a size has a number")?;
        kib.parse().context("a size is a number")
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end well.
    pub(crate) fn stop(mut self) -> Result<()> {
        let id = i32::try_from(self.pid).ok().and_then(Pid::from_raw).context("a process has a number")?;
        kill_process(id, Signal::TERM)?;
        let ended = self.child.wait()?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }

    /// Kills it, as a crash would: what it has acknowledged must be there all the same.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program on the core of the server.
fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program);
    command
}

fn serving<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.arg("serve").arg("--data").arg(folder);
    command.args(["--listen", "127.0.0.1:0", "--log-level", "warn"])
}

/// What this program has used of its core.
pub(crate) fn own_cpu() -> Result<Duration> {
    cpu("self")
}

/// Exact to one tick of the kernel, usually 10 ms.
fn cpu(pid: &str) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may hold anything, so fields are counted from its end: 12 and 13 are user and kernel time.
    let (_, fields) = stat.rsplit_once(')').context("a name stands in brackets")?;
    let ticks: Vec<u64> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    let ticks: u64 = ticks.iter().sum();
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}
