//! The offer of an option.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{FiscalYear, TaskId};
use crate::portfolio::catalogue;
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::view::Choice;
use crate::web::{
    Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, Visible, render,
    render_invalid,
};

use crate::matching::options::actions;
use crate::matching::options::forms::OfferForm;
use crate::matching::options::queries;
use crate::matching::options::routes::option_path;

#[derive(Template)]
#[template(path = "matching/options/new.html")]
struct OfferPage {
    page: Page,
    task_title: String,
    task_href: String,
    period: String,
    input: OfferForm,
    errors: FieldErrors,
    programs: Vec<Choice>,
    years: Vec<Choice>,
    slots: Vec<Choice>,
}

/// The task to offer for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    task: String,
    program: String,
    year: String,
    slot: String,
}

async fn offered_task(cx: &Cx, id: &str) -> Result<TaskRecord, PageError> {
    let id: Uuid = id.parse().map_err(|_| {
        PageError::Refused(Said::new(
            "枠を提示する課題を、課題のページから選んでください。",
            "Choose the task from its own page first.",
        ))
    })?;
    let task = Visible::<TaskRecord>::find(cx, TaskId(id)).await?.into_inner();
    if cx.viewer.rights.may_edit(task.program_id) {
        Ok(task)
    } else {
        Err(PageError::Forbidden(Said::new(
            "この課題の事業を担当する人だけが枠を提示できます。",
            "Only those in charge of the task's program offer an option for it.",
        )))
    }
}

pub async fn new(cx: Cx, Asked(query): Asked<NewQuery>) -> Outcome {
    let task = offered_task(&cx, &query.task).await?;
    let year = FiscalYear::containing(task.ends_on).plus(1).max(cx.fiscal_year().plus(1));
    let input = OfferForm {
        task: query.task,
        program: query.program,
        year: if query.year.is_empty() { year.short() } else { query.year },
        slot_type: query.slot,
        decide_by: task.ends_on.max(cx.today()).to_string(),
        ..OfferForm::default()
    };
    render(&offer_page(&cx, &task, input, FieldErrors::new()).await?)
}

async fn offer_page(
    cx: &Cx,
    task: &TaskRecord,
    input: OfferForm,
    errors: FieldErrors,
) -> Result<OfferPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let slots = queries::slot_choices(cx.pool(), cx.fiscal_year().plus(1)).await?;
    let name = |s: &queries::SlotChoice| {
        let program = c.program(s.program_id).map(|p| p.name(l)).unwrap_or_default();
        format!("{} {program} {}", s.fiscal_year.short(), l.name(&s.name_ja, s.name_en.as_deref()))
    };
    let page = cx.page(Section::Matching, l.t("ペアリング枠の提示", "Offer a pairing option"));
    let years = (1..=6).map(|n| cx.fiscal_year().plus(n));
    Ok(OfferPage {
        task_title: task.title(l).to_owned(),
        task_href: task_path(task.id.into()),
        period: format!("{} – {}", task.starts_on, task.ends_on),
        programs: c
            .programs
            .iter()
            .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == input.program))
            .collect(),
        years: years.map(|y| Choice::new(y.short(), page.fiscal_year(&y), y.short() == input.year)).collect(),
        slots: slots
            .iter()
            .filter(|s| {
                input.program.is_empty() || c.program(s.program_id).is_some_and(|p| p.code == input.program)
            })
            .map(|s| Choice::new(s.id.to_string(), name(s), s.id.to_string() == input.slot_type))
            .collect(),
        input,
        errors,
        page: page.crumb(l.t("ペアリング枠", "Pairing options"), "/options"),
    })
}

pub async fn offer(cx: Cx, Submitted(form): Submitted<OfferForm>) -> Outcome {
    let task = offered_task(&cx, &form.task).await?;
    let c = catalogue::of(&cx).await?;
    let slots = queries::slot_choices(cx.pool(), cx.fiscal_year().plus(1)).await?;
    let offer = match form.parse((&c, &slots), (cx.today(), task.ends_on), cx.l) {
        Ok(offer) => offer,
        Err(errors) => return render_invalid(&offer_page(&cx, &task, form, errors).await?),
    };
    let option = queries::NewOption {
        id: Uuid::now_v7(),
        task: task.id,
        program: offer.program,
        year: offer.year,
        slot_type: offer.slot_type,
        yen: offer.yen,
        stage_ends_on: task.ends_on,
        decide_by: offer.decide_by,
        by: cx.viewer.id.0,
    };
    if let Some(to) = crate::db::submissions::location_of(cx.pool(), &form.key, Some(cx.viewer.id.0)).await? {
        return Ok(Redirected::to(to).into_response());
    }
    match actions::offer(cx.pool(), &cx.actor(), &option, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(option_path(option.id))
            .saying(cx.l.t(
                "枠を提示しました。受入事業の確保を待ちます。",
                "Offered; the receiving program decides next.",
            ))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("program", super::super::forms::label("program", cx.l), refusal.said());
            render_invalid(&offer_page(&cx, &task, form, errors).await?)
        }
    }
}
