//! Home: the viewer's inbox, ordered by what blocks others, and headline figures of their scope.

pub mod pages;
pub mod routes;
