-- Why: what one more slot would gain becomes a proposal of the adjustment ledger; each side leads to the other.
ALTER TABLE matching_adjustment_proposals
    ADD COLUMN adjustment_id uuid REFERENCES adjustment_proposals ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
COMMENT ON COLUMN matching_adjustment_proposals.adjustment_id IS 'NULL for what was saved before proposals were handed over.';
CREATE UNIQUE INDEX matching_adjustment_proposals_by_adjustment ON matching_adjustment_proposals (adjustment_id)
    WHERE adjustment_id IS NOT NULL;
