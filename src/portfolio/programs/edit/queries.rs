//! All SQL that changes programs.

use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::FiscalYear;

use super::forms::{ProgramFields, Spelling, Step};

/// Writes the fields over version `version`; false if somebody was faster.
pub async fn update(tx: &mut Tx<'_>, program: Uuid, version: i32, f: &ProgramFields) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE programs
        SET name_ja = $3, name_en = $4, abbreviation = $5, ministry_code = $6, first_fy = $7, last_fy = $8,
            remark = $9, version = version + 1
        WHERE id = $1 AND version = $2
        "#,
        program,
        version,
        f.name_ja.as_str(),
        f.name_en.as_ref().map(|t| t.as_str()),
        f.abbreviation.as_ref().map(|t| t.as_str()),
        f.ministry,
        f.first_fy as Option<FiscalYear>,
        f.last_fy as Option<FiscalYear>,
        f.remark.as_ref().map(|t| t.as_str())
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a confirmed spelling, or confirms one that is there.
pub async fn confirm_name(tx: &mut Tx<'_>, program: Uuid, spelling: &Spelling) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO program_names (program_id, name, folded, kind) VALUES ($1, $2, $3, 'confirmed')
        ON CONFLICT (program_id, folded) DO UPDATE
        SET kind = CASE program_names.kind WHEN 'variant' THEN 'confirmed' ELSE program_names.kind END
        "#,
        program,
        spelling.name.as_str(),
        spelling.folded
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a spelling away; official names stay.
pub async fn remove_name(tx: &mut Tx<'_>, program: Uuid, folded: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM program_names WHERE program_id = $1 AND folded = $2 AND kind IN ('variant', 'confirmed')",
        program,
        folded
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a step of lineage, or writes over the one between the same two programs.
pub async fn put_step(tx: &mut Tx<'_>, step: &Step) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO program_lineage (from_program_id, to_program_id, kind, fiscal_year, remark)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (from_program_id, to_program_id) DO UPDATE
        SET kind = excluded.kind, fiscal_year = excluded.fiscal_year, remark = excluded.remark
        "#,
        step.from,
        step.to,
        step.kind.code(),
        step.fiscal_year as FiscalYear,
        step.remark.as_ref().map(|t| t.as_str())
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a step away.
pub async fn remove_step(tx: &mut Tx<'_>, from: Uuid, to: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM program_lineage WHERE from_program_id = $1 AND to_program_id = $2",
        from,
        to
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
