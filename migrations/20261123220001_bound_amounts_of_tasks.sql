-- Why: one line of the wrong unit (円 for 千円) made sums overflow, and every page that adds money up failed. No task has
-- ever had a hundredth of this in a year. NOT VALID: a database that already holds such an amount must still start, so
-- that its import can be undone; every new row is checked.

ALTER TABLE task_years ADD CONSTRAINT task_years_amount_plausible CHECK (amount_yen <= 10000000000000) NOT VALID;
ALTER TABLE task_payments ADD CONSTRAINT task_payments_amount_plausible
    CHECK (amount_yen BETWEEN 0 AND 10000000000000) NOT VALID;
