//! The calendar of gates: which gate or evaluation of which task falls due when (view `gates_due`), and what of it is
//! already on an agenda. From here the division composes a meeting for many tasks at once.

pub mod pages;
pub mod queries;
pub mod routes;
