//! The history of a task, from the audit, in words.

use serde_json::Value;

use crate::imports;
use crate::kernel::Language;

use super::model::Entry;

/// One entry as it is shown.
pub struct Event {
    pub at: chrono::DateTime<chrono::Utc>,
    pub actor: String,
    pub what: String,
    pub changes: Vec<Change>,
}

/// A field before and after.
pub struct Change {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// Entries in words, newest first.
pub fn events(entries: &[Entry], l: Language) -> Vec<Event> {
    entries
        .iter()
        .map(|entry| Event {
            at: entry.at,
            actor: entry.actor.clone(),
            what: what(entry, l),
            changes: changes(entry, l),
        })
        .collect()
}

fn what(entry: &Entry, l: Language) -> String {
    let what = action(&entry.action, l);
    if !is_import(entry) {
        return what;
    }
    let details = &entry.details;
    let mut parts = vec![details["file"].as_str().unwrap_or_default().to_owned()];
    if let Some(row) = details["row"].as_i64() {
        parts.push(format!("{}{row}{}", l.t("", "row "), l.t("行目", "")));
    }
    if details["new"] == true {
        parts.push(l.t("この行で課題を登録", "the row made the task").to_owned());
    }
    if let Some(lines) = details["payments"].as_i64() {
        parts.push(format!("{}{lines}{}", l.t("支払行", "payment lines: "), l.t("件", "")));
    }
    let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    if parts.is_empty() {
        what
    } else {
        format!("{what}{}{}", l.t("：", ": "), parts.join(l.t("、", ", ")))
    }
}

fn is_import(entry: &Entry) -> bool {
    matches!(entry.action.as_str(), "task.import" | "task.import_undone")
}

fn action(code: &str, l: Language) -> String {
    match code {
        "task.edit" => l.t("課題を編集", "Edited the task"),
        "task.import" => l.t("ファイルから取込", "Imported from a file"),
        "task.import_undone" => l.t("取込を取消", "Took back an import"),
        "task.tag" => l.t("タグの候補を採用", "Accepted suggested tags"),
        "task.tag.undo" => l.t("タグの採用を取消", "Took back accepted tags"),
        "task.merge" => l.t("同一の課題を統合", "Merged the same task"),
        "task.merge.undo" => l.t("統合を取消", "Took back a merge"),
        "opinion.post" => l.t("意見を投稿", "Posted an opinion"),
        "opinion.withdraw" => l.t("意見を取下げ", "Withdrew an opinion"),
        "exit_strategy.edit" => l.t("出口戦略を編集", "Edited the exit strategy"),
        "milestone.create" => l.t("マイルストーンを追加", "Added a milestone"),
        "milestone.edit" => l.t("マイルストーンを編集", "Edited a milestone"),
        "milestone.due" => l.t("マイルストーンの期日を変更", "Moved the due date of a milestone"),
        "milestone.report" => l.t("マイルストーンの達成を報告", "Reported a milestone as met"),
        "milestone.accept" => l.t("マイルストーンの達成を確認", "Accepted a milestone as met"),
        "milestone.return" => l.t("マイルストーンの達成報告を差戻し", "Returned the report of a milestone"),
        "milestone.close" => l.t("マイルストーンを未達・取りやめに", "Closed a milestone"),
        "milestone.reopen" => l.t("マイルストーンを予定に戻した", "Planned a milestone again"),
        "milestone.wait.add" => l.t("先行マイルストーンを登録", "Let a milestone wait for another"),
        "milestone.wait.remove" => l.t("先行マイルストーンを外した", "Took a wait away"),
        "milestone.evidence.add" => l.t("マイルストーンの根拠を登録", "Added evidence to a milestone"),
        "milestone.evidence.withdraw" => {
            l.t("マイルストーンの根拠を取下げ", "Withdrew evidence of a milestone")
        }
        other => other,
    }
    .to_owned()
}

fn changes(entry: &Entry, l: Language) -> Vec<Change> {
    let details = &entry.details;
    let (Some(before), Some(after)) = (details["before"].as_object(), details["after"].as_object()) else {
        return Vec::new();
    };
    after
        .iter()
        .map(|(field, value)| Change {
            label: label(entry, field, l),
            before: text(before.get(field).unwrap_or(&Value::Null), l),
            after: text(value, l),
        })
        .collect()
}

fn label(entry: &Entry, field: &str, l: Language) -> String {
    if !is_import(entry) {
        return super::super::edit::forms::label(field, l).to_owned();
    }
    // A field of an import, and behind a blank the fiscal year it is of.
    let (code, year) = field.split_once(' ').map_or((field, None), |(code, year)| (code, Some(year)));
    let name = imports::Field::from_code(code).map_or(code, |f| f.name(l));
    match year {
        Some(year) => format!("{name} {year}{}", l.t("年度", "")),
        None => name.to_owned(),
    }
}

fn text(value: &Value, l: Language) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => l.t("はい", "Yes").to_owned(),
        Value::Bool(false) => l.t("いいえ", "No").to_owned(),
        Value::Array(parts) => parts.iter().map(|p| text(p, l)).collect::<Vec<_>>().join(l.t("、", ", ")),
        other => other.to_string(),
    }
}
