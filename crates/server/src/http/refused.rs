//! Refusals over HTTP: RFC 9457 problem documents.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kith_chat::Refusal;
use kith_protocol::{ErrorCode, Problem};

/// A refusal on its way out. Its status is that of its code, unless HTTP has a more exact one.
#[derive(Debug)]
pub(crate) struct Refused {
    refusal: Refusal,
    status: Option<StatusCode>,
}

impl Refused {
    /// A refusal for which HTTP has a more exact status than its code has.
    pub(crate) fn with_status(status: StatusCode, refusal: Refusal) -> Self {
        Self { refusal, status: Some(status) }
    }

    /// There is no such path.
    pub(crate) fn no_such_path() -> Self {
        Refusal::new(ErrorCode::NotFound, "There is nothing at this address.").into()
    }

    /// The path is there, but not for this method.
    pub(crate) fn no_such_method() -> Self {
        let refusal =
            Refusal::new(ErrorCode::Invalid, "This address does not take this method.").at("method");
        Self::with_status(StatusCode::METHOD_NOT_ALLOWED, refusal)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, status: None }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut problem = Problem::from(self.refusal.into_body());
        if let Some(status) = self.status {
            problem.status = status.as_u16();
        }
        let status = StatusCode::from_u16(problem.status).expect("codes have statuses of HTTP");
        let retry_after_ms = problem.error.retry_after_ms;
        let body = serde_json::to_vec(&problem).expect("wire types always serialize");
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        response.extensions_mut().insert(problem.error.code);
        let headers = response.headers_mut();
        if let Some(retry_after_ms) = retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1_000)));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
