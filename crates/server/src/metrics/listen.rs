//! Where the figures can be read: `GET /metrics`, and nothing else.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, Result};
use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::{StatusCode, header};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{Metrics, Sources};
use crate::listener::{self, Admission};

/// Connections of those who read the figures, at a time.
const CONNECTIONS_MAX: usize = 16;
/// The text format of Prometheus.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The figures on their port, until this is dropped.
pub(crate) struct Exposition {
    address: SocketAddr,
    task: JoinHandle<()>,
    _stop: oneshot::Sender<()>,
}

impl Exposition {
    /// Answers on `address`.
    ///
    /// # Errors
    /// A sentence when the address is taken.
    pub(crate) async fn open(
        address: SocketAddr,
        admission: Admission,
        metrics: Arc<Metrics>,
        sources: Sources,
    ) -> Result<Self> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.with_context(|| format!("cannot listen on {address} for metrics"))?;
        let address = listener.local_addr()?;
        let router = Router::new().route("/metrics", get(figures)).with_state((metrics, Arc::new(sources)));
        let admission = Admission { connections_max: CONNECTIONS_MAX, ..admission };
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(listener::serve(listener, router, admission, stopped));
        Ok(Self { address, task, _stop: stop })
    }

    /// Where it answers.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Exposition {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn figures(State((metrics, sources)): State<(Arc<Metrics>, Arc<Sources>)>) -> impl IntoResponse {
    match metrics.render(&sources) {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written down");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
