//! Telling what was committed, in the order of commits: one thread, so that the order cannot be lost.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use kith_chat::{Audience, Notice};
use kith_protocol::{AccountRows, CauseKind, ConversationChanged, ReceiptUpdated, ServerEvent, UserId};

use super::{
    hub::{Hub, Parcel},
    presence::Board,
    receipts::{Due, PendingReceipts},
    typing::Typing,
};

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
}

impl Fanout {
    /// With nothing to tell yet.
    pub(super) fn new(hub: Arc<Hub>, typing: Arc<Typing>, board: Arc<Board>) -> Self {
        Self { hub, typing, board, receipts: PendingReceipts::default(), receipts_due_at: None }
    }

    /// Tells until nothing can come any more.
    pub(super) fn spawn(mut self, notices: Receiver<Vec<Notice>>) {
        let name = "kith-fanout".to_owned();
        let thread = thread::Builder::new().name(name).spawn(move || {
            loop {
                match self.receive(&notices) {
                    Ok(batch) => batch.into_iter().for_each(|notice| self.tell(notice, Instant::now())),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break self.tell_receipts(),
                }
                self.tick(Instant::now());
            }
        });
        thread.expect("the operating system has a thread for a program that starts");
    }

    fn receive(&self, notices: &Receiver<Vec<Notice>>) -> Result<Vec<Notice>, RecvTimeoutError> {
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
            ServerEvent::Typing(_) | ServerEvent::Presence(_) => {
                self.hub.push_volatile(&to, &Parcel::new(event))
            }
            ServerEvent::ConversationChanged(_)
            | ServerEvent::ConversationRemoved(_)
            | ServerEvent::AccountChanged(_)
            | ServerEvent::UserUpdated(_)
            | ServerEvent::Resync(_) => {
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
                people_of(to).iter().for_each(|user| self.board.doubt(*user))
            }
            ServerEvent::AccountChanged(rows) if concerns_privacy(rows) => {
                for user in people_of(to) {
                    self.typing.audience_changed(*user);
                    self.board.doubt(*user);
                }
            }
            _ => {}
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

fn concerns_privacy(rows: &AccountRows) -> bool {
    rows.settings.is_some() || !rows.blocks.is_empty()
}
