-- Why: a task page asked the whole derivation of conflicts, planned anew each time (10 ms), of people who have none.
-- The predicate goes through the set that is planned once per connection and empty at once for most accounts.

CREATE OR REPLACE FUNCTION user_conflicts_with_task(usr uuid, task uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM conflicting_tasks_of(usr) c WHERE c.task_id = task);
END $$;
