//! Who may do what with money, in one place. Everybody inside the agency reads all of it. Ministry observers read the
//! figures of the year, of programs, projects and ministries, those of other ministries too: the budgets of ministries
//! are public documents. They do not open versions, slips, stages or the adjustment fund; contracts they see of the
//! tasks that they may know.

use uuid::Uuid;

use crate::accounts::{Rights, Role, Viewer};
use crate::web::Access;

/// Those who read figures of money.
pub const READERS: Access = Access::INSIDE_AND_MINISTRIES;

/// Those who propose: for programs in their scope, the unit and administrators for all.
pub const PROPOSERS: Access = Access::Roles(PROPOSER_ROLES);
const PROPOSER_ROLES: &[Role] = &[
    Role::Administrator,
    Role::StrategyUnit,
    Role::ProgramDirector,
    Role::ProgramSupervisor,
    Role::ProgramOfficer,
    Role::ProgramDivision,
];

/// Those who record what the President or the Cabinet side decided.
pub const DECIDERS: Access = Access::Roles(DECIDER_ROLES);
const DECIDER_ROLES: &[Role] = &[Role::Administrator, Role::StrategyUnit];

/// Those whose views are heard.
pub const DIRECTORS: Access = Access::Roles(&[Role::ProgramDirector]);

pub fn may_decide(viewer: &Viewer) -> bool {
    viewer.holds(DECIDER_ROLES)
}

pub fn may_propose(viewer: &Viewer) -> bool {
    viewer.holds(PROPOSER_ROLES)
}

/// May propose money for a program: whoever keeps its tasks, and the PD of a project that has it this year.
pub fn proposes_for(viewer: &Viewer, program: Uuid) -> bool {
    viewer.rights.may_edit(program) || is_director_of(&viewer.rights, program)
}

/// PD of a project that has the program this year.
pub fn is_director_of(rights: &Rights, program: Uuid) -> bool {
    rights.roles.iter().any(|r| r.role == Role::ProgramDirector) && rights.programs.contains(&program)
}

/// Those who read what-if scenarios.
pub const PLANNERS: Access =
    Access::Roles(&[Role::Administrator, Role::StrategyUnit, Role::ProgramDirector, Role::Auditor]);

/// Those who make them.
pub const PLAN_WRITERS: Access = Access::Roles(PLAN_WRITER_ROLES);
const PLAN_WRITER_ROLES: &[Role] = &[Role::Administrator, Role::StrategyUnit, Role::ProgramDirector];

pub fn may_plan(viewer: &Viewer) -> bool {
    viewer.holds(PLAN_WRITER_ROLES)
}
