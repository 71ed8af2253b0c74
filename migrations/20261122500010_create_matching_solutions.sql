-- Why: what a session computed, under which locks, what people think of it, and where the meeting stands.

-- One run of the solver. Never changes; the file holds everything needed to compute it again.
CREATE TABLE matching_solutions (
    id              uuid PRIMARY KEY,
    session_id      uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    version         integer NOT NULL,
    objective       text NOT NULL,
    status          text NOT NULL,
    weights         jsonb NOT NULL,
    value_millionths bigint,
    bound_millionths bigint,
    placed          integer NOT NULL,
    conflict        jsonb NOT NULL DEFAULT '[]',
    blocking        jsonb NOT NULL DEFAULT '[]',
    inputs_hash     text NOT NULL,
    file_hash       text NOT NULL,
    solver_version  integer NOT NULL,
    verdict         text NOT NULL,
    verdict_words   jsonb NOT NULL,
    milliseconds    integer NOT NULL,
    note            text NOT NULL,
    created_by      uuid REFERENCES users ON DELETE RESTRICT,
    created_at      timestamptz NOT NULL,
    CONSTRAINT matching_solutions_version_once UNIQUE (session_id, version),
    CONSTRAINT matching_solutions_version_positive CHECK (version > 0),
    CONSTRAINT matching_solutions_objective_known CHECK (objective IN ('max_sum', 'bottleneck', 'stable')),
    CONSTRAINT matching_solutions_status_known CHECK (status IN ('optimal', 'feasible', 'infeasible')),
    CONSTRAINT matching_solutions_verdict_known CHECK (verdict IN ('proven', 'refuted')),
    CONSTRAINT matching_solutions_infeasible_has_reason CHECK (status <> 'infeasible' OR conflict <> '[]'),
    CONSTRAINT matching_solutions_note_short CHECK (length(note) <= 500)
);
COMMENT ON COLUMN matching_solutions.value_millionths IS 'The objective in millionths of a unit of value (engine scale); for bottleneck the worst chosen value.';
COMMENT ON COLUMN matching_solutions.inputs_hash IS 'SHA-256 of the instance in canonical JSON: two versions with equal inputs asked the same question.';
COMMENT ON COLUMN matching_solutions.file_hash IS 'Hash of the session file: what nakadachi match replay checks.';
COMMENT ON COLUMN matching_solutions.verdict IS 'What the independent checker found when the version was stored.';

-- The session file beside its row: megabytes that lists need not read.
CREATE TABLE matching_solution_files (
    solution_id uuid PRIMARY KEY REFERENCES matching_solutions ON DELETE CASCADE,
    file        text NOT NULL
);

CREATE TABLE matching_solution_pairs (
    solution_id      uuid NOT NULL REFERENCES matching_solutions ON DELETE CASCADE,
    task_id          uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    slot_id          uuid NOT NULL REFERENCES matching_session_slots ON DELETE CASCADE,
    value_millionths bigint NOT NULL,
    cost_yen         bigint NOT NULL,
    locked           boolean NOT NULL,
    PRIMARY KEY (solution_id, task_id, slot_id)
);

-- What people of the session fixed by hand, with author and reason. One is in force per pair; lifted ones stay.
CREATE TABLE matching_locks (
    id         uuid PRIMARY KEY,
    session_id uuid NOT NULL,
    task_id    uuid NOT NULL,
    slot_id    uuid NOT NULL,
    kind       text NOT NULL,
    reason     text NOT NULL,
    created_by uuid REFERENCES users ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    lifted_by  uuid REFERENCES users ON DELETE RESTRICT,
    lifted_at  timestamptz,
    FOREIGN KEY (session_id, task_id, slot_id) REFERENCES matching_pairs ON DELETE CASCADE,
    CONSTRAINT matching_locks_kind_known CHECK (kind IN ('lock', 'forbid')),
    CONSTRAINT matching_locks_reason_given CHECK (reason <> '' AND length(reason) <= 500),
    CONSTRAINT matching_locks_lifted_by_somebody CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX matching_locks_one_per_pair ON matching_locks (session_id, task_id, slot_id) WHERE lifted_at IS NULL;

-- What each lock cost in each version: the objective without it less the objective with it.
CREATE TABLE matching_solution_locks (
    solution_id      uuid NOT NULL REFERENCES matching_solutions ON DELETE CASCADE,
    lock_id          uuid NOT NULL REFERENCES matching_locks ON DELETE CASCADE,
    cost_millionths  bigint,
    PRIMARY KEY (solution_id, lock_id)
);
COMMENT ON COLUMN matching_solution_locks.cost_millionths IS 'NULL: without this lock, or with it, there is no assignment, or the objective is not a sum.';

-- One voice per person and pair while the session is at the assignment; the last one counts.
CREATE TABLE matching_votes (
    session_id uuid NOT NULL,
    task_id    uuid NOT NULL,
    slot_id    uuid NOT NULL,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    vote       text NOT NULL,
    voted_at   timestamptz NOT NULL,
    PRIMARY KEY (session_id, task_id, slot_id, user_id),
    FOREIGN KEY (session_id, task_id, slot_id) REFERENCES matching_pairs ON DELETE CASCADE,
    CONSTRAINT matching_votes_known CHECK (vote IN ('for', 'against', 'abstain'))
);

-- Where the meeting stands: the pair on the table and the version on show. Everybody comes back to it.
CREATE TABLE matching_meetings (
    session_id  uuid PRIMARY KEY REFERENCES matching_sessions ON DELETE CASCADE,
    task_id     uuid,
    slot_id     uuid,
    version     integer NOT NULL DEFAULT 1,
    updated_by  uuid REFERENCES users ON DELETE RESTRICT,
    updated_at  timestamptz NOT NULL,
    FOREIGN KEY (session_id, task_id, slot_id) REFERENCES matching_pairs ON DELETE CASCADE,
    CONSTRAINT matching_meetings_pair_whole CHECK ((task_id IS NULL) = (slot_id IS NULL))
);

-- What one more slot, and 10 M yen more, would gain: kept as a proposal for the adjustment fund (調整費).
CREATE TABLE matching_adjustment_proposals (
    id               uuid PRIMARY KEY,
    session_id       uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    solution_id      uuid NOT NULL REFERENCES matching_solutions ON DELETE CASCADE,
    slot_id          uuid NOT NULL REFERENCES matching_session_slots ON DELETE CASCADE,
    program_id       uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    kind             text NOT NULL,
    slots            smallint NOT NULL,
    amount_yen       bigint NOT NULL,
    gain_millionths  bigint NOT NULL,
    reason           text NOT NULL,
    created_by       uuid REFERENCES users ON DELETE RESTRICT,
    created_at       timestamptz NOT NULL,
    CONSTRAINT matching_adjustment_proposals_kind_known CHECK (kind IN ('place', 'money')),
    CONSTRAINT matching_adjustment_proposals_once UNIQUE (solution_id, slot_id, kind),
    CONSTRAINT matching_adjustment_proposals_something CHECK (slots >= 0 AND amount_yen >= 0 AND (slots > 0 OR amount_yen > 0)),
    CONSTRAINT matching_adjustment_proposals_reason_given CHECK (reason <> '' AND length(reason) <= 500)
);
COMMENT ON TABLE matching_adjustment_proposals IS 'Read by the adjustment ledger of the budget; the gain was verified by solving again.';
CREATE INDEX matching_adjustment_proposals_by_program ON matching_adjustment_proposals (program_id, created_at DESC);

-- A stored version stays as it was computed.
CREATE FUNCTION refuse_solution_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a stored solution does not change'
        USING CONSTRAINT = 'matching_solutions_append_only', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER matching_solutions_append_only BEFORE UPDATE ON matching_solutions
    FOR EACH ROW EXECUTE FUNCTION refuse_solution_change();
CREATE TRIGGER matching_solution_pairs_append_only BEFORE UPDATE ON matching_solution_pairs
    FOR EACH ROW EXECUTE FUNCTION refuse_solution_change();

-- People with a declared conflict lose the pair on every open page at once.
CREATE TRIGGER conflict_declarations_tell_of_rights AFTER INSERT OR UPDATE OR DELETE ON conflict_declarations
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rights();
