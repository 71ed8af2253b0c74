//! A version as a file, in the form of the import template: read again, it gives the same lines.

use rust_xlsxwriter::XlsxError;

use crate::budget::model::{self, Form, Table};
use crate::budget::template;
use crate::kernel::yen::YenUnit;

use super::model::{Line, Slot};

/// What an exported file says of itself: pairs of a label and a text.
pub type Facts = Vec<(String, String)>;

/// The lines of a version as a workbook, with a sheet that says what it is.
pub fn xlsx(slot: Slot, lines: &[&Line], facts: &Facts) -> Result<Vec<u8>, XlsxError> {
    template::export_with_facts(&[table(slot, lines)], facts)
}

/// The lines of a version as rows of text, headings first.
pub fn rows(slot: Slot, lines: &[&Line]) -> Vec<Vec<String>> {
    template::rows(&[table(slot, lines)])
}

fn table(slot: Slot, lines: &[&Line]) -> Table {
    Table {
        sheet: String::new(),
        range: String::new(),
        header_rows: Vec::new(),
        unit: Some(YenUnit::Yen),
        fiscal_year: Some(slot.year),
        stage: Some(slot.stage),
        round: (slot.round > 0).then_some(slot.round),
        form: Form::Long,
        lines: lines
            .iter()
            .map(|l| model::Line {
                program: l.program_name.clone(),
                project: l.project_name.clone(),
                ministry: l.ministry_name.clone(),
                kind: l.kind,
                amount_yen: l.amount_yen,
                within_yen: l.within_yen,
                cell: l.origin.as_ref().map(|o| o.cell.clone()).unwrap_or_default(),
                note: l.note.clone(),
                counted: true,
            })
            .collect(),
    }
}
