//! Text to typed values: a round, its closing, a grant recorded on its page.

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::typed::{TypedAmount, as_typed, read_amount};
use crate::kernel::text::nfkc;
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Language, Said, Text, Yen};
use crate::portfolio::catalogue::Catalogue;
use crate::web::FieldErrors;

use super::super::model::{FundKind, Round, rounding_of};

/// The form of a round as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoundForm {
    pub key: String,
    pub version: String,
    pub fiscal_year: String,
    pub number: String,
    pub decided_on: String,
    pub unit: String,
    pub total: String,
    pub president: String,
    pub top_down: String,
    pub unstated: String,
    pub rounding_note: String,
    pub remark: String,
    pub source: String,
}

/// A round as it will be written.
#[derive(Clone, Debug)]
pub struct RoundFields {
    pub fiscal_year: FiscalYear,
    pub number: i16,
    pub decided_on: Option<NaiveDate>,
    pub unit: YenUnit,
    pub step: i64,
    pub total: Yen,
    pub rounding: Yen,
    pub parts: Vec<(FundKind, Yen)>,
    pub rounding_note: Option<Text<1000>>,
    pub remark: Option<Text<1000>>,
    pub source: Option<Text<500>>,
}

impl RoundForm {
    /// The form of a round that is there.
    pub fn of(round: &Round) -> Self {
        let amount = |kind| round.part(kind).map(|p| as_typed(p.amount, round.unit)).unwrap_or_default();
        Self {
            key: String::new(),
            version: round.version.to_string(),
            fiscal_year: round.fiscal_year.short(),
            number: round.number.to_string(),
            decided_on: round.decided_on.map(|d| d.to_string()).unwrap_or_default(),
            unit: round.unit.code().to_owned(),
            total: as_typed(round.total, round.unit),
            president: amount(FundKind::President),
            top_down: amount(FundKind::TopDown),
            unstated: amount(FundKind::Unstated),
            rounding_note: round.rounding_note.clone().unwrap_or_default(),
            remark: round.remark.clone().unwrap_or_default(),
            source: round.source.clone().unwrap_or_default(),
        }
    }

    /// Fields with their labels, as typed; the order of the form.
    pub fn labelled(&self, l: Language) -> [(&'static str, &'static str, &str); 11] {
        [
            ("fiscal_year", l.t("年度", "Fiscal year"), &self.fiscal_year),
            ("number", l.t("回", "Round"), &self.number),
            ("decided_on", l.t("決定日", "Decided on"), &self.decided_on),
            ("unit", l.t("金額の単位", "Unit of the amounts"), &self.unit),
            ("total", l.t("総額", "Total"), &self.total),
            ("president", FundKind::President.name(l), &self.president),
            ("top_down", FundKind::TopDown.name(l), &self.top_down),
            ("unstated", FundKind::Unstated.name(l), &self.unstated),
            ("rounding_note", l.t("端数の注記", "Note on rounding"), &self.rounding_note),
            ("remark", l.t("備考", "Remark"), &self.remark),
            ("source", l.t("出典", "Source"), &self.source),
        ]
    }

    pub fn parse(&self, l: Language) -> Result<RoundFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let fiscal_year =
            errors.check("fiscal_year", l.t("年度", "Fiscal year"), self.fiscal_year.parse::<FiscalYear>());
        let number = errors.check("number", l.t("回", "Round"), round_number(&self.number));
        let decided_on =
            errors.check("decided_on", l.t("決定日", "Decided on"), day(&self.decided_on, fiscal_year));
        let unit = errors.check("unit", l.t("金額の単位", "Unit of the amounts"), unit(&self.unit));
        let read = unit.unwrap_or_default();
        let total = errors.check("total", l.t("総額", "Total"), read_amount(&self.total, read));
        let mut typed: Vec<(FundKind, TypedAmount)> = Vec::new();
        for kind in FundKind::ALL.iter().copied() {
            let raw = self.part(kind);
            if !is_nothing(raw) {
                let amount = errors.check(kind.code(), kind.name(l), read_amount(raw, read));
                typed.extend(amount.map(|a| (kind, a)));
            }
        }
        let rounding_note = errors.check(
            "rounding_note",
            l.t("端数の注記", "Note on rounding"),
            Text::optional(&self.rounding_note),
        );
        let remark = errors.check("remark", l.t("備考", "Remark"), Text::optional(&self.remark));
        let source = errors.check("source", l.t("出典", "Source"), Text::optional(&self.source));
        let step = typed.iter().map(|(_, a)| a.step).chain(total.map(|t| t.step)).min().unwrap_or(1);
        if let Some(total) = total.filter(|_| typed.is_empty()) {
            typed.push((FundKind::Unstated, total));
        }
        let parts: Vec<(FundKind, Yen)> = typed.iter().map(|(kind, a)| (*kind, a.yen)).collect();
        let amounts: Vec<Yen> = parts.iter().map(|(_, yen)| *yen).collect();
        let has_note = matches!(rounding_note, Some(Some(_)));
        let rounding = total.filter(|_| errors.is_empty()).and_then(|total| {
            let field = if amounts.len() > 1 { "rounding_note" } else { "total" };
            errors.check(
                field,
                l.t("総額と内訳", "Total and parts"),
                rounding_of(total.yen, &amounts, step, has_note),
            )
        });
        let fields = (|| {
            Some(RoundFields {
                fiscal_year: fiscal_year?,
                number: number?,
                decided_on: decided_on?,
                unit: unit?,
                step,
                total: total?.yen,
                rounding: rounding?,
                parts,
                rounding_note: rounding_note?,
                remark: remark?,
                source: source?,
            })
        })();
        errors.finish(fields)
    }

    fn part(&self, kind: FundKind) -> &str {
        match kind {
            FundKind::President => &self.president,
            FundKind::TopDown => &self.top_down,
            FundKind::Unstated => &self.unstated,
        }
    }
}

/// Reads the code of a unit.
pub fn unit(code: &str) -> Result<YenUnit, Said> {
    YenUnit::from_code(code).ok_or_else(|| Said::new("単位を選んでください。", "Choose a unit."))
}

fn round_number(raw: &str) -> Result<i16, Said> {
    match nfkc(raw.trim()).parse::<i16>() {
        Ok(n @ 1..=20) => Ok(n),
        _ => Err(Said::new("1から20までの数字を入力してください。", "Enter a number from 1 to 20.")),
    }
}

/// A part that is left empty or written as 0: the round has none of the kind.
fn is_nothing(raw: &str) -> bool {
    let plain = nfkc(raw.trim());
    plain.is_empty() || (plain.contains('0') && plain.chars().all(|c| matches!(c, '0' | '.' | ',')))
}

/// A round is decided in its fiscal year, or in the one before or after it.
fn day(raw: &str, year: Option<FiscalYear>) -> Result<Option<NaiveDate>, Said> {
    let text = raw.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day: NaiveDate = text
        .parse()
        .map_err(|_| Said::new("2026-06-10 のように入力してください。", "Write it like 2026-06-10."))?;
    let Some((first, last)) = year.map(|y| (y.plus(-1).first_day(), y.plus(1).last_day())) else {
        return Ok(Some(day));
    };
    if (first..=last).contains(&day) {
        return Ok(Some(day));
    }
    Err(Said::new(
        format!("年度から離れた日付です。{first}から{last}までの日付を入力してください。"),
        format!("That is far from the fiscal year; enter a day from {first} to {last}."),
    ))
}

/// The form that closes a round, or opens a published one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClosingForm {
    pub version: String,
    pub closing_note: String,
}

/// The form of a grant on the page of a round, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrantForm {
    pub key: String,
    /// Code of a program; `return` for money that goes back.
    pub program: String,
    pub kind: String,
    pub amount: String,
    pub unit: String,
    pub purpose: String,
    pub authority: String,
}

/// A grant as it will be written.
pub struct GrantFields {
    pub program: Option<Uuid>,
    pub kind: FundKind,
    pub amount: Yen,
    pub purpose: Text<2000>,
    pub authority: Text<500>,
}

/// The word of the form for money that goes back.
pub const RETURN: &str = "return";

impl GrantForm {
    pub fn parse(&self, l: Language, catalogue: &Catalogue) -> Result<GrantFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let program = errors.check("program", l.t("事業", "Program"), target(&self.program, catalogue));
        let kind = FundKind::from_code(&self.kind)
            .ok_or_else(|| Said::new("区分を選んでください。", "Choose a kind."));
        let kind = errors.check("kind", l.t("区分", "Kind"), kind);
        let unit = errors.check("unit", l.t("単位", "Unit"), unit(&self.unit)).unwrap_or_default();
        let amount = errors.check("amount", l.t("金額", "Amount"), read_amount(&self.amount, unit));
        let purpose = errors.check("purpose", l.t("使途", "Purpose"), Text::parse(&self.purpose));
        let authority =
            errors.check("authority", l.t("決定の根拠", "Authority"), Text::parse(&self.authority));
        let fields = (|| {
            Some(GrantFields {
                program: program?,
                kind: kind?,
                amount: amount?.yen,
                purpose: purpose?,
                authority: authority?,
            })
        })();
        errors.finish(fields)
    }
}

fn target(code: &str, catalogue: &Catalogue) -> Result<Option<Uuid>, Said> {
    match catalogue.programs.iter().find(|p| p.code == code) {
        Some(program) => Ok(Some(program.id)),
        None if code == RETURN => Ok(None),
        None => Err(Said::new("一覧から事業を選んでください。", "Choose a program of the list.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_decided_near_its_year() {
        let year = FiscalYear::new(2026).ok();
        for raw in ["0001-01-01", "2025-03-31", "2028-04-01", "2026-13-01"] {
            assert!(day(raw, year).is_err(), "{raw}");
        }
        for raw in ["2025-04-01", "2026-06-10", "2028-03-31"] {
            assert!(day(raw, year).is_ok_and(|d| d.is_some()), "{raw}");
        }
        assert_eq!(day(" ", year), Ok(None));
    }

    #[test]
    fn a_part_of_zero_is_none() {
        for (raw, nothing) in
            [("", true), ("0", true), ("０", true), ("0.0", true), ("0.1", false), (".", false)]
        {
            assert_eq!(is_nothing(raw), nothing, "{raw}");
        }
    }
}
