//! The order in which one device issues its sends, kept also when one of them cannot be carried out now.
//!
//! A client need not wait for one answer before it sends the next. Should the first be refused for the moment (`unavailable`,
//! `rate_limited`), what it issued after it is on its way already and must not overtake: it is refused in the same way,
//! until the first one comes again. Each conversation is held by itself.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
    time::Duration,
};

use kith_protocol::{ClientId, ConversationId, ErrorCode};
use parking_lot::Mutex;

use crate::Refusal;

/// How long what follows a refused send is held back when that one does not come again, counted from when it was told to
/// come: as long as a client waits for an answer. It may have been given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// When to come back with a send that is held back, in milliseconds.
const RETRY_AFTER_MS: u64 = 500;
/// Conversations of one device that are held at one time; with one more, the one that would be let go first is.
const HOLDS_MAX: usize = 256;

/// The sends of one device.
pub struct SendOrder {
    elapsed: Box<dyn Fn() -> Duration + Send + Sync>,
    issued: Mutex<Issued>,
}

#[derive(Default)]
struct Issued {
    count: u64,
    /// What was issued and is not settled yet, by its number: as many as one device may have under way.
    under_way: BTreeMap<u64, UnderWay>,
    holds: HashMap<ConversationId, Hold>,
}

struct UnderWay {
    conversation_id: ConversationId,
    client_id: ClientId,
    /// One issued before it was refused, so this must be, too.
    is_held: bool,
    /// It has been settled by another attempt: nobody has to wait for what becomes of this one.
    is_repeat: bool,
}

/// A conversation into which a send was refused for the moment: whatever is issued from now on is held back.
struct Hold {
    /// What lets the others pass when it comes again.
    first: ClientId,
    /// Its number when it was refused.
    number: u64,
    /// What lets the others pass when the first was given up.
    next: Option<ClientId>,
    /// When the first counts as given up.
    until: Duration,
}

/// The place of one send in the order.
#[derive(Clone, Debug)]
pub struct Turn {
    order: Arc<SendOrder>,
    conversation_id: ConversationId,
    client_id: ClientId,
    number: u64,
}

impl SendOrder {
    /// With nothing issued yet. `elapsed` is the time since anything, by a clock that nobody sets: order never follows the
    /// time of day.
    pub fn new(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { elapsed: Box::new(elapsed), issued: Mutex::default() }
    }

    /// A send is issued. To be called in the order of issue, before it is queued.
    pub fn issue(self: &Arc<Self>, conversation_id: ConversationId, client_id: ClientId) -> Turn {
        let mut issued = self.issued.lock();
        issued.count += 1;
        let number = issued.count;
        let is_held = issued.holds_back(conversation_id, client_id, (self.elapsed)());
        issued.under_way.insert(number, UnderWay { conversation_id, client_id, is_held, is_repeat: false });
        drop(issued);
        Turn { order: Arc::clone(self), conversation_id, client_id, number }
    }
}

impl fmt::Debug for SendOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SendOrder").finish_non_exhaustive()
    }
}

impl Turn {
    /// Whether this may be carried out now. To be asked in the order in which sends are carried out, right before.
    ///
    /// # Errors
    /// `unavailable` when one issued before it was refused and has not come again.
    pub fn check(&self) -> Result<(), Refusal> {
        let issued = self.order.issued.lock();
        if issued.under_way.get(&self.number).is_some_and(|send| send.is_held) {
            let message = "A message before this one could not be sent. Send that one again first.";
            return Err(Refusal::unavailable(message).retry_after(RETRY_AFTER_MS));
        }
        Ok(())
    }

    /// Notes what became of it: `None` when it was carried out. To be called once, and before the next one is checked.
    pub fn settle(&self, refused: Option<&Refusal>) {
        let now = (self.order.elapsed)();
        let mut issued = self.order.issued.lock();
        let Some(send) = issued.under_way.remove(&self.number) else { return };
        match refused.filter(|refusal| will_pass(refusal)) {
            None => issued.settled(self, now),
            // Of one that was held back, the others wait already for that for whose sake it was.
            Some(_) if send.is_held || send.is_repeat => {}
            Some(refusal) => issued.hold(self, now + refusal.comes_back().unwrap_or_default() + PATIENCE),
        }
    }
}

impl Issued {
    /// Whether a send that is issued now has to wait for another. The one for which the others wait ends the waiting: it is
    /// on its way anew, and comes before them.
    fn holds_back(&mut self, conversation_id: ConversationId, client_id: ClientId, now: Duration) -> bool {
        let Some(hold) = self.holds.get_mut(&conversation_id) else { return false };
        if hold.ends_with(client_id, now) {
            self.holds.remove(&conversation_id);
            return false;
        }
        hold.next.get_or_insert(client_id);
        true
    }

    /// What was issued after this turn must wait. Of what was issued before it, nothing must: it may be carried out yet.
    fn hold(&mut self, turn: &Turn, until: Duration) {
        let mut next = None;
        for (number, send) in self.under_way.range_mut(turn.number..) {
            if send.conversation_id == turn.conversation_id {
                send.is_held = true;
                if send.client_id != turn.client_id && !send.is_repeat {
                    next.get_or_insert((*number, send.client_id));
                }
            }
        }
        if let Some(hold) = self.holds.get(&turn.conversation_id) {
            if hold.number < turn.number {
                return;
            }
            // It was issued later and refused earlier.
            let known = (hold.number, hold.first);
            next = Some(next.map_or(known, |next| next.min(known)));
        } else {
            self.make_room();
        }
        let next = next.map(|(_, client_id)| client_id);
        let begun = Hold { first: turn.client_id, number: turn.number, next, until };
        self.holds.insert(turn.conversation_id, begun);
    }

    /// It will not come again, whatever becomes of its repeats: should the others wait for one of those, they wait no longer.
    fn settled(&mut self, turn: &Turn, now: Duration) {
        let repeats = self
            .under_way
            .values_mut()
            .filter(|send| send.conversation_id == turn.conversation_id && send.client_id == turn.client_id);
        repeats.for_each(|send| send.is_repeat = true);
        let Some(hold) = self.holds.get_mut(&turn.conversation_id) else { return };
        if hold.first == turn.client_id {
            match hold.next.take() {
                Some(next) => (hold.first, hold.until) = (next, now + PATIENCE),
                None => drop(self.holds.remove(&turn.conversation_id)),
            }
        } else if hold.next == Some(turn.client_id) {
            hold.next = None;
        }
    }

    fn make_room(&mut self) {
        if self.holds.len() >= HOLDS_MAX {
            let oldest = self.holds.iter().min_by_key(|(_, hold)| hold.until).map(|(id, _)| *id);
            oldest.map(|oldest| self.holds.remove(&oldest));
        }
    }
}

impl Hold {
    /// Whether this send lets the others pass. Not merely the time: who is late is still the first while nobody has overtaken.
    fn ends_with(&self, client_id: ClientId, now: Duration) -> bool {
        let is_next = self.next.is_none_or(|next| next == client_id);
        let until = if is_next { self.until } else { self.until + PATIENCE };
        client_id == self.first || now >= until
    }
}

/// Whether a client comes again with what was refused like this.
fn will_pass(refusal: &Refusal) -> bool {
    matches!(refusal.code(), ErrorCode::Unavailable | ErrorCode::RateLimited)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use uuid::Uuid;

    use super::*;

    const HERE: ConversationId = ConversationId(Uuid::from_u128(1));
    const THERE: ConversationId = ConversationId(Uuid::from_u128(2));
    /// What a full disk says.
    const LATER: Duration = Duration::from_secs(10);
    const TICK: Duration = Duration::from_millis(1);

    /// A device, and the time as the test sets it.
    struct Sends {
        order: Arc<SendOrder>,
        now_ms: Arc<AtomicU64>,
    }

    impl Default for Sends {
        fn default() -> Self {
            let now_ms = Arc::<AtomicU64>::default();
            let clock = Arc::clone(&now_ms);
            let elapsed = move || Duration::from_millis(clock.load(Ordering::Relaxed));
            Self { order: Arc::new(SendOrder::new(elapsed)), now_ms }
        }
    }

    impl Sends {
        fn issue(&self, client: u128) -> Turn {
            self.order.issue(HERE, ClientId(Uuid::from_u128(client)))
        }

        /// Issues one and carries it out. Whether it passed.
        fn passes(&self, client: u128) -> bool {
            run(&self.issue(client), None)
        }

        fn refused(&self, client: u128) {
            assert!(!run(&self.issue(client), Some(busy())));
        }

        fn wait(&self, time: Duration) {
            let millis = u64::try_from(time.as_millis()).expect("tests are short");
            self.now_ms.fetch_add(millis, Ordering::Relaxed);
        }
    }

    /// Carries a turn out as a store does. Whether it passed.
    fn run(turn: &Turn, refused: Option<Refusal>) -> bool {
        let outcome = turn.check().err().or(refused);
        turn.settle(outcome.as_ref());
        outcome.is_none()
    }

    fn busy() -> Refusal {
        Refusal::unavailable("Not now.")
    }

    #[test]
    fn what_follows_a_refused_send_waits_until_that_one_comes_again() {
        let sends = Sends::default();
        let [first, second, third] = [1, 2, 3].map(|client| sends.issue(client));
        assert!(!run(&first, Some(busy())));
        assert!(!run(&second, None), "it must not overtake");
        assert!(!sends.passes(2), "still not");
        let [first, second] = [1, 2].map(|client| sends.issue(client));
        assert!(!run(&third, None), "it was issued before the first came again");
        let third = sends.issue(3);
        assert!(run(&first, None) && run(&second, None) && run(&third, None));
        assert!(sends.order.issued.lock().holds.is_empty());
    }

    #[test]
    fn a_send_that_is_refused_at_once_holds_back_nothing_that_was_issued_before_it() {
        let sends = Sends::default();
        let [queued, refused] = [1, 2].map(|client| sends.issue(client));
        refused.settle(Some(&Refusal::rate_limited(100)));
        assert!(run(&queued, None));
        assert!(!sends.passes(3));
        assert!(sends.passes(2) && sends.passes(3));
    }

    #[test]
    fn one_refused_before_another_becomes_the_first() {
        let sends = Sends::default();
        let [first, second] = [1, 2].map(|client| sends.issue(client));
        second.settle(Some(&busy()));
        assert!(!run(&first, Some(busy())), "the disk was full");
        assert!(!sends.passes(2));
        assert!(sends.passes(1) && sends.passes(2));
    }

    #[test]
    fn a_retry_that_is_refused_again_holds_what_came_with_it() {
        let sends = Sends::default();
        sends.refused(1);
        let [first, second] = [1, 2].map(|client| sends.issue(client));
        assert!(!run(&first, Some(busy())));
        assert!(!run(&second, None));
        assert!(sends.passes(1) && sends.passes(2));
    }

    #[test]
    fn a_final_refusal_lets_the_others_pass() {
        let sends = Sends::default();
        sends.refused(1);
        assert!(!run(&sends.issue(1), Some(Refusal::not_found())));
        assert!(sends.passes(2));
        assert!(!run(&sends.issue(3), Some(Refusal::invalid("text", "There is none."))));
        assert!(sends.passes(4), "it holds nobody back");
    }

    #[test]
    fn other_conversations_go_on_and_what_was_given_up_is_forgotten() {
        let sends = Sends::default();
        sends.refused(1);
        assert!(run(&sends.order.issue(THERE, ClientId(Uuid::from_u128(9))), None));
        sends.wait(PATIENCE - TICK);
        assert!(!sends.passes(2));
        sends.wait(TICK);
        assert!(sends.passes(2));
    }

    #[test]
    fn who_was_told_to_come_later_is_waited_for_from_then_on() {
        let sends = Sends::default();
        let [first, second] = [1, 2].map(|client| sends.issue(client));
        assert!(!run(&first, Some(busy().retry_after(10_000))));
        assert!(!run(&second, None));
        sends.wait(LATER + PATIENCE - TICK);
        assert!(!sends.passes(3) && !sends.passes(2));
        assert!(sends.passes(1) && sends.passes(2) && sends.passes(3));
    }

    #[test]
    fn waiting_begins_when_the_first_is_refused_and_not_when_it_was_issued() {
        let sends = Sends::default();
        let first = sends.issue(1);
        sends.wait(PATIENCE);
        assert!(!run(&first, Some(busy())), "the disk took its time, and failed");
        assert!(!sends.passes(2));
        assert!(sends.passes(1) && sends.passes(2));
    }

    #[test]
    fn who_comes_too_late_is_the_first_while_nobody_has_overtaken() {
        let sends = Sends::default();
        let [first, second, third] = [1, 2, 3].map(|client| sends.issue(client));
        assert!(!run(&first, Some(busy())) && !run(&second, None) && !run(&third, None));
        sends.wait(PATIENCE);
        assert!(!sends.passes(4), "a new one is not let pass before those that wait");
        assert!([1, 2, 3, 4].iter().all(|client| sends.passes(*client)));
    }

    #[test]
    fn nobody_waits_for_the_repeat_of_what_was_carried_out() {
        let sends = Sends::default();
        let [first, repeat, second] = [1, 1, 2].map(|client| sends.issue(client));
        assert!(run(&first, None));
        assert!(!run(&repeat, Some(busy())), "the disk was full");
        assert!(run(&second, None));
        let [third, repeat] = [3, 3].map(|client| sends.issue(client));
        repeat.settle(Some(&Refusal::rate_limited(100)));
        assert!(!sends.passes(4), "what it repeats is under way yet");
        assert!(run(&third, None));
        assert!(sends.passes(4) && sends.passes(5));
    }

    #[test]
    fn nothing_waits_for_what_was_being_carried_out_when_the_next_was_refused() {
        let sends = Sends::default();
        sends.refused(1);
        let [first, second] = [1, 2].map(|client| sends.issue(client));
        assert!(first.check().is_ok());
        // The queue is full while the first is being committed.
        second.settle(Some(&busy()));
        first.settle(None);
        assert!(!sends.passes(3), "it must not overtake the second");
        assert!(sends.passes(2), "the first will not come again");
        assert!(sends.passes(3));
        assert!(sends.order.issued.lock().under_way.is_empty());
    }

    #[test]
    fn when_the_first_was_given_up_the_others_keep_their_order() {
        let sends = Sends::default();
        let [first, second, third] = [1, 2, 3].map(|client| sends.issue(client));
        // The second is refused at once, and the first when the disk has failed.
        second.settle(Some(&busy()));
        assert!(!run(&first, Some(busy())) && !run(&third, None));
        sends.wait(PATIENCE);
        assert!(!sends.passes(3), "the second is the first now");
        assert!(sends.passes(2) && sends.passes(3));
    }

    #[test]
    fn when_even_the_next_was_given_up_whoever_comes_passes() {
        let sends = Sends::default();
        let [first, second] = [1, 2].map(|client| sends.issue(client));
        assert!(!run(&first, Some(busy())) && !run(&second, None));
        sends.wait(2 * PATIENCE - TICK);
        assert!(!sends.passes(3));
        sends.wait(TICK);
        assert!(sends.passes(3));
    }

    #[test]
    fn holds_are_limited() {
        let sends = Sends::default();
        for place in 0..=HOLDS_MAX {
            let place = ConversationId(Uuid::from_u128(place as u128));
            sends.order.issue(place, ClientId(Uuid::from_u128(1))).settle(Some(&busy()));
        }
        assert_eq!(sends.order.issued.lock().holds.len(), HOLDS_MAX);
    }
}
