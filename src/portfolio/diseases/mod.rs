//! Disease areas (疾患領域): the page of one. The values themselves are kept by `portfolio::vocabularies`.

pub mod pages;
pub mod routes;
