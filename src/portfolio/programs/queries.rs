//! All SQL of programs.

use sqlx::PgPool;

use crate::kernel::{FiscalYear, Yen};

use super::model::{
    Call, Lineage, LineageKind, NameKind, ProgramName, ProjectShare, Published, Record, Register, SlotType,
    Stage,
};

/// Reads the whole register.
pub async fn register(pool: &PgPool) -> sqlx::Result<Register> {
    Ok(Register {
        records: records(pool).await?,
        names: names(pool).await?,
        shares: shares(pool).await?,
        published: published(pool).await?,
        lineage: lineage(pool).await?,
        calls: calls(pool).await?,
    })
}

async fn records(pool: &PgPool) -> sqlx::Result<Vec<Record>> {
    sqlx::query_as!(
        Record,
        r#"
        SELECT id, first_fy AS "first_fy: FiscalYear", last_fy AS "last_fy: FiscalYear",
               is_fund, is_unspecified, remark, source, version
        FROM programs ORDER BY code
        "#
    )
    .fetch_all(pool)
    .await
}

async fn names(pool: &PgPool) -> sqlx::Result<Vec<ProgramName>> {
    let rows = sqlx::query!(
        r#"
        SELECT program_id, name, folded, kind, first_fy AS "first_fy: FiscalYear", last_fy AS "last_fy: FiscalYear"
        FROM program_names ORDER BY program_id, first_fy NULLS LAST, kind, folded
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(ProgramName {
                program_id: row.program_id,
                kind: NameKind::from_code(&row.kind)?,
                name: row.name,
                folded: row.folded,
                first_fy: row.first_fy,
                last_fy: row.last_fy,
            })
        })
        .collect())
}

async fn shares(pool: &PgPool) -> sqlx::Result<Vec<ProjectShare>> {
    sqlx::query_as!(
        ProjectShare,
        r#"
        SELECT program_id, project_id, fiscal_year AS "fiscal_year: FiscalYear", amount_yen AS "amount: Yen", source
        FROM program_projects ORDER BY fiscal_year, program_id, project_id
        "#
    )
    .fetch_all(pool)
    .await
}

async fn published(pool: &PgPool) -> sqlx::Result<Vec<Published>> {
    let rows = sqlx::query!(
        r#"
        SELECT program_id, fiscal_year AS "fiscal_year: FiscalYear", stage, amount_yen AS "amount: Yen", source
        FROM program_published_amounts ORDER BY program_id, fiscal_year, stage
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(Published {
                program_id: row.program_id,
                fiscal_year: row.fiscal_year,
                stage: Stage::from_code(&row.stage)?,
                amount: row.amount,
                source: row.source,
            })
        })
        .collect())
}

async fn lineage(pool: &PgPool) -> sqlx::Result<Vec<Lineage>> {
    let rows = sqlx::query!(
        r#"
        SELECT from_program_id, to_program_id, kind, fiscal_year AS "fiscal_year: FiscalYear", remark
        FROM program_lineage ORDER BY fiscal_year, from_program_id, to_program_id
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(Lineage {
                from: row.from_program_id,
                to: row.to_program_id,
                kind: LineageKind::from_code(&row.kind)?,
                fiscal_year: row.fiscal_year,
                remark: row.remark,
            })
        })
        .collect())
}

async fn calls(pool: &PgPool) -> sqlx::Result<Vec<Call>> {
    let calls = sqlx::query!(
        r#"
        SELECT id, program_id, fiscal_year AS "fiscal_year: FiscalYear", name_ja, name_en, opens_on, closes_on
        FROM calls ORDER BY fiscal_year DESC, round, name_ja, id
        "#
    )
    .fetch_all(pool)
    .await?;
    let slots = sqlx::query_as!(
        SlotType,
        r#"
        SELECT call_id, step, step_en, name_ja, name_en, min_new, max_new,
               yearly_ceiling_yen AS "yearly_ceiling: Yen", max_years, phase_ids
        FROM slot_types ORDER BY call_id, position
        "#
    )
    .fetch_all(pool)
    .await?;
    let slots_of = |call| slots.iter().filter(|s| s.call_id == call).cloned().collect();
    Ok(calls
        .into_iter()
        .map(|c| Call {
            slots: slots_of(c.id),
            id: c.id,
            program_id: c.program_id,
            fiscal_year: c.fiscal_year,
            name_ja: c.name_ja,
            name_en: c.name_en,
            opens_on: c.opens_on,
            closes_on: c.closes_on,
        })
        .collect())
}
