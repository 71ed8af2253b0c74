//! What the forms of solutions do: solve, lock, lift, vote, put on the table, adopt.

use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{Said, Text};
use crate::matching::engine::Scaled;
use crate::web::{Acting, Cx, FieldErrors, Outcome, PageError, Redirected, Scoped, Submitted, Visible};

use super::super::actions::{self, Asker, LockChange};
use super::super::model::{self, Aim, Run, Weights};
use super::super::queries::{self, Head, LockHead};
use super::super::routes;
use super::super::view::{self, Seen, Solved, run_of};
use super::show::{RunForm, TypedForms, show_with_forms};

impl Scoped for LockHead {
    type Id = Uuid;

    async fn find(cx: &Cx, id: Uuid) -> anyhow::Result<Option<Self>> {
        let Some(lock) = queries::lock_in_force(cx.pool(), id).await? else { return Ok(None) };
        let Some(head) = Head::find(cx, lock.session).await? else { return Ok(None) };
        Ok(Seen::of(cx, head).await?.knows(lock.task, lock.slot).then_some(lock))
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!model::leads(&cx.viewer.rights)).then(|| {
            Said::new(
                "固定・禁止を解除できるのは戦略策定・実施ユニットです。",
                "The strategy unit lifts locks.",
            )
        })
    }
}

pub async fn solve(cx: Cx, head: Acting<Head>, Submitted(form): Submitted<RunForm>) -> Outcome {
    let head = head.into_inner();
    let (run, note) = match parse(&cx, &form) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let typed = TypedForms { run: Some(form), errors, ..TypedForms::default() };
            return show_with_forms(&cx, head, None, typed).await;
        }
    };
    let actor = cx.actor();
    let asker = Asker { actor: &actor, key: &form.key, now: cx.now };
    match actions::solve(cx.pool(), &head, &run, LockChange::None, &note, asker).await? {
        Ok(id) => Ok(Redirected::to(routes::solution_path(id))
            .saying(cx.l.t("新しい版を計算しました。", "A new version is solved."))
            .into_response()),
        Err(said) => Err(PageError::Refused(said)),
    }
}

fn parse(cx: &Cx, form: &RunForm) -> Result<(Run, String), FieldErrors> {
    let l = cx.l;
    let mut errors = FieldErrors::new();
    let aim = errors.check(
        "aim",
        l.t("目的", "Aim"),
        Aim::from_code(&form.aim).ok_or_else(|| Said::new("目的を選んでください。", "Choose an aim.")),
    );
    let whole = |text: &str| {
        text.trim().parse::<u8>().map_err(|_| {
            Said::new("0から100の整数で入力してください。", "Enter a whole number from 0 to 100.")
        })
    };
    let affinity = errors.check("affinity", l.t("親和度", "Affinity"), whole(&form.affinity));
    let upstream = errors.check("upstream", l.t("送り出す側", "Sending side"), whole(&form.upstream));
    let receiving = errors.check("receiving", l.t("受け入れる側", "Receiving side"), whole(&form.receiving));
    let weights = match affinity.zip(upstream).zip(receiving) {
        Some(((a, u), r)) => errors.check("affinity", l.t("重み", "Weights"), Weights::new(a, u, r)),
        None => None,
    };
    let penalty = errors.check("penalty", l.t("変更の代償", "Change penalty"), penalty(&form.penalty));
    let earlier = match form.earlier.trim() {
        "" => Some(None),
        text => errors
            .check(
                "earlier",
                l.t("比べる版", "Earlier version"),
                text.parse::<i32>()
                    .map_err(|_| Said::new("版の番号を入力してください。", "Enter the number of a version.")),
            )
            .map(Some),
    };
    let note = errors.check("note", l.t("覚え書き", "Note"), Text::<500>::optional(&form.note));
    let all = aim.zip(weights).zip(penalty).zip(earlier).zip(note);
    let ((((aim, weights), change_penalty), earlier), note) = errors.finish(all)?;
    let run = Run { aim, weights, minimums: form.minimums == "true", change_penalty, earlier };
    Ok((run, note.map(Text::into_string).unwrap_or_default()))
}

fn penalty(text: &str) -> Result<i64, Said> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    Scaled::read(text)
        .and_then(Scaled::millionths)
        .filter(|value| (0..=10_000_000).contains(value))
        .ok_or_else(|| Said::new("0から10の数値で入力してください。", "Enter a number from 0 to 10."))
}

/// A lock or forbid as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LockForm {
    pub key: String,
    pub task: Uuid,
    pub slot: Uuid,
    pub kind: String,
    pub reason: String,
    /// Where to go on: `live`, or the page of the new version.
    pub from: String,
    /// The version on whose page it was asked; elsewhere empty.
    pub version: String,
}

/// The run that a change of locks repeats: as the version on whose page it is made was asked for, or the latest.
async fn run_like(cx: &Cx, head: &Head, version: &str) -> anyhow::Result<Run> {
    let named = match version.parse() {
        Ok(id) => queries::version(cx.pool(), id).await?.filter(|v| v.session_id == head.id),
        Err(_) => None,
    };
    let version = match named {
        Some(version) => Some(version),
        None => queries::versions(cx.pool(), head.id, 1).await?.into_iter().next(),
    };
    Ok(version.as_ref().map_or(Run { minimums: true, ..Run::default() }, run_of))
}

pub async fn lock(cx: Cx, head: Acting<Head>, Submitted(form): Submitted<LockForm>) -> Outcome {
    let seen = Seen::of(&cx, head.into_inner()).await?;
    if !seen.knows(form.task, form.slot) {
        return Err(PageError::NotFound);
    }
    let reason = Text::<500>::parse(&form.reason).map_err(|_| {
        PageError::Refused(Said::new(
            "固定・禁止には500文字以内の理由が必要です。前の画面に戻り、理由を入力してください。",
            "A lock or forbid needs a reason of at most 500 characters; go back and enter it.",
        ))
    })?;
    let forbid = form.kind == "forbid";
    // Without the task's name: notes of versions are read by people in conflict with it, too.
    let note = if forbid { view::FORBID_SET } else { view::LOCK_SET };
    let run = run_like(&cx, &seen.head, &form.version).await?;
    let change = LockChange::Set { task: form.task, slot: form.slot, forbid, reason: reason.into_string() };
    let actor = cx.actor();
    let asker = Asker { actor: &actor, key: &form.key, now: cx.now };
    let done = actions::solve(cx.pool(), &seen.head, &run, change, note, asker).await?;
    let said = cx.l.t("固定・禁止を反映して計算し直しました。", "Solved again with the change.");
    go_on(&cx, &seen.head, done, &form.from, said)
}

fn go_on(_: &Cx, head: &Head, done: Result<Uuid, Said>, from: &str, said: &str) -> Outcome {
    match done {
        Ok(_) if from == "live" => {
            Ok(Redirected::to(routes::live_path(head.id)).saying(said).into_response())
        }
        Ok(id) => Ok(Redirected::to(routes::solution_path(id)).saying(said).into_response()),
        Err(said) => Err(PageError::Refused(said)),
    }
}

/// Lifting as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LiftForm {
    pub key: String,
    pub from: String,
    /// The version on whose page it was asked; elsewhere empty.
    pub version: String,
}

pub async fn lift(cx: Cx, lock: Acting<LockHead>, Submitted(form): Submitted<LiftForm>) -> Outcome {
    let lock = lock.into_inner();
    let head = Visible::<Head>::find(&cx, lock.session).await?.into_inner();
    let note = if lock.kind == "forbid" { view::FORBID_LIFTED } else { view::LOCK_LIFTED };
    let run = run_like(&cx, &head, &form.version).await?;
    let actor = cx.actor();
    let asker = Asker { actor: &actor, key: &form.key, now: cx.now };
    let done = actions::lift(cx.pool(), &head, &run, &lock, note, asker).await?;
    let said = cx.l.t("解除して計算し直しました。", "Lifted, and solved again.");
    go_on(&cx, &head, done, &form.from, said)
}

/// A voice as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct VoteForm {
    pub task: Uuid,
    pub slot: Uuid,
    pub vote: String,
}

pub async fn vote(cx: Cx, head: Visible<Head>, Submitted(form): Submitted<VoteForm>) -> Outcome {
    let seen = Seen::of(&cx, head.into_inner()).await?;
    if !seen.knows(form.task, form.slot) {
        return Err(PageError::NotFound);
    }
    if !["for", "against", "abstain"].contains(&form.vote.as_str()) {
        return Err(PageError::Refused(Said::new(
            "賛成・反対・保留のいずれかを選んでください。",
            "Choose for, against or abstain.",
        )));
    }
    let pair = (form.task, form.slot);
    let actor = cx.actor();
    match actions::vote(cx.pool(), &seen.head, pair, cx.viewer.id, &form.vote, &actor, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::live_path(seen.head.id)).into_response()),
        Err(said) => Err(PageError::Refused(said)),
    }
}

/// What is put on the table; empty clears it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TableForm {
    pub task: Option<Uuid>,
    pub slot: Option<Uuid>,
}

pub async fn put_on_table(cx: Cx, head: Acting<Head>, Submitted(form): Submitted<TableForm>) -> Outcome {
    let seen = Seen::of(&cx, head.into_inner()).await?;
    let pair = form.task.zip(form.slot);
    if let Some((task, slot)) = pair
        && (!seen.knows(task, slot) || queries::pair(cx.pool(), seen.head.id, task, slot).await?.is_none())
    {
        return Err(PageError::NotFound);
    }
    actions::put_on_table(cx.pool(), &seen.head, pair, &cx.actor(), cx.now).await?;
    Ok(Redirected::to(routes::live_path(seen.head.id)).into_response())
}

/// The adoption of a version as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AdoptForm {
    pub key: String,
    pub until: String,
}

pub async fn adopt(cx: Cx, solved: Acting<Solved>, Submitted(form): Submitted<AdoptForm>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let until = match until(&form.until, head.consent_until, cx.today()) {
        Ok(until) => until,
        Err(said) => {
            let mut until_errors = FieldErrors::new();
            until_errors.add("until", cx.l.t("合意の期限", "Consent until"), said);
            let typed = TypedForms { until: Some(form.until), until_errors, ..TypedForms::default() };
            return show_with_forms(&cx, head, Some(version), typed).await;
        }
    };
    let actor = cx.actor();
    let asker = Asker { actor: &actor, key: &form.key, now: cx.now };
    match actions::adopt(cx.pool(), &head, &version, until, asker).await? {
        Ok(()) => Ok(Redirected::to(routes::session_path(head.id))
            .saying(cx.l.t(
                "この版を採用し、関係者に合意を求めました。",
                "Adopted; those in charge are asked for consent.",
            ))
            .into_response()),
        Err(said) => Err(PageError::Refused(said)),
    }
}

/// The date for consent as typed; as the session plans it where it is empty.
fn until(text: &str, planned: Option<NaiveDate>, today: NaiveDate) -> Result<NaiveDate, Said> {
    let until = match text.trim() {
        "" => model::consent_until(planned, today),
        text => text.parse().map_err(|_| {
            Said::new("合意の期限を 2026-10-31 の形で入力してください。", "Enter the date as 2026-10-31.")
        })?,
    };
    model::until_refusal(until, today).map_or(Ok(until), Err)
}
