//! Total rows: which lines each one covers, and whether every column agrees.

use crate::budget::findings::{Code, Findings};
use crate::budget::recognise::{BodyRow, Figure, Region, RowKind, family};
use crate::budget::vocabulary::{is_grand_total, key};

use super::{Mismatch, Verdict, compare};

/// Checks every total row; returns what differs.
pub fn check(region: &Region, findings: &mut Findings) -> Vec<Mismatch> {
    let mut wrong = Vec::new();
    let totals: Vec<usize> =
        (0..region.rows.len()).filter(|i| region.rows[*i].kind == RowKind::Total).collect();
    for &total in &totals {
        let Some(parts) = best_parts(region, total, &totals) else { continue };
        let mut told_within = false;
        for (i, column) in region.amounts.iter().enumerate() {
            let place = (region.rows[total].row, column.index);
            match compare(region.rows[total].figures[i], parts.iter().map(|p| region.rows[*p].figures[i])) {
                Verdict::Differs { printed, sum, count } => {
                    let rows = parts.iter().map(|p| region.rows[*p].row).collect();
                    wrong.push(Mismatch { place, parts: rows, printed, sum, count, across: false });
                }
                Verdict::Missing
                    if region.rows[total].figures.iter().filter(|f| f.yen().is_some()).count() * 2
                        >= region.amounts.len() =>
                {
                    findings.at(
                        Code::NumberMissing,
                        place,
                        "内訳に金額がありますが、合計が空欄です。合計を入力してください。",
                        "The parts have amounts but the total is blank. Enter the total.",
                    );
                }
                Verdict::Unknown
                    if !told_within
                        && parts.iter().any(|p| matches!(region.rows[*p].figures[i], Figure::Within(_))) =>
                {
                    told_within = true;
                    findings.at(
                        Code::NotCheckable,
                        place,
                        "内数を含むため、縦の合計は検算できません。",
                        "The column holds 内数, so its total cannot be checked.",
                    );
                }
                _ => {}
            }
        }
    }
    wrong
}

/// The rows a total covers: the reading that fits most columns, the most natural one first.
fn best_parts(region: &Region, total: usize, totals: &[usize]) -> Option<Vec<usize>> {
    let mut best: Option<(usize, Vec<usize>)> = None;
    for parts in readings(region, total, totals) {
        if parts.is_empty() {
            continue;
        }
        let fits = (0..region.amounts.len())
            .filter(|i| matches!(region.rows[total].figures[*i], Figure::Yen(y) if y != 0))
            .filter(|i| {
                let parts = parts.iter().map(|p| region.rows[*p].figures[*i]);
                matches!(compare(region.rows[total].figures[*i], parts), Verdict::Agrees)
            })
            .count();
        if best.as_ref().is_none_or(|(most, _)| fits > *most) {
            best = Some((fits, parts));
        }
    }
    best.map(|(_, parts)| parts)
}

fn readings(region: &Region, total: usize, totals: &[usize]) -> Vec<Vec<usize>> {
    let rows = &region.rows;
    let own = &rows[total];
    // Wishes and what was spent are not added to budgets.
    let budget_rows =
        rows.iter().any(|r| r.kind == RowKind::Line && r.stage.is_some() && family(r.stage) == 2);
    let own_family = own.stage.map(|s| family(Some(s))).or(budget_rows.then_some(2));
    let is_line = |i: &usize| {
        rows[*i].kind == RowKind::Line
            && rows[*i].counted
            && own_family.is_none_or(|f| rows[*i].stage.is_none() || family(rows[*i].stage) == f)
    };
    let previous = (0..total).rev().find(|i| rows[*i].kind == RowKind::Total);
    let next = (total + 1..rows.len()).find(|i| rows[*i].kind == RowKind::Total).unwrap_or(rows.len());
    let scoped: Vec<usize> = if has_scope(own) {
        (0..rows.len()).filter(is_line).filter(|i| in_scope(own, &rows[*i])).collect()
    } else {
        Vec::new()
    };
    let in_group: Vec<usize> =
        (0..rows.len()).filter(is_line).filter(|i| rows[*i].group == own.group).collect();
    let since_last: Vec<usize> = (previous.map_or(0, |p| p + 1)..total).filter(is_line).collect();
    let above: Vec<usize> = (0..total).filter(is_line).collect();
    let everything: Vec<usize> = (0..rows.len()).filter(is_line).collect();
    let below_to_next: Vec<usize> = (total + 1..next).filter(is_line).collect();
    let below: Vec<usize> = (total + 1..rows.len()).filter(is_line).collect();
    let totals_above: Vec<usize> = totals
        .iter()
        .copied()
        .filter(|t| *t < total && !rows[*t].of_program && !is_grand_total(&rows[*t].label))
        .collect();
    let since_grand = totals.iter().rev().find(|t| **t < total && is_grand_total(&rows[**t].label)).copied();
    let since_grand: Vec<usize> =
        since_grand.map_or_else(Vec::new, |g| (g + 1..total).filter(is_line).collect());
    let earlier_totals = totals.iter().any(|t| *t < total && !rows[*t].of_program);
    let is_last = totals.last() == Some(&total);
    let label = key(&own.label);
    if own.of_program {
        return vec![scoped, since_last];
    }
    if label.contains("小計") || label.contains("subtotal") {
        return vec![scoped, since_last, in_group, below_to_next];
    }
    if has_scope(own) {
        return vec![scoped, in_group, since_last, below_to_next];
    }
    if is_grand_total(&own.label) || (is_last && earlier_totals) {
        // 合計 after several groups covers all of them; a second 合計 may cover only what came since the first.
        return vec![above, everything, totals_above, below, since_grand];
    }
    if label.len() > "計".len() && label != "total" {
        return vec![since_last, in_group, above, below_to_next, below];
    }
    vec![since_last, above, in_group, below_to_next, below]
}

fn has_scope(total: &BodyRow) -> bool {
    total.of_program
        || total.ministry.is_some()
        || total.project.is_some()
        || total.money.is_some()
        || total.stage.is_some()
        || total.year.is_some()
}

fn in_scope(total: &BodyRow, line: &BodyRow) -> bool {
    let agrees = |own: &Option<String>, theirs: &Option<String>| own.is_none() || own == theirs;
    (!total.of_program || total.program == line.program)
        && agrees(&total.ministry, &line.ministry)
        && agrees(&total.project, &line.project)
        && (total.money.is_none() || total.money == line.money)
        && (total.stage.is_none() || total.stage == line.stage)
        && (total.year.is_none() || total.year == line.year)
}
