//! Lines in the types of the protocol, as the invariants look at them.

use std::fmt;

use kith_protocol::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Held, Line, Reply, What};

/// A line, read.
#[derive(Debug)]
pub struct Sight {
    /// The line without what it tells.
    pub line: Line,
    /// When what it tells was issued; of anything but a call, when it arrived.
    pub issued_us: u64,
    /// The place of a call among all calls.
    pub number: u64,
    /// How long its line is in the history, in bytes: somewhat longer than what came over the wire.
    pub bytes: usize,
    /// What it tells.
    pub seen: Seen,
}

/// What came of a call, in its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    /// It was done.
    Ok(T),
    /// It was refused.
    Refused(ErrorBody),
    /// It may have been done or not.
    Unknown,
}

impl<T> Outcome<T> {
    /// The answer, when it was done.
    pub fn ok(&self) -> Option<&T> {
        match self {
            Self::Ok(answer) => Some(answer),
            Self::Refused(_) | Self::Unknown => None,
        }
    }

    /// The refusal, when it was refused.
    pub fn refusal(&self) -> Option<&ErrorBody> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Ok(_) | Self::Unknown => None,
        }
    }
}

/// What a line tells, as far as an invariant cares.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is named after the event that it is")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Seen {
    Send(SendMessage, Outcome<OneMessage>),
    Edit(EditMessage, Outcome<OneMessage>),
    Delete(DeleteMessage, Outcome<Deleted>),
    React(React, Outcome<OneMessage>),
    MarkRead(MarkRead, Outcome<Done>),
    SetAccount(SetAccount, Outcome<AccountChangedTo>),
    AddMembers(AddMembers, Outcome<Changed>),
    RemoveMember(RemoveMember, Outcome<Changed>),
    Leave(ConversationRef, Outcome<Changed>),
    Sync(SyncRequest, Outcome<SyncAnswer>),
    Changes(ChangesRequest, Outcome<ConversationChanges>),
    Page(PageRequest, Outcome<MessagePage>),
    OtherCall,
    Changed(ConversationChanged),
    Removed(ConversationRemoved),
    Receipts(ReceiptUpdated),
    Resync(Resync),
    Typing(Typing),
    Presence,
    OtherPush,
    Connected,
    Closed,
    Before(ConversationId, Seq),
    Quiet,
    Holds(Held),
    CannotCommit,
    CanCommit,
    Finally,
}

impl Sight {
    /// Reads a line as it stands in the history.
    ///
    /// # Errors
    /// When it is none, or does not speak the protocol: what is wrong with it.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let sight = Self::of(serde_json::from_str(text)?).map_err(anyhow::Error::msg)?;
        Ok(Self { bytes: text.len(), ..sight })
    }

    /// Reads a line that is in no history, and so takes no bytes.
    ///
    /// # Errors
    /// When it does not speak the protocol: what is wrong with it.
    pub fn of(mut line: Line) -> Result<Self, String> {
        let us = line.us;
        let what = std::mem::replace(&mut line.what, What::Connected);
        let (issued_us, number, seen) = match what {
            What::Call { number, issued_us, event, request, reply } => {
                (issued_us, number, call(&event, request, reply)?)
            }
            What::Push { event, payload } => (us, 0, push(&event, payload)?),
            What::Connected => (us, 0, Seen::Connected),
            What::Closed { .. } => (us, 0, Seen::Closed),
            What::Before { conversation_id, seq } => (us, 0, Seen::Before(conversation_id, seq)),
            What::Quiet => (us, 0, Seen::Quiet),
            What::Holds(held) => (us, 0, Seen::Holds(held)),
            What::CannotCommit => (us, 0, Seen::CannotCommit),
            What::CanCommit => (us, 0, Seen::CanCommit),
            What::Finally => (us, 0, Seen::Finally),
        };
        Ok(Self { line, issued_us, number, bytes: 0, seen })
    }

    /// Every row of a message that it shows, and where it lies.
    #[must_use]
    pub fn rows(&self) -> Vec<(ConversationId, &Message)> {
        match &self.seen {
            Seen::Send(request, Outcome::Ok(answer)) => vec![(request.conversation_id, &answer.message)],
            Seen::Edit(request, Outcome::Ok(answer)) => vec![(request.conversation_id, &answer.message)],
            Seen::React(request, Outcome::Ok(answer)) => vec![(request.conversation_id, &answer.message)],
            Seen::Changes(request, Outcome::Ok(answer)) => {
                both(request.conversation_id, &answer.messages, &answer.quotes)
            }
            Seen::Page(request, Outcome::Ok(answer)) => {
                let rows = answer.messages.iter().map(|row| &**row).chain(&answer.quotes);
                rows.map(|row| (request.conversation_id, row)).collect()
            }
            Seen::Changed(change) => both(change.conversation_id, &change.messages, &change.quotes),
            Seen::Sync(_, Outcome::Ok(answer)) => {
                let last = |summary: &'_ ConversationSummary| summary.conversation.id;
                let rows = answer.conversations.iter();
                rows.filter_map(|summary| Some((last(summary), summary.my.last_message.as_ref()?))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Where in the history it stands.
    #[must_use]
    pub fn at(&self) -> At {
        At { connection: self.line.connection, us: self.line.us }
    }
}

/// A place in a history, to be found again by whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    connection: u64,
    us: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connection, us } = self;
        write!(f, "connection {connection} at {us} µs")
    }
}

fn both<'a>(
    id: ConversationId,
    one: &'a [Message],
    other: &'a [Message],
) -> Vec<(ConversationId, &'a Message)> {
    one.iter().chain(other).map(|row| (id, row)).collect()
}

fn call(event: &str, request: Value, reply: Reply) -> Result<Seen, String> {
    Ok(match event {
        SendMessage::EVENT => Seen::Send(read(event, request)?, outcome(event, reply)?),
        EditMessage::EVENT => Seen::Edit(read(event, request)?, outcome(event, reply)?),
        DeleteMessage::EVENT => Seen::Delete(read(event, request)?, outcome(event, reply)?),
        React::EVENT => Seen::React(read(event, request)?, outcome(event, reply)?),
        MarkRead::EVENT => Seen::MarkRead(read(event, request)?, outcome(event, reply)?),
        SetAccount::EVENT => Seen::SetAccount(read(event, request)?, outcome(event, reply)?),
        AddMembers::EVENT => Seen::AddMembers(read(event, request)?, outcome(event, reply)?),
        RemoveMember::EVENT => Seen::RemoveMember(read(event, request)?, outcome(event, reply)?),
        <ConversationRef as Command>::EVENT => Seen::Leave(read(event, request)?, outcome(event, reply)?),
        SyncRequest::EVENT => Seen::Sync(read(event, request)?, outcome(event, reply)?),
        ChangesRequest::EVENT => Seen::Changes(read(event, request)?, outcome(event, reply)?),
        PageRequest::EVENT => Seen::Page(read(event, request)?, outcome(event, reply)?),
        _ => Seen::OtherCall,
    })
}

fn push(event: &str, payload: Value) -> Result<Seen, String> {
    Ok(match event {
        "conversation:changed" => Seen::Changed(read(event, payload)?),
        "conversation:removed" => Seen::Removed(read(event, payload)?),
        "receipt:updated" => Seen::Receipts(read(event, payload)?),
        "resync" => Seen::Resync(read(event, payload)?),
        "typing" => Seen::Typing(read(event, payload)?),
        "presence" => Seen::Presence,
        _ => Seen::OtherPush,
    })
}

fn outcome<T: DeserializeOwned>(event: &str, reply: Reply) -> Result<Outcome<T>, String> {
    Ok(match reply {
        Reply::Ok(answer) => Outcome::Ok(read(event, answer)?),
        Reply::Refused(refusal) => Outcome::Refused(refusal),
        Reply::Unknown => Outcome::Unknown,
    })
}

fn read<T: DeserializeOwned>(event: &str, value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| format!("{event} does not speak the protocol: {error}"))
}
