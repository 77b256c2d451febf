//! When the feed of a socket runs: not before `sync`, gapless from its answer on.

use kith_protocol::limits;
use kith_socketio::EncodedEvent;

/// Where the feed of one socket stands.
#[derive(Default)]
pub(super) enum Feed {
    /// No `sync` yet, or a `resync` since: what is committed passes by.
    #[default]
    Off,
    /// A `sync` is being answered: what is committed meanwhile is held back until the answer has left. `None` when more
    /// was committed than may be held.
    Held(Option<Held>),
    /// Everything is pushed as it is committed.
    Live,
}

/// What was committed while a `sync` was being answered.
#[derive(Default)]
pub(super) struct Held {
    events: Vec<EncodedEvent>,
    bytes: usize,
}

/// What to do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is of no concern, or has been kept for later.
    Nothing,
    /// Push it.
    Push,
}

impl Feed {
    /// Decides on one event, keeping it if it has to wait.
    pub(super) fn offer(&mut self, event: &EncodedEvent) -> Verdict {
        match self {
            Self::Off | Self::Held(None) => Verdict::Nothing,
            Self::Held(held @ Some(_)) => {
                if !held.as_mut().is_some_and(|held| held.push(event)) {
                    *held = None;
                }
                Verdict::Nothing
            }
            Self::Live => Verdict::Push,
        }
    }

    /// Before a `sync` is read: whether it starts the feed. One that continues a list leaves a running feed alone.
    pub(super) fn hold(&mut self) -> bool {
        let starts = !matches!(self, Self::Live);
        if starts {
            *self = Self::Held(Some(Held::default()));
        }
        starts
    }

    /// After its answer: what to push now; the feed runs from here on. `None` when too much was held back, so that
    /// there is a hole and the feed has stopped.
    pub(super) fn release(&mut self) -> Option<Vec<EncodedEvent>> {
        match std::mem::take(self) {
            Self::Held(Some(held)) => {
                *self = Self::Live;
                Some(held.events)
            }
            Self::Held(None) => None,
            Self::Live => {
                *self = Self::Live;
                Some(Vec::new())
            }
            Self::Off => Some(Vec::new()),
        }
    }

    /// Whether an event is of any concern: one that nobody wants is not even encoded.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Whether what is committed is pushed at once.
    pub(super) fn is_live(&self) -> bool {
        matches!(self, Self::Live)
    }
}

impl Held {
    /// Keeps an event, as long as all of them fit into the queue into which they go next.
    fn push(&mut self, event: &EncodedEvent) -> bool {
        self.bytes += event.len_bytes();
        self.events.push(event.clone());
        self.events.len() <= limits::QUEUE_PACKETS_MAX && self.bytes <= limits::QUEUE_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> EncodedEvent {
        EncodedEvent::new("typing", &[1, 2, 3]).expect("numbers are JSON")
    }

    #[test]
    fn nothing_passes_before_a_sync_and_everything_after_its_answer() {
        let mut feed = Feed::default();
        assert_eq!(feed.offer(&event()), Verdict::Nothing);
        assert!(feed.hold());
        assert_eq!(feed.offer(&event()), Verdict::Nothing);
        assert_eq!(feed.release().map(|held| held.len()), Some(1));
        assert_eq!(feed.offer(&event()), Verdict::Push);
        assert!(!feed.hold(), "a second page leaves a running feed alone");
        assert_eq!(feed.offer(&event()), Verdict::Push);
    }

    #[test]
    fn what_is_held_back_is_limited_and_one_more_stops_the_feed() {
        for (count, whole) in [(limits::QUEUE_PACKETS_MAX, true), (limits::QUEUE_PACKETS_MAX + 1, false)] {
            let mut feed = Feed::default();
            feed.hold();
            (0..count).for_each(|_| assert_eq!(feed.offer(&event()), Verdict::Nothing));
            assert_eq!(feed.release().is_some(), whole);
            assert_eq!(feed.is_live(), whole);
        }
    }

    #[test]
    fn what_is_held_back_is_limited_in_bytes() {
        let half =
            EncodedEvent::new("typing", &"x".repeat(limits::QUEUE_BYTES_MAX / 2)).expect("a text is JSON");
        let mut feed = Feed::default();
        feed.hold();
        feed.offer(&half);
        feed.offer(&half);
        assert!(feed.release().is_none());
    }
}
