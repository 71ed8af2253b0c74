-- Why: what every slice stands on: versions of cached read models, the hash-chained audit, durable jobs.

CREATE TABLE data_versions (
    name    text PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE data_versions IS 'One counter per group of tables. A read model computed at version n is valid while the counter is n.';
INSERT INTO data_versions (name) VALUES ('accounts'), ('portfolio'), ('reference');

-- Statement triggers call this with the name of the group.
CREATE FUNCTION bump_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE data_versions SET version = version + 1 WHERE name = TG_ARGV[0];
    RETURN NULL;
END $$;

CREATE TABLE installation (
    only_row       boolean PRIMARY KEY DEFAULT true,
    made_by_demo   boolean NOT NULL DEFAULT false,
    demo_arguments jsonb,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT installation_has_one_row CHECK (only_row)
);
COMMENT ON COLUMN installation.made_by_demo IS 'True only where the demo command filled an empty database: demo accounts are served nowhere else.';
INSERT INTO installation DEFAULT VALUES;

CREATE TABLE audit_entries (
    position      bigint PRIMARY KEY,
    at            timestamptz NOT NULL,
    actor_id      uuid,
    actor_label   text NOT NULL,
    action        text NOT NULL,
    subject_kind  text NOT NULL,
    subject_id    text NOT NULL,
    details       jsonb NOT NULL,
    request_id    text,
    previous_hash bytea NOT NULL,
    hash          bytea NOT NULL,
    CONSTRAINT audit_entries_position_positive CHECK (position > 0),
    CONSTRAINT audit_entries_hash_is_sha256 CHECK (octet_length(hash) = 32 AND octet_length(previous_hash) = 32)
);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject_id, position DESC);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, position DESC);
CREATE INDEX audit_entries_by_action ON audit_entries (action, position DESC);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only' USING CONSTRAINT = 'audit_entries_append_only', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

CREATE TABLE jobs (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,
    payload      jsonb NOT NULL,
    run_after    timestamptz NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    last_error   text,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    given_up_at  timestamptz,
    CONSTRAINT jobs_end_once CHECK (finished_at IS NULL OR given_up_at IS NULL)
);
CREATE INDEX jobs_due ON jobs (run_after, id) WHERE finished_at IS NULL AND given_up_at IS NULL;

CREATE TABLE submissions (
    key        text PRIMARY KEY,
    user_id    uuid,
    location   text NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE submissions IS 'Idempotency keys of forms: a form sent twice does its work once and lands on the same page.';
