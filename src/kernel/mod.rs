//! The shared kernel: typed ids, time, money, text. Imports nothing of the house; everything may import it.

pub mod clock;
pub mod fiscal_year;
pub mod ids;
pub mod language;
pub mod listing;
pub mod task_number;
pub mod text;
pub mod words;
pub mod yen;

pub use clock::Clock;
pub use fiscal_year::FiscalYear;
pub use ids::*;
pub use language::{Language, Said};
pub use task_number::TaskNumber;
pub use text::Text;
pub use yen::Yen;
