//! One measurement: one line of JSON.

use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::Value;

use crate::server::{Server, own_cpu};

/// What was measured, and on what.
#[derive(Debug, Serialize)]
pub(crate) struct Measurement {
    /// Its name, by which goals are looked up.
    pub(crate) case: String,
    /// How it was made.
    pub(crate) parameters: Value,
    /// What was done, how fast and at what cost.
    #[serde(flatten)]
    pub(crate) work: Option<Work>,
    /// As the clients saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) latency_ms: Option<Latency>,
    /// Figures that only this case has.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(crate) more: Value,
}

/// What was done in a stretch of time.
#[derive(Debug, Serialize)]
pub(crate) struct Work {
    /// What is counted.
    pub(crate) unit: &'static str,
    /// How many of them.
    pub(crate) count: u64,
    /// In how many seconds.
    pub(crate) seconds: f64,
    /// `count / seconds`.
    pub(crate) per_second: f64,
    /// The server's time on its core for one of them, in microseconds.
    pub(crate) server_cpu_us: f64,
    /// How busy the server and the load were, in percent of a core. A load near 100 hides what the server could do.
    pub(crate) server_cpu_percent: f64,
    pub(crate) load_cpu_percent: f64,
    /// What the server has in memory at the end, in KiB.
    pub(crate) pss_kib: u64,
}

/// Percentiles, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Latency {
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

impl From<&Histogram<u64>> for Latency {
    /// Of a histogram of microseconds.
    fn from(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1_000.0;
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1.0) }
    }
}

/// A histogram of microseconds, up to a minute, to three digits.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("these bounds are good")
}

/// Notes how long something took; more than a minute counts as a minute.
pub(crate) fn note(histogram: &mut Histogram<u64>, micros: u64) {
    histogram.saturating_record(micros.max(1));
}

/// Runs from the beginning of a measurement to its end.
pub(crate) struct Stopwatch {
    started: Instant,
    server: Duration,
    load: Duration,
}

impl Stopwatch {
    pub(crate) fn start(server: &Server) -> Result<Self> {
        Ok(Self { server: server.cpu()?, load: own_cpu()?, started: Instant::now() })
    }

    /// What was measured since the start.
    pub(crate) fn stop(
        &self,
        server: &Server,
        case: impl Into<String>,
        unit: &'static str,
        count: u64,
    ) -> Result<Measurement> {
        let seconds = self.started.elapsed().as_secs_f64();
        let server_cpu = (server.cpu()? - self.server).as_secs_f64();
        let load_cpu = (own_cpu()? - self.load).as_secs_f64();
        let work = Work {
            unit,
            count,
            seconds,
            per_second: count as f64 / seconds,
            server_cpu_us: server_cpu * 1e6 / count.max(1) as f64,
            server_cpu_percent: 100.0 * server_cpu / seconds,
            load_cpu_percent: 100.0 * load_cpu / seconds,
            pss_kib: server.pss_kib()?,
        };
        Ok(Measurement { work: Some(work), ..Measurement::new(case) })
    }
}

impl Measurement {
    /// Of this case, with nothing measured yet.
    pub(crate) fn new(case: impl Into<String>) -> Self {
        Self { case: case.into(), parameters: Value::Null, work: None, latency_ms: None, more: Value::Null }
    }

    /// With how it was made.
    pub(crate) fn with(self, parameters: Value) -> Self {
        Self { parameters, ..self }
    }

    /// With what the clients saw.
    pub(crate) fn seen(self, histogram: &Histogram<u64>) -> Self {
        Self { latency_ms: Some(histogram.into()), ..self }
    }

    /// With figures of its own.
    pub(crate) fn and(self, more: Value) -> Self {
        Self { more, ..self }
    }
}
