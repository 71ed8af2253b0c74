//! The tables of facts, read into rows. Tab-separated, one fact a line, comments begin with `#`.

use crate::kernel::named_uuid;
use crate::kernel::text::fold;
use uuid::Uuid;

/// The rows of a table as columns of text; a blank cell is an empty text.
pub(super) fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect()
}

/// A column as owned texts.
pub(super) fn texts(rows: &[Vec<&'static str>], at: usize) -> Vec<String> {
    rows.iter().map(|row| row[at].to_owned()).collect()
}

/// A column whose blank cells are nothing.
pub(super) fn optional(rows: &[Vec<&'static str>], at: usize) -> Vec<Option<String>> {
    rows.iter().map(|row| Some(row[at]).filter(|cell| !cell.is_empty()).map(str::to_owned)).collect()
}

/// A column of numbers whose blank cells are nothing.
pub(super) fn numbers<N: std::str::FromStr>(rows: &[Vec<&'static str>], at: usize) -> Vec<Option<N>> {
    rows.iter().map(|row| row[at].parse().ok()).collect()
}

/// A column of numbers without blanks.
pub(super) fn all_numbers<N: std::str::FromStr>(rows: &[Vec<&'static str>], at: usize) -> Vec<N> {
    numbers(rows, at).into_iter().map(|n| n.expect("the column has a number in every row")).collect()
}

/// Row numbers from 1, for columns that only keep an order.
pub(super) fn positions(rows: &[Vec<&'static str>]) -> Vec<i16> {
    (1..).take(rows.len()).collect()
}

/// A column of flags: whether the cell holds `letter`.
pub(super) fn flags(rows: &[Vec<&'static str>], at: usize, letter: char) -> Vec<bool> {
    rows.iter().map(|row| row[at].contains(letter)).collect()
}

pub(super) fn folded(names: &[String]) -> Vec<String> {
    names.iter().map(|name| fold(name)).collect()
}

/// The id of a plan term: the same on every machine, like the other ids of reference data.
pub(super) fn term_id(number: &str) -> Uuid {
    named_uuid("plan term", number)
}

/// The id of a project by the numbers of its term and its own.
pub fn project_id(term: &str, number: &str) -> Uuid {
    named_uuid("project", &format!("{term}-{number}"))
}

/// The id of a program by its code.
pub fn program_id(code: &str) -> Uuid {
    named_uuid("program", code)
}

/// Codes of the programs that are paid from a fund.
pub fn fund_codes() -> impl Iterator<Item = &'static str> {
    rows(include_str!("data/programs.tsv")).into_iter().filter(|row| row[7].contains('f')).map(|row| row[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAMS: &str = include_str!("data/programs.tsv");
    const AMOUNTS: &str = include_str!("data/amounts.tsv");

    #[test]
    fn the_series_of_thirteen_programs_adds_up_to_the_published_sums() {
        let codes =
            ["R05", "R06", "R23", "R20", "R27", "R02", "R28", "R31", "R34", "R29", "R42", "R30", "R33"];
        for (year, thousand) in [("2023", 28_117_648), ("2024", 27_689_820), ("2025", 27_266_119)] {
            let sum: i64 = rows(AMOUNTS)
                .iter()
                .filter(|row| codes.contains(&row[0]) && row[1] == year && row[2] == "initial")
                .map(|row| row[3].parse::<i64>().unwrap())
                .sum();
            assert_eq!(sum, thousand * 1_000, "{year}");
        }
    }

    #[test]
    fn shares_of_split_programs_add_up_to_the_program() {
        for (code, total) in [("R05", 8_920_860_000_i64), ("R06", 8_594_568_000)] {
            let sum: i64 = rows(include_str!("data/shares.tsv"))
                .iter()
                .filter(|row| row[0] == code && row[5] == "2025")
                .map(|row| row[6].parse::<i64>().unwrap())
                .sum();
            assert_eq!(sum, total, "{code}");
        }
    }

    #[test]
    fn every_table_names_known_programs() {
        let codes: Vec<_> = rows(PROGRAMS).iter().map(|row| row[0]).collect();
        for (table, columns) in [
            (AMOUNTS, vec![0]),
            (include_str!("data/shares.tsv"), vec![0]),
            (include_str!("data/names.tsv"), vec![0]),
            (include_str!("data/lineage.tsv"), vec![0, 1]),
        ] {
            for row in rows(table) {
                assert!(columns.iter().all(|at| codes.contains(&row[*at])), "{row:?}");
            }
        }
    }

    #[test]
    fn terms_have_nine_six_and_eight_projects() {
        let projects = rows(include_str!("data/projects.tsv"));
        let of = |term: &str| projects.iter().filter(|row| row[0] == term).count();
        assert_eq!([of("1"), of("2"), of("3")], [9, 6, 8]);
    }
}
