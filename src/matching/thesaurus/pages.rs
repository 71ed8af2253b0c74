//! The list of concepts, the page of one with its editor, and what a change would do to the tasks of this year.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::accounts::Role;
use crate::matching::affinity::normalise::fold;
use crate::matching::affinity::thesaurus::{KINDS, Thesaurus};
use crate::matching::tabs::{MatchingTab, tabs};
use crate::web::view::{Choice, Pager};
use crate::web::{
    Asked, AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Section, Submitted,
    download, paths, render, render_invalid,
};

use super::actions;
use super::forms::{ConceptForm, kind_name};
use super::model::{Change, Concept, Edition, Refusal, apply, named, table_text};
use super::queries::{self, Past, TaskText, VersionRow};
use super::routes::concept_path;

/// Concepts a page of the list shows.
const ROWS: usize = 100;
/// Tasks a preview lists; the rest is counted.
const AFFECTED: usize = 200;

#[derive(Template)]
#[template(path = "matching/thesaurus/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    q: String,
    kinds: Vec<Choice>,
    rows: Vec<Row>,
    pager: Pager,
    versions: Vec<VersionLine>,
    may_edit: bool,
}

struct Row {
    href: String,
    key: String,
    ja: String,
    en: String,
    kind: &'static str,
    words: usize,
    broader: Vec<(String, String)>,
}

struct VersionLine {
    version: VersionRow,
    by: String,
}

/// What the list may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    q: String,
    kind: String,
    from: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let l = cx.l;
    let edition = super::of(&cx).await?;
    let versions = queries::versions(cx.pool()).await?;
    let wanted = fold(&query.q);
    let is_meant = |c: &&Concept| {
        (query.kind.is_empty() || c.kind == query.kind)
            && (wanted.is_empty()
                || c.key.contains(&wanted)
                || c.ja.iter().chain(&c.en).any(|w| fold(w).contains(&wanted)))
    };
    let found: Vec<&Concept> = edition.concepts.iter().filter(is_meant).collect();
    let from: usize = query.from.parse().unwrap_or(0).min(found.len());
    let until = (from + ROWS).min(found.len());
    let address = |from: usize| {
        let from = if from == 0 { String::new() } else { from.to_string() };
        paths::with_query("/thesaurus", &[("q", &query.q), ("kind", &query.kind), ("from", &from)])
    };
    render(&IndexPage {
        lead: match l {
            Language::Ja => format!(
                "概念{}件　第{}版。課題と公募の近さ、タグの候補は、この表の語で決まります。",
                edition.concepts.len(),
                edition.number
            ),
            Language::En => format!(
                "{} concepts, version {}. Affinity and suggested tags go by these words.",
                edition.concepts.len(),
                edition.number
            ),
        },
        rows: found[from..until].iter().map(|c| row(c, &edition, l)).collect(),
        pager: Pager {
            shown: match l {
                Language::Ja => format!("{}件中 {}–{}件目", found.len(), (from + 1).min(until), until),
                Language::En => format!("{}–{} of {}", (from + 1).min(until), until, found.len()),
            },
            first: (from > 0).then(|| address(0)),
            previous: (from > 0).then(|| address(from.saturating_sub(ROWS))),
            next: (until < found.len()).then(|| address(until)),
        },
        kinds: kinds(&query.kind, l),
        versions: versions
            .into_iter()
            .map(|v| VersionLine {
                by: v
                    .by_ja
                    .as_deref()
                    .map(|ja| l.name(ja, v.by_en.as_deref()).to_owned())
                    .unwrap_or_default(),
                version: v,
            })
            .collect(),
        may_edit: may_edit(&cx),
        q: query.q,
        page: cx
            .page(Section::Matching, l.t("シソーラス", "Thesaurus"))
            .beside(tabs(&cx, MatchingTab::Thesaurus)),
    })
}

fn row(c: &Concept, edition: &Edition, l: Language) -> Row {
    let first = |words: &[String]| words.first().cloned().unwrap_or_default();
    Row {
        href: concept_path(&c.key),
        key: c.key.clone(),
        ja: first(&c.ja),
        en: first(&c.en),
        kind: kind_name(&c.kind, l),
        words: c.ja.len() + c.en.len(),
        broader: broader(c, edition, l),
    }
}

fn broader(c: &Concept, edition: &Edition, l: Language) -> Vec<(String, String)> {
    c.broader.iter().map(|key| (concept_path(key), name_of(edition, key, l))).collect()
}

fn name_of(edition: &Edition, key: &str, l: Language) -> String {
    let words = edition.concept(key).map(|c| {
        let (own, other) = if l.is_ja() { (&c.ja, &c.en) } else { (&c.en, &c.ja) };
        own.first().or(other.first()).cloned().unwrap_or_default()
    });
    words.unwrap_or_else(|| key.to_owned())
}

fn kinds(chosen: &str, l: Language) -> Vec<Choice> {
    KINDS.iter().map(|k| Choice::new(*k, kind_name(k, l), *k == chosen)).collect()
}

fn may_edit(cx: &Cx) -> bool {
    cx.viewer.holds(&[Role::Administrator, Role::StrategyUnit])
}

/// The table as a file that the command line reads.
pub async fn table(cx: Cx) -> Outcome {
    let edition = super::of(&cx).await?;
    let name = format!("thesaurus-v{}.tsv", edition.number);
    Ok(download(table_text(&edition.concepts), "text/tab-separated-values; charset=utf-8", &name))
}

#[derive(Template)]
#[template(path = "matching/thesaurus/show.html")]
struct ConceptPage {
    page: Page,
    action: String,
    is_new: bool,
    may_edit: bool,
    input: ConceptForm,
    errors: FieldErrors,
    kinds: Vec<Choice>,
    whats: Vec<Choice>,
    broader: Vec<(String, String)>,
    narrower: Vec<(String, String)>,
    past: Vec<Past>,
    preview: Option<Preview>,
}

/// What a change would do.
struct Preview {
    lead: String,
    rows: Vec<AffectedRow>,
    more: usize,
    changed: Vec<String>,
}

struct AffectedRow {
    number: String,
    title: String,
    href: String,
    gained: Vec<String>,
    lost: Vec<String>,
}

pub async fn new(cx: Cx) -> Outcome {
    let edition = super::of(&cx).await?;
    let input = ConceptForm {
        seen: edition.number.to_string(),
        kind: "disease".to_owned(),
        ..ConceptForm::default()
    };
    render(&concept_page(&cx, &edition, None, input).await?)
}

pub async fn show(cx: Cx, AtPath(key): AtPath<String>) -> Outcome {
    let edition = super::of(&cx).await?;
    let page = match edition.concept(&key) {
        Some(concept) => {
            concept_page(&cx, &edition, Some(&key), ConceptForm::of(concept, edition.number)).await?
        }
        None => {
            let past = queries::past(cx.pool(), &key).await?;
            let into = past.first().ok_or(PageError::NotFound)?.merged_into.clone();
            return Err(PageError::Refused(ended(&key, into.as_deref())));
        }
    };
    render(&page)
}

fn ended(key: &str, into: Option<&str>) -> crate::web::Said {
    match into {
        Some(into) => crate::web::Said::new(
            format!("概念「{key}」は「{into}」に統合されました。"),
            format!("The concept '{key}' was merged into '{into}'."),
        ),
        None => crate::web::Said::new(
            format!("概念「{key}」は廃止されました。"),
            format!("The concept '{key}' is retired."),
        ),
    }
}

pub async fn add(cx: Cx, Submitted(form): Submitted<ConceptForm>) -> Outcome {
    let parsed = form.parse_new(cx.l);
    write(cx, None, form, parsed).await
}

pub async fn update(cx: Cx, AtPath(key): AtPath<String>, Submitted(form): Submitted<ConceptForm>) -> Outcome {
    let edition = super::of(&cx).await?;
    if edition.concept(&key).is_none() {
        return Err(PageError::NotFound);
    }
    let parsed = form.parse_change(&key, cx.l);
    write(cx, Some(key), form, parsed).await
}

async fn write(
    cx: Cx,
    key: Option<String>,
    form: ConceptForm,
    parsed: Result<(Change, String), FieldErrors>,
) -> Outcome {
    let edition = super::of(&cx).await?;
    let (change, remark) = match parsed {
        Ok(parsed) => parsed,
        Err(errors) => {
            let mut page = concept_page(&cx, &edition, key.as_deref(), form).await?;
            page.errors = errors;
            return render_invalid(&page);
        }
    };
    if form.step == "preview" {
        let result = preview(&cx, &edition, &change).await?;
        let mut page = concept_page(&cx, &edition, key.as_deref(), form).await?;
        return match result {
            Ok(preview) => {
                page.preview = Some(preview);
                render(&page)
            }
            Err(refusal) => {
                refuse(&mut page.errors, &refusal, cx.l);
                render_invalid(&page)
            }
        };
    }
    match actions::change(cx.pool(), &cx.actor(), (form.seen(), &change), &remark, &form.key, cx.now).await? {
        Ok(number) => {
            let said = match cx.l {
                Language::Ja => format!("シソーラスを更新しました（第{number}版）。"),
                Language::En => format!("The thesaurus is at version {number} now."),
            };
            let to = match &change {
                Change::Merge { into, .. } => concept_path(into),
                Change::Retire { .. } => "/thesaurus".to_owned(),
                Change::Add(c) | Change::Edit(c) => concept_path(&c.key),
            };
            Ok(Redirected::to(to).saying(said).into_response())
        }
        Err(refusal) => {
            let mut typed = form;
            if refusal == Refusal::Stale {
                typed.seen = queries::latest(cx.pool()).await?.to_string();
            }
            let mut page = concept_page(&cx, &edition, key.as_deref(), typed).await?;
            refuse(&mut page.errors, &refusal, cx.l);
            let mut response = render_invalid(&page)?;
            if refusal == Refusal::Stale {
                *response.status_mut() = axum::http::StatusCode::CONFLICT;
            }
            Ok(response)
        }
    }
}

/// A refusal stands at the field that can cure it.
fn refuse(errors: &mut FieldErrors, refusal: &Refusal, l: Language) {
    let field = match refusal {
        Refusal::KeyTaken => "concept",
        Refusal::Unknown(_) => "into",
        Refusal::Stale | Refusal::Nothing => "remark",
        Refusal::Conflict(crate::matching::affinity::thesaurus::Conflict::SharedWord { .. }) => "ja",
        Refusal::Conflict(_) => "broader",
    };
    errors.add(field, super::forms::label(field, l), refusal.said());
}

async fn concept_page(
    cx: &Cx,
    edition: &Arc<Edition>,
    key: Option<&str>,
    input: ConceptForm,
) -> Result<ConceptPage, PageError> {
    let l = cx.l;
    let past = match key {
        Some(key) => queries::past(cx.pool(), key).await?,
        None => Vec::new(),
    };
    let title =
        key.map_or_else(|| l.t("概念を追加", "Add a concept").to_owned(), |key| name_of(edition, key, l));
    let narrower =
        edition.concepts.iter().filter(|c| key.is_some_and(|key| c.broader.iter().any(|b| b == key)));
    let what = |code: &str, name: &str| Choice::new(code, name, input.what == code);
    Ok(ConceptPage {
        action: key.map_or_else(|| "/thesaurus".to_owned(), concept_path),
        is_new: key.is_none(),
        may_edit: may_edit(cx),
        kinds: kinds(&input.kind, l),
        whats: vec![
            what("edit", l.t("語や上位概念を直す", "Correct words or broader concepts")),
            what("merge", l.t("別の概念に統合する", "Merge into another concept")),
            what("retire", l.t("廃止する", "Retire")),
        ],
        broader: key.and_then(|key| edition.concept(key)).map(|c| broader(c, edition, l)).unwrap_or_default(),
        narrower: narrower.map(|c| (concept_path(&c.key), name_of(edition, &c.key, l))).collect(),
        past,
        preview: None,
        errors: FieldErrors::new(),
        input,
        page: cx.page(Section::Matching, title).crumb(l.t("シソーラス", "Thesaurus"), "/thesaurus"),
    })
}

/// Tasks of this year whose concepts the change alters.
async fn preview(
    cx: &Cx,
    edition: &Arc<Edition>,
    change: &Change,
) -> Result<Result<Preview, Refusal>, PageError> {
    let after = match apply(&edition.concepts, change) {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let changed: Vec<String> = after
        .iter()
        .filter(|c| edition.concept(&c.key) != Some(*c) && c.key != change.key())
        .map(|c| c.key.clone())
        .collect();
    let texts = queries::texts_of_year(&cx.state.read_pool, cx.fiscal_year()).await?;
    let total = texts.len();
    let (before, l) = (edition.clone(), cx.l);
    let affected = tokio::task::spawn_blocking(move || {
        let after = Edition::new(before.number + 1, after);
        altered(&texts, &before, &after, l)
    })
    .await?;
    let n = affected.len();
    let year = cx.page(Section::None, "").fiscal_year(&cx.fiscal_year());
    Ok(Ok(Preview {
        lead: match l {
            Language::Ja => format!("{year}の課題{total}件のうち{n}件で、読み取られる概念が変わります。"),
            Language::En => format!("Of {total} tasks of {year}, {n} would be read differently."),
        },
        more: n.saturating_sub(AFFECTED),
        rows: affected.into_iter().take(AFFECTED).collect(),
        changed,
    }))
}

fn altered(texts: &[TaskText], before: &Edition, after: &Edition, l: Language) -> Vec<AffectedRow> {
    use rayon::prelude::*;
    let names = |edition: &Edition, keys: Vec<&String>| {
        keys.into_iter().map(|k| name_of(edition, k, l)).collect::<Vec<_>>()
    };
    let read = |t: &TaskText, thesaurus: &Thesaurus| {
        let parts = [Some(t.title_ja.as_str()), t.title_en.as_deref(), t.summary_ja.as_deref()];
        named(thesaurus, &parts.into_iter().flatten().collect::<Vec<_>>().join("。"))
    };
    texts
        .par_iter()
        .filter_map(|t| {
            let (was, is) = (read(t, &before.thesaurus), read(t, &after.thesaurus));
            (was != is).then(|| AffectedRow {
                number: t.number.clone().unwrap_or_default(),
                title: l.name(&t.title_ja, t.title_en.as_deref()).to_owned(),
                href: format!("/tasks/{}", t.id),
                gained: names(after, is.difference(&was).collect()),
                lost: names(before, was.difference(&is).collect()),
            })
        })
        .collect()
}
