//! Tables of balances that add up both ways.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::budget::model::Stage;
use crate::budget::positions::Balance;
use crate::kernel::{FiscalYear, Yen};

/// One budget of a year: 当初, 第2次補正 …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub stage: Stage,
    pub round: i16,
}

impl Slot {
    /// The word in addresses: `initial-0`.
    pub fn code(self) -> String {
        format!("{}-{}", self.stage.code(), self.round)
    }

    /// Reads [`Slot::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        let (stage, round) = code.rsplit_once('-')?;
        Some(Self { stage: Stage::from_code(stage)?, round: round.parse().ok()? })
    }

    /// The budget that a page begins with: the one in law, otherwise the nearest to it.
    pub fn first_of(slots: &[Self]) -> Option<Self> {
        let rank = |s: &Self| match s.stage {
            Stage::Initial => 0,
            Stage::Draft => 1,
            Stage::Request => 2,
            Stage::SpecialRequest => 3,
            Stage::Supplementary => 4,
            Stage::Adjustment => 5,
            Stage::Executed => 6,
        };
        slots.iter().min_by_key(|s| (rank(s), s.round)).copied()
    }

    pub fn holds(self, b: &Balance) -> bool {
        b.stage == self.stage && b.round == self.round
    }
}

/// What a row is about: a program, or a name that no program has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Program(Uuid),
    Named(String),
    /// Money that a table gives to no program.
    Nobody,
}

impl Subject {
    pub fn of(b: &Balance) -> Self {
        match (b.program, &b.program_name) {
            (Some(id), _) => Self::Program(id),
            (None, Some(name)) => Self::Named(name.clone()),
            (None, None) => Self::Nobody,
        }
    }
}

/// A program × project table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Projects; nothing stands for "no project stated".
    pub columns: Vec<Option<Uuid>>,
    pub rows: Vec<MatrixRow>,
    pub column_totals: Vec<Yen>,
    pub total: Yen,
    /// What of the total the version prints, without movements.
    pub printed: Yen,
}

/// A row with a cell per column, zeros included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    pub subject: Option<Subject>,
    pub ministries: Vec<String>,
    pub cells: Vec<Yen>,
    pub total: Yen,
}

/// Lays balances out as program × project. `projects` come first and in their order, also where they are empty; projects
/// that only the balances know, and "no project", follow.
pub fn matrix(balances: &[&Balance], projects: &[Uuid]) -> Matrix {
    let mut columns: Vec<Option<Uuid>> = projects.iter().copied().map(Some).collect();
    for b in balances {
        if b.project.is_some() && !columns.contains(&b.project) {
            columns.push(b.project);
        }
    }
    if balances.iter().any(|b| b.project.is_none()) {
        columns.push(None);
    }
    let mut rows: BTreeMap<Subject, MatrixRow> = BTreeMap::new();
    let mut column_totals = vec![Yen::ZERO; columns.len()];
    for b in balances {
        let subject = Subject::of(b);
        let row = rows.entry(subject.clone()).or_insert_with(|| MatrixRow {
            subject: Some(subject),
            ministries: Vec::new(),
            cells: vec![Yen::ZERO; columns.len()],
            total: Yen::ZERO,
        });
        let at = columns.iter().position(|c| *c == b.project).unwrap_or(0);
        row.cells[at] = row.cells[at] + b.amount();
        row.total = row.total + b.amount();
        column_totals[at] = column_totals[at] + b.amount();
        if let Some(ministry) = &b.ministry
            && !row.ministries.contains(ministry)
        {
            row.ministries.push(ministry.clone());
        }
    }
    Matrix {
        columns,
        rows: rows.into_values().collect(),
        total: column_totals.iter().copied().sum(),
        printed: balances.iter().map(|b| b.printed).sum(),
        column_totals,
    }
}

/// Amounts by subject and year of one budget (the first of each year where `slot` is nothing).
pub type Series = BTreeMap<Subject, BTreeMap<FiscalYear, Yen>>;

/// Sums balances by subject and year.
pub fn series<'a>(balances: impl Iterator<Item = &'a Balance>) -> Series {
    let mut series = Series::new();
    for b in balances {
        let cell = series.entry(Subject::of(b)).or_default().entry(b.year).or_default();
        *cell = *cell + b.amount();
    }
    series
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::budget::model::Kind;

    proptest! {
        #[test]
        fn the_table_adds_up_both_ways(
            rows in prop::collection::vec((0_u128..6, prop::option::of(0_u128..5), -1_000_i64..9_000_000_007, -500_i64..500), 0..120)
        ) {
            let balances: Vec<Balance> = rows.iter().map(|(program, project, printed, moved)| Balance {
                year: FiscalYear::new(2025).unwrap(),
                stage: Stage::Initial,
                round: 0,
                program: (*program > 0).then(|| Uuid::from_u128(*program)),
                program_name: None,
                project: project.map(Uuid::from_u128),
                ministry: None,
                kind: Kind::Initial,
                printed: Yen(*printed),
                moved: Yen(*moved),
            }).collect();
            let all: Vec<&Balance> = balances.iter().collect();
            let table = matrix(&all, &[Uuid::from_u128(0), Uuid::from_u128(1)]);
            let sum: Yen = balances.iter().map(Balance::amount).sum();
            prop_assert_eq!(table.total, sum);
            prop_assert_eq!(table.rows.iter().map(|r| r.total).sum::<Yen>(), sum);
            prop_assert_eq!(table.printed, balances.iter().map(|b| b.printed).sum::<Yen>());
            for row in &table.rows {
                prop_assert_eq!(row.cells.iter().copied().sum::<Yen>(), row.total);
            }
            for (at, total) in table.column_totals.iter().enumerate() {
                prop_assert_eq!(table.rows.iter().map(|r| r.cells[at]).sum::<Yen>(), *total);
            }
        }
    }

    #[test]
    fn a_budget_reads_back_from_its_code() {
        for slot in
            [Slot { stage: Stage::Initial, round: 0 }, Slot { stage: Stage::SpecialRequest, round: 0 }]
        {
            assert_eq!(Slot::from_code(&slot.code()), Some(slot));
        }
        assert_eq!(Slot::from_code("x"), None);
    }
}
