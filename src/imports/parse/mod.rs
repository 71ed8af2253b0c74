//! From rows of text to drafts of tasks and payments, with a finding for every cell that does not fit.

mod cells;
mod tasks;
mod values;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::budget::sheet::column_name;
use crate::kernel::Said;
use crate::kernel::text::fold;
use crate::portfolio::catalogue::Catalogue;

use super::model::{Field, Finding, Mapping, PaymentDraft, Severity, TaskDraft};
use super::programs::ProgramNames;
use super::table::{Table, TableRow};
use cells::RowReader;

/// Years a file may speak of: the agency's predecessors began in the nineties, calls reach a few years ahead.
const YEARS: std::ops::RangeInclusive<i32> = 1995..=2050;
const TITLE_CHARS: usize = 1000;
/// More than this in one line is a wrong unit: the agency's whole year is about 1,250億円.
const MOST_YEN: i64 = 1_000_000_000_000;
/// More than this is rare enough to be looked at again.
const MUCH_YEN: i64 = 10_000_000_000;

/// What the rows of a file say.
#[derive(Debug, Default)]
pub struct Parsed {
    pub tasks: Vec<TaskDraft>,
    pub payments: Vec<PaymentDraft>,
    pub findings: Vec<Finding>,
    /// Program names that nothing matches, with the number of rows and the nearest known names.
    pub unknown_programs: BTreeMap<String, UnknownProgram>,
    /// Program names that nothing matches and a person has settled.
    pub settled_programs: BTreeMap<String, UnknownProgram>,
}

/// A name that a person must settle, or has.
#[derive(Clone, Debug, Default)]
pub struct UnknownProgram {
    pub rows: usize,
    pub nearest: Vec<(Uuid, String)>,
}

/// What parsing resolves names with.
pub struct Known<'a> {
    pub catalogue: &'a Catalogue,
    pub programs: &'a ProgramNames,
}

/// Reads every row under `mapping`; rows that speak of one task (same id, number, or title and institution)
/// join.
pub fn parse(table: &Table, mapping: &Mapping, known: &Known<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    if let Some(said) = mapping.lacks() {
        parsed.findings.push(lack(table, said));
        return parsed;
    }
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in &table.rows {
        parsed.findings.extend(surplus(table, row));
        let mut reader = RowReader { table, mapping, row, findings: Vec::new() };
        if mapping.is_payments() {
            parsed.payments.extend(reader.payment());
        } else if let Some(draft) =
            reader.task(known, (&mut parsed.unknown_programs, &mut parsed.settled_programs))
        {
            let identity = identity(&draft);
            match places.get(&identity) {
                Some(at) => join(&mut parsed.tasks[*at], draft, &mut reader),
                None => {
                    places.insert(identity, parsed.tasks.len());
                    parsed.tasks.push(draft);
                }
            }
        }
        parsed.findings.append(&mut reader.findings);
    }
    parsed
}

/// The names of programs in one cell.
pub fn program_names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '；']).map(str::trim).filter(|name| !name.is_empty())
}

/// What is wrong with the whole file stands once, at its row of headers.
fn lack(table: &Table, said: Said) -> Finding {
    let row = table.header_row;
    Finding { severity: Severity::Error, row, cell: format!("{row}:{row}"), column: String::new(), said }
}

/// A value beyond the headers: in a text file the cells before it have moved, in a workbook it may be a
/// remark.
fn surplus(table: &Table, row: &TableRow) -> Option<Finding> {
    let cell = format!("{}{}", column_name(row.surplus?), row.number);
    let said = Said::new(
        format!(
            "見出しのない列に値があります（{cell}）。列がずれていないか、金額のカンマが引用符で囲まれているかを確かめてください。"
        ),
        format!("There is a value beyond the headers ({cell}): has a column moved, is a comma not quoted?"),
    );
    let severity = if table.is_text { Severity::Error } else { Severity::Warning };
    Some(Finding { severity, row: row.number, cell, column: String::new(), said })
}

/// Names no program bears: those that wait for a person, and those that a person settled.
type Names<'a> = (&'a mut BTreeMap<String, UnknownProgram>, &'a mut BTreeMap<String, UnknownProgram>);

fn identity(draft: &TaskDraft) -> String {
    match (&draft.external_id, &draft.stable_number) {
        (Some(id), _) => format!("id {id}"),
        (None, Some(number)) => format!("number {number}"),
        (None, None) => {
            let institution = draft.institution.as_ref().map(|i| fold(&i.name)).unwrap_or_default();
            format!("title {} {institution} {:?}", fold(&draft.title_ja), draft.program)
        }
    }
}

fn join(task: &mut TaskDraft, more: TaskDraft, reader: &mut RowReader<'_>) {
    for (year, draft) in more.years {
        if task.years.get(&year).is_some_and(|seen| *seen != draft) {
            reader.add(
                Severity::Error,
                Field::FiscalYear,
                Said::new(
                    format!(
                        "同じ課題の{year}年度が{}行目と違う内容で既にあります。どちらかを削除してください。",
                        task.rows[0]
                    ),
                    format!(
                        "Fiscal year {year} of this task stands differently in row {}; remove one of them.",
                        task.rows[0]
                    ),
                ),
            );
        }
        task.years.insert(year, draft);
    }
    task.rows.extend(more.rows);
    task.starts_on = task.starts_on.min(more.starts_on).or(more.starts_on);
    task.ends_on = task.ends_on.max(more.ends_on);
    task.first_year = task.first_year.into_iter().chain(more.first_year).min();
    task.last_year = task.last_year.into_iter().chain(more.last_year).max();
    task.payment_rows.extend(more.payment_rows);
}
