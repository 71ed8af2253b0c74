//! Amounts out of any bounds, and words that no vocabulary knows.

use super::cells::any_number;
use super::*;

pub(super) fn fraction_of_yen(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    if case.unit > 1_000 {
        return None;
    }
    let value = was + 0.4 / case.unit as f64;
    set(sheet(case), place, value);
    Some(())
}

pub(super) fn amount_absurd(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let (place, was) = any_number(case, chance)?;
    let value = was.abs().max(1.0) * 2e13 / case.unit as f64;
    set(sheet(case), place, value);
    Some(())
}

pub(super) fn amount_negative(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let plain = ["wide_", "years_", "long_template", "projects_oku", "amounts_within"];
    if !plain.iter().any(|p| case.name.starts_with(p)) {
        return None;
    }
    let (place, was) = any_number(case, chance)?;
    set(sheet(case), place, -was);
    Some(())
}

pub(super) fn replace_word(case: &mut Case, chance: &mut Chance, tag: Tag, word: &str) -> Option<()> {
    let place = any(sheet(case), tag, chance)?;
    sheet(case).text(place.0, place.1, word);
    Some(())
}

pub(super) fn ministry_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    // Of merged cells only the first is seen.
    if case.name == "wide_ministry_column" {
        let place = (4 + 3 * u32::try_from(chance.below(3)).ok()?, 0);
        sheet(case).text(place.0, place.1, "宇宙省");
        return Some(());
    }
    replace_word(case, chance, Tag::Ministry, "宇宙省")
}

pub(super) fn project_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace_word(case, chance, Tag::Project, "宇宙開発")
}

pub(super) fn kind_unknown(case: &mut Case, chance: &mut Chance) -> Option<()> {
    replace_word(case, chance, Tag::Kind, "寄附金")
}

pub(super) fn total_blank(case: &mut Case, chance: &mut Chance) -> Option<()> {
    let place = any(sheet(case), Tag::RowTotal, chance)?;
    if number(sheet(case), place)? == 0.0 || case.name.starts_with("review") {
        return None;
    }
    sheet(case).cells.remove(&place);
    Some(())
}

pub(super) fn tables_disagree(case: &mut Case, chance: &mut Chance) -> Option<()> {
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
