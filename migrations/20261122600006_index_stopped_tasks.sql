-- Why: the continuity ledger finds the tasks that ended in a year, those stopped before their end too.
CREATE INDEX tasks_by_stop ON tasks (stopped_on, id) WHERE stopped_on IS NOT NULL;
