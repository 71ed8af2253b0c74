//! The declared rounding tolerance, and amounts as findings print them.

use crate::budget::recognise::Region;
use crate::kernel::yen::{YenUnit, group_thousands};

/// Half of the last printed place for every figure of a sum, the total included; nothing in 円 and 千円.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// The last printed place, in yen; 0 where sums must be exact.
    place: i64,
}

impl Tolerance {
    /// Finds the last printed place of a table: the largest power of ten that at least nine in ten of its figures are
    /// multiples of, at most the unit itself.
    pub fn of(region: &Region) -> Self {
        let mut amounts: Vec<i64> = region
            .rows
            .iter()
            .flat_map(|r| &r.figures)
            .filter_map(|f| f.yen())
            .filter(|y| *y != 0)
            .take(20_000)
            .collect();
        amounts.sort_unstable();
        let largest = match region.unit.or_else(|| region.amounts.iter().find_map(|a| a.unit)) {
            Some(unit) => unit.size(),
            // Every cell with its own unit: 「122億円」.
            None => 100_000_000,
        };
        if largest < YenUnit::Million.size() || amounts.is_empty() {
            return Self { place: 0 };
        }
        let mut place = largest;
        while place >= 1 {
            let fitting = amounts.iter().filter(|a| **a % place == 0).count();
            if fitting * 10 >= amounts.len() * 9 {
                break;
            }
            place /= 10;
        }
        // Full precision behind a large unit is as exact as 千円.
        Self { place: if place <= YenUnit::Thousand.size() { 0 } else { place } }
    }

    /// How far a total of so many parts may be off, in yen.
    pub fn for_parts(&self, count: usize) -> u128 {
        u128::from(self.place.unsigned_abs()) * (count as u128 + 1) / 2
    }

    /// As [`Tolerance::for_parts`], to print.
    pub fn shown(&self, count: usize) -> i64 {
        i64::try_from(self.for_parts(count)).unwrap_or(i64::MAX)
    }
}

/// An amount in the unit of its table with all its decimals: `8,920,860千円`, `▲0.1億円`.
pub fn show(yen: i64, unit: Option<YenUnit>) -> String {
    let unit = unit.unwrap_or(YenUnit::Yen);
    let size = unit.size().unsigned_abs();
    let (whole, rest) = (yen.unsigned_abs() / size, yen.unsigned_abs() % size);
    let digits = size.ilog10() as usize;
    let fraction = format!("{rest:0digits$}");
    let fraction = fraction.trim_end_matches('0');
    let sign = if yen < 0 { "▲" } else { "" };
    let point = if rest == 0 || digits == 0 { "" } else { "." };
    let fraction = if rest == 0 || digits == 0 { "" } else { fraction };
    format!("{sign}{}{point}{fraction}{}", group_thousands(&whole.to_string()), unit.japanese())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_all_their_decimals() {
        for (yen, unit, text) in [
            (8_920_860_000, YenUnit::Thousand, "8,920,860千円"),
            (-10_000_000, YenUnit::Oku, "▲0.1億円"),
            (8_920_860_000, YenUnit::Oku, "89.2086億円"),
            (0, YenUnit::Million, "0百万円"),
            (12, YenUnit::Yen, "12円"),
        ] {
            assert_eq!(show(yen, Some(unit)), text);
        }
    }
}
