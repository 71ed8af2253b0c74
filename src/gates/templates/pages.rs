//! The list of templates, and one version as it stands.

use askama::Template;

use crate::web::view::Choice;
use crate::web::{AtPath, Cx, FieldErrors, Outcome, Page, PageError, Section, render};

use super::edit::forms::TemplateForm;
use super::model::{Content, Item, Kind, Template as GateTemplate, VersionState, points};
use super::queries::{self, Overview, Version};
use super::routes;

#[derive(Template)]
#[template(path = "gates/templates/index.html")]
pub(super) struct IndexPage {
    page: Page,
    groups: Vec<Group>,
    may_edit: bool,
    input: TemplateForm,
    errors: FieldErrors,
    kinds: Vec<Choice>,
    models: Vec<Choice>,
}

struct Group {
    name: &'static str,
    rows: Vec<IndexRow>,
}

struct IndexRow {
    name: String,
    timing: String,
    href: String,
    version: String,
    items: i64,
    go_from: String,
    quorum: String,
    draft_href: Option<String>,
    in_force: bool,
}

pub async fn index(cx: Cx) -> Outcome {
    render(&index_page(&cx, TemplateForm::default(), FieldErrors::new()).await?)
}

pub(super) async fn index_page(
    cx: &Cx,
    input: TemplateForm,
    errors: FieldErrors,
) -> Result<IndexPage, PageError> {
    let l = cx.l;
    let all = queries::overview(cx.pool()).await?;
    let row = |o: &Overview| IndexRow {
        name: o.template.name(l).to_owned(),
        timing: o.template.timing(l).to_owned(),
        href: routes::template(&o.template.code),
        version: o.number.map_or_else(String::new, |n| version_name(l, n)),
        items: o.items,
        go_from: o.go_from.map(points).unwrap_or_default(),
        quorum: o.quorum.map(|(share, least)| quorum(l, share, least)).unwrap_or_default(),
        draft_href: o.has_draft.then(|| routes::draft(&o.template.code)),
        in_force: o.number.is_some(),
    };
    let groups = Kind::ALL.iter().map(|kind| Group {
        name: kind.name(l),
        rows: all.iter().filter(|o| o.template.kind == *kind).map(row).collect(),
    });
    let models = all.iter().filter(|o| o.number.is_some());
    let models =
        models.map(|o| Choice::new(&o.template.code, o.template.name(l), o.template.code == input.like));
    Ok(IndexPage {
        page: cx
            .page(Section::Gates, l.t("ゲートと評価の様式", "Templates of gates and evaluations"))
            .crumb(l.t("ゲート", "Gates"), "/gates"),
        groups: groups.filter(|g| !g.rows.is_empty()).collect(),
        may_edit: cx.viewer.is_administrator(),
        kinds: Kind::ALL.iter().map(|k| Choice::new(k.code(), k.name(l), k.code() == input.kind)).collect(),
        models: models.collect(),
        input,
        errors,
    })
}

fn quorum(l: crate::web::Language, share: super::model::Share, least: i16) -> String {
    if l.is_ja() {
        format!("{}・{least}名以上", share.name(l))
    } else {
        format!("{}, {least} or more", share.name(l))
    }
}

/// 第2版 or version 2.
pub(super) fn version_name(l: crate::web::Language, number: i16) -> String {
    if l.is_ja() { format!("第{number}版") } else { format!("version {number}") }
}

#[derive(Template)]
#[template(path = "gates/templates/show.html")]
struct ShowPage {
    page: Page,
    template: GateTemplate,
    version: Version,
    content: Content,
    versions: Vec<VersionRow>,
    may_edit: bool,
    /// The address of the open draft, if there is one.
    draft_href: Option<String>,
    start_action: String,
}

struct VersionRow {
    name: String,
    href: String,
    state: VersionState,
    day: String,
    note: String,
    current: bool,
}

impl ShowPage {
    /// The words of the rule.
    fn rule(&self) -> String {
        self.content.rule.words(self.page.l)
    }

    fn quorum(&self) -> String {
        self.content.rule.quorum_words(self.page.l)
    }

    /// True at the first item of a view, whose name then heads the rows.
    fn begins_view(&self, n: &usize) -> bool {
        *n == 0 || self.content.items[*n].view != self.content.items[*n - 1].view
    }

    /// The share of an item in the weighted mean, in per cent.
    fn share(&self, item: &Item) -> String {
        let sum: i32 = self.content.items.iter().filter(|i| !i.is_overall).map(|i| i32::from(i.weight)).sum();
        if item.is_overall || sum == 0 {
            return String::new();
        }
        format!("{:.0}%", f64::from(item.weight) / f64::from(sum) * 100.0)
    }

    fn scales(&self) -> Vec<i16> {
        let mut scales: Vec<i16> = self.content.items.iter().map(|i| i.scale_points).collect();
        scales.sort_unstable_by(|a, b| b.cmp(a));
        scales.dedup();
        scales
    }

    fn tone(state: &VersionState) -> &'static str {
        match state {
            VersionState::InForce => "ok",
            VersionState::Draft => "info",
            VersionState::Retired => "quiet",
        }
    }
}

/// The version in force, or the newest where none is.
pub async fn show(cx: Cx, AtPath(code): AtPath<String>) -> Outcome {
    show_version(&cx, &code, None).await
}

pub async fn version(cx: Cx, AtPath((code, number)): AtPath<(String, i16)>) -> Outcome {
    show_version(&cx, &code, Some(number)).await
}

async fn show_version(cx: &Cx, code: &str, number: Option<i16>) -> Outcome {
    let l = cx.l;
    let template = queries::by_code(cx.pool(), code).await?.ok_or(PageError::NotFound)?;
    let versions = queries::versions(cx.pool(), template.id).await?;
    let wanted = match number {
        Some(number) => versions.iter().find(|v| v.number == number),
        None => versions.iter().find(|v| v.state == VersionState::InForce).or(versions.first()),
    };
    let version = wanted.ok_or(PageError::NotFound)?.clone();
    let mut connection = cx.pool().acquire().await?;
    let content = queries::content(&mut connection, version.id).await?.ok_or(PageError::NotFound)?;
    let page = cx
        .page(Section::Gates, template.name(l))
        .crumb(l.t("ゲート", "Gates"), "/gates")
        .crumb(l.t("様式", "Templates"), routes::INDEX);
    let row = |v: &Version| VersionRow {
        name: version_name(l, v.number),
        href: routes::version(code, v.number),
        state: v.state,
        day: page.moment(&v.applied_at.unwrap_or(v.created_at)),
        note: v.note.clone().unwrap_or_default(),
        current: v.id == version.id,
    };
    let draft = versions.iter().any(|v| v.state == VersionState::Draft);
    render(&ShowPage {
        versions: versions.iter().map(row).collect(),
        may_edit: cx.viewer.is_administrator(),
        draft_href: draft.then(|| routes::draft(code)),
        start_action: routes::draft(code),
        template,
        version,
        content,
        page,
    })
}
