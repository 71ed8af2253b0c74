//! 年度: April to March, named by its first calendar year. 令和N = 2018 + N, 平成N = 1988 + N.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

/// A fiscal year; the inside is the calendar year of its April.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct FiscalYear(i16);

/// Why a text is not a fiscal year the house accepts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FiscalYearError {
    #[error("“{0}” is not a fiscal year: write R7, 令和7年度, FY2025 or 2025")]
    Unreadable(String),
    #[error("{0} is outside the fiscal years 1990 to 2100")]
    OutOfRange(i64),
}

impl FiscalYear {
    /// Checks the range 1990 to 2100.
    pub fn new(year: i64) -> Result<Self, FiscalYearError> {
        match i16::try_from(year) {
            Ok(y) if (1990..=2100).contains(&y) => Ok(Self(y)),
            _ => Err(FiscalYearError::OutOfRange(year)),
        }
    }

    /// The fiscal year in which a day lies.
    pub fn containing(day: NaiveDate) -> Self {
        let year = if day.month() >= 4 { day.year() } else { day.year() - 1 };
        Self(i16::try_from(year).unwrap_or(i16::MAX).clamp(1990, 2100))
    }

    /// Calendar year of its April.
    pub fn year(self) -> i32 {
        i32::from(self.0)
    }

    /// 1 April.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), 4, 1).expect("1 April exists in every year")
    }

    /// 31 March.
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year() + 1, 3, 31).expect("31 March exists in every year")
    }

    /// The year `n` later (or earlier), kept within range.
    pub fn plus(self, n: i16) -> Self {
        Self(self.0.saturating_add(n).clamp(1990, 2100))
    }

    /// 令和7年度, 平成30年度.
    pub fn japanese(self) -> String {
        match self.year() {
            2019 => "令和元年度".to_owned(),
            y if y > 2019 => format!("令和{}年度", y - 2018),
            y => format!("平成{}年度", y - 1988),
        }
    }

    /// R7, H30: the short form used in tables, in the typed query and in addresses.
    pub fn short(self) -> String {
        match self.year() {
            y if y >= 2019 => format!("R{}", y - 2018),
            y => format!("H{}", y - 1988),
        }
    }

    /// FY2025.
    pub fn english(self) -> String {
        format!("FY{}", self.0)
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

impl TryFrom<i16> for FiscalYear {
    type Error = FiscalYearError;
    fn try_from(year: i16) -> Result<Self, Self::Error> {
        Self::new(i64::from(year))
    }
}

impl FromStr for FiscalYear {
    type Err = FiscalYearError;

    /// Reads R7, r07, 令和7年度, 令和元年, H30, 平成30, FY2025, 2025年度, 2025; full-width digits and letters too.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded = super::text::nfkc(text.trim()).to_lowercase();
        let bare = folded.trim_end_matches('度').trim_end_matches('年').trim();
        let (base, digits) = split_era(bare);
        let unreadable = || FiscalYearError::Unreadable(text.trim().chars().take(40).collect());
        let number: i64 = if base > 0 && digits == "元" {
            1
        } else if !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
            digits.parse().map_err(|_| unreadable())?
        } else {
            return Err(unreadable());
        };
        if base > 0 && !(1..=99).contains(&number) {
            return Err(unreadable());
        }
        Self::new(base + number)
    }
}

fn split_era(text: &str) -> (i64, &str) {
    const ERAS: [(&str, i64); 6] =
        [("令和", 2018), ("平成", 1988), ("fy", 0), ("r", 2018), ("h", 1988), ("西暦", 0)];
    ERAS.iter()
        .find_map(|(mark, base)| text.strip_prefix(mark).map(|rest| (*base, rest.trim())))
        .unwrap_or((0, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_is_read() {
        for (text, year) in [
            ("R7", 2025),
            ("r07", 2025),
            ("令和7年度", 2025),
            ("令和７年度", 2025),
            ("令和元年", 2019),
            ("H30", 2018),
            ("平成30", 2018),
            ("FY2025", 2025),
            ("２０２５年度", 2025),
            ("2025", 2025),
        ] {
            assert_eq!(text.parse::<FiscalYear>().map(FiscalYear::year), Ok(year), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "R", "R0", "7", "R100", "20255", "abc", "令和", "-3", "FY25"] {
            assert!(text.parse::<FiscalYear>().is_err(), "{text}");
        }
    }

    #[test]
    fn march_belongs_to_the_year_before() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(FiscalYear::containing(day(2026, 3, 31)).short(), "R7");
        assert_eq!(FiscalYear::containing(day(2026, 4, 1)).short(), "R8");
    }

    #[test]
    fn short_form_reads_back() {
        for year in 1990..=2100 {
            let fy = FiscalYear::new(year).unwrap();
            assert_eq!(fy.short().parse(), Ok(fy));
            assert_eq!(fy.japanese().parse(), Ok(fy));
            assert_eq!(fy.english().parse(), Ok(fy));
        }
    }
}
