//! [`Registry`]: all connections of a server, found by their sid and counted by where they come from.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::connection::Connection;
use super::request::Refusal;
use super::sid::Sid;
use crate::config::Config;

/// All connections of one server.
pub(super) struct Registry<I> {
    tables: Mutex<Tables<I>>,
    emptied: Notify,
}

struct Tables<I> {
    by_sid: HashMap<Sid, Entry<I>>,
    per_network: HashMap<IpAddr, usize>,
    closed: bool,
}

/// One connection and whose it is.
pub(super) struct Entry<I> {
    pub(super) connection: Arc<Connection>,
    pub(super) identity: Arc<I>,
}

/// A place among the connections, given back when dropped.
pub(super) struct Place<I> {
    registry: Arc<Registry<I>>,
    sid: Sid,
    network: Option<IpAddr>,
}

impl<I> Registry<I> {
    pub(super) fn new() -> Self {
        let tables = Tables { by_sid: HashMap::new(), per_network: HashMap::new(), closed: false };
        Self { tables: Mutex::new(tables), emptied: Notify::new() }
    }

    /// Takes a connection in, if there is room for one more.
    pub(super) fn insert(
        self: &Arc<Self>,
        entry: Entry<I>,
        client_ip: Option<IpAddr>,
        config: &Config,
    ) -> Result<Place<I>, Refusal> {
        let network = client_ip.map(network_of);
        let sid = entry.connection.sid();
        let mut tables = self.tables.lock();
        if tables.closed {
            return Err(Refusal::shutting_down());
        }
        if tables.by_sid.len() >= config.connections_max {
            return Err(Refusal::too_many_connections());
        }
        if let Some(network) = network {
            let connections = tables.per_network.entry(network).or_default();
            if *connections >= config.connections_per_ip_max {
                return Err(Refusal::too_many_connections_of_ip());
            }
            *connections += 1;
        }
        tables.by_sid.insert(sid, entry);
        Ok(Place { registry: Arc::clone(self), sid, network })
    }

    pub(super) fn get(&self, sid: Sid) -> Option<Entry<I>> {
        self.tables.lock().by_sid.get(&sid).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.tables.lock().by_sid.len()
    }

    /// Takes nothing in from now on, and says what is there.
    pub(super) fn close(&self) -> Vec<Arc<Connection>> {
        let mut tables = self.tables.lock();
        tables.closed = true;
        tables.by_sid.values().map(|entry| Arc::clone(&entry.connection)).collect()
    }

    /// Waits until the last connection has given back its place.
    pub(super) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.len() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl<I> Clone for Entry<I> {
    fn clone(&self) -> Self {
        Self { connection: Arc::clone(&self.connection), identity: Arc::clone(&self.identity) }
    }
}

impl<I> Drop for Place<I> {
    fn drop(&mut self) {
        let mut tables = self.registry.tables.lock();
        tables.by_sid.remove(&self.sid);
        if let Some(network) = self.network
            && let Some(connections) = tables.per_network.get_mut(&network)
        {
            *connections -= 1;
            if *connections == 0 {
                tables.per_network.remove(&network);
            }
        }
        if tables.by_sid.is_empty() {
            self.registry.emptied.notify_waiters();
        }
    }
}

/// Whom an address counts for: itself, or in IPv6, where a customer gets a whole network, its /64.
fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_customer_count_together() {
        let network = |ip: &str| network_of(ip.parse().unwrap()).to_string();
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
