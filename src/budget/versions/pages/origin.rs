//! Where an amount came from: file, sheet, cell, batch and person, with the neighbourhood of the cell as it was read.

use std::collections::HashSet;

use askama::Template;

use crate::budget::imports::model::Import;
use crate::budget::imports::reference::Reference;
use crate::budget::imports::sheet_view::{self, SheetView, Taken};
use crate::budget::imports::{pages as import_pages, queries as imports, routes as import_routes};
use crate::budget::sheet::place_of;
use crate::kernel::{BudgetImportId, Yen};
use crate::portfolio::catalogue;
use crate::web::{AtPath, Cx, Outcome, Page, PageError, render};

use super::super::model::{State, Stored, Version};
use super::super::{queries, routes};
use super::frame;

#[derive(Template)]
#[template(path = "budget/versions/origin.html")]
struct OriginPage {
    page: Page,
    version: Version,
    stored: Stored,
    program_href: Option<String>,
    import: Option<Import>,
    sheet: SheetView,
    sheet_missing: bool,
    keys: Vec<(&'static str, &'static str)>,
    may_open_file: bool,
    siblings: Vec<Sibling>,
}

/// The same line in another version of the same year and stage.
struct Sibling {
    number: i32,
    state: State,
    href: String,
    yen: Option<i64>,
    here: bool,
}

pub async fn origin(cx: Cx, AtPath(id): AtPath<i64>) -> Outcome {
    let l = cx.l;
    let (version_id, stored) = queries::line(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    let version = crate::web::Visible::<Version>::find(&cx, version_id).await?.into_inner();
    let catalogue = catalogue::of(&cx).await?;
    let mut import = None;
    let mut sheet = SheetView::default();
    let mut sheet_missing = false;
    if let Some(origin) = &stored.line.origin {
        let found =
            imports::import(cx.pool(), BudgetImportId(origin.import)).await?.ok_or(PageError::NotFound)?;
        let names = imports::program_names(cx.pool()).await?;
        let reference = Reference::new(&catalogue, &names, found.corrections.programs.values());
        let reading = import_pages::reading_of(&cx, &found, &reference).await?;
        match reading.book.sheets.iter().find(|s| s.name == origin.sheet) {
            Some(read) => {
                let place = place_of(&origin.cell);
                let (rows, columns) = sheet_view::neighbourhood(read, &reading.report.regions, place);
                let window = (rows.as_slice(), columns.as_slice());
                sheet = sheet_view::view(
                    l,
                    (read, reading.book.is_text),
                    &reading.report.regions,
                    window,
                    &HashSet::new(),
                    Some(place),
                );
            }
            None => sheet_missing = true,
        }
        import = Some(found);
    }
    let siblings = queries::siblings(cx.pool(), id)
        .await?
        .into_iter()
        .map(|(number, state, line, yen)| Sibling {
            number,
            state,
            href: routes::line(line),
            yen,
            here: line == id,
        })
        .collect();
    let may_open_file =
        cx.viewer.holds(&[crate::accounts::Role::Administrator, crate::accounts::Role::Auditor]);
    let program = stored.line.program_id.and_then(|id| catalogue.program(id));
    render(&OriginPage {
        program_href: program.map(|p| format!("/programs/{}", p.code)),
        page: frame(&cx, l.t("金額の出所", "Where an amount came from"))
            .crumb(version.slot.name(l), routes::version(version.id)),
        keys: Taken::ALL.iter().map(|t| (t.class(), t.word(l))).collect(),
        may_open_file,
        sheet,
        sheet_missing,
        siblings,
        import,
        version,
        stored,
    })
}

impl OriginPage {
    /// The amount in whole yen, whatever unit the reader chose elsewhere.
    fn yen(&self) -> String {
        match self.stored.line.amount_yen {
            Some(yen) => format!("{}{}", self.grouped(yen), self.page.l.t("円", " yen")),
            None => super::show::amount(&self.page, None, self.stored.line.within_yen),
        }
    }

    fn grouped(&self, yen: i64) -> String {
        Yen(yen).in_unit(crate::kernel::yen::YenUnit::Yen)
    }

    fn sheet_href(&self) -> String {
        match (&self.import, &self.stored.line.origin) {
            (Some(import), Some(origin)) => import_routes::sheet(import.id, &origin.sheet, &origin.cell),
            _ => String::new(),
        }
    }

    fn sum(&self, yen: &Option<i64>) -> String {
        yen.map_or_else(|| self.page.l.t("内数", "within").to_owned(), |yen| self.page.yen(&Yen(yen)))
    }
}
