-- Why: one task that a source wrote twice is merged by a person, with everything needed to take it back; two that only look alike are
-- never offered again.

CREATE TABLE task_merges (
    id           uuid PRIMARY KEY,
    kept_id      uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    gone_id      uuid NOT NULL,
    gone_title   text NOT NULL,
    kept_version integer NOT NULL,
    images       jsonb NOT NULL,
    merged_by    uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    merged_at    timestamptz NOT NULL,
    undone_by    uuid REFERENCES users ON DELETE RESTRICT,
    undone_at    timestamptz,
    CONSTRAINT task_merges_of_two CHECK (kept_id <> gone_id),
    CONSTRAINT task_merges_undone_by_somebody CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
COMMENT ON COLUMN task_merges.images IS 'The rows of both tasks before: what undoing writes again.';
COMMENT ON COLUMN task_merges.kept_version IS 'Version of the kept task after merging; a later one cannot be taken back without losing edits.';
CREATE UNIQUE INDEX task_merges_gone_once ON task_merges (gone_id) WHERE undone_at IS NULL;
CREATE INDEX task_merges_recent ON task_merges (merged_at DESC, id);
CREATE INDEX task_merges_by_kept ON task_merges (kept_id);

CREATE TABLE task_distinctions (
    left_id    uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    right_id   uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    decided_by uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    decided_at timestamptz NOT NULL,
    remark     text,
    PRIMARY KEY (left_id, right_id),
    CONSTRAINT task_distinctions_in_order CHECK (left_id < right_id)
);
COMMENT ON TABLE task_distinctions IS 'Pairs that a person found to be two tasks.';
CREATE INDEX task_distinctions_by_right ON task_distinctions (right_id);

-- What the search for the same task written twice found last.
CREATE TABLE duplicate_offers (
    left_id    uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    right_id   uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    confidence smallint NOT NULL,
    reasons    jsonb NOT NULL,
    found_at   timestamptz NOT NULL,
    PRIMARY KEY (left_id, right_id),
    CONSTRAINT duplicate_offers_in_order CHECK (left_id < right_id),
    CONSTRAINT duplicate_offers_confidence_in_range CHECK (confidence BETWEEN 0 AND 100)
);
CREATE INDEX duplicate_offers_surest ON duplicate_offers (confidence DESC, left_id, right_id);
CREATE INDEX duplicate_offers_by_right ON duplicate_offers (right_id);

-- Rows about a task in tables that merging does not know: a task with such rows stays.
CREATE FUNCTION rows_about_task(task uuid) RETURNS TABLE (about text, rows bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    r record;
    known text[] := ARRAY['task_years', 'task_totals', 'task_institutions', 'task_people', 'task_payments', 'task_external_ids',
        'successor_links', 'opinions', 'tag_decisions', 'duplicate_offers', 'task_distinctions', 'task_merges'];
BEGIN
    FOR r IN
        SELECT c.conrelid::regclass::text AS name, a.attname AS attribute
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'tasks'::regclass AND cardinality(c.conkey) = 1
          AND NOT c.conrelid::regclass::text = ANY (known)
        ORDER BY 1, 2
    LOOP
        about := r.name;
        EXECUTE format('SELECT count(*) FROM %I WHERE %I = $1', r.name, r.attribute) INTO rows USING task;
        IF rows > 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
