//! Who asks, as far as the headers of a request tell: which token or cookie counts, and from which pages.
//!
//! A browser sends its cookies along with whatever any page asks for, so the cookie counts only where the browser also
//! says that the page is our own. A token is sent on purpose and needs no such witness.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, header};
use kith_chat::{Refusal, sessions::Token};
use url::Url;

mod cookies;
mod proxies;
pub use proxies::{Network, NetworkError};

/// The header by which our own client, and whoever acts like it, marks its requests: `X-Kith: 1`. No page of another
/// site can send it without asking first, and it is never allowed.
const MARK: &str = "x-kith";

/// What is known of where the server is reached, and the rule that follows from it. One for the whole program.
#[derive(Clone, Debug)]
pub struct Policy {
    public: Option<PublicUrl>,
    trusted_proxies: Vec<Network>,
}

#[derive(Clone, Debug)]
struct PublicUrl {
    origin: String,
    tls: bool,
}

/// Who asks, as far as the headers tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The address at the other end, behind the proxies that are trusted. What rate limits count by.
    pub ip: Option<IpAddr>,
    /// The request came over TLS, as far as we can know.
    pub tls: bool,
    /// It carries `X-Kith: 1`.
    pub marked: bool,
    /// What it proves itself with.
    pub proof: Proof,
}

/// What a request proves itself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing that counts.
    Nothing,
    /// An `Authorization` that is no bearer token of ours. It does not fall back to the cookie.
    Unreadable,
    /// A bearer token.
    Bearer(Token),
    /// The session cookie, with a witness that one of our own pages sent it.
    Cookie(Token),
}

impl Policy {
    /// The rule for a server that is reached at `public_url`, or at whatever `Host` a request names when that is `None`,
    /// behind proxies at these addresses.
    #[must_use]
    pub fn new(public_url: Option<&Url>, trusted_proxies: Vec<Network>) -> Self {
        let public = public_url.map(|url| PublicUrl {
            origin: url.origin().ascii_serialization(),
            tls: url.scheme() == "https",
        });
        Self { public, trusted_proxies }
    }

    /// Reads the headers of a request that came from `peer`.
    ///
    /// # Errors
    /// `forbidden` when a page of another site sent it: an `Origin` that is foreign, `null` or unreadable is always
    /// refused, whatever else the request carries.
    pub fn caller(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Result<Caller, Refusal> {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let proxied = peer.is_some_and(|ip| self.trusts(ip));
        let tls = self.is_tls(headers, proxied);
        let witness = self.witness(headers, tls)?;
        Ok(Caller {
            ip: if proxied { proxies::forwarded_for(headers, |ip| self.trusts(ip)).or(peer) } else { peer },
            tls,
            marked: is_marked(headers),
            proof: proof(headers, tls, witness),
        })
    }

    /// For whom a proxy that is trusted asks; `None` when the request came from nobody such.
    #[must_use]
    pub fn proxied_for(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Option<IpAddr> {
        let peer = peer.map(|peer| peer.ip().to_canonical()).filter(|ip| self.trusts(*ip))?;
        Some(proxies::forwarded_for(headers, |ip| self.trusts(ip)).unwrap_or(peer))
    }

    /// Whether this is a proxy that is believed when it says for whom it asks.
    #[must_use]
    pub fn trusts(&self, ip: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(ip))
    }

    fn is_tls(&self, headers: &HeaderMap, proxied: bool) -> bool {
        let public = self.public.as_ref().is_some_and(|public| public.tls);
        public || (proxied && proxies::forwarded_proto(headers) == Some("https"))
    }

    /// Whether something that no foreign page can forge says that one of our own pages sent this.
    fn witness(&self, headers: &HeaderMap, tls: bool) -> Result<bool, Refusal> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        if let Some(origin) = origins.next() {
            let own = origin.to_str().is_ok_and(|origin| self.is_own(origin, headers, tls));
            return if own && origins.next().is_none() { Ok(true) } else { Err(foreign()) };
        }
        if is_marked(headers) {
            return Ok(true);
        }
        match headers.get("sec-fetch-site") {
            Some(site) => Ok(site == "same-origin"),
            // Over plain HTTP in a local network browsers say neither `Origin` nor `Sec-Fetch-Site` when a page of ours
            // shows a photo. They do say from which page, and no page can forge that.
            None => Ok(self.is_referred(headers, tls)),
        }
    }

    fn is_referred(&self, headers: &HeaderMap, tls: bool) -> bool {
        let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
        let page = referer.and_then(|referer| Url::parse(referer).ok());
        page.is_some_and(|page| self.is_own(&page.origin().ascii_serialization(), headers, tls))
    }

    /// Whether `origin` is where this server is reached: the configured address, or else the one that was asked.
    fn is_own(&self, origin: &str, headers: &HeaderMap, tls: bool) -> bool {
        match &self.public {
            Some(public) => public.origin.eq_ignore_ascii_case(origin),
            None => host_origins(headers, tls).any(|own| own.eq_ignore_ascii_case(origin)),
        }
    }
}

impl Caller {
    /// The token that counts, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        match &self.proof {
            Proof::Bearer(token) | Proof::Cookie(token) => Some(token),
            Proof::Nothing | Proof::Unreadable => None,
        }
    }

    /// Whether it may change something: with a bearer token, or with the cookie and `X-Kith: 1`.
    ///
    /// # Errors
    /// `forbidden` for a cookie without the mark.
    pub fn may_change(&self) -> Result<(), Refusal> {
        match &self.proof {
            Proof::Cookie(_) if !self.marked => {
                Err(Refusal::forbidden("With a cookie, send the header X-Kith: 1 as well."))
            }
            _ => Ok(()),
        }
    }
}

fn foreign() -> Refusal {
    Refusal::forbidden("This request comes from a page of another site.")
}

fn is_marked(headers: &HeaderMap) -> bool {
    headers.get(MARK).is_some_and(|mark| mark == "1")
}

/// The origins that a request's `Host` can stand for. Without a proxy that we trust to say so, we cannot know whether TLS
/// ends before us, so both are ours; once we know, only the safe one is.
fn host_origins(headers: &HeaderMap, tls: bool) -> impl Iterator<Item = String> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let schemes: &[&str] = if tls { &["https"] } else { &["http", "https"] };
    schemes.iter().filter_map(move |scheme| {
        let url = Url::parse(&format!("{scheme}://{host}")).ok()?;
        Some(url.origin().ascii_serialization())
    })
}

fn proof(headers: &HeaderMap, tls: bool, witness: bool) -> Proof {
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        return match authorization.to_str().ok().and_then(bearer) {
            Some(token) => Proof::Bearer(token),
            None => Proof::Unreadable,
        };
    }
    match cookies::session(headers, tls).filter(|_| witness) {
        Some(token) => Proof::Cookie(token),
        None => Proof::Nothing,
    }
}

fn bearer(authorization: &str) -> Option<Token> {
    let (scheme, token) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { Token::parse(token.trim()) } else { None }
}

#[cfg(test)]
mod tests;
