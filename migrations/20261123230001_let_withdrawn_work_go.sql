-- What somebody has withdrawn rests on nothing: the page tells people to withdraw it before an import is undone.
CREATE OR REPLACE FUNCTION rows_resting_on_tasks(tasks uuid[]) RETURNS TABLE (task uuid, about text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    r record;
    -- Written by the import itself, derived, or found by the machine. Payment lines are asked by their batch.
    own text[] := ARRAY['task_years', 'task_totals', 'task_institutions', 'task_external_ids', 'task_payments',
        'duplicate_offers'];
BEGIN
    FOR r IN
        SELECT c.conrelid::regclass AS place, t.relname::text AS name, a.attname AS attribute,
               EXISTS (SELECT FROM pg_attribute w WHERE w.attrelid = c.conrelid AND w.attname = 'withdrawn_at'
                       AND NOT w.attisdropped) AS can_be_withdrawn
        FROM pg_constraint c
        JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'tasks'::regclass AND cardinality(c.conkey) = 1
          AND NOT t.relname::text = ANY (own)
        ORDER BY 2, 3
    LOOP
        RETURN QUERY EXECUTE format('SELECT DISTINCT %I, %L::text FROM %s WHERE %I = ANY ($1)%s',
            r.attribute, r.name, r.place, r.attribute,
            CASE WHEN r.can_be_withdrawn THEN ' AND withdrawn_at IS NULL' ELSE '' END) USING tasks;
    END LOOP;
END $$;
