//! Text to typed values: a meeting, its agenda, the place and minutes of an item.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use crate::gates::ReviewId;
use crate::kernel::clock::JST;
use crate::kernel::text::nfkc;
use crate::kernel::{Language, Said, Text};
use crate::web::FieldErrors;

use super::queries::{Candidate, MeetingFields, NewItem};

/// Items of one meeting at most.
pub const MOST_ITEMS: usize = 60;

/// A meeting and the tasks to be put on its agenda, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MeetingForm {
    pub key: String,
    pub version: String,
    pub name_ja: String,
    pub name_en: String,
    pub program: String,
    pub held_on: String,
    pub held_time: String,
    pub place: String,
    /// Task numbers, one a line; `NUMBER:CODE` names the gate too.
    pub tasks: String,
    /// Gates ticked in the calendar: `TASK:CODE`.
    pub task: Vec<String>,
    /// Code of a template for all of them; empty: what falls due for each.
    pub template: String,
    pub minutes: String,
}

/// A task as it is named, and the gate it is to be judged at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub task: String,
    /// Code of a template; none: what falls due.
    pub gate: Option<String>,
}

impl MeetingForm {
    /// Name, time and place. `program`: what the chosen host was found to be.
    pub fn fields(
        &self,
        program: Result<Option<uuid::Uuid>, Said>,
        errors: &mut FieldErrors,
        l: Language,
    ) -> Option<MeetingFields> {
        let name_ja = errors.check("name_ja", l.t("会議名", "Name"), Text::<200>::parse(&self.name_ja));
        let name_en = errors.check(
            "name_en",
            l.t("会議名（英語）", "Name in English"),
            Text::<200>::optional(&self.name_en),
        );
        let program = errors.check("program", l.t("主催", "Host"), program);
        let day = errors.check("held_on", l.t("開催日", "Date"), parse_day(&self.held_on));
        let time = errors.check("held_time", l.t("開始時刻", "Begins at"), parse_time(&self.held_time));
        let place = errors.check("place", l.t("場所", "Place"), Text::<200>::optional(&self.place));
        Some(MeetingFields {
            name_ja: name_ja?.into_string(),
            name_en: name_en?.map(Text::into_string),
            program: program?,
            held_at: moment(day?, time?)?,
            place: place?.map(Text::into_string),
        })
    }

    /// The named tasks, in the order typed, each once, with the gate where one is named.
    pub fn named(&self) -> Vec<Named> {
        let typed = self.tasks.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，'));
        let mut named: Vec<Named> = Vec::new();
        for typed in self.task.iter().map(String::as_str).chain(typed) {
            let typed = nfkc(typed.trim()).to_lowercase();
            let (task, gate) = match typed.split_once(':') {
                Some((task, gate)) => (task.to_owned(), Some(gate.to_owned())),
                None => (typed, None),
            };
            let named_here = Named { task, gate };
            if !named_here.task.is_empty() && !named.contains(&named_here) {
                named.push(named_here);
            }
        }
        named
    }

    /// The items for what was found; `gates`: the versions in force by the code of their template. What was not found, or
    /// has no gate due, is named at the field.
    pub fn items(
        &self,
        found: &[Candidate],
        gates: &HashMap<String, uuid::Uuid>,
        errors: &mut FieldErrors,
        l: Language,
    ) -> Vec<NewItem> {
        let label = l.t("課題", "Tasks");
        let named = self.named();
        let chosen = gates.get(&self.template).copied();
        let minutes = parse_minutes(if self.minutes.trim().is_empty() { "10" } else { &self.minutes });
        let minutes = errors.check("minutes", l.t("1件の分数", "Minutes per item"), minutes).unwrap_or(10);
        if named.len() > MOST_ITEMS {
            let said = Said::new(
                format!("{}件あります。1回の会議は{MOST_ITEMS}件までです。", named.len()),
                format!("There are {}; a meeting takes at most {MOST_ITEMS}.", named.len()),
            );
            errors.add("tasks", label, said);
        }
        let missing: Vec<&str> = named
            .iter()
            .map(|n| n.task.as_str())
            .filter(|task| !found.iter().any(|c| c.number == *task))
            .collect();
        if !missing.is_empty() {
            let list = missing.join("、");
            let said = Said::new(
                format!(
                    "議題にできない課題があります：{list}。番号を確認してください（利益相反のある課題は選べません）。"
                ),
                format!(
                    "Cannot be put on the agenda: {list}. Check the numbers; tasks you are in conflict with cannot be chosen."
                ),
            );
            errors.add("tasks", label, said);
        }
        let mut items = Vec::new();
        for Named { task: name, gate } in &named {
            let Some(candidate) = found.iter().find(|c| c.number == *name) else { continue };
            let named = gate.as_ref().and_then(|code| gates.get(code)).copied();
            if let (Some(code), None) = (gate, named) {
                let said = Said::new(
                    format!("{name}：「{code}」というゲートの種類はありません。"),
                    format!("{name}: there is no gate “{code}”."),
                );
                errors.add("tasks", label, said);
                continue;
            }
            match candidate.reopened_version.or(named).or(chosen).or(candidate.due_version) {
                Some(version) => items.push(NewItem {
                    id: ReviewId::new(),
                    task: candidate.task_id,
                    version,
                    minutes,
                    reopening: candidate.reopening,
                }),
                None => {
                    let said = Said::new(
                        format!("{name}：期限の来るゲートがありません。評価の種類を選んでください。"),
                        format!("{name}: no gate falls due. Choose which one to judge."),
                    );
                    errors.add("tasks", label, said);
                }
            }
        }
        items
    }
}

/// One field of an item.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemForm {
    pub to: String,
    pub minutes: String,
}

pub fn parse_minutes(raw: &str) -> Result<i16, Said> {
    nfkc(raw.trim())
        .parse()
        .ok()
        .filter(|n| (1..=240).contains(n))
        .ok_or_else(|| Said::new("1～240の整数を入力してください。", "Enter a whole number from 1 to 240."))
}

/// A day as people type it: 2026-10-07 or 2026/10/7.
pub fn parse_day(raw: &str) -> Result<NaiveDate, Said> {
    let text = nfkc(raw.trim()).replace(['/', '.'], "-");
    NaiveDate::parse_from_str(&text, "%Y-%m-%d")
        .map_err(|_| Said::new("日付は 2026-10-07 の形で入力してください。", "Write the date as 2026-10-07."))
}

fn parse_time(raw: &str) -> Result<NaiveTime, Said> {
    let text = nfkc(raw.trim());
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| Said::new("時刻は 13:30 の形で入力してください。", "Write the time as 13:30."))
}

fn moment(day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
    day.and_time(time).and_local_timezone(JST).single().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_named_in_any_spelling_and_only_once() {
        let form = MeetingForm {
            tasks: "２５ama123456\n25AMA123456、x1".to_owned(),
            task: vec!["id-1".to_owned()],
            ..MeetingForm::default()
        };
        let at = |task: &str, gate: Option<&str>| Named { task: task.into(), gate: gate.map(str::to_owned) };
        assert_eq!(form.named(), [at("id-1", None), at("25ama123456", None), at("x1", None)]);
        let form = MeetingForm {
            tasks: "25AMA123456：ex-post\nx1:mid-term x1:mid-term".into(),
            ..MeetingForm::default()
        };
        assert_eq!(form.named(), [at("25ama123456", Some("ex-post")), at("x1", Some("mid-term"))]);
    }

    #[test]
    fn days_and_times_are_read_as_typed() {
        assert_eq!(parse_day("2026/10/7").unwrap().to_string(), "2026-10-07");
        assert!(parse_day("10月7日").is_err());
        assert!(parse_time("25:00").is_err());
        assert_eq!(parse_minutes("１５"), Ok(15));
        assert!(parse_minutes("0").is_err());
    }
}
