//! What one more slot, and 10 M yen more, would gain at each slot type, by solving again: the basis of a proposal for the
//! adjustment fund (調整費).

use std::collections::HashMap;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{Said, Text, Yen};
use crate::matching::engine::{self, MARGINAL_YEN, MarginalValue};
use crate::web::{Acting, Cx, Outcome, Page, PageError, Redirected, Submitted, Visible, render};

use super::super::actions;
use super::super::model::shown;
use super::super::queries::{self, NewProposal};
use super::super::routes;
use super::super::view::{self, Seen, Solved};

#[derive(Template)]
#[template(path = "matching/solutions/margins.html")]
struct MarginsPage {
    page: Page,
    action: String,
    may_lead: bool,
    rows: Vec<Row>,
    totals: Vec<(String, String, String)>,
    open: bool,
    proposals: Vec<Saved>,
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
}

/// A proposal that was saved.
struct Saved {
    place: String,
    what: String,
    gain: String,
    reason: String,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
}

pub async fn show(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let l = cx.l;
    let (margins, prices) = actions::margins(cx.pool(), version.id).await?;
    let proposals = queries::proposals(cx.pool(), head.id).await?;
    let seen = Seen::of(&cx, head).await?;
    let by_slot: HashMap<Uuid, &MarginalValue> =
        margins.iter().flatten().filter_map(|m| Some((Uuid::parse_str(&m.right).ok()?, m))).collect();
    let mut totals: Vec<(String, i64, i64)> = Vec::new();
    let mut rows = Vec::new();
    for slot in &seen.slots {
        let margin = by_slot.get(&slot.id);
        let gain = |value: Option<engine::Scaled>| value.and_then(|v| i64::try_from(v.0).ok()).unwrap_or(0);
        let (place_gain, money_gain) =
            (gain(margin.map(|m| m.one_more_place)), gain(margin.map(|m| m.more_yen)));
        let program = l.name(&slot.program_ja, slot.program_en.as_deref()).to_owned();
        match totals.iter_mut().find(|(name, ..)| *name == program) {
            Some(total) => (total.1, total.2) = (total.1.max(place_gain), total.2.max(money_gain)),
            None => totals.push((program.clone(), place_gain, money_gain)),
        }
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
        });
    }
    let proposals = proposals
        .iter()
        .map(|p| Saved {
            place: seen.place(l, p.slot_id),
            what: what(l, &p.kind, p.slots, p.amount_yen),
            gain: shown(p.gain),
            reason: p.reason.clone(),
            by: view::by(l, p.by_ja.as_deref(), p.by_en.as_deref()),
            at: p.created_at,
        })
        .collect();
    let page = seen.page(&cx, &version, l.t("枠と金額の追加効果", "What more room would gain"));
    render(&MarginsPage {
        page,
        action: format!("{}/proposals", routes::solution_path(version.id)),
        may_lead: super::super::model::leads(&cx.viewer.rights),
        open: margins.is_none(),
        rows,
        totals: totals.into_iter().map(|(name, a, b)| (name, shown(a), shown(b))).collect(),
        proposals,
    })
}

fn what(l: crate::kernel::Language, kind: &str, slots: i16, yen: i64) -> String {
    let millions = yen / 1_000_000;
    match (kind, l.is_ja()) {
        ("place", true) => format!("枠{slots}件（{millions}百万円）"),
        ("place", false) => format!("{slots} slot (JPY {millions}M)"),
        (_, true) => format!("{millions}百万円"),
        (_, false) => format!("JPY {millions}M"),
    }
}

/// A proposal as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProposalForm {
    pub slot: Uuid,
    pub kind: String,
    pub reason: String,
}

pub async fn propose(cx: Cx, solved: Acting<Solved>, Submitted(form): Submitted<ProposalForm>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let reason = Text::<500>::parse(&form.reason).map_err(|_| {
        PageError::Refused(Said::new(
            "提案には500文字以内の理由が必要です。前の画面に戻り、理由を入力してください。",
            "A proposal needs a reason of at most 500 characters; go back and enter it.",
        ))
    })?;
    let (margins, prices) = actions::margins(cx.pool(), version.id).await?;
    let margin = margins.iter().flatten().find(|m| m.right == form.slot.to_string()).cloned();
    let slots = queries::slots(cx.pool(), head.id).await?;
    let (Some(slot), Some(margin)) = (slots.iter().find(|s| s.id == form.slot), margin) else {
        return Err(PageError::NotFound);
    };
    let place = form.kind == "place";
    let gain = if place { margin.one_more_place } else { margin.more_yen };
    let gain = i64::try_from(gain.0).unwrap_or(0);
    if gain <= 0 {
        return Err(PageError::Refused(Said::new(
            "この追加では評価値が上がらないため、提案できません。",
            "This addition gains nothing, so it cannot be proposed.",
        )));
    }
    let amount_yen = if place { prices.get(&form.slot).copied().unwrap_or(0) } else { MARGINAL_YEN };
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
    };
    actions::propose(cx.pool(), &proposal, &cx.actor(), cx.now).await?;
    Ok(Redirected::to(format!("{}/margins", routes::solution_path(version.id)))
        .saying(cx.l.t("調整費の提案として保存しました。", "Saved as a proposal for the adjustment fund."))
        .into_response())
}
