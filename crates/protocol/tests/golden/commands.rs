//! What a client asks for, and what it is answered with.

use kith_protocol::*;
use serde::Serialize;
use ts_rs::{Config, TS};

use crate::users::profile;
use crate::values::*;
use crate::{account, conversations, messages, presence, sync};

/// An event with what belongs to it.
pub(crate) struct Row {
    pub(crate) event: &'static str,
    text: String,
}

/// The rows of the table, as a page.
pub(crate) fn table() -> String {
    table_rows().into_iter().map(|row| row.text).collect::<Vec<_>>().join("\n\n")
}

/// Every event that takes an ack, in the order of [`ClientEvent::ALL`].
pub(crate) fn table_rows() -> Vec<Row> {
    ClientEvent::ALL.iter().map(|event| row(*event)).collect()
}

/// An event without an example does not compile.
fn row(event: ClientEvent) -> Row {
    let conversation_id = walks();
    let changed = Changed { version: Version(13) };
    let message = || OneMessage { message: messages::plain() };
    let seq = Seq(7);
    match event {
        ClientEvent::Sync => asks(SyncRequest { cursor: Some("AAAB".into()), epoch: None }, sync::answer()),
        ClientEvent::Changes => asks(ChangesRequest { conversation_id, since: Version(11) }, sync::changes()),
        ClientEvent::Page => asks(
            messages::newest(),
            MessagePage {
                messages: vec![messages::plain().into()],
                quotes: Vec::new(),
                from_seq: seq,
                to_seq: seq,
                at_start: false,
                at_end: true,
                users: vec![profile()],
            },
        ),
        ClientEvent::Send => {
            asks(SendMessage { text: Some("See you at the bridge".into()), ..messages::send() }, message())
        }
        ClientEvent::Edit => asks(messages::edit(Vec::new()), message()),
        ClientEvent::Delete => asks(
            DeleteMessage { conversation_id, seq, scope: DeleteScope::Everyone },
            Deleted { account_version: None, version: Some(Version(13)) },
        ),
        ClientEvent::React => asks(React { conversation_id, seq, emoji: Some("❤️".into()) }, message()),
        ClientEvent::Pin => asks(PinMessage { conversation_id, seq, pinned: true }, changed),
        ClientEvent::Open => asks(
            OpenConversation { user_id: Some(ben()), client_id: None, title: None, member_ids: Vec::new() },
            OneConversation { conversation: conversations::summary(), users: vec![profile()] },
        ),
        ClientEvent::Update => asks(
            UpdateConversation {
                conversation_id: Some(conversation_id),
                title: Some(None),
                ..UpdateConversation::default()
            },
            changed,
        ),
        ClientEvent::AddMembers => asks(AddMembers { conversation_id, user_ids: vec![cid()] }, changed),
        ClientEvent::RemoveMember => asks(RemoveMember { conversation_id, user_id: cid() }, changed),
        ClientEvent::SetRole => asks(SetRole { conversation_id, user_id: ben(), role: Role::Admin }, changed),
        ClientEvent::Leave => asks(ConversationRef { conversation_id }, changed),
        ClientEvent::Delivered => asks(MarkDelivered { conversation_id, seq }, Done {}),
        ClientEvent::Read => asks(MarkRead { conversation_id, seq }, Done {}),
        ClientEvent::SetAccount => asks(
            SetAccount {
                conversation_id: Some(conversation_id),
                pinned: Some(true),
                ..SetAccount::default()
            },
            AccountChangedTo { account_version: AccountVersion(42) },
        ),
        ClientEvent::AccountChanges => asks(
            AccountChangesRequest { since: AccountVersion(41) },
            AccountChanges { rows: account::rows(), more: false },
        ),
        ClientEvent::WatchPresence => {
            asks(WatchPresence { user_ids: vec![ben()] }, Presences { presences: vec![presence::away()] })
        }
    }
}

fn asks<C: Command + TS + Serialize>(payload: C, answer: C::Answer) -> Row
where
    C::Answer: TS,
{
    let cfg = &Config::default();
    let (asked, answered) = (C::name(cfg), C::Answer::name(cfg));
    let (payload, answer) = (json(&payload), json(&answer));
    Row { event: C::EVENT, text: format!("{}\n  {asked} {payload}\n  {answered} {answer}", C::EVENT) }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("payloads are JSON")
}
