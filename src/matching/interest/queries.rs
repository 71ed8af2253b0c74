//! All SQL of interest. Answers of the other side are read through `matching_interests_open` and nowhere else.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{MatchingSessionId, UserId};

use super::model::{Answer, LIST, Level, Reason, Side};

/// Makes one list per program and side from the shortlists, filled with at most fifteen pairs: every task's best pair
/// first, then the second best, and so on. Pairs that an option has allocated are decided and nobody is asked.
pub async fn make_lists(tx: &mut Tx<'_>, id: MatchingSessionId, now: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query!(
        r#"
        INSERT INTO matching_interest_lists (id, session_id, side, program_id)
        SELECT gen_random_uuid(), $1, l.side, l.program_id
        FROM (SELECT 'upstream' AS side, t.program_id
              FROM matching_pairs p JOIN matching_session_tasks t ON t.session_id = $1 AND t.task_id = p.task_id
              WHERE p.session_id = $1 AND p.shortlisted AND p.chosen_by IS DISTINCT FROM 'option'
              UNION
              SELECT 'receiving', s.program_id
              FROM matching_pairs p JOIN matching_session_slots s ON s.id = p.slot_id
              WHERE p.session_id = $1 AND p.shortlisted AND p.chosen_by IS DISTINCT FROM 'option') l
        ON CONFLICT DO NOTHING
        "#,
        id.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO matching_interests (list_id, session_id, task_id, slot_id, place, updated_at)
        SELECT ranked.list_id, $1, ranked.task_id, ranked.slot_id, ranked.place, $2
        FROM (SELECT o.list_id, o.task_id, o.slot_id,
                     row_number() OVER (PARTITION BY o.list_id ORDER BY o.turn, o.score DESC, o.task_id, o.slot_id)::smallint
                         AS place
              FROM (SELECT l.id AS list_id, p.task_id, p.slot_id, p.score,
                           row_number() OVER (PARTITION BY l.id, p.task_id ORDER BY p.score DESC, p.slot_id) AS turn
                    FROM matching_interest_lists l
                    JOIN matching_pairs p ON p.session_id = $1 AND p.shortlisted AND p.chosen_by IS DISTINCT FROM 'option'
                    JOIN matching_session_tasks t ON t.session_id = $1 AND t.task_id = p.task_id
                    JOIN matching_session_slots s ON s.id = p.slot_id
                    WHERE l.session_id = $1
                      AND l.program_id = CASE l.side WHEN 'upstream' THEN t.program_id ELSE s.program_id END) o) ranked
        WHERE ranked.place <= 15
        "#,
        id.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "lists!" FROM matching_interest_lists WHERE session_id = $1"#,
        id.0
    )
    .fetch_one(&mut **tx)
    .await
}

/// A list of interest, without its answers.
#[derive(Clone, Debug)]
pub struct List {
    pub id: Uuid,
    pub session_id: MatchingSessionId,
    pub side: Side,
    pub program_id: Uuid,
    pub submitted_at: Option<DateTime<Utc>>,
    pub submitted_by: Option<String>,
    pub entries: i64,
}

/// The lists of a session, counting only entries that exist for the viewer.
pub async fn lists(pool: &PgPool, id: MatchingSessionId, hidden: &[Uuid]) -> sqlx::Result<Vec<List>> {
    let rows = sqlx::query!(
        r#"
        SELECT l.id, l.side, l.program_id, l.submitted_at, u.name_ja AS "submitted_by?",
               (SELECT count(*) FROM matching_interests i WHERE i.list_id = l.id AND i.task_id <> ALL ($2)) AS "entries!"
        FROM matching_interest_lists l
        JOIN programs p ON p.id = l.program_id
        LEFT JOIN users u ON u.id = l.submitted_by
        WHERE l.session_id = $1
        ORDER BY l.side DESC, p.code
        LIMIT 300
        "#,
        id.0,
        hidden
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(List {
                id: r.id,
                session_id: id,
                side: Side::from_code(&r.side)?,
                program_id: r.program_id,
                submitted_at: r.submitted_at,
                submitted_by: r.submitted_by,
                entries: r.entries,
            })
        })
        .collect())
}

pub async fn list(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<List>> {
    let row = sqlx::query!(
        r#"
        SELECT l.id, l.session_id, l.side, l.program_id, l.submitted_at, u.name_ja AS "submitted_by?"
        FROM matching_interest_lists l
        LEFT JOIN users u ON u.id = l.submitted_by
        WHERE l.id = $1
        "#,
        id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|r| {
        Some(List {
            id: r.id,
            session_id: r.session_id.into(),
            side: Side::from_code(&r.side)?,
            program_id: r.program_id,
            submitted_at: r.submitted_at,
            submitted_by: r.submitted_by,
            entries: 0,
        })
    }))
}

/// An entry of one's own list.
#[derive(Clone, Debug)]
pub struct Entry {
    pub task_id: Uuid,
    pub slot_id: Uuid,
    pub place: i16,
    pub answer: Answer,
    pub updated_by: Option<Uuid>,
    pub score: i32,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
}

/// The entries of a list for somebody of its own program, without tasks hidden from them.
pub async fn entries(pool: &PgPool, list: Uuid, hidden: &[Uuid]) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"
        SELECT i.task_id, i.slot_id, i.place, i.level, i.reason_code, i.note, i.updated_by, coalesce(p.score, 0) AS "score!",
               t.title_ja, t.title_en, t.stable_number
        FROM matching_interests i
        JOIN matching_pairs p ON p.session_id = i.session_id AND p.task_id = i.task_id AND p.slot_id = i.slot_id
        JOIN tasks t ON t.id = i.task_id
        WHERE i.list_id = $1 AND i.task_id <> ALL ($2)
        ORDER BY i.place
        "#,
        list,
        hidden
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Entry {
            task_id: r.task_id,
            slot_id: r.slot_id,
            place: r.place,
            answer: answer(r.level, r.reason_code.as_deref(), r.note),
            updated_by: r.updated_by,
            score: r.score,
            title_ja: r.title_ja,
            title_en: r.title_en,
            number: r.stable_number,
        })
        .collect())
}

fn answer(level: Option<i16>, reason: Option<&str>, note: Option<String>) -> Answer {
    Answer {
        level: level.and_then(Level::from_number),
        reason: reason.and_then(Reason::from_code),
        note: note.unwrap_or_default(),
    }
}

/// Shortlisted pairs of the list's program that are not on it.
pub struct Spare {
    pub task_id: Uuid,
    pub slot_id: Uuid,
    pub score: i32,
    pub title_ja: String,
    pub title_en: Option<String>,
}

pub async fn spares(pool: &PgPool, list: &List, hidden: &[Uuid]) -> sqlx::Result<Vec<Spare>> {
    sqlx::query_as!(
        Spare,
        r#"
        SELECT p.task_id, p.slot_id, coalesce(p.score, 0) AS "score!", t.title_ja, t.title_en
        FROM matching_pairs p
        JOIN matching_session_tasks st ON st.session_id = p.session_id AND st.task_id = p.task_id
        JOIN matching_session_slots s ON s.id = p.slot_id
        JOIN tasks t ON t.id = p.task_id
        WHERE p.session_id = $1 AND p.shortlisted AND p.chosen_by IS DISTINCT FROM 'option' AND p.task_id <> ALL ($4)
          AND $3 = CASE $2 WHEN 'upstream' THEN st.program_id ELSE s.program_id END
          AND NOT EXISTS (SELECT FROM matching_interests i
                          WHERE i.list_id = $5 AND i.task_id = p.task_id AND i.slot_id = p.slot_id)
        ORDER BY p.score DESC, p.task_id, p.slot_id
        LIMIT 200
        "#,
        list.session_id.0,
        list.side.code(),
        list.program_id,
        hidden,
        list.id
    )
    .fetch_all(pool)
    .await
}

/// Locks a list; true if it can still be written: not submitted, its session asks, and the deadline lies ahead.
pub async fn lock_open(tx: &mut Tx<'_>, list: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let row = sqlx::query_scalar!(
        r#"
        SELECT l.submitted_at IS NULL AND s.state = 'interest' AND s.interest_deadline > $2 AS "open!"
        FROM matching_interest_lists l
        JOIN matching_sessions s ON s.id = l.session_id
        WHERE l.id = $1
        FOR UPDATE OF l
        "#,
        list,
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.unwrap_or(false))
}

/// What stands in a list now, inside the transaction that holds its lock.
pub async fn stored(tx: &mut Tx<'_>, list: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid, Answer, Option<Uuid>)>> {
    let rows = sqlx::query!(
        "SELECT task_id, slot_id, level, reason_code, note, updated_by FROM matching_interests WHERE list_id = $1
         ORDER BY place",
        list
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| (r.task_id, r.slot_id, answer(r.level, r.reason_code.as_deref(), r.note), r.updated_by))
        .collect())
}

pub async fn write_answer(
    tx: &mut Tx<'_>,
    list: Uuid,
    (task, slot): (Uuid, Uuid),
    answer: &Answer,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_interests
         SET level = $4, reason_code = $5, note = nullif($6, ''), updated_by = $7, updated_at = $8
         WHERE list_id = $1 AND task_id = $2 AND slot_id = $3",
        list,
        task,
        slot,
        answer.level.map(Level::number),
        answer.reason.map(Reason::code),
        answer.note,
        by.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a shortlisted pair of the program on the list. False: it is there, it is not the program's, or the list is full.
pub async fn add_entry(
    tx: &mut Tx<'_>,
    list: &List,
    (task, slot): (Uuid, Uuid),
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO matching_interests (list_id, session_id, task_id, slot_id, place, updated_by, updated_at)
        SELECT $1, p.session_id, p.task_id, p.slot_id, free.place, $6, $7
        FROM matching_pairs p
        JOIN matching_session_tasks st ON st.session_id = p.session_id AND st.task_id = p.task_id
        JOIN matching_session_slots s ON s.id = p.slot_id
        CROSS JOIN (SELECT min(n)::smallint AS place FROM generate_series(1, $8::int) AS n
                    WHERE NOT EXISTS (SELECT FROM matching_interests o WHERE o.list_id = $1 AND o.place = n)) free
        WHERE p.session_id = $2 AND p.task_id = $3 AND p.slot_id = $4 AND p.shortlisted AND p.chosen_by IS DISTINCT FROM 'option' AND free.place IS NOT NULL
          AND $5 = CASE $9 WHEN 'upstream' THEN st.program_id ELSE s.program_id END
        ON CONFLICT (list_id, task_id, slot_id) DO NOTHING
        "#,
        list.id,
        list.session_id.0,
        task,
        slot,
        list.program_id,
        by.0,
        now,
        LIST as i32,
        list.side.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove_entry(tx: &mut Tx<'_>, list: Uuid, (task, slot): (Uuid, Uuid)) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM matching_interests WHERE list_id = $1 AND task_id = $2 AND slot_id = $3",
        list,
        task,
        slot
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn submit(tx: &mut Tx<'_>, list: Uuid, by: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_interest_lists SET submitted_at = $3, submitted_by = $2, version = version + 1 WHERE id = $1",
        list,
        by.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A pair with what both sides said of it, as far as it is open.
pub struct Opened {
    pub task_id: Uuid,
    pub slot_id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub upstream: Option<i16>,
    pub upstream_reason: Option<String>,
    pub upstream_note: Option<String>,
    pub receiving: Option<i16>,
    pub receiving_reason: Option<String>,
    pub receiving_note: Option<String>,
    pub score: i32,
}

/// Open answers, the most wanted first. Nothing before both sides are in or the deadline has passed.
pub async fn opened(
    pool: &PgPool,
    id: MatchingSessionId,
    hidden: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Opened>> {
    sqlx::query_as!(
        Opened,
        r#"
        SELECT o.task_id AS "task_id!", o.slot_id AS "slot_id!", t.title_ja AS "title_ja!", t.title_en,
               min(o.level) FILTER (WHERE o.side = 'upstream') AS upstream,
               min(o.reason_code) FILTER (WHERE o.side = 'upstream') AS upstream_reason,
               min(o.note) FILTER (WHERE o.side = 'upstream') AS upstream_note,
               min(o.level) FILTER (WHERE o.side = 'receiving') AS receiving,
               min(o.reason_code) FILTER (WHERE o.side = 'receiving') AS receiving_reason,
               min(o.note) FILTER (WHERE o.side = 'receiving') AS receiving_note,
               coalesce(max(p.score), 0) AS "score!"
        FROM matching_interests_open($1, $3) o
        JOIN tasks t ON t.id = o.task_id
        JOIN matching_pairs p ON p.session_id = $1 AND p.task_id = o.task_id AND p.slot_id = o.slot_id
        WHERE o.task_id <> ALL ($2)
        GROUP BY o.task_id, o.slot_id, t.title_ja, t.title_en
        ORDER BY coalesce(min(o.level) FILTER (WHERE o.side = 'upstream'), 4)
                 + coalesce(min(o.level) FILTER (WHERE o.side = 'receiving'), 4), max(p.score) DESC, o.task_id, o.slot_id
        LIMIT 500
        "#,
        id.0,
        hidden,
        now
    )
    .fetch_all(pool)
    .await
}

/// Lists that wait for one of these programs.
pub struct Waiting {
    pub id: Uuid,
    pub session: String,
    pub side: String,
    pub program_id: Uuid,
    pub deadline: DateTime<Utc>,
}

pub async fn waiting(pool: &PgPool, programs: &[Uuid], now: DateTime<Utc>) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"
        SELECT l.id, s.name AS session, l.side, l.program_id, s.interest_deadline AS "deadline!"
        FROM matching_interest_lists l
        JOIN matching_sessions s ON s.id = l.session_id
        WHERE l.submitted_at IS NULL AND l.program_id = ANY ($1) AND s.state = 'interest' AND s.interest_deadline > $2
        ORDER BY s.interest_deadline, l.side DESC, l.id
        LIMIT 20
        "#,
        programs,
        now
    )
    .fetch_all(pool)
    .await
}
