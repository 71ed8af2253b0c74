//! Solving, locking, voting, leading the meeting, adopting. Each action is one transaction, one audit entry, and one
//! word to every open page.

use std::collections::{BTreeSet, HashMap};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::budget;
use crate::db::{Tx, events, submissions};
use crate::kernel::{Said, UserId};
use crate::matching::consent::{self, actions::Adopted};
use crate::matching::engine::{MarginalValue, SessionFile};
use crate::matching::sessions::{State, actions::Stopped};

use super::compute::{self, Computed, LockAsked};
use super::model::Run;
use super::queries::{self, Head, LockHead, NewLock, NewProposal, NewVersion, Version};
use super::question::{Fixed, Material};

/// The topic of a session's live pages.
pub fn topic(session: Uuid) -> String {
    format!("session:{session}")
}

/// Parts of the live pages.
pub const SOLUTION: &str = "solution";
pub const LOCKS: &str = "locks";
pub const VOTES: &str = "votes";
pub const TABLE: &str = "table";

/// What comes of an action that may be refused.
pub type Done<T> = anyhow::Result<Result<T, Said>>;

/// How often a run begins again because somebody else changed the locks meanwhile.
const TRIES: usize = 4;

/// A change of locks that comes with a run.
#[derive(Clone, Debug)]
pub enum LockChange {
    None,
    Set { task: Uuid, slot: Uuid, forbid: bool, reason: String },
    Lift { lock: Uuid, task: Uuid, slot: Uuid },
}

/// Who asks, with the key of the form.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    pub actor: &'a Actor,
    pub key: &'a str,
    pub now: DateTime<Utc>,
}

/// Solves the session and stores the version; with a change of locks, both or neither. Gives the new version's id.
pub async fn solve(
    pool: &PgPool,
    head: &Head,
    run: &Run,
    change: LockChange,
    note: &str,
    asker: Asker<'_>,
) -> Done<Uuid> {
    for _ in 0..TRIES {
        let (mut material, mut locks) = question(pool, head.id, run, asker.now).await?;
        let before = in_force(&material.fixed);
        let new_lock = Uuid::now_v7();
        if let Err(said) = apply(&mut material, &mut locks, &change, new_lock) {
            return Ok(Err(said));
        }
        let record = record(head, run, (&locks, &material.fixed), note, asker);
        let (run_, locks_) = (run.clone(), locks.clone());
        let computed =
            tokio::task::spawn_blocking(move || compute::compute(&material, &run_, &locks_, record))
                .await
                .context("solving")?;
        let computed = match computed {
            Ok(computed) => computed,
            Err(bad) => return Ok(Err(Said::new(bad.words.ja, bad.words.en))),
        };
        let mut tx = pool.begin().await?;
        if let Err(said) = hold_for_solving(&mut tx, head.id).await? {
            return Ok(Err(said));
        }
        if in_force(&queries::fixed(&mut *tx, head.id).await?) != before {
            continue;
        }
        if !submissions::claim(&mut tx, asker.key, asker.actor.id, "", asker.now).await? {
            return Ok(Ok(latest(pool, head.id).await?));
        }
        let id = Uuid::now_v7();
        let version = queries::next_version(&mut tx, head.id).await?;
        write_lock(&mut tx, head.id, &change, new_lock, asker).await?;
        write_version(&mut tx, id, head.id, version, run, &computed, note, asker).await?;
        let details = json!({
            "version": version, "aim": run.aim, "weights": run.weights, "file": computed.file.hash,
            "placed": computed.pairs.len(), "lock": lock_details(&change, new_lock),
        });
        if !matches!(change, LockChange::None) {
            events::notify(&mut tx, &topic(head.id), LOCKS, version.into()).await?;
        }
        events::notify(&mut tx, &topic(head.id), SOLUTION, version.into()).await?;
        let event = Event::new("matching.solve", "matching_session", head.id, details);
        audit::record(&mut tx, asker.actor, asker.now, event).await?;
        tx.commit().await?;
        return Ok(Ok(id));
    }
    Ok(Err(Said::new(
        "他の人が固定・禁止を変更し続けています。少し待って、もう一度実行してください。",
        "Others keep changing locks; wait a moment and try again.",
    )))
}

async fn latest(pool: &PgPool, session: Uuid) -> anyhow::Result<Uuid> {
    let versions = queries::versions(pool, session, 1).await?;
    versions.first().map(|v| v.id).context("a form that was used before has left its version")
}

async fn hold_for_solving(tx: &mut Tx<'_>, session: Uuid) -> sqlx::Result<Result<(), Said>> {
    let (state, _) = queries::hold(tx, session).await?;
    Ok(match State::from_code(&state) {
        Some(State::Solved) => Ok(()),
        _ => Err(not_at_assignment()),
    })
}

/// Why nothing can be solved or locked now.
pub fn not_at_assignment() -> Said {
    Said::new(
        "割当ての段階でないため、実行できません。意向の回答が開いた後に割当てを始められます。",
        "Only while the session is at the assignment; it begins when the answers are open.",
    )
}

/// The material of a run, and the locks in force whose price can be asked: no agreement stands above them.
pub async fn question(
    pool: &PgPool,
    session: Uuid,
    run: &Run,
    now: DateTime<Utc>,
) -> anyhow::Result<(Material, Vec<LockAsked>)> {
    let material = queries::material(pool, session, run.earlier, now).await?;
    let locks = queries::locks(pool, session, None).await?;
    let settled = |task, slot| material.fixed.iter().any(|f| f.settled && f.is_about(task, slot));
    let locks = locks
        .into_iter()
        .filter(|lock| lock.is_lock() && !settled(lock.task, lock.slot))
        .map(|lock| LockAsked { id: lock.id, task: lock.task, slot: lock.slot })
        .collect();
    Ok((material, locks))
}

fn in_force(fixed: &[Fixed]) -> BTreeSet<(Uuid, Uuid, bool, bool)> {
    fixed.iter().map(|f| (f.task, f.slot, f.forbid, f.settled)).collect()
}

/// Changes the locks of the question, or says why not.
fn apply(
    material: &mut Material,
    locks: &mut Vec<LockAsked>,
    change: &LockChange,
    id: Uuid,
) -> Result<(), Said> {
    match change {
        LockChange::None => Ok(()),
        LockChange::Lift { lock, task, slot } => {
            locks.retain(|other| other.id != *lock);
            material.fixed.retain(|f| f.settled || !f.is_about(*task, *slot));
            Ok(())
        }
        LockChange::Set { task, slot, forbid, .. } => {
            if let Some(said) = settled_refusal(&material.fixed, *task, *slot) {
                return Err(said);
            }
            if material.fixed.iter().any(|f| f.is_about(*task, *slot)) {
                return Err(Said::new(
                    "この組はすでに固定または禁止されています。先に解除してください。",
                    "This pair is already locked or forbidden; lift that first.",
                ));
            }
            let candidate = material.candidates.iter().find(|c| (c.task, c.slot) == (*task, *slot));
            if candidate.is_none_or(|c| c.is_refused()) {
                return Err(Said::new(
                    "この組は候補にないか、どちらかが「見送り」としているため、固定・禁止できません。",
                    "This pair is no candidate, or a side has refused it: it cannot be locked or forbidden.",
                ));
            }
            locks.push(LockAsked { id, task: *task, slot: *slot });
            material.fixed.push(Fixed { task: *task, slot: *slot, forbid: *forbid, settled: false });
            Ok(())
        }
    }
}

/// Why a pair cannot be locked or forbidden any more: it was declined, or its task goes on already.
fn settled_refusal(fixed: &[Fixed], task: Uuid, slot: Uuid) -> Option<Said> {
    if fixed.iter().any(|f| f.is_agreed() && f.task == task) {
        return Some(Said::new(
            "この課題は合意済みまたは移行済みのため、固定・禁止できません。",
            "The task is agreed or transferred already: its pairs cannot be locked or forbidden.",
        ));
    }
    fixed.iter().any(|f| f.settled && f.is_about(task, slot)).then(|| {
        Said::new(
            "この組は辞退されているため、固定・禁止できません。",
            "The pair was declined: it cannot be locked or forbidden.",
        )
    })
}

fn record(
    head: &Head,
    run: &Run,
    (locks, fixed): (&[LockAsked], &[Fixed]),
    note: &str,
    asker: Asker<'_>,
) -> Value {
    let settled = fixed.iter().filter(|f| f.settled);
    json!({
        "session": { "id": head.id, "name": head.name, "fiscal_year": head.fiscal_year },
        "rules_version": head.rules_version,
        "thesaurus": { "version": head.thesaurus_version, "hash": head.thesaurus_hash },
        "run": run,
        "scale": run.weights.words(crate::kernel::Language::En),
        "locks": locks.iter().map(|lock| json!({ "id": lock.id, "task": lock.task, "slot": lock.slot })).collect::<Vec<_>>(),
        "settled": settled
            .map(|f| json!({ "task": f.task, "slot": f.slot, "declined": f.forbid }))
            .collect::<Vec<_>>(),
        "note": note,
        "by": asker.actor.label,
        "at": asker.now,
    })
}

fn lock_details(change: &LockChange, id: Uuid) -> Value {
    match change {
        LockChange::None => Value::Null,
        LockChange::Set { task, slot, forbid, .. } => {
            json!({ "set": id, "task": task, "slot": slot, "kind": if *forbid { "forbid" } else { "lock" } })
        }
        LockChange::Lift { lock, task, slot } => json!({ "lifted": lock, "task": task, "slot": slot }),
    }
}

async fn write_lock(
    tx: &mut Tx<'_>,
    session: Uuid,
    change: &LockChange,
    id: Uuid,
    asker: Asker<'_>,
) -> sqlx::Result<()> {
    match change {
        LockChange::None => Ok(()),
        LockChange::Set { task, slot, forbid, reason } => {
            let kind = if *forbid { "forbid" } else { "lock" };
            let lock = NewLock { id, session, task: *task, slot: *slot, kind, reason, by: asker.actor.id };
            queries::insert_lock(tx, &lock, asker.now).await
        }
        LockChange::Lift { lock, .. } => {
            queries::lift_lock(tx, *lock, asker.actor.id, asker.now).await.map(|_| ())
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one row")]
pub(super) async fn write_version(
    tx: &mut Tx<'_>,
    id: Uuid,
    session: Uuid,
    version: i32,
    run: &Run,
    computed: &Computed,
    note: &str,
    asker: Asker<'_>,
) -> anyhow::Result<()> {
    let new = NewVersion {
        id,
        session,
        version,
        objective: run.aim.code(),
        status: compute::status_code(computed.solution.status),
        weights: &serde_json::to_value(run)?,
        value: compute::millionths(computed.solution.objective),
        bound: compute::millionths(computed.solution.bound),
        conflict: &computed.conflict,
        blocking: &computed.blocking,
        inputs_hash: &computed.inputs_hash,
        file_hash: &computed.file.hash,
        solver_version: compute::solver_version(),
        verdict: computed.verdict,
        verdict_words: &computed.verdict_words,
        milliseconds: computed.milliseconds,
        note,
        by: asker.actor.id,
        file: &computed.file.to_json(),
        pairs: &computed.pairs,
        lock_costs: &computed.lock_costs,
    };
    queries::insert_version(tx, &new, asker.now).await?;
    Ok(())
}

/// Lifts a lock and solves again.
pub async fn lift(
    pool: &PgPool,
    head: &Head,
    run: &Run,
    lock: &LockHead,
    note: &str,
    asker: Asker<'_>,
) -> Done<Uuid> {
    let change = LockChange::Lift { lock: lock.id, task: lock.task, slot: lock.slot };
    solve(pool, head, run, change, note, asker).await
}

/// Gives or changes a voice on a pair.
pub async fn vote(
    pool: &PgPool,
    head: &Head,
    pair: (Uuid, Uuid),
    voter: UserId,
    vote: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if let Err(said) = hold_for_solving(&mut tx, head.id).await? {
        return Ok(Err(said));
    }
    queries::put_vote(&mut tx, head.id, pair, voter, vote, now).await?;
    events::notify(&mut tx, &topic(head.id), VOTES, 0).await?;
    let details = json!({ "task": pair.0, "slot": pair.1, "vote": vote });
    audit::record(&mut tx, actor, now, Event::new("matching.vote", "matching_session", head.id, details))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Puts a pair on the table for everybody, or clears it.
pub async fn put_on_table(
    pool: &PgPool,
    head: &Head,
    pair: Option<(Uuid, Uuid)>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    let version = queries::put_meeting(&mut tx, head.id, pair, actor.id, now).await?;
    events::notify(&mut tx, &topic(head.id), TABLE, version.into()).await?;
    let details = json!({ "task": pair.map(|p| p.0), "slot": pair.map(|p| p.1) });
    audit::record(&mut tx, actor, now, Event::new("matching.table", "matching_session", head.id, details))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Hands what one more slot or 10 M yen would gain to the adjustment ledger as a proposal, in whose audit entry it stands.
/// False: this version's proposal for this slot was made before.
pub async fn propose(
    pool: &PgPool,
    proposal: &NewProposal<'_>,
    adjustment: &budget::ledger::NewProposal,
    actor: &Actor,
    now: DateTime<Utc>,
) -> anyhow::Result<bool> {
    let mut tx = pool.begin().await?;
    if !queries::insert_proposal(&mut tx, proposal, now).await? {
        return Ok(false);
    }
    budget::ledger::propose_in(&mut tx, actor, adjustment, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Adopts a version: each of its pairs becomes an agreement that waits for consent, unless it was agreed before,
/// and the session goes on to consent. A version that does not keep the locks and agreements of now is refused.
pub async fn adopt(
    pool: &PgPool,
    head: &Head,
    version: &Version,
    until: NaiveDate,
    asker: Asker<'_>,
) -> Done<()> {
    let chosen = queries::chosen(pool, version.id).await?;
    let mut tx = pool.begin().await?;
    if let Err(said) = hold_for_solving(&mut tx, head.id).await? {
        return Ok(Err(said));
    }
    if version.status == "infeasible" || chosen.is_empty() {
        return Ok(Err(Said::new(
            "割当てのない版は採用できません。",
            "A version without pairs cannot be adopted.",
        )));
    }
    let fixed = queries::fixed(&mut *tx, head.id).await?;
    if !fixed.iter().all(|f| f.is_kept_by(chosen.iter().map(|c| (c.task, c.slot)))) {
        return Ok(Err(Said::new(
            "この版は、いまの固定・禁止・合意・辞退を守っていません。計算し直した版を採用してください。",
            "This version does not keep the locks, forbids and agreements in force; solve again and adopt that one.",
        )));
    }
    if !submissions::claim(&mut tx, asker.key, asker.actor.id, "", asker.now).await? {
        return Ok(Ok(()));
    }
    let pairs: Vec<Adopted> = chosen.iter().map(|c| (c.task, c.slot)).collect();
    let adopted = (Some(version.id), pairs.as_slice());
    let opened = consent::actions::open(&mut tx, head.id.into(), adopted, Some(until), asker.now).await?;
    let agreements = match opened {
        Ok(agreements) => agreements,
        Err(stopped) => return Ok(Err(said_of(stopped))),
    };
    events::notify(&mut tx, &topic(head.id), "", version.version.into()).await?;
    let details = json!({ "version": version.version, "file": version.file_hash, "agreements": agreements, "until": until });
    let event = Event::new("matching.adopt", "matching_session", head.id, details);
    audit::record(&mut tx, asker.actor, asker.now, event).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn said_of(stopped: Stopped) -> Said {
    match stopped {
        Stopped::Stale => Said::new(
            "他の人がセッションを変更しました。画面を開き直してください。",
            "Somebody else changed the session; reopen the page.",
        ),
        Stopped::Refused(refusal) => refusal.into(),
        Stopped::Until(said) | Stopped::Said(said) => said,
    }
}

/// What one more place and 10 M yen more gain at each slot of a version, by solving again (nothing without a proven best),
/// and the dearest candidate of each slot: the money that one more place needs.
pub async fn margins(
    pool: &PgPool,
    solution: Uuid,
) -> anyhow::Result<(Option<Vec<MarginalValue>>, HashMap<Uuid, i64>)> {
    let text = queries::file(pool, solution).await?;
    tokio::task::spawn_blocking(move || {
        let file = SessionFile::from_json(&text).context("reading a stored session file")?;
        Ok(compute::margins(&file))
    })
    .await
    .context("looking at margins")?
}
