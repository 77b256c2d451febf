//! Telling what was committed, in the order of commits: one thread, so that the order cannot be lost.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use kith_chat::{Audience, Notice, Published};
use kith_protocol::{AccountRows, CauseKind, ConversationChanged, ReceiptUpdated, ServerEvent, UserId};
use tokio::time::Instant;

use super::{
    hub::{Hub, Parcel},
    presence::Board,
    receipts::{Due, PendingReceipts},
    typing::Typing,
};
use crate::faults::Switch;

/// Receipts of a group are told this often.
const RECEIPTS_EVERY: Duration = Duration::from_secs(1);

/// Receipts between so few people are told at once.
const PROMPT_RECEIPTS_PEOPLE_MAX: usize = 2;

/// Takes notices apart and pushes them.
pub(super) struct Fanout {
    hub: Arc<Hub>,
    typing: Arc<Typing>,
    board: Arc<Board>,
    receipts: PendingReceipts,
    receipts_due_at: Option<Instant>,
    faults: Switch,
}

impl Fanout {
    /// With nothing to tell yet.
    pub(super) fn new(hub: Arc<Hub>, typing: Arc<Typing>, board: Arc<Board>, faults: Switch) -> Self {
        Self { hub, typing, board, receipts: PendingReceipts::default(), receipts_due_at: None, faults }
    }

    /// Tells until nothing can come any more.
    pub(super) fn spawn(mut self, notices: Receiver<Published>) {
        let name = "kith-fanout".to_owned();
        let thread = thread::Builder::new().name(name).spawn(move || {
            loop {
                match self.receive(&notices) {
                    Ok(published) => self.tell_all(published),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break self.tell_receipts(),
                }
                self.tick(Instant::now());
            }
        });
        thread.expect("the operating system has a thread for a program that starts");
    }

    fn tell_all(&mut self, published: Published) {
        let told_by = published.at;
        for notice in self.faults.notices(published.notices) {
            self.tell(notice, Instant::now());
        }
        self.hub.metrics.delivered(told_by.elapsed());
    }

    fn receive(&self, notices: &Receiver<Published>) -> Result<Published, RecvTimeoutError> {
        match self.receipts_due_at {
            None => notices.recv().map_err(RecvTimeoutError::from),
            Some(due_at) => notices.recv_timeout(due_at.saturating_duration_since(Instant::now())),
        }
    }

    /// Tells what has become due.
    fn tick(&mut self, now: Instant) {
        if self.receipts_due_at.is_some_and(|due_at| due_at <= now) {
            self.tell_receipts();
        }
    }

    fn tell(&mut self, notice: Notice, now: Instant) {
        let Notice { to, event } = notice;
        match event {
            ServerEvent::ReceiptUpdated(update) => self.receipt(to, update, now),
            ServerEvent::SessionEnded(_) => self.hub.end(&to, &Parcel::new(event)),
            ServerEvent::Resync(_) => self.hub.resync(&to, &Parcel::new(event)),
            ServerEvent::Typing(_) | ServerEvent::Presence(_) => {
                self.hub.push_volatile(&to, &Parcel::new(event));
            }
            ServerEvent::ConversationChanged(_)
            | ServerEvent::ConversationRemoved(_)
            | ServerEvent::AccountChanged(_)
            | ServerEvent::UserUpdated(_) => {
                let parcel = Parcel::new(event);
                self.prepare(&to, parcel.event());
                self.hub.push(&to, &parcel);
                self.follow(&to, parcel.event(), now);
            }
        }
    }

    /// What was committed before a change of members belongs to those who were members then.
    fn prepare(&mut self, to: &Audience, event: &ServerEvent) {
        match event {
            ServerEvent::ConversationChanged(change) if changes_members(change.cause.kind) => {
                let due = self.receipts.take(change.conversation_id);
                self.push_receipts(due);
                self.typing.members_changed(change.conversation_id, &who_left(change));
            }
            ServerEvent::ConversationRemoved(removed) => {
                let due = self.receipts.take(removed.conversation_id);
                self.push_receipts(due);
                self.typing.members_changed(removed.conversation_id, people_of(to));
            }
            _ => {}
        }
    }

    /// What follows for those who type and those who are watched.
    fn follow(&self, to: &Audience, event: &ServerEvent, now: Instant) {
        match event {
            ServerEvent::ConversationChanged(change) if change.cause.kind == CauseKind::Sent => {
                self.typing.sent(change.conversation_id, change.cause.actor_id, now);
            }
            ServerEvent::ConversationRemoved(_) => {
                people_of(to).iter().for_each(|user| self.board.doubt(*user));
            }
            ServerEvent::AccountChanged(rows) => self.follow_account(to, rows),
            // Nobody sees any more when somebody who is gone was last there.
            ServerEvent::UserUpdated(update) if update.user.deleted => self.board.doubt(update.user.id),
            _ => {}
        }
    }

    /// Blocks decide who hears somebody type; blocks and settings, who sees them there.
    fn follow_account(&self, to: &Audience, rows: &AccountRows) {
        for user in people_of(to) {
            if !rows.blocks.is_empty() {
                self.typing.audience_changed(*user);
            }
            if rows.settings.is_some() || !rows.blocks.is_empty() {
                self.board.doubt(*user);
            }
        }
    }

    fn receipt(&mut self, to: Audience, update: ReceiptUpdated, now: Instant) {
        match &to {
            Audience::People(people) if people.len() > PROMPT_RECEIPTS_PEOPLE_MAX => {
                self.receipts_due_at.get_or_insert(now + RECEIPTS_EVERY);
                if self.receipts.put(people, update) {
                    self.tell_receipts();
                }
            }
            _ => self.hub.push(&to, &Parcel::new(ServerEvent::ReceiptUpdated(update))),
        }
    }

    fn tell_receipts(&mut self) {
        self.receipts_due_at = None;
        let due = self.receipts.take_all();
        self.push_receipts(due);
    }

    fn push_receipts(&self, due: Vec<Due>) {
        for (people, update) in due {
            self.hub.push(&Audience::People(people), &Parcel::new(ServerEvent::ReceiptUpdated(update)));
        }
    }
}

/// The fan-out without its thread: what is committed is told when somebody says so. For a simulation.
pub struct Telling {
    fanout: Fanout,
    notices: Receiver<Published>,
}

impl Telling {
    pub(super) fn new(fanout: Fanout, notices: Receiver<Published>) -> Self {
        Self { fanout, notices }
    }

    /// Tells what the longest-waiting commit has to tell, if there is one, and what has become due. Whether there was a
    /// commit.
    pub fn step(&mut self) -> bool {
        let published = self.notices.try_recv().ok();
        let was_there = published.is_some();
        published.into_iter().for_each(|published| self.fanout.tell_all(published));
        self.fanout.tick(Instant::now());
        was_there
    }
}

fn changes_members(kind: CauseKind) -> bool {
    matches!(kind, CauseKind::Created | CauseKind::Joined | CauseKind::Left | CauseKind::Removed)
}

/// Who is not a member any more by this change.
fn who_left(change: &ConversationChanged) -> Vec<UserId> {
    change.members.iter().filter(|member| member.left_at.is_some()).map(|member| member.user_id).collect()
}

fn people_of(to: &Audience) -> &[UserId] {
    match to {
        Audience::People(people) => people,
        Audience::Person(user) | Audience::Session(user, _) | Audience::OtherSessions(user, _) => {
            std::slice::from_ref(user)
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use kith_protocol::{Cause, ConversationId, ConversationRemoved, Receipt, RemovedReason, Seq, Version};
    use uuid::Uuid;

    use super::*;
    use crate::realtime::hub::Listener;

    const GROUP: ConversationId = ConversationId(Uuid::from_u128(9));
    const ANN: UserId = UserId(Uuid::from_u128(1));
    const BEN: UserId = UserId(Uuid::from_u128(2));
    const CEM: UserId = UserId(Uuid::from_u128(3));

    fn fanout() -> (Fanout, Arc<Hub>) {
        let hub = Arc::new(Hub::new(1, Arc::default()));
        let (board, _doubts) = Board::new(Duration::ZERO);
        let typing = Arc::new(Typing::new(Arc::clone(&hub)));
        (Fanout::new(Arc::clone(&hub), typing, Arc::new(board), Switch::default()), hub)
    }

    fn read_by_ben(seq: u64, people: &[UserId]) -> Notice {
        let receipt = Receipt { user_id: BEN, delivered_seq: Seq(seq), read_seq: Seq(seq), read_at: None };
        let update = ReceiptUpdated { conversation_id: GROUP, receipts: vec![receipt] };
        Notice { to: Audience::People(people.into()), event: ServerEvent::ReceiptUpdated(update) }
    }

    fn change(kind: CauseKind) -> ServerEvent {
        ServerEvent::ConversationChanged(ConversationChanged {
            conversation_id: GROUP,
            version: Version(1),
            cause: Cause { kind, actor_id: ANN, seq: None, emoji: None, user_ids: Vec::new() },
            conversation: None,
            members: Vec::new(),
            messages: Vec::new(),
            quotes: Vec::new(),
            users: Vec::new(),
        })
    }

    fn heard(listener: &mut Listener) -> Vec<String> {
        std::iter::from_fn(|| listener.next().now_or_never().flatten())
            .map(|event| match &*event {
                ServerEvent::ReceiptUpdated(update) => format!("read {}", update.receipts[0].read_seq),
                other => other.name().to_owned(),
            })
            .collect()
    }

    #[test]
    fn receipts_of_two_are_told_at_once_and_those_of_a_group_when_the_second_is_over() {
        let (mut fanout, hub) = fanout();
        let mut ann = hub.listen(ANN);
        let now = Instant::now();
        fanout.tell(read_by_ben(1, &[ANN, BEN]), now);
        assert_eq!(heard(&mut ann), ["read 1"]);
        fanout.tell(read_by_ben(2, &[ANN, BEN, CEM]), now);
        fanout.tell(read_by_ben(3, &[ANN, BEN, CEM]), now + RECEIPTS_EVERY / 2);
        fanout.tick(now + RECEIPTS_EVERY - Duration::from_millis(1));
        assert_eq!(heard(&mut ann), Vec::<String>::new());
        fanout.tick(now + RECEIPTS_EVERY);
        assert_eq!(heard(&mut ann), ["read 3"]);
    }

    #[test]
    fn whoever_is_removed_hears_what_was_before_and_nothing_after() {
        let (mut fanout, hub) = fanout();
        let mut cem = hub.listen(CEM);
        let now = Instant::now();
        fanout.tell(read_by_ben(2, &[ANN, BEN, CEM]), now);
        let removed = ConversationRemoved { conversation_id: GROUP, reason: RemovedReason::Removed };
        fanout.tell(
            Notice { to: Audience::Person(CEM), event: ServerEvent::ConversationRemoved(removed) },
            now,
        );
        let others = Audience::People([ANN, BEN].into());
        fanout.tell(Notice { to: others, event: change(CauseKind::Removed) }, now);
        fanout.tick(now + RECEIPTS_EVERY);
        assert_eq!(heard(&mut cem), ["read 2", "conversation:removed"]);
    }
}
