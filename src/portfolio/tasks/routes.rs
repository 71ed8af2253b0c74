//! Addresses of tasks.

use crate::kernel::TaskId;
use crate::web::kept::Basis;
use crate::web::{Access, Routes, paths};

use super::listing::columns::{Column, Sort};
use super::query::TaskQuery;
use super::{edit, listing, record, views};

pub fn routes() -> Routes {
    Routes::new()
        .kept("/tasks", Access::SignedIn, Basis::Versions, listing::pages::index)
        .post("/tasks/export", Access::SignedIn, listing::export::create)
        .post("/tasks/views", Access::SignedIn, views::pages::create)
        .post("/tasks/views/{id}/sharing", Access::SignedIn, views::pages::share)
        .post("/tasks/views/{id}/removal", Access::SignedIn, views::pages::remove)
        .kept("/tasks/{id}", Access::SignedIn, Basis::Anything, record::pages::show)
        .get("/tasks/{id}/edit", Access::KEEPERS, edit::pages::form)
        .post("/tasks/{id}", Access::KEEPERS, edit::pages::update)
}

/// The page of a task.
pub fn task_path(id: TaskId) -> String {
    format!("/tasks/{id}")
}

/// The address of a list: a query with order, columns and cursor.
#[derive(Clone, Debug, Default)]
pub struct ListAddress {
    q: String,
    year: String,
    sort: String,
    columns: String,
    after: String,
}

impl ListAddress {
    pub fn new(query: &TaskQuery) -> Self {
        Self { q: query.print_terms(), year: query.year.print(), ..Self::default() }
    }

    /// From the typed form of a query.
    pub fn typed(q: &str) -> Self {
        Self { q: q.to_owned(), ..Self::default() }
    }

    pub fn sorted(mut self, sorts: &[Sort]) -> Self {
        self.sort = Sort::print(sorts);
        self
    }

    pub fn showing(mut self, columns: &[Column]) -> Self {
        self.columns = Column::print(columns);
        self
    }

    pub fn after(mut self, cursor: &str) -> Self {
        cursor.clone_into(&mut self.after);
        self
    }
}

/// The list of tasks.
pub fn list_path(address: &ListAddress) -> String {
    let ListAddress { q, year, sort, columns, after } = address;
    paths::with_query(
        "/tasks",
        &[("q", q), ("year", year), ("sort", sort), ("columns", columns), ("after", after)],
    )
}
