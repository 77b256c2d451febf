//! The order in which one device issues its sends, kept also when one of them cannot be carried out now.
//!
//! A client need not wait for one answer before it sends the next. Should the first be refused for the moment (`unavailable`,
//! `rate_limited`), what it issued after it is on its way already and must not overtake: it is refused in the same way,
//! until the first one comes again. Each conversation is held by itself.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use kith_protocol::{ClientId, ConversationId, ErrorCode};
use parking_lot::Mutex;

use crate::Refusal;

/// How long what follows a refused send is held back when that one does not come again: as long as a client waits for an
/// answer. It may have been given up.
const HELD_MAX: Duration = Duration::from_secs(10);
/// When to come back with a send that is held back, in milliseconds.
const RETRY_AFTER_MS: u64 = 500;
/// Conversations of one device that are held at one time; with one more, the one that was held first is let go.
const HOLDS_MAX: usize = 256;

/// The sends of one device.
#[derive(Debug, Default)]
pub struct SendOrder(Mutex<Issued>);

#[derive(Debug, Default)]
struct Issued {
    count: u64,
    /// What was issued and is not settled yet, by its number: as many as one device may have under way.
    under_way: BTreeMap<u64, UnderWay>,
    holds: HashMap<ConversationId, Hold>,
}

#[derive(Debug)]
struct UnderWay {
    conversation_id: ConversationId,
    client_id: ClientId,
    /// One issued before it was refused, so this must be, too.
    is_held: bool,
}

/// A conversation into which a send was refused for the moment: whatever is issued from now on is held back.
#[derive(Debug)]
struct Hold {
    /// What lets the others pass when it comes again.
    first: ClientId,
    /// Its number when it was refused.
    number: u64,
    /// What is first when that one was given up.
    next: Option<ClientId>,
    since: Duration,
}

/// The place of one send in the order.
#[derive(Clone, Debug)]
pub struct Turn {
    order: Arc<SendOrder>,
    conversation_id: ConversationId,
    client_id: ClientId,
    number: u64,
    issued_at: Duration,
}

impl SendOrder {
    /// A send is issued. To be called in the order of issue, before it is queued. `now` is the time since anything, by a clock
    /// that nobody sets: order never follows the time of day.
    pub fn issue(
        self: &Arc<Self>,
        conversation_id: ConversationId,
        client_id: ClientId,
        now: Duration,
    ) -> Turn {
        let mut issued = self.0.lock();
        issued.count += 1;
        let number = issued.count;
        let is_held = issued.holds_back(conversation_id, client_id, now);
        issued.under_way.insert(number, UnderWay { conversation_id, client_id, is_held });
        drop(issued);
        Turn { order: Arc::clone(self), conversation_id, client_id, number, issued_at: now }
    }
}

impl Turn {
    /// Whether this may be carried out now. To be asked in the order in which sends are carried out, right before.
    ///
    /// # Errors
    /// `unavailable` when one issued before it was refused and has not come again.
    pub fn check(&self) -> Result<(), Refusal> {
        let issued = self.order.0.lock();
        if issued.under_way.get(&self.number).is_some_and(|send| send.is_held) {
            let message = "A message before this one could not be sent. Send that one again first.";
            return Err(Refusal::unavailable(message).retry_after(RETRY_AFTER_MS));
        }
        Ok(())
    }

    /// Notes what became of it: `None` when it was carried out. To be called once, and before the next one is checked.
    pub fn settle(&self, refused: Option<ErrorCode>) {
        let mut issued = self.order.0.lock();
        let send = issued.under_way.remove(&self.number);
        // One that was held back was refused for the sake of another, for which the others wait already.
        let counts = send.is_some_and(|send| !send.is_held);
        if counts && matches!(refused, Some(ErrorCode::Unavailable | ErrorCode::RateLimited)) {
            issued.hold(self);
        }
    }
}

impl Issued {
    /// Whether a send that is issued now has to wait for another. The one for which the others wait ends the waiting: it is
    /// on its way anew, and comes before them.
    fn holds_back(&mut self, conversation_id: ConversationId, client_id: ClientId, now: Duration) -> bool {
        let Some(hold) = self.holds.get_mut(&conversation_id) else { return false };
        if hold.is_over(now) {
            hold.first = hold.next.take().unwrap_or(client_id);
            hold.since = now;
        }
        if hold.first == client_id {
            self.holds.remove(&conversation_id);
            return false;
        }
        hold.next.get_or_insert(client_id);
        true
    }

    /// What was issued after this turn must wait. Of what was issued before it, nothing must: it may be carried out yet.
    fn hold(&mut self, turn: &Turn) {
        let after = self.under_way.range_mut(turn.number..).map(|(_, send)| send);
        let mut after = after.filter(|send| send.conversation_id == turn.conversation_id).peekable();
        let next = after.peek().map(|send| send.client_id);
        after.for_each(|send| send.is_held = true);
        let begun = Hold { first: turn.client_id, number: turn.number, next, since: turn.issued_at };
        match self.holds.get_mut(&turn.conversation_id) {
            Some(hold) if hold.number < turn.number => {}
            Some(hold) => *hold = begun,
            None => {
                self.make_room();
                self.holds.insert(turn.conversation_id, begun);
            }
        }
    }

    fn make_room(&mut self) {
        if self.holds.len() >= HOLDS_MAX {
            let oldest = self.holds.iter().min_by_key(|(_, hold)| hold.since).map(|(id, _)| *id);
            oldest.map(|oldest| self.holds.remove(&oldest));
        }
    }
}

impl Hold {
    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.since) >= HELD_MAX
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HERE: ConversationId = ConversationId(Uuid::from_u128(1));
    const THERE: ConversationId = ConversationId(Uuid::from_u128(2));
    const NOW: Duration = Duration::from_secs(1_000);
    const BUSY: Option<ErrorCode> = Some(ErrorCode::Unavailable);

    fn issue(order: &Arc<SendOrder>, client: u128) -> Turn {
        order.issue(HERE, ClientId(Uuid::from_u128(client)), NOW)
    }

    /// Carries a turn out as a store does. Whether it passed.
    fn run(turn: &Turn, refused: Option<ErrorCode>) -> bool {
        let outcome = turn.check().map_err(|refusal| refusal.code()).err().or(refused);
        turn.settle(outcome);
        outcome.is_none()
    }

    #[test]
    fn what_follows_a_refused_send_waits_until_that_one_comes_again() {
        let order = Arc::default();
        let [first, second, third] = [1, 2, 3].map(|client| issue(&order, client));
        assert!(!run(&first, BUSY));
        assert!(!run(&second, None), "it must not overtake");
        let second_again = issue(&order, 2);
        assert!(!run(&second_again, None), "still not");
        let [first, second] = [1, 2].map(|client| issue(&order, client));
        assert!(!run(&third, None), "it was issued before the first came again");
        let third = issue(&order, 3);
        assert!(run(&first, None) && run(&second, None) && run(&third, None));
        assert!(order.0.lock().holds.is_empty());
    }

    #[test]
    fn a_send_that_is_refused_at_once_holds_back_nothing_that_was_issued_before_it() {
        let order = Arc::default();
        let [queued, refused] = [1, 2].map(|client| issue(&order, client));
        refused.settle(Some(ErrorCode::RateLimited));
        assert!(run(&queued, None));
        assert!(!run(&issue(&order, 3), None));
        assert!(run(&issue(&order, 2), None));
        assert!(run(&issue(&order, 3), None));
    }

    #[test]
    fn one_refused_before_another_becomes_the_first() {
        let order = Arc::default();
        let [first, second] = [1, 2].map(|client| issue(&order, client));
        second.settle(BUSY);
        assert!(!run(&first, BUSY), "the disk was full");
        assert!(!run(&issue(&order, 2), None));
        assert!(run(&issue(&order, 1), None) && run(&issue(&order, 2), None));
    }

    #[test]
    fn a_retry_that_is_refused_again_holds_what_came_with_it() {
        let order = Arc::default();
        assert!(!run(&issue(&order, 1), BUSY));
        let [first, second] = [1, 2].map(|client| issue(&order, client));
        assert!(!run(&first, BUSY));
        assert!(!run(&second, None));
        assert!(run(&issue(&order, 1), None) && run(&issue(&order, 2), None));
    }

    #[test]
    fn a_final_refusal_lets_the_others_pass() {
        let order = Arc::default();
        assert!(!run(&issue(&order, 1), BUSY));
        assert!(!run(&issue(&order, 1), Some(ErrorCode::NotFound)));
        assert!(run(&issue(&order, 2), None));
        assert!(!run(&issue(&order, 3), Some(ErrorCode::Invalid)));
        assert!(run(&issue(&order, 4), None), "it holds nobody back");
    }

    #[test]
    fn other_conversations_go_on_and_what_was_given_up_is_forgotten() {
        let order = Arc::default();
        assert!(!run(&issue(&order, 1), BUSY));
        assert!(run(&order.issue(THERE, ClientId(Uuid::from_u128(9)), NOW), None));
        let later = |wait| order.issue(HERE, ClientId(Uuid::from_u128(2)), NOW + wait);
        assert!(!run(&later(HELD_MAX - Duration::from_millis(1)), None));
        assert!(run(&later(HELD_MAX), None));
    }

    #[test]
    fn nothing_waits_for_what_was_being_carried_out_when_the_next_was_refused() {
        let order = Arc::default();
        assert!(!run(&issue(&order, 1), BUSY));
        let [first, second] = [1, 2].map(|client| issue(&order, client));
        assert!(first.check().is_ok());
        // The queue is full while the first is being committed.
        second.settle(BUSY);
        first.settle(None);
        assert!(!run(&issue(&order, 3), None), "it must not overtake the second");
        assert!(run(&issue(&order, 2), None), "the first will not come again");
        assert!(run(&issue(&order, 3), None));
        assert!(order.0.lock().under_way.is_empty());
    }

    #[test]
    fn when_the_first_was_given_up_the_others_keep_their_order() {
        let order = Arc::default();
        let [first, second, third] = [1, 2, 3].map(|client| issue(&order, client));
        assert!(!run(&first, BUSY) && !run(&second, None) && !run(&third, None));
        let later = |client| order.issue(HERE, ClientId(Uuid::from_u128(client)), NOW + HELD_MAX);
        assert!(!run(&later(3), None), "the second is the first now");
        assert!(run(&later(2), None) && run(&later(3), None));
    }

    #[test]
    fn holds_are_limited() {
        let order = Arc::default();
        for place in 0..=HOLDS_MAX {
            let place = ConversationId(Uuid::from_u128(place as u128));
            SendOrder::issue(&order, place, ClientId(Uuid::from_u128(1)), NOW).settle(BUSY);
        }
        assert_eq!(order.0.lock().holds.len(), HOLDS_MAX);
    }
}
