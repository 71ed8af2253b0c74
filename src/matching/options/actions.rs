//! Offering an option, taking it a step further, and setting a book's capacity.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{self, submissions};
use crate::kernel::{FiscalYear, Yen};

use super::model::{Refusal, State, Step};
use super::queries::{self, NewOption, OptionRow};

/// Offers an option, once per `key`.
pub async fn offer(
    pool: &PgPool,
    actor: &Actor,
    option: &NewOption,
    key: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, &format!("/options/{}", option.id), now).await? {
        return Ok(Ok(()));
    }
    match queries::insert(&mut tx, option, now).await {
        Err(error) if db::is_constraint(&error, "pairing_options_one_alive") => {
            return Ok(Err(Refusal::OneIsAlive));
        }
        other => other?,
    }
    queries::insert_event(&mut tx, option.id, State::Offered, (option.by, None), now).await?;
    let details = json!({
        "task": option.task, "program": option.program, "fiscal_year": option.year, "yen": option.yen,
        "slot_type": option.slot_type, "decide_by": option.decide_by,
    });
    audit::record(&mut tx, actor, now, Event::new("option.offer", "pairing_option", option.id, details))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes an option a step further.
pub async fn step(
    pool: &PgPool,
    (actor, by): (&Actor, Uuid),
    (option, version): (&OptionRow, i32),
    (step, reason, decision): (Step, Option<&str>, Option<Uuid>),
    (today, now): (NaiveDate, DateTime<Utc>),
) -> sqlx::Result<Result<State, Refusal>> {
    let Some(state) = option.state().after(step) else { return Ok(Err(Refusal::NotFromHere)) };
    match step {
        Step::Release if reason.is_none() => return Ok(Err(Refusal::NoReason)),
        Step::Confirm if reason.is_none() && decision.is_none() => return Ok(Err(Refusal::NoGate)),
        Step::Expire if option.decide_by >= today => return Ok(Err(Refusal::NotYet)),
        _ => {}
    }
    let mut tx = pool.begin().await?;
    match queries::set_state(&mut tx, (option.id, version), state, (reason, decision), now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refusal::Stale)),
        Err(error) if db::is_constraint(&error, "pairing_options_step_allowed") => {
            return Ok(Err(Refusal::NotFromHere));
        }
        Err(error) => return Err(error),
    }
    queries::insert_event(&mut tx, option.id, state, (by, reason), now).await?;
    let details = json!({ "from": option.state, "to": state.code(), "reason": reason, "decision": decision, "task": option.task_id });
    audit::record(&mut tx, actor, now, Event::new("option.step", "pairing_option", option.id, details))
        .await?;
    tx.commit().await?;
    Ok(Ok(state))
}

/// Sets what a program carries in a year.
pub async fn set_book(
    pool: &PgPool,
    actor: &Actor,
    (program, year, version): (Uuid, FiscalYear, i32),
    (slots, budget): (i16, Yen),
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::put_book(&mut tx, (program, year, version), slots, budget).await? {
        return Ok(Err(Refusal::Stale));
    }
    let details = json!({ "fiscal_year": year, "slots": slots, "budget": budget });
    audit::record(&mut tx, actor, now, Event::new("option.book", "program", program, details)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
