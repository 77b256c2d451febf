//! The embedded client: what a browser gets, and what it may do with it.

use http::{Method, StatusCode};
use kith_testkit::{
    TestServer,
    http::{Answer, request},
};

use crate::asking::header;

async fn browse(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let headers = [&[("accept", "text/html,*/*;q=0.8")], headers].concat();
    request(server.addr(), method, path, &headers, "").await.expect("the server answers")
}

#[tokio::test]
async fn every_place_in_the_client_is_its_page() {
    let server = TestServer::start().await;
    let page = browse(&server, Method::GET, "/", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&page, "cache-control"), "no-cache");
    for place in ["/c/01890000-0000-7000-8000-000000000001", "/settings", "/index.html"] {
        assert_eq!(browse(&server, Method::GET, place, &[]).await.body, page.body, "{place}");
    }
    for nothing in
        ["/missing.js", "/assets/missing-1234.js", "/api", "/api/v2/me", "/..%2f..%2fetc%2fpasswd.txt"]
    {
        assert_eq!(
            browse(&server, Method::GET, nothing, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{nothing}"
        );
    }
    assert_eq!(browse(&server, Method::POST, "/", &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    server.stop().await;
}

#[tokio::test]
async fn the_page_may_do_only_what_it_needs() {
    let server = TestServer::start().await;
    let page = browse(&server, Method::GET, "/", &[]).await;
    let policy = header(&page, "content-security-policy");
    for rule in [
        "default-src 'none'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert_eq!(header(&page, "referrer-policy"), "same-origin");
    assert_eq!(header(&page, "cross-origin-opener-policy"), "same-origin");
    server.stop().await;
}

#[tokio::test]
async fn what_a_browser_has_already_is_not_sent_again() {
    let server = TestServer::start().await;
    let page = browse(&server, Method::GET, "/", &[]).await;
    let tag = header(&page, "etag");
    let known = browse(&server, Method::GET, "/", &[("if-none-match", tag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let head = browse(&server, Method::HEAD, "/", &[]).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(header(&head, "content-length"), page.body.len().to_string());
    let small = browse(&server, Method::GET, "/", &[("accept-encoding", "br, gzip")]).await;
    // A build for development may have no client in it, and then nothing worth compressing.
    if header(&small, "content-encoding") == "br" {
        assert!(small.body.len() < page.body.len());
    }
    assert_eq!(header(&small, "vary"), "Accept-Encoding");
    server.stop().await;
}
