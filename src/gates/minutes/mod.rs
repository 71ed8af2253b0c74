//! Minutes of a committee's meeting: generated from the recorded facts, in Japanese or English, as a page, a PDF and a
//! workbook, with the hash of the record.
//!
//! Table: `gate_minutes` (issued records, kept as the text that was hashed). The surprising rule: nothing in minutes is
//! typed for them. Before the issue they show the facts of the moment as a draft; issuing keeps that text for ever, and
//! a printed hash can be checked against it. Whoever is recused from an item gets minutes as if it had not been there.

pub mod actions;
pub mod check;
mod excel;
pub mod model;
pub mod pages;
mod print;
pub mod queries;
pub mod routes;
mod sheet;

pub use check::{Verdict, check, check_all};
