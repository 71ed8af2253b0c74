//! All SQL of editing tasks.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::Tx;

use super::actions::Retag;
use super::forms::TaskEdit;
use crate::portfolio::tasks::document::SearchDocument;

/// Writes the edit over version `version`. False: somebody was faster.
pub async fn update(
    tx: &mut Tx<'_>,
    id: Uuid,
    version: i32,
    edit: &TaskEdit,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE tasks
        SET title_ja = $3, title_en = $4, summary_ja = $5, summary_en = $6, summary_nonpublic = $7, keywords = $8,
            starts_on = $9, ends_on = $10, restricted = $11, disease_ids = $12, phase_ids = $13, modality_ids = $14,
            approval_ids = $15, nature_ids = $16, version = version + 1, updated_at = $17
        WHERE id = $1 AND version = $2
        "#,
        id,
        version,
        edit.title_ja,
        edit.title_en,
        edit.summary_ja,
        edit.summary_en,
        edit.summary_nonpublic,
        &edit.keywords,
        edit.starts_on,
        edit.ends_on,
        edit.restricted,
        &edit.disease_ids,
        &edit.phase_ids,
        &edit.modality_ids,
        &edit.approval_ids,
        &edit.nature_ids,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes tags by task; gives the ids of those that were at their version.
pub async fn retag(tx: &mut Tx<'_>, changes: &[Retag], now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<serde_json::Value> = changes
        .iter()
        .map(|c| {
            let mut row = serde_json::json!({ "id": c.id, "version": c.version });
            for (vocabulary, ids) in &c.tags {
                row[vocabulary.code()] = ids.clone().into();
            }
            row
        })
        .collect();
    sqlx::query_scalar!(
        r#"
        UPDATE tasks t
        SET phase_ids = coalesce(d.phase, t.phase_ids), modality_ids = coalesce(d.modality, t.modality_ids),
            approval_ids = coalesce(d.approval_class, t.approval_ids), nature_ids = coalesce(d.nature, t.nature_ids),
            disease_ids = coalesce(d.disease_area, t.disease_ids), version = t.version + 1, updated_at = $2
        FROM jsonb_to_recordset($1) AS d (id uuid, version int, phase smallint[], modality smallint[],
            approval_class smallint[], nature smallint[], disease_area smallint[])
        WHERE t.id = d.id AND t.version = d.version
        RETURNING t.id
        "#,
        serde_json::Value::Array(rows),
        now
    )
    .fetch_all(&mut **tx)
    .await
}

/// What the search columns of a task are made from.
pub struct Source {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    pub keywords: Vec<String>,
    pub numbers: Vec<String>,
    pub institution: Vec<String>,
    pub lead: Vec<String>,
}

pub async fn sources(tx: &mut Tx<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<Source>> {
    sqlx::query_as!(
        Source,
        r#"
        SELECT t.id AS "id!", t.title_ja AS "title_ja!", t.title_en, t.summary_ja, t.summary_en, t.keywords AS "keywords!",
               array_remove(t.stable_number || ARRAY(SELECT y.task_number FROM task_years y
                   WHERE y.task_id = t.id ORDER BY y.fiscal_year), NULL) AS "numbers!: Vec<String>",
               array_remove(ARRAY[i.name_ja, i.name_en], NULL) AS "institution!: Vec<String>",
               array_remove(ARRAY[p.name_ja, p.name_kana, p.name_en], NULL) AS "lead!: Vec<String>"
        FROM tasks t
        LEFT JOIN institutions i ON i.id = t.institution_id
        LEFT JOIN people p ON p.id = t.lead_person_id
        WHERE t.id = ANY ($1)
        "#,
        ids
    )
    .fetch_all(&mut **tx)
    .await
}

pub async fn store_documents(
    tx: &mut Tx<'_>,
    ids: &[Uuid],
    documents: &[SearchDocument],
) -> sqlx::Result<()> {
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    // Arrays of different lengths do not fit into one array: each goes as text.
    let literal = |pairs: &[i32]| {
        let numbers: Vec<String> = pairs.iter().map(ToString::to_string).collect();
        format!("{{{}}}", numbers.join(","))
    };
    let pairs: Vec<String> = documents.iter().map(|document| literal(&document.pairs)).collect();
    let title_pairs: Vec<String> = documents.iter().map(|document| literal(&document.title_pairs)).collect();
    sqlx::query!(
        r#"
        UPDATE tasks t
        SET search_text = d.text, search_pairs = d.pairs::integer[], title_pairs = d.title_pairs::integer[]
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS d (id, text, pairs, title_pairs)
        WHERE t.id = d.id
        "#,
        ids,
        texts as Vec<&str>,
        &pairs,
        &title_pairs
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
