//! The web client, embedded by the build script: compressed beforehand, served from memory that is never copied.

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::http::Refused;

/// One file of the client.
struct Asset {
    /// Its path, without a slash before it.
    path: &'static str,
    mime: &'static str,
    /// A strong validator: of its content, the same from build to build.
    etag: &'static str,
    /// Its name has its content's hash in it, so it never changes.
    hashed: bool,
    plain: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

// `ASSETS` by path, and `PAGE_POLICY`.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The page from which the client starts, wherever in it somebody is.
const PAGE: &str = "index.html";

/// The client's service worker. It is at the root because it may serve what is beside and below it, and nothing else.
const WORKER: &str = "sw.js";

/// A worker is under the policy that comes with its own script: this one fetches the client's files and runs nothing more.
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'; require-trusted-types-for 'script'";

/// Answers every path that is not the API's: with the file of that name, or with the page, in which the client finds its
/// own way.
pub(crate) async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Refused::no_such_method().into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    match find(path) {
        Some(asset) => answer(asset, request.headers()),
        None if is_place(path, request.headers()) => {
            answer(find(PAGE).expect("the build script embeds it"), request.headers())
        }
        None => Refused::no_such_path().into_response(),
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    let path = if path.is_empty() { PAGE } else { path };
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok().map(|at| &ASSETS[at])
}

/// Whether a path is a place in the client rather than a file that is missing: somebody wants a page of it.
fn is_place(path: &str, headers: &HeaderMap) -> bool {
    let wants_page = headers.get(header::ACCEPT).is_none_or(|accept| {
        accept.to_str().is_ok_and(|accept| accept.contains("text/html") || accept.contains("*/*"))
    });
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    wants_page && !is_file && path != "api" && !path.starts_with("api/")
}

fn answer(asset: &'static Asset, request: &HeaderMap) -> Response {
    if request.get(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, asset.etag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        describe(response.headers_mut(), asset);
        return response;
    }
    let (encoding, bytes) = negotiate(asset, request);
    let mut response = Body::from(Bytes::from_static(bytes)).into_response();
    let headers = response.headers_mut();
    describe(headers, asset);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The smallest form that the client reads.
fn negotiate(asset: &Asset, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or_default();
    match (asset.br, asset.gz) {
        (Some(br), _) if accepts(accepted, "br") => (Some("br"), br),
        (_, Some(gz)) if accepts(accepted, "gzip") => (Some("gzip"), gz),
        _ => (None, asset.plain),
    }
}

/// Whether `Accept-Encoding` names this one, and not with `q=0`.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|word| {
        let (name, weight) = word.split_once(';').unwrap_or((word, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|it| it.parse::<f32>().ok()).unwrap_or(1.0);
        name.trim().eq_ignore_ascii_case(encoding) && weight > 0.0
    })
}

/// Weakly compared: every encoding of the same content will do.
fn names(tags: &HeaderValue, etag: &str) -> bool {
    let Ok(tags) = tags.to_str() else { return false };
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn describe(headers: &mut HeaderMap, asset: &Asset) {
    let keep = if asset.hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if asset.mime.starts_with("text/html") {
        protect(headers);
    }
    if asset.path == WORKER {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY));
    }
}

/// What a page may do, and who may have it in a frame or look at it from another window: nobody.
fn protect(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    // Without it, photos could not be shown over plain HTTP: see `auth`.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(self), geolocation=(), browsing-topics=()"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_by_name_and_weight() {
        for (accepted, br, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("gzip", false, true),
            ("br;q=0, GZIP;q=0.5", false, true),
            ("", false, false),
            ("brotli", false, false),
        ] {
            assert_eq!((accepts(accepted, "br"), accepts(accepted, "gzip")), (br, gzip), "{accepted}");
        }
    }

    #[test]
    fn places_are_told_from_missing_files() {
        let mut navigation = HeaderMap::new();
        navigation.insert(header::ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml"));
        for path in ["", "c/0198", "settings/sessions"] {
            assert!(is_place(path, &navigation), "{path}");
        }
        for path in ["assets/gone.js", "favicon.ico", "api", "api/v2/me"] {
            assert!(!is_place(path, &navigation), "{path}");
        }
        let mut script = HeaderMap::new();
        script.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        assert!(!is_place("c/0198", &script));
    }

    #[test]
    fn the_worker_is_asked_for_anew_each_time_and_may_only_fetch() {
        let worker = Asset {
            path: WORKER,
            mime: "text/javascript; charset=utf-8",
            etag: "\"1\"",
            hashed: false,
            plain: b"",
            br: None,
            gz: None,
        };
        let mut headers = HeaderMap::new();
        describe(&mut headers, &worker);
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], WORKER_POLICY);
    }

    #[test]
    fn the_page_is_there_and_the_list_is_in_order() {
        assert!(find("").is_some());
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
    }
}
