//! The layouts. Each takes chance and returns a drawn workbook with its truth.

use nakadachi::budget::model::{Kind, Stage};

use super::draft::{Case, Draft, DraftSheet, Expected, Ink, Tag};
use super::matrix::{Dims, Look, Part, Spec, Zero, paint};
use super::money::Chance;

pub type Layout = (&'static str, fn(&mut Chance) -> Case);

/// All layouts by name.
pub const LAYOUTS: &[Layout] = &[
    ("wide_plain", wide_plain),
    ("wide_two_level_merged", wide_two_level),
    ("wide_two_level_unmerged", wide_two_level_unmerged),
    ("wide_total_first", wide_total_first),
    ("wide_total_row_on_top", wide_total_on_top),
    ("wide_ministry_headings", wide_ministry_headings),
    ("wide_ministry_column", wide_ministry_column),
    ("wide_dashes_and_serial", wide_dashes),
    ("wide_blanks_for_nothing", wide_blanks),
    ("wide_hidden_row_and_column", wide_hidden),
    ("wide_formulas", wide_formulas),
    ("wide_far_from_the_corner", wide_offset),
    ("wide_names_with_numbers_and_variants", wide_names),
    ("wide_two_years_three_levels", wide_two_years),
    ("wide_second_term", wide_second_term),
    ("wide_million", wide_million),
    ("wide_yen", wide_yen),
    ("wide_full_width_digits", wide_fullwidth),
    ("wide_memo_rows", wide_memo),
    ("wide_blank_rows", wide_blank_rows),
    ("years_series", years_series),
    ("years_western", years_western),
    ("years_relative_with_difference", years_relative),
    ("kinds", kinds),
    ("kinds_under_year", kinds_under_year),
    ("requests_and_wishes", requests),
    ("supplementary_with_triangles", supplementary),
    ("ministries_oku", ministries_oku),
    ("ministries_by_year_oku", ministries_by_year),
    ("projects_oku", projects_oku),
    ("long_plain", long_plain),
    ("long_template_english", long_template),
    ("long_merged_names", long_merged),
    ("long_names_once", long_names_once),
    ("long_program_totals", long_program_totals),
    ("program_sheet", program_sheet),
    ("program_sheets_stacked", program_sheets_stacked),
    ("review_vertical", review_vertical),
    ("review_horizontal", review_horizontal),
    ("adjustment_round_oku", adjustment_round),
    ("side_by_side", side_by_side),
    ("two_tables_below", two_tables_below),
    ("sheet_per_ministry", sheet_per_ministry),
    ("amounts_within", amounts_within),
    ("sentence", sentence),
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

fn wide_plain(chance: &mut Chance) -> Case {
    wide(
        chance,
        "wide_plain",
        &Look { merged: false, ..Look::default() },
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    )
}

fn under(outer: &str, columns: Vec<Spec>) -> Vec<Spec> {
    columns
        .into_iter()
        .map(|mut c| {
            c.path.insert(0, outer.into());
            c
        })
        .collect()
}

fn wide_two_level(chance: &mut Chance) -> Case {
    let columns = under("令和７年度予算額", with_total(project_columns(&PROJECTS), "計"));
    wide(chance, "wide_two_level_merged", &Look::default(), &columns, "総　計")
}

fn wide_two_level_unmerged(chance: &mut Chance) -> Case {
    let mut columns = under("プロジェクト別内訳", project_columns(&PROJECTS));
    columns.push(Spec::total(&["計"], (0..8).collect()));
    wide(chance, "wide_two_level_unmerged", &Look { merged: false, ..Look::default() }, &columns, "合　計")
}

fn wide_total_first(chance: &mut Chance) -> Case {
    let mut columns = vec![Spec::total(&["計"], (1..9).collect())];
    columns.extend(project_columns(&PROJECTS));
    let (case, mut sheet) = start("wide_total_first", "令和7年度予算");
    title(&mut sheet, 0, "令和7年度当初予算");
    unit(&mut sheet, 1, 8, "単位：千円");
    let rows = with_total(program_rows(&chance.programs(8)), "合計");
    let (lines, _) = paint(&mut sheet, &Look::default(), &rows, &columns, &mut full(chance));
    finish(case, sheet, lines)
}

fn wide_total_on_top(chance: &mut Chance) -> Case {
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

fn wide_ministry_headings(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_ministry_headings", "R7予算_省庁別");
    title(&mut sheet, 0, "令和7年度予算額（当初）");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let names = chance.programs(12);
    let mut rows: Vec<Spec> = Vec::new();
    let mut subtotals = Vec::new();
    for (i, ministry) in MINISTRIES.iter().enumerate() {
        rows.push(Spec::other(&[&format!("【{ministry}】")], Part::Heading));
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
    let (lines, _) = paint(
        &mut sheet,
        &Look::default(),
        &rows,
        &with_total(project_columns(&PROJECTS), "計"),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}

fn wide_ministry_column(chance: &mut Chance) -> Case {
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

fn wide_dashes(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_dashes_and_serial", "R7予算");
    title(&mut sheet, 0, "Ｒ７年度 当初予算");
    unit(&mut sheet, 1, 9, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(10)), "計");
    let look = Look { serial: true, zero: Zero::Dash, ..Look::default() };
    let (lines, _) =
        paint(&mut sheet, &look, &rows, &with_total(project_columns(&PROJECTS), "計"), &mut gaps(chance));
    finish(case, sheet, lines)
}

fn wide_blanks(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("wide_blanks_for_nothing", "budget_2025");
    title(&mut sheet, 0, "令和7年度当初予算（案）の内訳　政府予算案");
    unit(&mut sheet, 2, 0, "金額の単位：千円");
    let rows = with_total(program_rows(&chance.programs(10)), "合計");
    let look = Look { zero: Zero::Blank, stage: Stage::Draft, ..Look::default() };
    let (lines, _) =
        paint(&mut sheet, &look, &rows, &with_total(project_columns(&PROJECTS), "合計"), &mut gaps(chance));
    finish(case, sheet, lines)
}

fn wide_hidden(chance: &mut Chance) -> Case {
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

fn wide_formulas(chance: &mut Chance) -> Case {
    wide(
        chance,
        "wide_formulas",
        &Look { formulas: true, ..Look::default() },
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    )
}

fn wide_offset(chance: &mut Chance) -> Case {
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

fn wide_names(chance: &mut Chance) -> Case {
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

fn wide_two_years(chance: &mut Chance) -> Case {
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

fn wide_second_term(chance: &mut Chance) -> Case {
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

fn wide_million(chance: &mut Chance) -> Case {
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

fn wide_yen(chance: &mut Chance) -> Case {
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

fn wide_fullwidth(chance: &mut Chance) -> Case {
    wide(
        chance,
        "wide_full_width_digits",
        &Look { fullwidth: true, ..Look::default() },
        &with_total(project_columns(&PROJECTS), "計"),
        "合計",
    )
}

fn wide_memo(chance: &mut Chance) -> Case {
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

fn wide_blank_rows(chance: &mut Chance) -> Case {
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

fn year_columns(labels: &[(&str, i32)]) -> Vec<Spec> {
    labels
        .iter()
        .map(|(label, year)| Spec::leaf(&[label], Dims { year: Some(*year), ..Dims::default() }))
        .collect()
}

fn years_series(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("years_series", "R7予算推移");
    title(&mut sheet, 0, "厚生労働省所管 AMED研究事業 当初予算額の推移");
    unit(&mut sheet, 1, 3, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(13)), "合計");
    let look = Look {
        common: Dims { ministry: Some("厚生労働省".into()), ..Dims::default() },
        ..Look::default()
    };
    let (lines, _) = paint(
        &mut sheet,
        &look,
        &rows,
        &year_columns(&[("令和５年度", 2023), ("令和６年度", 2024), ("令和７年度", 2025)]),
        &mut full(chance),
    );
    finish(case, sheet, lines)
}

fn years_western(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("years_western", "budget-FY2025");
    title(&mut sheet, 0, "Initial budget by program");
    unit(&mut sheet, 1, 0, "Unit: thousand yen");
    let rows = with_total(program_rows(&chance.programs(9)), "Total");
    let look = Look { corner: "Program".into(), serial: true, ..Look::default() };
    let (lines, _) = paint(
        &mut sheet,
        &look,
        &rows,
        &year_columns(&[("FY2023", 2023), ("FY2024", 2024), ("FY2025", 2025)]),
        &mut full(chance),
    );
    finish(case, sheet, lines)
}

fn years_relative(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("years_relative_with_difference", "R7予算");
    title(&mut sheet, 0, "令和7年度予算の概要");
    unit(&mut sheet, 1, 4, "（単位：千円）");
    let mut columns = vec![
        Spec::leaf(&["前年度予算額（Ａ）"], Dims { year: Some(2024), ..Dims::default() }),
        Spec::leaf(&["令和7年度予算額（Ｂ）"], Dims { year: Some(2025), ..Dims::default() }),
    ];
    columns.push(Spec::other(&["差引増▲減額（Ｂ－Ａ）"], Part::Difference(1, 0)));
    columns.push(Spec::other(&["対前年度比"], Part::Ratio(1, 0)));
    let rows = with_total(program_rows(&chance.programs(9)), "合計");
    let (lines, _) = paint(&mut sheet, &Look::default(), &rows, &columns, &mut full(chance));
    finish(case, sheet, lines)
}

fn kind_columns() -> Vec<Spec> {
    let leaf =
        |label: &str, kind, stage| Spec::leaf(&[label], Dims { kind: Some(kind), stage, ..Dims::default() });
    vec![
        leaf("当初予算", Kind::Initial, Some(Stage::Initial)),
        leaf("補正予算", Kind::Supplementary, Some(Stage::Supplementary)),
        leaf("基金", Kind::Fund, None),
        leaf("調整費", Kind::Adjustment, Some(Stage::Adjustment)),
    ]
}

fn kinds(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("kinds", "R7予算_種別");
    title(&mut sheet, 0, "令和7年度 事業別予算");
    unit(&mut sheet, 1, 4, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(9)), "合計");
    let (lines, _) =
        paint(&mut sheet, &Look::default(), &rows, &with_total(kind_columns(), "計"), &mut sparse(chance));
    finish(case, sheet, lines)
}

fn kinds_under_year(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("kinds_under_year", "R7予算_種別");
    title(&mut sheet, 0, "事業別予算（種別）");
    unit(&mut sheet, 1, 4, "（単位：千円）");
    let columns: Vec<Spec> = with_total(kind_columns(), "計");
    let rows = with_total(program_rows(&chance.programs(9)), "合計");
    let (lines, _) = paint(
        &mut sheet,
        &Look { serial: true, ..Look::default() },
        &rows,
        &under("令和７年度", columns),
        &mut sparse(chance),
    );
    finish(case, sheet, lines)
}

fn requests(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("requests_and_wishes", "R8概算要求");
    title(&mut sheet, 0, "令和8年度概算要求の概要");
    unit(&mut sheet, 1, 5, "（単位：千円）");
    let mut columns = vec![
        Spec::leaf(
            &["令和7年度予算額"],
            Dims { year: Some(2025), stage: Some(Stage::Initial), ..Dims::default() },
        ),
        Spec::leaf(
            &["令和8年度", "要求額"],
            Dims { year: Some(2026), stage: Some(Stage::Request), ..Dims::default() },
        ),
        Spec::leaf(
            &["令和8年度", "要望額"],
            Dims { year: Some(2026), stage: Some(Stage::SpecialRequest), ..Dims::default() },
        ),
    ];
    columns.push(Spec::total(&["令和8年度", "計"], vec![1, 2]));
    columns.push(Spec::other(&["増△減額"], Part::Difference(3, 0)));
    let rows = with_total(program_rows(&chance.programs(9)), "合計");
    let (lines, _) = paint(
        &mut sheet,
        &Look { year: 2026, stage: Stage::Request, ..Look::default() },
        &rows,
        &columns,
        &mut full(chance),
    );
    finish(case, sheet, lines)
}

fn supplementary(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("supplementary_with_triangles", "R6補正予算");
    title(&mut sheet, 0, "令和６年度補正予算（第１号）");
    unit(&mut sheet, 1, 2, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(8)), "合計");
    let look = Look { year: 2024, stage: Stage::Supplementary, triangle: true, ..Look::default() };
    let columns = [Spec::leaf(&["補正額"], Dims { kind: Some(Kind::Supplementary), ..Dims::default() })];
    let (lines, _) = paint(&mut sheet, &look, &rows, &columns, &mut |_, _| {
        let amount = chance.amount();
        Some(if chance.below(3) == 0 { -amount } else { amount })
    });
    finish(case, sheet, lines)
}

fn ministry_columns() -> Vec<Spec> {
    [("文", "文部科学省"), ("厚", "厚生労働省"), ("経", "経済産業省"), ("等", "等")]
        .iter()
        .map(|(short, name)| Spec::leaf(&[short], Dims { ministry: Some((*name).into()), ..Dims::default() }))
        .collect()
}

fn ministries_oku(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("ministries_oku", "R7予算_省庁");
    (case.rounded, case.unit) = (true, 100_000_000);
    title(&mut sheet, 0, "令和7年度当初予算 省庁別");
    unit(&mut sheet, 1, 5, "（単位：億円）");
    let rows = with_total(program_rows(&chance.programs(8)), "合計");
    let look = Look { unit: 100_000_000, decimals: 1, ..Look::default() };
    let mut columns = vec![Spec::total(&["合計"], vec![1, 2, 3, 4])];
    columns.extend(ministry_columns());
    let (lines, _) = paint(&mut sheet, &look, &rows, &columns, &mut |_, _| Some(chance.amount() * 10));
    finish(case, sheet, lines)
}

fn ministries_by_year(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("ministries_by_year_oku", "予算総額の推移");
    (case.rounded, case.unit) = (true, 100_000_000);
    sheet.text(0, 0, "AMED対象経費（政府予算案）の推移");
    unit(&mut sheet, 1, 5, "（単位：億円）");
    let rows: Vec<Spec> = (2019..2026)
        .map(|year| {
            let label =
                if year == 2019 { "令和元年度".into() } else { format!("令和{}年度", year - 2018) };
            Spec::leaf(&[&label], Dims { year: Some(year), ..Dims::default() })
        })
        .collect();
    let look = Look { corner: "年度".into(), unit: 100_000_000, stage: Stage::Draft, ..Look::default() };
    let (lines, _) = paint(&mut sheet, &look, &rows, &with_total(ministry_columns(), "計"), &mut |_, c| {
        Some(if c == 3 {
            (i64::try_from(chance.below(7)).unwrap() - 2) * 70_000_000
        } else {
            15_000_000_000 + chance.amount() * 4
        })
    });
    finish(case, sheet, lines)
}

fn projects_oku(chance: &mut Chance) -> Case {
    let (mut case, mut sheet) = start("projects_oku", "R8要求_PJ別");
    (case.rounded, case.unit) = (true, 100_000_000);
    title(&mut sheet, 0, "令和8年度概算要求 プロジェクト別（厚生労働省分）");
    unit(&mut sheet, 1, 3, "（単位：億円）");
    let rows: Vec<Spec> =
        PROJECTS.iter().map(|p| Spec::leaf(&[p], Dims { project: project(p), ..Dims::default() })).collect();
    let look = Look {
        corner: "プロジェクト".into(),
        unit: 100_000_000,
        decimals: 1,
        year: 2026,
        stage: Stage::Request,
        common: Dims { ministry: Some("厚生労働省".into()), ..Dims::default() },
        ..Look::default()
    };
    let columns = [
        Spec::leaf(
            &["令和8年度要求額"],
            Dims { year: Some(2026), stage: Some(Stage::Request), ..Dims::default() },
        ),
        Spec::leaf(
            &["令和7年度予算額"],
            Dims { year: Some(2025), stage: Some(Stage::Initial), ..Dims::default() },
        ),
    ];
    let (lines, _) =
        paint(&mut sheet, &look, &with_total(rows, "計"), &columns, &mut |_, _| Some(chance.amount() * 20));
    finish(case, sheet, lines)
}

/// One figure of a long table.
fn long_line(program: &str, project_name: &str, ministry: &str, kind: Kind, yen: i64) -> Expected {
    let stage = match kind {
        Kind::Supplementary => Stage::Supplementary,
        Kind::Adjustment => Stage::Adjustment,
        _ => Stage::Initial,
    };
    Expected {
        program: Some(program.into()),
        project: project(project_name),
        ministry: Some(ministry.into()),
        kind,
        year: 2025,
        stage,
        yen: Some(yen),
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Supplementary => "補正",
        Kind::Fund => "基金",
        Kind::Adjustment => "調整費",
        _ => "当初",
    }
}

struct Long {
    once: bool,
    merged: bool,
    totals: bool,
    grand: bool,
}

fn long(chance: &mut Chance, name: &str, style: &Long) -> Case {
    let (case, mut sheet) = start(name, "R7予算_明細");
    title(&mut sheet, 0, "令和7年度予算 明細");
    unit(&mut sheet, 1, 4, "（単位：千円）");
    for (c, word) in ["事業名", "プロジェクト", "所管", "種別", "金額", "備考"].iter().enumerate()
    {
        sheet.text(2, u32::try_from(c).unwrap(), *word);
        sheet.tag(Tag::Heading, 2, u32::try_from(c).unwrap());
    }
    let mut lines = Vec::new();
    let mut row = 3;
    let (mut grand, mut group) = (0, 0);
    for (i, program) in chance.programs(10).iter().enumerate() {
        let ministry = MINISTRIES[i % 3];
        let top = row;
        let count = 2 + chance.below(3);
        for k in 0..count {
            let kind = [Kind::Initial, Kind::Initial, Kind::Fund, Kind::Adjustment][k];
            let name = PROJECTS[(i + k) % 8];
            let yen = chance.amount();
            if k == 0 || !(style.once || style.merged) {
                sheet.text(row, 0, program.clone());
                sheet.tag(Tag::Program, row, 0);
            }
            sheet.text(row, 1, name);
            sheet.tag(Tag::Project, row, 1);
            sheet.text(row, 2, ministry);
            sheet.tag(Tag::Ministry, row, 2);
            sheet.text(row, 3, kind_word(kind));
            sheet.tag(Tag::Kind, row, 3);
            sheet.number(row, 4, (yen / 1_000) as f64);
            sheet.tag(Tag::Leaf, row, 4);
            if chance.below(4) == 0 {
                sheet.text(row, 5, "新規");
            }
            (grand, group) = (grand + yen, group + yen);
            lines.push(long_line(program, name, ministry, kind, yen));
            row += 1;
        }
        if style.merged {
            sheet.merge(top, 0, row - 1, 0);
        }
        if style.totals {
            sheet.text(row, 0, program.clone());
            sheet.text(row, 1, "計");
            sheet.number(row, 4, (group / 1_000) as f64);
            sheet.tag(Tag::ColumnTotal, row, 4);
            row += 1;
        }
        group = 0;
    }
    if style.grand {
        sheet.text(row, 0, "総計");
        sheet.number(row, 4, (grand / 1_000) as f64);
        sheet.tag(Tag::ColumnTotal, row, 4);
    }
    finish(case, sheet, lines)
}

fn long_plain(chance: &mut Chance) -> Case {
    long(chance, "long_plain", &Long { once: false, merged: false, totals: false, grand: true })
}

fn long_merged(chance: &mut Chance) -> Case {
    long(chance, "long_merged_names", &Long { once: false, merged: true, totals: false, grand: true })
}

fn long_names_once(chance: &mut Chance) -> Case {
    long(chance, "long_names_once", &Long { once: true, merged: false, totals: false, grand: true })
}

fn long_program_totals(chance: &mut Chance) -> Case {
    long(chance, "long_program_totals", &Long { once: false, merged: false, totals: true, grand: true })
}

fn long_template(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("long_template_english", "export");
    let heads = [
        "fiscal_year",
        "term",
        "program_code",
        "program_name",
        "project_no",
        "ministry",
        "kind",
        "stage",
        "amount",
        "unit",
        "note",
        "source",
    ];
    for (c, word) in heads.iter().enumerate() {
        sheet.text(0, u32::try_from(c).unwrap(), *word);
        sheet.tag(Tag::Heading, 0, u32::try_from(c).unwrap());
    }
    let mut lines = Vec::new();
    for (i, name) in chance.programs(12).iter().enumerate() {
        let row = u32::try_from(i).unwrap() + 1;
        let yen = chance.amount();
        let no = i % 8;
        let year = ["R7", "令和7年度", "2025", "FY2025"][i % 4];
        let texts = [
            year,
            "3",
            &format!("P{i:02}"),
            name,
            "",
            MINISTRIES[i % 3],
            "当初",
            "成立",
            "",
            "千円",
            "",
            "各省資料",
        ];
        for (c, text) in texts.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            sheet.text(row, u32::try_from(c).unwrap(), *text);
        }
        sheet.number(row, 4, (no + 1) as f64);
        sheet.number(row, 8, (yen / 1_000) as f64);
        sheet.tag(Tag::Program, row, 3);
        sheet.tag(Tag::Ministry, row, 5);
        sheet.tag(Tag::Kind, row, 6);
        sheet.tag(Tag::Leaf, row, 8);
        lines.push(long_line(name, PROJECTS[no], MINISTRIES[i % 3], Kind::Initial, yen));
    }
    finish(case, sheet, lines)
}

fn one_program_sheet(
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

fn program_sheet(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("program_sheet", "資料1-2_R7");
    sheet.text(0, 3, "資料１－２");
    let name = chance.programs(1).remove(0);
    let (lines, _) = one_program_sheet(chance, &mut sheet, 1, &name);
    finish(case, sheet, lines)
}

fn program_sheets_stacked(chance: &mut Chance) -> Case {
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

const STATUS: [(&str, Kind, Stage); 7] = [
    ("当初予算", Kind::Initial, Stage::Initial),
    ("補正予算", Kind::Supplementary, Stage::Supplementary),
    ("前年度から繰越し", Kind::CarryOver, Stage::Initial),
    ("翌年度へ繰越し", Kind::CarryOver, Stage::Initial),
    ("予備費等", Kind::Reserve, Stage::Initial),
    ("計", Kind::Initial, Stage::Initial),
    ("執行額", Kind::Initial, Stage::Executed),
];

fn status_amount(chance: &mut Chance, i: usize) -> i64 {
    match i {
        3 => -chance.amount() / 1_000_000 * 1_000_000,
        4 => 0,
        _ => chance.amount() / 1_000_000 * 1_000_000,
    }
}

fn review_vertical(chance: &mut Chance) -> Case {
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

fn review_horizontal(chance: &mut Chance) -> Case {
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

fn adjustment_round(chance: &mut Chance) -> Case {
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

fn side_by_side(chance: &mut Chance) -> Case {
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

fn two_tables_below(chance: &mut Chance) -> Case {
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

fn sheet_per_ministry(chance: &mut Chance) -> Case {
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

fn amounts_within(chance: &mut Chance) -> Case {
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

fn sentence(chance: &mut Chance) -> Case {
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
