-- Why: the list over all years needs, per task, its latest year and its money over all years, without reading every year.

CREATE TABLE task_totals (
    task_id      uuid PRIMARY KEY REFERENCES tasks ON DELETE CASCADE,
    fiscal_year  smallint NOT NULL,
    program_id   uuid NOT NULL,
    project_id   uuid,
    task_number  text COLLATE "C",
    amount_yen   bigint NOT NULL,
    direct_yen   bigint,
    indirect_yen bigint,
    is_new       boolean NOT NULL
);
COMMENT ON TABLE task_totals IS 'Kept by triggers on task_years: amounts are sums over all years, the rest is of the latest year.';
CREATE INDEX task_totals_by_number ON task_totals (task_number, task_id);
CREATE INDEX task_totals_by_program ON task_totals (program_id, task_number, task_id);
CREATE INDEX task_totals_by_project ON task_totals (project_id, task_number, task_id);
CREATE INDEX task_totals_by_amount ON task_totals (amount_yen DESC, task_id);

CREATE FUNCTION total_tasks(changed uuid[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM task_totals WHERE task_id = ANY (changed)
        AND NOT EXISTS (SELECT 1 FROM task_years y WHERE y.task_id = task_totals.task_id);
    INSERT INTO task_totals AS had
        SELECT DISTINCT ON (y.task_id) y.task_id, y.fiscal_year, y.program_id, y.project_id, y.task_number,
               sum(y.amount_yen) OVER whole, sum(y.direct_yen) OVER whole, sum(y.indirect_yen) OVER whole, y.is_new
        FROM task_years y
        WHERE y.task_id = ANY (changed)
        WINDOW whole AS (PARTITION BY y.task_id)
        ORDER BY y.task_id, y.fiscal_year DESC
    ON CONFLICT (task_id) DO UPDATE SET
        fiscal_year = EXCLUDED.fiscal_year, program_id = EXCLUDED.program_id, project_id = EXCLUDED.project_id,
        task_number = EXCLUDED.task_number, amount_yen = EXCLUDED.amount_yen, direct_yen = EXCLUDED.direct_yen,
        indirect_yen = EXCLUDED.indirect_yen, is_new = EXCLUDED.is_new;
$$;

CREATE FUNCTION total_new_task_years() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM total_tasks(ARRAY(SELECT DISTINCT task_id FROM new_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION total_old_task_years() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM total_tasks(ARRAY(SELECT DISTINCT task_id FROM old_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION forget_task_totals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE task_totals;
    RETURN NULL;
END $$;

CREATE TRIGGER task_years_total_inserted AFTER INSERT ON task_years
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION total_new_task_years();
CREATE TRIGGER task_years_total_updated AFTER UPDATE ON task_years
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION total_new_task_years();
CREATE TRIGGER task_years_total_deleted AFTER DELETE ON task_years
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION total_old_task_years();
CREATE TRIGGER task_years_total_truncated AFTER TRUNCATE ON task_years
    FOR EACH STATEMENT EXECUTE FUNCTION forget_task_totals();

SELECT total_tasks(ARRAY(SELECT DISTINCT task_id FROM task_years));

-- Saved views are named on every list: they count among the data that a version of the accounts stands for.
SELECT bump_statements(ARRAY['saved_views'], 'accounts');
CREATE INDEX saved_views_shared ON saved_views (page, name) WHERE shared;
