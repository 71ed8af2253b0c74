//! All SQL of minutes: the facts of a meeting as they are recorded, and the records that were issued.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::model::ReviewState;
use crate::gates::templates::EvidenceKind;

use super::model::{
    Advice, AttachedFile, Audience, Comment, Condition, Decision, Disposition, Evidence, Item, Meeting,
    Named, Record, Recusal, Score, Seat, Votes,
};

/// Version of the shape of [`Record`].
const SHAPE: u8 = 3;

/// The whole record of a meeting as it stands in the tables now; nothing where there is no such meeting. Scores,
/// comments and votes are left out before the reveal.
pub async fn record(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<Option<Record>> {
    let Some((facts, revealed)) = meeting_facts(db, meeting).await? else { return Ok(None) };
    let mut items = items(db, meeting).await?;
    let mut conflicted = conflicted(db, meeting).await?;
    let mut conditions = conditions(db, meeting).await?;
    let mut dispositions = dispositions(db, meeting).await?;
    let mut evidence = evidence(db, meeting).await?;
    for item in &mut items {
        item.recused = conflicted.out.remove(&item.review).unwrap_or_default();
        item.recused_count = item.recused.len();
        item.waived = conflicted.waived.remove(&item.review).unwrap_or_default();
        if item.state != ReviewState::Withdrawn.code() {
            item.evidence = evidence.remove(&item.review).unwrap_or_default();
        }
        if let Some(decision) = &mut item.decision {
            decision.conditions = conditions.remove(&decision.id).unwrap_or_default();
            decision.dispositions = dispositions.remove(&decision.id).unwrap_or_default();
        }
    }
    if revealed {
        let mut scores = scores(db, meeting).await?;
        let mut comments = comments(db, meeting).await?;
        let mut votes = votes(db, meeting).await?;
        let mut advice = advice(db, meeting).await?;
        let mut present = present(db, meeting).await?;
        for item in &mut items {
            item.scores = scores.remove(&item.review).unwrap_or_default();
            item.comments = comments.remove(&item.review).unwrap_or_default();
            item.votes = votes.remove(&item.review).unwrap_or_default();
            item.advice = advice.remove(&item.review).unwrap_or_default();
            item.present = present.remove(&item.review).unwrap_or_default();
        }
    }
    let committee = committee(db, meeting).await?;
    Ok(Some(Record { shape: SHAPE, audience: Audience::Full, meeting: facts, committee, items }))
}

async fn meeting_facts(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<Option<(Meeting, bool)>> {
    let row = sqlx::query!(
        r#"
        SELECT m.id, m.name_ja, m.name_en, m.held_at, m.place, m.state, m.closed_at, m.revealed_at,
               p.name_ja AS "program_ja?", p.name_en AS "program_en?"
        FROM gate_meetings m
        LEFT JOIN programs p ON p.id = m.program_id
        WHERE m.id = $1
        "#,
        meeting
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| {
        let facts = Meeting {
            id: r.id,
            name: Named::new(r.name_ja, r.name_en),
            program: r.program_ja.map(|ja| Named::new(ja, r.program_en)),
            held_at: r.held_at,
            place: r.place,
            state: r.state,
            closed_at: r.closed_at,
        };
        (facts, r.revealed_at.is_some())
    }))
}

async fn committee(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<Vec<Seat>> {
    let rows = sqlx::query!(
        r#"
        SELECT s.user_id, u.name_ja, u.name_en, s.role, s.attendance
        FROM gate_seats s
        JOIN users u ON u.id = s.user_id
        WHERE s.meeting_id = $1
        ORDER BY s.role = 'adviser', s.role <> 'chair', s.position, s.user_id
        LIMIT 200
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let name = Named::new(r.name_ja, r.name_en);
            Seat { user: r.user_id, name, role: r.role, attendance: r.attendance }
        })
        .collect())
}

/// The items of the run list with their decisions. The printed number is the one of the meeting's fiscal year or the
/// last before it.
async fn items(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"
        SELECT r.id, r.task_id, r.state, r.waiting_for, r.waiting_until, r.withdrawn_reason, t.title_ja, t.title_en,
               i.name_ja AS "institution_ja?", i.name_en AS "institution_en?",
               lead.name_ja AS "lead_ja?", lead.name_en AS "lead_en?",
               g.name_ja AS gate_ja, g.name_en AS gate_en, g.timing_ja, g.timing_en, v.number AS version,
               coalesce((SELECT y.task_number FROM task_years y
                         WHERE y.task_id = t.id AND y.task_number IS NOT NULL
                           AND y.fiscal_year <= extract(year FROM (m.held_at AT TIME ZONE 'Asia/Tokyo') - interval '3 months')
                         ORDER BY y.fiscal_year DESC LIMIT 1), t.stable_number) AS number,
               d.id AS "decision?", d.outcome AS "outcome?", d.how AS "how?", d.proposed, d.score_tenths,
               d.statement AS "statement?", d.nonpublic_statement AS "nonpublic_statement?", d.outside_evidence,
               d.eligible AS "eligible?", d.present AS "present?", d.in_favour AS "in_favour?",
               d.decided_at AS "decided_at?", d.superseded_by IS NOT NULL AS "superseded!",
               by_whom.name_ja AS "by_ja?", by_whom.name_en AS "by_en?",
               to_program.name_ja AS "to_ja?", to_program.name_en AS "to_en?"
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN tasks t ON t.id = r.task_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        JOIN gate_templates g ON g.id = v.template_id
        LEFT JOIN institutions i ON i.id = t.institution_id
        LEFT JOIN people lead ON lead.id = t.lead_person_id
        LEFT JOIN gate_decisions d ON d.review_id = r.id
        LEFT JOIN users by_whom ON by_whom.id = d.decided_by
        LEFT JOIN programs to_program ON to_program.id = d.receiving_program_id
        WHERE r.meeting_id = $1
        ORDER BY r.state = 'withdrawn', r.position, r.id
        LIMIT 500
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Item {
            review: r.id,
            task: r.task_id,
            number: r.number,
            title: Named::new(r.title_ja, r.title_en),
            institution: Named::new(r.institution_ja.unwrap_or_default(), r.institution_en),
            lead: Named::new(r.lead_ja.unwrap_or_default(), r.lead_en),
            gate: Named::new(r.gate_ja, Some(r.gate_en)),
            timing: Named::new(r.timing_ja, Some(r.timing_en)),
            template_version: r.version,
            state: r.state,
            waiting_for: r.waiting_for,
            waiting_until: r.waiting_until,
            recused: Vec::new(),
            recused_count: 0,
            scores: Vec::new(),
            votes: Vec::new(),
            advice: Vec::new(),
            comments: Vec::new(),
            decision: r.decision.map(|id| Decision {
                id,
                outcome: r.outcome.unwrap_or_default(),
                how: r.how.unwrap_or_default(),
                proposed: r.proposed,
                score_tenths: r.score_tenths,
                statement: r.statement.unwrap_or_default(),
                nonpublic_statement: r.nonpublic_statement.unwrap_or_default(),
                outside_evidence: r.outside_evidence,
                receiving_program: r.to_ja.map(|ja| Named::new(ja, r.to_en)),
                eligible: r.eligible.unwrap_or_default(),
                present: r.present.unwrap_or_default(),
                in_favour: r.in_favour.unwrap_or_default(),
                decided_by: Named::new(r.by_ja.unwrap_or_default(), r.by_en),
                decided_at: r.decided_at.unwrap_or_default(),
                superseded: r.superseded,
                conditions: Vec::new(),
                dispositions: Vec::new(),
            }),
            present: Vec::new(),
            evidence: Vec::new(),
            withdrawn_reason: r.withdrawn_reason,
            waived: Vec::new(),
        })
        .collect())
}

/// Members in conflict with an item, by review: who was out of the room, and who stayed because the chair waived it.
struct Conflicted {
    out: HashMap<Uuid, Vec<Recusal>>,
    waived: HashMap<Uuid, Vec<Recusal>>,
}

async fn conflicted(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<Conflicted> {
    let rows = sqlx::query!(
        r#"
        SELECT r.id, seat.user_id, g.user_id IS NOT NULL AS "is_out!", s.reason AS "reason?",
               ARRAY(SELECT DISTINCT c.kind FROM gate_conflicts c
                     WHERE c.review_id = r.id AND c.user_id = seat.user_id ORDER BY c.kind) AS "kinds!"
        FROM gate_reviews r
        JOIN gate_seats seat ON seat.meeting_id = r.meeting_id
        LEFT JOIN gate_recusals g ON g.review_id = r.id AND g.user_id = seat.user_id
        LEFT JOIN gate_resolutions s ON s.review_id = r.id AND s.user_id = seat.user_id
        WHERE r.meeting_id = $1 AND (g.user_id IS NOT NULL OR s.resolution = 'waive')
        ORDER BY seat.position, seat.user_id
        LIMIT 5000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    let mut found = Conflicted { out: HashMap::new(), waived: HashMap::new() };
    for r in rows {
        let side = if r.is_out { &mut found.out } else { &mut found.waived };
        let person = Recusal { user: r.user_id, kinds: r.kinds, reason: r.reason };
        side.entry(r.id).or_default().push(person);
    }
    Ok(found)
}

/// Scores of submitted sheets of members who are not recused.
async fn scores(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Score>>> {
    let rows = sqlx::query!(
        r#"
        WITH out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
            WHERE r.meeting_id = $1
        )
        SELECT h.review_id, i.name_ja, i.name_en, i.view, i.is_overall, i.scale_points, count(x.value) AS "count!",
               coalesce(sum(x.value), 0) AS "sum!", coalesce(min(x.value), 0::smallint) AS "least!",
               coalesce(max(x.value), 0::smallint) AS "most!"
        FROM gate_reviews r
        JOIN gate_score_sheets h ON h.review_id = r.id AND h.state = 'submitted'
        JOIN gate_scores x ON x.sheet_id = h.id
        JOIN gate_template_items i ON i.id = x.item_id
        WHERE r.meeting_id = $1 AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = h.user_id)
        GROUP BY h.review_id, i.id
        ORDER BY h.review_id, i.position
        LIMIT 20000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| {
        let score = Score {
            name: Named::new(r.name_ja, Some(r.name_en)),
            view: r.view,
            is_overall: r.is_overall,
            scale_points: r.scale_points,
            count: r.count,
            sum: r.sum,
            least: r.least,
            most: r.most,
        };
        (r.review_id, score)
    })))
}

async fn comments(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Comment>>> {
    let rows = sqlx::query!(
        r#"
        WITH out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
            WHERE r.meeting_id = $1
        )
        SELECT h.review_id, h.public_comment, h.nonpublic_comment
        FROM gate_reviews r
        JOIN gate_score_sheets h ON h.review_id = r.id AND h.state = 'submitted'
        WHERE r.meeting_id = $1 AND (h.public_comment <> '' OR h.nonpublic_comment <> '') AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = h.user_id)
        ORDER BY h.review_id, md5(h.id::text)
        LIMIT 5000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(
        rows.into_iter()
            .map(|r| (r.review_id, Comment { public: r.public_comment, nonpublic: r.nonpublic_comment })),
    ))
}

async fn votes(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Votes>>> {
    let rows = sqlx::query!(
        r#"
        WITH out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
            WHERE r.meeting_id = $1
        )
        SELECT v.review_id, v.choice, count(*) AS "count!"
        FROM gate_reviews r
        JOIN gate_votes v ON v.review_id = r.id
        WHERE r.meeting_id = $1 AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = v.user_id)
        GROUP BY v.review_id, v.choice
        ORDER BY v.review_id, count(*) DESC, v.choice
        LIMIT 5000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| (r.review_id, Votes { choice: r.choice, count: r.count }))))
}

/// Who voted or abstained, in the order of the committee.
async fn present(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = sqlx::query!(
        r#"
        WITH out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
            WHERE r.meeting_id = $1
        )
        SELECT v.review_id, v.user_id
        FROM gate_reviews r
        JOIN gate_votes v ON v.review_id = r.id
        JOIN gate_seats s ON s.meeting_id = r.meeting_id AND s.user_id = v.user_id
        WHERE r.meeting_id = $1 AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = v.user_id)
        ORDER BY v.review_id, s.position, v.user_id
        LIMIT 20000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| (r.review_id, r.user_id))))
}

async fn advice(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Advice>>> {
    let rows = sqlx::query!(
        r#"
        WITH out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
            WHERE r.meeting_id = $1
        )
        SELECT a.review_id, a.user_id, a.body
        FROM gate_reviews r
        JOIN gate_advices a ON a.review_id = r.id
        WHERE r.meeting_id = $1
          AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = a.user_id)
        ORDER BY a.review_id, a.advised_at, a.user_id
        LIMIT 5000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| (r.review_id, Advice { user: r.user_id, body: r.body }))))
}

async fn conditions(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Condition>>> {
    let rows = sqlx::query!(
        r#"
        SELECT c.decision_id, c.text, c.needed, c.due_on, u.name_ja, u.name_en
        FROM gate_reviews r
        JOIN gate_decisions d ON d.review_id = r.id
        JOIN gate_conditions c ON c.decision_id = d.id
        JOIN users u ON u.id = c.closer_id
        WHERE r.meeting_id = $1
        ORDER BY c.decision_id, c.position
        LIMIT 5000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| {
        let closer = Some(Named::new(r.name_ja, r.name_en));
        (r.decision_id, Condition { text: r.text, needed: r.needed, due_on: r.due_on, closer })
    })))
}

async fn dispositions(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Disposition>>> {
    let rows = sqlx::query!(
        r#"
        SELECT x.decision_id, x.kind, x.text
        FROM gate_reviews r
        JOIN gate_decisions d ON d.review_id = r.id
        JOIN gate_dispositions x ON x.decision_id = d.id
        WHERE r.meeting_id = $1
        ORDER BY x.decision_id, x.id
        LIMIT 5000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| (r.decision_id, Disposition { kind: r.kind, text: r.text }))))
}

/// What the templates ask for. A milestone counts from its acceptance on, so that what is accepted after a decision
/// changes nothing; the rest cannot change after it.
async fn evidence(db: &mut PgConnection, meeting: Uuid) -> sqlx::Result<HashMap<Uuid, Vec<Evidence>>> {
    let rows = sqlx::query!(
        r#"
        SELECT r.id, e.kind AS "kind: EvidenceKind", e.name_ja, e.name_en, e.mandatory, g.note AS "note?", g.url AS "url?",
               f.file_name AS "file_name?", f.sha256 AS "sha256?",
               EXISTS (SELECT FROM milestones x JOIN milestone_types y ON y.id = x.type_id
                       WHERE x.task_id = r.task_id AND x.state = 'met' AND y.code = e.milestone_code
                         AND (d.decided_at IS NULL OR x.accepted_at <= d.decided_at)) AS "met!"
        FROM gate_reviews r
        JOIN gate_template_evidence e ON e.version_id = r.template_version_id
        LEFT JOIN gate_decisions d ON d.review_id = r.id
        LEFT JOIN gate_review_evidence g ON g.review_id = r.id AND g.evidence_key = e.evidence_key
        LEFT JOIN attached_files f ON f.id = g.file_id
        WHERE r.meeting_id = $1
        ORDER BY r.id, e.position, e.id
        LIMIT 10000
        "#,
        meeting
    )
    .fetch_all(db)
    .await?;
    Ok(grouped(rows.into_iter().map(|r| {
        let file = r.file_name.zip(r.sha256);
        let evidence = Evidence {
            name: Named::new(r.name_ja, Some(r.name_en)),
            kind: r.kind,
            mandatory: r.mandatory,
            is_there: r.met || r.note.is_some(),
            note: r.note,
            url: r.url,
            file: file.map(|(name, hash)| AttachedFile { name, sha256: hex::encode(hash) }),
        };
        (r.id, evidence)
    })))
}

fn grouped<T>(rows: impl Iterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
}

/// Minutes as they were issued.
#[derive(Clone, Debug)]
pub struct Issued {
    pub id: Uuid,
    pub meeting_id: Uuid,
    pub audience: String,
    pub issue: i16,
    pub record: String,
    pub hash: String,
    pub issued_at: DateTime<Utc>,
    pub issued_by: String,
}

/// The last issue of a meeting's minutes for an audience.
pub async fn last_issued(pool: &PgPool, meeting: Uuid, audience: Audience) -> sqlx::Result<Option<Issued>> {
    sqlx::query_as!(
        Issued,
        r#"
        SELECT g.id, g.meeting_id, g.audience, g.issue, g.record, g.hash, g.issued_at, u.name_ja AS issued_by
        FROM gate_minutes g
        JOIN users u ON u.id = g.issued_by
        WHERE g.meeting_id = $1 AND g.audience = $2
        ORDER BY g.issue DESC
        LIMIT 1
        "#,
        meeting,
        audience.code()
    )
    .fetch_optional(pool)
    .await
}

/// Issued minutes by their printed hash.
pub async fn by_hash(pool: &PgPool, hash: &str) -> sqlx::Result<Option<Issued>> {
    sqlx::query_as!(
        Issued,
        r#"
        SELECT g.id, g.meeting_id, g.audience, g.issue, g.record, g.hash, g.issued_at, u.name_ja AS issued_by
        FROM gate_minutes g
        JOIN users u ON u.id = g.issued_by
        WHERE g.hash = $1
        ORDER BY g.issued_at DESC, g.id
        LIMIT 1
        "#,
        hash
    )
    .fetch_optional(pool)
    .await
}

/// Every issued record after `after` in the order of their ids, for the check of all.
pub async fn issued_after(pool: &PgPool, after: Uuid) -> sqlx::Result<Vec<Issued>> {
    sqlx::query_as!(
        Issued,
        r#"
        SELECT g.id, g.meeting_id, g.audience, g.issue, g.record, g.hash, g.issued_at, u.name_ja AS issued_by
        FROM gate_minutes g
        JOIN users u ON u.id = g.issued_by
        WHERE g.id > $1
        ORDER BY g.id
        LIMIT 50
        "#,
        after
    )
    .fetch_all(pool)
    .await
}

/// True if the audit has an entry of this issue with this hash.
pub async fn is_audited(pool: &PgPool, meeting: Uuid, audience: &str, hash: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM audit_entries
            WHERE subject_kind = 'gate_meeting' AND subject_id = $1 AND action = 'gate_minutes.issue'
              AND details ->> $2::text = $3) AS "there!"
        "#,
        meeting.to_string(),
        audience,
        hash
    )
    .fetch_one(pool)
    .await
}

/// The hash of the full minutes issued last.
pub async fn last_hash(tx: &mut Tx<'_>, meeting: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT hash FROM gate_minutes WHERE meeting_id = $1 AND audience = 'full' ORDER BY issue DESC LIMIT 1",
        meeting
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Closed meetings whose minutes were never issued, with the account that called them.
pub async fn not_issued(tx: &mut Tx<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"
        SELECT m.id, m.created_by
        FROM gate_meetings m
        WHERE m.state = 'closed' AND NOT EXISTS (SELECT FROM gate_minutes g WHERE g.meeting_id = m.id)
        ORDER BY m.held_at, m.id
        LIMIT 100
        "#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.created_by)).collect())
}

/// Locks a meeting against changes while its minutes are written; its state.
pub async fn lock_meeting(tx: &mut Tx<'_>, meeting: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT state FROM gate_meetings WHERE id = $1 FOR UPDATE", meeting)
        .fetch_optional(&mut **tx)
        .await
}

/// Writes an issue; its number is the next of the meeting and audience.
pub async fn insert(
    tx: &mut Tx<'_>,
    (meeting, audience): (Uuid, Audience),
    (record, hash): (&str, &str),
    by: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_minutes (id, meeting_id, audience, issue, record, hash, issued_by, issued_at)
        SELECT $1, $2, $3, (SELECT coalesce(max(issue), 0) + 1 FROM gate_minutes WHERE meeting_id = $2 AND audience = $3),
               $4, $5, $6, $7
        "#,
        Uuid::now_v7(),
        meeting,
        audience.code(),
        record,
        hash,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
