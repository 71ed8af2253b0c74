//! Versions of solutions with their chosen pairs and files.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

/// A version in a list.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: Uuid,
    pub session_id: Uuid,
    pub version: i32,
    pub objective: String,
    pub status: String,
    pub weights: Value,
    pub value: Option<i64>,
    pub bound: Option<i64>,
    pub placed: i32,
    pub conflict: Value,
    pub blocking: Value,
    pub inputs_hash: String,
    pub file_hash: String,
    pub solver_version: i32,
    pub verdict: String,
    pub verdict_words: Value,
    pub milliseconds: i32,
    pub note: String,
    pub by_ja: Option<String>,
    pub by_en: Option<String>,
    pub created_at: DateTime<Utc>,
    pub adopted: bool,
    /// Another version was adopted after it.
    pub superseded: bool,
}

/// Versions of a session, the latest first.
pub async fn versions(pool: &PgPool, session: Uuid, limit: i64) -> sqlx::Result<Vec<Version>> {
    sqlx::query_as!(
        Version,
        r#"
        SELECT v.id, v.session_id, v.version, v.objective, v.status, v.weights, v.value_millionths AS value,
               v.bound_millionths AS bound, v.placed, v.conflict, v.blocking, v.inputs_hash, v.file_hash, v.solver_version,
               v.verdict, v.verdict_words, v.milliseconds, v.note, u.name_ja AS "by_ja?", u.name_en AS "by_en?", v.created_at,
               EXISTS (SELECT FROM matching_agreements a WHERE a.solution_id = v.id) AS "adopted!",
               EXISTS (SELECT FROM matching_agreements a
                       WHERE a.session_id = v.session_id AND a.solution_id <> v.id
                         AND a.proposed_at > (SELECT max(o.proposed_at) FROM matching_agreements o
                                              WHERE o.solution_id = v.id)) AS "superseded!"
        FROM matching_solutions v
        LEFT JOIN users u ON u.id = v.created_by
        WHERE v.session_id = $1
        ORDER BY v.version DESC, v.id
        LIMIT $2
        "#,
        session,
        limit
    )
    .fetch_all(pool)
    .await
}

pub async fn version(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Version>> {
    sqlx::query_as!(
        Version,
        r#"
        SELECT v.id, v.session_id, v.version, v.objective, v.status, v.weights, v.value_millionths AS value,
               v.bound_millionths AS bound, v.placed, v.conflict, v.blocking, v.inputs_hash, v.file_hash, v.solver_version,
               v.verdict, v.verdict_words, v.milliseconds, v.note, u.name_ja AS "by_ja?", u.name_en AS "by_en?", v.created_at,
               EXISTS (SELECT FROM matching_agreements a WHERE a.solution_id = v.id) AS "adopted!",
               EXISTS (SELECT FROM matching_agreements a
                       WHERE a.session_id = v.session_id AND a.solution_id <> v.id
                         AND a.proposed_at > (SELECT max(o.proposed_at) FROM matching_agreements o
                                              WHERE o.solution_id = v.id)) AS "superseded!"
        FROM matching_solutions v
        LEFT JOIN users u ON u.id = v.created_by
        WHERE v.id = $1
        "#,
        id
    )
    .fetch_optional(pool)
    .await
}

pub async fn file(pool: &PgPool, solution: Uuid) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT file FROM matching_solution_files WHERE solution_id = $1", solution)
        .fetch_one(pool)
        .await
}

/// A chosen pair.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    pub task: Uuid,
    pub slot: Uuid,
    pub value: i64,
    pub cost: i64,
    pub locked: bool,
}

pub async fn chosen(pool: &PgPool, solution: Uuid) -> sqlx::Result<Vec<Chosen>> {
    sqlx::query_as!(
        Chosen,
        "SELECT task_id AS task, slot_id AS slot, value_millionths AS value, cost_yen AS cost, locked
         FROM matching_solution_pairs WHERE solution_id = $1 ORDER BY task_id, slot_id",
        solution
    )
    .fetch_all(pool)
    .await
}

pub async fn next_version(tx: &mut Tx<'_>, session: Uuid) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(max(version), 0) + 1 AS "next!" FROM matching_solutions WHERE session_id = $1"#,
        session
    )
    .fetch_one(&mut **tx)
    .await
}

/// A version about to be stored.
pub struct NewVersion<'a> {
    pub id: Uuid,
    pub session: Uuid,
    pub version: i32,
    pub objective: &'a str,
    pub status: &'a str,
    pub weights: &'a Value,
    pub value: Option<i64>,
    pub bound: Option<i64>,
    pub conflict: &'a Value,
    pub blocking: &'a Value,
    pub inputs_hash: &'a str,
    pub file_hash: &'a str,
    pub solver_version: i32,
    pub verdict: &'a str,
    pub verdict_words: &'a Value,
    pub milliseconds: i32,
    pub note: &'a str,
    pub by: Option<Uuid>,
    pub file: &'a str,
    pub pairs: &'a [Chosen],
    pub lock_costs: &'a [(Uuid, Option<i64>)],
}

pub async fn insert_version(tx: &mut Tx<'_>, v: &NewVersion<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO matching_solutions (id, session_id, version, objective, status, weights, value_millionths,
             bound_millionths, placed, conflict, blocking, inputs_hash, file_hash, solver_version, verdict, verdict_words,
             milliseconds, note, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        v.id,
        v.session,
        v.version,
        v.objective,
        v.status,
        v.weights,
        v.value,
        v.bound,
        i32::try_from(v.pairs.len()).unwrap_or(i32::MAX),
        v.conflict,
        v.blocking,
        v.inputs_hash,
        v.file_hash,
        v.solver_version,
        v.verdict,
        v.verdict_words,
        v.milliseconds,
        v.note,
        v.by,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("INSERT INTO matching_solution_files (solution_id, file) VALUES ($1, $2)", v.id, v.file)
        .execute(&mut **tx)
        .await?;
    let tasks: Vec<Uuid> = v.pairs.iter().map(|p| p.task).collect();
    let slots: Vec<Uuid> = v.pairs.iter().map(|p| p.slot).collect();
    let values: Vec<i64> = v.pairs.iter().map(|p| p.value).collect();
    let costs: Vec<i64> = v.pairs.iter().map(|p| p.cost).collect();
    let locked: Vec<bool> = v.pairs.iter().map(|p| p.locked).collect();
    sqlx::query!(
        "INSERT INTO matching_solution_pairs (solution_id, task_id, slot_id, value_millionths, cost_yen, locked)
         SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::boolean[])",
        v.id,
        &tasks,
        &slots,
        &values,
        &costs,
        &locked
    )
    .execute(&mut **tx)
    .await?;
    let locks: Vec<Uuid> = v.lock_costs.iter().map(|(id, _)| *id).collect();
    let costs: Vec<Option<i64>> = v.lock_costs.iter().map(|(_, cost)| *cost).collect();
    sqlx::query!(
        "INSERT INTO matching_solution_locks (solution_id, lock_id, cost_millionths)
         SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])",
        v.id,
        &locks,
        &costs as &[Option<i64>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
