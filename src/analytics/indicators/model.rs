//! The three indicators that links and milestones tell.

use std::collections::BTreeMap;

use crate::kernel::{FiscalYear, Language};

/// An indicator of the third term (plan of the third term, output indicators of all projects).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Indicator {
    /// 優れたシーズの発展・継続支援件数: from a task to the next, hand-overs inside one program included.
    Continued,
    /// シーズの企業導出件数: transfers of rights, licences and joint development with a company.
    Licensed,
    /// 治験に至った件数: tasks whose first milestone of a trial type was accepted, and links to a task in a registration
    /// trial from one that was not, where no milestone of the two says so already.
    Trial,
}

impl Indicator {
    pub const ALL: [Self; 3] = [Self::Continued, Self::Licensed, Self::Trial];

    /// The word in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Continued => "continued",
            Self::Licensed => "licensed",
            Self::Trial => "trial",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Continued => l.t("発展・継続支援", "Continued supports"),
            Self::Licensed => l.t("企業導出", "Licences and transfers"),
            Self::Trial => l.t("治験に至った課題", "Tasks that reached a trial"),
        }
    }

    /// How it is counted.
    pub fn rule(self, l: Language) -> &'static str {
        match self {
            Self::Continued => l.t(
                "課題から次の課題への承継（ペアリング、マッチング、事業内の受け渡し、継続）を、つないだ年度で数えます。",
                "Links from a task to the next (pairing, matching, hand-over inside a program, continuation), by the year of the link.",
            ),
            Self::Licensed => l.t(
                "課題から企業への権利譲渡、実施許諾、共同研究開発を、成立した年度で数えます。",
                "Transfers of rights, licences and joint development with companies, by the year in which they were made.",
            ),
            Self::Trial => l.t(
                "治験に至ったことを示すマイルストーン（FIH、治験の開始など）の達成が初めて確認された課題を、達成日の年度で数えます。マイルストーンのない課題は、治験のフェーズにない課題から治験のフェーズにある課題への承継で数えます。一つの課題は一度だけ数えます。",
                "Tasks by the year in which their first milestone of a trial type (first in human, trial begun …) was met and accepted. Where neither task of a link has such a milestone, a link from a task outside the registration-trial phase to one inside it counts. A task counts once.",
            ),
        }
    }

    /// A year's fifth of the term's target; no target was set for other terms.
    pub fn target(self, year: FiscalYear) -> Option<i64> {
        let in_term = (2025..=2029).contains(&year.year());
        in_term.then_some(match self {
            Self::Continued => 120,
            Self::Licensed => 130,
            Self::Trial => 60,
        })
    }
}

/// How a link is called in words.
pub fn kind_name(kind: &str, l: Language) -> &'static str {
    match kind {
        "pairing" => l.t("ペアリング", "Pairing"),
        "matching" => l.t("マッチング", "Matching"),
        "hand_over" => l.t("事業内の受け渡し", "Hand-over inside a program"),
        "continuation" => l.t("継続", "Continuation"),
        "licence" => l.t("実施許諾", "Licence"),
        "transfer" => l.t("権利譲渡", "Transfer of rights"),
        "joint_development" => l.t("共同研究開発", "Joint development"),
        _ => l.t("その他", "Other"),
    }
}

/// Counts by year and indicator.
#[derive(Clone, Debug, Default)]
pub struct Counts(pub BTreeMap<i16, [i64; 3]>);

impl Counts {
    pub fn of(&self, indicator: Indicator, year: FiscalYear) -> i64 {
        let at = Indicator::ALL.into_iter().position(|i| i == indicator).unwrap_or(0);
        let year = i16::try_from(year.year()).unwrap_or_default();
        self.0.get(&year).map_or(0, |counts| counts[at])
    }
}
