-- Why: the search columns are most of a task's bytes; lz4 packs and unpacks them several times faster than the default.

DO $$
BEGIN
    ALTER TABLE tasks ALTER COLUMN search_text SET COMPRESSION lz4;
    ALTER TABLE tasks ALTER COLUMN search_vector SET COMPRESSION lz4;
    ALTER TABLE tasks ALTER COLUMN summary_ja SET COMPRESSION lz4;
    ALTER TABLE tasks ALTER COLUMN summary_en SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'this PostgreSQL was built without lz4: the default compression stays';
END $$;
