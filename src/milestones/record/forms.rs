//! Text to typed values: a milestone, and its moves.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::{Language, Said, Text};
use crate::milestones::types::Types;
use crate::milestones::{MilestoneId, Reason, State};
use crate::web::FieldErrors;

use super::model::{Milestone, OwnerId};

/// Reads 2026-03-31, 2026/3/31 or 2026.3.31, full-width too, in the fiscal years the house knows.
pub fn parse_date(raw: &str) -> Result<NaiveDate, Said> {
    let text = crate::kernel::text::nfkc(raw.trim()).replace(['/', '.'], "-");
    if text.is_empty() {
        return Err(Said::new("日付を入力してください。", "Enter a date."));
    }
    let first = NaiveDate::from_ymd_opt(1990, 4, 1);
    let last = NaiveDate::from_ymd_opt(2100, 3, 31);
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
    day.filter(|d| Some(*d) >= first && Some(*d) <= last).ok_or_else(|| {
        Said::new(
            "日付として読めません。2026-03-31 のように、1990～2100年の実在する日を入力してください。",
            "It is not a date: enter a day from 1990 to 2100 as in 2026-03-31.",
        )
    })
}

/// The form of a milestone as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MilestoneForm {
    pub key: String,
    pub version: String,
    /// Code of the type.
    #[serde(rename = "type")]
    pub kind: String,
    pub detail: String,
    pub due_on: String,
    pub owner: String,
}

/// What is written of type, detail and owner.
#[derive(Clone, Debug)]
pub struct MilestoneFields {
    pub type_id: i16,
    pub detail: Option<Text<300>>,
    pub owner: OwnerId,
}

pub fn label_type(l: Language) -> &'static str {
    l.t("種類", "Type")
}
pub fn label_detail(l: Language) -> &'static str {
    l.t("内容", "Detail")
}
pub fn label_due(l: Language) -> &'static str {
    l.t("期日", "Due date")
}
pub fn label_owner(l: Language) -> &'static str {
    l.t("担当者", "Owner")
}
pub fn label_reason(l: Language) -> &'static str {
    l.t("理由", "Reason")
}
pub fn label_remark(l: Language) -> &'static str {
    l.t("理由の説明", "Reason in words")
}
pub fn label_met(l: Language) -> &'static str {
    l.t("達成日", "Day it was met")
}
pub fn label_evidence(l: Language) -> &'static str {
    l.t("根拠の説明", "What shows it")
}

impl MilestoneForm {
    pub fn of(m: &Milestone, types: &Types) -> Self {
        Self {
            key: String::new(),
            version: m.version.to_string(),
            kind: types.find(m.type_id).map(|t| t.code.clone()).unwrap_or_default(),
            detail: m.detail.clone().unwrap_or_default(),
            due_on: m.due_on.to_string(),
            owner: m.owner.code(),
        }
    }

    /// Reads type, detail and owner; `owners` are those whom the form offers.
    pub fn fields(
        &self,
        l: Language,
        types: &Types,
        owners: &[OwnerId],
        errors: &mut FieldErrors,
    ) -> Option<MilestoneFields> {
        let unknown = || Said::new("一覧から選んでください。", "Choose one of the list.");
        let kind = types.by_code(&self.kind).map(|t| t.id).ok_or_else(unknown);
        let type_id = errors.check("type", label_type(l), kind);
        let detail = errors.check("detail", label_detail(l), Text::optional(&self.detail));
        let owner = OwnerId::from_code(&self.owner).filter(|o| owners.contains(o)).ok_or_else(unknown);
        let owner = errors.check("owner", label_owner(l), owner);
        Some(MilestoneFields { type_id: type_id?, detail: detail?, owner: owner? })
    }

    /// Reads all, with the due date.
    pub fn parse(
        &self,
        l: Language,
        types: &Types,
        owners: &[OwnerId],
    ) -> Result<(MilestoneFields, NaiveDate), FieldErrors> {
        let mut errors = FieldErrors::new();
        let fields = self.fields(l, types, owners, &mut errors);
        let due_on = errors.check("due_on", label_due(l), parse_date(&self.due_on));
        errors.finish(fields.zip(due_on))
    }
}

/// The forms of the page of a milestone, as typed; names of fields are unique over all of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    pub key: String,
    pub version: String,
    pub due_on: String,
    pub due_reason: String,
    pub due_remark: String,
    pub met_on: String,
    pub report_body: String,
    pub accept_remark: String,
    pub return_remark: String,
    pub close_state: String,
    pub close_reason: String,
    pub close_remark: String,
    pub reopen_reason: String,
    pub reopen_remark: String,
    /// Id or address of the milestone to wait for.
    pub needs: String,
    pub lag_days: String,
}

impl MoveForm {
    pub fn version(&self) -> i32 {
        self.version.parse().unwrap_or(0)
    }

    pub fn due(&self, l: Language) -> Result<(NaiveDate, Reason, Text<2000>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let day = errors.check("due_on", label_due(l), parse_date(&self.due_on));
        let reason = errors.check("due_reason", label_reason(l), reason(&self.due_reason, &Reason::OF_DATES));
        let remark = errors.check("due_remark", label_remark(l), Text::parse(&self.due_remark));
        errors.finish(day.zip(reason).zip(remark).map(|((day, reason), remark)| (day, reason, remark)))
    }

    /// The day, and words of evidence where some were typed.
    pub fn report(&self, l: Language) -> Result<(NaiveDate, Option<Text<4000>>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let day = errors.check("met_on", label_met(l), parse_date(&self.met_on));
        let body = errors.check("report_body", label_evidence(l), Text::optional(&self.report_body));
        errors.finish(day.zip(body))
    }

    pub fn acceptance(&self, l: Language) -> Result<Option<Text<2000>>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let remark =
            errors.check("accept_remark", l.t("所見", "Remark"), Text::optional(&self.accept_remark));
        errors.finish(remark)
    }

    pub fn return_(&self, l: Language) -> Result<Text<2000>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let remark = errors.check(
            "return_remark",
            l.t("差戻しの理由", "Why it is returned"),
            Text::parse(&self.return_remark),
        );
        errors.finish(remark)
    }

    pub fn closing(&self, l: Language) -> Result<(State, Reason, Text<2000>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let unknown = || Said::new("未達か取りやめかを選んでください。", "Choose missed or dropped.");
        let state =
            State::from_code(&self.close_state).filter(|s| matches!(s, State::Missed | State::Dropped));
        let state = errors.check("close_state", l.t("状態", "State"), state.ok_or_else(unknown));
        let reason =
            errors.check("close_reason", label_reason(l), reason(&self.close_reason, &Reason::OF_CLOSING));
        let remark = errors.check("close_remark", label_remark(l), Text::parse(&self.close_remark));
        errors.finish(state.zip(reason).zip(remark).map(|((state, reason), remark)| (state, reason, remark)))
    }

    pub fn reopening(&self, l: Language) -> Result<(Reason, Text<2000>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let reason = errors.check(
            "reopen_reason",
            label_reason(l),
            reason(&self.reopen_reason, &Reason::OF_REOPENING),
        );
        let remark = errors.check("reopen_remark", label_remark(l), Text::parse(&self.reopen_remark));
        errors.finish(reason.zip(remark))
    }

    pub fn wait(&self, l: Language) -> Result<(MilestoneId, i16), FieldErrors> {
        let mut errors = FieldErrors::new();
        let id = self.needs.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default().parse();
        let unknown = |_| Said::new("一覧から選んでください。", "Choose one of the list.");
        let needs = errors.check("needs", l.t("先行マイルストーン", "Waits for"), id.map_err(unknown));
        let days = crate::kernel::text::nfkc(self.lag_days.trim());
        let days = if days.is_empty() { Ok(0) } else { days.parse::<i16>() };
        let days = days.ok().filter(|d| (0..=3650).contains(d));
        let wrong =
            || Said::new("0～3650の日数を入力してください。", "Enter a number of days from 0 to 3650.");
        let lag =
            errors.check("lag_days", l.t("間に必要な日数", "Days needed between"), days.ok_or_else(wrong));
        errors.finish(needs.zip(lag))
    }
}

fn reason(code: &str, among: &[Reason]) -> Result<Reason, Said> {
    Reason::from_code(code)
        .filter(|r| among.contains(r))
        .ok_or_else(|| Said::new("一覧から理由を選んでください。", "Choose a reason of the list."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_typed() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 31);
        for raw in ["2026-03-31", "2026/3/31", " ２０２６．３．３１ "] {
            assert_eq!(parse_date(raw).ok(), day, "{raw}");
        }
        for raw in ["", "2026-02-30", "来年", "1989-01-01", "2026-13-01", "99999-01-01"] {
            assert!(parse_date(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_wait_is_named_by_id_or_address() {
        let id = MilestoneId::new();
        for raw in [id.to_string(), format!("/milestones/{id}"), format!("http://host/milestones/{id}/")] {
            let form = MoveForm { needs: raw, lag_days: "３０".to_owned(), ..MoveForm::default() };
            assert_eq!(form.wait(Language::Ja).ok(), Some((id, 30)));
        }
    }
}
