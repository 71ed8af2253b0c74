-- Why: tags suggested from a task's text are taken or turned down by people, in batches that can be taken back.

CREATE TABLE tag_batches (
    id         uuid PRIMARY KEY,
    made_by    uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    made_at    timestamptz NOT NULL,
    rules_hash text NOT NULL,
    undone_by  uuid REFERENCES users ON DELETE RESTRICT,
    undone_at  timestamptz,
    CONSTRAINT tag_batches_undone_by_somebody CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
COMMENT ON COLUMN tag_batches.rules_hash IS 'Of the rules and the thesaurus that made the suggestions.';
CREATE INDEX tag_batches_of_person ON tag_batches (made_by, made_at DESC, id);

CREATE TABLE tag_decisions (
    batch_id   uuid NOT NULL REFERENCES tag_batches ON DELETE CASCADE,
    task_id    uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    vocabulary text NOT NULL,
    accepted   boolean NOT NULL,
    suggested  smallint[] NOT NULL,
    before     smallint[] NOT NULL,
    words      text[] NOT NULL,
    PRIMARY KEY (batch_id, task_id, vocabulary),
    CONSTRAINT tag_decisions_vocabulary_known
        CHECK (vocabulary IN ('phase', 'modality', 'approval_class', 'nature', 'disease_area')),
    CONSTRAINT tag_decisions_suggest_something CHECK (cardinality(suggested) > 0)
);
CREATE INDEX tag_decisions_by_task ON tag_decisions (task_id, vocabulary);
