//! One slip with its steps.

use askama::Template;
use axum::response::IntoResponse;

use crate::budget::positions::queries::{self as positions, Wanted as WantedBalances};
use crate::budget::positions::{Balance, Place, words};
use crate::budget::rights;
use crate::budget::tabs::{self, MoneyTab};
use crate::kernel::{Said, Text, Yen};
use crate::portfolio::catalogue;
use crate::web::{
    Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, Visible, render,
    render_invalid,
};

use super::super::actions;
use super::super::forms::StepForm;
use super::super::model::{Refusal, Signed, Slip, SlipId, SlipKind, SlipState};
use super::super::queries::{self, Wanted};
use super::super::routes;
use super::{SlipRow, landed};

#[derive(Template)]
#[template(path = "budget/slips/show.html")]
struct ShowPage {
    page: Page,
    action: String,
    slip: Slip,
    kind: &'static str,
    state: &'static str,
    tone: &'static str,
    ends: Vec<End>,
    /// It is still to be applied: what stands there changes by it.
    moves: bool,
    /// It already is in what stands there.
    is_applied: bool,
    steps: Vec<Step>,
    counter_of: Option<(String, String)>,
    counters: Vec<SlipRow>,
    scenario_href: Option<String>,
    approval_refusal: Option<String>,
    /// What keeps the slip from being applied, whoever tries.
    application_refusal: Option<String>,
    may_approve: bool,
    may_apply: bool,
    below_zero: bool,
    may_end: bool,
    may_withdraw: bool,
    may_take_back: bool,
    input: StepForm,
    errors: FieldErrors,
}

/// One end of a slip with what stands there.
struct End {
    label: &'static str,
    place: String,
    href: String,
    now: Yen,
    /// What it would be; what it is where nothing is to come.
    after: Yen,
    is_below_zero: bool,
}

/// A step of the way, done or still to come.
struct Step {
    label: &'static str,
    who: String,
    at: Option<chrono::DateTime<chrono::Utc>>,
    is_done: bool,
    is_next: bool,
}

struct View {
    cx: Cx,
    slip: Slip,
}

impl View {
    async fn page(&self) -> Result<ShowPage, PageError> {
        let (cx, s, l) = (&self.cx, &self.slip, self.cx.l);
        let catalogue = catalogue::of(cx).await?;
        let programs = vec![s.from.program, s.to.program];
        let wanted = WantedBalances { programs: Some(programs), ..WantedBalances::default() };
        let balances = positions::balances(cx.pool(), &wanted).await?;
        let stands = |place: &Place| {
            balances.iter().filter(|b| b.place().as_ref() == Some(place)).map(Balance::amount).sum()
        };
        let counters =
            queries::slips(cx.pool(), Wanted { counter_of: Some(s.id), ..Wanted::default() }, 20).await?;
        let counter_of = match s.counter_of {
            Some(id) => {
                queries::slips(cx.pool(), Wanted { id: Some(id), ..Wanted::default() }, 1).await?.pop()
            }
            None => None,
        };
        let moves = matches!(s.state, SlipState::Proposed | SlipState::Approved);
        let (from, to): (Yen, Yen) = (stands(&s.from), stands(&s.to));
        let then = if moves { super::super::model::after(from, to, s.amount) } else { (from, to) };
        let end = |label, place: &Place, now: Yen, after: Yen| End {
            label,
            place: words::place(l, &catalogue, place),
            href: crate::budget::overview::routes::lines(place),
            now,
            after,
            is_below_zero: after.0 < 0,
        };
        let ends = vec![
            end(l.t("移替元", "From"), &s.from, from, then.0),
            end(l.t("移替先", "To"), &s.to, to, then.1),
        ];
        let waits = s.state == SlipState::Proposed;
        let refusal = s.approval_refusal(&cx.viewer);
        let hindrance = s.application_refusal().filter(|_| moves);
        let decides = rights::may_decide(&cx.viewer);
        let is_live = counters.iter().any(|c| !matches!(c.state, SlipState::Rejected | SlipState::Withdrawn));
        Ok(ShowPage {
            action: routes::slip(s.id),
            kind: s.kind.name(l),
            state: s.state.name(l),
            tone: s.state.tone(),
            below_zero: moves && then.0.0 < 0,
            ends,
            moves,
            is_applied: s.state == SlipState::Applied,
            steps: steps(cx, s),
            counter_of: counter_of.map(|c| (c.name(), routes::slip(c.id))),
            counters: counters.iter().map(|c| SlipRow::of(cx, &catalogue, c)).collect(),
            scenario_href: s.scenario.map(|id| format!("/budget/scenarios/{id}")),
            may_approve: waits && refusal.is_none() && hindrance.is_none(),
            approval_refusal: refusal
                .filter(|_| waits && rights::may_propose(&cx.viewer))
                .map(|r| r.in_language(l).to_owned()),
            may_apply: s.state == SlipState::Approved && decides && hindrance.is_none(),
            application_refusal: hindrance.map(|r| r.said().in_language(l).to_owned()),
            may_end: moves && (decides || (waits && s.approval_refusal(&cx.viewer).is_none())),
            may_withdraw: moves && s.proposed.by.id == cx.viewer.id.0,
            may_take_back: s.state == SlipState::Applied
                && s.kind != SlipKind::Counter
                && !is_live
                && decides,
            input: StepForm { version: s.version.to_string(), ..StepForm::default() },
            errors: FieldErrors::new(),
            page: cx
                .page(Section::Budget, format!("{} {}", s.kind.name(l), s.name()))
                .crumb(l.t("予算", "Budget"), "/budget")
                .crumb(l.t("移替と繰越", "Movements"), routes::SLIPS)
                .beside(tabs::tabs(cx, MoneyTab::Slips)),
            slip: s.clone(),
        })
    }

    async fn refused(&self, input: StepForm, field: &str, refusal: Refusal) -> Outcome {
        let mut errors = FieldErrors::new();
        errors.add(field, self.cx.l.t("伝票", "Slip"), refusal.said());
        let page = self.page().await?;
        let input = StepForm { version: page.input.version.clone(), ..input };
        render_invalid(&ShowPage { input, errors, ..page })
    }

    fn done(&self, sentence: &str) -> Outcome {
        Ok(Redirected::to(routes::slip(self.slip.id)).saying(sentence).into_response())
    }
}

fn steps(cx: &Cx, s: &Slip) -> Vec<Step> {
    let l = cx.l;
    let step = |label, signed: Option<&Signed>, is_next| Step {
        label,
        who: signed.map(|x| x.by.name(l).to_owned()).unwrap_or_default(),
        at: signed.map(|x| x.at),
        is_done: signed.is_some(),
        is_next,
    };
    let mut steps = vec![
        step(l.t("提案", "Proposed"), Some(&s.proposed), false),
        step(l.t("承認", "Approved"), s.approved.as_ref(), s.state == SlipState::Proposed),
    ];
    match &s.ended {
        Some(ended) => steps.push(step(s.state.name(l), Some(ended), false)),
        None => steps.push(step(l.t("反映", "Applied"), s.applied.as_ref(), s.state == SlipState::Approved)),
    }
    steps
}

pub async fn show(cx: Cx, slip: Visible<Slip>) -> Outcome {
    render(&View { cx, slip: slip.into_inner() }.page().await?)
}

pub async fn approve(cx: Cx, slip: Visible<Slip>, Submitted(input): Submitted<StepForm>) -> Outcome {
    if let Some(said) = slip.approval_refusal(&cx.viewer) {
        return Err(PageError::Forbidden(said));
    }
    let view = View { cx, slip: slip.into_inner() };
    let (cx, at) = (&view.cx, (view.slip.id, input.version()));
    match actions::approve(cx.pool(), &cx.actor(), at, cx.now).await? {
        Ok(()) => view.done(
            cx.l.t("承認しました。反映すると数字に入ります。", "Approved. It counts once it is applied."),
        ),
        Err(refusal) => view.refused(input, "approval", refusal).await,
    }
}

pub async fn apply(cx: Cx, slip: Visible<Slip>, Submitted(input): Submitted<StepForm>) -> Outcome {
    let view = View { cx, slip: slip.into_inner() };
    let (cx, at) = (&view.cx, (&view.slip, input.version()));
    let mut errors = FieldErrors::new();
    let label = cx.l.t("0円を下回ることを認める根拠", "Authority to go below zero");
    let overdraft =
        errors.check("overdraft_authority", label, Text::<500>::optional(&input.overdraft_authority));
    let overdraft = match errors.finish(overdraft) {
        Ok(overdraft) => overdraft,
        Err(errors) => return render_invalid(&ShowPage { input, errors, ..view.page().await? }),
    };
    let overdraft = overdraft.as_ref().map(|t| t.as_str());
    match actions::apply(cx.pool(), &cx.actor(), at, overdraft, cx.now).await? {
        Ok(()) => {
            view.done(cx.l.t("反映しました。予算の数字に入りました。", "Applied: it is in the figures now."))
        }
        Err(refusal) => {
            let field = if refusal == Refusal::BelowZero { "overdraft_authority" } else { "application" };
            view.refused(input, field, refusal).await
        }
    }
}

pub async fn reject(cx: Cx, slip: Visible<Slip>, Submitted(input): Submitted<StepForm>) -> Outcome {
    if !rights::may_decide(&cx.viewer)
        && let Some(said) = slip.approval_refusal(&cx.viewer)
    {
        return Err(PageError::Forbidden(said));
    }
    let view = View { cx, slip: slip.into_inner() };
    let (cx, at) = (&view.cx, (view.slip.id, input.version()));
    let mut errors = FieldErrors::new();
    let note = errors.check("note", cx.l.t("却下の理由", "Reason"), Text::<2000>::parse(&input.note));
    let note = match errors.finish(note) {
        Ok(note) => note,
        Err(errors) => return render_invalid(&ShowPage { input, errors, ..view.page().await? }),
    };
    match actions::end(cx.pool(), &cx.actor(), at, (SlipState::Rejected, Some(note.as_str())), cx.now).await?
    {
        Ok(()) => view.done(cx.l.t("却下しました。", "Rejected.")),
        Err(refusal) => view.refused(input, "note", refusal).await,
    }
}

pub async fn withdraw(cx: Cx, slip: Visible<Slip>, Submitted(input): Submitted<StepForm>) -> Outcome {
    if slip.proposed.by.id != cx.viewer.id.0 {
        let said = Said::new("取り下げられるのは提案者だけです。", "Only its author withdraws a slip.");
        return Err(PageError::Forbidden(said));
    }
    let view = View { cx, slip: slip.into_inner() };
    let (cx, at) = (&view.cx, (view.slip.id, input.version()));
    match actions::end(cx.pool(), &cx.actor(), at, (SlipState::Withdrawn, None), cx.now).await? {
        Ok(()) => view.done(cx.l.t("取り下げました。", "Withdrawn.")),
        Err(refusal) => view.refused(input, "withdrawal", refusal).await,
    }
}

pub async fn take_back(cx: Cx, slip: Visible<Slip>, Submitted(input): Submitted<StepForm>) -> Outcome {
    let view = View { cx, slip: slip.into_inner() };
    let cx = &view.cx;
    let mut errors = FieldErrors::new();
    let note = errors.check("note", cx.l.t("取消の理由", "Reason"), Text::<2000>::parse(&input.note));
    let authority =
        errors.check("authority", cx.l.t("根拠", "Authority"), Text::<500>::parse(&input.authority));
    let (note, authority) = match errors.finish(note.zip(authority)) {
        Ok(parsed) => parsed,
        Err(errors) => return render_invalid(&ShowPage { input, errors, ..view.page().await? }),
    };
    let id = SlipId::new();
    let facts = (id, note.as_str(), authority.as_str());
    let location = routes::slip(id);
    let claim = (input.key.as_str(), location.as_str());
    match actions::take_back(cx.pool(), &cx.actor(), &view.slip, facts, claim, cx.now).await? {
        Ok(()) => {
            let sentence =
                cx.l.t("取消の伝票を提案しました。承認を待ちます。", "The counter-slip waits for approval.");
            landed(cx, &input.key, id, sentence).await
        }
        Err(refusal) => view.refused(input, "note", refusal).await,
    }
}
