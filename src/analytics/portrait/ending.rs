//! Tasks that end within twelve months from today, the earliest first.

use chrono::{Months, NaiveDate};

use crate::kernel::Yen;

use super::super::queries;
use super::Sitter;

/// Rows shown on the page; the list has all of them.
const SHOWN: i64 = 12;

/// The list and what it counts.
pub struct Ending {
    pub total: i64,
    pub href: String,
    pub rows: Vec<EndingRow>,
}

pub struct EndingRow {
    pub number: String,
    pub title: String,
    pub href: String,
    pub institution: String,
    pub ends_on: NaiveDate,
    pub yen: Yen,
    pub has_successor: bool,
}

impl Ending {
    pub(super) async fn read(sitter: &Sitter<'_>) -> sqlx::Result<Self> {
        let cx = sitter.cx;
        let l = cx.l;
        let today = cx.today();
        let until = today.checked_add_months(Months::new(12)).unwrap_or(today);
        let year = cx.fiscal_year();
        let rights = &cx.viewer.rights;
        let found =
            queries::ending(&cx.state.read_pool, &sitter.within, rights, year, (today, until), SHOWN).await?;
        Ok(Self {
            total: found.first().map_or(0, |row| row.total),
            href: sitter.query.clone().with("ends", "<12m").in_year(year),
            rows: found
                .into_iter()
                .map(|row| EndingRow {
                    number: row.task_number.unwrap_or_default(),
                    title: l.name(&row.title_ja, row.title_en.as_deref()).to_owned(),
                    href: format!("/tasks/{}", row.id),
                    institution: l.name(&row.institution_ja, Some(&row.institution_en)).to_owned(),
                    ends_on: row.ends_on,
                    yen: row.amount,
                    has_successor: row.has_successor,
                })
                .collect(),
        })
    }
}
