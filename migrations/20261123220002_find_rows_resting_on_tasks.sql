-- Why: undoing an import deletes the tasks it made. What people have built on a task since must not go with it, and what
-- cannot go with it must be named. Found from the foreign keys, so that a new table is asked without being listed here.

CREATE FUNCTION rows_resting_on_tasks(tasks uuid[]) RETURNS TABLE (task uuid, about text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    r record;
    -- Written by the import itself, derived, or found by the machine. Payment lines are asked by their batch.
    own text[] := ARRAY['task_years', 'task_totals', 'task_institutions', 'task_external_ids', 'task_payments',
        'duplicate_offers'];
BEGIN
    FOR r IN
        SELECT c.conrelid::regclass AS place, t.relname::text AS name, a.attname AS attribute
        FROM pg_constraint c
        JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'tasks'::regclass AND cardinality(c.conkey) = 1
          AND NOT t.relname::text = ANY (own)
        ORDER BY 2, 3
    LOOP
        RETURN QUERY EXECUTE format('SELECT DISTINCT %I, %L::text FROM %s WHERE %I = ANY ($1)',
            r.attribute, r.name, r.place, r.attribute) USING tasks;
    END LOOP;
END $$;
