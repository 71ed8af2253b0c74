//! A query with its names looked up: what the SQL of lists, facets, searches and exports is made from.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::text::{fold, is_whole_pair, nfkc, pairs};
use crate::kernel::{FiscalYear, Said, TaskNumber, Yen};
use crate::portfolio::catalogue::{Catalogue, Vocabulary};

use super::query::{Compare, Field, Finding, Flag, Key, TaskQuery, Term, What, YearChoice};

/// The years a filter runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    All,
    In(FiscalYear),
}

/// The dimensions in which a list is broken down beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    Project,
    Program,
    Disease,
    Phase,
    Modality,
    Approval,
    Ministry,
    Kind,
    Ending,
    Restricted,
}

impl Dimension {
    pub const ALL: [Self; 10] = [
        Self::Kind,
        Self::Ending,
        Self::Project,
        Self::Disease,
        Self::Phase,
        Self::Program,
        Self::Modality,
        Self::Ministry,
        Self::Approval,
        Self::Restricted,
    ];

    /// The word in addresses and SQL.
    pub fn code(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Program => "program",
            Self::Disease => "disease",
            Self::Phase => "phase",
            Self::Modality => "modality",
            Self::Approval => "approval",
            Self::Ministry => "ministry",
            Self::Kind => "kind",
            Self::Ending => "ending",
            Self::Restricted => "restricted",
        }
    }
}

/// A typed query, ready for SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub span: Span,
    pub clauses: Vec<Clause>,
}

/// One condition; a negated one holds where its condition does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub negated: bool,
    pub condition: Condition,
    /// The dimension whose own breakdown leaves this condition out, so that its other values can be chosen.
    pub dimension: Option<Dimension>,
}

/// Days from and to, both included; `None` is open.
pub type Days = (Option<NaiveDate>, Option<NaiveDate>);
/// Amounts from and to, both included; `None` is open.
pub type Amounts = (Option<i64>, Option<i64>);

/// What a clause asks. Several values are alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Words(Sought),
    Projects(Vec<Uuid>),
    Programs(Vec<Uuid>),
    Tags(Vocabulary, Vec<i16>),
    Ministries(Vec<String>),
    Institution(Vec<Named>),
    Person(Vec<Named>),
    Number(Vec<Numbered>),
    Amount(Vec<Amounts>),
    Starts(Vec<Days>),
    Ends(Vec<Days>),
    Is(Vec<Flag>),
    Empty(Vec<Field>),
}

/// An institution or a person as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Id(Uuid),
    /// Corporate number (13 digits) or e-Rad number (8 digits).
    Official(String),
    /// A folded part of the name.
    Part(String),
}

/// A task number as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// The part that stays the same every year.
    Stable(String),
    /// The beginning of a printed or of a stable number.
    Prefix(String),
}

/// Words ready for the index and the recheck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    pub folded: String,
}

impl Sought {
    /// The number that papers cite (JP and eleven characters) is sought as what numbers begin with.
    pub fn new(words: &str) -> Option<Self> {
        let mut folded = fold(words);
        if folded.starts_with("jp")
            && let Ok(number) = folded.parse::<TaskNumber>()
        {
            folded = number.as_str().to_owned();
        }
        (!folded.is_empty()).then_some(Self { folded })
    }

    /// The pairs that a text with these words holds; none where the words are too short for the index.
    pub fn pairs(&self) -> Vec<i32> {
        let mut all = pairs(&self.folded);
        all.retain(|&pair| is_whole_pair(pair));
        all
    }

    /// A LIKE pattern; nothing where the index alone is exact.
    pub fn pattern(&self) -> Option<String> {
        let exact = self.folded.chars().count() == 2
            && self.folded.chars().all(|c| c.is_alphanumeric() && u32::from(c) <= 0xFFFF);
        (!exact).then(|| like_pattern(&self.folded))
    }
}

/// `%text%` with the signs of LIKE taken literally.
pub fn like_pattern(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Looks the names of a query up. What is not found is left out and said.
pub fn resolve(
    query: &TaskQuery,
    catalogue: &Catalogue,
    today: NaiveDate,
    running: FiscalYear,
) -> (Filter, Vec<Finding>) {
    let (span, year) = match query.year {
        YearChoice::Running => (Span::In(running), running),
        YearChoice::In(year) => (Span::In(year), year),
        YearChoice::All => (Span::All, running),
    };
    let mut findings = Vec::new();
    let looking = Looking { catalogue, today, year };
    let clauses = query
        .terms
        .iter()
        .filter_map(|term| {
            let condition = looking.condition(&term.what, &mut findings)?;
            let dimension = (!term.negated).then(|| dimension_of(&condition)).flatten();
            Some(Clause { negated: term.negated, condition, dimension })
        })
        .collect();
    (Filter { span, clauses }, findings)
}

/// What of each term filters: values that mean nothing are left out, and a term of such values alone is nothing.
pub fn applied(
    query: &TaskQuery,
    catalogue: &Catalogue,
    today: NaiveDate,
    running: FiscalYear,
) -> Vec<Option<Term>> {
    let year = if let YearChoice::In(year) = query.year { year } else { running };
    let looking = Looking { catalogue, today, year };
    let means = |what: &What| looking.condition(what, &mut Vec::new()).is_some();
    let of_term = |term: &Term| {
        let what = match &term.what {
            What::Named(key, values) => {
                let of_one = |value: &&String| means(&What::Named(*key, vec![(*value).clone()]));
                What::Named(*key, values.iter().filter(of_one).cloned().collect())
            }
            other => other.clone(),
        };
        means(&what).then_some(Term { negated: term.negated, what })
    };
    query.terms.iter().map(of_term).collect()
}

struct Looking<'a> {
    catalogue: &'a Catalogue,
    today: NaiveDate,
    year: FiscalYear,
}

impl Looking<'_> {
    fn condition(&self, what: &What, findings: &mut Vec<Finding>) -> Option<Condition> {
        match what {
            What::Words(words) => Sought::new(words).map(Condition::Words),
            What::Named(key, values) => self.named(*key, values, findings),
            What::Amount(all) => Some(Condition::Amount(all.iter().map(amounts).collect())),
            What::Starts(all) => Some(Condition::Starts(all.iter().map(|c| c.days(self.today)).collect())),
            What::Ends(all) => Some(Condition::Ends(all.iter().map(|c| c.days(self.today)).collect())),
            What::Is(flags) => Some(Condition::Is(flags.clone())),
            What::Empty(fields) => Some(Condition::Empty(fields.clone())),
        }
    }

    fn named(&self, key: Key, values: &[String], findings: &mut Vec<Finding>) -> Option<Condition> {
        let c = self.catalogue;
        let mut seek = Seeking { key, values, findings };
        match key {
            Key::Project => seek.all(|v| c.find_projects(v, self.year)).map(Condition::Projects),
            Key::Program => seek.all(|v| c.find_programs(v)).map(Condition::Programs),
            Key::Ministry => seek.all(|v| c.find_ministries(v)).map(Condition::Ministries),
            Key::Institution => seek.all(|v| named(v, 13)).map(Condition::Institution),
            Key::Person => seek.all(|v| named(v, 8)).map(Condition::Person),
            Key::Number => seek.all(numbered).map(Condition::Number),
            Key::Disease | Key::Phase | Key::Modality | Key::Approval | Key::Nature => {
                let vocabulary = vocabulary_of(key)?;
                let found = seek.all(|v| c.find_values(vocabulary, v));
                found.map(|ids| Condition::Tags(vocabulary, ids))
            }
        }
    }
}

struct Seeking<'a> {
    key: Key,
    values: &'a [String],
    findings: &'a mut Vec<Finding>,
}

impl Seeking<'_> {
    /// Everything that the values mean; nothing if none means anything.
    fn all<T: PartialEq>(&mut self, find: impl Fn(&str) -> Vec<T>) -> Option<Vec<T>> {
        let mut out = Vec::new();
        for value in self.values {
            let found = find(value);
            if found.is_empty() {
                self.findings.push(unknown(self.key, value));
            }
            for id in found {
                if !out.contains(&id) {
                    out.push(id);
                }
            }
        }
        (!out.is_empty()).then_some(out)
    }
}

/// The vocabulary that a key chooses from.
pub fn vocabulary_of(key: Key) -> Option<Vocabulary> {
    Some(match key {
        Key::Disease => Vocabulary::DiseaseArea,
        Key::Phase => Vocabulary::Phase,
        Key::Modality => Vocabulary::Modality,
        Key::Approval => Vocabulary::ApprovalClass,
        Key::Nature => Vocabulary::Nature,
        _ => return None,
    })
}

fn dimension_of(condition: &Condition) -> Option<Dimension> {
    Some(match condition {
        Condition::Projects(_) => Dimension::Project,
        Condition::Programs(_) => Dimension::Program,
        Condition::Ministries(_) => Dimension::Ministry,
        Condition::Tags(Vocabulary::DiseaseArea, _) => Dimension::Disease,
        Condition::Tags(Vocabulary::Phase, _) => Dimension::Phase,
        Condition::Tags(Vocabulary::Modality, _) => Dimension::Modality,
        Condition::Tags(Vocabulary::ApprovalClass, _) => Dimension::Approval,
        Condition::Is(flags) if flags.iter().all(|f| matches!(f, Flag::New | Flag::Continuing)) => {
            Dimension::Kind
        }
        _ => return None,
    })
}

fn amounts(compare: &Compare<Yen>) -> Amounts {
    match *compare {
        Compare::Exactly(v) => (Some(v.0), Some(v.0)),
        Compare::AtLeast(v) => (Some(v.0), None),
        Compare::MoreThan(v) => (Some(v.0.saturating_add(1)), None),
        Compare::AtMost(v) => (None, Some(v.0)),
        Compare::LessThan(v) => (None, Some(v.0.saturating_sub(1))),
        Compare::Between(a, b) => (Some(a.0), Some(b.0)),
    }
}

fn named(value: &str, official_digits: usize) -> Vec<Named> {
    let plain = nfkc(value.trim());
    if let Ok(id) = plain.parse() {
        vec![Named::Id(id)]
    } else if plain.len() == official_digits && plain.bytes().all(|b| b.is_ascii_digit()) {
        vec![Named::Official(plain)]
    } else {
        let folded = fold(value);
        if folded.is_empty() { Vec::new() } else { vec![Named::Part(folded)] }
    }
}

fn numbered(value: &str) -> Vec<Numbered> {
    if let Ok(number) = value.parse::<TaskNumber>() {
        return vec![Numbered::Stable(number.stable_part().to_owned())];
    }
    let plain = nfkc(value.trim()).to_lowercase();
    let plain = plain.trim_end_matches(['*', '…']);
    let plain = plain.strip_prefix("jp").unwrap_or(plain);
    let fits = !plain.is_empty() && plain.len() <= 16 && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits { vec![Numbered::Prefix(plain.to_owned())] } else { Vec::new() }
}

fn unknown(key: Key, value: &str) -> Finding {
    use crate::kernel::Language::{En, Ja};
    Finding {
        about: value.to_owned(),
        said: Said::new(
            format!("{}に「{value}」はありません。この値は条件に使っていません。", key.name(Ja)),
            format!("{} has no “{value}”; it is left out of the conditions.", key.name(En)),
        ),
    }
}
