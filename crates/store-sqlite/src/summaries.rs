//! A conversation as one member sees it in a list.

use std::sync::Arc;

use kith_protocol::*;
use rusqlite::{Connection, Row, params};

use crate::{
    account,
    door::Door,
    error::Outcome,
    pages::{last_visible, people_of},
    people::{Named, Person, user_id},
    rows, unread,
    view::View,
};

/// The shared part of a conversation.
pub(crate) fn conversation(connection: &Connection, number: i64) -> rusqlite::Result<Conversation> {
    Ok(Common::read(&View::unremembered(connection), number)?.conversation)
}

/// What all members see of a conversation. It changes with the conversation's tick, except for how far the members of a
/// large group have come: nobody is shown that.
pub(crate) struct Common {
    conversation: Conversation,
    progress: Vec<Progress>,
}

/// How far one of its members has come.
struct Progress {
    receipt: Receipt,
    spoke_seq: Seq,
    hides_reading: bool,
}

impl Common {
    fn read(view: &View<'_>, number: i64) -> rusqlite::Result<Self> {
        let speakers = speakers(view, number)?;
        let (members, progress) = speakers.into_iter().unzip();
        Ok(Self { conversation: Conversation { members, ..without_members(view, number)? }, progress })
    }

    /// As somebody sees it who came through this door.
    fn through(view: &View<'_>, door: &Door) -> rusqlite::Result<Arc<Self>> {
        match view.memory() {
            Some(memory) => {
                memory.common(door.conversation, door.tick, || Self::read(view, door.conversation))
            }
            None => Self::read(view, door.conversation).map(Arc::new),
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        let title = self.conversation.title.as_deref().map_or(0, str::len);
        size_of::<Self>() + title + self.progress.len() * (size_of::<Member>() + size_of::<Progress>())
    }
}

fn without_members(connection: &Connection, number: i64) -> rusqlite::Result<Conversation> {
    connection
        .prepare_cached(
            "SELECT c.id, c.kind, c.title, (SELECT a.id FROM attachments a WHERE a.num = c.avatar), c.members_may_edit, \
               c.version, c.last_seq, c.member_count, c.created_at FROM conversations c WHERE c.num = ?1",
        )?
        .query_row([number], conversation_of)
}

fn conversation_of(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: row.get::<_, [u8; 16]>(0)?.into(),
        kind: rows::conversation_kind(row.get(1)?),
        title: row.get(2)?,
        avatar: row.get::<_, Option<[u8; 16]>>(3)?.map(AttachmentId::from),
        members_may_edit: row.get(4)?,
        version: Version(row.get(5)?),
        last_seq: Seq(row.get(6)?),
        member_count: row.get(7)?,
        members: Vec::new(),
        created_at: Timestamp(row.get(8)?),
    })
}

/// The columns of [`member_of`], of tables `members m` and `users u`.
pub(crate) const MEMBER: &str = "u.id, m.role, m.joined_at, m.left_at, m.version";

pub(crate) fn member_of(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        user_id: user_id(row, 0)?,
        role: rows::role(row.get(1)?),
        joined_at: Timestamp(row.get(2)?),
        left_at: row.get::<_, Option<u64>>(3)?.map(Timestamp),
        version: Version(row.get(4)?),
    })
}

/// The members who spoke last. They are found before anything is known of them but their numbers: of a large group, most
/// are not shown.
fn speakers(view: &View<'_>, conversation: i64) -> rusqlite::Result<Vec<(Member, Progress)>> {
    let mut statement = view.prepare_cached(
        "SELECT user, role, joined_at, left_at, version, spoke_seq, delivered_seq, read_seq, read_at FROM members \
         WHERE conversation = ?1 AND left_at IS NULL ORDER BY spoke_seq DESC, user LIMIT ?2",
    )?;
    let mut found = statement.query(params![conversation, limits::SUMMARY_MEMBERS_MAX])?;
    let (mut speakers, mut named) = (Vec::new(), Named::default());
    while let Some(row) = found.next()? {
        let Person { id: user_id, hides_reading } = named.person(view, row.get(0)?)?;
        let member = Member {
            user_id,
            role: rows::role(row.get(1)?),
            joined_at: Timestamp(row.get(2)?),
            left_at: row.get::<_, Option<u64>>(3)?.map(Timestamp),
            version: Version(row.get(4)?),
        };
        let receipt = Receipt {
            user_id,
            delivered_seq: Seq(row.get(6)?),
            read_seq: Seq(row.get(7)?),
            read_at: row.get::<_, Option<u64>>(8)?.map(Timestamp),
        };
        speakers.push((member, Progress { receipt, spoke_seq: Seq(row.get(5)?), hides_reading }));
    }
    Ok(speakers)
}

/// How far the speakers have come, as this member may see it. In a large group only the member's own: nobody is told of the
/// others', so what one held would only grow old.
fn receipts_of(
    view: &View<'_>,
    door: &Door,
    progress: &[Progress],
    named: &mut Named,
) -> rusqlite::Result<Vec<Receipt>> {
    if door.member_count as usize > limits::EPHEMERAL_MEMBERS_MAX {
        return Ok(vec![door.receipt.clone()]);
    }
    let hides = named.person(view, door.user)?.hides_reading;
    let shown = |one: &Progress| match one.receipt.user_id == door.user_id {
        false if hides || one.hides_reading => {
            kith_chat::receipts::without_read(one.receipt.clone(), one.spoke_seq)
        }
        _ => one.receipt.clone(),
    };
    Ok(progress.iter().map(shown).collect())
}

/// The whole summary. Whom it names goes to `named`; returns with it how many bytes the answer grows by, about.
pub(crate) fn summary(
    view: &View<'_>,
    door: &Door,
    account_version: AccountVersion,
    named: &mut Named,
) -> Outcome<(ConversationSummary, usize)> {
    let common = Common::through(view, door)?;
    let conversation = common.conversation.clone();
    let receipts = receipts_of(view, door, &common.progress, named)?;
    let my = mine(view, door)?;

    let mut bytes = 600 + 130 * conversation.members.len() + 130 * receipts.len();
    bytes += conversation.title.as_deref().map_or(0, rows::escaped_len);
    bytes += my.draft.as_deref().map_or(0, rows::escaped_len);
    bytes += my.last_message.as_ref().map_or(0, rows::weight);
    let speaking = my.last_message.iter().flat_map(people_of);
    for id in conversation.members.iter().map(|member| member.user_id).chain(speaking) {
        bytes += named.add(view, id)?;
    }
    Ok((ConversationSummary { conversation, my, account_version, receipts }, bytes))
}

fn mine(view: &View<'_>, door: &Door) -> rusqlite::Result<MyConversation> {
    let seen = door.receipt.read_seq.max(door.cleared_seq);
    let unread = unread::count(view, door.conversation, door.user, seen, door.last_seq)?;
    let arranged = account::arrangement(view, door)?;
    Ok(MyConversation {
        role: door.role,
        read_seq: door.receipt.read_seq,
        unread: unread.messages,
        mentions: unread.mentions,
        last_message: last_visible(view, door)?,
        muted_until: arranged.muted_until,
        pinned: arranged.pinned,
        archived: arranged.archived,
        marked_unread: door.marked_unread,
        cleared_seq: door.cleared_seq,
        draft: arranged.draft,
    })
}

/// The answer that holds one conversation.
pub(crate) fn one(view: &View<'_>, door: &Door) -> Outcome<OneConversation> {
    let mut named = Named::default();
    let account_version = account::version(view, door.user)?;
    let (conversation, _) = summary(view, door, account_version, &mut named)?;
    Ok(OneConversation { conversation, users: named.into_profiles() })
}
