//! Pings, and the deadlines of all connections, kept by one task instead of a timer each.
//!
//! [`Wheel`] is a ring of slots, one per tick. A connection lies in the slot of the tick at which something
//! may be due for it; when the hand passes, it does what is due and is put where it may be due next. A
//! connection that moves its own deadline *later* is simply looked at once too often; none moves it to
//! before its place.

use std::time::Duration;

use tokio::time::Instant;

use super::DisconnectReason;
use super::sid::Sid;
use crate::config::Config;

const TICK_MIN: Duration = Duration::from_millis(10);
const TICK_MAX: Duration = Duration::from_secs(1);

/// Where one connection stands between two pings.
#[derive(Debug)]
pub(super) struct Heartbeat {
    awaits_pong: bool,
    /// When the next ping is to be sent, or the last one is to have been answered.
    due: Instant,
    /// When the handler must have called the deadline off.
    pub(super) connect_by: Option<Instant>,
    /// How many frames had left at the last look.
    written: u64,
}

/// What is to be done for one connection now, and when to look again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beat {
    pub(super) ping: bool,
    pub(super) next: Instant,
}

impl Heartbeat {
    pub(super) fn new(now: Instant, config: &Config) -> Self {
        Self { awaits_pong: false, due: now + config.ping_interval, connect_by: None, written: 0 }
    }

    pub(super) fn heard(&mut self, now: Instant, config: &Config) {
        self.awaits_pong = false;
        self.due = now + config.ping_interval;
    }

    /// Says what is due. A missing pong is held against the client only if it could have been read: not while
    /// a handler runs, nor while the client is throttled and still reads (`written` counts the frames that left).
    pub(super) fn beat(
        &mut self,
        now: Instant,
        pace: Pace,
        written: u64,
        config: &Config,
    ) -> Result<Beat, DisconnectReason> {
        if self.connect_by.is_some_and(|by| by <= now) {
            return Err(DisconnectReason::ConnectTimeout);
        }
        let mut ping = false;
        if self.due <= now {
            if !self.awaits_pong {
                self.awaits_pong = true;
                ping = true;
                // Counted from when the ping was due, so that the client's clock and ours agree.
                self.due += config.ping_timeout;
            } else if pace == Pace::Handles || (pace == Pace::Throttles && written != self.written) {
                self.due = now + config.ping_timeout;
            } else {
                return Err(DisconnectReason::PingTimeout);
            }
            self.written = written;
        }
        // A pong that comes in the meantime makes the next ping due this soon, perhaps before the pong itself was.
        Ok(Beat { ping, next: self.next().min(now + config.ping_interval) })
    }

    /// When the next thing may be due.
    pub(super) fn next(&self) -> Instant {
        self.connect_by.map_or(self.due, |by| by.min(self.due))
    }

    /// Whether the deadline has passed, even if [`beat`](Self::beat) was not yet called for it.
    pub(super) fn is_overdue(&self, now: Instant, config: &Config) -> bool {
        let pong_by = if self.awaits_pong { self.due } else { self.due + config.ping_timeout };
        pong_by <= now || self.connect_by.is_some_and(|by| by <= now)
    }
}

/// What the driver of a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Pace {
    /// It reads whatever comes.
    Reads,
    /// A handler runs; nothing is read.
    Handles,
    /// The client has to read before more is read from it.
    Throttles,
}

/// The ring of slots.
#[derive(Debug)]
pub(super) struct Wheel {
    start: Instant,
    tick: Duration,
    /// The next tick to be worked off.
    hand: u64,
    slots: Vec<Vec<Sid>>,
}

impl Wheel {
    pub(super) fn new(now: Instant, config: &Config) -> Self {
        let periods = [config.ping_interval, config.ping_timeout, config.connect_timeout];
        let shortest = periods.into_iter().min().unwrap_or(TICK_MAX);
        let longest = periods.into_iter().max().unwrap_or(TICK_MAX);
        let tick = (shortest / 20).clamp(TICK_MIN, TICK_MAX);
        let slots = longest.as_nanos().div_ceil(tick.as_nanos()) + 2;
        let slots = usize::try_from(slots).expect("a configured time divided by its tick is a small number");
        Self { start: now, tick, hand: 0, slots: vec![Vec::new(); slots] }
    }

    /// How long the hand rests between two slots.
    pub(super) fn tick(&self) -> Duration {
        self.tick
    }

    /// Puts a connection where it will come up at `at` or one tick later. Beyond the ring's end it comes up
    /// at the end, earlier than asked.
    pub(super) fn insert(&mut self, sid: Sid, at: Instant) {
        let tick = self.ticks_until(at) + 1;
        let last = self.hand + self.slots.len() as u64 - 1;
        let slot = self.slot_of(tick.clamp(self.hand, last));
        self.slots[slot].push(sid);
    }

    /// Takes out every connection whose tick has come.
    pub(super) fn advance(&mut self, now: Instant) -> Vec<Sid> {
        let mut due = Vec::new();
        let ticks = self.ticks_until(now);
        // After a long sleep of the machine one round empties the whole ring.
        let rounds = (ticks + 1).saturating_sub(self.hand).min(self.slots.len() as u64);
        for offset in 0..rounds {
            let slot = self.slot_of(self.hand + offset);
            due.append(&mut self.slots[slot]);
        }
        self.hand = self.hand.max(ticks + 1);
        due
    }

    fn ticks_until(&self, at: Instant) -> u64 {
        let ticks = at.saturating_duration_since(self.start).as_nanos() / self.tick.as_nanos();
        u64::try_from(ticks).unwrap_or(u64::MAX / 2)
    }

    fn slot_of(&self, tick: u64) -> usize {
        usize::try_from(tick % self.slots.len() as u64).expect("a remainder of a usize fits one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Pings every 25 s, waits 20 s for an answer and 10 s for a CONNECT.
    fn heart() -> (Heartbeat, Instant, Config) {
        let (now, config) = (Instant::now(), Config::default());
        (Heartbeat::new(now, &config), now, config)
    }

    #[test]
    fn ping_is_sent_when_due_and_must_be_answered_in_time() {
        let (mut heart, start, config) = heart();
        let mut beat = |at: u32, pace| heart.beat(start + SECOND * at, pace, 0, &config);
        assert_eq!(beat(24, Pace::Reads), Ok(Beat { ping: false, next: start + SECOND * 25 }));
        assert_eq!(beat(25, Pace::Reads), Ok(Beat { ping: true, next: start + SECOND * 45 }));
        assert_eq!(beat(44, Pace::Reads), Ok(Beat { ping: false, next: start + SECOND * 45 }));
        assert_eq!(beat(45, Pace::Reads), Err(DisconnectReason::PingTimeout));
    }

    #[test]
    fn pong_starts_the_next_interval() {
        let (mut heart, start, config) = heart();
        heart.beat(start + SECOND * 25, Pace::Reads, 0, &config).unwrap();
        heart.heard(start + SECOND * 30, &config);
        let beat = heart.beat(start + SECOND * 45, Pace::Reads, 0, &config);
        assert_eq!(beat, Ok(Beat { ping: false, next: start + SECOND * 55 }));
    }

    #[test]
    fn pings_keep_their_interval_however_long_a_pong_may_take() {
        let (start, second) = (Instant::now(), SECOND);
        let config = Config { ping_interval: second, ping_timeout: 60 * second, ..Config::default() };
        let mut heart = Heartbeat::new(start, &config);
        let ping = heart.beat(start + second, Pace::Reads, 0, &config);
        assert_eq!(ping, Ok(Beat { ping: true, next: start + second * 2 }));
        heart.heard(start + second * 3 / 2, &config);
        let early = heart.beat(start + second * 2, Pace::Reads, 0, &config);
        assert_eq!(early, Ok(Beat { ping: false, next: start + second * 5 / 2 }));
        assert!(heart.beat(start + second * 5 / 2, Pace::Reads, 0, &config).unwrap().ping);
        assert!(heart.beat(start + second * 62, Pace::Reads, 0, &config).is_ok(), "an answer may still come");
        let late = heart.beat(start + second * 63, Pace::Reads, 0, &config);
        assert_eq!(late, Err(DisconnectReason::PingTimeout));
    }

    #[test]
    fn pong_that_could_not_be_read_is_not_missed() {
        let (mut heart, start, config) = heart();
        heart.beat(start + SECOND * 25, Pace::Reads, 5, &config).unwrap();
        assert!(heart.beat(start + SECOND * 45, Pace::Handles, 5, &config).is_ok());
        assert!(heart.beat(start + SECOND * 65, Pace::Throttles, 6, &config).is_ok());
        let stuck = heart.beat(start + SECOND * 85, Pace::Throttles, 6, &config);
        assert_eq!(stuck, Err(DisconnectReason::PingTimeout));
    }

    #[test]
    fn nobody_stays_unauthenticated_beyond_the_deadline() {
        let (mut heart, start, config) = heart();
        heart.connect_by = Some(start + SECOND * 10);
        assert_eq!(heart.next(), start + SECOND * 10);
        assert!(heart.beat(start + SECOND * 9, Pace::Reads, 0, &config).is_ok());
        let late = heart.beat(start + SECOND * 10, Pace::Reads, 0, &config);
        assert_eq!(late, Err(DisconnectReason::ConnectTimeout));
    }

    #[test]
    fn overdue_is_told_before_the_hand_comes_round() {
        let (mut heart, start, config) = heart();
        assert!(!heart.is_overdue(start + SECOND * 44, &config));
        assert!(heart.is_overdue(start + SECOND * 45, &config));
        heart.beat(start + SECOND * 25, Pace::Reads, 0, &config).unwrap();
        assert!(!heart.is_overdue(start + SECOND * 44, &config));
        assert!(heart.is_overdue(start + SECOND * 45, &config));
    }

    #[test]
    fn wheel_is_never_early_and_at_most_one_tick_late() {
        let (start, config) = (Instant::now(), Config::default());
        for due in [0, 1, 499, 500, 999, 1000, 10_000, 24_900] {
            let due = start + Duration::from_millis(due);
            let mut wheel = Wheel::new(start, &config);
            wheel.insert(Sid::random(), due);
            let mut now = start;
            while wheel.advance(now).is_empty() {
                now += wheel.tick();
            }
            assert!(now >= due && now <= due + wheel.tick(), "due {:?}, came {:?}", due - start, now - start);
        }
    }

    #[test]
    fn wheel_brings_what_lies_beyond_its_end_early_and_forgets_nothing_over_a_long_sleep() {
        let (start, config) = (Instant::now(), Config::default());
        let mut wheel = Wheel::new(start, &config);
        wheel.insert(Sid::random(), start + SECOND * 1000);
        wheel.insert(Sid::random(), start + SECOND * 3);
        assert_eq!(wheel.advance(start + SECOND * 900).len(), 2);
        wheel.insert(Sid::random(), start + SECOND * 901);
        assert!(wheel.advance(start + SECOND * 901).is_empty());
        assert_eq!(wheel.advance(start + SECOND * 902).len(), 1);
    }
}
