//! Control totals: every printed total against the sum of its parts, to the yen in tables of 円 and 千円, within a
//! declared rounding tolerance in tables of 百万円 and 億円.
//!
//! Which parts a total covers is decided by the structure of the table (headings above it, rows since the last total,
//! the ministry it names …); where several readings are possible, the one that fits most of the other columns or rows
//! is taken, so that one wrong figure cannot choose the reading that hides it.

mod across;
mod down;
mod stated;
mod tolerance;

use super::findings::{Code, Findings};
use super::recognise::{Figure, Grid, Region};
use super::sheet::cell_name;

pub use tolerance::{Tolerance, show};

/// One printed total and what its parts come to.
struct Mismatch {
    /// Where the total stands.
    place: (u32, u32),
    /// The rows or columns of the parts.
    parts: Vec<u32>,
    printed: i64,
    sum: i64,
    count: usize,
    across: bool,
}

/// Checks all totals of a region.
pub fn check(grid: &Grid<'_>, region: &Region, findings: &mut Findings) {
    let tolerance = Tolerance::of(region);
    let mut wrong = across::check(region, findings);
    wrong.extend(down::check(region, findings));
    report(region, &tolerance, wrong, findings);
    across::check_differences(grid, region, &tolerance, findings);
    stated::check(region, findings);
}

/// Tells each mismatch: as a rounding remainder where the tolerance covers it, else as an error, with the cell that
/// would explain both a row and a column.
fn report(region: &Region, tolerance: &Tolerance, wrong: Vec<Mismatch>, findings: &mut Findings) {
    let errors: Vec<&Mismatch> = wrong
        .iter()
        .filter(|m| (i128::from(m.printed) - i128::from(m.sum)).unsigned_abs() > tolerance.for_parts(m.count))
        .collect();
    for m in &wrong {
        let difference = i128::from(m.printed) - i128::from(m.sum);
        let difference = i64::try_from(difference).unwrap_or(i64::MAX);
        let show = |yen| show(yen, region.unit);
        if !errors.iter().any(|e| std::ptr::eq(*e, m)) {
            findings.at(
                Code::RoundingRemainder, m.place,
                format!("合計{}と内訳の合計{}の差{}は、四捨五入による端数として受け入れました（許容範囲±{}）。", show(m.printed), show(m.sum), show(difference), show(tolerance.shown(m.count))),
                format!("The total {} and the sum of its parts {} differ by {}: accepted as rounding (tolerance ±{}).", show(m.printed), show(m.sum), show(difference), show(tolerance.shown(m.count))),
            );
            continue;
        }
        let suspect = errors.iter().find_map(|other| {
            let same = i128::from(other.printed) - i128::from(other.sum)
                == i128::from(m.printed) - i128::from(m.sum);
            let crossing = if m.across { (m.place.0, other.place.1) } else { (other.place.0, m.place.1) };
            let is_part = if m.across {
                m.parts.contains(&crossing.1) && other.parts.contains(&crossing.0)
            } else {
                m.parts.contains(&crossing.0) && other.parts.contains(&crossing.1)
            };
            (other.across != m.across && same && is_part).then(|| cell_name(crossing.0, crossing.1))
        });
        let (hint_ja, hint_en) = suspect.map_or((String::new(), String::new()), |cell| {
            (
                format!("縦横とも同じ差があるため、{cell}の誤りが疑われます。"),
                format!(" Row and column differ by the same amount: look at {cell} first."),
            )
        });
        let (code, way_ja, way_en) =
            if m.across { (Code::SumRow, "横", "row") } else { (Code::SumColumn, "縦", "column") };
        findings.at(
            code, m.place,
            format!("{way_ja}の合計が一致しません。記載は{}、内訳の合計は{}（差{}）です。{hint_ja}合計または内訳の金額を直してください。", show(m.printed), show(m.sum), show(difference)),
            format!("The {way_en} total is {}, but its parts add up to {} (difference {}).{hint_en} Correct the total or a part.", show(m.printed), show(m.sum), show(difference)),
        );
    }
}

/// What a printed total is worth against its parts.
enum Verdict {
    Agrees,
    Differs {
        printed: i64,
        sum: i64,
        count: usize,
    },
    /// The total is blank although there are parts.
    Missing,
    /// 内数 inside, or a part that could not be read.
    Unknown,
    /// Nothing on either side.
    Empty,
}

/// Compares a total with its parts.
fn compare(total: Figure, parts: impl Iterator<Item = Figure>) -> Verdict {
    let (mut sum, mut count, mut within) = (0_i128, 0, false);
    for part in parts {
        match part {
            Figure::Yen(yen) => {
                sum += i128::from(yen);
                count += 1;
            }
            Figure::Within(_) => within = true,
            Figure::Unreadable => return Verdict::Unknown,
            Figure::Blank | Figure::Nothing => {}
        }
    }
    let Ok(sum) = i64::try_from(sum) else { return Verdict::Unknown };
    match total {
        Figure::Unreadable | Figure::Within(_) => Verdict::Unknown,
        Figure::Blank if count == 0 || sum == 0 => Verdict::Empty,
        Figure::Blank => Verdict::Missing,
        Figure::Nothing if sum == 0 => Verdict::Empty,
        Figure::Nothing => Verdict::Differs { printed: 0, sum, count },
        Figure::Yen(printed) if printed == sum => Verdict::Agrees,
        Figure::Yen(printed) if within && printed > sum => Verdict::Unknown,
        Figure::Yen(printed) if count == 0 && printed != 0 => Verdict::Differs { printed, sum, count: 0 },
        Figure::Yen(printed) => Verdict::Differs { printed, sum, count },
    }
}
