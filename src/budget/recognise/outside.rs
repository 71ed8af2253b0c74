//! Figures that stand outside every table.

use std::collections::HashMap;

use crate::budget::findings::{Code, Findings};

use super::grid::Grid;
use super::is_number;
use super::region::Region;

/// Figures in several rows that no table took in were perhaps meant to count.
pub fn check(grid: &Grid<'_>, regions: &[Region], findings: &mut Findings) {
    if regions.is_empty() {
        return;
    }
    let mut beside: HashMap<(usize, u32), ((u32, u32), usize)> = HashMap::new();
    let mut below: Vec<(u32, u32)> = Vec::new();
    for row in &grid.sheet.rows {
        let around: Vec<usize> = (0..regions.len())
            .filter(|i| (regions[*i].body..=regions[*i].bottom).contains(&row.index))
            .collect();
        let mut told = false;
        for (column, cell) in &row.cells {
            let inside =
                around.iter().any(|i| (regions[*i].columns.0..=regions[*i].columns.1).contains(column));
            if inside || !is_number(cell) {
                continue;
            }
            match around
                .iter()
                .find(|i| *column > regions[**i].columns.1 && *column <= regions[**i].columns.1 + 2)
            {
                Some(region) => {
                    beside.entry((*region, *column)).or_insert(((row.index, *column), 0)).1 += 1;
                }
                None if around.is_empty() && !told => {
                    told = true;
                    below.push((row.index, *column));
                }
                None => {}
            }
        }
    }
    for (place, count) in beside.values() {
        if *count >= 2 {
            findings.at(
                Code::ColumnUnknown, *place,
                "見出しのない列に数値があります。見出しを入力するか、不要な列であれば削除してください。この列は集計に含めていません。",
                "Figures stand in a column without a heading. Give it one, or delete the column. It was not counted.",
            );
        }
    }
    if below.len() >= 3 {
        findings.at(
            Code::FiguresOutside, below[0],
            format!("表として読み取れなかった行に数値があります（{}行）。見出し行があるか確かめ、予算の表であれば見出しを補ってください。", below.len()),
            format!("Figures stand in {} rows that belong to no recognised table. If they are a budget table, give it a header row.", below.len()),
        );
    }
}
