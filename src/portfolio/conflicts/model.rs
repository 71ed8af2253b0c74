//! Kinds of conflict, how much they weigh, and the path by which one was found.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Language;

/// How a person and a task come too near to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Lead,
    CoInvestigator,
    SameDepartment,
    SameInstitution,
    JointResearch,
    Mentor,
    Family,
    Employment,
    FinancialInterest,
    CompetingTask,
    Other,
}

impl Kind {
    /// What a person can declare.
    pub const DECLARED: [Self; 8] = [
        Self::CoInvestigator,
        Self::JointResearch,
        Self::Mentor,
        Self::Family,
        Self::Employment,
        Self::FinancialInterest,
        Self::CompetingTask,
        Self::Other,
    ];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::CoInvestigator => "co_investigator",
            Self::SameDepartment => "same_department",
            Self::SameInstitution => "same_institution",
            Self::JointResearch => "joint_research",
            Self::Mentor => "mentor",
            Self::Family => "family",
            Self::Employment => "employment",
            Self::FinancialInterest => "financial_interest",
            Self::CompetingTask => "competing_task",
            Self::Other => "other",
        }
    }

    /// Reads [`Kind::code`]; an unknown word is a conflict of another kind, never none.
    pub fn from_code(code: &str) -> Self {
        [Self::Lead, Self::SameDepartment, Self::SameInstitution]
            .into_iter()
            .chain(Self::DECLARED)
            .find(|kind| kind.code() == code)
            .unwrap_or(Self::Other)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Lead => l.t("研究代表者本人", "Lead investigator"),
            Self::CoInvestigator => l.t("共同研究者・分担者", "Co-investigator"),
            Self::SameDepartment => l.t("同一部署", "Same department"),
            Self::SameInstitution => l.t("同一機関", "Same institution"),
            Self::JointResearch => l.t("共同研究", "Joint research"),
            Self::Mentor => l.t("師弟関係", "Mentor or student"),
            Self::Family => l.t("親族", "Family"),
            Self::Employment => l.t("雇用・兼業", "Employment"),
            Self::FinancialInterest => l.t("経済的利害", "Financial interest"),
            Self::CompetingTask => l.t("競合課題", "Competing task"),
            Self::Other => l.t("その他", "Other"),
        }
    }
}

/// How much a conflict weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Known to the chair; the person stays.
    Weak,
    /// Out of the room unless the chair waives it with a reason.
    Strong,
    /// Out of the room, whatever the chair thinks.
    Bar,
}

impl Severity {
    /// Reads the word in the database; an unknown one weighs most.
    pub fn from_code(code: &str) -> Self {
        match code {
            "weak" => Self::Weak,
            "strong" => Self::Strong,
            _ => Self::Bar,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
            Self::Bar => "bar",
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Weak => l.t("参考", "For information"),
            Self::Strong => l.t("原則除斥", "Recused unless waived"),
            Self::Bar => l.t("必ず除斥", "Always recused"),
        }
    }

    /// Tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Weak => "quiet",
            Self::Strong => "warn",
            Self::Bar => "bad",
        }
    }
}

/// A step of a path: how one gets there, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub by: String,
    pub kind: String,
    pub id: Option<Uuid>,
    pub ja: Option<String>,
    pub en: Option<String>,
}

/// A conflict of an account with a task.
#[derive(Clone, Debug)]
pub struct Found {
    pub user_id: Uuid,
    pub task_id: Uuid,
    pub kind: Kind,
    pub severity: Severity,
    pub path: Vec<Hop>,
}

/// A path as a line: 本人 →（所属）東京大学 →（代表機関）この課題.
pub fn path_in_words(path: &[Hop], l: Language) -> String {
    let mut line = l.t("本人", "the member").to_owned();
    for hop in path {
        let by = match hop.by.as_str() {
            "leads" => l.t("研究代表者", "leads"),
            "takes_part_in" => l.t("分担者", "takes part in"),
            "belongs_to" => l.t("所属", "belongs to"),
            "department_of" => l.t("同じ部署の研究者", "where also works"),
            "lead_institution_of" => l.t("代表機関", "lead institution of"),
            "sub_institution_of" => l.t("分担機関", "sub-institution of"),
            "worked_on" => l.t("参加した課題", "took part in"),
            "shared_with" => l.t("共に参加した研究者", "shared with"),
            "competes_with" => l.t("同じ事業・疾患・モダリティで競合", "competes with"),
            "declared" => l.t("本人の申告", "declared"),
            _ => l.t("対象", "names"),
        };
        let name = l.name(hop.ja.as_deref().unwrap_or_default(), hop.en.as_deref());
        let name =
            if name.is_empty() && hop.kind == "task" { l.t("この課題", "this task") } else { name };
        line.push_str(" → ");
        line.push_str(&match l {
            Language::Ja => format!("（{by}）{name}"),
            Language::En => format!("({by}) {name}"),
        });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_its_own_code_and_an_unknown_one_is_no_free_pass() {
        for kind in Kind::DECLARED.into_iter().chain([Kind::Lead, Kind::SameDepartment]) {
            assert_eq!(Kind::from_code(kind.code()), kind);
        }
        assert_eq!(Kind::from_code("?"), Kind::Other);
        assert_eq!(Severity::from_code("?"), Severity::Bar);
    }

    #[test]
    fn a_path_reads_as_a_line_in_both_languages() {
        let hop = |by: &str, kind: &str, ja: Option<&str>| Hop {
            by: by.to_owned(),
            kind: kind.to_owned(),
            id: None,
            ja: ja.map(str::to_owned),
            en: None,
        };
        let path =
            [hop("belongs_to", "institution", Some("東京大学")), hop("lead_institution_of", "task", None)];
        assert_eq!(path_in_words(&path, Language::Ja), "本人 → （所属）東京大学 → （代表機関）この課題");
        assert_eq!(
            path_in_words(&path, Language::En),
            "the member → (belongs to) 東京大学 → (lead institution of) this task"
        );
    }
}
