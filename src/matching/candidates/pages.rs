//! Candidates: every task with its shortlist, one task with all its slots, one pair side by side.

use std::collections::HashMap;

use askama::Template;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::kernel::{MatchingSessionId, TaskId, Text};
use crate::matching::affinity::{PART_NAMES, Parts};
use crate::matching::allocations::allocations_path;
use crate::matching::eligibility::model::{months_between, needed};
use crate::matching::eligibility::pages::slot_words;
use crate::matching::eligibility::{self, Rule, Rules, SlotFacts, TaskFacts};
use crate::matching::sessions::actions::Stopped;
use crate::matching::sessions::pages::head::{Head, head, page_of};
use crate::matching::sessions::pages::{refused, runs};
use crate::matching::sessions::queries::{self as sessions, Slot, UpstreamTask};
use crate::matching::sessions::routes::{pair_path, step_path};
use crate::matching::sessions::{Session, State};
use crate::portfolio::catalogue::{self, Catalogue, Vocabulary};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::charts::{self, Markup};
use crate::web::{
    Acting, AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Scoped, Submitted,
    Visible, render, render_invalid,
};

use super::actions::{self, Change};
use super::forms::ShortlistForm;
use super::model::SharedWords;
use super::queries::{self, Candidate, Pair};
use super::words::{self, WordsShown};

/// A score as a bar and in words.
pub struct Score {
    pub total: String,
    pub bar: Markup,
    /// Parts that are not zero, with their points.
    pub parts: Vec<(&'static str, String)>,
}

/// Points of a bar's full length: about the best scores met.
const FULL: f64 = 6_000.0;

/// The score of a pair with its parts; they add up to it.
pub fn score(parts: &Parts, l: Language) -> Score {
    let listed: Vec<(&'static str, i32)> =
        parts.listed().into_iter().map(|(name, points)| (l.t(name.ja, name.en), points)).collect();
    let total = parts.sum();
    let drawn: Vec<(&str, f64)> = listed.iter().map(|(name, points)| (*name, f64::from(*points))).collect();
    Score {
        total: total.to_string(),
        bar: charts::parts_bar(
            &format!("{} {total}", l.t("合致度", "Score")),
            &drawn,
            FULL.max(f64::from(total)),
        ),
        parts: listed
            .into_iter()
            .filter(|(_, points)| *points != 0)
            .map(|(name, points)| (name, format!("{points:+}")))
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "matching/candidates.html")]
struct CandidatesPage {
    page: Page,
    session: Session,
    head: Head,
    rows: Vec<TaskRow>,
    coverage: Vec<CoverageRow>,
    uncovered: usize,
    /// Slots that must take some tasks.
    slots: Vec<SlotCoverageRow>,
    short: usize,
    /// Names of the parts in the order of their colours.
    legend: Vec<(usize, &'static str)>,
    thesaurus: String,
    without: usize,
}

struct TaskRow {
    href: String,
    title: String,
    number: String,
    program: String,
    ends_on: String,
    candidates: Vec<CandidateCell>,
}

struct CandidateCell {
    href: String,
    program: String,
    slot: String,
    score: Score,
    mark: &'static str,
}

struct CoverageRow {
    program: String,
    places: i64,
    tasks: i64,
    eligible: i64,
    word: &'static str,
    tone: &'static str,
}

/// A slot with a minimum.
struct SlotCoverageRow {
    program: String,
    slot: String,
    least: i16,
    tasks: i64,
    eligible: i64,
    word: &'static str,
    tone: &'static str,
}

pub async fn index(cx: Cx, session: Visible<Session>) -> Outcome {
    let session = session.into_inner();
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let upstream = sessions::upstream(cx.pool(), session.id, &session.hidden).await?;
    let candidates = queries::candidates(cx.pool(), session.id, &session.hidden, None).await?;
    let words = slot_words(&cx, &session, &c).await?;
    let mut by_task: HashMap<Uuid, Vec<Candidate>> = HashMap::new();
    for candidate in candidates {
        by_task.entry(candidate.task_id).or_default().push(candidate);
    }
    let without = upstream.iter().filter(|t| !by_task.contains_key(&t.task_id)).count();
    let rows = upstream
        .iter()
        .map(|task| {
            let own = by_task.remove(&task.task_id).unwrap_or_default();
            task_row(&cx, &c, &session, task, own, &words)
        })
        .collect();
    let coverage: Vec<CoverageRow> = queries::coverage(cx.pool(), session.id, &session.hidden)
        .await?
        .into_iter()
        .map(|v| coverage_row(l, &c, v))
        .collect();
    let slots = queries::slot_coverage(cx.pool(), session.id, &session.hidden).await?;
    render(&CandidatesPage {
        short: slots.iter().filter(|slot| slot.is_short()).count(),
        slots: slots.iter().map(|slot| slot_coverage_row(l, &c, slot)).collect(),
        head: head(&cx, &session, "candidates"),
        uncovered: coverage.iter().filter(|v| v.tasks == 0).count(),
        page: page_of(&cx, &session, l.t("候補", "Candidates")),
        legend: PART_NAMES.iter().enumerate().map(|(i, p)| (i + 1, l.t(p.ja, p.en))).collect(),
        thesaurus: thesaurus_words(&session, l),
        session,
        rows,
        coverage,
        without,
    })
}

fn task_row(
    cx: &Cx,
    c: &Catalogue,
    session: &Session,
    task: &UpstreamTask,
    own: Vec<Candidate>,
    words: &HashMap<Uuid, (String, String)>,
) -> TaskRow {
    let l = cx.l;
    TaskRow {
        href: format!("{}/{}", step_path(session.id, "tasks"), task.task_id),
        title: l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
        number: task.number.clone().unwrap_or_default(),
        program: c.program(task.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        ends_on: task.ends_on.to_string(),
        candidates: own.into_iter().map(|candidate| cell(l, session.id, candidate, words)).collect(),
    }
}

fn cell(
    l: Language,
    id: MatchingSessionId,
    candidate: Candidate,
    words: &HashMap<Uuid, (String, String)>,
) -> CandidateCell {
    let (program, slot) = words.get(&candidate.slot_id).cloned().unwrap_or_default();
    CandidateCell {
        href: pair_path(id, candidate.task_id, candidate.slot_id),
        program,
        slot,
        score: score(&candidate.parts, l),
        mark: chosen_word(candidate.chosen_by.as_deref(), l),
    }
}

/// How a pair came to where it is, where that is worth saying.
fn chosen_word(chosen_by: Option<&str>, l: Language) -> &'static str {
    match chosen_by {
        Some("coverage") => l.t("網羅のため", "For coverage"),
        Some("person") => l.t("手動", "By hand"),
        Some("option") => l.t("事前配分", "Allocated"),
        _ => "",
    }
}

/// Which version of the thesaurus the scores rest on; empty before scoring.
fn thesaurus_words(session: &Session, l: Language) -> String {
    match (session.thesaurus_version, l) {
        (Some(n), Language::Ja) => format!("シソーラス第{n}版で計算"),
        (Some(n), Language::En) => format!("scored with version {n} of the thesaurus"),
        (None, _) => String::new(),
    }
}

fn coverage_row(l: Language, c: &Catalogue, v: queries::Coverage) -> CoverageRow {
    let (word, tone) = match (v.tasks, v.eligible) {
        (0, 0) => (l.t("適格な課題なし", "No eligible task"), "bad"),
        (0, _) => (l.t("候補なし", "Not covered"), "warn"),
        _ => (l.t("候補あり", "Covered"), "ok"),
    };
    CoverageRow {
        program: c.program(v.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        places: v.places,
        tasks: v.tasks,
        eligible: v.eligible,
        word,
        tone,
    }
}

fn slot_coverage_row(l: Language, c: &Catalogue, slot: &queries::SlotCoverage) -> SlotCoverageRow {
    let (word, tone) = match (slot.is_short(), slot.eligible) {
        (true, 0) => (l.t("下限に届かない（適格な課題なし）", "Below its minimum: no eligible task"), "bad"),
        (true, _) => (l.t("下限に届かない", "Below its minimum"), "bad"),
        _ => (l.t("候補あり", "Covered"), "ok"),
    };
    SlotCoverageRow {
        program: c.program(slot.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        slot: l.name(&slot.name_ja, slot.name_en.as_deref()).to_owned(),
        least: slot.least,
        tasks: slot.tasks,
        eligible: slot.eligible,
        word,
        tone,
    }
}

pub async fn score_pairs(cx: Cx, session: Acting<Session>) -> Outcome {
    match actions::score(cx.pool(), &cx.actor(), session.id, cx.now).await? {
        Ok(listed) => {
            let said = match cx.l {
                Language::Ja => format!("候補を作成しました（{listed}件）。"),
                Language::En => format!("Shortlists are made: {listed} pairs."),
            };
            Ok(Redirected::to(step_path(session.id, "candidates")).saying(said).into_response())
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

#[derive(Template)]
#[template(path = "matching/task.html")]
struct TaskPage {
    page: Page,
    session: Session,
    head: Head,
    task_href: String,
    number: String,
    other: String,
    rows: Vec<SlotRow>,
    may_change: bool,
}

struct SlotRow {
    href: String,
    program: String,
    slot: String,
    place: Option<i16>,
    score_place: i32,
    score: Score,
    /// The words that say most; empty for pairs on no shortlist.
    words: String,
    mark: &'static str,
    reason: String,
}

pub async fn task(cx: Cx, AtPath((id, task)): AtPath<(MatchingSessionId, Uuid)>) -> Outcome {
    let session = Visible::<Session>::find(&cx, id).await?.into_inner();
    if !session.shows(task) {
        return Err(PageError::NotFound);
    }
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let upstream = sessions::upstream(cx.pool(), session.id, &session.hidden).await?;
    let found = upstream.into_iter().find(|t| t.task_id == task).ok_or(PageError::NotFound)?;
    let words = slot_words(&cx, &session, &c).await?;
    let candidates = queries::candidates(cx.pool(), session.id, &session.hidden, Some(task)).await?;
    let rows = candidates
        .into_iter()
        .map(|v| {
            let (program, slot) = words.get(&v.slot_id).cloned().unwrap_or_default();
            SlotRow {
                href: pair_path(id, task, v.slot_id),
                program,
                slot,
                place: v.shortlist_place,
                score_place: v.score_place,
                score: score(&v.parts, l),
                words: v.words.as_deref().map(|w| words::in_short(w, l)).unwrap_or_default(),
                mark: chosen_word(v.chosen_by.as_deref(), l),
                reason: v.reason.unwrap_or_default(),
            }
        })
        .collect();
    let title = l.name(&found.title_ja, found.title_en.as_deref()).to_owned();
    render(&TaskPage {
        head: head(&cx, &session, "candidates"),
        task_href: task_path(TaskId(task)),
        number: found.number.clone().unwrap_or_default(),
        other: if l.is_ja() { found.title_en.unwrap_or_default() } else { found.title_ja },
        page: page_of(&cx, &session, &title).crumb(l.t("候補", "Candidates"), step_path(id, "candidates")),
        may_change: runs(&cx) && session.state == State::Shortlist,
        session,
        rows,
    })
}

#[derive(Template)]
#[template(path = "matching/pair.html")]
struct PairPage {
    page: Page,
    session: Session,
    head: Head,
    task_href: String,
    task_back: String,
    task_title: String,
    summary: String,
    slot_program: String,
    slot_label: String,
    sides: Vec<SideRow>,
    truth: Vec<TruthRow>,
    pair: Pair,
    /// The rules say no, and the decision to exercise an option stands.
    by_option: bool,
    allocations_href: String,
    score: Option<Score>,
    words: Option<WordsShown>,
    thesaurus: String,
    cost: String,
    may_change: bool,
    on_list: bool,
    action: String,
    reason: String,
    errors: FieldErrors,
}

/// One fact of task and slot side by side.
struct SideRow {
    what: &'static str,
    task: String,
    slot: String,
}

struct TruthRow {
    rule: &'static str,
    asks: &'static str,
    word: &'static str,
    tone: &'static str,
    task: String,
    slot: String,
}

pub async fn pair(cx: Cx, AtPath((id, task, slot)): AtPath<(MatchingSessionId, Uuid, Uuid)>) -> Outcome {
    let session = Visible::<Session>::find(&cx, id).await?.into_inner();
    render(&pair_page(&cx, session, (task, slot), String::new(), FieldErrors::new()).await?)
}

async fn pair_page(
    cx: &Cx,
    session: Session,
    (task, slot): (Uuid, Uuid),
    reason: String,
    errors: FieldErrors,
) -> Result<PairPage, PageError> {
    let l = cx.l;
    let found = queries::pair(cx.pool(), session.id, (task, slot), &session.hidden).await?;
    let pair = found.ok_or(PageError::NotFound)?;
    let c = catalogue::of(cx).await?;
    let record = TaskRecord::find(cx, TaskId(task)).await?.ok_or(PageError::NotFound)?;
    let rules = eligibility::queries::rules(cx.pool(), session.rules_version).await?.unwrap_or_default();
    let slots = sessions::slots(cx.pool(), session.id).await?;
    let slot_row = slots.iter().find(|s| s.id == slot).ok_or(PageError::NotFound)?;
    let upstream = sessions::upstream(cx.pool(), session.id, &session.hidden).await?;
    let task_facts = upstream.into_iter().find(|t| t.task_id == task).ok_or(PageError::NotFound)?.facts.0;
    let shared = shared_words(cx, &session, (task, slot), &pair).await?;
    let words = Words { l, c: &c, rules: &rules, task: &task_facts, slot: &slot_row.facts.0 };
    let label = l.name(&slot_row.name_ja, slot_row.name_en.as_deref()).to_owned();
    let title = record.title(l).to_owned();
    let page = page_of(cx, &session, &format!("{title} → {label}"))
        .crumb(l.t("候補", "Candidates"), step_path(session.id, "candidates"));
    Ok(PairPage {
        head: head(cx, &session, "candidates"),
        task_href: task_path(TaskId(task)),
        task_back: format!("{}/{task}", step_path(session.id, "tasks")),
        task_title: title,
        summary: l
            .name(record.summary_ja.as_deref().unwrap_or_default(), record.summary_en.as_deref())
            .to_owned(),
        slot_program: c.program(slot_row.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        slot_label: label,
        sides: sides(&page, &words, &record, slot_row, &c),
        truth: Rule::ALL.into_iter().map(|rule| words.truth(rule, pair.truth.of(rule))).collect(),
        score: pair.parts.as_ref().map(|parts| score(parts, l)),
        words: shared,
        thesaurus: thesaurus_words(&session, l),
        by_option: pair.eligible && !pair.truth.eligible(),
        allocations_href: allocations_path(session.id),
        cost: page.yen_with_unit(&pair.cost),
        may_change: runs(cx) && session.state == State::Shortlist && pair.eligible,
        on_list: pair.shortlist_place.is_some(),
        action: format!("{}/shortlist", pair_path(session.id, task, slot)),
        page,
        session,
        pair,
        reason,
        errors,
    })
}

/// The words kept with a pair, or those of today where it keeps none.
async fn shared_words(
    cx: &Cx,
    session: &Session,
    at: (Uuid, Uuid),
    pair: &Pair,
) -> Result<Option<WordsShown>, PageError> {
    let Some(parts) = &pair.parts else { return Ok(None) };
    if let Some(kept) = &pair.words {
        return Ok(Some(words::shown(kept, Some(parts), false, cx.l)));
    }
    let version = session.thesaurus_version.unwrap_or(0);
    let today: Option<SharedWords> = actions::words_today(cx.pool(), session.id, version, at).await?;
    Ok(today.map(|today| words::shown(&today, Some(parts), true, cx.l)))
}

/// The facts that were judged, in words.
struct Words<'a> {
    l: Language,
    c: &'a Catalogue,
    rules: &'a Rules,
    task: &'a TaskFacts,
    slot: &'a SlotFacts,
}

impl Words<'_> {
    fn values(&self, vocabulary: Vocabulary, codes: &[String], empty: &'static str) -> String {
        if codes.is_empty() {
            return empty.to_owned();
        }
        let named = codes.iter().map(|code| {
            let value = self.c.values_of(vocabulary).find(|v| v.code == *code);
            value.map_or(code.as_str(), |v| v.name(self.l))
        });
        named.collect::<Vec<_>>().join(self.l.t("、", ", "))
    }

    /// The tags of both sides in one vocabulary.
    fn tags(&self, vocabulary: Vocabulary) -> (String, String) {
        let (of_task, of_slot) = match vocabulary {
            Vocabulary::Phase => (&self.task.phases, &self.slot.phases),
            Vocabulary::Modality => (&self.task.modalities, &self.slot.modalities),
            Vocabulary::DiseaseArea => (&self.task.diseases, &self.slot.diseases),
            Vocabulary::ApprovalClass | Vocabulary::Nature => (&self.task.approvals, &self.slot.approvals),
        };
        let l = self.l;
        (
            self.values(vocabulary, of_task, l.t("未設定", "Not set")),
            self.values(vocabulary, of_slot, l.t("限定なし", "Any")),
        )
    }

    fn programs(&self, ids: &[Uuid]) -> String {
        let names = ids.iter().filter_map(|id| self.c.program(*id)).map(|p| p.name(self.l));
        let names = names.collect::<Vec<_>>().join(self.l.t("、", ", "));
        if names.is_empty() { self.l.t("なし", "None").to_owned() } else { names }
    }

    fn truth(&self, rule: Rule, outcome: eligibility::Outcome) -> TruthRow {
        let l = self.l;
        let (task, slot) = match rule {
            Rule::Phase => self.tags(Vocabulary::Phase),
            Rule::Modality => self.tags(Vocabulary::Modality),
            Rule::Disease => self.tags(Vocabulary::DiseaseArea),
            Rule::Approval => self.tags(Vocabulary::ApprovalClass),
            Rule::Prerequisites => (self.met(), self.asked()),
            Rule::Months => (
                self.task
                    .free_on
                    .map(|d| format!("{}{d}", l.t("移行可能日 ", "Free on ")))
                    .unwrap_or_default(),
                self.months(),
            ),
            Rule::Duplicate => (self.programs(&self.task.present_in), self.programs(&[self.slot.program])),
            Rule::Concentration => (self.lead(), self.limits()),
            Rule::Deciders => (
                self.programs(&self.task.barred_in),
                l.t("双方に判断者が必要", "Both sides need one").to_owned(),
            ),
        };
        TruthRow {
            rule: rule.name(l),
            asks: rule.asks(l),
            word: outcome.name(l),
            tone: outcome.tone(),
            task,
            slot,
        }
    }

    fn met(&self) -> String {
        let l = self.l;
        if !self.task.met_is_known {
            return l.t("記録なし", "Nothing recorded").to_owned();
        }
        let names: Vec<&str> = self.task.met.iter().map(|p| p.name(l)).collect();
        if names.is_empty() {
            l.t("達成なし", "None met").to_owned()
        } else {
            names.join(l.t("、", ", "))
        }
    }

    fn asked(&self) -> String {
        let l = self.l;
        let names: Vec<&str> =
            needed(&self.rules.prerequisites, self.slot).into_iter().map(|p| p.name(l)).collect();
        if names.is_empty() {
            l.t("条件なし", "Nothing asked").to_owned()
        } else {
            names.join(l.t("、", ", "))
        }
    }

    fn months(&self) -> String {
        let Some((free, starts)) = self.task.free_on.zip(self.slot.starts_on) else { return String::new() };
        let n = months_between(free, starts);
        let r = self.rules.months;
        match self.l {
            Language::Ja => format!("開始 {starts}（{n}か月、範囲 {}～{}）", r.least, r.most),
            Language::En => format!("Starts {starts} ({n} months; range {} to {})", r.least, r.most),
        }
    }

    fn lead(&self) -> String {
        let millions = self.task.lead_yen / 1_000_000;
        match self.l {
            Language::Ja => format!("ほかに{}課題、{millions}百万円", self.task.lead_tasks),
            Language::En => format!("{} other tasks, JPY {millions}M", self.task.lead_tasks),
        }
    }

    fn limits(&self) -> String {
        let c = self.rules.concentration;
        match self.l {
            Language::Ja => format!("{}課題、{}百万円まで", c.most_tasks, c.most_yen / 1_000_000),
            Language::En => format!("Up to {} tasks, JPY {}M", c.most_tasks, c.most_yen / 1_000_000),
        }
    }
}

fn sides(page: &Page, w: &Words<'_>, task: &TaskRecord, slot: &Slot, c: &Catalogue) -> Vec<SideRow> {
    let l = w.l;
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let amount = task.years.last().map(|y| page.yen_with_unit(&y.amount)).unwrap_or_default();
    let years = match (l, slot.max_years) {
        (Language::Ja, Some(n)) => format!("最長{n}年"),
        (Language::En, Some(n)) => format!("up to {n} years"),
        (_, None) => String::new(),
    };
    let project = task.years.iter().rev().find_map(|y| y.project_id);
    let project_name =
        |id: Option<Uuid>| id.and_then(|id| c.project(id)).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let row = |what, task: String, slot: String| SideRow { what, task, slot };
    let tags = |what, vocabulary| {
        let (task, slot) = w.tags(vocabulary);
        SideRow { what, task, slot }
    };
    vec![
        row(
            l.t("事業", "Program"),
            c.program(task.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
            c.program(slot.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        ),
        row(l.t("統合プロジェクト", "Project"), project_name(project), project_name(slot.project_id)),
        tags(l.t("フェーズ", "Phase"), Vocabulary::Phase),
        tags(l.t("モダリティ", "Modality"), Vocabulary::Modality),
        tags(l.t("疾患領域", "Disease area"), Vocabulary::DiseaseArea),
        tags(l.t("承認上の分類", "Approval class"), Vocabulary::ApprovalClass),
        row(
            l.t("期間", "Period"),
            format!("{} – {}", task.starts_on, task.ends_on),
            format!("{} {years}", day(slot.starts_on)),
        ),
        row(
            l.t("年間の額", "Money a year"),
            amount,
            slot.yearly_ceiling
                .map(|y| format!("{} {}", l.t("上限", "up to"), page.yen_with_unit(&y)))
                .unwrap_or_default(),
        ),
        row(l.t("採択予定数", "Places"), String::new(), format!("{}–{}", slot.min_new, slot.max_new)),
    ]
}

pub async fn change_shortlist(
    cx: Cx,
    AtPath((id, task, slot)): AtPath<(MatchingSessionId, Uuid, Uuid)>,
    Submitted(form): Submitted<ShortlistForm>,
) -> Outcome {
    let session = Visible::<Session>::find(&cx, id).await?.into_inner();
    if let Some(said) = session.refusal(&cx) {
        return Err(PageError::Forbidden(said));
    }
    if queries::pair(cx.pool(), id, (task, slot), &session.hidden).await?.is_none() {
        return Err(PageError::NotFound);
    }
    let mut errors = FieldErrors::new();
    let label = cx.l.t("理由", "Reason");
    let reason = errors.check("reason", label, Text::<500>::parse(&form.reason));
    let Some(reason) = reason else {
        return render_invalid(&pair_page(&cx, session, (task, slot), form.reason, errors).await?);
    };
    let change = if form.change == "add" { Change::Add } else { Change::Remove };
    let change_with = (change, reason.as_str());
    match actions::change_shortlist(cx.pool(), &cx.actor(), id, (task, slot), change_with, cx.now).await? {
        Ok(_) => {
            let said = match change {
                Change::Add => cx.l.t("候補に加えました。", "Added to the shortlist."),
                Change::Remove => cx.l.t("候補から外しました。", "Taken off the shortlist."),
            };
            let to = if form.back == "task" {
                format!("{}/{task}", step_path(id, "tasks"))
            } else {
                pair_path(id, task, slot)
            };
            Ok(Redirected::to(to).saying(said).into_response())
        }
        Err(Stopped::Said(said)) => {
            errors.add("reason", label, said);
            render_invalid(&pair_page(&cx, session, (task, slot), form.reason, errors).await?)
        }
        Err(stopped) => Err(refused(stopped)),
    }
}
