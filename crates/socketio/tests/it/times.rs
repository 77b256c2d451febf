//! How long the servers of these tests wait. Where nothing is asserted of it, longer than the busiest machine needs.

use std::time::Duration;

use super::conformance::Times;

const LONG: Duration = Duration::from_secs(60);

/// Nobody is waited for in vain.
pub(crate) const PATIENT: Times = Times { ping_interval: LONG, ping_timeout: LONG, connect_timeout: LONG };

/// Pings come often, and pongs may take their time.
pub(crate) const LIVELY: Times = Times { ping_interval: Duration::from_millis(300), ..PATIENT };
