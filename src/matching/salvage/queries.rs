//! All SQL of the salvage run and of the radar.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Viewer;
use crate::db::Tx;
use crate::kernel::FiscalYear;
use crate::matching::eligibility::Prerequisite;
use crate::matching::eligibility::model::PrerequisiteRule;

/// A decision that did not let a task go on, with what was done about it.
#[derive(Clone, Debug)]
pub struct Case {
    pub decision_id: Uuid,
    pub task_id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub task_program: Uuid,
    pub gate: String,
    pub decided_at: DateTime<Utc>,
    pub verdict: Option<String>,
    pub program_id: Option<Uuid>,
    pub other: Option<String>,
    pub remark: Option<String>,
    pub outcome: Option<String>,
    /// 0 where nothing is recorded.
    pub version: i32,
}

/// Cases that the viewer may know and has no conflict of interest with; those without a disposition first, the oldest first.
pub async fn cases(pool: &PgPool, viewer: &Viewer, one: Option<Uuid>) -> sqlx::Result<Vec<Case>> {
    let rights = &viewer.rights;
    sqlx::query_as!(
        Case,
        r#"
        SELECT d.id AS decision_id, d.task_id, t.title_ja, t.title_en, coalesce(y.task_number, t.stable_number) AS number,
               t.program_id AS task_program, d.outcome AS gate, d.decided_at, s.verdict AS "verdict?",
               s.program_id AS "program_id?", s.other AS "other?", s.remark AS "remark?", s.outcome AS "outcome?",
               coalesce(s.version, 0) AS "version!"
        FROM gate_decisions d
        JOIN tasks t ON t.id = d.task_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN salvage_dispositions s ON s.decision_id = d.id
        WHERE d.outcome IN ('no_go', 'hold', 'redirect') AND d.superseded_by IS NULL
          AND ($7::uuid IS NULL OR d.id = $7)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from($6) c)
        ORDER BY s.verdict IS NOT NULL, s.outcome IS NOT NULL, d.decided_at, d.id
        LIMIT 300
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        viewer.id.0,
        one
    )
    .fetch_all(pool)
    .await
}

/// A disposition as it is written.
pub struct NewDisposition<'a> {
    pub decision: Uuid,
    pub version: i32,
    pub verdict: &'a str,
    pub program: Option<Uuid>,
    pub other: Option<&'a str>,
    pub remark: &'a str,
    pub by: Uuid,
}

/// Writes a disposition over the version that was read (0: none yet). False: somebody was faster.
pub async fn put(tx: &mut Tx<'_>, d: &NewDisposition<'_>, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO salvage_dispositions AS s (decision_id, verdict, program_id, other, remark, recorded_by, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (decision_id) DO UPDATE
        SET verdict = EXCLUDED.verdict, program_id = EXCLUDED.program_id, other = EXCLUDED.other, remark = EXCLUDED.remark,
            recorded_by = EXCLUDED.recorded_by, recorded_at = EXCLUDED.recorded_at, outcome = NULL, outcome_by = NULL,
            outcome_at = NULL, outcome_note = NULL, version = s.version + 1
        WHERE s.version = $8
        "#,
        d.decision,
        d.verdict,
        d.program,
        d.other,
        d.remark,
        d.by,
        now,
        d.version
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what became of it. False: somebody was faster.
pub async fn put_outcome(
    tx: &mut Tx<'_>,
    (decision, version): (Uuid, i32),
    (outcome, note): (&str, Option<&str>),
    by: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE salvage_dispositions
        SET outcome = $3, outcome_note = $4, outcome_by = $5, outcome_at = $6, version = version + 1
        WHERE decision_id = $1 AND version = $2 AND verdict <> 'closed'
        "#,
        decision,
        version,
        outcome,
        note,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How dispositions of a class ended: gate's outcome and verdict.
#[derive(Clone, Debug)]
pub struct ClassRow {
    pub gate: String,
    pub verdict: String,
    pub ended: i64,
    pub accepted: i64,
}

pub async fn classes(pool: &PgPool, viewer: &Viewer) -> sqlx::Result<Vec<ClassRow>> {
    sqlx::query_as!(
        ClassRow,
        r#"
        SELECT d.outcome AS gate, s.verdict, count(*) FILTER (WHERE s.outcome IS NOT NULL) AS "ended!",
               count(*) FILTER (WHERE s.outcome = 'accepted') AS "accepted!"
        FROM salvage_dispositions s
        JOIN gate_decisions d ON d.id = s.decision_id
        WHERE s.verdict <> 'closed' AND d.task_id NOT IN (SELECT c.task_id FROM tasks_kept_from($1) c)
        GROUP BY d.outcome, s.verdict
        ORDER BY d.outcome, s.verdict
        "#,
        viewer.id.0
    )
    .fetch_all(pool)
    .await
}

/// A running task that could enter a coming call of a later phase.
#[derive(Clone, Debug)]
pub struct Early {
    pub task_id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub task_program: Uuid,
    pub ends_on: NaiveDate,
    pub met: i64,
    pub milestones: i64,
    /// What the rules ask of tasks that enter the slot, all of it met.
    pub asks_ip: bool,
    pub asks_pmda: bool,
    pub asks_partner: bool,
    pub call_program: Uuid,
    pub call_year: FiscalYear,
    pub slot_ja: String,
    pub slot_en: Option<String>,
    pub closes_on: Option<NaiveDate>,
}

/// Running tasks that end months after today, whose milestones due by now are all met (two at least), with the nearest open call
/// for a later phase that takes their modality, disease and approval class, and whose prerequisites under the eligibility
/// rules they meet.
pub async fn early(
    pool: &PgPool,
    viewer: &Viewer,
    rule: &PrerequisiteRule,
    today: NaiveDate,
) -> sqlx::Result<Vec<Early>> {
    let rights = &viewer.rights;
    let phases = |asked: Prerequisite| -> Vec<String> {
        let asking = rule.needs.iter().filter(|(_, needs)| rule.on && needs.contains(&asked));
        asking.map(|(phase, _)| phase.clone()).collect()
    };
    sqlx::query_as!(
        Early,
        r#"
        SELECT t.id AS task_id, t.title_ja, t.title_en, coalesce(y.task_number, t.stable_number) AS number,
               t.program_id AS task_program, t.ends_on, m.met AS "met!", m.all_of AS "milestones!",
               c.ip AS "asks_ip!", c.pmda AS "asks_pmda!", c.partner AS "asks_partner!",
               c.program_id AS "call_program!", c.fiscal_year AS "call_year!: FiscalYear", c.slot_ja AS "slot_ja!", c.slot_en,
               c.closes_on
        FROM tasks t
        LEFT JOIN task_totals y ON y.task_id = t.id
        JOIN LATERAL (
            SELECT count(*) FILTER (WHERE s.state = 'met') AS met, count(*) AS all_of,
                   count(*) FILTER (WHERE s.state <> 'met' AND s.state <> 'dropped' AND s.due_on < $7) AS late,
                   bool_or(s.state = 'met' AND k.code IN ('patent', 'patent_granted')) AS ip,
                   bool_or(s.state = 'met' AND k.code = 'pmda') AS pmda,
                   bool_or(s.state = 'met' AND k.code = 'partner') AS partner
            FROM milestones s JOIN milestone_types k ON k.id = s.type_id
            WHERE s.task_id = t.id
        ) m ON m.met >= 2 AND m.late = 0
        JOIN vocabulary_values phase ON phase.id = t.phase_ids[1]
        JOIN LATERAL (
            SELECT k.program_id, k.fiscal_year, s.full_name_ja AS slot_ja, s.full_name_en AS slot_en, k.closes_on, a.ip, a.pmda, a.partner
            FROM slot_types s
            JOIN calls k ON k.id = s.call_id
            CROSS JOIN LATERAL (
                SELECT coalesce(bool_or(p.code = ANY ($8)), false) AS ip, coalesce(bool_or(p.code = ANY ($9)), false) AS pmda,
                       coalesce(bool_or(p.code = ANY ($10)), false) AS partner
                FROM vocabulary_values p WHERE p.id = ANY (s.phase_ids)
            ) a
            WHERE k.closes_on >= $7 AND k.starts_on <= t.ends_on
              AND EXISTS (SELECT FROM vocabulary_values p
                          WHERE p.id = ANY (s.phase_ids) AND p.position > phase.position AND p.code <> 'not_applicable')
              AND (s.modality_ids = '{}' OR s.modality_ids && t.modality_ids)
              AND (s.disease_ids = '{}' OR s.disease_ids && t.disease_ids)
              AND (s.approval_ids = '{}' OR s.approval_ids && t.approval_ids)
              AND (NOT a.ip OR m.ip) AND (NOT a.pmda OR m.pmda) AND (NOT a.partner OR m.partner)
            ORDER BY k.program_id <> t.program_id, k.closes_on, s.id
            LIMIT 1
        ) c ON true
        WHERE t.ends_on > $7::date + 90 AND t.starts_on < $7 AND t.stopped_on IS NULL
          AND NOT EXISTS (SELECT FROM successor_links l WHERE l.from_task_id = t.id)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
          AND t.id NOT IN (SELECT x.task_id FROM tasks_kept_from($6) x)
        ORDER BY m.met DESC, t.ends_on, t.id
        LIMIT 60
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        viewer.id.0,
        today,
        &phases(Prerequisite::Ip),
        &phases(Prerequisite::Pmda),
        &phases(Prerequisite::Partner)
    )
    .fetch_all(pool)
    .await
}
