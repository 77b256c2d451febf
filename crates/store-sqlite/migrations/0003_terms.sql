-- The search index keeps only which documents a term is in: no search asks where in a message it stands, nor how long the
-- message is, and without that the index takes half the space. So the place of a message (`#12` the conversation, `@7` who
-- wrote it, `+photo`) is told from its words by its sign, not by its column. The writer fills the index again.
DROP TABLE terms;
CREATE VIRTUAL TABLE terms USING fts5 (
    document, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '#@+'"
);
INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1);
UPDATE meta SET value = 0 WHERE key = 'indexed';
