//! SQL that every noun of gates shares: a meeting, a review, and the room of a review, each as a viewer may know it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;

use super::model::{Choice, MeetingState, ReviewState, Room, Seat, SeatRole, Sheet};
use super::templates::{Basis, Rule, Share};
use super::{MeetingId, ReviewId};

/// Who asks: the account, and what of the portfolio lies in their scope as staff.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    pub user: Uuid,
    pub sees_all: bool,
    pub programs: &'a [Uuid],
    pub diseases: &'a [i16],
    pub rights: &'a Rights,
}

impl Asker<'_> {
    /// Runs meetings of this host: the unit and administrators any, others those of programs they keep.
    pub fn manages(&self, host: Option<Uuid>) -> bool {
        host.map_or(self.rights.edits_all, |program| self.rights.may_edit(program))
    }
}

/// A meeting of a committee as the viewer may know it.
#[derive(Clone, Debug)]
pub struct Meeting {
    pub id: MeetingId,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub program_id: Option<Uuid>,
    pub held_at: DateTime<Utc>,
    pub place: Option<String>,
    pub state: MeetingState,
    pub version: i32,
    pub opened_at: Option<DateTime<Utc>>,
    pub revealed_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub my_role: Option<SeatRole>,
    pub manages: bool,
}

/// The meeting, if the asker has a seat in it, runs it, or has one of its tasks in scope.
pub async fn meeting(pool: &PgPool, id: MeetingId, by: Asker<'_>) -> sqlx::Result<Option<Meeting>> {
    let row = sqlx::query!(
        r#"
        SELECT m.id, m.name_ja, m.name_en, m.program_id, m.held_at, m.place, m.state AS "state: MeetingState", m.version,
               m.opened_at, m.revealed_at, m.closed_at, s.role AS "role?: SeatRole"
        FROM gate_meetings m
        LEFT JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $2
        WHERE m.id = $1
          AND (s.user_id IS NOT NULL OR $3 OR m.program_id = ANY ($4)
               OR EXISTS (SELECT FROM gate_reviews r JOIN tasks t ON t.id = r.task_id
                          WHERE r.meeting_id = m.id AND (t.program_id = ANY ($4) OR t.disease_ids && $5)
                            AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)))
        "#,
        id.0,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| Meeting {
        id: r.id.into(),
        manages: by.manages(r.program_id),
        name_ja: r.name_ja,
        name_en: r.name_en,
        program_id: r.program_id,
        held_at: r.held_at,
        place: r.place,
        state: r.state,
        version: r.version,
        opened_at: r.opened_at,
        revealed_at: r.revealed_at,
        closed_at: r.closed_at,
        my_role: r.role,
    }))
}

/// An item of a run list as the viewer may know it.
#[derive(Clone, Debug)]
pub struct Review {
    pub id: ReviewId,
    pub meeting_id: MeetingId,
    pub task_id: Uuid,
    pub program_id: Uuid,
    pub template_version_id: Uuid,
    pub state: ReviewState,
    pub waiting_for: Option<String>,
    pub waiting_until: Option<NaiveDate>,
    pub withdrawn_reason: Option<String>,
    pub reopening_id: Option<Uuid>,
    pub meeting_state: MeetingState,
    pub meeting_ja: String,
    pub meeting_en: Option<String>,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub template_ja: String,
    pub template_en: String,
    pub my_role: Option<SeatRole>,
    /// Seated, no adviser, not recused.
    pub judges: bool,
    /// Acts as the chair of this item.
    pub chairs: bool,
    /// Conditions of an earlier decision are open.
    pub blocked: bool,
    pub manages: bool,
    /// The task lies in the asker's scope as staff.
    pub in_scope: bool,
    /// The project whose PD answers for the task; none where nobody directs it today.
    pub directed_project: Option<Uuid>,
}

/// The review, unless it is hidden from the asker by a conflict.
pub async fn review(pool: &PgPool, id: ReviewId, by: Asker<'_>) -> sqlx::Result<Option<Review>> {
    let row = sqlx::query!(
        r#"
        SELECT r.id, r.meeting_id, r.task_id, t.program_id, r.template_version_id, r.state AS "state: ReviewState",
               r.waiting_for, r.waiting_until, r.withdrawn_reason, r.reopening_id,
               m.state AS "meeting_state: MeetingState", m.name_ja AS meeting_ja,
               m.name_en AS meeting_en, m.program_id AS host, coalesce(y.task_number, t.stable_number) AS "number?",
               t.title_ja, t.title_en, p.name_ja AS template_ja, p.name_en AS template_en, s.role AS "role?: SeatRole",
               gate_may_judge(r.id, $2) AS "judges!", (gate_chair_of(r.id) IS NOT DISTINCT FROM $2) AS "chairs!",
               gate_is_blocked(r.id) AS "blocked!",
               ($3 OR t.program_id = ANY ($4) OR t.disease_ids && $5) AS "in_scope!",
               directed_project_of(t.id, (now() AT TIME ZONE 'Asia/Tokyo')::date) AS directed_project
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN tasks t ON t.id = r.task_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        JOIN gate_templates p ON p.id = v.template_id
        LEFT JOIN task_totals y ON y.task_id = t.id
        LEFT JOIN gate_seats s ON s.meeting_id = m.id AND s.user_id = $2
        WHERE r.id = $1
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h)
          AND (s.user_id IS NOT NULL OR $3 OR m.program_id = ANY ($4) OR t.program_id = ANY ($4) OR t.disease_ids && $5)
        "#,
        id.0,
        by.user,
        by.sees_all,
        by.programs,
        by.diseases
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| Review {
        id: r.id.into(),
        meeting_id: r.meeting_id.into(),
        task_id: r.task_id,
        program_id: r.program_id,
        template_version_id: r.template_version_id,
        state: r.state,
        waiting_for: r.waiting_for,
        waiting_until: r.waiting_until,
        withdrawn_reason: r.withdrawn_reason,
        reopening_id: r.reopening_id,
        meeting_state: r.meeting_state,
        meeting_ja: r.meeting_ja,
        meeting_en: r.meeting_en,
        number: r.number,
        title_ja: r.title_ja,
        title_en: r.title_en,
        template_ja: r.template_ja,
        template_en: r.template_en,
        my_role: r.role,
        judges: r.judges,
        chairs: r.chairs,
        blocked: r.blocked,
        manages: by.manages(r.host),
        in_scope: r.in_scope,
        directed_project: r.directed_project,
    }))
}

/// The room of a review, with who sits where, and the template's rule.
pub struct Seated {
    pub room: Room,
    pub users: Vec<Uuid>,
    pub rule: Rule,
}

impl Seated {
    /// The seat of a person; one that does not exist may do nothing.
    pub fn seat_of(&self, user: Uuid) -> usize {
        self.users.iter().position(|u| *u == user).unwrap_or(usize::MAX)
    }
}

#[derive(Debug, Deserialize)]
struct SeatRow {
    user: Uuid,
    role: SeatRole,
    recused: bool,
    barred: bool,
    sheet: Option<String>,
    vote: Option<Choice>,
}

/// The room as it is now; with `lock` nobody else decides the review until the transaction ends.
pub async fn room(tx: &mut Tx<'_>, id: ReviewId, lock: bool) -> sqlx::Result<Seated> {
    if lock {
        sqlx::query!("SELECT id FROM gate_reviews WHERE id = $1 FOR UPDATE", id.0)
            .fetch_one(&mut **tx)
            .await?;
    }
    let row = sqlx::query!(
        r#"
        SELECT m.state AS "meeting_state: MeetingState", r.state AS "state: ReviewState", gate_is_blocked(r.id) AS "blocked!",
               v.basis AS "basis: Basis", v.go_from_tenths, v.conditional_from_tenths, v.least_item_tenths,
               v.quorum_share AS "quorum_share: Share", v.quorum_least, v.vote_share AS "vote_share: Share",
               coalesce((SELECT json_agg(json_build_object('user', s.user_id, 'role', s.role,
                   'recused', EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = r.id AND g.user_id = s.user_id),
                   'barred', EXISTS (SELECT FROM gate_conflicts c WHERE c.review_id = r.id AND c.user_id = s.user_id AND c.severity = 'bar'),
                   'sheet', (SELECT h.state FROM gate_score_sheets h WHERE h.review_id = r.id AND h.user_id = s.user_id),
                   'vote', (SELECT x.choice FROM gate_votes x WHERE x.review_id = r.id AND x.user_id = s.user_id))
                   ORDER BY s.role <> 'chair', s.position, s.user_id)
                FROM gate_seats s WHERE s.meeting_id = r.meeting_id), '[]') AS "seats!: Json<Vec<SeatRow>>"
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        WHERE r.id = $1
        "#,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let seats = row.seats.0;
    Ok(Seated {
        users: seats.iter().map(|s| s.user).collect(),
        room: Room {
            meeting: row.meeting_state,
            review: row.state,
            seats: seats.iter().map(seat).collect(),
            blocked: row.blocked,
        },
        rule: Rule {
            basis: row.basis,
            go_from: row.go_from_tenths,
            conditional_from: row.conditional_from_tenths,
            least_item: row.least_item_tenths,
            quorum_share: row.quorum_share,
            quorum_least: row.quorum_least,
            vote_share: row.vote_share,
        },
    })
}

fn seat(row: &SeatRow) -> Seat {
    Seat {
        role: row.role,
        recused: row.recused,
        barred: row.barred,
        sheet: match row.sheet.as_deref() {
            None => Sheet::None,
            Some("submitted") => Sheet::Submitted,
            Some(_) => Sheet::Draft,
        },
        vote: row.vote,
    }
}

impl Review {
    /// The name of its meeting.
    pub fn meeting_name(&self, l: crate::kernel::Language) -> &str {
        l.name(&self.meeting_ja, self.meeting_en.as_deref())
    }
}
