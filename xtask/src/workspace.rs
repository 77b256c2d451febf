//! Where things are: the repository, its build folder, and the paths that the commands agree on.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell::{capture, cargo};

/// The repository on this disk. All paths are absolute.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Cargo's build folder, which need not be inside the repository.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks Cargo, who alone knows about `CARGO_TARGET_DIR` and the configuration files above us.
    pub(crate) fn find() -> Result<Self> {
        let text = capture(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Value = serde_json::from_str(&text).context("`cargo metadata` did not answer JSON")?;
        let path = |key: &str| -> Result<PathBuf> {
            let value = metadata[key].as_str().with_context(|| format!("`cargo metadata` has no {key}"))?;
            Ok(PathBuf::from(value))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    pub(crate) fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    /// The `kith` program as built by `profile` (`release` or `dist`).
    pub(crate) fn kith(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join(format!("kith{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where the output of each test step is kept.
    pub(crate) fn logs(&self) -> PathBuf {
        self.target.join("xtask-logs")
    }
}
