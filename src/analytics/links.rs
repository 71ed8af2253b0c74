//! Addresses of the rows behind a figure: always the task list, in its own query grammar.

use uuid::Uuid;

use crate::kernel::FiscalYear;
use crate::portfolio::catalogue::Catalogue;
use crate::web::paths;

use super::cube::Axis;

/// Terms of a query of the task list, joined as typed.
#[derive(Clone, Debug, Default)]
pub struct TaskQuery(Vec<String>);

impl TaskQuery {
    pub fn all() -> Self {
        Self::default()
    }

    /// Adds `name:value`.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push(format!("{name}:{value}"));
        self
    }

    /// Tasks whose money that year came from a project; `None`: from no stated project.
    pub fn project(self, catalogue: &Catalogue, project: Option<Uuid>) -> Self {
        match project.and_then(|id| catalogue.project(id)) {
            Some(project) => self.with("project", &project.code()),
            None => self.with("empty", "project"),
        }
    }

    pub fn program(self, catalogue: &Catalogue, program: Uuid) -> Self {
        match catalogue.program(program) {
            Some(program) => self.with("program", &program.code),
            None => self,
        }
    }

    /// Tasks that carry a tag; `None`: that carry none of the axis.
    pub fn tag(self, catalogue: &Catalogue, axis: Axis, tag: Option<i16>) -> Self {
        match tag.and_then(|id| catalogue.value(id)) {
            Some(value) => self.with(axis.code(), &value.code),
            None => self.with("empty", axis.code()),
        }
    }

    pub fn new_tasks(self) -> Self {
        self.with("is", "new")
    }

    pub fn continuing(self) -> Self {
        self.with("is", "continuing")
    }

    /// The list of a year.
    pub fn in_year(&self, year: FiscalYear) -> String {
        paths::with_query("/tasks", &[("q", &self.0.join(" ")), ("year", &year.short())])
    }
}
