//! Several tables, rounds of the adjustment fund, 内数, sentences.

use nakadachi::budget::model::{Kind, Stage};

use super::*;
use crate::ugly::draft::{Case, DraftSheet, Expected, Tag};
use crate::ugly::matrix::{Dims, Look, Spec, paint};
use crate::ugly::money::Chance;

pub(super) fn adjustment_round(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("adjustment_round_oku", "R2調整費_第3回");
    (case.rounded, case.unit) = (true, 100_000_000);
    title(&mut sheet, 0, "令和２年度 調整費（第３回）の配分について");
    unit(&mut sheet, 2, 1, "（単位：億円）");
    let rows = with_total(program_rows(&chance.programs(7)), "合計");
    let look = Look {
        corner: "配分先事業".into(),
        unit: 100_000_000,
        decimals: 1,
        year: 2020,
        stage: Stage::Adjustment,
        ..Look::default()
    };
    let (lines, end) =
        paint(&mut sheet, &look, &rows, &[Spec::leaf(&["配分額"], Dims::default())], &mut |_, _| {
            Some(chance.amount() + 60_000_000)
        });
    sheet.text(end, 0, "（注）四捨五入の関係で、合計と内訳が一致しないことがある。");
    finish(case, sheet, lines)
}

pub(super) fn side_by_side(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("side_by_side", "R7予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 1, "（単位：千円）");
    let names = chance.programs(10);
    let mut lines = Vec::new();
    for (i, half) in names.chunks(5).enumerate() {
        let look = Look { left: u32::try_from(i).unwrap() * 4, serial: true, ..Look::default() };
        let (more, _) = paint(
            &mut sheet,
            &look,
            &with_total(program_rows(half), "計"),
            &[Spec::leaf(&["予算額"], Dims::default())],
            &mut full(chance),
        );
        lines.extend(more);
    }
    finish(case, sheet, lines)
}

pub(super) fn two_tables_below(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("two_tables_below", "R7予算");
    title(&mut sheet, 0, "令和７年度当初予算");
    let names = chance.programs(10);
    let mut top = 1;
    let mut lines = Vec::new();
    for (i, half) in names.chunks(5).enumerate() {
        sheet.text(top, 0, format!("（{}）{}所管", i + 1, MINISTRIES[i]));
        unit(&mut sheet, top, 5, "（単位：千円）");
        let look = Look {
            top: top + 1,
            common: Dims { ministry: Some(MINISTRIES[i].into()), ..Dims::default() },
            ..Look::default()
        };
        let (more, end) = paint(
            &mut sheet,
            &look,
            &with_total(program_rows(half), "合計"),
            &with_total(project_columns(&PROJECTS[..4]), "計"),
            &mut full(chance),
        );
        lines.extend(more);
        sheet.text(end, 0, "※ 端数処理は行っていない。");
        top = end + 2;
    }
    finish(case, sheet, lines)
}

pub(super) fn sheet_per_ministry(chance: &mut Chance) -> Case {
    let (mut case, _) = start("sheet_per_ministry", "R7予算");
    let names = chance.programs(9);
    for (i, ministry) in MINISTRIES.iter().enumerate() {
        let mut sheet = DraftSheet { name: (*ministry).into(), ..DraftSheet::default() };
        title(&mut sheet, 0, &format!("令和7年度当初予算（{ministry}）"));
        unit(&mut sheet, 1, 5, "（単位：千円）");
        let look = Look {
            common: Dims { ministry: Some((*ministry).into()), ..Dims::default() },
            ..Look::default()
        };
        let (lines, _) = paint(
            &mut sheet,
            &look,
            &with_total(program_rows(&names[i * 3..i * 3 + 3]), "合計"),
            &with_total(project_columns(&PROJECTS), "計"),
            &mut sparse(chance),
        );
        case.expected.extend(lines);
        case.draft.sheets.push(sheet);
    }
    let mut cover = DraftSheet { name: "表紙".into(), ..DraftSheet::default() };
    cover.text(3, 1, "令和７年度予算の概要");
    cover.text(6, 1, "令和7年3月");
    case.draft.sheets.push(cover);
    let mut master = DraftSheet { name: "マスタ".into(), hidden: true, ..DraftSheet::default() };
    master.text(0, 0, "事業名");
    case.draft.sheets.push(master);
    case
}

pub(super) fn amounts_within(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("amounts_within", "R8要求");
    title(&mut sheet, 0, "令和8年度概算要求");
    unit(&mut sheet, 1, 2, "（単位：千円）");
    let names = chance.programs(8);
    let rows = program_rows(&names);
    let look = Look { year: 2026, stage: Stage::Request, ..Look::default() };
    let columns = [Spec::leaf(&["要求額"], Dims { stage: Some(Stage::Request), ..Dims::default() })];
    let (mut lines, _) = paint(&mut sheet, &look, &rows, &columns, &mut full(chance));
    for (at, text) in [(2_usize, "89億円の内数"), (5, "8,900,000の内数")] {
        let row = 4 + u32::try_from(at).unwrap();
        sheet.text(row, 1, text);
        sheet.tags.retain(|t| *t != (Tag::Leaf, row, 1));
        lines[at].yen = None;
    }
    finish(case, sheet, lines)
}

pub(super) fn sentence(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("sentence", "R7要求");
    (case.rounded, case.unit) = (true, 100_000_000);
    let name = chance.programs(1).remove(0);
    sheet.text(0, 0, name.clone());
    sheet.text(2, 1, "令和7年度要求・要望額　122億円（前年度予算額　92億円）");
    sheet.text(4, 0, "事業実施期間　令和4年度～令和10年度");
    sheet.text(5, 0, "1件あたり年間3,000万円程度を上限に支援する。");
    let line = |year, stage, yen| Expected {
        program: Some(name.clone()),
        project: None,
        ministry: None,
        kind: Kind::Initial,
        year,
        stage,
        yen: Some(yen),
    };
    let lines = vec![line(2025, Stage::Request, 12_200_000_000), line(2024, Stage::Initial, 9_200_000_000)];
    finish(case, sheet, lines)
}
