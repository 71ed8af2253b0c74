//! Pages of slips: the list, the form, one slip with its steps.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::budget::ledger::rounds::pages::edit::units;
use crate::budget::model::{Kind, Stage};
use crate::budget::positions::queries::{self as positions, Wanted as WantedBalances};
use crate::budget::positions::{Balance, Place, words};
use crate::budget::rights;
use crate::budget::sheets::{self, FileForm, Sheet};
use crate::budget::tabs::{self, MoneyTab};
use crate::export::Datum;
use crate::kernel::{FiscalYear, Said, Text, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::programs;
use crate::web::view::{Choice, Tab};
use crate::web::{
    Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted, Visible,
    render, render_invalid,
};

use super::actions::{self, Movement};
use super::forms::{SlipForm, StepForm};
use super::model::{Refusal, Signed, Slip, SlipId, SlipKind, SlipState};
use super::queries::{self, Wanted};
use super::routes;

/// Slips on one page.
const MOST: i64 = 500;

impl Scoped for Slip {
    type Id = SlipId;

    async fn find(cx: &Cx, id: SlipId) -> anyhow::Result<Option<Self>> {
        Ok(queries::slips(cx.pool(), Wanted { id: Some(id), ..Wanted::default() }, 1).await?.pop())
    }
}

/// A slip as a line of a table.
pub struct SlipRow {
    pub href: String,
    pub name: String,
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    pub amount: Yen,
    pub reason: String,
    pub proposer: String,
    pub at: chrono::DateTime<chrono::Utc>,
    pub state: &'static str,
    pub tone: &'static str,
}

impl SlipRow {
    pub fn of(cx: &Cx, catalogue: &Catalogue, s: &Slip) -> Self {
        let l = cx.l;
        Self {
            href: routes::slip(s.id),
            name: s.name(),
            kind: s.kind.name(l),
            from: words::place(l, catalogue, &s.from),
            to: words::place(l, catalogue, &s.to),
            amount: s.amount,
            reason: s.reason.clone(),
            proposer: s.proposed.by.name(l).to_owned(),
            at: s.proposed.at,
            state: s.state.name(l),
            tone: s.state.tone(),
        }
    }
}

#[derive(Template)]
#[template(path = "budget/slips/index.html")]
struct IndexPage {
    page: Page,
    tabs: Vec<Tab>,
    years: Vec<Choice>,
    states: Vec<Choice>,
    rows: Vec<SlipRow>,
    file_action: String,
    may_propose: bool,
}

/// What the list may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    year: String,
    state: String,
    program: String,
}

impl IndexQuery {
    fn wanted(&self, catalogue: &Catalogue) -> Wanted {
        Wanted {
            year: self.year.parse().ok(),
            state: SlipState::from_code(&self.state),
            program: catalogue.programs.iter().find(|p| p.code == self.program).map(|p| p.id),
            ..Wanted::default()
        }
    }
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let wanted = query.wanted(&catalogue);
    let slips = queries::slips(cx.pool(), wanted, MOST).await?;
    let l = cx.l;
    let mut years = vec![Choice::new("", l.t("すべての年度", "All years"), wanted.year.is_none())];
    years.extend(year_choices(&cx, &positions::years(cx.pool()).await?, wanted.year));
    let mut states = vec![Choice::new("", l.t("すべての状態", "All states"), wanted.state.is_none())];
    states.extend(SlipState::ALL.iter().map(|s| Choice::new(s.code(), s.name(l), Some(*s) == wanted.state)));
    render(&IndexPage {
        tabs: tabs::tabs(&cx, MoneyTab::Slips),
        years,
        states,
        rows: slips.iter().map(|s| SlipRow::of(&cx, &catalogue, s)).collect(),
        file_action: format!("/budget/slips/file?{}", cx.facts.query),
        may_propose: rights::may_propose(&cx.viewer),
        page: cx
            .page(Section::Budget, l.t("移替と繰越", "Movements and carry-overs"))
            .crumb(l.t("予算", "Budget"), "/budget"),
    })
}

fn year_choices(cx: &Cx, years: &[FiscalYear], chosen: Option<FiscalYear>) -> Vec<Choice> {
    years.iter().map(|y| Choice::new(y.short(), sheets::year_text(cx, *y), Some(*y) == chosen)).collect()
}

/// The list as a file.
pub async fn file(cx: Cx, Asked(query): Asked<IndexQuery>, Submitted(form): Submitted<FileForm>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let slips = queries::slips(cx.pool(), query.wanted(&catalogue), 10_000).await?;
    let l = cx.l;
    let signed = |s: &Option<Signed>| s.as_ref().map_or(Datum::Empty, |s| Datum::text(s.by.name(l)));
    let row = |s: &Slip| {
        vec![
            Datum::text(s.name()),
            Datum::text(s.kind.name(l)),
            Datum::text(words::place(l, &catalogue, &s.from)),
            Datum::text(words::place(l, &catalogue, &s.to)),
            Datum::Number(s.amount.0),
            Datum::text(&s.reason),
            Datum::text(&s.authority),
            Datum::text(s.state.name(l)),
            Datum::text(s.proposed.by.name(l)),
            signed(&s.approved),
            signed(&s.applied),
        ]
    };
    let sheet = Sheet {
        title: l.t("移替と繰越", "Movements").to_owned(),
        labels: [
            l.t("番号", "Number"),
            l.t("種類", "Kind"),
            l.t("移替元", "From"),
            l.t("移替先", "To"),
            l.t("金額", "Amount"),
            l.t("理由", "Reason"),
            l.t("根拠", "Authority"),
            l.t("状態", "State"),
            l.t("提案", "Proposed by"),
            l.t("承認", "Approved by"),
            l.t("反映", "Applied by"),
        ]
        .map(str::to_owned)
        .to_vec(),
        widths: vec![10, 12, 50, 50, 18, 50, 40, 14, 16, 16, 16],
        rows: slips.iter().map(row).collect(),
        asked: vec![(l.t("件数", "Slips").to_owned(), slips.len().to_string())],
    };
    sheets::send(&cx, &form, sheet).await
}

#[derive(Template)]
#[template(path = "budget/slips/new.html")]
struct NewPage {
    page: Page,
    years: Vec<Choice>,
    year: String,
    kinds: Vec<Choice>,
    from: Vec<Choice>,
    to: Vec<Choice>,
    units: Vec<Choice>,
    input: SlipForm,
    errors: FieldErrors,
}

/// The lines of a year between which money can be moved.
pub struct Lines {
    pub catalogue: Arc<Catalogue>,
    pub year: FiscalYear,
    pub years: Vec<FiscalYear>,
    pub balances: Vec<Balance>,
    /// Places without money so far: programs that a project has this year.
    pub empty: Vec<Place>,
}

impl Lines {
    pub async fn of(cx: &Cx, asked: &str) -> Result<Self, PageError> {
        let catalogue = catalogue::of(cx).await?;
        let years = positions::years(cx.pool()).await?;
        let running = cx.fiscal_year();
        let default = years.iter().find(|y| **y <= running).or(years.first()).copied().unwrap_or(running);
        let year = asked.parse().unwrap_or(default);
        let wanted = WantedBalances { year: Some(year), ..WantedBalances::default() };
        let balances = positions::balances(cx.pool(), &wanted).await?;
        let register = programs::register(cx).await?;
        let known: Vec<Place> = balances.iter().filter_map(Balance::place).collect();
        let has = |program, project| known.iter().any(|p| p.program == program && p.project == Some(project));
        let shares =
            register.shares.iter().filter(|s| s.fiscal_year == year && !has(s.program_id, s.project_id));
        let empty = shares
            .map(|s| Place {
                year,
                stage: Stage::Initial,
                round: 0,
                program: s.program_id,
                project: Some(s.project_id),
                ministry: catalogue.program(s.program_id).and_then(|p| p.ministry_code.clone()),
                kind: Kind::Initial,
            })
            .collect();
        Ok(Self { catalogue, year, years, balances, empty })
    }

    pub fn knows(&self, place: &Place) -> bool {
        self.balances.iter().filter_map(Balance::place).any(|p| p == *place) || self.empty.contains(place)
    }

    /// What stands at a place.
    pub fn amount(&self, place: &Place) -> Yen {
        let here = self.balances.iter().filter(|b| b.place().as_ref() == Some(place));
        here.map(Balance::amount).sum()
    }

    /// Choices with what stands there; the places without money last, and only where they are wanted.
    pub fn choices(&self, cx: &Cx, chosen: &str, with_empty: bool) -> Vec<Choice> {
        let l = cx.l;
        let unit = cx.viewer.yen_unit;
        let label = |place: &Place, yen: Yen| {
            let name = words::place(l, &self.catalogue, place);
            format!("{name}{}{}{}", l.t("　", " · "), yen.in_unit(unit), l.t(unit.japanese(), unit.english()))
        };
        let movable =
            |p: &Place| !matches!(p.stage, Stage::Request | Stage::SpecialRequest | Stage::Executed);
        let mut places: Vec<(Place, Yen)> =
            self.balances.iter().filter_map(|b| Some((b.place().filter(movable)?, b.amount()))).collect();
        if with_empty {
            places.extend(self.empty.iter().map(|p| (p.clone(), Yen::ZERO)));
        }
        let code_of =
            |p: &Place| self.catalogue.program(p.program).map(|x| x.code.clone()).unwrap_or_default();
        places.sort_by_cached_key(|(p, _)| (code_of(p), p.clone()));
        places.iter().map(|(p, yen)| Choice::new(p.code(), label(p, *yen), p.code() == chosen)).collect()
    }
}

fn form_page(cx: &Cx, lines: &Lines, input: SlipForm, errors: FieldErrors) -> NewPage {
    let l = cx.l;
    let kind = |k: SlipKind| Choice::new(k.code(), k.name(l), k.code() == input.kind);
    NewPage {
        page: cx
            .page(Section::Budget, l.t("移替・繰越の伝票を作成", "Propose a movement"))
            .crumb(l.t("予算", "Budget"), "/budget")
            .crumb(l.t("移替と繰越", "Movements"), routes::SLIPS),
        years: year_choices(cx, &lines.years, Some(lines.year)),
        year: lines.year.short(),
        kinds: vec![kind(SlipKind::Movement), kind(SlipKind::CarryOver)],
        from: lines.choices(cx, &input.from, false),
        to: lines.choices(cx, &input.to, true),
        units: units(l, &input.unit),
        input,
        errors,
    }
}

pub async fn new(cx: Cx, Asked(query): Asked<SlipForm>) -> Outcome {
    let lines = Lines::of(&cx, &query.year).await?;
    let input = SlipForm {
        kind: SlipKind::Movement.code().to_owned(),
        unit: cx.viewer.yen_unit.code().to_owned(),
        from: query.from,
        to: query.to,
        ..SlipForm::default()
    };
    render(&form_page(&cx, &lines, input, FieldErrors::new()))
}

pub async fn create(cx: Cx, Submitted(input): Submitted<SlipForm>) -> Outcome {
    let lines = Lines::of(&cx, &input.year).await?;
    let l = cx.l;
    let fields = input.parse(l, |place| lines.knows(place)).and_then(|f| {
        if rights::proposes_for(&cx.viewer, f.from.program) || rights::proposes_for(&cx.viewer, f.to.program)
        {
            return Ok(f);
        }
        let mut errors = FieldErrors::new();
        let said = Said::new(
            "移替元か移替先のどちらかは担当の事業にしてください。",
            "One of the ends must be a program in your scope.",
        );
        errors.add("from", l.t("移替元", "From"), said);
        Err(errors)
    });
    let fields = match fields {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&form_page(&cx, &lines, input, errors)),
    };
    let id = SlipId::new();
    let movement = Movement {
        kind: fields.kind,
        from: &fields.from,
        to: &fields.to,
        amount: fields.amount,
        reason: fields.reason.as_str(),
        authority: fields.authority.as_str(),
        scenario: None,
    };
    let claim = (input.key.as_str(), routes::slip(id));
    match actions::propose(cx.pool(), &cx.actor(), id, &movement, (claim.0, &claim.1), cx.now).await? {
        Ok(()) => {
            landed(
                &cx,
                &input.key,
                id,
                l.t("提案しました。承認を待ちます。", "Proposed. It waits for approval."),
            )
            .await
        }
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("to", l.t("移替先", "To"), refusal.said());
            render_invalid(&form_page(&cx, &lines, input, errors))
        }
    }
}

/// The page of the slip that a form's key led to, also on its second click.
async fn landed(cx: &Cx, key: &str, id: SlipId, sentence: &str) -> Outcome {
    let location = crate::db::submissions::location_of(cx.pool(), key, cx.actor().id).await?;
    Ok(Redirected::to(location.unwrap_or_else(|| routes::slip(id))).saying(sentence).into_response())
}

#[derive(Template)]
#[template(path = "budget/slips/show.html")]
struct ShowPage {
    page: Page,
    tabs: Vec<Tab>,
    action: String,
    slip: Slip,
    kind: &'static str,
    state: &'static str,
    tone: &'static str,
    ends: Vec<End>,
    steps: Vec<Step>,
    counter_of: Option<(String, String)>,
    counters: Vec<SlipRow>,
    scenario_href: Option<String>,
    approval_refusal: Option<String>,
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
        let then = if moves { super::model::after(from, to, s.amount) } else { (from, to) };
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
        let decides = rights::may_decide(&cx.viewer);
        let is_live = counters.iter().any(|c| !matches!(c.state, SlipState::Rejected | SlipState::Withdrawn));
        Ok(ShowPage {
            tabs: tabs::tabs(cx, MoneyTab::Slips),
            action: routes::slip(s.id),
            kind: s.kind.name(l),
            state: s.state.name(l),
            tone: s.state.tone(),
            below_zero: moves && then.0.0 < 0,
            ends,
            steps: steps(cx, s),
            counter_of: counter_of.map(|c| (c.name(), routes::slip(c.id))),
            counters: counters.iter().map(|c| SlipRow::of(cx, &catalogue, c)).collect(),
            scenario_href: s.scenario.map(|id| format!("/budget/scenarios/{id}")),
            may_approve: waits && refusal.is_none(),
            approval_refusal: refusal
                .filter(|_| waits && rights::may_propose(&cx.viewer))
                .map(|r| r.in_language(l).to_owned()),
            may_apply: s.state == SlipState::Approved && decides,
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
                .crumb(l.t("移替と繰越", "Movements"), routes::SLIPS),
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
    let (cx, at) = (&view.cx, (view.slip.id, input.version()));
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
