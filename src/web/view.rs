//! Ready values for the shared macros of `templates/_macros/`: what a template prints without deciding anything.

/// An option of a select, a radio group or a group of boxes.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), chosen }
    }
}

/// A column head that sorts its list.
#[derive(Clone, Debug, Default)]
pub struct SortHead {
    pub label: String,
    /// The same list in the order that a click asks for.
    pub href: String,
    /// `ascending`, `descending`, or empty when the list is not sorted by this column.
    pub direction: &'static str,
    /// Place among several sort columns, from 1.
    pub rank: usize,
    /// `num` for figures, `col-low` or `col-mid` for columns that a narrow screen can spare.
    pub class: &'static str,
}

/// The way through a list that is paged by keys; there is no count of pages.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// What is shown, in words: 1–50 件目.
    pub shown: String,
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// A filter with its values.
#[derive(Clone, Debug, Default)]
pub struct Facet {
    pub label: String,
    /// Unit of the amounts, e.g. 億円.
    pub unit: String,
    pub values: Vec<FacetValue>,
    pub more_href: Option<String>,
    pub open: bool,
}

/// One value of a filter, with how many rows and how much money it has within the rest of the filter.
#[derive(Clone, Debug, Default)]
pub struct FacetValue {
    pub label: String,
    pub count: String,
    pub amount: String,
    /// The list with this value added, or taken away when it is on.
    pub href: String,
    pub on: bool,
}

/// A filter as typed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub label: String,
    /// It means nothing here, so that it is not in force.
    pub unused: bool,
    pub remove_href: String,
}

/// A headline figure; with an address it opens the rows behind it.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    pub label: String,
    pub value: String,
    pub unit: String,
    pub href: Option<String>,
    pub note: String,
}

impl Figure {
    /// Opens the rows behind it.
    pub fn opening(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// A view of one record or list.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub count: Option<i64>,
    pub current: bool,
}
