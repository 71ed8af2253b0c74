//! What "mine" is on the home page: the part of the portfolio that a viewer's roles are held over.

use uuid::Uuid;

use crate::accounts::{Rights, Role};
use crate::analytics::cube::{Axis, Group};
use crate::analytics::links::TaskQuery;
use crate::portfolio::catalogue::Catalogue;

/// The scope of a viewer; with `whole` it is everything that they see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub whole: bool,
    pub programs: Vec<Uuid>,
    pub projects: Vec<Uuid>,
    pub diseases: Vec<i16>,
}

impl Scope {
    /// Roles over the agency, and people who see nothing beyond their part anyway, have the whole of what they see.
    pub fn of(rights: &Rights) -> Self {
        let of_agency = |role: Role| {
            matches!(
                role,
                Role::Administrator
                    | Role::StrategyUnit
                    | Role::Auditor
                    | Role::CommitteeMember
                    | Role::MinistryObserver
            )
        };
        let mut scope = Self {
            whole: rights.roles.iter().any(|r| of_agency(r.role)) || rights.roles.is_empty(),
            programs: rights.roles.iter().filter_map(|r| r.program_id).collect(),
            projects: rights.roles.iter().filter_map(|r| r.project_id).collect(),
            diseases: rights.roles.iter().filter_map(|r| r.disease_area_id).collect(),
        };
        for ids in [&mut scope.programs, &mut scope.projects] {
            ids.sort_unstable();
            ids.dedup();
        }
        scope
    }

    /// The group lies in the scope.
    pub fn holds(&self, group: &Group) -> bool {
        self.whole
            || self.programs.contains(&group.program)
            || group.project.is_some_and(|p| self.projects.contains(&p))
            || group.diseases.iter().any(|d| self.diseases.contains(d))
    }

    /// The task list of the scope; nothing where no one query says it (roles of several kinds).
    pub fn query(&self, catalogue: &Catalogue) -> Option<TaskQuery> {
        if self.whole {
            return Some(TaskQuery::all());
        }
        let codes = |codes: Vec<String>| codes.join("|");
        match (self.programs.as_slice(), self.projects.as_slice(), self.diseases.as_slice()) {
            (programs, [], []) => {
                let all = programs.iter().filter_map(|id| catalogue.program(*id)).map(|p| p.code.clone());
                Some(TaskQuery::all().with("program", &codes(all.collect())))
            }
            ([], projects, []) => {
                let all = projects.iter().filter_map(|id| catalogue.project(*id)).map(|p| p.code());
                Some(TaskQuery::all().with("project", &codes(all.collect())))
            }
            ([], [], diseases) => {
                let all = diseases.iter().filter_map(|id| catalogue.value(*id)).map(|v| v.code.clone());
                Some(TaskQuery::all().with(Axis::Disease.code(), &codes(all.collect())))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::RoleAssignment;

    fn held(role: Role, program: Option<u128>, disease: Option<i16>) -> RoleAssignment {
        RoleAssignment {
            role,
            project_id: None,
            program_id: program.map(Uuid::from_u128),
            disease_area_id: disease,
            ministry_code: None,
        }
    }

    #[test]
    fn an_officer_has_the_programs_held_once_each() {
        let roles =
            vec![held(Role::ProgramOfficer, Some(7), None), held(Role::ProgramDivision, Some(7), None)];
        let scope = Scope::of(&Rights { roles, ..Rights::default() });
        assert_eq!(scope, Scope { programs: vec![Uuid::from_u128(7)], ..Scope::default() });
    }

    #[test]
    fn roles_of_several_kinds_have_no_single_list() {
        let roles =
            vec![held(Role::ProgramOfficer, Some(7), None), held(Role::DiseaseCoordinator, None, Some(3))];
        let scope = Scope::of(&Rights { roles, ..Rights::default() });
        assert!(scope.query(&Catalogue::default()).is_none() && !scope.whole);
    }
}
