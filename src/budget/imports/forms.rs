//! Text to typed values: the upload, what a person says about tables and names, and the consent to apply.

use std::collections::BTreeMap;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use uuid::Uuid;

use crate::budget::corrections::{ChosenProgram, Corrections, Extent, IGNORED, TableCorrection, anchor};
use crate::budget::model::Stage;
use crate::budget::names::normal;
use crate::budget::outline::{self, Outline};
use crate::budget::vocabulary;
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
/// Fields: `anchor-N` names table N; `skip-N`, `unit-N`, `year-N`, `stage-N`, `round-N`, `column-N-C` speak of it, and
/// `head-N`, `body-N`, `span-N` say where it lies; with `new` for N they add a table to the sheet named by `sheet`.
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
    let shown = typed.iter().filter_map(|(k, v)| Some((k.strip_prefix("anchor-")?, *v)));
    let added = typed.get("sheet").map(|_| (ADDED, ""));
    for (field, anchor) in shown.chain(added) {
        let mut said =
            TableCorrection { skip: get(format!("skip-{field}")).is_some(), ..TableCorrection::default() };
        said.outline = outline_of(l, &get, field, &mut errors);
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
                if !is_heading(heading) {
                    errors.add(name, l.t("正しい見出し", "Right heading"), unknown_heading(heading));
                }
                said.columns.insert(column, heading.chars().take(100).collect());
            }
        }
        let sheet =
            if field == ADDED { typed.get("sheet").copied().unwrap_or_default() } else { sheet_of(anchor) };
        let anchor = match &said.outline {
            Some(outline) if field == ADDED => self::anchor(sheet, outline.top(), outline.left()),
            None if field == ADDED => continue,
            _ => anchor.to_owned(),
        };
        if let Some(outline) = &said.outline
            && let Some(other) = met(&out, (sheet, if field == ADDED { "" } else { &anchor }), outline)
        {
            errors.add(&format!("head-{field}"), l.t("範囲", "Range"), overlapping(other));
        }
        let outlined_before = out.tables.get(&anchor).is_some_and(|t| t.outline.is_some());
        // What was said about a table that is outlined no longer spoke of those rows and columns.
        if said.is_empty() || (outlined_before && said.outline.is_none()) {
            out.tables.remove(&anchor);
        } else {
            out.tables.insert(anchor, said);
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

/// The field of a table that is added.
const ADDED: &str = "new";

fn sheet_of(anchor: &str) -> &str {
    anchor.rsplit_once('!').map_or("", |(sheet, _)| sheet)
}

/// Another outlined table of the sheet that would take the same cells.
fn met<'a>(said: &'a Corrections, (sheet, anchor): (&str, &str), outline: &Outline) -> Option<&'a Outline> {
    said.outlined(sheet).into_iter().find(|(a, _, o)| *a != anchor && o.meets(outline)).map(|(_, _, o)| o)
}

fn overlapping(other: &Outline) -> Said {
    let row = other.top() + 1;
    Said::new(
        format!("{row}行目からの別の表の範囲と重なっています。行または列の範囲を分けてください。"),
        format!("It overlaps the table from row {row} on. Give them rows or columns of their own."),
    )
}

/// Where a table lies, if it is said; what cannot be read is told at its field.
fn outline_of<'a>(
    l: Language,
    get: &impl Fn(String) -> Option<&'a str>,
    field: &str,
    errors: &mut FieldErrors,
) -> Option<Outline> {
    let mut out = Outline::default();
    let (head, body, span) =
        (get(format!("head-{field}")), get(format!("body-{field}")), get(format!("span-{field}")));
    let wrong = |text: &str, ja: &str, en: &str| {
        Said::new(format!("「{text}」は読めません。{ja}"), format!("“{text}” cannot be read. {en}"))
    };
    if let Some(text) = head {
        let said = || {
            wrong(text, "4、4-5のように、10行までで入力してください。", "Write 4 or 4-5, at most ten rows.")
        };
        let read = outline::headings(text).ok_or_else(said);
        out.headings = errors.check(&format!("head-{field}"), l.t("見出しの行", "Heading rows"), read);
    }
    if let Some(text) = body {
        let said = || wrong(text, "6-40、6-のように入力してください。", "Write 6-40, or 6- for all below.");
        let read = outline::body(text).ok_or_else(said);
        let read = errors.check(&format!("body-{field}"), l.t("金額の行", "Rows with amounts"), read);
        (out.first, out.last) = read.unwrap_or_default();
    }
    if let Some(text) = span {
        let said =
            || wrong(text, "B-Kのように列の文字で入力してください。", "Write the letters, for example B-K.");
        let read = outline::columns(text).ok_or_else(said);
        out.columns = errors.check(&format!("span-{field}"), l.t("列の範囲", "Columns"), read);
    }
    if out.headings.is_none()
        && out.first.is_none()
        && (body.is_some() || span.is_some())
        && errors.is_empty()
    {
        let said = Said::new(
            "見出しの行か、金額の最初の行を入力してください。",
            "Say the heading rows, or the first row with amounts.",
        );
        errors.add(&format!("head-{field}"), l.t("見出しの行", "Heading rows"), said);
    }
    if out.headings.is_some_and(|(_, bottom)| {
        out.first.is_some_and(|first| first <= bottom) || out.last.is_some_and(|last| last <= bottom)
    }) {
        let said = Said::new(
            "金額の行は見出しの行より下にしてください。",
            "Rows with amounts lie below the heading rows.",
        );
        errors.add(&format!("body-{field}"), l.t("金額の行", "Rows with amounts"), said);
    }
    Some(out).filter(|o| !o.is_empty())
}

/// Whether a column can be given this heading: a word of the vocabulary, or the one that leaves the column out.
pub fn is_heading(text: &str) -> bool {
    text == IGNORED || vocabulary::role(text).is_some() || vocabulary::facets(text).any()
}

fn unknown_heading(text: &str) -> Said {
    Said::new(
        format!(
            "「{text}」は見出しとして読めません。事業名、プロジェクト、府省、年度、段階、種別、金額、計、備考などの名称にするか、使わない列には「{IGNORED}」と入力してください。"
        ),
        format!(
            "“{text}” is no heading that is understood. Use 事業名, a project, a ministry, a year, a stage, a kind, 金額, 計 or 備考, or {IGNORED} for a column to leave out."
        ),
    )
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
    fn a_heading_that_nobody_understands_is_told_at_its_field() {
        let said = |heading: &str| {
            let form = pairs(&[("anchor-0", "x!A1"), ("column-0-1", heading)]);
            corrections(Language::Ja, &form, &Corrections::default())
        };
        let errors = said("ほげ").unwrap_err();
        assert!(errors.at("column-0-1", &Language::Ja).unwrap().contains("ほげ"));
        for heading in ["事業名", "医薬品", "文科省", "令和8年度", "計", "備考", "コード", "無視"]
        {
            assert!(said(heading).is_ok(), "{heading}");
        }
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
