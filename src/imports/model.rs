//! What a column can mean, what a row says, and what is wrong with a cell.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::{Language, Said};

/// The meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    ExternalId,
    TaskNumber,
    TitleJa,
    TitleEn,
    SummaryJa,
    SummaryEn,
    SummaryNonpublic,
    Keywords,
    Program,
    Project,
    LeadName,
    LeadEnglish,
    ErAdNumber,
    Institution,
    CorporateNumber,
    Institutions,
    FiscalYear,
    FiscalYears,
    FirstYear,
    LastYear,
    StartsOn,
    EndsOn,
    AmountYen,
    AmountThousand,
    AmountMillion,
    DirectYen,
    IndirectYen,
    AmountByYear,
    Phase,
    Modality,
    Disease,
    Approval,
    Nature,
    PaymentRows,
    PaymentRow,
    Recipient,
    Chain,
    PaymentKind,
}

impl Field {
    pub const ALL: [Self; 38] = [
        Self::ExternalId,
        Self::TaskNumber,
        Self::TitleJa,
        Self::TitleEn,
        Self::SummaryJa,
        Self::SummaryEn,
        Self::SummaryNonpublic,
        Self::Keywords,
        Self::Program,
        Self::Project,
        Self::LeadName,
        Self::LeadEnglish,
        Self::ErAdNumber,
        Self::Institution,
        Self::CorporateNumber,
        Self::Institutions,
        Self::FiscalYear,
        Self::FiscalYears,
        Self::FirstYear,
        Self::LastYear,
        Self::StartsOn,
        Self::EndsOn,
        Self::AmountYen,
        Self::AmountThousand,
        Self::AmountMillion,
        Self::DirectYen,
        Self::IndirectYen,
        Self::AmountByYear,
        Self::Phase,
        Self::Modality,
        Self::Disease,
        Self::Approval,
        Self::Nature,
        Self::PaymentRows,
        Self::PaymentRow,
        Self::Recipient,
        Self::Chain,
        Self::PaymentKind,
    ];

    /// The word in forms and in the database.
    pub fn code(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Reads [`Field::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        serde_json::from_value(code.into()).ok()
    }

    /// What the column holds.
    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::ExternalId => l.t("元資料の課題ID", "Task id of the source"),
            Self::TaskNumber => l.t("課題管理番号", "Task number"),
            Self::TitleJa => l.t("課題名", "Title"),
            Self::TitleEn => l.t("課題名（英語）", "Title in English"),
            Self::SummaryJa => l.t("概要", "Summary"),
            Self::SummaryEn => l.t("概要（英語）", "Summary in English"),
            Self::SummaryNonpublic => l.t("概要（非公開）", "Summary, not public"),
            Self::Keywords => l.t("キーワード", "Keywords"),
            Self::Program => l.t("事業名", "Program"),
            Self::Project => l.t("統合プロジェクト", "Integrated project"),
            Self::LeadName => l.t("研究代表者", "Lead investigator"),
            Self::LeadEnglish => l.t("研究代表者（英語）", "Lead investigator in English"),
            Self::ErAdNumber => l.t("研究者番号", "Researcher number"),
            Self::Institution => l.t("代表機関", "Lead institution"),
            Self::CorporateNumber => l.t("代表機関の法人番号", "Corporate number of the lead institution"),
            Self::Institutions => l.t("参加機関（;区切り）", "All institutions (by ;)"),
            Self::FiscalYear => l.t("年度", "Fiscal year"),
            Self::FiscalYears => l.t("実施年度（;区切り）", "Fiscal years (by ;)"),
            Self::FirstYear => l.t("開始年度", "First year"),
            Self::LastYear => l.t("終了年度", "Last year"),
            Self::StartsOn => l.t("開始日", "Start"),
            Self::EndsOn => l.t("終了日", "End"),
            Self::AmountYen => l.t("契約額（円）", "Amount (yen)"),
            Self::AmountThousand => l.t("契約額（千円）", "Amount (thousand yen)"),
            Self::AmountMillion => l.t("契約額（百万円）", "Amount (million yen)"),
            Self::DirectYen => l.t("直接経費（円）", "Direct cost (yen)"),
            Self::IndirectYen => l.t("間接経費（円）", "Indirect cost (yen)"),
            Self::AmountByYear => l.t("年度別の額（2020:円;…）", "Amounts by year (2020:yen;…)"),
            Self::Phase => l.t("開発フェーズ", "Phase"),
            Self::Modality => l.t("モダリティ", "Modality"),
            Self::Disease => l.t("疾患領域", "Disease area"),
            Self::Approval => l.t("承認上の分類", "Approval class"),
            Self::Nature => l.t("研究の性格", "Nature of research"),
            Self::PaymentRows => l.t("支払行のID（;区切り）", "Ids of payment lines (by ;)"),
            Self::PaymentRow => l.t("支払行のID", "Id of the payment line"),
            Self::Recipient => l.t("支払先", "Recipient"),
            Self::Chain => l.t("支払の経路", "Chain of payment"),
            Self::PaymentKind => l.t("支払の種類", "Kind of payment"),
        }
    }
}

/// How bad a finding is. Errors keep the file from being applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

/// Something wrong, or worth knowing, about a cell.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// Row of the sheet, from 1.
    pub row: u32,
    /// `C15`; `3:3` where the whole row is meant.
    pub cell: String,
    pub column: String,
    pub said: Said,
}

/// An institution as a file names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstitutionName {
    pub name: String,
    pub corporate_number: Option<String>,
}

/// A person as a file names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PersonName {
    pub name: String,
    pub english: Option<String>,
    pub erad_number: Option<String>,
}

/// One fiscal year of a task in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearDraft {
    pub number: Option<String>,
    pub amount: i64,
    pub parts: Option<(i64, i64)>,
    pub project: Option<Uuid>,
}

/// A task as a file states it; empty fields were not in the file.
#[derive(Clone, Debug, Default)]
pub struct TaskDraft {
    /// Rows of the sheet it was read from, from 1.
    pub rows: Vec<u32>,
    pub external_id: Option<String>,
    pub stable_number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub summary_ja: Option<String>,
    pub summary_en: Option<String>,
    pub summary_nonpublic: Option<String>,
    pub keywords: Vec<String>,
    pub program: Option<Uuid>,
    pub lead: Option<PersonName>,
    pub institution: Option<InstitutionName>,
    pub others: Vec<InstitutionName>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub first_year: Option<i16>,
    pub last_year: Option<i16>,
    pub years: BTreeMap<i16, YearDraft>,
    pub phases: Vec<i16>,
    pub modalities: Vec<i16>,
    pub diseases: Vec<i16>,
    pub approvals: Vec<i16>,
    pub natures: Vec<i16>,
    pub payment_rows: Vec<String>,
}

/// A payment line as a file states it.
#[derive(Clone, Debug)]
pub struct PaymentDraft {
    pub row: u32,
    pub source_row: String,
    pub fiscal_year: i16,
    pub recipient: String,
    pub corporate_number: Option<String>,
    pub chain: Option<String>,
    pub kind: Option<String>,
    pub amount: i64,
}

/// The mapping of a file, as confirmed.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Field of each column; nothing for columns that are left out.
    pub fields: Vec<Option<Field>>,
    /// Program chosen by a person for a name that no known name matches, by folded name.
    pub programs: BTreeMap<String, Uuid>,
    /// Those of `programs` that were settled with an earlier file, until a person chooses anew.
    pub recalled: BTreeSet<String>,
    /// True once a person has confirmed the columns.
    pub confirmed: bool,
}

impl Mapping {
    /// The columns of a field.
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains(&Some(field))
    }

    /// A file of payment lines rather than of tasks.
    pub fn is_payments(&self) -> bool {
        self.has(Field::PaymentRow) && self.has(Field::Recipient)
    }

    /// What no file can do without and this one lacks.
    pub fn lacks(&self) -> Option<Said> {
        if self.is_payments() {
            let complete = self.has(Field::FiscalYear) && self.has(Field::AmountYen);
            return (!complete).then(|| {
                Said::new(
                    "支払行には年度と契約額（円）の列が必要です。列の対応で選ぶか、ファイルの見出しを直してください。",
                    "Payment lines need a fiscal year and an amount in yen: choose or mend the columns.",
                )
            });
        }
        if !self.has(Field::TitleJa) {
            return Some(Said::new(
                "課題名の列がありません。列の対応で課題名の列を選ぶか、ファイルの見出しを直してください。",
                "There is no column of the title: choose it, or mend the header of the file.",
            ));
        }
        if !self.has(Field::Program) {
            return Some(Said::new(
                "事業名の列がありません。列の対応で事業名の列を選ぶか、ファイルの見出しを直してください。",
                "There is no column of the program: choose it, or mend the header of the file.",
            ));
        }
        let years = [Field::FiscalYear, Field::FiscalYears, Field::AmountByYear];
        (!years.iter().any(|f| self.has(*f))).then(|| {
            Said::new(
                "年度の列がありません。列の対応で年度の列か年度別の額の列を選ぶか、ファイルの見出しを直してください。",
                "There is no column of the fiscal year or of amounts by year: choose or mend one.",
            )
        })
    }
}

impl TaskDraft {
    /// First and last day, and whether they are only the years seen: where a file gives no days, whole fiscal years.
    pub fn period(&self) -> (NaiveDate, NaiveDate, bool) {
        let first = self.first_year.into_iter().chain(self.years.keys().copied()).min().unwrap_or(2015);
        let last = self.last_year.into_iter().chain(self.years.keys().copied()).max().unwrap_or(first);
        let day = |year: i16, month| {
            NaiveDate::from_ymd_opt(i32::from(year), month, if month == 4 { 1 } else { 31 })
        };
        let starts = self.starts_on.or_else(|| day(first, 4)).unwrap_or_default();
        let ends = self.ends_on.or_else(|| day(last + 1, 3)).unwrap_or(starts).max(starts);
        (starts, ends, self.starts_on.is_none() || self.ends_on.is_none())
    }
}
