//! Figures by year: tasks and money, new and continuing, each mark with its list.

use crate::kernel::FiscalYear;
use crate::web::charts::{Cell, Grid, Head, Markup, Measure, Series, figure, stacked_columns};

use super::super::cube::Sum;
use super::super::words;
use super::Sitter;

impl Sitter<'_> {
    pub(super) fn charts(&self, years: &[(FiscalYear, Sum)]) -> Vec<Markup> {
        let l = self.cx.l;
        if years.is_empty() {
            return Vec::new();
        }
        let oku = if l.is_ja() { Measure::new("億円", 1e8, 1) } else { Measure::new("JPY M", 1e6, 0) };
        let count = Measure::count(l.t("件", "tasks"));
        let tasks = self.grid(years, |s| (s.new_tasks as f64, s.continuing_tasks() as f64));
        let money = self.grid(years, |s| (s.new_yen.0 as f64, s.continuing_yen().0 as f64));
        let draw = |id, title, description, measure: &Measure, grid: &Grid| {
            let chart = stacked_columns(&Head::new(id, title, description), measure, grid);
            figure(&chart, l.t("表で見る", "Show as a table"), &grid.table(title, measure))
        };
        vec![
            draw(
                "tasks-by-year",
                l.t("課題数の推移", "Tasks by year"),
                l.t("年度ごとの新規と継続の課題数", "New and continuing tasks per fiscal year"),
                &count,
                &tasks,
            ),
            draw(
                "yen-by-year",
                l.t("契約額の推移", "Amounts by year"),
                l.t("年度ごとの新規と継続の契約額", "Amounts of new and continuing tasks per fiscal year"),
                &oku,
                &money,
            ),
        ]
    }

    fn grid(&self, years: &[(FiscalYear, Sum)], values: impl Fn(&Sum) -> (f64, f64)) -> Grid {
        let l = self.cx.l;
        let new = |(year, sum): &(FiscalYear, Sum)| {
            Cell::new(values(sum).0, self.query.clone().new_tasks().in_year(*year))
        };
        let continuing = |(year, sum): &(FiscalYear, Sum)| {
            Cell::new(values(sum).1, self.query.clone().continuing().in_year(*year))
        };
        Grid {
            categories_are: l.t("年度", "Fiscal year").to_owned(),
            categories: years.iter().map(|(year, _)| words::year_in_chart(l, *year)).collect(),
            series: vec![
                Series {
                    name: l.t("継続", "Continuing").to_owned(),
                    cells: years.iter().map(continuing).collect(),
                },
                Series { name: l.t("新規", "New").to_owned(), cells: years.iter().map(new).collect() },
            ],
        }
    }
}
