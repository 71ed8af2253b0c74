//! The sheet in words, with the address behind every number.

use uuid::Uuid;

use crate::kernel::{FiscalYear, Language, Yen};
use crate::portfolio::catalogue::Catalogue;
use crate::web::Page;

use super::super::cube::{Axis, Share, Sum};
use super::super::links::TaskQuery;
use super::super::sheet::{AMOUNT_STEPS, COUNT_STEPS, Colour, Lane, ProgramBox, SHADES, Sheet};
use super::super::words;

/// A number of the sheet: money, tasks, and the list of its tasks.
pub struct Number {
    pub yen: String,
    pub tasks: String,
    /// Both as on the founding slide.
    pub both: String,
    /// In the reader's unit, for the table.
    pub in_unit: String,
    pub count: String,
    pub href: String,
    pub is_zero: bool,
}

pub struct ColumnView {
    pub label: String,
    pub number: Number,
}

pub struct BoxView {
    pub code: String,
    pub name: String,
    pub note: String,
    pub number: Number,
    pub shade: usize,
    /// Columns covered, from 1.
    pub from: usize,
    pub to: usize,
    /// All columns, for the table.
    pub cells: Vec<Number>,
}

pub struct LaneView {
    pub number: String,
    pub name: String,
    pub href: Option<String>,
    pub sum: Number,
    pub cells: Vec<Number>,
    pub boxes: Vec<BoxView>,
}

pub struct SheetView {
    pub columns: Vec<ColumnView>,
    pub lanes: Vec<LaneView>,
    pub total: Number,
    pub width: usize,
}

/// A shade and the range it stands for.
pub struct Legend {
    pub shade: usize,
    pub words: String,
}

pub struct View<'a> {
    pub l: Language,
    pub catalogue: &'a Catalogue,
    pub year: FiscalYear,
    pub axis: Axis,
    pub colour: Colour,
    pub page: &'a Page,
}

impl View<'_> {
    pub fn sheet(&self, sheet: &Sheet) -> SheetView {
        let columns = sheet.columns.iter().zip(&sheet.column_sums);
        SheetView {
            width: sheet.columns.len(),
            columns: columns
                .map(|(tag, share)| ColumnView {
                    label: self.tag_name(*tag),
                    number: self.share(share, self.query().tag(self.catalogue, self.axis, *tag)),
                })
                .collect(),
            lanes: sheet.lanes.iter().map(|lane| self.lane(sheet, lane)).collect(),
            total: self.sum(&sheet.total, self.query()),
        }
    }

    pub fn legend(&self) -> Vec<Legend> {
        let steps = match self.colour {
            Colour::Amount => AMOUNT_STEPS.map(|yen| words::short_yen(self.l, Yen(yen))),
            Colour::Count => COUNT_STEPS.map(|n| words::tasks(self.l, n)),
        };
        let words = |i: usize| match (i.checked_sub(1).and_then(|i| steps.get(i)), steps.get(i)) {
            (None, Some(to)) => match self.l {
                Language::Ja => format!("{to}未満"),
                Language::En => format!("under {to}"),
            },
            (Some(from), Some(_)) => match self.l {
                Language::Ja => format!("{from}以上"),
                Language::En => format!("{from} and over"),
            },
            (Some(from), None) => match self.l {
                Language::Ja => format!("{from}以上（最大の区分）"),
                Language::En => format!("{from} and over (top step)"),
            },
            (None, None) => String::new(),
        };
        SHADES.iter().enumerate().map(|(i, shade)| Legend { shade: *shade, words: words(i) }).collect()
    }

    fn query(&self) -> TaskQuery {
        TaskQuery::all()
    }

    fn lane(&self, sheet: &Sheet, lane: &Lane) -> LaneView {
        let project = lane.project.and_then(|id| self.catalogue.project(id));
        let query = self.query().project(self.catalogue, lane.project);
        LaneView {
            number: project.map(|p| p.number.to_string()).unwrap_or_default(),
            name: project.map_or_else(
                || self.l.t("プロジェクト未設定", "No project stated").to_owned(),
                |p| p.name(self.l).to_owned(),
            ),
            href: project.map(|p| format!("/projects/{}?year={}", p.id, self.year)),
            sum: self.sum(&lane.sum, query.clone()),
            cells: self.cells(sheet, &lane.cells, &query),
            boxes: lane.boxes.iter().map(|b| self.program(sheet, lane.project, b)).collect(),
        }
    }

    fn program(&self, sheet: &Sheet, project: Option<Uuid>, shown: &ProgramBox) -> BoxView {
        let program = self.catalogue.program(shown.program);
        let query = self.query().project(self.catalogue, project).program(self.catalogue, shown.program);
        BoxView {
            code: program.map(|p| p.code.clone()).unwrap_or_default(),
            name: program.map(|p| p.name(self.l).to_owned()).unwrap_or_default(),
            note: self.parts(sheet, &shown.cells),
            number: self.sum(&shown.sum, query.clone()),
            shade: self.colour.shade(&shown.sum),
            from: shown.from + 1,
            to: shown.to + 1,
            cells: self.cells(sheet, &shown.cells, &query),
        }
    }

    /// The shares of a box in words: 基礎的 20.0億円、応用 15.0億円.
    fn parts(&self, sheet: &Sheet, cells: &[Share]) -> String {
        let parts: Vec<String> = sheet
            .columns
            .iter()
            .zip(cells)
            .filter(|(_, share)| share.tasks > 0)
            .map(|(tag, share)| format!("{} {}", self.tag_name(*tag), words::short_yen(self.l, share.yen)))
            .collect();
        parts.join(self.l.t("、", ", "))
    }

    fn cells(&self, sheet: &Sheet, cells: &[Share], query: &TaskQuery) -> Vec<Number> {
        let columns = sheet.columns.iter().zip(cells);
        columns.map(|(tag, s)| self.share(s, query.clone().tag(self.catalogue, self.axis, *tag))).collect()
    }

    fn tag_name(&self, tag: Option<i16>) -> String {
        let value = tag.and_then(|id| self.catalogue.value(id));
        value.map_or(words::not_set(self.l), |v| v.name(self.l)).to_owned()
    }

    fn sum(&self, sum: &Sum, query: TaskQuery) -> Number {
        self.number(sum.yen, sum.tasks, query)
    }

    fn share(&self, share: &Share, query: TaskQuery) -> Number {
        self.number(share.yen, share.tasks, query)
    }

    fn number(&self, yen: Yen, tasks: i64, query: TaskQuery) -> Number {
        Number {
            yen: words::short_yen(self.l, yen),
            tasks: words::tasks(self.l, tasks),
            both: words::both(self.l, yen, tasks),
            in_unit: self.page.yen(&yen),
            count: self.page.count(&tasks),
            href: query.in_year(self.year),
            is_zero: tasks == 0,
        }
    }
}
