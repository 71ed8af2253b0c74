//! One scenario: its movements, what they would do, and the step that makes slips of them.

use askama::Template;
use axum::response::IntoResponse;

use crate::budget::ledger::rounds::pages::edit::units;
use crate::budget::positions::words;
use crate::budget::rights;
use crate::budget::slips::model::Refusal;
use crate::budget::slips::pages::{Lines, SlipRow};
use crate::budget::slips::queries as slips;
use crate::budget::tabs::{self, MoneyTab};
use crate::kernel::{Said, Text, Yen};
use crate::web::view::{Choice, Figure};
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted, Visible,
    render, render_invalid,
};

use super::super::forms::{MoveForm, StepForm};
use super::super::model::{self, Scenario, ScenarioId, ScenarioState};
use super::super::{actions, routes};
use super::base;

#[derive(Template)]
#[template(path = "budget/scenarios/show.html")]
struct ScenarioPage {
    page: Page,
    action: String,
    scenario: Scenario,
    base: String,
    state: &'static str,
    tone: &'static str,
    owner: String,
    figures: Vec<Figure>,
    moves: Vec<MoveRow>,
    effects: Vec<EffectRow>,
    before: Yen,
    change: Yen,
    after: Yen,
    slips: Vec<SlipRow>,
    may_change: bool,
    /// What keeps slips from being made of it, whoever asks.
    submission_refusal: Option<String>,
    /// Movements on lines of other budgets.
    strays: usize,
    may_copy: bool,
    is_below_zero: bool,
    compare_href: String,
    from: Vec<Choice>,
    to: Vec<Choice>,
    units: Vec<Choice>,
    input: MoveForm,
    errors: FieldErrors,
    step: StepForm,
    step_errors: FieldErrors,
}

struct MoveRow {
    id: String,
    from: String,
    to: String,
    amount: Yen,
    reason: String,
}

struct EffectRow {
    place: String,
    href: String,
    now: Yen,
    change: Yen,
    after: Yen,
    is_below_zero: bool,
}

struct View {
    cx: Cx,
    scenario: Scenario,
    lines: Lines,
}

impl View {
    async fn of(cx: Cx, scenario: Scenario) -> Result<Self, PageError> {
        let lines = Lines::of_budget(&cx, scenario.year, scenario.stage, scenario.round).await?;
        Ok(Self { cx, scenario, lines })
    }

    async fn page(&self) -> Result<ScenarioPage, PageError> {
        let (cx, s, l) = (&self.cx, &self.scenario, self.cx.l);
        let catalogue = &self.lines.catalogue;
        let effects = model::effects(s, &self.lines.balances);
        let wanted = slips::Wanted { scenario: Some(s.id.0), ..slips::Wanted::default() };
        let slips = if s.state == ScenarioState::Submitted {
            slips::slips(cx.pool(), wanted, 500).await?
        } else {
            Vec::new()
        };
        let page = cx
            .page(Section::Budget, s.name.clone())
            .crumb(l.t("予算", "Budget"), "/budget")
            .crumb(l.t("シナリオ", "Scenarios"), routes::SCENARIOS);
        let total = |f: fn(&model::Effect) -> Yen| effects.iter().map(f).sum::<Yen>();
        let figure = |label: &str, value: String, unit: &str| Figure {
            label: label.to_owned(),
            value,
            unit: unit.to_owned(),
            ..Figure::default()
        };
        Ok(ScenarioPage {
            action: routes::scenario(s.id),
            base: base(cx, s),
            state: s.state.name(l),
            tone: s.state.tone(),
            owner: s.owner.name(l).to_owned(),
            figures: vec![
                figure(l.t("移替", "Movements"), s.moves.len().to_string(), l.t("件", "")),
                figure(l.t("動かす額", "Moved"), page.yen(&s.moved()), page.unit_name()),
                figure(l.t("変わる行", "Lines that change"), effects.len().to_string(), l.t("行", "")),
            ],
            moves: s
                .moves
                .iter()
                .map(|m| MoveRow {
                    id: m.id.to_string(),
                    from: words::place(l, catalogue, &m.from),
                    to: words::place(l, catalogue, &m.to),
                    amount: m.amount,
                    reason: m.reason.clone(),
                })
                .collect(),
            before: total(|e| e.now),
            change: total(|e| e.change),
            after: total(model::Effect::after),
            is_below_zero: effects.iter().any(|e| e.after().0 < 0),
            effects: effects
                .iter()
                .map(|e| EffectRow {
                    place: words::place(l, catalogue, &e.place),
                    href: crate::budget::overview::routes::lines(&e.place),
                    now: e.now,
                    change: e.change,
                    after: e.after(),
                    is_below_zero: e.after().0 < 0,
                })
                .collect(),
            slips: slips.iter().map(|x| SlipRow::of(cx, catalogue, x)).collect(),
            may_change: s.refusal(cx).is_none(),
            submission_refusal: s.submission_refusal().map(|r| r.said().in_language(l).to_owned()),
            strays: s.strays(),
            may_copy: rights::may_plan(&cx.viewer),
            compare_href: format!("/budget/scenarios/comparison?s={}", s.id),
            from: self.lines.choices(cx, "", false),
            to: self.lines.choices(cx, "", true),
            units: units(l, page.unit.code()),
            input: MoveForm::default(),
            errors: FieldErrors::new(),
            step: StepForm {
                version: s.version.to_string(),
                name: format!("{}{}", s.name, l.t("の複製", " (copy)")),
                ..StepForm::default()
            },
            step_errors: FieldErrors::new(),
            scenario: s.clone(),
            page: page.beside(tabs::tabs(cx, MoneyTab::Scenarios)),
        })
    }

    async fn invalid_step(&self, step: StepForm, field: &str, label: &str, said: Said) -> Outcome {
        let mut step_errors = FieldErrors::new();
        step_errors.add(field, label, said);
        let page = self.page().await?;
        let step = StepForm { version: page.step.version.clone(), ..step };
        render_invalid(&ScenarioPage { step, step_errors, ..page })
    }
}

pub async fn show(cx: Cx, scenario: Visible<Scenario>) -> Outcome {
    render(&View::of(cx, scenario.into_inner()).await?.page().await?)
}

pub async fn add_move(cx: Cx, scenario: Acting<Scenario>, Submitted(input): Submitted<MoveForm>) -> Outcome {
    let view = View::of(cx, scenario.into_inner()).await?;
    let (cx, s) = (&view.cx, &view.scenario);
    let invalid = async |input: MoveForm, errors: FieldErrors| {
        render_invalid(&ScenarioPage {
            from: view.lines.choices(cx, &input.from, false),
            to: view.lines.choices(cx, &input.to, true),
            units: units(cx.l, &input.unit),
            input,
            errors,
            ..view.page().await?
        })
    };
    let fields = match input.parse(cx.l, |place| view.lines.knows(place)) {
        Ok(fields) => fields,
        Err(errors) => return invalid(input, errors).await,
    };
    let row = (&fields.from, &fields.to, fields.amount, fields.reason.as_str());
    let to = format!("{}#effects", routes::scenario(s.id));
    match actions::add_move(cx.pool(), &cx.actor(), s.id, row, (&input.key, &to), cx.now).await? {
        Ok(()) => Ok(Redirected::to(to).saying(cx.l.t("移替を加えました。", "Added.")).into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("to", cx.l.t("移替先", "To"), refusal.said());
            invalid(input, errors).await
        }
    }
}

pub async fn remove_move(
    cx: Cx,
    scenario: Acting<Scenario>,
    Submitted(input): Submitted<StepForm>,
) -> Outcome {
    let row = input.row.parse().map_err(|_| PageError::NotFound)?;
    match actions::remove_move(cx.pool(), &cx.actor(), (scenario.id, row), cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#effects", routes::scenario(scenario.id)))
            .saying(cx.l.t("移替を外しました。", "Taken out."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

pub async fn copy(cx: Cx, scenario: Visible<Scenario>, Submitted(input): Submitted<StepForm>) -> Outcome {
    let view = View::of(cx, scenario.into_inner()).await?;
    let (cx, s, label) = (&view.cx, &view.scenario, view.cx.l.t("名前", "Name"));
    let name = match Text::<200>::parse(&input.name) {
        Ok(name) => name,
        Err(error) => return view.invalid_step(input, "name", label, error.into()).await,
    };
    let id = ScenarioId::new();
    let location = routes::scenario(id);
    let facts = (s.version_id, name.as_str(), s.note.as_str());
    match actions::create(cx.pool(), &cx.actor(), id, facts, Some(s.id), (&input.key, &location), cx.now)
        .await?
    {
        Ok(()) => {
            let to = crate::db::submissions::location_of(cx.pool(), &input.key, cx.actor().id)
                .await?
                .unwrap_or(location);
            Ok(Redirected::to(to).saying(cx.l.t("複製しました。", "Copied.")).into_response())
        }
        Err(actions::NameTaken) => {
            let said = Said::new(
                "この予算版には同じ名前のシナリオがあります。",
                "The version has a scenario of this name.",
            );
            view.invalid_step(input, "name", label, said).await
        }
    }
}

pub async fn submit(cx: Cx, scenario: Acting<Scenario>, Submitted(input): Submitted<StepForm>) -> Outcome {
    let view = View::of(cx, scenario.into_inner()).await?;
    let (cx, s, label) = (&view.cx, &view.scenario, view.cx.l.t("根拠", "Authority"));
    if let Some(refusal) = s.submission_refusal() {
        return view.invalid_step(input, "authority", label, refusal.said()).await;
    }
    let authority = match Text::<500>::parse(&input.authority) {
        Ok(authority) => authority,
        Err(error) => return view.invalid_step(input, "authority", label, error.into()).await,
    };
    if s.moves.is_empty() {
        let said = Said::new("移替が1件もありません。", "It has no movement.");
        return view.invalid_step(input, "authority", label, said).await;
    }
    let may = |p: uuid::Uuid| rights::proposes_for(&cx.viewer, p);
    if s.moves.iter().any(|m| !may(m.from.program) && !may(m.to.program)) {
        let said = Said::new(
            "担当外の事業どうしの移替が含まれるため、伝票にできません。戦略策定・実施ユニットに依頼してください。",
            "It moves money between programs outside your scope; ask the strategy unit to submit it.",
        );
        return view.invalid_step(input, "authority", label, said).await;
    }
    let at = (s, input.version.parse().unwrap_or(0));
    match actions::submit(cx.pool(), &cx.actor(), at, authority.as_str(), cx.now).await? {
        Ok(count) => {
            let said = if cx.l.is_ja() {
                format!("{count}件の伝票を提案しました。承認を待ちます。")
            } else {
                format!("{count} slips wait for approval.")
            };
            Ok(Redirected::to(routes::scenario(s.id)).saying(said).into_response())
        }
        Err(refusal) => {
            let said = refusal.said();
            view.invalid_step(input, "authority", label, said).await
        }
    }
}

pub async fn discard(cx: Cx, scenario: Acting<Scenario>, Submitted(input): Submitted<StepForm>) -> Outcome {
    let at = (scenario.id, input.version.parse().unwrap_or(0));
    match actions::discard(cx.pool(), &cx.actor(), at, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::SCENARIOS)
            .saying(cx.l.t("シナリオを破棄しました。", "The scenario is discarded."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(Refusal::said(refusal))),
    }
}
