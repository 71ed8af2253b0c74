//! The fault injector: each kind spoils a clean case in one way and says by which findings it must be caught.

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
    ($($name:ident, $sum:literal, $codes:expr, $formats:expr;)+) => {
        pub const KINDS: &[Kind] = &[$(Kind { name: stringify!($name), is_sum: $sum, caught_by: $codes, formats: $formats, strike: $name }),+];
    };
}

kinds! {
    part_changed, true, SUMS, ANY;
    part_digits_swapped, true, SUMS, ANY;
    part_deleted, true, SUMS, ANY;
    part_thousandfold, true, SUMS, ANY;
    part_sign_lost, true, SUMS, ANY;
    parts_exchanged, true, SUMS, ANY;
    row_total_changed, true, SUMS, ANY;
    column_total_changed, true, SUMS, ANY;
    corner_total_changed, true, SUMS, ANY;
    total_lacks_last_part, true, SUMS, ANY;
    row_deleted, true, SUMS, ANY;
    stated_total_changed, true, &[Code::SumStated], ANY;
    difference_changed, true, &[Code::DifferenceWrong], ANY;
    row_repeated, false, &[Code::DuplicateLine], ANY;
    program_misspelt, false, &[Code::ProgramMisspelt], ANY;
    program_blank, false, &[Code::BlankProgram], ANY;
    unit_removed, false, &[Code::UnitMissing], ANY;
    unit_twice, false, &[Code::UnitMixed], ANY;
    year_of_file_wrong, false, &[Code::YearFileName], ANY;
    year_removed, false, &[Code::YearMissing], ANY;
    year_of_title_wrong, false, &[Code::YearConflict], ANY;
    stage_removed, false, &[Code::StageMissing], ANY;
    number_as_text, false, &[Code::NumberAsText], TYPED;
    number_unreadable, false, &[Code::NumberUnreadable], ANY;
    date_for_number, false, &[Code::DateAsNumber], TYPED;
    percent_for_number, false, &[Code::PercentAsNumber], TYPED;
    error_for_number, false, &[Code::ErrorValue], TYPED;
    formula_without_result, false, &[Code::FormulaWithoutResult], CALCULATED;
    heading_unknown, false, &[Code::ColumnUnknown, Code::FiguresOutside], ANY;
    heading_removed, false, &[Code::ColumnUnknown, Code::FiguresOutside], ANY;
    heading_repeated, false, &[Code::DuplicateColumn], ANY;
    amount_merged, false, &[Code::MergedAmount], TYPED;
    fraction_of_yen, false, &[Code::FractionOfYen], ANY;
    amount_absurd, false, &[Code::NumberTooLarge], ANY;
    amount_negative, false, &[Code::NegativeAmount], ANY;
    ministry_unknown, false, &[Code::MinistryUnknown], ANY;
    project_unknown, false, &[Code::ProjectUnknown], ANY;
    kind_unknown, false, &[Code::KindUnknown], ANY;
    total_blank, false, &[Code::NumberMissing], ANY;
    tables_disagree, false, &[Code::TablesDisagree], TYPED;
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

fn part_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    change(case, place, chance)
}

fn part_digits_swapped(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    let was = number(sheet(case), place)?;
    let digits: Vec<char> = format!("{}", was.trunc().abs()).chars().collect();
    let least = if case.rounded { 3 } else { 1 };
    let at = (0..digits.len().saturating_sub(least)).find(|i| digits[*i] != digits[i + 1])?;
    let mut swapped = digits;
    swapped.swap(at, at + 1);
    let value: f64 = swapped.iter().collect::<String>().parse().ok()?;
    set(sheet(case), place, value + was.abs().fract());
    Some(())
}

fn part_deleted(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    sheet(case).cells.remove(&place)?;
    Some(())
}

fn part_thousandfold(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    let was = number(sheet(case), place)?;
    set(sheet(case), place, was * 1_000.0);
    (was * 1_000.0 * case.unit as f64 <= 9e12).then_some(())
}

fn part_sign_lost(case: &mut Case, chance: &mut Chance) -> Option<()> {
    if !case.name.starts_with("supplementary") {
        return None;
    }
    let place = part(case, chance)?;
    let was = number(sheet(case), place)?;
    set(sheet(case), place, -was);
    Some(())
}

fn parts_exchanged(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (a, b) = (part(case, chance)?, part(case, chance)?);
    if a.0 == b.0 || a.1 == b.1 {
        return None;
    }
    let (x, y) = (number(sheet(case), a)?, number(sheet(case), b)?);
    if (x - y).abs() < 50.0 {
        return None;
    }
    set(sheet(case), a, y);
    set(sheet(case), b, x);
    Some(())
}

fn row_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::RowTotal, chance)?;
    change(case, place, chance)
}

fn column_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::ColumnTotal, chance)?;
    change(case, place, chance)
}

fn corner_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Corner, chance)?;
    change(case, place, chance)
}

/// The total was not extended when the last row was added.
fn total_lacks_last_part(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::ColumnTotal, chance)?;
    let above: Vec<(u32, u32)> =
        sheet(case).tagged(Tag::Leaf).into_iter().filter(|p| p.1 == place.1 && p.0 < place.0).collect();
    let last = number(sheet(case), *above.last()?)?;
    if last.abs() < 30.0 {
        return None;
    }
    let was = number(sheet(case), place)?;
    set(sheet(case), place, was - last);
    Some(())
}

fn row_deleted(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (row, column) = part(case, chance)?;
    if sheet(case).tagged(Tag::ColumnTotal).iter().all(|p| p.1 != column) || case.name == "side_by_side" {
        return None;
    }
    sheet(case).cells.retain(|place, _| place.0 != row);
    Some(())
}

fn stated_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Stated, chance)?;
    let Ink::Text(text) = sheet(case).cells.get(&place)?.clone() else { return None };
    let at = text.find(" 千円")?;
    let digit = text[..at].chars().last()?;
    let other = char::from_digit((digit.to_digit(10)? + 1) % 10, 10)?;
    sheet(case).text(place.0, place.1, format!("{}{other}{}", &text[..at - 1], &text[at..]));
    Some(())
}

fn difference_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Difference, chance)?;
    change(case, place, chance)
}

fn shift_down(sheet: &mut DraftSheet, from: u32) {
    let move_row = |row: u32| if row >= from { row + 1 } else { row };
    sheet.cells =
        std::mem::take(&mut sheet.cells).into_iter().map(|((r, c), ink)| ((move_row(r), c), ink)).collect();
    for merge in &mut sheet.merges {
        merge.0 = move_row(merge.0);
        merge.2 = move_row(merge.2);
    }
    for tag in &mut sheet.tags {
        tag.1 = move_row(tag.1);
    }
    for row in &mut sheet.hidden_rows {
        *row = move_row(*row);
    }
}

fn row_repeated(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let sheet = sheet(case);
    let (row, _) = any(sheet, Tag::Program, chance)?;
    if sheet.merges.iter().any(|m| m.0 <= row && m.2 >= row) {
        return None;
    }
    shift_down(sheet, row + 1);
    let copies: Vec<((u32, u32), Ink)> =
        sheet.cells.range((row, 0)..=(row, u32::MAX)).map(|(p, i)| (*p, i.clone())).collect();
    for ((_, column), ink) in copies {
        sheet.cells.insert((row + 1, column), ink);
    }
    Some(())
}

fn program_misspelt(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let sheet = sheet(case);
    let place = any(sheet, Tag::Program, chance)?;
    let Ink::Text(text) = sheet.cells.get(&place)?.clone() else { return None };
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 8 {
        return None;
    }
    // In the middle of the name, where no short form ends.
    let at = chars.len() / 2;
    let mut spoilt = chars.clone();
    match chance.below(3) {
        0 => spoilt[at] = '鱒',
        1 => {
            spoilt.remove(at);
        }
        _ => spoilt.insert(at, '鱒'),
    }
    let is_letter = |c: &char| c.is_alphanumeric();
    if !is_letter(&chars[at]) || (chance.below(3) == 9) {
        return None;
    }
    let spoilt: String = spoilt.into_iter().collect();
    sheet.text(place.0, place.1, spoilt);
    Some(())
}

fn program_blank(case: &mut Case, chance: &mut Chance) -> Option<()> {
    if case.name.starts_with("long_names_once") || case.name.starts_with("long_merged") {
        return None;
    }
    let place = any(sheet(case), Tag::Program, chance)?;
    sheet(case).cells.remove(&place);
    Some(())
}

fn unit_removed(case: &mut Case, _: &mut Chance) -> Option<()> {
    let mut any = false;
    for sheet in &mut case.draft.sheets {
        for place in sheet.tagged(Tag::Unit) {
            any |= sheet.cells.remove(&place).is_some();
        }
    }
    any.then_some(())
}

fn unit_twice(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Unit, chance)?;
    let other = if case.unit == 1_000_000 { "（単位：千円）" } else { "（単位：百万円）" };
    if place.0 == 0
        || sheet(case).cells.contains_key(&(place.0 - 1, place.1))
        || case.name.starts_with("two_tables")
    {
        return None;
    }
    sheet(case).text(place.0 - 1, place.1, other);
    Some(())
}

fn year_of_file_wrong(case: &mut Case, chance: &mut Chance) -> Option<()> {
    case.file = (*chance.pick(&["H27予算", "令和元年度予算", "budget_2016", "R1", "平成28年度当初"])).into();
    if case.expected.iter().any(|e| [2015, 2016, 2019].contains(&e.year)) || case.name == "years_series" {
        return None;
    }
    Some(())
}

const YEAR_FROM_TITLE: [&str; 9] = [
    "wide_plain",
    "wide_dashes_and_serial",
    "kinds",
    "long_plain",
    "ministries_oku",
    "side_by_side",
    "wide_memo_rows",
    "wide_formulas",
    "long_merged_names",
];

fn year_removed(case: &mut Case, _: &mut Chance) -> Option<()> {
    if !YEAR_FROM_TITLE.contains(&case.name.as_str()) {
        return None;
    }
    case.file = "予算一覧".into();
    let place = *sheet(case).tagged(Tag::Title).first()?;
    sheet(case).text(place.0, place.1, "事業別の一覧（当初予算額）");
    Some(())
}

fn year_of_title_wrong(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let years = ["years_series", "years_western", "wide_two_years_three_levels"];
    if !years.contains(&case.name.as_str()) {
        return None;
    }
    let title = chance.pick(&["令和３年度当初予算額", "2021年度 当初予算額の推移", "令和2年度 予算額の概要"]);
    sheet(case).text(0, 0, *title);
    Some(())
}

fn stage_removed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    if ![
        "wide_plain",
        "wide_dashes_and_serial",
        "ministries_oku",
        "wide_memo_rows",
        "wide_formulas",
        "wide_ministry_column",
    ]
    .contains(&case.name.as_str())
    {
        return None;
    }
    case.file = "R7".into();
    sheet(case).name = "Sheet1".into();
    let place = *sheet(case).tagged(Tag::Title).first()?;
    let title = chance.pick(&["令和７年度 事業別一覧", "R7 医療分野の研究開発関連", "2025年度 一覧表"]);
    sheet(case).text(place.0, place.1, *title);
    Some(())
}

fn any_number(case: &mut Case, chance: &mut Chance) -> Option<((u32, u32), f64)> {
    let sheet = sheet(case);
    let filled: Vec<(u32, u32)> = sheet
        .tagged(Tag::Leaf)
        .into_iter()
        .filter(|p| number(sheet, *p).is_some_and(|n| n.abs() >= 1.0))
        .collect();
    let place = (!filled.is_empty()).then(|| *chance.pick(&filled))?;
    Some((place, number(sheet, place)?))
}

fn number_as_text(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    sheet(case).text(place.0, place.1, format!("{was}"));
    (was > 0.0).then_some(())
}

fn number_unreadable(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    let digits = format!("{}", was.abs().trunc());
    let text = match chance.below(6) {
        0 => format!("{}O", &digits[..digits.len() - 1]),
        1 => format!("{digits}.000.000"),
        2 => format!("約{digits}"),
        3 => "未定".into(),
        4 => "調整中".into(),
        _ => format!("{digits},12"),
    };
    sheet(case).text(place.0, place.1, text);
    Some(())
}

fn replace(case: &mut Case, chance: &mut Chance, ink: Ink) -> Option<()> {
    let (place, _) = any_number(case, chance)?;
    sheet(case).cells.insert(place, ink);
    Some(())
}

fn date_for_number(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace(case, chance, Ink::Date(45_839.0))
}

fn percent_for_number(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace(case, chance, Ink::Percent(0.125))
}

fn error_for_number(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let error = *chance.pick(&["#REF!", "#N/A", "#VALUE!", "#DIV/0!"]);
    replace(case, chance, Ink::Error(error))
}

fn formula_without_result(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let tag = *chance.pick(&[Tag::Leaf, Tag::RowTotal, Tag::ColumnTotal]);
    let place = any(sheet(case), tag, chance)?;
    sheet(case).cells.insert(place, Ink::Formula("SUM(A1:A2)".into(), None));
    Some(())
}

/// A heading over at least one figure, in tables with several such columns.
fn heading(case: &mut Case, chance: &mut Chance) -> Option<(u32, u32)> {
    let sheet = sheet(case);
    let headings = sheet.tagged(Tag::AmountHeading);
    if headings.len() < 3 {
        return None;
    }
    let place = *chance.pick(&headings);
    sheet
        .tagged(Tag::Leaf)
        .iter()
        .any(|p| p.1 == place.1 && number(sheet, *p).is_some_and(|n| n != 0.0))
        .then_some(place)
}

fn flat(case: &Case) -> bool {
    // Under a group heading a column keeps the group's meaning, so that only its sums tell.
    ![
        "wide_two_level_merged",
        "wide_two_level_unmerged",
        "wide_two_years_three_levels",
        "kinds_under_year",
        "requests_and_wishes",
        "years_relative_with_difference",
    ]
    .contains(&case.name.as_str())
}

fn heading_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = heading(case, chance)?;
    let word = *chance.pick(&["鱒の養殖", "ＸＹＺ", "第五の柱"]);
    sheet(case).text(place.0, place.1, word);
    flat(case).then_some(())
}

fn heading_removed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = heading(case, chance)?;
    sheet(case).cells.remove(&place);
    flat(case).then_some(())
}

fn heading_repeated(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (a, b) = (heading(case, chance)?, heading(case, chance)?);
    if a == b || a.0 != b.0 || !flat(case) {
        return None;
    }
    let text = sheet(case).cells.get(&a)?.clone();
    sheet(case).cells.insert(b, text);
    Some(())
}

fn amount_merged(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let sheet = sheet(case);
    let leaves = sheet.tagged(Tag::Leaf);
    let pairs: Vec<(u32, u32)> = leaves
        .iter()
        .copied()
        .filter(|p| leaves.contains(&(p.0, p.1 + 1)) && number(sheet, *p).is_some_and(|n| n != 0.0))
        .collect();
    let place = (!pairs.is_empty()).then(|| *chance.pick(&pairs))?;
    sheet.cells.remove(&(place.0, place.1 + 1));
    sheet.merge(place.0, place.1, place.0, place.1 + 1);
    Some(())
}

fn fraction_of_yen(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    if case.unit > 1_000 {
        return None;
    }
    let value = was + 0.4 / case.unit as f64;
    set(sheet(case), place, value);
    Some(())
}

fn amount_absurd(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    let value = was.abs().max(1.0) * 2e13 / case.unit as f64;
    set(sheet(case), place, value);
    Some(())
}

fn amount_negative(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let plain = ["wide_", "years_", "long_template", "projects_oku", "amounts_within"];
    if !plain.iter().any(|p| case.name.starts_with(p)) {
        return None;
    }
    let (place, was) = any_number(case, chance)?;
    set(sheet(case), place, -was);
    Some(())
}

fn replace_word(case: &mut Case, chance: &mut Chance, tag: Tag, word: &str) -> Option<()> {
    let place = any(sheet(case), tag, chance)?;
    sheet(case).text(place.0, place.1, word);
    Some(())
}

fn ministry_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    // Of merged cells only the first is seen.
    if case.name == "wide_ministry_column" {
        let place = (4 + 3 * u32::try_from(chance.below(3)).ok()?, 0);
        sheet(case).text(place.0, place.1, "宇宙省");
        return Some(());
    }
    replace_word(case, chance, Tag::Ministry, "宇宙省")
}

fn project_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace_word(case, chance, Tag::Project, "宇宙開発")
}

fn kind_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace_word(case, chance, Tag::Kind, "寄附金")
}

fn total_blank(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::RowTotal, chance)?;
    if number(sheet(case), place)? == 0.0 || case.name.starts_with("review") {
        return None;
    }
    sheet(case).cells.remove(&place);
    Some(())
}

fn tables_disagree(case: &mut Case, chance: &mut Chance) -> Option<()> {
    if ![
        "wide_plain",
        "wide_formulas",
        "long_plain",
        "years_series",
        "wide_dashes_and_serial",
        "wide_ministry_headings",
    ]
    .contains(&case.name.as_str())
    {
        return None;
    }
    let program = case.expected.first()?.program.clone()?;
    let (year, ministry) =
        (case.expected.iter().map(|e| e.year).max()?, case.expected.first()?.ministry.clone());
    let sum: i64 = case
        .expected
        .iter()
        .filter(|e| e.program.as_ref() == Some(&program) && e.year == year && e.kind == case.expected[0].kind)
        .filter_map(|e| e.yen)
        .sum();
    let mut second = DraftSheet { name: "再掲".into(), ..DraftSheet::default() };
    second.text(0, 0, format!("令和{}年度当初予算額（再掲）{}", year - 2018, ministry.unwrap_or_default()));
    second.text(1, 1, "（単位：千円）");
    second.text(2, 0, "事業名");
    second.text(2, 1, "当初予算額");
    second.text(3, 0, program);
    second.number(3, 1, (sum / 1_000) as f64 + delta(case, chance));
    case.draft.sheets.push(second);
    Some(())
}
