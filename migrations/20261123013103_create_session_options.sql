-- Why: an exercised pairing option enters the session of its year as a slot that is already allocated: the pair is locked,
-- the place and the reserved money are taken, and neither side is asked about it again.
CREATE TABLE matching_session_options (
    session_id   uuid NOT NULL REFERENCES matching_sessions ON DELETE CASCADE,
    option_id    uuid NOT NULL REFERENCES pairing_options ON DELETE CASCADE,
    task_id      uuid NOT NULL,
    slot_id      uuid NOT NULL,
    reserved_yen bigint NOT NULL,
    added_by     uuid REFERENCES users ON DELETE RESTRICT,
    added_at     timestamptz NOT NULL,
    PRIMARY KEY (option_id),
    FOREIGN KEY (session_id, task_id) REFERENCES matching_session_tasks ON DELETE CASCADE,
    CONSTRAINT matching_session_options_slot_of_session FOREIGN KEY (session_id, slot_id)
        REFERENCES matching_session_slots (session_id, id) ON DELETE CASCADE,
    CONSTRAINT matching_session_options_one_per_task UNIQUE (session_id, task_id),
    CONSTRAINT matching_session_options_yen_positive CHECK (reserved_yen > 0)
);
COMMENT ON TABLE matching_session_options IS 'An option enters one session only. Its pair is eligible whatever the rules say (they were kept when it was exercised), costs what was reserved, and is locked when the answers open.';
CREATE INDEX matching_session_options_by_slot ON matching_session_options (session_id, slot_id);

CREATE TRIGGER matching_session_options_frozen BEFORE INSERT OR UPDATE OR DELETE ON matching_session_options
    FOR EACH ROW EXECUTE FUNCTION refuse_when_frozen();

ALTER TABLE matching_pairs DROP CONSTRAINT matching_pairs_chosen_by_known,
    ADD CONSTRAINT matching_pairs_chosen_by_known CHECK (chosen_by IN ('score', 'coverage', 'person', 'option'));

ALTER TABLE matching_locks ADD COLUMN option_id uuid REFERENCES pairing_options ON DELETE SET NULL;
COMMENT ON COLUMN matching_locks.option_id IS 'The exercised option whose slot this lock allocates; its author is who exercised it.';
