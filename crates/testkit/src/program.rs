//! The real program, as whoever runs a server starts it; and as a power cut ends it.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, bail};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::PATIENCE;

/// How to start the program.
#[derive(Clone, Debug)]
pub struct Launch {
    binary: PathBuf,
    folder: Option<PathBuf>,
    args: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Launch {
    /// Starts `binary` on a folder of its own.
    #[must_use]
    pub fn new(binary: impl AsRef<Path>) -> Self {
        Self { binary: binary.as_ref().to_owned(), folder: None, args: Vec::new(), environment: Vec::new() }
    }

    /// On this data folder, which stays when the program is gone.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// With another argument of `kith serve`.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it does not say in time that it is ready.
    pub async fn start(self) -> anyhow::Result<Program> {
        let (folder, own) = match self.folder.clone() {
            Some(folder) => (folder, None),
            None => {
                let own = tempfile::tempdir()?;
                (own.path().to_owned(), Some(own))
            }
        };
        let (child, addr) = self.spawn(&folder).await?;
        Ok(Program { launch: self, folder, addr, child, _own: own })
    }

    async fn spawn(&self, folder: &Path) -> anyhow::Result<(Child, SocketAddr)> {
        let mut child = Command::new(&self.binary)
            .arg("serve")
            .arg("--data")
            .arg(folder)
            .args(["--listen", "127.0.0.1:0", "--disk-reserve-bytes", "0"])
            .args(&self.args)
            .envs(self.environment.iter().cloned())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.binary.display()))?;
        let stdout = child.stdout.take().context("its output is a pipe")?;
        let mut lines = BufReader::new(stdout).lines();
        let ready = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(url) = line.strip_prefix("Kith is ready: ") {
                    return port(url);
                }
            }
            bail!("it ended before it was ready")
        });
        let port = ready.await.context("it was not ready in time")??;
        // Whatever else it prints is nobody's concern, but the pipe must not fill up.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((child, SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
    }
}

/// A running `kith serve` on a free port. It is killed when this is dropped.
pub struct Program {
    launch: Launch,
    folder: PathBuf,
    addr: SocketAddr,
    child: Child,
    // Removed when this is dropped, unless the folder is somebody else's.
    _own: Option<TempDir>,
}

impl Program {
    /// Starts the program that `KITH_BIN` names, or else `binary`, on a folder of its own.
    ///
    /// # Errors
    /// When it does not say in time that it is ready.
    pub async fn start(binary: impl AsRef<Path>) -> anyhow::Result<Self> {
        let binary = std::env::var_os("KITH_BIN").map_or_else(|| binary.as_ref().to_owned(), PathBuf::from);
        Launch::new(binary).start().await
    }

    /// Where it listens; another port after each start.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its number among the processes; none once it was killed.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Kills it (SIGKILL), as if it had never been asked, and waits until it is gone.
    ///
    /// # Errors
    /// When it was gone already.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("it was not there to be killed")
    }

    /// Starts it again on the same folder.
    ///
    /// # Errors
    /// When it does not say in time that it is ready.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        (self.child, self.addr) = self.launch.spawn(&self.folder).await?;
        Ok(())
    }

    /// Starts it again on the same folder, in another environment.
    ///
    /// # Errors
    /// When it does not say in time that it is ready.
    pub async fn restart_with(&mut self, change: impl FnOnce(Launch) -> Launch) -> anyhow::Result<()> {
        self.launch = change(self.launch.clone());
        self.restart().await
    }
}

fn port(url: &str) -> anyhow::Result<u16> {
    let (_, port) = url.rsplit_once(':').context("an address has a port")?;
    port.parse().with_context(|| format!("{url} has no port"))
}
