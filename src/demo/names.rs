//! Ids and names of what tasks refer to: programs, projects, institutions.

use std::collections::HashSet;
use std::sync::LazyLock;

use uuid::Uuid;

use super::people::company;
use super::profiles::FIRST_FY_OF_TERM_3;
use super::random::{Row, row_id};
use super::words::words;
use crate::portfolio::reference;

/// The id of a program by its code.
pub fn program_id(code: &str) -> Uuid {
    reference::program_id(code)
}

/// The id of a project by number in the term that holds `fiscal_year`.
pub fn project_id(fiscal_year: i16, number: u8) -> Uuid {
    reference::project_id(if fiscal_year >= FIRST_FY_OF_TERM_3 { "3" } else { "2" }, &number.to_string())
}

/// The program under whose name a year's money was booked: programs that were renamed carry their tasks along.
pub fn booked(code: &'static str, fiscal_year: i16) -> &'static str {
    match code {
        "R14" if fiscal_year < 2025 => "R68",
        "R58" if fiscal_year < 2025 => "R78",
        _ => code,
    }
}

/// Whether a program is paid from a fund.
pub fn is_fund(code: &str) -> bool {
    static FUNDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| reference::fund_codes().collect());
    FUNDS.contains(code)
}

/// Name of an institution or company, ja and en.
pub fn institution(index: u16) -> (String, String) {
    match words().institutions.get(usize::from(index)) {
        Some(real) => (real.name.ja.to_owned(), real.name.en.to_owned()),
        None => company(index - words().institutions.len() as u16),
    }
}

/// Real institutions have the same id in every demo; invented companies follow the seed.
pub fn institution_id(seed: u64, index: u16) -> Uuid {
    match words().institutions.get(usize::from(index)) {
        Some(real) => crate::kernel::named_uuid("institution", real.corporate_number.unwrap_or(real.name.ja)),
        None => row_id(seed, Row::Institution, u64::from(index)),
    }
}
