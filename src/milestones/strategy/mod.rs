//! Exit strategy (出口戦略) of a task (table `exit_strategies`): the product or use, its approval class, who takes it
//! over, and what the hand-over needs. Product, class and kind of taker are for all who see the task; the rest is for
//! people in charge of it.

mod actions;
mod forms;
mod model;
pub mod pages;
mod queries;

pub use model::{Strategy, TakerKind};
pub use queries::strategy;
