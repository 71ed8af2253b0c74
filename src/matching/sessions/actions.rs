//! Preparing a session and taking it from step to step. One action, one transaction, one audit entry.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Tx, events, submissions};
use crate::kernel::clock::today_in_japan;
use crate::kernel::{MatchingSessionId, Said};
use crate::matching::{allocations, consent, solutions};

use super::forms::Plan;
use super::model::{Facts, Refusal, State, Step, Via};
use super::queries::{self, Capacity, Ceiling, NewSession};

/// Why an action changed nothing.
#[derive(Debug)]
pub enum Stopped {
    /// Somebody else changed the session since its page was opened.
    Stale,
    /// The step is not possible now.
    Refused(Refusal),
    /// The date for consent does not do.
    Until(Said),
    /// Something else stands against it.
    Said(Said),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Stopped {
    /// The sentence for the page.
    pub fn said(self) -> Said {
        match self {
            Self::Stale => Said::new(
                "ほかの人が先に変更しました。画面を開き直してください。",
                "Somebody else changed it meanwhile; reopen the page.",
            ),
            Self::Refused(refusal) => refusal.into(),
            Self::Until(said) | Self::Said(said) => said,
        }
    }
}

/// What an action gives: its value, or why it changed nothing.
pub type Done<T> = anyhow::Result<Result<T, Stopped>>;

/// Makes a session in draft under the newest rules, once per `key`.
pub async fn create(
    pool: &PgPool,
    actor: &Actor,
    plan: &Plan,
    rules_version: i32,
    key: &str,
    now: DateTime<Utc>,
) -> Done<MatchingSessionId> {
    if plan.interest_deadline.is_some_and(|at| at <= now) {
        return Ok(Err(Stopped::Said(not_ahead())));
    }
    if let Some(said) = until_refusal(State::Draft, None, plan, now) {
        return Ok(Err(Stopped::Until(said)));
    }
    let id = MatchingSessionId::new();
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &format!("/matching/sessions/{id}"), now).await? {
        drop(tx);
        let location = submissions::location_of(pool, key, actor.id).await?.unwrap_or_default();
        return Ok(Ok(location.rsplit('/').next().and_then(|last| last.parse().ok()).unwrap_or(id)));
    }
    let new = NewSession {
        id,
        name: plan.name.as_str(),
        fiscal_year: plan.fiscal_year,
        interest_deadline: plan.interest_deadline,
        consent_until: plan.consent_until,
        rules_version,
    };
    queries::insert(&mut tx, &new, actor.id, now).await?;
    record(&mut tx, actor, now, "session.create", id, plan.facts()).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Changes name and dates over the version that was read. The deadline of interest cannot be moved once it has
/// passed; the date for consent moves what is still waited for.
pub async fn edit(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (MatchingSessionId, i32),
    plan: &Plan,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    let Some((state, _)) = queries::lock(&mut tx, id).await? else { return Ok(Err(Stopped::Stale)) };
    let facts = queries::facts(&mut *tx, id).await?;
    if let Some(said) = deadline_refusal(state, &facts, plan, now) {
        return Ok(Err(Stopped::Said(said)));
    }
    let until_was = queries::consent_until(&mut tx, id).await?;
    if let Some(said) = until_refusal(state, until_was, plan, now) {
        return Ok(Err(Stopped::Until(said)));
    }
    if !queries::update_plan(
        &mut tx,
        (id, version),
        plan.name.as_str(),
        plan.interest_deadline,
        plan.consent_until,
        now,
    )
    .await?
    {
        return Ok(Err(Stopped::Stale));
    }
    if state == State::Consent
        && plan.consent_until != until_was
        && let Some(until) = plan.consent_until
    {
        consent::queries::move_date(&mut tx, id, until).await?;
    }
    record(&mut tx, actor, now, "session.edit", id, plan.facts()).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// The deadline decides when answers open: it stays once it has passed, and whoever changes it sets it ahead.
fn deadline_refusal(state: State, facts: &Facts, plan: &Plan, now: DateTime<Utc>) -> Option<Said> {
    if plan.interest_deadline == facts.interest_deadline {
        return None;
    }
    if state < State::Interest {
        return plan.interest_deadline.filter(|at| *at <= now).map(|_| not_ahead());
    }
    let passed = state > State::Interest || facts.interest_deadline.is_some_and(|at| at <= now);
    if passed {
        return Some(Said::new(
            "意向確認の期限は過ぎており、回答はすでに開いています。期限は変更できません。",
            "The deadline for interest has passed and answers are open; it cannot be moved.",
        ));
    }
    plan.interest_deadline.is_none_or(|at| at <= now).then(not_ahead)
}

fn not_ahead() -> Said {
    Said::new(
        "意向確認の期限は、今より後の日時にしてください。",
        "The deadline for interest must lie in the future.",
    )
}

/// A date for consent that is changed lies ahead, within a year; while consent is asked there is one.
fn until_refusal(state: State, was: Option<NaiveDate>, plan: &Plan, now: DateTime<Utc>) -> Option<Said> {
    if plan.consent_until == was || state == State::Closed {
        return None;
    }
    match plan.consent_until {
        Some(until) => solutions::model::until_refusal(until, today_in_japan(now)),
        None if state == State::Consent => Some(Said::new(
            "合意を待っている組合せがあるため、期限を入力してください。",
            "Pairs wait for consent: enter a date.",
        )),
        None => None,
    }
}

/// Locks a session that must be in draft.
pub async fn lock_draft(tx: &mut Tx<'_>, id: MatchingSessionId) -> sqlx::Result<Result<(), Stopped>> {
    Ok(match queries::lock(tx, id).await? {
        Some((State::Draft, _)) => Ok(()),
        Some((state, _)) => Err(Refusal::NotNow(state).into()),
        None => Err(Stopped::Stale),
    })
}

/// Most tasks of one session.
pub const MOST_TASKS: usize = 1_000;

/// Adds tasks to the upstream set; those in it stay as they are. Returns how many were new.
pub async fn add_tasks(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    tasks: &[(Uuid, Via, Option<Uuid>)],
    (query, reason): (Option<&str>, Option<&str>),
    now: DateTime<Utc>,
) -> Done<u64> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = lock_draft(&mut tx, id).await? {
        return Ok(Err(stopped));
    }
    let facts = queries::facts(&mut *tx, id).await?;
    if usize::try_from(facts.tasks).unwrap_or(0) + tasks.len() > MOST_TASKS {
        return Ok(Err(Stopped::Said(Said::new(
            format!("1回のセッションで扱える課題は{MOST_TASKS}件までです。条件を絞ってください。"),
            format!("A session takes at most {MOST_TASKS} tasks; narrow the conditions."),
        ))));
    }
    let added = queries::add_tasks(&mut tx, id, tasks, reason, actor.id, now).await?;
    if let Some(query) = query {
        queries::set_upstream_query(&mut tx, id, query).await?;
    }
    if added > 0 {
        queries::touch(&mut tx, id, now).await?;
        let details = json!({ "added": added, "query": query, "reason": reason,
                              "via": tasks.first().map(|t| t.1.code()) });
        record(&mut tx, actor, now, "session.tasks.add", id, details).await?;
    }
    tx.commit().await?;
    Ok(Ok(added))
}

/// Takes tasks out of the upstream set.
pub async fn remove_tasks(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    tasks: &[Uuid],
    now: DateTime<Utc>,
) -> Done<u64> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = lock_draft(&mut tx, id).await? {
        return Ok(Err(stopped));
    }
    let removed = queries::remove_tasks(&mut tx, id, tasks).await?;
    if removed > 0 {
        queries::touch(&mut tx, id, now).await?;
        record(&mut tx, actor, now, "session.tasks.remove", id, json!({ "tasks": tasks })).await?;
    }
    tx.commit().await?;
    Ok(Ok(removed))
}

/// Makes exactly these slot types the receiving side; capacities of those kept stay as typed.
pub async fn choose_slots(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    chosen: &[Uuid],
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = lock_draft(&mut tx, id).await? {
        return Ok(Err(stopped));
    }
    queries::choose_slots(&mut tx, id, chosen).await?;
    queries::touch(&mut tx, id, now).await?;
    record(&mut tx, actor, now, "session.slots.choose", id, json!({ "slot_types": chosen })).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes capacities and ceilings over the version of the session that was read; possible until they are frozen.
pub async fn write_capacities(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (MatchingSessionId, i32),
    capacities: &[Capacity],
    ceilings: &[Ceiling],
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    match queries::lock(&mut tx, id).await? {
        Some((state, _)) if state.is_frozen() => return Ok(Err(Refusal::NotNow(state).into())),
        Some((_, at)) if at == version => {}
        _ => return Ok(Err(Stopped::Stale)),
    }
    queries::write_capacities(&mut tx, id, capacities, ceilings).await?;
    queries::touch(&mut tx, id, now).await?;
    let facts: Vec<_> = capacities
        .iter()
        .map(|c| json!([c.slot, c.min_new, c.max_new, c.yearly_ceiling.map(|y| y.0), c.budget.map(|y| y.0)]))
        .collect();
    let above: Vec<_> = ceilings
        .iter()
        .map(|c| json!([c.kind, c.program_id, c.project_id, c.max_new, c.budget.map(|y| y.0)]))
        .collect();
    let details = json!({ "slots": facts, "ceilings": above });
    record(&mut tx, actor, now, "session.capacities.write", id, details).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes a step inside the caller's transaction: lock, check, write the state. The caller does the step's own work and
/// records it.
pub async fn take(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    step: Step,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<State, Stopped>> {
    let Some((state, _)) = queries::lock(tx, id).await? else { return Ok(Err(Stopped::Stale)) };
    let facts = queries::facts(&mut **tx, id).await?;
    let next = match state.take(step, &facts, now) {
        Ok(next) => next,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    queries::set_state(tx, id, next, now).await?;
    Ok(Ok(next))
}

/// Steps that need nothing but themselves: back to draft, opening the answers, solving again, closing.
pub async fn step(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    step: Step,
    now: DateTime<Utc>,
) -> Done<State> {
    let mut tx = pool.begin().await?;
    let next = match take(&mut tx, id, step, now).await? {
        Ok(next) => next,
        Err(stopped) => return Ok(Err(stopped)),
    };
    match step {
        Step::Reopen => crate::matching::candidates::queries::drop_pairs(&mut tx, id).await?,
        Step::CloseInterest => drop(allocations::queries::lock(&mut tx, id, now).await?),
        _ => {}
    }
    record(&mut tx, actor, now, "session.step", id, json!({ "state": next.code() })).await?;
    tx.commit().await?;
    Ok(Ok(next))
}

/// Removes a session that never went beyond its draft.
pub async fn discard(pool: &PgPool, actor: &Actor, id: MatchingSessionId, now: DateTime<Utc>) -> Done<()> {
    let mut tx = pool.begin().await?;
    if let Err(stopped) = lock_draft(&mut tx, id).await? {
        return Ok(Err(stopped));
    }
    queries::delete(&mut tx, id).await?;
    record(&mut tx, actor, now, "session.discard", id, json!({})).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// One entry of the audit about a session, and the word to those who have it open that something changed. Drafts of
/// interest are nobody else's business.
pub async fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &str,
    id: MatchingSessionId,
    details: serde_json::Value,
) -> sqlx::Result<()> {
    if action != "session.interest.save" {
        let part = action.trim_start_matches("session.");
        events::notify(tx, &format!("session:{id}"), part, 0).await?;
    }
    audit::record(tx, actor, now, Event::new(action, "matching_session", id, details)).await
}
