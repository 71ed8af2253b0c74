//! Sessions at the assignment, solved: versions of every aim, a lock with its price, a pair on the table, voices, and a
//! proposal for the adjustment fund. Everything goes through the actions that people use.

use anyhow::Context;
use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::Actor;
use crate::kernel::FiscalYear;
use crate::kernel::clock::today_in_japan;
use crate::matching::solutions::actions::{self, Asker, LockChange};
use crate::matching::solutions::adjustment::adjustment;
use crate::matching::solutions::queries::{self, Head, NewProposal};
use crate::matching::solutions::{Aim, Run};

/// Fills the assignment of sessions.
pub async fn fill(pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<()> {
    let Some(unit) = account(pool, "unit@demo.nakadachi.example").await? else { return Ok(()) };
    let ids = sqlx::query_scalar!(
        "SELECT id FROM matching_sessions WHERE state = 'solved' ORDER BY created_at, id LIMIT 20"
    )
    .fetch_all(pool)
    .await?;
    for id in ids {
        let head = queries::head(pool, id).await?.context("a session that was just found")?;
        solve(pool, &head, &unit, now).await.with_context(|| format!("solving session {}", head.name))?;
    }
    Ok(())
}

async fn account(pool: &PgPool, email: &str) -> sqlx::Result<Option<Actor>> {
    let row =
        sqlx::query!("SELECT id, email FROM users WHERE email = $1", email).fetch_optional(pool).await?;
    Ok(row.map(|r| Actor { id: Some(r.id), label: r.email, request_id: None }))
}

async fn solve(pool: &PgPool, head: &Head, unit: &Actor, now: DateTime<Utc>) -> anyhow::Result<()> {
    let run = |aim| Run { aim, ..Run::default() };
    let at = |minutes| now - Duration::minutes(minutes);
    let key = |word: &str| format!("demo-{word}-{}", head.id);
    let steps = [
        (run(Aim::Stable), "安定マッチングとの比較", "stable", 190),
        (run(Aim::Bottleneck), "最も低い組を底上げ", "bottleneck", 180),
        (run(Aim::MaxSum), "会議に出す案", "first", 170),
    ];
    for (run, note, word, minutes) in steps {
        let key = key(word);
        let asker = Asker { actor: unit, key: &key, now: at(minutes) };
        let done = actions::solve(pool, head, &run, LockChange::None, note, asker).await?;
        done.map_err(|said| anyhow::anyhow!("{said}"))?;
    }
    let Some(version) = queries::versions(pool, head.id, 1).await?.into_iter().next() else { return Ok(()) };
    let chosen = queries::chosen(pool, version.id).await?;
    let placed: Vec<Uuid> = chosen.iter().map(|c| c.task).collect();
    let candidates = queries::candidates(pool, head.id, now).await?;
    // The most valuable pair of a task without a place is what a meeting argues about.
    let waiting = candidates
        .iter()
        .filter(|c| !c.is_refused() && !placed.contains(&c.task))
        .max_by_key(|c| (c.parts(&Run::default()).total(), c.task));
    if let Some(pair) = waiting {
        let reason = "昨年度の合同会議で継続支援を約束しているため".to_owned();
        let change = LockChange::Set { task: pair.task, slot: pair.slot, forbid: false, reason };
        let key = key("lock");
        let asker = Asker { actor: unit, key: &key, now: at(60) };
        let done = actions::solve(pool, head, &run(Aim::MaxSum), change, "固定を1件追加", asker).await?;
        done.map_err(|said| anyhow::anyhow!("{said}"))?;
    }
    if let Some(pair) = chosen.first() {
        actions::put_on_table(pool, head, Some((pair.task, pair.slot)), unit, at(20)).await?;
        for (email, vote) in [("ps", "for"), ("po", "for"), ("ps-next", "against"), ("pd", "abstain")] {
            let Some(actor) = account(pool, &format!("{email}@demo.nakadachi.example")).await? else {
                continue;
            };
            let Some(id) = actor.id else { continue };
            let pair = (pair.task, pair.slot);
            let done = actions::vote(pool, head, pair, id.into(), vote, &actor, at(15)).await?;
            done.map_err(|said| anyhow::anyhow!("{said}"))?;
        }
    }
    propose(pool, head, unit, at(10)).await
}

/// A proposal with the gain that the stored question gives.
async fn propose(pool: &PgPool, head: &Head, unit: &Actor, now: DateTime<Utc>) -> anyhow::Result<()> {
    let Some(version) =
        queries::versions(pool, head.id, 9).await?.into_iter().find(|v| v.note == "会議に出す案")
    else {
        return Ok(());
    };
    let (margins, prices) = actions::margins(pool, version.id).await?;
    let slots = queries::slots(pool, head.id).await?;
    let gains = margins.into_iter().flatten().filter_map(|m| {
        let slot = Uuid::parse_str(&m.at).ok()?;
        Some((m.one_more_place.millionths()?, slot))
    });
    let Some((gain, slot)) = gains.max().filter(|(gain, _)| *gain > 0) else { return Ok(()) };
    let Some(named) = slots.iter().find(|s| s.id == slot) else { return Ok(()) };
    let proposal = NewProposal {
        id: Uuid::now_v7(),
        session: head.id,
        solution: version.id,
        slot,
        program: named.program_id,
        kind: "place",
        slots: 1,
        amount_yen: prices.get(&slot).copied().unwrap_or(0).max(1),
        gain,
        reason: "行き先のない課題のうち評価値が最も高いものを受け入れるため",
        by: unit.id,
        adjustment: Uuid::now_v7(),
    };
    let adjustment =
        adjustment((head, &version, named), &proposal, None, FiscalYear::containing(today_in_japan(now)));
    actions::propose(pool, &proposal, &adjustment, unit, now).await?;
    Ok(())
}
