-- Why: a NO-GO, HOLD or redirect is not the end: what the salvage run found for it is recorded, and what became of that.

CREATE TABLE salvage_dispositions (
    decision_id  uuid PRIMARY KEY REFERENCES gate_decisions ON DELETE RESTRICT,
    verdict      text NOT NULL,
    program_id   uuid REFERENCES programs ON DELETE RESTRICT,
    other        text,
    remark       text NOT NULL,
    recorded_by  uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    recorded_at  timestamptz NOT NULL,
    outcome      text,
    outcome_note text,
    outcome_by   uuid REFERENCES users ON DELETE RESTRICT,
    outcome_at   timestamptz,
    version      integer NOT NULL DEFAULT 1,
    CONSTRAINT salvage_dispositions_verdict_known
        CHECK (verdict IN ('other_program', 'other_task', 'company', 'resume_later', 'closed')),
    CONSTRAINT salvage_dispositions_target_named CHECK (CASE verdict
        WHEN 'other_program' THEN program_id IS NOT NULL
        WHEN 'other_task' THEN other IS NOT NULL
        WHEN 'company' THEN other IS NOT NULL
        ELSE program_id IS NULL END),
    CONSTRAINT salvage_dispositions_outcome_known CHECK (outcome IN ('accepted', 'declined')),
    CONSTRAINT salvage_dispositions_outcome_complete
        CHECK (num_nulls(outcome, outcome_by, outcome_at) IN (0, 3)),
    CONSTRAINT salvage_dispositions_closed_has_no_outcome CHECK (verdict <> 'closed' OR outcome IS NULL)
);
COMMENT ON COLUMN salvage_dispositions.other IS 'The number or title of the other task, or the name of the company.';
