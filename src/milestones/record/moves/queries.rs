//! All SQL that makes and moves milestones.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::accounts::Rights;
use crate::db::Tx;
use crate::kernel::TaskId;
use crate::milestones::record::model::OwnerId;
use crate::milestones::{MilestoneId, Reason, State, Wait};

/// A milestone locked for a move.
#[derive(Clone, Debug)]
pub struct Locked {
    pub version: i32,
    pub task_id: Uuid,
    pub state: State,
    pub due_on: NaiveDate,
    pub reported_on: Option<NaiveDate>,
    pub reported_by: Option<Uuid>,
    pub reported_at: Option<DateTime<Utc>>,
    pub starts_on: NaiveDate,
    pub has_evidence: bool,
    /// The day before which it cannot be due: the latest due date, with the days between, of what it still waits for.
    pub not_before: Option<NaiveDate>,
}

pub async fn lock(tx: &mut Tx<'_>, id: MilestoneId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        r#"
        SELECT m.version, m.task_id, m.state AS "state: State", m.due_on, m.reported_on, m.reported_by, m.reported_at, t.starts_on,
               EXISTS (SELECT FROM milestone_evidence e WHERE e.milestone_id = m.id AND e.withdrawn_at IS NULL)
                   AS "has_evidence!",
               (SELECT max(n.due_on + d.lag_days) FROM milestone_dependencies d JOIN milestones n ON n.id = d.needs_id
                WHERE d.milestone_id = m.id AND n.state = 'planned') AS not_before
        FROM milestones m
        JOIN tasks t ON t.id = m.task_id
        WHERE m.id = $1
        FOR UPDATE OF m
        "#,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| Locked {
        version: r.version,
        task_id: r.task_id,
        state: r.state,
        due_on: r.due_on,
        reported_on: r.reported_on,
        reported_by: r.reported_by,
        reported_at: r.reported_at,
        starts_on: r.starts_on,
        has_evidence: r.has_evidence,
        not_before: r.not_before,
    }))
}

/// Columns of a milestone after a move.
#[derive(Clone, Debug)]
pub struct Moved {
    pub state: State,
    pub due_on: NaiveDate,
    pub reported: Option<(NaiveDate, Option<Uuid>, DateTime<Utc>)>,
    pub accepted: Option<(NaiveDate, Option<Uuid>)>,
}

/// Writes a move over a locked milestone.
pub async fn write_move(tx: &mut Tx<'_>, id: MilestoneId, m: &Moved, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE milestones
        SET state = $2, due_on = $3, reported_on = $4, reported_by = $5, reported_at = $6, met_on = $7,
            accepted_by = $8, accepted_at = $9, version = version + 1, updated_at = $10
        WHERE id = $1
        "#,
        id.0,
        m.state.code(),
        m.due_on,
        m.reported.map(|r| r.0),
        m.reported.and_then(|r| r.1),
        m.reported.map(|r| r.2),
        m.accepted.map(|a| a.0),
        m.accepted.and_then(|a| a.1),
        m.accepted.map(|_| now),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A line of the slip ledger.
pub struct NewChange<'a> {
    pub id: Uuid,
    pub version: i32,
    pub by: Option<Uuid>,
    pub due_on: (NaiveDate, NaiveDate),
    pub state: (State, State),
    pub reason: Reason,
    pub remark: &'a str,
}

pub async fn insert_change(
    tx: &mut Tx<'_>,
    id: MilestoneId,
    c: &NewChange<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO milestone_changes (id, milestone_id, version, at, by_id, old_due_on, new_due_on, old_state, new_state,
                                       reason, remark)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        "#,
        c.id,
        id.0,
        c.version,
        now,
        c.by,
        c.due_on.0,
        c.due_on.1,
        c.state.0.code(),
        c.state.1.code(),
        c.reason.code(),
        c.remark
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whoever plans a milestone anew has seen the due dates of what it waits for.
pub async fn agree_with_needed(tx: &mut Tx<'_>, id: MilestoneId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE milestone_dependencies d SET agreed_due_on = n.due_on
        FROM milestones n
        WHERE d.milestone_id = $1 AND n.id = d.needs_id AND d.agreed_due_on <> n.due_on
        "#,
        id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What of a milestone is written when it is made.
#[derive(Clone, Debug)]
pub struct NewMilestone {
    pub id: MilestoneId,
    pub task: TaskId,
    pub type_id: i16,
    pub detail: Option<String>,
    pub due_on: NaiveDate,
    pub owner: OwnerId,
}

pub async fn insert(
    tx: &mut Tx<'_>,
    m: &NewMilestone,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (user, person) = m.owner.columns();
    sqlx::query!(
        r#"
        INSERT INTO milestones (id, task_id, type_id, detail, due_on, first_due_on, owner_user_id, owner_person_id,
                                created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $9)
        "#,
        m.id.0,
        m.task.0,
        m.type_id,
        m.detail,
        m.due_on,
        user,
        person,
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes type, detail and owner over version `version`; false if somebody was faster.
pub async fn update(
    tx: &mut Tx<'_>,
    (id, version): (MilestoneId, i32),
    (type_id, detail, owner): (i16, Option<&str>, OwnerId),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (user, person) = owner.columns();
    let done = sqlx::query!(
        r#"
        UPDATE milestones
        SET type_id = $3, detail = $4, owner_user_id = $5, owner_person_id = $6, version = version + 1, updated_at = $7
        WHERE id = $1 AND version = $2
        "#,
        id.0,
        version,
        type_id,
        detail,
        user,
        person,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// State and due date of a milestone that another is to wait for, if the viewer may know it.
pub async fn needed(
    tx: &mut Tx<'_>,
    id: MilestoneId,
    rights: &Rights,
) -> sqlx::Result<Option<(State, NaiveDate)>> {
    let row = sqlx::query!(
        r#"
        SELECT m.state AS "state: State", m.due_on
        FROM milestones m JOIN tasks t ON t.id = m.task_id
        WHERE m.id = $1 AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        FOR SHARE OF m
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| (r.state, r.due_on)))
}

pub async fn insert_wait(tx: &mut Tx<'_>, wait: &Wait) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO milestone_dependencies (milestone_id, needs_id, lag_days, agreed_due_on) VALUES ($1, $2, $3, $4)
        ON CONFLICT (milestone_id, needs_id) DO UPDATE
        SET lag_days = excluded.lag_days, agreed_due_on = excluded.agreed_due_on
        "#,
        wait.id,
        wait.needs,
        wait.lag_days,
        wait.agreed_due_on
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a dependency away; false if there was none.
pub async fn remove_wait(tx: &mut Tx<'_>, id: MilestoneId, needs: MilestoneId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM milestone_dependencies WHERE milestone_id = $1 AND needs_id = $2",
        id.0,
        needs.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
