//! What one more slot, and 10 M yen more, would gain at each slot type and under each ceiling, by solving again; from here
//! it becomes a proposal of the adjustment fund (調整費), in a round or waiting for one.

use std::collections::HashMap;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::ledger::model::{ProposalState, Round, RoundState};
use crate::budget::ledger::{paths, rounds};
use crate::kernel::{Language, Said, Text, Yen};
use crate::matching::engine::{self, MARGINAL_YEN, MarginalValue};
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Submitted, Visible, render, render_invalid,
};

use super::super::actions;
use super::super::adjustment::{adjustment, what};
use super::super::model::shown;
use super::super::queries::{self, NewProposal};
use super::super::routes;
use super::super::view::{self, Seen, Solved};
use super::super::{question, words};

#[derive(Template)]
#[template(path = "matching/solutions/margins.html")]
struct MarginsPage {
    page: Page,
    action: String,
    may_lead: bool,
    rows: Vec<Row>,
    totals: Vec<(String, String, String)>,
    ceilings: Vec<CeilingRow>,
    open: bool,
    rounds: Vec<Choice>,
    proposals: Vec<Saved>,
    errors: FieldErrors,
}

/// A slot type with what more room would gain.
struct Row {
    slot: Uuid,
    program: String,
    place: String,
    range: String,
    one_more: String,
    more_yen: String,
    price: Yen,
    gains_place: bool,
    gains_money: bool,
    raises: Vec<String>,
    /// What was typed here and could not be taken.
    reason: String,
    wrong: Option<String>,
}

/// A ceiling over several slot types with what more room under it would gain; empty where it does not limit that.
struct CeilingRow {
    name: String,
    one_more: String,
    more_yen: String,
    raises: Vec<String>,
}

/// A proposal that was made.
struct Saved {
    href: Option<String>,
    state: &'static str,
    tone: &'static str,
    place: String,
    what: String,
    gain: String,
    reason: String,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
}

pub async fn show(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let page = margins_page(&cx, solved.into_inner(), ProposalForm::default(), FieldErrors::new()).await?;
    render(&page)
}

async fn margins_page(
    cx: &Cx,
    solved: Solved,
    typed: ProposalForm,
    errors: FieldErrors,
) -> Result<MarginsPage, PageError> {
    let Solved { head, version } = solved;
    let l = cx.l;
    let (margins, prices) = actions::margins(cx.pool(), version.id).await?;
    let proposals = queries::proposals(cx.pool(), head.id).await?;
    let rounds = open_rounds(cx).await?;
    let seen = Seen::of(cx, head).await?;
    let by_slot: HashMap<Uuid, &MarginalValue> =
        margins.iter().flatten().filter_map(|m| Some((Uuid::parse_str(&m.at).ok()?, m))).collect();
    let ceilings = ceiling_rows(cx, &seen, margins.as_deref().unwrap_or_default()).await?;
    let mut totals: Vec<(String, i64, i64)> = Vec::new();
    let mut rows = Vec::new();
    for slot in &seen.slots {
        let margin = by_slot.get(&slot.id);
        let gain = |value: Option<engine::Scaled>| value.and_then(engine::Scaled::millionths).unwrap_or(0);
        let (place_gain, money_gain) =
            (gain(margin.map(|m| m.one_more_place)), gain(margin.map(|m| m.more_yen)));
        let program = l.name(&slot.program_ja, slot.program_en.as_deref()).to_owned();
        match totals.iter_mut().find(|(name, ..)| *name == program) {
            Some(total) => (total.1, total.2) = (total.1.max(place_gain), total.2.max(money_gain)),
            None => totals.push((program.clone(), place_gain, money_gain)),
        }
        let here = typed.slot == slot.id;
        rows.push(Row {
            slot: slot.id,
            program,
            place: l.name(&slot.name_ja, slot.name_en.as_deref()).to_owned(),
            range: format!("{}{}{}", slot.min_new, l.t("～", "–"), slot.max_new),
            one_more: shown(place_gain),
            more_yen: shown(money_gain),
            price: Yen(prices.get(&slot.id).copied().unwrap_or(0)),
            gains_place: place_gain > 0,
            gains_money: money_gain > 0,
            raises: margin.map(|m| raises(l, &seen, m)).unwrap_or_default(),
            reason: if here { typed.reason.clone() } else { String::new() },
            wrong: errors.at(&reason_field(slot.id), &l).map(str::to_owned),
        });
    }
    let proposals = proposals
        .iter()
        .map(|p| {
            let state = p.adjustment_state.as_deref().and_then(ProposalState::from_code);
            Saved {
                href: p.adjustment_id.map(|id| paths::proposal(id.into())),
                state: state.map(|s| s.name(l)).unwrap_or_default(),
                tone: state.map_or("quiet", ProposalState::tone),
                place: seen.place(l, p.slot_id),
                what: what(l, &p.kind, p.slots, p.amount_yen),
                gain: shown(p.gain),
                reason: p.reason.clone(),
                by: view::by(l, p.by_ja.as_deref(), p.by_en.as_deref()),
                at: p.created_at,
            }
        })
        .collect();
    let page = seen.page(cx, &version, l.t("枠と金額の追加効果", "What more room would gain"));
    Ok(MarginsPage {
        page,
        action: format!("{}/proposals", routes::solution_path(version.id)),
        may_lead: super::super::model::leads(&cx.viewer.rights),
        open: margins.is_none(),
        rows,
        ceilings,
        totals: totals.into_iter().map(|(name, a, b)| (name, shown(a), shown(b))).collect(),
        rounds: rounds
            .iter()
            .map(|r| Choice::new(r.id.to_string(), r.name(l), r.id.to_string() == typed.round))
            .collect(),
        proposals,
        errors,
    })
}

/// The ceilings of programs, projects and all, from the inside out, with what more room under each would gain.
async fn ceiling_rows(cx: &Cx, seen: &Seen, margins: &[MarginalValue]) -> Result<Vec<CeilingRow>, PageError> {
    let l = cx.l;
    let ceilings = view::ceilings(cx, seen).await?;
    let rows = ceilings.iter().filter_map(|ceiling| {
        let id = question::group_id(&ceiling.kind, ceiling.of);
        let mut margin = margins.iter().find(|m| m.at == id)?.clone();
        let gain = |value: engine::Scaled| value.millionths().map(shown).unwrap_or_default();
        let (mut one_more, mut more_yen) = (gain(margin.one_more_place), gain(margin.more_yen));
        // What it does not limit itself is the matter of the ceilings above it.
        if ceiling.max.is_none() {
            (one_more, margin.place_limits) = (String::new(), Vec::new());
        }
        if ceiling.budget.is_none() {
            (more_yen, margin.yen_limits) = (String::new(), Vec::new());
        }
        let raises = raises(l, seen, &margin);
        Some(CeilingRow { name: words::group_row(seen, l, &id), one_more, more_yen, raises })
    });
    Ok(rows.collect())
}

/// The limits that must rise together for the gains of a slot type or ceiling.
fn raises(l: Language, seen: &Seen, margin: &MarginalValue) -> Vec<String> {
    let names = |limits: &[String]| -> String {
        let named = limits.iter().map(|id| match Uuid::parse_str(id) {
            Ok(_) => l.t("この受入枠", "this slot type").to_owned(),
            Err(_) => words::group_name(seen, l, id),
        });
        named.collect::<Vec<_>>().join(l.t("、", ", "))
    };
    [(l.t("件数", "slots"), &margin.place_limits), (l.t("金額", "money"), &margin.yen_limits)]
        .into_iter()
        .filter(|(_, limits)| !limits.is_empty())
        .map(|(what, limits)| format!("{what}{}{}", l.t("：", ": "), names(limits)))
        .collect()
}

async fn open_rounds(cx: &Cx) -> Result<Vec<Round>, PageError> {
    let all = rounds::queries::rounds(cx.pool()).await?;
    Ok(all.into_iter().filter(|r| r.state == RoundState::Open).collect())
}

/// The field of a reason: one per slot on the page.
fn reason_field(slot: Uuid) -> String {
    format!("reason-{slot}")
}

/// A proposal as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProposalForm {
    pub slot: Uuid,
    pub kind: String,
    /// An open round; empty: it waits for one.
    pub round: String,
    pub reason: String,
}

pub async fn propose(cx: Cx, solved: Acting<Solved>, Submitted(form): Submitted<ProposalForm>) -> Outcome {
    let solved = solved.into_inner();
    let (head, version) = (&solved.head, &solved.version);
    let (margins, prices) = actions::margins(cx.pool(), version.id).await?;
    let margin = margins.iter().flatten().find(|m| m.at == form.slot.to_string()).cloned();
    let slots = queries::slots(cx.pool(), head.id).await?;
    let (Some(slot), Some(margin)) = (slots.iter().find(|s| s.id == form.slot), margin) else {
        return Err(PageError::NotFound);
    };
    let place = form.kind == "place";
    let gain = if place { margin.one_more_place } else { margin.more_yen }.millionths().unwrap_or(0);
    let amount_yen = if place { prices.get(&form.slot).copied().unwrap_or(0) } else { MARGINAL_YEN };
    let rounds = open_rounds(&cx).await?;
    let round = rounds.iter().find(|r| r.id.to_string() == form.round);
    let mut errors = FieldErrors::new();
    let (field, label) = (reason_field(form.slot), cx.l.t("理由", "Reason"));
    let reason = errors.check(&field, label, Text::<500>::parse(&form.reason));
    if let Some(said) = hindrance(gain, amount_yen, round.is_none() && !form.round.is_empty()) {
        errors.add(&field, cx.l.t("提案", "Proposal"), said);
    }
    let Some(reason) = reason.filter(|_| errors.is_empty()) else {
        return render_invalid(&margins_page(&cx, solved, form, errors).await?);
    };
    let proposal = NewProposal {
        id: Uuid::now_v7(),
        session: head.id,
        solution: version.id,
        slot: form.slot,
        program: slot.program_id,
        kind: if place { "place" } else { "money" },
        slots: i16::from(place),
        amount_yen,
        gain,
        reason: reason.as_str(),
        by: cx.actor().id,
        adjustment: Uuid::now_v7(),
    };
    let adjustment = adjustment((head, version, slot), &proposal, round, cx.fiscal_year());
    let new = actions::propose(cx.pool(), &proposal, &adjustment, &cx.actor(), cx.now).await?;
    let said = if new {
        cx.l.t(
            "調整費の提案として提出しました。PDの意見と決定を待ちます。",
            "Proposed to the adjustment fund; it waits for the views of PDs and the decision.",
        )
    } else {
        cx.l.t(
            "この版のこの枠の提案は、すでにあります。",
            "This version has that proposal for the slot already.",
        )
    };
    Ok(Redirected::to(format!("{}/margins#proposals", routes::solution_path(version.id)))
        .saying(said)
        .into_response())
}

/// What keeps a value from being a proposal.
fn hindrance(gain: i64, amount_yen: i64, unknown_round: bool) -> Option<Said> {
    if gain <= 0 {
        return Some(Said::new(
            "この追加では評価値が上がらないため、提案できません。",
            "This addition gains nothing, so it cannot be proposed.",
        ));
    }
    if amount_yen <= 0 {
        return Some(Said::new(
            "枠1件の金額の目安がないため、金額を決められません。調整費のページで金額を入れて提案してください。",
            "The slot has no price, so there is no amount; propose it in the adjustment fund with an amount.",
        ));
    }
    unknown_round.then(|| Said::new("配分中の回を選んでください。", "Choose a round that is open."))
}
