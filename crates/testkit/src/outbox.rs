//! What a device has sent and does not know to have been done: the part of a client that nobody's words get lost in.
//!
//! As `docs/protocol.md` has it: a send is kept until it is acknowledged or refused for good. What was refused for the moment
//! goes again after the time that the server said, and with it everything that was issued after it into the same
//! conversation; on a new connection everything goes again. Always in the order of issue, under the same ids.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use kith_protocol::{ClientId, ConversationId, ErrorBody, ErrorCode, SendMessage, Seq};
use tokio::time::Instant;

/// After a refusal that does not say when to come again, in milliseconds.
const RETRY_AFTER_MS: u64 = 500;

/// The sends of one device that were not acknowledged yet, the oldest first.
#[derive(Debug, Default)]
pub struct Outbox(VecDeque<Kept>);

#[derive(Debug)]
struct Kept {
    send: SendMessage,
    first_issued: Instant,
    /// After a refusal that will pass: when to issue it again.
    again_at: Option<Instant>,
}

/// What has become of a send.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It is acknowledged, so long after it was first issued.
    Acknowledged(ConversationId, Seq, Duration),
    /// It was refused for the moment, and will go again.
    Waits,
    /// It was refused for good.
    GivenUp,
}

impl Outbox {
    /// Keeps what is being issued for the first time.
    pub fn keep(&mut self, send: SendMessage) {
        self.0.push_back(Kept { send, first_issued: Instant::now(), again_at: None });
    }

    /// How many sends are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether everything was settled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// On a new connection: everything, to be issued again.
    pub fn all_again(&mut self) -> impl Iterator<Item = &SendMessage> {
        self.0.iter_mut().map(|kept| {
            kept.again_at = None;
            &kept.send
        })
    }

    /// What was refused for the moment, when that has passed, and what was issued after it into the same conversation: to be
    /// issued again. Were each to go when its own time has come, one could overtake another that was refused later.
    pub fn due(&mut self) -> impl Iterator<Item = &SendMessage> {
        let now = Instant::now();
        // Of each conversation, whether the first that waits has waited long enough.
        let mut firsts = HashMap::new();
        self.0.iter_mut().filter_map(move |kept| {
            let id = kept.send.conversation_id;
            if let Some(at) = kept.again_at {
                firsts.entry(id).or_insert(at <= now);
            }
            if !firsts.get(&id).copied().unwrap_or(false) {
                return None;
            }
            kept.again_at = None;
            Some(&kept.send)
        })
    }

    /// Takes an answer. `None` when the send has been settled before: it was issued more than once.
    pub fn settle(&mut self, id: ClientId, answer: Result<Seq, ErrorBody>) -> Option<Settled> {
        let place = self.0.iter().position(|kept| kept.send.client_id == id)?;
        Some(match answer {
            Ok(seq) => {
                let kept = self.0.remove(place).expect("it has just been found");
                Settled::Acknowledged(kept.send.conversation_id, seq, kept.first_issued.elapsed())
            }
            Err(refusal) => match will_pass(&refusal) {
                Some(wait) => {
                    self.0[place].again_at = Some(Instant::now() + wait);
                    Settled::Waits
                }
                None => {
                    self.0.remove(place);
                    Settled::GivenUp
                }
            },
        })
    }
}

/// Of a refusal that will pass: after which time to come again.
#[must_use]
pub fn will_pass(refusal: &ErrorBody) -> Option<Duration> {
    let passes =
        matches!(refusal.code, ErrorCode::RateLimited | ErrorCode::Unavailable | ErrorCode::Internal);
    passes.then(|| Duration::from_millis(refusal.retry_after_ms.unwrap_or(RETRY_AFTER_MS)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::message;

    fn sends(outbox: &mut Outbox, count: usize) -> Vec<ClientId> {
        let id = ConversationId(Uuid::nil());
        let sends: Vec<_> = (0..count).map(|number| message(id, &number.to_string())).collect();
        sends.iter().for_each(|send| outbox.keep(send.clone()));
        sends.into_iter().map(|send| send.client_id).collect()
    }

    fn refusal(code: ErrorCode, retry_after_ms: Option<u64>) -> ErrorBody {
        ErrorBody { code, message: String::new(), field: None, limit: None, retry_after_ms, seq: None }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_for_the_moment_goes_again_and_what_is_refused_for_good_does_not() {
        let mut outbox = Outbox::default();
        let [first, second, third] = sends(&mut outbox, 3)[..] else { panic!("there are three") };
        let busy = refusal(ErrorCode::Unavailable, Some(700));
        assert_eq!(outbox.settle(first, Err(busy)), Some(Settled::Waits));
        let forbidden = refusal(ErrorCode::Forbidden, None);
        assert_eq!(outbox.settle(second, Err(forbidden)), Some(Settled::GivenUp));
        assert!(matches!(outbox.settle(third, Ok(Seq(1))), Some(Settled::Acknowledged(_, Seq(1), _))));
        assert_eq!(outbox.settle(third, Ok(Seq(1))), None, "it was issued twice");
        tokio::time::advance(Duration::from_millis(699)).await;
        assert_eq!(outbox.due().count(), 0);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(outbox.due().map(|send| send.client_id).eq([first]));
        assert_eq!(outbox.due().count(), 0, "it is on its way");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_overtakes_what_was_refused_again_while_it_waited() {
        let mut outbox = Outbox::default();
        let ids = sends(&mut outbox, 3);
        let busy = |ms| refusal(ErrorCode::Unavailable, Some(ms));
        // The first has been refused once more than the second; the third has no answer yet.
        outbox.settle(ids[0], Err(busy(800)));
        outbox.settle(ids[1], Err(busy(500)));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(outbox.due().count(), 0);
        tokio::time::advance(Duration::from_millis(300)).await;
        assert!(outbox.due().map(|send| send.client_id).eq(ids));
    }

    #[tokio::test(start_paused = true)]
    async fn on_a_new_connection_everything_goes_again_in_order_and_once() {
        let mut outbox = Outbox::default();
        let ids = sends(&mut outbox, 3);
        outbox.settle(ids[0], Err(refusal(ErrorCode::RateLimited, None)));
        assert!(outbox.all_again().map(|send| send.client_id).eq(ids));
        tokio::time::advance(Duration::from_millis(RETRY_AFTER_MS)).await;
        assert_eq!(outbox.due().count(), 0);
    }
}
