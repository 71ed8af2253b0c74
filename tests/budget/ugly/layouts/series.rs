//! Columns by year, kind, stage or ministry.

use nakadachi::budget::model::{Kind, Stage};

use super::wide::under;
use super::*;
use crate::ugly::draft::Case;
use crate::ugly::matrix::{Dims, Look, Part, Spec, paint};
use crate::ugly::money::Chance;

pub(super) fn year_columns(labels: &[(&str, i32)]) -> Vec<Spec> {
    labels
        .iter()
        .map(|(label, year)| Spec::leaf(&[label], Dims { year: Some(*year), ..Dims::default() }))
        .collect()
}

pub(super) fn years_series(chance: &mut Chance) -> Case {
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

pub(super) fn years_western(chance: &mut Chance) -> Case {
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

pub(super) fn years_relative(chance: &mut Chance) -> Case {
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

pub(super) fn kind_columns() -> Vec<Spec> {
    let leaf =
        |label: &str, kind, stage| Spec::leaf(&[label], Dims { kind: Some(kind), stage, ..Dims::default() });
    vec![
        leaf("当初予算", Kind::Initial, Some(Stage::Initial)),
        leaf("補正予算", Kind::Supplementary, Some(Stage::Supplementary)),
        leaf("基金", Kind::Fund, None),
        leaf("調整費", Kind::Adjustment, Some(Stage::Adjustment)),
    ]
}

pub(super) fn kinds(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("kinds", "R7予算_種別");
    title(&mut sheet, 0, "令和7年度 事業別予算");
    unit(&mut sheet, 1, 4, "（単位：千円）");
    let rows = with_total(program_rows(&chance.programs(9)), "合計");
    let (lines, _) =
        paint(&mut sheet, &Look::default(), &rows, &with_total(kind_columns(), "計"), &mut sparse(chance));
    finish(case, sheet, lines)
}

pub(super) fn kinds_under_year(chance: &mut Chance) -> Case {
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

pub(super) fn requests(chance: &mut Chance) -> Case {
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

pub(super) fn supplementary(chance: &mut Chance) -> Case {
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

pub(super) fn ministry_columns() -> Vec<Spec> {
    [("文", "文部科学省"), ("厚", "厚生労働省"), ("経", "経済産業省"), ("等", "等")]
        .iter()
        .map(|(short, name)| Spec::leaf(&[short], Dims { ministry: Some((*name).into()), ..Dims::default() }))
        .collect()
}

pub(super) fn ministries_oku(chance: &mut Chance) -> Case {
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

pub(super) fn ministries_by_year(chance: &mut Chance) -> Case {
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

pub(super) fn projects_oku(chance: &mut Chance) -> Case {
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
