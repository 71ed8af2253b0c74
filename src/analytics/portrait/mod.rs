//! The portrait of a part of the portfolio: the same figures, charts and lists for a project, a program, a disease
//! area, an institution and a person.
//!
//! Printed by `templates/figures/_portrait.html`.

mod breakdown;
mod ending;
mod splits;
mod years;

use std::collections::BTreeMap;

use crate::kernel::FiscalYear;
use crate::portfolio::catalogue::Catalogue;
use crate::web::charts::Markup;
use crate::web::view::{Choice, Figure};
use crate::web::{Cx, Page};

use super::cube::{Axis, Cube, Group, Sum};
use super::links::TaskQuery;
use super::split;
use super::words;
use super::years::Years;

pub use super::queries::Within;
pub use breakdown::{Breakdown, BreakdownRow};
pub use ending::{Ending, EndingRow};
pub use splits::{SplitRow, SplitTable};

/// What a portrait shows.
pub struct Portrait {
    pub year: String,
    pub year_code: String,
    pub years: Vec<Choice>,
    pub figures: Vec<Figure>,
    /// Charts by year, each with its table.
    pub charts: Vec<Markup>,
    pub phases: SplitTable,
    pub diseases: SplitTable,
    pub ending: Ending,
    pub has_tasks: bool,
}

/// Of what a portrait is drawn.
pub struct Sitter<'a> {
    pub cx: &'a Cx,
    pub page: &'a Page,
    pub catalogue: &'a Catalogue,
    pub years: &'a Years,
    pub cube: &'a Cube,
    /// The task list of the part, without a year.
    pub query: TaskQuery,
    /// The same part in SQL.
    pub within: Within,
}

impl Sitter<'_> {
    /// Draws the groups that `keep` wants.
    pub async fn portrait(&self, keep: impl Fn(&Group) -> bool) -> sqlx::Result<Portrait> {
        let l = self.cx.l;
        let by_year = self.cube.by_year(&keep);
        let year = self.years.chosen;
        let in_year = |g: &Group| i32::from(g.fiscal_year) == year.year() && keep(g);
        let sum = self.cube.sum(in_year);
        let ending = Ending::read(self).await?;
        Ok(Portrait {
            year: words::year(l, year),
            year_code: year.short(),
            years: self.years.choices(self.cx),
            figures: self.figures(&sum, &ending),
            charts: self.charts(&typed(by_year)),
            phases: self.split(Axis::Phase, in_year),
            diseases: self.split(Axis::Disease, in_year),
            ending,
            has_tasks: !sum.is_zero(),
        })
    }

    fn figures(&self, sum: &Sum, ending: &Ending) -> Vec<Figure> {
        let l = self.cx.l;
        let page = self.page;
        let year = self.years.chosen;
        let rows = |query: TaskQuery| Some(query.in_year(year));
        let share = split::percentages(&[sum.new_tasks, sum.continuing_tasks()]);
        let tasks = l.t("件", "");
        vec![
            Figure {
                label: l.t("課題", "Tasks").to_owned(),
                value: page.count(&sum.tasks),
                unit: tasks.to_owned(),
                href: rows(self.query.clone()),
                note: String::new(),
            },
            Figure {
                label: l.t("契約額", "Amount").to_owned(),
                value: page.yen(&sum.yen),
                unit: page.unit_name().to_owned(),
                href: rows(self.query.clone()),
                note: String::new(),
            },
            Figure {
                label: l.t("新規", "New").to_owned(),
                value: page.count(&sum.new_tasks),
                unit: tasks.to_owned(),
                href: rows(self.query.clone().new_tasks()),
                note: format!(
                    "{}{}%　{}",
                    l.t("課題の", "of tasks "),
                    share[0],
                    page.yen_with_unit(&sum.new_yen)
                ),
            },
            Figure {
                label: l.t("継続", "Continuing").to_owned(),
                value: page.count(&sum.continuing_tasks()),
                unit: tasks.to_owned(),
                href: rows(self.query.clone().continuing()),
                note: format!(
                    "{}{}%　{}",
                    l.t("課題の", "of tasks "),
                    share[1],
                    page.yen_with_unit(&sum.continuing_yen())
                ),
            },
            Figure {
                label: l.t("12か月以内に終了", "Ending within 12 months").to_owned(),
                value: page.count(&ending.total),
                unit: tasks.to_owned(),
                href: Some(ending.href.clone()),
                note: String::new(),
            },
        ]
    }
}

fn typed(years: BTreeMap<i16, Sum>) -> Vec<(FiscalYear, Sum)> {
    years.into_iter().filter_map(|(y, sum)| Some((FiscalYear::try_from(y).ok()?, sum))).collect()
}
