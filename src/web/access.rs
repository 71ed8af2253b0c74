//! First lock: a route cannot be registered without its access rule, and the table of all routes is data that a
//! test walks with every persona (docs/access.md).

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};

use crate::accounts::{Role, Viewer};
use crate::kernel::Said;

use super::cx::Facts;
use super::kept::{Basis, keep};
use super::{AppState, PageError, paths};

/// Who may call a route at all. What they then see is decided row by row by the scoped extractors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    /// Everybody with an account.
    SignedIn,
    /// Holders of one of these roles, over whatever scope.
    Roles(&'static [Role]),
}

impl Access {
    /// True where the viewer holds one of the roles, over whatever scope.
    pub fn admits(&self, viewer: &Viewer) -> bool {
        match self {
            Self::Public | Self::SignedIn => true,
            Self::Roles(roles) => viewer.holds(roles),
        }
    }

    /// Everybody inside the agency; committee members and ministry observers are outside.
    pub const STAFF: Self = Self::Roles(&[
        Role::Administrator,
        Role::StrategyUnit,
        Role::ProgramDirector,
        Role::ProgramSupervisor,
        Role::ProgramOfficer,
        Role::DiseaseCoordinator,
        Role::ProgramDivision,
        Role::Auditor,
    ]);
    /// Everybody inside the agency, and committee members: what they then see follows from their seats.
    pub const COMMITTEES: Self = Self::Roles(&[
        Role::Administrator,
        Role::StrategyUnit,
        Role::ProgramDirector,
        Role::ProgramSupervisor,
        Role::ProgramOfficer,
        Role::DiseaseCoordinator,
        Role::ProgramDivision,
        Role::CommitteeMember,
        Role::Auditor,
    ]);
    /// Everybody inside the agency, and ministry observers.
    pub const INSIDE_AND_MINISTRIES: Self = Self::Roles(&[
        Role::Administrator,
        Role::StrategyUnit,
        Role::ProgramDirector,
        Role::ProgramSupervisor,
        Role::ProgramOfficer,
        Role::DiseaseCoordinator,
        Role::ProgramDivision,
        Role::MinistryObserver,
        Role::Auditor,
    ]);
    /// Administrators only.
    pub const ADMINISTRATOR: Self = Self::Roles(&[Role::Administrator]);
    /// Administrators, and the auditor who reads what they read.
    pub const OVERSIGHT: Self = Self::Roles(&[Role::Administrator, Role::Auditor]);
    /// Those who keep tasks: administrators, the unit, PS, PO and program divisions.
    pub const KEEPERS: Self = Self::Roles(&[
        Role::Administrator,
        Role::StrategyUnit,
        Role::ProgramSupervisor,
        Role::ProgramOfficer,
        Role::ProgramDivision,
    ]);
}

/// One registered route.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
}

/// Routes of a slice, each with its access.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    table: Vec<Route>,
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    /// A page or a download. A GET never writes.
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::GET, path, access, get(handler))
    }

    /// A page that shows nothing but data of its basis to its viewer: kept in memory while that is the same.
    pub fn kept<H, T>(self, path: &'static str, access: Access, basis: Basis, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let keeping = get(handler).layer(from_fn(move |request, next| keep(basis, request, next)));
        self.add(Method::GET, path, access, keeping)
    }

    /// An action.
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::POST, path, access, post(handler))
    }

    /// An action that takes a file: the configured upload limit instead of the small one of forms.
    pub fn upload<H, T>(self, path: &'static str, access: Access, bytes: usize, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::POST, path, access, post(handler).layer(DefaultBodyLimit::max(bytes)))
    }

    /// Joins the routes of another noun or slice.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The router and the table of what is in it.
    pub fn into_parts(self) -> (Router<AppState>, Vec<Route>) {
        (self.router, self.table)
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<AppState>,
    ) -> Self {
        let guarded = handler.layer(from_fn(move |request, next| guard(access, request, next)));
        self.router = self.router.route(path, guarded);
        self.table.push(Route { method, path, access });
        self
    }
}

async fn guard(access: Access, request: Request, next: Next) -> Response {
    let viewer = request.extensions().get::<Facts>().and_then(|facts| facts.viewer.clone());
    match (access, viewer) {
        (Access::Public, _) => next.run(request).await,
        (_, None) => ask_to_sign_in(&request),
        (_, Some(viewer)) if viewer.must_change_password && !opens_with_temporary_password(&request) => {
            Redirect::to("/account").into_response()
        }
        (Access::SignedIn, Some(_)) => next.run(request).await,
        (Access::Roles(roles), Some(viewer)) if viewer.holds(roles) => next.run(request).await,
        (Access::Roles(_), Some(_)) => PageError::Forbidden(Said::new(
            "このページを開く役割がありません。必要な場合は管理者に役割の追加を依頼してください。",
            "Your roles do not open this page. Ask an administrator if you need it.",
        ))
        .into_response(),
    }
}

/// With a temporary password only one's own account opens, and the way out.
fn opens_with_temporary_password(request: &Request) -> bool {
    let path = request.uri().path();
    path == "/sign-out" || path.starts_with("/account")
}

fn ask_to_sign_in(request: &Request) -> Response {
    let wanted = request.uri().path_and_query().map_or("/", |p| p.as_str());
    let next = if request.method() == Method::GET && wanted != "/" { wanted } else { "" };
    Redirect::to(&paths::with_query("/sign-in", &[("next", next)])).into_response()
}
