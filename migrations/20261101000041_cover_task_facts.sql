-- Why: lists and their breakdowns filter on the short facts of a task; read from this index alone, they never touch
-- the wide rows with summaries and search columns, which are ten times as large.

CREATE INDEX tasks_facts ON tasks (id) INCLUDE (
    program_id, restricted, phase_ids, modality_ids, approval_ids, nature_ids, disease_ids, starts_on, ends_on,
    stopped_on, is_fund, institution_id, lead_person_id);
