//! Roles, and the person behind a request.

use std::sync::Arc;

use crate::audit::Actor;
use crate::kernel::yen::YenUnit;
use crate::kernel::{Language, SessionId, UserId};

use super::Rights;

/// The roles of the agency (design, section 1). Each is held over a scope and for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Administrator,
    StrategyUnit,
    ProgramDirector,
    ProgramSupervisor,
    ProgramOfficer,
    DiseaseCoordinator,
    ProgramDivision,
    CommitteeMember,
    MinistryObserver,
    Auditor,
}

/// What a role is held over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Agency,
    Project,
    Program,
    DiseaseArea,
    Ministry,
}

impl Role {
    pub const ALL: [Self; 10] = [
        Self::Administrator,
        Self::StrategyUnit,
        Self::ProgramDirector,
        Self::ProgramSupervisor,
        Self::ProgramOfficer,
        Self::DiseaseCoordinator,
        Self::ProgramDivision,
        Self::CommitteeMember,
        Self::MinistryObserver,
        Self::Auditor,
    ];

    /// The word in the database and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::StrategyUnit => "strategy_unit",
            Self::ProgramDirector => "program_director",
            Self::ProgramSupervisor => "program_supervisor",
            Self::ProgramOfficer => "program_officer",
            Self::DiseaseCoordinator => "disease_coordinator",
            Self::ProgramDivision => "program_division",
            Self::CommitteeMember => "committee_member",
            Self::MinistryObserver => "ministry_observer",
            Self::Auditor => "auditor",
        }
    }

    /// Reads [`Role::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The role's title.
    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Administrator => l.t("管理者", "Administrator"),
            Self::StrategyUnit => l.t("戦略策定・実施ユニット", "Strategy unit"),
            Self::ProgramDirector => l.t("PD（プログラムディレクター）", "Program director (PD)"),
            Self::ProgramSupervisor => l.t("PS（プログラムスーパーバイザー）", "Program supervisor (PS)"),
            Self::ProgramOfficer => l.t("PO（プログラムオフィサー）", "Program officer (PO)"),
            Self::DiseaseCoordinator => l.t("DC（疾患領域コーディネーター）", "Disease coordinator (DC)"),
            Self::ProgramDivision => l.t("事業課", "Program division"),
            Self::CommitteeMember => l.t("評価委員", "Committee member"),
            Self::MinistryObserver => l.t("所管府省（閲覧）", "Ministry observer"),
            Self::Auditor => l.t("監査", "Auditor"),
        }
    }

    /// What the role must be given a scope of.
    pub fn scope_kind(self) -> ScopeKind {
        match self {
            Self::ProgramDirector => ScopeKind::Project,
            Self::ProgramSupervisor | Self::ProgramOfficer | Self::ProgramDivision => ScopeKind::Program,
            Self::DiseaseCoordinator => ScopeKind::DiseaseArea,
            Self::MinistryObserver => ScopeKind::Ministry,
            Self::Administrator | Self::StrategyUnit | Self::CommitteeMember | Self::Auditor => {
                ScopeKind::Agency
            }
        }
    }

    /// Sees every task, announced or not.
    pub fn sees_all(self) -> bool {
        matches!(self, Self::Administrator | Self::StrategyUnit | Self::Auditor)
    }

    /// Sees every announced task of the agency.
    pub fn sees_open(self) -> bool {
        !matches!(self, Self::CommitteeMember | Self::MinistryObserver)
    }
}

/// A role that a viewer holds today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    pub role: Role,
    pub project_id: Option<uuid::Uuid>,
    pub program_id: Option<uuid::Uuid>,
    pub disease_area_id: Option<i16>,
    pub ministry_code: Option<String>,
}

/// The signed-in person of a request.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub id: UserId,
    pub session: SessionId,
    pub email: String,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub language: Option<Language>,
    pub yen_unit: YenUnit,
    pub must_change_password: bool,
    pub rights: Arc<Rights>,
}

impl Viewer {
    pub fn name(&self, l: Language) -> &str {
        l.name(&self.name_ja, self.name_en.as_deref())
    }

    /// Holds one of `roles` today, over whatever scope.
    pub fn holds(&self, roles: &[Role]) -> bool {
        self.rights.roles.iter().any(|held| roles.contains(&held.role))
    }

    pub fn is_administrator(&self) -> bool {
        self.holds(&[Role::Administrator])
    }

    /// The viewer as the audit prints them: the account, not the name.
    pub fn actor(&self, request_id: Option<String>) -> Actor {
        Actor { id: Some(self.id.0), label: self.email.clone(), request_id }
    }
}
