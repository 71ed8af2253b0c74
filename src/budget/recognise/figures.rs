//! One amount cell: its figure in yen, and everything that can be wrong with it.

use crate::budget::findings::{Code, Findings};
use crate::budget::number::{Amount, Decimal};
use crate::kernel::yen::YenUnit;

use super::columns::Layout;
use super::grid::{Content, Grid};
use super::region::Figure;

/// A single line beyond 10 兆円 is a slip of the unit: the whole of the agency's money is about 1,250 億円.
const LARGEST_YEN: i64 = 10_000_000_000_000;

/// The contents of the amount cells of one row.
pub struct Cells {
    pub contents: Vec<Content>,
    /// Columns over which the figure at this column is merged.
    merged_over: Vec<u32>,
    /// Figures and dashes.
    pub figures: usize,
    /// Texts, dates, errors where figures belong.
    pub odd: usize,
}

impl Cells {
    pub fn read(grid: &Grid<'_>, layout: &Layout, row: u32) -> Self {
        let mut out = Self {
            contents: Vec::with_capacity(layout.amounts.len()),
            merged_over: Vec::new(),
            figures: 0,
            odd: 0,
        };
        let stored = grid.row(row);
        for column in &layout.amounts {
            let mut over = 1;
            let content = match grid.merged(row, column.index) {
                // A figure belongs to the first cell of its merged area; a label merged over the row is no figure.
                Some(area) if (area.top, area.left) != (row, column.index) => Content::Blank,
                Some(area) => {
                    over = area.right - area.left + 1;
                    grid.content(row, column.index)
                }
                None => {
                    stored.and_then(|r| r.cell(column.index)).map_or(Content::Blank, super::grid::content)
                }
            };
            if content.is_figure() {
                out.figures += 1;
            } else if content.is_odd_figure() {
                out.odd += 1;
            }
            out.contents.push(content);
            out.merged_over.push(over);
        }
        out
    }
}

/// Reads the `i`-th amount cell of a row.
pub fn read_figure(
    grid: &Grid<'_>,
    layout: &Layout,
    cells: &Cells,
    i: usize,
    row: u32,
    unit: Option<YenUnit>,
    findings: &mut Findings,
) -> Figure {
    let column = layout.amounts[i].index;
    let place = (row, column);
    let content = &cells.contents[i];
    let covers = layout
        .amounts
        .iter()
        .filter(|a| a.index >= column && a.index < column + cells.merged_over[i])
        .count();
    if covers > 1 && content.is_number() {
        findings.at(
            Code::MergedAmount, place,
            "一つの金額が複数の金額列にまたがって結合されています。結合を解除し、列ごとの金額を入力してください。",
            "One amount is merged over several amount columns. Unmerge it and enter the amount of each column.",
        );
    }
    match content {
        Content::Blank => Figure::Blank,
        Content::Figure { amount, typed_as_text } => {
            if let Some(reading) =
                typed_as_text.as_ref().filter(|_| !grid.is_text && *amount != Amount::Nothing)
            {
                tell_text(amount, reading.typeset, place, findings);
            }
            convert(amount, place, unit, findings)
        }
        Content::Label(text) if text.chars().count() > 40 && !content.is_odd_figure() => Figure::Blank,
        Content::Label(text) => {
            findings.at(
                Code::NumberUnreadable, place,
                format!("金額欄の「{text}」を数値として読めません。数字だけを入力してください（金額がない場合は「－」）。"),
                format!("“{text}” in an amount column is not a number. Enter digits only (a dash where there is none)."),
            );
            Figure::Unreadable
        }
        Content::Date => {
            findings.at(
                Code::DateAsNumber, place,
                "金額欄が日付になっています。表計算ソフトが数値を日付に変えた可能性があります。セルの書式を「数値」にして入力し直してください。",
                "A date stands in an amount column; a spreadsheet program may have turned a number into it. Set the cell to a number and enter it again.",
            );
            Figure::Unreadable
        }
        Content::Percent => {
            findings.at(
                Code::PercentAsNumber,
                place,
                "金額欄が百分率（％）になっています。金額を入力し、セルの書式を「数値」に直してください。",
                "A percentage stands in an amount column. Enter the amount and set the cell to a number.",
            );
            Figure::Unreadable
        }
        Content::Error(text) => {
            findings.at(
                Code::ErrorValue,
                place,
                format!("セルがエラー値（{text}）です。数式を直すか、金額を値で入力してください。"),
                format!("The cell holds the error {text}. Mend the formula or enter the amount as a value."),
            );
            Figure::Unreadable
        }
        Content::WithoutResult => {
            findings.at(
                Code::FormulaWithoutResult, place,
                "数式の計算結果が保存されていません。表計算ソフトで開いて再計算し、上書き保存してください。",
                "The result of the formula was not stored. Open the file in a spreadsheet program, recalculate and save it.",
            );
            Figure::Unreadable
        }
    }
}

fn tell_text(amount: &Amount, typeset: bool, place: (u32, u32), findings: &mut Findings) {
    match amount {
        Amount::Within(_) | Amount::Split { .. } | Amount::WithPrevious { .. } | Amount::Nothing => {}
        _ if typeset => findings.at(
            Code::NumberTypeset, place,
            "金額が文字（全角数字、▲、単位つきなど）で入力されています。数値として読み取りました。",
            "The amount was typed as text (full-width digits, ▲, with its unit …). It was read as a number.",
        ),
        _ => findings.at(
            Code::NumberAsText, place,
            "数値が文字列として保存されています。このままでは表計算ソフトの合計に入りません。セルを「数値」に変換してください。",
            "The number is stored as text, so a spreadsheet leaves it out of its sums. Convert the cell to a number.",
        ),
    }
}

fn convert(amount: &Amount, place: (u32, u32), unit: Option<YenUnit>, findings: &mut Findings) -> Figure {
    match amount {
        Amount::Nothing => Figure::Nothing,
        Amount::Bare(n) => in_yen(*n, unit.unwrap_or(YenUnit::Yen), place, findings),
        Amount::Yen(n) => in_yen(*n, YenUnit::Yen, place, findings),
        Amount::WithPrevious { this, .. } => in_yen(*this, YenUnit::Yen, place, findings),
        Amount::Split { total, parts } => {
            let figure = in_yen(*total, YenUnit::Yen, place, findings);
            check_split(figure, parts, place, findings);
            figure
        }
        Amount::Within(inside) => {
            let of = inside.as_deref().map(|a| convert(a, place, unit, findings)).and_then(Figure::yen);
            findings.at(
                Code::AmountWithin,
                place,
                "「内数」のため、合計には加えず、そのまま記録します。",
                "“内数” (inside another amount): recorded as such and not added.",
            );
            Figure::Within(of)
        }
    }
}

/// `321億円<AMED246億円、インハウス74億円>`: the parts must come to the total but for the rounding of 億円.
fn check_split(total: Figure, parts: &[(String, Decimal)], place: (u32, u32), findings: &mut Findings) {
    let amounts: Option<Vec<i64>> = parts.iter().map(|(_, part)| part.yen(YenUnit::Yen).0).collect();
    let (Some(printed), Some(amounts)) = (total.yen(), amounts) else { return };
    let sum: i64 = amounts.iter().fold(0, |sum, part| sum.saturating_add(*part));
    let last_place = [YenUnit::Oku.size(), YenUnit::Oku.size() / 10, YenUnit::Million.size()]
        .into_iter()
        .find(|place| amounts.iter().chain([&printed]).all(|a| a % place == 0))
        .unwrap_or(0);
    let tolerance = last_place * i64::try_from(amounts.len() + 1).unwrap_or(i64::MAX) / 2;
    let difference = printed.saturating_sub(sum);
    let show = |yen| crate::budget::totals::show(yen, Some(YenUnit::Oku));
    if difference.abs() > tolerance {
        findings.at(
            Code::SumRow,
            place,
            format!(
                "セル内の内訳の合計{}が、記載の金額{}と一致しません（差{}）。どちらかを直してください。",
                show(sum),
                show(printed),
                show(difference)
            ),
            format!(
                "The parts inside the cell add up to {}, not to {} (difference {}). Correct one of them.",
                show(sum),
                show(printed),
                show(difference)
            ),
        );
    } else if difference != 0 {
        findings.at(
            Code::RoundingRemainder, place,
            format!("セル内の金額{}と内訳の合計{}の差{}は、四捨五入による端数として受け入れました（許容範囲±{}）。", show(printed), show(sum), show(difference), show(tolerance)),
            format!("The amount {} and its parts {} inside the cell differ by {}: accepted as rounding (tolerance ±{}).", show(printed), show(sum), show(difference), show(tolerance)),
        );
    }
}

fn in_yen(n: Decimal, unit: YenUnit, place: (u32, u32), findings: &mut Findings) -> Figure {
    let (yen, fraction) = n.yen(unit);
    let Some(yen) = yen.filter(|y| y.abs() <= LARGEST_YEN) else {
        findings.at(
            Code::NumberTooLarge,
            place,
            "金額が10兆円を超えています。単位（円・千円・百万円・億円）の取り違えがないか確かめてください。",
            "The amount is over 10 trillion yen. Check the unit of the table.",
        );
        return Figure::Unreadable;
    };
    // A hundredth of a yen is the noise of binary numbers.
    if fraction > 10_000_000 {
        findings.at(
            Code::FractionOfYen, place,
            "1円未満の端数があります。端数を整理した金額を入力してください（円未満は四捨五入して読み取りました）。",
            "The amount has a fraction of a yen. Enter whole yen (it was rounded).",
        );
    }
    Figure::Yen(yen)
}
