//! All SQL of committees.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::gates::MeetingId;
use crate::gates::model::SeatRole;

/// Somebody who may be given a seat.
pub struct Candidate {
    pub id: Uuid,
    pub email: String,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub is_coordinator: bool,
    /// Items of the meeting that they could not judge.
    pub conflicts: i64,
    /// Items of other meetings they are asked to judge in the three months around.
    pub load: i64,
}

/// Active accounts that may sit in a committee: members, and coordinators as advisers; without a seat here yet.
pub async fn candidates(pool: &PgPool, meeting: MeetingId, day: NaiveDate) -> sqlx::Result<Vec<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"
        WITH able AS (
            SELECT u.id, bool_and(a.role = 'disease_coordinator') AS is_coordinator
            FROM users u JOIN role_assignments a ON a.user_id = u.id
            WHERE u.active AND a.role IN ('committee_member', 'disease_coordinator')
              AND a.valid_from <= $2 AND (a.valid_until IS NULL OR a.valid_until >= $2)
              AND NOT EXISTS (SELECT FROM gate_seats s WHERE s.meeting_id = $1 AND s.user_id = u.id)
            GROUP BY u.id
        )
        SELECT u.id, u.email, u.name_ja, u.name_en, i.name_ja AS "institution_ja?", i.name_en AS "institution_en?",
               able.is_coordinator AS "is_coordinator!",
               (SELECT count(*) FROM conflicting_tasks_of(u.id) c JOIN gate_reviews r ON r.task_id = c.task_id
                WHERE r.meeting_id = $1) AS "conflicts!",
               (SELECT count(*) FROM gate_assignments x JOIN gate_reviews r ON r.id = x.review_id
                JOIN gate_meetings m ON m.id = r.meeting_id
                WHERE x.user_id = u.id AND m.held_at BETWEEN $2::date - 90 AND $2::date + 90) AS "load!"
        FROM able
        JOIN users u ON u.id = able.id
        LEFT JOIN people p ON p.id = u.person_id
        LEFT JOIN institutions i ON i.id = p.institution_id
        ORDER BY able.is_coordinator, u.name_ja, u.id
        LIMIT 300
        "#,
        meeting.0,
        day
    )
    .fetch_all(pool)
    .await
}

/// Gives seats at the end of the committee's order.
pub async fn insert(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    users: &[Uuid],
    role: SeatRole,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_seats (meeting_id, user_id, role, position)
        SELECT $1, u.id, $3, (SELECT coalesce(max(position), 0) FROM gate_seats WHERE meeting_id = $1) + x.place
        FROM unnest($2::uuid[]) WITH ORDINALITY AS x (id, place)
        JOIN users u ON u.id = x.id AND u.active
        ON CONFLICT DO NOTHING
        "#,
        meeting.0,
        users,
        role.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

pub async fn set_role(tx: &mut Tx<'_>, meeting: MeetingId, user: Uuid, role: SeatRole) -> sqlx::Result<bool> {
    if role == SeatRole::Chair {
        sqlx::query!(
            "UPDATE gate_seats SET role = 'member' WHERE meeting_id = $1 AND role = 'chair' AND user_id <> $2",
            meeting.0,
            user
        )
        .execute(&mut **tx)
        .await?;
    }
    let done = sqlx::query!(
        "UPDATE gate_seats SET role = $3 WHERE meeting_id = $1 AND user_id = $2",
        meeting.0,
        user,
        role.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete(tx: &mut Tx<'_>, meeting: MeetingId, user: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM gate_seats WHERE meeting_id = $1 AND user_id = $2", meeting.0, user)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_attendance(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    user: Uuid,
    attendance: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE gate_seats SET attendance = $3 WHERE meeting_id = $1 AND user_id = $2",
        meeting.0,
        user,
        attendance
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An item that needs reviewers: its task's field.
pub struct FieldOfItem {
    pub review_id: Uuid,
    pub phase_ids: Vec<i16>,
    pub modality_ids: Vec<i16>,
    pub disease_ids: Vec<i16>,
}

/// Items of a meeting that can still be assigned and are not hidden from the asker.
pub async fn fields(pool: &PgPool, meeting: MeetingId, asker: Uuid) -> sqlx::Result<Vec<FieldOfItem>> {
    sqlx::query_as!(
        FieldOfItem,
        r#"
        SELECT r.id AS review_id, t.phase_ids, t.modality_ids, t.disease_ids
        FROM gate_reviews r JOIN tasks t ON t.id = r.task_id
        WHERE r.meeting_id = $1 AND r.state = 'listed'
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
        ORDER BY r.position, r.id
        "#,
        meeting.0,
        asker
    )
    .fetch_all(pool)
    .await
}

/// A member's experience with a tag: how many tasks they led, shared or judged carry it.
pub struct Experience {
    pub user_id: Uuid,
    pub tag: i16,
    pub tasks: i64,
}

pub async fn experience(pool: &PgPool, meeting: MeetingId) -> sqlx::Result<Vec<Experience>> {
    sqlx::query_as!(
        Experience,
        r#"
        WITH known AS (
            SELECT s.user_id, t.id FROM gate_seats s JOIN users u ON u.id = s.user_id JOIN tasks t ON t.lead_person_id = u.person_id
            WHERE s.meeting_id = $1
            UNION
            SELECT s.user_id, p.task_id FROM gate_seats s JOIN users u ON u.id = s.user_id JOIN task_people p ON p.person_id = u.person_id
            WHERE s.meeting_id = $1
            UNION
            SELECT s.user_id, r.task_id FROM gate_seats s JOIN gate_score_sheets h ON h.user_id = s.user_id AND h.state = 'submitted'
            JOIN gate_reviews r ON r.id = h.review_id
            WHERE s.meeting_id = $1
        )
        SELECT k.user_id AS "user_id!", x.tag AS "tag!", count(*) AS "tasks!"
        FROM known k
        JOIN tasks t ON t.id = k.id
        CROSS JOIN LATERAL unnest(t.phase_ids || t.modality_ids || t.disease_ids) AS x (tag)
        GROUP BY k.user_id, x.tag
        LIMIT 20000
        "#,
        meeting.0
    )
    .fetch_all(pool)
    .await
}

/// Who is recused from what, in one meeting.
pub async fn recusals(pool: &PgPool, meeting: MeetingId) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"
        SELECT g.review_id AS "review_id!", g.user_id AS "user_id!"
        FROM gate_recusals g JOIN gate_reviews r ON r.id = g.review_id
        WHERE r.meeting_id = $1
        "#,
        meeting.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| (r.review_id, r.user_id)).collect())
}

/// Replaces who is asked first to judge the items; pairs that are in conflict by now are left out.
pub async fn assign(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    reviews: &[Uuid],
    users: &[Uuid],
) -> sqlx::Result<u64> {
    sqlx::query!(
        "DELETE FROM gate_assignments a USING gate_reviews r WHERE r.id = a.review_id AND r.meeting_id = $1 AND r.state = 'listed'",
        meeting.0
    )
    .execute(&mut **tx)
    .await?;
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_assignments (review_id, user_id)
        SELECT r.id, s.user_id
        FROM unnest($2::uuid[], $3::uuid[]) AS x (review, usr)
        JOIN gate_reviews r ON r.id = x.review AND r.meeting_id = $1 AND r.state = 'listed'
        JOIN gate_seats s ON s.meeting_id = $1 AND s.user_id = x.usr
        WHERE gate_may_judge(r.id, s.user_id)
        ON CONFLICT DO NOTHING
        "#,
        meeting.0,
        reviews,
        users
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// True for somebody who holds the role of a coordinator today and none that judges.
pub async fn only_coordinates(pool: &PgPool, user: Uuid, day: NaiveDate) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT coalesce(bool_or(role = 'disease_coordinator')
               AND NOT bool_or(role = 'committee_member'), false) AS "only!"
        FROM role_assignments
        WHERE user_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until >= $2)
        "#,
        user,
        day
    )
    .fetch_one(pool)
    .await
}
