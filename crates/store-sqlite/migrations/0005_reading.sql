-- What readers remember of people is true as long as this number is the one that they remember it with.
INSERT INTO meta (key, value) VALUES ('people', 0);
CREATE TRIGGER people_changed
AFTER UPDATE OF username, display_name, about, avatar, deleted_at, read_receipts ON users
WHEN OLD.username IS NOT NEW.username OR OLD.display_name IS NOT NEW.display_name OR OLD.about IS NOT NEW.about
  OR OLD.avatar IS NOT NEW.avatar OR OLD.deleted_at IS NOT NEW.deleted_at OR OLD.read_receipts IS NOT NEW.read_receipts
BEGIN
    UPDATE meta SET value = value + 1 WHERE key = 'people';
END;

-- What does not count as unread, whoever reads. Everything else does, and numbers have no gaps: so what is unread is
-- reckoned from the numbers, and only what stands here has to be taken off.
CREATE INDEX messages_uncounted ON messages (conversation, seq) WHERE kind <> 0 OR unsent_at IS NOT NULL;
