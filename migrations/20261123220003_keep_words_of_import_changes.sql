-- Why: an applied import says what it brought, row by row, and its undo writes the reverse into the history of each task.

ALTER TABLE import_changes ADD COLUMN source_row integer;
ALTER TABLE import_changes ADD COLUMN changes jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN import_changes.source_row IS 'Row of the sheet, from 1.';
COMMENT ON COLUMN import_changes.changes IS 'Field, fiscal year, words before and after; of a new task its title.';
