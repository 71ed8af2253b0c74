-- What a transfer brought, so that taking it back removes that and nothing else.
ALTER TABLE matching_agreements ADD transfer_made text;
UPDATE matching_agreements g
SET transfer_made = CASE WHEN EXISTS (
        SELECT FROM audit_entries e
        WHERE e.action = 'session.transfer' AND e.details ->> 'agreement' = g.id::text AND (e.details ->> 'created')::boolean)
    THEN 'task' ELSE 'link' END
WHERE g.state = 'transferred';
ALTER TABLE matching_agreements
    ADD CONSTRAINT matching_agreements_transfer_made_known CHECK (transfer_made IN ('task', 'link', 'nothing')),
    ADD CONSTRAINT matching_agreements_transfer_made_something CHECK ((state = 'transferred') = (transfer_made IS NOT NULL));
COMMENT ON COLUMN matching_agreements.transfer_made IS
    'task: the next task and the link to it; link: the link to a task that was there; nothing: both were there before.';
