//! Figures for whoever watches over the server, in the text format of Prometheus, on a port of their own. Nothing in them
//! tells of a person.

mod listen;
mod process;

use std::{sync::Arc, time::Duration};

use kith_protocol::{ErrorCode, ResyncReason};
use kith_store_sqlite::{Commit, SqliteStore};
use prometheus::{
    Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
    exponential_buckets,
};

use crate::realtime::Realtime;
pub(crate) use listen::Exposition;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    commit_operations: Histogram,
    commit_seconds: Histogram,
    delivery_seconds: Histogram,
    resyncs: IntCounterVec,
    refusals: IntCounterVec,
    connections: IntGauge,
    people: IntGauge,
    writes_waiting: IntGauge,
    store_writable: IntGauge,
    resident_bytes: IntGauge,
    open_files: IntGauge,
}

/// What is asked only when somebody reads the figures.
pub(crate) struct Sources {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) realtime: Arc<Realtime>,
}

impl Metrics {
    /// With nothing counted yet.
    #[must_use]
    pub fn new() -> Self {
        let registry = Registry::new();
        let seconds = exponential_buckets(0.000_25, 2.0, 16);
        let operations = exponential_buckets(1.0, 2.0, 11);
        let seconds = seconds.expect("these are buckets");
        let new = Builder(&registry);
        Self {
            commit_operations: new.histogram(
                "kith_commit_operations",
                "Operations in one transaction",
                operations.expect("these are buckets"),
            ),
            commit_seconds: new.histogram(
                "kith_commit_seconds",
                "Time of one transaction, its sync included",
                seconds.clone(),
            ),
            delivery_seconds: new.histogram(
                "kith_delivery_seconds",
                "From a commit until what it tells is in the queues of all sockets",
                seconds,
            ),
            resyncs: new.counters("kith_resyncs_total", "Feeds that were stopped", "reason"),
            refusals: new.counters("kith_refusals_total", "Requests and events that were refused", "code"),
            connections: new.gauge("kith_connections", "Connections of sockets"),
            people: new.gauge("kith_people_connected", "People with a socket"),
            writes_waiting: new.gauge("kith_writes_waiting", "Operations that wait for the writer"),
            store_writable: new.gauge("kith_store_writable", "1 while writes can be committed"),
            resident_bytes: new.gauge("process_resident_memory_bytes", "Memory of the process, in bytes"),
            open_files: new.gauge("process_open_fds", "Open files of the process"),
            registry,
        }
    }

    /// A transaction is on disk.
    pub(crate) fn committed(&self, commit: Commit) {
        self.commit_operations.observe(commit.operations as f64);
        self.commit_seconds.observe(commit.took.as_secs_f64());
    }

    /// What a commit tells is in the queues.
    pub(crate) fn delivered(&self, after: Duration) {
        self.delivery_seconds.observe(after.as_secs_f64());
    }

    /// A feed was stopped.
    pub(crate) fn resync(&self, reason: ResyncReason) {
        let reason = match reason {
            ResyncReason::Overflow => "overflow",
            ResyncReason::Restarted => "restarted",
            ResyncReason::Settings => "settings",
        };
        self.resyncs.with_label_values(&[reason]).inc();
    }

    /// Something was refused.
    pub(crate) fn refused(&self, code: ErrorCode) {
        self.refusals.with_label_values(&[code.as_str()]).inc();
    }

    /// All figures as they are now: text format 0.0.4.
    fn render(&self, sources: &Sources) -> prometheus::Result<String> {
        self.connections.set(whole(sources.realtime.connections()));
        self.people.set(whole(sources.realtime.people()));
        self.writes_waiting.set(whole(sources.store.waiting()));
        self.store_writable.set(i64::from(kith_chat::Store::writable(&*sources.store).is_ok()));
        if let Some(bytes) = process::resident_bytes() {
            self.resident_bytes.set(bytes);
        }
        if let Some(files) = process::open_files() {
            self.open_files.set(files);
        }
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes figures that the registry knows.
struct Builder<'a>(&'a Registry);

impl Builder<'_> {
    fn histogram(&self, name: &str, help: &str, buckets: Vec<f64>) -> Histogram {
        let histogram = Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets));
        self.known(histogram.expect("its name is one"))
    }

    fn counters(&self, name: &str, help: &str, label: &str) -> IntCounterVec {
        self.known(IntCounterVec::new(Opts::new(name, help), &[label]).expect("its names are some"))
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.known(IntGauge::new(name, help).expect("its name is one"))
    }

    fn known<C: Collector + Clone + 'static>(&self, collector: C) -> C {
        self.0.register(Box::new(collector.clone())).expect("no two have the same name");
        collector
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
