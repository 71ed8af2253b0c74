//! All SQL of consent and transfer.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::{AgreementId, MatchingSessionId, SuccessorLinkId, UserId, Yen};

use super::model::{Agreement, Answer, Consent, Made, Party};

/// A pair with the programs and projects of both sides.
pub struct Sides {
    pub task: Uuid,
    pub slot: Uuid,
    pub programs: (Uuid, Uuid),
    pub projects: (Option<Uuid>, Option<Uuid>),
}

/// The sides of these pairs, as far as they are eligible pairs of the session; in the order of the pairs.
pub async fn sides(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    pairs: &[(Uuid, Uuid)],
) -> sqlx::Result<Vec<Sides>> {
    let rows = sqlx::query!(
        r#"
        SELECT p.task_id, p.slot_id, t.program_id AS up_program, t.project_id AS up_project,
               s.program_id AS down_program, s.project_id AS down_project
        FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS n (task, slot, place)
        JOIN matching_pairs p ON p.session_id = $1 AND p.task_id = n.task AND p.slot_id = n.slot
        JOIN matching_session_tasks t ON t.session_id = p.session_id AND t.task_id = p.task_id
        JOIN matching_session_slots s ON s.id = p.slot_id
        WHERE p.eligible
        ORDER BY n.place
        "#,
        id.0,
        &pairs.iter().map(|p| p.0).collect::<Vec<_>>(),
        &pairs.iter().map(|p| p.1).collect::<Vec<_>>()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Sides {
            task: r.task_id,
            slot: r.slot_id,
            programs: (r.up_program, r.down_program),
            projects: (r.up_project, r.down_project),
        })
        .collect())
}

/// The day on which the requests of a session expire.
pub async fn set_until(tx: &mut Tx<'_>, id: MatchingSessionId, until: chrono::NaiveDate) -> sqlx::Result<()> {
    sqlx::query!("UPDATE matching_sessions SET consent_until = $2 WHERE id = $1", id.0, until)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes the agreements in one statement. A task has one alive per session: where it has one, nothing is written. Those
/// that are new.
pub async fn insert(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    solution: Option<Uuid>,
    agreements: &[(AgreementId, Uuid, Uuid)],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<AgreementId>> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO matching_agreements (id, session_id, task_id, slot_id, solution_id, proposed_at)
        SELECT n.id, $1, n.task, n.slot, $5, $6
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS n (id, task, slot)
        ON CONFLICT DO NOTHING
        RETURNING id AS "id: AgreementId"
        "#,
        id.0,
        &agreements.iter().map(|a| a.0.0).collect::<Vec<_>>(),
        &agreements.iter().map(|a| a.1).collect::<Vec<_>>(),
        &agreements.iter().map(|a| a.2).collect::<Vec<_>>(),
        solution,
        now
    )
    .fetch_all(&mut **tx)
    .await
}

/// Asks every party of every agreement, in one statement.
pub async fn ask(
    tx: &mut Tx<'_>,
    asked: &[(AgreementId, Party, Uuid)],
    expires_on: NaiveDate,
) -> sqlx::Result<()> {
    let agreements: Vec<Uuid> = asked.iter().map(|a| a.0.0).collect();
    let parties: Vec<String> = asked.iter().map(|a| a.1.code().to_owned()).collect();
    let programs: Vec<Option<Uuid>> = asked.iter().map(|a| a.1.is_ps().then_some(a.2)).collect();
    let projects: Vec<Option<Uuid>> = asked.iter().map(|a| (!a.1.is_ps()).then_some(a.2)).collect();
    sqlx::query!(
        "INSERT INTO matching_consents (agreement_id, party, program_id, project_id, expires_on)
         SELECT x.agreement, x.party, x.program, x.project, $5
         FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS x (agreement, party, program, project)",
        &agreements,
        &parties,
        &programs as &[Option<Uuid>],
        &projects as &[Option<Uuid>],
        expires_on
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves the date of every answer that is still waited for.
pub async fn move_date(tx: &mut Tx<'_>, id: MatchingSessionId, until: NaiveDate) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_consents SET expires_on = $2
         WHERE answer = 'waiting'
           AND agreement_id IN (SELECT a.id FROM matching_agreements a WHERE a.session_id = $1 AND a.state = 'proposed')",
        id.0,
        until
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Locks an agreement: its session, state and version.
pub async fn lock(
    tx: &mut Tx<'_>,
    agreement: AgreementId,
) -> sqlx::Result<Option<(MatchingSessionId, Agreement)>> {
    let row = sqlx::query!(
        "SELECT session_id, state FROM matching_agreements WHERE id = $1 FOR UPDATE",
        agreement.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(|r| Some((r.session_id.into(), Agreement::from_code(&r.state)?))))
}

pub async fn consents(tx: &mut Tx<'_>, agreement: AgreementId) -> sqlx::Result<Vec<Consent>> {
    let rows = sqlx::query!(
        r#"
        SELECT party, coalesce(program_id, project_id) AS "scope!", answer, expires_on FROM matching_consents
        WHERE agreement_id = $1
        ORDER BY party
        "#,
        agreement.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(Consent {
                party: Party::from_code(&r.party)?,
                scope: r.scope,
                answer: Answer::from_code(&r.answer)?,
                expires_on: r.expires_on,
            })
        })
        .collect())
}

pub async fn answer(
    tx: &mut Tx<'_>,
    (agreement, party): (AgreementId, Party),
    answer: Answer,
    (reason, note): (Option<&str>, Option<&str>),
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_consents SET answer = $3, reason_code = $4, note = $5, answered_by = $6, answered_at = $7
         WHERE agreement_id = $1 AND party = $2",
        agreement.0,
        party.code(),
        answer.code(),
        reason,
        note,
        by.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn settle(
    tx: &mut Tx<'_>,
    agreement: AgreementId,
    state: Agreement,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_agreements SET state = $2, settled_at = $3, version = version + 1 WHERE id = $1",
        agreement.0,
        state.code(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many agreements [`expire`] would settle.
pub async fn overdue(pool: &PgPool, id: MatchingSessionId, today: NaiveDate) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM matching_agreements a
        WHERE a.session_id = $1 AND a.state = 'proposed'
          AND EXISTS (SELECT FROM matching_consents c
                      WHERE c.agreement_id = a.id AND c.answer = 'waiting' AND c.expires_on < $2)
        "#,
        id.0,
        today
    )
    .fetch_one(pool)
    .await
}

/// Settles the agreements of a session on which somebody was silent past the date. Returns how many.
pub async fn expire(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        r#"
        UPDATE matching_agreements a SET state = 'expired', settled_at = $3, version = version + 1
        WHERE a.session_id = $1 AND a.state = 'proposed'
          AND EXISTS (SELECT FROM matching_consents c
                      WHERE c.agreement_id = a.id AND c.answer = 'waiting' AND c.expires_on < $2)
        "#,
        id.0,
        today,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

pub async fn transferred(
    tx: &mut Tx<'_>,
    agreement: AgreementId,
    (link, made): (SuccessorLinkId, Made),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_agreements
         SET state = 'transferred', successor_link_id = $2, transfer_made = $4, settled_at = $3, version = version + 1
         WHERE id = $1",
        agreement.0,
        link.0,
        now,
        made.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A transfer as it was recorded.
pub struct Transferred {
    pub link: SuccessorLinkId,
    pub next: Uuid,
    pub made: Made,
}

/// The transfer of an agreement that is locked; nothing where there is none.
pub async fn transfer_of(tx: &mut Tx<'_>, agreement: AgreementId) -> sqlx::Result<Option<Transferred>> {
    let row = sqlx::query!(
        r#"
        SELECT l.id AS "link: SuccessorLinkId", l.to_task_id AS "next!", a.transfer_made AS "made!"
        FROM matching_agreements a
        JOIN successor_links l ON l.id = a.successor_link_id AND l.to_task_id IS NOT NULL
        WHERE a.id = $1
        "#,
        agreement.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.and_then(|r| Some(Transferred { link: r.link, next: r.next, made: Made::from_code(&r.made)? })))
}

/// The agreement is agreed again, and has moved nothing.
pub async fn not_transferred(
    tx: &mut Tx<'_>,
    agreement: AgreementId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE matching_agreements
         SET state = 'agreed', successor_link_id = NULL, transfer_made = NULL, settled_at = $2, version = version + 1
         WHERE id = $1",
        agreement.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An agreement as pages show it.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: AgreementId,
    pub session_id: MatchingSessionId,
    pub task_id: Uuid,
    pub slot_id: Uuid,
    pub state: String,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub up_program: Uuid,
    pub up_project: Option<Uuid>,
    pub down_program: Uuid,
    pub down_project: Option<Uuid>,
    pub slot_ja: String,
    pub slot_en: Option<String>,
    pub starts_on: Option<NaiveDate>,
    pub max_years: Option<i16>,
    pub phase_ids: Vec<i16>,
    pub cost: Yen,
    pub successor_id: Option<Uuid>,
    pub evidence: Option<String>,
    pub linked_on: Option<NaiveDate>,
}

/// The agreements of a session, or the one asked for, without tasks hidden from the viewer.
pub async fn agreements(
    pool: &PgPool,
    id: MatchingSessionId,
    hidden: &[Uuid],
    only: Option<AgreementId>,
) -> sqlx::Result<Vec<Line>> {
    sqlx::query_as!(
        Line,
        r#"
        SELECT a.id AS "id!: AgreementId", a.session_id AS "session_id!: MatchingSessionId", a.task_id AS "task_id!",
               a.slot_id AS "slot_id!", a.state AS "state!", t.title_ja AS "title_ja!", t.title_en,
               t.stable_number AS number, st.program_id AS "up_program!", st.project_id AS up_project, s.program_id AS "down_program!",
               s.project_id AS down_project, ty.full_name_ja AS "slot_ja!", ty.full_name_en AS slot_en, c.starts_on, ty.max_years,
               ty.phase_ids AS "phase_ids!", p.cost_yen AS "cost!: Yen", l.to_task_id AS "successor_id?",
               l.evidence AS "evidence?", l.linked_on AS "linked_on?"
        FROM matching_agreements a
        JOIN matching_pairs p ON p.session_id = a.session_id AND p.task_id = a.task_id AND p.slot_id = a.slot_id
        JOIN matching_session_tasks st ON st.session_id = a.session_id AND st.task_id = a.task_id
        JOIN matching_session_slots s ON s.id = a.slot_id
        JOIN slot_types ty ON ty.id = s.slot_type_id
        JOIN calls c ON c.id = s.call_id
        JOIN tasks t ON t.id = a.task_id
        LEFT JOIN successor_links l ON l.id = a.successor_link_id
        WHERE a.session_id = $1 AND a.task_id <> ALL ($2) AND ($3::uuid IS NULL OR a.id = $3)
        ORDER BY array_position(ARRAY['proposed', 'agreed', 'declined', 'expired', 'transferred'], a.state), t.stable_number,
                 a.id
        LIMIT 600
        "#,
        id.0,
        hidden,
        only.map(|a| a.0)
    )
    .fetch_all(pool)
    .await
}

/// The session of an agreement.
pub async fn session_of(pool: &PgPool, agreement: AgreementId) -> sqlx::Result<Option<MatchingSessionId>> {
    sqlx::query_scalar!(
        r#"SELECT session_id AS "session_id: MatchingSessionId" FROM matching_agreements WHERE id = $1"#,
        agreement.0
    )
    .fetch_optional(pool)
    .await
}

/// What one party said.
pub struct Said {
    pub agreement_id: AgreementId,
    pub party: String,
    pub scope: Uuid,
    pub answer: String,
    pub reason_code: Option<String>,
    pub note: Option<String>,
    pub expires_on: NaiveDate,
    pub answered_by: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// The consents of a session's agreements.
pub async fn said(pool: &PgPool, id: MatchingSessionId, hidden: &[Uuid]) -> sqlx::Result<Vec<Said>> {
    sqlx::query_as!(
        Said,
        r#"
        SELECT c.agreement_id AS "agreement_id!: AgreementId", c.party AS "party!",
               coalesce(c.program_id, c.project_id) AS "scope!",
               CASE WHEN a.state = 'declined' AND c.answer = 'waiting' THEN 'not_needed' ELSE c.answer END AS "answer!",
               c.reason_code, c.note,
               c.expires_on AS "expires_on!", u.name_ja AS "answered_by?", c.answered_at
        FROM matching_consents c
        JOIN matching_agreements a ON a.id = c.agreement_id
        LEFT JOIN users u ON u.id = c.answered_by
        WHERE a.session_id = $1 AND a.task_id <> ALL ($2)
        ORDER BY c.agreement_id, array_position(ARRAY['upstream_ps', 'receiving_ps', 'upstream_pd', 'receiving_pd'], c.party)
        LIMIT 2400
        "#,
        id.0,
        hidden
    )
    .fetch_all(pool)
    .await
}

/// Tasks of the receiving program that may be the next task: the same lead or institution, beginning around the call.
pub struct Next {
    pub id: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub starts_on: NaiveDate,
}

pub async fn next_tasks(
    pool: &PgPool,
    line: &Line,
    after: NaiveDate,
    rights: &Rights,
) -> sqlx::Result<Vec<Next>> {
    sqlx::query_as!(
        Next,
        r#"
        SELECT t.id, t.stable_number AS number, t.title_ja, t.title_en, t.starts_on
        FROM tasks t
        JOIN tasks f ON f.id = $1
        WHERE t.program_id = $2 AND t.id <> f.id AND t.starts_on >= $3
          AND (t.lead_person_id = f.lead_person_id OR t.institution_id = f.institution_id)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $4, $5, $6, $7, $8)
        ORDER BY (t.lead_person_id = f.lead_person_id) DESC NULLS LAST, t.starts_on, t.id
        LIMIT 30
        "#,
        line.task_id,
        line.down_program,
        after,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}

/// A task of the receiving program by its stable or printed number.
pub async fn task_by_number(
    pool: &PgPool,
    program: Uuid,
    stable: &str,
    rights: &Rights,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        r#"
        SELECT t.id
        FROM tasks t
        WHERE t.stable_number = $1 AND t.program_id = $2
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $3, $4, $5, $6, $7)
        ORDER BY t.starts_on DESC, t.id
        LIMIT 1
        "#,
        stable,
        program,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await
}

/// The day on which a task begins, and its program.
pub async fn start_of(tx: &mut Tx<'_>, task: Uuid) -> sqlx::Result<Option<(NaiveDate, Uuid)>> {
    let row = sqlx::query!("SELECT starts_on, program_id FROM tasks WHERE id = $1", task)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|r| (r.starts_on, r.program_id)))
}

/// Consents that wait for somebody with these programs (as PS) or projects (as PD).
pub struct Waiting {
    pub session_id: MatchingSessionId,
    pub session: String,
    pub waiting: i64,
    pub until: NaiveDate,
}

pub async fn waiting(
    pool: &PgPool,
    viewer: UserId,
    (programs, projects): (&[Uuid], &[Uuid]),
    today: NaiveDate,
) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"
        SELECT s.id AS "session_id!: MatchingSessionId", s.name AS "session!", count(*) AS "waiting!",
               min(c.expires_on) AS "until!"
        FROM matching_consents c
        JOIN matching_agreements a ON a.id = c.agreement_id AND a.state = 'proposed'
        JOIN matching_sessions s ON s.id = a.session_id
        WHERE c.answer = 'waiting' AND c.expires_on >= $4
          AND (c.program_id = ANY ($2) OR c.project_id = ANY ($3))
          AND a.task_id NOT IN (SELECT x.task_id FROM tasks_kept_from($1) x)
        GROUP BY s.id, s.name
        ORDER BY min(c.expires_on), s.id
        LIMIT 20
        "#,
        viewer.0,
        programs,
        projects,
        today
    )
    .fetch_all(pool)
    .await
}

/// The agreements of a task, for its own page.
pub struct OfTask {
    pub session_id: MatchingSessionId,
    pub session: String,
    pub session_state: String,
    pub shortlisted: i64,
    pub state: Option<String>,
    pub program_id: Option<Uuid>,
    pub successor_id: Option<Uuid>,
}

/// The sessions that a task stands in, without those of a viewer in conflict with it.
pub async fn of_task(pool: &PgPool, task: Uuid, viewer: UserId) -> sqlx::Result<Vec<OfTask>> {
    sqlx::query_as!(
        OfTask,
        r#"
        SELECT s.id AS "session_id!: MatchingSessionId", s.name AS "session!", s.state AS "session_state!",
               (SELECT count(*) FROM matching_pairs p
                WHERE p.session_id = s.id AND p.task_id = $1 AND p.shortlisted) AS "shortlisted!",
               a.state AS "state?", r.program_id AS "program_id?", l.to_task_id AS "successor_id?"
        FROM matching_session_tasks st
        JOIN matching_sessions s ON s.id = st.session_id
        LEFT JOIN matching_agreements a ON a.session_id = s.id AND a.task_id = st.task_id
        LEFT JOIN matching_session_slots r ON r.id = a.slot_id
        LEFT JOIN successor_links l ON l.id = a.successor_link_id
        WHERE st.task_id = $1 AND $1 NOT IN (SELECT c.task_id FROM tasks_kept_from($2) c)
        ORDER BY s.created_at DESC, s.id, a.proposed_at DESC
        LIMIT 20
        "#,
        task,
        viewer.0
    )
    .fetch_all(pool)
    .await
}
