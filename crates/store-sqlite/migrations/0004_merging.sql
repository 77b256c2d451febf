-- The search index is merged by the writer, a few pages at a time, and no longer by itself in strokes of hundreds.
INSERT INTO terms (terms, rank) VALUES ('automerge', 0);
