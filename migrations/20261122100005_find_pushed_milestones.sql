-- Why: a slip must show on everything that waits for it, however many milestones lie between, in lists as on the page.

-- Milestones that are not late themselves, but that what they wait for, directly or through others, makes late or
-- leaves without an end. Tasks hidden from the viewer are not followed, as in the program's own rule
-- (milestones::waits). It begins at the few that are pushed directly and goes on only where the push does.
CREATE FUNCTION pushed_milestones(today date, sees_all boolean, sees_open boolean, programs uuid[], diseases smallint[],
                                  granted uuid[])
RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE pushed (id, expected_on) AS (
        SELECT m.id, CASE WHEN n.state IN ('missed', 'dropped') THEN 'infinity'::date
                          ELSE coalesce(n.met_on, n.reported_on, greatest(n.due_on, today)) + d.lag_days END
        FROM milestone_dependencies d
        JOIN milestones m ON m.id = d.milestone_id AND m.state = 'planned' AND m.reported_on IS NULL
        JOIN milestones n ON n.id = d.needs_id
        JOIN tasks t ON t.id = n.task_id
        WHERE (n.state IN ('missed', 'dropped')
               OR coalesce(n.met_on, n.reported_on, greatest(n.due_on, today)) + d.lag_days > m.due_on)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, sees_all, sees_open, programs, diseases, granted)
        UNION
        SELECT m.id, CASE WHEN p.expected_on = 'infinity' THEN p.expected_on ELSE p.expected_on + d.lag_days END
        FROM pushed p
        JOIN milestones n ON n.id = p.id
        JOIN tasks t ON t.id = n.task_id
        JOIN milestone_dependencies d ON d.needs_id = p.id
        JOIN milestones m ON m.id = d.milestone_id AND m.state = 'planned' AND m.reported_on IS NULL
        WHERE (p.expected_on = 'infinity' OR p.expected_on + d.lag_days > m.due_on)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, sees_all, sees_open, programs, diseases, granted)
    )
    SELECT DISTINCT p.id FROM pushed p JOIN milestones m ON m.id = p.id WHERE m.due_on >= today
$$;
