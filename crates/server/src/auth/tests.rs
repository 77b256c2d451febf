use http::HeaderValue;
use kith_chat::Entropy;

use super::*;

const PEER: &str = "192.0.2.7:5000";

fn token() -> Token {
    Token::random(&Entropy::from_seed([1; 32]))
}

/// Headers written as `Name: value`, `$TOKEN` standing for the token.
fn headers(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let value = HeaderValue::try_from(value.replace("$TOKEN", &token().reveal())).unwrap();
        headers.append(http::HeaderName::try_from(name).unwrap(), value);
    }
    headers
}

fn ask(policy: &Policy, lines: &[&str]) -> Option<Proof> {
    policy.caller(&headers(lines), Some(PEER.parse().unwrap())).ok().map(|caller| caller.proof)
}

fn local() -> Policy {
    Policy::new(None, Vec::new())
}

fn public() -> Policy {
    Policy::new(Some(&"https://chat.example".parse().unwrap()), Vec::new())
}

#[test]
fn the_cookie_counts_only_with_a_witness() {
    let cookie = Some(Proof::Cookie(token()));
    let nothing = Some(Proof::Nothing);
    let refused = None;
    for (lines, expected) in [
        (&["Origin: http://localhost:8080"][..], &cookie),
        (&["Origin: https://localhost:8080"], &cookie),
        (&["Origin: http://LOCALHOST:8080"], &cookie),
        (&["Sec-Fetch-Site: same-origin"], &cookie),
        (&["X-Kith: 1"], &cookie),
        (&["X-Kith: 1", "Sec-Fetch-Site: cross-site"], &cookie),
        (&["Referer: http://localhost:8080/c/1"], &cookie),
        (&[], &nothing),
        (&["X-Kith: yes"], &nothing),
        (&["Sec-Fetch-Site: same-site"], &nothing),
        (&["Sec-Fetch-Site: none"], &nothing),
        (&["Sec-Fetch-Site: cross-site", "Referer: http://localhost:8080/"], &nothing),
        (&["Referer: http://evil.example/http://localhost:8080/"], &nothing),
        (&["Origin: null"], &refused),
        (&["Origin: http://evil.example"], &refused),
        (&["Origin: http://localhost"], &refused),
        (&["Origin: http://localhost:8080.evil.example"], &refused),
        (&["Origin: http://localhost:8080/"], &refused),
        (&["Origin: http://localhost:8080", "Origin: http://evil.example"], &refused),
        (&["Origin: http://evil.example", "X-Kith: 1", "Sec-Fetch-Site: same-origin"], &refused),
    ] {
        let lines = [&["Host: localhost:8080", "Cookie: a=b; kith=$TOKEN"], lines].concat();
        assert_eq!(&ask(&local(), &lines), expected, "{lines:?}");
    }
}

#[test]
fn a_token_needs_no_origin_but_a_foreign_one_is_refused_all_the_same() {
    let host = "Host: localhost:8080";
    let bearer = "Authorization: Bearer $TOKEN";
    assert_eq!(ask(&local(), &[host, bearer]), Some(Proof::Bearer(token())));
    assert_eq!(ask(&local(), &[host, "Authorization: bearer  $TOKEN"]), Some(Proof::Bearer(token())));
    assert_eq!(ask(&local(), &[host, bearer, "Origin: http://localhost:8080"]), Some(Proof::Bearer(token())));
    assert_eq!(ask(&local(), &[host, bearer, "Origin: null"]), None);
    assert_eq!(ask(&local(), &[host, bearer, "Origin: http://evil.example"]), None);
}

#[test]
fn with_an_authorization_the_cookie_is_ignored() {
    let lines = ["Host: localhost:8080", "X-Kith: 1", "Cookie: kith=$TOKEN"];
    for authorization in
        ["Authorization: Bearer short", "Authorization: Basic $TOKEN", "Authorization: $TOKEN"]
    {
        let lines = [&lines[..], &[authorization]].concat();
        assert_eq!(ask(&local(), &lines), Some(Proof::Unreadable), "{authorization}");
    }
}

#[test]
fn without_a_public_address_the_one_that_was_asked_is_ours() {
    for host in ["localhost:8080", "127.0.0.1:8080", "192.168.1.20:8080", "[::1]:8080", "kith.local"] {
        let lines = [&format!("Host: {host}")[..], &format!("Origin: http://{host}"), "Cookie: kith=$TOKEN"];
        assert_eq!(ask(&local(), &lines), Some(Proof::Cookie(token())), "{host}");
    }
    assert_eq!(ask(&local(), &["Origin: http://localhost:8080"]), None, "no Host");
}

#[test]
fn with_a_public_address_only_that_is_ours() {
    let cookie = "Cookie: __Host-kith=$TOKEN";
    let own = ["Host: chat.example", "Origin: https://chat.example", cookie];
    assert_eq!(ask(&public(), &own), Some(Proof::Cookie(token())));
    for origin in ["http://chat.example", "https://chat.example:8443", "http://localhost:8080"] {
        let lines = ["Host: localhost:8080", &format!("Origin: {origin}"), cookie];
        assert_eq!(ask(&public(), &lines), None, "{origin}");
    }
}

#[test]
fn over_tls_the_cookie_has_its_prefix_and_is_secure() {
    let plain = local().caller(&headers(&["Host: a"]), None).unwrap();
    let safe = public().caller(&headers(&["Host: a"]), None).unwrap();
    let text = token().reveal();
    assert_eq!(
        plain.set_cookie(&token()),
        format!("kith={text}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax")
    );
    assert_eq!(
        safe.set_cookie(&token()),
        format!("__Host-kith={text}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure")
    );
    assert_eq!(safe.clear_cookie(), "__Host-kith=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
    assert!(safe.set_cookie(&token()).is_sensitive());
    assert_eq!(ask(&public(), &["Host: a", "X-Kith: 1", "Cookie: kith=$TOKEN"]), Some(Proof::Nothing));
    assert_eq!(ask(&local(), &["Host: a", "X-Kith: 1", "Cookie: __Host-kith=$TOKEN"]), Some(Proof::Nothing));
}

#[test]
fn only_a_trusted_proxy_is_believed() {
    let forwarded =
        headers(&["Host: chat.example", "X-Forwarded-Proto: https", "X-Forwarded-For: 203.0.113.9"]);
    let peer = Some("10.0.0.2:9".parse().unwrap());
    let trusting = Policy::new(None, vec!["10.0.0.0/8".parse().unwrap()]);
    let caller = trusting.caller(&forwarded, peer).unwrap();
    assert_eq!((caller.ip, caller.tls), (Some("203.0.113.9".parse().unwrap()), true));
    let caller = local().caller(&forwarded, peer).unwrap();
    assert_eq!((caller.ip, caller.tls), (Some("10.0.0.2".parse().unwrap()), false));
}

#[test]
fn behind_tls_a_plain_page_of_the_same_name_is_foreign() {
    let trusting = Policy::new(None, vec!["192.0.2.0/24".parse().unwrap()]);
    let lines = ["Host: chat.example", "X-Forwarded-Proto: https", "Cookie: __Host-kith=$TOKEN"];
    let from = |origin| ask(&trusting, &[&lines[..], &[origin]].concat());
    assert_eq!(from("Origin: https://chat.example"), Some(Proof::Cookie(token())));
    assert_eq!(from("Origin: http://chat.example"), None);
}

#[test]
fn changing_something_takes_a_token_or_the_cookie_with_the_mark() {
    let caller = |lines: &[&str]| {
        let lines = [&["Host: localhost"], lines].concat();
        local().caller(&headers(&lines), None).unwrap()
    };
    assert!(caller(&["Authorization: Bearer $TOKEN"]).may_change().is_ok());
    assert!(caller(&["Cookie: kith=$TOKEN", "X-Kith: 1"]).may_change().is_ok());
    assert!(caller(&["Cookie: kith=$TOKEN", "Origin: http://localhost"]).may_change().is_err());
}
