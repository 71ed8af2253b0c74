//! Addresses of milestones.

use chrono::NaiveDate;

use crate::accounts::Role;
use crate::kernel::TaskId;
use crate::portfolio::files::UPLOAD_BYTES;
use crate::web::kept::Basis;
use crate::web::{Access, Routes, paths};

use super::{evidence, forecast, ledger, listing, record, strategy, timeline, types};

pub fn routes() -> Routes {
    const ACCEPTERS: Access = Access::Roles(&[Role::ProgramSupervisor, Role::ProgramOfficer]);
    Routes::new()
        .merge(types::routes::routes())
        .kept("/milestones", Access::SignedIn, Basis::Anything, listing::pages::show)
        .kept("/milestones/timeline", Access::SignedIn, Basis::Anything, timeline::pages::show)
        .kept("/milestones/ledger", Access::SignedIn, Basis::Anything, ledger::pages::show)
        .get("/milestones/ledger/export", Access::SignedIn, ledger::pages::file)
        .kept("/milestones/forecast", Access::SignedIn, Basis::Anything, forecast::pages::show)
        .get("/milestones/evidence/{id}", Access::SignedIn, evidence::pages::file)
        .post("/milestones/evidence/{id}/withdrawal", Access::KEEPERS, evidence::pages::withdraw)
        .kept("/milestones/{id}", Access::SignedIn, Basis::Anything, record::pages::show)
        .get("/milestones/{id}/edit", Access::KEEPERS, record::pages::edit)
        .post("/milestones/{id}", Access::KEEPERS, record::pages::update)
        .post("/milestones/{id}/due", Access::KEEPERS, record::pages::due)
        .post("/milestones/{id}/report", Access::KEEPERS, record::pages::report)
        .post("/milestones/{id}/acceptance", ACCEPTERS, record::pages::accept)
        .post("/milestones/{id}/return", ACCEPTERS, record::pages::return_report)
        .post("/milestones/{id}/closing", Access::KEEPERS, record::pages::close)
        .post("/milestones/{id}/reopening", Access::KEEPERS, record::pages::reopen)
        .post("/milestones/{id}/waits", Access::KEEPERS, record::pages::wait)
        .post("/milestones/{id}/waits/removal", Access::KEEPERS, record::pages::stop_waiting)
        .upload("/milestones/{id}/evidence", Access::KEEPERS, UPLOAD_BYTES, evidence::pages::add)
        .kept("/tasks/{id}/milestones", Access::SignedIn, Basis::Anything, record::task::show)
        .get("/tasks/{id}/milestones/new", Access::KEEPERS, record::task::new)
        .post("/tasks/{id}/milestones", Access::KEEPERS, record::task::create)
        .get("/tasks/{id}/exit-strategy/edit", Access::KEEPERS, strategy::pages::form)
        .post("/tasks/{id}/exit-strategy", Access::KEEPERS, strategy::pages::update)
}

/// Exit strategy and milestones of a task.
pub fn task_milestones_path(id: TaskId) -> String {
    format!("/tasks/{id}/milestones")
}

/// The exit strategy of a task, to write to.
pub fn task_strategy_path(id: TaskId) -> String {
    format!("/tasks/{id}/exit-strategy")
}

/// What the list of milestones shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    #[default]
    Late,
    /// Reported as met, and not accepted yet.
    Waiting,
    /// Not late yet, but what they wait for makes them so.
    Pushed,
    /// Due within 90 days.
    Soon,
    Planned,
    Met,
    Missed,
    Dropped,
    All,
}

impl Show {
    pub const ALL: [Self; 9] = [
        Self::Late,
        Self::Waiting,
        Self::Pushed,
        Self::Soon,
        Self::Planned,
        Self::Met,
        Self::Missed,
        Self::Dropped,
        Self::All,
    ];

    /// The word in addresses and in the query.
    pub fn code(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Waiting => "waiting",
            Self::Pushed => "pushed",
            Self::Soon => "soon",
            Self::Planned => "planned",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Dropped => "dropped",
            Self::All => "all",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// The address of a list of milestones.
#[derive(Clone, Debug, Default)]
pub struct ListAddress {
    show: Show,
    program: String,
    kind: String,
    modality: String,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl ListAddress {
    pub fn of(show: Show) -> Self {
        Self { show, ..Self::default() }
    }

    pub fn all() -> Self {
        Self::of(Show::All)
    }

    pub fn program(self, code: &str) -> Self {
        Self { program: code.to_owned(), ..self }
    }

    /// Due, or met, from one day to another.
    pub fn between(self, from: NaiveDate, until: NaiveDate) -> Self {
        Self { from: Some(from), until: Some(until), ..self }
    }

    /// Of a type; of a modality too where one is named (`none`: of none).
    pub fn kind(self, code: &str, modality: Option<&str>) -> Self {
        Self { kind: code.to_owned(), modality: modality.unwrap_or_default().to_owned(), ..self }
    }

    pub fn path(&self) -> String {
        let day = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
        let (from, until) = (day(self.from), day(self.until));
        let pairs = [
            ("show", self.show.code()),
            ("program", &self.program),
            ("type", &self.kind),
            ("modality", &self.modality),
            ("from", &from),
            ("until", &until),
        ];
        paths::with_query("/milestones", &pairs)
    }
}

/// Accepted milestones of a type and a modality: the rows behind a forecast.
pub fn met_list_path(kind: &str, modality: Option<&str>) -> String {
    ListAddress::of(Show::Met).kind(kind, modality).path()
}
