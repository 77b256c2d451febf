//! The session cookie: the name it goes by, how it is read, set and taken away.

use http::{HeaderMap, HeaderValue, header};
use kith_chat::sessions::Token;

use super::Caller;

/// The longest that browsers keep a cookie.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// Over TLS the prefix makes browsers take it only with `Secure`, for this host alone, so that no neighbouring site can
/// plant one.
fn name(tls: bool) -> &'static str {
    if tls { "__Host-kith" } else { "kith" }
}

/// The token in the session cookie.
pub(super) fn session(headers: &HeaderMap, tls: bool) -> Option<Token> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name(tls)).and_then(|(_, value)| Token::parse(value))
}

impl Caller {
    /// `Set-Cookie` that signs this caller's browser in.
    #[must_use]
    pub fn set_cookie(&self, token: &Token) -> HeaderValue {
        self.cookie(&token.reveal(), MAX_AGE_SECONDS)
    }

    /// `Set-Cookie` that takes the session cookie away.
    #[must_use]
    pub fn clear_cookie(&self) -> HeaderValue {
        self.cookie("", 0)
    }

    fn cookie(&self, value: &str, max_age_seconds: u32) -> HeaderValue {
        let name = name(self.tls);
        let secure = if self.tls { "; Secure" } else { "" };
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}");
        let mut cookie = HeaderValue::try_from(cookie).expect("base64 and these words are visible ASCII");
        cookie.set_sensitive(true);
        cookie
    }
}
