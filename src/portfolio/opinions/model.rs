//! Who may give an opinion, who reads it, and how it is shown.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::accounts::{Rights, Role, Viewer};
use crate::kernel::Language;
use crate::portfolio::tasks::record::model::{Opinion, TaskRecord};
use crate::web::view::Choice;

/// Roles that give opinions.
pub const AUTHORS: [Role; 4] =
    [Role::ProgramDirector, Role::ProgramSupervisor, Role::ProgramOfficer, Role::DiseaseCoordinator];

/// An opinion as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpinionForm {
    pub key: String,
    pub body: String,
    pub visibility: String,
}

/// Who reads an opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everyone who sees the task.
    Staff,
    /// Only people in charge of the task.
    Scope,
}

impl Visibility {
    pub fn code(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Scope => "scope",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Staff, Self::Scope].into_iter().find(|v| v.code() == code)
    }

    fn name(self, l: Language) -> &'static str {
        match self {
            Self::Staff => l.t("課題を閲覧できる全員", "Everybody who sees the task"),
            Self::Scope => l.t(
                "担当範囲の関係者のみ（所管府省と監査は閲覧できません）",
                "People in charge only; not ministries and auditors",
            ),
        }
    }
}

/// The role in which a viewer gives an opinion on a task: the first of theirs whose scope holds it.
pub fn role_over(rights: &Rights, task: &TaskRecord) -> Option<Role> {
    AUTHORS.into_iter().find(|role| {
        rights.roles.iter().filter(|held| held.role == *role).any(|held| match role {
            Role::ProgramDirector => rights.programs.contains(&task.program_id),
            Role::DiseaseCoordinator => held.disease_area_id.is_some_and(|d| task.disease_ids.contains(&d)),
            _ => held.program_id == Some(task.program_id),
        })
    })
}

/// The choices of who reads it.
pub fn visibility_choices(form: &OpinionForm, l: Language) -> Vec<Choice> {
    let chosen = Visibility::from_code(&form.visibility).unwrap_or(Visibility::Staff);
    [Visibility::Staff, Visibility::Scope].map(|v| Choice::new(v.code(), v.name(l), v == chosen)).to_vec()
}

/// An opinion as it is shown.
pub struct Shown {
    pub id: Uuid,
    pub author: String,
    pub role: &'static str,
    pub is_advice: bool,
    pub for_scope: bool,
    pub body: String,
    pub at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub can_withdraw: bool,
}

/// Opinions in the order in which they were given; the text of a withdrawn one is for its author alone.
pub fn shown(opinions: &[Opinion], viewer: &Viewer, l: Language) -> Vec<Shown> {
    opinions
        .iter()
        .map(|o| {
            let role = Role::from_code(&o.role);
            let mine = o.author_id == viewer.id;
            Shown {
                id: o.id,
                author: l.name(&o.author_ja, o.author_en.as_deref()).to_owned(),
                role: role.map(|r| r.name(l)).unwrap_or_default(),
                is_advice: role == Some(Role::DiseaseCoordinator),
                for_scope: o.visibility == Visibility::Scope.code(),
                body: if o.withdrawn_at.is_none() || mine { o.body.clone() } else { String::new() },
                at: o.created_at,
                withdrawn_at: o.withdrawn_at,
                can_withdraw: mine && o.withdrawn_at.is_none(),
            }
        })
        .collect()
}
