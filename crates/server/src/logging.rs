//! The log: structured, to standard error. Never a token, a password or the text of a message.
//!
//! Those who develop can build in more: traces to an OpenTelemetry collector, and what `tokio-console` shows.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

use crate::config::{Config, LogFormat};
#[cfg(feature = "otlp")]
use crate::traces::Traces;

/// The log of this process. What is still on its way to a collector leaves when this is dropped.
pub struct Log {
    #[cfg(feature = "otlp")]
    _traces: Traces,
}

/// Starts the log of this process.
///
/// # Errors
/// When the level cannot be understood.
pub fn start(config: &Config) -> Result<Log> {
    let filter = EnvFilter::builder()
        .parse(&config.log_level)
        .with_context(|| format!("log_level {:?} is no level", config.log_level))?;
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match config.log_format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let log = registry().with(lines.with_filter(filter));
    #[cfg(feature = "tokio-console")]
    let log = log.with(console_subscriber::spawn());
    #[cfg(feature = "otlp")]
    let (log, traces) = {
        let (traces, spans) = Traces::start()?;
        (log.with(spans), traces)
    };
    log.init();
    Ok(Log {
        #[cfg(feature = "otlp")]
        _traces: traces,
    })
}
