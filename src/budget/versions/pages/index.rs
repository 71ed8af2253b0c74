//! All versions by year, those in force first.

use askama::Template;
use serde::Deserialize;

use crate::budget::imports;
use crate::budget::tabs::{MoneyTab, tabs};
use crate::kernel::{FiscalYear, Yen};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, Section, render};

use super::super::model::{State, Version};
use super::super::queries;

#[derive(Template)]
#[template(path = "budget/versions/index.html")]
struct IndexPage {
    page: Page,
    years: Vec<Choice>,
    year: String,
    groups: Vec<Group>,
    waiting: Vec<imports::queries::Waiting>,
    may_import: bool,
}

/// The versions of one year.
struct Group {
    name: String,
    short: String,
    versions: Vec<Version>,
}

/// What the list may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    year: String,
    /// `all` shows superseded and reversed versions too.
    state: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let year = query.year.parse::<FiscalYear>().ok();
    let versions = queries::versions(cx.pool(), year, 500).await?;
    let all = queries::years(cx.pool()).await?;
    let show_all = query.state == "all";
    let mut groups: Vec<Group> = Vec::new();
    for version in versions.into_iter().filter(|v| show_all || v.state == State::Applied) {
        let short = version.slot.year.short();
        match groups.last_mut() {
            Some(group) if group.short == short => group.versions.push(version),
            _ => groups.push(Group {
                name: cx.l.t(&version.slot.year.japanese(), &version.slot.year.english()).to_owned(),
                short,
                versions: vec![version],
            }),
        }
    }
    let may_read_imports =
        cx.viewer.holds(&[crate::accounts::Role::Administrator, crate::accounts::Role::Auditor]);
    let waiting = if may_read_imports { imports::queries::waiting(cx.pool(), 20).await? } else { Vec::new() };
    let mut years = vec![Choice::new("", cx.l.t("すべての年度", "All years"), year.is_none())];
    years.extend(all.iter().map(|y| Choice::new(y.short(), y.short(), Some(*y) == year)));
    render(&IndexPage {
        years,
        year: year.map(FiscalYear::short).unwrap_or_default(),
        groups,
        waiting,
        may_import: cx.viewer.is_administrator(),
        page: cx
            .page(Section::Budget, cx.l.t("予算版", "Budget versions"))
            .beside(tabs(&cx, MoneyTab::Versions)),
    })
}

impl IndexPage {
    fn yen(&self, version: &Version) -> String {
        self.page.yen(&Yen(version.total_yen))
    }
}
