-- Why: the same names come every month. A person settles once what a name that no program bears means.

CREATE TABLE import_program_names (
    key        text PRIMARY KEY,
    name       text NOT NULL,
    program_id uuid NOT NULL REFERENCES programs ON DELETE CASCADE,
    settled_by uuid REFERENCES users ON DELETE SET NULL,
    settled_at timestamptz NOT NULL,
    CONSTRAINT import_program_names_key_not_empty CHECK (key <> '')
);
COMMENT ON COLUMN import_program_names.key IS 'The name as names are compared: folded, without blanks and punctuation.';
CREATE INDEX import_program_names_by_program ON import_program_names (program_id);
