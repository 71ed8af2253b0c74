//! Extractors: the context of a request, and the only ways in which handlers read paths, queries and forms.

#![expect(clippy::disallowed_types, reason = "the house extractors wrap these")]

use std::convert::Infallible;
use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum_extra::extract::{Form, Query};
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use sqlx::PgPool;

use crate::accounts::Viewer;
use crate::audit::Actor;
use crate::db::DataVersions;
use crate::kernel::{FiscalYear, Language, Said, clock};

use super::kept::KeptPages;
use super::layout::{Page, Section};
use super::view::Tab;
use super::{Access, AppState, PageError};

/// What the identify layer knows of a request; the extension behind [`Cx`] and [`Visitor`].
#[derive(Clone)]
pub struct Facts {
    pub viewer: Option<Arc<Viewer>>,
    pub language: Language,
    pub now: DateTime<Utc>,
    pub request_id: String,
    pub address: String,
    pub path: String,
    pub query: String,
    pub flash: Option<String>,
    pub versions: DataVersions,
    /// Position of the newest audit entry.
    pub audited: i64,
    /// The page is to be kept: what changes from answer to answer is rendered as a mark.
    pub(super) marked: bool,
    pub(super) kept: Arc<KeptPages>,
}

/// Context of a request by a signed-in person.
#[derive(Clone)]
pub struct Cx {
    pub state: AppState,
    pub viewer: Arc<Viewer>,
    pub l: Language,
    pub now: DateTime<Utc>,
    pub facts: Facts,
}

impl Cx {
    pub fn pool(&self) -> &PgPool {
        &self.state.pool
    }

    /// Today in Japan.
    pub fn today(&self) -> NaiveDate {
        clock::today_in_japan(self.now)
    }

    /// The running fiscal year.
    pub fn fiscal_year(&self) -> FiscalYear {
        FiscalYear::containing(self.today())
    }

    /// Who acts, for the audit.
    pub fn actor(&self) -> Actor {
        self.viewer.actor(Some(self.facts.request_id.clone()))
    }

    /// The frame of a page in a section of the navigation.
    pub fn page(&self, section: Section, title: impl Into<String>) -> Page {
        Page::new(&self.state, &self.facts, section, title.into())
    }

    /// Those pages of a group that this viewer can open: (name, label, address, who may).
    pub fn tabs<T: PartialEq>(&self, here: T, all: &[(T, &str, &str, Access)]) -> Vec<Tab> {
        all.iter()
            .filter(|(.., access)| access.admits(&self.viewer))
            .map(|(name, label, href, _)| Tab {
                label: (*label).to_owned(),
                href: (*href).to_owned(),
                count: None,
                current: *name == here,
            })
            .collect()
    }
}

impl FromRequestParts<AppState> for Cx {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let facts = parts.extensions.get::<Facts>().cloned().ok_or(PageError::NotFound)?;
        let viewer = facts.viewer.clone().ok_or(PageError::NotFound)?;
        Ok(Self { state: state.clone(), viewer, l: facts.language, now: facts.now, facts })
    }
}

/// Context of a request by anybody.
#[derive(Clone)]
pub struct Visitor {
    pub state: AppState,
    pub l: Language,
    pub now: DateTime<Utc>,
    pub facts: Facts,
}

impl Visitor {
    /// The frame of a public page.
    pub fn page(&self, title: impl Into<String>) -> Page {
        Page::new(&self.state, &self.facts, Section::None, title.into())
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let facts = parts.extensions.get::<Facts>().cloned().ok_or(PageError::NotFound)?;
        Ok(Self { state: state.clone(), l: facts.language, now: facts.now, facts })
    }
}

/// Path parameters; one that does not parse is a page that does not exist.
pub struct AtPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for AtPath<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map_err(|_| PageError::NotFound)?;
        Ok(Self(path.0))
    }
}

/// The query of an address as raw strings; unknown names are ignored, a broken one gives the default.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Default + Send, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let query = <Query<T> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        Ok(Self(query.map(|q| q.0).unwrap_or_default()))
    }
}

impl<T: DeserializeOwned + Default + Send, S: Send + Sync> OptionalFromRequestParts<S> for Asked<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

/// A submitted form as raw strings.
pub struct Submitted<T>(pub T);

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequest<S> for Submitted<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        let form: Result<Form<T>, _> = request.extract().await;
        match form {
            Ok(Form(value)) => Ok(Self(value)),
            Err(rejection) => {
                tracing::info!("A form could not be read: {rejection}");
                Err(PageError::Refused(Said::new(
                    "送信された内容を読めませんでした。前の画面に戻り、もう一度送信してください。",
                    "The form could not be read. Go back and send it again.",
                )))
            }
        }
    }
}
