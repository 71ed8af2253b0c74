//! One pair: what the rules and the shortlist left of it, and what both sides said.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

/// One pair as the rules and the shortlist left it.
#[derive(Clone, Debug)]
pub struct PairFacts {
    pub eligible: bool,
    pub truth: Value,
    pub score: Option<i32>,
    pub parts: Option<Value>,
    pub words: Option<Value>,
    pub cost_yen: i64,
    pub shortlist_place: Option<i16>,
}

pub async fn pair(pool: &PgPool, session: Uuid, task: Uuid, slot: Uuid) -> sqlx::Result<Option<PairFacts>> {
    sqlx::query_as!(
        PairFacts,
        "SELECT eligible, truth, score, parts, words, cost_yen, shortlist_place FROM matching_pairs
         WHERE session_id = $1 AND task_id = $2 AND slot_id = $3",
        session,
        task,
        slot
    )
    .fetch_optional(pool)
    .await
}

/// The rules of a session and the facts they judged of a pair, as JSON of `eligibility`.
pub struct RuleFacts {
    pub rules: Value,
    pub task: Value,
    pub slot: Value,
}

pub async fn rule_facts(
    pool: &PgPool,
    session: Uuid,
    task: Uuid,
    slot: Uuid,
) -> sqlx::Result<Option<RuleFacts>> {
    sqlx::query_as!(
        RuleFacts,
        "SELECT r.rules, t.facts AS task, s.facts AS slot
         FROM matching_sessions m
         JOIN matching_rules r ON r.version = m.rules_version
         JOIN matching_session_tasks t ON t.session_id = m.id AND t.task_id = $2
         JOIN matching_session_slots s ON s.session_id = m.id AND s.id = $3
         WHERE m.id = $1",
        session,
        task,
        slot
    )
    .fetch_optional(pool)
    .await
}

/// What a side openly said of a pair.
#[derive(Clone, Debug)]
pub struct SaidOfPair {
    pub side: String,
    pub level: i16,
    pub reason_code: Option<String>,
    pub note: Option<String>,
}

pub async fn said_of_pair(
    pool: &PgPool,
    session: Uuid,
    task: Uuid,
    slot: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<SaidOfPair>> {
    sqlx::query_as!(
        SaidOfPair,
        r#"SELECT side AS "side!", level AS "level!", reason_code, note FROM matching_interests_open($1, $4)
           WHERE task_id = $2 AND slot_id = $3 ORDER BY side DESC"#,
        session,
        task,
        slot,
        now
    )
    .fetch_all(pool)
    .await
}
