//! What is known of programs.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::{FiscalYear, Language, Yen};

/// A program beyond what the catalogue names it by.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: Uuid,
    pub first_fy: Option<FiscalYear>,
    pub last_fy: Option<FiscalYear>,
    pub is_fund: bool,
    pub is_unspecified: bool,
    pub remark: Option<String>,
    pub source: Option<String>,
    pub version: i32,
}

/// What a name of a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    Official,
    Former,
    Abbreviation,
    Variant,
    Confirmed,
}

impl NameKind {
    const ALL: [Self; 5] = [Self::Official, Self::Former, Self::Abbreviation, Self::Variant, Self::Confirmed];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Former => "former",
            Self::Abbreviation => "abbreviation",
            Self::Variant => "variant",
            Self::Confirmed => "confirmed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Official => l.t("正式名称", "Official"),
            Self::Former => l.t("旧称", "Former name"),
            Self::Abbreviation => l.t("略称", "Abbreviation"),
            Self::Variant => l.t("表記の揺れ", "Spelling"),
            Self::Confirmed => l.t("確認済みの表記", "Confirmed spelling"),
        }
    }
}

/// A name by which a program is or was known.
#[derive(Clone, Debug)]
pub struct ProgramName {
    pub program_id: Uuid,
    pub name: String,
    /// The form in which names are compared.
    pub folded: String,
    pub kind: NameKind,
    pub first_fy: Option<FiscalYear>,
    pub last_fy: Option<FiscalYear>,
}

/// A program's place in a project in one year, with the published amount where there is one.
#[derive(Clone, Debug)]
pub struct ProjectShare {
    pub program_id: Uuid,
    pub project_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub amount: Option<Yen>,
    pub source: Option<String>,
}

/// Stage of a published amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Request,
    Initial,
    Supplementary,
    Fund,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Request, Self::Initial, Self::Supplementary, Self::Fund];

    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "request" => Some(Self::Request),
            "initial" => Some(Self::Initial),
            "supplementary" => Some(Self::Supplementary),
            "fund" => Some(Self::Fund),
            _ => None,
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Request => l.t("要求", "Request"),
            Self::Initial => l.t("当初", "Initial"),
            Self::Supplementary => l.t("補正", "Supplementary"),
            Self::Fund => l.t("基金", "Fund"),
        }
    }
}

/// An amount as published; what was not published is not there.
#[derive(Clone, Debug)]
pub struct Published {
    pub program_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub stage: Stage,
    pub amount: Yen,
    pub source: Option<String>,
}

/// How one program came from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineageKind {
    Renamed,
    Succeeded,
    Split,
    Merged,
}

impl LineageKind {
    pub const ALL: [Self; 4] = [Self::Renamed, Self::Succeeded, Self::Split, Self::Merged];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Renamed => "renamed",
            Self::Succeeded => "succeeded",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Renamed => l.t("改称", "Renamed"),
            Self::Succeeded => l.t("後継", "Succeeded"),
            Self::Split => l.t("分割", "Split"),
            Self::Merged => l.t("統合", "Merged"),
        }
    }
}

/// One step of the lineage.
#[derive(Clone, Debug)]
pub struct Lineage {
    pub from: Uuid,
    pub to: Uuid,
    pub kind: LineageKind,
    pub fiscal_year: FiscalYear,
    pub remark: Option<String>,
}

impl Lineage {
    /// Inferred from names and years only; drawn dashed until somebody confirms it.
    pub fn is_inferred(&self) -> bool {
        self.remark.as_deref().is_some_and(|remark| remark.contains("推定"))
    }
}

/// 公募.
#[derive(Clone, Debug)]
pub struct Call {
    pub id: Uuid,
    pub program_id: Uuid,
    pub fiscal_year: FiscalYear,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub opens_on: Option<NaiveDate>,
    pub closes_on: Option<NaiveDate>,
    pub slots: Vec<SlotType>,
}

/// 公募枠.
#[derive(Clone, Debug)]
pub struct SlotType {
    pub call_id: Uuid,
    pub step: Option<String>,
    pub step_en: Option<String>,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub max_years: Option<i16>,
    pub phase_ids: Vec<i16>,
}

/// Everything known of all programs.
#[derive(Clone, Debug, Default)]
pub struct Register {
    pub records: Vec<Record>,
    pub names: Vec<ProgramName>,
    pub shares: Vec<ProjectShare>,
    pub published: Vec<Published>,
    pub lineage: Vec<Lineage>,
    pub calls: Vec<Call>,
}

impl Register {
    pub fn record(&self, program: Uuid) -> Option<&Record> {
        self.records.iter().find(|r| r.id == program)
    }

    /// The initial budget published for a program and year.
    pub fn initial(&self, program: Uuid, year: FiscalYear) -> Option<Yen> {
        let is_it =
            |p: &&Published| p.program_id == program && p.fiscal_year == year && p.stage == Stage::Initial;
        self.published.iter().find(is_it).map(|p| p.amount)
    }
}
