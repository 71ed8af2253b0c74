//! Texts of cells as projects, yen and days.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::FiscalYear;
use crate::kernel::text::nfkc;
use crate::portfolio::catalogue::Catalogue;

/// The project that a name such as `(第1期)がん` or `医薬品` means in a fiscal year.
pub(super) fn project_of(raw: &str, year: i16, catalogue: &Catalogue) -> Option<Uuid> {
    let fiscal_year = FiscalYear::try_from(year).ok()?;
    raw.split([';', '；']).map(str::trim).filter(|n| !n.is_empty()).find_map(|name| {
        let bare = name.split_once(')').filter(|_| name.starts_with('(')).map_or(name, |(_, rest)| rest);
        let term = catalogue.term_of(fiscal_year)?;
        let found = catalogue.find_projects(bare, fiscal_year);
        found.into_iter().find(|id| catalogue.project(*id).is_some_and(|p| p.term_id == term.id))
    })
}

/// Yen of a text in a unit of `unit` yen; decimals are allowed where they give whole yen after rounding half
/// up. What no number can hold is the largest one, which `RowReader::plausible` refuses.
pub(super) fn parse_amount(raw: &str, unit: i128) -> Option<i64> {
    let text: String = nfkc(raw).chars().filter(|c| !c.is_whitespace() && !",¥円\\".contains(*c)).collect();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 30 || !digits(whole) || !digits(decimals) {
        return None;
    }
    if whole.len() > 18 {
        return Some(i64::MAX);
    }
    let kept = &decimals[..decimals.len().min(12)];
    let scale = 10_i128.pow(u32::try_from(kept.len()).ok()?);
    let scaled = format!("{whole}{kept}").parse::<i128>().ok()? * unit;
    Some(i64::try_from((scaled + scale / 2) / scale).unwrap_or(i64::MAX))
}

/// A day as people write it (2026-04-01, 2026/4/1, 2026年4月1日, R8.4.1, 令和8年4月1日) or as spreadsheets
/// store it.
pub(super) fn read_day(raw: &str) -> Option<NaiveDate> {
    let plain = raw.replace(['/', '.', '年', '月'], "-").replace('日', "");
    let plain = western(plain.trim()).unwrap_or_else(|| plain.trim().to_owned());
    NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok().or_else(|| excel_day(raw))
}

/// A day of an era (`令和8-4-1`, `R8-4-1`) with its year as the western calendar counts; nothing for other
/// texts.
fn western(day: &str) -> Option<String> {
    const ERAS: [(&str, &str, i32); 5] = [
        ("令和", "r", 2018),
        ("平成", "h", 1988),
        ("昭和", "s", 1925),
        ("大正", "t", 1911),
        ("明治", "m", 1867),
    ];
    let lower = day.to_lowercase();
    let (rest, base) = ERAS.iter().find_map(|(name, letter, base)| {
        Some((lower.strip_prefix(name).or_else(|| lower.strip_prefix(letter))?, base))
    })?;
    let (year, rest) = rest.split_once('-')?;
    let year = match year.trim() {
        "元" => 1,
        digits => digits.parse::<i32>().ok().filter(|n| (1..=99).contains(n))?,
    };
    Some(format!("{}-{rest}", base + year))
}

/// A day as spreadsheets store it: days since 1899-12-30.
fn excel_day(raw: &str) -> Option<NaiveDate> {
    let days: i64 = raw.parse().ok().filter(|n| (20_000..80_000).contains(n))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(chrono::Duration::days(days))
}

pub(super) fn short(text: &str) -> String {
    let cut: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().count() > 40 { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_their_unit() {
        for (raw, unit, yen) in [
            ("1,234", 1, Some(1_234)),
            ("１，２３４千", 1, None),
            ("12.5", 1_000_000, Some(12_500_000)),
            ("1.83325132482448", 1_000_000, Some(1_833_251)),
            ("¥300円", 1, Some(300)),
            ("-5", 1, None),
            ("", 1, None),
            ("1e9", 1, None),
            ("999999999999999999", 1_000_000, Some(i64::MAX)),
            ("1234567890123456789", 1, Some(i64::MAX)),
        ] {
            assert_eq!(parse_amount(raw, unit), yen, "{raw}");
        }
    }

    #[test]
    fn days_of_spreadsheets_are_read() {
        assert_eq!(excel_day("46113"), NaiveDate::from_ymd_opt(2026, 4, 1));
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for (raw, day) in [
            ("2026-04-01", Some((2026, 4, 1))),
            ("2026/4/1", Some((2026, 4, 1))),
            ("2026年4月1日", Some((2026, 4, 1))),
            ("R9.3.31", Some((2027, 3, 31))),
            ("r9/03/31", Some((2027, 3, 31))),
            ("令和6年4月1日", Some((2024, 4, 1))),
            ("令和元年5月1日", Some((2019, 5, 1))),
            ("H30.4.1", Some((2018, 4, 1))),
            ("R0.4.1", None),
            ("令和6年4月", None),
            ("いつか", None),
        ] {
            let day = day.and_then(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d));
            assert_eq!(read_day(raw), day, "{raw}");
        }
    }
}
