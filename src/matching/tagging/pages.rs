//! The page on which suggested tags are taken or turned down in bulk.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::matching::thesaurus;
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::tasks::task_path;
use crate::web::view::{Choice, Pager};
use crate::web::{
    Asked, AtPath, Cx, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted, paths,
    render,
};

use super::actions::{self, Chosen};
use super::forms::DecisionForm;
use super::model::{Confidence, Offer, Suggester, VOCABULARIES};
use super::queries::{self, Untagged};

/// Suggestions a page shows.
const ROWS: usize = 60;
/// Tasks looked at for one page; the rest is on the next.
const LOOKED_AT: i64 = 250;

#[derive(Template)]
#[template(path = "matching/tagging/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    programs: Vec<Choice>,
    vocabularies: Vec<Choice>,
    confidences: Vec<Choice>,
    rules: String,
    rows: Vec<Row>,
    shown: Vec<String>,
    sure: usize,
    pager: Pager,
    batches: Vec<BatchRow>,
    query: IndexQuery,
}

struct Row {
    pair: String,
    number: String,
    title: String,
    href: String,
    first: bool,
    vocabulary: &'static str,
    values: Vec<String>,
    words: Vec<String>,
    confidence: &'static str,
    tone: &'static str,
    is_sure: bool,
    label: String,
}

struct BatchRow {
    id: Uuid,
    at: DateTime<Utc>,
    by: String,
    what: String,
    undone_at: Option<DateTime<Utc>>,
}

/// What the page may be asked.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    pub program: String,
    pub vocabulary: String,
    pub confidence: String,
    pub after: String,
}

impl IndexQuery {
    fn address(&self, after: &str) -> String {
        let query = [
            ("program", self.program.as_str()),
            ("vocabulary", &self.vocabulary),
            ("confidence", &self.confidence),
            ("after", after),
        ];
        paths::with_query("/tagging", &query)
    }
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let suggester = Arc::new(Suggester::new(thesaurus::of(&cx).await?));
    let rights = cx.viewer.rights.clone();
    let program = match query.program.as_str() {
        "" => None,
        code => Some(c.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?.id),
    };
    let asked = queries::Asked { program, after: query.after.parse().ok(), limit: LOOKED_AT };
    let tasks = queries::untagged(cx.pool(), &rights, asked).await?;
    let ids: Vec<Uuid> = tasks.iter().map(|t| t.id).collect();
    let declined: HashSet<(Uuid, String, Vec<i16>)> = queries::declined(cx.pool(), &ids)
        .await?
        .into_iter()
        .map(|d| (d.task_id, d.vocabulary, d.suggested))
        .collect();
    let batches = queries::batches(cx.pool(), &rights, 8).await?;
    let looked_at = tasks.len();
    let (rows, shown, last) = rows(&suggester, &tasks, &declined, &query, &c, l);
    let more = last.is_some_and(|at| at + 1 < looked_at) || looked_at == LOOKED_AT as usize;
    let next =
        last.or(looked_at.checked_sub(1)).filter(|_| more).map(|at| query.address(&tasks[at].id.to_string()));
    let vocabulary = |v: Vocabulary| Choice::new(v.code(), v.name(l), query.vocabulary == v.code());
    let confidence = |k: Confidence| Choice::new(k.code(), k.name(l), query.confidence == k.code());
    render(&IndexPage {
        lead: l
            .t(
                "題名と概要の語から候補を示します。採用した候補だけが課題のタグになり、取り消すこともできます。",
                "Suggested from words of title and summary. Only what you accept becomes a tag, and you can take it back.",
            )
            .to_owned(),
        programs: programs(&c, &rights, &query.program, l),
        vocabularies: VOCABULARIES.into_iter().map(vocabulary).collect(),
        confidences: [Confidence::High, Confidence::Medium, Confidence::Low].into_iter().map(confidence).collect(),
        rules: suggester.hash(),
        sure: rows.iter().filter(|r| r.is_sure).count(),
        pager: Pager {
            shown: match l {
                Language::Ja => format!("候補 {}件（課題 {}件）", rows.len(), shown.len()),
                Language::En => format!("{} suggestions for {} tasks", rows.len(), shown.len()),
            },
            first: (!query.after.is_empty()).then(|| query.address("")),
            previous: None,
            next,
        },
        rows,
        shown,
        batches: batches.into_iter().map(|b| batch_row(b, l)).collect(),
        query,
        page: cx.page(Section::Tasks, l.t("タグの候補", "Suggested tags")).crumb(l.t("課題一覧", "Tasks"), "/tasks"),
    })
}

fn programs(c: &Catalogue, rights: &crate::accounts::Rights, chosen: &str, l: Language) -> Vec<Choice> {
    let mine = c.programs.iter().filter(|p| rights.may_edit(p.id));
    mine.map(|p| Choice::new(&p.code, p.name(l), p.code == chosen)).collect()
}

/// Rows of the page, the versions of their tasks, and the position of the last task they were made from.
fn rows(
    suggester: &Suggester,
    tasks: &[Untagged],
    declined: &HashSet<(Uuid, String, Vec<i16>)>,
    query: &IndexQuery,
    c: &Catalogue,
    l: Language,
) -> (Vec<Row>, Vec<String>, Option<usize>) {
    let (mut rows, mut shown, mut last) = (Vec::new(), Vec::new(), None);
    for (at, task) in tasks.iter().enumerate() {
        let wanted = |o: &Offer| {
            (query.vocabulary.is_empty() || o.vocabulary.code() == query.vocabulary)
                && (query.confidence.is_empty() || o.confidence.code() == query.confidence)
                && !declined.contains(&(task.id, o.vocabulary.code().to_owned(), o.ids.clone()))
        };
        let offers: Vec<Offer> = suggester.offers(task, c).into_iter().filter(wanted).collect();
        if !offers.is_empty() {
            shown.push(format!("{}.{}", task.id, task.version));
        }
        for (i, offer) in offers.into_iter().enumerate() {
            rows.push(row(task, offer, i == 0, c, l));
        }
        if rows.len() >= ROWS {
            last = Some(at);
            break;
        }
    }
    (rows, shown, last)
}

fn row(task: &Untagged, offer: Offer, first: bool, c: &Catalogue, l: Language) -> Row {
    let title = l.name(&task.title_ja, task.title_en.as_deref()).to_owned();
    let values: Vec<String> =
        offer.ids.iter().filter_map(|id| c.value(*id)).map(|v| v.name(l).to_owned()).collect();
    Row {
        pair: format!("{}.{}", task.id, offer.vocabulary.code()),
        number: task.number.clone().unwrap_or_default(),
        label: format!("{title} {} {}", offer.vocabulary.name(l), values.join(l.t("、", ", "))),
        title,
        href: task_path(task.id.into()),
        first,
        vocabulary: offer.vocabulary.name(l),
        values,
        words: offer.words,
        confidence: offer.confidence.name(l),
        tone: offer.confidence.tone(),
        is_sure: offer.confidence == Confidence::High,
    }
}

fn batch_row(b: queries::Batch, l: Language) -> BatchRow {
    BatchRow {
        id: b.id,
        at: b.made_at,
        by: l.name(&b.by_ja, b.by_en.as_deref()).to_owned(),
        what: match l {
            Language::Ja => format!("採用 {}件　見送り {}件", b.accepted, b.declined),
            Language::En => format!("{} accepted, {} declined", b.accepted, b.declined),
        },
        undone_at: b.undone_at,
    }
}

pub async fn decide(cx: Cx, Submitted(form): Submitted<DecisionForm>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let suggester = Suggester::new(thesaurus::of(&cx).await?);
    let query = IndexQuery {
        program: form.program.clone(),
        vocabulary: form.vocabulary.clone(),
        confidence: form.confidence.clone(),
        after: String::new(),
    };
    let back = query.address("");
    let offers = form.chosen();
    if offers.is_empty() {
        return Err(PageError::Refused(Said::new(
            "候補が選ばれていません。前の画面に戻り、行に印を付けてください。",
            "Nothing is ticked. Go back and tick some rows.",
        )));
    }
    if form.rules != suggester.hash() {
        return Err(PageError::Refused(Said::new(
            "表示の後でシソーラスが更新されました。候補を開き直して確認してください。",
            "The thesaurus changed after you opened the page. Reopen the suggestions.",
        )));
    }
    let accept = form.act != "decline";
    let chosen = Chosen { offers: &offers, shown: &form.versions(), accept };
    let who = (&cx.actor(), cx.viewer.id.0, &*cx.viewer.rights);
    let done = actions::decide(cx.pool(), who, chosen, (&suggester, &c), &form.key, cx.now).await?;
    let (n, tasks, skipped) = (done.suggestions, done.tasks, done.skipped);
    let said = match (l, accept) {
        (Language::Ja, true) => format!("課題{tasks}件の候補{n}件を採用しました。"),
        (Language::Ja, false) => format!("候補{n}件を見送りました。"),
        (Language::En, true) => format!("Accepted {n} suggestions for {tasks} tasks."),
        (Language::En, false) => format!("Declined {n} suggestions."),
    };
    let rest = match (l, skipped) {
        (_, 0) => String::new(),
        (Language::Ja, s) => format!("{s}件は、ほかの人が先に課題を更新したため、そのままです。"),
        (Language::En, s) => format!(" {s} were left alone because somebody changed the task first."),
    };
    Ok(Redirected::to(back).saying(said + &rest).into_response())
}

pub async fn undo(cx: Cx, AtPath(id): AtPath<Uuid>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let who = (&cx.actor(), cx.viewer.id.0, &*cx.viewer.rights);
    let said = match actions::undo(cx.pool(), who, id, &c, cx.now).await? {
        None => return Err(PageError::NotFound),
        Some(done) => match l {
            Language::Ja => format!(
                "課題{}件のタグを元に戻しました。その後に直された{}件はそのままです。",
                done.tasks, done.skipped
            ),
            Language::En => format!(
                "The tags of {} tasks are as before; {} corrected since were left alone.",
                done.tasks, done.skipped
            ),
        },
    };
    Ok(Redirected::to("/tagging").saying(said).into_response())
}
