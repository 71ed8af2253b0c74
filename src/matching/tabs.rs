//! The way between the pages of matching that belong to no single session.

use crate::web::view::Tab;
use crate::web::{Access, Cx};

/// The pages of matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchingTab {
    Sessions,
    Options,
    Salvage,
    Radar,
    Ledger,
    Thesaurus,
}

/// The tabs that this viewer can open.
pub fn tabs(cx: &Cx, here: MatchingTab) -> Vec<Tab> {
    let l = cx.l;
    cx.tabs(
        here,
        &[
            (MatchingTab::Sessions, l.t("セッション", "Sessions"), "/matching", Access::STAFF),
            (MatchingTab::Options, l.t("ペアリング枠", "Pairing options"), "/options", Access::STAFF),
            (MatchingTab::Salvage, l.t("サルベージ", "Salvage run"), "/salvage", Access::STAFF),
            (
                MatchingTab::Radar,
                l.t("早期移行レーダー", "Early-transfer radar"),
                "/salvage/radar",
                Access::STAFF,
            ),
            (MatchingTab::Ledger, l.t("継続台帳", "Continuity ledger"), "/ledger", Access::STAFF),
            (MatchingTab::Thesaurus, l.t("シソーラス", "Thesaurus"), "/thesaurus", Access::STAFF),
        ],
    )
}
