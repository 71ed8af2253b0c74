//! Making and moving milestones: each action one transaction and one audit entry, and every move of a date or a state
//! one line in the slip ledger.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::audit::{self, Actor, Event};
use crate::db::{self, Tx, submissions};
use crate::kernel::clock::today_in_japan;
use crate::milestones::evidence;
use crate::milestones::evidence::model::NewEvidence;
use crate::milestones::record::model::OwnerId;
use crate::milestones::{EvidenceId, MilestoneId, Move, Reason, Refusal, Standing, State, Wait};

use super::queries::{self, Locked, Moved, NewChange, NewMilestone};

/// Why a milestone was not made or moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// Somebody else changed it first.
    Stale,
    Refused(Refusal),
    /// The task begins on that day.
    BeforeTask(NaiveDate),
    /// What it waits for is due then.
    BeforeNeeded(NaiveDate),
    /// It would wait for itself.
    Cycle,
    /// The milestone to wait for is not there, or will not come.
    NothingToWaitFor,
}

/// A move with its reason; a report has none, because neither date nor state changes.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub wish: Move,
    pub reason: Reason,
    pub remark: &'a str,
    /// Evidence given together with a report.
    pub evidence: Option<&'a NewEvidence>,
}

/// Makes a milestone, once per `key`.
pub async fn create(
    pool: &PgPool,
    actor: &Actor,
    m: &NewMilestone,
    starts_on: NaiveDate,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), NotDone>> {
    if m.due_on < starts_on {
        return Ok(Err(NotDone::BeforeTask(starts_on)));
    }
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, &format!("milestone:{key}"), actor.id, "/milestones", now).await? {
        return Ok(Ok(()));
    }
    queries::insert(&mut tx, m, actor.id, now).await?;
    let facts = json!({ "milestone": m.id, "type": m.type_id, "due_on": m.due_on, "owner": m.owner.code() });
    audit::record(&mut tx, actor, now, Event::new("milestone.create", "task", m.task, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes type, detail and owner.
pub async fn edit(
    pool: &PgPool,
    actor: &Actor,
    (task, id, version): (Uuid, MilestoneId, i32),
    (type_id, detail, owner): (i16, Option<&str>, OwnerId),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), NotDone>> {
    let mut tx = pool.begin().await?;
    if !queries::update(&mut tx, (id, version), (type_id, detail, owner), now).await? {
        return Ok(Err(NotDone::Stale));
    }
    let facts = json!({ "milestone": id, "type": type_id, "detail": detail, "owner": owner.code() });
    audit::record(&mut tx, actor, now, Event::new("milestone.edit", "task", task, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Moves a milestone over the version that was read.
pub async fn change(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (MilestoneId, i32),
    wish: Wish<'_>,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), NotDone>> {
    let mut tx = pool.begin().await?;
    let action = action_of(wish.wish);
    if !submissions::claim(&mut tx, &format!("{action}:{key}"), actor.id, "/milestones", now).await? {
        return Ok(Ok(()));
    }
    let Some(locked) = queries::lock(&mut tx, id).await?.filter(|m| m.version == version) else {
        return Ok(Err(NotDone::Stale));
    };
    let (state, due_on) = match check(&locked, &wish, today_in_japan(now)) {
        Ok(after) => after,
        Err(not) => return Ok(Err(not)),
    };
    if let Some(evidence) = wish.evidence {
        evidence::insert(&mut tx, (EvidenceId::new(), id), evidence, actor.id, now).await?;
    }
    queries::write_move(&mut tx, id, &moved(&locked, wish.wish, (state, due_on), actor.id, now), now).await?;
    if !matches!(wish.wish, Move::Report(_)) {
        let line = NewChange {
            id: Uuid::now_v7(),
            version: version + 1,
            by: actor.id,
            due_on: (locked.due_on, due_on),
            state: (locked.state, state),
            reason: wish.reason,
            remark: wish.remark,
        };
        queries::insert_change(&mut tx, id, &line, now).await?;
    }
    if matches!(wish.wish, Move::Due(_) | Move::Reopen) {
        queries::agree_with_needed(&mut tx, id).await?;
    }
    let facts = facts(id, &locked, &wish, (state, due_on));
    audit::record(&mut tx, actor, now, Event::new(action, "task", locked.task_id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn check(m: &Locked, wish: &Wish<'_>, today: NaiveDate) -> Result<(State, NaiveDate), NotDone> {
    let reported = m.reported_on.filter(|_| m.state == State::Planned).map(|on| (on, m.reported_by));
    let standing = Standing { state: m.state, due_on: m.due_on, reported };
    let asked = match wish.wish {
        Move::Accept { by, .. } => Move::Accept { by, evidence: m.has_evidence },
        other => other,
    };
    let after = standing.after(asked, today).map_err(NotDone::Refused)?;
    match wish.wish {
        Move::Due(day) if day < m.starts_on => Err(NotDone::BeforeTask(m.starts_on)),
        Move::Due(day) => match m.not_before.filter(|needed| day < *needed) {
            Some(needed) => Err(NotDone::BeforeNeeded(needed)),
            None => Ok(after),
        },
        Move::Report(day) if day < m.starts_on => Err(NotDone::BeforeTask(m.starts_on)),
        Move::Report(_) if !m.has_evidence && wish.evidence.is_none() => {
            Err(NotDone::Refused(Refusal::NoEvidence))
        }
        _ => Ok(after),
    }
}

fn moved(
    m: &Locked,
    wish: Move,
    (state, due_on): (State, NaiveDate),
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> Moved {
    let stood = m.reported_on.zip(m.reported_at).map(|(on, at)| (on, m.reported_by, at));
    match wish {
        Move::Report(on) => Moved { state, due_on, reported: Some((on, by, now)), accepted: None },
        Move::Accept { by, .. } => {
            Moved { state, due_on, reported: stood, accepted: m.reported_on.map(|on| (on, Some(by))) }
        }
        _ => Moved { state, due_on, reported: None, accepted: None },
    }
}

fn action_of(wish: Move) -> &'static str {
    match wish {
        Move::Due(_) => "milestone.due",
        Move::Report(_) => "milestone.report",
        Move::Accept { .. } => "milestone.accept",
        Move::Return => "milestone.return",
        Move::Close(_) => "milestone.close",
        Move::Reopen => "milestone.reopen",
    }
}

fn facts(id: MilestoneId, m: &Locked, wish: &Wish<'_>, (state, due_on): (State, NaiveDate)) -> Value {
    let reported_on = match wish.wish {
        Move::Report(on) => Some(on),
        _ => m.reported_on,
    };
    json!({
        "milestone": id, "due_on": [m.due_on, due_on], "state": [m.state.code(), state.code()],
        "reported_on": reported_on, "reason": wish.reason.code(), "remark": wish.remark,
    })
}

/// Lets a milestone wait for another, with at least so many days between.
pub async fn wait(
    pool: &PgPool,
    actor: &Actor,
    (id, needs): (MilestoneId, MilestoneId),
    lag_days: i16,
    rights: &Rights,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), NotDone>> {
    let mut tx = pool.begin().await?;
    let Some(waiting) = queries::lock(&mut tx, id).await? else { return Ok(Err(NotDone::Stale)) };
    if waiting.state != State::Planned {
        return Ok(Err(NotDone::Refused(Refusal::NotPlanned)));
    }
    let Some((state, due_on)) = queries::needed(&mut tx, needs, rights).await? else {
        return Ok(Err(NotDone::NothingToWaitFor));
    };
    let free = due_on + chrono::Duration::days(i64::from(lag_days));
    match state {
        State::Missed | State::Dropped => return Ok(Err(NotDone::NothingToWaitFor)),
        State::Planned if waiting.due_on < free => return Ok(Err(NotDone::BeforeNeeded(free))),
        State::Planned | State::Met => {}
    }
    let wait = Wait { id: id.0, needs: needs.0, lag_days, agreed_due_on: due_on };
    if let Err(error) = queries::insert_wait(&mut tx, &wait).await {
        let cycle = ["milestone_dependencies_no_cycle", "milestone_dependencies_not_itself"];
        if cycle.iter().any(|name| db::is_constraint(&error, name)) {
            return Ok(Err(NotDone::Cycle));
        }
        return Err(error.into());
    }
    note_wait(&mut tx, actor, "milestone.wait.add", (waiting.task_id, id, needs), now).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes a dependency away; nothing happens where there is none.
pub async fn stop_waiting(
    pool: &PgPool,
    actor: &Actor,
    (task, id, needs): (Uuid, MilestoneId, MilestoneId),
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    if queries::remove_wait(&mut tx, id, needs).await? {
        note_wait(&mut tx, actor, "milestone.wait.remove", (task, id, needs), now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn note_wait(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: &str,
    (task, id, needs): (Uuid, MilestoneId, MilestoneId),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let facts = json!({ "milestone": id, "needs": needs });
    audit::record(tx, actor, now, Event::new(action, "task", task, facts)).await
}
