-- Why: pairing: an option, decided when a basic task is adopted, on a later year's slot and money of a named next program.

CREATE TABLE pairing_options (
    id            uuid PRIMARY KEY,
    task_id       uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    program_id    uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    fiscal_year   smallint NOT NULL,
    slot_type_id  uuid REFERENCES slot_types ON DELETE SET NULL,
    reserved_yen  bigint NOT NULL,
    state         text NOT NULL DEFAULT 'offered',
    stage_ends_on date NOT NULL,
    decide_by     date NOT NULL,
    reason        text,
    decision_id   uuid,
    offered_by    uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    offered_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    CONSTRAINT pairing_options_state_known
        CHECK (state IN ('offered', 'held', 'confirmed', 'exercised', 'released', 'expired')),
    CONSTRAINT pairing_options_yen_positive CHECK (reserved_yen > 0),
    CONSTRAINT pairing_options_year_in_range CHECK (fiscal_year BETWEEN 2015 AND 2100),
    CONSTRAINT pairing_options_release_has_reason CHECK (state <> 'released' OR reason IS NOT NULL)
);
COMMENT ON COLUMN pairing_options.fiscal_year IS 'The year whose slot is reserved in the receiving program.';
COMMENT ON COLUMN pairing_options.reserved_yen IS 'Yearly amount reserved, indirect cost included.';
COMMENT ON COLUMN pairing_options.decide_by IS 'The option expires when it was not exercised by this day.';
COMMENT ON COLUMN pairing_options.decision_id IS 'The gate decision that confirmed it.';
CREATE UNIQUE INDEX pairing_options_one_alive ON pairing_options (task_id, program_id, fiscal_year)
    WHERE state IN ('offered', 'held', 'confirmed', 'exercised');
CREATE INDEX pairing_options_of_book ON pairing_options (program_id, fiscal_year, id);
CREATE INDEX pairing_options_by_task ON pairing_options (task_id, id);

CREATE TABLE pairing_option_events (
    id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    option_id uuid NOT NULL REFERENCES pairing_options ON DELETE CASCADE,
    state     text NOT NULL,
    reason    text,
    by_user   uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    at        timestamptz NOT NULL
);
CREATE INDEX pairing_option_events_of_option ON pairing_option_events (option_id, id);

-- offered → held → confirmed → exercised; from each of the first three also released or expired. The rest is final.
CREATE FUNCTION check_option_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND NOT (
        (OLD.state = 'offered' AND NEW.state IN ('held', 'released', 'expired'))
        OR (OLD.state = 'held' AND NEW.state IN ('confirmed', 'released', 'expired'))
        OR (OLD.state = 'confirmed' AND NEW.state IN ('exercised', 'released', 'expired'))) THEN
        RAISE EXCEPTION 'a % option cannot become %', OLD.state, NEW.state
            USING CONSTRAINT = 'pairing_options_step_allowed', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pairing_options_step_allowed BEFORE UPDATE ON pairing_options
    FOR EACH ROW EXECUTE FUNCTION check_option_step();

-- What a receiving program sets aside in a year for options; where nothing was set, the slots of its calls.
CREATE TABLE option_books (
    program_id  uuid NOT NULL REFERENCES programs ON DELETE CASCADE,
    fiscal_year smallint NOT NULL,
    slots       smallint NOT NULL,
    budget_yen  bigint NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    PRIMARY KEY (program_id, fiscal_year),
    CONSTRAINT option_books_slots_not_negative CHECK (slots >= 0),
    CONSTRAINT option_books_budget_not_negative CHECK (budget_yen >= 0)
);

-- Exercised options enter the session of their year as slots that are already allocated.
CREATE VIEW exercised_options AS
    SELECT id AS option_id, task_id, program_id, fiscal_year, slot_type_id, reserved_yen, changed_at AS exercised_at
    FROM pairing_options
    WHERE state = 'exercised';
