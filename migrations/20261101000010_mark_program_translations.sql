-- Why: most programs have no official English name in the sources; a working translation must be told from an official one.

ALTER TABLE programs ADD COLUMN name_en_is_ours boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN programs.name_en_is_ours IS 'True where name_en is a working translation, false where a source prints it.';
