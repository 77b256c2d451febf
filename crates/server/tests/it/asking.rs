//! Asking the server over HTTP, in one line each.

use http::Method;
use kith_protocol::{ErrorCode, Problem};
use kith_testkit::{
    Device, TestServer,
    http::{Answer, request},
};

/// A call with a JSON body, or with none when it is empty.
pub(crate) async fn call(
    server: &TestServer,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut all = headers.to_vec();
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
        all.push(("content-type", "application/json"));
    }
    let body = body.to_owned().into_bytes();
    request(server.addr(), method, &api(path), &all, body).await.expect("the server answers")
}

/// A call as a signed-in device, with any bytes as the body.
pub(crate) async fn call_as(
    server: &TestServer,
    device: &Device,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<bytes::Bytes>,
) -> Answer {
    let authorization = format!("Bearer {}", device.token);
    let mut all = headers.to_vec();
    all.push(("authorization", &authorization));
    request(server.addr(), method, &api(path), &all, body).await.expect("the server answers")
}

/// Reads something as a signed-in device.
pub(crate) async fn get(server: &TestServer, device: &Device, path: &str) -> Answer {
    call_as(server, device, Method::GET, path, &[], "").await
}

fn api(path: &str) -> String {
    format!("/api/v1{path}")
}

/// A header of an answer; empty when it is not there.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("our headers are ASCII"))
}

/// That an answer is a refusal with this code, said as a problem document. Returns it.
#[track_caller]
pub(crate) fn refused(answer: &Answer, code: ErrorCode) -> Problem {
    assert_eq!(header(answer, "content-type"), "application/problem+json", "{answer:?}");
    let problem: Problem = answer.json();
    assert_eq!(problem.error.code, code, "{problem:?}");
    assert_eq!(problem.status, answer.status.as_u16());
    problem
}
