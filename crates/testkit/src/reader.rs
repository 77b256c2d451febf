//! Reading everything that is there for somebody: the list, what has changed, and every conversation from its beginning.

use std::{collections::BTreeSet, fmt};

use kith_protocol::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Lost, Replica, TestClient};

/// Why something was not read.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadFailure {
    /// The connection broke, or nothing was answered in time.
    Lost,
    /// The server refused.
    Refused(ErrorBody),
}

impl ReadFailure {
    /// Whether whoever asked is no member, or there is no such thing: that is always one answer.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == ErrorCode::NotFound)
    }
}

impl fmt::Display for ReadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost => f.write_str("the connection broke while everything was read"),
            Self::Refused(refusal) => write!(f, "a read was refused: {}", refusal.message),
        }
    }
}

impl std::error::Error for ReadFailure {}

impl From<Lost> for ReadFailure {
    fn from(Lost: Lost) -> Self {
        Self::Lost
    }
}

/// Brings a replica up to date: the list, then what has changed in every conversation that has moved on.
///
/// # Errors
/// When the connection breaks or the server refuses.
pub async fn catch_up(client: &TestClient, replica: &mut Replica) -> Result<(), ReadFailure> {
    loop {
        let answer = ask(client, &replica.sync_request()).await?;
        let more = answer.more;
        for request in replica.synced(answer) {
            follow(client, replica, request).await?;
        }
        if !more {
            return Ok(());
        }
    }
}

/// Asks for what has changed in a conversation until nothing is missing, and folds it.
///
/// # Errors
/// When the connection breaks or the server refuses; `not_found` says that the person is no member any more.
pub async fn follow(
    client: &TestClient,
    replica: &mut Replica,
    mut request: ChangesRequest,
) -> Result<(), ReadFailure> {
    loop {
        let changes = ask(client, &request).await?;
        let more = changes.more;
        request.since = changes.version;
        replica.changed(changes);
        if !more {
            return Ok(());
        }
    }
}

/// Pages through a conversation from its beginning to its end, and answers which messages are there for whoever asks.
///
/// # Errors
/// When the connection breaks or the server refuses; `not_found` says that the person is no member.
pub async fn page_through(
    client: &TestClient,
    conversation_id: ConversationId,
) -> Result<BTreeSet<Seq>, ReadFailure> {
    let mut seen = BTreeSet::new();
    each_page(client, conversation_id, |page| seen.extend(page.iter().map(|message| message.seq))).await?;
    Ok(seen)
}

/// All messages of a conversation that are there for whoever asks, the oldest first.
///
/// # Errors
/// When the connection breaks or the server refuses; `not_found` says that the person is no member.
pub async fn all_messages(
    client: &TestClient,
    conversation_id: ConversationId,
) -> Result<Vec<Message>, ReadFailure> {
    let mut messages = Vec::new();
    each_page(client, conversation_id, |page| messages.extend(page.into_iter().map(Shared::into_inner)))
        .await?;
    Ok(messages)
}

async fn each_page(
    client: &TestClient,
    conversation_id: ConversationId,
    mut take: impl FnMut(Vec<Shared<Message>>),
) -> Result<(), ReadFailure> {
    let mut after = Seq(0);
    loop {
        let limit = Some(limits::PAGE_MESSAGES_MAX as u32);
        let request = PageRequest { conversation_id, before: None, after: Some(after), around: None, limit };
        let page = ask(client, &request).await?;
        take(page.messages);
        if page.at_end {
            return Ok(());
        }
        after = page.to_seq;
    }
}

async fn ask<C>(client: &TestClient, command: &C) -> Result<C::Answer, ReadFailure>
where
    C: Command + Serialize,
    C::Answer: DeserializeOwned,
{
    client.issue(command).await?.map_err(ReadFailure::Refused)
}
