//! A generator of ugly workbooks: the layouts in which real budget tables come, in every file format, with the lines
//! that a reader must find in them; and a fault injector. To add a layout, add a function to `layouts.rs`.

pub mod draft;
pub mod faults;
pub mod layouts;
pub mod matrix;
pub mod money;
pub mod write;
pub mod write_xls;

pub use draft::{Case, Expected};
pub use write::Format;
