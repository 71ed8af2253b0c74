-- Why: a transaction of thousands of statements rewrote one counter row thousands of times; once is enough.

ALTER TABLE data_versions ADD COLUMN bumped_by xid8;

CREATE OR REPLACE FUNCTION bump_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE data_versions SET version = version + 1, bumped_by = pg_current_xact_id()
    WHERE name = TG_ARGV[0] AND bumped_by IS DISTINCT FROM pg_current_xact_id();
    RETURN NULL;
END $$;
