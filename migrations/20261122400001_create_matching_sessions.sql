-- Why: the matching session: who could go where (pairs with their truth table and score), what both sides want (blind
-- until both are in), and who consents. Versions of solutions, locks and forbids are `matching_solutions` and
-- `matching_locks`, tables of their own, that build on these.

-- Eligibility rules as data. A row is a version of the whole set and never changes; a session names the one it was judged by.
CREATE TABLE matching_rules (
    version    integer PRIMARY KEY,
    rules      jsonb NOT NULL,
    note       text NOT NULL,
    created_by uuid REFERENCES users ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    CONSTRAINT matching_rules_version_positive CHECK (version > 0),
    CONSTRAINT matching_rules_are_an_object CHECK (jsonb_typeof(rules) = 'object')
);
COMMENT ON TABLE matching_rules IS 'Type matching::eligibility::Rules as JSON. Append-only: a change is a new version.';

CREATE FUNCTION refuse_rule_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of rules are append-only' USING CONSTRAINT = 'matching_rules_append_only', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER matching_rules_append_only BEFORE UPDATE OR DELETE ON matching_rules
    FOR EACH ROW EXECUTE FUNCTION refuse_rule_change();

CREATE TABLE matching_sessions (
    id                uuid PRIMARY KEY,
    name              text NOT NULL,
    fiscal_year       smallint NOT NULL,
    state             text NOT NULL DEFAULT 'draft',
    rules_version     integer NOT NULL REFERENCES matching_rules ON DELETE RESTRICT,
    upstream_query    text NOT NULL DEFAULT '',
    interest_deadline timestamptz,
    consent_until     date,
    frozen_at         timestamptz,
    evaluated_at      timestamptz,
    version           integer NOT NULL DEFAULT 1,
    created_by        uuid REFERENCES users ON DELETE RESTRICT,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT matching_sessions_name_not_empty CHECK (name <> '' AND length(name) <= 200),
    CONSTRAINT matching_sessions_year_in_range CHECK (fiscal_year BETWEEN 1990 AND 2100),
    CONSTRAINT matching_sessions_state_known
        CHECK (state IN ('draft', 'eligible', 'shortlist', 'interest', 'solved', 'consent', 'closed')),
    CONSTRAINT matching_sessions_frozen_before_interest
        CHECK ((frozen_at IS NOT NULL) = (state IN ('interest', 'solved', 'consent', 'closed'))),
    CONSTRAINT matching_sessions_interest_has_deadline CHECK (frozen_at IS NULL OR interest_deadline IS NOT NULL),
    CONSTRAINT matching_sessions_evaluated CHECK (state = 'draft' OR evaluated_at IS NOT NULL)
);
COMMENT ON COLUMN matching_sessions.fiscal_year IS 'The fiscal year in which the receiving calls start their tasks.';
COMMENT ON COLUMN matching_sessions.upstream_query IS 'The query of the task list by which the upstream set was last chosen.';
COMMENT ON COLUMN matching_sessions.frozen_at IS 'Set when interest opens: from then on slots, ceilings and the upstream set cannot change.';
COMMENT ON COLUMN matching_sessions.version IS 'Raised by every change of the session, its set, its slots, its pairs or its state: the slower writer gets 409.';
CREATE INDEX matching_sessions_recent ON matching_sessions (created_at DESC, id);

-- draft -> eligible -> shortlist -> interest -> solved -> consent -> closed; back only before the freeze, and from consent
-- to solved when refusals ask for another solution.
CREATE FUNCTION check_session_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'eligible'), ('eligible', 'draft'), ('eligible', 'shortlist'), ('shortlist', 'draft'),
        ('shortlist', 'eligible'), ('shortlist', 'interest'), ('interest', 'solved'), ('solved', 'consent'),
        ('consent', 'solved'), ('consent', 'closed'), ('solved', 'closed')) THEN
        RAISE EXCEPTION 'a session does not go from % to %', OLD.state, NEW.state
            USING CONSTRAINT = 'matching_sessions_states_in_order', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_sessions_states_in_order BEFORE UPDATE OF state ON matching_sessions
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION check_session_step();

-- The upstream set: tasks that may go on, and how each came into it.
CREATE TABLE matching_session_tasks (
    session_id  uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    task_id     uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    via         text NOT NULL,
    decision_id uuid,
    reason      text,
    program_id  uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    project_id  uuid REFERENCES projects ON DELETE RESTRICT,
    facts       jsonb NOT NULL DEFAULT '{}',
    added_by    uuid REFERENCES users ON DELETE RESTRICT,
    added_at    timestamptz NOT NULL,
    PRIMARY KEY (session_id, task_id),
    CONSTRAINT matching_session_tasks_via_known
        CHECK (via IN ('ending', 'go_early', 'no_go', 'hold', 'redirect', 'option', 'manual'))
);
COMMENT ON COLUMN matching_session_tasks.via IS 'ending: by the query; go_early, no_go, hold, redirect: by the gate decision in decision_id; option: an exercised pairing option; manual: one by one, with a reason.';
COMMENT ON COLUMN matching_session_tasks.program_id IS 'Upstream program and integrated project, as they were when the task was added.';
COMMENT ON COLUMN matching_session_tasks.facts IS 'Type eligibility::TaskFacts: what the rules judged, kept so that a truth table can be read again.';
CREATE INDEX matching_session_tasks_by_task ON matching_session_tasks (task_id);

-- Receiving slot types with the capacity as the session sees it; a snapshot, frozen before preferences are seen.
CREATE TABLE matching_session_slots (
    id                 uuid PRIMARY KEY,
    session_id         uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    slot_type_id       uuid NOT NULL REFERENCES slot_types ON DELETE RESTRICT,
    call_id            uuid NOT NULL REFERENCES calls ON DELETE RESTRICT,
    program_id         uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    project_id         uuid REFERENCES projects ON DELETE RESTRICT,
    min_new            smallint NOT NULL,
    max_new            smallint NOT NULL,
    yearly_ceiling_yen bigint,
    budget_yen         bigint,
    facts              jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT matching_session_slots_once UNIQUE (session_id, slot_type_id),
    CONSTRAINT matching_session_slots_of_session UNIQUE (session_id, id),
    CONSTRAINT matching_session_slots_numbers_in_order CHECK (0 <= min_new AND min_new <= max_new AND max_new <= 500),
    CONSTRAINT matching_session_slots_ceiling_positive CHECK (yearly_ceiling_yen > 0),
    CONSTRAINT matching_session_slots_budget_not_negative CHECK (budget_yen >= 0)
);
COMMENT ON COLUMN matching_session_slots.yearly_ceiling_yen IS 'Ceiling per task and year, whole yen; the cost of a pair never exceeds it.';
COMMENT ON COLUMN matching_session_slots.budget_yen IS 'Ceiling on the first-year costs of all tasks in this slot type; NULL: none.';
COMMENT ON COLUMN matching_session_slots.project_id IS 'Integrated project that carries the slot in the session''s year; where a program has several, the one with the largest share.';
COMMENT ON COLUMN matching_session_slots.facts IS 'Type eligibility::SlotFacts.';

-- Ceilings over several slot types: one program, one integrated project, or all (slot type within program within project within all).
CREATE TABLE matching_session_ceilings (
    session_id uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    kind       text NOT NULL,
    program_id uuid REFERENCES programs ON DELETE RESTRICT,
    project_id uuid REFERENCES projects ON DELETE RESTRICT,
    max_new    smallint,
    budget_yen bigint,
    CONSTRAINT matching_session_ceilings_kind_fits CHECK (CASE kind
        WHEN 'program' THEN program_id IS NOT NULL AND project_id IS NULL
        WHEN 'project' THEN project_id IS NOT NULL AND program_id IS NULL
        WHEN 'all' THEN num_nonnulls(program_id, project_id) = 0
        ELSE false END),
    CONSTRAINT matching_session_ceilings_say_something CHECK (num_nonnulls(max_new, budget_yen) > 0),
    CONSTRAINT matching_session_ceilings_not_negative CHECK (max_new >= 0 AND budget_yen >= 0)
);
CREATE UNIQUE INDEX matching_session_ceilings_once
    ON matching_session_ceilings (session_id, kind, coalesce(program_id, project_id, '00000000-0000-0000-0000-000000000000'));

-- Every task with every slot: the truth table of the rules, and for eligible pairs the score with its parts.
CREATE TABLE matching_pairs (
    session_id      uuid NOT NULL,
    task_id         uuid NOT NULL,
    slot_id         uuid NOT NULL,
    eligible        boolean NOT NULL,
    truth           jsonb NOT NULL,
    cost_yen        bigint NOT NULL DEFAULT 0,
    score           integer,
    parts           jsonb,
    score_place     integer,
    shortlist_place smallint,
    shortlisted     boolean NOT NULL GENERATED ALWAYS AS (shortlist_place IS NOT NULL) STORED,
    chosen_by       text,
    reason          text,
    PRIMARY KEY (session_id, task_id, slot_id),
    FOREIGN KEY (session_id, task_id) REFERENCES matching_session_tasks ON DELETE CASCADE,
    CONSTRAINT matching_pairs_slot_of_session FOREIGN KEY (session_id, slot_id)
        REFERENCES matching_session_slots (session_id, id) ON DELETE CASCADE,
    CONSTRAINT matching_pairs_shortlist_of_ten CHECK (shortlist_place BETWEEN 1 AND 10),
    CONSTRAINT matching_pairs_place_once UNIQUE (session_id, task_id, shortlist_place),
    CONSTRAINT matching_pairs_shortlist_eligible CHECK (shortlist_place IS NULL OR eligible),
    CONSTRAINT matching_pairs_score_has_parts CHECK ((score IS NULL) = (parts IS NULL)),
    CONSTRAINT matching_pairs_cost_not_negative CHECK (cost_yen >= 0),
    CONSTRAINT matching_pairs_chosen_by_known CHECK (chosen_by IN ('score', 'coverage', 'person')),
    CONSTRAINT matching_pairs_person_has_reason CHECK (chosen_by <> 'person' OR reason IS NOT NULL)
);
COMMENT ON COLUMN matching_pairs.truth IS 'Object rule code -> "pass" | "fail" | "unknown" (no fact; the rule says how it counts) | "off". eligible is what follows.';
COMMENT ON COLUMN matching_pairs.cost_yen IS 'First-year cost of the pair, whole yen: the task''s latest yearly amount, at most the ceiling of the slot type.';
COMMENT ON COLUMN matching_pairs.parts IS 'Type affinity::Parts; the parts add up to score (points; 10000 is a full text match).';
COMMENT ON COLUMN matching_pairs.shortlist_place IS '1 to 10 within the task, unique: hence at most ten.';
COMMENT ON COLUMN matching_pairs.chosen_by IS 'How it came to be on or off the shortlist: score, coverage (so that every program is covered), person (with reason).';
CREATE INDEX matching_pairs_by_slot ON matching_pairs (session_id, slot_id, eligible);
CREATE INDEX matching_pairs_shortlisted ON matching_pairs (session_id, task_id, shortlist_place) WHERE shortlist_place IS NOT NULL;

-- Frozen: from the opening of interest on, capacities and the upstream set stay as they are.
CREATE FUNCTION refuse_when_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.session_id ELSE NEW.session_id END;
BEGIN
    IF EXISTS (SELECT FROM matching_sessions WHERE id = touched AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'capacities of session % are frozen', touched
            USING CONSTRAINT = 'matching_sessions_frozen', ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_session_slots_frozen BEFORE INSERT OR UPDATE OR DELETE ON matching_session_slots
    FOR EACH ROW EXECUTE FUNCTION refuse_when_frozen();
CREATE TRIGGER matching_session_ceilings_frozen BEFORE INSERT OR UPDATE OR DELETE ON matching_session_ceilings
    FOR EACH ROW EXECUTE FUNCTION refuse_when_frozen();
CREATE TRIGGER matching_session_tasks_frozen BEFORE INSERT OR UPDATE OR DELETE ON matching_session_tasks
    FOR EACH ROW EXECUTE FUNCTION refuse_when_frozen();
CREATE TRIGGER matching_pairs_frozen BEFORE UPDATE OF shortlist_place, eligible ON matching_pairs
    FOR EACH ROW EXECUTE FUNCTION refuse_when_frozen();

-- What a program says of its pairs, as the side the task comes from or as the side that receives: one list per program
-- and side, kept by its PS and PO together.
CREATE TABLE matching_interest_lists (
    id           uuid PRIMARY KEY,
    session_id   uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    side         text NOT NULL,
    program_id   uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    submitted_at timestamptz,
    submitted_by uuid REFERENCES users ON DELETE RESTRICT,
    version      integer NOT NULL DEFAULT 1,
    CONSTRAINT matching_interest_lists_side_known CHECK (side IN ('upstream', 'receiving')),
    CONSTRAINT matching_interest_lists_once UNIQUE (session_id, side, program_id),
    CONSTRAINT matching_interest_lists_submitted_by_somebody CHECK ((submitted_at IS NULL) = (submitted_by IS NULL))
);
CREATE INDEX matching_interest_lists_waiting ON matching_interest_lists (program_id) WHERE submitted_at IS NULL;

CREATE FUNCTION check_capacities_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM matching_sessions WHERE id = NEW.session_id AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'interest is asked for after the capacities are frozen'
            USING CONSTRAINT = 'matching_interest_lists_after_freeze', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_interest_lists_after_freeze BEFORE INSERT ON matching_interest_lists
    FOR EACH ROW EXECUTE FUNCTION check_capacities_frozen();

CREATE TABLE matching_interests (
    list_id     uuid NOT NULL REFERENCES matching_interest_lists ON DELETE CASCADE,
    session_id  uuid NOT NULL,
    task_id     uuid NOT NULL,
    slot_id     uuid NOT NULL,
    place       smallint NOT NULL,
    level       smallint,
    reason_code text,
    note        text,
    updated_by  uuid REFERENCES users ON DELETE RESTRICT,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (list_id, task_id, slot_id),
    FOREIGN KEY (session_id, task_id, slot_id) REFERENCES matching_pairs ON DELETE CASCADE,
    CONSTRAINT matching_interests_list_of_fifteen CHECK (place BETWEEN 1 AND 15),
    CONSTRAINT matching_interests_place_once UNIQUE (list_id, place) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT matching_interests_level_known CHECK (level BETWEEN 1 AND 4),
    CONSTRAINT matching_interests_refusal_has_reason CHECK (level IS DISTINCT FROM 4 OR reason_code IS NOT NULL),
    CONSTRAINT matching_interests_note_short CHECK (length(note) <= 500)
);
COMMENT ON COLUMN matching_interests.level IS '1 strong wish, 2 wish, 3 acceptable, 4 no; NULL while unanswered.';
COMMENT ON COLUMN matching_interests.reason_code IS 'matching::interest::Reason; needed for a no.';
CREATE INDEX matching_interests_by_pair ON matching_interests (session_id, task_id, slot_id);

-- A submitted list stays as it was submitted.
CREATE FUNCTION refuse_when_submitted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.list_id ELSE NEW.list_id END;
BEGIN
    IF EXISTS (SELECT FROM matching_interest_lists WHERE id = touched AND submitted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'list % is submitted', touched
            USING CONSTRAINT = 'matching_interests_submitted', ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_interests_submitted BEFORE INSERT OR UPDATE OR DELETE ON matching_interests
    FOR EACH ROW EXECUTE FUNCTION refuse_when_submitted();

-- The only way to read the other side: answers of submitted lists, and of those only pairs whose two programs have both
-- submitted, or all once the deadline has passed or the session went on. Lists that were never submitted say nothing.
CREATE FUNCTION matching_interests_open(wanted uuid, at timestamptz)
RETURNS TABLE (task_id uuid, slot_id uuid, side text, program_id uuid, level smallint, reason_code text, note text)
LANGUAGE sql STABLE AS $$
    SELECT i.task_id, i.slot_id, l.side, l.program_id, i.level, i.reason_code, i.note
    FROM matching_sessions s
    JOIN matching_interest_lists l ON l.session_id = s.id AND l.submitted_at IS NOT NULL
    JOIN matching_interests i ON i.list_id = l.id AND i.level IS NOT NULL
    JOIN matching_session_tasks t ON t.session_id = s.id AND t.task_id = i.task_id
    JOIN matching_session_slots r ON r.id = i.slot_id
    WHERE s.id = wanted
      AND (s.state IN ('solved', 'consent', 'closed')
           OR at >= s.interest_deadline
           OR EXISTS (SELECT FROM matching_interest_lists o
                      WHERE o.session_id = s.id AND o.submitted_at IS NOT NULL AND o.side <> l.side
                        AND o.program_id = CASE l.side WHEN 'upstream' THEN r.program_id ELSE t.program_id END))
$$;

-- A pair of the adopted solution on its way: consent, then transfer. A task has at most one that is alive.
CREATE TABLE matching_agreements (
    id                uuid PRIMARY KEY,
    session_id        uuid NOT NULL,
    task_id           uuid NOT NULL,
    slot_id           uuid NOT NULL,
    solution_id       uuid,
    state             text NOT NULL DEFAULT 'proposed',
    proposed_at       timestamptz NOT NULL,
    settled_at        timestamptz,
    successor_link_id uuid REFERENCES successor_links ON DELETE RESTRICT,
    version           integer NOT NULL DEFAULT 1,
    FOREIGN KEY (session_id, task_id, slot_id) REFERENCES matching_pairs ON DELETE RESTRICT,
    CONSTRAINT matching_agreements_state_known CHECK (state IN ('proposed', 'agreed', 'declined', 'expired', 'transferred')),
    CONSTRAINT matching_agreements_settled CHECK ((state = 'proposed') = (settled_at IS NULL)),
    CONSTRAINT matching_agreements_transfer_is_linked CHECK ((state = 'transferred') = (successor_link_id IS NOT NULL))
);
COMMENT ON COLUMN matching_agreements.solution_id IS 'The row of matching_solutions that was adopted; NULL where the pair was agreed outside a solution.';
CREATE UNIQUE INDEX matching_agreements_one_alive ON matching_agreements (session_id, task_id)
    WHERE state NOT IN ('declined', 'expired');
CREATE INDEX matching_agreements_by_task ON matching_agreements (task_id);

-- Who must consent to an agreement, until when, and what they said. PDs only where the projects differ.
CREATE TABLE matching_consents (
    agreement_id uuid NOT NULL REFERENCES matching_agreements ON DELETE CASCADE,
    party        text NOT NULL,
    program_id   uuid REFERENCES programs ON DELETE RESTRICT,
    project_id   uuid REFERENCES projects ON DELETE RESTRICT,
    answer       text NOT NULL DEFAULT 'waiting',
    reason_code  text,
    note         text,
    expires_on   date NOT NULL,
    answered_by  uuid REFERENCES users ON DELETE RESTRICT,
    answered_at  timestamptz,
    PRIMARY KEY (agreement_id, party),
    CONSTRAINT matching_consents_party_known CHECK (party IN ('upstream_ps', 'receiving_ps', 'upstream_pd', 'receiving_pd')),
    CONSTRAINT matching_consents_scope_fits CHECK (CASE
        WHEN party IN ('upstream_ps', 'receiving_ps') THEN program_id IS NOT NULL AND project_id IS NULL
        ELSE project_id IS NOT NULL AND program_id IS NULL END),
    CONSTRAINT matching_consents_answer_known CHECK (answer IN ('waiting', 'given', 'declined')),
    CONSTRAINT matching_consents_answered CHECK ((answer = 'waiting') = (answered_at IS NULL)),
    CONSTRAINT matching_consents_decline_has_reason CHECK (answer <> 'declined' OR reason_code IS NOT NULL),
    CONSTRAINT matching_consents_note_short CHECK (length(note) <= 1000)
);
CREATE INDEX matching_consents_waiting ON matching_consents (party, program_id, project_id) WHERE answer = 'waiting';
