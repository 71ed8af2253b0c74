//! Reasons, outcomes, and the rows of the ledger.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::kernel::Language;

/// Why nothing came after a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    PurposeMet,
    NegativeResult,
    NoCall,
    NotAdopted,
    NoCompany,
    PeopleMoved,
    Safety,
    OtherFunder,
    Other,
}

impl Reason {
    pub const ALL: [Self; 9] = [
        Self::PurposeMet,
        Self::NegativeResult,
        Self::NoCall,
        Self::NotAdopted,
        Self::NoCompany,
        Self::PeopleMoved,
        Self::Safety,
        Self::OtherFunder,
        Self::Other,
    ];

    /// The word in the database and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::PurposeMet => "purpose_met",
            Self::NegativeResult => "negative_result",
            Self::NoCall => "no_call",
            Self::NotAdopted => "not_adopted",
            Self::NoCompany => "no_company",
            Self::PeopleMoved => "people_moved",
            Self::Safety => "safety",
            Self::OtherFunder => "other_funder",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::PurposeMet => l.t("目的を達成", "Purpose met"),
            Self::NegativeResult => l.t("期待した結果が得られず", "Negative result"),
            Self::NoCall => l.t("合う公募がない", "No call fits"),
            Self::NotAdopted => l.t("応募したが不採択", "Applied, not adopted"),
            Self::NoCompany => l.t("引き受ける企業がない", "No company takes it"),
            Self::PeopleMoved => l.t("研究者の異動・退職", "People moved or retired"),
            Self::Safety => l.t("安全性の問題", "Safety"),
            Self::OtherFunder => l.t("他の資金で継続", "Goes on with other money"),
            Self::Other => l.t("その他", "Other"),
        }
    }
}

/// What became of a task that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Went on as another task.
    Continued,
    /// Went to a company, and not on as a task.
    Company,
    /// Nothing, with the reason recorded.
    Explained,
    /// Nothing, and nobody has said why.
    Open,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Continued, Self::Company, Self::Explained, Self::Open];

    /// The word in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Continued => "continued",
            Self::Company => "company",
            Self::Explained => "explained",
            Self::Open => "open",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Continued => l.t("後継あり", "Continued"),
            Self::Company => l.t("企業へ導出", "To a company"),
            Self::Explained => l.t("後継なし（理由あり）", "Nothing, explained"),
            Self::Open => l.t("後継なし（理由未記録）", "Nothing, not explained"),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Continued | Self::Company => "ok",
            Self::Explained => "quiet",
            Self::Open => "warn",
        }
    }
}

/// By what the ledger is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Project,
    Program,
    Disease,
}

impl By {
    pub const ALL: [Self; 3] = [Self::Project, Self::Program, Self::Disease];

    pub fn code(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Program => "program",
            Self::Disease => "disease",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Project => l.t("統合プロジェクト", "Project"),
            Self::Program => l.t("事業", "Program"),
            Self::Disease => l.t("疾患領域（主）", "Main disease area"),
        }
    }
}

/// What a row of the ledger counts under: a project, a program or a disease area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Project(Uuid),
    Program(Uuid),
    Disease(i16),
    None,
}

/// Where something counts.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub program: Uuid,
    pub project: Option<Uuid>,
    /// The main disease area.
    pub disease: Option<i16>,
}

impl Place {
    pub fn key(self, by: By) -> Key {
        match by {
            By::Project => self.project.map_or(Key::None, Key::Project),
            By::Program => Key::Program(self.program),
            By::Disease => self.disease.map_or(Key::None, Key::Disease),
        }
    }
}

/// Counts of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Supports continued by links made in the year.
    pub supports: i64,
    /// Tasks that ended in the year, by outcome.
    pub ended: [i64; 4],
}

impl Counts {
    pub fn of(&self, outcome: Outcome) -> i64 {
        Outcome::ALL.into_iter().zip(self.ended).find(|(o, _)| *o == outcome).map_or(0, |(_, n)| n)
    }

    pub fn all_ended(&self) -> i64 {
        self.ended.iter().sum()
    }

    fn add(&mut self, outcome: Outcome) {
        if let Some(at) = Outcome::ALL.into_iter().position(|o| o == outcome) {
            self.ended[at] += 1;
        }
    }
}

/// Rows of the ledger by what they count under; a support or task counts once in one row.
pub fn count(
    by: By,
    supports: impl Iterator<Item = Place>,
    ended: impl Iterator<Item = (Place, Outcome)>,
) -> BTreeMap<Key, Counts> {
    let mut rows: BTreeMap<Key, Counts> = BTreeMap::new();
    for place in supports {
        rows.entry(place.key(by)).or_default().supports += 1;
    }
    for (place, outcome) in ended {
        rows.entry(place.key(by)).or_default().add(outcome);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_counts_once_whatever_the_breakdown() {
        let place = |program: u128, project: Option<u128>, disease| Place {
            program: Uuid::from_u128(program),
            project: project.map(Uuid::from_u128),
            disease,
        };
        let supports = [place(1, Some(9), Some(4)), place(1, None, Some(4)), place(2, Some(9), None)];
        let ended =
            [(place(1, Some(9), None), Outcome::Open), (place(2, Some(8), Some(4)), Outcome::Continued)];
        for by in By::ALL {
            let rows = count(by, supports.iter().copied(), ended.iter().copied());
            assert_eq!(rows.values().map(|c| c.supports).sum::<i64>(), 3, "{by:?}");
            assert_eq!(rows.values().map(Counts::all_ended).sum::<i64>(), 2, "{by:?}");
        }
        let by_program = count(By::Program, supports.iter().copied(), ended.iter().copied());
        let first = by_program[&Key::Program(Uuid::from_u128(1))];
        assert_eq!((first.supports, first.of(Outcome::Open), first.of(Outcome::Continued)), (2, 1, 0));
    }
}
