//! Text to typed values: the upload, what a person says about tables and names, and the consent to apply.

use std::collections::BTreeMap;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use uuid::Uuid;

use crate::budget::corrections::{ChosenProgram, Corrections, Extent, TableCorrection};
use crate::budget::model::Stage;
use crate::budget::names::normal;
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Language, Said};
use crate::web::FieldErrors;

/// The file of an upload form: its name and bytes; nothing where none was chosen.
pub async fn uploaded(mut form: Multipart) -> Result<Option<(String, Vec<u8>)>, MultipartError> {
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            let sent = field.file_name().unwrap_or_default();
            let bare = sent.rsplit(['/', '\\']).next().unwrap_or_default();
            let name: String = bare.chars().filter(|c| !c.is_control()).take(200).collect();
            let bytes = field.bytes().await?;
            if name.is_empty() && bytes.is_empty() {
                return Ok(None);
            }
            let name = if name.is_empty() { "file".to_owned() } else { name };
            return Ok(Some((name, bytes.to_vec())));
        }
    }
    Ok(None)
}

/// The codes of units in forms.
pub const UNITS: [(&str, YenUnit); 4] = [
    ("yen", YenUnit::Yen),
    ("thousand", YenUnit::Thousand),
    ("million", YenUnit::Million),
    ("oku", YenUnit::Oku),
];

/// The code of a unit.
pub fn unit_code(unit: YenUnit) -> &'static str {
    UNITS.iter().find(|(_, u)| *u == unit).map_or("", |(code, _)| code)
}

/// What was typed about tables and names, put over what was said before. Tables that the form does not show stay.
///
/// Fields: `anchor-N` names table N; `skip-N`, `unit-N`, `year-N`, `stage-N`, `round-N`, `column-N-C` speak of it;
/// `name-N` is a name of the file and `program-N` the program chosen for it.
pub fn corrections(
    l: Language,
    pairs: &[(String, String)],
    before: &Corrections,
) -> Result<Corrections, FieldErrors> {
    let typed: BTreeMap<&str, &str> = pairs.iter().map(|(k, v)| (k.as_str(), v.trim())).collect();
    let get = |name: String| typed.get(name.as_str()).copied().filter(|v| !v.is_empty());
    let mut errors = FieldErrors::new();
    let mut out = before.clone();
    for (field, anchor) in typed.iter().filter_map(|(k, v)| Some((k.strip_prefix("anchor-")?, *v))) {
        let mut said =
            TableCorrection { skip: get(format!("skip-{field}")).is_some(), ..TableCorrection::default() };
        said.unit =
            get(format!("unit-{field}")).and_then(|c| UNITS.iter().find(|(code, _)| *code == c)).map(|u| u.1);
        said.stage = get(format!("stage-{field}")).and_then(Stage::from_code);
        if let Some(text) = get(format!("year-{field}")) {
            let year = text.parse::<FiscalYear>();
            said.year = errors.check(
                &format!("year-{field}"),
                l.t("年度", "Fiscal year"),
                year.map_err(|_| unreadable_year(text)),
            );
        }
        if let Some(text) = get(format!("round-{field}")) {
            let round = text.parse::<u8>().ok().filter(|n| (1..=20).contains(n));
            let wrong = || Said::new("1から20までの数字で入力してください。", "Write a number from 1 to 20.");
            said.round = errors.check(&format!("round-{field}"), l.t("回", "Round"), round.ok_or_else(wrong));
        }
        let prefix = format!("column-{field}-");
        for (name, heading) in &typed {
            if let Some(column) = name.strip_prefix(&prefix).and_then(|c| c.parse::<u32>().ok())
                && !heading.is_empty()
            {
                said.columns.insert(column, heading.chars().take(100).collect());
            }
        }
        if said.is_empty() {
            out.tables.remove(anchor);
        } else {
            out.tables.insert(anchor.to_owned(), said);
        }
    }
    for (field, name) in typed.iter().filter_map(|(k, v)| Some((k.strip_prefix("name-")?, *v))) {
        match get(format!("program-{field}")).map(str::parse::<Uuid>) {
            Some(Ok(id)) => {
                out.programs.insert(normal(name), ChosenProgram { id, name: name.to_owned() });
            }
            _ => {
                out.programs.remove(&normal(name));
            }
        }
    }
    errors.finish(Some(out))
}

fn unreadable_year(text: &str) -> Said {
    Said::new(
        format!("「{text}」は年度として読めません。R8、令和8年度、2026のように入力してください。"),
        format!("“{text}” is not a fiscal year. Write R8, 令和8年度 or 2026."),
    )
}

/// How much of a slot the file speaks for, as chosen.
pub fn extent(text: &str) -> Option<Extent> {
    match text {
        "whole" => Some(Extent::Whole),
        "part" => Some(Extent::Part),
        _ => None,
    }
}

/// The consent as typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ConsentForm {
    pub version: String,
    pub fingerprint: String,
    pub reason: String,
    /// Ticked where warnings stand.
    pub seen: String,
}

impl ConsentForm {
    /// The reason, where one is needed, and the tick, where warnings stand.
    pub fn parse(&self, l: Language, needs_reason: bool, warnings: usize) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::new();
        let reason: String = self.reason.trim().chars().take(500).collect();
        if needs_reason && reason.is_empty() {
            let said = Said::new(
                "有効な版を置き換えるため、理由を入力してください（例：文科省分の訂正）。",
                "A version in force is replaced: say why (for example: corrected figures of one ministry).",
            );
            errors.add("reason", l.t("理由", "Reason"), said);
        }
        if warnings > 0 && self.seen.is_empty() {
            let said = Said::new(
                "警告を確認し、チェックを付けてください。",
                "Look at the warnings and tick the box.",
            );
            errors.add("seen", l.t("警告の確認", "Warnings seen"), said);
        }
        errors.finish(Some(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn what_is_said_of_a_table_replaces_what_was_said_before() {
        let form = pairs(&[
            ("anchor-0", "予算!A4"),
            ("unit-0", "thousand"),
            ("year-0", "Ｒ８"),
            ("column-0-3", "医薬品"),
            ("column-0-4", " "),
        ]);
        let said = corrections(Language::Ja, &form, &Corrections::default()).unwrap();
        let table = &said.tables["予算!A4"];
        assert_eq!((table.unit, table.year), (Some(YenUnit::Thousand), FiscalYear::new(2026).ok()));
        assert_eq!(table.columns, [(3, "医薬品".to_owned())].into());
        let cleared =
            corrections(Language::Ja, &pairs(&[("anchor-0", "予算!A4"), ("unit-0", "")]), &said).unwrap();
        assert!(cleared.tables.is_empty());
        let elsewhere = corrections(Language::Ja, &pairs(&[("anchor-0", "別!A1")]), &said).unwrap();
        assert_eq!(elsewhere.tables.len(), 1);
    }

    #[test]
    fn a_year_that_is_none_is_told_at_its_field() {
        let errors = corrections(
            Language::En,
            &pairs(&[("anchor-1", "x!A1"), ("year-1", "soon")]),
            &Corrections::default(),
        )
        .unwrap_err();
        assert!(errors.at("year-1", &Language::En).unwrap().contains("soon"));
    }
}
