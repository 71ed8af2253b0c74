-- Why: the calendar asks for a window of one program; with the task's own columns in the view the planner starts from the
-- few tasks that run in it. The rule is the one of 20261122300003.

CREATE OR REPLACE VIEW gates_due AS
    SELECT t.id AS task_id, p.id AS template_id, p.code, x.due_on, t.program_id, t.starts_on, t.ends_on
    FROM tasks t
    LEFT JOIN vocabulary_values approval ON approval.id = t.approval_ids[1]
    LEFT JOIN vocabulary_values phase ON phase.id = t.phase_ids[1]
    CROSS JOIN LATERAL (
        SELECT k.kind,
               greatest(CASE k.kind
                            WHEN 'drug' THEN CASE phase.code WHEN 'applied' THEN 2 WHEN 'nonclinical' THEN 3
                                WHEN 'clinical_trial' THEN 4 WHEN 'registration_trial' THEN 4 ELSE 1 END
                            ELSE CASE phase.code WHEN 'nonclinical' THEN 2
                                WHEN 'clinical_trial' THEN 3 WHEN 'registration_trial' THEN 3 ELSE 1 END END,
                        (SELECT 1 + max(q.gate_number)
                         FROM gate_decisions d
                         JOIN gate_reviews r ON r.id = d.review_id
                         JOIN gate_template_versions v ON v.id = r.template_version_id
                         JOIN gate_templates q ON q.id = v.template_id
                         WHERE d.task_id = t.id AND d.superseded_by IS NULL AND q.kind = k.kind
                           AND d.outcome IN ('go', 'go_early', 'conditional_go')))::smallint AS number,
               t.ends_on - 120 AS due_on
        FROM (SELECT CASE approval.code WHEN 'ivd' THEN 'device' ELSE approval.code END AS kind) k
        WHERE phase.code IN ('basic', 'applied', 'nonclinical', 'clinical_trial', 'registration_trial')
        UNION ALL
        SELECT 'mid_term', NULL, t.starts_on + (t.ends_on - t.starts_on) / 2 WHERE t.ends_on - t.starts_on >= 1090
        UNION ALL
        SELECT 'ex_post', NULL, t.ends_on - 45) x
    JOIN gate_templates p ON p.kind = x.kind AND p.gate_number IS NOT DISTINCT FROM x.number
    WHERE t.stopped_on IS NULL
      AND NOT EXISTS (
          SELECT FROM gate_decisions d
          JOIN gate_reviews r ON r.id = d.review_id
          JOIN gate_template_versions v ON v.id = r.template_version_id
          WHERE d.task_id = t.id AND d.superseded_by IS NULL AND d.outcome <> 'hold' AND v.template_id = p.id);
