//! Reasons for and against two rows being one task, in words.

use crate::kernel::Language;
use crate::matching::affinity::dedupe::LIKELY;

/// A reason as it is stored: the JSON of [`crate::matching::affinity::dedupe::Reason`].
#[must_use]
pub fn reason_words(reason: &serde_json::Value, l: Language) -> String {
    let number = |field: &str| reason[field].as_i64().unwrap_or_default();
    let text = |field: &str| reason[field].as_str().unwrap_or_default();
    match (reason["reason"].as_str().unwrap_or_default(), l) {
        ("equal_titles", _) => l.t("題名が一致", "Equal titles").to_owned(),
        ("equal_but_ending", _) => {
            l.t("題名が語尾を除いて一致", "Titles equal but for the ending").to_owned()
        }
        ("title_within", Language::Ja) => format!("一方の題名が他方を含む（{}%）", number("share")),
        ("title_within", Language::En) => format!("One title holds the other ({}%)", number("share")),
        ("almost_equal", Language::Ja) => format!("題名が{}%一致", number("percent")),
        ("almost_equal", Language::En) => format!("Titles agree in {}%", number("percent")),
        ("same_institution", _) => l.t("同じ機関", "Same institution").to_owned(),
        ("same_people", _) => l.t("同じ研究者", "Same people").to_owned(),
        ("years_meet", _) => l.t("年度が連続または重複", "Years meet").to_owned(),
        ("numbers_differ", Language::Ja) => format!("番号が異なる（{} / {}）", text("left"), text("right")),
        ("numbers_differ", Language::En) => format!("Numbers differ ({} / {})", text("left"), text("right")),
        ("other_institution", _) => l.t("別の機関", "Other institution").to_owned(),
        ("later_phase", _) => l.t("後の段階の課題", "A later phase").to_owned(),
        ("years_apart", Language::Ja) => format!("{}年離れている", number("years")),
        ("years_apart", Language::En) => format!("{} years apart", number("years")),
        (other, _) => other.to_owned(),
    }
}

/// Whether a reason speaks against the two being one.
#[must_use]
pub fn is_against(reason: &serde_json::Value) -> bool {
    matches!(
        reason["reason"].as_str(),
        Some("numbers_differ" | "other_institution" | "later_phase" | "years_apart")
    )
}

/// How likely, in words, with its tone.
#[must_use]
pub fn likelihood(confidence: i16, l: Language) -> (&'static str, &'static str) {
    if u32::try_from(confidence).is_ok_and(|c| c >= LIKELY) {
        (l.t("有力", "Likely"), "warn")
    } else {
        (l.t("可能性あり", "Possible"), "quiet")
    }
}
