//! Text to typed values: a declared relation.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::text::{fold, nfkc};
use crate::kernel::{ConflictDeclarationId, Language, Said, TaskId, Text};
use crate::web::FieldErrors;
use crate::web::view::Choice;

use super::model::Kind;
use super::queries::NewDeclaration;

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeclarationForm {
    pub key: String,
    pub relation: String,
    pub target: String,
    pub name: String,
    pub erad_number: String,
    pub since: String,
    pub until: String,
    pub remark: String,
}

const TARGETS: [&str; 3] = ["person", "institution", "task"];

impl DeclarationForm {
    pub fn relations(&self, l: Language) -> Vec<Choice> {
        Kind::DECLARED.map(|k| Choice::new(k.code(), k.name(l), k.code() == self.relation)).to_vec()
    }

    pub fn targets(&self, l: Language) -> Vec<Choice> {
        TARGETS
            .into_iter()
            .map(|target| {
                let chosen = target == self.target || (self.target.is_empty() && target == "person");
                Choice::new(target, target_name(target, l), chosen)
            })
            .collect()
    }

    /// The declaration, with the errors of each field; `task` is what the typed number was found to be.
    pub fn parse(&self, task: Option<TaskId>, l: Language) -> Result<NewDeclaration, FieldErrors> {
        let mut errors = FieldErrors::new();
        let relation = Kind::DECLARED.into_iter().find(|k| k.code() == self.relation);
        let relation = errors.check(
            "relation",
            l.t("関係", "Relation"),
            relation.ok_or_else(|| Said::new("関係を選んでください。", "Choose a relation.")),
        );
        let target = TARGETS.into_iter().find(|t| *t == self.target);
        let target = errors.check(
            "target",
            l.t("相手の種類", "With whom or what"),
            target
                .ok_or_else(|| Said::new("相手の種類を選んでください。", "Choose what it is a relation to.")),
        );
        let name = errors.check("name", l.t("相手", "Name"), Text::<200>::parse(&self.name));
        if self.target == "task" && task.is_none() && name.is_some() {
            let said = Said::new(
                "この番号の課題は見つかりません。閲覧できる課題の番号か、研究代表者の氏名で申告してください。",
                "No task with this number is visible to you. Check the number, or declare the lead investigator by name.",
            );
            errors.add("name", l.t("相手", "Name"), said);
        }
        let erad = errors.check(
            "erad_number",
            l.t("e-Rad研究者番号", "e-Rad number"),
            parse_erad(&self.erad_number),
        );
        let since = errors.check("since", l.t("開始日", "Since"), parse_day(&self.since));
        let until = errors.check("until", l.t("終了日", "Until"), parse_day(&self.until));
        if let (Some(Some(since)), Some(Some(until))) = (since, until)
            && until < since
        {
            let said = Said::new("開始日以後にしてください。", "It must not lie before the first day.");
            errors.add("until", l.t("終了日", "Until"), said);
        }
        let remark = errors.check("remark", l.t("内容", "Details"), Text::<1000>::optional(&self.remark));
        let parsed = match (relation, target, name, erad, since, until, remark) {
            (
                Some(relation),
                Some(target),
                Some(name),
                Some(erad),
                Some(since),
                Some(until),
                Some(remark),
            ) => Some(NewDeclaration {
                id: ConflictDeclarationId::new(),
                relation,
                target,
                folded: fold(name.as_str()).replace(' ', ""),
                name: name.into_string(),
                erad_number: erad.filter(|_| target == "person"),
                task: task.filter(|_| target == "task"),
                remark: remark.map(Text::into_string),
                since,
                until,
            }),
            _ => None,
        };
        errors.finish(parsed)
    }
}

/// What a declaration names, in words.
pub fn target_name(target: &str, l: Language) -> &'static str {
    match target {
        "person" => l.t("研究者", "Researcher"),
        "institution" => l.t("機関・企業", "Institution or company"),
        _ => l.t("課題（課題番号）", "Task (by its number)"),
    }
}

fn parse_erad(raw: &str) -> Result<Option<String>, Said> {
    let digits = nfkc(raw.trim());
    if digits.is_empty() {
        return Ok(None);
    }
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Some(digits));
    }
    Err(Said::new("8桁の数字で入力してください。", "Enter its eight digits."))
}

fn parse_day(raw: &str) -> Result<Option<NaiveDate>, Said> {
    let text = nfkc(raw.trim()).replace('/', "-");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| Said::new("日付は 2026-10-07 の形で入力してください。", "Write the date as 2026-10-07."))
}
