//! Totals at the end (or the beginning) of a row, and columns of differences.

use crate::budget::findings::{Code, Findings};
use crate::budget::model::{Form, Kind};
use crate::budget::number::Amount;
use crate::budget::recognise::{Content, Figure, Grid, Region, family};
use crate::budget::vocabulary::key;
use crate::kernel::yen::YenUnit;

use super::tolerance::{Tolerance, show};
use super::{Mismatch, Verdict, compare};

/// Checks every total column; returns what differs, and tells at once what cannot be checked.
pub fn check(region: &Region, findings: &mut Findings) -> Vec<Mismatch> {
    let mut wrong = Vec::new();
    if region.only_totals() {
        return wrong;
    }
    for total in (0..region.amounts.len()).filter(|i| region.amounts[*i].is_total) {
        let Some(parts) = best_parts(region, total) else { continue };
        let incomplete = region.form == Form::Review && !is_complete(region, &parts);
        let mut unchecked: Option<((u32, u32), usize)> = None;
        for row in &region.rows {
            let place = (row.row, region.amounts[total].index);
            match compare(row.figures[total], parts.iter().map(|p| row.figures[*p])) {
                Verdict::Differs { .. } | Verdict::Missing if incomplete => {
                    unchecked = Some(unchecked.map_or((place, 1), |(first, n)| (first, n + 1)));
                }
                Verdict::Differs { printed, sum, count } => {
                    let columns = parts.iter().map(|p| region.amounts[*p].index).collect();
                    wrong.push(Mismatch { place, parts: columns, printed, sum, count, across: true });
                }
                Verdict::Missing => findings.at(
                    Code::NumberMissing,
                    place,
                    "内訳に金額がありますが、合計が空欄です。合計を入力してください。",
                    "The parts have amounts but the total is blank. Enter the total.",
                ),
                Verdict::Unknown
                    if row.figures[total] != Figure::Unreadable
                        && row.figures.iter().any(|f| matches!(f, Figure::Within(_))) =>
                {
                    findings.at(
                        Code::NotCheckable,
                        place,
                        "内数を含むため、横の合計は検算できません。",
                        "The row holds 内数, so its total cannot be checked.",
                    );
                }
                _ => {}
            }
        }
        if let Some((first, count)) = unchecked {
            findings.at(
                Code::NotCheckable, first,
                format!("翌年度への繰越しまたは予備費の列がないため、予算計と内訳の差を検算できない行が{count}行あります。"),
                format!("Columns for money carried out or for reserves are missing, so {count} totals could not be checked."),
            );
        }
    }
    wrong
}

/// A review table adds up only when both carry-overs and the reserve are printed.
fn is_complete(region: &Region, parts: &[usize]) -> bool {
    let has = |f: &dyn Fn(usize) -> bool| parts.iter().any(|p| f(*p));
    has(&|p| region.amounts[p].leaves) && has(&|p| region.amounts[p].kind == Some(Kind::Reserve))
}

/// The columns a total covers: the reading that fits most rows, the most natural one first.
fn best_parts(region: &Region, total: usize) -> Option<Vec<usize>> {
    let mut best: Option<(usize, Vec<usize>)> = None;
    for parts in readings(region, total) {
        if parts.is_empty() || best.as_ref().is_some_and(|(_, known)| *known == parts) {
            continue;
        }
        let fits = region
            .rows
            .iter()
            .filter(|row| matches!(row.figures[total], Figure::Yen(y) if y != 0))
            .filter(|row| {
                matches!(compare(row.figures[total], parts.iter().map(|p| row.figures[*p])), Verdict::Agrees)
            })
            .count();
        if best.as_ref().is_none_or(|(most, _)| fits > *most) {
            best = Some((fits, parts));
        }
    }
    best.map(|(_, parts)| parts)
}

fn readings(region: &Region, total: usize) -> Vec<Vec<usize>> {
    let columns = &region.amounts;
    let own = &columns[total];
    let is_part = |i: &usize| !columns[*i].is_total;
    let nearest = (0..total).rev().find(is_part).or_else(|| (total + 1..columns.len()).find(is_part));
    let Some(nearest) = nearest else { return Vec::new() };
    let own_family = match own.stage.filter(|_| !own.weak_stage) {
        Some(stage) => family(Some(stage)),
        None => columns[nearest].family(region.stage),
    };
    let year = if own.own_year { own.year } else { columns[nearest].year };
    let alike = |i: &usize| {
        let c = &columns[*i];
        c.family(region.stage) == own_family && (own.kind.is_none() || c.kind == own.kind)
    };
    let same_year = |i: &usize| columns[*i].year == year || (!columns[*i].own_year && !own.own_year);
    let fits = |i: &usize| is_part(i) && alike(i) && same_year(i);
    let group: Vec<String> = own.group.iter().map(|t| key(t)).collect();
    let in_group = |i: &usize| {
        let theirs: Vec<String> = columns[*i].group.iter().map(|t| key(t)).collect();
        theirs.len() >= group.len() && theirs[..group.len()] == group[..]
    };
    let all = 0..columns.len();
    let previous_total = (0..total).rev().find(|i| columns[*i].is_total);
    let next_total = (total + 1..columns.len()).find(|i| columns[*i].is_total).unwrap_or(columns.len());
    let mut out: Vec<Vec<usize>> = Vec::new();
    if !group.is_empty() {
        out.push(all.clone().filter(fits).filter(in_group).collect());
    }
    let since_last: Vec<usize> = (previous_total.map_or(0, |p| p + 1)..total).filter(fits).collect();
    let everything_left: Vec<usize> = (0..total).filter(fits).collect();
    let totals_left: Vec<usize> =
        (0..total).filter(|i| columns[*i].is_total && alike(i) && same_year(i)).collect();
    if own.is_grand_total && previous_total.is_some() {
        out.push(everything_left);
        out.push(totals_left);
        out.push(since_last);
    } else {
        out.push(since_last);
        out.push(everything_left);
        out.push(totals_left);
    }
    out.push((total + 1..next_total).filter(fits).collect());
    out.push(all.clone().filter(fits).collect());
    // A total over several years (5か年計) covers columns of every year.
    out.push((0..total).filter(|i| is_part(i) && alike(i)).collect());
    out
}

/// 増減 must be this year minus last year, where most rows show that it is meant so.
pub fn check_differences(grid: &Grid<'_>, region: &Region, tolerance: &Tolerance, findings: &mut Findings) {
    for aside in region.asides.iter().filter(|a| {
        ["増減", "差引", "差額", "増▲減", "増△減"].iter().any(|w| a.heading.contains(w))
            && !a.heading.contains(['率', '%', '％', '比'])
    }) {
        let printed: Vec<Option<i64>> = region
            .rows
            .iter()
            .map(|row| match grid.content(row.row, aside.index) {
                Content::Figure { amount: Amount::Bare(n), .. } => {
                    n.yen(region.unit.unwrap_or(YenUnit::Yen)).0
                }
                Content::Figure { amount: Amount::Nothing, .. } => Some(0),
                _ => None,
            })
            .collect();
        let difference = |row: usize, pair: (usize, usize)| {
            let figures = &region.rows[row].figures;
            match (figures[pair.0], figures[pair.1]) {
                (Figure::Unreadable | Figure::Within(_), _) | (_, Figure::Unreadable | Figure::Within(_)) => {
                    None
                }
                (a, b) => Some(a.yen().unwrap_or(0) - b.yen().unwrap_or(0)),
            }
        };
        let mut best: (usize, Option<(usize, usize)>) = (0, None);
        for a in 0..region.amounts.len() {
            for b in (0..region.amounts.len()).filter(|b| *b != a) {
                let fits = (0..region.rows.len())
                    .filter(|r| printed[*r].is_some() && printed[*r] == difference(*r, (a, b)))
                    .count();
                if fits > best.0 {
                    best = (fits, Some((a, b)));
                }
            }
        }
        let rows = printed.iter().flatten().count();
        let Some(pair) = best.1.filter(|_| best.0 * 10 >= rows * 6 && best.0 >= 2) else { continue };
        for (row, said) in printed.iter().enumerate() {
            let (Some(said), Some(right)) = (said, difference(row, pair)) else { continue };
            if (i128::from(*said) - i128::from(right)).unsigned_abs() > tolerance.for_parts(2) {
                findings.at(
                    Code::DifferenceWrong,
                    (region.rows[row].row, aside.index),
                    format!(
                        "「{}」の記載は{}ですが、計算すると{}です。どちらかの金額を直してください。",
                        aside.heading,
                        show(*said, region.unit),
                        show(right, region.unit)
                    ),
                    format!(
                        "“{}” says {}, but the two amounts differ by {}. Correct one of them.",
                        aside.heading,
                        show(*said, region.unit),
                        show(right, region.unit)
                    ),
                );
            }
        }
    }
}
