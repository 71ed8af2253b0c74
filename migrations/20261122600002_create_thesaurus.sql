-- Why: the field's thesaurus is edited on a page; every version can be had again, because a stored session names the one it used.

CREATE TABLE thesaurus_versions (
    number   integer PRIMARY KEY,
    hash     text NOT NULL,
    concepts integer NOT NULL,
    remark   text NOT NULL,
    made_by  uuid REFERENCES users ON DELETE RESTRICT,
    made_at  timestamptz NOT NULL,
    CONSTRAINT thesaurus_versions_number_positive CHECK (number > 0),
    CONSTRAINT thesaurus_versions_hash_shape CHECK (hash ~ '^[0-9a-f]{64}$')
);
COMMENT ON COLUMN thesaurus_versions.hash IS 'SHA-256 of the whole table as tab-separated text, in the order of position.';
COMMENT ON COLUMN thesaurus_versions.made_by IS 'NULL for the version that ships with the program.';

-- A concept in the versions from first_version to last_version; still in force where last_version is NULL.
CREATE TABLE thesaurus_concepts (
    key           text NOT NULL,
    first_version integer NOT NULL REFERENCES thesaurus_versions ON DELETE CASCADE,
    last_version  integer REFERENCES thesaurus_versions ON DELETE CASCADE,
    position      integer NOT NULL,
    kind          text NOT NULL,
    ja            text[] NOT NULL,
    en            text[] NOT NULL,
    broader       text[] NOT NULL,
    merged_into   text,
    PRIMARY KEY (key, first_version),
    CONSTRAINT thesaurus_concepts_versions_in_order CHECK (first_version <= last_version),
    CONSTRAINT thesaurus_concepts_kind_known CHECK (kind IN
        ('disease', 'modality', 'target', 'method', 'device', 'phase', 'population', 'resource')),
    CONSTRAINT thesaurus_concepts_key_shape CHECK (key ~ '^[a-z0-9][a-z0-9.-]{0,59}$'),
    CONSTRAINT thesaurus_concepts_has_words CHECK (cardinality(ja) + cardinality(en) > 0),
    CONSTRAINT thesaurus_concepts_merged_when_ended CHECK (merged_into IS NULL OR last_version IS NOT NULL)
);
COMMENT ON COLUMN thesaurus_concepts.merged_into IS 'The concept that took the words over, where this one was merged.';
CREATE UNIQUE INDEX thesaurus_concepts_one_in_force ON thesaurus_concepts (key) WHERE last_version IS NULL;

SELECT bump_statements(ARRAY['thesaurus_versions'], 'reference');
