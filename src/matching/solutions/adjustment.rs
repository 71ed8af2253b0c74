//! What one more slot or 10 M yen would gain, as a proposal of the adjustment fund.

use serde_json::json;

use crate::budget::ledger::model::Round;
use crate::budget::ledger::{Basis, FundKind, NewProposal as NewAdjustment};
use crate::kernel::{FiscalYear, Language, Yen};

use super::model::shown;
use super::queries::{Head, NewProposal, SlotName, Version};
use super::{routes, view};

/// 枠1件（13百万円）; 10百万円.
pub fn what(l: Language, kind: &str, slots: i16, yen: i64) -> String {
    let millions = yen / 1_000_000;
    match (kind, l.is_ja()) {
        ("place", true) => format!("枠{slots}件（{millions}百万円）"),
        ("place", false) => format!("{slots} slot (JPY {millions}M)"),
        (_, true) => format!("{millions}百万円"),
        (_, false) => format!("JPY {millions}M"),
    }
}

/// The proposal for a round, or waiting for one in the year of the session.
pub fn adjustment(
    (head, version, slot): (&Head, &Version, &SlotName),
    p: &NewProposal<'_>,
    round: Option<&Round>,
    this_year: FiscalYear,
) -> NewAdjustment {
    let year = FiscalYear::try_from(head.fiscal_year).unwrap_or(this_year);
    NewAdjustment {
        id: p.adjustment.into(),
        fiscal_year: round.map_or(year, |r| r.fiscal_year),
        round: round.map(|r| r.id),
        kind: FundKind::President,
        program: slot.program_id,
        amount: Yen(p.amount_yen),
        // In Japanese, as everything that is proposed to the fund.
        purpose: format!(
            "受入枠「{}」の追加：{}",
            slot.name_ja,
            what(Language::Ja, p.kind, p.slots, p.amount_yen)
        ),
        reason: p.reason.to_owned(),
        basis: Basis::Matching,
        basis_facts: facts(&head.name, version, slot, p),
    }
}

/// The facts behind a proposal, with the way back to its session.
fn facts(session: &str, version: &Version, slot: &SlotName, p: &NewProposal<'_>) -> serde_json::Value {
    let place = |l: Language| view::place(l, slot);
    let what = |l: Language| what(l, p.kind, p.slots, p.amount_yen);
    json!({
        "session": p.session, "solution": p.solution, "version": version.version, "file": version.file_hash,
        "slot": p.slot, "kind": p.kind, "gain_millionths": p.gain,
        "href": format!("{}/margins#proposals", routes::solution_path(p.solution)),
        "note_ja": format!(
            "{session} 第{}版で計算し直した値：{}に{}を追加すると、評価値の合計が{}上がります。",
            version.version, place(Language::Ja), what(Language::Ja), shown(p.gain)
        ),
        "note_en": format!(
            "{session}, version {}, solved again: {} more at {} raises the objective by {}.",
            version.version, what(Language::En), place(Language::En), shown(p.gain)
        ),
    })
}
