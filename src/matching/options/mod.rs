//! Pairing options (tables `pairing_options`, `pairing_option_events`, `option_books`; view `exercised_options`).
//!
//! When a basic task is adopted, a slot and money of a named next program in a later year can be reserved for it; the
//! option is confirmed at the gate when the stage ends and then exercised, or released. Not every option is exercised,
//! so a program may hold more than it has slots: the book says how many, exactly. The surprising rule: the odds are
//! shown with the counts behind them, and nothing is overbooked by the program itself.

pub mod actions;
mod book;
pub mod forms;
pub mod model;
pub mod odds;
pub mod pages;
pub mod queries;
pub mod routes;

pub use model::State;
pub use routes::{book_path, option_path};
