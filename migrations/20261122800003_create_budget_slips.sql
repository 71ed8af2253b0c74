-- Why: movements between lines of the budget. A movement is one row with a source, a target and one amount, so that it can
-- neither create nor destroy yen; it counts only once it is applied, and is taken back only by a counter-movement. What-if
-- scenarios are sets of the same movements that count nowhere.

-- A place that money can stand at: a line of the budget by its meaning, not by its row, because a newer version has rows
-- of its own. moved_yen is the sum of all applied movements and is written by the trigger below only.
CREATE TABLE budget_positions (
    id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    fiscal_year   smallint NOT NULL,
    stage         text NOT NULL,
    round         smallint NOT NULL DEFAULT 0,
    program_id    uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    project_id    uuid REFERENCES projects ON DELETE RESTRICT,
    ministry_code text REFERENCES ministries ON DELETE RESTRICT,
    kind          text NOT NULL,
    moved_yen     bigint NOT NULL DEFAULT 0,
    CONSTRAINT budget_positions_once UNIQUE NULLS NOT DISTINCT (fiscal_year, stage, round, program_id, project_id, ministry_code, kind),
    CONSTRAINT budget_positions_year_in_range CHECK (fiscal_year BETWEEN 1990 AND 2100),
    CONSTRAINT budget_positions_stage_known CHECK (stage IN
        ('request', 'special_request', 'draft', 'initial', 'supplementary', 'adjustment', 'executed')),
    CONSTRAINT budget_positions_kind_known CHECK (kind IN ('initial', 'supplementary', 'fund', 'adjustment', 'carry_over', 'reserve'))
);
CREATE INDEX budget_positions_by_program ON budget_positions (program_id, fiscal_year);

CREATE TABLE budget_scenarios (
    id           uuid PRIMARY KEY,
    version_id   uuid NOT NULL REFERENCES budget_versions ON DELETE RESTRICT,
    name         text NOT NULL,
    note         text NOT NULL DEFAULT '',
    state        text NOT NULL DEFAULT 'draft',
    owner_id     uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    created_at   timestamptz NOT NULL,
    ended_by     uuid REFERENCES users ON DELETE RESTRICT,
    ended_at     timestamptz,
    version      integer NOT NULL DEFAULT 1,
    CONSTRAINT budget_scenarios_name_once UNIQUE (version_id, name),
    CONSTRAINT budget_scenarios_name_not_empty CHECK (name <> ''),
    CONSTRAINT budget_scenarios_state_known CHECK (state IN ('draft', 'submitted', 'discarded')),
    CONSTRAINT budget_scenarios_end_is_signed CHECK ((state = 'draft') = (ended_at IS NULL))
);
COMMENT ON TABLE budget_scenarios IS 'What-if sets of movements on top of a version. They are in no figure of the budget; submitting one makes proposed movements of it.';
CREATE INDEX budget_scenarios_recent ON budget_scenarios (created_at DESC, id);

CREATE TABLE budget_scenario_moves (
    id          uuid PRIMARY KEY,
    scenario_id uuid NOT NULL REFERENCES budget_scenarios ON DELETE CASCADE,
    from_id     bigint NOT NULL REFERENCES budget_positions ON DELETE RESTRICT,
    to_id       bigint NOT NULL REFERENCES budget_positions ON DELETE RESTRICT,
    amount_yen  bigint NOT NULL,
    reason      text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT budget_scenario_moves_two_ends CHECK (from_id <> to_id),
    CONSTRAINT budget_scenario_moves_amount_positive CHECK (amount_yen > 0),
    CONSTRAINT budget_scenario_moves_reason_not_empty CHECK (reason <> '')
);
CREATE INDEX budget_scenario_moves_of_scenario ON budget_scenario_moves (scenario_id, created_at, id);

CREATE TABLE budget_slips (
    id                  uuid PRIMARY KEY,
    fiscal_year         smallint NOT NULL,
    number              integer NOT NULL,
    kind                text NOT NULL DEFAULT 'movement',
    from_id             bigint NOT NULL REFERENCES budget_positions ON DELETE RESTRICT,
    to_id               bigint NOT NULL REFERENCES budget_positions ON DELETE RESTRICT,
    amount_yen          bigint NOT NULL,
    reason              text NOT NULL,
    authority           text NOT NULL,
    overdraft_authority text,
    counter_of          uuid REFERENCES budget_slips ON DELETE RESTRICT,
    scenario_id         uuid REFERENCES budget_scenarios ON DELETE RESTRICT,
    state               text NOT NULL DEFAULT 'proposed',
    proposed_by         uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    proposed_at         timestamptz NOT NULL,
    approved_by         uuid REFERENCES users ON DELETE RESTRICT,
    approved_at         timestamptz,
    applied_by          uuid REFERENCES users ON DELETE RESTRICT,
    applied_at          timestamptz,
    ended_by            uuid REFERENCES users ON DELETE RESTRICT,
    ended_at            timestamptz,
    end_note            text,
    version             integer NOT NULL DEFAULT 1,
    CONSTRAINT budget_slips_number_once UNIQUE (fiscal_year, number),
    CONSTRAINT budget_slips_two_ends CHECK (from_id <> to_id),
    CONSTRAINT budget_slips_amount_positive CHECK (amount_yen > 0),
    CONSTRAINT budget_slips_texts_not_empty CHECK (reason <> '' AND authority <> '' AND overdraft_authority <> ''),
    CONSTRAINT budget_slips_kind_known CHECK (kind IN ('movement', 'carry_over', 'counter')),
    CONSTRAINT budget_slips_counter_names_its_slip CHECK ((kind = 'counter') = (counter_of IS NOT NULL)),
    CONSTRAINT budget_slips_state_known CHECK (state IN ('proposed', 'approved', 'applied', 'rejected', 'withdrawn')),
    CONSTRAINT budget_slips_four_eyes CHECK (approved_by <> proposed_by),
    CONSTRAINT budget_slips_approved_is_signed CHECK (
        state NOT IN ('approved', 'applied') OR (approved_by IS NOT NULL AND approved_at IS NOT NULL)),
    CONSTRAINT budget_slips_applied_is_signed CHECK ((state = 'applied') = (applied_by IS NOT NULL AND applied_at IS NOT NULL)),
    CONSTRAINT budget_slips_end_is_signed CHECK ((state IN ('rejected', 'withdrawn')) = (ended_at IS NOT NULL)),
    CONSTRAINT budget_slips_rejected_with_reason CHECK (state <> 'rejected' OR end_note <> '')
);
CREATE UNIQUE INDEX budget_slips_one_counter ON budget_slips (counter_of) WHERE state NOT IN ('rejected', 'withdrawn');
CREATE INDEX budget_slips_waiting ON budget_slips (proposed_at, id) WHERE state IN ('proposed', 'approved');
CREATE INDEX budget_slips_by_source ON budget_slips (from_id);
CREATE INDEX budget_slips_by_target ON budget_slips (to_id);

-- What the version in force prints at a position.
CREATE FUNCTION printed_at_position(position_id bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(l.amount_yen), 0)::bigint
    FROM budget_positions p
    JOIN budget_in_force l ON l.fiscal_year = p.fiscal_year AND l.stage = p.stage AND l.round = p.round AND l.kind = p.kind
        AND l.program_id = p.program_id AND l.project_id IS NOT DISTINCT FROM p.project_id
        AND l.ministry_code IS NOT DISTINCT FROM p.ministry_code
    WHERE p.id = position_id
$$;

CREATE FUNCTION guard_budget_slip() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source budget_positions;
    target budget_positions;
    original budget_slips;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a slip stays on record' USING CONSTRAINT = 'budget_slips_stay', ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO source FROM budget_positions WHERE id = NEW.from_id;
        SELECT * INTO target FROM budget_positions WHERE id = NEW.to_id;
        IF NEW.kind = 'counter' THEN
            SELECT * INTO original FROM budget_slips WHERE id = NEW.counter_of;
            IF original.state <> 'applied' OR (original.from_id, original.to_id, original.amount_yen) IS DISTINCT FROM (NEW.to_id, NEW.from_id, NEW.amount_yen) THEN
                RAISE EXCEPTION 'slip % is no mirror of %', NEW.id, NEW.counter_of
                    USING CONSTRAINT = 'budget_slips_counter_mirrors', ERRCODE = 'check_violation';
            END IF;
        ELSIF NEW.state <> 'proposed' OR NEW.fiscal_year <> source.fiscal_year
            OR (NEW.kind = 'movement' AND source.fiscal_year <> target.fiscal_year)
            OR (NEW.kind = 'carry_over' AND (target.fiscal_year <> source.fiscal_year + 1 OR target.program_id <> source.program_id
                OR target.kind <> 'carry_over')) THEN
            RAISE EXCEPTION 'the ends of slip % do not fit its kind', NEW.id
                USING CONSTRAINT = 'budget_slips_ends_fit_kind', ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('proposed', 'approved'), ('proposed', 'rejected'), ('proposed', 'withdrawn'),
                                      ('approved', 'applied'), ('approved', 'rejected'), ('approved', 'withdrawn'))
        OR (NEW.id, NEW.fiscal_year, NEW.number, NEW.kind, NEW.from_id, NEW.to_id, NEW.amount_yen, NEW.reason, NEW.authority, NEW.proposed_by, NEW.proposed_at)
            IS DISTINCT FROM (OLD.id, OLD.fiscal_year, OLD.number, OLD.kind, OLD.from_id, OLD.to_id, OLD.amount_yen, OLD.reason, OLD.authority, OLD.proposed_by, OLD.proposed_at)
        OR (NEW.counter_of, NEW.scenario_id) IS DISTINCT FROM (OLD.counter_of, OLD.scenario_id) THEN
        RAISE EXCEPTION 'slip % cannot go from % to %', NEW.id, OLD.state, NEW.state
            USING CONSTRAINT = 'budget_slips_keep_their_order', ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'applied' THEN
        -- Both positions under lock, the smaller id first, so that two slips at once neither deadlock nor overdraw.
        PERFORM FROM budget_positions WHERE id IN (NEW.from_id, NEW.to_id) ORDER BY id FOR UPDATE;
        UPDATE budget_positions
        SET moved_yen = moved_yen + CASE id WHEN NEW.to_id THEN NEW.amount_yen ELSE -NEW.amount_yen END
        WHERE id IN (NEW.from_id, NEW.to_id);
        SELECT * INTO source FROM budget_positions WHERE id = NEW.from_id;
        IF NEW.overdraft_authority IS NULL AND printed_at_position(source.id) + source.moved_yen < 0 THEN
            RAISE EXCEPTION 'slip % takes position % below zero', NEW.id, source.id
                USING CONSTRAINT = 'budget_slips_no_line_below_zero', ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER budget_slips_guarded BEFORE INSERT OR UPDATE OR DELETE ON budget_slips
    FOR EACH ROW EXECUTE FUNCTION guard_budget_slip();

-- Nobody but an applied slip moves money.
CREATE FUNCTION guard_budget_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.moved_yen <> 0 OR TG_OP = 'UPDATE' AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'only slips move money' USING CONSTRAINT = 'budget_positions_moved_by_slips', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER budget_positions_guarded BEFORE INSERT OR UPDATE ON budget_positions
    FOR EACH ROW EXECUTE FUNCTION guard_budget_position();

CREATE VIEW budget_after_movements AS
SELECT fiscal_year, stage, round, program_id, program_name, project_id, ministry_code, kind,
       sum(printed_yen)::bigint AS printed_yen, sum(moved_yen)::bigint AS moved_yen, sum(printed_yen + moved_yen)::bigint AS amount_yen
FROM (
    SELECT fiscal_year, stage, round, program_id, CASE WHEN program_id IS NULL THEN program_name END AS program_name,
           project_id, ministry_code, kind, amount_yen AS printed_yen, 0::bigint AS moved_yen
    FROM budget_in_force
    WHERE amount_yen IS NOT NULL
    UNION ALL
    SELECT fiscal_year, stage, round, program_id, NULL, project_id, ministry_code, kind, 0, moved_yen
    FROM budget_positions
    WHERE moved_yen <> 0) AS parts
GROUP BY fiscal_year, stage, round, program_id, program_name, project_id, ministry_code, kind;
COMMENT ON VIEW budget_after_movements IS 'Lines in force with the applied movements. Movements within a year change no total: sum(moved_yen) over all years is 0.';
