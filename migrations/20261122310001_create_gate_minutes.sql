-- Why: issued minutes are kept as the text that was hashed, so that a printed hash can be checked for ever.

CREATE TABLE gate_minutes (
    id         uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES gate_meetings ON DELETE RESTRICT,
    audience   text NOT NULL,
    issue      smallint NOT NULL,
    record     text NOT NULL,
    hash       text NOT NULL,
    issued_by  uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    issued_at  timestamptz NOT NULL,
    CONSTRAINT gate_minutes_issue_unique UNIQUE (meeting_id, audience, issue),
    CONSTRAINT gate_minutes_audience_known CHECK (audience IN ('full', 'public')),
    CONSTRAINT gate_minutes_hash_of_record CHECK (hash = encode(sha256(convert_to(record, 'UTF8')), 'hex'))
);
CREATE INDEX gate_minutes_by_hash ON gate_minutes (hash);

CREATE FUNCTION gate_minutes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'issued minutes are neither changed nor removed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_minutes_kept';
END $$;
CREATE TRIGGER gate_minutes_kept BEFORE UPDATE OR DELETE ON gate_minutes FOR EACH ROW EXECUTE FUNCTION gate_minutes_are_kept();
