//! Which requests count as whose: cookies, tokens, and pages of other sites.

use http::{Method, StatusCode};
use kith_protocol::{ErrorCode, Me, SignedIn};
use kith_server::config::Given;
use kith_testkit::{TestServer, http::Answer, rest::PASSWORD};

use crate::asking::{call, header, refused};

/// Signs a browser up. Returns the answer, and what the browser will send as `Cookie`.
async fn sign_up(server: &TestServer, username: &str, headers: &[(&str, &str)]) -> (Answer, String) {
    let body = format!(r#"{{"username":"{username}","password":"{PASSWORD}"}}"#);
    let answer = call(server, Method::POST, "/auth/register", headers, &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap_or_default().to_owned();
    (answer, cookie)
}

#[tokio::test]
async fn a_browser_gets_a_cookie_and_no_token_and_everyone_else_a_token_and_no_cookie() {
    let server = TestServer::start().await;
    let (answer, _) = sign_up(&server, "ann", &[]).await;
    let cookie = header(&answer, "set-cookie");
    assert!(
        cookie.starts_with("kith=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "over plain HTTP a browser would drop it");
    assert_eq!(answer.json::<SignedIn>().token, None);

    let body = format!(r#"{{"username":"ANN","password":"{PASSWORD}","grant":"token"}}"#);
    let answer = call(&server, Method::POST, "/auth/login", &[], &body).await;
    assert_eq!(header(&answer, "set-cookie"), "");
    assert_eq!(answer.json::<SignedIn>().token.map(|token| token.len()), Some(43));
    server.stop().await;
}

#[tokio::test]
async fn the_cookie_reads_with_a_witness_and_writes_with_the_mark() {
    let server = TestServer::start().await;
    let (_, cookie) = sign_up(&server, "ann", &[]).await;
    let origin = format!("http://{}", server.addr());
    let me = async |method: Method, headers: &[(&str, &str)]| {
        let body = if method == Method::GET { "" } else { r#"{"about":"hello"}"# };
        let headers = [headers, &[("cookie", cookie.as_str())]].concat();
        call(&server, method, "/me", &headers, body).await.status
    };
    assert_eq!(me(Method::GET, &[]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(me(Method::GET, &[("origin", &origin)]).await, StatusCode::OK);
    assert_eq!(me(Method::GET, &[("sec-fetch-site", "same-origin")]).await, StatusCode::OK);
    assert_eq!(me(Method::GET, &[("sec-fetch-site", "cross-site")]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(me(Method::GET, &[("x-kith", "1")]).await, StatusCode::OK);
    assert_eq!(me(Method::PATCH, &[("origin", &origin)]).await, StatusCode::FORBIDDEN);
    assert_eq!(me(Method::PATCH, &[("x-kith", "1")]).await, StatusCode::OK);
    assert_eq!(me(Method::PATCH, &[("x-kith", "1"), ("origin", &origin)]).await, StatusCode::OK);
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_whatever_it_carries() {
    let server = TestServer::start().await;
    let ann = server.register("ann").await;
    let bearer = format!("Bearer {}", ann.token);
    for origin in ["null", "http://evil.example", "https://localhost.evil.example"] {
        for headers in [vec![], vec![("authorization", bearer.as_str())], vec![("x-kith", "1")]] {
            let headers = [&headers[..], &[("origin", origin)]].concat();
            let answer = call(&server, Method::GET, "/server", &headers, "").await;
            refused(&answer, ErrorCode::Forbidden);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn with_an_authorization_that_is_wrong_the_cookie_does_not_help() {
    let server = TestServer::start().await;
    let (_, cookie) = sign_up(&server, "ann", &[]).await;
    let unknown = "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for authorization in ["Bearer nonsense", "Basic YW5uOnNlY3JldA==", unknown] {
        let headers = [("cookie", cookie.as_str()), ("x-kith", "1"), ("authorization", authorization)];
        let answer = call(&server, Method::GET, "/me", &headers, "").await;
        refused(&answer, ErrorCode::Unauthorized);
        assert_eq!(header(&answer, "www-authenticate"), "Bearer");
    }
    server.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_with_tls_the_cookie_is_safe_and_only_the_public_page_is_ours() {
    let public_url = Some("https://chat.example".parse().expect("it is a URL"));
    let server = TestServer::start_with(Given { public_url, ..Given::default() }).await;
    let (answer, cookie) = sign_up(&server, "ann", &[("origin", "https://chat.example")]).await;
    assert!(header(&answer, "set-cookie").starts_with("__Host-kith="), "{:?}", answer.headers);
    assert!(header(&answer, "set-cookie").ends_with("; Secure"));
    let headers = [("cookie", cookie.as_str()), ("origin", "https://chat.example")];
    let me: Me = call(&server, Method::GET, "/me", &headers, "").await.json();
    assert_eq!(me.profile.username, "ann");
    let local = format!("http://{}", server.addr());
    let headers = [("cookie", cookie.as_str()), ("origin", local.as_str())];
    refused(&call(&server, Method::GET, "/me", &headers, "").await, ErrorCode::Forbidden);
    server.stop().await;
}
