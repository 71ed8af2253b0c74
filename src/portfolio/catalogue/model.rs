//! The catalogue and how its entries are found by id, by code and by name.

use std::collections::HashMap;

use uuid::Uuid;

use crate::kernel::text::fold;
use crate::kernel::{FiscalYear, Language};

/// A ministry (所管府省).
#[derive(Clone, Debug)]
pub struct Ministry {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub short_ja: String,
}

/// A plan term (期).
#[derive(Clone, Debug)]
pub struct Term {
    pub id: Uuid,
    pub number: i16,
    pub name_ja: String,
    pub name_en: String,
    pub first_fy: i16,
    pub last_fy: i16,
}

/// An integrated project (統合プロジェクト).
#[derive(Clone, Debug)]
pub struct Project {
    pub id: Uuid,
    pub term_id: Uuid,
    pub term_number: i16,
    pub number: i16,
    pub name_ja: String,
    pub name_en: String,
    pub short_ja: String,
    pub short_en: String,
    folded: Vec<String>,
}

/// A program (事業).
#[derive(Clone, Debug)]
pub struct Program {
    pub id: Uuid,
    pub code: String,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub abbreviation: Option<String>,
    pub ministry_code: Option<String>,
    folded: Vec<String>,
}

/// The dated vocabularies of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vocabulary {
    Phase,
    Modality,
    ApprovalClass,
    Nature,
    DiseaseArea,
}

impl Vocabulary {
    pub const ALL: [Self; 5] =
        [Self::DiseaseArea, Self::Phase, Self::Modality, Self::ApprovalClass, Self::Nature];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::Modality => "modality",
            Self::ApprovalClass => "approval_class",
            Self::Nature => "nature",
            Self::DiseaseArea => "disease_area",
        }
    }

    /// Reads [`Vocabulary::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }

    /// Its label on pages.
    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Phase => l.t("開発フェーズ", "Phase"),
            Self::Modality => l.t("モダリティ", "Modality"),
            Self::ApprovalClass => l.t("承認上の分類", "Approval class"),
            Self::Nature => l.t("研究の性質", "Nature of research"),
            Self::DiseaseArea => l.t("疾患領域", "Disease area"),
        }
    }
}

/// A value of a vocabulary.
#[derive(Clone, Debug)]
pub struct Value {
    pub id: i16,
    pub vocabulary: Vocabulary,
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub first_fy: i16,
    pub last_fy: Option<i16>,
    folded: Vec<String>,
}

impl Ministry {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }
}

impl Project {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }

    pub fn short(&self, l: Language) -> &str {
        l.t(&self.short_ja, &self.short_en)
    }

    /// `3-4`: the fourth project of the third term.
    pub fn code(&self) -> String {
        format!("{}-{}", self.term_number, self.number)
    }
}

impl Program {
    pub fn name(&self, l: Language) -> &str {
        l.name(&self.name_ja, self.name_en.as_deref())
    }
}

impl Value {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }
}

/// Everything, in the order in which it is listed.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub ministries: Vec<Ministry>,
    pub terms: Vec<Term>,
    pub projects: Vec<Project>,
    pub programs: Vec<Program>,
    pub values: Vec<Value>,
    projects_at: HashMap<Uuid, usize>,
    programs_at: HashMap<Uuid, usize>,
    values_at: HashMap<i16, usize>,
}

impl Catalogue {
    /// From rows in listing order.
    pub fn new(
        ministries: Vec<Ministry>,
        terms: Vec<Term>,
        mut projects: Vec<Project>,
        mut programs: Vec<Program>,
        mut values: Vec<Value>,
    ) -> Self {
        for p in &mut projects {
            p.folded = [&p.name_ja, &p.name_en, &p.short_ja, &p.short_en].map(|n| fold(n)).to_vec();
        }
        for p in &mut programs {
            let names = [Some(&p.name_ja), p.name_en.as_ref(), p.abbreviation.as_ref()];
            p.folded = names.into_iter().flatten().map(|n| fold(n)).collect();
        }
        for v in &mut values {
            v.folded = [&v.name_ja, &v.name_en].map(|n| fold(n)).to_vec();
        }
        Self {
            projects_at: projects.iter().enumerate().map(|(i, p)| (p.id, i)).collect(),
            programs_at: programs.iter().enumerate().map(|(i, p)| (p.id, i)).collect(),
            values_at: values.iter().enumerate().map(|(i, v)| (v.id, i)).collect(),
            ministries,
            terms,
            projects,
            programs,
            values,
        }
    }

    pub fn project(&self, id: Uuid) -> Option<&Project> {
        self.projects_at.get(&id).and_then(|i| self.projects.get(*i))
    }

    pub fn program(&self, id: Uuid) -> Option<&Program> {
        self.programs_at.get(&id).and_then(|i| self.programs.get(*i))
    }

    pub fn value(&self, id: i16) -> Option<&Value> {
        self.values_at.get(&id).and_then(|i| self.values.get(*i))
    }

    pub fn ministry(&self, code: &str) -> Option<&Ministry> {
        self.ministries.iter().find(|m| m.code == code)
    }

    /// The values of one vocabulary, in order.
    pub fn values_of(&self, vocabulary: Vocabulary) -> impl Iterator<Item = &Value> {
        self.values.iter().filter(move |v| v.vocabulary == vocabulary)
    }

    /// The term that a fiscal year lies in; the last one for years beyond.
    pub fn term_of(&self, year: FiscalYear) -> Option<&Term> {
        let y = year.year();
        self.terms
            .iter()
            .find(|t| i32::from(t.first_fy) <= y && y <= i32::from(t.last_fy))
            .or_else(|| self.terms.iter().max_by_key(|t| t.number))
    }

    /// Projects meant by a number of the term of `year` (`4`), by term and number (`3-4`), by id, or by name.
    pub fn find_projects(&self, text: &str, year: FiscalYear) -> Vec<Uuid> {
        let folded = fold(text);
        let term = self.term_of(year).map(|t| t.id);
        let is_meant = |p: &&Project| {
            p.code() == folded
                || (Some(p.term_id) == term && p.number.to_string() == folded)
                || p.id.to_string() == folded
        };
        let by_code: Vec<Uuid> = self.projects.iter().filter(is_meant).map(|p| p.id).collect();
        if by_code.is_empty() { by_name(&self.projects, &folded, |p| (p.id, &p.folded)) } else { by_code }
    }

    /// Programs meant by a code, an id, or a name or a part of it.
    pub fn find_programs(&self, text: &str) -> Vec<Uuid> {
        let folded = fold(text);
        let is_meant = |p: &&Program| p.code.to_lowercase() == folded || p.id.to_string() == folded;
        let by_code: Vec<Uuid> = self.programs.iter().filter(is_meant).map(|p| p.id).collect();
        if by_code.is_empty() { by_name(&self.programs, &folded, |p| (p.id, &p.folded)) } else { by_code }
    }

    /// Values meant by a code, or by a name or a part of it.
    pub fn find_values(&self, vocabulary: Vocabulary, text: &str) -> Vec<i16> {
        let folded = fold(text);
        let of: Vec<&Value> = self.values_of(vocabulary).collect();
        let by_code: Vec<i16> = of.iter().filter(|v| v.code.to_lowercase() == folded).map(|v| v.id).collect();
        if by_code.is_empty() { by_name(&of, &folded, |v| (v.id, &v.folded)) } else { by_code }
    }

    /// Ministries meant by a code, or by a name or a part of it (厚労).
    pub fn find_ministries(&self, text: &str) -> Vec<String> {
        let folded = fold(text);
        let is_meant = |m: &&Ministry| {
            m.code == folded
                || [&m.name_ja, &m.name_en, &m.short_ja].iter().any(|n| fold(n).contains(&folded))
        };
        self.ministries.iter().filter(is_meant).map(|m| m.code.clone()).collect()
    }
}

/// The entries of exactly this name, or if there is none, those whose name contains it.
fn by_name<T, I>(entries: &[T], folded: &str, of: impl Fn(&T) -> (I, &Vec<String>)) -> Vec<I> {
    let exact: Vec<I> =
        entries.iter().map(&of).filter(|(_, names)| names.iter().any(|n| n == folded)).map(|e| e.0).collect();
    if !exact.is_empty() || folded.is_empty() {
        return exact;
    }
    entries
        .iter()
        .map(&of)
        .filter(|(_, names)| names.iter().any(|n| n.contains(folded)))
        .map(|e| e.0)
        .collect()
}

impl Project {
    #[expect(clippy::too_many_arguments, reason = "one argument per column")]
    pub(super) fn from_columns(
        id: Uuid,
        term_id: Uuid,
        term_number: i16,
        number: i16,
        name_ja: String,
        name_en: String,
        short_ja: String,
        short_en: String,
    ) -> Self {
        Self { id, term_id, term_number, number, name_ja, name_en, short_ja, short_en, folded: Vec::new() }
    }
}

impl Program {
    pub(super) fn from_columns(
        id: Uuid,
        code: String,
        name_ja: String,
        name_en: Option<String>,
        abbreviation: Option<String>,
        ministry_code: Option<String>,
    ) -> Self {
        Self { id, code, name_ja, name_en, abbreviation, ministry_code, folded: Vec::new() }
    }
}

impl Value {
    pub(crate) fn from_columns(
        id: i16,
        vocabulary: &str,
        code: String,
        name_ja: String,
        name_en: String,
        years: (i16, Option<i16>),
    ) -> Option<Self> {
        let vocabulary = Vocabulary::ALL.into_iter().find(|v| v.code() == vocabulary)?;
        let (first_fy, last_fy) = years;
        Some(Self { id, vocabulary, code, name_ja, name_en, first_fy, last_fy, folded: Vec::new() })
    }
}
