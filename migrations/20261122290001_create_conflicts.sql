-- Why: conflicts of interest between a person and a task: what people declare, and one derivation from records that
-- pages, counts, matching and gates all use.

CREATE TABLE conflict_declarations (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    relation     text NOT NULL,
    target       text NOT NULL,
    name         text NOT NULL,
    folded       text NOT NULL,
    erad_number  text,
    task_id      uuid REFERENCES tasks ON DELETE CASCADE,
    remark       text,
    since        date,
    until        date,
    declared_at  timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT conflict_declarations_relation_known CHECK (relation IN
        ('co_investigator', 'joint_research', 'mentor', 'family', 'employment', 'financial_interest', 'competing_task', 'other')),
    CONSTRAINT conflict_declarations_target_known CHECK (target IN ('person', 'institution', 'task')),
    CONSTRAINT conflict_declarations_task_named CHECK ((target = 'task') = (task_id IS NOT NULL)),
    CONSTRAINT conflict_declarations_name_not_empty CHECK (name <> '' AND folded <> ''),
    CONSTRAINT conflict_declarations_erad_shape CHECK (erad_number ~ '^[0-9]{8}$'),
    CONSTRAINT conflict_declarations_period_in_order CHECK (since <= until)
);
COMMENT ON TABLE conflict_declarations IS 'Relations that the holder of an account declares. People and institutions are named in words: the declarer need not be able to see them.';
COMMENT ON COLUMN conflict_declarations.folded IS 'kernel::text::fold of the name, without blanks: compared with people and institutions.';
CREATE INDEX conflict_declarations_by_user ON conflict_declarations (user_id) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX conflict_declarations_once ON conflict_declarations (user_id, relation, target, folded, coalesce(erad_number, ''))
    WHERE withdrawn_at IS NULL;

CREATE INDEX users_by_person ON users (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX people_by_compact_name ON people (replace(folded, ' ', ''));
CREATE INDEX institutions_by_compact_name ON institutions (replace(folded, ' ', ''));

-- A hop of a path: how one gets there (by), what stands there (kind, id, names).
CREATE FUNCTION conflict_hop(by text, kind text, id uuid, ja text, en text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('by', by, 'kind', kind, 'id', id, 'ja', ja, 'en', en)
$$;

-- What follows from the records of the portfolio alone. Severity: bar = out of the room, no waiver; strong = out unless
-- the chair waives it; weak = in, but known to the chair.
CREATE FUNCTION recorded_conflicts_of_person(person uuid)
RETURNS TABLE (task_id uuid, kind text, severity text, path jsonb) LANGUAGE sql STABLE AS $$
    SELECT t.id, 'lead', 'bar', jsonb_build_array(conflict_hop('leads', 'task', t.id, NULL, NULL))
    FROM tasks t
    WHERE t.lead_person_id = person
    UNION ALL
    SELECT tp.task_id, 'co_investigator', 'bar', jsonb_build_array(conflict_hop('takes_part_in', 'task', tp.task_id, NULL, NULL))
    FROM task_people tp
    WHERE tp.person_id = person
    UNION ALL
    SELECT t.id, CASE WHEN same_department THEN 'same_department' ELSE 'same_institution' END, 'strong',
           CASE WHEN same_department
                THEN jsonb_build_array(conflict_hop('belongs_to', 'department', i.id, i.name_ja || ' ' || p.department, i.name_en),
                                       conflict_hop('department_of', 'person', lead.id, lead.name_ja, lead.name_en),
                                       conflict_hop('leads', 'task', t.id, NULL, NULL))
                ELSE jsonb_build_array(conflict_hop('belongs_to', 'institution', i.id, i.name_ja, i.name_en),
                                       conflict_hop('lead_institution_of', 'task', t.id, NULL, NULL)) END
    FROM people p
    JOIN institutions i ON i.id = p.institution_id
    JOIN tasks t ON t.institution_id = i.id
    LEFT JOIN people lead ON lead.id = t.lead_person_id
    CROSS JOIN LATERAL (SELECT coalesce(lead.institution_id = i.id AND lead.department = p.department, false) AS same_department) d
    WHERE p.id = person AND t.lead_person_id IS DISTINCT FROM person
    UNION ALL
    SELECT ti.task_id, 'same_institution', 'weak',
           jsonb_build_array(conflict_hop('belongs_to', 'institution', i.id, i.name_ja, i.name_en),
                             conflict_hop('sub_institution_of', 'task', ti.task_id, NULL, NULL))
    FROM people p
    JOIN institutions i ON i.id = p.institution_id
    JOIN task_institutions ti ON ti.institution_id = i.id
    WHERE p.id = person
    UNION ALL
    -- Joint research: both took part in another task that ran within five years before this one began.
    SELECT t.id, 'joint_research', 'strong',
           jsonb_build_array(conflict_hop('worked_on', 'task', o.id, o.stable_number, o.stable_number),
                             conflict_hop('shared_with', 'person', lead.id, lead.name_ja, lead.name_en),
                             conflict_hop('leads', 'task', t.id, NULL, NULL))
    FROM (SELECT id AS task, 1 AS side FROM tasks WHERE lead_person_id = person
          UNION ALL SELECT tp.task_id, 2 FROM task_people tp WHERE tp.person_id = person) mine
    JOIN tasks o ON o.id = mine.task
    CROSS JOIN LATERAL (
        SELECT o.lead_person_id AS id WHERE o.lead_person_id IS NOT NULL
        UNION ALL SELECT tp.person_id FROM task_people tp WHERE tp.task_id = o.id) other
    JOIN people lead ON lead.id = other.id
    JOIN tasks t ON t.lead_person_id = lead.id
    WHERE lead.id <> person AND t.id <> o.id AND o.ends_on >= t.starts_on - 1826
    UNION ALL
    -- A competing task: the person leads a task of the same program, disease and modality at the same time.
    SELECT t.id, 'competing_task', 'strong',
           jsonb_build_array(conflict_hop('leads', 'task', o.id, o.stable_number, o.stable_number),
                             conflict_hop('competes_with', 'task', t.id, NULL, NULL))
    FROM tasks o
    JOIN tasks t ON t.program_id = o.program_id AND t.id <> o.id AND t.disease_ids[1] = o.disease_ids[1]
                AND t.modality_ids[1] = o.modality_ids[1] AND t.starts_on <= o.ends_on AND o.starts_on <= t.ends_on
    WHERE o.lead_person_id = person AND t.lead_person_id IS DISTINCT FROM person
$$;

-- What follows from the declarations of one account.
CREATE FUNCTION declared_conflicts_of_user(usr uuid)
RETURNS TABLE (task_id uuid, kind text, severity text, path jsonb) LANGUAGE sql STABLE AS $$
    SELECT f.task_id, d.relation,
           CASE WHEN d.relation = 'family' THEN 'bar' WHEN d.relation = 'other' THEN 'weak' ELSE 'strong' END,
           jsonb_build_array(conflict_hop('declared', 'declaration', d.id, d.name, NULL),
                             conflict_hop(f.by, 'task', f.task_id, NULL, NULL))
    FROM conflict_declarations d
    CROSS JOIN LATERAL (
        SELECT d.task_id AS task_id, 'names'::text AS by WHERE d.target = 'task'
        UNION ALL
        SELECT t.id, 'leads' FROM people p JOIN tasks t ON t.lead_person_id = p.id
        WHERE d.target = 'person' AND replace(p.folded, ' ', '') = d.folded AND p.erad_number IS NOT DISTINCT FROM coalesce(d.erad_number, p.erad_number)
        UNION ALL
        SELECT tp.task_id, 'takes_part_in' FROM people p JOIN task_people tp ON tp.person_id = p.id
        WHERE d.target = 'person' AND replace(p.folded, ' ', '') = d.folded AND p.erad_number IS NOT DISTINCT FROM coalesce(d.erad_number, p.erad_number)
        UNION ALL
        SELECT t.id, 'lead_institution_of' FROM institutions i JOIN tasks t ON t.institution_id = i.id
        WHERE d.target = 'institution' AND replace(i.folded, ' ', '') = d.folded
        UNION ALL
        SELECT ti.task_id, 'sub_institution_of' FROM institutions i JOIN task_institutions ti ON ti.institution_id = i.id
        WHERE d.target = 'institution' AND replace(i.folded, ' ', '') = d.folded) f
    WHERE d.user_id = usr AND d.withdrawn_at IS NULL
$$;

-- Everything known of a researcher: records, and declarations by any account linked to them.
CREATE FUNCTION conflicts_of_person(person uuid)
RETURNS TABLE (task_id uuid, kind text, severity text, path jsonb) LANGUAGE sql STABLE AS $$
    SELECT r.task_id, r.kind, r.severity, r.path FROM recorded_conflicts_of_person(person) r
    UNION ALL
    SELECT d.task_id, d.kind, d.severity, d.path
    FROM users u CROSS JOIN LATERAL declared_conflicts_of_user(u.id) d
    WHERE u.person_id = person
$$;

-- The same for an account, whether or not it is linked to a researcher.
CREATE FUNCTION conflicts_of_user(usr uuid)
RETURNS TABLE (task_id uuid, kind text, severity text, path jsonb) LANGUAGE sql STABLE AS $$
    SELECT r.task_id, r.kind, r.severity, r.path
    FROM users u CROSS JOIN LATERAL recorded_conflicts_of_person(u.person_id) r
    WHERE u.id = usr
    UNION ALL
    SELECT d.task_id, d.kind, d.severity, d.path FROM declared_conflicts_of_user(usr) d
$$;

-- Predicates: true for what takes a person out of the room (bar, strong).
CREATE FUNCTION person_conflicts_with_task(person uuid, task uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM conflicts_of_person(person) c WHERE c.task_id = task AND c.severity <> 'weak')
$$;
CREATE FUNCTION user_conflicts_with_task(usr uuid, task uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM conflicts_of_user(usr) c WHERE c.task_id = task AND c.severity <> 'weak')
$$;
