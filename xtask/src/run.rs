//! `cargo xtask run`: from a fresh clone to a running Kith, doing only what has not been done.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use anyhow::{Context, Result};

use crate::client;
use crate::shell::{Output, cargo};
use crate::workspace::Workspace;

/// What `kith serve` is told unless the caller said otherwise: the option, its environment variable, the value.
const DEFAULTS: [(&str, &str, &str); 2] =
    [("--data", "KITH_DATA", "./data"), ("--listen", "KITH_LISTEN", "127.0.0.1:8080")];

/// Builds what has changed and becomes the server. Returns only when something failed before that.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<()> {
    client::install(workspace, &Output::Terminal)?;
    client::build(workspace, &Output::Terminal)?;
    let kith = workspace.kith("release");
    if !kith.is_file() {
        println!("Compiling the server (cargo build --release); the first time takes a few minutes …");
    }
    Output::Terminal.run(cargo().current_dir(&workspace.root).args([
        "build",
        "--release",
        "--package",
        "kith-server",
    ]))?;
    let mut server = Command::new(kith);
    server.current_dir(&workspace.root).arg("serve");
    server.args(defaults(args, |variable| std::env::var_os(variable).is_some())).args(args);
    become_server(server)
}

/// Where a demonstration lives: not among anyone's real conversations, where it would be refused.
const DEMO_DATA: &str = "./data/demo";

/// The defaults that neither the arguments nor the environment override.
fn defaults(args: &[OsString], in_environment: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let demo = args.iter().any(|arg| arg == "--demo") || in_environment("KITH_DEMO");
    DEFAULTS
        .iter()
        .filter(|(option, variable, _)| {
            !args.iter().any(|arg| names(arg, option)) && !in_environment(variable)
        })
        .flat_map(|(option, _, value)| {
            [*option, if *option == "--data" && demo { DEMO_DATA } else { *value }]
        })
        .collect()
}

/// Whether `arg` is `--option` or `--option=…`.
fn names(arg: &OsStr, option: &str) -> bool {
    let arg = arg.to_string_lossy();
    arg.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Replaces this process, so that Ctrl-C and every other signal reach the server itself.
#[cfg(unix)]
fn become_server(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(server.exec()).context("cannot start kith")
}

#[cfg(not(unix))]
fn become_server(mut server: Command) -> Result<()> {
    let status = server.status().context("cannot start kith")?;
    std::process::exit(status.code().unwrap_or(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(args: &[&str], environment: &[&str]) -> Vec<&'static str> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        defaults(&args, |variable| environment.contains(&variable))
    }

    #[test]
    fn loopback_and_the_data_folder_are_the_defaults() {
        assert_eq!(given(&[], &[]), ["--data", "./data", "--listen", "127.0.0.1:8080"]);
    }

    #[test]
    fn a_demonstration_has_a_folder_of_its_own() {
        assert_eq!(given(&["--demo"], &[]), ["--data", "./data/demo", "--listen", "127.0.0.1:8080"]);
        assert_eq!(given(&["--demo", "--data=here"], &[]), ["--listen", "127.0.0.1:8080"]);
    }

    #[test]
    fn an_argument_or_the_environment_replaces_its_own_default_only() {
        assert_eq!(given(&["--data", "elsewhere"], &[]), ["--listen", "127.0.0.1:8080"]);
        assert_eq!(given(&["--listen=[::1]:9000"], &[]), ["--data", "./data"]);
        assert_eq!(given(&["--database"], &["KITH_LISTEN"]), ["--data", "./data"]);
    }
}
