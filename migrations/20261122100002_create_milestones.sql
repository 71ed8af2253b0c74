-- Why: milestones of tasks toward their exit, what they wait for, what shows that they are met, and why they moved.

CREATE TABLE milestones (
    id              uuid PRIMARY KEY,
    task_id         uuid NOT NULL CONSTRAINT milestones_of_task REFERENCES tasks ON DELETE RESTRICT,
    type_id         smallint NOT NULL REFERENCES milestone_types ON DELETE RESTRICT,
    detail          text,
    due_on          date NOT NULL,
    first_due_on    date NOT NULL,
    owner_user_id   uuid REFERENCES users ON DELETE RESTRICT,
    owner_person_id uuid REFERENCES people ON DELETE RESTRICT,
    state           text NOT NULL DEFAULT 'planned',
    reported_on     date,
    reported_by     uuid REFERENCES users ON DELETE RESTRICT,
    reported_at     timestamptz,
    met_on          date,
    accepted_by     uuid REFERENCES users ON DELETE RESTRICT,
    accepted_at     timestamptz,
    version         integer NOT NULL DEFAULT 1,
    created_by      uuid,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT milestones_state_known CHECK (state IN ('planned', 'met', 'missed', 'dropped')),
    CONSTRAINT milestones_one_owner CHECK (num_nonnulls(owner_user_id, owner_person_id) = 1),
    CONSTRAINT milestones_report_complete CHECK (num_nulls(reported_on, reported_at) IN (0, 2)),
    CONSTRAINT milestones_closed_unmet_without_report CHECK (state IN ('planned', 'met') OR reported_on IS NULL),
    CONSTRAINT milestones_met_is_accepted CHECK (
        (state = 'met') = (met_on IS NOT NULL) AND (state = 'met') = (accepted_at IS NOT NULL)
        AND (accepted_at IS NOT NULL OR accepted_by IS NULL)),
    CONSTRAINT milestones_accepted_by_another CHECK (accepted_by <> reported_by),
    CONSTRAINT milestones_detail_fits CHECK (detail <> '' AND length(detail) <= 300)
);
COMMENT ON COLUMN milestones.first_due_on IS 'The date first planned: what slips are counted from.';
COMMENT ON COLUMN milestones.reported_on IS 'The day on which somebody reports it as met; while the state is planned it waits for a PS or PO to accept it.';
COMMENT ON COLUMN milestones.met_on IS 'The reported day, once accepted. Only accepted milestones are met.';
CREATE INDEX milestones_by_task ON milestones (task_id, due_on, id);
CREATE INDEX milestones_by_type ON milestones (type_id, state);
CREATE INDEX milestones_open_by_due ON milestones (due_on, id) WHERE state = 'planned';
CREATE INDEX milestones_reported ON milestones (reported_at, id) WHERE state = 'planned' AND reported_on IS NOT NULL;

CREATE TABLE milestone_changes (
    id           uuid PRIMARY KEY,
    milestone_id uuid NOT NULL REFERENCES milestones ON DELETE RESTRICT,
    version      integer NOT NULL,
    at           timestamptz NOT NULL,
    by_id        uuid REFERENCES users ON DELETE RESTRICT,
    old_due_on   date NOT NULL,
    new_due_on   date NOT NULL,
    slip_days    integer NOT NULL GENERATED ALWAYS AS (new_due_on - old_due_on) STORED,
    old_state    text NOT NULL,
    new_state    text NOT NULL,
    reason       text NOT NULL,
    remark       text NOT NULL,
    CONSTRAINT milestone_changes_one_per_version UNIQUE (milestone_id, version),
    CONSTRAINT milestone_changes_reason_known CHECK (reason IN
        ('enrolment', 'result', 'manufacturing', 'supply', 'regulatory', 'ethics', 'ip', 'staff', 'funding', 'partner',
         'predecessor', 'replanned', 'earlier', 'achieved', 'returned', 'not_achieved', 'stopped', 'correction', 'other')),
    CONSTRAINT milestone_changes_remark_not_empty CHECK (btrim(remark) <> '' AND length(remark) <= 2000),
    CONSTRAINT milestone_changes_states_known CHECK (old_state IN ('planned', 'met', 'missed', 'dropped')
        AND new_state IN ('planned', 'met', 'missed', 'dropped')),
    CONSTRAINT milestone_changes_something CHECK (old_due_on <> new_due_on OR old_state <> new_state OR reason = 'returned')
);
COMMENT ON TABLE milestone_changes IS 'The slip ledger: every change of a due date or a state, with its reason. Append-only.';
CREATE INDEX milestone_changes_recent ON milestone_changes (at DESC, id);

CREATE FUNCTION refuse_milestone_change_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the slip ledger is append-only' USING CONSTRAINT = 'milestone_changes_append_only', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER milestone_changes_append_only BEFORE UPDATE OR DELETE ON milestone_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_milestone_change_edit();

-- A due date or state that moves without its line in the ledger is refused at the commit.
CREATE FUNCTION check_milestone_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM milestone_changes c
                   WHERE c.milestone_id = NEW.id AND c.version = NEW.version
                     AND c.old_due_on = OLD.due_on AND c.new_due_on = NEW.due_on
                     AND c.old_state = OLD.state AND c.new_state = NEW.state) THEN
        RAISE EXCEPTION 'milestone % moved without a reason', NEW.id
            USING CONSTRAINT = 'milestones_moves_have_reasons', ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER milestones_moves_have_reasons AFTER UPDATE ON milestones DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.due_on <> NEW.due_on OR OLD.state <> NEW.state) EXECUTE FUNCTION check_milestone_ledger();

CREATE TABLE milestone_evidence (
    id           uuid PRIMARY KEY,
    milestone_id uuid NOT NULL REFERENCES milestones ON DELETE RESTRICT,
    kind         text NOT NULL,
    body         text NOT NULL,
    file_name    text,
    content_type text,
    file_bytes   bytea,
    file_size    integer,
    sha256       bytea,
    added_by     uuid REFERENCES users ON DELETE RESTRICT,
    added_at     timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT milestone_evidence_kind_known CHECK (kind IN ('text', 'link', 'file')),
    CONSTRAINT milestone_evidence_body_fits CHECK (body <> '' AND length(body) <= 4000),
    CONSTRAINT milestone_evidence_link_shape CHECK (kind <> 'link' OR body ~ '^https?://'),
    CONSTRAINT milestone_evidence_file_complete CHECK (
        num_nulls(file_name, content_type, file_bytes, file_size, sha256) = CASE kind WHEN 'file' THEN 0 ELSE 5 END),
    CONSTRAINT milestone_evidence_file_size CHECK (file_size BETWEEN 1 AND 10485760 AND octet_length(file_bytes) = file_size),
    CONSTRAINT milestone_evidence_file_type CHECK (content_type IN
        ('application/pdf', 'image/png', 'image/jpeg', 'text/plain', 'text/csv',
         'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
         'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
         'application/vnd.openxmlformats-officedocument.presentationml.presentation'))
);
COMMENT ON COLUMN milestone_evidence.body IS 'The text, the address, or what the file is.';
CREATE INDEX milestone_evidence_by_milestone ON milestone_evidence (milestone_id, added_at, id);
ALTER TABLE milestone_evidence ALTER COLUMN file_bytes SET STORAGE EXTERNAL;

CREATE TABLE milestone_dependencies (
    milestone_id  uuid NOT NULL REFERENCES milestones ON DELETE RESTRICT,
    needs_id      uuid NOT NULL REFERENCES milestones ON DELETE RESTRICT,
    lag_days      smallint NOT NULL DEFAULT 0,
    agreed_due_on date NOT NULL,
    PRIMARY KEY (milestone_id, needs_id),
    CONSTRAINT milestone_dependencies_not_itself CHECK (milestone_id <> needs_id),
    CONSTRAINT milestone_dependencies_lag_in_range CHECK (lag_days BETWEEN 0 AND 3650)
);
COMMENT ON TABLE milestone_dependencies IS 'milestone_id waits for needs_id, also across tasks and programs; there are no cycles.';
COMMENT ON COLUMN milestone_dependencies.lag_days IS 'Days of work between the two at the least.';
COMMENT ON COLUMN milestone_dependencies.agreed_due_on IS 'Due date of the needed one when the waiting one was last planned: a later slip shows against it.';
CREATE INDEX milestone_dependencies_by_needed ON milestone_dependencies (needs_id, milestone_id);

-- One writer at a time: two dependencies added at once could close a cycle that neither sees.
CREATE FUNCTION refuse_milestone_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(6077123001);
    IF EXISTS (
        WITH RECURSIVE needed (id) AS (
            SELECT NEW.needs_id
            UNION
            SELECT d.needs_id FROM needed n JOIN milestone_dependencies d ON d.milestone_id = n.id
        )
        SELECT FROM needed WHERE id = NEW.milestone_id) THEN
        RAISE EXCEPTION 'milestone % would wait for itself', NEW.milestone_id
            USING CONSTRAINT = 'milestone_dependencies_no_cycle', ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER milestone_dependencies_no_cycle AFTER INSERT OR UPDATE OF milestone_id, needs_id ON milestone_dependencies
    FOR EACH ROW EXECUTE FUNCTION refuse_milestone_cycle();
