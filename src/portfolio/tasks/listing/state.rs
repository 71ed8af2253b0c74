//! What an address of the list says, looked up and ready: the same for the page, the export and a saved view.

use std::sync::Arc;

use serde::Deserialize;

use crate::analytics::years::Years;
use crate::db::Recent;
use crate::kernel::FiscalYear;
use crate::kernel::yen::Yen;
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::filter::{Filter, Span, applied, resolve};
use crate::portfolio::tasks::query::{Finding, TaskQuery, Term, YearChoice, parse, read_year};
use crate::portfolio::tasks::routes::{ListAddress, list_path};
use crate::web::Cx;

use super::columns::{Column, Sort};
use super::queries::{self, Tally, TaskPage};

/// The raw query of the address, or the fields of a form that carries a list along.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    pub q: String,
    pub year: String,
    pub sort: String,
    pub columns: Vec<String>,
    pub after: String,
    /// The dimension whose every value is listed.
    pub all_of: String,
    pub format: String,
}

/// A list as asked for.
pub struct List {
    pub query: TaskQuery,
    /// What of each term of the query filters.
    pub applied: Vec<Option<Term>>,
    pub findings: Vec<Finding>,
    pub filter: Filter,
    pub sorts: Vec<Sort>,
    pub columns: Vec<Column>,
    pub catalogue: Arc<Catalogue>,
    pub running: FiscalYear,
    /// The year in which the list opens, as the pages of figures do: the running one, or the last that has tasks.
    pub opening: FiscalYear,
}

impl List {
    /// Reads an address against the catalogue of the moment.
    pub async fn read(cx: &Cx, asking: &Asking) -> sqlx::Result<Self> {
        let catalogue = catalogue::of(cx).await?;
        let parsed = parse(&asking.q);
        let (mut query, mut findings) = (parsed.query, parsed.findings);
        if query.year == YearChoice::Running {
            match read_year(&asking.year) {
                Some(year) => query.year = year,
                None => {
                    findings.extend(parse(&format!("year:\"{}\"", asking.year.replace('"', ""))).findings)
                }
            }
        }
        let running = cx.fiscal_year();
        let opening = Years::of(cx, "").await?.chosen;
        if query.year == YearChoice::In(opening) {
            query.year = YearChoice::Running;
        }
        let (filter, unknown) = resolve(&query, &catalogue, cx.today(), opening);
        let applied = applied(&query, &catalogue, cx.today(), opening);
        findings.extend(unknown);
        let (sorts, columns) = (Sort::read(&asking.sort), Column::read(&asking.columns));
        Ok(Self { query, applied, findings, filter, sorts, columns, catalogue, running, opening })
    }

    /// The query as it filters, without what could not be used.
    pub fn applied_query(&self) -> TaskQuery {
        TaskQuery { year: self.query.year, terms: self.applied.iter().flatten().cloned().collect() }
    }

    /// The pieces of the query that could not be used.
    pub fn unused(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| finding.about.as_str()).collect()
    }

    /// The year whose numbers and names apply.
    pub fn year(&self) -> FiscalYear {
        match self.filter.span {
            Span::In(year) => year,
            Span::All => self.running,
        }
    }

    /// The address of another query in the same order and columns.
    pub fn href(&self, query: &TaskQuery) -> String {
        list_path(&ListAddress::new(query).sorted(&self.sorts).showing(&self.columns))
    }

    /// The address of this query in another order.
    pub fn href_sorted(&self, sorts: &[Sort]) -> String {
        list_path(&ListAddress::new(&self.query).sorted(sorts).showing(&self.columns))
    }

    /// The address of the rows beyond a cursor.
    pub fn href_after(&self, cursor: &str) -> String {
        list_path(&ListAddress::new(&self.query).sorted(&self.sorts).showing(&self.columns).after(cursor))
    }

    /// One page of rows, from memory while it is true.
    pub async fn page_after(&self, cx: &Cx, after: &str) -> sqlx::Result<Arc<TaskPage>> {
        let kept = cx.state.memory.of::<Pages>();
        let key = PageKey { list: self.key(cx), sort: Sort::print(&self.sorts), after: after.to_owned() };
        let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
        let make = async {
            Ok(Arc::new(queries::page_of_tasks(pool, &self.filter, rights, &self.sorts, after).await?))
        };
        kept.0.or_make(key, make).await
    }

    /// What the rows of this list hang on, but for their order.
    pub fn key(&self, cx: &Cx) -> ListKey {
        ListKey {
            query: self.query.print(),
            span: self.filter.span,
            visibility: cx.viewer.rights.visibility_key(),
            today: cx.today(),
            portfolio: cx.facts.versions.portfolio,
            reference: cx.facts.versions.reference,
        }
    }

    /// The breakdown, from memory while it is true.
    pub async fn breakdown(&self, cx: &Cx) -> sqlx::Result<Arc<Breakdown>> {
        let kept = cx.state.memory.of::<Breakdowns>();
        let (pool, rights, today) = (&cx.state.read_pool, &cx.viewer.rights, cx.today());
        let make = async {
            let until = super::facets::ending_before(today);
            let tallies = queries::breakdown(pool, &self.filter, rights, until, today).await?;
            Ok(Arc::new(Breakdown { tallies }))
        };
        kept.0.or_make(self.key(cx), make).await
    }
}

/// Tasks and money of a list, in total and by every dimension.
#[derive(Debug)]
pub struct Breakdown {
    pub tallies: Vec<Tally>,
}

impl Breakdown {
    /// Tasks and money of the whole list.
    pub fn total(&self) -> (i64, Yen) {
        let whole = self.tallies.iter().find(|t| t.dimension == "all");
        whole.map_or((0, Yen::ZERO), |t| (t.tasks, t.amount_yen))
    }
}

/// Breakdowns kept by query, viewer's sight and data version.
#[derive(Default)]
struct Breakdowns(Recent<ListKey, Arc<Breakdown>, 300>);

/// Pages of rows kept by their list, order and cursor.
#[derive(Default)]
struct Pages(Recent<PageKey, Arc<TaskPage>, 300>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct PageKey {
    list: ListKey,
    sort: String,
    after: String,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ListKey {
    query: String,
    span: Span,
    visibility: String,
    today: chrono::NaiveDate,
    portfolio: i64,
    reference: i64,
}
