//! All SQL of meetings and their run lists.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::model::{MeetingState, Outcome, ReviewState, SeatRole};
use crate::gates::queries::Asker;
use crate::gates::{MeetingId, ReviewId};
use crate::kernel::TaskNumber;

/// A line of the list of meetings. Counts leave out what is hidden from the asker.
pub struct MeetingRow {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub held_at: DateTime<Utc>,
    pub place: Option<String>,
    pub state: MeetingState,
    pub host_ja: Option<String>,
    pub host_en: Option<String>,
    pub my_role: Option<SeatRole>,
    pub items: i64,
    pub decided: i64,
    pub waiting: i64,
    /// Items that the asker may judge and has not yet submitted.
    pub to_score: i64,
    /// Items that the asker may judge and has not yet voted on.
    pub to_vote: i64,
}

/// Meetings that the asker may know, the latest first.
pub async fn meetings(pool: &PgPool, by: Asker<'_>, open_only: bool) -> sqlx::Result<Vec<MeetingRow>> {
    sqlx::query_as!(
        MeetingRow,
        r#"
        WITH hidden AS MATERIALIZED (SELECT review_id FROM gate_reviews_hidden_from($1))
        SELECT m.id, m.name_ja, m.name_en, m.held_at, m.place, m.state AS "state: MeetingState",
               p.name_ja AS "host_ja?", p.name_en AS "host_en?", s.role AS "my_role?: SeatRole", c.items AS "items!", c.decided AS "decided!", c.waiting AS "waiting!",
               c.to_score AS "to_score!", c.to_vote AS "to_vote!"
        FROM gate_meetings m
        LEFT JOIN programs p ON p.id = m.program_id
        LEFT JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $1
        CROSS JOIN LATERAL (
            SELECT count(*) AS items, count(*) FILTER (WHERE r.state = 'decided') AS decided,
                   count(*) FILTER (WHERE r.state = 'waiting') AS waiting,
                   count(*) FILTER (WHERE m.state = 'scoring' AND r.state = 'listed' AND s.role IN ('chair', 'member')
                       AND NOT EXISTS (SELECT FROM gate_score_sheets h
                                       WHERE h.review_id = r.id AND h.user_id = $1 AND h.state = 'submitted')) AS to_score,
                   count(*) FILTER (WHERE m.state = 'revealed' AND r.state = 'listed' AND s.role IN ('chair', 'member')
                       AND NOT EXISTS (SELECT FROM gate_votes v WHERE v.review_id = r.id AND v.user_id = $1)) AS to_vote
            FROM gate_reviews r
            JOIN tasks t ON t.id = r.task_id
            WHERE r.meeting_id = m.id AND r.state <> 'withdrawn' AND r.id NOT IN (SELECT review_id FROM hidden)
              AND (s.user_id IS NOT NULL OR $2 OR m.program_id = ANY ($3) OR t.program_id = ANY ($3) OR t.disease_ids && $4)) c
        WHERE (s.user_id IS NOT NULL OR $2 OR m.program_id = ANY ($3) OR c.items > 0)
          AND (NOT $5 OR m.state IN ('planned', 'scoring', 'revealed'))
        ORDER BY m.held_at DESC, m.id
        LIMIT 200
        "#,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases,
        open_only
    )
    .fetch_all(pool)
    .await
}

/// Somebody by name.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    pub id: Uuid,
    pub ja: String,
    pub en: Option<String>,
}

/// An item of a run list with how far it is.
pub struct ItemRow {
    pub id: Uuid,
    /// Its number for the asker: counted over what they may know, or a gap would tell of what they may not. A withdrawn
    /// item has none.
    pub number_here: Option<i64>,
    pub minutes: i16,
    /// Minutes of the items before it, those hidden from the asker included: the hour is the same for everybody.
    pub minutes_before: i64,
    pub state: ReviewState,
    pub waiting_until: Option<NaiveDate>,
    pub task_id: Uuid,
    pub program_id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub lead_ja: Option<String>,
    pub lead_en: Option<String>,
    pub template_ja: String,
    pub template_en: String,
    pub version_id: Uuid,
    pub outcome: Option<Outcome>,
    pub reopens: bool,
    pub blocked: bool,
    pub assigned: Vec<Named>,
    pub recused: Vec<Named>,
    pub eligible: i64,
    pub submitted: i64,
    pub voted: i64,
    pub my_statement: Option<bool>,
    pub my_sheet: Option<String>,
    pub my_vote: Option<String>,
    pub i_am_assigned: bool,
}

/// The run list of a meeting as the asker may know it, in order. Whoever is recused from an item does not find it.
pub async fn items(pool: &PgPool, meeting: MeetingId, by: Asker<'_>) -> sqlx::Result<Vec<ItemRow>> {
    let rows = sqlx::query!(
        r#"
        WITH out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
            WHERE r.meeting_id = $1
        )
        SELECT r.id, r.minutes,
               (SELECT coalesce(sum(b.minutes), 0) FROM gate_reviews b
                WHERE b.meeting_id = $1 AND b.state <> 'withdrawn' AND b.position < r.position) AS "minutes_before!",
               r.state AS "state: ReviewState", r.waiting_until, r.task_id, t.program_id, r.reopening_id IS NOT NULL AS "reopens!",
               coalesce(y.task_number, t.stable_number) AS "number?", t.title_ja, t.title_en,
               i.name_ja AS "institution_ja?", i.name_en AS "institution_en?", l.name_ja AS "lead_ja?", l.name_en AS "lead_en?",
               p.name_ja AS template_ja, p.name_en AS template_en, v.id AS version_id, d.outcome AS "outcome?: Outcome",
               (r.state = 'listed' AND gate_is_blocked(r.id)) AS "blocked!",
               coalesce((SELECT json_agg(json_build_object('id', u.id, 'ja', u.name_ja, 'en', u.name_en) ORDER BY u.name_ja, u.id)
                   FROM gate_assignments a JOIN users u ON u.id = a.user_id WHERE a.review_id = r.id), '[]') AS "assigned!: Json<Vec<Named>>",
               coalesce((SELECT json_agg(json_build_object('id', u.id, 'ja', u.name_ja, 'en', u.name_en) ORDER BY u.name_ja, u.id)
                   FROM out o JOIN users u ON u.id = o.user_id WHERE o.review_id = r.id), '[]') AS "recused!: Json<Vec<Named>>",
               (SELECT count(*) FROM gate_seats x WHERE x.meeting_id = $1 AND x.role <> 'adviser'
                   AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = x.user_id)) AS "eligible!",
               (SELECT count(*) FROM gate_score_sheets h WHERE h.review_id = r.id AND h.state = 'submitted'
                   AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = h.user_id)) AS "submitted!",
               (SELECT count(*) FROM gate_votes v WHERE v.review_id = r.id
                   AND NOT EXISTS (SELECT FROM out o WHERE o.review_id = r.id AND o.user_id = v.user_id)) AS "voted!",
               (SELECT x.has_conflict FROM gate_statements x WHERE x.review_id = r.id AND x.user_id = $2) AS my_statement,
               (SELECT h.state FROM gate_score_sheets h WHERE h.review_id = r.id AND h.user_id = $2) AS my_sheet,
               (SELECT v.choice FROM gate_votes v WHERE v.review_id = r.id AND v.user_id = $2) AS my_vote,
               EXISTS (SELECT FROM gate_assignments a WHERE a.review_id = r.id AND a.user_id = $2) AS "i_am_assigned!"
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN tasks t ON t.id = r.task_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        JOIN gate_templates p ON p.id = v.template_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN institutions i ON i.id = t.institution_id
        LEFT JOIN people l ON l.id = t.lead_person_id
        LEFT JOIN gate_decisions d ON d.review_id = r.id
        LEFT JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $2
        WHERE r.meeting_id = $1
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
          AND (s.user_id IS NOT NULL OR $3 OR m.program_id = ANY ($4) OR t.program_id = ANY ($4) OR t.disease_ids && $5)
        ORDER BY r.position, r.id
        LIMIT 200
        "#,
        meeting.0,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases
    )
    .fetch_all(pool)
    .await?;
    let mut numbers = 1_i64..;
    Ok(rows
        .into_iter()
        .map(|r| ItemRow {
            id: r.id,
            number_here: if r.state == ReviewState::Withdrawn { None } else { numbers.next() },
            minutes: r.minutes,
            minutes_before: r.minutes_before,
            state: r.state,
            waiting_until: r.waiting_until,
            task_id: r.task_id,
            program_id: r.program_id,
            number: r.number,
            title_ja: r.title_ja,
            title_en: r.title_en,
            institution_ja: r.institution_ja,
            institution_en: r.institution_en,
            lead_ja: r.lead_ja,
            lead_en: r.lead_en,
            template_ja: r.template_ja,
            template_en: r.template_en,
            version_id: r.version_id,
            outcome: r.outcome,
            reopens: r.reopens,
            blocked: r.blocked,
            assigned: r.assigned.0,
            recused: r.recused.0,
            eligible: r.eligible,
            submitted: r.submitted,
            voted: r.voted,
            my_statement: r.my_statement,
            my_sheet: r.my_sheet,
            my_vote: r.my_vote,
            i_am_assigned: r.i_am_assigned,
        })
        .collect())
}

/// A new meeting, or the fields of one.
pub struct MeetingFields {
    pub name_ja: String,
    pub name_en: Option<String>,
    pub program: Option<Uuid>,
    pub held_at: DateTime<Utc>,
    pub place: Option<String>,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    id: MeetingId,
    f: &MeetingFields,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_meetings (id, name_ja, name_en, program_id, held_at, place, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        "#,
        id.0,
        f.name_ja,
        f.name_en,
        f.program,
        f.held_at,
        f.place,
        user,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes name, time and place if `version` is still the present one.
pub async fn update(tx: &mut Tx<'_>, id: MeetingId, version: i32, f: &MeetingFields) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_meetings SET name_ja = $3, name_en = $4, held_at = $5, place = $6, version = version + 1
        WHERE id = $1 AND version = $2
        "#,
        id.0,
        version,
        f.name_ja,
        f.name_en,
        f.held_at,
        f.place
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Moves a meeting on; false where it was not in the state `from`.
pub async fn set_state(
    tx: &mut Tx<'_>,
    id: MeetingId,
    from: &[String],
    to: MeetingState,
    user: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_meetings
        SET state = $3, version = version + 1,
            opened_at = CASE WHEN $3 = 'scoring' THEN $5 ELSE opened_at END,
            revealed_at = CASE WHEN $3 = 'revealed' THEN $5 ELSE revealed_at END,
            revealed_by = CASE WHEN $3 = 'revealed' THEN $4 ELSE revealed_by END,
            closed_at = CASE WHEN $3 IN ('closed', 'cancelled') THEN $5 ELSE closed_at END
        WHERE id = $1 AND state = ANY ($2)
        "#,
        id.0,
        from,
        to.code(),
        user,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a typed line of the agenda was found to be.
pub struct Candidate {
    pub task_id: Uuid,
    pub number: String,
    pub program_id: Uuid,
    /// The version in force of the template that falls due nearest to today, as the calendar sees it.
    pub due_version: Option<Uuid>,
    /// An approved reopening that waits for its meeting.
    pub reopening: Option<Uuid>,
    pub reopened_version: Option<Uuid>,
}

/// Tasks by their numbers or ids, as far as the asker may know them and is not in conflict with them.
pub async fn candidates(
    pool: &PgPool,
    named: &[String],
    by: Asker<'_>,
    today: NaiveDate,
) -> sqlx::Result<Vec<Candidate>> {
    // A number as printed in any year holds the part that never changes.
    let stable: Vec<String> = named
        .iter()
        .map(|name| name.parse::<TaskNumber>().map_or_else(|_| name.clone(), |n| n.stable_part().to_owned()))
        .collect();
    let ids: Vec<Option<Uuid>> = named.iter().map(|name| name.parse().ok()).collect();
    sqlx::query_as!(
        Candidate,
        r#"
        SELECT t.id AS "task_id!", n.name AS "number!", t.program_id AS "program_id!",
               (SELECT v.id FROM gates_due g
                JOIN gate_template_versions v ON v.template_id = g.template_id AND v.state = 'in_force'
                WHERE g.task_id = t.id ORDER BY abs(g.due_on - $8), g.code LIMIT 1) AS due_version,
               o.id AS "reopening?", o.version_id AS "reopened_version?"
        FROM unnest($1::text[], $9::text[], $10::uuid[]) AS n (name, stable, id)
        JOIN LATERAL (
            SELECT x.* FROM tasks x
            WHERE x.id IN (SELECT n.id UNION ALL SELECT s.id FROM tasks s WHERE s.stable_number = n.stable)
            ORDER BY x.starts_on DESC, x.id LIMIT 1) t ON true
        LEFT JOIN LATERAL (
            SELECT o.id, v.id AS version_id FROM gate_reopenings o
            JOIN gate_decisions d ON d.id = o.decision_id
            JOIN gate_reviews r ON r.id = d.review_id
            JOIN gate_template_versions was ON was.id = r.template_version_id
            JOIN gate_template_versions v ON v.template_id = was.template_id AND v.state = 'in_force'
            WHERE d.task_id = t.id AND o.approved AND d.superseded_by IS NULL
              AND NOT EXISTS (SELECT FROM gate_reviews x WHERE x.reopening_id = o.id AND x.state <> 'withdrawn')
            ORDER BY o.answered_at DESC, o.id LIMIT 1) o ON true
        WHERE task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
          AND t.id NOT IN (SELECT c.task_id FROM tasks_kept_from($7) c)
        LIMIT 200
        "#,
        named,
        by.rights.sees_all,
        by.rights.sees_open,
        &by.rights.programs,
        &by.rights.diseases,
        &by.rights.granted,
        by.user,
        today,
        &stable,
        &ids as &[Option<Uuid>]
    )
    .fetch_all(pool)
    .await
}

/// A new item of an agenda.
pub struct NewItem {
    pub id: ReviewId,
    pub task: Uuid,
    pub version: Uuid,
    pub minutes: i16,
    pub reopening: Option<Uuid>,
}

/// Adds items at the end of the run list.
pub async fn insert_items(tx: &mut Tx<'_>, meeting: MeetingId, items: &[NewItem]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = items.iter().map(|i| i.id.0).collect();
    let tasks: Vec<Uuid> = items.iter().map(|i| i.task).collect();
    let versions: Vec<Uuid> = items.iter().map(|i| i.version).collect();
    let minutes: Vec<i16> = items.iter().map(|i| i.minutes).collect();
    let reopenings: Vec<Option<Uuid>> = items.iter().map(|i| i.reopening).collect();
    sqlx::query!(
        r#"
        INSERT INTO gate_reviews (id, meeting_id, task_id, template_version_id, position, minutes, reopening_id)
        SELECT x.id, $1, x.task, x.version,
               (SELECT coalesce(max(position), 0) FROM gate_reviews WHERE meeting_id = $1) + x.place, x.minutes, x.reopening
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::uuid[])
             WITH ORDINALITY AS x (id, task, version, minutes, reopening, place)
        "#,
        meeting.0,
        &ids,
        &tasks,
        &versions,
        &minutes,
        &reopenings as &[Option<Uuid>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves an item to where another one stands; the others close up.
pub async fn move_item(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    item: ReviewId,
    to: ReviewId,
) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM gate_meetings WHERE id = $1 FOR UPDATE", meeting.0)
        .fetch_one(&mut **tx)
        .await?;
    sqlx::query!(
        r#"
        WITH aim AS (
            SELECT a.position AS at, a.position > b.position AS is_below
            FROM gate_reviews a, gate_reviews b
            WHERE a.id = $3 AND b.id = $2 AND a.meeting_id = $1 AND b.meeting_id = $1
        ), wanted AS (
            SELECT r.id, row_number() OVER (
                ORDER BY CASE WHEN r.id = $2 THEN aim.at + CASE WHEN aim.is_below THEN 0.5 ELSE -0.5 END
                              ELSE r.position END, r.id) AS place
            FROM gate_reviews r, aim WHERE r.meeting_id = $1
        )
        UPDATE gate_reviews r SET position = w.place, version = version + 1
        FROM wanted w WHERE w.id = r.id AND r.position <> w.place
        "#,
        meeting.0,
        item.0,
        to.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn set_minutes(tx: &mut Tx<'_>, item: ReviewId, minutes: i16) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE gate_reviews SET minutes = $2, version = version + 1 WHERE id = $1",
        item.0,
        minutes
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn withdraw_item(tx: &mut Tx<'_>, item: ReviewId, reason: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_reviews SET state = 'withdrawn', withdrawn_reason = $2, version = version + 1
        WHERE id = $1 AND state = 'listed'
        "#,
        item.0,
        reason
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The present numbers of tasks.
pub async fn numbers(pool: &PgPool, tasks: &[Uuid]) -> sqlx::Result<HashMap<Uuid, String>> {
    let rows = sqlx::query!(
        r#"
        SELECT t.id AS "id!", coalesce(y.task_number, t.stable_number, t.id::text) AS "number!"
        FROM tasks t
        LEFT JOIN task_totals y ON y.task_id = t.id
        WHERE t.id = ANY ($1)
        "#,
        tasks
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.number)).collect())
}

/// Members with items that they have stated nothing about.
pub async fn unstated(pool: &PgPool, meeting: MeetingId) -> sqlx::Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"
        SELECT u.id, u.name_ja, u.name_en FROM gate_seats s JOIN users u ON u.id = s.user_id
        WHERE s.meeting_id = $1 AND s.role <> 'adviser' AND EXISTS (
            SELECT FROM gate_reviews r
            WHERE r.meeting_id = s.meeting_id AND r.state = 'listed' AND gate_may_judge(r.id, s.user_id)
              AND NOT EXISTS (SELECT FROM gate_statements x WHERE x.review_id = r.id AND x.user_id = s.user_id))
        ORDER BY s.position, u.id
        "#,
        meeting.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| Named { id: r.id, ja: r.name_ja, en: r.name_en }).collect())
}

/// The versions in force by the code of their template.
pub async fn versions_in_force(pool: &PgPool) -> sqlx::Result<HashMap<String, Uuid>> {
    let rows = sqlx::query!(
        r#"
        SELECT p.code, v.id FROM gate_template_versions v JOIN gate_templates p ON p.id = v.template_id
        WHERE v.state = 'in_force'
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.code, r.id)).collect())
}

/// A seat of a committee.
pub struct SeatRow {
    pub user_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub role: SeatRole,
    pub attendance: String,
    /// Items from which the seat is recused, among those that the asker may know.
    pub recused: i64,
    pub submitted: i64,
    pub to_submit: i64,
}

/// The committee in its order, with how far each is; what is hidden from the asker is not counted.
pub async fn seats(pool: &PgPool, meeting: MeetingId, asker: Uuid) -> sqlx::Result<Vec<SeatRow>> {
    sqlx::query_as!(
        SeatRow,
        r#"
        WITH known AS MATERIALIZED (
            SELECT r.id FROM gate_reviews r
            WHERE r.meeting_id = $1 AND r.state <> 'withdrawn'
              AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
        ), out AS MATERIALIZED (
            SELECT g.review_id, g.user_id FROM gate_recusals g JOIN known k ON k.id = g.review_id
        )
        SELECT s.user_id, u.name_ja, u.name_en, s.role AS "role: SeatRole", s.attendance,
               (SELECT count(*) FROM out o WHERE o.user_id = s.user_id) AS "recused!",
               (SELECT count(*) FROM gate_score_sheets h JOIN known k ON k.id = h.review_id
                WHERE h.user_id = s.user_id AND h.state = 'submitted'
                  AND NOT EXISTS (SELECT FROM out o WHERE o.user_id = s.user_id AND o.review_id = h.review_id)) AS "submitted!",
               CASE WHEN s.role = 'adviser' THEN 0 ELSE
                   (SELECT count(*) FROM known k
                    WHERE NOT EXISTS (SELECT FROM out o WHERE o.user_id = s.user_id AND o.review_id = k.id)) END AS "to_submit!"
        FROM gate_seats s
        JOIN users u ON u.id = s.user_id
        WHERE s.meeting_id = $1
        ORDER BY array_position(ARRAY['chair', 'member', 'adviser'], s.role), s.position, s.user_id
        LIMIT 100
        "#,
        meeting.0,
        asker
    )
    .fetch_all(pool)
    .await
}

/// The ids of the run list as the asker may know it, in order, without withdrawn ones: the n-th has the number n.
pub async fn neighbours(pool: &PgPool, meeting: MeetingId, by: Asker<'_>) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT r.id
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN tasks t ON t.id = r.task_id
        LEFT JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $2
        WHERE r.meeting_id = $1 AND r.state <> 'withdrawn'
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
          AND (s.user_id IS NOT NULL OR $3 OR m.program_id = ANY ($4) OR t.program_id = ANY ($4) OR t.disease_ids && $5)
        ORDER BY r.position, r.id
        LIMIT 200
        "#,
        meeting.0,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases
    )
    .fetch_all(pool)
    .await
}
