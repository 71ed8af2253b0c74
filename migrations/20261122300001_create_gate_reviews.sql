-- Why: GO/NO-GO reviews from the agenda of a committee's meeting to decision, conditions and reopening, with the rules of
-- the state machine (src/gates/model.rs) kept by the database too: whoever writes here, no decision without a quorum of
-- unconflicted votes, no vote by an adviser, no score off its scale or after the reveal, nothing decided twice.

CREATE TABLE gate_meetings (
    id          uuid PRIMARY KEY,
    name_ja     text NOT NULL,
    name_en     text,
    program_id  uuid REFERENCES programs ON DELETE RESTRICT,
    held_at     timestamptz NOT NULL,
    place       text,
    state       text NOT NULL DEFAULT 'planned',
    version     integer NOT NULL DEFAULT 1,
    created_by  uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    created_at  timestamptz NOT NULL,
    opened_at   timestamptz,
    revealed_at timestamptz,
    revealed_by uuid REFERENCES users ON DELETE RESTRICT,
    closed_at   timestamptz,
    CONSTRAINT gate_meetings_name_not_empty CHECK (name_ja <> ''),
    CONSTRAINT gate_meetings_state_known CHECK (state IN ('planned', 'scoring', 'revealed', 'closed', 'cancelled')),
    CONSTRAINT gate_meetings_revealed_by_somebody CHECK ((revealed_at IS NULL) = (revealed_by IS NULL))
);
COMMENT ON COLUMN gate_meetings.program_id IS 'Program whose division runs the meeting; null: run by the strategy unit.';
CREATE INDEX gate_meetings_by_day ON gate_meetings (held_at DESC, id);

CREATE TABLE gate_seats (
    meeting_id uuid NOT NULL REFERENCES gate_meetings ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    role       text NOT NULL,
    position   smallint NOT NULL,
    attendance text NOT NULL DEFAULT 'expected',
    PRIMARY KEY (meeting_id, user_id),
    CONSTRAINT gate_seats_role_known CHECK (role IN ('chair', 'member', 'adviser')),
    CONSTRAINT gate_seats_attendance_known CHECK (attendance IN ('expected', 'present', 'absent'))
);
COMMENT ON COLUMN gate_seats.role IS 'chair and member score and vote; an adviser (DC) advises and never votes.';
COMMENT ON COLUMN gate_seats.position IS 'Order of the committee; where the chair is recused the first member in this order acts for the chair.';
CREATE UNIQUE INDEX gate_seats_one_chair ON gate_seats (meeting_id) WHERE role = 'chair';
CREATE INDEX gate_seats_by_user ON gate_seats (user_id, meeting_id);

CREATE TABLE gate_reviews (
    id                  uuid PRIMARY KEY,
    meeting_id          uuid NOT NULL REFERENCES gate_meetings ON DELETE RESTRICT,
    task_id             uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    template_version_id uuid NOT NULL REFERENCES gate_template_versions ON DELETE RESTRICT,
    position            smallint NOT NULL,
    minutes             smallint NOT NULL DEFAULT 10,
    state               text NOT NULL DEFAULT 'listed',
    waiting_for         text,
    waiting_until       date,
    waiting_since       timestamptz,
    withdrawn_reason    text,
    reopening_id        uuid,
    version             integer NOT NULL DEFAULT 1,
    CONSTRAINT gate_reviews_position_unique UNIQUE (meeting_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT gate_reviews_minutes_in_range CHECK (minutes BETWEEN 1 AND 240),
    CONSTRAINT gate_reviews_state_known CHECK (state IN ('listed', 'waiting', 'decided', 'withdrawn')),
    CONSTRAINT gate_reviews_waits_for_something CHECK (state <> 'waiting' OR (waiting_for IS NOT NULL AND waiting_since IS NOT NULL)),
    CONSTRAINT gate_reviews_withdrawn_with_reason CHECK (state <> 'withdrawn' OR withdrawn_reason <> '')
);
COMMENT ON TABLE gate_reviews IS 'An item of a meeting''s run list: one task before one gate or evaluation.';
CREATE UNIQUE INDEX gate_reviews_one_open_per_task ON gate_reviews (task_id) WHERE state IN ('listed', 'waiting');
CREATE UNIQUE INDEX gate_reviews_one_per_reopening ON gate_reviews (reopening_id) WHERE state <> 'withdrawn';
CREATE INDEX gate_reviews_by_task ON gate_reviews (task_id, id);
CREATE INDEX gate_reviews_by_version ON gate_reviews (template_version_id);

-- Who is asked first to judge an item; everybody without a conflict may.
CREATE TABLE gate_assignments (
    review_id uuid NOT NULL REFERENCES gate_reviews ON DELETE CASCADE,
    user_id   uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    PRIMARY KEY (review_id, user_id)
);
CREATE INDEX gate_assignments_by_user ON gate_assignments (user_id);

-- What a member says about an item before scoring it.
CREATE TABLE gate_statements (
    review_id    uuid NOT NULL REFERENCES gate_reviews ON DELETE CASCADE,
    user_id      uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    has_conflict boolean NOT NULL,
    stated_at    timestamptz NOT NULL,
    PRIMARY KEY (review_id, user_id)
);

-- Conflicts found for a seat and an item. Kept once found: only the chair's waiver lets somebody back in.
CREATE TABLE gate_conflicts (
    seq       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    review_id uuid NOT NULL REFERENCES gate_reviews ON DELETE CASCADE,
    user_id   uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    kind      text NOT NULL,
    severity  text NOT NULL,
    path      jsonb NOT NULL,
    found_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT gate_conflicts_severity_known CHECK (severity IN ('weak', 'strong', 'bar'))
);
CREATE UNIQUE INDEX gate_conflicts_once ON gate_conflicts (review_id, user_id, kind, md5(path::text));
CREATE INDEX gate_conflicts_by_user ON gate_conflicts (user_id, review_id);

CREATE TABLE gate_resolutions (
    review_id   uuid NOT NULL REFERENCES gate_reviews ON DELETE CASCADE,
    user_id     uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    resolution  text NOT NULL,
    reason      text NOT NULL,
    up_to       bigint NOT NULL,
    resolved_by uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    resolved_at timestamptz NOT NULL,
    PRIMARY KEY (review_id, user_id),
    CONSTRAINT gate_resolutions_known CHECK (resolution IN ('recuse', 'waive')),
    CONSTRAINT gate_resolutions_have_reason CHECK (btrim(reason) <> ''),
    CONSTRAINT gate_resolutions_by_another CHECK (resolved_by <> user_id)
);
COMMENT ON COLUMN gate_resolutions.up_to IS 'The last gate_conflicts.seq known to the chair: what is found later takes the member out again.';

-- The one predicate of the committee: who is out of the room for which item.
CREATE VIEW gate_recusals AS
    SELECT c.review_id, c.user_id
    FROM gate_conflicts c
    LEFT JOIN gate_resolutions r ON r.review_id = c.review_id AND r.user_id = c.user_id
    WHERE c.severity = 'bar' OR (c.severity = 'strong' AND (r.resolution IS DISTINCT FROM 'waive' OR c.seq > r.up_to))
    UNION
    SELECT r.review_id, r.user_id FROM gate_resolutions r WHERE r.resolution = 'recuse';

-- What a viewer may not know, whatever their role: items they are recused from, and items of tasks they are in conflict
-- with where they have no seat that a chair could have resolved.
CREATE FUNCTION gate_reviews_hidden_from(usr uuid) RETURNS TABLE (review_id uuid) LANGUAGE sql STABLE AS $$
    SELECT g.review_id FROM gate_recusals g WHERE g.user_id = usr
    UNION
    SELECT r.id
    FROM conflicts_of_user(usr) c
    JOIN gate_reviews r ON r.task_id = c.task_id
    WHERE c.severity <> 'weak' AND NOT EXISTS (SELECT FROM gate_seats s WHERE s.meeting_id = r.meeting_id AND s.user_id = usr)
$$;

CREATE TABLE gate_score_sheets (
    id                uuid PRIMARY KEY,
    review_id         uuid NOT NULL REFERENCES gate_reviews ON DELETE RESTRICT,
    user_id           uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    state             text NOT NULL DEFAULT 'draft',
    public_comment    text NOT NULL DEFAULT '',
    nonpublic_comment text NOT NULL DEFAULT '',
    version           integer NOT NULL DEFAULT 1,
    saved_at          timestamptz NOT NULL,
    submitted_at      timestamptz,
    CONSTRAINT gate_score_sheets_one_per_member UNIQUE (review_id, user_id),
    CONSTRAINT gate_score_sheets_state_known CHECK (state IN ('draft', 'submitted')),
    CONSTRAINT gate_score_sheets_submitted_dated CHECK ((state = 'submitted') = (submitted_at IS NOT NULL)),
    CONSTRAINT gate_score_sheets_comments_fit CHECK (length(public_comment) <= 4000 AND length(nonpublic_comment) <= 4000)
);
CREATE INDEX gate_score_sheets_by_user ON gate_score_sheets (user_id, review_id);

CREATE TABLE gate_scores (
    sheet_id uuid NOT NULL REFERENCES gate_score_sheets ON DELETE CASCADE,
    item_id  uuid NOT NULL REFERENCES gate_template_items ON DELETE RESTRICT,
    value    smallint,
    comment  text NOT NULL DEFAULT '',
    PRIMARY KEY (sheet_id, item_id),
    CONSTRAINT gate_scores_comment_fits CHECK (length(comment) <= 2000)
);

-- Advice of an adviser: a text, never a score nor a vote.
CREATE TABLE gate_advices (
    review_id  uuid NOT NULL REFERENCES gate_reviews ON DELETE RESTRICT,
    user_id    uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    body       text NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    advised_at timestamptz NOT NULL,
    PRIMARY KEY (review_id, user_id),
    CONSTRAINT gate_advices_body_fits CHECK (body <> '' AND length(body) <= 4000)
);

CREATE TABLE gate_votes (
    review_id uuid NOT NULL REFERENCES gate_reviews ON DELETE RESTRICT,
    user_id   uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    choice    text NOT NULL,
    voted_at  timestamptz NOT NULL,
    PRIMARY KEY (review_id, user_id),
    CONSTRAINT gate_votes_choice_known CHECK (choice IN
        ('go', 'go_early', 'conditional_go', 'redirect', 'hold', 'no_go', 'delegate', 'abstain'))
);
COMMENT ON COLUMN gate_votes.choice IS 'An outcome; delegate: wait for outside evidence and let the chair close; abstain: present, for nothing.';

CREATE TABLE gate_decisions (
    id                   uuid PRIMARY KEY,
    review_id            uuid NOT NULL REFERENCES gate_reviews ON DELETE RESTRICT,
    task_id              uuid NOT NULL REFERENCES tasks ON DELETE RESTRICT,
    outcome              text NOT NULL,
    how                  text NOT NULL,
    proposed             text,
    score_tenths         smallint,
    statement            text NOT NULL,
    nonpublic_statement  text NOT NULL DEFAULT '',
    outside_evidence     text,
    receiving_program_id uuid REFERENCES programs ON DELETE RESTRICT,
    eligible             smallint NOT NULL,
    present              smallint NOT NULL,
    in_favour            smallint NOT NULL,
    decided_by           uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    decided_at           timestamptz NOT NULL,
    superseded_by        uuid REFERENCES gate_decisions ON DELETE RESTRICT,
    CONSTRAINT gate_decisions_one_per_review UNIQUE (review_id),
    CONSTRAINT gate_decisions_outcome_known CHECK (outcome IN ('go', 'go_early', 'conditional_go', 'redirect', 'hold', 'no_go')),
    CONSTRAINT gate_decisions_how_known CHECK (how IN ('vote', 'chair')),
    CONSTRAINT gate_decisions_statement_not_empty CHECK (btrim(statement) <> ''),
    CONSTRAINT gate_decisions_early_names_program CHECK ((outcome = 'go_early') = (receiving_program_id IS NOT NULL)),
    CONSTRAINT gate_decisions_chair_has_evidence CHECK (how <> 'chair' OR btrim(outside_evidence) <> '')
);
COMMENT ON COLUMN gate_decisions.how IS 'vote: by the committee''s votes; chair: by the chair alone, after the committee delegated it until outside evidence came.';
COMMENT ON COLUMN gate_decisions.score_tenths IS 'The committee''s score by the template''s rule, in tenths of a point of ten; null where there is none.';
CREATE INDEX gate_decisions_by_task ON gate_decisions (task_id, decided_at DESC, id);
CREATE INDEX gate_decisions_recent ON gate_decisions (decided_at DESC, id);

-- What becomes of the results: a fact that matching reads.
CREATE TABLE gate_dispositions (
    id          uuid PRIMARY KEY,
    decision_id uuid NOT NULL REFERENCES gate_decisions ON DELETE RESTRICT,
    kind        text NOT NULL,
    text        text NOT NULL,
    CONSTRAINT gate_dispositions_kind_known CHECK (kind IN
        ('other_program', 'other_task', 'company', 'new_plan', 'resume_later', 'publish', 'archive')),
    CONSTRAINT gate_dispositions_text_not_empty CHECK (btrim(text) <> '')
);
CREATE INDEX gate_dispositions_by_decision ON gate_dispositions (decision_id);

CREATE TABLE gate_conditions (
    id           uuid PRIMARY KEY,
    decision_id  uuid NOT NULL REFERENCES gate_decisions ON DELETE RESTRICT,
    position     smallint NOT NULL,
    text         text NOT NULL,
    needed       text NOT NULL,
    due_on       date NOT NULL,
    closer_id    uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    evidence     text,
    evidence_url text,
    submitted_by uuid REFERENCES users ON DELETE RESTRICT,
    submitted_at timestamptz,
    closed_by    uuid REFERENCES users ON DELETE RESTRICT,
    closed_at    timestamptz,
    closing_note text,
    version      integer NOT NULL DEFAULT 1,
    CONSTRAINT gate_conditions_position_unique UNIQUE (decision_id, position),
    CONSTRAINT gate_conditions_texts_not_empty CHECK (btrim(text) <> '' AND btrim(needed) <> ''),
    CONSTRAINT gate_conditions_evidence_dated CHECK ((evidence IS NULL) = (submitted_at IS NULL) AND (evidence IS NULL) = (submitted_by IS NULL)),
    CONSTRAINT gate_conditions_closed_by_closer CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (closed_by IS NULL OR closed_by = closer_id)),
    CONSTRAINT gate_conditions_closed_with_evidence CHECK (closed_at IS NULL OR evidence IS NOT NULL)
);
CREATE INDEX gate_conditions_open ON gate_conditions (due_on, id) WHERE closed_at IS NULL;
CREATE INDEX gate_conditions_by_closer ON gate_conditions (closer_id) WHERE closed_at IS NULL;

CREATE TABLE gate_reopenings (
    id           uuid PRIMARY KEY,
    decision_id  uuid NOT NULL REFERENCES gate_decisions ON DELETE RESTRICT,
    reason       text NOT NULL,
    requested_by uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    requested_at timestamptz NOT NULL,
    approved     boolean,
    answer       text,
    answered_by  uuid REFERENCES users ON DELETE RESTRICT,
    answered_at  timestamptz,
    CONSTRAINT gate_reopenings_reason_not_empty CHECK (btrim(reason) <> ''),
    CONSTRAINT gate_reopenings_answer_complete CHECK (num_nulls(approved, answered_by, answered_at) IN (0, 3)),
    CONSTRAINT gate_reopenings_answered_by_another CHECK (answered_by <> requested_by)
);
CREATE UNIQUE INDEX gate_reopenings_one_open ON gate_reopenings (decision_id) WHERE approved IS NULL OR approved;
ALTER TABLE gate_reviews ADD CONSTRAINT gate_reviews_of_reopening FOREIGN KEY (reopening_id) REFERENCES gate_reopenings ON DELETE RESTRICT;

-- Evidence that the template asks for and no milestone shows: documents and consultation records.
CREATE TABLE gate_review_evidence (
    review_id    uuid NOT NULL REFERENCES gate_reviews ON DELETE CASCADE,
    evidence_key uuid NOT NULL,
    note         text NOT NULL,
    url          text,
    given_by     uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    given_at     timestamptz NOT NULL,
    PRIMARY KEY (review_id, evidence_key),
    CONSTRAINT gate_review_evidence_note_not_empty CHECK (btrim(note) <> '')
);
