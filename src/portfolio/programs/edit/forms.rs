//! Text to typed values: a program, a spelling, a step of lineage.

use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::text::fold;
use crate::kernel::{FiscalYear, Language, Said, Text};
use crate::portfolio::catalogue::{Catalogue, Program};
use crate::web::FieldErrors;

use super::super::model::{LineageKind, Record};

/// The form of a program as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProgramForm {
    pub version: String,
    pub name_ja: String,
    pub name_en: String,
    pub abbreviation: String,
    pub ministry: String,
    pub first_fy: String,
    pub last_fy: String,
    pub remark: String,
}

/// What of a program may be changed.
#[derive(Clone, Debug)]
pub struct ProgramFields {
    pub name_ja: Text<300>,
    pub name_en: Option<Text<300>>,
    pub abbreviation: Option<Text<60>>,
    pub ministry: Option<String>,
    pub first_fy: Option<FiscalYear>,
    pub last_fy: Option<FiscalYear>,
    pub remark: Option<Text<1000>>,
}

impl ProgramForm {
    pub fn of(program: &Program, record: &Record) -> Self {
        let year = |y: Option<FiscalYear>| y.map(FiscalYear::short).unwrap_or_default();
        Self {
            version: record.version.to_string(),
            name_ja: program.name_ja.clone(),
            name_en: program.name_en.clone().unwrap_or_default(),
            abbreviation: program.abbreviation.clone().unwrap_or_default(),
            ministry: program.ministry_code.clone().unwrap_or_default(),
            first_fy: year(record.first_fy),
            last_fy: year(record.last_fy),
            remark: record.remark.clone().unwrap_or_default(),
        }
    }

    /// Fields with their labels, as typed; the order of the form.
    pub fn labelled(&self, l: Language) -> [(&'static str, &'static str, &str); 7] {
        [
            ("name_ja", label_name_ja(l), &self.name_ja),
            ("name_en", label_name_en(l), &self.name_en),
            ("abbreviation", label_abbreviation(l), &self.abbreviation),
            ("ministry", label_ministry(l), &self.ministry),
            ("first_fy", label_first(l), &self.first_fy),
            ("last_fy", label_last(l), &self.last_fy),
            ("remark", label_remark(l), &self.remark),
        ]
    }

    pub fn parse(&self, l: Language, catalogue: &Catalogue) -> Result<ProgramFields, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name_ja = errors.check("name_ja", label_name_ja(l), Text::parse(&self.name_ja));
        let name_en = errors.check("name_en", label_name_en(l), Text::optional(&self.name_en));
        let abbreviation =
            errors.check("abbreviation", label_abbreviation(l), Text::optional(&self.abbreviation));
        let ministry = errors.check("ministry", label_ministry(l), ministry(&self.ministry, catalogue));
        let first_fy = errors.check("first_fy", label_first(l), year(&self.first_fy));
        let last_fy = errors.check("last_fy", label_last(l), year(&self.last_fy));
        let remark = errors.check("remark", label_remark(l), Text::optional(&self.remark));
        if let (Some(Some(first)), Some(Some(last))) = (first_fy, last_fy)
            && last < first
        {
            let said = Said::new("開始年度以後にしてください。", "It must not lie before the first year.");
            errors.add("last_fy", label_last(l), said);
        }
        let fields = (|| {
            Some(ProgramFields {
                name_ja: name_ja?,
                name_en: name_en?,
                abbreviation: abbreviation?,
                ministry: ministry?,
                first_fy: first_fy?,
                last_fy: last_fy?,
                remark: remark?,
            })
        })();
        errors.finish(fields)
    }
}

pub fn label_name_ja(l: Language) -> &'static str {
    l.t("名称（日本語）", "Name in Japanese")
}
pub fn label_name_en(l: Language) -> &'static str {
    l.t("名称（英語）", "Name in English")
}
pub fn label_abbreviation(l: Language) -> &'static str {
    l.t("略称", "Abbreviation")
}
pub fn label_ministry(l: Language) -> &'static str {
    l.t("所管府省", "Ministry")
}
pub fn label_first(l: Language) -> &'static str {
    l.t("開始年度", "First year")
}
pub fn label_last(l: Language) -> &'static str {
    l.t("終了年度", "Last year")
}
pub fn label_remark(l: Language) -> &'static str {
    l.t("備考", "Remark")
}

/// The form of a spelling as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NameForm {
    pub key: String,
    pub name: String,
}

/// A spelling that a person confirmed, and the form it is compared in.
pub struct Spelling {
    pub name: Text<300>,
    pub folded: String,
}

impl NameForm {
    pub fn parse(&self, l: Language) -> Result<Spelling, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.check("name", l.t("表記", "Spelling"), Text::parse(&self.name));
        errors.finish(name.map(|name| Spelling { folded: fold(name.as_str()), name }))
    }
}

/// The form of a step of lineage as typed, seen from one program.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LineageForm {
    pub key: String,
    /// `from`: the other program came before; `to`: it came after.
    pub direction: String,
    pub other: String,
    pub kind: String,
    pub fiscal_year: String,
    #[serde(rename = "step_remark")]
    pub remark: String,
}

/// A step of lineage.
pub struct Step {
    pub from: Uuid,
    pub to: Uuid,
    pub kind: LineageKind,
    pub fiscal_year: FiscalYear,
    pub remark: Option<Text<1000>>,
}

impl LineageForm {
    pub fn parse(&self, l: Language, catalogue: &Catalogue, here: Uuid) -> Result<Step, FieldErrors> {
        let mut errors = FieldErrors::new();
        let unknown = || Said::new("一覧から事業を選んでください。", "Choose a program of the list.");
        let found = catalogue.programs.iter().find(|p| p.code == self.other && p.id != here);
        let other = errors.check(
            "other",
            l.t("相手の事業", "Other program"),
            found.map(|p| p.id).ok_or_else(unknown),
        );
        let unknown = || Said::new("区分を選んでください。", "Choose a kind.");
        let kind = LineageKind::from_code(&self.kind).ok_or_else(unknown);
        let kind = errors.check("kind", l.t("区分", "Kind"), kind);
        let year =
            errors.check("fiscal_year", l.t("年度", "Fiscal year"), self.fiscal_year.parse::<FiscalYear>());
        let remark = errors.check("step_remark", label_remark(l), Text::optional(&self.remark));
        let step = (|| {
            let (from, to) = if self.direction == "from" { (other?, here) } else { (here, other?) };
            Some(Step { from, to, kind: kind?, fiscal_year: year?, remark: remark? })
        })();
        errors.finish(step)
    }
}

/// What is taken away: a spelling by its folded form, or a step by its two programs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemovalForm {
    pub folded: String,
    pub from: String,
    pub to: String,
}

fn ministry(raw: &str, catalogue: &Catalogue) -> Result<Option<String>, Said> {
    match raw {
        "" => Ok(None),
        code if catalogue.ministry(code).is_some() => Ok(Some(code.to_owned())),
        _ => Err(Said::new("一覧から府省を選んでください。", "Choose a ministry of the list.")),
    }
}

fn year(raw: &str) -> Result<Option<FiscalYear>, Said> {
    if raw.trim().is_empty() { Ok(None) } else { raw.parse().map(Some).map_err(Said::from) }
}
