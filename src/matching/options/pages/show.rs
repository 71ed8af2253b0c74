//! The page of an option, and its next step.

use askama::Template;
use axum::response::IntoResponse;

use crate::kernel::Text;
use crate::matching::allocations::{self, allocations_path};
use crate::portfolio::catalogue;
use crate::portfolio::tasks::task_path;
use crate::web::{
    Acting, Cx, Language, Outcome, Page, PageError, Redirected, Section, Submitted, Visible, render,
};

use crate::matching::options::actions;
use crate::matching::options::book::{OddsRow, odds_rows};
use crate::matching::options::forms::StepForm;
use crate::matching::options::model::{State, Step};
use crate::matching::options::queries::{self, OptionRow};
use crate::matching::options::routes::{book_path, option_path};

use super::{Row, may_step, row, title};

#[derive(Template)]
#[template(path = "matching/options/show.html")]
struct OptionPage {
    page: Page,
    option: OptionRow,
    row: Row,
    task_href: Option<String>,
    book_href: String,
    slot: String,
    steps: Vec<StepButton>,
    events: Vec<EventLine>,
    chance: Option<OddsRow>,
    /// The session that has it allocated: its address and name.
    session: Option<(String, String)>,
}

struct StepButton {
    code: &'static str,
    name: &'static str,
    needs: &'static str,
}

struct EventLine {
    state: &'static str,
    tone: &'static str,
    by: String,
    reason: String,
    at: chrono::DateTime<chrono::Utc>,
}

pub async fn show(cx: Cx, option: Visible<OptionRow>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let option = option.into_inner();
    let events = queries::events(cx.pool(), option.id).await?;
    let history = queries::history(cx.pool()).await?;
    let session = allocations::queries::session_of(cx.pool(), option.id).await?;
    let state = option.state();
    let chance = odds_rows(option.program_id, &history, l).into_iter().find(|r| r.code == state.code());
    let button = |step: Step| StepButton {
        code: step.code(),
        name: step.name(l),
        needs: match step {
            Step::Release => l.t("解放する理由", "Why it is released"),
            Step::Confirm => {
                l.t("根拠となるゲートの決定（日付・番号）", "The gate's decision (date, number)")
            }
            _ => "",
        },
    };
    let steps =
        state.steps().into_iter().filter(|s| may_step(&option, *s, &cx).is_none()).map(button).collect();
    render(&OptionPage {
        task_href: option.task_visible.then(|| task_path(option.task_id.into())),
        book_href: c
            .program(option.program_id)
            .map(|p| book_path(&p.code, option.fiscal_year))
            .unwrap_or_default(),
        slot: option
            .slot_ja
            .as_deref()
            .map(|ja| l.name(ja, option.slot_en.as_deref()).to_owned())
            .unwrap_or_default(),
        steps,
        events: events
            .into_iter()
            .map(|e| {
                let state = State::from_code(&e.state).unwrap_or(State::Expired);
                EventLine {
                    state: state.name(l),
                    tone: state.tone(),
                    by: l.name(&e.by_ja, e.by_en.as_deref()).to_owned(),
                    reason: e.reason.unwrap_or_default(),
                    at: e.at,
                }
            })
            .collect(),
        chance,
        session: session.map(|s| (allocations_path(s.id), s.name)),
        row: row(&option, &cx, &c),
        page: cx
            .page(Section::Matching, title(&option, l))
            .crumb(l.t("ペアリング枠", "Pairing options"), "/options"),
        option,
    })
}

pub async fn step(cx: Cx, option: Acting<OptionRow>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let l = cx.l;
    let step = Step::from_code(&form.step).ok_or(PageError::NotFound)?;
    if let Some(said) = may_step(&option, step, &cx) {
        return Err(PageError::Forbidden(said));
    }
    let reason = Text::<500>::optional(&form.reason).map_err(|e| PageError::Refused(e.into()))?;
    let reason = reason.as_ref().map(Text::as_str);
    let version = form.version.parse().unwrap_or(-1);
    let who = (&cx.actor(), cx.viewer.id.0);
    let when = (cx.today(), cx.now);
    let decision =
        if step == Step::Confirm { queries::go_decision(cx.pool(), option.task_id).await? } else { None };
    match actions::step(cx.pool(), who, (&option, version), (step, reason, decision), when).await? {
        Ok(state) => {
            let said = match l {
                Language::Ja => format!("「{}」にしました。", state.name(l)),
                Language::En => format!("It is {} now.", state.name(l).to_lowercase()),
            };
            Ok(Redirected::to(option_path(option.id)).saying(said).into_response())
        }
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}
