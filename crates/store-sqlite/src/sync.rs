//! Catching up: what changed since a cursor, and the changes of one conversation.
//!
//! Every commit has a number, the tick, and every row that a list shows remembers the tick that touched it last. A cursor
//! is the tick up to which its holder knows everything. A list that does not fit one answer is walked from the last
//! touched backwards; what is touched meanwhile is above where the walk began. The running feed tells of it, but who walks
//! may have lost the feed in between, so the end of a walk says that there is more when anything was committed since.

use kith_chat::{Reply, store::SyncStore};
use kith_protocol::*;
use rusqlite::{Connection, params};

use crate::{
    SqliteStore, account,
    door::{self, Door},
    error::Outcome,
    pages::{self, Answer},
    people::{self, Named},
    receipts, rows,
    summaries::{self, MEMBER, member_of},
    view::View,
};

/// Conversations in one answer of `sync`.
const CONVERSATIONS_MAX: usize = 50;
/// What the rows of the account and summaries may take of an answer together, in bytes.
const ANSWER_BYTES: usize = limits::ANSWER_BYTES_MAX - 64 * 1024;
/// What the account's rows and the people in them may take of that, in bytes. Whoever has blocked very many asks for the
/// profiles of the rest.
const ACCOUNT_BYTES: usize = ANSWER_BYTES * 3 / 4;
/// Account rows and removed conversations told one by one; with more, beginning anew is cheaper.
const ROWS_MAX: usize = 500;
/// Changed messages told one by one; with more, the newest page is cheaper.
const CHANGES_MAX: usize = 100;
/// Changed members told one by one.
const CHANGED_MEMBERS_MAX: usize = 200;
/// The newest page that is told instead.
const RESET_PAGE: usize = 50;

impl SyncStore for SqliteStore {
    fn sync(&self, actor: UserId, request: SyncRequest, now: Timestamp) -> Reply<SyncAnswer> {
        let epoch = kith_chat::Store::epoch(self);
        self.read(move |view| sync(view, actor, &request, epoch, now))
    }

    fn changes(&self, actor: UserId, request: ChangesRequest) -> Reply<ConversationChanges> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, request.conversation_id)?;
            changes(connection, &door, request.since)
        })
    }
}

/// What a cursor says. Only the server that made it understands it, and only for the person it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    user: i64,
    /// Everything up to here is known.
    since: u64,
    /// Of the account, everything up to here is known.
    account: u64,
    walk: Option<Walk>,
}

/// A list that is being walked: where it will lead, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Walk {
    until: u64,
    account_until: u64,
    below_tick: u64,
    below: i64,
}

impl Cursor {
    fn write(self) -> String {
        let known = format!("1.{}.{}.{}", self.user, self.since, self.account);
        match self.walk {
            None => known,
            Some(walk) => {
                format!("{known}.{}.{}.{}.{}", walk.until, walk.account_until, walk.below_tick, walk.below)
            }
        }
    }

    fn read(text: &str) -> Option<Self> {
        // SQLite's numbers have a sign, so half of ours mean nothing to it.
        let number = |part: &str| part.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok());
        let numbers: Vec<u64> = text.split('.').map(number).collect::<Option<_>>()?;
        let walk = match *numbers.get(4..)? {
            [] => None,
            [until, account_until, below_tick, below] => {
                Some(Walk { until, account_until, below_tick, below: i64::try_from(below).ok()? })
            }
            _ => return None,
        };
        match numbers[..4] {
            [1, user, since, account] => Some(Self { user: i64::try_from(user).ok()?, since, account, walk }),
            _ => None,
        }
    }
}

fn sync(
    view: &View<'_>,
    actor: UserId,
    request: &SyncRequest,
    epoch: String,
    now: Timestamp,
) -> Outcome<SyncAnswer> {
    let user = people::number(view, actor)?;
    let tick: u64 =
        view.prepare_cached("SELECT value FROM meta WHERE key = 'tick'")?.query_row([], |row| row.get(0))?;
    let known = usable(view, user, tick, request, &epoch)?;
    let reset = request.cursor.is_some() && known.is_none();
    let cursor = known.unwrap_or(Cursor { user, since: 0, account: 0, walk: None });
    let account_version = account::version(view, user)?;
    let walk = cursor.walk.unwrap_or(Walk {
        until: tick,
        account_until: account_version.0,
        below_tick: u64::MAX >> 1,
        below: i64::MAX,
    });

    let first = cursor.walk.is_none();
    let account = match first {
        true => account_rows(view, user, &cursor, account_version)?,
        false => {
            AccountRows { account_version: AccountVersion(walk.account_until), ..AccountRows::default() }
        }
    };
    let mut named = Named::default();
    let mut bytes = account_weight(&account);
    for block in &account.blocks {
        if bytes > ACCOUNT_BYTES {
            break;
        }
        bytes += named.add(view, block.user_id)?;
    }
    let room = ANSWER_BYTES.saturating_sub(bytes);
    let (conversations, next) = list(view, actor, (&cursor, walk, account_version), room, &mut named)?;
    let removed = if first { removed(view, user, cursor.since)? } else { Vec::new() };
    let more = next.is_some() || (!first && tick > walk.until);
    let cursor = match next {
        Some(_) => Cursor { walk: next, ..cursor },
        None => Cursor { user, since: walk.until, account: walk.account_until, walk: None },
    };
    Ok(SyncAnswer {
        cursor: cursor.write(),
        epoch,
        server_time: now,
        reset,
        conversations,
        removed,
        account,
        users: named.into_profiles(),
        more,
    })
}

/// The cursor of a request, if it is of use: of this person, this timeline, and not so old that beginning anew is cheaper.
fn usable(
    connection: &Connection,
    user: i64,
    tick: u64,
    request: &SyncRequest,
    epoch: &str,
) -> rusqlite::Result<Option<Cursor>> {
    let same_epoch = request.epoch.as_deref().is_none_or(|known| known == epoch);
    let cursor = request.cursor.as_deref().and_then(Cursor::read);
    let Some(cursor) = cursor.filter(|cursor| same_epoch && cursor.user == user && cursor.since <= tick)
    else {
        return Ok(None);
    };
    if cursor.since == 0 || cursor.walk.is_some() {
        return Ok(Some(cursor));
    }
    let rows: usize = connection
        .prepare_cached(
            "SELECT (SELECT COUNT(*) FROM hidden WHERE user = ?1 AND account_version > ?2) \
                  + (SELECT COUNT(*) FROM removed WHERE user = ?1 AND tick > ?3)",
        )?
        .query_row(params![user, cursor.account, cursor.since], |row| row.get(0))?;
    Ok((rows <= ROWS_MAX).then_some(cursor))
}

/// Conversations touched after the cursor and below the walk, last touched first; and where to walk on.
fn list(
    view: &View<'_>,
    actor: UserId,
    (cursor, walk, account_version): (&Cursor, Walk, AccountVersion),
    bytes_max: usize,
    named: &mut Named,
) -> Outcome<(Vec<ConversationSummary>, Option<Walk>)> {
    let mut touched = view.prepare_cached(
        "SELECT tick, num FROM ( \
           SELECT max(c.tick, COALESCE(a.tick, 0)) AS tick, c.num AS num \
           FROM members m JOIN conversations c ON c.num = m.conversation \
           LEFT JOIN account_conversations a ON a.user = m.user AND a.conversation = m.conversation \
           WHERE m.user = ?1 AND m.left_at IS NULL) \
         WHERE tick > ?2 AND (tick, num) < (?3, ?4) ORDER BY tick DESC, num DESC",
    )?;
    let mut found = touched.query(params![cursor.user, cursor.since, walk.below_tick, walk.below])?;
    let mut summaries = Vec::new();
    let mut bytes = 0;
    let mut reached = walk;
    while let Some(row) = found.next()? {
        let door = door::enter_by_number(view, actor, cursor.user, row.get(1)?)?;
        let (summary, weight) = summaries::summary(view, &door, account_version, named)?;
        bytes += weight;
        if summaries.len() == CONVERSATIONS_MAX || (bytes > bytes_max && !summaries.is_empty()) {
            return Ok((summaries, Some(reached)));
        }
        reached = Walk { below_tick: row.get(0)?, below: row.get(1)?, ..walk };
        summaries.push(summary);
    }
    Ok((summaries, None))
}

/// Changed rows of the account that are not of conversations. Whoever begins gets blocks and settings; what is hidden is
/// left out of every answer anyway.
fn account_rows(
    connection: &Connection,
    user: i64,
    cursor: &Cursor,
    upto: AccountVersion,
) -> rusqlite::Result<AccountRows> {
    let mut rows = account::other_rows(connection, user, AccountVersion(cursor.account), upto)?;
    if cursor.since == 0 {
        rows.hidden.clear();
        rows.blocks.retain(|block| block.blocked);
        rows.settings = Some(account::settings(connection, user)?);
    }
    Ok(rows)
}

/// About how many bytes the rows of an account take in an answer.
fn account_weight(account: &AccountRows) -> usize {
    let preferences = account.settings.iter().flat_map(|settings| &settings.preferences);
    let preferences = preferences.map(|(key, value)| 8 + rows::escaped_len(key) + rows::escaped_len(value));
    150 * (account.hidden.len() + account.blocks.len()) + preferences.sum::<usize>()
}

fn removed(connection: &Connection, user: i64, since: u64) -> rusqlite::Result<Vec<ConversationId>> {
    if since == 0 {
        return Ok(Vec::new());
    }
    connection
        .prepare_cached(
            "SELECT c.id FROM removed r JOIN conversations c ON c.num = r.conversation WHERE r.user = ?1 AND r.tick > ?2",
        )?
        .query_map(params![user, since], |row| row.get::<_, [u8; 16]>(0).map(Into::into))?
        .collect()
}

/// Rows of a conversation changed after a version; or its newest page, when that is cheaper.
fn changes(view: &View<'_>, door: &Door, since: Version) -> Outcome<ConversationChanges> {
    let mut named = Named::default();
    let account_version = account::version(view, door.user)?;
    let (conversation, mut bytes) = summaries::summary(view, door, account_version, &mut named)?;
    let receipts = receipts::of_members(view, door, limits::EPHEMERAL_MEMBERS_MAX)?;
    bytes += 130 * receipts.len();
    for receipt in &receipts {
        bytes += named.add(view, receipt.user_id)?;
    }
    let room = (limits::ANSWER_BYTES_MAX - 16 * 1024).saturating_sub(bytes);
    let difference = match since {
        Version(0) => None,
        _ => difference(view, door, since, room)?,
    };
    let reset = difference.is_none();
    let (members, answer) = match difference {
        Some(difference) => difference,
        None => {
            let mut answer = Answer::within(room);
            pages::newest(view, door, RESET_PAGE, &mut answer)?;
            (conversation.conversation.members.clone(), answer)
        }
    };
    let (messages, quotes, others) = answer.into_parts();
    named.merge(others);
    Ok(ConversationChanges {
        version: door.version,
        conversation,
        members,
        messages: messages.into_iter().map(Shared::into_inner).collect(),
        quotes,
        receipts,
        reset,
        users: named.into_profiles(),
        more: false,
    })
}

/// Members and messages changed after a version; `None` when they are too many for one answer, or when the version is
/// none that this conversation has had.
fn difference(
    view: &View<'_>,
    door: &Door,
    since: Version,
    bytes: usize,
) -> Outcome<Option<(Vec<Member>, Answer)>> {
    if since > door.version {
        return Ok(None);
    }
    let members: Vec<Member> = view
        .prepare_cached(&format!(
            "SELECT {MEMBER} FROM members m JOIN users u ON u.num = m.user \
             WHERE m.conversation = ?1 AND m.version > ?2 LIMIT ?3"
        ))?
        .query_map(params![door.conversation, since.0, CHANGED_MEMBERS_MAX + 1], member_of)?
        .collect::<rusqlite::Result<_>>()?;
    let Some(changed) = changed_messages(view, door, since)? else { return Ok(None) };
    if members.len() > CHANGED_MEMBERS_MAX {
        return Ok(None);
    }
    let mut named = Named::default();
    let mut taken = 130 * members.len();
    for member in &members {
        taken += named.add(view, member.user_id)?;
    }
    if taken > bytes {
        return Ok(None);
    }
    let mut answer = Answer::within(bytes - taken);
    answer.name(named);
    for seq in changed {
        let Some(message) = door.message(view, seq)? else { continue };
        if !answer.add(view, door, message.into())? {
            return Ok(None);
        }
    }
    Ok(Some((members, answer)))
}

/// The numbers of messages changed after a version; `None` when they are too many.
///
/// New ones are found walking back from the newest, because their versions grow with their numbers; the others by the
/// index of changes.
fn changed_messages(
    connection: &Connection,
    door: &Door,
    since: Version,
) -> rusqlite::Result<Option<Vec<Seq>>> {
    let mut changed: std::collections::BTreeSet<Seq> = connection
        .prepare_cached("SELECT seq FROM messages WHERE conversation = ?1 AND version > ?2 LIMIT ?3")?
        .query_map(params![door.conversation, since.0, CHANGES_MAX + 1], |row| row.get(0).map(Seq))?
        .collect::<rusqlite::Result<_>>()?;
    let mut newest = connection.prepare_cached(
        "SELECT seq, created_version FROM messages WHERE conversation = ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let mut found = newest.query(params![door.conversation, CHANGES_MAX + 1])?;
    while let Some(row) = found.next()? {
        if row.get::<_, u64>(1)? <= since.0 {
            break;
        }
        changed.insert(Seq(row.get(0)?));
    }
    Ok((changed.len() <= CHANGES_MAX).then(|| changed.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_what_it_wrote_and_nothing_else() {
        let walk = Some(Walk { until: 9, account_until: 4, below_tick: 7, below: 3 });
        for walk in [None, walk] {
            let cursor = Cursor { user: 2, since: 5, account: 1, walk };
            assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        }
        for text in [
            "",
            "1",
            "1.2.3",
            "2.2.5.1",
            "1.2.5.1.9",
            "1.2.5.1.9.4.7.3.8",
            "1.2.5.-1",
            "1.2.5.x",
            "99999999999999999999.1.1.1",
            "1.2.5.9223372036854775808",
        ] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }
}
