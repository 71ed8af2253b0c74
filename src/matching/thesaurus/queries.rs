//! All SQL of the thesaurus.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::FiscalYear;

use super::model::Concept;

/// The number of the latest version; 0 where there is none.
pub async fn latest<'e>(on: impl sqlx::PgExecutor<'e>) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"SELECT coalesce(max(number), 0) AS "number!" FROM thesaurus_versions"#)
        .fetch_one(on)
        .await
}

/// The latest version under a lock that other changes wait for.
pub async fn lock_latest(tx: &mut Tx<'_>) -> sqlx::Result<i32> {
    sqlx::query!("LOCK TABLE thesaurus_versions IN SHARE ROW EXCLUSIVE MODE").execute(&mut **tx).await?;
    sqlx::query_scalar!(r#"SELECT coalesce(max(number), 0) AS "number!" FROM thesaurus_versions"#)
        .fetch_one(&mut **tx)
        .await
}

/// The concepts of a version, in order.
pub async fn concepts<'e>(on: impl sqlx::PgExecutor<'e>, number: i32) -> sqlx::Result<Vec<Concept>> {
    sqlx::query_as!(
        Concept,
        r#"
        SELECT key, kind, ja, en, broader, position
        FROM thesaurus_concepts
        WHERE first_version <= $1 AND (last_version IS NULL OR last_version >= $1)
        ORDER BY position, key
        LIMIT 20000
        "#,
        number
    )
    .fetch_all(on)
    .await
}

/// A version as it is written.
pub struct NewVersion<'a> {
    pub number: i32,
    pub hash: &'a str,
    pub concepts: i32,
    pub remark: &'a str,
    pub by: Option<Uuid>,
}

pub async fn insert_version(tx: &mut Tx<'_>, v: &NewVersion<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO thesaurus_versions (number, hash, concepts, remark, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
        v.number,
        v.hash,
        v.concepts,
        v.remark,
        v.by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Concepts that begin with a version.
pub async fn insert_concepts(tx: &mut Tx<'_>, number: i32, concepts: &[&Concept]) -> sqlx::Result<()> {
    let text = |of: &dyn Fn(&Concept) -> String| concepts.iter().map(|c| of(c)).collect::<Vec<_>>();
    sqlx::query!(
        r#"
        INSERT INTO thesaurus_concepts (first_version, key, kind, ja, en, broader, position)
        SELECT $1, n.key, n.kind, string_to_array(n.ja, '|'), string_to_array(n.en, '|'),
               string_to_array(n.broader, '|'), n.position
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[])
             AS n (key, kind, ja, en, broader, position)
        "#,
        number,
        &text(&|c| c.key.clone()),
        &text(&|c| c.kind.clone()),
        &text(&|c| c.ja.join("|")),
        &text(&|c| c.en.join("|")),
        &text(&|c| c.broader.join("|")),
        &concepts.iter().map(|c| c.position).collect::<Vec<_>>()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends concepts with a version; `into` is the concept that took the words over.
pub async fn end_concepts(
    tx: &mut Tx<'_>,
    last: i32,
    keys: &[String],
    merged: Option<(&str, &str)>,
) -> sqlx::Result<()> {
    let (from, into) = merged.unzip();
    sqlx::query!(
        r#"
        UPDATE thesaurus_concepts
        SET last_version = $1, merged_into = CASE WHEN key = $3 THEN $4::text END
        WHERE key = ANY ($2) AND last_version IS NULL
        "#,
        last,
        keys,
        from,
        into
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A version in the list of all.
#[derive(Clone, Debug)]
pub struct VersionRow {
    pub number: i32,
    pub hash: String,
    pub concepts: i32,
    pub remark: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub made_at: DateTime<Utc>,
}

/// The latest versions, newest first.
pub async fn versions(pool: &PgPool) -> sqlx::Result<Vec<VersionRow>> {
    sqlx::query_as!(
        VersionRow,
        r#"
        SELECT v.number, v.hash, v.concepts, v.remark, u.name_ja AS "by_ja?", u.name_en AS "by_en?", v.made_at
        FROM thesaurus_versions v
        LEFT JOIN users u ON u.id = v.made_by
        ORDER BY v.number DESC
        LIMIT 50
        "#
    )
    .fetch_all(pool)
    .await
}

/// A concept over the versions.
#[derive(Clone, Debug)]
pub struct Past {
    pub first_version: i32,
    pub last_version: Option<i32>,
    pub ja: Vec<String>,
    pub en: Vec<String>,
    pub broader: Vec<String>,
    pub merged_into: Option<String>,
}

/// What a concept was in each version, newest first.
pub async fn past(pool: &PgPool, key: &str) -> sqlx::Result<Vec<Past>> {
    sqlx::query_as!(
        Past,
        r#"
        SELECT first_version, last_version, ja, en, broader, merged_into
        FROM thesaurus_concepts
        WHERE key = $1
        ORDER BY first_version DESC
        LIMIT 50
        "#,
        key
    )
    .fetch_all(pool)
    .await
}

/// The text of a task, as concepts are sought in it.
#[derive(Clone, Debug)]
pub struct TaskText {
    pub id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub ends_on: NaiveDate,
}

/// Texts of the tasks of a year, for somebody who sees all tasks.
pub async fn texts_of_year(pool: &PgPool, year: FiscalYear) -> sqlx::Result<Vec<TaskText>> {
    sqlx::query_as!(
        TaskText,
        r#"
        SELECT t.id, y.task_number AS number, t.title_ja, t.title_en, t.summary_ja, t.ends_on
        FROM task_years y
        JOIN tasks t ON t.id = y.task_id
        WHERE y.fiscal_year = $1
        ORDER BY y.task_number, t.id
        LIMIT 20000
        "#,
        year as FiscalYear
    )
    .fetch_all(pool)
    .await
}
