//! How many connections and requests of one address may be there at a time, so that one machine cannot take all the room.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;

/// Connections of one address at a time, and requests of one address behind a proxy. Sockets do not count. A whole office
/// may be behind one address, and a browser opens six.
const PER_ADDRESS_MAX: usize = 1_024;

/// Who is there, by address.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    present: Mutex<HashMap<IpAddr, usize>>,
}

/// The place of one connection or request; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    of: Option<(Arc<Addresses>, IpAddr)>,
}

impl Addresses {
    /// Takes a place for an address; `None` when it has all that it may have.
    pub(crate) fn enter(self: &Arc<Self>, ip: Option<IpAddr>) -> Option<Place> {
        let Some(ip) = counted(ip) else { return Some(Place { of: None }) };
        let mut present = self.present.lock();
        let count = present.entry(ip).or_default();
        if *count >= PER_ADDRESS_MAX {
            return None;
        }
        *count += 1;
        Some(Place { of: Some((Arc::clone(self), ip)) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((addresses, ip)) = &self.of else { return };
        let mut present = addresses.present.lock();
        if let Some(count) = present.get_mut(ip) {
            *count -= 1;
            if *count == 0 {
                present.remove(ip);
            }
        }
    }
}

/// What counts as one address: all of an IPv6 network, which one person has to themselves. Nobody is counted on the machine
/// itself, where everyone behind a proxy that was not made known would be one.
pub(crate) fn counted(ip: Option<IpAddr>) -> Option<IpAddr> {
    match ip?.to_canonical() {
        ip if ip.is_loopback() => None,
        IpAddr::V4(ip) => Some(IpAddr::V4(ip)),
        IpAddr::V6(ip) => Some(IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64))),
    }
}

/// A body that keeps its place until it has been sent.
pub(crate) struct Placed {
    body: Body,
    _place: Place,
}

impl Placed {
    pub(crate) fn body(body: Body, place: Place) -> Body {
        Body::new(Self { body, _place: place })
    }
}

impl hyper::body::Body for Placed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn one_more_than_an_address_may_have_finds_no_place_until_one_is_free() {
        let addresses = Arc::new(Addresses::default());
        let mut places: Vec<_> =
            (0..PER_ADDRESS_MAX).map(|_| addresses.enter(ip("2001:db8::1")).unwrap()).collect();
        assert!(addresses.enter(ip("2001:db8::2")).is_none(), "the same network");
        assert!(addresses.enter(ip("2001:db8:0:1::1")).is_some());
        assert!(addresses.enter(ip("127.0.0.1")).is_some(), "nobody is counted on the machine itself");
        places.pop();
        assert!(addresses.enter(ip("2001:db8::2")).is_some());
        places.clear();
        assert!(addresses.present.lock().is_empty());
    }
}
