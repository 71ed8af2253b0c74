//! Text to typed values: a milestone type.

use serde::Deserialize;

use crate::kernel::{Language, Said, Text};
use crate::milestones::TypeSet;
use crate::web::FieldErrors;

use super::model::{MilestoneType, TypeFields};

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypeForm {
    pub key: String,
    pub version: String,
    pub code: String,
    pub type_set: String,
    pub name_ja: String,
    pub name_en: String,
    pub position: String,
    /// `true`, or empty where the box is not ticked.
    pub reaches_trial: String,
    pub retired: String,
    pub remark: String,
}

pub fn label_set(l: Language) -> &'static str {
    l.t("対象", "For")
}
pub fn label_trial(l: Language) -> &'static str {
    l.t("達成すると「治験に至った件数」に数える", "Meeting one counts as having reached a trial")
}
pub fn label_retired(l: Language) -> &'static str {
    l.t("新しいマイルストーンでは使わない", "Not offered for new milestones")
}

impl TypeForm {
    pub fn of(t: &MilestoneType) -> Self {
        let tick = |on: bool| if on { "true".to_owned() } else { String::new() };
        Self {
            key: String::new(),
            version: t.version.to_string(),
            code: t.code.clone(),
            type_set: t.set.code().to_owned(),
            name_ja: t.name_ja.clone(),
            name_en: t.name_en.clone(),
            position: t.position.to_string(),
            reaches_trial: tick(t.reaches_trial),
            retired: tick(t.retired),
            remark: t.remark.clone().unwrap_or_default(),
        }
    }

    /// Fields with their labels as typed, but for the code, which never changes.
    pub fn labelled(&self, l: Language) -> [(&'static str, &'static str, &str); 7] {
        [
            ("type_set", label_set(l), &self.type_set),
            ("name_ja", l.t("名称（日本語）", "Name in Japanese"), &self.name_ja),
            ("name_en", l.t("名称（英語）", "Name in English"), &self.name_en),
            ("position", l.t("並び順", "Position"), &self.position),
            ("reaches_trial", label_trial(l), &self.reaches_trial),
            ("retired", label_retired(l), &self.retired),
            ("remark", l.t("備考", "Remark"), &self.remark),
        ]
    }

    pub fn parse(&self, l: Language) -> Result<TypeFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.check("code", l.t("コード", "Code"), parse_code(&self.code));
        let unknown = || Said::new("一覧から選んでください。", "Choose one of the list.");
        let set =
            errors.check("type_set", label_set(l), TypeSet::from_code(&self.type_set).ok_or_else(unknown));
        let name_ja =
            errors.check("name_ja", l.t("名称（日本語）", "Name in Japanese"), Text::parse(&self.name_ja));
        let name_en =
            errors.check("name_en", l.t("名称（英語）", "Name in English"), Text::parse(&self.name_en));
        let position = errors.check("position", l.t("並び順", "Position"), parse_position(&self.position));
        let remark = errors.check("remark", l.t("備考", "Remark"), Text::optional(&self.remark));
        let fields = (|| {
            Some(TypeFields {
                code: code?,
                set: set?,
                name_ja: name_ja?,
                name_en: name_en?,
                position: position?,
                reaches_trial: self.reaches_trial == "true",
                retired: self.retired == "true",
                remark: remark?,
            })
        })();
        errors.finish(fields)
    }
}

fn parse_code(raw: &str) -> Result<String, Said> {
    let code = raw.trim();
    let fits = (2..=40).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if fits {
        return Ok(code.to_owned());
    }
    Err(Said::new(
        "英小文字で始まる2～40文字の英小文字・数字・_ にしてください。",
        "Use 2 to 40 of a-z, 0-9 and _, beginning with a letter.",
    ))
}

fn parse_position(raw: &str) -> Result<i16, Said> {
    crate::kernel::text::nfkc(raw.trim())
        .parse()
        .ok()
        .filter(|n| (0..=9999).contains(n))
        .ok_or_else(|| Said::new("0～9999の整数を入力してください。", "Enter a whole number from 0 to 9999."))
}
