//! Program × projects.

use nakadachi::budget::model::{Kind, Stage};

use super::*;
use crate::ugly::draft::{Case, Expected, Tag};
use crate::ugly::matrix::{Dims, Look, Part, Spec, Zero, paint};
use crate::ugly::money::Chance;

pub(super) fn wide_plain(chance: &mut Chance) -> Case {
    wide(
        chance,
        "wide_plain",
        &Look { merged: false, ..Look::default() },
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    )
}

pub(super) fn under(outer: &str, columns: Vec<Spec>) -> Vec<Spec> {
    columns
        .into_iter()
        .map(|mut c| {
            c.path.insert(0, outer.into());
            c
        })
        .collect()
}

pub(super) fn wide_two_level(chance: &mut Chance) -> Case {
    let columns = under("令和７年度予算額", with_total(project_columns(&PROJECTS), "計"));
    wide(chance, "wide_two_level_merged", &Look::default(), &columns, "総　計")
}

pub(super) fn wide_two_level_unmerged(chance: &mut Chance) -> Case {
    let mut columns = under("プロジェクト別内訳", project_columns(&PROJECTS));
    columns.push(Spec::total(&["計"], (0..8).collect()));
    wide(chance, "wide_two_level_unmerged", &Look { merged: false, ..Look::default() }, &columns, "合　計")
}

pub(super) fn wide_total_first(chance: &mut Chance) -> Case {
    let mut columns = vec![Spec::total(&["計"], (1..9).collect())];
    columns.extend(project_columns(&PROJECTS));
    let (case, mut sheet) = start("wide_total_first", "令和7年度予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 8, "単位：千円");
    let rows = with_total(program_rows(&chance.programs(8)), "合計");
    let (lines, _) = paint(&mut sheet, &Look::default(), &rows, &columns, &mut full(chance));
    finish(case, sheet, lines)
}

pub(super) fn wide_total_on_top(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_total_row_on_top", "2025年度予算");
    title(&mut sheet, 0, "2025年度 当初予算額 事業別・プロジェクト別");
    unit(&mut sheet, 2, 9, "(千円)");
    let names = chance.programs(7);
    let mut rows = vec![Spec::total(&["合計"], (1..=names.len()).collect())];
    rows.extend(program_rows(&names));
    let (lines, _) = paint(
        &mut sheet,
        &Look::default(),
        &rows,
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}

/// Four programs under the band of each ministry (`*` stands for its name), with sub-totals.
fn banded(names: &[String], bands: [&str; 3]) -> Vec<Spec> {
    let mut rows: Vec<Spec> = Vec::new();
    let mut subtotals = Vec::new();
    for (i, ministry) in MINISTRIES.iter().enumerate() {
        rows.push(Spec::other(&[&bands[i].replace('*', ministry)], Part::Heading));
        let from = rows.len();
        for name in &names[i * 4..i * 4 + 4] {
            rows.push(Spec::leaf(
                &[&format!("　{name}")],
                Dims { program: Some(name.clone()), ministry: Some((*ministry).into()), ..Dims::default() },
            ));
        }
        subtotals.push(rows.len());
        rows.push(Spec::total(&["小計"], (from..rows.len()).collect()));
    }
    rows.push(Spec::total(&["合計"], subtotals));
    rows
}

pub(super) fn wide_ministry_headings(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_ministry_headings", "R7予算_省庁別");
    title(&mut sheet, 0, "令和7年度予算額（当初）");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let rows = banded(&chance.programs(12), ["【*】", "【*】", "【*】"]);
    let (lines, _) = paint(
        &mut sheet,
        &Look::default(),
        &rows,
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}

/// 番号 | 事業名 under two levels of headings; the first band stands right below them, in the column of names.
fn number_first(chance: &mut Chance, name: &str, bands: [&str; 3]) -> Case {
    let (case, mut sheet) = start(name, "R7予算_省庁別");
    title(&mut sheet, 0, "令和7年度予算額（当初）");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let rows = banded(&chance.programs(12), bands);
    let columns = under("令和７年度予算額", with_total(project_columns(&PROJECTS), "計"));
    let look = Look { serial: true, ..Look::default() };
    let (lines, _) = paint(&mut sheet, &look, &rows, &columns, &mut sparse(chance));
    sheet.text(look.top, look.left, "番号");
    finish(case, sheet, lines)
}

pub(super) fn wide_number_first_brackets(chance: &mut Chance) -> Case {
    number_first(chance, "wide_number_first_brackets", ["【*】", "〔*所管〕", "＜*＞"])
}

pub(super) fn wide_number_first_plain(chance: &mut Chance) -> Case {
    number_first(chance, "wide_number_first_plain", ["*", "（*計上）", "*所管分"])
}

pub(super) fn wide_ministry_column(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_ministry_column", "R7予算");
    title(&mut sheet, 0, "令和7年度 事業一覧（当初予算額）");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let names = chance.programs(9);
    let rows: Vec<Spec> = names
        .iter()
        .enumerate()
        .map(|(i, n)| {
            Spec::leaf(
                &[n],
                Dims {
                    program: Some(n.clone()),
                    ministry: Some(MINISTRIES[i / 3].into()),
                    ..Dims::default()
                },
            )
        })
        .collect();
    let look = Look { ministry_column: Some("所管".into()), ..Look::default() };
    let (lines, _) = paint(
        &mut sheet,
        &look,
        &with_total(rows, "合計"),
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    // The ministry once per three rows, merged; text formats repeat it.
    for i in 0..3 {
        sheet.merge(4 + i * 3, 0, 6 + i * 3, 0);
    }
    finish(case, sheet, lines)
}

pub(super) fn wide_dashes(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_dashes_and_serial", "R7予算");
    title(&mut sheet, 0, "Ｒ７年度 当初予算");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(10)), "計");
    let look = Look { serial: true, zero: Zero::Dash, ..Look::default() };
    let (lines, _) =
        paint(&mut sheet, &look, &rows, &with_total(project_columns(&PROJECTS), "計"), &mut gaps(chance));
    finish(case, sheet, lines)
}

pub(super) fn wide_blanks(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_blanks_for_nothing", "budget_2025");
    title(&mut sheet, 0, "令和7年度当初予算（案）の内訳　政府予算案");
    unit(&mut sheet, 2, 0, "金額の単位：千円");
    let rows = with_total(program_rows(&chance.programs(10)), "合計");
    let look = Look { zero: Zero::Blank, stage: Stage::Draft, ..Look::default() };
    let (lines, _) =
        paint(&mut sheet, &look, &rows, &with_total(project_columns(&PROJECTS), "合計"), &mut gaps(chance));
    finish(case, sheet, lines)
}

/// 内数 in the column of totals, with nothing under the projects: once blank, once with dashes.
pub(super) fn wide_within(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_within_in_the_total", "R7予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let names = chance.programs(8);
    let rows = with_total(program_rows(&names), "合計");
    let look = Look { zero: Zero::Dash, ..Look::default() };
    let columns = with_total(project_columns(&PROJECTS), "計");
    let (mut lines, _) = paint(&mut sheet, &look, &rows, &columns, &mut |r, c| {
        (r != 2 && r != 5 && (c == 0 || chance.below(3) == 0)).then(|| chance.amount())
    });
    for (at, text) in [(2_u32, "1,200の内数"), (5, "89億円の内数")] {
        let row = look.top + 1 + at;
        sheet.text(row, 9, text);
        sheet.tags.retain(|t| *t != (Tag::RowTotal, row, 9));
        lines.push(Expected {
            program: Some(names[at as usize].clone()),
            project: None,
            ministry: None,
            kind: Kind::Initial,
            year: 2025,
            stage: Stage::Initial,
            yen: None,
        });
    }
    sheet.cells.retain(|(row, column), _| *row != look.top + 3 || !(1..9).contains(column));
    finish(case, sheet, lines)
}

pub(super) fn wide_hidden(chance: &mut Chance) -> Case {
    let mut case = wide(
        chance,
        "wide_hidden_row_and_column",
        &Look::default(),
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    );
    case.draft.sheets[0].hidden_rows = vec![5, 6];
    case.draft.sheets[0].hidden_columns = vec![3];
    case
}

pub(super) fn wide_formulas(chance: &mut Chance) -> Case {
    wide(
        chance,
        "wide_formulas",
        &Look { formulas: true, ..Look::default() },
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    )
}

pub(super) fn wide_offset(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_far_from_the_corner", "参考資料3_R7予算");
    sheet.text(0, 10, "資料３－２");
    sheet.text(1, 3, "第49回 健康・医療戦略推進本部");
    sheet.text(2, 3, "令和7年2月18日");
    sheet.text(4, 3, "令和７年度　ＡＭＥＤ対象経費　事業別・プロジェクト別内訳（当初予算）");
    sheet.tag(Tag::Title, 4, 3);
    sheet.tag(Tag::Year, 4, 3);
    sheet.text(5, 3, "※事業実施期間は令和4年度～令和10年度");
    unit(&mut sheet, 7, 12, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(9)), "合計");
    let look = Look { top: 8, left: 3, ..Look::default() };
    let (lines, end) =
        paint(&mut sheet, &look, &rows, &with_total(project_columns(&PROJECTS), "計"), &mut sparse(chance));
    sheet.text(end + 1, 3, "（注１）四捨五入の関係で合計が一致しない場合がある。");
    sheet.text(end + 2, 3, "（注２）上記のほか、調整費175億円を内閣府に計上。");
    sheet.text(end + 3, 3, "※ 出典：各省庁予算資料");
    finish(case, sheet, lines)
}

pub(super) fn wide_names(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_names_with_numbers_and_variants", "R7予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let names = chance.programs(10);
    let marks = ["①", "２．", "(3) ", "４　", "5-1 ", "・", "", "８）", "Ⅸ ", "（10）"];
    let rows: Vec<Spec> = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let half = name.char_indices().nth(name.chars().count() / 2).map_or(0, |(at, _)| at);
            let spelled = match i % 5 {
                0 => format!("{} {}", &name[..half], &name[half..]),
                1 => name.replace('研', "硏").replace('医', "醫"),
                2 => format!("{}\n{}", &name[..half], &name[half..]),
                3 => format!("{name}　"),
                _ => name.replace("がん", "ガン").replace('・', "･"),
            };
            Spec::leaf(&[&format!("{}{spelled}", marks[i])], program(name))
        })
        .collect();
    let (lines, _) = paint(
        &mut sheet,
        &Look::default(),
        &with_total(rows, "合計"),
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}

pub(super) fn wide_two_years(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_two_years_three_levels", "R7R6予算比較");
    title(&mut sheet, 0, "予算の比較（令和７年度・令和６年度、当初予算額）");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let mut columns = Vec::new();
    for (year, label) in [(2025, "令和７年度"), (2024, "令和６年度")] {
        let from = columns.len();
        for (name, no) in
            [("医薬品", "①"), ("医療機器・ヘルスケア", "②"), ("再生・細胞医療・遺伝子治療", "③")]
        {
            let dims = Dims { project: project(name), year: Some(year), ..Dims::default() };
            columns.push(Spec::leaf(&[label, "プロジェクト別", &format!("{no}{name}")], dims));
        }
        columns.push(Spec::total(&[label, "計"], (from..from + 3).collect()));
    }
    let rows = with_total(program_rows(&chance.programs(8)), "合計");
    let (lines, _) = paint(&mut sheet, &Look::default(), &rows, &columns, &mut full(chance));
    finish(case, sheet, lines)
}

pub(super) fn wide_second_term(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_second_term", "R4予算");
    title(&mut sheet, 0, "令和４年度予算額");
    unit(&mut sheet, 1, 6, "［千円］");
    let columns: Vec<Spec> = SECOND_TERM
        .iter()
        .map(|n| Spec::leaf(&[&format!("{n}プロジェクト")], Dims { project: project(n), ..Dims::default() }))
        .collect();
    let rows = with_total(program_rows(&chance.programs(7)), "合計");
    let look = Look { year: 2022, corner: "研究事業名".into(), ..Look::default() };
    let (lines, _) = paint(&mut sheet, &look, &rows, &with_total(columns, "合計"), &mut sparse(chance));
    finish(case, sheet, lines)
}

pub(super) fn wide_million(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("wide_million", "R7予算_百万円");
    (case.rounded, case.unit) = (true, 1_000_000);
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 9, "（単位：百万円）");
    let rows = with_total(program_rows(&chance.programs(10)), "合計");
    let look = Look { unit: 1_000_000, ..Look::default() };
    let (lines, _) =
        paint(&mut sheet, &look, &rows, &with_total(project_columns(&PROJECTS), "計"), &mut full(chance));
    finish(case, sheet, lines)
}

pub(super) fn wide_yen(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("wide_yen", "予算(令和7年度)");
    case.unit = 1;
    title(&mut sheet, 0, "令和7(2025)年度 当初予算額");
    unit(&mut sheet, 1, 9, "（単位：円）");
    let rows = with_total(program_rows(&chance.programs(6)), "合計");
    let (lines, _) = paint(
        &mut sheet,
        &Look { unit: 1, ..Look::default() },
        &rows,
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}

pub(super) fn wide_fullwidth(chance: &mut Chance) -> Case {
    wide(
        chance,
        "wide_full_width_digits",
        &Look { fullwidth: true, ..Look::default() },
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    )
}

pub(super) fn wide_memo(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_memo_rows", "R7予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let names = chance.programs(6);
    let mut rows = Vec::new();
    for (i, name) in names.iter().enumerate() {
        rows.push(Spec::leaf(&[name], program(name)));
        if i % 2 == 0 {
            rows.push(Spec::other(&["　うち新規採択分"], Part::Memo));
        }
    }
    let (lines, _) = paint(
        &mut sheet,
        &Look::default(),
        &with_total(rows, "合計"),
        &with_total(project_columns(&PROJECTS), "計"),
        &mut full(chance),
    );
    finish(case, sheet, lines)
}

pub(super) fn wide_blank_rows(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_blank_rows", "R7予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let mut rows = Vec::new();
    for name in chance.programs(8) {
        rows.push(Spec::leaf(&[&name], program(&name)));
        if chance.below(2) == 0 {
            rows.push(Spec::other(&[""], Part::Blank));
        }
    }
    let (lines, _) = paint(
        &mut sheet,
        &Look::default(),
        &with_total(rows, "合　　計"),
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}
