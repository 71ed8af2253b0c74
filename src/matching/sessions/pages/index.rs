//! The list of sessions, and the form of a new one.

use askama::Template;
use axum::response::IntoResponse;

use crate::kernel::clock::JST;
use crate::matching::eligibility::actions::newest_version;
use crate::matching::sessions::actions;
use crate::matching::sessions::forms::PlanForm;
use crate::matching::sessions::model::State;
use crate::matching::sessions::queries::{self, Line};
use crate::matching::sessions::routes::session_path;
use crate::matching::tabs::{MatchingTab, tabs};
use crate::web::{Cx, FieldErrors, Outcome, Page, Redirected, Section, Submitted, render, render_invalid};

use super::{at_its_field, runs};

#[derive(Template)]
#[template(path = "matching/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Row>,
    may_run: bool,
}

struct Row {
    line: Line,
    href: String,
    state: &'static str,
    tone: &'static str,
    next: String,
}

pub async fn index(cx: Cx) -> Outcome {
    let lines = queries::sessions(cx.pool(), cx.viewer.id).await?;
    let rows = lines.into_iter().filter_map(|line| row(&cx, line)).collect();
    let page =
        cx.page(Section::Matching, cx.l.t("マッチング", "Matching")).beside(tabs(&cx, MatchingTab::Sessions));
    render(&IndexPage { page, rows, may_run: runs(&cx) })
}

fn row(cx: &Cx, line: Line) -> Option<Row> {
    let state = State::from_code(&line.state)?;
    let l = cx.l;
    let tone = match state {
        State::Draft | State::Eligible | State::Shortlist => "quiet",
        State::Interest | State::Consent => "warn",
        State::Solved => "info",
        State::Closed => "ok",
    };
    let next = match (state, line.interest_deadline, line.consent_until) {
        (State::Interest, Some(at), _) => format!(
            "{}{}（{}/{}）",
            l.t("期限 ", "Deadline "),
            at.with_timezone(&JST).format("%Y-%m-%d %H:%M"),
            line.submitted,
            line.lists
        ),
        (State::Consent, _, Some(day)) => format!("{}{day}", l.t("合意の期限 ", "Consent until ")),
        (State::Closed, ..) => match l {
            crate::web::Language::Ja => format!("移行 {}件", line.transferred),
            crate::web::Language::En => format!("{} transferred", line.transferred),
        },
        _ => String::new(),
    };
    Some(Row { href: session_path(line.id.into()), state: state.name(l), tone, next, line })
}

#[derive(Template)]
#[template(path = "matching/new.html")]
struct NewPage {
    page: Page,
    input: PlanForm,
    errors: FieldErrors,
}

fn new_page(cx: &Cx, input: PlanForm, errors: FieldErrors) -> NewPage {
    let title = cx.l.t("新しいセッション", "New session");
    let page = cx.page(Section::Matching, title).crumb(cx.l.t("マッチング", "Matching"), "/matching");
    NewPage { page, input, errors }
}

pub async fn new(cx: Cx) -> Outcome {
    let year = cx.fiscal_year().plus(1);
    let input = PlanForm {
        name: match cx.l {
            crate::web::Language::Ja => format!("{}マッチング", year.japanese()),
            crate::web::Language::En => format!("{} matching", year.english()),
        },
        fiscal_year: year.short(),
        ..PlanForm::default()
    };
    render(&new_page(&cx, input, FieldErrors::new()))
}

pub async fn create(cx: Cx, Submitted(input): Submitted<PlanForm>) -> Outcome {
    let plan = match input.parse(cx.l) {
        Ok(plan) => plan,
        Err(errors) => return render_invalid(&new_page(&cx, input, errors)),
    };
    let rules = newest_version(cx.pool(), cx.now).await?;
    let id = match actions::create(cx.pool(), &cx.actor(), &plan, rules, &input.key, cx.now).await? {
        Ok(id) => id,
        Err(stopped) => return render_invalid(&new_page(&cx, input, at_its_field(&cx, stopped))),
    };
    let said = cx
        .l
        .t("セッションを作成しました。対象課題を選んでください。", "The session is made; choose its tasks.");
    Ok(Redirected::to(crate::matching::sessions::step_path(id, "tasks")).saying(said).into_response())
}
