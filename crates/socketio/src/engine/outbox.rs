//! [`Outbox`]: what waits for one client, bounded in packets and in bytes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};

use super::frame::Frame;
use crate::config::Config;

/// A queue that was longer than this gives its memory back when it is empty.
const CAPACITY_KEPT_MAX: usize = 4;

/// The queue of one connection. It takes no memory until something is queued.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    popped: u64,
}

/// How frames are queued when there is little room.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class<'a> {
    /// Frames of a feed: the first that finds the queue full stops the feed.
    Feed(&'a Feed),
    /// Frames that may be lost: refused from half of the queue on.
    Volatile,
    /// Frames that must not be lost: they have room of their own.
    Reserved,
}

/// Whether the feed of one socket runs. It is read and written under the lock of its connection's queue, so
/// that no packet can slip in after one that was refused.
#[derive(Debug, Default)]
pub(crate) struct Feed(AtomicU8);

const RUNS: u8 = 0;
const STOPPED: u8 = 1;
const STOPPED_AND_TOLD: u8 = 2;

/// Why frames were not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There is no room for frames of this kind.
    #[error("the queue is full")]
    Full,
    /// As `Full`, and this is the frame that stopped the feed.
    #[error("the queue is full, and the feed has stopped")]
    FeedStopped,
    /// Even the reserved room is used up.
    #[error("the reserved room of the queue is full")]
    Exhausted,
    /// The connection is closing.
    #[error("the connection is closed")]
    Closed,
}

impl Outbox {
    /// Queues frames that belong together: all or none.
    pub(super) fn push(
        &mut self,
        frames: &[Frame],
        class: Class<'_>,
        config: &Config,
    ) -> Result<(), SendError> {
        let packets = self.frames.len() + frames.len();
        let bytes = self.bytes + frames.iter().map(Frame::len).sum::<usize>();
        let fits = |packets_max, bytes_max| packets <= packets_max && bytes <= bytes_max;
        match class {
            Class::Feed(feed) if !feed.runs() => return Err(SendError::Full),
            Class::Feed(feed) if !fits(config.queue_packets_max, config.queue_bytes_max) => {
                feed.0.store(STOPPED, Ordering::Relaxed);
                return Err(SendError::FeedStopped);
            }
            Class::Volatile if !fits(config.queue_packets_max / 2, config.queue_bytes_max / 2) => {
                return Err(SendError::Full);
            }
            Class::Reserved
                if !fits(
                    config.queue_packets_max + config.queue_reserved_packets_max,
                    config.queue_bytes_max + config.queue_reserved_bytes_max,
                ) =>
            {
                return Err(SendError::Exhausted);
            }
            _ => {}
        }
        self.frames.extend(frames.iter().cloned());
        self.bytes = bytes;
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front();
        match &frame {
            Some(frame) => {
                self.bytes -= frame.len();
                self.popped += 1;
            }
            None if self.frames.capacity() > CAPACITY_KEPT_MAX => self.frames = VecDeque::new(),
            None => {}
        }
        frame
    }

    /// Takes the next frame if it is no longer than `bytes_max`, or in any case if `anyhow`.
    pub(super) fn pop_within(&mut self, bytes_max: usize, anyhow: bool) -> Option<Frame> {
        match self.frames.front() {
            Some(frame) if !anyhow && frame.len() > bytes_max => None,
            _ => self.pop(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.frames = VecDeque::new();
        self.bytes = 0;
    }

    /// Whether no frame of a feed would fit any more.
    pub(super) fn is_full(&self, config: &Config) -> bool {
        self.frames.len() >= config.queue_packets_max || self.bytes >= config.queue_bytes_max
    }

    pub(super) fn packets(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many frames have left, ever.
    pub(super) fn popped(&self) -> u64 {
        self.popped
    }
}

impl Feed {
    pub(crate) fn runs(&self) -> bool {
        self.0.load(Ordering::Relaxed) == RUNS
    }

    /// Whether the feed has stopped since this was last asked.
    pub(crate) fn take_stopped(&self) -> bool {
        self.0.compare_exchange(STOPPED, STOPPED_AND_TOLD, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    pub(crate) fn resume(&self) {
        self.0.store(RUNS, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Room for four packets or 100 bytes, and two packets or 50 bytes of reserve.
    fn config() -> Config {
        Config {
            queue_packets_max: 4,
            queue_bytes_max: 100,
            queue_reserved_packets_max: 2,
            queue_reserved_bytes_max: 50,
            ..Config::default()
        }
    }

    /// A frame that takes exactly `len` bytes.
    fn frame(len: usize) -> Frame {
        let frame = Frame::binary(&vec![0; len - 2]);
        assert_eq!(frame.len(), len);
        frame
    }

    #[test]
    fn feed_takes_the_room_to_the_last_packet_and_to_the_last_byte() {
        let (config, feed) = (config(), Feed::default());
        let mut packets = Outbox::default();
        for _ in 0..4 {
            assert_eq!(packets.push(&[frame(2)], Class::Feed(&feed), &config), Ok(()));
        }
        assert!(packets.is_full(&config));
        assert_eq!(packets.push(&[frame(2)], Class::Feed(&feed), &config), Err(SendError::FeedStopped));

        let feed = Feed::default();
        let mut bytes = Outbox::default();
        assert_eq!(bytes.push(&[frame(60), frame(40)], Class::Feed(&feed), &config), Ok(()));
        assert_eq!(bytes.push(&[frame(2)], Class::Feed(&feed), &config), Err(SendError::FeedStopped));
    }

    #[test]
    fn stopped_feed_stays_stopped_until_resumed_even_when_room_comes_free() {
        let (config, feed) = (config(), Feed::default());
        let mut outbox = Outbox::default();
        assert_eq!(outbox.push(&[frame(101)], Class::Feed(&feed), &config), Err(SendError::FeedStopped));
        assert_eq!(outbox.push(&[frame(2)], Class::Feed(&feed), &config), Err(SendError::Full));
        assert!(feed.take_stopped() && !feed.take_stopped() && !feed.runs());
        feed.resume();
        assert_eq!(outbox.push(&[frame(2)], Class::Feed(&feed), &config), Ok(()));
    }

    #[test]
    fn reserved_frames_have_room_beyond_the_feed_and_volatile_ones_only_half() {
        let config = config();
        let mut outbox = Outbox::default();
        assert_eq!(outbox.push(&[frame(20), frame(30)], Class::Volatile, &config), Ok(()));
        assert_eq!(outbox.push(&[frame(2)], Class::Volatile, &config), Err(SendError::Full));
        assert_eq!(outbox.push(&[frame(100)], Class::Reserved, &config), Ok(()));
        assert_eq!(outbox.push(&[frame(2)], Class::Reserved, &config), Err(SendError::Exhausted));
        assert_eq!((outbox.packets(), outbox.bytes()), (3, 150));
    }

    #[test]
    fn emptied_queue_gives_its_memory_back() {
        let mut outbox = Outbox::default();
        for _ in 0..100 {
            outbox.push(&[frame(2)], Class::Reserved, &Config::default()).unwrap();
        }
        while outbox.pop().is_some() {}
        assert_eq!((outbox.frames.capacity(), outbox.bytes(), outbox.popped()), (0, 0, 100));
    }
}
