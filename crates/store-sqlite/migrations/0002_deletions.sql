-- What was deleted, until it is on the list beside the database, which a restored backup is held against: what was deleted
-- after a backup was made must not come back with it. The triggers see every way in which something is deleted.
CREATE TABLE deletions (
    num          INTEGER PRIMARY KEY,
    kind         INTEGER NOT NULL,               -- 0 message, 1 hidden, 2 cleared, 3 account, 4 session
    conversation BLOB,
    seq          INTEGER,
    created_at   INTEGER,                        -- of the message: a number alone may mean another after a restore
    user         BLOB,                           -- who did it, or whose account it was
    session      BLOB,
    keeps        INTEGER NOT NULL DEFAULT 0      -- of an account: what it wrote stays
) STRICT;

CREATE TRIGGER deletions_message AFTER UPDATE OF unsent_at ON messages
WHEN OLD.unsent_at IS NULL AND NEW.unsent_at IS NOT NULL
BEGIN
    INSERT INTO deletions (kind, conversation, seq, created_at, user)
    SELECT 0, c.id, NEW.seq, NEW.created_at, u.id FROM conversations c, users u
    WHERE c.num = NEW.conversation AND u.num = NEW.unsent_by;
END;

CREATE TRIGGER deletions_hidden AFTER INSERT ON hidden
BEGIN
    INSERT INTO deletions (kind, conversation, seq, created_at, user)
    SELECT 1, c.id, m.seq, m.created_at, u.id FROM conversations c, users u, messages m
    WHERE c.num = NEW.conversation AND u.num = NEW.user AND m.conversation = NEW.conversation AND m.seq = NEW.seq;
END;

CREATE TRIGGER deletions_cleared AFTER UPDATE OF cleared_seq ON account_conversations
WHEN NEW.cleared_seq > OLD.cleared_seq
BEGIN
    INSERT INTO deletions (kind, conversation, seq, created_at, user)
    SELECT 2, c.id, m.seq, m.created_at, u.id FROM conversations c, users u, messages m
    WHERE c.num = NEW.conversation AND u.num = NEW.user AND m.conversation = NEW.conversation AND m.seq = NEW.cleared_seq;
END;

CREATE TRIGGER deletions_account AFTER UPDATE OF deleted_at ON users
WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL
BEGIN
    INSERT INTO deletions (kind, user, keeps) VALUES (3, NEW.id, NEW.unsend_pending = 0);
END;

CREATE TRIGGER deletions_session AFTER DELETE ON sessions
BEGIN
    INSERT INTO deletions (kind, session) VALUES (4, OLD.id);
END;
