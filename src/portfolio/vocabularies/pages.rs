//! The pages of vocabularies.

use askama::Template;
use axum::response::IntoResponse;

use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Tab;
use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render,
    render_invalid,
};

use super::actions::{self, Refusal};
use super::forms::ValueForm;
use super::queries::{self, Value};
use super::{Vocabulary, routes};

#[derive(Template)]
#[template(path = "portfolio/vocabularies/index.html")]
struct IndexPage {
    page: Page,
    vocabulary: Vocabulary,
    tabs: Vec<Tab>,
    rows: Vec<Value>,
    input: ValueForm,
    errors: FieldErrors,
}

impl IndexPage {
    fn years(&self, row: &Value) -> String {
        let form = ValueForm::of(row);
        let first = if row.first_fy <= 1990 { "" } else { &form.first_fy };
        format!("{first} – {}", form.last_fy)
    }
}

pub async fn index(cx: Cx, AtPath(code): AtPath<String>) -> Outcome {
    let vocabulary = Vocabulary::from_code(&code).ok_or(PageError::NotFound)?;
    render(&index_page(&cx, vocabulary, ValueForm::default(), FieldErrors::new()).await?)
}

async fn index_page(
    cx: &Cx,
    vocabulary: Vocabulary,
    input: ValueForm,
    errors: FieldErrors,
) -> Result<IndexPage, PageError> {
    let tabs = Vocabulary::ALL
        .into_iter()
        .map(|v| Tab {
            label: v.name(cx.l).to_owned(),
            href: routes::vocabulary(v),
            count: None,
            current: v == vocabulary,
        })
        .collect();
    let rows = queries::values(cx.pool(), vocabulary.code()).await?;
    Ok(IndexPage { page: page(cx, cx.l.t("語彙", "Vocabularies")), vocabulary, tabs, rows, input, errors })
}

pub async fn add(cx: Cx, AtPath(code): AtPath<String>, Submitted(input): Submitted<ValueForm>) -> Outcome {
    let vocabulary = Vocabulary::from_code(&code).ok_or(PageError::NotFound)?;
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&index_page(&cx, vocabulary, input, errors).await?),
    };
    match actions::add(cx.pool(), &cx.actor(), vocabulary, &fields, &input.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::vocabulary(vocabulary))
            .saying(cx.l.t("追加しました。", "Added."))
            .into_response()),
        Err(_) => {
            let mut errors = FieldErrors::new();
            let taken = Said::new("このコードは既にあります。", "This code exists already.");
            errors.add("code", cx.l.t("コード", "Code"), taken);
            render_invalid(&index_page(&cx, vocabulary, input, errors).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "portfolio/vocabularies/edit.html")]
struct EditPage {
    page: Page,
    vocabulary: Vocabulary,
    id: i16,
    back: String,
    input: ValueForm,
    errors: FieldErrors,
}

pub async fn edit(cx: Cx, AtPath((code, id)): AtPath<(String, i16)>) -> Outcome {
    let (vocabulary, value) = find(&cx, &code, id).await?;
    let input = ValueForm::of(&value);
    render(&EditPage {
        page: edit_page(&cx, vocabulary, &value),
        vocabulary,
        id,
        back: routes::vocabulary(vocabulary),
        input,
        errors: FieldErrors::new(),
    })
}

pub async fn update(
    cx: Cx,
    AtPath((code, id)): AtPath<(String, i16)>,
    Submitted(mut input): Submitted<ValueForm>,
) -> Outcome {
    let (vocabulary, value) = find(&cx, &code, id).await?;
    input.code.clone_from(&value.code);
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(errors) => {
            let page = edit_page(&cx, vocabulary, &value);
            return render_invalid(&EditPage {
                page,
                vocabulary,
                id,
                back: routes::vocabulary(vocabulary),
                input,
                errors,
            });
        }
    };
    let version = input.version.parse().unwrap_or(0);
    match actions::edit(cx.pool(), &cx.actor(), (vocabulary, id, version), &fields, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::vocabulary(vocabulary))
            .saying(cx.l.t("保存しました。", "Saved."))
            .into_response()),
        Err(Refusal::Stale | Refusal::CodeTaken) => {
            Err(PageError::Conflict(Box::new(conflict(&cx, vocabulary, &value, &input))))
        }
    }
}

async fn find(cx: &Cx, code: &str, id: i16) -> Result<(Vocabulary, Value), PageError> {
    let vocabulary = Vocabulary::from_code(code).ok_or(PageError::NotFound)?;
    let value =
        queries::value(cx.pool(), id).await?.filter(|v| v.vocabulary == code).ok_or(PageError::NotFound)?;
    Ok((vocabulary, value))
}

fn page(cx: &Cx, title: &str) -> Page {
    cx.page(Section::Administration, title).crumb(cx.l.t("管理", "Administration"), "/admin")
}

fn edit_page(cx: &Cx, vocabulary: Vocabulary, value: &Value) -> Page {
    page(cx, cx.l.t(&value.name_ja, &value.name_en))
        .crumb(vocabulary.name(cx.l), routes::vocabulary(vocabulary))
}

fn conflict(cx: &Cx, vocabulary: Vocabulary, value: &Value, mine: &ValueForm) -> Conflict {
    let theirs = ValueForm::of(value);
    let rows = [
        ("name_ja", cx.l.t("名称（日本語）", "Name in Japanese"), &mine.name_ja, &theirs.name_ja),
        ("name_en", cx.l.t("名称（英語）", "Name in English"), &mine.name_en, &theirs.name_en),
        ("position", cx.l.t("並び順", "Position"), &mine.position, &theirs.position),
        ("first_fy", cx.l.t("開始年度", "First year"), &mine.first_fy, &theirs.first_fy),
        ("last_fy", cx.l.t("終了年度", "Last year"), &mine.last_fy, &theirs.last_fy),
        ("remark", cx.l.t("備考", "Remark"), &mine.remark, &theirs.remark),
    ];
    let mut pairs: Vec<_> =
        rows.iter().map(|(name, _, yours, _)| ((*name).to_owned(), (*yours).clone())).collect();
    pairs.push(("version".to_owned(), theirs.version.clone()));
    Conflict {
        fields: rows
            .iter()
            .map(|(_, label, yours, theirs)| ConflictField {
                label: (*label).to_owned(),
                yours: (*yours).clone(),
                theirs: (*theirs).clone(),
            })
            .collect(),
        reload_href: routes::value(vocabulary, value.id),
        action: routes::value(vocabulary, value.id),
        pairs,
    }
}
