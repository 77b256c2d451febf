//! Figures for Prometheus: on a port of their own, and only when asked for.

use http::{Method, StatusCode};
use kith_server::config::Given;
use kith_testkit::{TestServer, http::request};

use crate::asking::{call, header};

#[tokio::test]
async fn what_happens_can_be_read_as_figures() {
    let metrics = Some("127.0.0.1:0".parse().expect("this is an address"));
    let server = TestServer::start_with(Given { metrics, ..Given::default() }).await;
    let (ann, ben) = (server.person("ann").await, server.person("ben").await);
    let chat = ann.direct(ben.id()).await;
    ben.sync().await;
    ann.say(chat, "hello").await;
    ben.hear(kith_protocol::CauseKind::Sent).await;
    call(&server, Method::GET, "/me", &[], "").await;

    let address = server.metrics_addr().expect("they were asked for");
    let answer = request(address, Method::GET, "/metrics", &[], Vec::new()).await.expect("it answers");
    assert_eq!(answer.status, StatusCode::OK);
    assert!(header(&answer, "content-type").starts_with("text/plain; version=0.0.4"));
    let text = answer.text();
    for line in [
        "# TYPE kith_commit_seconds histogram",
        "kith_connections 2",
        "kith_people_connected 2",
        "kith_writes_waiting 0",
        "kith_store_writable 1",
        "kith_refusals_total{code=\"unauthorized\"} 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
    }
    for name in
        ["kith_commit_operations_count", "kith_delivery_seconds_count", "process_resident_memory_bytes"]
    {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        assert!(value.is_some_and(|value| value > 0.0), "{name} is not in\n{text}");
    }
    assert!(!text.contains("hello") && !text.contains("ann"), "nothing in it tells of a person");

    // Not where everybody else asks, and nothing else where they are.
    let elsewhere =
        request(server.addr(), Method::GET, "/metrics", &[], Vec::new()).await.expect("it answers");
    assert!(!elsewhere.text().contains("kith_connections"));
    let other = request(address, Method::GET, "/api/v1/server", &[], Vec::new()).await.expect("it answers");
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    server.stop().await;
}
