//! Pages of money.

pub mod lines;
pub mod part;
pub mod program;
pub mod year;

use std::sync::Arc;

use crate::budget::positions::queries::{self as positions, InForce};
use crate::budget::positions::words;
use crate::kernel::FiscalYear;
use crate::portfolio::catalogue::Catalogue;
use crate::web::charts::Measure;
use crate::web::view::Choice;
use crate::web::{Cx, Page, PageError};

use super::model::{Slot, Subject};

/// Which budget a page shows.
pub struct Chosen {
    pub catalogue: Arc<Catalogue>,
    pub years: Vec<FiscalYear>,
    pub year: FiscalYear,
    /// Versions in force of the year.
    pub versions: Vec<InForce>,
    pub slot: Slot,
}

impl Chosen {
    /// Reads what was asked; an unreadable or missing part gives the running year and its budget in law.
    pub async fn of(cx: &Cx, year: &str, budget: &str) -> Result<Self, PageError> {
        let catalogue = crate::portfolio::catalogue::of(cx).await?;
        let years = positions::years(cx.pool()).await?;
        let running = cx.fiscal_year();
        let default = years.iter().find(|y| **y <= running).or(years.last()).copied().unwrap_or(running);
        let year = year.parse().unwrap_or(default);
        let versions = positions::in_force(cx.pool(), Some(year)).await?;
        let slots: Vec<Slot> = versions.iter().map(|v| Slot { stage: v.stage, round: v.round }).collect();
        let slot = Slot::from_code(budget)
            .or_else(|| Slot::first_of(&slots))
            .unwrap_or(Slot { stage: crate::budget::model::Stage::Initial, round: 0 });
        Ok(Self { catalogue, years, year, versions, slot })
    }

    /// The version that this budget has.
    pub fn version(&self) -> Option<&InForce> {
        self.versions.iter().find(|v| v.stage == self.slot.stage && v.round == self.slot.round)
    }

    pub fn year_choices(&self, cx: &Cx) -> Vec<Choice> {
        let text = |y: &FiscalYear| crate::budget::sheets::year_text(cx, *y);
        let mut years = self.years.clone();
        if !years.contains(&self.year) {
            years.push(self.year);
            years.sort_unstable_by(|a, b| b.cmp(a));
        }
        years.iter().map(|y| Choice::new(y.short(), text(y), *y == self.year)).collect()
    }

    pub fn slot_choices(&self, cx: &Cx) -> Vec<Choice> {
        let mut slots: Vec<Slot> =
            self.versions.iter().map(|v| Slot { stage: v.stage, round: v.round }).collect();
        if !slots.contains(&self.slot) {
            slots.push(self.slot);
        }
        slots.sort_unstable();
        slots
            .iter()
            .map(|s| Choice::new(s.code(), words::stage(cx.l, s.stage, s.round), *s == self.slot))
            .collect()
    }

    /// What the figures are: 令和8年度 当初.
    pub fn name(&self, cx: &Cx) -> String {
        format!(
            "{} {}",
            crate::budget::sheets::year_text(cx, self.year),
            words::stage(cx.l, self.slot.stage, self.slot.round)
        )
    }

    /// 第2版, and what it is in the file.
    pub fn version_words(&self, cx: &Cx) -> String {
        match self.version() {
            Some(v) if cx.l.is_ja() => format!("{} 第{}版", self.name(cx), v.number),
            Some(v) => format!("{} version {}", self.name(cx), v.number),
            None => cx.l.t("予算版なし", "No version in force").to_owned(),
        }
    }
}

/// The name of a row and its page.
pub fn subject_words(cx: &Cx, catalogue: &Catalogue, subject: &Subject) -> (String, String, String) {
    match subject {
        Subject::Program(id) => catalogue.program(*id).map_or_else(Default::default, |p| {
            (p.code.clone(), p.name(cx.l).to_owned(), format!("/budget/programs/{}", p.code))
        }),
        Subject::Named(name) => (String::new(), name.clone(), String::new()),
        Subject::Nobody => {
            (String::new(), cx.l.t("（事業の記載なし）", "(No program stated)").to_owned(), String::new())
        }
    }
}

/// The word of a row in addresses of the lines behind it.
pub fn subject_query(subject: &Subject) -> (&'static str, String) {
    match subject {
        Subject::Program(id) => ("program", id.to_string()),
        Subject::Named(name) => ("name", name.clone()),
        Subject::Nobody => ("name", "-".to_owned()),
    }
}

/// The reader's unit for charts.
pub fn measure(page: &Page) -> Measure {
    Measure::new(page.unit_name(), page.unit.size() as f64, page.unit.decimals() as usize)
}
