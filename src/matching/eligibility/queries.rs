//! All SQL of rules and of judging: versions of rules, the facts of tasks and slots, the counts of what each rule stops.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::MatchingSessionId;

use super::model::{Prerequisite, Rules, SlotFacts, TaskFacts, Truth};

/// A version of the rules.
pub struct RulesVersion {
    pub version: i32,
    pub rules: Json<Rules>,
    pub note: String,
    pub author: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// One version.
pub async fn rules(pool: &PgPool, version: i32) -> sqlx::Result<Option<Rules>> {
    let found = sqlx::query_scalar!(
        r#"SELECT rules AS "rules: Json<Rules>" FROM matching_rules WHERE version = $1"#,
        version
    )
    .fetch_optional(pool)
    .await?;
    Ok(found.map(|r| r.0))
}

/// The newest version for those who only read; the defaults where none is written.
pub async fn in_force(pool: &PgPool) -> sqlx::Result<Rules> {
    let found = sqlx::query_scalar!(
        r#"SELECT rules AS "rules: Json<Rules>" FROM matching_rules ORDER BY version DESC LIMIT 1"#
    )
    .fetch_optional(pool)
    .await?;
    Ok(found.map(|r| r.0).unwrap_or_default())
}

/// All versions, the newest first; at most 200.
pub async fn versions(pool: &PgPool) -> sqlx::Result<Vec<RulesVersion>> {
    sqlx::query_as!(
        RulesVersion,
        r#"
        SELECT r.version AS "version!", r.rules AS "rules!: Json<Rules>", r.note AS "note!", u.name_ja AS "author?",
               r.created_at AS "created_at!"
        FROM matching_rules r
        LEFT JOIN users u ON u.id = r.created_by
        ORDER BY r.version DESC
        LIMIT 200
        "#
    )
    .fetch_all(pool)
    .await
}

/// The newest version; the first one is written where there is none.
pub async fn newest(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<i32> {
    sqlx::query!(
        "INSERT INTO matching_rules (version, rules, note, created_at)
         SELECT 1, $1, '初期設定', $2 WHERE NOT EXISTS (SELECT FROM matching_rules)
         ON CONFLICT DO NOTHING",
        Json(Rules::default()) as _,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query_scalar!(r#"SELECT max(version) AS "version!" FROM matching_rules"#).fetch_one(&mut **tx).await
}

/// Adds a version; the table is locked so that numbers have no gaps.
pub async fn add_version(
    tx: &mut Tx<'_>,
    rules: &Rules,
    note: &str,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<i32> {
    sqlx::query!("LOCK TABLE matching_rules IN SHARE ROW EXCLUSIVE MODE").execute(&mut **tx).await?;
    sqlx::query_scalar!(
        r#"
        INSERT INTO matching_rules (version, rules, note, created_by, created_at)
        SELECT coalesce(max(version), 0) + 1, $1, $2, $3, $4 FROM matching_rules
        RETURNING version
        "#,
        Json(rules) as _,
        note,
        by,
        now
    )
    .fetch_one(&mut **tx)
    .await
}

/// What the rules know of the tasks of a session, with the money of their latest year.
pub async fn task_facts(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    today: NaiveDate,
) -> sqlx::Result<Vec<(Uuid, TaskFacts, i64)>> {
    let rows = sqlx::query!(
        r#"
        SELECT st.task_id, st.program_id, st.via, (st.added_at AT TIME ZONE 'Asia/Tokyo')::date AS "added_on!", t.ends_on,
               t.stopped_on,
               ARRAY(SELECT v.code FROM unnest(t.phase_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "phases!",
               ARRAY(SELECT v.code FROM unnest(t.modality_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "modalities!",
               ARRAY(SELECT v.code FROM unnest(t.disease_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "diseases!",
               ARRAY(SELECT v.code FROM unnest(t.approval_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "approvals!",
               ARRAY(SELECT DISTINCT o.program_id FROM tasks o
                     WHERE o.lead_person_id = t.lead_person_id AND o.id <> t.id AND o.starts_on <= $2
                       AND coalesce(o.stopped_on, o.ends_on) > greatest(t.ends_on, $2)
                     UNION
                     SELECT n.program_id FROM successor_links l JOIN tasks n ON n.id = l.to_task_id
                     WHERE l.from_task_id = t.id) AS "present_in!",
               others.tasks AS "lead_tasks!", others.yen AS "lead_yen!",
               coalesce((SELECT y.amount_yen FROM task_years y WHERE y.task_id = t.id
                         ORDER BY y.fiscal_year DESC LIMIT 1), 0) AS "amount!"
        FROM matching_session_tasks st
        JOIN tasks t ON t.id = st.task_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS tasks, coalesce(sum(
                (SELECT y.amount_yen FROM task_years y WHERE y.task_id = o.id ORDER BY y.fiscal_year DESC LIMIT 1)), 0)::bigint
                AS yen
            FROM tasks o
            WHERE o.lead_person_id = t.lead_person_id AND o.id <> t.id AND o.starts_on <= $2
              AND coalesce(o.stopped_on, o.ends_on) >= $2) others
        WHERE st.session_id = $1
        ORDER BY st.task_id
        "#,
        id.0,
        today
    )
    .fetch_all(&mut **tx)
    .await?;
    let barred = barred_programs(tx, id).await?;
    let met = met_prerequisites(tx, id).await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let early = crate::matching::sessions::Via::from_code(&r.via).is_some_and(|v| v.moves_early());
            let end = r.stopped_on.unwrap_or(r.ends_on);
            let known = met.iter().find(|(task, _)| *task == r.task_id);
            let facts = TaskFacts {
                phases: r.phases,
                modalities: r.modalities,
                diseases: r.diseases,
                approvals: r.approvals,
                free_on: Some(if early { end.min(r.added_on) } else { end }),
                met: known.map(|(_, met)| met.clone()).unwrap_or_default(),
                met_is_known: known.is_some(),
                present_in: r.present_in,
                lead_tasks: r.lead_tasks,
                lead_yen: r.lead_yen,
                barred_in: barred.iter().filter(|(task, _)| *task == r.task_id).map(|(_, p)| *p).collect(),
                program: r.program_id,
            };
            (r.task_id, facts, r.amount)
        })
        .collect())
}

/// Tasks with the programs (of either side) none of whose PS and PO may decide on them. A program without any account
/// for its PS and PO bars nothing: it cannot be told.
async fn barred_programs(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"
        WITH involved AS (
            SELECT program_id FROM matching_session_tasks WHERE session_id = $1
            UNION SELECT program_id FROM matching_session_slots WHERE session_id = $1),
        deciders AS (
            SELECT DISTINCT ra.program_id, ra.user_id
            FROM role_assignments ra
            JOIN involved i ON i.program_id = ra.program_id
            JOIN users u ON u.id = ra.user_id AND u.active
            WHERE ra.role IN ('program_supervisor', 'program_officer')),
        conflicts AS (
            SELECT DISTINCT d.user_id, c.task_id
            FROM (SELECT DISTINCT user_id FROM deciders) d
            CROSS JOIN LATERAL conflicting_tasks_of(d.user_id) c
            WHERE c.task_id IN (SELECT task_id FROM matching_session_tasks WHERE session_id = $1))
        SELECT c.task_id AS "task_id!", d.program_id AS "program_id!"
        FROM deciders d
        JOIN conflicts c ON c.user_id = d.user_id
        GROUP BY c.task_id, d.program_id
        HAVING count(*) = (SELECT count(*) FROM deciders e WHERE e.program_id = d.program_id)
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.task_id, r.program_id)).collect())
}

/// Prerequisites that are met, for tasks of which any milestone is recorded: a patent filed or granted, a PMDA
/// consultation held, a contract with a company.
async fn met_prerequisites(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
) -> sqlx::Result<Vec<(Uuid, Vec<Prerequisite>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT m.task_id,
               coalesce(bool_or(m.state = 'met' AND k.code IN ('patent', 'patent_granted')), false) AS "ip!",
               coalesce(bool_or(m.state = 'met' AND k.code = 'pmda'), false) AS "pmda!",
               coalesce(bool_or(m.state = 'met' AND k.code = 'partner'), false) AS "partner!"
        FROM matching_session_tasks st
        JOIN milestones m ON m.task_id = st.task_id
        JOIN milestone_types k ON k.id = m.type_id
        WHERE st.session_id = $1
        GROUP BY m.task_id
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let met = |ip: bool, pmda: bool, partner: bool| {
        let all = [(Prerequisite::Ip, ip), (Prerequisite::Pmda, pmda), (Prerequisite::Partner, partner)];
        all.into_iter().filter(|(_, is)| *is).map(|(p, _)| p).collect()
    };
    Ok(rows.into_iter().map(|r| (r.task_id, met(r.ip, r.pmda, r.partner))).collect())
}

/// What the rules know of the slots of a session.
pub async fn slot_facts(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
) -> sqlx::Result<Vec<(Uuid, SlotFacts, Option<i64>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT s.id, s.program_id, s.yearly_ceiling_yen, c.starts_on,
               make_date(c.fiscal_year::int, 4, 1) AS "first_day!",
               ARRAY(SELECT v.code FROM unnest(st.phase_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "phases!",
               ARRAY(SELECT v.code FROM unnest(st.modality_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "modalities!",
               ARRAY(SELECT v.code FROM unnest(st.disease_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "diseases!",
               ARRAY(SELECT v.code FROM unnest(st.approval_ids) WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "approvals!"
        FROM matching_session_slots s
        JOIN slot_types st ON st.id = s.slot_type_id
        JOIN calls c ON c.id = s.call_id
        WHERE s.session_id = $1 AND s.max_new > 0
        ORDER BY s.id
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let facts = SlotFacts {
                phases: r.phases,
                modalities: r.modalities,
                diseases: r.diseases,
                approvals: r.approvals,
                starts_on: Some(r.starts_on.unwrap_or(r.first_day)),
                program: r.program_id,
            };
            (r.id, facts, r.yearly_ceiling_yen)
        })
        .collect())
}

/// A judged pair.
pub struct Judged {
    pub task: Uuid,
    pub slot: Uuid,
    pub truth: Truth,
    pub eligible: bool,
    pub cost_yen: i64,
}

/// Writes the facts that were judged and replaces every pair of the session.
pub async fn write_judgements(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    tasks: &[(Uuid, TaskFacts, i64)],
    slots: &[(Uuid, SlotFacts, Option<i64>)],
    pairs: &[Judged],
) -> anyhow::Result<()> {
    let json_of = |values: Vec<serde_json::Result<serde_json::Value>>| {
        values.into_iter().collect::<serde_json::Result<Vec<serde_json::Value>>>()
    };
    sqlx::query!(
        "UPDATE matching_session_tasks t SET facts = n.facts
         FROM unnest($2::uuid[], $3::jsonb[]) AS n (id, facts)
         WHERE t.session_id = $1 AND t.task_id = n.id",
        id.0,
        &tasks.iter().map(|t| t.0).collect::<Vec<_>>(),
        &json_of(tasks.iter().map(|t| serde_json::to_value(&t.1)).collect())?
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE matching_session_slots s SET facts = n.facts
         FROM unnest($2::uuid[], $3::jsonb[]) AS n (id, facts)
         WHERE s.session_id = $1 AND s.id = n.id",
        id.0,
        &slots.iter().map(|s| s.0).collect::<Vec<_>>(),
        &json_of(slots.iter().map(|s| serde_json::to_value(&s.1)).collect())?
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM matching_pairs WHERE session_id = $1", id.0).execute(&mut **tx).await?;
    for some in pairs.chunks(4_000) {
        sqlx::query!(
            "INSERT INTO matching_pairs (session_id, task_id, slot_id, eligible, truth, cost_yen)
             SELECT $1, n.task, n.slot, n.eligible, n.truth, n.cost
             FROM unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::jsonb[], $6::bigint[])
                  AS n (task, slot, eligible, truth, cost)",
            id.0,
            &some.iter().map(|p| p.task).collect::<Vec<_>>(),
            &some.iter().map(|p| p.slot).collect::<Vec<_>>(),
            &some.iter().map(|p| p.eligible).collect::<Vec<_>>(),
            &json_of(some.iter().map(|p| serde_json::to_value(&p.truth)).collect())?,
            &some.iter().map(|p| p.cost_yen).collect::<Vec<_>>()
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// What one rule stops: pairs, and those that it stops alone.
pub struct Stops {
    pub rule: String,
    pub pairs: i64,
    pub alone: i64,
    pub not_known: i64,
}

/// What every rule stops, without the tasks hidden from the viewer.
pub async fn stops(pool: &PgPool, id: MatchingSessionId, hidden: &[Uuid]) -> sqlx::Result<Vec<Stops>> {
    sqlx::query_as!(
        Stops,
        r#"
        SELECT e.rule AS "rule!", count(*) FILTER (WHERE NOT e.eligible AND e.outcome IN ('fail', 'missing')) AS "pairs!",
               count(*) FILTER (WHERE NOT e.eligible AND e.outcome IN ('fail', 'missing') AND e.stopping = 1) AS "alone!",
               count(*) FILTER (WHERE e.outcome IN ('unknown', 'missing')) AS "not_known!"
        FROM (SELECT t.key AS rule, t.value AS outcome, p.eligible,
                     count(*) FILTER (WHERE t.value IN ('fail', 'missing')) OVER (PARTITION BY p.task_id, p.slot_id) AS stopping
              FROM matching_pairs p
              CROSS JOIN LATERAL jsonb_each_text(p.truth) t
              WHERE p.session_id = $1 AND p.task_id <> ALL ($2)) e
        GROUP BY e.rule
        "#,
        id.0,
        hidden
    )
    .fetch_all(pool)
    .await
}

/// A pair with its truth table.
pub struct JudgedPair {
    pub task_id: Uuid,
    pub slot_id: Uuid,
    pub eligible: bool,
    pub truth: Json<Truth>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
}

/// Pairs of a session, those that a rule stops (alone, where asked) or the eligible ones; at most `limit`.
pub async fn pairs(
    pool: &PgPool,
    id: MatchingSessionId,
    hidden: &[Uuid],
    stopped_by: Option<&str>,
    alone: bool,
    limit: i64,
) -> sqlx::Result<Vec<JudgedPair>> {
    sqlx::query_as!(
        JudgedPair,
        r#"
        SELECT p.task_id, p.slot_id, p.eligible, p.truth AS "truth: Json<Truth>", t.title_ja, t.title_en,
               t.stable_number AS number
        FROM matching_pairs p
        JOIN tasks t ON t.id = p.task_id
        WHERE p.session_id = $1 AND p.task_id <> ALL ($2)
          AND CASE WHEN $3::text IS NULL THEN p.eligible
                   ELSE NOT p.eligible AND p.truth ->> $3 IN ('fail', 'missing')
                        AND (NOT $4 OR (SELECT count(*) FROM jsonb_each_text(p.truth) e
                                        WHERE e.value IN ('fail', 'missing')) = 1) END
        ORDER BY p.score DESC NULLS LAST, p.task_id, p.slot_id
        LIMIT $5
        "#,
        id.0,
        hidden,
        stopped_by,
        alone,
        limit
    )
    .fetch_all(pool)
    .await
}
