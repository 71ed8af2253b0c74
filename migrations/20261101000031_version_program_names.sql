-- Why: names and published amounts of programs are kept in memory with the rest of the reference data, so a change of them must show.

SELECT bump_statements(ARRAY['program_names', 'program_published_amounts'], 'reference');
