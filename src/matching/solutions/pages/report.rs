//! The report of a version on one page, for reading and for paper.

use askama::Template;

use crate::web::{Cx, Outcome, Page, Visible, render};

use super::super::queries;
use super::super::view::{self, LockShown, Seen, Solved, hidden_words};
use super::show::{Current, current};

#[derive(Template)]
#[template(path = "matching/solutions/report.html")]
struct ReportPage {
    page: Page,
    name: String,
    year: String,
    state: &'static str,
    hidden: String,
    current: Current,
    locks: Vec<LockShown>,
    rules_version: i32,
    /// The thesaurus of the scores; a dash where none was named.
    thesaurus_version: String,
    has_file: bool,
}

pub async fn show(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let l = cx.l;
    let seen = Seen::of(&cx, head).await?;
    let current = current(&cx, &seen, &version).await?;
    let locks = queries::locks_of_version(cx.pool(), version.id).await?;
    let year = crate::kernel::FiscalYear::new(i64::from(seen.head.fiscal_year))
        .map(|year| if l.is_ja() { year.japanese() } else { year.english() })
        .unwrap_or_default();
    let page = seen.page(&cx, &version, l.t("マッチング結果報告", "Matching report"));
    render(&ReportPage {
        page,
        name: seen.head.name.clone(),
        year,
        state: view::state_of(&seen.head).name(l),
        hidden: hidden_words(l, seen.hidden),
        locks: view::lock_rows(l, &seen, &locks),
        rules_version: seen.head.rules_version,
        thesaurus_version: seen.head.thesaurus_version.map_or_else(|| "–".to_owned(), |n| n.to_string()),
        has_file: seen.hidden == 0,
        current,
    })
}
