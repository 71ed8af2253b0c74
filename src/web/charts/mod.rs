//! Charts as SVG text, made on the server: pure functions from values to markup.
//!
//! Every chart has a title and a description for those who hear it, a link on each mark that has one, and a
//! table twin of the same values ([`Grid::table`], [`figure`]). Colours are classes of `static/css/chart.css`,
//! because the content security policy forbids inline styles; series differ by hatch and order too.
//!
//! A chart with links is a `graphics-document`, not an `img`: an `img` hides its links from assistive technology.

mod bars;
mod columns;
mod grid;
mod lineage;
mod lines;
mod measure;
mod sparkline;
mod svg;
mod timeline;
mod treemap;

#[cfg(test)]
mod tests;

pub use bars::{bars, stacked_bars};
pub use columns::{columns, stacked_columns};
pub use grid::{Cell, Grid, Item, Series, figure, items_table};
pub use lineage::{Edge, Node, lineage};
pub use lines::lines;
pub use measure::Measure;
pub use sparkline::{parts_bar, share_bar, sparkline};
pub use svg::{Head, Markup};
pub use timeline::{Bar, BarKind, Diamond, DiamondState, Lane, Timeline, timeline, timeline_sheets};
pub use treemap::treemap;
