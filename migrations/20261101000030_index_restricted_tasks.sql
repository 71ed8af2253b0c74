-- Why: figures of open tasks are shared by all staff; the few restricted ones are added per viewer and must be found at once.

CREATE INDEX tasks_restricted ON tasks (program_id, id) WHERE restricted;
