//! Making, copying, changing, submitting and discarding scenarios. One action, one transaction, one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::budget::positions::{Place, queries as positions};
use crate::budget::slips::actions::{self as slips, Movement};
use crate::budget::slips::model::{Refusal, SlipId, SlipKind};
use crate::db::submissions;
use crate::kernel::Yen;

use super::model::{MoveId, Scenario, ScenarioId, ScenarioState};
use super::queries;

/// Another scenario of the version has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTaken;

/// Makes a scenario on a version, empty or with the movements of another.
pub async fn create(
    pool: &PgPool,
    actor: &Actor,
    id: ScenarioId,
    (version, name, note): (Uuid, &str, &str),
    copy_of: Option<ScenarioId>,
    (key, location): (&str, &str),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), NameTaken>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, location, now).await? {
        return Ok(Ok(()));
    }
    if !queries::insert(&mut tx, id, (version, name, note), actor.id, now).await? {
        return Ok(Err(NameTaken));
    }
    if let Some(original) = copy_of {
        queries::copy_moves(&mut tx, original, id, now).await?;
    }
    let facts = json!({ "version": version, "name": name, "copy_of": copy_of });
    audit::record(&mut tx, actor, now, Event::new("budget.scenario.create", "budget_scenario", id, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Adds a movement to a draft.
pub async fn add_move(
    pool: &PgPool,
    actor: &Actor,
    id: ScenarioId,
    (from, to, amount, reason): (&Place, &Place, Yen, &str),
    (key, location): (&str, &str),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, location, now).await? {
        return Ok(Ok(()));
    }
    if !queries::touch(&mut tx, id).await? {
        return Ok(Err(Refusal::Stale));
    }
    let ends = (positions::ensure(&mut tx, from).await?, positions::ensure(&mut tx, to).await?);
    if let Err(error) =
        queries::insert_move(&mut tx, (MoveId::new(), id), (ends.0, ends.1, amount, reason), now).await
    {
        return slips::refused(error);
    }
    let facts = json!({ "from": from.code(), "to": to.code(), "yen": amount.0, "reason": reason });
    audit::record(&mut tx, actor, now, Event::new("budget.scenario.move", "budget_scenario", id, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes a movement out of a draft; one that is not there changes nothing.
pub async fn remove_move(
    pool: &PgPool,
    actor: &Actor,
    (id, row): (ScenarioId, MoveId),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::touch(&mut tx, id).await? {
        return Ok(Err(Refusal::Stale));
    }
    if !queries::delete_move(&mut tx, id, row).await? {
        return Ok(Ok(()));
    }
    let facts = json!({ "move": row });
    audit::record(&mut tx, actor, now, Event::new("budget.scenario.remove", "budget_scenario", id, facts))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Makes proposed slips of all movements: the only way from a scenario towards the figures.
pub async fn submit(
    pool: &PgPool,
    actor: &Actor,
    (scenario, version): (&Scenario, i32),
    authority: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<usize, Refusal>> {
    if let Some(refusal) = scenario.submission_refusal() {
        return Ok(Err(refusal));
    }
    let mut tx = pool.begin().await?;
    if !queries::end(&mut tx, (scenario.id, version), ScenarioState::Submitted, actor.id, now).await? {
        return Ok(Err(Refusal::Stale));
    }
    for m in &scenario.moves {
        let movement = Movement {
            kind: if m.from.year == m.to.year { SlipKind::Movement } else { SlipKind::CarryOver },
            from: &m.from,
            to: &m.to,
            amount: m.amount,
            reason: &m.reason,
            authority,
            scenario: Some(scenario.id.0),
        };
        if let Err(error) = slips::write(&mut tx, actor, SlipId::new(), &movement, now).await {
            return slips::refused(error);
        }
    }
    let facts = json!({ "slips": scenario.moves.len(), "yen": scenario.moved().0, "authority": authority });
    audit::record(
        &mut tx,
        actor,
        now,
        Event::new("budget.scenario.submit", "budget_scenario", scenario.id, facts),
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(scenario.moves.len()))
}

/// Discards a draft; it stays on record.
pub async fn discard(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (ScenarioId, i32),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::end(&mut tx, (id, version), ScenarioState::Discarded, actor.id, now).await? {
        return Ok(Err(Refusal::Stale));
    }
    audit::record(
        &mut tx,
        actor,
        now,
        Event::new("budget.scenario.discard", "budget_scenario", id, json!({})),
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(()))
}
