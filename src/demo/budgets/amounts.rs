//! Amounts of consecutive years that fit together: published ones stand, the others follow from them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::random::{Purpose, Stream};
use super::{Origin, Row, Year};

/// How a budget grows from year to year, and how far a year strays from that.
const GROWTH: f64 = 1.012;
const STRAY: f64 = 0.025;

/// Puts the amounts of every program and year in order; `published` are totals by program and year, 千円.
pub fn settle(years: &mut BTreeMap<i16, Year>, published: &BTreeMap<(String, i16), i64>, seed: u64) {
    let names: BTreeSet<String> = years.values().flat_map(|y| &y.rows).map(|r| r.program.clone()).collect();
    for (n, program) in (0_u64..).zip(&names) {
        let chance = |year: i16| {
            Stream::of(seed, Purpose::Budget, n * 200 + u64::from(year.unsigned_abs() % 200)).unit()
        };
        // What is known for certain: cells as published, otherwise a published total.
        let mut known: BTreeMap<i16, i64> = published
            .iter()
            .filter(|((name, _), _)| name == program)
            .map(|((_, year), thousands)| (*year, *thousands))
            .collect();
        let contracts: BTreeMap<i16, i64> = years
            .iter()
            .filter_map(|(fy, y)| Some((*fy, row(y, program).filter(|r| !r.bare)?.total())))
            .collect();
        for (fy, year) in years.iter() {
            if let Some(row) = row(year, program).filter(|r| r.origin == Origin::Published) {
                known.insert(*fy, row.total());
            }
        }
        let margin = 1.0 + 0.06 * chance(0);
        for (fy, year) in years.iter_mut() {
            if known.is_empty() {
                year.rows.retain(|r| r.program != *program || !r.bare);
            }
            let Some(row) = year.rows.iter_mut().find(|r| r.program == *program) else { continue };
            if row.origin == Origin::Published {
                continue;
            }
            if let Some(total) = known.get(fy) {
                row.spread(*total);
                row.origin = Origin::PublishedTotal;
                continue;
            }
            let nearest = known.iter().min_by_key(|(known, _)| ((**known - *fy).abs(), **known));
            let total = match nearest {
                Some((known, thousands)) => {
                    let stray = 1.0 + STRAY * (2.0 * chance(*fy) - 1.0);
                    *thousands as f64 * GROWTH.powi(i32::from(*fy - *known)) * stray
                }
                None => margin * even(&contracts, *fy),
            };
            row.spread((total / 10.0).round() as i64 * 10);
            row.origin = Origin::Demo;
        }
    }
}

fn row<'a>(year: &'a Year, program: &str) -> Option<&'a Row> {
    year.rows.iter().find(|r| r.program == program)
}

/// The contracts of a year, or a little more where the years around it have more: budgets change more slowly.
fn even(contracts: &BTreeMap<i16, i64>, fy: i16) -> f64 {
    let own = contracts.get(&fy).copied().unwrap_or(0) as f64;
    let near = |year: i16| contracts.get(&year).map_or(own, |t| *t as f64);
    own.max((near(fy - 1) + 2.0 * own + near(fy + 1)) / 4.0)
}

impl Row {
    fn total(&self) -> i64 {
        self.thousands.iter().sum()
    }

    /// Gives the row this total, divided as before; the largest part takes what rounding leaves.
    fn spread(&mut self, total: i64) {
        let before = self.total();
        if before <= 0 {
            return;
        }
        for part in &mut self.thousands {
            *part = (*part as f64 / before as f64 * total as f64 / 10.0).floor() as i64 * 10;
        }
        let rest = total - self.total();
        if let Some(largest) = self.thousands.iter_mut().max() {
            *largest += rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(rows: &[(&str, &[i64], Origin)]) -> Year {
        Year {
            projects: vec!["一".into(), "二".into()],
            rows: rows
                .iter()
                .map(|(program, thousands, origin)| Row {
                    program: (*program).into(),
                    ministry: String::new(),
                    thousands: thousands.to_vec(),
                    origin: *origin,
                    bare: false,
                })
                .collect(),
        }
    }

    #[test]
    fn published_amounts_stand_and_the_years_around_them_are_near() {
        let mut years = BTreeMap::from([
            (2024, year(&[("A", &[10, 30], Origin::Demo), ("B", &[100, 0], Origin::Demo)])),
            (2025, year(&[("A", &[700_000, 300_000], Origin::Published), ("B", &[120, 0], Origin::Demo)])),
            (2026, year(&[("A", &[20, 20], Origin::Demo), ("B", &[90, 0], Origin::Demo)])),
        ]);
        settle(&mut years, &BTreeMap::from([(("A".to_owned(), 2024), 990_000)]), 7);
        let total = |fy: i16, program: &str| row(&years[&fy], program).unwrap().total();
        assert_eq!((total(2024, "A"), total(2025, "A")), (990_000, 1_000_000));
        assert_eq!(row(&years[&2024], "A").unwrap().origin, Origin::PublishedTotal);
        assert_eq!(row(&years[&2024], "A").unwrap().thousands[0], 247_500);
        assert!((970_000..1_050_000).contains(&total(2026, "A")), "{}", total(2026, "A"));
        for fy in [2024, 2025, 2026] {
            assert!((90..140).contains(&total(fy, "B")), "{fy}: {}", total(fy, "B"));
        }
    }
}
