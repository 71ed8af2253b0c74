//! A row of a file, and its cells as texts, years, days and amounts; what does not fit is a finding at its cell.

use chrono::NaiveDate;

use crate::budget::sheet::column_name;
use crate::imports::model::{Field, Finding, Mapping, Severity};
use crate::imports::table::{Table, TableRow};
use crate::kernel::text::nfkc;
use crate::kernel::yen::group_thousands;
use crate::kernel::{FiscalYear, Said, Text};

use super::values::{parse_amount, read_day, short};
use super::{MOST_YEN, MUCH_YEN, YEARS};

/// Reads one row under a mapping.
pub(super) struct RowReader<'a> {
    pub(super) table: &'a Table,
    pub(super) mapping: &'a Mapping,
    pub(super) row: &'a TableRow,
    pub(super) findings: Vec<Finding>,
}

impl RowReader<'_> {
    pub(super) fn column(&self, field: Field) -> Option<usize> {
        self.mapping.fields.iter().position(|f| *f == Some(field))
    }

    pub(super) fn raw(&self, field: Field) -> &str {
        self.column(field).and_then(|c| self.row.cells.get(c)).map(|s| s.trim()).unwrap_or_default()
    }

    pub(super) fn add(&mut self, severity: Severity, field: Field, said: Said) {
        let column = self.column(field).unwrap_or(0);
        self.findings.push(Finding {
            severity,
            row: self.row.number,
            cell: format!("{}{}", column_name(u32::try_from(column).unwrap_or(0)), self.row.number),
            column: self.table.headers.get(column).cloned().unwrap_or_default(),
            said,
        });
    }

    pub(super) fn text<const MAX: usize>(&mut self, field: Field) -> Option<String> {
        match Text::<MAX>::optional(self.raw(field)) {
            Ok(text) => text.map(Text::into_string),
            Err(error) => {
                self.add(Severity::Error, field, error.into());
                None
            }
        }
    }

    pub(super) fn year(&mut self, field: Field) -> Option<i16> {
        let raw = self.raw(field).to_owned();
        if raw.is_empty() {
            return None;
        }
        self.year_of(field, &raw)
    }

    pub(super) fn year_of(&mut self, field: Field, raw: &str) -> Option<i16> {
        match raw.parse::<FiscalYear>() {
            Ok(year) if YEARS.contains(&year.year()) => i16::try_from(year.year()).ok(),
            Ok(year) => {
                let said = Said::new(
                    format!(
                        "{}年度は範囲外です。{}～{}年度にしてください。",
                        year.year(),
                        YEARS.start(),
                        YEARS.end()
                    ),
                    format!("{} is out of range; use {} to {}.", year.year(), YEARS.start(), YEARS.end()),
                );
                self.add(Severity::Error, field, said);
                None
            }
            Err(error) => {
                self.add(Severity::Error, field, error.into());
                None
            }
        }
    }

    pub(super) fn day(&mut self, field: Field) -> Option<NaiveDate> {
        let raw = nfkc(self.raw(field));
        if raw.is_empty() {
            return None;
        }
        let Some(day) = read_day(&raw) else {
            let said = Said::new(
                format!(
                    "「{}」は日付として読めません。2026-04-01 または 令和8年4月1日 の形にしてください。",
                    short(&raw)
                ),
                format!("“{}” is not a date; write 2026-04-01 or R8.4.1.", short(&raw)),
            );
            self.add(Severity::Error, field, said);
            return None;
        };
        if !YEARS.contains(&FiscalYear::containing(day).year()) {
            let (first, last) = (YEARS.start(), YEARS.end());
            let said = Said::new(
                format!("「{}」は範囲外です。{first}～{last}年度の日付にしてください。", short(&raw)),
                format!("“{}” is out of range; use a day of fiscal years {first} to {last}.", short(&raw)),
            );
            self.add(Severity::Error, field, said);
            return None;
        }
        Some(day)
    }

    /// An amount in yen of a column whose unit is `unit` yen.
    pub(super) fn amount(&mut self, field: Field, unit: i128) -> Option<i64> {
        let raw = self.raw(field).to_owned();
        if raw.is_empty() || raw == "-" || raw == "－" {
            return None;
        }
        let amount = parse_amount(&raw, unit);
        if amount.is_none() {
            let said = Said::new(
                format!("「{}」は0以上の金額として読めません。", short(&raw)),
                format!("“{}” is not an amount of zero or more.", short(&raw)),
            );
            self.add(Severity::Error, field, said);
        }
        self.plausible(field, amount?)
    }

    /// Refuses what no contract can be; what hardly any is, a person looks at again.
    pub(super) fn plausible(&mut self, field: Field, amount: i64) -> Option<i64> {
        let shown = group_thousands(&amount.to_string());
        if amount > MOST_YEN {
            let said = Said::new(
                format!("{shown}円は1兆円を超えています。単位（円・千円・百万円）を確かめて直してください。"),
                format!("{shown} yen is more than 1 trillion; mend the unit (yen, thousand, million)."),
            );
            self.add(Severity::Error, field, said);
            return None;
        }
        if amount > MUCH_YEN {
            let said = Said::new(
                format!("{shown}円は100億円を超えています。単位（円・千円・百万円）を確かめてください。"),
                format!("{shown} yen is more than 10 billion; check the unit (yen, thousand, million)."),
            );
            self.add(Severity::Warning, field, said);
        }
        Some(amount)
    }
}
