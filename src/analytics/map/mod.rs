//! The portfolio map: the agency on one sheet.

pub mod pages;
mod view;
