//! `cargo xtask dist`: the program as a release ships it.

use std::fs;

use anyhow::{Context, Result};

use crate::client;
use crate::shell::{Output, cargo};
use crate::workspace::Workspace;

/// Builds client and server with the `dist` profile, which also strips symbols, and says how large the result is.
pub(crate) fn dist(workspace: &Workspace) -> Result<()> {
    client::install(workspace, &Output::Terminal)?;
    client::build(workspace, &Output::Terminal)?;
    println!("Compiling the server with whole-program optimization; this takes several minutes …");
    Output::Terminal.run(cargo().current_dir(&workspace.root).args([
        "build",
        "--locked",
        "--profile",
        "dist",
        "--package",
        "kith-server",
    ]))?;
    let program = workspace.kith("dist");
    let bytes = fs::metadata(&program).with_context(|| format!("no program at {}", program.display()))?.len();
    println!("{}  {}", program.display(), mebibytes(bytes));
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    let tenths = (bytes * 10 + (1 << 19)) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_a_tenth_of_a_mebibyte() {
        assert_eq!(mebibytes(0), "0.0 MiB");
        assert_eq!(mebibytes(1 << 20), "1.0 MiB");
        assert_eq!(mebibytes((1 << 20) + (1 << 19)), "1.5 MiB");
        assert_eq!(mebibytes(20_000_000), "19.1 MiB");
    }
}
