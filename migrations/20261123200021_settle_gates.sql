-- Conflicts are looked for seat by seat and only among the tasks of the agenda: joined with everything that a member is in
-- conflict with anywhere, one seat took two seconds at 260,000 tasks.
CREATE OR REPLACE FUNCTION find_gate_conflicts(meeting uuid, usr uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE seat record; agenda uuid[];
BEGIN
    FOR seat IN
        SELECT s.meeting_id, s.user_id FROM gate_seats s
        JOIN gate_meetings m ON m.id = s.meeting_id AND m.state <> 'cancelled'
        WHERE (meeting IS NULL OR s.meeting_id = meeting) AND (usr IS NULL OR s.user_id = usr)
    LOOP
        agenda := ARRAY(SELECT r.task_id FROM gate_reviews r
                        WHERE r.meeting_id = seat.meeting_id AND r.state IN ('listed', 'waiting'));
        INSERT INTO gate_conflicts (review_id, user_id, kind, severity, path)
        SELECT r.id, seat.user_id, c.kind, c.severity, c.path
        FROM conflicts_of_user(seat.user_id) c
        JOIN gate_reviews r ON r.meeting_id = seat.meeting_id AND r.task_id = c.task_id AND r.state IN ('listed', 'waiting')
        WHERE c.task_id = ANY (agenda)
        ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Who approves a reopening: the PD of the project that carries the task, in its last year with money. Nothing where no
-- project is known or nobody directs it today; then a PD with the program in a project of theirs answers.
CREATE FUNCTION directed_project_of(task uuid, today date) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT y.project_id FROM task_totals y
    WHERE y.task_id = task AND EXISTS (
        SELECT FROM role_assignments a
        WHERE a.role = 'program_director' AND a.project_id = y.project_id
          AND a.valid_from <= today AND (a.valid_until IS NULL OR a.valid_until >= today))
$$;

-- What was said in a meeting stays: sheets, votes, resolutions and statements go with their review only, not one by one behind
-- the program's back.
CREATE FUNCTION refuse_gate_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gate_reviews WHERE id = OLD.review_id) THEN
        PERFORM gate_refuse('gate_records_stay', format('what was said stays: %s', TG_TABLE_NAME));
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER gate_votes_stay BEFORE DELETE ON gate_votes FOR EACH ROW EXECUTE FUNCTION refuse_gate_deletion();
CREATE TRIGGER gate_score_sheets_stay BEFORE DELETE ON gate_score_sheets FOR EACH ROW EXECUTE FUNCTION refuse_gate_deletion();
CREATE TRIGGER gate_resolutions_stay BEFORE DELETE ON gate_resolutions FOR EACH ROW EXECUTE FUNCTION refuse_gate_deletion();
CREATE TRIGGER gate_statements_stay BEFORE DELETE ON gate_statements FOR EACH ROW EXECUTE FUNCTION refuse_gate_deletion();
