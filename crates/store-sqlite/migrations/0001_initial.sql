-- People and conversations have a small number of their own besides their id: a message names its conversation and its
-- sender by number, which saves 26 bytes in every row and index entry.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    num              INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    username         TEXT    NOT NULL,
    username_key     TEXT    UNIQUE,             -- NULL once the account is deleted
    display_name     TEXT    NOT NULL,
    search_key       TEXT    NOT NULL,           -- both names, folded, to be searched
    about            TEXT    NOT NULL DEFAULT '',
    avatar           INTEGER REFERENCES attachments (num),
    role             INTEGER NOT NULL,           -- 0 member, 1 owner of the server
    password         TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    suspended_at     INTEGER,
    deleted_at       INTEGER,
    unsend_pending   INTEGER NOT NULL DEFAULT 0, -- deleted, and what they wrote is being unsent
    last_active_at   INTEGER,
    account_version  INTEGER NOT NULL DEFAULT 0,
    settings_version INTEGER NOT NULL DEFAULT 0,
    read_receipts    INTEGER NOT NULL DEFAULT 1,
    presence         INTEGER NOT NULL DEFAULT 1,
    preferences      TEXT    NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX users_unsend ON users (num) WHERE unsend_pending = 1;

CREATE TABLE sessions (
    id           BLOB    PRIMARY KEY,
    user         INTEGER NOT NULL REFERENCES users (num),
    token        BLOB    NOT NULL UNIQUE,        -- SHA-256 of the token
    device       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user);

CREATE TABLE conversations (
    num              INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    kind             INTEGER NOT NULL,           -- 0 direct, 1 group
    title            TEXT,
    avatar           INTEGER REFERENCES attachments (num),
    members_may_edit INTEGER NOT NULL DEFAULT 1,
    version          INTEGER NOT NULL DEFAULT 0,
    last_seq         INTEGER NOT NULL DEFAULT 0,
    member_count     INTEGER NOT NULL DEFAULT 0,
    tick             INTEGER NOT NULL,           -- the commit that last changed it or its receipts
    created_at       INTEGER NOT NULL,
    created_by       INTEGER NOT NULL REFERENCES users (num),
    client_id        BLOB,                       -- of a group: what its maker called the request
    fingerprint      BLOB,
    direct_low       INTEGER,                    -- of a direct conversation: the two people, smaller number first
    direct_high      INTEGER
) STRICT;
CREATE UNIQUE INDEX conversations_client ON conversations (created_by, client_id) WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX conversations_direct ON conversations (direct_low, direct_high) WHERE direct_low IS NOT NULL;

CREATE TABLE members (
    conversation  INTEGER NOT NULL REFERENCES conversations (num),
    user          INTEGER NOT NULL REFERENCES users (num),
    role          INTEGER NOT NULL,              -- 0 member, 1 admin, 2 owner
    joined_at     INTEGER NOT NULL,
    left_at       INTEGER,
    version       INTEGER NOT NULL,
    spoke_seq     INTEGER NOT NULL DEFAULT 0,
    delivered_seq INTEGER NOT NULL DEFAULT 0,
    read_seq      INTEGER NOT NULL DEFAULT 0,
    read_at       INTEGER,
    PRIMARY KEY (conversation, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_user ON members (user) WHERE left_at IS NULL;

-- What only one person keeps of a conversation.
CREATE TABLE account_conversations (
    user            INTEGER NOT NULL REFERENCES users (num),
    conversation    INTEGER NOT NULL REFERENCES conversations (num),
    account_version INTEGER NOT NULL,
    tick            INTEGER NOT NULL,
    muted_until     INTEGER,
    pinned          INTEGER NOT NULL DEFAULT 0,
    archived        INTEGER NOT NULL DEFAULT 0,
    marked_unread   INTEGER NOT NULL DEFAULT 0,
    cleared_seq     INTEGER NOT NULL DEFAULT 0,
    draft           TEXT,
    PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_conversations_version ON account_conversations (user, account_version);

CREATE TABLE hidden (
    user            INTEGER NOT NULL REFERENCES users (num),
    conversation    INTEGER NOT NULL REFERENCES conversations (num),
    seq             INTEGER NOT NULL,
    account_version INTEGER NOT NULL,
    PRIMARY KEY (user, conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_version ON hidden (user, account_version);

CREATE TABLE blocks (
    user            INTEGER NOT NULL REFERENCES users (num),
    blocked         INTEGER NOT NULL REFERENCES users (num),
    active          INTEGER NOT NULL,
    account_version INTEGER NOT NULL,
    PRIMARY KEY (user, blocked)
) STRICT, WITHOUT ROWID;

-- Conversations that somebody is not in any more, for `sync`.
CREATE TABLE removed (
    user         INTEGER NOT NULL REFERENCES users (num),
    conversation INTEGER NOT NULL REFERENCES conversations (num),
    tick         INTEGER NOT NULL,
    PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;

-- Clustered by conversation and number: a page is one stretch of the tree.
CREATE TABLE messages (
    conversation    INTEGER NOT NULL REFERENCES conversations (num),
    seq             INTEGER NOT NULL,
    created_version INTEGER NOT NULL,
    version         INTEGER,                     -- of the last change; NULL while it is as it was created
    text_version    INTEGER,                     -- of the last change of the text
    sender          INTEGER NOT NULL REFERENCES users (num),
    client_id       BLOB,
    fingerprint     BLOB,
    kind            INTEGER NOT NULL,            -- 0 text, 1 system
    extras          INTEGER NOT NULL DEFAULT 0,  -- bits: 1 attachments, 2 reactions, 4 forwarded, 8 mentions
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER,
    unsent_at       INTEGER,
    unsent_by       INTEGER,
    pinned_at       INTEGER,
    reply_to        INTEGER,
    doc             INTEGER,                     -- its row in the search index
    text            TEXT    NOT NULL,
    entities        TEXT,
    system          TEXT,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
-- The id first: those of clients grow with time, so that all that is sent at one time lies together.
CREATE UNIQUE INDEX messages_client ON messages (client_id, sender) WHERE client_id IS NOT NULL;
CREATE INDEX messages_changed ON messages (conversation, version) WHERE version IS NOT NULL;
CREATE INDEX messages_pinned ON messages (conversation) WHERE pinned_at IS NOT NULL;
CREATE INDEX messages_replies ON messages (conversation, reply_to) WHERE reply_to IS NOT NULL;

CREATE TABLE mentions (
    conversation INTEGER NOT NULL,
    user         INTEGER NOT NULL REFERENCES users (num),
    seq          INTEGER NOT NULL,
    PRIMARY KEY (conversation, user, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
    conversation INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    user         INTEGER NOT NULL REFERENCES users (num),
    emoji        TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachments (
    num         INTEGER PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE,
    owner       INTEGER NOT NULL REFERENCES users (num),
    kind        INTEGER NOT NULL,                -- 0 image, 1 video, 2 audio, 3 file
    name        TEXT    NOT NULL,
    mime        TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    width       INTEGER,
    height      INTEGER,
    duration_ms INTEGER,
    alt         TEXT,
    thumbhash   TEXT,
    sha256      BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    shown       INTEGER NOT NULL DEFAULT 0,      -- by how many messages and as whose picture
    ever_shown  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attachments_unshown ON attachments (ever_shown, created_at) WHERE shown = 0;
CREATE INDEX attachments_pending ON attachments (owner) WHERE ever_shown = 0;

CREATE TABLE message_attachments (
    conversation INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    attachment   INTEGER NOT NULL REFERENCES attachments (num),
    PRIMARY KEY (conversation, seq, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_attachments_attachment ON message_attachments (attachment);

-- The search index. A document is a message, numbered in the order of commits, so that newest first is a walk backwards.
-- `place` holds where it is, who wrote it and what it has; `words` what it says, cut into terms by the program.
CREATE TABLE docs (
    doc          INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    seq          INTEGER NOT NULL
) STRICT;
-- A document is deleted by naming its terms, and `secure-delete` takes them out of the index at once: a tombstone would
-- leave the words of a deleted message on the disk until some later merge.
CREATE VIRTUAL TABLE terms USING fts5 (place, words, content = '', detail = column, tokenize = 'ascii');
INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1);
