//! The administration of milestone types.

use askama::Template;
use axum::response::IntoResponse;

use crate::milestones::TypeSet;
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render,
    render_invalid,
};

use super::actions::{self, Refusal};
use super::forms::{TypeForm, label_retired, label_trial};
use super::model::MilestoneType;
use super::routes::{LIST, type_path};

#[derive(Template)]
#[template(path = "milestones/types/index.html")]
struct IndexPage {
    page: Page,
    groups: Vec<(&'static str, Vec<MilestoneType>)>,
    input: TypeForm,
    sets: Vec<Choice>,
    errors: FieldErrors,
    trial_label: &'static str,
    may_edit: bool,
}

pub async fn index(cx: Cx) -> Outcome {
    render(
        &index_page(&cx, TypeForm { position: "100".to_owned(), ..TypeForm::default() }, FieldErrors::new())
            .await?,
    )
}

async fn index_page(cx: &Cx, input: TypeForm, errors: FieldErrors) -> Result<IndexPage, PageError> {
    let l = cx.l;
    let types = super::of(cx).await?;
    let of = |set: TypeSet| (set.name(l), types.iter().filter(|t| t.set == set).cloned().collect());
    Ok(IndexPage {
        groups: TypeSet::ALL.iter().copied().map(of).collect(),
        sets: sets(cx, &input.type_set),
        input,
        errors,
        trial_label: label_trial(l),
        may_edit: cx.viewer.is_administrator(),
        page: page(cx, l.t("マイルストーンの種類", "Milestone types")),
    })
}

fn sets(cx: &Cx, chosen: &str) -> Vec<Choice> {
    TypeSet::ALL.iter().map(|s| Choice::new(s.code(), s.name(cx.l), s.code() == chosen)).collect()
}

fn page(cx: &Cx, title: &str) -> Page {
    cx.page(Section::Administration, title).crumb(cx.l.t("管理", "Administration"), "/admin")
}

pub async fn add(cx: Cx, Submitted(input): Submitted<TypeForm>) -> Outcome {
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&index_page(&cx, input, errors).await?),
    };
    match actions::add(cx.pool(), &cx.actor(), &fields, &input.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(LIST).saying(cx.l.t("追加しました。", "Added.")).into_response()),
        Err(_) => {
            let mut errors = FieldErrors::new();
            let taken = Said::new("このコードは既にあります。", "This code exists already.");
            errors.add("code", cx.l.t("コード", "Code"), taken);
            render_invalid(&index_page(&cx, input, errors).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "milestones/types/edit.html")]
struct EditPage {
    page: Page,
    action: String,
    input: TypeForm,
    sets: Vec<Choice>,
    errors: FieldErrors,
    trial_label: &'static str,
    retired_label: &'static str,
}

fn edit_page(cx: &Cx, found: &MilestoneType, input: TypeForm, errors: FieldErrors) -> EditPage {
    let l = cx.l;
    EditPage {
        page: page(cx, found.name(l)).crumb(l.t("マイルストーンの種類", "Milestone types"), LIST),
        action: type_path(found.id),
        sets: sets(cx, &input.type_set),
        input,
        errors,
        trial_label: label_trial(l),
        retired_label: label_retired(l),
    }
}

async fn find(cx: &Cx, id: i16) -> Result<MilestoneType, PageError> {
    super::of(cx).await?.find(id).cloned().ok_or(PageError::NotFound)
}

pub async fn edit(cx: Cx, AtPath(id): AtPath<i16>) -> Outcome {
    let found = find(&cx, id).await?;
    render(&edit_page(&cx, &found, TypeForm::of(&found), FieldErrors::new()))
}

pub async fn update(cx: Cx, AtPath(id): AtPath<i16>, Submitted(mut input): Submitted<TypeForm>) -> Outcome {
    let found = find(&cx, id).await?;
    input.code.clone_from(&found.code);
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&edit_page(&cx, &found, input, errors)),
    };
    let version = input.version.parse().unwrap_or(0);
    match actions::edit(cx.pool(), &cx.actor(), (id, version), &fields, cx.now).await? {
        Ok(()) => Ok(Redirected::to(LIST).saying(cx.l.t("保存しました。", "Saved.")).into_response()),
        Err(Refusal::Stale | Refusal::CodeTaken) => {
            Err(PageError::Conflict(Box::new(conflict(&cx, &found, &input))))
        }
    }
}

fn conflict(cx: &Cx, found: &MilestoneType, mine: &TypeForm) -> Conflict {
    let theirs = TypeForm::of(found);
    let mut pairs: Vec<(String, String)> =
        mine.labelled(cx.l).into_iter().map(|(name, _, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    let both = mine.labelled(cx.l).into_iter().zip(theirs.labelled(cx.l));
    Conflict {
        fields: both
            .map(|((_, label, yours), (_, _, theirs))| ConflictField {
                label: label.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            })
            .collect(),
        reload_href: type_path(found.id),
        action: type_path(found.id),
        pairs,
    }
}
