-- Why: files are evidence of more than milestones. They stand in one table with one limit and one list of types, and the
-- records that they belong to name them: evidence of milestones, and now evidence of gate reviews.

CREATE TABLE attached_files (
    id           uuid PRIMARY KEY,
    file_name    text NOT NULL,
    content_type text NOT NULL,
    file_bytes   bytea NOT NULL,
    file_size    integer NOT NULL,
    sha256       bytea NOT NULL,
    added_by     uuid REFERENCES users ON DELETE RESTRICT,
    added_at     timestamptz NOT NULL,
    CONSTRAINT attached_files_name_not_empty CHECK (file_name <> ''),
    CONSTRAINT attached_files_size CHECK (file_size BETWEEN 1 AND 10485760 AND octet_length(file_bytes) = file_size),
    CONSTRAINT attached_files_hash CHECK (sha256 = sha256(file_bytes)),
    CONSTRAINT attached_files_type CHECK (content_type IN
        ('application/pdf', 'image/png', 'image/jpeg', 'text/plain', 'text/csv',
         'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
         'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
         'application/vnd.openxmlformats-officedocument.presentationml.presentation'))
);
COMMENT ON TABLE attached_files IS 'Files as they were attached, never changed. Who may read one follows from the record that names it.';
ALTER TABLE attached_files ALTER COLUMN file_bytes SET STORAGE EXTERNAL;

CREATE FUNCTION refuse_attached_file_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an attached file is neither changed nor removed'
        USING CONSTRAINT = 'attached_files_stay', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER attached_files_stay BEFORE UPDATE OR DELETE ON attached_files
    FOR EACH ROW EXECUTE FUNCTION refuse_attached_file_change();

INSERT INTO attached_files (id, file_name, content_type, file_bytes, file_size, sha256, added_by, added_at)
SELECT id, file_name, content_type, file_bytes, file_size, sha256, added_by, added_at
FROM milestone_evidence WHERE kind = 'file';

ALTER TABLE milestone_evidence ADD COLUMN file_id uuid REFERENCES attached_files ON DELETE RESTRICT;
ALTER TABLE milestone_evidence DROP CONSTRAINT milestone_evidence_file_complete;
UPDATE milestone_evidence SET file_id = id WHERE kind = 'file';
ALTER TABLE milestone_evidence
    DROP COLUMN file_name, DROP COLUMN content_type, DROP COLUMN file_bytes, DROP COLUMN file_size, DROP COLUMN sha256,
    ADD CONSTRAINT milestone_evidence_file_shape CHECK ((kind = 'file') = (file_id IS NOT NULL));

ALTER TABLE gate_review_evidence ADD COLUMN file_id uuid REFERENCES attached_files ON DELETE RESTRICT;
CREATE UNIQUE INDEX gate_review_evidence_by_file ON gate_review_evidence (file_id);
