//! All SQL of the page of a task: one statement for the task and what belongs to it, one for its chain.

use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::TaskId;

use super::model::{Elsewhere, Entry, Institution, Opinion, Person, TaskRecord, Year};

/// A task, if the viewer may know it, with everything that belongs to it, in one round trip.
pub async fn record(pool: &PgPool, id: TaskId, rights: &Rights) -> sqlx::Result<Option<TaskRecord>> {
    let row = sqlx::query!(
        r#"
        SELECT t.id, t.program_id, t.stable_number, t.title_ja, t.title_en, t.summary_ja, t.summary_en,
               t.summary_nonpublic, t.keywords, t.starts_on, t.ends_on, t.period_is_seen, t.stopped_on, t.stop_reason,
               t.funding_form, t.is_fund, t.restricted, t.phase_ids, t.modality_ids, t.approval_ids, t.nature_ids,
               t.disease_ids, t.version, t.updated_at,
               (SELECT json_build_object('id', p.id, 'name_ja', p.name_ja, 'name_en', p.name_en, 'department', p.department)
                FROM people p WHERE p.id = t.lead_person_id) AS "lead: Json<Person>",
               (SELECT json_build_object('id', i.id, 'name_ja', i.name_ja, 'name_en', i.name_en)
                FROM institutions i WHERE i.id = t.institution_id) AS "institution: Json<Institution>",
               coalesce((SELECT json_agg(json_build_object(
                    'fiscal_year', y.fiscal_year, 'program_id', y.program_id, 'project_id', y.project_id,
                    'task_number', y.task_number, 'amount', y.amount_yen, 'direct', y.direct_yen,
                    'indirect', y.indirect_yen, 'is_new', y.is_new) ORDER BY y.fiscal_year)
                FROM task_years y WHERE y.task_id = t.id), '[]') AS "years!: Json<Vec<Year>>",
               coalesce((SELECT json_agg(json_build_object('id', i.id, 'name_ja', i.name_ja, 'name_en', i.name_en)
                    ORDER BY ti.position, i.id)
                FROM task_institutions ti JOIN institutions i ON i.id = ti.institution_id WHERE ti.task_id = t.id),
                '[]') AS "sub_institutions!: Json<Vec<Institution>>",
               coalesce((SELECT json_agg(json_build_object('id', p.id, 'name_ja', p.name_ja, 'name_en', p.name_en,
                    'department', p.department) ORDER BY tp.position, p.id)
                FROM task_people tp JOIN people p ON p.id = tp.person_id WHERE tp.task_id = t.id),
                '[]') AS "co_investigators!: Json<Vec<Person>>",
               coalesce((SELECT json_agg(json_build_object('id', o.id, 'author_id', o.author_id, 'author_ja', u.name_ja,
                    'author_en', u.name_en, 'role', o.role, 'visibility', o.visibility, 'body', o.body,
                    'created_at', o.created_at, 'withdrawn_at', o.withdrawn_at) ORDER BY o.created_at, o.id)
                FROM opinions o JOIN users u ON u.id = o.author_id WHERE o.task_id = t.id),
                '[]') AS "opinions!: Json<Vec<Opinion>>",
               coalesce((SELECT json_agg(json_build_object('at', e.at, 'actor', e.actor_label, 'action', e.action,
                    'details', e.details) ORDER BY e.position DESC)
                FROM (SELECT * FROM audit_entries WHERE subject_kind = 'task' AND subject_id = $1::uuid::text
                      ORDER BY position DESC LIMIT 50) e), '[]') AS "history!: Json<Vec<Entry>>",
               (EXISTS (SELECT FROM successor_links s WHERE s.from_task_id = t.id)
                OR EXISTS (SELECT FROM successor_links s WHERE s.to_task_id = t.id)) AS "links!",
               (EXISTS (SELECT FROM import_changes c WHERE c.subject_id = t.id)
                OR EXISTS (SELECT FROM task_payments p WHERE p.task_id = t.id)) AS "imports!",
               (SELECT s.product FROM exit_strategies s WHERE s.task_id = t.id) AS "product?",
               EXISTS (SELECT FROM milestones m WHERE m.task_id = t.id) AS "milestones!",
               EXISTS (SELECT FROM gate_reviews r WHERE r.task_id = t.id) AS "gates!",
               EXISTS (SELECT FROM matching_session_tasks m WHERE m.task_id = t.id) AS "sessions!"
        FROM tasks t
        WHERE t.id = $1
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| {
        TaskRecord {
            id: r.id,
            program_id: r.program_id,
            stable_number: r.stable_number,
            title_ja: r.title_ja,
            title_en: r.title_en,
            summary_ja: r.summary_ja,
            summary_en: r.summary_en,
            summary_nonpublic: r.summary_nonpublic,
            keywords: r.keywords,
            starts_on: r.starts_on,
            ends_on: r.ends_on,
            period_is_seen: r.period_is_seen,
            stopped_on: r.stopped_on,
            stop_reason: r.stop_reason,
            funding_form: r.funding_form,
            is_fund: r.is_fund,
            restricted: r.restricted,
            phase_ids: r.phase_ids,
            modality_ids: r.modality_ids,
            approval_ids: r.approval_ids,
            nature_ids: r.nature_ids,
            disease_ids: r.disease_ids,
            version: r.version,
            updated_at: r.updated_at,
            lead: r.lead.map(|j| j.0),
            institution: r.institution.map(|j| j.0),
            years: r.years.0,
            sub_institutions: r.sub_institutions.0,
            co_investigators: r.co_investigators.0,
            opinions: r.opinions.0,
            history: r.history.0,
            elsewhere: Elsewhere {
                links: r.links,
                imports: r.imports,
                product: r.product,
                milestones: r.milestones,
                gates: r.gates,
                sessions: r.sessions,
            },
            in_charge: false,
        }
        .as_seen(rights)
    }))
}

/// A task of a chain.
#[derive(Clone, Debug, Deserialize)]
pub struct Link {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub program_id: Uuid,
    pub starts_on: chrono::NaiveDate,
    pub ends_on: chrono::NaiveDate,
}

/// A succession: to a task, or to a company.
#[derive(Clone, Debug, Deserialize)]
pub struct Succession {
    pub from: Uuid,
    pub to: Option<Uuid>,
    pub company: Option<String>,
    pub kind: String,
    pub fiscal_year: crate::kernel::FiscalYear,
    pub evidence: Option<String>,
}

/// The tasks before and after a task, over any number of steps and programs, as far as the viewer may know them: a
/// chain is not followed through a task that is hidden from the viewer. At most 60 tasks.
pub async fn chain(pool: &PgPool, id: TaskId, rights: &Rights) -> sqlx::Result<(Vec<Link>, Vec<Succession>)> {
    let row = sqlx::query!(
        r#"
        WITH RECURSIVE reached (id, step, onward) AS (
            SELECT $1::uuid, 0, d.onward FROM (VALUES (true), (false)) AS d (onward)
            UNION
            SELECT t.id, r.step + 1, r.onward
            FROM reached r
            JOIN successor_links s ON (r.onward AND s.from_task_id = r.id) OR (NOT r.onward AND s.to_task_id = r.id)
            JOIN tasks t ON t.id = CASE WHEN r.onward THEN s.to_task_id ELSE s.from_task_id END
            WHERE r.step < 12
              AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        ), members AS (
            SELECT id, min(step) AS step FROM reached GROUP BY id ORDER BY min(step), id LIMIT 60
        )
        SELECT coalesce((SELECT json_agg(json_build_object('id', t.id, 'title_ja', t.title_ja, 'title_en', t.title_en,
                    'number', coalesce(y.task_number, t.stable_number), 'program_id', t.program_id,
                    'starts_on', t.starts_on, 'ends_on', t.ends_on) ORDER BY t.starts_on, t.id)
                FROM members m JOIN tasks t ON t.id = m.id LEFT JOIN task_totals y ON y.task_id = t.id),
                '[]') AS "tasks!: Json<Vec<Link>>",
               coalesce((SELECT json_agg(json_build_object('from', s.from_task_id, 'to', s.to_task_id,
                    'company', s.company_name, 'kind', s.kind, 'fiscal_year', s.fiscal_year, 'evidence', s.evidence)
                    ORDER BY s.linked_on, s.id)
                FROM successor_links s
                WHERE s.from_task_id = ANY (ARRAY(SELECT id FROM members))
                  AND (s.to_task_id IS NULL OR s.to_task_id = ANY (ARRAY(SELECT id FROM members)))),
                '[]') AS "successions!: Json<Vec<Succession>>"
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_one(pool)
    .await?;
    Ok((row.tasks.0, row.successions.0))
}
