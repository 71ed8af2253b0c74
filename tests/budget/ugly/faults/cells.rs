//! Cells whose content is no usable amount.

use super::*;

pub(super) fn any_number(case: &mut Case, chance: &mut Chance) -> Option<((u32, u32), f64)> {
    let sheet = sheet(case);
    let filled: Vec<(u32, u32)> = sheet
        .tagged(Tag::Leaf)
        .into_iter()
        .filter(|p| number(sheet, *p).is_some_and(|n| n.abs() >= 1.0))
        .collect();
    let place = (!filled.is_empty()).then(|| *chance.pick(&filled))?;
    Some((place, number(sheet, place)?))
}

pub(super) fn number_as_text(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    sheet(case).text(place.0, place.1, format!("{was}"));
    (was > 0.0).then_some(())
}

pub(super) fn number_unreadable(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn replace(case: &mut Case, chance: &mut Chance, ink: Ink) -> Option<()> {
    let (place, _) = any_number(case, chance)?;
    sheet(case).cells.insert(place, ink);
    Some(())
}

pub(super) fn date_for_number(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace(case, chance, Ink::Date(45_839.0))
}

pub(super) fn percent_for_number(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace(case, chance, Ink::Percent(0.125))
}

pub(super) fn error_for_number(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let error = *chance.pick(&["#REF!", "#N/A", "#VALUE!", "#DIV/0!"]);
    replace(case, chance, Ink::Error(error))
}

pub(super) fn formula_without_result(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let tag = *chance.pick(&[Tag::Leaf, Tag::RowTotal, Tag::ColumnTotal]);
    let place = any(sheet(case), tag, chance)?;
    sheet(case).cells.insert(place, Ink::Formula("SUM(A1:A2)".into(), None));
    Some(())
}
