//! Writing versions and ending them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{BudgetImportId, BudgetVersionId};

use super::super::model::{Cause, Line, Slot};
use super::small;

/// A version to be written.
pub struct NewVersion<'a> {
    pub slot: Slot,
    pub cause: Cause,
    pub reason: &'a str,
    pub supersedes: Option<BudgetVersionId>,
    pub import: Option<BudgetImportId>,
    pub total_yen: i64,
    pub line_count: i32,
    pub totals: Value,
    pub by: Option<Uuid>,
    pub now: DateTime<Utc>,
}

/// Inserts a version in preparation, with the next number of its slot.
pub async fn insert_version(tx: &mut Tx<'_>, v: &NewVersion<'_>) -> sqlx::Result<BudgetVersionId> {
    let id = BudgetVersionId::new();
    sqlx::query!(
        r#"
        INSERT INTO budget_versions (id, fiscal_year, stage, round, number, state, cause, reason, supersedes_id, import_id,
                                     total_yen, line_count, totals, created_by, created_at)
        SELECT $1, $2, $3, $4, coalesce(max(number), 0) + 1, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13
        FROM budget_versions WHERE (fiscal_year, stage, round) = ($2, $3, $4)
        "#,
        id.0,
        small(v.slot.year),
        v.slot.stage.code(),
        i16::from(v.slot.round),
        v.cause.code(),
        v.reason,
        v.supersedes.map(|id| id.0),
        v.import.map(|id| id.0),
        v.total_yen,
        v.line_count,
        v.totals,
        v.by,
        v.now
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Inserts the lines of a version in one statement.
pub async fn insert_lines(tx: &mut Tx<'_>, version: BudgetVersionId, lines: &[Line]) -> sqlx::Result<()> {
    let text = |of: fn(&Line) -> Option<&String>| -> Vec<Option<String>> {
        lines.iter().map(|l| of(l).cloned()).collect()
    };
    let program_ids: Vec<Option<Uuid>> = lines.iter().map(|l| l.program_id).collect();
    let project_ids: Vec<Option<Uuid>> = lines.iter().map(|l| l.project_id).collect();
    let programs = text(|l| l.program_name.as_ref());
    let projects = text(|l| l.project_name.as_ref());
    let codes = text(|l| l.ministry_code.as_ref());
    let ministries = text(|l| l.ministry_name.as_ref());
    let sheets = text(|l| l.origin.as_ref().map(|o| &o.sheet));
    let cells = text(|l| l.origin.as_ref().map(|o| &o.cell));
    let imports: Vec<Option<Uuid>> = lines.iter().map(|l| l.origin.as_ref().map(|o| o.import)).collect();
    let kinds: Vec<String> = lines.iter().map(|l| l.kind.code().to_owned()).collect();
    let amounts: Vec<Option<i64>> = lines.iter().map(|l| l.amount_yen).collect();
    let within: Vec<Option<i64>> = lines.iter().map(|l| l.within_yen).collect();
    let notes: Vec<String> = lines.iter().map(|l| l.note.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO budget_lines (version_id, position, program_id, program_name, project_id, project_name, ministry_code,
                                  ministry_name, kind, amount_yen, within_yen, note, import_id, sheet, cell)
        SELECT $1, l.position, l.program_id, l.program_name, l.project_id, l.project_name, l.ministry_code,
               l.ministry_name, l.kind, l.amount_yen, l.within_yen, l.note, l.import_id, l.sheet, l.cell
        FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
                    $10::bigint[], $11::text[], $12::uuid[], $13::text[], $14::text[])
            WITH ORDINALITY AS l (program_id, program_name, project_id, project_name, ministry_code, ministry_name, kind,
                                  amount_yen, within_yen, note, import_id, sheet, cell, position)
        "#,
        version.0,
        &program_ids as &[Option<Uuid>],
        &programs as &[Option<String>],
        &project_ids as &[Option<Uuid>],
        &projects as &[Option<String>],
        &codes as &[Option<String>],
        &ministries as &[Option<String>],
        &kinds,
        &amounts as &[Option<i64>],
        &within as &[Option<i64>],
        &notes,
        &imports as &[Option<Uuid>],
        &sheets as &[Option<String>],
        &cells as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a version into force; its lines must add up to its totals.
pub async fn put_in_force(tx: &mut Tx<'_>, id: BudgetVersionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE budget_versions SET state = 'applied', applied_at = $2 WHERE id = $1", id.0, now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a version in force; false if it is not in force any more.
pub async fn end(
    tx: &mut Tx<'_>,
    id: BudgetVersionId,
    (state, reason): (&str, &str),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_versions SET state = $2, end_reason = $3, ended_by = $4, ended_at = $5
        WHERE id = $1 AND state = 'applied'
        "#,
        id.0,
        state,
        reason,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Brings a superseded version back into force.
pub async fn bring_back(tx: &mut Tx<'_>, id: BudgetVersionId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_versions SET state = 'applied', end_reason = NULL, ended_by = NULL, ended_at = NULL
        WHERE id = $1 AND state = 'superseded'
        "#,
        id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
