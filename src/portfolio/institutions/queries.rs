//! All SQL of institutions.

use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::{FiscalYear, InstitutionId, Yen};

use super::model::Institution;

/// The institution, if the viewer may know it.
pub async fn institution(
    pool: &PgPool,
    id: InstitutionId,
    rights: &Rights,
) -> sqlx::Result<Option<Institution>> {
    sqlx::query_as!(
        Institution,
        r#"
        SELECT i.id, i.corporate_number, i.name_ja, i.name_en, i.kind
        FROM institutions i
        WHERE i.id = $1
          AND ($2 OR $3 OR EXISTS (
              SELECT 1 FROM tasks t
              WHERE (t.institution_id = i.id
                     OR EXISTS (SELECT 1 FROM task_institutions s WHERE s.task_id = t.id AND s.institution_id = i.id))
                AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)))
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await
}

/// Other names under which an institution is met in files.
pub async fn names(pool: &PgPool, id: Uuid) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT name FROM institution_names WHERE institution_id = $1 ORDER BY folded LIMIT 50",
        id
    )
    .fetch_all(pool)
    .await
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub kind: String,
    pub tasks: i64,
    pub yen: Yen,
}

/// What the list is asked: a folded part of a name, a kind, and the row after which it goes on.
pub struct Asked<'a> {
    pub year: FiscalYear,
    pub folded: &'a str,
    pub kind: &'a str,
    pub after: Option<(i64, Uuid)>,
    pub limit: i64,
}

/// Institutions by the money of the tasks they lead in a year; those without any appear when their name is asked for.
pub async fn listed(pool: &PgPool, asked: &Asked<'_>, rights: &Rights) -> sqlx::Result<Vec<Listed>> {
    let (after_yen, after_id) = asked.after.unzip();
    sqlx::query_as!(
        Listed,
        r#"
        WITH sums AS (
            SELECT t.institution_id AS id, count(*) AS tasks, sum(y.amount_yen)::bigint AS yen
            FROM task_years y JOIN tasks t ON t.id = y.task_id
            WHERE y.fiscal_year = $1
              AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
            GROUP BY t.institution_id
        )
        SELECT i.id, i.name_ja, i.name_en, i.kind,
               coalesce(s.tasks, 0) AS "tasks!", coalesce(s.yen, 0) AS "yen!: Yen"
        FROM institutions i LEFT JOIN sums s ON s.id = i.id
        WHERE (s.id IS NOT NULL OR ($7 <> '' AND ($2 OR $3)))
          AND ($7 = '' OR strpos(i.folded, $7) > 0 OR strpos(lower(coalesce(i.name_en, '')), $7) > 0
               OR i.corporate_number = $7
               OR EXISTS (SELECT 1 FROM institution_names n WHERE n.institution_id = i.id AND strpos(n.folded, $7) > 0))
          AND ($8 = '' OR i.kind = $8)
          AND ($9::bigint IS NULL OR (coalesce(s.yen, 0), i.id) < ($9, $10::uuid))
        ORDER BY coalesce(s.yen, 0) DESC, i.id DESC
        LIMIT $11
        "#,
        asked.year as FiscalYear,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        asked.folded,
        asked.kind,
        after_yen,
        after_id,
        asked.limit
    )
    .fetch_all(pool)
    .await
}

/// A person who leads tasks at an institution.
#[derive(Clone, Debug)]
pub struct Lead {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub tasks: i64,
    pub yen: Yen,
}

/// Who leads tasks at an institution in a year, by money.
pub async fn leads(pool: &PgPool, id: Uuid, year: FiscalYear, rights: &Rights) -> sqlx::Result<Vec<Lead>> {
    sqlx::query_as!(
        Lead,
        r#"
        SELECT p.id, p.name_ja, p.name_en, count(*) AS "tasks!", sum(y.amount_yen)::bigint AS "yen!: Yen"
        FROM tasks t
        JOIN task_years y ON y.task_id = t.id AND y.fiscal_year = $2
        JOIN people p ON p.id = t.lead_person_id
        WHERE t.institution_id = $1
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        GROUP BY p.id
        ORDER BY sum(y.amount_yen) DESC, p.id
        LIMIT 20
        "#,
        id,
        year as FiscalYear,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}

/// A task in which the institution takes part without leading it.
#[derive(Clone, Debug)]
pub struct Shared {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub lead_ja: String,
    pub lead_en: String,
    pub total: i64,
}

/// Tasks with money in a year in which the institution is a sub-institution.
pub async fn shared(pool: &PgPool, id: Uuid, year: FiscalYear, rights: &Rights) -> sqlx::Result<Vec<Shared>> {
    sqlx::query_as!(
        Shared,
        r#"
        SELECT t.id, t.title_ja, t.title_en, coalesce(i.name_ja, '') AS "lead_ja!", coalesce(i.name_en, '') AS "lead_en!",
               count(*) OVER () AS "total!"
        FROM task_institutions s
        JOIN tasks t ON t.id = s.task_id
        JOIN task_years y ON y.task_id = t.id AND y.fiscal_year = $2
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE s.institution_id = $1
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        ORDER BY y.amount_yen DESC, t.id
        LIMIT 12
        "#,
        id,
        year as FiscalYear,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}
