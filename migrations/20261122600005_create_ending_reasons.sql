-- Why: the continuity ledger names, for every task that ended with nothing after it, why.

CREATE TABLE ending_reasons (
    task_id     uuid PRIMARY KEY REFERENCES tasks ON DELETE CASCADE,
    reason      text NOT NULL,
    remark      text,
    recorded_by uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    recorded_at timestamptz NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    CONSTRAINT ending_reasons_reason_known CHECK (reason IN
        ('purpose_met', 'negative_result', 'no_call', 'not_adopted', 'no_company', 'people_moved', 'safety', 'other_funder', 'other')),
    CONSTRAINT ending_reasons_other_is_explained CHECK (reason <> 'other' OR remark IS NOT NULL)
);
