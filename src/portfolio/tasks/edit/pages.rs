//! The page on which a task is edited.

use askama::Template;
use axum::response::IntoResponse;

use crate::kernel::{Language, TaskId};
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::routes::{ListAddress, list_path, task_path};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted, render,
    render_invalid,
};

use super::actions::{self, Change, Edited};
use super::forms::{TaskEdit, TaskForm, label};

#[derive(Template)]
#[template(path = "tasks/edit.html")]
struct EditPage {
    page: Page,
    action: String,
    form: TaskForm,
    errors: FieldErrors,
    tags: Vec<TagChoices>,
}

/// The choices of one vocabulary.
struct TagChoices {
    name: &'static str,
    main_name: String,
    label: &'static str,
    main_label: String,
    main: Vec<Choice>,
    others: Vec<Choice>,
}

pub async fn form(cx: Cx, task: Acting<TaskRecord>) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let form = TaskForm::of(&task);
    render(&edit_page(&cx, &task, form, FieldErrors::new(), &c))
}

pub async fn update(cx: Cx, task: Acting<TaskRecord>, Submitted(form): Submitted<TaskForm>) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let after = match form.parse(&c, cx.l) {
        Ok(after) => after,
        Err(errors) => return render_invalid(&edit_page(&cx, &task, form, errors, &c)),
    };
    let (before, to) = (TaskEdit::of(&task), task_path(task.id.into()));
    let change = Change {
        id: task.id,
        version: form.version.parse().unwrap_or(-1),
        before: &before,
        after: &after,
        key: &form.key,
        location: &to,
    };
    match actions::change(cx.pool(), change, &c, &cx.actor(), cx.now).await? {
        Edited::Done => Ok(Redirected::to(to).saying(cx.l.t("保存しました。", "Saved.")).into_response()),
        Edited::SomebodyWasFaster => Err(conflict(&cx, task.id.into(), &form, &after, &c).await?),
    }
}

fn edit_page(cx: &Cx, task: &TaskRecord, form: TaskForm, errors: FieldErrors, c: &Catalogue) -> EditPage {
    let l = cx.l;
    let to = task_path(task.id.into());
    EditPage {
        page: cx
            .page(Section::Tasks, l.t("課題の編集", "Edit a task"))
            .crumb(l.t("課題一覧", "Tasks"), list_path(&ListAddress::default()))
            .crumb(task.number().unwrap_or_else(|| task.title(l)), to.clone()),
        action: to,
        tags: Vocabulary::ALL.into_iter().map(|v| tag_choices(v, &form, task, c, l)).collect(),
        form,
        errors,
    }
}

/// The values in force today, and those that the task already has.
fn tag_choices(v: Vocabulary, form: &TaskForm, task: &TaskRecord, c: &Catalogue, l: Language) -> TagChoices {
    let (main, others) = form.tags(v);
    let year = i16::try_from(crate::kernel::FiscalYear::containing(task.ends_on).year()).unwrap_or(i16::MAX);
    let values: Vec<_> = c
        .values_of(v)
        .filter(|value| value.last_fy.is_none_or(|last| year <= last) || task.tags(v).contains(&value.id))
        .collect();
    let choices = |is_chosen: &dyn Fn(&str) -> bool| {
        values
            .iter()
            .map(|value| {
                let id = value.id.to_string();
                let chosen = is_chosen(&id);
                Choice::new(id, value.name(l), chosen)
            })
            .collect()
    };
    TagChoices {
        name: v.code(),
        main_name: format!("main_{}", v.code()),
        label: v.name(l),
        main_label: format!("{}{}", v.name(l), l.t("（主）", " (main)")),
        main: choices(&|id| id == main),
        others: choices(&|id| others.iter().any(|o| o == id)),
    }
}

/// Both texts side by side; sending mine again over the present version is one button.
async fn conflict(
    cx: &Cx,
    id: TaskId,
    form: &TaskForm,
    mine: &TaskEdit,
    c: &Catalogue,
) -> Result<PageError, PageError> {
    let Some(present) = TaskRecord::find(cx, id).await? else { return Ok(PageError::NotFound) };
    let theirs = TaskEdit::of(&present);
    let fields = mine
        .texts(c)
        .into_iter()
        .zip(theirs.texts(c))
        .map(|((field, yours), (_, theirs))| ConflictField {
            label: label(field, cx.l).to_owned(),
            yours,
            theirs,
        })
        .filter(ConflictField::differs)
        .collect();
    let mut again = form.clone();
    again.version = present.version.to_string();
    again.key = uuid::Uuid::new_v4().simple().to_string();
    let to = task_path(id);
    Ok(PageError::Conflict(Box::new(Conflict {
        fields,
        reload_href: format!("{to}/edit"),
        action: to,
        pairs: pairs(&again),
    })))
}

/// The form as hidden fields.
fn pairs(form: &TaskForm) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = [
        ("key", &form.key),
        ("version", &form.version),
        ("title_ja", &form.title_ja),
        ("title_en", &form.title_en),
        ("summary_ja", &form.summary_ja),
        ("summary_en", &form.summary_en),
        ("summary_nonpublic", &form.summary_nonpublic),
        ("keywords", &form.keywords),
        ("starts_on", &form.starts_on),
        ("ends_on", &form.ends_on),
        ("restricted", &form.restricted),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .to_vec();
    for v in Vocabulary::ALL {
        let (main, others) = form.tags(v);
        pairs.push((format!("main_{}", v.code()), main.clone()));
        pairs.extend(others.iter().map(|other| (v.code().to_owned(), other.clone())));
    }
    pairs
}
