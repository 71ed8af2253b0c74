//! Search over tasks, programs, institutions and people, in Japanese and English (reads `tasks`, `institutions`,
//! `people` and the catalogue; writes nothing).
//!
//! Words are looked up by pairs of characters in the folded text, so two characters are enough and spellings do not
//! matter (full and half width, kana, 旧字体). The surprising rule: what the viewer may not see is neither shown nor
//! counted, and counts stop at [`COUNTED`], because an exact count of a frequent word costs more than the page.

mod marks;
mod model;
pub mod pages;
mod queries;
pub mod routes;

pub use marks::{Piece, marked, snippet};
pub use queries::COUNTED;
