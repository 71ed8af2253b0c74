-- The demo is committed in steps, so that its indexes of words are made beside its last tables. A demo that was cut short
-- is thrown away and made anew; it is never served.
ALTER TABLE installation ADD COLUMN demo_unfinished boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT installation_unfinished_is_demo CHECK (made_by_demo OR NOT demo_unfinished);
COMMENT ON COLUMN installation.demo_unfinished IS 'True while the demo command fills this database, and after it was cut short.';
