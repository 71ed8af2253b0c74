-- Why: the annual budget with its proof: the files it came from, versions that never change once applied, and lines
-- that know the cell they were read from.
--
-- What other slices may rely on:
--  * `budget_in_force` lists the lines that count now: one version per fiscal year, stage and round.
--  * A version leaves the state 'draft' only when its lines add up to its control totals; from then on neither its
--    lines nor its facts can change. It ends as 'superseded' (a newer one took its place) or 'reversed' (taken back;
--    the one it superseded is in force again).
--  * `budget_lines.id` is stable for ever. A newer version has lines of its own, also for amounts that did not change;
--    such a line keeps the file, sheet and cell it was first read from.
--  * `amount_yen` is NULL exactly for 内数 (inside a larger amount, never added; `within_yen` is that larger amount
--    where it was printed). Sum `amount_yen`; NULLs do no harm.
--  * Amounts are whole yen. Stage 'adjustment' has one version per round of the adjustment fund (`round` from 1);
--    'supplementary' one per supplementary budget (第1次補正 = 1); every other stage has round 0.
--  * A program that the portfolio does not know has `program_id` NULL and its name in `program_name`; money that a
--    table gives to no program has both NULL.

CREATE TABLE budget_files (
    id          uuid PRIMARY KEY,
    sha256      bytea NOT NULL,
    name        text NOT NULL,
    bytes       bytea NOT NULL,
    format      text NOT NULL,
    uploaded_by uuid,
    uploaded_at timestamptz NOT NULL,
    CONSTRAINT budget_files_content_once UNIQUE (sha256),
    CONSTRAINT budget_files_sha256_length CHECK (octet_length(sha256) = 32),
    CONSTRAINT budget_files_name_not_empty CHECK (name <> '' AND length(name) <= 500)
);
COMMENT ON TABLE budget_files IS 'Workbooks as they were sent, byte for byte: the origin of every line.';
ALTER TABLE budget_files ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- One reading of a file, with what a person corrected about it. Applying it makes a version per year and stage.
CREATE TABLE budget_imports (
    id          uuid PRIMARY KEY,
    file_id     uuid NOT NULL REFERENCES budget_files ON DELETE RESTRICT,
    state       text NOT NULL DEFAULT 'draft',
    corrections jsonb NOT NULL DEFAULT '{}',
    confirmed   boolean NOT NULL DEFAULT false,
    summary     jsonb NOT NULL DEFAULT '{}',
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    ended_by    uuid,
    ended_at    timestamptz,
    version     integer NOT NULL DEFAULT 1,
    CONSTRAINT budget_imports_state_known CHECK (state IN ('draft', 'applied', 'dropped')),
    CONSTRAINT budget_imports_ended_with_time CHECK ((state = 'draft') = (ended_at IS NULL))
);
CREATE INDEX budget_imports_recent ON budget_imports (created_at DESC, id);
CREATE UNIQUE INDEX budget_imports_one_draft_per_file ON budget_imports (file_id) WHERE state = 'draft';

-- The meaning that a person confirmed for a layout, proposed again for the next file with that layout.
CREATE TABLE budget_mappings (
    signature    text PRIMARY KEY,
    mapping      jsonb NOT NULL,
    file_name    text NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz NOT NULL
);
COMMENT ON COLUMN budget_mappings.signature IS 'The headings of a table without their years, hashed.';

CREATE TABLE budget_versions (
    id            uuid PRIMARY KEY,
    fiscal_year   smallint NOT NULL,
    stage         text NOT NULL,
    round         smallint NOT NULL DEFAULT 0,
    number        integer NOT NULL,
    state         text NOT NULL DEFAULT 'draft',
    cause         text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    supersedes_id uuid REFERENCES budget_versions ON DELETE RESTRICT,
    import_id     uuid REFERENCES budget_imports ON DELETE RESTRICT,
    total_yen     bigint NOT NULL,
    line_count    integer NOT NULL,
    totals        jsonb NOT NULL DEFAULT '{}',
    created_by    uuid,
    created_at    timestamptz NOT NULL,
    applied_at    timestamptz,
    ended_by      uuid,
    ended_at      timestamptz,
    end_reason    text,
    CONSTRAINT budget_versions_number_once UNIQUE (fiscal_year, stage, round, number),
    CONSTRAINT budget_versions_year_in_range CHECK (fiscal_year BETWEEN 1990 AND 2100),
    CONSTRAINT budget_versions_stage_known CHECK (stage IN
        ('request', 'special_request', 'draft', 'initial', 'supplementary', 'adjustment', 'executed')),
    CONSTRAINT budget_versions_round_of_stage CHECK (
        CASE WHEN stage IN ('supplementary', 'adjustment') THEN round BETWEEN 1 AND 20 ELSE round = 0 END),
    CONSTRAINT budget_versions_state_known CHECK (state IN ('draft', 'applied', 'superseded', 'reversed')),
    CONSTRAINT budget_versions_cause_known CHECK (cause IN ('import', 'adjustment', 'correction')),
    CONSTRAINT budget_versions_applied_with_time CHECK ((state = 'draft') = (applied_at IS NULL)),
    CONSTRAINT budget_versions_ended_with_reason CHECK (
        state NOT IN ('superseded', 'reversed') OR (ended_at IS NOT NULL AND end_reason <> ''))
);
COMMENT ON COLUMN budget_versions.totals IS 'Control totals in yen: {"amount_yen", "without_program_yen", "ministry": {}, "project": {}, "program": {}, "kind": {}}, as in docs/budget-format.md.';
COMMENT ON COLUMN budget_versions.cause IS 'import: a new file; adjustment: movements between lines; correction: a file that mends an earlier one.';
CREATE UNIQUE INDEX budget_versions_one_in_force ON budget_versions (fiscal_year, stage, round) WHERE state = 'applied';
CREATE INDEX budget_versions_by_import ON budget_versions (import_id);

CREATE TABLE budget_lines (
    id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    version_id    uuid NOT NULL REFERENCES budget_versions ON DELETE CASCADE,
    position      integer NOT NULL,
    program_id    uuid REFERENCES programs ON DELETE RESTRICT,
    program_name  text,
    project_id    uuid REFERENCES projects ON DELETE RESTRICT,
    project_name  text,
    ministry_code text REFERENCES ministries ON DELETE RESTRICT,
    ministry_name text,
    kind          text NOT NULL,
    amount_yen    bigint,
    within_yen    bigint,
    note          text NOT NULL DEFAULT '',
    import_id     uuid REFERENCES budget_imports ON DELETE RESTRICT,
    sheet         text,
    cell          text COLLATE "C",
    CONSTRAINT budget_lines_position_once UNIQUE (version_id, position),
    CONSTRAINT budget_lines_kind_known CHECK (kind IN ('initial', 'supplementary', 'fund', 'adjustment', 'carry_over', 'reserve')),
    CONSTRAINT budget_lines_within_is_no_amount CHECK (amount_yen IS NULL OR within_yen IS NULL),
    CONSTRAINT budget_lines_within_has_note CHECK (amount_yen IS NOT NULL OR note LIKE '内数%'),
    CONSTRAINT budget_lines_named_when_known CHECK (
        (program_id IS NULL OR program_name IS NOT NULL) AND (project_id IS NULL OR project_name IS NOT NULL)
        AND (ministry_code IS NULL OR ministry_name IS NOT NULL)),
    CONSTRAINT budget_lines_cell_is_whole CHECK (num_nonnulls(import_id, sheet, cell) IN (0, 3))
);
COMMENT ON COLUMN budget_lines.program_name IS 'As the budget prints it; programs.name_ja is the name of today.';
COMMENT ON COLUMN budget_lines.import_id IS 'The reading (and so the file and person) this amount came by. NULL for a line that a movement made.';
CREATE INDEX budget_lines_by_program ON budget_lines (program_id, version_id);
CREATE INDEX budget_lines_by_project ON budget_lines (project_id, version_id);

-- What was applied stays as it is.
CREATE FUNCTION refuse_budget_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM budget_versions WHERE id = OLD.version_id AND state <> 'draft') THEN
        RAISE EXCEPTION 'line % belongs to an applied version', OLD.id
            USING CONSTRAINT = 'budget_lines_immutable', ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER budget_lines_immutable BEFORE UPDATE OR DELETE ON budget_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_budget_line_change();

CREATE FUNCTION refuse_late_budget_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM budget_versions WHERE state <> 'draft' AND id IN (SELECT version_id FROM added)) THEN
        RAISE EXCEPTION 'lines were added to an applied version'
            USING CONSTRAINT = 'budget_lines_immutable', ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER budget_lines_before_application AFTER INSERT ON budget_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_budget_lines();

CREATE FUNCTION guard_budget_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE counted bigint; summed numeric;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'version % was applied', OLD.id
                USING CONSTRAINT = 'budget_versions_immutable', ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state = 'draft' THEN
        IF NEW.state = 'applied' THEN
            SELECT count(*), coalesce(sum(amount_yen), 0) INTO counted, summed FROM budget_lines WHERE version_id = NEW.id;
            IF counted <> NEW.line_count OR summed <> NEW.total_yen THEN
                RAISE EXCEPTION 'version % states % lines of % yen, but has % lines of % yen',
                    NEW.id, NEW.line_count, NEW.total_yen, counted, summed
                    USING CONSTRAINT = 'budget_versions_total_is_its_lines', ERRCODE = 'check_violation';
            END IF;
        ELSIF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'version % was never applied', NEW.id
                USING CONSTRAINT = 'budget_versions_immutable', ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- A superseded version comes back into force when the one after it is reversed; a reversed one never.
    IF (NEW.state, OLD.state) NOT IN (('superseded', 'applied'), ('reversed', 'applied'), ('applied', 'superseded'))
        OR (NEW.id, NEW.fiscal_year, NEW.stage, NEW.round, NEW.number, NEW.cause, NEW.reason, NEW.total_yen, NEW.line_count, NEW.totals, NEW.created_at, NEW.applied_at)
            IS DISTINCT FROM (OLD.id, OLD.fiscal_year, OLD.stage, OLD.round, OLD.number, OLD.cause, OLD.reason, OLD.total_yen, OLD.line_count, OLD.totals, OLD.created_at, OLD.applied_at)
        OR (NEW.supersedes_id, NEW.import_id, NEW.created_by) IS DISTINCT FROM (OLD.supersedes_id, OLD.import_id, OLD.created_by) THEN
        RAISE EXCEPTION 'version % was applied', OLD.id
            USING CONSTRAINT = 'budget_versions_immutable', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER budget_versions_immutable BEFORE UPDATE OR DELETE ON budget_versions
    FOR EACH ROW EXECUTE FUNCTION guard_budget_version();

CREATE FUNCTION refuse_budget_file_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'file % is the origin of figures', OLD.id
        USING CONSTRAINT = 'budget_files_immutable', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER budget_files_immutable BEFORE UPDATE ON budget_files
    FOR EACH ROW EXECUTE FUNCTION refuse_budget_file_change();

CREATE VIEW budget_in_force AS
SELECT v.fiscal_year, v.stage, v.round, l.version_id, l.id AS line_id, l.position, l.program_id, l.program_name,
       l.project_id, l.project_name, l.ministry_code, l.ministry_name, l.kind, l.amount_yen, l.within_yen, l.note,
       l.import_id, l.sheet, l.cell
FROM budget_versions v
JOIN budget_lines l ON l.version_id = v.id
WHERE v.state = 'applied';
COMMENT ON VIEW budget_in_force IS 'Lines of the versions that count now, one version per fiscal year, stage and round.';
