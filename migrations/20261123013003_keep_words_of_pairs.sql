-- Why: a score is explained by the words that made it, under the version of the thesaurus that was in force; both must
-- read the same after texts and thesaurus have gone on.
ALTER TABLE matching_sessions ADD COLUMN thesaurus_version integer REFERENCES thesaurus_versions ON DELETE RESTRICT;
COMMENT ON COLUMN matching_sessions.thesaurus_version IS 'The version under which the pairs were scored; NULL before scoring.';

ALTER TABLE matching_pairs ADD COLUMN words jsonb;
COMMENT ON COLUMN matching_pairs.words IS 'Type candidates::SharedWords of pairs on a shortlist: words add up to parts.text, concepts to parts.concepts.';
