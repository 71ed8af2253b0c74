//! The form of a program, with its spellings and its lineage.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render, render_invalid,
};

use super::super::model::{LineageKind, NameKind, Register};
use super::super::{family, register};
use super::actions;
use super::forms::{LineageForm, NameForm, ProgramForm, RemovalForm};

#[derive(Template)]
#[template(path = "programs/edit.html")]
struct EditPage {
    page: Page,
    action: String,
    input: ProgramForm,
    errors: FieldErrors,
    ministries: Vec<Choice>,
    names: Vec<NameRow>,
    name_input: NameForm,
    name_errors: FieldErrors,
    steps: Vec<StepRow>,
    step_input: LineageForm,
    step_errors: FieldErrors,
    programs: Vec<Choice>,
    kinds: Vec<Choice>,
    directions: Vec<Choice>,
}

struct NameRow {
    name: String,
    kind: &'static str,
    folded: String,
    may_remove: bool,
}

struct StepRow {
    step: family::StepRow,
    from: Uuid,
    to: Uuid,
}

struct Editing {
    cx: Cx,
    catalogue: Arc<Catalogue>,
    register: Arc<Register>,
    program: Program,
}

impl Editing {
    async fn find(cx: Cx, code: &str) -> Result<Self, PageError> {
        let catalogue = catalogue::of(&cx).await?;
        let register = register(&cx).await?;
        let program = catalogue.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?.clone();
        Ok(Self { cx, catalogue, register, program })
    }

    fn stored(&self) -> Result<ProgramForm, PageError> {
        let record = self.register.record(self.program.id).ok_or(PageError::NotFound)?;
        Ok(ProgramForm::of(&self.program, record))
    }

    fn path(&self) -> String {
        format!("/programs/{}", self.program.code)
    }

    fn back(&self) -> String {
        format!("{}/edit", self.path())
    }

    fn page(&self) -> Result<EditPage, PageError> {
        let l = self.cx.l;
        let input = self.stored()?;
        let title = l.t("事業の編集", "Edit a program");
        let page = self
            .cx
            .page(Section::Programs, title)
            .crumb(l.t("事業", "Programs"), "/programs")
            .crumb(self.program.name(l), self.path());
        Ok(EditPage {
            action: self.path(),
            ministries: self.ministries(&input.ministry),
            input,
            errors: FieldErrors::new(),
            names: self.names(),
            name_input: NameForm::default(),
            name_errors: FieldErrors::new(),
            steps: self.steps(),
            step_input: LineageForm::default(),
            step_errors: FieldErrors::new(),
            programs: self.others(""),
            kinds: kinds(l, ""),
            directions: directions(l, "from"),
            page,
        })
    }

    fn ministries(&self, chosen: &str) -> Vec<Choice> {
        let l = self.cx.l;
        self.catalogue.ministries.iter().map(|m| Choice::new(&m.code, m.name(l), m.code == chosen)).collect()
    }

    fn others(&self, chosen: &str) -> Vec<Choice> {
        let others = self.catalogue.programs.iter().filter(|p| p.id != self.program.id);
        others
            .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(self.cx.l)), p.code == chosen))
            .collect()
    }

    fn names(&self) -> Vec<NameRow> {
        let own = self.register.names.iter().filter(|n| n.program_id == self.program.id);
        own.map(|n| NameRow {
            name: n.name.clone(),
            kind: n.kind.name(self.cx.l),
            folded: n.folded.clone(),
            may_remove: matches!(n.kind, NameKind::Variant | NameKind::Confirmed),
        })
        .collect()
    }

    fn steps(&self) -> Vec<StepRow> {
        let own =
            self.register.lineage.iter().filter(|s| s.from == self.program.id || s.to == self.program.id);
        own.map(|s| StepRow { step: family::row(self.cx.l, &self.catalogue, s), from: s.from, to: s.to })
            .collect()
    }
}

fn kinds(l: crate::web::Language, chosen: &str) -> Vec<Choice> {
    LineageKind::ALL.into_iter().map(|k| Choice::new(k.code(), k.name(l), k.code() == chosen)).collect()
}

fn directions(l: crate::web::Language, chosen: &str) -> Vec<Choice> {
    vec![
        Choice::new("from", l.t("相手が前の事業", "The other came before"), chosen == "from"),
        Choice::new("to", l.t("相手が後の事業", "The other came after"), chosen != "from"),
    ]
}

pub async fn form(cx: Cx, AtPath(code): AtPath<String>) -> Outcome {
    render(&Editing::find(cx, &code).await?.page()?)
}

pub async fn update(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<ProgramForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let fields = match input.parse(cx.l, &editing.catalogue) {
        Ok(fields) => fields,
        Err(errors) => {
            let ministries = editing.ministries(&input.ministry);
            return render_invalid(&EditPage { input, errors, ministries, ..editing.page()? });
        }
    };
    let version = input.version.parse().unwrap_or(0);
    match actions::edit(cx.pool(), &cx.actor(), (editing.program.id, version), &fields, cx.now).await? {
        Ok(()) => {
            Ok(Redirected::to(editing.path()).saying(cx.l.t("保存しました。", "Saved.")).into_response())
        }
        Err(actions::Stale) => Err(PageError::Conflict(Box::new(conflict(&editing, &input)?))),
    }
}

pub async fn add_name(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<NameForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    match input.parse(cx.l) {
        Err(name_errors) => render_invalid(&EditPage { name_input: input, name_errors, ..editing.page()? }),
        Ok(spelling) => {
            actions::confirm_name(cx.pool(), &cx.actor(), editing.program.id, &spelling, &input.key, cx.now)
                .await?;
            Ok(Redirected::to(editing.back()).saying(cx.l.t("追加しました。", "Added.")).into_response())
        }
    }
}

pub async fn remove_name(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<RemovalForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    actions::remove_name(cx.pool(), &cx.actor(), editing.program.id, &input.folded, cx.now).await?;
    Ok(Redirected::to(editing.back()).saying(cx.l.t("削除しました。", "Removed.")).into_response())
}

pub async fn add_step(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<LineageForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    match input.parse(cx.l, &editing.catalogue, editing.program.id) {
        Err(step_errors) => render_invalid(&EditPage {
            programs: editing.others(&input.other),
            kinds: kinds(cx.l, &input.kind),
            directions: directions(cx.l, &input.direction),
            step_input: input,
            step_errors,
            ..editing.page()?
        }),
        Ok(step) => {
            actions::put_step(cx.pool(), &cx.actor(), editing.program.id, &step, &input.key, cx.now).await?;
            Ok(Redirected::to(editing.back()).saying(cx.l.t("追加しました。", "Added.")).into_response())
        }
    }
}

pub async fn remove_step(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<RemovalForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let ends: (Uuid, Uuid) = match (input.from.parse(), input.to.parse()) {
        (Ok(from), Ok(to)) if from == editing.program.id || to == editing.program.id => (from, to),
        _ => return Err(PageError::NotFound),
    };
    actions::remove_step(cx.pool(), &cx.actor(), editing.program.id, ends, cx.now).await?;
    Ok(Redirected::to(editing.back()).saying(cx.l.t("削除しました。", "Removed.")).into_response())
}

fn conflict(editing: &Editing, mine: &ProgramForm) -> Result<Conflict, PageError> {
    let l = editing.cx.l;
    let theirs = editing.stored()?;
    let mut pairs: Vec<(String, String)> =
        mine.labelled(l).into_iter().map(|(name, _, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    let fields = mine.labelled(l).into_iter().zip(theirs.labelled(l));
    Ok(Conflict {
        fields: fields
            .map(|((_, label, yours), (_, _, theirs))| ConflictField {
                label: label.to_owned(),
                yours: yours.to_owned(),
                theirs: theirs.to_owned(),
            })
            .collect(),
        reload_href: editing.back(),
        action: editing.path(),
        pairs,
    })
}
