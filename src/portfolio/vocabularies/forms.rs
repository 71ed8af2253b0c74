//! Text to typed values: a value of a vocabulary.

use serde::Deserialize;

use crate::kernel::{FiscalYear, Language, Said, Text};
use crate::web::FieldErrors;

use super::model::ValueFields;
use super::queries::Value;

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ValueForm {
    pub key: String,
    pub version: String,
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub position: String,
    pub first_fy: String,
    pub last_fy: String,
    pub remark: String,
}

impl ValueForm {
    pub fn of(value: &Value) -> Self {
        let short = |year: i16| FiscalYear::try_from(year).map(FiscalYear::short).unwrap_or_default();
        Self {
            key: String::new(),
            version: value.version.to_string(),
            code: value.code.clone(),
            name_ja: value.name_ja.clone(),
            name_en: value.name_en.clone(),
            position: value.position.to_string(),
            first_fy: short(value.first_fy),
            last_fy: value.last_fy.map(short).unwrap_or_default(),
            remark: value.remark.clone().unwrap_or_default(),
        }
    }

    pub fn parse(&self, l: Language) -> Result<ValueFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.check("code", l.t("コード", "Code"), parse_code(&self.code));
        let name_ja =
            errors.check("name_ja", l.t("名称（日本語）", "Name in Japanese"), Text::parse(&self.name_ja));
        let name_en =
            errors.check("name_en", l.t("名称（英語）", "Name in English"), Text::parse(&self.name_en));
        let position = errors.check("position", l.t("並び順", "Position"), parse_position(&self.position));
        let first = errors.check("first_fy", l.t("開始年度", "First year"), parse_year(&self.first_fy));
        let last = errors.check("last_fy", l.t("終了年度", "Last year"), parse_year(&self.last_fy));
        let remark = errors.check("remark", l.t("備考", "Remark"), Text::optional(&self.remark));
        let first_fy = first.flatten().unwrap_or(1990);
        let last_fy = last.flatten();
        if last_fy.is_some_and(|last| last < first_fy) {
            let said = Said::new("開始年度以後にしてください。", "It must not lie before the first year.");
            errors.add("last_fy", l.t("終了年度", "Last year"), said);
        }
        let fields = match (code, name_ja, name_en, position, remark) {
            (Some(code), Some(name_ja), Some(name_en), Some(position), Some(remark)) => {
                Some(ValueFields { code, name_ja, name_en, position, first_fy, last_fy, remark })
            }
            _ => None,
        };
        errors.finish(fields)
    }
}

fn parse_code(raw: &str) -> Result<String, Said> {
    let code = raw.trim();
    let fits = (2..=40).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if fits {
        Ok(code.to_owned())
    } else {
        Err(Said::new(
            "英小文字で始まる2～40文字の英小文字・数字・_ にしてください。",
            "Use 2 to 40 of a-z, 0-9 and _, beginning with a letter.",
        ))
    }
}

fn parse_position(raw: &str) -> Result<i16, Said> {
    crate::kernel::text::nfkc(raw.trim())
        .parse()
        .ok()
        .filter(|n| (0..=9999).contains(n))
        .ok_or_else(|| Said::new("0～9999の整数を入力してください。", "Enter a whole number from 0 to 9999."))
}

fn parse_year(raw: &str) -> Result<Option<i16>, Said> {
    if raw.trim().is_empty() {
        return Ok(None);
    }
    let year: FiscalYear = raw.parse().map_err(Said::from)?;
    Ok(i16::try_from(year.year()).ok())
}
