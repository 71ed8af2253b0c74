//! Gate templates: what a committee judges at a gate or an evaluation, as versioned data.
//!
//! Tables: `gate_templates` (SG① of drugs … ex-post evaluation), `gate_template_versions` (rule of decision),
//! `gate_template_items` (questions in the views technology, business and general), `gate_template_labels` (what each
//! point of a scale means) and `gate_template_evidence` (what must be there before the review). The surprising rule:
//! a version that was ever in force never changes, so a score always means what it meant when it was given. A change
//! is a new version; reviews whose scoring has not begun are moved to it, the others stay with the old one.

pub mod changes;
pub mod edit;
mod load;
pub mod model;
pub mod pages;
pub mod queries;
pub mod routes;

pub use load::{first_version_id, load, load_where_missing, template_id};
pub use model::{
    Basis, Content, Evidence, EvidenceKind, Item, Kind, Label, Proposal, Responsible, Rule, Share,
    TemplateId, VersionId, VersionState, View, Wording,
};
