//! What is tried too often: registering and guessing passwords.

use std::{net::IpAddr, time::Instant};

use kith_chat::{Refusal, users::Username};
use kith_protocol::{SessionId, Timestamp, UserId};

use crate::{addresses::counted, pace::Paces, throttle::Throttle};

const MINUTE_MS: u64 = 60_000;

/// Accounts made from one address in an hour.
const REGISTRATIONS_MAX: usize = 30;
/// Wrong passwords from one address in a quarter of an hour, over all accounts.
const FAILURES_PER_ADDRESS_MAX: usize = 100;
/// Wrong passwords of one account in a quarter of an hour, from all addresses.
const FAILURES_PER_ACCOUNT_MAX: usize = 20;

/// Requests of one session in a second, on average: as many as events of one socket.
const REQUESTS_PER_SECOND: u32 = 2_000;
/// Requests of one session at once, before the average counts.
const REQUESTS_BURST: u32 = 8_000;
/// Searches of one person in a second, on average: somebody who types is looked for with every letter.
const SEARCHES_PER_SECOND: u32 = 10;
/// Searches of one person at once, before the average counts.
const SEARCHES_BURST: u32 = 100;

/// Counts what was tried. In memory only: a restart forgives.
#[derive(Debug)]
pub(crate) struct Gates {
    registrations: Throttle<IpAddr>,
    failures_by_address: Throttle<IpAddr>,
    failures_by_account: Throttle<String>,
    requests: Paces<SessionId>,
    searches: Paces<UserId>,
}

impl Gates {
    pub(crate) fn new() -> Self {
        Self {
            registrations: Throttle::new(REGISTRATIONS_MAX, 60 * MINUTE_MS),
            failures_by_address: Throttle::new(FAILURES_PER_ADDRESS_MAX, 15 * MINUTE_MS),
            failures_by_account: Throttle::new(FAILURES_PER_ACCOUNT_MAX, 15 * MINUTE_MS),
            requests: Paces::new(REQUESTS_PER_SECOND, REQUESTS_BURST),
            searches: Paces::new(SEARCHES_PER_SECOND, SEARCHES_BURST),
        }
    }

    /// Somebody at this address wants an account.
    pub(crate) fn registration(&self, ip: Option<IpAddr>, now: Timestamp) -> Result<(), Refusal> {
        let Some(address) = counted(ip) else { return Ok(()) };
        self.registrations.check(&address, now)?;
        self.registrations.note(address, now);
        Ok(())
    }

    /// Somebody at this address wants to sign in under this name. It counts as a failure until it has succeeded, so that
    /// many attempts at once are no way around.
    pub(crate) fn sign_in(
        &self,
        ip: Option<IpAddr>,
        username: &str,
        now: Timestamp,
    ) -> Result<Attempt<'_>, Refusal> {
        let address = counted(ip);
        if let Some(address) = &address {
            self.failures_by_address.check(address, now)?;
        }
        // What cannot be a name belongs to nobody whom guessing could hurt.
        let account = Username::parse(username).ok().map(|name| format!("name {}", name.key()));
        let attempt = self.attempt(account, now)?;
        if let Some(address) = address {
            self.failures_by_address.note(address, now);
        }
        Ok(attempt)
    }

    /// Somebody who is signed in confirms who they are.
    pub(crate) fn confirmation(&self, user: UserId, now: Timestamp) -> Result<Attempt<'_>, Refusal> {
        self.attempt(Some(format!("id {user}")), now)
    }

    /// A session asks for something.
    pub(crate) fn request(&self, session: SessionId, now: Instant) -> Result<(), Refusal> {
        self.requests.take(session, now).map_err(Refusal::rate_limited)
    }

    /// Somebody searches.
    pub(crate) fn search(&self, user: UserId, now: Instant) -> Result<(), Refusal> {
        self.searches.take(user, now).map_err(Refusal::rate_limited)
    }

    fn attempt(&self, account: Option<String>, now: Timestamp) -> Result<Attempt<'_>, Refusal> {
        if let Some(account) = &account {
            self.failures_by_account.check(account, now)?;
            self.failures_by_account.note(account.clone(), now);
        }
        Ok(Attempt { gates: self, account })
    }
}

/// An attempt to give a password.
#[derive(Debug)]
#[must_use]
pub(crate) struct Attempt<'a> {
    gates: &'a Gates,
    account: Option<String>,
}

impl Attempt<'_> {
    /// It was right: what went wrong before is forgiven to the account. The address is not, or one own account would be a
    /// licence to guess at others.
    pub(crate) fn succeeded(self) {
        if let Some(account) = &self.account {
            self.gates.failures_by_account.clear(account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn an_account_can_be_guessed_at_so_often_and_no_more() {
        let gates = Gates::new();
        for _ in 0..FAILURES_PER_ACCOUNT_MAX {
            let _ = gates.sign_in(None, "ann", NOW).unwrap();
        }
        assert!(gates.sign_in(None, "ANN", NOW).is_err());
        assert!(gates.sign_in(None, "ben", NOW).is_ok());
        assert!(gates.sign_in(None, "ann", NOW.plus_ms(15 * MINUTE_MS)).is_ok());
    }

    #[test]
    fn a_right_password_forgives_the_account() {
        let gates = Gates::new();
        for _ in 0..FAILURES_PER_ACCOUNT_MAX * 2 {
            gates.sign_in(None, "ann", NOW).unwrap().succeeded();
        }
    }

    #[test]
    fn an_address_can_guess_so_often_over_all_accounts() {
        let gates = Gates::new();
        for guess in 0..FAILURES_PER_ADDRESS_MAX {
            let _ = gates.sign_in(ip("2001:db8::1"), &format!("user{guess}"), NOW).unwrap();
        }
        assert!(gates.sign_in(ip("2001:db8::2"), "another", NOW).is_err(), "the same network");
        assert!(gates.sign_in(ip("2001:db8:0:1::1"), "another", NOW).is_ok());
        assert!(gates.sign_in(ip("127.0.0.1"), "another", NOW).is_ok());
    }

    #[test]
    fn accounts_are_made_so_often_from_one_address() {
        let gates = Gates::new();
        for _ in 0..REGISTRATIONS_MAX {
            gates.registration(ip("192.0.2.1"), NOW).unwrap();
        }
        assert!(gates.registration(ip("::ffff:192.0.2.1"), NOW).is_err());
        assert!(gates.registration(ip("192.0.2.2"), NOW).is_ok());
    }

    #[test]
    fn a_person_searches_so_often_and_no_more() {
        let gates = Gates::new();
        let [ann, ben] = [1, 2].map(|n| UserId::from([n; 16]));
        let start = Instant::now();
        for _ in 0..SEARCHES_BURST {
            gates.search(ann, start).unwrap();
        }
        assert_eq!(gates.search(ann, start).unwrap_err().into_body().retry_after_ms, Some(100));
        assert!(gates.search(ben, start).is_ok());
    }
}
