//! The year of a page of figures: the one asked for, otherwise the running one, otherwise the last with tasks.

use serde::Deserialize;

use crate::kernel::{FiscalYear, Language, Said};
use crate::web::Cx;
use crate::web::view::Choice;

use super::figures;

/// The query of a page whose only question is the year.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct YearQuery {
    pub year: String,
}

/// The year chosen and the years to choose from.
#[derive(Clone, Debug)]
pub struct Years {
    pub chosen: FiscalYear,
    /// Years that have tasks, in order; holds at least the chosen one.
    pub all: Vec<FiscalYear>,
    /// What is wrong with the year asked for, where another one is shown for it.
    unread: Option<Said>,
}

impl Years {
    /// Reads `asked` (R8, FY2026 …); an unreadable or missing one gives the default.
    pub async fn of(cx: &Cx, asked: &str) -> sqlx::Result<Self> {
        let known = figures::years(cx).await?;
        let mut all: Vec<FiscalYear> = known.iter().filter_map(|y| FiscalYear::try_from(*y).ok()).collect();
        let running = cx.fiscal_year();
        let default = all.iter().rev().find(|y| **y <= running).or(all.last()).copied().unwrap_or(running);
        let (chosen, unread) = match asked.parse::<FiscalYear>() {
            Ok(year) => (year, None),
            Err(_) if asked.trim().is_empty() => (default, None),
            Err(error) => (default, Some(Said::from(error))),
        };
        if !all.contains(&chosen) {
            all.push(chosen);
            all.sort_unstable();
        }
        Ok(Self { chosen, all, unread })
    }

    /// Only the years from `first` to `last`; the chosen one moves to the nearest of them.
    pub fn within(mut self, first: FiscalYear, last: FiscalYear) -> Self {
        self.all.retain(|y| (first..=last).contains(y));
        self.chosen = self.chosen.clamp(first, last);
        if !self.all.contains(&self.chosen) {
            let nearest = if self.chosen > first { self.all.last() } else { self.all.first() };
            match nearest {
                Some(year) => self.chosen = *year,
                None => self.all.push(self.chosen),
            }
        }
        self
    }

    /// Says that another year is shown than the one asked for.
    pub fn note(&self, l: Language) -> Option<String> {
        let said = self.unread.as_ref()?.in_language(l).trim_end_matches('.');
        Some(if l.is_ja() {
            format!("{said}{}を表示しています。", self.chosen.japanese())
        } else {
            format!("{said}. {} is shown.", self.chosen.english())
        })
    }

    /// Options of a select, newest first.
    pub fn choices(&self, cx: &Cx) -> Vec<Choice> {
        let label = |y: &FiscalYear| if cx.l.is_ja() { y.japanese() } else { y.english() };
        self.all.iter().rev().map(|y| Choice::new(y.short(), label(y), *y == self.chosen)).collect()
    }
}
