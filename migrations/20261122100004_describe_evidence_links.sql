-- Why: a link needs a description of its own beside its address; and changed milestone types must reach every process.

ALTER TABLE milestone_evidence DROP CONSTRAINT milestone_evidence_link_shape;
ALTER TABLE milestone_evidence ADD COLUMN url text;
ALTER TABLE milestone_evidence ADD CONSTRAINT milestone_evidence_link_shape
    CHECK ((kind = 'link') = (url IS NOT NULL) AND url ~ '^https?://[^[:space:]]+$' AND length(url) <= 2000);
COMMENT ON COLUMN milestone_evidence.body IS 'The text, or what the link or file shows.';

SELECT bump_statements(ARRAY['milestone_types'], 'reference');
