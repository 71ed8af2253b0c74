//! Text to typed values: an offer, a step, a capacity.

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{FiscalYear, Language, Said, Yen};
use crate::portfolio::catalogue::Catalogue;
use crate::web::FieldErrors;

/// An offer as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OfferForm {
    pub key: String,
    pub task: String,
    pub program: String,
    pub year: String,
    pub slot_type: String,
    pub yen: String,
    pub decide_by: String,
}

/// An offer, checked.
pub struct Offer {
    pub program: Uuid,
    pub year: FiscalYear,
    pub slot_type: Option<Uuid>,
    pub yen: Yen,
    pub decide_by: NaiveDate,
}

/// The label of a field.
pub fn label(field: &str, l: Language) -> &'static str {
    match field {
        "program" => l.t("受入事業", "Receiving program"),
        "year" => l.t("枠の年度", "Year of the slot"),
        "slot_type" => l.t("公募枠", "Slot type"),
        "yen" => l.t("年間の確保額（百万円）", "Yearly amount reserved (JPY million)"),
        "decide_by" => l.t("決定期限", "To be decided by"),
        "slots" => l.t("枠の数", "Slots"),
        "budget" => l.t("予算（百万円）", "Budget (JPY million)"),
        _ => l.t("理由", "Reason"),
    }
}

impl OfferForm {
    /// `slots` are the slot types with their program and year.
    pub fn parse(
        &self,
        (c, slots): (&Catalogue, &[super::queries::SlotChoice]),
        (today, stage_ends_on): (NaiveDate, NaiveDate),
        l: Language,
    ) -> Result<Offer, FieldErrors> {
        let mut errors = FieldErrors::new();
        let choose = || Said::new("一覧から選んでください。", "Choose one of the list.");
        let program = c.programs.iter().find(|p| p.code == self.program).map(|p| p.id);
        let program = errors.check("program", label("program", l), program.ok_or_else(choose));
        let year = errors.check("year", label("year", l), self.year.parse::<FiscalYear>());
        if year.is_some_and(|y| y <= FiscalYear::containing(today)) {
            let said = Said::new("来年度以降の年度にしてください。", "Choose a year after the running one.");
            errors.add("year", label("year", l), said);
        }
        let yen = errors.check("yen", label("yen", l), million(&self.yen));
        let decide_by = errors.check("decide_by", label("decide_by", l), day(&self.decide_by));
        if decide_by.is_some_and(|d| d < stage_ends_on.min(today)) {
            let said = Said::new("今日以降の日付にしてください。", "Enter a day from today on.");
            errors.add("decide_by", label("decide_by", l), said);
        }
        let slot_type = match self.slot_type.as_str() {
            "" => Some(None),
            id => {
                let fits = |s: &&super::queries::SlotChoice| {
                    s.id.to_string() == id && Some(s.program_id) == program && Some(s.fiscal_year) == year
                };
                let found = slots.iter().find(fits).map(|s| Some(s.id)).ok_or_else(|| {
                    Said::new(
                        "選んだ事業・年度の公募枠ではありません。選び直すか、空欄にしてください。",
                        "This slot type is not of that program and year; choose again or leave it empty.",
                    )
                });
                errors.check("slot_type", label("slot_type", l), found)
            }
        };
        let offer = (|| {
            Some(Offer {
                program: program?,
                year: year?,
                slot_type: slot_type?,
                yen: yen?,
                decide_by: decide_by?,
            })
        })();
        errors.finish(offer)
    }
}

/// A step as sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub version: String,
    pub step: String,
    pub reason: String,
}

/// A capacity as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BookForm {
    pub version: String,
    pub slots: String,
    pub budget: String,
}

impl BookForm {
    pub fn parse(&self, l: Language) -> Result<(i16, Yen), FieldErrors> {
        let mut errors = FieldErrors::new();
        let slots =
            crate::kernel::text::nfkc(self.slots.trim()).parse().ok().filter(|n| (0..=500).contains(n));
        let said = || Said::new("0～500の整数を入力してください。", "Enter a whole number from 0 to 500.");
        let slots = errors.check("slots", label("slots", l), slots.ok_or_else(said));
        let budget = errors.check("budget", label("budget", l), amount(&self.budget));
        errors.finish(slots.zip(budget))
    }
}

fn million(raw: &str) -> Result<Yen, Said> {
    amount(raw).and_then(|yen| {
        if yen.0 > 0 {
            Ok(yen)
        } else {
            Err(Said::new("0より大きい額を入力してください。", "Enter an amount above 0."))
        }
    })
}

/// Millions of yen with up to three decimals, as whole yen.
fn amount(raw: &str) -> Result<Yen, Said> {
    let text = crate::kernel::text::nfkc(raw.trim()).replace(',', "");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 7 && part.len() <= 3 && digits(whole) && digits(part);
    if !fits {
        return Err(Said::new(
            "百万円単位の数（小数点以下3桁まで）で入力してください。例：30 または 12.5",
            "Enter millions of yen with up to three decimals, for example 30 or 12.5.",
        ));
    }
    let thousands: i64 = format!("{whole}{part:0<3}").parse().unwrap_or(0);
    Ok(Yen(thousands * 1_000))
}

fn day(raw: &str) -> Result<NaiveDate, Said> {
    NaiveDate::parse_from_str(&crate::kernel::text::nfkc(raw.trim()).replace('/', "-"), "%Y-%m-%d")
        .map_err(|_| Said::new("2026-04-01 のように入力してください。", "Write a day as 2026-04-01."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_millions() {
        for (raw, yen) in [
            ("30", Some(30_000_000)),
            ("12.5", Some(12_500_000)),
            ("１，０００", Some(1_000_000_000)),
            ("0.001", Some(1_000)),
            ("x", None),
            ("1.2345", None),
            ("", None),
            ("-3", None),
        ] {
            assert_eq!(amount(raw).ok().map(|y| y.0), yen, "{raw}");
        }
    }
}
