//! What only one person sees: rows with the account's own version.

use kith_chat::{
    Audience, Refusal, Reply,
    store::{AccountStore, ConversationAccountChange},
};
use kith_protocol::*;
use rusqlite::{Connection, Row, ToSql, params, params_from_iter};

use crate::{
    SqliteStore,
    door::{self, Door},
    error::Outcome,
    people::{self, user_id},
    receipts, rows, unread,
    writer::Write,
};

/// Rows in one answer of `account:changes`, at most, per kind.
const ROWS_MAX: usize = 200;
/// What drafts may take of an answer, in bytes.
const ANSWER_BYTES: usize = limits::ANSWER_BYTES_MAX / 2;
/// Conversations whose unread is counted anew when somebody is blocked, at most; `sync` brings the rest.
const RECOUNTED_MAX: usize = 100;

impl AccountStore for SqliteStore {
    fn set_conversation(
        &self,
        actor: UserId,
        id: ConversationId,
        change: ConversationAccountChange,
    ) -> Reply<AccountChangedTo> {
        self.write_in(id, move |write| {
            let door = door::enter(write.connection, actor, id)?;
            if change.pinned == Some(true) {
                check_pinned(write.connection, &door)?;
            }
            let account_version = take_version(write, door.user)?;
            apply(write, &door, account_version, change)?;
            tell_conversations(write, door.user, account_version, &[door.conversation])?;
            Ok(AccountChangedTo { account_version })
        })
    }

    fn set_settings(&self, actor: UserId, change: SettingsChange) -> Reply<AccountChangedTo> {
        self.write(move |write| {
            let user = people::number(write.connection, actor)?;
            let mut settings = settings(write.connection, user)?;
            let showed_reading = settings.read_receipts;
            apply_settings(&mut settings, change)?;
            if settings.read_receipts != showed_reading {
                touch_all(write, user)?;
            }
            let account_version = take_version(write, user)?;
            save_settings(write, user, account_version, &settings)?;
            write.set_hides_reading(actor, !settings.read_receipts);
            let shows_reading = settings.read_receipts;
            let rows = AccountRows { account_version, settings: Some(settings), ..AccountRows::default() };
            write.tell(Audience::Person(actor), ServerEvent::AccountChanged(rows));
            if shows_reading != showed_reading {
                tell_reading(write, actor, user, shows_reading)?;
            }
            Ok(AccountChangedTo { account_version })
        })
    }

    fn set_block(&self, actor: UserId, user_id: UserId, blocked: bool) -> Reply<AccountChangedTo> {
        self.write(move |write| {
            let user = people::number(write.connection, actor)?;
            let other = people::number(write.connection, user_id)?;
            if blocked {
                check_blocks(write.connection, user, other)?;
            }
            let account_version = take_version(write, user)?;
            write
                .connection
                .prepare_cached(
                    "INSERT INTO blocks (user, blocked, active, account_version) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET active = excluded.active, account_version = excluded.account_version",
                )?
                .execute(params![user, other, blocked, account_version.0])?;
            touch_shared(write, user, other)?;
            let block = Block { user_id, blocked, account_version };
            let conversations = shared_conversations(write, user, other)?;
            let rows = AccountRows { account_version, conversations, blocks: vec![block], ..AccountRows::default() };
            write.tell(Audience::Person(actor), ServerEvent::AccountChanged(rows));
            Ok(AccountChangedTo { account_version })
        })
    }

    fn account_changes(&self, actor: UserId, since: AccountVersion) -> Reply<AccountChanges> {
        self.read(move |connection| {
            let user = people::number(connection, actor)?;
            Ok(changes(connection, user, since)?)
        })
    }
}

/// Whether there is room for one more, this one not counted: pinning it again is no more.
fn check_pinned(connection: &Connection, door: &Door) -> Outcome<()> {
    let pinned: usize = connection
        .prepare_cached(
            "SELECT COUNT(*) FROM account_conversations WHERE user = ?1 AND pinned = 1 AND conversation <> ?2",
        )?
        .query_row([door.user, door.conversation], |row| row.get(0))?;
    if pinned >= limits::PINNED_CONVERSATIONS_MAX {
        let message = format!("At most {} conversations can be pinned.", limits::PINNED_CONVERSATIONS_MAX);
        return Err(Refusal::too_large("pinned", limits::PINNED_CONVERSATIONS_MAX, message).into());
    }
    Ok(())
}

/// Whether there is room for one more, this one not counted.
fn check_blocks(connection: &Connection, user: i64, other: i64) -> Outcome<()> {
    let blocks: usize = connection
        .prepare_cached("SELECT COUNT(*) FROM blocks WHERE user = ?1 AND active = 1 AND blocked <> ?2")?
        .query_row([user, other], |row| row.get(0))?;
    if blocks >= limits::BLOCKS_MAX {
        let message = format!("At most {} people can be blocked.", limits::BLOCKS_MAX);
        return Err(Refusal::too_large("user_id", limits::BLOCKS_MAX, message).into());
    }
    Ok(())
}

/// Takes the account's next version.
pub(crate) fn take_version(write: &Write<'_>, user: i64) -> rusqlite::Result<AccountVersion> {
    write
        .connection
        .prepare_cached(
            "UPDATE users SET account_version = account_version + 1 WHERE num = ?1 RETURNING account_version",
        )?
        .query_row([user], |row| row.get(0).map(AccountVersion))
}

/// The account's version as it is.
pub(crate) fn version(connection: &Connection, user: i64) -> rusqlite::Result<AccountVersion> {
    connection
        .prepare_cached("SELECT account_version FROM users WHERE num = ?1")?
        .query_row([user], |row| row.get(0).map(AccountVersion))
}

/// Notes that what a person keeps of a conversation has changed, under a version taken before.
pub(crate) fn touch(
    write: &Write<'_>,
    user: i64,
    conversation: i64,
    version: AccountVersion,
) -> rusqlite::Result<()> {
    write
        .connection
        .prepare_cached(
            "INSERT INTO account_conversations (user, conversation, account_version, tick) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET account_version = excluded.account_version, tick = excluded.tick",
        )?
        .execute(params![user, conversation, version.0, write.tick])?;
    Ok(())
}

/// Sets columns of what a person keeps of a conversation, under a version taken before. `set` names its parameters
/// `?3`, `?4` …
pub(crate) fn update<const N: usize>(
    write: &Write<'_>,
    door: &Door,
    version: AccountVersion,
    set: &str,
    values: [&dyn ToSql; N],
) -> rusqlite::Result<()> {
    touch(write, door.user, door.conversation, version)?;
    let parameters = [&door.user as &dyn ToSql, &door.conversation].into_iter().chain(values);
    write
        .connection
        .prepare_cached(&format!(
            "UPDATE account_conversations SET {set} WHERE user = ?1 AND conversation = ?2"
        ))?
        .execute(params_from_iter(parameters))?;
    Ok(())
}

/// Nothing is marked as unread any more; tells how much is. Reads rows: what has moved must have been saved before.
pub(crate) fn mark_seen(write: &mut Write<'_>, door: &Door) -> Outcome<()> {
    let version = take_version(write, door.user)?;
    update(write, door, version, "marked_unread = 0", [])?;
    tell_conversations(write, door.user, version, &[door.conversation])
}

fn apply(
    write: &Write<'_>,
    door: &Door,
    version: AccountVersion,
    change: ConversationAccountChange,
) -> rusqlite::Result<()> {
    touch(write, door.user, door.conversation, version)?;
    if let Some(muted_until) = change.muted_until {
        update(write, door, version, "muted_until = ?3", [&muted_until.map(|at| at.0)])?;
    }
    if let Some(pinned) = change.pinned {
        update(write, door, version, "pinned = ?3", [&pinned])?;
    }
    if let Some(archived) = change.archived {
        update(write, door, version, "archived = ?3", [&archived])?;
    }
    if let Some(marked_unread) = change.marked_unread {
        update(write, door, version, "marked_unread = ?3", [&marked_unread])?;
    }
    if let Some(draft) = change.draft {
        update(write, door, version, "draft = ?3", [&draft])?;
    }
    if let Some(seq) = change.cleared_seq {
        let cleared = seq.min(door.last_seq).0;
        update(write, door, version, "cleared_seq = max(cleared_seq, ?3)", [&cleared])?;
    }
    Ok(())
}

/// A person's settings.
pub(crate) fn settings(connection: &Connection, user: i64) -> rusqlite::Result<Settings> {
    connection
        .prepare_cached("SELECT read_receipts, presence, preferences FROM users WHERE num = ?1")?
        .query_row([user], |row| settings_of(row, 0))
}

/// Settings from the columns `read_receipts, presence, preferences`.
pub(crate) fn settings_of(row: &Row<'_>, first: usize) -> rusqlite::Result<Settings> {
    let preferences: String = row.get(first + 2)?;
    Ok(Settings {
        read_receipts: row.get(first)?,
        presence: row.get(first + 1)?,
        preferences: serde_json::from_str(&preferences).unwrap_or_default(),
    })
}

fn apply_settings(settings: &mut Settings, change: SettingsChange) -> Result<(), Refusal> {
    settings.read_receipts = change.read_receipts.unwrap_or(settings.read_receipts);
    settings.presence = change.presence.unwrap_or(settings.presence);
    for (key, value) in change.preferences {
        match value {
            Some(value) => settings.preferences.insert(key, value),
            None => settings.preferences.remove(&key),
        };
    }
    if settings.preferences.len() > limits::PREFERENCES_MAX {
        let message = "These are too many preferences.";
        return Err(Refusal::too_large("settings.preferences", limits::PREFERENCES_MAX, message));
    }
    Ok(())
}

/// Somebody begins or ceases to show how far they have read. It is mutual: their own devices now see other receipts
/// everywhere, which `sync` tells; the others are told of what is shown again. What was shown is not taken back.
fn tell_reading(write: &mut Write<'_>, actor: UserId, user: i64, shows: bool) -> Outcome<()> {
    if shows {
        receipts::reveal(write, user)?;
    }
    let resync = Resync { reason: ResyncReason::Settings };
    write.tell(Audience::Person(actor), ServerEvent::Resync(resync));
    Ok(())
}

fn save_settings(
    write: &Write<'_>,
    user: i64,
    version: AccountVersion,
    settings: &Settings,
) -> rusqlite::Result<()> {
    let preferences =
        serde_json::to_string(&settings.preferences).expect("a map of strings always serializes");
    write
        .connection
        .prepare_cached(
            "UPDATE users SET read_receipts = ?2, presence = ?3, preferences = ?4, settings_version = ?5 WHERE num = ?1",
        )?
        .execute(params![user, settings.read_receipts, settings.presence, preferences, version.0])?;
    Ok(())
}

/// Tells a person's devices of these conversations' rows as they are now.
pub(crate) fn tell_conversations(
    write: &mut Write<'_>,
    user: i64,
    account_version: AccountVersion,
    conversations: &[i64],
) -> Outcome<()> {
    let mut rows = AccountRows { account_version, ..AccountRows::default() };
    for conversation in conversations {
        rows.conversations.extend(conversation_row(write.connection, user, *conversation)?);
    }
    let person = people::id(write.connection, user)?;
    write.tell(Audience::Person(person), ServerEvent::AccountChanged(rows));
    Ok(())
}

const ROW: &str = "SELECT c.id, COALESCE(a.account_version, 0), m.read_seq, a.muted_until, COALESCE(a.pinned, 0), \
     COALESCE(a.archived, 0), COALESCE(a.marked_unread, 0), COALESCE(a.cleared_seq, 0), a.draft, c.num, c.last_seq \
     FROM members m JOIN conversations c ON c.num = m.conversation \
     LEFT JOIN account_conversations a ON a.user = m.user AND a.conversation = m.conversation \
     WHERE m.user = ?1 AND m.left_at IS NULL ";

/// What a person keeps of a conversation, if they are in it.
pub(crate) fn conversation_row(
    connection: &Connection,
    user: i64,
    conversation: i64,
) -> rusqlite::Result<Option<AccountConversation>> {
    connection
        .prepare_cached(&format!("{ROW} AND m.conversation = ?2"))?
        .query_map(params![user, conversation], |row| row_of(connection, user, row))?
        .next()
        .transpose()
}

fn row_of(connection: &Connection, user: i64, row: &Row<'_>) -> rusqlite::Result<AccountConversation> {
    let read_seq = Seq(row.get(2)?);
    let cleared_seq = Seq(row.get(7)?);
    let unread = unread::count(connection, row.get(9)?, user, read_seq.max(cleared_seq), Seq(row.get(10)?))?;
    Ok(AccountConversation {
        conversation_id: row.get::<_, [u8; 16]>(0)?.into(),
        account_version: AccountVersion(row.get(1)?),
        read_seq,
        unread: unread.messages,
        mentions: unread.mentions,
        muted_until: row.get::<_, Option<u64>>(3)?.map(Timestamp),
        pinned: row.get(4)?,
        archived: row.get(5)?,
        marked_unread: row.get(6)?,
        cleared_seq,
        draft: row.get(8)?,
    })
}

/// What a person has made of a conversation, beside what stands in their [`Door`].
#[derive(Default)]
pub(crate) struct Arrangement {
    pub(crate) muted_until: Option<Timestamp>,
    pub(crate) pinned: bool,
    pub(crate) archived: bool,
    pub(crate) draft: Option<String>,
}

/// How a member has arranged a conversation. Most have not, and then nothing is looked up.
pub(crate) fn arrangement(connection: &Connection, door: &Door) -> rusqlite::Result<Arrangement> {
    if !door.has_row {
        return Ok(Arrangement::default());
    }
    connection
        .prepare_cached(
            "SELECT muted_until, pinned, archived, draft FROM account_conversations \
             WHERE user = ?1 AND conversation = ?2",
        )?
        .query_row([door.user, door.conversation], |row| {
            Ok(Arrangement {
                muted_until: row.get::<_, Option<u64>>(0)?.map(Timestamp),
                pinned: row.get(1)?,
                archived: row.get(2)?,
                draft: row.get(3)?,
            })
        })
}

/// `sync` shall tell of all conversations of a person: what others see of them has changed.
pub(crate) fn touch_all(write: &Write<'_>, user: i64) -> rusqlite::Result<()> {
    write
        .connection
        .prepare_cached(
            "UPDATE conversations SET tick = ?2 WHERE num IN \
             (SELECT conversation FROM members WHERE user = ?1 AND left_at IS NULL)",
        )?
        .execute(params![user, write.tick])?;
    Ok(())
}

/// `sync` shall tell of the conversations that two people share: what is unread there changes when one blocks the other.
fn touch_shared(write: &Write<'_>, user: i64, other: i64) -> rusqlite::Result<()> {
    write
        .connection
        .prepare_cached(
            "INSERT INTO account_conversations (user, conversation, account_version, tick) \
             SELECT m.user, m.conversation, 0, ?3 FROM members m WHERE m.user = ?1 AND m.left_at IS NULL \
               AND EXISTS (SELECT 1 FROM members o WHERE o.conversation = m.conversation AND o.user = ?2) \
             ON CONFLICT DO UPDATE SET tick = excluded.tick",
        )?
        .execute(params![user, other, write.tick])?;
    Ok(())
}

/// Rows of conversations that two people share: what is unread there changes when one blocks the other.
fn shared_conversations(
    write: &Write<'_>,
    user: i64,
    other: i64,
) -> rusqlite::Result<Vec<AccountConversation>> {
    write
        .connection
        .prepare_cached(&format!(
            "{ROW} AND EXISTS (SELECT 1 FROM members o WHERE o.conversation = m.conversation AND o.user = ?2) \
             ORDER BY c.tick DESC LIMIT {RECOUNTED_MAX}"
        ))?
        .query_map(params![user, other], |row| row_of(write.connection, user, row))?
        .collect()
}

/// Rows of an account changed after a version: at most [`ROWS_MAX`] versions and [`ANSWER_BYTES`] of drafts, complete up to
/// the version answered.
pub(crate) fn changes(
    connection: &Connection,
    user: i64,
    since: AccountVersion,
) -> rusqlite::Result<AccountChanges> {
    let now = version(connection, user)?;
    let mut upto = complete_until(connection, user, since)?.unwrap_or(now);
    let mut statement = connection.prepare_cached(&format!(
        "{ROW} AND a.account_version > ?2 AND a.account_version <= ?3 ORDER BY a.account_version"
    ))?;
    let mut found = statement.query(params![user, since.0, upto.0])?;
    let mut conversations: Vec<AccountConversation> = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let row = row_of(connection, user, row)?;
        bytes += weight(&row);
        if let Some(last) = conversations.last().filter(|_| bytes > ANSWER_BYTES) {
            upto = last.account_version;
            break;
        }
        conversations.push(row);
    }
    let rows = AccountRows { conversations, ..other_rows(connection, user, since, upto)? };
    Ok(AccountChanges { rows, more: upto < now })
}

/// About how many bytes a row takes in an answer.
fn weight(row: &AccountConversation) -> usize {
    320 + row.draft.as_deref().map_or(0, rows::escaped_len)
}

/// The rows of an account that are not of conversations: hidden messages, blocks, settings.
pub(crate) fn other_rows(
    connection: &Connection,
    user: i64,
    since: AccountVersion,
    upto: AccountVersion,
) -> rusqlite::Result<AccountRows> {
    let range = params![user, since.0, upto.0];
    let hidden = connection
        .prepare_cached(
            "SELECT c.id, h.seq, h.account_version FROM hidden h JOIN conversations c ON c.num = h.conversation \
             WHERE h.user = ?1 AND h.account_version > ?2 AND h.account_version <= ?3 ORDER BY h.account_version",
        )?
        .query_map(range, |row| {
            Ok(HiddenMessage {
                conversation_id: row.get::<_, [u8; 16]>(0)?.into(),
                seq: Seq(row.get(1)?),
                account_version: AccountVersion(row.get(2)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let blocks = connection
        .prepare_cached(
            "SELECT u.id, b.active, b.account_version FROM blocks b JOIN users u ON u.num = b.blocked \
             WHERE b.user = ?1 AND b.account_version > ?2 AND b.account_version <= ?3",
        )?
        .query_map(range, |row| {
            Ok(Block {
                user_id: user_id(row, 0)?,
                blocked: row.get(1)?,
                account_version: AccountVersion(row.get(2)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let settings_changed: bool = connection
        .prepare_cached("SELECT settings_version > ?2 AND settings_version <= ?3 FROM users WHERE num = ?1")?
        .query_row(range, |row| row.get(0))?;
    let settings = settings_changed.then(|| settings(connection, user)).transpose()?;
    Ok(AccountRows { account_version: upto, conversations: Vec::new(), hidden, blocks, settings })
}

/// When more rows changed after `since` than fit: the version up to which an answer can be complete.
fn complete_until(
    connection: &Connection,
    user: i64,
    since: AccountVersion,
) -> rusqlite::Result<Option<AccountVersion>> {
    connection
        .prepare_cached(
            "SELECT account_version FROM ( \
               SELECT account_version FROM account_conversations WHERE user = ?1 AND account_version > ?2 \
               UNION SELECT account_version FROM hidden WHERE user = ?1 AND account_version > ?2 \
               UNION SELECT account_version FROM blocks WHERE user = ?1 AND account_version > ?2) \
             ORDER BY account_version LIMIT 1 OFFSET ?3",
        )?
        .query_map(params![user, since.0, ROWS_MAX], |row| row.get(0).map(AccountVersion))?
        .next()
        .transpose()
}
