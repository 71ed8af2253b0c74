//! The first page after signing in.

use askama::Template;

use crate::web::{Cx, Outcome, Page, Section, render};

#[derive(Template)]
#[template(path = "home/show.html")]
struct HomePage {
    page: Page,
}

pub async fn show(cx: Cx) -> Outcome {
    render(&HomePage { page: cx.page(Section::Home, cx.l.t("ホーム", "Home")) })
}
