//! What somebody may see and change, expanded from their roles: the arrays that `task_is_visible` takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::DataVersions;
use crate::kernel::{FiscalYear, UserId};

use super::model::{Role, RoleAssignment};
use super::queries;

/// A viewer's rights on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    pub roles: Vec<RoleAssignment>,
    /// Sees every task.
    pub sees_all: bool,
    /// Sees every task that is not restricted.
    pub sees_open: bool,
    /// Programs in scope: by the program itself, its project this year, or its ministry.
    pub programs: Vec<Uuid>,
    /// Disease areas in scope.
    pub diseases: Vec<i16>,
    /// Those of them that a role of the viewer answers for; a ministry only watches.
    pub charges: Vec<Uuid>,
    /// Is in charge of every task.
    pub charges_all: bool,
    /// Single tasks granted (committee agendas).
    pub granted: Vec<Uuid>,
    /// Programs whose tasks the viewer may change.
    pub edits: Vec<Uuid>,
    /// May change any task.
    pub edits_all: bool,
}

impl Rights {
    /// The non-public parts of a task are for people in charge. Ministries and auditors watch it, which is not enough.
    pub fn in_charge(&self, task: Uuid, program: Uuid, diseases: &[i16]) -> bool {
        self.charges_all
            || self.charges.contains(&program)
            || self.granted.contains(&task)
            || diseases.iter().any(|d| self.diseases.contains(d))
    }

    /// The task lies in the viewer's scope: they may know it even while it is restricted.
    pub fn in_scope(&self, task: Uuid, program: Uuid, diseases: &[i16]) -> bool {
        self.sees_all
            || self.programs.contains(&program)
            || self.granted.contains(&task)
            || diseases.iter().any(|d| self.diseases.contains(d))
    }

    /// The rule of the SQL function `task_is_visible`.
    pub fn sees(&self, task: Uuid, program: Uuid, diseases: &[i16], restricted: bool) -> bool {
        (self.sees_open && !restricted) || self.in_scope(task, program, diseases)
    }

    /// Projects that the viewer directs as their PD.
    pub fn directed_projects(&self) -> Vec<Uuid> {
        let directs = self.roles.iter().filter(|a| a.role == Role::ProgramDirector);
        directs.filter_map(|a| a.project_id).collect()
    }

    /// May change tasks of this program.
    pub fn may_edit(&self, program: Uuid) -> bool {
        self.edits_all || self.edits.contains(&program)
    }

    /// Two viewers with equal keys see the same tasks: the key under which counts are cached.
    pub fn visibility_key(&self) -> String {
        if self.sees_all {
            "all".to_owned()
        } else {
            format!("{}{:?}{:?}{:?}", self.sees_open, self.programs, self.diseases, self.granted)
        }
    }
}

/// Rights by person, valid while neither accounts nor reference data changed and the day is the same.
#[derive(Clone, Default)]
pub struct RightsCache(Arc<Mutex<HashMap<UserId, CachedRights>>>);

type CachedRights = ((i64, i64, NaiveDate), Arc<Rights>);

impl RightsCache {
    /// The rights of `user` today, from memory where they are still true.
    pub async fn get(
        &self,
        pool: &PgPool,
        user: UserId,
        today: NaiveDate,
        v: DataVersions,
    ) -> sqlx::Result<Arc<Rights>> {
        let key = (v.accounts, v.reference, today);
        if let Some((at, rights)) = self.lock().get(&user)
            && *at == key
        {
            return Ok(rights.clone());
        }
        let rights = Arc::new(load(pool, user, today).await?);
        let mut cache = self.lock();
        if cache.len() > 5_000 {
            cache.clear();
        }
        cache.insert(user, (key, rights.clone()));
        Ok(rights)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, CachedRights>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Expands the roles that `user` holds on `today`.
pub async fn load(pool: &PgPool, user: UserId, today: NaiveDate) -> sqlx::Result<Rights> {
    let roles = queries::roles_on(pool, user, today).await?;
    let fiscal_year = FiscalYear::containing(today);
    let programs = queries::programs_in_scope(pool, user, today, fiscal_year).await?;
    let granted = queries::granted_tasks(pool, user, today).await?;
    let edits_all = roles.iter().any(|r| matches!(r.role, Role::Administrator | Role::StrategyUnit));
    Ok(Rights {
        sees_all: roles.iter().any(|r| r.role.sees_all()),
        sees_open: roles.iter().any(|r| r.role.sees_open()),
        diseases: roles.iter().filter_map(|r| r.disease_area_id).collect(),
        edits: roles
            .iter()
            .filter(|r| {
                matches!(r.role, Role::ProgramDivision | Role::ProgramSupervisor | Role::ProgramOfficer)
            })
            .filter_map(|r| r.program_id)
            .collect(),
        charges_all: roles.iter().any(|r| r.role.sees_all() && r.role != Role::Auditor),
        charges: programs.iter().filter(|p| p.in_charge).map(|p| p.id).collect(),
        programs: programs.into_iter().map(|p| p.id).collect(),
        roles,
        granted,
        edits_all,
    })
}
