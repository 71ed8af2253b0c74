-- Who leads a task competes with tasks of the same program, disease and modality that run at the same time. Without an
-- index of its own every such question read the whole program (2.2 s for one member of a committee at 260,000 tasks).
CREATE INDEX tasks_by_competition ON tasks (program_id, (disease_ids[1]), (modality_ids[1]), ends_on);

-- Pairs of characters are numbers that do not compress; trying it took time at every write.
ALTER TABLE tasks ALTER COLUMN search_pairs SET STORAGE EXTERNAL, ALTER COLUMN title_pairs SET STORAGE EXTERNAL;
