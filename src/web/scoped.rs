//! Second lock: handlers receive rows only through these extractors. A row the viewer may not know does not exist
//! (404); one that is visible but not theirs to change is refused (403).

use std::future::Future;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::kernel::Said;

use super::{AppState, AtPath, Cx, PageError};

/// A row that is found only through its viewer. The last id of the path names it.
pub trait Scoped: Sized + Send {
    type Id: DeserializeOwned + Send;

    /// The row, if it exists and the viewer may know it.
    fn find(cx: &Cx, id: Self::Id) -> impl Future<Output = anyhow::Result<Option<Self>>> + Send;

    /// Nothing if the viewer may change the row, otherwise why not.
    fn refusal(&self, _cx: &Cx) -> Option<Said> {
        Some(Said::new("この画面から変更することはできません。", "It cannot be changed here."))
    }
}

/// A row that the viewer may know.
pub struct Visible<T>(T);

/// A row that the viewer may change.
pub struct Acting<T>(T);

impl<T: Scoped> Visible<T> {
    /// For rows that are named by something else than the path.
    pub async fn find(cx: &Cx, id: T::Id) -> Result<Self, PageError> {
        T::find(cx, id).await?.map(Self).ok_or(PageError::NotFound)
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Scoped> Acting<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Visible<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for Acting<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Scoped> FromRequestParts<AppState> for Visible<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let cx = Cx::from_request_parts(parts, state).await?;
        let AtPath(id) = AtPath::<T::Id>::from_request_parts(parts, state).await?;
        Self::find(&cx, id).await
    }
}

impl<T: Scoped> FromRequestParts<AppState> for Acting<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let cx = Cx::from_request_parts(parts, state).await?;
        let Visible(row) = Visible::<T>::from_request_parts(parts, state).await?;
        match row.refusal(&cx) {
            None => Ok(Self(row)),
            Some(said) => Err(PageError::Forbidden(said)),
        }
    }
}
