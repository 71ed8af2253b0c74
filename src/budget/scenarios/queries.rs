//! All SQL of scenarios.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::budget::ledger::model::Person;
use crate::budget::model::Stage;
use crate::budget::positions::queries::PlaceRow;
use crate::db::Tx;
use crate::kernel::{FiscalYear, Yen};

use super::model::{Move, MoveId, Scenario, ScenarioId, ScenarioState};

/// Scenarios with their movements, the newest first; those named, or all.
pub async fn scenarios(pool: &PgPool, ids: Option<&[Uuid]>, limit: i64) -> sqlx::Result<Vec<Scenario>> {
    let rows = sqlx::query!(
        r#"
        SELECT s.id, s.version_id, v.fiscal_year AS "year: FiscalYear", v.stage, v.round, v.number, v.state AS version_state,
               s.name, s.note, s.state AS "state: ScenarioState", u.id AS owner, u.name_ja AS owner_ja, u.name_en AS owner_en,
               s.created_at, s.version
        FROM budget_scenarios s
        JOIN budget_versions v ON v.id = s.version_id
        JOIN users u ON u.id = s.owner_id
        WHERE $1::uuid[] IS NULL OR s.id = ANY ($1)
        ORDER BY s.created_at DESC, s.id
        LIMIT $2
        "#,
        ids,
        limit
    )
    .fetch_all(pool)
    .await?;
    let found: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
    let moves = sqlx::query!(
        r#"
        SELECT m.id, m.scenario_id, f.fiscal_year AS "f_year: FiscalYear", f.stage AS f_stage, f.round AS f_round,
               f.program_id AS f_program, f.project_id AS f_project, f.ministry_code AS f_ministry, f.kind AS f_kind,
               t.fiscal_year AS "t_year: FiscalYear", t.stage AS t_stage, t.round AS t_round, t.program_id AS t_program,
               t.project_id AS t_project, t.ministry_code AS t_ministry, t.kind AS t_kind, m.amount_yen AS "amount: Yen",
               m.reason
        FROM budget_scenario_moves m
        JOIN budget_positions f ON f.id = m.from_id
        JOIN budget_positions t ON t.id = m.to_id
        WHERE m.scenario_id = ANY ($1)
        ORDER BY m.scenario_id, m.created_at, m.id
        LIMIT 20000
        "#,
        &found
    )
    .fetch_all(pool)
    .await?;
    let mut moves: Vec<(Uuid, Move)> = moves
        .into_iter()
        .filter_map(|m| {
            let from = PlaceRow {
                fiscal_year: m.f_year,
                stage: m.f_stage,
                round: m.f_round,
                program_id: m.f_program,
                project_id: m.f_project,
                ministry_code: m.f_ministry,
                kind: m.f_kind,
            };
            let to = PlaceRow {
                fiscal_year: m.t_year,
                stage: m.t_stage,
                round: m.t_round,
                program_id: m.t_program,
                project_id: m.t_project,
                ministry_code: m.t_ministry,
                kind: m.t_kind,
            };
            let row = Move {
                id: m.id.into(),
                from: from.read()?,
                to: to.read()?,
                amount: m.amount,
                reason: m.reason,
            };
            Some((m.scenario_id, row))
        })
        .collect();
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(Scenario {
                id: r.id.into(),
                version_id: r.version_id,
                year: r.year,
                stage: Stage::from_code(&r.stage)?,
                round: r.round,
                version_number: r.number,
                version_in_force: r.version_state == "applied",
                name: r.name,
                note: r.note,
                state: r.state,
                owner: Person { id: r.owner, name_ja: r.owner_ja, name_en: r.owner_en },
                created_at: r.created_at,
                version: r.version,
                moves: moves.extract_if(.., |(scenario, _)| *scenario == r.id).map(|(_, m)| m).collect(),
            })
        })
        .collect())
}

/// Makes a scenario on a version in force; false where another of the version has the name.
pub async fn insert(
    tx: &mut Tx<'_>,
    id: ScenarioId,
    (version, name, note): (Uuid, &str, &str),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO budget_scenarios (id, version_id, name, note, owner_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT ON CONSTRAINT budget_scenarios_name_once DO NOTHING
        "#,
        id.0,
        version,
        name,
        note,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Copies the movements of a scenario into another.
pub async fn copy_moves(
    tx: &mut Tx<'_>,
    from: ScenarioId,
    to: ScenarioId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO budget_scenario_moves (id, scenario_id, from_id, to_id, amount_yen, reason, created_at)
        SELECT gen_random_uuid(), $2, from_id, to_id, amount_yen, reason, $3
        FROM budget_scenario_moves WHERE scenario_id = $1
        "#,
        from.0,
        to.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Marks a draft as changed; false where it is no draft any more.
pub async fn touch(tx: &mut Tx<'_>, id: ScenarioId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE budget_scenarios SET version = version + 1 WHERE id = $1 AND state = 'draft'",
        id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert_move(
    tx: &mut Tx<'_>,
    (id, scenario): (MoveId, ScenarioId),
    (from, to, amount, reason): (i64, i64, Yen, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO budget_scenario_moves (id, scenario_id, from_id, to_id, amount_yen, reason, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        "#,
        id.0,
        scenario.0,
        from,
        to,
        amount.0,
        reason,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_move(tx: &mut Tx<'_>, scenario: ScenarioId, id: MoveId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM budget_scenario_moves WHERE id = $1 AND scenario_id = $2",
        id.0,
        scenario.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a draft at the version that was read.
pub async fn end(
    tx: &mut Tx<'_>,
    (id, version): (ScenarioId, i32),
    state: ScenarioState,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE budget_scenarios SET state = $3, ended_by = $4, ended_at = $5, version = version + 1
        WHERE id = $1 AND version = $2 AND state = 'draft'
        "#,
        id.0,
        version,
        state.code(),
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
