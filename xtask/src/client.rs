//! The web client as the commands see it: install its packages, build it, call its scripts. Each only when needed.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::{Output, capture};
use crate::stamp::{Stamp, fingerprint};
use crate::workspace::Workspace;

const NODE_MAJOR_MIN: u32 = 20;

/// Folders of `web/` that the built client does not depend on: what it is built into, what is installed, and what
/// only the tests read.
const NOT_SOURCES: [&str; 8] =
    ["node_modules", "dist", "e2e", "perf", "gallery", "test-results", "playwright-report", ".cache"];

/// Installs the client's packages.
pub(crate) fn install(workspace: &Workspace, output: &Output) -> Result<()> {
    npm_ci(workspace, output, &workspace.web(), "web-install")
}

/// Installs the packages that the lockfile of `folder` names, unless that has been done for this lockfile and this
/// Node: `stamp` remembers it.
///
/// Scripts of packages do not run: what a dependency of a dependency wants to execute here is none of its business.
pub(crate) fn npm_ci(workspace: &Workspace, output: &Output, folder: &Path, stamp: &str) -> Result<()> {
    let node = require_node()?;
    let lockfile = folder.join("package-lock.json");
    let lock =
        fs::read_to_string(&lockfile).with_context(|| format!("cannot read {}", lockfile.display()))?;
    let fingerprint = format!("{node}\n{lock}");
    let stamp = Stamp::new(workspace, stamp);
    if stamp.is(&fingerprint) && folder.join("node_modules").is_dir() {
        return Ok(());
    }
    output.say("Installing packages (npm ci) …")?;
    stamp.clear()?;
    output.run(npm(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    stamp.set(&fingerprint)
}

/// Builds `web/dist`, unless it stands there built from these very sources. The packages must be installed.
pub(crate) fn build(workspace: &Workspace, output: &Output) -> Result<()> {
    let fingerprint = fingerprint(&workspace.web(), is_no_source)?;
    let stamp = Stamp::new(workspace, "web-build");
    if stamp.is(&fingerprint) && workspace.web().join("dist/index.html").is_file() {
        return Ok(());
    }
    output.say("Building the client (npm run build) …")?;
    stamp.clear()?;
    output.run(&mut script(workspace, "build"))?;
    stamp.set(&fingerprint)
}

/// `npm run NAME`, to which arguments for the script may be added.
pub(crate) fn script(workspace: &Workspace, name: &str) -> Command {
    let mut command = npm(&workspace.web());
    command.args(["run", "--silent", name, "--"]);
    command
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder);
    command
}

fn is_no_source(path: &Path) -> bool {
    NOT_SOURCES.iter().any(|folder| path.starts_with(folder))
}

/// Answers Node's version, as in `v20.20.2`.
fn require_node() -> Result<String> {
    let version = capture(Command::new("node").arg("--version")).ok();
    check_node(version.as_deref().map(str::trim))
}

fn check_node(version: Option<&str>) -> Result<String> {
    let Some(version) = version else {
        bail!("Node {NODE_MAJOR_MIN} or newer is needed to build the web client, and no `node` was found");
    };
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(version.to_owned()),
        _ => bail!(
            "Node {NODE_MAJOR_MIN} or newer is needed to build the web client; `node` here is {version}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_20_will_do_and_19_will_not() {
        assert_eq!(check_node(Some("v20.0.0")).unwrap(), "v20.0.0");
        assert_eq!(check_node(Some("v112.1.0")).unwrap(), "v112.1.0");
        let refusal = check_node(Some("v19.9.9")).unwrap_err().to_string();
        assert_eq!(refusal, "Node 20 or newer is needed to build the web client; `node` here is v19.9.9");
    }

    #[test]
    fn no_node_and_nonsense_are_refused_with_a_sentence() {
        assert!(check_node(None).unwrap_err().to_string().ends_with("no `node` was found"));
        assert!(check_node(Some("")).is_err());
        assert!(check_node(Some("v")).is_err());
    }

    #[test]
    fn sources_are_told_from_results() {
        assert!(is_no_source(Path::new("node_modules/react/index.js")));
        assert!(is_no_source(Path::new("dist/index.html")));
        assert!(!is_no_source(Path::new("src/distance.ts")));
        assert!(!is_no_source(Path::new("index.html")));
    }
}
