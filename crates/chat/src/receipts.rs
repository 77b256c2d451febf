//! Receipts: pointers that only move forward.

use kith_protocol::{Receipt, Seq, Timestamp};

/// Where a pointer goes when asked to go to `requested` in a conversation whose newest message is `last`: forward only,
/// and never past what exists. `None` when it stays.
#[must_use]
pub fn advance(current: Seq, requested: Seq, last: Seq) -> Option<Seq> {
    let target = requested.min(last);
    (target > current).then_some(target)
}

/// What others see of a person who keeps to themselves how far they have read: that it has arrived, and what everyone
/// sees anyway: that they have read up to what they wrote themselves.
#[must_use]
pub fn without_read(receipt: Receipt, spoke_seq: Seq) -> Receipt {
    Receipt { read_seq: spoke_seq, read_at: None, ..receipt }
}

/// A receipt after `read` moved to a place: what is read has arrived as well. The time only moves forward too, even if
/// the clock went back: receipts merge by maximum, and a device would keep the later time that it was told before.
#[must_use]
pub fn read_to(receipt: Receipt, read: Seq, now: Timestamp) -> Receipt {
    let delivered_seq = receipt.delivered_seq.max(read);
    Receipt { delivered_seq, read_seq: read, read_at: receipt.read_at.max(Some(now)), ..receipt }
}

#[cfg(test)]
mod tests {
    use kith_protocol::UserId;

    use super::*;

    #[test]
    fn a_pointer_moves_forward_only_and_never_past_the_end() {
        assert_eq!(advance(Seq(3), Seq(5), Seq(9)), Some(Seq(5)));
        assert_eq!(advance(Seq(3), Seq(99), Seq(9)), Some(Seq(9)));
        assert_eq!(advance(Seq(5), Seq(5), Seq(9)), None);
        assert_eq!(advance(Seq(5), Seq(3), Seq(9)), None);
        assert_eq!(advance(Seq(0), Seq(0), Seq(0)), None);
    }
    #[test]
    fn a_time_of_reading_does_not_follow_a_clock_that_goes_back() {
        let user_id = UserId(uuid::Uuid::nil());
        let unread = Receipt { user_id, delivered_seq: Seq(1), read_seq: Seq(0), read_at: None };
        let read = read_to(unread, Seq(2), Timestamp(500));
        assert_eq!((read.delivered_seq, read.read_seq, read.read_at), (Seq(2), Seq(2), Some(Timestamp(500))));
        let earlier = read_to(read, Seq(3), Timestamp(400));
        assert_eq!((earlier.read_seq, earlier.read_at), (Seq(3), Some(Timestamp(500))));
        assert_eq!(read_to(earlier, Seq(4), Timestamp(600)).read_at, Some(Timestamp(600)));
    }
}
