-- Why: whoever is recused from a review must not learn its outcome from matching either. A conflict in the records was
-- seen there, a recusal by the chair, or one that outlived its declaration, was not.

CREATE FUNCTION tasks_kept_from(usr uuid) RETURNS TABLE (task_id uuid) LANGUAGE plpgsql STABLE ROWS 50 AS $$
BEGIN
    RETURN QUERY
        SELECT c.task_id FROM conflicting_tasks_of(usr) c
        UNION
        SELECT r.task_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id WHERE g.user_id = usr;
END $$;

-- Why: the audit is complete for everybody who reads it, but what it says of a review is kept from whoever is recused
-- from that review: they see that an entry stands there.
CREATE FUNCTION audit_subjects_kept_from(usr uuid) RETURNS TABLE (subject text) LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
    RETURN QUERY
        WITH hidden AS MATERIALIZED (SELECT h.review_id FROM gate_reviews_hidden_from(usr) h)
        SELECT h.review_id::text FROM hidden h
        UNION SELECT d.id::text FROM gate_decisions d JOIN hidden h ON h.review_id = d.review_id
        UNION SELECT c.id::text FROM gate_conditions c JOIN gate_decisions d ON d.id = c.decision_id
              JOIN hidden h ON h.review_id = d.review_id;
END $$;
