//! Headings and merged amounts.

use super::*;

/// A heading over at least one figure, in tables with several such columns.
pub(super) fn heading(case: &mut Case, chance: &mut Chance) -> Option<(u32, u32)> {
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

pub(super) fn flat(case: &Case) -> bool {
    // Under a group heading a column keeps the group's meaning, so that only its sums tell.
    ![
        "wide_two_level_merged",
        "wide_two_level_unmerged",
        "wide_number_first_brackets",
        "wide_number_first_plain",
        "wide_two_years_three_levels",
        "kinds_under_year",
        "requests_and_wishes",
        "years_relative_with_difference",
    ]
    .contains(&case.name.as_str())
}

pub(super) fn heading_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = heading(case, chance)?;
    let word = *chance.pick(&["鱒の養殖", "ＸＹＺ", "第五の柱"]);
    sheet(case).text(place.0, place.1, word);
    flat(case).then_some(())
}

pub(super) fn heading_removed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = heading(case, chance)?;
    sheet(case).cells.remove(&place);
    flat(case).then_some(())
}

pub(super) fn heading_repeated(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (a, b) = (heading(case, chance)?, heading(case, chance)?);
    if a == b || a.0 != b.0 || !flat(case) {
        return None;
    }
    let text = sheet(case).cells.get(&a)?.clone();
    sheet(case).cells.insert(b, text);
    Some(())
}

pub(super) fn amount_merged(case: &mut Case, chance: &mut Chance) -> Option<()> {
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
