-- The page of a task says by which imports it came.
CREATE INDEX import_changes_by_subject ON import_changes (subject_id);
