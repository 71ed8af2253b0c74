//! Figures and totals that no longer agree.

use super::*;

pub(super) fn part_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    change(case, place, chance)
}

pub(super) fn part_digits_swapped(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn part_deleted(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    sheet(case).cells.remove(&place)?;
    Some(())
}

pub(super) fn part_thousandfold(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = part(case, chance)?;
    let was = number(sheet(case), place)?;
    set(sheet(case), place, was * 1_000.0);
    (was * 1_000.0 * case.unit as f64 <= 9e12).then_some(())
}

pub(super) fn part_sign_lost(case: &mut Case, chance: &mut Chance) -> Option<()> {
    if !case.name.starts_with("supplementary") {
        return None;
    }
    let place = part(case, chance)?;
    let was = number(sheet(case), place)?;
    set(sheet(case), place, -was);
    Some(())
}

pub(super) fn parts_exchanged(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn row_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::RowTotal, chance)?;
    change(case, place, chance)
}

pub(super) fn column_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::ColumnTotal, chance)?;
    change(case, place, chance)
}

pub(super) fn corner_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Corner, chance)?;
    change(case, place, chance)
}

/// The total was not extended when the last row was added.
pub(super) fn total_lacks_last_part(case: &mut Case, chance: &mut Chance) -> Option<()> {
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

pub(super) fn row_deleted(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (row, column) = part(case, chance)?;
    if sheet(case).tagged(Tag::ColumnTotal).iter().all(|p| p.1 != column) || case.name == "side_by_side" {
        return None;
    }
    sheet(case).cells.retain(|place, _| place.0 != row);
    Some(())
}

pub(super) fn stated_total_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Stated, chance)?;
    let Ink::Text(text) = sheet(case).cells.get(&place)?.clone() else { return None };
    let at = text.find(" 千円")?;
    let digit = text[..at].chars().last()?;
    let other = char::from_digit((digit.to_digit(10)? + 1) % 10, 10)?;
    sheet(case).text(place.0, place.1, format!("{}{other}{}", &text[..at - 1], &text[at..]));
    Some(())
}

pub(super) fn difference_changed(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::Difference, chance)?;
    change(case, place, chance)
}

pub(super) fn shift_down(sheet: &mut DraftSheet, from: u32) {
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
