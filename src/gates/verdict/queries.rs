//! All SQL of results, votes, decisions and what follows them.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::model::{Choice, Disposition, Outcome};
use crate::gates::scoring::queries::Score;
use crate::gates::{MeetingId, ReviewId};

/// A revealed sheet.
#[derive(Clone, Debug)]
pub struct SheetRow {
    pub review_id: Uuid,
    pub user_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub public_comment: String,
    pub nonpublic_comment: String,
    pub scores: Vec<Score>,
}

/// Submitted sheets of a meeting (or of one review), once the chair has revealed them and never before: sheets of
/// members recused since are left out, and so are items hidden from the asker.
pub async fn revealed_sheets(
    pool: &PgPool,
    meeting: MeetingId,
    review: Option<Uuid>,
    asker: Uuid,
) -> sqlx::Result<Vec<SheetRow>> {
    let rows = sqlx::query!(
        r#"
        SELECT h.review_id, h.user_id, u.name_ja, u.name_en, h.public_comment, h.nonpublic_comment,
               (SELECT json_agg(json_build_object('item', s.item_id, 'value', s.value, 'comment', s.comment))
                FROM gate_scores s WHERE s.sheet_id = h.id) AS "scores: Json<Vec<Score>>"
        FROM gate_meetings m
        JOIN gate_reviews r ON r.meeting_id = m.id
        JOIN gate_score_sheets h ON h.review_id = r.id AND h.state = 'submitted'
        JOIN users u ON u.id = h.user_id
        WHERE m.id = $1 AND m.state IN ('revealed', 'closed') AND ($2::uuid IS NULL OR r.id = $2)
          AND r.state <> 'withdrawn'
          AND NOT EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = r.id AND g.user_id = h.user_id)
          AND r.id NOT IN (SELECT x.review_id FROM gate_reviews_hidden_from($3) x)
        ORDER BY r.position, u.name_ja, u.id
        LIMIT 5000
        "#,
        meeting.0,
        review,
        asker
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| SheetRow {
            review_id: r.review_id,
            user_id: r.user_id,
            name_ja: r.name_ja,
            name_en: r.name_en,
            public_comment: r.public_comment,
            nonpublic_comment: r.nonpublic_comment,
            scores: r.scores.map(|s| s.0).unwrap_or_default(),
        })
        .collect())
}

/// How the votes on a review stand; those of recused members do not count.
pub struct Tally {
    pub eligible: i64,
    pub choices: Vec<(Choice, i64)>,
    pub mine: Option<String>,
    pub recused: Vec<(String, Option<String>)>,
}

pub async fn tally(pool: &PgPool, review: ReviewId, user: Uuid) -> sqlx::Result<Tally> {
    let row = sqlx::query!(
        r#"
        SELECT (gate_tally($1)).eligible::bigint AS "eligible!",
               coalesce((SELECT json_agg(json_build_array(c.choice, c.n) ORDER BY c.n DESC, c.choice) FROM (
                   SELECT v.choice, count(*) AS n FROM gate_votes v
                   WHERE v.review_id = $1 AND gate_may_judge($1, v.user_id) GROUP BY v.choice) c), '[]') AS "choices!: Json<Vec<(Choice, i64)>>",
               (SELECT v.choice FROM gate_votes v WHERE v.review_id = $1 AND v.user_id = $2) AS mine,
               coalesce((SELECT json_agg(json_build_array(u.name_ja, u.name_en) ORDER BY u.name_ja) FROM gate_recusals g
                   JOIN users u ON u.id = g.user_id JOIN gate_reviews r ON r.id = g.review_id
                   JOIN gate_seats s ON s.meeting_id = r.meeting_id AND s.user_id = g.user_id
                   WHERE g.review_id = $1), '[]') AS "recused!: Json<Vec<(String, Option<String>)>>"
        "#,
        review.0,
        user
    )
    .fetch_one(pool)
    .await?;
    Ok(Tally { eligible: row.eligible, choices: row.choices.0, mine: row.mine, recused: row.recused.0 })
}

/// An adviser's text.
pub struct Advice {
    pub user_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub body: String,
    pub advised_at: DateTime<Utc>,
}

/// Advice on a review: one's own at any time, all of it after the reveal.
pub async fn advices(pool: &PgPool, review: ReviewId, user: Uuid) -> sqlx::Result<Vec<Advice>> {
    sqlx::query_as!(
        Advice,
        r#"
        SELECT a.user_id, u.name_ja, u.name_en, a.body, a.advised_at
        FROM gate_advices a
        JOIN users u ON u.id = a.user_id
        JOIN gate_reviews r ON r.id = a.review_id
        JOIN gate_meetings m ON m.id = r.meeting_id
        WHERE a.review_id = $1 AND (a.user_id = $2 OR m.state IN ('revealed', 'closed'))
        ORDER BY a.advised_at, u.id
        LIMIT 50
        "#,
        review.0,
        user
    )
    .fetch_all(pool)
    .await
}

pub async fn vote(
    tx: &mut Tx<'_>,
    review: ReviewId,
    user: Uuid,
    choice: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_votes (review_id, user_id, choice, voted_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (review_id, user_id) DO UPDATE SET choice = excluded.choice, voted_at = excluded.voted_at
        "#,
        review.0,
        user,
        choice,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE gate_seats s SET attendance = 'present'
        FROM gate_reviews r
        WHERE r.id = $1 AND s.meeting_id = r.meeting_id AND s.user_id = $2 AND s.attendance = 'expected'
        "#,
        review.0,
        user
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn wait(
    tx: &mut Tx<'_>,
    review: ReviewId,
    what: &str,
    until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE gate_reviews SET state = 'waiting', waiting_for = $2, waiting_until = $3, waiting_since = $4, version = version + 1
        WHERE id = $1
        "#,
        review.0,
        what,
        until,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A condition to be written.
#[derive(Clone, Debug)]
pub struct NewCondition {
    pub text: String,
    pub needed: String,
    pub due_on: NaiveDate,
    pub closer: Uuid,
}

/// A decision to be written, with its follow-ups.
#[derive(Clone, Debug)]
pub struct NewDecision {
    pub id: Uuid,
    pub outcome: Outcome,
    pub alone: bool,
    pub proposed: Option<&'static str>,
    pub score_tenths: Option<i16>,
    pub statement: String,
    pub nonpublic_statement: String,
    pub outside_evidence: Option<String>,
    pub receiving_program: Option<Uuid>,
    pub conditions: Vec<NewCondition>,
    pub dispositions: Vec<(Disposition, String)>,
}

/// Writes a decision with its conditions and dispositions.
pub async fn insert_decision(
    tx: &mut Tx<'_>,
    (review, task): (ReviewId, Uuid),
    d: &NewDecision,
    (eligible, present, in_favour): (u32, u32, u32),
    by: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let small = |n: u32| i16::try_from(n).unwrap_or(i16::MAX);
    sqlx::query!(
        r#"
        INSERT INTO gate_decisions
            (id, review_id, task_id, outcome, how, proposed, score_tenths, statement, nonpublic_statement, outside_evidence,
             receiving_program_id, eligible, present, in_favour, decided_by, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        "#,
        d.id,
        review.0,
        task,
        d.outcome.code(),
        if d.alone { "chair" } else { "vote" },
        d.proposed,
        d.score_tenths,
        d.statement,
        d.nonpublic_statement,
        d.outside_evidence,
        d.receiving_program,
        small(eligible),
        small(present),
        small(in_favour),
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    for (n, c) in d.conditions.iter().enumerate() {
        sqlx::query!(
            r#"
            INSERT INTO gate_conditions (id, decision_id, position, text, needed, due_on, closer_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            "#,
            Uuid::now_v7(),
            d.id,
            i16::try_from(n + 1).unwrap_or(i16::MAX),
            c.text,
            c.needed,
            c.due_on,
            c.closer
        )
        .execute(&mut **tx)
        .await?;
    }
    for (kind, text) in &d.dispositions {
        sqlx::query!(
            "INSERT INTO gate_dispositions (id, decision_id, kind, text) VALUES ($1, $2, $3, $4)",
            Uuid::now_v7(),
            d.id,
            kind.code(),
            text
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// A decision as it is shown.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    pub id: Uuid,
    pub review_id: Uuid,
    pub outcome: Outcome,
    pub how: String,
    pub proposed: Option<Outcome>,
    pub score_tenths: Option<i16>,
    pub statement: String,
    pub nonpublic_statement: String,
    pub outside_evidence: Option<String>,
    pub receiving_program_id: Option<Uuid>,
    pub eligible: i16,
    pub present: i16,
    pub in_favour: i16,
    pub decided_ja: String,
    pub decided_en: Option<String>,
    pub decided_at: DateTime<Utc>,
    pub superseded_review: Option<Uuid>,
    pub reopens_review: Option<Uuid>,
    pub dispositions: Vec<(Disposition, String)>,
}

pub async fn decision(pool: &PgPool, review: ReviewId) -> sqlx::Result<Option<DecisionRow>> {
    let row = sqlx::query!(
        r#"
        SELECT d.id, d.review_id, d.outcome AS "outcome: Outcome", d.how, d.proposed AS "proposed: Outcome", d.score_tenths, d.statement, d.nonpublic_statement,
               d.outside_evidence, d.receiving_program_id, d.eligible, d.present, d.in_favour, u.name_ja AS decided_ja,
               u.name_en AS decided_en, d.decided_at, n.review_id AS "superseded_review?",
               (SELECT e.review_id FROM gate_reviews r JOIN gate_reopenings o ON o.id = r.reopening_id
                JOIN gate_decisions e ON e.id = o.decision_id WHERE r.id = d.review_id) AS "reopens_review?",
               coalesce((SELECT json_agg(json_build_array(x.kind, x.text) ORDER BY x.id) FROM gate_dispositions x
                WHERE x.decision_id = d.id), '[]') AS "dispositions!: Json<Vec<(Disposition, String)>>"
        FROM gate_decisions d
        JOIN users u ON u.id = d.decided_by
        LEFT JOIN gate_decisions n ON n.id = d.superseded_by
        WHERE d.review_id = $1
        "#,
        review.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| DecisionRow {
        id: r.id,
        review_id: r.review_id,
        outcome: r.outcome,
        how: r.how,
        proposed: r.proposed,
        score_tenths: r.score_tenths,
        statement: r.statement,
        nonpublic_statement: r.nonpublic_statement,
        outside_evidence: r.outside_evidence,
        receiving_program_id: r.receiving_program_id,
        eligible: r.eligible,
        present: r.present,
        in_favour: r.in_favour,
        decided_ja: r.decided_ja,
        decided_en: r.decided_en,
        decided_at: r.decided_at,
        superseded_review: r.superseded_review,
        reopens_review: r.reopens_review,
        dispositions: r.dispositions.0,
    }))
}

/// Somebody who may close conditions of a task: its PS, PO and division today, and the unit.
pub struct Closer {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub role: String,
}

pub async fn closers(pool: &PgPool, program: Uuid, day: NaiveDate) -> sqlx::Result<Vec<Closer>> {
    sqlx::query_as!(
        Closer,
        r#"
        SELECT u.id, u.name_ja, u.name_en, min(a.role) AS "role!"
        FROM role_assignments a JOIN users u ON u.id = a.user_id AND u.active
        WHERE a.role IN ('program_supervisor', 'program_officer', 'program_division', 'strategy_unit')
          AND (a.program_id = $1 OR a.role = 'strategy_unit')
          AND a.valid_from <= $2 AND (a.valid_until IS NULL OR a.valid_until >= $2)
        GROUP BY u.id
        ORDER BY min(a.role) = 'strategy_unit', u.name_ja, u.id
        LIMIT 60
        "#,
        program,
        day
    )
    .fetch_all(pool)
    .await
}

/// A request to judge again.
pub struct Reopening {
    pub id: Uuid,
    pub decision_id: Uuid,
    pub reason: String,
    pub requested_by: Uuid,
    pub requested_ja: String,
    pub requested_en: Option<String>,
    pub requested_at: DateTime<Utc>,
    pub approved: Option<bool>,
    pub answer: Option<String>,
    pub answered_ja: Option<String>,
    pub answered_en: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// Requests on the decision of a review, the oldest first.
pub async fn reopenings(pool: &PgPool, review: ReviewId) -> sqlx::Result<Vec<Reopening>> {
    sqlx::query_as!(
        Reopening,
        r#"
        SELECT o.id, o.decision_id, o.reason, o.requested_by, u.name_ja AS requested_ja, u.name_en AS requested_en,
               o.requested_at, o.approved, o.answer, w.name_ja AS "answered_ja?", w.name_en AS "answered_en?", o.answered_at
        FROM gate_reopenings o
        JOIN gate_decisions d ON d.id = o.decision_id
        JOIN users u ON u.id = o.requested_by
        LEFT JOIN users w ON w.id = o.answered_by
        WHERE d.review_id = $1
        ORDER BY o.requested_at, o.id
        LIMIT 50
        "#,
        review.0
    )
    .fetch_all(pool)
    .await
}

pub async fn insert_reopening(
    tx: &mut Tx<'_>,
    decision: Uuid,
    reason: &str,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Uuid> {
    let id = Uuid::now_v7();
    sqlx::query!(
        "INSERT INTO gate_reopenings (id, decision_id, reason, requested_by, requested_at) VALUES ($1, $2, $3, $4, $5)",
        id,
        decision,
        reason,
        user,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// The PD's answer to the open request on the decision of a review; false where there is none.
pub async fn answer_reopening(
    tx: &mut Tx<'_>,
    review: ReviewId,
    (approved, answer): (bool, &str),
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_reopenings o SET approved = $2, answer = $3, answered_by = $4, answered_at = $5
        FROM gate_decisions d
        WHERE d.id = o.decision_id AND d.review_id = $1 AND o.approved IS NULL
        "#,
        review.0,
        approved,
        answer,
        user,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An earlier or later decision on the same task.
pub struct Earlier {
    pub review_id: Uuid,
    pub outcome: Outcome,
    pub template_ja: String,
    pub template_en: String,
    pub decided_at: DateTime<Utc>,
    pub is_superseded: bool,
    pub open_conditions: i64,
}

/// Decisions on a task, the latest first.
pub async fn decisions_of_task(pool: &PgPool, task: Uuid, asker: Uuid) -> sqlx::Result<Vec<Earlier>> {
    sqlx::query_as!(
        Earlier,
        r#"
        SELECT d.review_id, d.outcome AS "outcome: Outcome", p.name_ja AS template_ja, p.name_en AS template_en, d.decided_at,
               d.superseded_by IS NOT NULL AS "is_superseded!",
               (SELECT count(*) FROM gate_conditions c WHERE c.decision_id = d.id AND c.closed_at IS NULL) AS "open_conditions!"
        FROM gate_decisions d
        JOIN gate_reviews r ON r.id = d.review_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        JOIN gate_templates p ON p.id = v.template_id
        WHERE d.task_id = $1 AND d.review_id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
        ORDER BY d.decided_at DESC, d.id
        LIMIT 50
        "#,
        task,
        asker
    )
    .fetch_all(pool)
    .await
}
