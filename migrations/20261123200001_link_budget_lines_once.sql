-- What the lines of a version refer to is checked once per version and record instead of once per line: 26,000 lines name
-- about 60 programs, and a foreign key on each line takes longer than writing the lines.

CREATE TABLE budget_version_records (
    version_id    uuid NOT NULL REFERENCES budget_versions ON DELETE CASCADE,
    program_id    uuid REFERENCES programs ON DELETE RESTRICT,
    project_id    uuid REFERENCES projects ON DELETE RESTRICT,
    ministry_code text REFERENCES ministries ON DELETE RESTRICT,
    import_id     uuid REFERENCES budget_imports ON DELETE RESTRICT,
    CONSTRAINT budget_version_records_one_each CHECK (num_nonnulls(program_id, project_id, ministry_code, import_id) = 1),
    CONSTRAINT budget_version_records_once UNIQUE NULLS NOT DISTINCT (version_id, program_id, project_id, ministry_code, import_id)
);
COMMENT ON TABLE budget_version_records IS 'The records that the lines of a version name, each once; written with the lines. They cannot be deleted while a line names them.';
CREATE INDEX budget_version_records_by_program ON budget_version_records (program_id);
CREATE INDEX budget_version_records_by_project ON budget_version_records (project_id);
CREATE INDEX budget_version_records_by_import ON budget_version_records (import_id);

CREATE FUNCTION link_budget_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO budget_version_records (version_id, program_id)
    SELECT DISTINCT version_id, program_id FROM added WHERE program_id IS NOT NULL
    ON CONFLICT ON CONSTRAINT budget_version_records_once DO NOTHING;
    INSERT INTO budget_version_records (version_id, project_id)
    SELECT DISTINCT version_id, project_id FROM added WHERE project_id IS NOT NULL
    ON CONFLICT ON CONSTRAINT budget_version_records_once DO NOTHING;
    INSERT INTO budget_version_records (version_id, ministry_code)
    SELECT DISTINCT version_id, ministry_code FROM added WHERE ministry_code IS NOT NULL
    ON CONFLICT ON CONSTRAINT budget_version_records_once DO NOTHING;
    INSERT INTO budget_version_records (version_id, import_id)
    SELECT DISTINCT version_id, import_id FROM added WHERE import_id IS NOT NULL
    ON CONFLICT ON CONSTRAINT budget_version_records_once DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER budget_lines_linked AFTER INSERT ON budget_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION link_budget_lines();

INSERT INTO budget_version_records (version_id, program_id)
SELECT DISTINCT version_id, program_id FROM budget_lines WHERE program_id IS NOT NULL;
INSERT INTO budget_version_records (version_id, project_id)
SELECT DISTINCT version_id, project_id FROM budget_lines WHERE project_id IS NOT NULL;
INSERT INTO budget_version_records (version_id, ministry_code)
SELECT DISTINCT version_id, ministry_code FROM budget_lines WHERE ministry_code IS NOT NULL;
INSERT INTO budget_version_records (version_id, import_id)
SELECT DISTINCT version_id, import_id FROM budget_lines WHERE import_id IS NOT NULL;

ALTER TABLE budget_lines
    DROP CONSTRAINT budget_lines_program_id_fkey,
    DROP CONSTRAINT budget_lines_project_id_fkey,
    DROP CONSTRAINT budget_lines_ministry_code_fkey,
    DROP CONSTRAINT budget_lines_import_id_fkey;

-- A line is written once: a change of it would pass the links by.
CREATE OR REPLACE FUNCTION refuse_budget_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM budget_versions WHERE id = OLD.version_id AND state <> 'draft') THEN
        RAISE EXCEPTION 'line % is written once', OLD.id
            USING CONSTRAINT = 'budget_lines_immutable', ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;

-- The records that lines name go only with their version.
CREATE FUNCTION guard_budget_version_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM budget_versions WHERE id = OLD.version_id) THEN
        RAISE EXCEPTION 'the records of version % follow its lines', OLD.version_id
            USING CONSTRAINT = 'budget_version_records_follow_lines', ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER budget_version_records_follow_lines BEFORE UPDATE OR DELETE ON budget_version_records
    FOR EACH ROW EXECUTE FUNCTION guard_budget_version_records();
