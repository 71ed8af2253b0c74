//! A version of the budget and its lines, and what two sets of lines differ in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::budget::check::Totals;
use crate::budget::model::{Kind, Stage};
use crate::budget::vocabulary::key;
use crate::kernel::{BudgetImportId, BudgetVersionId, FiscalYear, Language};

/// Which budget of a year: its stage, and for supplementary budgets and the adjustment fund the round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    pub year: FiscalYear,
    pub stage: Stage,
    /// From 1 where the stage has rounds, else 0.
    pub round: u8,
}

impl Slot {
    /// A slot whose round fits its stage.
    pub fn new(year: FiscalYear, stage: Stage, round: u8) -> Self {
        let round = if has_rounds(stage) { round.clamp(1, 20) } else { 0 };
        Self { year, stage, round }
    }

    /// `2025/adjustment/2`.
    pub fn code(self) -> String {
        format!("{}/{}/{}", self.year.year(), self.stage.code(), self.round)
    }

    /// 当初, 第2次補正, 調整費 第3回.
    pub fn stage_name(self, l: Language) -> String {
        let stage = l.t(self.stage.japanese(), self.stage.english());
        match (self.stage, l) {
            (Stage::Supplementary, Language::Ja) => format!("第{}次補正", self.round),
            (Stage::Adjustment, Language::Ja) => format!("調整費 第{}回", self.round),
            (Stage::Supplementary | Stage::Adjustment, Language::En) => format!("{stage} {}", self.round),
            _ => stage.to_owned(),
        }
    }

    /// 令和7年度 当初.
    pub fn name(self, l: Language) -> String {
        let year = if l.is_ja() { self.year.japanese() } else { self.year.english() };
        format!("{year} {}", self.stage_name(l))
    }
}

/// Whether a year can have several budgets of this stage.
pub fn has_rounds(stage: Stage) -> bool {
    matches!(stage, Stage::Supplementary | Stage::Adjustment)
}

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Applied,
    Superseded,
    Reversed,
}

impl State {
    pub fn from_code(code: &str) -> Self {
        match code {
            "applied" => Self::Applied,
            "superseded" => Self::Superseded,
            "reversed" => Self::Reversed,
            _ => Self::Draft,
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Draft => l.t("準備中", "In preparation"),
            Self::Applied => l.t("有効", "In force"),
            Self::Superseded => l.t("置換済み", "Superseded"),
            Self::Reversed => l.t("取消済み", "Reversed"),
        }
    }

    /// The tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Draft => "warn",
            Self::Applied => "ok",
            Self::Superseded => "quiet",
            Self::Reversed => "note",
        }
    }
}

/// Why a version or an amount came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A file for a year and stage that had none.
    Import,
    /// A file that mends what was in force.
    Correction,
    /// Movements between lines.
    Adjustment,
}

impl Cause {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Correction => "correction",
            Self::Adjustment => "adjustment",
        }
    }

    pub fn from_code(code: &str) -> Self {
        match code {
            "adjustment" => Self::Adjustment,
            "correction" => Self::Correction,
            _ => Self::Import,
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Import => l.t("新規取込", "New import"),
            Self::Correction => l.t("訂正", "Correction"),
            Self::Adjustment => l.t("移動", "Adjustment"),
        }
    }
}

/// A version without its lines.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: BudgetVersionId,
    pub slot: Slot,
    /// Running number among the versions of its slot.
    pub number: i32,
    pub state: State,
    pub cause: Cause,
    pub reason: String,
    pub supersedes: Option<BudgetVersionId>,
    pub import: Option<BudgetImportId>,
    pub total_yen: i64,
    pub line_count: i32,
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub applied_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: Option<String>,
}

/// The cell an amount was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub import: Uuid,
    pub sheet: String,
    pub cell: String,
}

/// One amount of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub program_id: Option<Uuid>,
    pub program_name: Option<String>,
    pub project_id: Option<Uuid>,
    pub project_name: Option<String>,
    pub ministry_code: Option<String>,
    pub ministry_name: Option<String>,
    pub kind: Kind,
    /// None for 内数.
    pub amount_yen: Option<i64>,
    pub within_yen: Option<i64>,
    pub note: String,
    /// None for a line that a movement made.
    pub origin: Option<Origin>,
}

/// A line in the database.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: i64,
    pub line: Line,
}

/// What makes two amounts of two versions the same line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    program: String,
    project: String,
    ministry: String,
    kind: Kind,
}

impl Line {
    pub fn key(&self) -> LineKey {
        let of = |id: Option<String>, name: &Option<String>| {
            id.or_else(|| name.as_deref().map(key)).unwrap_or_default()
        };
        LineKey {
            program: of(self.program_id.map(|id| id.to_string()), &self.program_name),
            project: of(self.project_id.map(|id| id.to_string()), &self.project_name),
            ministry: of(self.ministry_code.clone(), &self.ministry_name),
            kind: self.kind,
        }
    }

    /// The program alone, as in [`LineKey`]; empty for money of no program.
    pub fn program_key(&self) -> String {
        self.key().program
    }
}

/// One side of a difference: all amounts under one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    pub yen: i64,
    /// The amounts that are 内数.
    pub within: usize,
    pub lines: usize,
    pub origin: Option<Origin>,
    /// The first line, where it is stored.
    pub line_id: Option<i64>,
    pub by_movement: bool,
}

/// A line that differs between two sets.
#[derive(Clone, Debug)]
pub struct Difference {
    pub program_name: Option<String>,
    pub project_name: Option<String>,
    pub ministry_name: Option<String>,
    pub kind: Kind,
    pub before: Option<Side>,
    pub after: Option<Side>,
}

impl Difference {
    /// After minus before; 内数 counts nothing.
    pub fn delta(&self) -> i64 {
        self.after.as_ref().map_or(0, |s| s.yen) - self.before.as_ref().map_or(0, |s| s.yen)
    }
}

/// Compares two sets of lines; equal ones are only counted.
pub fn differences<'a>(
    before: impl IntoIterator<Item = (Option<i64>, &'a Line)>,
    after: impl IntoIterator<Item = (Option<i64>, &'a Line)>,
) -> (Vec<Difference>, usize) {
    let mut all: BTreeMap<LineKey, Difference> = BTreeMap::new();
    let mut places: Vec<LineKey> = Vec::new();
    let mut put = |id: Option<i64>, line: &Line, is_after: bool| {
        let key = line.key();
        let entry = all.entry(key.clone()).or_insert_with(|| {
            places.push(key);
            Difference {
                program_name: line.program_name.clone(),
                project_name: line.project_name.clone(),
                ministry_name: line.ministry_name.clone(),
                kind: line.kind,
                before: None,
                after: None,
            }
        });
        let side = if is_after { &mut entry.after } else { &mut entry.before };
        let side =
            side.get_or_insert_with(|| Side { origin: line.origin.clone(), line_id: id, ..Side::default() });
        side.lines += 1;
        side.by_movement |= line.origin.is_none();
        match line.amount_yen {
            Some(yen) => side.yen = side.yen.saturating_add(yen),
            None => side.within += 1,
        }
    };
    for (id, line) in before {
        put(id, line, false);
    }
    for (id, line) in after {
        put(id, line, true);
    }
    let mut same = 0;
    let mut out = Vec::new();
    for key in places {
        let Some(difference) = all.remove(&key) else { continue };
        let equal = match (&difference.before, &difference.after) {
            (Some(b), Some(a)) => b.yen == a.yen && b.within == a.within,
            _ => false,
        };
        if equal {
            same += 1;
        } else {
            out.push(difference);
        }
    }
    (out, same)
}

/// Control totals of some lines.
pub fn totals<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Totals {
    let mut out = Totals::default();
    for line in lines {
        if let Some(yen) = line.amount_yen {
            out.put(
                (line.program_name.as_deref(), line.project_name.as_deref(), line.ministry_name.as_deref()),
                line.kind,
                yen,
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(program: &str, project: &str, yen: Option<i64>) -> Line {
        Line {
            program_id: None,
            program_name: Some(program.into()),
            project_id: None,
            project_name: Some(project.into()),
            ministry_code: None,
            ministry_name: None,
            kind: Kind::Initial,
            amount_yen: yen,
            within_yen: None,
            note: String::new(),
            origin: None,
        }
    }

    /// Yen before and after.
    type Amounts = (Option<i64>, Option<i64>);

    fn compare(before: &[Line], after: &[Line]) -> (Vec<Amounts>, usize) {
        let (rows, same) = differences(before.iter().map(|l| (None, l)), after.iter().map(|l| (None, l)));
        (
            rows.iter()
                .map(|r| (r.before.as_ref().map(|s| s.yen), r.after.as_ref().map(|s| s.yen)))
                .collect(),
            same,
        )
    }

    #[test]
    fn lines_are_added_removed_and_changed() {
        let before =
            [line("甲事業", "A", Some(10)), line("乙事業", "A", Some(5)), line("丙事業", "A", Some(1))];
        let after =
            [line("甲 事業", "A", Some(12)), line("丙事業", "A", Some(1)), line("丁事業", "A", Some(7))];
        assert_eq!(
            compare(&before, &after),
            (vec![(Some(10), Some(12)), (Some(5), None), (None, Some(7))], 1)
        );
    }

    #[test]
    fn an_amount_that_becomes_part_of_another_is_a_change() {
        assert_eq!(compare(&[line("甲", "A", Some(0))], &[line("甲", "A", None)]).0.len(), 1);
        assert_eq!(compare(&[line("甲", "A", None)], &[line("甲", "A", None)]).1, 1);
    }

    #[test]
    fn twins_are_compared_by_their_sum() {
        let twins = [line("甲", "A", Some(3)), line("甲", "A", Some(4))];
        assert_eq!(compare(&twins, &[line("甲", "A", Some(7))]).1, 1);
    }

    #[test]
    fn a_round_fits_its_stage() {
        let year = FiscalYear::new(2020).unwrap();
        assert_eq!(Slot::new(year, Stage::Initial, 3).code(), "2020/initial/0");
        assert_eq!(Slot::new(year, Stage::Adjustment, 0).code(), "2020/adjustment/1");
        assert_eq!(Slot::new(year, Stage::Adjustment, 3).name(Language::Ja), "令和2年度 調整費 第3回");
    }
}
