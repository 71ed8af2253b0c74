//! A saved view and how it is shown.

use crate::kernel::{SavedViewId, UserId};
use crate::portfolio::tasks::listing::columns::{Column, Sort};
use crate::portfolio::tasks::query::parse;
use crate::portfolio::tasks::routes::{ListAddress, list_path};
use crate::web::{Cx, FieldErrors};

/// One row of `saved_views` with its owner's name.
#[derive(Clone, Debug)]
pub struct SavedView {
    pub id: SavedViewId,
    pub owner_id: UserId,
    pub owner_name: String,
    pub name: String,
    pub query: String,
    pub columns: String,
    pub sort: String,
    pub shared: bool,
}

/// A saved view as a link above the list.
#[derive(Clone, Debug)]
pub struct ViewLink {
    pub id: SavedViewId,
    pub name: String,
    pub href: String,
    pub current: bool,
    /// The viewer's own: may be shared and removed.
    pub mine: bool,
    pub shared: bool,
    pub owner_name: String,
}

/// A view to be saved, as typed, with what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct ViewTyped {
    pub name: String,
    pub shared: bool,
    pub errors: FieldErrors,
    /// The person has a view of this name, which may be replaced.
    pub is_taken: bool,
}

impl SavedView {
    /// The list that the view stands for.
    pub fn href(&self) -> String {
        let query = parse(&self.query).query;
        let columns = Column::read(std::slice::from_ref(&self.columns));
        list_path(&ListAddress::new(&query).sorted(&Sort::read(&self.sort)).showing(&columns))
    }

    pub fn link(&self, cx: &Cx, here: &str) -> ViewLink {
        let href = self.href();
        ViewLink {
            id: self.id,
            name: self.name.clone(),
            current: href == here,
            href,
            mine: self.owner_id == cx.viewer.id,
            shared: self.shared,
            owner_name: self.owner_name.clone(),
        }
    }
}
