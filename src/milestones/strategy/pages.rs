//! The form of an exit strategy.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;

use crate::milestones::routes::{task_milestones_path, task_strategy_path};
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render, render_invalid,
};

use super::forms::{self, StrategyForm};
use super::model::TakerKind;
use super::{actions, queries};

#[derive(Template)]
#[template(path = "milestones/strategy.html")]
struct StrategyPage {
    page: Page,
    action: String,
    back: String,
    input: StrategyForm,
    errors: FieldErrors,
    classes: Vec<Choice>,
    kinds: Vec<Choice>,
    programs: Vec<Choice>,
}

fn form_page(
    cx: &Cx,
    task: &TaskRecord,
    c: &Catalogue,
    input: StrategyForm,
    errors: FieldErrors,
) -> StrategyPage {
    let l = cx.l;
    let id = task.id.into();
    StrategyPage {
        page: cx
            .page(Section::Tasks, l.t("出口戦略の編集", "Edit the exit strategy"))
            .crumb(l.t("課題一覧", "Tasks"), "/tasks")
            .crumb(task.title(l), task_path(id))
            .crumb(l.t("出口戦略とマイルストーン", "Exit strategy and milestones"), task_milestones_path(id)),
        action: task_strategy_path(id),
        back: task_milestones_path(id),
        classes: c
            .values_of(Vocabulary::ApprovalClass)
            .map(|v| Choice::new(&v.code, v.name(l), v.code == input.approval_class))
            .collect(),
        kinds: TakerKind::ALL
            .iter()
            .map(|k| Choice::new(k.code(), k.name(l), k.code() == input.taker_kind))
            .collect(),
        programs: c
            .programs
            .iter()
            .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == input.taker_program))
            .collect(),
        input,
        errors,
    }
}

async fn stored(cx: &Cx, task: &TaskRecord, c: &Arc<Catalogue>) -> Result<StrategyForm, PageError> {
    let strategy = queries::strategy(cx.pool(), task.id.into()).await?;
    let mut form = StrategyForm::of(strategy.as_ref(), c);
    if strategy.is_none() {
        // The task's own main class is the likely one.
        let class = task.approval_ids.first().and_then(|id| c.value(*id));
        form.approval_class = class.map(|v| v.code.clone()).unwrap_or_default();
    }
    Ok(form)
}

pub async fn form(cx: Cx, task: Acting<TaskRecord>) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let input = stored(&cx, &task, &c).await?;
    render(&form_page(&cx, &task, &c, input, FieldErrors::new()))
}

pub async fn update(cx: Cx, task: Acting<TaskRecord>, Submitted(input): Submitted<StrategyForm>) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let fields = match input.parse(cx.l, &c) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&form_page(&cx, &task, &c, input, errors)),
    };
    let version = input.version.parse().unwrap_or(-1);
    match actions::write(cx.pool(), &cx.actor(), (task.id.into(), version), &fields, cx.now).await? {
        Ok(()) => Ok(Redirected::to(task_milestones_path(task.id.into()))
            .saying(cx.l.t("出口戦略を保存しました。", "The exit strategy is saved."))
            .into_response()),
        Err(actions::Stale) => {
            let theirs = stored(&cx, &task, &c).await?;
            Err(PageError::Conflict(Box::new(conflict(&cx, &task, &input, &theirs))))
        }
    }
}

fn conflict(cx: &Cx, task: &TaskRecord, mine: &StrategyForm, theirs: &StrategyForm) -> Conflict {
    let l = cx.l;
    let mut pairs: Vec<(String, String)> =
        mine.labelled(l).into_iter().map(|(name, _, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    let both = mine.labelled(l).into_iter().zip(theirs.labelled(l));
    Conflict {
        fields: both
            .map(|((_, label, yours), (_, _, theirs))| ConflictField {
                label: label.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            })
            .collect(),
        reload_href: format!("{}/edit", task_strategy_path(task.id.into())),
        action: task_strategy_path(task.id.into()),
        pairs,
    }
}

/// Labels for the page that shows a strategy.
pub fn labels(l: crate::kernel::Language) -> [&'static str; 8] {
    [
        forms::label_product(l),
        forms::label_class(l),
        forms::label_taker_kind(l),
        forms::label_taker(l),
        forms::label_program(l),
        forms::label_data(l),
        forms::label_ip(l),
        forms::label_competitors(l),
    ]
}
