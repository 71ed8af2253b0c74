-- Why: the ledger of the adjustment fund (調整費): a round is decided, proposals are heard and granted to programs, what was
-- granted is accounted for, and the round closes to 0 yen. The database keeps the sums, whoever writes.

CREATE TABLE adjustment_rounds (
    id               uuid PRIMARY KEY,
    fiscal_year      smallint NOT NULL,
    number           smallint NOT NULL,
    decided_on       date,
    day_is_known     boolean NOT NULL DEFAULT true,
    total_yen        bigint NOT NULL,
    unit             text NOT NULL DEFAULT 'yen',
    printed_step_yen bigint NOT NULL DEFAULT 1,
    rounding_yen     bigint NOT NULL DEFAULT 0,
    rounding_note    text,
    state            text NOT NULL DEFAULT 'open',
    remark           text,
    source           text,
    closing_note     text,
    closed_by        uuid REFERENCES users ON DELETE RESTRICT,
    closed_at        timestamptz,
    created_by       uuid REFERENCES users ON DELETE RESTRICT,
    created_at       timestamptz NOT NULL,
    version          integer NOT NULL DEFAULT 1,
    CONSTRAINT adjustment_rounds_number_unique UNIQUE (fiscal_year, number),
    CONSTRAINT adjustment_rounds_number_in_range CHECK (number BETWEEN 1 AND 20),
    CONSTRAINT adjustment_rounds_year_in_range CHECK (fiscal_year BETWEEN 1990 AND 2100),
    CONSTRAINT adjustment_rounds_total_positive CHECK (total_yen > 0),
    CONSTRAINT adjustment_rounds_unit_known CHECK (unit IN ('yen', 'thousand', 'million', 'oku')),
    CONSTRAINT adjustment_rounds_step_positive CHECK (printed_step_yen > 0),
    CONSTRAINT adjustment_rounds_rounding_has_note CHECK (rounding_yen = 0 OR rounding_note <> ''),
    CONSTRAINT adjustment_rounds_rounding_within_step CHECK (abs(rounding_yen) * 2 <= printed_step_yen * 3),
    CONSTRAINT adjustment_rounds_state_known CHECK (state IN ('published', 'open', 'closed')),
    CONSTRAINT adjustment_rounds_closing_is_signed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
COMMENT ON COLUMN adjustment_rounds.printed_step_yen IS 'Smallest step in which the amounts were printed: 47.0億円 is printed in steps of 10,000,000 yen.';
COMMENT ON COLUMN adjustment_rounds.rounding_yen IS 'Sum of the parts less the printed total. R2, third round: 25.5 + 21.6 - 47.0 = 0.1億円; three printed figures are at most one and a half steps apart.';
COMMENT ON COLUMN adjustment_rounds.state IS 'published: only the total is known from a publication; open: grants are decided; closed: every yen is granted, returned, or within the printed rounding.';

-- What of a round is of which kind. Grants are counted here, under the row's lock, so that two at once cannot exceed it.
CREATE TABLE adjustment_parts (
    round_id    uuid NOT NULL REFERENCES adjustment_rounds ON DELETE CASCADE,
    kind        text NOT NULL,
    amount_yen  bigint NOT NULL,
    granted_yen bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (round_id, kind),
    CONSTRAINT adjustment_parts_kind_known CHECK (kind IN ('president', 'top_down', 'unstated')),
    CONSTRAINT adjustment_parts_amount_positive CHECK (amount_yen > 0),
    CONSTRAINT adjustment_parts_grants_within_amount CHECK (granted_yen BETWEEN 0 AND amount_yen)
);

CREATE TABLE adjustment_proposals (
    id            uuid PRIMARY KEY,
    fiscal_year   smallint NOT NULL,
    round_id      uuid REFERENCES adjustment_rounds ON DELETE RESTRICT,
    kind          text NOT NULL,
    program_id    uuid NOT NULL REFERENCES programs ON DELETE RESTRICT,
    amount_yen    bigint NOT NULL,
    purpose       text NOT NULL,
    reason        text NOT NULL,
    basis         text NOT NULL DEFAULT 'manual',
    basis_facts   jsonb NOT NULL DEFAULT '{}',
    state         text NOT NULL DEFAULT 'proposed',
    proposed_by   uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    proposed_at   timestamptz NOT NULL,
    decided_by    uuid REFERENCES users ON DELETE RESTRICT,
    decided_at    timestamptz,
    decision_note text,
    version       integer NOT NULL DEFAULT 1,
    CONSTRAINT adjustment_proposals_kind_known CHECK (kind IN ('president', 'top_down', 'unstated')),
    CONSTRAINT adjustment_proposals_amount_positive CHECK (amount_yen > 0),
    CONSTRAINT adjustment_proposals_texts_not_empty CHECK (purpose <> '' AND reason <> ''),
    CONSTRAINT adjustment_proposals_basis_known CHECK (basis IN ('manual', 'matching')),
    CONSTRAINT adjustment_proposals_state_known CHECK (state IN ('proposed', 'granted', 'declined', 'withdrawn')),
    CONSTRAINT adjustment_proposals_decision_is_signed CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT adjustment_proposals_four_eyes CHECK (state NOT IN ('granted', 'declined') OR decided_by <> proposed_by),
    CONSTRAINT adjustment_proposals_declined_with_reason CHECK (state <> 'declined' OR decision_note <> '')
);
COMMENT ON COLUMN adjustment_proposals.round_id IS 'Views of PD are heard before the round is decided, so a proposal may wait for its round.';
COMMENT ON COLUMN adjustment_proposals.basis_facts IS 'For matching: the session and version whose marginal values support the proposal.';
CREATE INDEX adjustment_proposals_by_round ON adjustment_proposals (round_id, proposed_at, id);
CREATE INDEX adjustment_proposals_waiting ON adjustment_proposals (proposed_at, id) WHERE state = 'proposed';
CREATE INDEX adjustment_proposals_by_program ON adjustment_proposals (program_id, proposed_at DESC, id);

-- What a PD says of a proposal; a later word of the same person counts instead of the earlier, which stays on record.
CREATE TABLE adjustment_opinions (
    id          uuid PRIMARY KEY,
    proposal_id uuid NOT NULL REFERENCES adjustment_proposals ON DELETE RESTRICT,
    author_id   uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    stance      text NOT NULL,
    body        text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT adjustment_opinions_stance_known CHECK (stance IN ('support', 'conditional', 'oppose')),
    CONSTRAINT adjustment_opinions_body_not_empty CHECK (body <> '')
);
CREATE INDEX adjustment_opinions_by_proposal ON adjustment_opinions (proposal_id, created_at, id);

CREATE TABLE adjustment_grants (
    id          uuid PRIMARY KEY,
    round_id    uuid NOT NULL,
    kind        text NOT NULL,
    program_id  uuid REFERENCES programs ON DELETE RESTRICT,
    proposal_id uuid REFERENCES adjustment_proposals ON DELETE RESTRICT,
    amount_yen  bigint NOT NULL,
    used_yen    bigint NOT NULL DEFAULT 0,
    purpose     text NOT NULL,
    authority   text NOT NULL,
    decided_by  uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    decided_at  timestamptz NOT NULL,
    result      text,
    result_by   uuid REFERENCES users ON DELETE RESTRICT,
    result_at   timestamptz,
    version     integer NOT NULL DEFAULT 1,
    CONSTRAINT adjustment_grants_part_fkey FOREIGN KEY (round_id, kind) REFERENCES adjustment_parts (round_id, kind) ON DELETE RESTRICT,
    CONSTRAINT adjustment_grants_one_per_proposal UNIQUE (proposal_id),
    CONSTRAINT adjustment_grants_amount_positive CHECK (amount_yen > 0),
    CONSTRAINT adjustment_grants_texts_not_empty CHECK (purpose <> '' AND authority <> ''),
    CONSTRAINT adjustment_grants_uses_within_amount CHECK (used_yen BETWEEN 0 AND amount_yen),
    CONSTRAINT adjustment_grants_returns_have_no_proposal CHECK (program_id IS NOT NULL OR (proposal_id IS NULL AND used_yen = 0)),
    CONSTRAINT adjustment_grants_result_is_signed CHECK ((result IS NULL) = (result_at IS NULL))
);
COMMENT ON COLUMN adjustment_grants.program_id IS 'NULL: money that goes back (返納), so that the round still closes to 0 yen.';
CREATE INDEX adjustment_grants_by_round ON adjustment_grants (round_id, decided_at, id);
CREATE INDEX adjustment_grants_by_program ON adjustment_grants (program_id, decided_at DESC, id);

CREATE TABLE adjustment_uses (
    id          uuid PRIMARY KEY,
    grant_id    uuid NOT NULL REFERENCES adjustment_grants ON DELETE RESTRICT,
    task_id     uuid REFERENCES tasks ON DELETE RESTRICT,
    what        text NOT NULL,
    amount_yen  bigint NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT adjustment_uses_amount_positive CHECK (amount_yen > 0),
    CONSTRAINT adjustment_uses_what_not_empty CHECK (what <> '')
);
CREATE INDEX adjustment_uses_by_grant ON adjustment_uses (grant_id, recorded_at, id);
CREATE INDEX adjustment_uses_by_task ON adjustment_uses (task_id) WHERE task_id IS NOT NULL;

-- The parts make the printed total, but for the declared rounding: looked at when the transaction ends.
CREATE FUNCTION check_adjustment_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    round uuid := CASE TG_TABLE_NAME WHEN 'adjustment_rounds' THEN (to_jsonb(NEW) ->> 'id')::uuid
                                     ELSE coalesce((to_jsonb(NEW) ->> 'round_id')::uuid, (to_jsonb(OLD) ->> 'round_id')::uuid) END;
BEGIN
    IF EXISTS (SELECT FROM adjustment_rounds r WHERE r.id = round
               AND r.total_yen + r.rounding_yen <> coalesce((SELECT sum(p.amount_yen) FROM adjustment_parts p WHERE p.round_id = r.id), 0)) THEN
        RAISE EXCEPTION 'the parts of round % do not make its total', round
            USING CONSTRAINT = 'adjustment_rounds_parts_make_total', ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER adjustment_rounds_parts_make_total AFTER INSERT OR UPDATE OF total_yen, rounding_yen ON adjustment_rounds
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_adjustment_parts();
CREATE CONSTRAINT TRIGGER adjustment_parts_make_total AFTER INSERT OR DELETE OR UPDATE OF amount_yen ON adjustment_parts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_adjustment_parts();

-- A grant is final: it is counted against its part, in an open round only, and never changes its amount.
CREATE FUNCTION count_adjustment_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM adjustment_rounds WHERE id = NEW.round_id AND state = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'round % is not open', NEW.round_id
            USING CONSTRAINT = 'adjustment_grants_only_in_open_round', ERRCODE = 'check_violation';
    END IF;
    IF NEW.proposal_id IS NOT NULL AND NEW.kind = 'president'
       AND NOT EXISTS (SELECT FROM adjustment_opinions WHERE proposal_id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'no PD was heard on proposal %', NEW.proposal_id
            USING CONSTRAINT = 'adjustment_grants_need_opinion', ERRCODE = 'check_violation';
    END IF;
    IF NEW.proposal_id IS NULL AND NEW.program_id IS NOT NULL AND NEW.kind = 'president' THEN
        RAISE EXCEPTION 'money at the President''s discretion is granted on a proposal'
            USING CONSTRAINT = 'adjustment_grants_need_proposal', ERRCODE = 'check_violation';
    END IF;
    UPDATE adjustment_parts SET granted_yen = granted_yen + NEW.amount_yen WHERE round_id = NEW.round_id AND kind = NEW.kind;
    RETURN NULL;
END $$;
CREATE TRIGGER adjustment_grants_counted AFTER INSERT ON adjustment_grants
    FOR EACH ROW EXECUTE FUNCTION count_adjustment_grant();

CREATE FUNCTION refuse_adjustment_grant_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a grant is final' USING CONSTRAINT = 'adjustment_grants_final', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER adjustment_grants_final BEFORE DELETE OR UPDATE OF round_id, kind, program_id, proposal_id, amount_yen ON adjustment_grants
    FOR EACH ROW EXECUTE FUNCTION refuse_adjustment_grant_change();

CREATE FUNCTION count_adjustment_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE adjustment_grants SET used_yen = used_yen + NEW.amount_yen WHERE id = NEW.grant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER adjustment_uses_counted AFTER INSERT ON adjustment_uses
    FOR EACH ROW EXECUTE FUNCTION count_adjustment_use();
CREATE FUNCTION refuse_adjustment_use_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a recorded use is final' USING CONSTRAINT = 'adjustment_uses_final', ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER adjustment_uses_final BEFORE DELETE OR UPDATE ON adjustment_uses
    FOR EACH ROW EXECUTE FUNCTION refuse_adjustment_use_change();

-- A round closes to 0 yen, or within the rounding of its printed figures with a note that says so; then it stays as it is.
CREATE FUNCTION check_adjustment_closing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    remainder bigint := (SELECT coalesce(sum(amount_yen - granted_yen), 0) FROM adjustment_parts WHERE round_id = NEW.id);
BEGIN
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'round % is closed', NEW.id USING CONSTRAINT = 'adjustment_rounds_closed_is_final', ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'closed' AND remainder <> 0
       AND (remainder * 2 > NEW.printed_step_yen * 3 OR NEW.printed_step_yen = 1 OR coalesce(NEW.closing_note, '') = '') THEN
        RAISE EXCEPTION 'round % has % yen left', NEW.id, remainder
            USING CONSTRAINT = 'adjustment_rounds_close_to_zero', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER adjustment_rounds_close_to_zero BEFORE UPDATE ON adjustment_rounds
    FOR EACH ROW EXECUTE FUNCTION check_adjustment_closing();
