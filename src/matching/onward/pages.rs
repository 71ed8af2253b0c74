//! The page "where next" of a task.

use std::collections::HashMap;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{Text, Yen};
use crate::matching::affinity::continuation::{Continuation, Step, continuations, destinations};
use crate::matching::affinity::{AffinityIndex, Explanation, Record, reads_as_word};
use crate::matching::records::SlotFacts;
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::links::{NewLink, kind_between, task_programs};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::charts::{Markup, parts_bar};
use crate::web::{
    Cx, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted, Visible, paths, render,
};

use super::kept::{Rankings, rankings};
use super::queries::{self, Shown};
use super::{actions, onward_path};

/// Rows of each list.
const ROWS: usize = 10;
/// Ranked before those are taken away that the viewer may not know.
const RANKED: usize = 60;

#[derive(Template)]
#[template(path = "matching/onward/show.html")]
struct OnwardPage {
    page: Page,
    task_id: Uuid,
    ended: bool,
    ranked: String,
    may_link: bool,
    later: Vec<TaskRow>,
    slots: Vec<SlotRow>,
    similar: Vec<TaskRow>,
}

/// A score with its parts.
struct Score {
    score: i32,
    bar: Markup,
    parts: Vec<(&'static str, i32)>,
    words: Vec<String>,
}

struct TaskRow {
    id: Uuid,
    number: String,
    title: String,
    href: String,
    program: String,
    period: String,
    step: &'static str,
    gap: String,
    linked: bool,
    evidence: String,
    score: Score,
}

struct SlotRow {
    name: String,
    program: String,
    year: crate::kernel::FiscalYear,
    max_new: i16,
    ceiling: Option<Yen>,
    closes_on: Option<chrono::NaiveDate>,
    step: &'static str,
    option_href: String,
    score: Score,
}

pub async fn show(cx: Cx, task: Visible<TaskRecord>) -> Outcome {
    let l = cx.l;
    if queries::conflicts(cx.pool(), &cx.viewer, task.id).await? {
        return Err(PageError::Forbidden(Said::new(
            "この課題とは利益相反の関係にあるため、次の行き先は表示できません。",
            "You have a conflict of interest with this task, so its next steps are not shown to you.",
        )));
    }
    let c = catalogue::of(&cx).await?;
    let kept = rankings(&cx).await?;
    let query = record_of(&task, &c, &kept.tasks);
    let ended = task.stopped_on.unwrap_or(task.ends_on) < cx.today();
    let near = tokio::task::spawn_blocking({
        let (kept, query, ended) = (kept.clone(), query.clone(), ended);
        move || Near::of(&kept, &query, ended)
    })
    .await?;
    let ids: Vec<Uuid> =
        near.later.iter().chain(&near.similar).filter_map(|(c, _)| id_of(&kept.tasks, c)).collect();
    let shown: HashMap<Uuid, Shown> =
        queries::shown(cx.pool(), &cx.viewer, task.id, &ids).await?.into_iter().map(|s| (s.id, s)).collect();
    let rows = |found: &[(Continuation, Explanation)]| -> Vec<TaskRow> {
        let rows = found.iter().filter_map(|(m, why)| {
            // What only shares what everything shares is no candidate.
            let shown = shown.get(&id_of(&kept.tasks, m)?).filter(|_| why.score > 0)?;
            Some(task_row(shown, m, why, &c, l))
        });
        rows.take(ROWS).collect()
    };
    let at = cx.page(Section::Tasks, "").moment(&kept.built_at);
    render(&OnwardPage {
        task_id: task.id,
        ended,
        ranked: match l {
            Language::Ja => format!(
                "{at} 時点の課題と公募、シソーラス第{}版による順位です。点数は候補を並べるためのもので、決定ではありません。",
                kept.edition
            ),
            Language::En => format!(
                "Ranked by tasks and calls as of {at} and version {} of the thesaurus. A score orders candidates and decides nothing.",
                kept.edition
            ),
        },
        may_link: cx.viewer.rights.may_edit(task.program_id),
        later: rows(&near.later),
        similar: rows(&near.similar),
        slots: near
            .slots
            .iter()
            .filter_map(|(m, why)| slot_row(kept.slot_facts.get(m.found.candidate)?, m, why, task.id, &c, l))
            .collect(),
        page: cx
            .page(Section::Tasks, l.t("次の行き先", "Where next"))
            .crumb(l.t("課題一覧", "Tasks"), "/tasks")
            .crumb(task.title(l), task_path(task.id.into())),
    })
}

/// The task as a query: as it is ranked, or made anew where it is not.
fn record_of(task: &TaskRecord, c: &Catalogue, index: &AffinityIndex) -> Record {
    let id = task.id.to_string();
    if let Some(record) = index.position(&id).and_then(|at| index.records().get(at)) {
        return record.clone();
    }
    let fy = |d| crate::kernel::FiscalYear::containing(d).year();
    crate::matching::records::TaskFacts {
        id: task.id,
        title_ja: task.title_ja.clone(),
        title_en: task.title_en.clone(),
        summary_ja: task.summary_ja.clone(),
        institution: task.institution.as_ref().map(|i| i.name_ja.clone()),
        people: task.lead.iter().map(|p| p.id).collect(),
        program_id: task.program_id,
        first_fy: fy(task.starts_on),
        last_fy: fy(task.ends_on),
        tags: [&task.phase_ids, &task.modality_ids, &task.approval_ids, &task.disease_ids]
            .into_iter()
            .flatten()
            .copied()
            .collect(),
    }
    .record(c, true)
}

fn id_of(index: &AffinityIndex, m: &Continuation) -> Option<Uuid> {
    index.records().get(m.found.candidate)?.id.parse().ok()
}

/// What was found near a task, each with its explanation.
struct Near {
    later: Vec<(Continuation, Explanation)>,
    slots: Vec<(Continuation, Explanation)>,
    similar: Vec<(Continuation, Explanation)>,
}

impl Near {
    fn of(kept: &Rankings, query: &Record, ended: bool) -> Self {
        let one = std::slice::from_ref(query);
        let why = |index: &AffinityIndex, found: Vec<Vec<Continuation>>| {
            let found = found.into_iter().next().unwrap_or_default();
            let matches: Vec<_> = found.iter().map(|m| m.found.clone()).collect();
            found.into_iter().zip(index.explain_matches(query, &matches)).collect::<Vec<_>>()
        };
        let later =
            if ended { why(&kept.tasks, continuations(&kept.tasks, one, RANKED)) } else { Vec::new() };
        let similar =
            if ended { Vec::new() } else { why(&kept.tasks, destinations(&kept.tasks, one, RANKED / 2)) };
        Self { later, slots: why(&kept.slots, destinations(&kept.slots, one, ROWS)), similar }
    }
}

fn score(title: &str, why: &Explanation, l: Language) -> Score {
    let parts: Vec<(&'static str, i32)> = why
        .parts
        .listed()
        .into_iter()
        .filter(|(_, points)| *points != 0)
        .map(|(name, points)| (if l.is_ja() { name.ja } else { name.en }, points))
        .collect();
    let drawn: Vec<(&str, f64)> =
        parts.iter().map(|(name, points)| (*name, f64::from(*points) / 100.0)).collect();
    let concepts =
        why.concepts.iter().filter(|c| c.points > 0).map(|c| if l.is_ja() { &c.ja } else { &c.en });
    let terms = why.terms.iter().filter(|t| t.points > 0 && reads_as_word(&t.term)).map(|t| &t.term);
    let mut words: Vec<String> = Vec::new();
    for word in concepts.take(4).chain(terms.take(5)) {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    Score { score: why.score, bar: parts_bar(title, &drawn, 120.0), parts, words }
}

fn step_word(step: Step, l: Language) -> &'static str {
    match step {
        Step::Successor => l.t("同じ段階", "Same phase"),
        Step::StageUp => l.t("次の段階へ", "A phase on"),
        Step::Back => l.t("前の段階", "An earlier phase"),
    }
}

fn task_row(s: &Shown, m: &Continuation, why: &Explanation, c: &Catalogue, l: Language) -> TaskRow {
    let title = l.name(&s.title_ja, s.title_en.as_deref()).to_owned();
    let score = score(&title, why, l);
    let shared = score.words.join(l.t("、", ", "));
    TaskRow {
        id: s.id,
        number: s.number.clone().unwrap_or_default(),
        href: task_path(s.id.into()),
        program: c.program(s.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        period: format!("{} – {}", s.starts_on, s.ends_on),
        step: step_word(m.step, l),
        gap: match (m.gap, l) {
            (Some(gap), Language::Ja) if gap > 1 => format!("{}年の空白", gap - 1),
            (Some(gap), Language::En) if gap > 1 => format!("{} years between", gap - 1),
            _ => String::new(),
        },
        linked: s.linked,
        evidence: match l {
            Language::Ja => format!("類似度 {}点（共通の語：{shared}）", score.score),
            Language::En => format!("Affinity {} (shared: {shared})", score.score),
        },
        title,
        score,
    }
}

fn slot_row(
    s: &SlotFacts,
    m: &Continuation,
    why: &Explanation,
    task: Uuid,
    c: &Catalogue,
    l: Language,
) -> Option<SlotRow> {
    let program = c.program(s.program_id)?;
    let year = crate::kernel::FiscalYear::try_from(s.fiscal_year).ok()?;
    let name = l.name(&s.full_ja, s.full_en.as_deref()).to_owned();
    let query = [
        ("task", task.to_string()),
        ("program", program.code.clone()),
        ("year", year.short()),
        ("slot", s.id.to_string()),
    ];
    let query: Vec<(&str, &str)> = query.iter().map(|(k, v)| (*k, v.as_str())).collect();
    Some(SlotRow {
        score: score(&name, why, l),
        name,
        program: program.name(l).to_owned(),
        year,
        max_new: s.max_new,
        ceiling: s.yearly_ceiling_yen.map(Yen),
        closes_on: s.closes_on,
        step: step_word(m.step, l),
        option_href: paths::with_query("/options/new", &query),
    })
}

/// The form of a link.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    pub key: String,
    pub to: String,
    pub evidence: String,
}

pub async fn link(cx: Cx, task: Visible<TaskRecord>, Submitted(form): Submitted<LinkForm>) -> Outcome {
    let l = cx.l;
    if !cx.viewer.rights.may_edit(task.program_id) {
        return Err(PageError::Forbidden(Said::new(
            "この課題の事業を担当する人だけが後継を登録できます。",
            "Only those in charge of the task's program register its successor.",
        )));
    }
    let to: Uuid = form.to.parse().map_err(|_| PageError::NotFound)?;
    let shown = queries::shown(cx.pool(), &cx.viewer, task.id, &[to]).await?;
    let next = shown.first().ok_or(PageError::NotFound)?;
    if next.starts_on < task.starts_on {
        return Err(PageError::Refused(Said::new(
            "前に始まった課題は後継にできません。",
            "A task that began earlier cannot be the successor.",
        )));
    }
    let evidence = Text::<1000>::parse(&form.evidence).map_err(|_| {
        PageError::Refused(Said::new(
            "後継と判断した根拠を入力してください。",
            "Enter the evidence for it being the successor.",
        ))
    })?;
    let programs: HashMap<Uuid, Uuid> = task_programs(cx.pool(), &[task.id, to]).await?.into_iter().collect();
    let new = NewLink {
        id: Uuid::now_v7(),
        from: task.id,
        to,
        kind: kind_between(programs[&task.id], programs[&to]),
        evidence: evidence.as_str(),
        by: Some(cx.viewer.id.0),
    };
    if !actions::link(cx.pool(), &cx.actor(), &new, &form.key, (cx.today(), cx.now)).await? {
        return Err(PageError::Refused(Said::new(
            "この二つの課題は、すでにつながっています。",
            "The two tasks are linked already.",
        )));
    }
    let said = l.t("後継の課題として登録しました。", "Registered as the successor.");
    Ok(Redirected::to(onward_path(task.id)).saying(said).into_response())
}
