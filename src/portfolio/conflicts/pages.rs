//! The page on which a person declares their relations.

use askama::Template;
use axum::response::IntoResponse;
use chrono::NaiveDate;

use crate::kernel::ConflictDeclarationId;
use crate::kernel::text::nfkc;
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Scoped, Section, Submitted, render,
    render_invalid,
};

use super::actions::{self, AlreadyDeclared};
use super::forms::{DeclarationForm, target_name};
use super::model::Kind;
use super::queries::{self, Declaration};

#[derive(Template)]
#[template(path = "conflicts/index.html")]
struct IndexPage {
    page: Page,
    researcher: Option<String>,
    rows: Vec<Row>,
    input: DeclarationForm,
    relations: Vec<Choice>,
    targets: Vec<Choice>,
    errors: FieldErrors,
}

struct Row {
    id: uuid::Uuid,
    relation: &'static str,
    target: &'static str,
    name: String,
    period: String,
    remark: String,
    declared_on: NaiveDate,
    withdrawn_on: Option<NaiveDate>,
}

impl Scoped for Declaration {
    type Id = ConflictDeclarationId;

    async fn find(cx: &Cx, id: ConflictDeclarationId) -> anyhow::Result<Option<Self>> {
        Ok(queries::declaration(cx.pool(), id).await?.filter(|d| d.user_id == cx.viewer.id.0))
    }

    fn refusal(&self, _: &Cx) -> Option<Said> {
        None
    }
}

pub async fn index(cx: Cx) -> Outcome {
    render(&page(&cx, DeclarationForm::default(), FieldErrors::new()).await?)
}

pub async fn create(cx: Cx, Submitted(form): Submitted<DeclarationForm>) -> Outcome {
    let task = match form.target.as_str() {
        "task" => {
            let number = nfkc(form.name.trim()).to_lowercase();
            queries::task_by_number(cx.pool(), &number, &cx.viewer.rights).await?
        }
        _ => None,
    };
    let declaration = match form.parse(task, cx.l) {
        Ok(declaration) => declaration,
        Err(errors) => return render_invalid(&page(&cx, form, errors).await?),
    };
    let (user, actor) = (cx.viewer.id, cx.actor());
    match actions::declare(cx.pool(), user, &declaration, &actor, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to("/conflicts")
            .saying(cx.l.t("利益相反を申告しました。", "Your declaration is recorded."))
            .into_response()),
        Err(AlreadyDeclared) => {
            let mut errors = FieldErrors::new();
            let said = Said::new("同じ申告が既にあります。", "You have declared this already.");
            errors.add("name", cx.l.t("相手", "Name"), said);
            render_invalid(&page(&cx, form, errors).await?)
        }
    }
}

pub async fn withdraw(cx: Cx, declaration: Acting<Declaration>) -> Outcome {
    actions::withdraw(cx.pool(), &declaration, &cx.actor(), cx.now).await?;
    Ok(Redirected::to("/conflicts")
        .saying(cx.l.t("申告を取り下げました。", "The declaration is withdrawn."))
        .into_response())
}

async fn page(cx: &Cx, input: DeclarationForm, errors: FieldErrors) -> Result<IndexPage, PageError> {
    let l = cx.l;
    let researcher = queries::researcher(cx.pool(), cx.viewer.id).await?.map(|r| {
        let institution =
            l.name(r.institution_ja.as_deref().unwrap_or_default(), r.institution_en.as_deref());
        let parts =
            [l.name(&r.name_ja, r.name_en.as_deref()), institution, r.department.as_deref().unwrap_or("")];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(l.t("　", ", "))
    });
    let rows =
        queries::declarations(cx.pool(), cx.viewer.id).await?.into_iter().map(|d| row(cx, d)).collect();
    Ok(IndexPage {
        page: cx.page(Section::Account, l.t("利益相反の申告", "Conflicts of interest")),
        researcher,
        rows,
        relations: input.relations(l),
        targets: input.targets(l),
        input,
        errors,
    })
}

fn row(cx: &Cx, d: Declaration) -> Row {
    let day = |day: Option<NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
    let in_japan = crate::kernel::clock::today_in_japan;
    let erad = d.erad_number.map(|n| format!("（e-Rad {n}）")).unwrap_or_default();
    Row {
        id: d.id,
        relation: Kind::from_code(&d.relation).name(cx.l),
        target: target_name(&d.target, cx.l),
        name: format!("{}{erad}", d.name),
        period: if d.since.is_none() && d.until.is_none() {
            String::new()
        } else {
            format!("{} – {}", day(d.since), day(d.until))
        },
        remark: d.remark.unwrap_or_default(),
        declared_on: in_japan(d.declared_at),
        withdrawn_on: d.withdrawn_at.map(in_japan),
    }
}
