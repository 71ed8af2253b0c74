//! Text to typed values: a decision with its follow-ups.

use serde::Deserialize;
use uuid::Uuid;

use crate::gates::meetings::forms::parse_day;
use crate::gates::model::words::Need;
use crate::gates::model::{Disposition, Outcome};
use crate::kernel::{Language, Said, Text};
use crate::web::FieldErrors;

use super::queries::{Closer, NewCondition, NewDecision};

/// Lines of conditions that the form offers.
pub const CONDITION_LINES: usize = 5;
/// Lines of dispositions.
pub const DISPOSITION_LINES: usize = 3;

/// A decision as typed; repeated fields are lists of one length.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    pub outcome: String,
    pub statement: String,
    pub nonpublic_statement: String,
    pub outside_evidence: String,
    pub receiving_program: String,
    pub condition_text: Vec<String>,
    pub condition_needed: Vec<String>,
    pub condition_due: Vec<String>,
    pub condition_closer: Vec<String>,
    pub disposition_kind: Vec<String>,
    pub disposition_text: Vec<String>,
}

impl DecisionForm {
    /// The decision. `program`: what the receiving program was found to be; `today`: conditions fall due later.
    pub fn parse(
        &self,
        program: Option<Uuid>,
        closers: &[Closer],
        alone: bool,
        today: chrono::NaiveDate,
        l: Language,
    ) -> Result<NewDecision, FieldErrors> {
        let mut errors = FieldErrors::new();
        let outcome = Outcome::from_code(&self.outcome)
            .ok_or_else(|| Said::new("結論を選んでください。", "Choose the outcome."));
        let outcome = errors.check("outcome", l.t("結論", "Outcome"), outcome);
        let statement = errors.check(
            "statement",
            l.t("決定文（公開）", "Decision, public"),
            Text::<4000>::parse(&self.statement),
        );
        let nonpublic = errors.check(
            "nonpublic_statement",
            l.t("決定文（非公開）", "Decision, not public"),
            Text::<4000>::optional(&self.nonpublic_statement),
        );
        let need = outcome.map_or(Need::Nothing, Outcome::needs);
        let evidence = Text::<2000>::optional(&self.outside_evidence);
        let evidence =
            errors.check("outside_evidence", l.t("確認した外部資料", "Outside evidence"), evidence).flatten();
        if alone && evidence.is_none() {
            errors.add(
                "outside_evidence",
                l.t("確認した外部資料", "Outside evidence"),
                crate::gates::model::Refusal::MissingEvidence.said(),
            );
        }
        if need == Need::ReceivingProgram && program.is_none() {
            errors.add(
                "receiving_program",
                l.t("移行先の事業", "Receiving program"),
                crate::gates::model::Refusal::MissingProgram.said(),
            );
        }
        let conditions = if need == Need::Conditions {
            self.conditions(closers, today, &mut errors, l)
        } else {
            Vec::new()
        };
        let dispositions =
            if need == Need::Disposition { self.dispositions(&mut errors, l) } else { Vec::new() };
        let decision =
            outcome.zip(statement).zip(nonpublic).map(|((outcome, statement), nonpublic)| NewDecision {
                id: Uuid::now_v7(),
                outcome,
                alone,
                proposed: None,
                score_tenths: None,
                statement: statement.into_string(),
                nonpublic_statement: nonpublic.map(Text::into_string).unwrap_or_default(),
                outside_evidence: evidence.map(Text::into_string),
                receiving_program: program.filter(|_| need == Need::ReceivingProgram),
                conditions,
                dispositions,
            });
        errors.finish(decision)
    }

    fn conditions(
        &self,
        closers: &[Closer],
        today: chrono::NaiveDate,
        errors: &mut FieldErrors,
        l: Language,
    ) -> Vec<NewCondition> {
        let at = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
        let mut found = Vec::new();
        for n in 0..self.condition_text.len().min(CONDITION_LINES) {
            let (text, needed) = (at(&self.condition_text, n), at(&self.condition_needed, n));
            let (due, closer) = (at(&self.condition_due, n), at(&self.condition_closer, n));
            if [&text, &needed, &due].iter().all(|t| t.trim().is_empty()) {
                continue;
            }
            let label = |what: &str| format!("{}{} {what}", l.t("条件", "Condition "), n + 1);
            let text = errors.check(
                &format!("condition_text-{n}"),
                &label(l.t("条件", "text")),
                Text::<1000>::parse(&text),
            );
            let needed = errors.check(
                &format!("condition_needed-{n}"),
                &label(l.t("必要な証拠", "evidence")),
                Text::<500>::parse(&needed),
            );
            let due = parse_day(&due).and_then(|day| {
                if day > today {
                    Ok(day)
                } else {
                    Err(Said::new(
                        "期限は明日以後の日付にしてください。",
                        "The due date must lie in the future.",
                    ))
                }
            });
            let due = errors.check(&format!("condition_due-{n}"), &label(l.t("期限", "due date")), due);
            let closer = closers.iter().find(|c| c.id.to_string() == closer).map(|c| c.id);
            let closer = closer.ok_or_else(|| Said::new("確認者を選んでください。", "Choose who closes it."));
            let closer =
                errors.check(&format!("condition_closer-{n}"), &label(l.t("確認者", "closer")), closer);
            if let (Some(text), Some(needed), Some(due_on), Some(closer)) = (text, needed, due, closer) {
                found.push(NewCondition {
                    text: text.into_string(),
                    needed: needed.into_string(),
                    due_on,
                    closer,
                });
            }
        }
        if found.is_empty() && errors.is_empty() {
            errors.add(
                "condition_text-0",
                l.t("条件", "Conditions"),
                crate::gates::model::Refusal::MissingConditions.said(),
            );
        }
        found
    }

    fn dispositions(&self, errors: &mut FieldErrors, l: Language) -> Vec<(Disposition, String)> {
        let mut found = Vec::new();
        for n in 0..self.disposition_text.len().min(DISPOSITION_LINES) {
            let text = self.disposition_text.get(n).map(String::as_str).unwrap_or_default();
            let kind = self.disposition_kind.get(n).map(String::as_str).unwrap_or_default();
            if text.trim().is_empty() && kind.is_empty() {
                continue;
            }
            let label = format!("{}{}", l.t("成果の取扱い", "Disposition "), n + 1);
            let kind = Disposition::from_code(kind)
                .ok_or_else(|| Said::new("取扱いを選んでください。", "Choose the disposition."));
            let kind = errors.check(&format!("disposition_kind-{n}"), &label, kind);
            let text = errors.check(&format!("disposition_text-{n}"), &label, Text::<2000>::parse(text));
            if let (Some(kind), Some(text)) = (kind, text) {
                found.push((kind, text.into_string()));
            }
        }
        if found.is_empty() && errors.is_empty() {
            errors.add(
                "disposition_kind-0",
                l.t("成果の取扱い", "What becomes of the results"),
                crate::gates::model::Refusal::MissingDisposition.said(),
            );
        }
        found
    }
}

/// The small forms of a review's page; each field is named once.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StepForm {
    pub choice: String,
    pub waiting_for: String,
    pub waiting_until: String,
    pub reason: String,
    pub approved: String,
    pub answer: String,
    /// An adviser's words.
    pub body: String,
    /// Why the item leaves the run list.
    pub withdrawal: String,
}

/// What a field of [`StepForm`] is called.
pub fn label(field: &str, l: Language) -> &'static str {
    match field {
        "choice" => l.t("自分の票", "My vote"),
        "waiting_for" => l.t("待っている資料", "What is waited for"),
        "waiting_until" => l.t("見込み", "Expected on"),
        "reason" => l.t("再審議の理由", "Reason of the reopening"),
        "answer" => l.t("PDの回答の理由", "Your reason"),
        "body" => l.t("助言", "Advice"),
        "withdrawal" => l.t("取り下げの理由", "Reason of the withdrawal"),
        _ => l.t("入力", "Input"),
    }
}
