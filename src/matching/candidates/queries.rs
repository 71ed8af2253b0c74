//! All SQL of candidates.

use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{MatchingSessionId, Yen};
use crate::matching::affinity::Parts;
use crate::matching::eligibility::Truth;

use super::model::{Listed, SharedWords};

pub async fn drop_pairs(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM matching_pairs WHERE session_id = $1", id.0).execute(&mut **tx).await?;
    Ok(())
}

/// Both sides of a session as affinity reads them.
pub struct Texts {
    pub tasks: Vec<TaskText>,
    pub slots: Vec<SlotText>,
    pub passages: Vec<(String, String)>,
}

pub async fn texts(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Texts> {
    Ok(Texts {
        tasks: task_texts(tx, id).await?,
        slots: slot_texts(tx, id).await?,
        passages: passages(tx).await?,
    })
}

/// A task as affinity reads it.
pub struct TaskText {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    pub keywords: Vec<String>,
    pub institutions: Vec<String>,
    pub people: Vec<String>,
    pub tags: Vec<String>,
    pub first_fy: i32,
    pub last_fy: i32,
    pub program: String,
}

/// The tasks of a session for affinity.
async fn task_texts(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Vec<TaskText>> {
    sqlx::query_as!(
        TaskText,
        r#"
        SELECT t.id, t.title_ja, t.title_en, t.summary_ja, t.summary_en, t.keywords,
               array_remove(i.name_ja || ARRAY(SELECT s.name_ja FROM task_institutions ti
                   JOIN institutions s ON s.id = ti.institution_id WHERE ti.task_id = t.id ORDER BY ti.position), NULL)
                   AS "institutions!: Vec<String>",
               array_remove(ARRAY[t.lead_person_id::text], NULL) AS "people!: Vec<String>",
               ARRAY(SELECT v.name_ja FROM unnest(t.phase_ids || t.modality_ids || t.approval_ids || t.disease_ids)
                         WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "tags!: Vec<String>",
               extract(year FROM t.starts_on - interval '3 months')::int AS "first_fy!",
               extract(year FROM t.ends_on - interval '3 months')::int AS "last_fy!",
               p.name_ja AS program
        FROM matching_session_tasks st
        JOIN tasks t ON t.id = st.task_id
        JOIN programs p ON p.id = st.program_id
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE st.session_id = $1
        ORDER BY t.id
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await
}

/// A slot as affinity reads it: its own words are few, so the titles of the program's latest tasks in its phase stand
/// for what it takes.
pub struct SlotText {
    pub id: Uuid,
    pub program_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub program: String,
    pub program_en: Option<String>,
    pub tags: Vec<String>,
    pub titles: Vec<String>,
    pub institutions: Vec<String>,
    pub first_fy: i16,
    pub max_years: Option<i16>,
}

async fn slot_texts(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Vec<SlotText>> {
    sqlx::query_as!(
        SlotText,
        r#"
        SELECT s.id, s.program_id, st.name_ja, st.name_en, p.name_ja AS program, p.name_en AS program_en,
               ARRAY(SELECT v.name_ja FROM unnest(st.phase_ids || st.modality_ids || st.approval_ids || st.disease_ids)
                         WITH ORDINALITY AS u (id, n)
                     JOIN vocabulary_values v ON v.id = u.id ORDER BY u.n) AS "tags!: Vec<String>",
               ARRAY(SELECT t.title_ja FROM tasks t
                     WHERE t.program_id = s.program_id AND NOT t.restricted
                       AND (st.phase_ids = '{}' OR t.phase_ids && st.phase_ids)
                       AND NOT EXISTS (SELECT FROM matching_session_tasks m WHERE m.session_id = $1 AND m.task_id = t.id)
                     ORDER BY t.starts_on DESC, t.id LIMIT 24) AS "titles!: Vec<String>",
               ARRAY[]::text[] AS "institutions!: Vec<String>",
               c.fiscal_year AS first_fy, st.max_years
        FROM matching_session_slots s
        JOIN slot_types st ON st.id = s.slot_type_id
        JOIN calls c ON c.id = s.call_id
        JOIN programs p ON p.id = s.program_id
        WHERE s.session_id = $1
        ORDER BY s.id
        "#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await
}

/// Passages between programs so far, by name.
async fn passages(tx: &mut Tx<'_>) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"
        SELECT a.name_ja AS "from!", b.name_ja AS "to!"
        FROM successor_links l
        JOIN tasks f ON f.id = l.from_task_id
        JOIN tasks t ON t.id = l.to_task_id
        JOIN programs a ON a.id = f.program_id
        JOIN programs b ON b.id = t.program_id
        ORDER BY l.id
        LIMIT 20000
        "#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.from, r.to)).collect())
}

/// The eligible pairs of a session.
pub async fn eligible(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT task_id, slot_id FROM matching_pairs WHERE session_id = $1 AND eligible ORDER BY task_id, slot_id",
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.task_id, r.slot_id)).collect())
}

/// The version of the thesaurus under which a session is scored.
pub async fn set_thesaurus(tx: &mut Tx<'_>, id: MatchingSessionId, version: i32) -> sqlx::Result<()> {
    sqlx::query!("UPDATE matching_sessions SET thesaurus_version = $2 WHERE id = $1", id.0, version)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Scores with their parts, and places on shortlists.
pub async fn write_scores(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    scores: &[(Uuid, Uuid, i32, Parts)],
    listed: &[Listed],
) -> anyhow::Result<()> {
    for some in scores.chunks(4_000) {
        let parts: Vec<serde_json::Value> =
            some.iter().map(|s| serde_json::to_value(s.3)).collect::<serde_json::Result<_>>()?;
        sqlx::query!(
            "UPDATE matching_pairs p SET score = n.score, parts = n.parts
             FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::jsonb[]) AS n (task, slot, score, parts)
             WHERE p.session_id = $1 AND p.task_id = n.task AND p.slot_id = n.slot",
            id.0,
            &some.iter().map(|s| s.0).collect::<Vec<_>>(),
            &some.iter().map(|s| s.1).collect::<Vec<_>>(),
            &some.iter().map(|s| s.2).collect::<Vec<_>>(),
            &parts
        )
        .execute(&mut **tx)
        .await?;
    }
    sqlx::query!(
        "UPDATE matching_pairs p SET score_place = r.place
         FROM (SELECT task_id, slot_id, row_number() OVER (PARTITION BY task_id ORDER BY score DESC, slot_id)::int AS place
               FROM matching_pairs WHERE session_id = $1 AND eligible) r
         WHERE p.session_id = $1 AND p.task_id = r.task_id AND p.slot_id = r.slot_id",
        id.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE matching_pairs p SET shortlist_place = n.place, chosen_by = n.chosen
         FROM unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[]) AS n (task, slot, place, chosen)
         WHERE p.session_id = $1 AND p.task_id = n.task AND p.slot_id = n.slot",
        id.0,
        &listed.iter().map(|l| l.task).collect::<Vec<_>>(),
        &listed.iter().map(|l| l.slot).collect::<Vec<_>>(),
        &listed.iter().map(|l| l.place).collect::<Vec<_>>(),
        &listed.iter().map(|l| l.chosen.code().to_owned()).collect::<Vec<_>>()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps the words of pairs.
pub async fn write_words(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    words: &[(Uuid, Uuid, SharedWords)],
) -> anyhow::Result<()> {
    for some in words.chunks(2_000) {
        let texts: Vec<serde_json::Value> =
            some.iter().map(|w| serde_json::to_value(&w.2)).collect::<serde_json::Result<_>>()?;
        sqlx::query!(
            "UPDATE matching_pairs p SET words = n.words
             FROM unnest($2::uuid[], $3::uuid[], $4::jsonb[]) AS n (task, slot, words)
             WHERE p.session_id = $1 AND p.task_id = n.task AND p.slot_id = n.slot",
            id.0,
            &some.iter().map(|w| w.0).collect::<Vec<_>>(),
            &some.iter().map(|w| w.1).collect::<Vec<_>>(),
            &texts
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Puts a pair on its task's shortlist at the end. False: it is not eligible, on it already, or the list is full.
pub async fn add_to_shortlist(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    (task, slot): (Uuid, Uuid),
    reason: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE matching_pairs p
        SET shortlist_place = free.place, chosen_by = 'person', reason = $4
        FROM (SELECT min(n)::smallint AS place FROM generate_series(1, 10) AS n
              WHERE NOT EXISTS (SELECT FROM matching_pairs o
                                WHERE o.session_id = $1 AND o.task_id = $2 AND o.shortlist_place = n)) free
        WHERE p.session_id = $1 AND p.task_id = $2 AND p.slot_id = $3 AND p.eligible AND p.shortlist_place IS NULL
          AND free.place IS NOT NULL
        "#,
        id.0,
        task,
        slot,
        reason
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a pair off its task's shortlist; it keeps the reason.
pub async fn take_from_shortlist(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    (task, slot): (Uuid, Uuid),
    reason: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE matching_pairs SET shortlist_place = NULL, chosen_by = 'person', reason = $4
         WHERE session_id = $1 AND task_id = $2 AND slot_id = $3 AND shortlist_place IS NOT NULL",
        id.0,
        task,
        slot,
        reason
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A pair of a task's list of candidates.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub task_id: Uuid,
    pub slot_id: Uuid,
    pub score: i32,
    pub parts: Json<Parts>,
    pub score_place: i32,
    pub shortlist_place: Option<i16>,
    pub chosen_by: Option<String>,
    pub reason: Option<String>,
    /// With one task only.
    pub words: Option<Json<SharedWords>>,
}

/// The scored pairs of a session that are on a shortlist, or the next best off it, or taken off by a person.
pub async fn candidates(
    pool: &PgPool,
    id: MatchingSessionId,
    hidden: &[Uuid],
    task: Option<Uuid>,
) -> sqlx::Result<Vec<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"
        SELECT task_id, slot_id, score AS "score!", parts AS "parts!: Json<Parts>", score_place AS "score_place!",
               shortlist_place, chosen_by, reason,
               CASE WHEN $3::uuid IS NOT NULL THEN words END AS "words: Json<SharedWords>"
        FROM matching_pairs
        WHERE session_id = $1 AND task_id <> ALL ($2) AND score IS NOT NULL
          AND ($3::uuid IS NULL AND shortlist_place IS NOT NULL OR task_id = $3)
        ORDER BY task_id, shortlist_place NULLS LAST, score DESC, slot_id
        LIMIT 10000
        "#,
        id.0,
        hidden,
        task
    )
    .fetch_all(pool)
    .await
}

/// One pair with everything known of it.
pub struct Pair {
    pub eligible: bool,
    pub truth: Json<Truth>,
    pub cost: Yen,
    pub score: Option<i32>,
    pub parts: Option<Json<Parts>>,
    pub score_place: Option<i32>,
    pub shortlist_place: Option<i16>,
    pub chosen_by: Option<String>,
    pub reason: Option<String>,
    pub words: Option<Json<SharedWords>>,
}

/// A pair, if its task exists for the viewer.
pub async fn pair(
    pool: &PgPool,
    id: MatchingSessionId,
    (task, slot): (Uuid, Uuid),
    hidden: &[Uuid],
) -> sqlx::Result<Option<Pair>> {
    sqlx::query_as!(
        Pair,
        r#"
        SELECT eligible, truth AS "truth: Json<Truth>", cost_yen AS "cost: Yen", score, parts AS "parts: Json<Parts>",
               score_place, shortlist_place, chosen_by, reason, words AS "words: Json<SharedWords>"
        FROM matching_pairs
        WHERE session_id = $1 AND task_id = $2 AND slot_id = $3 AND task_id <> ALL ($4)
        "#,
        id.0,
        task,
        slot,
        hidden
    )
    .fetch_optional(pool)
    .await
}

/// How a receiving program is covered.
pub struct Coverage {
    pub program_id: Uuid,
    pub places: i64,
    pub tasks: i64,
    pub eligible: i64,
}

/// Every receiving program with its places, the tasks that have it on their shortlist, and those eligible for it.
pub async fn coverage(pool: &PgPool, id: MatchingSessionId, hidden: &[Uuid]) -> sqlx::Result<Vec<Coverage>> {
    sqlx::query_as!(
        Coverage,
        r#"
        SELECT s.program_id AS "program_id!", sum(s.max_new)::bigint AS "places!",
               (SELECT count(DISTINCT p.task_id) FROM matching_pairs p JOIN matching_session_slots o ON o.id = p.slot_id
                WHERE p.session_id = $1 AND o.program_id = s.program_id AND p.shortlisted
                  AND p.task_id <> ALL ($2)) AS "tasks!",
               (SELECT count(DISTINCT p.task_id) FROM matching_pairs p JOIN matching_session_slots o ON o.id = p.slot_id
                WHERE p.session_id = $1 AND o.program_id = s.program_id AND p.eligible
                  AND p.task_id <> ALL ($2)) AS "eligible!"
        FROM matching_session_slots s
        JOIN programs g ON g.id = s.program_id
        WHERE s.session_id = $1
        GROUP BY s.program_id, g.code
        ORDER BY g.code
        "#,
        id.0,
        hidden
    )
    .fetch_all(pool)
    .await
}

/// A slot that must take some tasks, and how many could come.
pub struct SlotCoverage {
    pub program_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    /// The fewest that it takes.
    pub least: i16,
    pub tasks: i64,
    pub eligible: i64,
}

impl SlotCoverage {
    /// Fewer tasks have it on their shortlist than it must take: nothing keeps its minimum then.
    pub fn is_short(&self) -> bool {
        self.tasks < i64::from(self.least)
    }
}

/// Every slot with a minimum, the tasks that have it on their shortlist, and those eligible for it.
pub async fn slot_coverage(
    pool: &PgPool,
    id: MatchingSessionId,
    hidden: &[Uuid],
) -> sqlx::Result<Vec<SlotCoverage>> {
    sqlx::query_as!(
        SlotCoverage,
        r#"
        SELECT s.program_id, st.full_name_ja AS "name_ja!", st.full_name_en AS name_en, s.min_new AS least,
               (SELECT count(*) FROM matching_pairs p
                WHERE p.session_id = $1 AND p.slot_id = s.id AND p.shortlisted AND p.task_id <> ALL ($2)) AS "tasks!",
               (SELECT count(*) FROM matching_pairs p
                WHERE p.session_id = $1 AND p.slot_id = s.id AND p.eligible AND p.task_id <> ALL ($2)) AS "eligible!"
        FROM matching_session_slots s
        JOIN slot_types st ON st.id = s.slot_type_id
        JOIN calls c ON c.id = s.call_id
        JOIN programs g ON g.id = s.program_id
        WHERE s.session_id = $1 AND s.min_new > 0
        ORDER BY g.code, c.round, c.id, st.position, s.id
        LIMIT 600
        "#,
        id.0,
        hidden
    )
    .fetch_all(pool)
    .await
}

/// The task's shortlist has no free place.
pub async fn is_full(tx: &mut Tx<'_>, id: MatchingSessionId, task: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) >= 10 AS "full!" FROM matching_pairs
        WHERE session_id = $1 AND task_id = $2 AND shortlist_place IS NOT NULL
        "#,
        id.0,
        task
    )
    .fetch_one(&mut **tx)
    .await
}
