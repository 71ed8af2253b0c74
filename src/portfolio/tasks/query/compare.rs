//! Comparisons of amounts and days: `>=50M`, `10M..100M`, `<12m`, `R7`.

use std::str::FromStr;

use chrono::{Months, NaiveDate};

use crate::kernel::text::nfkc;
use crate::kernel::{FiscalYear, Yen};

/// A comparison with a typed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare<T> {
    Exactly(T),
    AtLeast(T),
    MoreThan(T),
    AtMost(T),
    LessThan(T),
    /// Both ends included.
    Between(T, T),
}

/// A place in time as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    Year(FiscalYear),
    Day(NaiveDate),
    /// That many months from today.
    Months(u16),
}

impl<T> Compare<T> {
    /// Reads an operator or a range around values that `value` reads.
    pub fn read(text: &str, value: impl Fn(&str) -> Option<T>) -> Option<Self> {
        let text = nfkc(text.trim()).replace(['〜', '~'], "..");
        if let Some((from, to)) = text.split_once("..") {
            return match (from.trim(), to.trim()) {
                ("", to) => Some(Self::AtMost(value(to)?)),
                (from, "") => Some(Self::AtLeast(value(from)?)),
                (from, to) => Some(Self::Between(value(from)?, value(to)?)),
            };
        }
        type Made<T> = fn(T) -> Compare<T>;
        let operators: [(&str, Made<T>); 7] = [
            (">=", Self::AtLeast),
            ("≥", Self::AtLeast),
            ("<=", Self::AtMost),
            ("≤", Self::AtMost),
            (">", Self::MoreThan),
            ("<", Self::LessThan),
            ("=", Self::Exactly),
        ];
        for (mark, made) in operators {
            if let Some(rest) = text.strip_prefix(mark) {
                return value(rest.trim()).map(made);
            }
        }
        value(&text).map(Self::Exactly)
    }

    /// The form that reads back.
    pub fn print(&self, value: impl Fn(&T) -> String) -> String {
        match self {
            Self::Exactly(v) => value(v),
            Self::AtLeast(v) => format!(">={}", value(v)),
            Self::MoreThan(v) => format!(">{}", value(v)),
            Self::AtMost(v) => format!("<={}", value(v)),
            Self::LessThan(v) => format!("<{}", value(v)),
            Self::Between(a, b) => format!("{}..{}", value(a), value(b)),
        }
    }
}

/// Reads `50M`, `1.5億`, `300千円`, `1,000,000`; nothing for what is not a whole number of yen.
pub fn read_yen(text: &str) -> Option<Yen> {
    let text = nfkc(text.trim()).to_lowercase().replace([',', ' '], "");
    let text = text.trim_end_matches('円').trim_start_matches('¥');
    const UNITS: [(&str, i128); 9] = [
        ("百万", 1_000_000),
        ("億", 100_000_000),
        ("万", 10_000),
        ("千", 1_000),
        ("oku", 100_000_000),
        ("bn", 1_000_000_000),
        ("b", 1_000_000_000),
        ("m", 1_000_000),
        ("k", 1_000),
    ];
    let (digits, unit) = UNITS
        .iter()
        .find_map(|(word, size)| text.strip_suffix(word).map(|digits| (digits, *size)))
        .unwrap_or((text, 1));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 16 || part.len() > 9 || !plain(whole) || !plain(part) {
        return None;
    }
    let scale = 10_i128.pow(u32::try_from(part.len()).ok()?);
    let scaled = whole.parse::<i128>().ok()? * scale + part.parse::<i128>().unwrap_or(0);
    let yen = scaled.checked_mul(unit)?;
    (yen % scale == 0).then(|| i64::try_from(yen / scale).ok().map(Yen)).flatten()
}

/// The shortest exact form: `50M`, `300k`, `1234`.
pub fn print_yen(yen: &Yen) -> String {
    match yen.0 {
        0 => "0".to_owned(),
        n if n % 1_000_000 == 0 => format!("{}M", n / 1_000_000),
        n if n % 1_000 == 0 => format!("{}k", n / 1_000),
        n => n.to_string(),
    }
}

impl Point {
    /// Reads `R7`, `2026-03-31`, `2026/3/31`, `12m`, `12か月`.
    pub fn read(text: &str) -> Option<Self> {
        let text = nfkc(text.trim()).to_lowercase();
        for unit in ["か月", "ヶ月", "ヵ月", "カ月", "ケ月", "月", "m"] {
            if let Some(months) = text.strip_suffix(unit) {
                return months.trim().parse().ok().filter(|m| *m <= 1200).map(Self::Months);
            }
        }
        let day = text.replace(['/', '.'], "-");
        if day.matches('-').count() == 2 {
            return NaiveDate::parse_from_str(&day, "%Y-%m-%d")
                .ok()
                .filter(|d| (1900..=2200).contains(&chrono::Datelike::year(d)))
                .map(Self::Day);
        }
        FiscalYear::from_str(&text).ok().map(Self::Year)
    }

    pub fn print(&self) -> String {
        match self {
            Self::Year(year) => year.short(),
            Self::Day(day) => day.format("%Y-%m-%d").to_string(),
            Self::Months(months) => format!("{months}m"),
        }
    }

    /// First and last day meant.
    fn days(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Year(year) => (year.first_day(), year.last_day()),
            Self::Day(day) => (day, day),
            Self::Months(months) => {
                let day = today.checked_add_months(Months::new(months.into())).unwrap_or(today);
                (day, day)
            }
        }
    }
}

impl Compare<Point> {
    /// The days meant, both included; `None` is open. Before a number of months means between today and then.
    pub fn days(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let since = |p: Point| matches!(p, Point::Months(_)).then_some(today);
        let before = |d: NaiveDate| d.pred_opt();
        match self {
            Self::Exactly(p @ Point::Months(_)) => (Some(today), Some(p.days(today).1)),
            Self::Exactly(p) => (Some(p.days(today).0), Some(p.days(today).1)),
            Self::AtLeast(p) => (Some(p.days(today).0), None),
            Self::MoreThan(p) => (p.days(today).1.succ_opt(), None),
            Self::AtMost(p) => (since(p), Some(p.days(today).1)),
            Self::LessThan(p @ Point::Months(_)) => (since(p), Some(p.days(today).1)),
            Self::LessThan(p) => (None, before(p.days(today).0)),
            Self::Between(a, b) => (Some(a.days(today).0), Some(b.days(today).1)),
        }
    }
}
