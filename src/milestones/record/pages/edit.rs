//! The form that makes a milestone or edits its type, detail and owner.

use askama::Template;
use axum::response::IntoResponse;
use chrono::NaiveDate;

use crate::accounts::Role;
use crate::kernel::TaskId;
use crate::milestones::MilestoneId;
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::routes::task_milestones_path;
use crate::milestones::types::{self, Types};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render, render_invalid,
};

use super::super::forms::{self, MilestoneForm};
use super::super::milestone_path;
use super::super::model::{Milestone, OwnerId};
use super::super::moves::{self, NewMilestone};
use super::super::queries::{self, OwnerChoice};
use super::moves::refused;

#[derive(Template)]
#[template(path = "milestones/edit.html")]
struct EditPage {
    page: Page,
    action: String,
    back: String,
    input: MilestoneForm,
    errors: FieldErrors,
    types: Vec<Choice>,
    owners: Vec<Choice>,
    is_new: bool,
    period: String,
}

/// What the form of a milestone needs beside what was typed.
pub struct Making<'a> {
    pub cx: &'a Cx,
    pub types: &'a Types,
    pub owners: Vec<OwnerChoice>,
    /// Codes of the approval classes of task and strategy.
    pub classes: Vec<String>,
    pub kept: Option<i16>,
    pub period: (NaiveDate, NaiveDate),
}

impl Making<'_> {
    pub fn owner_ids(&self) -> Vec<OwnerId> {
        self.owners.iter().map(|o| o.id).collect()
    }

    fn types(&self, chosen: &str) -> Vec<Choice> {
        let l = self.cx.l;
        let classes: Vec<&str> = self.classes.iter().map(String::as_str).collect();
        self.types
            .offered(&classes, self.kept)
            .into_iter()
            .map(|t| Choice::new(&t.code, format!("{}　{}", t.set.name(l), t.name(l)), t.code == chosen))
            .collect()
    }

    fn owners(&self, chosen: &str) -> Vec<Choice> {
        let l = self.cx.l;
        let part = |o: &OwnerChoice| match o.part.as_str() {
            "lead" => l.t("研究代表者", "Lead investigator"),
            "co" => l.t("研究分担者", "Co-investigator"),
            role => Role::from_code(role).map(|r| r.name(l)).unwrap_or_default(),
        };
        self.owners
            .iter()
            .map(|o| {
                let code = o.id.code();
                let label =
                    format!("{}{}{}{}", o.name.in_language(l), l.t("（", " ("), part(o), l.t("）", ")"));
                let chosen = code == chosen;
                Choice::new(code, label, chosen)
            })
            .collect()
    }

    fn page(&self, page: Page, input: MilestoneForm, errors: FieldErrors, to: (String, String)) -> EditPage {
        EditPage {
            types: self.types(&input.kind),
            owners: self.owners(&input.owner),
            is_new: input.version.is_empty(),
            period: format!(
                "{}{} – {}",
                self.cx.l.t("課題の期間：", "Period of the task: "),
                self.period.0,
                self.period.1
            ),
            action: to.0,
            back: to.1,
            input,
            errors,
            page,
        }
    }
}

/// The form of a new milestone of a task; `id` names the task.
pub async fn new_page(
    cx: &Cx,
    making: &Making<'_>,
    (id, title): (TaskId, &str),
    input: MilestoneForm,
    errors: FieldErrors,
) -> Outcome {
    let l = cx.l;
    let page = cx
        .page(Section::Tasks, l.t("マイルストーンの追加", "Add a milestone"))
        .crumb(title, task_milestones_path(id));
    let back = task_milestones_path(id);
    let is_wrong = !errors.is_empty();
    let page = making.page(page, input, errors, (back.clone(), back));
    if is_wrong { render_invalid(&page) } else { render(&page) }
}

/// Makes a milestone of what was typed, or shows the form again.
pub async fn create_of(
    cx: &Cx,
    making: &Making<'_>,
    (task, title): (TaskId, &str),
    input: MilestoneForm,
) -> Outcome {
    let (fields, due_on) = match input.parse(cx.l, making.types, &making.owner_ids()) {
        Ok(parsed) => parsed,
        Err(errors) => return new_page(cx, making, (task, title), input, errors).await,
    };
    let milestone = NewMilestone {
        id: MilestoneId::new(),
        task,
        type_id: fields.type_id,
        detail: fields.detail.map(|t| t.into_string()),
        due_on,
        owner: fields.owner,
    };
    match moves::create(cx.pool(), &cx.actor(), &milestone, making.period.0, &input.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(task_milestones_path(task))
            .saying(cx.l.t("マイルストーンを追加しました。", "The milestone is added."))
            .into_response()),
        Err(not) => new_page(cx, making, (task, title), input, refused(cx.l, "due", not)).await,
    }
}

async fn making<'a>(
    cx: &'a Cx,
    m: &Milestone,
    types: &'a Types,
    c: &Catalogue,
) -> Result<Making<'a>, PageError> {
    let mut owners = queries::owners(cx.pool(), m.task_id.into(), cx.today()).await?;
    if !owners.iter().any(|o| o.id == m.owner) {
        owners.push(OwnerChoice { id: m.owner, name: m.owner_name.clone(), part: String::new() });
    }
    let code = |id: &i16| c.value(*id).map(|v| v.code.clone());
    Ok(Making {
        cx,
        types,
        owners,
        classes: m.task.approval_ids.iter().filter_map(code).collect(),
        kept: Some(m.type_id),
        period: (m.task.starts_on, m.task.ends_on),
    })
}

fn edit_frame(cx: &Cx, m: &Milestone, types: &Types) -> (Page, (String, String)) {
    let l = cx.l;
    let href = milestone_path(m.id.into());
    let name = milestone_name(types, m.type_id, m.detail.as_deref(), l);
    let page = cx
        .page(Section::Milestones, l.t("マイルストーンの編集", "Edit a milestone"))
        .crumb(m.task.title.in_language(l), task_milestones_path(m.task_id.into()))
        .crumb(name, &href);
    (page, (href.clone(), href))
}

pub async fn edit(cx: Cx, m: Acting<Milestone>) -> Outcome {
    let (types, c) = (types::of(&cx).await?, catalogue::of(&cx).await?);
    let making = making(&cx, &m, &types, &c).await?;
    let (page, to) = edit_frame(&cx, &m, &types);
    render(&making.page(page, MilestoneForm::of(&m, &types), FieldErrors::new(), to))
}

pub async fn update(cx: Cx, m: Acting<Milestone>, Submitted(input): Submitted<MilestoneForm>) -> Outcome {
    let (types, c) = (types::of(&cx).await?, catalogue::of(&cx).await?);
    let making = making(&cx, &m, &types, &c).await?;
    let mut errors = FieldErrors::new();
    let fields = input.fields(cx.l, &types, &making.owner_ids(), &mut errors);
    let fields = match errors.finish(fields) {
        Ok(fields) => fields,
        Err(errors) => {
            let (page, to) = edit_frame(&cx, &m, &types);
            return render_invalid(&making.page(page, input, errors, to));
        }
    };
    let version = input.version.parse().unwrap_or(0);
    let detail = fields.detail.as_ref().map(|t| t.as_str());
    let written = (fields.type_id, detail, fields.owner);
    match moves::edit(cx.pool(), &cx.actor(), (m.task_id, m.id.into(), version), written, cx.now).await? {
        Ok(()) => Ok(Redirected::to(milestone_path(m.id.into()))
            .saying(cx.l.t("保存しました。", "Saved."))
            .into_response()),
        Err(_) => Err(PageError::Conflict(Box::new(edit_conflict(&cx, &m, &making, &input)))),
    }
}

fn edit_conflict(cx: &Cx, m: &Milestone, making: &Making<'_>, mine: &MilestoneForm) -> Conflict {
    let l = cx.l;
    let theirs = MilestoneForm::of(m, making.types);
    let kind = |form: &MilestoneForm| {
        making.types.by_code(&form.kind).map(|t| t.name(l).to_owned()).unwrap_or_default()
    };
    let owner = |form: &MilestoneForm| {
        let found = making.owners.iter().find(|o| o.id.code() == form.owner);
        found.map(|o| o.name.in_language(l).to_owned()).unwrap_or_default()
    };
    let field =
        |label: &str, yours: String, theirs: String| ConflictField { label: label.to_owned(), yours, theirs };
    let href = milestone_path(m.id.into());
    Conflict {
        fields: vec![
            field(forms::label_type(l), kind(mine), kind(&theirs)),
            field(forms::label_detail(l), mine.detail.clone(), theirs.detail.clone()),
            field(forms::label_owner(l), owner(mine), owner(&theirs)),
        ],
        reload_href: format!("{href}/edit"),
        action: href,
        pairs: vec![
            ("type".to_owned(), mine.kind.clone()),
            ("detail".to_owned(), mine.detail.clone()),
            ("owner".to_owned(), mine.owner.clone()),
            ("version".to_owned(), theirs.version),
        ],
    }
}
