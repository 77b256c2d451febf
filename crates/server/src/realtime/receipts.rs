//! Receipts of groups, merged to one push a second and conversation, so that a group that reads together causes no storm.

use std::{collections::BTreeMap, sync::Arc};

use kith_protocol::{ConversationId, Receipt, ReceiptUpdated, UserId};

/// Pointers that may wait to be told. With more, all of them are told at once: none may be lost, for receipts have no
/// version by which a client could notice.
const PENDING_RECEIPTS_MAX: usize = 10_000;

/// Receipts that wait for the end of the second.
#[derive(Default)]
pub(super) struct PendingReceipts {
    /// In the order of their ids, so that the same commits are told in the same order.
    conversations: BTreeMap<ConversationId, Vec<Pending>>,
    len: usize,
}

/// What waits for one set of people: who keeps to themselves how far they have read is told to others differently.
struct Pending {
    to: Arc<[UserId]>,
    receipts: Vec<Receipt>,
}

/// A push that has become due.
pub(super) type Due = (Arc<[UserId]>, ReceiptUpdated);

impl PendingReceipts {
    /// Keeps an update for later, merged with what waits already. Returns whether everything must be told now.
    pub(super) fn put(&mut self, to: &Arc<[UserId]>, update: ReceiptUpdated) -> bool {
        let pending = self.conversations.entry(update.conversation_id).or_default();
        let place = pending.iter().position(|pending| pending.to == *to).unwrap_or_else(|| {
            pending.push(Pending { to: Arc::clone(to), receipts: Vec::new() });
            pending.len() - 1
        });
        for receipt in update.receipts {
            self.len += usize::from(merge(&mut pending[place].receipts, receipt));
        }
        self.len >= PENDING_RECEIPTS_MAX
    }

    /// What waits of one conversation.
    pub(super) fn take(&mut self, id: ConversationId) -> Vec<Due> {
        let pending = self.conversations.remove(&id).unwrap_or_default();
        self.len -= pending.iter().map(|pending| pending.receipts.len()).sum::<usize>();
        pending.into_iter().map(|pending| due(id, pending)).collect()
    }

    /// Everything that waits.
    pub(super) fn take_all(&mut self) -> Vec<Due> {
        self.len = 0;
        let conversations = std::mem::take(&mut self.conversations);
        let pending =
            conversations.into_iter().flat_map(|(id, list)| list.into_iter().map(move |one| (id, one)));
        pending.map(|(id, pending)| due(id, pending)).collect()
    }
}

fn due(conversation_id: ConversationId, pending: Pending) -> Due {
    (pending.to, ReceiptUpdated { conversation_id, receipts: pending.receipts })
}

/// Pointers only move forward. Returns whether the person is new to the list.
fn merge(receipts: &mut Vec<Receipt>, receipt: Receipt) -> bool {
    let Some(held) = receipts.iter_mut().find(|held| held.user_id == receipt.user_id) else {
        receipts.push(receipt);
        return true;
    };
    held.delivered_seq = held.delivered_seq.max(receipt.delivered_seq);
    if receipt.read_seq > held.read_seq {
        held.read_seq = receipt.read_seq;
        held.read_at = receipt.read_at;
    }
    false
}

#[cfg(test)]
mod tests {
    use kith_protocol::{Seq, Timestamp};
    use uuid::Uuid;

    use super::*;

    const GROUP: ConversationId = ConversationId(Uuid::from_u128(9));

    fn people() -> Arc<[UserId]> {
        (1..=3).map(|n| UserId(Uuid::from_u128(n))).collect()
    }

    fn update(user: u128, delivered: u64, read: u64) -> ReceiptUpdated {
        let receipt = Receipt {
            user_id: UserId(Uuid::from_u128(user)),
            delivered_seq: Seq(delivered),
            read_seq: Seq(read),
            read_at: (read > 0).then_some(Timestamp(read)),
        };
        ReceiptUpdated { conversation_id: GROUP, receipts: vec![receipt] }
    }

    #[test]
    fn the_furthest_pointers_of_everyone_make_one_push() {
        let mut pending = PendingReceipts::default();
        for one in [update(1, 4, 0), update(2, 3, 3), update(1, 2, 2), update(2, 3, 1)] {
            assert!(!pending.put(&people(), one));
        }
        let due = pending.take_all();
        let mut expected = update(1, 4, 2);
        expected.receipts.extend(update(2, 3, 3).receipts);
        assert_eq!(due, [(people(), expected)]);
        assert!(pending.conversations.is_empty());
    }

    #[test]
    fn who_hears_different_things_is_told_apart() {
        let mut pending = PendingReceipts::default();
        let myself: Arc<[UserId]> = Arc::new([UserId(Uuid::from_u128(1))]);
        pending.put(&people(), update(1, 4, 0));
        pending.put(&myself, update(1, 4, 4));
        assert_eq!(pending.take(GROUP), [(people(), update(1, 4, 0)), (myself, update(1, 4, 4))]);
        assert!(pending.conversations.is_empty());
    }

    #[test]
    fn a_full_table_is_told_at_once() {
        let mut pending = PendingReceipts::default();
        for user in 1..PENDING_RECEIPTS_MAX {
            assert!(!pending.put(&people(), update(user as u128, 1, 0)));
        }
        assert!(pending.put(&people(), update(PENDING_RECEIPTS_MAX as u128, 1, 0)));
        assert_eq!(pending.take_all()[0].1.receipts.len(), PENDING_RECEIPTS_MAX);
    }
}
