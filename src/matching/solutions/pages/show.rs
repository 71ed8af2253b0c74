//! A version: what was chosen, what stayed without a place, how full the slots are; with the list of versions, the form
//! for the next run, and the locks.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::Language;
use crate::matching::engine::{Conflict, Limit, Link};
use crate::matching::sessions::pages::head as heads;
use crate::matching::sessions::{Session, State};
use crate::web::view::{Choice, Figure};
use crate::web::{Cx, FieldErrors, Outcome, Page, Section, Visible, render, render_invalid};

use super::super::model::{self, Aim, Run, shown};
use super::super::queries::{self, Chosen, Head, Version};
use super::super::question::Candidate;
use super::super::view::{
    self, LockShown, PairRow, Seen, SlotFill, Solved, VersionRow, aim_of, gap_words, hidden_words, run_of,
};
use super::super::{routes, words};

/// The form of a run as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RunForm {
    pub key: String,
    pub aim: String,
    pub affinity: String,
    pub upstream: String,
    pub receiving: String,
    pub minimums: String,
    pub earlier: String,
    pub penalty: String,
    pub note: String,
}

impl RunForm {
    /// As the last run was asked for.
    pub fn like(run: &Run, latest: Option<i32>) -> Self {
        Self {
            aim: run.aim.code().to_owned(),
            affinity: run.weights.affinity.to_string(),
            upstream: run.weights.upstream.to_string(),
            receiving: run.weights.receiving.to_string(),
            minimums: if run.minimums { "true".into() } else { String::new() },
            earlier: run.earlier.or(latest).map(|n| n.to_string()).unwrap_or_default(),
            penalty: shown(run.change_penalty),
            ..Self::default()
        }
    }
}

#[derive(Template)]
#[template(path = "matching/solutions/show.html")]
struct ShowPage {
    page: Page,
    name: String,
    head: heads::Head,
    live_href: String,
    action: String,
    may_lead: bool,
    may_solve: bool,
    hidden: String,
    versions: Vec<VersionRow>,
    current: Option<Current>,
    /// The run of the version on the page without minimums, where they stand in its conflict.
    relaxed: Option<RunForm>,
    /// The version on the page, for the forms that solve like it; empty where there is none.
    version: String,
    locks: Vec<LockShown>,
    input: RunForm,
    aims: Vec<Choice>,
    errors: FieldErrors,
    until_errors: FieldErrors,
}

/// What was typed into the forms of the page, with what is wrong.
#[derive(Default)]
pub struct TypedForms {
    pub run: Option<RunForm>,
    pub errors: FieldErrors,
    /// The date for consent.
    pub until: Option<String>,
    pub until_errors: FieldErrors,
}

/// The version on the page.
pub struct Current {
    pub number: i32,
    pub href: String,
    pub aim: &'static str,
    pub status: &'static str,
    pub tone: &'static str,
    pub figures: Vec<Figure>,
    pub gap: Option<String>,
    pub verdict: String,
    pub proven: bool,
    pub scale: String,
    /// Pairs that nobody has agreed to yet.
    pub to_ask: usize,
    pub note: String,
    pub by: String,
    pub at: chrono::DateTime<chrono::Utc>,
    pub solver: i32,
    pub inputs: String,
    pub file_hash: String,
    pub conflict: Vec<String>,
    pub blocking: Vec<(String, String)>,
    pub pairs: Vec<PairRow>,
    pub unplaced: Vec<Unplaced>,
    pub slots: Vec<SlotFill>,
    /// Programs, projects and all programs that have a ceiling of their own.
    pub ceilings: Vec<SlotFill>,
    pub adopted: bool,
    /// Another version was adopted after it.
    pub superseded: bool,
    pub may_adopt: bool,
    /// It could be adopted, but does not keep the locks and agreements of now.
    pub is_outdated: bool,
    /// Until when consent would be asked.
    pub until: String,
    pub has_reasons: bool,
}

/// A task without a place, with its most valuable pair.
pub struct Unplaced {
    pub title: String,
    pub from: String,
    pub best: String,
    pub value: String,
    pub href: String,
}

pub async fn latest(cx: Cx, head: Visible<Head>) -> Outcome {
    show_with_forms(&cx, head.into_inner(), None, TypedForms::default()).await
}

pub async fn show(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    show_with_forms(&cx, head, Some(version), TypedForms::default()).await
}

/// The page of a version (the latest unless named), with the forms as they were typed where that needs work.
pub async fn show_with_forms(cx: &Cx, head: Head, version: Option<Version>, typed: TypedForms) -> Outcome {
    let l = cx.l;
    let versions = queries::versions(cx.pool(), head.id, 100).await?;
    let version = version.or_else(|| versions.first().cloned());
    let locks = queries::locks(cx.pool(), head.id, version.as_ref().map(|v| v.id)).await?;
    let seen = Seen::of(cx, head).await?;
    let mut current = match &version {
        Some(version) => Some(current(cx, &seen, version).await?),
        None => None,
    };
    if let (Some(current), Some(until)) = (&mut current, typed.until) {
        current.until = until;
    }
    let run = version.as_ref().map(run_of).unwrap_or(Run { minimums: true, ..Run::default() });
    let input = typed.run.unwrap_or_else(|| RunForm::like(&run, versions.first().map(|v| v.version)));
    let may_lead = model::leads(&cx.viewer.rights);
    let state = view::state_of(&seen.head);
    let may_solve = may_lead && state == State::Solved;
    let relaxed = version.as_ref().filter(|v| may_solve && run.minimums && minimums_conflict(v)).map(|_| {
        let run = Run { minimums: false, ..run.clone() };
        RunForm::like(&run, versions.first().map(|v| v.version))
    });
    let chosen_aim = Aim::from_code(&input.aim).unwrap_or_default();
    let session = Visible::<Session>::find(cx, seen.head.id.into()).await?;
    let head = heads::head(cx, &session, "solutions");
    let title = l.t("割当て", "Assignment").to_owned();
    let page = cx
        .page(Section::Matching, title)
        .crumb(l.t("マッチング", "Matching"), "/matching")
        .crumb(seen.head.name.clone(), routes::session_path(seen.head.id));
    let invalid = !typed.errors.is_empty() || !typed.until_errors.is_empty();
    let shown = ShowPage {
        page,
        live_href: routes::live_path(seen.head.id),
        action: routes::solutions_path(seen.head.id),
        may_lead,
        may_solve,
        relaxed,
        hidden: hidden_words(l, seen.hidden),
        versions: view::version_rows(l, &versions, version.as_ref().map(|v| v.id)),
        current,
        version: version.as_ref().map(|v| v.id.to_string()).unwrap_or_default(),
        locks: view::lock_rows(l, &seen, &locks),
        input,
        aims: Aim::ALL.map(|aim| Choice::new(aim.code(), aim.name(l), aim == chosen_aim)).to_vec(),
        errors: typed.errors,
        until_errors: typed.until_errors,
        name: seen.head.name.clone(),
        head,
    };
    if invalid { render_invalid(&shown) } else { render(&shown).map(IntoResponse::into_response) }
}

/// Whether a minimum of a slot is among the limits that cannot be kept together.
fn minimums_conflict(version: &Version) -> bool {
    let conflict: Vec<Conflict> = serde_json::from_value(version.conflict.clone()).unwrap_or_default();
    conflict.iter().any(|limit| limit.kind == Limit::RightMin)
}

/// Everything that pages print of a version.
pub async fn current(cx: &Cx, seen: &Seen, version: &Version) -> anyhow::Result<Current> {
    let l = cx.l;
    let (chosen, candidates, fixed, locks) = tokio::try_join!(
        queries::chosen(cx.pool(), version.id),
        queries::candidates(cx.pool(), seen.head.id, cx.now),
        queries::fixed(cx.pool(), seen.head.id),
        queries::locks_of_version(cx.pool(), version.id),
    )?;
    let is_kept = fixed.iter().all(|f| f.is_kept_by(chosen.iter().map(|c| (c.task, c.slot))));
    let candidates: HashMap<(Uuid, Uuid), Candidate> =
        candidates.into_iter().map(|c| ((c.task, c.slot), c)).collect();
    let pairs = view::pair_rows(l, seen, version, &chosen, &candidates, &locks);
    let conflict = conflict_words(cx, seen, version).await?;
    let blocking: Vec<Link> = serde_json::from_value(version.blocking.clone()).unwrap_or_default();
    let (status, tone) = view::status_words(l, version);
    let verdict = version.verdict_words.get(l.t("ja", "en")).and_then(|w| w.as_str()).unwrap_or_default();
    let state = view::state_of(&seen.head);
    let leads = model::leads(&cx.viewer.rights);
    let may_adopt = leads && state == State::Solved && version.status != "infeasible" && version.placed > 0;
    Ok(Current {
        number: version.version,
        href: routes::solution_path(version.id),
        aim: aim_of(version).name(l),
        status,
        tone,
        figures: figures(l, seen, version, pairs.len()),
        gap: gap_words(l, version),
        verdict: verdict.to_owned(),
        proven: version.verdict == "proven",
        scale: run_of(version).weights.words(l),
        note: view::note(l, &version.note),
        to_ask: chosen
            .iter()
            .filter(|c| !fixed.iter().any(|f| f.is_agreed() && f.is_about(c.task, c.slot)))
            .count(),
        by: view::by(l, version.by_ja.as_deref(), version.by_en.as_deref()),
        at: version.created_at,
        solver: version.solver_version,
        inputs: version.inputs_hash.clone(),
        file_hash: version.file_hash.clone(),
        conflict,
        blocking: blocking_rows(l, seen, &blocking),
        unplaced: unplaced(l, seen, version, &chosen, &candidates),
        slots: view::slot_fills(l, seen, &chosen),
        ceilings: view::ceiling_fills(l, seen, &view::ceilings(cx, seen).await?, &chosen),
        pairs,
        adopted: version.adopted,
        superseded: version.superseded,
        may_adopt: may_adopt && is_kept,
        is_outdated: may_adopt && !is_kept,
        until: model::consent_until(seen.head.consent_until, cx.today()).to_string(),
        has_reasons: aim_of(version) == Aim::MaxSum && version.status != "infeasible",
    })
}

fn figures(l: Language, seen: &Seen, version: &Version, placed: usize) -> Vec<Figure> {
    let figure = |label: &str, value: String, unit: &str, note: String| Figure {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        href: None,
        note,
    };
    let tasks = seen.tasks.len();
    let of = if l.is_ja() { format!("対象{tasks}件のうち") } else { format!("of {tasks} tasks") };
    vec![
        figure(
            l.t("評価値", "Objective"),
            version.value.map(shown).unwrap_or_else(|| l.t("なし", "none").to_owned()),
            "",
            aim_of(version).measures(l).to_owned(),
        ),
        figure(l.t("割当て", "Placed"), placed.to_string(), l.t("件", ""), of),
        figure(
            l.t("計算時間", "Solved in"),
            version.milliseconds.to_string(),
            l.t("ミリ秒", "ms"),
            String::new(),
        ),
    ]
}

async fn conflict_words(cx: &Cx, seen: &Seen, version: &Version) -> anyhow::Result<Vec<String>> {
    let conflict: Vec<Conflict> = serde_json::from_value(version.conflict.clone()).unwrap_or_default();
    if conflict.is_empty() {
        return Ok(Vec::new());
    }
    let file = queries::file(cx.pool(), version.id).await?;
    let file = crate::matching::engine::SessionFile::from_json(&file).ok();
    let instance = file.as_ref().map(|file| &file.instance);
    Ok(conflict.iter().map(|c| words::conflict(seen, instance, c).in_language(cx.l).to_owned()).collect())
}

fn blocking_rows(l: Language, seen: &Seen, blocking: &[Link]) -> Vec<(String, String)> {
    let ids = blocking
        .iter()
        .filter_map(|link| Some((Uuid::parse_str(&link.left).ok()?, Uuid::parse_str(&link.right).ok()?)));
    ids.filter(|(task, slot)| seen.knows(*task, *slot))
        .map(|(task, slot)| (seen.title(l, task), seen.place(l, slot)))
        .collect()
}

fn unplaced(
    l: Language,
    seen: &Seen,
    version: &Version,
    chosen: &[Chosen],
    candidates: &HashMap<(Uuid, Uuid), Candidate>,
) -> Vec<Unplaced> {
    let run = run_of(version);
    let placed: HashSet<Uuid> = chosen.iter().map(|c| c.task).collect();
    let mut best: HashMap<Uuid, (i64, Uuid)> = HashMap::new();
    for candidate in candidates.values().filter(|c| !c.is_refused() && seen.knows(c.task, c.slot)) {
        let offer = (candidate.parts(&run).total(), candidate.slot);
        let known = best.entry(candidate.task).or_insert(offer);
        if (offer.0, std::cmp::Reverse(offer.1)) > (known.0, std::cmp::Reverse(known.1)) {
            *known = offer;
        }
    }
    let mut rows: Vec<(i64, Unplaced)> = seen
        .tasks
        .values()
        .filter(|task| !placed.contains(&task.id))
        .map(|task| {
            let offer = best.get(&task.id);
            let row = Unplaced {
                title: l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
                from: l.name(&task.program_ja, task.program_en.as_deref()).to_owned(),
                best: offer.map(|(_, slot)| seen.place(l, *slot)).unwrap_or_default(),
                value: offer.map(|(value, _)| shown(*value)).unwrap_or_default(),
                href: offer
                    .map(|(_, slot)| routes::pair_path(version.id, task.id, *slot))
                    .unwrap_or_default(),
            };
            (offer.map_or(-1, |o| o.0), row)
        })
        .collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.title.cmp(&b.1.title)));
    rows.into_iter().map(|(_, row)| row).collect()
}
