//! The layouts. Each takes chance and returns a drawn workbook with its truth.

mod long;
mod series;
mod several;
mod sheets;
mod wide;

use nakadachi::budget::model::Kind;

use super::draft::{Case, Draft, DraftSheet, Expected, Ink, Tag};
use super::matrix::{Dims, Look, Part, Spec, paint};
use super::money::Chance;
use long::long_line;

pub type Layout = (&'static str, fn(&mut Chance) -> Case);

/// All layouts by name.
pub const LAYOUTS: &[Layout] = &[
    ("wide_plain", wide::wide_plain),
    ("wide_two_level_merged", wide::wide_two_level),
    ("wide_two_level_unmerged", wide::wide_two_level_unmerged),
    ("wide_total_first", wide::wide_total_first),
    ("wide_total_row_on_top", wide::wide_total_on_top),
    ("wide_ministry_headings", wide::wide_ministry_headings),
    ("wide_number_first_brackets", wide::wide_number_first_brackets),
    ("wide_number_first_plain", wide::wide_number_first_plain),
    ("wide_ministry_column", wide::wide_ministry_column),
    ("wide_dashes_and_serial", wide::wide_dashes),
    ("wide_blanks_for_nothing", wide::wide_blanks),
    ("wide_within_in_the_total", wide::wide_within),
    ("wide_hidden_row_and_column", wide::wide_hidden),
    ("wide_formulas", wide::wide_formulas),
    ("wide_far_from_the_corner", wide::wide_offset),
    ("wide_names_with_numbers_and_variants", wide::wide_names),
    ("wide_two_years_three_levels", wide::wide_two_years),
    ("wide_second_term", wide::wide_second_term),
    ("wide_million", wide::wide_million),
    ("wide_yen", wide::wide_yen),
    ("wide_full_width_digits", wide::wide_fullwidth),
    ("wide_memo_rows", wide::wide_memo),
    ("wide_blank_rows", wide::wide_blank_rows),
    ("years_series", series::years_series),
    ("years_western", series::years_western),
    ("years_relative_with_difference", series::years_relative),
    ("kinds", series::kinds),
    ("kinds_under_year", series::kinds_under_year),
    ("requests_and_wishes", series::requests),
    ("supplementary_with_triangles", series::supplementary),
    ("ministries_oku", series::ministries_oku),
    ("ministries_by_year_oku", series::ministries_by_year),
    ("projects_oku", series::projects_oku),
    ("long_plain", long::long_plain),
    ("long_template_english", long::long_template),
    ("long_merged_names", long::long_merged),
    ("long_names_once", long::long_names_once),
    ("long_program_totals", long::long_program_totals),
    ("program_sheet", sheets::program_sheet),
    ("program_sheets_stacked", sheets::program_sheets_stacked),
    ("review_vertical", sheets::review_vertical),
    ("review_horizontal", sheets::review_horizontal),
    ("adjustment_round_oku", several::adjustment_round),
    ("side_by_side", several::side_by_side),
    ("two_tables_below", several::two_tables_below),
    ("sheet_per_ministry", several::sheet_per_ministry),
    ("amounts_within", several::amounts_within),
    ("sentence", several::sentence),
];

const PROJECTS: [&str; 8] = [
    "医薬品",
    "医療機器・ヘルスケア",
    "再生・細胞医療・遺伝子治療",
    "感染症",
    "データ利活用・ライフコース",
    "シーズ開発・基礎研究",
    "橋渡し・臨床加速化",
    "イノベーション・エコシステム",
];
const SECOND_TERM: [&str; 6] = [
    "医薬品",
    "医療機器・ヘルスケア",
    "再生・細胞医療・遺伝子治療",
    "ゲノム・データ基盤",
    "疾患基礎研究",
    "シーズ開発・研究基盤",
];
const MINISTRIES: [&str; 3] = ["文部科学省", "厚生労働省", "経済産業省"];

fn project(name: &str) -> Option<String> {
    Some(format!("{name}プロジェクト"))
}

fn start(name: &str, file: &str) -> (Case, DraftSheet) {
    let case = Case {
        name: name.into(),
        file: file.into(),
        draft: Draft::default(),
        expected: Vec::new(),
        rounded: false,
        unit: 1_000,
    };
    (case, DraftSheet { name: "予算".into(), ..DraftSheet::default() })
}

fn finish(mut case: Case, sheet: DraftSheet, lines: Vec<Expected>) -> Case {
    case.draft.sheets.push(sheet);
    case.expected.extend(lines);
    case
}

fn title(sheet: &mut DraftSheet, row: u32, text: &str) {
    sheet.text(row, 0, text);
    sheet.tag(Tag::Title, row, 0);
    sheet.tag(Tag::Year, row, 0);
}

fn unit(sheet: &mut DraftSheet, row: u32, column: u32, text: &str) {
    sheet.text(row, column, text);
    sheet.tag(Tag::Unit, row, column);
}

fn program(name: &str) -> Dims {
    Dims { program: Some(name.into()), ..Dims::default() }
}

fn program_rows(names: &[String]) -> Vec<Spec> {
    names.iter().map(|n| Spec::leaf(&[n], program(n))).collect()
}

fn with_total(mut specs: Vec<Spec>, label: &str) -> Vec<Spec> {
    let over = (0..specs.len()).filter(|i| matches!(specs[*i].part, Part::Leaf(_))).collect();
    specs.push(Spec::total(&[label], over));
    specs
}

fn project_columns(names: &[&str]) -> Vec<Spec> {
    names.iter().map(|n| Spec::leaf(&[n], Dims { project: project(n), ..Dims::default() })).collect()
}

/// A third of the cells filled, at least the first of each row.
fn sparse(chance: &mut Chance) -> impl FnMut(usize, usize) -> Option<i64> + '_ {
    |_, c| Some(if c == 0 || chance.below(3) == 0 { chance.amount() } else { 0 })
}

fn gaps(chance: &mut Chance) -> impl FnMut(usize, usize) -> Option<i64> + '_ {
    |_, c| (c == 0 || chance.below(3) == 0).then(|| chance.amount())
}

fn full(chance: &mut Chance) -> impl FnMut(usize, usize) -> Option<i64> + '_ {
    |_, _| Some(chance.amount())
}

fn wide(chance: &mut Chance, name: &str, look: &Look, columns: &[Spec], label: &str) -> Case {
    let (case, mut sheet) = start(name, "R7当初予算");
    title(&mut sheet, 0, "令和７年度 医療分野研究開発関連予算（当初予算額）");
    unit(&mut sheet, 1, 6, "（単位：千円）");
    let count = 6 + chance.below(8);
    let rows = with_total(program_rows(&chance.programs(count)), label);
    let (lines, _) = paint(&mut sheet, look, &rows, columns, &mut sparse(chance));
    finish(case, sheet, lines)
}

/// A table of so many lines, for measuring.
pub fn large(chance: &mut Chance, lines: usize) -> Case {
    let (case, mut sheet) = start("large", "R7予算");
    title(&mut sheet, 0, "令和7年度予算 課題別明細");
    unit(&mut sheet, 1, 6, "（単位：千円）");
    for (c, word) in
        ["No", "事業名", "課題番号コード", "プロジェクト", "所管", "種別", "金額", "備考"].iter().enumerate()
    {
        sheet.text(2, u32::try_from(c).unwrap(), if *word == "課題番号コード" { "コード" } else { word });
    }
    let names = chance.programs(60);
    let mut expected = Vec::new();
    let mut sum = 0;
    for i in 0..lines {
        let row = u32::try_from(i).unwrap() + 3;
        let yen = chance.amount() / 100_000 * 1_000;
        let (name, no, ministry) = (&names[i % 60], PROJECTS[i % 8], MINISTRIES[i % 3]);
        sheet.number(row, 0, (i + 1) as f64);
        sheet.text(row, 1, name.clone());
        sheet.text(row, 2, format!("25ama{i:06}h0001"));
        sheet.text(row, 3, no);
        sheet.text(row, 4, ministry);
        sheet.text(row, 5, "当初");
        sheet.number(row, 6, (yen / 1_000) as f64);
        sum += yen;
        expected.push(long_line(name, no, ministry, Kind::Initial, yen));
    }
    let row = u32::try_from(lines).unwrap() + 3;
    sheet.text(row, 1, "合計");
    sheet.cells.insert((row, 6), Ink::Formula("SUM(G4:G9)".into(), Some((sum / 1_000) as f64)));
    finish(case, sheet, expected)
}
