//! Integrated projects (統合プロジェクト): the page of one, and where its programs were in the terms before and after.

mod flow;
pub mod pages;
pub mod routes;
