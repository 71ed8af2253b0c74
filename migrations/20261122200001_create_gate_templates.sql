-- Why: what a committee judges at a gate or an evaluation is versioned data: items, scale, decision rule, required evidence.

CREATE TABLE gate_templates (
    id          uuid PRIMARY KEY,
    code        text NOT NULL,
    kind        text NOT NULL,
    gate_number smallint,
    name_ja     text NOT NULL,
    name_en     text NOT NULL,
    timing_ja   text NOT NULL,
    timing_en   text NOT NULL,
    position    smallint NOT NULL,
    source      text,
    CONSTRAINT gate_templates_code_unique UNIQUE (code),
    CONSTRAINT gate_templates_kind_known CHECK (kind IN ('drug', 'regenerative', 'device', 'mid_term', 'ex_post', 'other')),
    CONSTRAINT gate_templates_number_fits_kind CHECK ((kind IN ('drug', 'regenerative', 'device')) = (gate_number IS NOT NULL)),
    CONSTRAINT gate_templates_number_unique UNIQUE (kind, gate_number),
    CONSTRAINT gate_templates_number_positive CHECK (gate_number > 0)
);
COMMENT ON COLUMN gate_templates.timing_ja IS 'The point of the development at which the gate stands: 臨床第Ⅰ相開始前.';

-- Scores are tenths of a point, so that 5.5 is 55 and sums are exact.
CREATE TABLE gate_template_versions (
    id                  uuid PRIMARY KEY,
    template_id         uuid NOT NULL REFERENCES gate_templates ON DELETE RESTRICT,
    number              smallint NOT NULL,
    state               text NOT NULL DEFAULT 'draft',
    basis               text NOT NULL DEFAULT 'overall',
    go_from_tenths      smallint NOT NULL DEFAULT 60,
    conditional_from_tenths smallint,
    least_item_tenths   smallint,
    quorum_share        text NOT NULL DEFAULT 'majority',
    quorum_least        smallint NOT NULL DEFAULT 3,
    vote_share          text NOT NULL DEFAULT 'majority',
    note                text,
    version             integer NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL,
    applied_at          timestamptz,
    retired_at          timestamptz,
    CONSTRAINT gate_template_versions_number_unique UNIQUE (template_id, number),
    CONSTRAINT gate_template_versions_state_known CHECK (state IN ('draft', 'in_force', 'retired')),
    CONSTRAINT gate_template_versions_state_dated CHECK ((state = 'draft') = (applied_at IS NULL) AND (state = 'retired') = (retired_at IS NOT NULL)),
    CONSTRAINT gate_template_versions_basis_known CHECK (basis IN ('overall', 'weighted')),
    CONSTRAINT gate_template_versions_threshold_on_scale CHECK (go_from_tenths BETWEEN 10 AND 100),
    CONSTRAINT gate_template_versions_conditional_below CHECK (conditional_from_tenths BETWEEN 10 AND go_from_tenths - 1),
    CONSTRAINT gate_template_versions_least_on_scale CHECK (least_item_tenths BETWEEN 10 AND 100),
    CONSTRAINT gate_template_versions_quorum_known CHECK (quorum_share IN ('majority', 'two_thirds', 'all')),
    CONSTRAINT gate_template_versions_quorum_least CHECK (quorum_least BETWEEN 1 AND 50),
    CONSTRAINT gate_template_versions_vote_known CHECK (vote_share IN ('majority', 'two_thirds', 'all'))
);
COMMENT ON COLUMN gate_template_versions.basis IS 'overall: the mean of the overall item; weighted: the weighted mean of the items, put on ten points.';
COMMENT ON COLUMN gate_template_versions.go_from_tenths IS 'A score from here on proposes GO, in tenths of a point of ten.';
COMMENT ON COLUMN gate_template_versions.conditional_from_tenths IS 'A score from here on, below GO, proposes conditional GO; null: there is no such band.';
COMMENT ON COLUMN gate_template_versions.least_item_tenths IS 'An item whose mean lies below (on ten points) stops a proposed GO; null: no such rule.';
CREATE UNIQUE INDEX gate_template_versions_one_in_force ON gate_template_versions (template_id) WHERE state = 'in_force';
CREATE UNIQUE INDEX gate_template_versions_one_draft ON gate_template_versions (template_id) WHERE state = 'draft';

CREATE TABLE gate_template_items (
    id           uuid PRIMARY KEY,
    version_id   uuid NOT NULL REFERENCES gate_template_versions ON DELETE CASCADE,
    item_key     uuid NOT NULL,
    position     smallint NOT NULL,
    view         text NOT NULL,
    name_ja      text NOT NULL,
    name_en      text NOT NULL,
    question_ja  text NOT NULL DEFAULT '',
    question_en  text NOT NULL DEFAULT '',
    weight       smallint NOT NULL DEFAULT 1,
    scale_points smallint NOT NULL DEFAULT 10,
    is_overall   boolean NOT NULL DEFAULT false,
    wording      text NOT NULL DEFAULT 'ours',
    source       text,
    CONSTRAINT gate_template_items_key_unique UNIQUE (version_id, item_key),
    CONSTRAINT gate_template_items_position_unique UNIQUE (version_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT gate_template_items_view_known CHECK (view IN ('technology', 'business', 'general')),
    CONSTRAINT gate_template_items_weight_in_range CHECK (weight BETWEEN 0 AND 100),
    CONSTRAINT gate_template_items_scale_in_range CHECK (scale_points BETWEEN 2 AND 10),
    CONSTRAINT gate_template_items_wording_known CHECK (wording IN ('official', 'ours'))
);
COMMENT ON COLUMN gate_template_items.item_key IS 'The same question keeps its key from version to version.';
COMMENT ON COLUMN gate_template_items.wording IS 'official: as the agency prints it; ours: the wording of this platform, where no official text was found.';
CREATE UNIQUE INDEX gate_template_items_one_overall ON gate_template_items (version_id) WHERE is_overall;

-- What each point of a scale means, per version, because the meaning of a given score must never change afterwards.
CREATE TABLE gate_template_labels (
    version_id   uuid NOT NULL REFERENCES gate_template_versions ON DELETE CASCADE,
    scale_points smallint NOT NULL,
    value        smallint NOT NULL,
    label_ja     text NOT NULL,
    label_en     text NOT NULL,
    wording      text NOT NULL DEFAULT 'ours',
    PRIMARY KEY (version_id, scale_points, value),
    CONSTRAINT gate_template_labels_value_on_scale CHECK (scale_points BETWEEN 2 AND 10 AND value BETWEEN 1 AND scale_points),
    CONSTRAINT gate_template_labels_wording_known CHECK (wording IN ('official', 'ours'))
);

CREATE TABLE gate_template_evidence (
    id             uuid PRIMARY KEY,
    version_id     uuid NOT NULL REFERENCES gate_template_versions ON DELETE CASCADE,
    evidence_key   uuid NOT NULL,
    position       smallint NOT NULL,
    kind           text NOT NULL,
    milestone_code text,
    name_ja        text NOT NULL,
    name_en        text NOT NULL,
    mandatory      boolean NOT NULL DEFAULT true,
    responsible    text NOT NULL,
    wording        text NOT NULL DEFAULT 'ours',
    CONSTRAINT gate_template_evidence_key_unique UNIQUE (version_id, evidence_key),
    CONSTRAINT gate_template_evidence_position_unique UNIQUE (version_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT gate_template_evidence_kind_known CHECK (kind IN ('milestone', 'document', 'consultation')),
    CONSTRAINT gate_template_evidence_names_milestone CHECK ((kind = 'milestone') = (milestone_code IS NOT NULL)),
    CONSTRAINT gate_template_evidence_responsible_known CHECK (responsible IN
        ('investigator', 'program_officer', 'program_supervisor', 'program_division', 'strategy_unit')),
    CONSTRAINT gate_template_evidence_wording_known CHECK (wording IN ('official', 'ours'))
);
COMMENT ON COLUMN gate_template_evidence.milestone_code IS 'Code of the milestone type (milestone_types.code) that must be met.';
COMMENT ON COLUMN gate_template_evidence.responsible IS 'Who must act when it is missing.';

-- A version that was ever in force keeps its content: scores were or will be given against it.
CREATE FUNCTION gate_template_content_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
BEGIN
    IF EXISTS (SELECT FROM gate_template_versions WHERE id = touched AND state <> 'draft') THEN
        RAISE EXCEPTION 'a version in force or retired keeps its content'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_template_content_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER gate_template_items_frozen BEFORE INSERT OR UPDATE OR DELETE ON gate_template_items
    FOR EACH ROW EXECUTE FUNCTION gate_template_content_is_frozen();
CREATE TRIGGER gate_template_labels_frozen BEFORE INSERT OR UPDATE OR DELETE ON gate_template_labels
    FOR EACH ROW EXECUTE FUNCTION gate_template_content_is_frozen();
CREATE TRIGGER gate_template_evidence_frozen BEFORE INSERT OR UPDATE OR DELETE ON gate_template_evidence
    FOR EACH ROW EXECUTE FUNCTION gate_template_content_is_frozen();

-- From draft to in force to retired and never back; after the draft only the state moves on.
CREATE FUNCTION gate_template_version_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'only a draft can be discarded'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_template_version_kept';
        END IF;
        RETURN OLD;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'in_force'), ('in_force', 'retired'))
       OR (OLD.state <> 'draft' AND (to_jsonb(OLD) - '{state,retired_at,version}'::text[]) <> (to_jsonb(NEW) - '{state,retired_at,version}'::text[])) THEN
        RAISE EXCEPTION 'a version moves from draft to in force to retired, and only a draft changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_template_version_moves_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_template_versions_move_on BEFORE UPDATE OR DELETE ON gate_template_versions
    FOR EACH ROW EXECUTE FUNCTION gate_template_version_moves_on();
