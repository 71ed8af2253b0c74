//! Fiscal years inside sentences: 令和7年度, R7, FY2025, 2025年度, 前年度; dates and periods are not years of a table.

use crate::kernel::FiscalYear;
use crate::kernel::text::nfkc;

/// A year that a label names, or its distance from the year of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum YearRef {
    Is(FiscalYear),
    /// 前年度 is -1, 本年度 0, 翌年度 1.
    Offset(i16),
}

impl YearRef {
    /// The year, given the year of the table.
    pub fn resolve(self, table: Option<FiscalYear>) -> Option<FiscalYear> {
        match self {
            Self::Is(year) => Some(year),
            Self::Offset(n) => table.map(|year| year.plus(n)),
        }
    }
}

/// The year a short label is about.
pub fn year_ref(text: &str) -> Option<YearRef> {
    if let Some(year) = find_years(text).first() {
        return Some(YearRef::Is(*year));
    }
    const OFFSETS: [(&str, i16); 7] = [
        ("前々年度", -2),
        ("前年度", -1),
        ("当年度", 0),
        ("本年度", 0),
        ("今年度", 0),
        ("翌年度", 1),
        ("次年度", 1),
    ];
    if text.contains("対前年") || text.contains("前年度比") || text.contains("増減") {
        return None;
    }
    OFFSETS.iter().find(|(word, _)| text.contains(word)).map(|(_, n)| YearRef::Offset(*n))
}

/// All fiscal years named in a text, in order; dates (令和7年8月) and the ends of periods (令和4～10年度) are left out.
pub fn find_years(text: &str) -> Vec<FiscalYear> {
    if !text.chars().any(|c| c.is_numeric() || c == '元') {
        return Vec::new();
    }
    let chars = without_blanks(text);
    let mut out = Vec::new();
    let mut at = 0;
    let mut period_runs = false;
    while at < chars.len() {
        let Some((length, year)) = year_at(&chars, at) else {
            if !is_period_sign(&chars, at) {
                period_runs = false;
            }
            at += 1;
            continue;
        };
        let end = at + length;
        let starts_period = is_period_sign(&chars, end);
        if let (Some(year), false) = (year, period_runs || starts_period) {
            out.push(year);
        }
        period_runs = starts_period;
        at = end;
    }
    out
}

/// Lower case without blanks, but for those between two Latin words.
fn without_blanks(text: &str) -> Vec<char> {
    let folded: Vec<char> = nfkc(text).to_lowercase().chars().collect();
    let latin = |at: Option<&char>| at.is_some_and(char::is_ascii_alphanumeric);
    (0..folded.len())
        .filter(|&i| {
            !folded[i].is_whitespace() || (i > 0 && latin(folded.get(i - 1)) && latin(folded.get(i + 1)))
        })
        .map(|i| folded[i])
        .collect()
}

fn is_period_sign(chars: &[char], at: usize) -> bool {
    matches!(chars.get(at), Some('~' | '〜' | '～' | '-' | '–' | '−' | '—'))
        || (chars.get(at) == Some(&'か') && chars.get(at + 1) == Some(&'ら'))
}

/// A year that starts at a position: its length and, unless it is a date, the year.
fn year_at(chars: &[char], at: usize) -> Option<(usize, Option<FiscalYear>)> {
    const ERAS: [(&str, i64); 5] = [("令和", 2018), ("平成", 1988), ("fy", 0), ("r", 2018), ("h", 1988)];
    let before = at.checked_sub(1).map(|i| chars[i]);
    let era = ERAS.iter().find(|(mark, _)| {
        mark.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c))
            && (!mark.is_ascii() || before.is_none_or(|c| !c.is_ascii_alphanumeric()))
    });
    let (mark_length, base) = era.map_or((0, 0), |(mark, base)| (mark.chars().count(), *base));
    let digits_at = at + mark_length;
    let mut digits: String = chars[digits_at..].iter().take_while(|c| c.is_ascii_digit()).collect();
    let mut end = digits_at + digits.len();
    if base > 0 && digits.is_empty() && chars.get(digits_at) == Some(&'元') {
        digits = "1".into();
        end = digits_at + 1;
    }
    let number: i64 = digits.parse().ok()?;
    let has_word = chars.get(end) == Some(&'年');
    let is_fiscal = has_word && chars.get(end + 1) == Some(&'度');
    match (era.is_some(), base) {
        (true, 0) if digits.len() == 4 => {}
        (true, 1..) if digits.len() <= 2 => {}
        (false, _)
            if digits.len() == 4 && before.is_none_or(|c| !c.is_ascii_digit() && c != '.' && c != ',') =>
        {
            // A bare 2025 is a year only where 年 follows, or where nothing else stands.
            if !has_word && digits.len() != chars.len() {
                return None;
            }
        }
        _ => return None,
    }
    // r2.3 is a version, R7.xlsx a file.
    let runs_on = chars.get(end).is_some_and(char::is_ascii_alphanumeric)
        || (chars.get(end) == Some(&'.') && chars.get(end + 1).is_some_and(char::is_ascii_digit));
    if era.is_some_and(|(mark, _)| mark.is_ascii()) && runs_on {
        return None;
    }
    let mut length = end - at;
    if is_fiscal {
        length += 2;
    } else if has_word {
        length += 1;
        if chars.get(end + 1).is_some_and(char::is_ascii_digit) {
            return Some((length, None));
        }
    }
    // 「令和7（2025）年度」 and 「2025年度（令和7年度）」 name one year twice; the second is harmless.
    Some((length, FiscalYear::new(base + number).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_found_and_dates_and_periods_are_not() {
        let found = |text| find_years(text).iter().map(|y| y.year()).collect::<Vec<_>>();
        for (text, years) in [
            ("令和７年度予算額", vec![2025]),
            ("R7", vec![2025]),
            ("令和元年度", vec![2019]),
            ("FY2025 budget", vec![2025]),
            ("2025年度", vec![2025]),
            ("2025", vec![2025]),
            ("令和7年8月29日", vec![]),
            ("事業実施期間 令和4年度～令和10年度", vec![]),
            ("令和8年度要求額（令和7年度予算額）", vec![2026, 2025]),
            ("R5予算 R6予算", vec![2023, 2024]),
            ("H30当初", vec![2018]),
            ("ver2.3", vec![]),
            ("1,2025", vec![]),
            ("R8概算要求_厚労省.xlsx", vec![2026]),
            ("R1.csv", vec![2019]),
            ("r2.3", vec![]),
            ("budget_2025.csv", vec![]),
            ("第3期(R7-R11)", vec![]),
            ("平成27年度", vec![2015]),
            ("HER2025", vec![]),
            ("令和7(2025)年度", vec![2025]),
        ] {
            assert_eq!(found(text), years, "{text}");
        }
    }

    #[test]
    fn relative_years_are_offsets() {
        assert_eq!(year_ref("前年度予算額"), Some(YearRef::Offset(-1)));
        assert_eq!(year_ref("対前年度比"), None);
    }
}
