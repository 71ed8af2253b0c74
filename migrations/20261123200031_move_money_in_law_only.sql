-- A request or a draft budget is a plan: money that moved from it into the budget in law would be made of nothing. A
-- counter-slip may still take back what was applied before this rule.
CREATE FUNCTION guard_budget_slip_stages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM budget_positions p WHERE p.id IN (NEW.from_id, NEW.to_id)
               AND p.stage NOT IN ('initial', 'supplementary', 'adjustment')) THEN
        RAISE EXCEPTION 'slip % moves money that is not in law', NEW.id
            USING CONSTRAINT = 'budget_slips_in_law', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER budget_slips_in_law BEFORE UPDATE ON budget_slips FOR EACH ROW
    WHEN (NEW.state = 'applied' AND OLD.state <> 'applied' AND NEW.kind <> 'counter')
    EXECUTE FUNCTION guard_budget_slip_stages();
