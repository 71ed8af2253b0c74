//! Rows, names, units, years and stages that are wrong or lacking.

use super::sums::shift_down;
use super::*;

pub(super) fn row_repeated(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn program_misspelt(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn program_blank(case: &mut Case, chance: &mut Chance) -> Option<()> {
    if case.name.starts_with("long_names_once") || case.name.starts_with("long_merged") {
        return None;
    }
    let place = any(sheet(case), Tag::Program, chance)?;
    sheet(case).cells.remove(&place);
    Some(())
}

pub(super) fn unit_removed(case: &mut Case, _: &mut Chance) -> Option<()> {
    let mut any = false;
    for sheet in &mut case.draft.sheets {
        for place in sheet.tagged(Tag::Unit) {
            any |= sheet.cells.remove(&place).is_some();
        }
    }
    any.then_some(())
}

pub(super) fn unit_twice(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn year_of_file_wrong(case: &mut Case, chance: &mut Chance) -> Option<()> {
    case.file = (*chance.pick(&["H27予算", "令和元年度予算", "budget_2016", "R1", "平成28年度当初"])).into();
    if case.expected.iter().any(|e| [2015, 2016, 2019].contains(&e.year)) || case.name == "years_series" {
        return None;
    }
    Some(())
}

pub(super) const YEAR_FROM_TITLE: [&str; 9] = [
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

pub(super) fn year_removed(case: &mut Case, _: &mut Chance) -> Option<()> {
    if !YEAR_FROM_TITLE.contains(&case.name.as_str()) {
        return None;
    }
    case.file = "予算一覧".into();
    let place = *sheet(case).tagged(Tag::Title).first()?;
    sheet(case).text(place.0, place.1, "事業別の一覧（当初予算額）");
    Some(())
}

pub(super) fn year_of_title_wrong(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let years = ["years_series", "years_western", "wide_two_years_three_levels"];
    if !years.contains(&case.name.as_str()) {
        return None;
    }
    let title = chance.pick(&["令和３年度当初予算額", "2021年度 当初予算額の推移", "令和2年度 予算額の概要"]);
    sheet(case).text(0, 0, *title);
    Some(())
}

pub(super) fn stage_removed(case: &mut Case, chance: &mut Chance) -> Option<()> {
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
