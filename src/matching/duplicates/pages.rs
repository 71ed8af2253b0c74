//! The list of offers, and the page on which two rows are compared, merged or told apart.

use askama::Template;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{TaskId, Text, Yen};
use crate::matching::affinity::dedupe::{LIKELY, POSSIBLE};
use crate::matching::thesaurus;
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::tasks::merge::{self, Field};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::view::Choice;
use crate::web::{
    Asked, AtPath, Cx, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted, Visible,
    render,
};

use super::actions;
use super::forms::{DistinctionForm, MergeForm, SearchForm};
use super::model::{is_against, likelihood, reason_words};
use super::queries::{self, Distinction, Offer};
use super::routes::pair_path;

#[derive(Template)]
#[template(path = "matching/duplicates/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    program: String,
    programs: Vec<Choice>,
    all: bool,
    rows: Vec<Row>,
    merges: Vec<MergeLine>,
    distinctions: Vec<DistinctionLine>,
}

struct Row {
    href: String,
    word: &'static str,
    tone: &'static str,
    confidence: i16,
    sides: [Side; 2],
    reasons: Vec<(String, bool)>,
}

struct Side {
    title: String,
    note: String,
}

struct MergeLine {
    id: Uuid,
    at: DateTime<Utc>,
    by: String,
    kept: String,
    kept_href: String,
    gone: String,
    undone_at: Option<DateTime<Utc>>,
}

struct DistinctionLine {
    row: Distinction,
    by: String,
    href: String,
}

/// What the list may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    program: String,
    all: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let rights = &cx.viewer.rights;
    let all = query.all == "1";
    let least = i16::try_from(if all { POSSIBLE } else { LIKELY }).unwrap_or(100);
    let offers = queries::offers(cx.pool(), rights, program(&c, &query.program)?, least).await?;
    let merges = merge::merges(cx.pool(), rights.edits_all, &rights.edits).await?;
    let distinctions = queries::distinctions(cx.pool(), rights).await?;
    let mine = c.programs.iter().filter(|p| rights.may_edit(p.id));
    let page = cx
        .page(Section::Tasks, l.t("同一課題の候補", "Tasks that may stand twice"))
        .crumb(l.t("課題一覧", "Tasks"), "/tasks");
    render(&IndexPage {
        lead: l
            .t(
                "年度や資料によって書き方の違う同じ課題の候補です。統合は人が決め、後から取り消せます。",
                "The same task may be written differently from year to year. A person merges; it can be taken back.",
            )
            .to_owned(),
        programs: mine.map(|p| Choice::new(&p.code, p.name(l), p.code == query.program)).collect(),
        program: query.program,
        all,
        rows: offers.into_iter().map(|o| row(o, &c, l)).collect(),
        merges: merges
            .into_iter()
            .map(|m| MergeLine {
                id: m.id,
                at: m.merged_at,
                by: l.name(&m.by_ja, m.by_en.as_deref()).to_owned(),
                kept_href: task_path(m.kept_id.into()),
                kept: m.kept_title,
                gone: m.gone_title,
                undone_at: m.undone_at,
            })
            .collect(),
        distinctions: distinctions
            .into_iter()
            .map(|row| DistinctionLine {
                by: l.name(&row.by_ja, row.by_en.as_deref()).to_owned(),
                href: pair_path(row.left_id, row.right_id),
                row,
            })
            .collect(),
        page,
    })
}

fn program(c: &Catalogue, code: &str) -> Result<Option<Uuid>, PageError> {
    match code {
        "" => Ok(None),
        code => Ok(Some(c.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?.id)),
    }
}

fn row(o: Offer, c: &Catalogue, l: Language) -> Row {
    let (word, tone) = likelihood(o.confidence, l);
    let side = |title: String, program: Uuid, from, to| Side {
        title,
        note: format!("{}　{from} – {to}", c.program(program).map(|p| p.name(l)).unwrap_or_default()),
    };
    Row {
        href: pair_path(o.left_id, o.right_id),
        word,
        tone,
        confidence: o.confidence,
        reasons: reasons(&o.reasons, l),
        sides: [
            side(o.left_title, o.left_program, o.left_starts, o.left_ends),
            side(o.right_title, o.right_program, o.right_starts, o.right_ends),
        ],
    }
}

fn reasons(stored: &serde_json::Value, l: Language) -> Vec<(String, bool)> {
    let all = stored.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|r| (reason_words(r, l), is_against(r))).collect()
}

pub async fn search(cx: Cx, Submitted(form): Submitted<SearchForm>) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let edition = thesaurus::of(&cx).await?;
    let program = program(&c, &form.program)?;
    if program.is_some_and(|p| !cx.viewer.rights.may_edit(p)) {
        return Err(not_yours());
    }
    let who = (&cx.actor(), &*cx.viewer.rights);
    let n = actions::search(cx.pool(), who, program, (edition, c), cx.now).await?;
    let said = match cx.l {
        Language::Ja => format!("課題を調べ直しました。候補は{n}組です。"),
        Language::En => format!("The tasks were looked through again: {n} pairs."),
    };
    let to = crate::web::paths::with_query("/duplicates", &[("program", &form.program)]);
    Ok(Redirected::to(to).saying(said).into_response())
}

#[derive(Template)]
#[template(path = "matching/duplicates/show.html")]
struct PairPage {
    page: Page,
    action: String,
    versions: [i32; 2],
    heads: [Head; 2],
    lines: Vec<Line>,
    years: Vec<YearLine>,
    both_years: bool,
    offer: Option<(i16, Vec<(String, bool)>)>,
}

struct Head {
    title: String,
    href: String,
}

/// A group of fields side by side.
struct Line {
    name: &'static str,
    /// The word in the form; empty where nothing is chosen.
    code: &'static str,
    values: [String; 2],
    differs: bool,
}

struct YearLine {
    year: crate::kernel::FiscalYear,
    sides: [Option<(String, Yen)>; 2],
}

async fn pair(cx: &Cx, left: Uuid, right: Uuid) -> Result<[TaskRecord; 2], PageError> {
    let (a, b) = (left.min(right), left.max(right));
    if a == b {
        return Err(PageError::NotFound);
    }
    let a = Visible::<TaskRecord>::find(cx, TaskId(a)).await?.into_inner();
    let b = Visible::<TaskRecord>::find(cx, TaskId(b)).await?.into_inner();
    let rights = &cx.viewer.rights;
    if !rights.may_edit(a.program_id) || !rights.may_edit(b.program_id) {
        return Err(not_yours());
    }
    Ok([a, b])
}

fn not_yours() -> PageError {
    PageError::Forbidden(Said::new(
        "両方の課題の事業を担当する人だけが統合できます。戦略策定・実施ユニットに依頼してください。",
        "Only somebody in charge of both tasks' programs merges them. Ask the strategy unit.",
    ))
}

pub async fn show(cx: Cx, AtPath((left, right)): AtPath<(Uuid, Uuid)>) -> Outcome {
    let l = cx.l;
    let tasks = pair(&cx, left, right).await?;
    let c = catalogue::of(&cx).await?;
    let offer = queries::offer(cx.pool(), left, right).await?;
    let years = years(&tasks);
    render(&PairPage {
        action: pair_path(left, right),
        versions: [tasks[0].version, tasks[1].version],
        heads: [&tasks[0], &tasks[1]]
            .map(|t| Head { title: t.title(l).to_owned(), href: task_path(t.id.into()) }),
        both_years: years.iter().any(|y| y.sides.iter().all(Option::is_some)),
        years,
        lines: lines(&tasks, &c, l),
        offer: offer.map(|(confidence, stored)| (confidence, reasons(&stored, l))),
        page: cx
            .page(Section::Tasks, l.t("二つの課題の比較", "Two tasks side by side"))
            .crumb(l.t("同一課題の候補", "Tasks that may stand twice"), "/duplicates"),
    })
}

fn lines(tasks: &[TaskRecord; 2], c: &Catalogue, l: Language) -> Vec<Line> {
    let line = |name, code, of: &dyn Fn(&TaskRecord) -> String| {
        let values = [of(&tasks[0]), of(&tasks[1])];
        Line { name, code, differs: values[0] != values[1], values }
    };
    let chosen = |f: Field, of: &dyn Fn(&TaskRecord) -> String| line(f.name(l), f.code(), of);
    let optional = |t: &Option<String>| t.clone().unwrap_or_default();
    let tags = |t: &TaskRecord| {
        let words = Vocabulary::ALL.into_iter().flat_map(|v| t.tags(v).iter());
        words.filter_map(|id| c.value(*id)).map(|v| v.name(l)).collect::<Vec<_>>().join(l.t("、", ", "))
    };
    vec![
        chosen(Field::Title, &|t| {
            [t.title_ja.clone(), optional(&t.title_en)]
                .into_iter()
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>()
                .join("\n")
        }),
        chosen(Field::Program, &|t| {
            c.program(t.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default()
        }),
        chosen(Field::People, &|t| {
            let lead = t.lead.as_ref().map(|p| l.name(&p.name_ja, p.name_en.as_deref()).to_owned());
            let at = t.institution.as_ref().map(|i| l.name(&i.name_ja, i.name_en.as_deref()).to_owned());
            [lead, at].into_iter().flatten().collect::<Vec<_>>().join("　")
        }),
        chosen(Field::Tags, &tags),
        chosen(Field::Summary, &|t| {
            let parts = [optional(&t.summary_ja), optional(&t.summary_en), t.keywords.join(l.t("、", ", "))];
            parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n")
        }),
        line(l.t("期間", "Period"), "", &|t| format!("{} – {}", t.starts_on, t.ends_on)),
        line(l.t("課題番号の不変部", "Stable number"), "", &|t| optional(&t.stable_number)),
        line(l.t("意見", "Opinions"), "", &|t| t.opinions.len().to_string()),
    ]
}

fn years(tasks: &[TaskRecord; 2]) -> Vec<YearLine> {
    let mut all: Vec<_> = tasks.iter().flat_map(|t| t.years.iter().map(|y| y.fiscal_year)).collect();
    all.sort_unstable();
    all.dedup();
    let side = |t: &TaskRecord, year| {
        t.years
            .iter()
            .find(|y| y.fiscal_year == year)
            .map(|y| (y.task_number.clone().unwrap_or_default(), y.amount))
    };
    all.into_iter()
        .map(|year| YearLine { year, sides: [side(&tasks[0], year), side(&tasks[1], year)] })
        .collect()
}

pub async fn merge(
    cx: Cx,
    AtPath((left, right)): AtPath<(Uuid, Uuid)>,
    Submitted(form): Submitted<MergeForm>,
) -> Outcome {
    let l = cx.l;
    // The first submission made one of the two go; a second click lands where the first did.
    if let Some(to) = crate::db::submissions::location_of(cx.pool(), &form.key, Some(cx.viewer.id.0)).await? {
        return Ok(Redirected::to(to).into_response());
    }
    let [a, b] = pair(&cx, left, right).await?;
    let merge = form.parse(a.id, b.id).map_err(PageError::Refused)?;
    let to = task_path(merge.kept.into());
    match merge::merge(cx.pool(), (&cx.actor(), cx.viewer.id.0), &merge, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(to)
            .saying(l.t(
                "二つの課題を統合しました。「同一課題の候補」から取り消せます。",
                "The two tasks are one now. It can be taken back on the page of offers.",
            ))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

pub async fn distinguish(
    cx: Cx,
    AtPath((left, right)): AtPath<(Uuid, Uuid)>,
    Submitted(form): Submitted<DistinctionForm>,
) -> Outcome {
    let [a, b] = pair(&cx, left, right).await?;
    let remark = Text::<500>::optional(&form.remark).map_err(|e| PageError::Refused(e.into()))?;
    let who = (&cx.actor(), cx.viewer.id.0);
    merge::distinguish(cx.pool(), who, (a.id, b.id), remark.as_ref().map(Text::as_str), cx.now).await?;
    let said = cx.l.t(
        "別の課題として記録しました。今後は候補に出ません。",
        "Recorded as two tasks; they are not offered again.",
    );
    Ok(Redirected::to("/duplicates").saying(said).into_response())
}

pub async fn forget(cx: Cx, AtPath((left, right)): AtPath<(Uuid, Uuid)>) -> Outcome {
    let [a, b] = pair(&cx, left, right).await?;
    merge::forget_distinction(cx.pool(), &cx.actor(), (a.id, b.id), cx.now).await?;
    let said = cx.l.t("「別の課題」を取り消しました。", "They may be offered again.");
    Ok(Redirected::to("/duplicates").saying(said).into_response())
}

pub async fn undo(cx: Cx, AtPath(id): AtPath<Uuid>) -> Outcome {
    let program = merge::merge_of(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    if !cx.viewer.rights.may_edit(program) {
        return Err(not_yours());
    }
    match merge::unmerge(cx.pool(), (&cx.actor(), cx.viewer.id.0), id, cx.now).await? {
        None => Err(PageError::NotFound),
        Some(Err(refusal)) => Err(PageError::Refused(refusal.said())),
        Some(Ok(_)) => {
            let said = cx.l.t(
                "統合を取り消し、二つの課題に戻しました。",
                "The merge is taken back; there are two tasks again.",
            );
            Ok(Redirected::to("/duplicates").saying(said).into_response())
        }
    }
}
