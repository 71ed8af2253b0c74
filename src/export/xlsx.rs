//! A workbook written in constant memory: the first sheet is the table, the second says where it comes from.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{Datum, Provenance};

/// A table as a workbook; rows are kept on disk, not in memory, until the file is finished.
pub struct XlsxTable {
    workbook: Workbook,
    /// The sheet that rows go to now.
    sheet: usize,
    row: u32,
    heading: Format,
    amount: Format,
}

impl XlsxTable {
    /// Starts the table sheet with its header; `widths` in characters.
    pub fn new(sheet: &str, labels: &[String], widths: &[u16]) -> Result<Self, XlsxError> {
        let heading = Format::new().set_bold();
        let amount = Format::new().set_num_format("#,##0");
        let mut tables = Self { workbook: Workbook::new(), sheet: 0, row: 1, heading, amount };
        tables.start(sheet, labels, widths)?;
        Ok(tables)
    }

    /// Starts one more table sheet, to which further rows go.
    pub fn next_sheet(&mut self, sheet: &str, labels: &[String], widths: &[u16]) -> Result<(), XlsxError> {
        self.sheet += 1;
        self.start(sheet, labels, widths)
    }

    fn start(&mut self, sheet: &str, labels: &[String], widths: &[u16]) -> Result<(), XlsxError> {
        let table = self.workbook.add_worksheet_with_constant_memory()?;
        table.set_name(sheet)?.set_freeze_panes(1, 0)?;
        for (n, width) in (0_u16..).zip(widths) {
            table.set_column_width(n, f64::from(*width))?;
        }
        for (n, label) in (0_u16..).zip(labels) {
            table.write_string_with_format(0, n, label, &self.heading)?;
        }
        self.row = 1;
        Ok(())
    }

    /// One row. A sheet holds 1,048,575 of them below its header.
    pub fn row(&mut self, cells: &[Datum]) -> Result<(), XlsxError> {
        let table = self.workbook.worksheet_from_index(self.sheet)?;
        for (n, cell) in (0_u16..).zip(cells) {
            match cell {
                // The largest text that a cell holds is 32,767 characters.
                Datum::Text(text) if text.len() > 32_000 => {
                    let cut: String = text.chars().take(32_000).collect();
                    table.write_string(self.row, n, cut)?;
                }
                Datum::Text(text) => {
                    table.write_string(self.row, n, text)?;
                }
                #[expect(clippy::cast_precision_loss, reason = "a cell holds a double; yen stay below 2^53")]
                Datum::Number(number) => {
                    table.write_number_with_format(self.row, n, *number as f64, &self.amount)?;
                }
                Datum::Empty => {}
            }
        }
        self.row += 1;
        Ok(())
    }

    /// Adds the sheet of the origin and gives the bytes of the file.
    pub fn finish(mut self, sheet: &str, provenance: &Provenance) -> Result<Vec<u8>, XlsxError> {
        let origin = self.workbook.add_worksheet_with_constant_memory()?;
        origin.set_name(sheet)?.set_column_width(0, 20)?.set_column_width(1, 80)?;
        for (n, (label, text)) in (0_u32..).zip(&provenance.0) {
            origin.write_string_with_format(n, 0, label, &self.heading)?;
            origin.write_string(n, 1, text)?;
        }
        self.workbook.save_to_buffer()
    }
}
