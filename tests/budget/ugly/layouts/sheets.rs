//! One program per sheet, and review sheets.

use nakadachi::budget::model::{Kind, Stage};

use super::series::year_columns;
use super::*;
use crate::ugly::draft::{Case, DraftSheet, Expected, Tag};
use crate::ugly::matrix::{Dims, Look, Spec, paint};
use crate::ugly::money::Chance;

pub(super) fn one_program_sheet(
    chance: &mut Chance,
    sheet: &mut DraftSheet,
    top: u32,
    name: &str,
) -> (Vec<Expected>, u32) {
    sheet.text(top, 0, name);
    let amounts: Vec<i64> = (0..8).map(|_| if chance.below(2) == 0 { chance.amount() } else { 0 }).collect();
    let sum: i64 = amounts.iter().sum();
    sheet.text(
        top + 1,
        0,
        format!(
            "令和７年度予算額　{} 千円",
            nakadachi::kernel::yen::group_thousands(&(sum / 1_000).to_string())
        ),
    );
    sheet.tag(Tag::Stated, top + 1, 0);
    let rows: Vec<Spec> =
        PROJECTS.iter().map(|p| Spec::leaf(&[p], Dims { project: project(p), ..Dims::default() })).collect();
    let look = Look { top: top + 3, corner: "PJ区分".into(), common: program(name), ..Look::default() };
    paint(
        sheet,
        &look,
        &with_total(rows, "計"),
        &[Spec::leaf(&["予算額(千円)"], Dims::default())],
        &mut |r, _| Some(amounts[r]),
    )
}

pub(super) fn program_sheet(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("program_sheet", "資料1-2_R7");
    sheet.text(0, 3, "資料１－２");
    let name = chance.programs(1).remove(0);
    let (lines, _) = one_program_sheet(chance, &mut sheet, 1, &name);
    finish(case, sheet, lines)
}

pub(super) fn program_sheets_stacked(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("program_sheets_stacked", "資料1-2_R7");
    let mut top = 0;
    let mut lines = Vec::new();
    for name in chance.programs(3) {
        let (more, end) = one_program_sheet(chance, &mut sheet, top, &name);
        lines.extend(more);
        top = end + 2;
    }
    finish(case, sheet, lines)
}

pub(super) const STATUS: [(&str, Kind, Stage); 7] = [
    ("当初予算", Kind::Initial, Stage::Initial),
    ("補正予算", Kind::Supplementary, Stage::Supplementary),
    ("前年度から繰越し", Kind::CarryOver, Stage::Initial),
    ("翌年度へ繰越し", Kind::CarryOver, Stage::Initial),
    ("予備費等", Kind::Reserve, Stage::Initial),
    ("計", Kind::Initial, Stage::Initial),
    ("執行額", Kind::Initial, Stage::Executed),
];

pub(super) fn status_amount(chance: &mut Chance, i: usize) -> i64 {
    match i {
        3 => -chance.amount() / 1_000_000 * 1_000_000,
        4 => 0,
        _ => chance.amount() / 1_000_000 * 1_000_000,
    }
}

pub(super) fn review_vertical(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("review_vertical", "レビューシート_R6");
    case.unit = 1_000_000;
    case.rounded = true;
    sheet.text(0, 0, "行政事業レビューシート（厚生労働省）");
    let name = chance.programs(1).remove(0);
    sheet.text(1, 0, "事業名");
    sheet.text(1, 1, name.clone());
    unit(&mut sheet, 2, 3, "（単位：百万円）");
    let rows: Vec<Spec> = STATUS
        .iter()
        .map(|(label, kind, stage)| match *label {
            "計" => Spec::total(&["計"], vec![0, 1, 2, 3, 4]),
            _ => Spec::leaf(&[label], Dims { kind: Some(*kind), stage: Some(*stage), ..Dims::default() }),
        })
        .collect();
    let look = Look {
        corner: "予算の状況".into(),
        unit: 1_000_000,
        common: Dims { program: Some(name), ministry: Some("厚生労働省".into()), ..Dims::default() },
        ..Look::default()
    };
    let years = year_columns(&[("令和4年度", 2022), ("令和5年度", 2023), ("令和6年度", 2024)]);
    let (lines, _) = paint(&mut sheet, &look, &rows, &years, &mut |r, _| Some(status_amount(chance, r)));
    sheet.tags.retain(|(tag, row, _)| *tag != Tag::Leaf || *row != 10);
    finish(case, sheet, lines)
}

pub(super) fn review_horizontal(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("review_horizontal", "レビューシート");
    (case.unit, case.rounded) = (1_000_000, true);
    let name = chance.programs(1).remove(0);
    sheet.text(0, 0, "行政事業レビューシート");
    sheet.text(1, 0, format!("事業名：{name}"));
    unit(&mut sheet, 2, 7, "（百万円）");
    let columns: Vec<Spec> = STATUS
        .iter()
        .map(|(label, kind, stage)| match *label {
            "計" => Spec::total(&["予算計"], vec![0, 1, 2, 3, 4]),
            _ => Spec::leaf(&[label], Dims { kind: Some(*kind), stage: Some(*stage), ..Dims::default() }),
        })
        .collect();
    let rows: Vec<Spec> = (2020..2025)
        .map(|y| Spec::leaf(&[&format!("令和{}年度", y - 2018)], Dims { year: Some(y), ..Dims::default() }))
        .collect();
    let look = Look { corner: "年度".into(), unit: 1_000_000, common: program(&name), ..Look::default() };
    let (lines, _) = paint(&mut sheet, &look, &rows, &columns, &mut |_, c| Some(status_amount(chance, c)));
    sheet.tags.retain(|(tag, _, column)| *tag != Tag::Leaf || *column != 7);
    finish(case, sheet, lines)
}
