//! The values of a chart, and their table twin.

use std::fmt::Write;

use super::measure::Measure;
use super::svg::{Markup, escape};

/// One value and the address of the rows behind it; `None` is "not known", not zero.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub value: Option<f64>,
    pub href: Option<String>,
}

impl Cell {
    pub fn new(value: f64, href: impl Into<String>) -> Self {
        Self { value: Some(value), href: Some(href.into()) }
    }

    /// A value without a page of its own.
    pub fn plain(value: f64) -> Self {
        Self { value: Some(value), href: None }
    }
}

/// A named value of a chart without series: a bar, a tile.
#[derive(Debug, Clone)]
pub struct Item {
    pub label: String,
    pub value: f64,
    pub href: Option<String>,
}

impl Item {
    pub fn new(label: impl Into<String>, value: f64, href: impl Into<String>) -> Self {
        Self { label: label.into(), value, href: Some(href.into()) }
    }
}

/// One series over all categories of its [`Grid`].
#[derive(Debug, Clone)]
pub struct Series {
    pub name: String,
    pub cells: Vec<Cell>,
}

/// Categories (mostly fiscal years) by series. All series have as many cells as there are categories.
#[derive(Debug, Clone)]
pub struct Grid {
    /// What the categories are, e.g. 年度; head of the first column of the table.
    pub categories_are: String,
    pub categories: Vec<String>,
    pub series: Vec<Series>,
}

impl Grid {
    /// A grid of a single series.
    pub fn single(categories_are: impl Into<String>, name: impl Into<String>, items: &[Item]) -> Self {
        Self {
            categories_are: categories_are.into(),
            categories: items.iter().map(|i| i.label.clone()).collect(),
            series: vec![Series {
                name: name.into(),
                cells: items.iter().map(|i| Cell { value: Some(i.value), href: i.href.clone() }).collect(),
            }],
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.series.iter().flat_map(|s| s.cells.iter().filter_map(|c| c.value))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.series.iter().map(|s| s.name.as_str()).collect()
    }

    /// Sum of the positive (or negative) parts of a category, for stacks.
    pub(super) fn stack_sum(&self, category: usize, positive: bool) -> f64 {
        self.series
            .iter()
            .filter_map(|s| s.cells.get(category).and_then(|c| c.value))
            .filter(|v| (*v > 0.0) == positive)
            .sum()
    }

    /// The same values as a table, each with its link.
    pub fn table(&self, caption: &str, measure: &Measure) -> Markup {
        let mut t = format!(
            r#"<table class="table table-fit"><caption>{}（{}）</caption><thead><tr><th scope="col">{}</th>"#,
            escape(caption),
            escape(&measure.unit),
            escape(&self.categories_are)
        );
        for series in &self.series {
            let _ = write!(t, r#"<th scope="col" class="num">{}</th>"#, escape(&series.name));
        }
        t.push_str("</tr></thead><tbody>");
        for (i, category) in self.categories.iter().enumerate() {
            let _ = write!(t, r#"<tr><th scope="row">{}</th>"#, escape(category));
            for series in &self.series {
                let cell = series.cells.get(i).cloned().unwrap_or_default();
                let number = cell.value.map_or("－".to_owned(), |v| measure.format(v));
                match cell.href.as_deref().filter(|_| cell.value.is_some()) {
                    Some(href) => {
                        let _ = write!(t, r#"<td class="num"><a href="{}">{number}</a></td>"#, escape(href));
                    }
                    None => {
                        let _ = write!(t, r#"<td class="num">{number}</td>"#);
                    }
                }
            }
            t.push_str("</tr>");
        }
        t.push_str("</tbody></table>");
        Markup(t)
    }
}

/// Table twin of a chart of items.
pub fn items_table(caption: &str, items_are: &str, measure: &Measure, items: &[Item]) -> Markup {
    Grid::single(items_are, measure.unit.clone(), items).table(caption, measure)
}

/// A chart with its twin behind a disclosure. `words` is the text of the disclosure, e.g. 表で見る.
pub fn figure(chart: &Markup, words: &str, table: &Markup) -> Markup {
    Markup(format!(
        concat!(
            r#"<figure class="chart-figure"><div class="chart-scroll">{}</div>"#,
            r#"<details class="chart-table"><summary>{}</summary><div class="table-box">{}</div></details></figure>"#
        ),
        chart.0,
        escape(words),
        table.0
    ))
}
