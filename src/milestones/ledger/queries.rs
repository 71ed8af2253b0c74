//! All SQL of the slip ledger; SELECT only: lines are written with the move they record.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::milestones::record::model::Name;
use crate::milestones::{Reason, State};

use super::model::{Entry, Filter, ReasonSum};

/// Lines of the ledger on tasks that the viewer may know, the latest first.
pub async fn entries(
    pool: &PgPool,
    filter: &Filter,
    rights: &Rights,
    limit: i64,
) -> sqlx::Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"
        SELECT c.id, c.at, coalesce(u.name_ja, '') AS "by_ja!", u.name_en AS "by_en?", c.milestone_id, m.type_id, m.detail,
               m.task_id, t.title_ja, t.title_en, t.program_id, t.disease_ids,
               coalesce(tt.task_number, t.stable_number) AS "number?", c.old_due_on, c.new_due_on, c.slip_days AS "slip_days!",
               c.old_state AS "old_state: State", c.new_state AS "new_state: State", c.reason AS "reason: Reason", c.remark
        FROM milestone_changes c
        JOIN milestones m ON m.id = c.milestone_id
        JOIN tasks t ON t.id = m.task_id
        LEFT JOIN task_totals tt ON tt.task_id = t.id
        LEFT JOIN users u ON u.id = c.by_id
        WHERE ($6::uuid IS NULL OR c.milestone_id = $6)
          AND ($7::uuid IS NULL OR m.task_id = $7)
          AND ($8::uuid[] IS NULL OR t.program_id = ANY ($8))
          AND ($9::text IS NULL OR c.reason = $9)
          AND ($10::date IS NULL OR c.at >= ($10::date)::timestamp AT TIME ZONE 'Asia/Tokyo')
          AND ($11::date IS NULL OR c.at < ($11::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')
          AND ($12::timestamptz IS NULL OR (c.at, c.id) < ($12, $13))
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        ORDER BY c.at DESC, c.id DESC
        LIMIT $14
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        filter.milestone,
        filter.task,
        filter.programs.as_deref(),
        filter.reason.map(Reason::code),
        filter.from,
        filter.until,
        filter.after.map(|a| a.0),
        filter.after.map(|a| a.1),
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Entry {
            remark: rights.in_charge(r.task_id, r.program_id, &r.disease_ids).then_some(r.remark),
            id: r.id,
            at: r.at,
            by: Name { ja: r.by_ja, en: r.by_en },
            milestone_id: r.milestone_id,
            type_id: r.type_id,
            detail: r.detail,
            task_id: r.task_id,
            title: Name { ja: r.title_ja, en: r.title_en },
            number: r.number,
            program_id: r.program_id,
            old_due_on: r.old_due_on,
            new_due_on: r.new_due_on,
            slip_days: r.slip_days,
            old_state: r.old_state,
            new_state: r.new_state,
            reason: r.reason,
        })
        .collect())
}

/// The filtered ledger by reason, the most frequent first.
pub async fn by_reason(pool: &PgPool, filter: &Filter, rights: &Rights) -> sqlx::Result<Vec<ReasonSum>> {
    let rows = sqlx::query!(
        r#"
        SELECT c.reason AS "reason: Reason", count(*) AS "changes!", count(*) FILTER (WHERE c.slip_days <> 0) AS "moves!",
               percentile_disc(0.5) WITHIN GROUP (ORDER BY c.slip_days) FILTER (WHERE c.slip_days <> 0) AS "median?"
        FROM milestone_changes c
        JOIN milestones m ON m.id = c.milestone_id
        JOIN tasks t ON t.id = m.task_id
        WHERE ($6::uuid IS NULL OR m.task_id = $6)
          AND ($7::uuid[] IS NULL OR t.program_id = ANY ($7))
          AND ($8::date IS NULL OR c.at >= ($8::date)::timestamp AT TIME ZONE 'Asia/Tokyo')
          AND ($9::date IS NULL OR c.at < ($9::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        GROUP BY c.reason
        ORDER BY count(*) DESC, c.reason
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        filter.task,
        filter.programs.as_deref(),
        filter.from,
        filter.until
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| ReasonSum { reason: r.reason, changes: r.changes, moves: r.moves, median_days: r.median })
        .collect())
}

/// A PS of today with the programs held.
#[derive(Clone, Debug)]
pub struct Supervisor {
    pub id: Uuid,
    pub name: Name,
    pub programs: Vec<Uuid>,
}

/// Every PS of today, by the code of the first program held.
pub async fn supervisors(pool: &PgPool, today: NaiveDate) -> sqlx::Result<Vec<Supervisor>> {
    let rows = sqlx::query!(
        r#"
        SELECT u.id, u.name_ja, u.name_en, array_agg(DISTINCT r.program_id) AS "programs!: Vec<Uuid>"
        FROM users u
        JOIN role_assignments r ON r.user_id = u.id AND r.role = 'program_supervisor' AND r.program_id IS NOT NULL
             AND r.valid_from <= $1 AND (r.valid_until IS NULL OR r.valid_until >= $1)
        JOIN programs p ON p.id = r.program_id
        WHERE u.active
        GROUP BY u.id
        ORDER BY min(p.code), u.name_ja, u.id
        LIMIT 500
        "#,
        today
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Supervisor { id: r.id, name: Name { ja: r.name_ja, en: r.name_en }, programs: r.programs })
        .collect())
}

/// The title of a task that the viewer may know.
pub async fn task_title(pool: &PgPool, task: Uuid, rights: &Rights) -> sqlx::Result<Option<Name>> {
    let row = sqlx::query!(
        r#"
        SELECT t.title_ja, t.title_en FROM tasks t
        WHERE t.id = $1 AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        "#,
        task,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|r| Name { ja: r.title_ja, en: r.title_en }))
}
