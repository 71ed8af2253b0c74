//! The forms of consent and of transfer.

use chrono::{Months, NaiveDate};
use serde::Deserialize;

use crate::kernel::{FiscalYear, Language, Said, Text, Yen};
use crate::matching::sessions::forms::{amount, millions};
use crate::web::FieldErrors;

use super::actions::{Destination, Reply};
use super::model::DeclineReason;

/// An answer as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    /// `give` or `decline`.
    pub answer: String,
    pub decline_reason: String,
    pub note: String,
}

impl ReplyForm {
    pub fn parse(&self, l: Language) -> Result<Reply, FieldErrors> {
        let mut errors = FieldErrors::new();
        let note = errors.check("note", l.t("備考", "Note"), optional(&self.note));
        let reply = match self.answer.as_str() {
            "give" => Some(Reply::Give),
            "decline" => {
                let reason = DeclineReason::from_code(&self.decline_reason)
                    .ok_or_else(|| Said::new("辞退の理由を選んでください。", "Choose why you decline."));
                let reason = errors.check("decline_reason", l.t("辞退の理由", "Reason"), reason);
                if reason == Some(DeclineReason::Other) && self.note.trim().is_empty() {
                    let said =
                        Said::new("「その他」は備考に内容を書いてください。", "Say in the note what it is.");
                    errors.add("note", l.t("備考", "Note"), said);
                }
                reason.map(|reason| Reply::Decline { reason, note: note.flatten() })
            }
            _ => {
                let said = Said::new("合意するか辞退するかを選んでください。", "Consent or decline.");
                errors.add("answer", l.t("回答", "Answer"), said);
                None
            }
        };
        errors.finish(reply)
    }
}

/// Why a transfer is taken back, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TakeBackForm {
    pub why: String,
}

impl TakeBackForm {
    pub fn parse(&self, l: Language) -> Result<Text<1000>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let why = errors.check("why", l.t("取り消す理由", "Reason"), Text::parse(&self.why));
        errors.finish(why)
    }
}

fn optional(text: &str) -> Result<Option<String>, crate::kernel::text::TextError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Text::<1000>::parse(text).map(|t| Some(t.into_string()))
}

/// A transfer as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TransferForm {
    /// `existing` or `new`.
    pub way: String,
    pub next: String,
    pub number: String,
    pub title: String,
    pub starts_on: String,
    pub ends_on: String,
    pub amount: String,
    pub evidence: String,
}

/// A transfer that still needs its task looked up by number.
pub enum Asked {
    Ready(Destination),
    ByNumber(String),
}

/// The longest that a new task runs.
const MOST_YEARS: u32 = 10;

impl TransferForm {
    /// Reads the form for a session whose receiving calls start their tasks in `year`, and a pair that was agreed with
    /// `agreed` yen in its first year: the ceilings of the session count with no more.
    pub fn parse(
        &self,
        l: Language,
        year: FiscalYear,
        agreed: Yen,
    ) -> Result<(Asked, Text<1000>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let evidence = errors.check("evidence", l.t("根拠", "Evidence"), Text::parse(&self.evidence));
        let asked = match self.way.as_str() {
            "existing" if !self.next.is_empty() => {
                let next = self.next.parse().map_err(|_| choose());
                errors
                    .check("next", l.t("後続課題", "Next task"), next)
                    .map(|id| Asked::Ready(Destination::Existing(id)))
            }
            "existing" if !self.number.trim().is_empty() => {
                Some(Asked::ByNumber(self.number.trim().to_owned()))
            }
            "existing" => {
                errors.add("next", l.t("後続課題", "Next task"), choose());
                None
            }
            "new" => self.new_task(l, year, agreed, &mut errors).map(Asked::Ready),
            _ => {
                let said = Said::new(
                    "後続課題の登録方法を選んでください。",
                    "Choose how the next task comes about.",
                );
                errors.add("way", l.t("後続課題", "Next task"), said);
                None
            }
        };
        errors.finish(asked.zip(evidence))
    }

    fn new_task(
        &self,
        l: Language,
        year: FiscalYear,
        agreed: Yen,
        errors: &mut FieldErrors,
    ) -> Option<Destination> {
        let title = errors.check("title", l.t("課題名", "Title"), Text::<1000>::parse(&self.title));
        let starts_on = day(&self.starts_on).and_then(|starts| near(starts, year));
        let starts_on = errors.check("starts_on", l.t("開始日", "Start"), starts_on);
        let ends_on = errors.check("ends_on", l.t("終了日", "End"), day(&self.ends_on));
        if let (Some(starts), Some(ends)) = (starts_on, ends_on)
            && let Some(said) = length_refusal(starts, ends)
        {
            errors.add("ends_on", l.t("終了日", "End"), said);
        }
        let amount = amount(&self.amount).and_then(|typed| first_year(typed, agreed));
        let amount = errors.check("amount", l.t("初年度の契約額", "Amount of the first year"), amount);
        Some(Destination::New {
            title_ja: title?.into_string(),
            starts_on: starts_on?,
            ends_on: ends_on?,
            amount: amount?,
        })
    }
}

fn choose() -> Said {
    Said::new(
        "受入事業の課題を選ぶか、番号を入力してください。",
        "Choose a task of the receiving program, or enter its number.",
    )
}

/// The contract of the first year, within what both sides agreed to.
fn first_year(typed: Option<Yen>, agreed: Yen) -> Result<Yen, Said> {
    let yen = typed.ok_or_else(|| {
        Said::new("百万円単位の数で入力してください（例：45.5）。", "Enter million yen, such as 45.5.")
    })?;
    if yen <= agreed {
        return Ok(yen);
    }
    let most = millions(agreed);
    Err(Said::new(
        format!("合意した額（{most}百万円）以下で入力してください。増額は予算の移替または調整費で行います。"),
        format!("Enter no more than was agreed (JPY {most} M); more comes by a slip or the adjustment fund."),
    ))
}

/// A start counts in its fiscal year: it lies about the year in which the session's calls start.
fn near(starts: NaiveDate, year: FiscalYear) -> Result<NaiveDate, Said> {
    let about = year.plus(-1).first_day()..=year.plus(2).last_day();
    if about.contains(&starts) {
        return Ok(starts);
    }
    Err(Said::new(
        format!("受入年度（{}）の1年前から2年後までの日付で入力してください。", year.japanese()),
        format!("Enter a date from one year before to two years after {}.", year.english()),
    ))
}

/// Why a task cannot end then.
fn length_refusal(starts: NaiveDate, ends: NaiveDate) -> Option<Said> {
    if ends < starts {
        return Some(Said::new("開始日以後にしてください。", "It must not lie before the start."));
    }
    let latest = starts.checked_add_months(Months::new(12 * MOST_YEARS))?;
    (ends > latest).then(|| {
        Said::new(
            format!("開始日から{MOST_YEARS}年以内にしてください。"),
            format!("It must lie within {MOST_YEARS} years of the start."),
        )
    })
}

fn day(text: &str) -> Result<NaiveDate, Said> {
    text.trim()
        .parse()
        .map_err(|_| Said::new("2027-04-01 のように入力してください。", "Enter a date such as 2027-04-01."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_task_starts_about_the_receiving_year_and_ends_in_time() {
        let year = FiscalYear::new(2027).unwrap();
        let cases = [
            ("2027-04-01", "2030-03-31", None),
            ("2026-04-01", "2036-04-01", None),
            ("2030-03-31", "2030-03-31", None),
            ("2026-03-31", "2030-03-31", Some("starts_on")),
            ("2030-04-01", "2031-03-31", Some("starts_on")),
            ("1900-04-01", "2999-03-31", Some("starts_on")),
            ("2027-04-01", "2027-03-31", Some("ends_on")),
            ("2027-04-01", "2037-04-02", Some("ends_on")),
            ("2027-04-01", "2999-03-31", Some("ends_on")),
        ];
        for (starts, ends, wrong) in cases {
            let form = TransferForm {
                way: "new".to_owned(),
                title: "後続課題".to_owned(),
                starts_on: starts.to_owned(),
                ends_on: ends.to_owned(),
                amount: "14.5".to_owned(),
                evidence: "採択通知".to_owned(),
                ..TransferForm::default()
            };
            let errors = form.parse(Language::Ja, year, Yen(14_500_000)).err();
            assert!(form.parse(Language::Ja, year, Yen(14_499_999)).is_err(), "more than was agreed");
            let found = wrong.is_none_or(|field| {
                errors.as_ref().is_some_and(|errors| errors.at(field, &Language::Ja).is_some())
            });
            assert!(errors.is_some() == wrong.is_some() && found, "{starts} {ends}");
        }
    }
}
