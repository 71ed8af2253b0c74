//! Undoing an applied batch: what it inserted goes, what it changed comes back as it stood.
//!
//! The surprising rule: a task that comes back gets a new version, and the batch that had left it as it
//! stands again is told so; else nobody could undo that one any more.

use serde_json::Value;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::ImportBatchId;

use super::queries::ChangeRow;

/// The task with its years, institutions and lead as they stand, if its version is still `version`; locks the
/// task.
pub async fn snapshot(tx: &mut Tx<'_>, id: Uuid, version: i32) -> sqlx::Result<Option<Value>> {
    let locked =
        sqlx::query_scalar!("SELECT id FROM tasks WHERE id = $1 AND version = $2 FOR UPDATE", id, version)
            .fetch_optional(&mut **tx)
            .await?;
    if locked.is_none() {
        return Ok(None);
    }
    sqlx::query_scalar!(
        r#"
        SELECT json_build_object(
            'task', to_jsonb(t) - '{search_text,search_pairs,title_pairs}'::text[],
            'years', (SELECT coalesce(jsonb_agg(to_jsonb(y)), '[]') FROM task_years y WHERE y.task_id = t.id),
            'institutions', (SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM task_institutions i WHERE i.task_id = t.id)
        )::jsonb AS "before!"
        FROM tasks t WHERE t.id = $1
        "#,
        id
    )
    .fetch_one(&mut **tx)
    .await
    .map(Some)
}

/// Takes back every change of the batch, last first.
pub async fn undo(tx: &mut Tx<'_>, batch: ImportBatchId, changes: &[ChangeRow]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM task_payments WHERE import_batch_id = $1", batch.0).execute(&mut **tx).await?;
    for change in changes {
        match (change.kind.as_str(), &change.before) {
            ("task_new", _) => {
                sqlx::query!("DELETE FROM tasks WHERE id = $1", change.subject_id).execute(&mut **tx).await?;
            }
            ("task_changed", Some(before)) => restore(tx, change.subject_id, before).await?,
            ("institution_new", _) => delete_unused_institution(tx, change.subject_id).await?,
            ("person_new", _) => delete_unused_person(tx, change.subject_id).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn restore(tx: &mut Tx<'_>, id: Uuid, before: &Value) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE tasks t SET
            program_id = b.program_id, stable_number = b.stable_number, title_ja = b.title_ja, title_en = b.title_en,
            summary_ja = b.summary_ja, summary_en = b.summary_en, summary_nonpublic = b.summary_nonpublic,
            keywords = b.keywords, lead_person_id = b.lead_person_id, institution_id = b.institution_id,
            starts_on = b.starts_on, ends_on = b.ends_on, period_is_seen = b.period_is_seen, phase_ids = b.phase_ids,
            modality_ids = b.modality_ids, approval_ids = b.approval_ids, nature_ids = b.nature_ids,
            disease_ids = b.disease_ids, updated_at = b.updated_at, version = t.version + 1
        FROM jsonb_populate_record(NULL::tasks, $2) AS b
        WHERE t.id = $1
        "#,
        id,
        before["task"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM task_years WHERE task_id = $1", id).execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO task_years SELECT * FROM jsonb_populate_recordset(NULL::task_years, $1)",
        before["years"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM task_institutions WHERE task_id = $1", id).execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO task_institutions SELECT * FROM jsonb_populate_recordset(NULL::task_institutions, $1)",
        before["institutions"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE import_changes c SET version_after = t.version
        FROM tasks t
        WHERE t.id = $1 AND c.subject_id = t.id AND c.version_after = ($2::jsonb ->> 'version')::integer
        "#,
        id,
        before["task"]
    )
    .execute(&mut **tx)
    .await?;
    crate::portfolio::tasks::refresh_search(tx, &[id]).await
}

async fn delete_unused_institution(tx: &mut Tx<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM institutions i WHERE id = $1
          AND NOT EXISTS (SELECT 1 FROM tasks WHERE institution_id = i.id)
          AND NOT EXISTS (SELECT 1 FROM task_institutions WHERE institution_id = i.id)
          AND NOT EXISTS (SELECT 1 FROM task_payments WHERE institution_id = i.id)
          AND NOT EXISTS (SELECT 1 FROM people WHERE institution_id = i.id)
        "#,
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn delete_unused_person(tx: &mut Tx<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        DELETE FROM people p WHERE id = $1
          AND NOT EXISTS (SELECT 1 FROM tasks WHERE lead_person_id = p.id)
          AND NOT EXISTS (SELECT 1 FROM task_people WHERE person_id = p.id)
          AND NOT EXISTS (SELECT 1 FROM milestones WHERE owner_person_id = p.id)
          AND NOT EXISTS (SELECT 1 FROM users WHERE person_id = p.id)
        "#,
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
