-- Why: where a task is meant to end: the product or use, who takes it over, and what the hand-over needs.

CREATE TABLE exit_strategies (
    task_id           uuid PRIMARY KEY CONSTRAINT exit_strategies_of_task REFERENCES tasks ON DELETE RESTRICT,
    product           text NOT NULL,
    approval_class_id smallint REFERENCES vocabulary_values ON DELETE RESTRICT,
    taker_kind        text NOT NULL,
    taker             text,
    taker_program_id  uuid REFERENCES programs ON DELETE RESTRICT,
    data_set          text,
    ip                text,
    competitors       text,
    version           integer NOT NULL DEFAULT 1,
    updated_by        uuid,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT exit_strategies_product_not_empty CHECK (btrim(product) <> ''),
    CONSTRAINT exit_strategies_taker_kind_known CHECK (taker_kind IN ('company', 'program', 'clinical', 'other')),
    CONSTRAINT exit_strategies_taker_program_fits CHECK (taker_program_id IS NULL OR taker_kind = 'program')
);
COMMENT ON TABLE exit_strategies IS 'Product, approval class and kind of taker are for all who see the task; the rest for people in whose scope it lies.';

CREATE FUNCTION check_exit_strategy_class() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT tags_are_of(ARRAY[NEW.approval_class_id], 'approval_class') THEN
        RAISE EXCEPTION 'value % is no approval class', NEW.approval_class_id
            USING CONSTRAINT = 'exit_strategies_approval_class_in_vocabulary', ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exit_strategies_approval_class_in_vocabulary BEFORE INSERT OR UPDATE OF approval_class_id ON exit_strategies
    FOR EACH ROW WHEN (NEW.approval_class_id IS NOT NULL) EXECUTE FUNCTION check_exit_strategy_class();
