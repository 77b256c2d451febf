//! Messages: reading stretches of them, through a reader's own door.

use std::collections::BTreeMap;

use kith_chat::{Refusal, Reply, store::PageStore};
use kith_protocol::*;
use rusqlite::{Connection, ToSql, params, params_from_iter};

use crate::{
    SqliteStore,
    door::{self, Door},
    error::Outcome,
    people::Named,
    rows::{self, MESSAGES},
    view::View,
};

/// What messages, quotes and people may take of an answer together; the rest is room for what surrounds them.
const ANSWER_BYTES: usize = limits::ANSWER_BYTES_MAX - 16 * 1024;

/// What a member sees: not cleared, not hidden. `?1` is the conversation, `?2` the member. Whether anything is hidden here is
/// asked once for all messages before it is asked for one.
const VISIBLE: &str = "m.conversation = ?1 \
     AND (NOT EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = ?1) \
       OR NOT EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = ?1 AND h.seq = m.seq))";

impl PageStore for SqliteStore {
    fn page(&self, actor: UserId, request: PageRequest) -> Reply<MessagePage> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, request.conversation_id)?;
            let limit = request.limit.map_or(limits::PAGE_MESSAGES_MAX, |limit| limit as usize);
            let mut answer = Answer::new(ANSWER_BYTES);
            let range = match (request.before, request.after, request.around) {
                (Some(before), _, _) => older(connection, &door, before, limit, &mut answer)?,
                (_, Some(after), _) => newer(connection, &door, after, limit, &mut answer)?,
                (_, _, Some(around)) => on_both_sides(connection, &door, around, limit, &mut answer)?,
                _ => older(connection, &door, door.last_seq.next(), limit, &mut answer)?,
            };
            Ok(answer.into_page(&door, range))
        })
    }

    fn pinned(&self, actor: UserId, id: ConversationId) -> Reply<MessagePage> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, id)?;
            let found = "AND m.seq > ?3 AND m.pinned_at IS NOT NULL ORDER BY m.pinned_at DESC, m.seq DESC";
            loose(connection, &door, found, &[&door.cleared_seq.0])
        })
    }

    fn with_attachments(
        &self,
        actor: UserId,
        id: ConversationId,
        images: bool,
        before: Option<Seq>,
        limit: usize,
    ) -> Reply<MessagePage> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, id)?;
            let before = before.unwrap_or_else(|| door.last_seq.next());
            let kind = if images { "a.kind = 0" } else { "a.kind <> 0" };
            let found = format!(
                "AND m.seq > ?3 AND m.seq < ?4 AND m.extras & 1 AND EXISTS ( \
                   SELECT 1 FROM message_attachments x JOIN attachments a ON a.num = x.attachment \
                   WHERE x.conversation = m.conversation AND x.seq = m.seq AND {kind}) \
                 ORDER BY m.seq DESC LIMIT ?5"
            );
            loose(connection, &door, &found, &[&door.cleared_seq.0, &before.0, &limit])
        })
    }

    fn message(&self, actor: UserId, address: MessageAddress) -> Reply<OneMessage> {
        self.read(move |connection| {
            let door = door::enter(connection, actor, address.conversation_id)?;
            let message = door.message(connection, address.seq)?.ok_or_else(Refusal::not_found)?;
            Ok(OneMessage { message })
        })
    }
}

/// Messages with what they quote and whom they name, as long as they fit.
pub(crate) struct Answer {
    messages: BTreeMap<Seq, Shared<Message>>,
    quotes: BTreeMap<Seq, Message>,
    named: Named,
    bytes_left: usize,
    at_least_one: bool,
}

impl Answer {
    /// With room for this many bytes, and for one message in any case.
    pub(crate) fn new(bytes: usize) -> Self {
        Self { at_least_one: true, ..Self::within(bytes) }
    }

    /// With room for this many bytes.
    pub(crate) fn within(bytes: usize) -> Self {
        Self {
            messages: BTreeMap::new(),
            quotes: BTreeMap::new(),
            named: Named::default(),
            bytes_left: bytes,
            at_least_one: false,
        }
    }

    /// Adds a message with all that belongs to it. Whether it fitted; where one must in any case, it comes without what it
    /// quotes rather than not at all.
    pub(crate) fn add(
        &mut self,
        view: &View<'_>,
        door: &Door,
        message: Shared<Message>,
    ) -> rusqlite::Result<bool> {
        let mut bytes = match message.json_bytes() {
            0 => rows::weight(&message),
            bytes => bytes + 1,
        };
        let mut quote = match message
            .reply_to
            .filter(|seq| !self.quotes.contains_key(seq) && !self.messages.contains_key(seq))
        {
            Some(seq) => door.message(view, seq)?,
            None => None,
        };
        bytes += quote.as_ref().map_or(0, rows::weight);
        for id in people_of(&message).chain(quote.iter().map(|quote| quote.sender_id)) {
            bytes += self.named.add(view, id)?;
        }
        if bytes > self.bytes_left {
            if !self.at_least_one || !self.messages.is_empty() {
                return Ok(false);
            }
            quote = None;
        }
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
        self.quotes.extend(quote.map(|quote| (quote.seq, quote)));
        self.messages.insert(message.seq, message);
        Ok(true)
    }

    /// Names people whose weight has been reckoned with already.
    pub(crate) fn name(&mut self, named: Named) {
        self.named.merge(named);
    }

    /// The messages in order, the quotes that are not among them, and the people.
    pub(crate) fn into_parts(self) -> (Vec<Shared<Message>>, Vec<Message>, Named) {
        let Self { messages, mut quotes, named, .. } = self;
        quotes.retain(|seq, _| !messages.contains_key(seq));
        (messages.into_values().collect(), quotes.into_values().collect(), named)
    }

    fn into_page(self, door: &Door, range: Range) -> MessagePage {
        let (messages, quotes, named) = self.into_parts();
        MessagePage {
            messages,
            quotes,
            from_seq: range.from,
            to_seq: range.to,
            at_start: range.from <= door.first_seq(),
            at_end: range.to >= door.last_seq,
            users: named.into_profiles(),
        }
    }
}

/// Everyone whom a message names, some of them more than once.
pub(crate) fn people_of(message: &Message) -> impl Iterator<Item = UserId> {
    let mentioned = message.entities.iter().filter_map(|entity| entity.user_id);
    let reacted = message.reactions.iter().flat_map(|reaction| reaction.user_ids.iter().copied());
    let told =
        message.system.iter().flat_map(|system| system.user_ids.iter().copied().take(NAMED_IN_NOTICE_MAX));
    [message.sender_id].into_iter().chain(mentioned).chain(reacted).chain(told)
}

/// A notice that a thousand people joined names the first of them.
const NAMED_IN_NOTICE_MAX: usize = 20;

/// What a page covers, whether or not something is there for this reader.
struct Range {
    from: Seq,
    to: Seq,
}

/// The nearest messages before `before`.
pub(crate) fn newest(
    view: &View<'_>,
    door: &Door,
    limit: usize,
    answer: &mut Answer,
) -> rusqlite::Result<()> {
    older(view, door, door.last_seq.next(), limit, answer).map(|_| ())
}

fn older(
    view: &View<'_>,
    door: &Door,
    before: Seq,
    limit: usize,
    answer: &mut Answer,
) -> rusqlite::Result<Range> {
    let before = before.min(door.last_seq.next());
    let to = Seq(before.0.saturating_sub(1));
    let taken = if door.has_hidden {
        let order = "AND m.seq > ?3 AND m.seq < ?4 ORDER BY m.seq DESC LIMIT ?5";
        take(view, door, order, &[&door.cleared_seq.0, &before.0, &(limit + 1)], limit, answer)?
    } else {
        let first = door.first_seq().max(Seq(before.0.saturating_sub(limit as u64)));
        let whole = if first == door.first_seq() { Taken::All } else { Taken::Until(Some(first)) };
        take_these(view, door, stretch(view, door, first, to)?.into_iter().rev(), whole, answer)?
    };
    let from = match taken {
        Taken::All => door.first_seq(),
        Taken::Until(last) => last.unwrap_or(before),
    };
    // An empty stretch begins behind its end.
    Ok(Range { from: from.min(to.next()), to })
}

fn newer(
    view: &View<'_>,
    door: &Door,
    after: Seq,
    limit: usize,
    answer: &mut Answer,
) -> rusqlite::Result<Range> {
    let after = after.max(door.cleared_seq).min(door.last_seq);
    let taken = if door.has_hidden {
        let order = "AND m.seq > ?3 AND m.seq < ?4 ORDER BY m.seq LIMIT ?5";
        take(view, door, order, &[&after.0, &door.last_seq.next().0, &(limit + 1)], limit, answer)?
    } else {
        let last = door.last_seq.min(Seq(after.0.saturating_add(limit as u64)));
        let whole = if last == door.last_seq { Taken::All } else { Taken::Until(Some(last)) };
        take_these(view, door, stretch(view, door, after.next(), last)?.into_iter(), whole, answer)?
    };
    let to = match taken {
        Taken::All => door.last_seq,
        Taken::Until(last) => last.unwrap_or(after),
    };
    Ok(Range { from: after.next(), to })
}

fn on_both_sides(
    view: &View<'_>,
    door: &Door,
    around: Seq,
    limit: usize,
    answer: &mut Answer,
) -> rusqlite::Result<Range> {
    // Half of the room for each side, so that a heavy past does not push what was asked for out of the answer.
    let bytes = answer.bytes_left;
    answer.bytes_left = bytes / 2;
    let before = around.next();
    let past = older(view, door, before, limit.div_ceil(2), answer)?;
    answer.bytes_left += bytes / 2;
    let future = newer(view, door, past.to, limit / 2, answer)?;
    Ok(Range { from: past.from, to: future.to.max(past.to) })
}

/// How far messages were taken.
enum Taken {
    /// To the end of what is there.
    All,
    /// There is more after this one, or after none when not even the first had room.
    Until(Option<Seq>),
}

/// Takes these messages, of which the member has hidden none, until the answer is full; when it takes the `whole` of them,
/// that is how far it has come.
fn take_these(
    view: &View<'_>,
    door: &Door,
    messages: impl Iterator<Item = Shared<Message>>,
    whole: Taken,
    answer: &mut Answer,
) -> rusqlite::Result<Taken> {
    let mut last = None;
    for message in messages {
        let seq = message.seq;
        let message = for_reader(view, door, message)?;
        if !answer.add(view, door, message)? {
            return Ok(Taken::Until(last));
        }
        last = Some(seq);
    }
    Ok(whole)
}

/// A message that is the same for everyone, with the reaction of this member.
fn for_reader(view: &View<'_>, door: &Door, message: Shared<Message>) -> rusqlite::Result<Shared<Message>> {
    if message.reactions.is_empty() {
        return Ok(message);
    }
    let my_reaction = rows::my_reaction(view, door.conversation, message.seq, door.user)?;
    Ok(match my_reaction {
        None => message,
        Some(_) => Message { my_reaction, ..message.into_inner() }.into(),
    })
}

/// All messages of a stretch, as everyone sees them: what is remembered of them, and the rest read.
fn stretch(view: &View<'_>, door: &Door, first: Seq, last: Seq) -> rusqlite::Result<Vec<Shared<Message>>> {
    if first > last {
        return Ok(Vec::new());
    }
    let Some(memory) = view.memory() else { return read_stretch(view, door, first, last) };
    let changed = |since| changed_since(view, door, since);
    let mut found = memory.messages(door.conversation, door.version, (first, last), changed)?;
    let missing = |message: &Option<_>| message.is_none();
    if let (Some(from), Some(to)) = (found.iter().position(missing), found.iter().rposition(missing)) {
        let read = read_stretch(view, door, Seq(first.0 + from as u64), Seq(first.0 + to as u64))?;
        memory.keep_messages(door.conversation, door.version, &read);
        for message in read {
            let place = usize::try_from(message.seq.0 - first.0).expect("a stretch is short");
            found[place] = Some(message);
        }
    }
    Ok(found.into_iter().flatten().collect())
}

fn read_stretch(
    connection: &Connection,
    door: &Door,
    first: Seq,
    last: Seq,
) -> rusqlite::Result<Vec<Shared<Message>>> {
    connection
        .prepare_cached(&format!(
            "{MESSAGES} WHERE m.conversation = ?1 AND m.seq BETWEEN ?2 AND ?3 ORDER BY m.seq"
        ))?
        .query_map(params![door.conversation, first.0, last.0], |row| {
            rows::message_of(connection, row, None).map(Shared::written)
        })?
        .collect()
}

/// The numbers of messages that were there and have changed after a version; `None` when they are many.
fn changed_since(connection: &Connection, door: &Door, since: Version) -> rusqlite::Result<Option<Vec<Seq>>> {
    const MANY: usize = 100;
    let changed: Vec<Seq> = connection
        .prepare_cached("SELECT seq FROM messages WHERE conversation = ?1 AND version > ?2 LIMIT ?3")?
        .query_map(params![door.conversation, since.0, MANY], |row| row.get(0).map(Seq))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((changed.len() < MANY).then_some(changed))
}

/// Takes messages in the given order until `limit` of them or the answer is full.
fn take(
    view: &View<'_>,
    door: &Door,
    order: &str,
    bounds: &[&dyn ToSql],
    limit: usize,
    answer: &mut Answer,
) -> rusqlite::Result<Taken> {
    let mut statement = view.prepare_cached(&format!("{MESSAGES} WHERE {VISIBLE} {order}"))?;
    let people: [&dyn ToSql; 2] = [&door.conversation, &door.user];
    let mut found = statement.query(params_from_iter(people.iter().chain(bounds)))?;
    let mut last = None;
    let mut taken = 0;
    while let Some(row) = found.next()? {
        if taken == limit {
            return Ok(Taken::Until(last));
        }
        let message = rows::message_of(view, row, Some(door.user))?;
        let seq = message.seq;
        if !answer.add(view, door, message.into())? {
            return Ok(Taken::Until(last));
        }
        last = Some(seq);
        taken += 1;
    }
    Ok(Taken::All)
}

/// Messages that need not follow one another.
fn loose(view: &View<'_>, door: &Door, found: &str, bounds: &[&dyn ToSql]) -> Outcome<MessagePage> {
    let mut answer = Answer::new(ANSWER_BYTES);
    let taken = take(view, door, found, bounds, limits::PAGE_MESSAGES_MAX, &mut answer)?;
    let (mut messages, quotes, named) = answer.into_parts();
    messages.reverse();
    let from_seq = messages.last().map_or(Seq(1), |message| message.seq);
    Ok(MessagePage {
        messages,
        quotes,
        from_seq,
        to_seq: Seq(from_seq.0.saturating_sub(1)),
        at_start: matches!(taken, Taken::All),
        at_end: true,
        users: named.into_profiles(),
    })
}

/// The newest message that a member sees.
pub(crate) fn last_visible(view: &View<'_>, door: &Door) -> rusqlite::Result<Option<Message>> {
    if !door.has_hidden {
        let first = door.last_seq.max(door.first_seq());
        let last = stretch(view, door, first, door.last_seq)?.pop();
        let last = last.map(|message| for_reader(view, door, message)).transpose()?;
        return Ok(last.map(Shared::into_inner));
    }
    view.prepare_cached(&format!("{MESSAGES} WHERE {VISIBLE} AND m.seq > ?3 ORDER BY m.seq DESC LIMIT 1"))?
        .query_map(params![door.conversation, door.user, door.cleared_seq.0], |row| {
            rows::message_of(view, row, Some(door.user))
        })?
        .next()
        .transpose()
}
