//! How far members have received and read.

use std::sync::Arc;

use kith_chat::{Audience, Reply, receipts, store::ReceiptStore};
use kith_protocol::*;
use rusqlite::{Connection, Row, params};

use crate::{
    SqliteStore, account,
    door::{self, Door},
    error::Outcome,
    people::{self, Named, user_id},
    view::View,
    writer::Write,
};

impl ReceiptStore for SqliteStore {
    fn mark_delivered(&self, actor: UserId, address: MessageAddress) -> Reply<()> {
        self.move_head(None, move |write| {
            let door = write.enter(actor, address.conversation_id)?;
            let moved = receipts::advance(door.receipt.delivered_seq, address.seq, door.last_seq);
            let Some(delivered_seq) = moved else { return Ok(()) };
            let receipt = Receipt { delivered_seq, ..door.receipt.clone() };
            save(write, &door, &receipt, door.marked_unread);
            tell(write, &door, receipt, Moved::Delivered)
        })
    }

    fn mark_read(&self, actor: UserId, address: MessageAddress, now: Timestamp) -> Reply<()> {
        self.move_head(None, move |write| {
            let door = write.enter(actor, address.conversation_id)?;
            let moved = receipts::advance(door.receipt.read_seq, address.seq, door.last_seq);
            if moved.is_none() && !door.marked_unread {
                return Ok(());
            }
            let receipt = match moved {
                Some(read_seq) => receipts::read_to(door.receipt.clone(), read_seq, now),
                None => door.receipt.clone(),
            };
            save(write, &door, &receipt, false);
            if moved.is_some() {
                tell(write, &door, receipt, Moved::Read)?;
            }
            write.save_heads()?;
            account::mark_seen(write, &door)
        })
    }

    fn receipts(&self, actor: UserId, address: MessageAddress, after: Option<UserId>) -> Reply<ReceiptList> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, address.conversation_id)?;
            if !door.sees(connection, address.seq)? {
                return Err(kith_chat::Refusal::not_found().into());
            }
            page(connection, &door, people::page_start(connection, after)?)
        })
    }
}

/// What a page of receipts may take of an answer, in bytes.
const PAGE_BYTES: usize = limits::ANSWER_BYTES_MAX - 16 * 1024;

/// The receipts of the other members after one, as this member may see them.
fn page(view: &View<'_>, door: &Door, after: i64) -> Outcome<ReceiptList> {
    let hides = hides_reading(view, door)?;
    let mut statement = view.prepare_cached(&format!(
        "{RECEIPT} WHERE m.conversation = ?1 AND m.left_at IS NULL AND m.user <> ?2 AND m.user > ?3 \
         ORDER BY m.user LIMIT ?4"
    ))?;
    let mut found =
        statement.query(params![door.conversation, door.user, after, limits::PAGE_USERS_MAX + 1])?;
    let (mut receipts, mut named, mut bytes) = (Vec::new(), Named::default(), 0);
    while let Some(row) = found.next()? {
        let receipt = shown(row, door, hides)?;
        bytes += 130 + named.add(view, receipt.user_id)?;
        if receipts.len() == limits::PAGE_USERS_MAX || bytes > PAGE_BYTES {
            named.remove(receipt.user_id);
            return Ok(ReceiptList { receipts, users: named.into_profiles(), more: true });
        }
        receipts.push(receipt);
    }
    Ok(ReceiptList { receipts, users: named.into_profiles(), more: false })
}

/// Which pointer moved.
#[derive(Clone, Copy, PartialEq)]
enum Moved {
    Delivered,
    Read,
}

fn save(write: &mut Write<'_>, door: &Door, receipt: &Receipt, marked_unread: bool) {
    let heads = write.heads();
    heads.keep_place(&Door { receipt: receipt.clone(), marked_unread, ..door.clone() });
    if door.member_count as usize <= limits::EPHEMERAL_MEMBERS_MAX {
        heads.keep(door);
    }
}

/// Tells of a pointer that moved: everyone in a small conversation, only one's own devices in a large one. Whoever keeps
/// to themselves how far they have read shows nobody, and is shown nobody's.
fn tell(write: &mut Write<'_>, door: &Door, receipt: Receipt, moved: Moved) -> Outcome<()> {
    let event = |receipt| {
        ServerEvent::ReceiptUpdated(ReceiptUpdated { conversation_id: door.id, receipts: vec![receipt] })
    };
    if door.member_count as usize > limits::EPHEMERAL_MEMBERS_MAX {
        write.tell(Audience::Person(door.user_id), event(receipt));
        return Ok(());
    }
    let audience = write.audience(door.conversation)?;
    let private = |write: &Write<'_>, id: UserId| {
        id != door.user_id && (write.hides_reading(door.user_id) || write.hides_reading(id))
    };
    let (unaware, aware): (Vec<UserId>, Vec<UserId>) = audience.iter().partition(|id| private(write, **id));
    let reduced = receipts::without_read(receipt.clone(), door.spoke_seq);
    if unaware.is_empty() {
        write.tell(Audience::People(audience), event(receipt));
        return Ok(());
    }
    write.tell(Audience::People(Arc::from(aware)), event(receipt));
    if moved == Moved::Delivered || reduced.delivered_seq > door.receipt.delivered_seq {
        write.tell(Audience::People(Arc::from(unaware)), event(reduced));
    }
    Ok(())
}

/// Tells everyone how far these members are: of those who have just joined, and have spoken nowhere here yet.
pub(crate) fn tell_all(write: &mut Write<'_>, door: &Door, receipts: Vec<Receipt>) -> Outcome<()> {
    let shown = |write: &Write<'_>, receipt: &Receipt| match write.hides_reading(receipt.user_id) {
        true => receipts::without_read(receipt.clone(), Seq(0)),
        false => receipt.clone(),
    };
    let to_open = receipts.iter().map(|receipt| shown(write, receipt)).collect();
    let to_private = receipts.into_iter().map(|receipt| receipts::without_read(receipt, Seq(0))).collect();
    let audience = write.audience(door.conversation)?;
    let (private, open): (Vec<UserId>, Vec<UserId>) =
        audience.iter().partition(|id| write.hides_reading(**id));
    for (people, receipts) in [(open, to_open), (private, to_private)] {
        if !people.is_empty() {
            let event = ReceiptUpdated { conversation_id: door.id, receipts };
            write.tell(Audience::People(Arc::from(people)), ServerEvent::ReceiptUpdated(event));
        }
    }
    Ok(())
}

/// How far the members have come who spoke last, as this member may see it.
pub(crate) fn of_members(
    connection: &Connection,
    door: &Door,
    limit: usize,
) -> rusqlite::Result<Vec<Receipt>> {
    let hides = hides_reading(connection, door)?;
    // In a large group only one's own: nobody is told of the others', so what one held would only grow old.
    let large = door.member_count as usize > limits::EPHEMERAL_MEMBERS_MAX;
    let only = if large { "AND m.user = ?2" } else { "AND ?2 = ?2" };
    connection
        .prepare_cached(&format!(
            "{RECEIPT} WHERE m.conversation = ?1 AND m.left_at IS NULL {only} \
             ORDER BY m.spoke_seq DESC, m.user LIMIT ?3"
        ))?
        .query_map(params![door.conversation, door.user, limit], |row| shown(row, door, hides))?
        .collect()
}

/// Rows of [`shown`].
const RECEIPT: &str = "SELECT u.id, m.delivered_seq, m.read_seq, m.read_at, m.spoke_seq, u.read_receipts = 0 \
     FROM members m JOIN users u ON u.num = m.user";

fn hides_reading(connection: &Connection, door: &Door) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT read_receipts = 0 FROM users WHERE num = ?1")?
        .query_row([door.user], |row| row.get(0))
}

/// A member's receipt as another may see it, who hides their own reading or does not.
fn shown(row: &Row<'_>, door: &Door, hides: bool) -> rusqlite::Result<Receipt> {
    let receipt = of_row(row)?;
    let private = receipt.user_id != door.user_id && (hides || row.get(5)?);
    let spoke_seq = Seq(row.get(4)?);
    Ok(if private { receipts::without_read(receipt, spoke_seq) } else { receipt })
}

/// Somebody shows again how far they have read: tells everyone who shows it too, in the conversations in which the others
/// are told of receipts. Of the oldest, when they are very many, `sync` tells.
pub(crate) fn reveal(write: &mut Write<'_>, user: i64) -> Outcome<()> {
    let receipts: Vec<(i64, ConversationId, Receipt)> = write
        .connection
        .prepare_cached(
            "SELECT u.id, m.delivered_seq, m.read_seq, m.read_at, c.num, c.id \
             FROM members m JOIN users u ON u.num = m.user JOIN conversations c ON c.num = m.conversation \
             WHERE m.user = ?1 AND m.left_at IS NULL AND c.member_count BETWEEN 2 AND ?2 \
             ORDER BY c.last_seq DESC LIMIT ?3",
        )?
        .query_map(params![user, limits::EPHEMERAL_MEMBERS_MAX, REVEALED_MAX], |row| {
            Ok((row.get(4)?, row.get::<_, [u8; 16]>(5)?.into(), of_row(row)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (conversation, conversation_id, receipt) in receipts {
        let audience = write.audience(conversation)?;
        let open: Vec<UserId> = audience.iter().copied().filter(|id| !write.hides_reading(*id)).collect();
        let update = ReceiptUpdated { conversation_id, receipts: vec![receipt] };
        write.tell(Audience::People(open.into()), ServerEvent::ReceiptUpdated(update));
    }
    Ok(())
}

/// Conversations in which it is told at once that somebody shows again how far they have read.
const REVEALED_MAX: usize = 1_000;

fn of_row(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    Ok(Receipt {
        user_id: user_id(row, 0)?,
        delivered_seq: Seq(row.get(1)?),
        read_seq: Seq(row.get(2)?),
        read_at: row.get::<_, Option<u64>>(3)?.map(Timestamp),
    })
}
