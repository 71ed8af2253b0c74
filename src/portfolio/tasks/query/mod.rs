//! The query of the task list: the same text is the typed box, the address and the saved view.
//!
//! `project:4 disease:がん|cancer amount:10M..100M ends:<12m is:new -phase:基礎 empty:modality "free words" 肝炎`
//!
//! Terms are joined by AND, values of a term (`|`) by OR, `-` negates a term. Keys and values are read in Japanese
//! and English. [`TaskQuery::print`] gives the canonical text; parsing it again gives the same query. What cannot be
//! read becomes a [`Finding`], and the rest of the query still applies.

mod compare;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use compare::{Compare, Point};
pub use parse::{Parsed, parse, read_year};

use crate::kernel::{FiscalYear, Language, Said, Yen};

/// The years a list covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum YearChoice {
    /// The year in which the list opens: the running one when it is opened, or the last before it that has tasks.
    #[default]
    Running,
    /// Every year: one row per task, its latest year, and its money over all years.
    All,
    In(FiscalYear),
}

/// A query as typed: nothing in it is looked up yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskQuery {
    pub year: YearChoice,
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    pub negated: bool,
    pub what: What,
}

/// What a condition is about; several values are alternatives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// Words in titles, summaries, keywords, numbers, institution or lead.
    Words(String),
    /// A code or a name in either language.
    Named(Key, Vec<String>),
    Amount(Vec<Compare<Yen>>),
    Starts(Vec<Compare<Point>>),
    Ends(Vec<Compare<Point>>),
    Is(Vec<Flag>),
    Empty(Vec<Field>),
}

/// Keys whose values are names or codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Project,
    Program,
    Disease,
    Phase,
    Modality,
    Approval,
    Nature,
    Ministry,
    Institution,
    Person,
    Number,
}

/// Yes-or-no facts of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    New,
    Continuing,
    Restricted,
    Stopped,
    Fund,
}

/// Fields that may be asked for being empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Project,
    Disease,
    Phase,
    Modality,
    Approval,
    Nature,
    Institution,
    Person,
    Number,
    Summary,
    EnglishTitle,
    Keywords,
}

/// Something in the text that could not be used, said next to the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The piece of text it is about.
    pub about: String,
    pub said: Said,
}

impl Key {
    pub const ALL: [Self; 11] = [
        Self::Project,
        Self::Program,
        Self::Disease,
        Self::Phase,
        Self::Modality,
        Self::Approval,
        Self::Nature,
        Self::Ministry,
        Self::Institution,
        Self::Person,
        Self::Number,
    ];

    /// Spellings that are read; the first is printed.
    pub fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::Project => &["project", "統合プロジェクト", "プロジェクト", "pj"],
            Self::Program => &["program", "事業", "programme", "事業名"],
            Self::Disease => &["disease", "疾患", "疾患領域", "disease_area"],
            Self::Phase => &["phase", "フェーズ", "開発フェーズ", "段階"],
            Self::Modality => &["modality", "モダリティ"],
            Self::Approval => &["approval", "承認分類", "承認上の分類", "approval_class"],
            Self::Nature => &["nature", "研究の性質", "性質"],
            Self::Ministry => &["ministry", "府省", "省庁", "所管府省"],
            Self::Institution => &["institution", "機関", "研究機関", "所属機関"],
            Self::Person => &["person", "代表者", "研究者", "研究代表者", "lead"],
            Self::Number => &["number", "番号", "課題番号", "課題管理番号"],
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Project => l.t("統合プロジェクト", "Project"),
            Self::Program => l.t("事業", "Program"),
            Self::Disease => l.t("疾患領域", "Disease area"),
            Self::Phase => l.t("開発フェーズ", "Phase"),
            Self::Modality => l.t("モダリティ", "Modality"),
            Self::Approval => l.t("承認上の分類", "Approval class"),
            Self::Nature => l.t("研究の性質", "Nature"),
            Self::Ministry => l.t("所管府省", "Ministry"),
            Self::Institution => l.t("研究機関", "Institution"),
            Self::Person => l.t("研究代表者", "Lead investigator"),
            Self::Number => l.t("課題番号", "Task number"),
        }
    }
}

impl Flag {
    pub const ALL: [Self; 5] = [Self::New, Self::Continuing, Self::Restricted, Self::Stopped, Self::Fund];

    pub fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::New => &["new", "新規"],
            Self::Continuing => &["continuing", "継続"],
            Self::Restricted => &["restricted", "公表前", "非公表"],
            Self::Stopped => &["stopped", "中止"],
            Self::Fund => &["fund", "基金"],
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::New => l.t("新規", "New"),
            Self::Continuing => l.t("継続", "Continuing"),
            Self::Restricted => l.t("公表前", "Not yet public"),
            Self::Stopped => l.t("中止", "Stopped"),
            Self::Fund => l.t("基金", "Fund"),
        }
    }
}

impl Field {
    pub const ALL: [Self; 12] = [
        Self::Project,
        Self::Disease,
        Self::Phase,
        Self::Modality,
        Self::Approval,
        Self::Nature,
        Self::Institution,
        Self::Person,
        Self::Number,
        Self::Summary,
        Self::EnglishTitle,
        Self::Keywords,
    ];

    pub fn spellings(self) -> &'static [&'static str] {
        match self {
            Self::Project => Key::Project.spellings(),
            Self::Disease => Key::Disease.spellings(),
            Self::Phase => Key::Phase.spellings(),
            Self::Modality => Key::Modality.spellings(),
            Self::Approval => Key::Approval.spellings(),
            Self::Nature => Key::Nature.spellings(),
            Self::Institution => Key::Institution.spellings(),
            Self::Person => Key::Person.spellings(),
            Self::Number => Key::Number.spellings(),
            Self::Summary => &["summary", "概要", "要旨"],
            Self::EnglishTitle => &["title_en", "英語課題名", "英文課題名"],
            Self::Keywords => &["keywords", "キーワード"],
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Project => Key::Project.name(l),
            Self::Disease => Key::Disease.name(l),
            Self::Phase => Key::Phase.name(l),
            Self::Modality => Key::Modality.name(l),
            Self::Approval => Key::Approval.name(l),
            Self::Nature => Key::Nature.name(l),
            Self::Institution => Key::Institution.name(l),
            Self::Person => Key::Person.name(l),
            Self::Number => Key::Number.name(l),
            Self::Summary => l.t("概要", "Summary"),
            Self::EnglishTitle => l.t("英語の課題名", "English title"),
            Self::Keywords => l.t("キーワード", "Keywords"),
        }
    }
}

impl TaskQuery {
    /// This query with one more term, or without it if it has it already.
    pub fn toggled(&self, term: &Term) -> Self {
        let mut query = self.clone();
        match query.terms.iter().position(|t| t == term) {
            Some(at) => drop(query.terms.remove(at)),
            None => query.terms.push(term.clone()),
        }
        query
    }

    /// This query without the term at a place.
    pub fn without(&self, at: usize) -> Self {
        let mut query = self.clone();
        if at < query.terms.len() {
            query.terms.remove(at);
        }
        query
    }

    /// The years alone.
    pub fn without_terms(&self) -> Self {
        Self { year: self.year, terms: Vec::new() }
    }

    /// This query over other years.
    pub fn in_years(&self, year: YearChoice) -> Self {
        Self { year, terms: self.terms.clone() }
    }

    /// The words that are looked for in texts, to be marked in what is shown.
    pub fn words(&self) -> Vec<&str> {
        self.terms
            .iter()
            .filter(|t| !t.negated)
            .filter_map(|t| match &t.what {
                What::Words(words) => Some(words.as_str()),
                _ => None,
            })
            .collect()
    }
}

impl Term {
    pub fn new(what: What) -> Self {
        Self { negated: false, what }
    }
}
