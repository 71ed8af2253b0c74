//! All SQL of succession.

use chrono::{DateTime, Utc};

use crate::db::Tx;
use crate::kernel::{FiscalYear, SuccessorLinkId, TaskId};

use super::actions::{NewLink, NextTask};

pub async fn link(tx: &mut Tx<'_>, id: SuccessorLinkId, l: &NewLink<'_>) -> sqlx::Result<SuccessorLinkId> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year, evidence, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT ON CONSTRAINT successor_links_unique DO UPDATE SET version = successor_links.version
        RETURNING id AS "id: SuccessorLinkId"
        "#,
        id.0,
        l.from,
        l.to,
        l.kind,
        l.linked_on,
        l.fiscal_year as FiscalYear,
        l.evidence,
        l.by
    )
    .fetch_one(&mut **tx)
    .await
}

pub async fn create_next(
    tx: &mut Tx<'_>,
    id: TaskId,
    n: &NextTask<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO tasks (id, program_id, title_ja, title_en, summary_ja, summary_en, keywords, lead_person_id,
                           institution_id, starts_on, ends_on, restricted, phase_ids, modality_ids, approval_ids,
                           nature_ids, disease_ids, created_at, updated_at)
        SELECT $1, $2, $3, CASE WHEN $3 = t.title_ja THEN t.title_en END, t.summary_ja, t.summary_en, t.keywords,
               t.lead_person_id, t.institution_id, $4, $5, true,
               CASE WHEN cardinality($6::smallint[]) > 0 THEN $6::smallint[] ELSE t.phase_ids END,
               t.modality_ids, t.approval_ids, t.nature_ids, t.disease_ids, $7, $7
        FROM tasks t
        WHERE t.id = $8
        "#,
        id.0,
        n.program,
        n.title_ja,
        n.starts_on,
        n.ends_on,
        n.phase_ids,
        now,
        n.from
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO task_people (task_id, person_id, position)
         SELECT $1, person_id, position FROM task_people WHERE task_id = $2",
        id.0,
        n.from
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO task_institutions (task_id, institution_id, position)
         SELECT $1, institution_id, position FROM task_institutions WHERE task_id = $2",
        id.0,
        n.from
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO task_years (task_id, fiscal_year, program_id, project_id, amount_yen, is_new)
         VALUES ($1, $2, $3, $4, $5, true)",
        id.0,
        FiscalYear::containing(n.starts_on) as FiscalYear,
        n.program,
        n.project,
        n.amount.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
