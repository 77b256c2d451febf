//! The stock clients of `tests/clients`: each is installed by the ordinary tool of its language, at pinned versions,
//! into the build folder or where that tool wants it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::client;
use crate::shell::{Output, capture, cargo};
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// Clients that are ready to talk.
pub(crate) struct Stock {
    folder: PathBuf,
    python: PathBuf,
    rust: PathBuf,
}

/// Installs what has not been installed.
pub(crate) fn install(workspace: &Workspace, output: &Output) -> Result<Stock> {
    let folder = workspace.root.join("tests/clients");
    client::npm_ci(workspace, output, &folder.join("node"), "clients-node")?;
    let python = install_python(workspace, output, &folder.join("python/requirements.txt"))?;
    let rust = build_rust(workspace, output, &folder.join("rust"))?;
    Ok(Stock { folder, python, rust })
}

impl Stock {
    /// The program that lets all of them talk. It reports as `cargo test` does.
    pub(crate) fn conversation(&self, workspace: &Workspace) -> Command {
        let mut command = Command::new("node");
        command.current_dir(&workspace.root).arg(self.folder.join("run.mjs"));
        command.arg("--kith").arg(workspace.kith("release"));
        command.arg("--python").arg(&self.python).arg("--rust").arg(&self.rust);
        command
    }
}

/// Makes a virtual environment, and answers its interpreter.
fn install_python(workspace: &Workspace, output: &Output, requirements: &Path) -> Result<PathBuf> {
    let environment = workspace.target.join("clients/python");
    let python = environment.join("bin/python");
    let version = capture(Command::new("python3").arg("--version"))?;
    let wanted = fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let fingerprint = format!("{version}{wanted}");
    let stamp = Stamp::new(workspace, "clients-python");
    if stamp.is(&fingerprint) && python.is_file() {
        return Ok(python);
    }
    output.say("Installing packages (pip install) …")?;
    stamp.clear()?;
    output.run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    output.run(pip.arg("--requirement").arg(requirements))?;
    stamp.set(&fingerprint)?;
    Ok(python)
}

/// Compiles the Rust client, which is no member of the workspace, and answers the program.
fn build_rust(workspace: &Workspace, output: &Output, folder: &Path) -> Result<PathBuf> {
    let target = workspace.target.join("clients/rust");
    let mut command = cargo();
    command.args(["build", "--locked", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    output.run(command.arg("--target-dir").arg(&target))?;
    Ok(target.join("debug").join(format!("kith-client-rust{}", std::env::consts::EXE_SUFFIX)))
}
