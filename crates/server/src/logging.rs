//! The log: structured, to standard error. Never a token, a password or the text of a message.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Config, LogFormat};

/// Starts the log of this process.
///
/// # Errors
/// When the level cannot be understood.
pub fn start(config: &Config) -> Result<()> {
    let filter = EnvFilter::builder()
        .parse(&config.log_level)
        .with_context(|| format!("log_level {:?} is no level", config.log_level))?;
    let log = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
