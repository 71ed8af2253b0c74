//! The list of scenarios, and the form that begins one.

use askama::Template;
use axum::response::IntoResponse;

use crate::budget::model::Stage;
use crate::budget::positions::queries::{self as positions, InForce};
use crate::budget::positions::words;
use crate::budget::rights;
use crate::budget::sheets;
use crate::budget::tabs::{self, MoneyTab};
use crate::kernel::{Said, Yen};
use crate::web::view::Choice;
use crate::web::{
    Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render, render_invalid,
};

use super::super::forms::ScenarioForm;
use super::super::model::ScenarioId;
use super::super::{actions, queries, routes};
use super::base;

#[derive(Template)]
#[template(path = "budget/scenarios/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Row>,
    versions: Vec<Choice>,
    input: ScenarioForm,
    errors: FieldErrors,
    may_write: bool,
}

struct Row {
    id: String,
    href: String,
    name: String,
    base: String,
    moves: usize,
    moved: Yen,
    owner: String,
    at: chrono::DateTime<chrono::Utc>,
    state: &'static str,
    tone: &'static str,
}

async fn page(cx: &Cx, input: ScenarioForm, errors: FieldErrors) -> Result<IndexPage, PageError> {
    let l = cx.l;
    let scenarios = queries::scenarios(cx.pool(), None, 200).await?;
    let versions = positions::in_force(cx.pool(), None).await?;
    let label =
        |v: &InForce| format!("{} {}", sheets::year_text(cx, v.year), words::stage(l, v.stage, v.round));
    Ok(IndexPage {
        rows: scenarios
            .iter()
            .map(|s| Row {
                id: s.id.to_string(),
                href: routes::scenario(s.id),
                name: s.name.clone(),
                base: base(cx, s),
                moves: s.moves.len(),
                moved: s.moved(),
                owner: s.owner.name(l).to_owned(),
                at: s.created_at,
                state: s.state.name(l),
                tone: s.state.tone(),
            })
            .collect(),
        versions: versions
            .iter()
            .rev()
            .map(|v| Choice::new(v.id.to_string(), label(v), v.id.to_string() == input.version))
            .collect(),
        input,
        errors,
        may_write: rights::may_plan(&cx.viewer),
        page: cx
            .page(Section::Budget, l.t("シナリオ", "Scenarios"))
            .crumb(l.t("予算", "Budget"), "/budget")
            .beside(tabs::tabs(cx, MoneyTab::Scenarios)),
    })
}

pub async fn show(cx: Cx) -> Outcome {
    let versions = positions::in_force(cx.pool(), None).await?;
    let version = usual(&cx, &versions).map(|v| v.id.to_string()).unwrap_or_default();
    render(&page(&cx, ScenarioForm { version, ..ScenarioForm::default() }, FieldErrors::new()).await?)
}

/// The version that a scenario most likely stands on: the initial budget of the running year, or of the last before it.
fn usual<'a>(cx: &Cx, versions: &'a [InForce]) -> Option<&'a InForce> {
    let initial = versions.iter().filter(|v| v.stage == Stage::Initial);
    initial.filter(|v| v.year <= cx.fiscal_year()).max_by_key(|v| v.year)
}

pub async fn create(cx: Cx, Submitted(input): Submitted<ScenarioForm>) -> Outcome {
    let l = cx.l;
    let versions = positions::in_force(cx.pool(), None).await?;
    let (version, name, note) = match input.parse(l, &versions) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&page(&cx, input, errors).await?),
    };
    let id = ScenarioId::new();
    let location = routes::scenario(id);
    let facts = (version, name.as_str(), note.as_str());
    match actions::create(cx.pool(), &cx.actor(), id, facts, None, (&input.key, &location), cx.now).await? {
        Ok(()) => {
            let location = crate::db::submissions::location_of(cx.pool(), &input.key, cx.actor().id)
                .await?
                .unwrap_or(location);
            Ok(Redirected::to(location)
                .saying(l.t("シナリオを作りました。", "The scenario is made."))
                .into_response())
        }
        Err(actions::NameTaken) => {
            let mut errors = FieldErrors::new();
            let said = Said::new(
                "この予算版には同じ名前のシナリオがあります。",
                "The version has a scenario of this name.",
            );
            errors.add("name", l.t("名前", "Name"), said);
            render_invalid(&page(&cx, input, errors).await?)
        }
    }
}
