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

use anyhow::{Context, Result, bail};

/// The core of the server; the load has the other.
const SERVER_CORE: &str = "0";

/// A running `kith serve`. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    /// Starts `program` on `folder` and waits until it answers.
    ///
    /// # Errors
    /// When it ends before.
    pub(crate) fn start(program: &Path, folder: &Path, args: &[&str]) -> Result<Self> {
        let mut child = Command::new("taskset")
            .args(["-c", SERVER_CORE])
            .arg(program)
            .arg("serve")
            .arg("--data")
            .arg(folder)
            .args(["--listen", "127.0.0.1:0", "--log-level", "warn"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let stdout = child.stdout.take().context("its output is a pipe")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next() {
            let line = line?;
            let Some(url) = line.strip_prefix("Kith is ready: ") else { continue };
            let (_, port) = url.rsplit_once(':').context("an address has a port")?;
            let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse()?));
            // Whatever else it prints is nobody's concern, but the pipe must not fill up.
            thread::spawn(move || lines.for_each(drop));
            return Ok(Self { child, addr });
        }
        bail!("the server ended before it was ready")
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it has used of its core, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        cpu(&self.child.id().to_string())
    }

    /// What it has in memory: its own pages, and its share of shared ones, in KiB.
    pub(crate) fn pss_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let pss =
            text.lines().find_map(|line| line.strip_prefix("Pss:")).context("there is a line for PSS")?;
        let kib = pss.split_whitespace().next().context("PSS has a number")?;
        kib.parse().context("PSS is a number")
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
