//! All SQL of succession.

use chrono::{DateTime, Utc};

use crate::db::Tx;
use crate::kernel::{FiscalYear, SuccessorLinkId, TaskId};

use super::actions::{Linked, NewLink, NextTask};

pub async fn link(tx: &mut Tx<'_>, id: SuccessorLinkId, l: &NewLink<'_>) -> sqlx::Result<Linked> {
    sqlx::query_as!(
        Linked,
        r#"
        INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year, evidence, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT ON CONSTRAINT successor_links_unique DO UPDATE SET version = successor_links.version
        RETURNING id AS "id: SuccessorLinkId", id = $1 AS "is_new!"
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

pub async fn unlink(tx: &mut Tx<'_>, id: SuccessorLinkId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM successor_links WHERE id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}

/// Whether the task is as it was made. Locks it: until the transaction ends nothing comes to rest on it.
pub async fn is_as_made(tx: &mut Tx<'_>, id: TaskId) -> sqlx::Result<bool> {
    let version = sqlx::query_scalar!("SELECT version FROM tasks WHERE id = $1 FOR UPDATE", id.0)
        .fetch_optional(&mut **tx)
        .await?;
    // Its people were written with it.
    let resting = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM rows_resting_on_tasks(ARRAY[$1::uuid]) r WHERE r.about <> 'task_people')
            OR EXISTS (SELECT FROM task_payments p WHERE p.task_id = $1) AS "resting!"
        "#,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(version == Some(1) && !resting)
}

pub async fn delete(tx: &mut Tx<'_>, id: TaskId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM tasks WHERE id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}
