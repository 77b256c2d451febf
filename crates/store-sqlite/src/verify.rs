//! Examining a database: whether it says of itself what it must. Reads only, in one snapshot, also while a server runs.

use std::{collections::HashMap, fmt::Display, io, path::Path};

use kith_protocol::{AttachmentId, ConversationId};
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::{
    OpenError, checksums,
    mark::{self, Marked},
    migrations::is_newest,
    search,
    snapshot::open_to_read,
    store::{self, meta},
};

/// Findings of one kind that are told, at most.
const ALIKE_MAX: usize = 20;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: a file, a page, a conversation.
    pub place: String,
    /// What is wrong, as the rest of a sentence.
    pub problem: String,
}

impl Finding {
    /// What is wrong, and where.
    pub fn new(place: impl Display, problem: impl Display) -> Self {
        Self { place: place.to_string(), problem: problem.to_string() }
    }
}

/// What there is, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Examined {
    /// The name of the timeline.
    pub epoch: String,
    /// The number of the last commit.
    pub tick: u64,
    /// Accounts, deleted ones included.
    pub users: u64,
    /// Conversations.
    pub conversations: u64,
    /// Messages.
    pub messages: u64,
    /// Whether the pages carry checksums.
    pub has_checksums: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// The bytes that an attachment must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// Of which attachment.
    pub id: AttachmentId,
    /// How many.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// Whether there are thumbnails too.
    pub is_image: bool,
    /// Whether anything shows it; what nothing shows may be being collected.
    pub is_shown: bool,
}

/// Examines the database of a data folder.
///
/// # Errors
/// When there is none, or when it cannot be read at all.
pub fn examine(folder: &Path) -> Result<Examined, OpenError> {
    let mut examined = Examined::default();
    let pages_are_whole = examine_file(folder, &mut examined);
    let read = examine_content(folder, &mut examined);
    match read {
        // Damaged pages are named already; what they break is no news.
        Err(OpenError::Database(error)) if !pages_are_whole => {
            examined
                .findings
                .push(Finding::new(store::FILE, format_args!("cannot be read further: {error}")));
        }
        Err(OpenError::Database(error)) => {
            examined.findings.push(Finding::new(store::FILE, format_args!("cannot be read: {error}")));
        }
        read => read?,
    }
    Ok(examined)
}

/// The bytes that all attachments must have.
///
/// # Errors
/// Those of the database.
pub fn known_bytes(folder: &Path) -> Result<Vec<Bytes>, OpenError> {
    let connection = open_to_read(folder)?;
    let mut statement =
        connection.prepare("SELECT id, size, sha256, kind = 0, shown > 0 FROM attachments ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Bytes {
            id: row.get::<_, [u8; 16]>(0)?.into(),
            size: row.get(1)?,
            sha256: row.get(2)?,
            is_image: row.get(3)?,
            is_shown: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every page, past SQLite. Whether all are as they were written.
fn examine_file(folder: &Path, examined: &mut Examined) -> bool {
    match checksums::scan(&folder.join(store::FILE), ALIKE_MAX) {
        Ok((pages, damaged)) => {
            examined.has_checksums = pages == checksums::Pages::Checked;
            let found = damaged.iter().map(|page| {
                Finding::new(format_args!("{}, page {page}", store::FILE), "does not match its checksum")
            });
            examined.findings.extend(found);
            damaged.is_empty()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            let problem = match error.kind() {
                io::ErrorKind::UnexpectedEof => "was cut short".to_owned(),
                _ => error.to_string(),
            };
            examined.findings.push(Finding::new(store::FILE, problem));
            false
        }
    }
}

fn examine_content(folder: &Path, examined: &mut Examined) -> Result<(), OpenError> {
    let connection = open_to_read(folder)?;
    // Before the snapshot: a running server goes on, and its mark with it.
    let marked = mark::read(folder).map_err(OpenError::Mark)?;
    let snapshot = connection.unchecked_transaction()?;
    examined.epoch = meta(&snapshot, "epoch")?.unwrap_or_default();
    examined.tick = meta(&snapshot, "tick")?.unwrap_or_default();
    for (table, count) in [
        ("users", &mut examined.users),
        ("conversations", &mut examined.conversations),
        ("messages", &mut examined.messages),
    ] {
        *count = snapshot.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0))?;
    }
    examined.findings.extend(examine_mark(marked, examined.tick));
    examined.findings.extend(integrity(&snapshot)?);
    for rule in RULES {
        examined.findings.extend(broken(&snapshot, rule)?);
    }
    // An older database has its index as its own program made it, until it is opened and brought up to date.
    if is_newest(&snapshot)? {
        examined.findings.extend(examine_index(&snapshot)?);
    }
    Ok(())
}

fn examine_mark(marked: Marked, tick: u64) -> Option<Finding> {
    match marked {
        Marked::Commit(marked) if marked > tick => Some(Finding::new(
            "kith.db-wal",
            format_args!(
                "is damaged or cut short: the database ends at commit {tick}, and commit {marked} was acknowledged"
            ),
        )),
        Marked::Commit(_) | Marked::Nothing => None,
        Marked::Damaged => Some(Finding::new(mark::FILE, "is damaged")),
    }
}

fn integrity(connection: &Connection) -> rusqlite::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({ALIKE_MAX})"))?;
    for problem in statement.query_map([], |row| row.get::<_, String>(0))? {
        let problem = problem?;
        if problem != "ok" {
            findings.push(Finding::new(store::FILE, problem));
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    for table in statement.query_map([], |row| row.get::<_, String>(0))?.take(ALIKE_MAX) {
        findings.push(Finding::new(format_args!("table {}", table?), "has a row that points to nothing"));
    }
    Ok(findings)
}

/// What must not be found: `finds` gives a row for each place where it is, with the conversation's or the person's id
/// first (or NULL) and a number second.
struct Rule {
    problem: &'static str,
    finds: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        problem: "has messages whose numbers are not dense, up to",
        finds: "SELECT c.id, c.last_seq FROM conversations c LEFT JOIN \
            (SELECT conversation, COUNT(*) AS count, MIN(seq) AS first, MAX(seq) AS last FROM messages GROUP BY conversation) m \
            ON m.conversation = c.num WHERE COALESCE(m.count, 0) <> c.last_seq OR COALESCE(m.last, 0) <> c.last_seq \
            OR COALESCE(m.first, 1) <> 1",
    },
    Rule {
        problem: "has a message whose version does not follow on the one before it; its number is",
        finds: "SELECT c.id, x.seq FROM (SELECT conversation, seq, created_version, \
              LAG(created_version, 1, 0) OVER (PARTITION BY conversation ORDER BY seq) AS before FROM messages) x \
            JOIN conversations c ON c.num = x.conversation WHERE x.created_version <= x.before",
    },
    Rule {
        problem: "has a row that is newer than the conversation: message",
        finds: "SELECT c.id, m.seq FROM messages m JOIN conversations c ON c.num = m.conversation \
            WHERE MAX(m.created_version, COALESCE(m.version, 0), COALESCE(m.text_version, 0)) > c.version \
              OR COALESCE(m.version, m.created_version) < m.created_version",
    },
    Rule {
        problem: "has a member or a reaction that is newer than the conversation, at version",
        finds: "SELECT c.id, x.version FROM (SELECT conversation, version FROM members \
              UNION ALL SELECT conversation, version FROM reactions) x \
            JOIN conversations c ON c.num = x.conversation WHERE x.version > c.version",
    },
    Rule {
        problem: "has a member whose pointers are out of range, at",
        finds: "SELECT c.id, MAX(m.delivered_seq, m.read_seq, m.spoke_seq) FROM members m \
            JOIN conversations c ON c.num = m.conversation \
            WHERE MAX(m.delivered_seq, m.read_seq, m.spoke_seq) > c.last_seq OR MIN(m.delivered_seq, m.read_seq, m.spoke_seq) < 0",
    },
    Rule {
        problem: "counts its members wrongly:",
        finds: "SELECT c.id, c.member_count FROM conversations c WHERE c.member_count <> \
            (SELECT COUNT(*) FROM members m WHERE m.conversation = c.num AND m.left_at IS NULL)",
    },
    Rule {
        problem: "was cleared beyond its end, to",
        finds: "SELECT c.id, a.cleared_seq FROM account_conversations a JOIN conversations c ON c.num = a.conversation \
            WHERE a.cleared_seq > c.last_seq OR a.cleared_seq < 0",
    },
    Rule {
        problem: "has something that belongs to no message: number",
        finds: "SELECT c.id, x.seq FROM (SELECT conversation, seq FROM hidden UNION ALL SELECT conversation, seq FROM mentions \
              UNION ALL SELECT conversation, seq FROM reactions UNION ALL SELECT conversation, seq FROM message_attachments \
              UNION ALL SELECT conversation, seq FROM docs) x \
            LEFT JOIN messages m ON m.conversation = x.conversation AND m.seq = x.seq \
            LEFT JOIN conversations c ON c.num = x.conversation WHERE m.seq IS NULL",
    },
    Rule {
        problem: "has an answer to a later message, or to none: number",
        finds: "SELECT c.id, m.seq FROM messages m JOIN conversations c ON c.num = m.conversation \
            WHERE m.reply_to IS NOT NULL AND (m.reply_to < 1 OR m.reply_to >= m.seq)",
    },
    Rule {
        problem: "keeps something of an unsent message: number",
        finds: "SELECT c.id, m.seq FROM messages m JOIN conversations c ON c.num = m.conversation \
            WHERE m.unsent_at IS NOT NULL AND (m.text <> '' OR m.entities IS NOT NULL OR m.doc IS NOT NULL OR m.extras <> 0)",
    },
    Rule {
        problem: "does not know what a message shows: number",
        finds: "SELECT c.id, m.seq FROM messages m JOIN conversations c ON c.num = m.conversation WHERE (m.extras & 1) <> \
            EXISTS (SELECT 1 FROM message_attachments x WHERE x.conversation = m.conversation AND x.seq = m.seq)",
    },
    Rule {
        problem: "has a message that cannot be searched for: number",
        finds: "SELECT c.id, m.seq FROM messages m JOIN conversations c ON c.num = m.conversation \
            LEFT JOIN docs d ON d.doc = m.doc AND d.conversation = m.conversation AND d.seq = m.seq \
            WHERE m.kind = 0 AND m.unsent_at IS NULL AND d.doc IS NULL",
    },
    Rule {
        problem: "was changed after the last commit, at",
        finds: "SELECT c.id, c.tick FROM conversations c \
            WHERE c.tick > (SELECT value FROM meta WHERE key = 'tick')",
    },
    Rule {
        problem: "is an account with a row of a later version than its own,",
        finds: "SELECT u.id, x.account_version FROM (SELECT user, account_version FROM account_conversations \
              UNION ALL SELECT user, account_version FROM hidden UNION ALL SELECT user, account_version FROM blocks) x \
            JOIN users u ON u.num = x.user WHERE x.account_version > u.account_version",
    },
    Rule {
        problem: "is an attachment that is shown another number of times than",
        finds: "SELECT a.id, a.shown FROM attachments a WHERE a.shown <> \
            (SELECT COUNT(*) FROM message_attachments x WHERE x.attachment = a.num) \
            + (SELECT COUNT(*) FROM users u WHERE u.avatar = a.num) + (SELECT COUNT(*) FROM conversations c WHERE c.avatar = a.num)",
    },
];

fn broken(connection: &Connection, rule: &Rule) -> rusqlite::Result<Vec<Finding>> {
    let mut statement = connection.prepare(rule.finds)?;
    let mut rows = statement.query([])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        if findings.len() == ALIKE_MAX {
            findings.push(Finding::new("more", format_args!("like this: {} …", rule.problem)));
            break;
        }
        findings
            .push(Finding::new(place_of(row)?, format_args!("{} {}", rule.problem, row.get::<_, i64>(1)?)));
    }
    Ok(findings)
}

/// All ids are shown alike, whatever they are of.
fn place_of(row: &Row<'_>) -> rusqlite::Result<String> {
    let id: Option<[u8; 16]> = row.get(0)?;
    Ok(id.map_or_else(|| "nothing".into(), |id| ConversationId::from(id).to_string()))
}

/// Whether the search index holds the terms of the messages that it has come to, each as often as it should.
fn examine_index(connection: &Connection) -> rusqlite::Result<Vec<Finding>> {
    let mut expected = search::expected_terms(connection)?;
    connection.execute_batch("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, terms, row)")?;
    let mut statement = connection.prepare("SELECT term, doc FROM temp.vocabulary")?;
    let mut rows = statement.query([])?;
    let mut wrong = 0_u64;
    while let Some(row) = rows.next()? {
        let count = expected.remove(row.get_ref(0)?.as_str()?);
        wrong += u64::from(count != Some(row.get(1)?));
    }
    wrong += expected.len() as u64;
    let out_of_step = format_args!("is out of step with the messages in {wrong} terms").to_string();
    Ok((wrong > 0).then(|| Finding::new("the search index", out_of_step)).into_iter().collect())
}

/// How many documents each term should be found in.
pub(crate) type Terms = HashMap<String, u64>;
