//! Totals stated in a sentence above the table: 「令和7年度予算額 8,920,860 千円」.

use crate::budget::findings::{Code, Findings};
use crate::budget::recognise::{Figure, Region, RowKind, family};
use crate::kernel::yen::YenUnit;

use super::tolerance::show;

/// Checks each stated amount against the lines of its year and stage, where the table is about one program.
pub fn check(region: &Region, findings: &mut Findings) {
    if region.title.program.is_none() {
        return;
    }
    for stated in &region.title.stated {
        let year = stated.year.map_or(region.year, |y| y.resolve(region.year));
        let twins = region.title.stated.iter().filter(|s| {
            s.year.map_or(region.year, |y| y.resolve(region.year)) == year
                && family(s.stage) == family(stated.stage)
        });
        if twins.count() > 1 {
            continue;
        }
        let (mut sum, mut count) = (0_i64, 0);
        for row in region.rows.iter().filter(|r| r.kind == RowKind::Line && r.counted) {
            for (column, figure) in
                region.amounts.iter().zip(&row.figures).filter(|(c, _)| !c.is_total || region.only_totals())
            {
                if region.year_of(row, column) != year
                    || family(region.stage_of(row, column)) != family(stated.stage)
                {
                    continue;
                }
                match figure {
                    Figure::Yen(yen) => {
                        sum += yen;
                        count += 1;
                    }
                    Figure::Unreadable | Figure::Within(_) => return,
                    Figure::Blank | Figure::Nothing => {}
                }
            }
        }
        if count > 0 && (stated.yen - sum).unsigned_abs() > rounding_of(stated.yen) {
            let unit = region.unit.or(Some(YenUnit::Yen));
            findings.at(
                Code::SumStated,
                stated.place,
                format!(
                    "表の上に書かれた金額は{}ですが、表の合計は{}です。どちらかを直してください。",
                    show(stated.yen, unit),
                    show(sum, unit)
                ),
                format!(
                    "The amount stated above the table is {}, the table adds up to {}. Correct one of them.",
                    show(stated.yen, unit),
                    show(sum, unit)
                ),
            );
        }
    }
}

/// Half of the last printed place of an amount in 百万円 or 億円; nothing for one to the 千円.
fn rounding_of(yen: i64) -> u64 {
    [100_000_000_u64, 10_000_000, 1_000_000]
        .into_iter()
        .find(|place| yen.unsigned_abs().is_multiple_of(*place))
        .map_or(0, |place| place / 2)
}
