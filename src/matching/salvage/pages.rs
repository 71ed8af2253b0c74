//! The list of decisions to be salvaged, and the radar of early moves.

use askama::Template;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::kernel::{FiscalYear, Text};
use crate::matching::eligibility::{self, Prerequisite};
use crate::matching::onward::onward_path;
use crate::matching::options::odds::Counts;
use crate::matching::tabs::{MatchingTab, tabs};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::task_path;
use crate::web::view::Choice;
use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render,
    render_invalid,
};

use super::actions;
use super::forms::{DispositionForm, OutcomeForm};
use super::model::{Verdict, outcome_name};
use super::queries::{self, Case, NewDisposition};

#[derive(Template)]
#[template(path = "matching/salvage/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    rows: Vec<Row>,
    classes: Vec<ClassLine>,
    errors: FieldErrors,
}

struct Row {
    case: Case,
    title: String,
    href: String,
    onward: String,
    program: String,
    gate: &'static str,
    tone: &'static str,
    verdict: &'static str,
    target: String,
    /// Nothing is recorded yet.
    open: bool,
    /// Recorded, and what became of it is not known.
    pending: bool,
    accepted: Option<bool>,
    may: bool,
    /// The form as typed, where it could not be taken.
    input: DispositionForm,
    verdicts: Vec<Choice>,
    programs: Vec<Choice>,
    wrong: Option<String>,
}

struct ClassLine {
    gate: &'static str,
    verdict: &'static str,
    ended: i64,
    accepted: i64,
    chance: String,
    interval: String,
}

pub async fn index(cx: Cx) -> Outcome {
    render(&index_page(&cx, None, FieldErrors::new()).await?)
}

async fn index_page(
    cx: &Cx,
    typed: Option<(Uuid, DispositionForm)>,
    errors: FieldErrors,
) -> Result<IndexPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let cases = queries::cases(cx.pool(), &cx.viewer, None).await?;
    let classes = queries::classes(cx.pool(), &cx.viewer).await?;
    let percent = |p: f64| format!("{:.1}%", p * 100.0);
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(IndexPage {
        lead: l
            .t(
                "ゲートでNO-GO・保留・方針転換となった課題の、ほかの行き先を探します。処置は必ず記録します。",
                "Another home is sought for tasks that a gate did not let go on. Each needs a recorded disposition.",
            )
            .to_owned(),
        rows: cases
            .into_iter()
            .map(|case| {
                let typed = typed.as_ref().filter(|(decision, _)| *decision == case.decision_id);
                row(case, cx, &c, typed.map(|(_, form)| form.clone()).unwrap_or_default(), &errors)
            })
            .collect(),
        classes: classes
            .into_iter()
            .map(|r| {
                let odds = Counts { ended: count(r.ended), exercised: count(r.accepted) }.odds();
                let (low, high) = odds.interval();
                ClassLine {
                    gate: outcome_name(&r.gate, l).0,
                    verdict: Verdict::from_code(&r.verdict).map(|v| v.name(l)).unwrap_or_default(),
                    ended: r.ended,
                    accepted: r.accepted,
                    chance: percent(odds.mean()),
                    interval: format!("{} – {}", percent(low), percent(high)),
                }
            })
            .collect(),
        errors,
        page: cx.page(Section::Matching, l.t("サルベージ", "Salvage run")).beside(tabs(cx, MatchingTab::Salvage)),
    })
}

/// The field of a case's form: one per case on the page.
fn field(decision: Uuid) -> String {
    format!("verdict-{decision}")
}

fn row(case: Case, cx: &Cx, c: &Catalogue, input: DispositionForm, errors: &FieldErrors) -> Row {
    let l = cx.l;
    let name = |id: Uuid| c.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let (gate, tone) = outcome_name(&case.gate, l);
    let verdict = case.verdict.as_deref().and_then(Verdict::from_code);
    Row {
        title: l.name(&case.title_ja, case.title_en.as_deref()).to_owned(),
        href: task_path(case.task_id.into()),
        onward: onward_path(case.task_id),
        program: name(case.task_program),
        gate,
        tone,
        verdict: verdict.map(|v| v.name(l)).unwrap_or_default(),
        target: case.program_id.map(name).or_else(|| case.other.clone()).unwrap_or_default(),
        open: verdict.is_none(),
        pending: verdict.is_some_and(|v| v != Verdict::Closed) && case.outcome.is_none(),
        accepted: case.outcome.as_deref().map(|o| o == "accepted"),
        may: may(&case, cx),
        verdicts: Verdict::ALL.map(|v| Choice::new(v.code(), v.name(l), v.code() == input.verdict)).to_vec(),
        programs: c
            .programs
            .iter()
            .map(|p| Choice::new(&p.code, p.name(l), p.code == input.program))
            .collect(),
        wrong: errors.at(&field(case.decision_id), &l).map(str::to_owned),
        input,
        case,
    }
}

fn may(case: &Case, cx: &Cx) -> bool {
    cx.viewer.rights.may_edit(case.task_program)
}

async fn found(cx: &Cx, decision: Uuid) -> Result<Case, PageError> {
    let case = queries::cases(cx.pool(), &cx.viewer, Some(decision)).await?.into_iter().next();
    let case = case.ok_or(PageError::NotFound)?;
    if may(&case, cx) {
        Ok(case)
    } else {
        Err(PageError::Forbidden(Said::new(
            "この課題の事業を担当する人と戦略策定・実施ユニットだけが記録できます。",
            "Only those in charge of the task's program and the strategy unit record this.",
        )))
    }
}

fn stale() -> PageError {
    PageError::Refused(Said::new(
        "ほかの人が先に記録しました。一覧を開き直して確認してください。",
        "Somebody recorded it first. Open the list again and look.",
    ))
}

pub async fn dispose(
    cx: Cx,
    AtPath(decision): AtPath<Uuid>,
    Submitted(form): Submitted<DispositionForm>,
) -> Outcome {
    let case = found(&cx, decision).await?;
    let c = catalogue::of(&cx).await?;
    let d = match form.parse(&c) {
        Ok(d) => d,
        Err(said) => {
            let mut errors = FieldErrors::new();
            errors.add(&field(decision), cx.l.t("処置", "Disposition"), said);
            return render_invalid(&index_page(&cx, Some((decision, form)), errors).await?);
        }
    };
    let new = NewDisposition {
        decision,
        version: form.version.parse().unwrap_or(-1),
        verdict: d.verdict.code(),
        program: d.program,
        other: d.other.as_ref().map(Text::as_str),
        remark: d.remark.as_str(),
        by: cx.viewer.id.0,
    };
    if actions::dispose(cx.pool(), &cx.actor(), &new, case.task_id, cx.now).await?.is_err() {
        return Err(stale());
    }
    let said = cx.l.t("処置を記録しました。", "The disposition is recorded.");
    Ok(Redirected::to("/salvage").saying(said).into_response())
}

pub async fn conclude(
    cx: Cx,
    AtPath(decision): AtPath<Uuid>,
    Submitted(form): Submitted<OutcomeForm>,
) -> Outcome {
    let case = found(&cx, decision).await?;
    if !matches!(form.outcome.as_str(), "accepted" | "declined") {
        return Err(PageError::Refused(Said::new("結果を選んでください。", "Choose what became of it.")));
    }
    let note = Text::<500>::optional(&form.note).map_err(|e| PageError::Refused(e.into()))?;
    let version = form.version.parse().unwrap_or(-1);
    let who = (&cx.actor(), cx.viewer.id.0);
    let what = (form.outcome.as_str(), note.as_ref().map(Text::as_str));
    if actions::conclude(cx.pool(), who, (decision, version), what, case.task_id, cx.now).await?.is_err() {
        return Err(stale());
    }
    let said = cx.l.t("結果を記録しました。", "What became of it is recorded.");
    Ok(Redirected::to("/salvage").saying(said).into_response())
}

#[derive(Template)]
#[template(path = "matching/salvage/radar.html")]
struct RadarPage {
    page: Page,
    lead: String,
    rows: Vec<EarlyRow>,
}

struct EarlyRow {
    number: String,
    title: String,
    href: String,
    program: String,
    ends_on: chrono::NaiveDate,
    met: i64,
    milestones: i64,
    /// Prerequisites of the slot, all met.
    asked: String,
    call: String,
    slot: String,
    year: FiscalYear,
    closes_on: Option<chrono::NaiveDate>,
}

pub async fn radar(cx: Cx) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let rules = eligibility::queries::in_force(&cx.state.read_pool).await?;
    let found = queries::early(&cx.state.read_pool, &cx.viewer, &rules.prerequisites, cx.today()).await?;
    let name = |id: Uuid| c.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let asked = |e: &queries::Early| {
        let all = [
            (Prerequisite::Ip, e.asks_ip),
            (Prerequisite::Pmda, e.asks_pmda),
            (Prerequisite::Partner, e.asks_partner),
        ];
        let names: Vec<&str> = all.iter().filter(|(_, asks)| *asks).map(|(p, _)| p.name(l)).collect();
        names.join(l.t("、", ", "))
    };
    let rows = found.into_iter().map(|e| EarlyRow {
        asked: asked(&e),
        number: e.number.unwrap_or_default(),
        title: l.name(&e.title_ja, e.title_en.as_deref()).to_owned(),
        href: onward_path(e.task_id),
        program: name(e.task_program),
        ends_on: e.ends_on,
        met: e.met,
        milestones: e.milestones,
        call: name(e.call_program),
        slot: l.name(&e.slot_ja, e.slot_en.as_deref()).to_owned(),
        year: e.call_year,
        closes_on: e.closes_on,
    });
    render(&RadarPage {
        lead: l
            .t(
                "期日の来たマイルストーンをすべて達成し、次の段階の公募の対象に入り、適格規則の前提条件も満たしている、終了まで3か月以上ある課題です。",
                "Tasks three months or more before their end, with every milestone due met, that fit an open call for a later phase and meet its prerequisites under the eligibility rules.",
            )
            .to_owned(),
        rows: rows.collect(),
        page: cx
            .page(Section::Matching, l.t("早期移行レーダー", "Early-transfer radar")).beside(tabs(&cx, MatchingTab::Radar)),
    })
}
