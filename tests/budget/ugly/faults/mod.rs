//! The fault injector: each kind spoils a clean case in one way and says by which findings it must be caught.

mod cells;
mod dimensions;
mod headings;
mod sums;
mod words;

use nakadachi::budget::findings::Code;

use super::draft::{Case, DraftSheet, Ink, Tag};
use super::money::Chance;
use super::write::Format;

/// A kind of fault: its name, what catches it, where it can strike, and how.
pub struct Kind {
    pub name: &'static str,
    pub is_sum: bool,
    pub caught_by: &'static [Code],
    pub formats: &'static [Format],
    strike: fn(&mut Case, &mut Chance) -> Option<()>,
}

const SUMS: &[Code] =
    &[Code::SumRow, Code::SumColumn, Code::SumStated, Code::DifferenceWrong, Code::NumberMissing];
const ANY: &[Format] = &Format::ALL;
const TYPED: &[Format] = &[Format::Xlsx, Format::XlsxInline, Format::Ods, Format::Xls];
const CALCULATED: &[Format] = &[Format::Xlsx, Format::XlsxInline, Format::Ods];

macro_rules! kinds {
    ($($group:ident::$name:ident, $sum:literal, $codes:expr, $formats:expr;)+) => {
        pub const KINDS: &[Kind] = &[$(Kind { name: stringify!($name), is_sum: $sum, caught_by: $codes, formats: $formats, strike: $group::$name }),+];
    };
}

kinds! {
    sums::part_changed, true, SUMS, ANY;
    sums::part_digits_swapped, true, SUMS, ANY;
    sums::part_deleted, true, SUMS, ANY;
    sums::part_thousandfold, true, SUMS, ANY;
    sums::part_sign_lost, true, SUMS, ANY;
    sums::parts_exchanged, true, SUMS, ANY;
    sums::row_total_changed, true, SUMS, ANY;
    sums::column_total_changed, true, SUMS, ANY;
    sums::corner_total_changed, true, SUMS, ANY;
    sums::total_lacks_last_part, true, SUMS, ANY;
    sums::row_deleted, true, SUMS, ANY;
    sums::stated_total_changed, true, &[Code::SumStated], ANY;
    sums::difference_changed, true, &[Code::DifferenceWrong], ANY;
    words::row_repeated, false, &[Code::DuplicateLine], ANY;
    words::program_misspelt, false, &[Code::ProgramMisspelt], ANY;
    words::program_blank, false, &[Code::BlankProgram], ANY;
    words::unit_removed, false, &[Code::UnitMissing], ANY;
    words::unit_twice, false, &[Code::UnitMixed], ANY;
    words::year_of_file_wrong, false, &[Code::YearFileName], ANY;
    words::year_removed, false, &[Code::YearMissing], ANY;
    words::year_of_title_wrong, false, &[Code::YearConflict], ANY;
    words::stage_removed, false, &[Code::StageMissing], ANY;
    cells::number_as_text, false, &[Code::NumberAsText], TYPED;
    cells::number_unreadable, false, &[Code::NumberUnreadable], ANY;
    cells::date_for_number, false, &[Code::DateAsNumber], TYPED;
    cells::percent_for_number, false, &[Code::PercentAsNumber], TYPED;
    cells::error_for_number, false, &[Code::ErrorValue], TYPED;
    cells::formula_without_result, false, &[Code::FormulaWithoutResult], CALCULATED;
    headings::heading_unknown, false, &[Code::ColumnUnknown, Code::FiguresOutside], ANY;
    headings::heading_removed, false, &[Code::ColumnUnknown, Code::FiguresOutside], ANY;
    headings::heading_repeated, false, &[Code::DuplicateColumn], ANY;
    headings::amount_merged, false, &[Code::MergedAmount], TYPED;
    dimensions::fraction_of_yen, false, &[Code::FractionOfYen], ANY;
    dimensions::amount_absurd, false, &[Code::NumberTooLarge], ANY;
    dimensions::amount_negative, false, &[Code::NegativeAmount], ANY;
    dimensions::ministry_unknown, false, &[Code::MinistryUnknown], ANY;
    dimensions::project_unknown, false, &[Code::ProjectUnknown], ANY;
    dimensions::kind_unknown, false, &[Code::KindUnknown], ANY;
    dimensions::total_blank, false, &[Code::NumberMissing], ANY;
    dimensions::tables_disagree, false, &[Code::TablesDisagree], TYPED;
}

/// Spoils a copy of a case; none where this kind cannot strike.
pub fn inject(case: &Case, kind: &Kind, chance: &mut Chance) -> Option<Case> {
    let mut spoilt = case.clone();
    (kind.strike)(&mut spoilt, chance)?;
    (spoilt.draft.sheets.iter().map(|s| format!("{s:?}")).collect::<String>()
        != case.draft.sheets.iter().map(|s| format!("{s:?}")).collect::<String>()
        || spoilt.file != case.file)
        .then_some(spoilt)
}

fn sheet(case: &mut Case) -> &mut DraftSheet {
    &mut case.draft.sheets[0]
}

fn any(sheet: &DraftSheet, tag: Tag, chance: &mut Chance) -> Option<(u32, u32)> {
    let places = sheet.tagged(tag);
    (!places.is_empty()).then(|| *chance.pick(&places))
}

fn number(sheet: &DraftSheet, place: (u32, u32)) -> Option<f64> {
    match sheet.cells.get(&place)? {
        Ink::Number(n) | Ink::Formula(_, Some(n)) => Some(*n),
        _ => None,
    }
}

fn set(sheet: &mut DraftSheet, place: (u32, u32), value: f64) {
    let ink = match sheet.cells.get(&place) {
        Some(Ink::Formula(text, _)) => Ink::Formula(text.clone(), Some(value)),
        _ => Ink::Number(value),
    };
    sheet.cells.insert(place, ink);
}

/// A difference that no rounding explains: from one unit where sums are exact.
fn delta(case: &Case, chance: &mut Chance) -> f64 {
    let steps: &[f64] = if case.rounded {
        &[20.0, 95.0, 300.0, -20.0, -40.0]
    } else {
        &[1.0, -1.0, 9.0, 90.0, -1_000.0, 12_345.0]
    };
    *chance.pick(steps)
}

/// A part that some total covers.
fn part(case: &Case, chance: &mut Chance) -> Option<(u32, u32)> {
    let sheet = &case.draft.sheets[0];
    if sheet.tagged(Tag::RowTotal).is_empty()
        && sheet.tagged(Tag::ColumnTotal).is_empty()
        && sheet.tagged(Tag::Corner).is_empty()
    {
        return None;
    }
    let filled: Vec<(u32, u32)> = sheet
        .tagged(Tag::Leaf)
        .into_iter()
        .filter(|p| number(sheet, *p).is_some_and(|n| n.abs() >= 30.0))
        .collect();
    (!filled.is_empty()).then(|| *chance.pick(&filled))
}

fn change(case: &mut Case, place: (u32, u32), chance: &mut Chance) -> Option<()> {
    let by = delta(case, chance);
    let was = number(sheet(case), place)?;
    set(sheet(case), place, was + by);
    Some(())
}
