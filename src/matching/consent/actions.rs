//! Asking for consent, answering, and the transfer of an agreed task.

use std::collections::HashSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::Actor;
use crate::db::Tx;
use crate::kernel::clock::today_in_japan;
use crate::kernel::{AgreementId, FiscalYear, MatchingSessionId, Said, SuccessorLinkId, TaskId, UserId, Yen};
use crate::matching::sessions::actions::{Done, Stopped, record, take};
use crate::matching::sessions::{Step, queries as sessions};
use crate::portfolio::succession::{self, NewLink, NextTask};

use super::model::{Agreement, Answer, Consent, DeclineReason, Made, Party, follows, parties};
use super::queries::{self, Line};

/// Days for consent where the session names no date.
const DAYS: u64 = 21;

/// A pair of the adopted solution: task and slot of the session.
pub type Adopted = (Uuid, Uuid);

/// Adopts pairs inside the caller's transaction: the session goes to consent, and everybody concerned is asked. A task
/// that has an agreement alive (agreed before another solution was sought) keeps it. Returns how many are new.
///
/// # Errors
/// A pair that is not an eligible pair of the session is refused, and nothing of it is written with the transaction.
pub async fn open(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    (solution, pairs): (Option<Uuid>, &[Adopted]),
    consent_until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<usize, Stopped>> {
    if let Err(stopped) = take(tx, id, Step::AskConsent, now).await? {
        return Ok(Err(stopped));
    }
    let today = today_in_japan(now);
    let until = consent_until.filter(|until| *until >= today).unwrap_or(today + Days::new(DAYS));
    queries::set_until(tx, id, until).await?;
    let sides = queries::sides(tx, id, pairs).await?;
    if sides.len() != pairs.len() {
        return Ok(Err(Stopped::Said(Said::new(
            "適格でない組合せが含まれています。",
            "A pair of the solution is not eligible.",
        ))));
    }
    let agreements: Vec<(AgreementId, Uuid, Uuid)> =
        sides.iter().map(|s| (AgreementId::new(), s.task, s.slot)).collect();
    let new: HashSet<AgreementId> =
        queries::insert(tx, id, solution, &agreements, now).await?.into_iter().collect();
    let asked: Vec<(AgreementId, Party, Uuid)> = agreements
        .iter()
        .zip(&sides)
        .filter(|((agreement, ..), _)| new.contains(agreement))
        .flat_map(|((agreement, ..), s)| {
            parties(s.programs, s.projects).into_iter().map(|(party, scope)| (*agreement, party, scope))
        })
        .collect();
    queries::ask(tx, &asked, until).await?;
    Ok(Ok(new.len()))
}

/// What a party says.
pub enum Reply {
    Give,
    Decline { reason: DeclineReason, note: Option<String> },
}

/// Answers for every party of an agreement that the viewer speaks for; what was answered stays. Returns where the
/// agreement stands then.
pub async fn reply(
    pool: &PgPool,
    actor: &Actor,
    by: UserId,
    (agreement, speaks_for): (AgreementId, &[Party]),
    reply: &Reply,
    now: DateTime<Utc>,
) -> Done<Agreement> {
    let today = today_in_japan(now);
    let mut tx = pool.begin().await?;
    let Some((session, state)) = queries::lock(&mut tx, agreement).await? else {
        return Ok(Err(Stopped::Stale));
    };
    let mut consents = queries::consents(&mut tx, agreement).await?;
    if state != Agreement::Proposed || follows(&consents, today) == Agreement::Expired {
        return Ok(Err(Stopped::Said(Said::new(
            "この合意はすでに決着したか、期限を過ぎています。",
            "The agreement is settled already, or its date has passed.",
        ))));
    }
    let (answer, reason, note) = match reply {
        Reply::Give => (Answer::Given, None, None),
        Reply::Decline { reason, note } => (Answer::Declined, Some(reason.code()), note.as_deref()),
    };
    let waits = |c: &&mut Consent| c.answer == Answer::Waiting && speaks_for.contains(&c.party);
    let mut answered = Vec::new();
    for consent in consents.iter_mut().filter(waits) {
        queries::answer(&mut tx, (agreement, consent.party), answer, (reason, note), by, now).await?;
        consent.answer = answer;
        answered.push(consent.party.code());
    }
    let next = follows(&consents, today);
    if answered.is_empty() {
        return Ok(Ok(next));
    }
    if next != Agreement::Proposed {
        queries::settle(&mut tx, agreement, next, now).await?;
    }
    sessions::touch(&mut tx, session, now).await?;
    let details = json!({ "agreement": agreement, "parties": answered, "answer": answer.code(), "reason": reason,
                          "state": next.code() });
    record(&mut tx, actor, now, "session.consent.reply", session, details).await?;
    tx.commit().await?;
    Ok(Ok(next))
}

/// Settles what nobody answered in time.
pub async fn expire(
    pool: &PgPool,
    actor: &Actor,
    id: MatchingSessionId,
    now: DateTime<Utc>,
) -> anyhow::Result<u64> {
    let mut tx = pool.begin().await?;
    sessions::lock(&mut tx, id).await?;
    let expired = queries::expire(&mut tx, id, today_in_japan(now), now).await?;
    if expired > 0 {
        sessions::touch(&mut tx, id, now).await?;
        record(&mut tx, actor, now, "session.consent.expire", id, json!({ "expired": expired })).await?;
        tx.commit().await?;
    }
    Ok(expired)
}

/// Where an agreed task goes on.
pub enum Destination {
    /// A task that exists.
    Existing(Uuid),
    /// A new one in the receiving program.
    New { title_ja: String, starts_on: NaiveDate, ends_on: NaiveDate, amount: Yen },
}

/// Moves an agreed task: the next task is made or linked, with evidence, and counts in the indicators.
pub async fn transfer(
    pool: &PgPool,
    actor: &Actor,
    line: &Line,
    (destination, evidence): (&Destination, &str),
    now: DateTime<Utc>,
) -> Done<SuccessorLinkId> {
    let mut tx = pool.begin().await?;
    match queries::lock(&mut tx, line.id).await? {
        Some((_, Agreement::Agreed)) => {}
        Some(_) => {
            return Ok(Err(Stopped::Said(Said::new(
                "合意済みで、まだ移行していない課題だけを移行できます。",
                "Only a task that is agreed and has not moved yet can be transferred.",
            ))));
        }
        None => return Ok(Err(Stopped::Stale)),
    }
    let (next, starts_on) = match destination {
        Destination::Existing(id) => match queries::start_of(&mut tx, *id).await? {
            Some((starts_on, program)) if program == line.down_program && *id != line.task_id => {
                let before = queries::start_of(&mut tx, line.task_id).await?;
                if before.is_some_and(|(from, _)| starts_on <= from) {
                    return Ok(Err(Stopped::Said(Said::new(
                        format!(
                            "後続課題には、元の課題より後に始まる課題を選んでください（選んだ課題の開始日：{starts_on}）。"
                        ),
                        format!(
                            "Choose a task that starts after the one it continues; this one starts on {starts_on}."
                        ),
                    ))));
                }
                (*id, starts_on)
            }
            _ => {
                return Ok(Err(Stopped::Said(Said::new(
                    "受入事業の課題を選んでください。",
                    "Choose a task of the receiving program.",
                ))));
            }
        },
        Destination::New { title_ja, starts_on, ends_on, amount } => {
            let next = NextTask {
                from: line.task_id,
                program: line.down_program,
                project: line.down_project,
                title_ja,
                starts_on: *starts_on,
                ends_on: *ends_on,
                phase_ids: line.phase_ids.get(..1).unwrap_or_default(),
                amount: *amount,
            };
            (succession::actions::create_next(&mut tx, &next, now).await?.0, *starts_on)
        }
    };
    let kind = if line.up_program == line.down_program { "hand_over" } else { "matching" };
    let new = NewLink {
        from: line.task_id,
        to: next,
        kind,
        linked_on: today_in_japan(now),
        fiscal_year: FiscalYear::containing(starts_on),
        evidence,
        by: actor.id,
    };
    let linked = succession::actions::link(&mut tx, &new).await?;
    let made = match destination {
        Destination::New { .. } => Made::Task,
        Destination::Existing(_) if linked.is_new => Made::Link,
        Destination::Existing(_) => Made::Nothing,
    };
    let link = linked.id;
    queries::transferred(&mut tx, line.id, (link, made), now).await?;
    sessions::touch(&mut tx, line.session_id, now).await?;
    let created = made == Made::Task;
    let details = json!({ "agreement": line.id, "task": line.task_id, "next": next, "created": created, "kind": kind,
                          "link": link, "evidence": evidence });
    record(&mut tx, actor, now, "session.transfer", line.session_id, details).await?;
    tx.commit().await?;
    Ok(Ok(link))
}

/// Takes a transfer back that was recorded wrongly: the agreement is agreed as before, the link counts no longer, and a
/// task that the transfer made is removed while it is as it was made.
pub async fn take_back(
    pool: &PgPool,
    actor: &Actor,
    line: &Line,
    reason: &str,
    now: DateTime<Utc>,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    if queries::lock(&mut tx, line.id).await?.is_none() {
        return Ok(Err(Stopped::Stale));
    }
    let Some(was) = queries::transfer_of(&mut tx, line.id).await? else {
        return Ok(Err(Stopped::Said(Said::new(
            "移行は記録されていないか、すでに取り消されています。",
            "No transfer is recorded, or it was taken back already.",
        ))));
    };
    queries::not_transferred(&mut tx, line.id, now).await?;
    if was.made != Made::Nothing {
        succession::actions::unlink(&mut tx, was.link).await?;
    }
    if was.made == Made::Task && !succession::actions::remove_next(&mut tx, TaskId(was.next)).await? {
        return Ok(Err(Stopped::Said(Said::new(
            "移行で登録した後続課題は、その後に編集されたか、意見・マイルストーンなどの記録があります。\
             記録を取り下げるか、後続課題の画面で直してください。",
            "The next task was edited since, or has records such as opinions or milestones. Withdraw those first, or \
             correct the task on its own page.",
        ))));
    }
    sessions::touch(&mut tx, line.session_id, now).await?;
    let details = json!({ "agreement": line.id, "task": line.task_id, "next": was.next, "link": was.link,
                          "made": was.made.code(), "reason": reason });
    record(&mut tx, actor, now, "session.transfer.undo", line.session_id, details).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
