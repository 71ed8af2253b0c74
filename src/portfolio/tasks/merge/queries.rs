//! All SQL of merging tasks.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

use super::model::Merge;

/// Locks both rows; their versions by id.
pub async fn lock(tx: &mut Tx<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i32)>> {
    let rows = sqlx::query!("SELECT id, version FROM tasks WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.version)).collect())
}

/// Tables that merging does not know and that speak of a task.
pub async fn spoken_of(tx: &mut Tx<'_>, task: Uuid) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(r#"SELECT about AS "about!", rows AS "rows!" FROM rows_about_task($1)"#, task)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|r| (r.about, r.rows)).collect())
}

/// Everything about both rows that a merge changes.
pub async fn images(tx: &mut Tx<'_>, kept: Uuid, gone: Uuid) -> sqlx::Result<Value> {
    sqlx::query_scalar!(
        r#"
        SELECT jsonb_build_object(
            'kept', (SELECT to_jsonb(t) FROM tasks t WHERE id = $1),
            'gone', (SELECT to_jsonb(t) FROM tasks t WHERE id = $2),
            'years', coalesce((SELECT jsonb_agg(y ORDER BY y.task_id, y.fiscal_year) FROM task_years y WHERE task_id IN ($1, $2)), '[]'),
            'institutions', coalesce((SELECT jsonb_agg(i) FROM task_institutions i WHERE task_id IN ($1, $2)), '[]'),
            'people', coalesce((SELECT jsonb_agg(p) FROM task_people p WHERE task_id IN ($1, $2)), '[]'),
            'links', coalesce((SELECT jsonb_agg(s) FROM successor_links s
                WHERE from_task_id IN ($1, $2) OR to_task_id IN ($1, $2)), '[]'),
            'external_ids', coalesce((SELECT jsonb_agg(e) FROM task_external_ids e WHERE task_id = $2), '[]'),
            'payments', coalesce((SELECT jsonb_agg(p.id) FROM task_payments p WHERE task_id = $2), '[]'),
            'opinions', coalesce((SELECT jsonb_agg(o.id) FROM opinions o WHERE task_id = $2), '[]')) AS "images!"
        "#,
        kept,
        gone
    )
    .fetch_one(&mut **tx)
    .await
}

/// Writes the chosen fields of the row that goes over the kept one; the period covers both. Gives the new version.
pub async fn take_fields(
    tx: &mut Tx<'_>,
    m: &Merge,
    from: [bool; 5],
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    let [title, summary, people, program, tags] = from;
    sqlx::query_scalar!(
        r#"
        UPDATE tasks k
        SET title_ja = CASE WHEN $3 THEN g.title_ja ELSE k.title_ja END,
            title_en = CASE WHEN $3 THEN g.title_en ELSE k.title_en END,
            summary_ja = CASE WHEN $4 THEN g.summary_ja ELSE k.summary_ja END,
            summary_en = CASE WHEN $4 THEN g.summary_en ELSE k.summary_en END,
            summary_nonpublic = CASE WHEN $4 THEN g.summary_nonpublic ELSE k.summary_nonpublic END,
            keywords = CASE WHEN $4 THEN g.keywords ELSE k.keywords END,
            lead_person_id = CASE WHEN $5 THEN g.lead_person_id ELSE k.lead_person_id END,
            institution_id = CASE WHEN $5 THEN g.institution_id ELSE k.institution_id END,
            program_id = CASE WHEN $6 THEN g.program_id ELSE k.program_id END,
            phase_ids = CASE WHEN $7 THEN g.phase_ids ELSE k.phase_ids END,
            modality_ids = CASE WHEN $7 THEN g.modality_ids ELSE k.modality_ids END,
            approval_ids = CASE WHEN $7 THEN g.approval_ids ELSE k.approval_ids END,
            nature_ids = CASE WHEN $7 THEN g.nature_ids ELSE k.nature_ids END,
            disease_ids = CASE WHEN $7 THEN g.disease_ids ELSE k.disease_ids END,
            starts_on = least(k.starts_on, g.starts_on), ends_on = greatest(k.ends_on, g.ends_on),
            restricted = k.restricted OR g.restricted, version = k.version + 1, updated_at = $8
        FROM tasks g
        WHERE k.id = $1 AND g.id = $2
        RETURNING k.version
        "#,
        m.kept,
        m.gone,
        title,
        summary,
        people,
        program,
        tags,
        now
    )
    .fetch_one(&mut **tx)
    .await
}

/// Moves years: those that only the row that goes has, and with `add` the amounts of the common ones. The first year is
/// the new one.
pub async fn move_years(tx: &mut Tx<'_>, kept: Uuid, gone: Uuid, add: bool) -> sqlx::Result<()> {
    if add {
        sqlx::query!(
            r#"
            UPDATE task_years k
            SET amount_yen = k.amount_yen + g.amount_yen,
                direct_yen = CASE WHEN g.direct_yen IS NULL THEN NULL ELSE k.direct_yen + g.direct_yen END,
                indirect_yen = CASE WHEN k.direct_yen IS NULL OR g.direct_yen IS NULL THEN NULL
                                    ELSE k.indirect_yen + g.indirect_yen END
            FROM task_years g
            WHERE k.task_id = $1 AND g.task_id = $2 AND k.fiscal_year = g.fiscal_year
            "#,
            kept,
            gone
        )
        .execute(&mut **tx)
        .await?;
    }
    sqlx::query!(
        r#"
        UPDATE task_years g
        SET task_id = $1
        WHERE g.task_id = $2
          AND NOT EXISTS (SELECT FROM task_years k WHERE k.task_id = $1 AND k.fiscal_year = g.fiscal_year)
        "#,
        kept,
        gone
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE task_years y
        SET is_new = y.is_new AND y.fiscal_year = (SELECT min(fiscal_year) FROM task_years WHERE task_id = $1)
        WHERE y.task_id = $1
        "#,
        kept
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves what hangs on the row that goes; what would stand twice stays and goes with it.
pub async fn move_rest(tx: &mut Tx<'_>, kept: Uuid, gone: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE task_institutions g SET task_id = $1
        WHERE g.task_id = $2
          AND NOT EXISTS (SELECT FROM task_institutions k WHERE k.task_id = $1 AND k.institution_id = g.institution_id)
        "#,
        kept,
        gone
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE task_people g SET task_id = $1
        WHERE g.task_id = $2 AND NOT EXISTS (SELECT FROM task_people k WHERE k.task_id = $1 AND k.person_id = g.person_id)
        "#,
        kept,
        gone
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("UPDATE task_payments SET task_id = $1 WHERE task_id = $2", kept, gone)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("UPDATE task_external_ids SET task_id = $1 WHERE task_id = $2", kept, gone)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("UPDATE opinions SET task_id = $1 WHERE task_id = $2", kept, gone)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Moves links, leaving out the one between the two and those that the kept row has already.
pub async fn move_links(tx: &mut Tx<'_>, kept: Uuid, gone: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE successor_links g SET from_task_id = $1
        WHERE g.from_task_id = $2 AND g.to_task_id IS DISTINCT FROM $1
          AND NOT EXISTS (SELECT FROM successor_links k WHERE k.from_task_id = $1 AND k.to_task_id = g.to_task_id)
        "#,
        kept,
        gone
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE successor_links g SET to_task_id = $1
        WHERE g.to_task_id = $2 AND g.from_task_id <> $1
          AND NOT EXISTS (SELECT FROM successor_links k WHERE k.to_task_id = $1 AND k.from_task_id = g.from_task_id)
        "#,
        kept,
        gone
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx<'_>, gone: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM tasks WHERE id = $1", gone).execute(&mut **tx).await?;
    Ok(())
}

pub async fn insert(
    tx: &mut Tx<'_>,
    (id, by, version): (Uuid, Uuid, i32),
    m: &Merge,
    images: &Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let title = images["gone"]["title_ja"].as_str().unwrap_or_default();
    sqlx::query!(
        "INSERT INTO task_merges (id, kept_id, gone_id, gone_title, kept_version, images, merged_by, merged_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        m.kept,
        m.gone,
        title,
        version,
        images,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A merge as it is taken back.
pub struct Stored {
    pub kept_id: Uuid,
    pub gone_id: Uuid,
    pub kept_version: i32,
    pub images: Value,
    pub undone: bool,
}

pub async fn stored(tx: &mut Tx<'_>, id: Uuid) -> sqlx::Result<Option<Stored>> {
    sqlx::query_as!(
        Stored,
        r#"
        SELECT kept_id, gone_id, kept_version, images, undone_at IS NOT NULL AS "undone!"
        FROM task_merges
        WHERE id = $1
        FOR UPDATE
        "#,
        id
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Writes both rows as they were.
pub async fn restore(tx: &mut Tx<'_>, s: &Stored, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO tasks SELECT * FROM jsonb_populate_record(NULL::tasks, $1)", &s.images["gone"])
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        r#"
        UPDATE tasks t
        SET title_ja = r.title_ja, title_en = r.title_en, summary_ja = r.summary_ja, summary_en = r.summary_en,
            summary_nonpublic = r.summary_nonpublic, keywords = r.keywords, lead_person_id = r.lead_person_id,
            institution_id = r.institution_id, program_id = r.program_id, phase_ids = r.phase_ids,
            modality_ids = r.modality_ids, approval_ids = r.approval_ids, nature_ids = r.nature_ids,
            disease_ids = r.disease_ids, starts_on = r.starts_on, ends_on = r.ends_on, restricted = r.restricted,
            version = t.version + 1, updated_at = $2
        FROM jsonb_populate_record(NULL::tasks, $1) r
        WHERE t.id = r.id
        "#,
        &s.images["kept"],
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM task_years WHERE task_id = $1", s.kept_id).execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO task_years SELECT * FROM jsonb_populate_recordset(NULL::task_years, $1)",
        &s.images["years"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM task_institutions WHERE task_id = $1", s.kept_id).execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO task_institutions SELECT * FROM jsonb_populate_recordset(NULL::task_institutions, $1)",
        &s.images["institutions"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM task_people WHERE task_id = $1", s.kept_id).execute(&mut **tx).await?;
    sqlx::query!(
        "INSERT INTO task_people SELECT * FROM jsonb_populate_recordset(NULL::task_people, $1)",
        &s.images["people"]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves back what was moved, and writes the links as they were.
pub async fn restore_rest(tx: &mut Tx<'_>, s: &Stored) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM successor_links WHERE id IN (SELECT id FROM jsonb_populate_recordset(NULL::successor_links, $1))",
        &s.images["links"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO successor_links SELECT * FROM jsonb_populate_recordset(NULL::successor_links, $1)",
        &s.images["links"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE task_external_ids e SET task_id = $1
        FROM jsonb_populate_recordset(NULL::task_external_ids, $2) r
        WHERE e.system = r.system AND e.external_id = r.external_id
        "#,
        s.gone_id,
        &s.images["external_ids"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE task_payments SET task_id = $1 WHERE id IN (SELECT jsonb_array_elements_text($2)::bigint)",
        s.gone_id,
        &s.images["payments"]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE opinions SET task_id = $1 WHERE id IN (SELECT jsonb_array_elements_text($2)::uuid)",
        s.gone_id,
        &s.images["opinions"]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn mark_undone(tx: &mut Tx<'_>, id: Uuid, by: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE task_merges SET undone_by = $2, undone_at = $3 WHERE id = $1", id, by, now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn insert_distinction(
    tx: &mut Tx<'_>,
    (left, right): (Uuid, Uuid),
    (by, remark): (Uuid, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO task_distinctions (left_id, right_id, decided_by, decided_at, remark) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        left,
        right,
        by,
        now,
        remark
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_distinction(tx: &mut Tx<'_>, left: Uuid, right: Uuid) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM task_distinctions WHERE left_id = $1 AND right_id = $2", left, right)
            .execute(&mut **tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// A merge in the list of the latest.
#[derive(Clone, Debug)]
pub struct MergeRow {
    pub id: Uuid,
    pub kept_id: Uuid,
    pub kept_program: Uuid,
    pub kept_title: String,
    pub gone_title: String,
    pub by_ja: String,
    pub by_en: Option<String>,
    pub merged_at: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// The latest merges into tasks of programs (or of all).
pub async fn merges(pool: &PgPool, all: bool, programs: &[Uuid]) -> sqlx::Result<Vec<MergeRow>> {
    sqlx::query_as!(
        MergeRow,
        r#"
        SELECT m.id, m.kept_id, t.program_id AS kept_program, t.title_ja AS kept_title, m.gone_title, u.name_ja AS by_ja,
               u.name_en AS by_en, m.merged_at, m.undone_at
        FROM task_merges m
        JOIN tasks t ON t.id = m.kept_id
        JOIN users u ON u.id = m.merged_by
        WHERE $1 OR t.program_id = ANY ($2)
        ORDER BY m.merged_at DESC, m.id
        LIMIT 20
        "#,
        all,
        programs
    )
    .fetch_all(pool)
    .await
}

/// The program of the task that a merge kept.
pub async fn merge_of(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "SELECT t.program_id FROM task_merges m JOIN tasks t ON t.id = m.kept_id WHERE m.id = $1",
        id
    )
    .fetch_optional(pool)
    .await
}
