-- Why: the derivation of conflicts is long, and planning it anew inside every list cost more than running it. As a function
-- of its own it is planned once per connection; an account without a researcher and without declarations asks nothing.

CREATE FUNCTION conflicting_tasks_of(usr uuid) RETURNS TABLE (task_id uuid) LANGUAGE plpgsql STABLE ROWS 50 AS $$
BEGIN
    IF EXISTS (SELECT FROM users u WHERE u.id = usr AND u.person_id IS NOT NULL)
        OR EXISTS (SELECT FROM conflict_declarations d WHERE d.user_id = usr AND d.withdrawn_at IS NULL) THEN
        RETURN QUERY SELECT DISTINCT c.task_id FROM conflicts_of_user(usr) c WHERE c.severity <> 'weak';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION gate_reviews_hidden_from(usr uuid) RETURNS TABLE (review_id uuid) LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
    RETURN QUERY
        SELECT g.review_id FROM gate_recusals g WHERE g.user_id = usr
        UNION
        SELECT r.id
        FROM conflicting_tasks_of(usr) c
        JOIN gate_reviews r ON r.task_id = c.task_id
        WHERE NOT EXISTS (SELECT FROM gate_seats s WHERE s.meeting_id = r.meeting_id AND s.user_id = usr);
END $$;
