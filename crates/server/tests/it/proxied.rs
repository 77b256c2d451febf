//! Behind a proxy: whoever it asks for is counted, not the proxy.

use http::{Method, StatusCode};
use kith_protocol::ErrorCode;
use kith_server::config::Given;
use kith_testkit::{TestServer, eventually, http::Answer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::asking::{call, refused};

/// Requests of one address that may be under way.
const PER_ADDRESS_MAX: usize = 1_024;

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_one_address_behind_a_proxy_are_limited_and_those_of_another_are_not() {
    allow_many_connections();
    let trusted_proxies = Some("127.0.0.1".parse().expect("it is an address"));
    let server = TestServer::start_with(Given { trusted_proxies, ..Given::default() }).await;
    let mut under_way = Vec::new();
    for _ in 1..PER_ADDRESS_MAX {
        under_way.push(begin(&server, "203.0.113.9").await);
    }
    assert_eq!(ask(&server, "203.0.113.9").await.status, StatusCode::OK, "this is the last that may be");

    under_way.push(begin(&server, "203.0.113.9").await);
    let beyond = ask(&server, "203.0.113.9").await;
    assert!(refused(&beyond, ErrorCode::RateLimited).error.retry_after_ms.is_some());
    assert_eq!(ask(&server, "203.0.113.10").await.status, StatusCode::OK, "another person, the same proxy");
    let spoofed = ask(&server, "198.51.100.1, 203.0.113.9").await;
    assert_eq!(spoofed.status, StatusCode::TOO_MANY_REQUESTS, "only what the proxy has added counts");

    drop(under_way);
    until(&server, "203.0.113.9", StatusCode::OK).await;
    server.stop().await;
}

/// Begins a request whose body never comes, and waits until the server has asked for that: it is under way then. Begins
/// anew while what was asked before still counts, or when a busy kernel has dropped the connection.
async fn begin(server: &TestServer, forwarded_for: &str) -> TcpStream {
    let head = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: kith\r\nx-forwarded-for: {forwarded_for}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n"
    );
    let begun = async || {
        let mut stream = TcpStream::connect(server.addr()).await.expect("the server listens");
        let mut answer = [0; "HTTP/1.1 100".len()];
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.read_exact(&mut answer).await.ok()?;
        (&answer == b"HTTP/1.1 100").then_some(stream)
    };
    eventually("it is let in", begun).await
}

async fn ask(server: &TestServer, forwarded_for: &str) -> Answer {
    call(server, Method::GET, "/server", &[("x-forwarded-for", forwarded_for)], "").await
}

/// Asks until this is the answer: what was begun is under way, and what was broken off is over, some time later.
async fn until(server: &TestServer, forwarded_for: &str, status: StatusCode) -> Answer {
    let answered = async || Some(ask(server, forwarded_for).await).filter(|answer| answer.status == status);
    eventually("it is answered so", answered).await
}

/// Both ends of every connection are in this process.
fn allow_many_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("up to the hard limit one may");
}
