//! Lines of the inbox about money: proposals that wait for a view or a decision, slips that wait for a signature.

use crate::accounts::Role;
use crate::budget::ledger::model::{FundKind, Proposal};
use crate::budget::ledger::paths;
use crate::budget::ledger::proposals::queries::{self as proposals, Wanted};
use crate::budget::rights;
use crate::budget::slips::model::{Slip, SlipState};
use crate::budget::slips::{queries as slips, routes};
use crate::kernel::clock;
use crate::portfolio::catalogue::Catalogue;
use crate::web::{Cx, Language};

use super::inbox::Item;

/// Lines of one kind.
const LINES: usize = 6;

/// What waits for the viewer, oldest first: money that nobody signs blocks the programs behind it.
pub async fn items(cx: &Cx, catalogue: &Catalogue) -> sqlx::Result<Vec<Item>> {
    if !cx.viewer.holds(&[Role::Administrator, Role::StrategyUnit, Role::ProgramDirector]) {
        return Ok(Vec::new());
    }
    let wanted = Wanted { only_waiting: true, ..Wanted::default() };
    let mut waiting = proposals::proposals(cx.pool(), wanted, 200).await?;
    waiting.reverse();
    let mut items: Vec<Item> =
        waiting.iter().filter_map(|p| proposal(cx, catalogue, p)).take(LINES).collect();
    for state in [SlipState::Proposed, SlipState::Approved] {
        let wanted = slips::Wanted { state: Some(state), ..slips::Wanted::default() };
        let mut found = slips::slips(cx.pool(), wanted, 200).await?;
        found.reverse();
        items.extend(found.iter().filter(|s| waits_for(cx, s)).take(LINES).map(|s| slip(cx, catalogue, s)));
    }
    Ok(items)
}

/// A PD is asked while no PD was heard; the unit once it can decide.
fn proposal(cx: &Cx, catalogue: &Catalogue, p: &Proposal) -> Option<Item> {
    let l = cx.l;
    let program = catalogue.program(p.program).map(|x| x.name(l)).unwrap_or_default();
    let unheard = p.stances.is_empty() && p.kind == FundKind::President;
    let (kind, note) = if unheard && rights::is_director_of(&cx.viewer.rights, p.program) {
        (l.t("意見", "Opinion"), l.t("PDの意見を待っています。", "It waits for the view of a PD."))
    } else if !unheard && rights::may_decide(&cx.viewer) && p.proposed_by.id != cx.viewer.id.0 {
        (l.t("決定", "Decision"), l.t("配分の決定を待っています。", "It waits for the decision."))
    } else {
        return None;
    };
    let unit = cx.viewer.yen_unit;
    let amount = format!("{}{}", p.amount.in_unit(unit), l.t(unit.japanese(), unit.english()));
    Some(Item {
        kind,
        tone: "warn",
        text: match l {
            Language::Ja => format!("調整費の提案：{program} {amount}"),
            Language::En => format!("Adjustment fund: {program}, {amount}"),
        },
        note: note.to_owned(),
        href: paths::proposal(p.id),
        when: p.proposed_at.with_timezone(&clock::JST).format("%Y-%m-%d").to_string(),
    })
}

fn waits_for(cx: &Cx, s: &Slip) -> bool {
    match s.state {
        SlipState::Proposed => s.approval_refusal(&cx.viewer).is_none(),
        _ => rights::may_decide(&cx.viewer),
    }
}

fn slip(cx: &Cx, catalogue: &Catalogue, s: &Slip) -> Item {
    let l = cx.l;
    let name = |program| catalogue.program(program).map(|x| x.name(l)).unwrap_or_default();
    let (kind, note) = if s.state == SlipState::Proposed {
        (l.t("承認", "Approval"), l.t("承認を待っています。", "It waits for approval."))
    } else {
        (
            l.t("反映", "Application"),
            l.t("承認済みで、予算への反映を待っています。", "Approved; it waits to be applied."),
        )
    };
    Item {
        kind,
        tone: "warn",
        text: match l {
            Language::Ja => {
                format!("{} {}：{} → {}", s.kind.name(l), s.name(), name(s.from.program), name(s.to.program))
            }
            Language::En => {
                format!("{} {}: {} → {}", s.kind.name(l), s.name(), name(s.from.program), name(s.to.program))
            }
        },
        note: note.to_owned(),
        href: routes::slip(s.id),
        when: s.proposed.at.with_timezone(&clock::JST).format("%Y-%m-%d").to_string(),
    }
}
