-- Why: a grant is dated by its meeting, not by the machine's clock: the same demo gives the same rows.

CREATE OR REPLACE FUNCTION grant_gate_tasks(meeting uuid, usr uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM task_grants g USING gate_seats s, gate_reviews r
    WHERE (meeting IS NULL OR s.meeting_id = meeting) AND (usr IS NULL OR s.user_id = usr) AND r.meeting_id = s.meeting_id
      AND g.user_id = s.user_id AND g.task_id = r.task_id AND g.reason LIKE 'gate:%'
      AND (r.state = 'withdrawn' OR EXISTS (SELECT FROM gate_recusals x WHERE x.review_id = r.id AND x.user_id = s.user_id));
    INSERT INTO task_grants (user_id, task_id, reason, granted_at)
    SELECT s.user_id, r.task_id, 'gate:' || s.meeting_id, m.created_at
    FROM gate_seats s JOIN gate_meetings m ON m.id = s.meeting_id
    JOIN gate_reviews r ON r.meeting_id = s.meeting_id AND r.state <> 'withdrawn'
    WHERE (meeting IS NULL OR s.meeting_id = meeting) AND (usr IS NULL OR s.user_id = usr)
      AND NOT EXISTS (SELECT FROM gate_recusals x WHERE x.review_id = r.id AND x.user_id = s.user_id)
    ON CONFLICT DO NOTHING
$$;
