//! What the parts of a sitter are: by program and by project, each row whole tasks, so that rows add up.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::kernel::Yen;
use crate::web::charts::{Head, Item, Markup, Measure, treemap};

use super::super::cube::{Group, Sum};
use super::super::links::TaskQuery;
use super::Sitter;

/// Rows of one cut in falling order of money.
pub struct Breakdown {
    pub title: &'static str,
    pub named: &'static str,
    /// Areas by money; the table beside it is its twin.
    pub chart: Option<Markup>,
    pub rows: Vec<BreakdownRow>,
}

pub struct BreakdownRow {
    pub name: String,
    pub page_href: Option<String>,
    pub tasks: i64,
    pub href: String,
    pub new_tasks: i64,
    pub yen: Yen,
}

impl Sitter<'_> {
    /// By program, with a drawing.
    pub fn programs(&self, keep: impl Fn(&Group) -> bool) -> Breakdown {
        let l = self.cx.l;
        let mut sums: BTreeMap<Uuid, Sum> = BTreeMap::new();
        self.in_year(keep).for_each(|g| sums.entry(g.program).or_default().add(g));
        let row = |(id, sum): (Uuid, Sum)| {
            let program = self.catalogue.program(id);
            let query = self.query.clone().program(self.catalogue, id);
            self.row(
                program.map(|p| p.name(l).to_owned()).unwrap_or_default(),
                program.map(|p| format!("/programs/{}?year={}", p.code, self.years.chosen)),
                query,
                &sum,
            )
        };
        let rows = in_order(sums.into_iter().map(row).collect());
        Breakdown {
            title: l.t("事業別", "By program"),
            named: l.t("事業", "Program"),
            chart: (rows.len() > 1).then(|| self.areas(&rows)),
            rows,
        }
    }

    /// By project.
    pub fn projects(&self, keep: impl Fn(&Group) -> bool) -> Breakdown {
        let l = self.cx.l;
        let mut sums: BTreeMap<Option<Uuid>, Sum> = BTreeMap::new();
        self.in_year(keep).for_each(|g| sums.entry(g.project).or_default().add(g));
        let row = |(id, sum): (Option<Uuid>, Sum)| {
            let project = id.and_then(|id| self.catalogue.project(id));
            self.row(
                project.map_or_else(
                    || l.t("プロジェクト未設定", "No project stated").to_owned(),
                    |p| p.name(l).to_owned(),
                ),
                project.map(|p| format!("/projects/{}?year={}", p.id, self.years.chosen)),
                self.query.clone().project(self.catalogue, id),
                &sum,
            )
        };
        Breakdown {
            title: l.t("統合プロジェクト別", "By project"),
            named: l.t("統合プロジェクト", "Project"),
            chart: None,
            rows: in_order(sums.into_iter().map(row).collect()),
        }
    }

    fn in_year(&self, keep: impl Fn(&Group) -> bool) -> impl Iterator<Item = &Group> {
        let year = self.years.chosen.year();
        self.cube.groups().filter(move |g| i32::from(g.fiscal_year) == year && keep(g))
    }

    fn row(&self, name: String, page_href: Option<String>, query: TaskQuery, sum: &Sum) -> BreakdownRow {
        BreakdownRow {
            name,
            page_href,
            tasks: sum.tasks,
            href: query.in_year(self.years.chosen),
            new_tasks: sum.new_tasks,
            yen: sum.yen,
        }
    }

    fn areas(&self, rows: &[BreakdownRow]) -> Markup {
        let l = self.cx.l;
        let oku = if l.is_ja() { Measure::new("億円", 1e8, 1) } else { Measure::new("JPY M", 1e6, 0) };
        let items: Vec<Item> =
            rows.iter().map(|row| Item::new(row.name.clone(), row.yen.0 as f64, row.href.clone())).collect();
        let head = Head::new(
            "programs",
            l.t("事業別の契約額", "Amounts by program"),
            l.t("面積は契約額。表は下にあります", "Areas are amounts; the table is below"),
        );
        treemap(&head.wide(900.0), &oku, &items)
    }
}

fn in_order(mut rows: Vec<BreakdownRow>) -> Vec<BreakdownRow> {
    rows.sort_by(|a, b| (b.yen, b.tasks, &a.name).cmp(&(a.yen, a.tasks, &b.name)));
    rows
}
