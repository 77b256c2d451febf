//! Traces to an OpenTelemetry collector, over OTLP: where it is and what it wants are in the environment, under the names that
//! OpenTelemetry gives them (`OTEL_EXPORTER_OTLP_ENDPOINT` and so on).

use anyhow::{Context, Result};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, registry::LookupSpan};

/// The way to the collector. What is on its way leaves when this is dropped.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send, and gives what makes traces of spans.
    ///
    /// # Errors
    /// When the environment names no place that can be one.
    pub(crate) fn start<S>() -> Result<(Self, impl Layer<S>)>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let exporter = SpanExporter::builder().with_http().build();
        let exporter = exporter.context("traces cannot be sent")?;
        let kith = Resource::builder().with_service_name("kith").build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(kith).build();
        let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("kith"));
        Ok((Self(provider), spans.with_filter(LevelFilter::DEBUG)))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            eprintln!("kith: the last traces were not sent: {error}");
        }
    }
}
