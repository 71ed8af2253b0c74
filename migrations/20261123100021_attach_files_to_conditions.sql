-- Why: what shows that a condition is fulfilled is a file as often as what a gate asks for.

ALTER TABLE gate_conditions ADD COLUMN file_id uuid REFERENCES attached_files ON DELETE RESTRICT,
    ADD CONSTRAINT gate_conditions_file_with_evidence CHECK (file_id IS NULL OR evidence IS NOT NULL);
CREATE UNIQUE INDEX gate_conditions_by_file ON gate_conditions (file_id);

-- Conditions and dispositions are part of their decision: written with it, never after; only the closing moves.
CREATE OR REPLACE FUNCTION check_gate_follow_up_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM gate_decisions WHERE id = NEW.decision_id AND xmin = pg_current_xact_id()::xid) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'gate_conditions' THEN
        IF OLD.closed_at IS NULL
            AND to_jsonb(OLD) - '{evidence,evidence_url,file_id,submitted_by,submitted_at,closed_by,closed_at,closing_note,version}'::text[]
              = to_jsonb(NEW) - '{evidence,evidence_url,file_id,submitted_by,submitted_at,closed_by,closed_at,closing_note,version}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    PERFORM gate_refuse('gate_decisions_immutable', 'what was decided stays');
    RETURN NULL;
END $$;
