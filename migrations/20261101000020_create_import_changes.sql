-- Why: an applied import can be undone: what it inserted, and what stood there before it changed something.

CREATE TABLE import_changes (
    batch_id      uuid NOT NULL REFERENCES import_batches ON DELETE CASCADE,
    position      integer NOT NULL,
    kind          text NOT NULL,
    subject_id    uuid NOT NULL,
    before        jsonb,
    version_after integer,
    PRIMARY KEY (batch_id, position),
    CONSTRAINT import_changes_kind_known CHECK (kind IN ('task_new', 'task_changed', 'institution_new', 'person_new')),
    CONSTRAINT import_changes_before_of_changed CHECK ((kind = 'task_changed') = (before IS NOT NULL))
);

-- The mapping a person confirmed for a row of headers, offered again for the next file with the same headers.
CREATE TABLE import_mappings (
    fingerprint  text PRIMARY KEY,
    fields       jsonb NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX task_payments_source_row_once ON task_payments (source_row) WHERE source_row IS NOT NULL;
