//! The way between the pages of money.

use crate::web::view::Tab;
use crate::web::{Access, Cx};

use super::rights::{PLANNERS, READERS};

/// The pages of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyTab {
    Overview,
    Contracts,
    Adjustments,
    Slips,
    Scenarios,
    Versions,
    Stages,
    Years,
    Imports,
}

/// The tabs that this viewer can open.
pub fn tabs(cx: &Cx, here: MoneyTab) -> Vec<Tab> {
    let l = cx.l;
    cx.tabs(
        here,
        &[
            (MoneyTab::Overview, l.t("年度の概要", "Year"), "/budget", READERS),
            (MoneyTab::Contracts, l.t("契約と残額", "Contracts"), "/budget/contracts", READERS),
            (MoneyTab::Adjustments, l.t("調整費", "Adjustment fund"), "/budget/adjustments", Access::STAFF),
            (MoneyTab::Slips, l.t("移替と繰越", "Movements"), "/budget/slips", Access::STAFF),
            (MoneyTab::Scenarios, l.t("シナリオ", "Scenarios"), "/budget/scenarios", PLANNERS),
            (MoneyTab::Versions, l.t("予算版", "Versions"), "/budget/versions", Access::STAFF),
            (MoneyTab::Stages, l.t("段階の比較", "Stages"), "/budget/stages", Access::STAFF),
            (MoneyTab::Years, l.t("年度の比較", "Years"), "/budget/years", Access::STAFF),
            (MoneyTab::Imports, l.t("取込", "Import"), "/budget/imports", Access::OVERSIGHT),
        ],
    )
}
