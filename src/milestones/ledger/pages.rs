//! The pages of the slip ledger: filtered, summed by reason, and exported.

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::export::Format;
use crate::kernel::listing::{PAGE_ROWS, Slice, decode_cursor, encode_cursor};
use crate::milestones::record::forms::parse_date;
use crate::milestones::{Reason, types};
use crate::portfolio::catalogue;
use crate::web::view::{Choice, Pager};
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, paths, render};

use super::export;
use super::model::{Filter, Line};
use super::queries;

#[derive(Template)]
#[template(path = "milestones/ledger.html")]
struct LedgerPage {
    page: Page,
    lead: String,
    asked: LedgerQuery,
    programs: Vec<Choice>,
    supervisors: Vec<Choice>,
    reasons: Vec<Choice>,
    sums: Vec<SumRow>,
    lines: Vec<Line>,
    pager: Pager,
    exports: Vec<(&'static str, String)>,
    is_filtered: bool,
    hides_words: bool,
}

struct SumRow {
    reason: &'static str,
    href: String,
    changes: i64,
    moves: i64,
    median: String,
}

/// What the ledger may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LedgerQuery {
    pub task: String,
    /// Code of a program.
    pub program: String,
    /// Id of a PS.
    pub ps: String,
    pub reason: String,
    pub from: String,
    pub until: String,
    pub after: String,
    pub format: String,
}

/// A filter with what it means to the reader.
pub(super) struct Asking {
    pub filter: Filter,
    /// The task, the program or the PS in words; empty for all.
    pub of: String,
    programs: Vec<Choice>,
    supervisors: Vec<Choice>,
}

impl LedgerQuery {
    fn address(&self, base: &str, with: &[(&str, &str)]) -> String {
        let value = |name: &str, own: &str| {
            with.iter().find(|(n, _)| *n == name).map_or(own.to_owned(), |(_, v)| (*v).to_owned())
        };
        let pairs = [
            ("task", value("task", &self.task)),
            ("program", value("program", &self.program)),
            ("ps", value("ps", &self.ps)),
            ("reason", value("reason", &self.reason)),
            ("from", value("from", &self.from)),
            ("until", value("until", &self.until)),
            ("after", value("after", "")),
            ("format", value("format", "")),
        ];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        paths::with_query(base, &pairs)
    }

    /// Reads the filter; a task, program or PS that is not there is a page that does not exist. Dates that cannot be
    /// read restrict nothing.
    pub(super) async fn read(&self, cx: &Cx) -> Result<Asking, PageError> {
        let l = cx.l;
        let c = catalogue::of(cx).await?;
        let mut filter = Filter {
            reason: Reason::from_code(&self.reason),
            from: parse_date(&self.from).ok(),
            until: parse_date(&self.until).ok(),
            after: decode_cursor(&self.after),
            ..Filter::default()
        };
        let mut of = String::new();
        if !self.task.is_empty() {
            let id: Uuid = self.task.parse().map_err(|_| PageError::NotFound)?;
            let title =
                queries::task_title(cx.pool(), id, &cx.viewer.rights).await?.ok_or(PageError::NotFound)?;
            of = title.in_language(l).to_owned();
            filter.task = Some(id);
        }
        if !self.program.is_empty() {
            let program = c.programs.iter().find(|p| p.code == self.program).ok_or(PageError::NotFound)?;
            of = program.name(l).to_owned();
            filter.programs = Some(vec![program.id]);
        }
        let supervisors = queries::supervisors(cx.pool(), cx.today()).await?;
        if !self.ps.is_empty() {
            let ps = supervisors.iter().find(|s| s.id.to_string() == self.ps).ok_or(PageError::NotFound)?;
            of = ps.name.in_language(l).to_owned();
            let held = filter.programs.take();
            let both = ps.programs.iter().filter(|p| held.as_ref().is_none_or(|h| h.contains(p)));
            filter.programs = Some(both.copied().collect());
        }
        let code = |id: &Uuid| c.program(*id).map(|p| p.code.clone()).unwrap_or_default();
        Ok(Asking {
            filter,
            of,
            programs: c
                .programs
                .iter()
                .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == self.program))
                .collect(),
            supervisors: supervisors
                .iter()
                .map(|s| {
                    let held = s.programs.iter().map(code).collect::<Vec<_>>().join(" ");
                    let id = s.id.to_string();
                    Choice::new(&id, format!("{held} {}", s.name.in_language(l)), id == self.ps)
                })
                .collect(),
        })
    }
}

pub async fn show(cx: Cx, Asked(asked): Asked<LedgerQuery>) -> Outcome {
    let l = cx.l;
    let asking = asked.read(&cx).await?;
    let types = types::of(&cx).await?;
    let (pool, rights) = (&cx.state.read_pool, &cx.viewer.rights);
    let rows = queries::entries(pool, &asking.filter, rights, PAGE_ROWS + 1).await?;
    let slice = Slice::from_fetched(rows, PAGE_ROWS as usize, |e| encode_cursor(&(e.at, e.id)));
    let sums = queries::by_reason(pool, &asking.filter, rights).await?;
    let lines: Vec<Line> = slice.rows.iter().map(|e| e.line(&types, l)).collect();
    let pager = Pager {
        shown: format!("{}{}", lines.len(), l.t("件を表示", " shown")),
        first: (!asked.after.is_empty()).then(|| asked.address(LEDGER, &[])),
        previous: None,
        next: slice.next.map(|after| asked.address(LEDGER, &[("after", &after)])),
    };
    let page = cx
        .page(Section::Milestones, l.t("期日変更の台帳", "Slip ledger"))
        .crumb(l.t("マイルストーン", "Milestones"), "/milestones");
    render(&LedgerPage {
        lead: if asking.of.is_empty() {
            l.t(
                "期日と状態のすべての変更を、理由とともに新しい順に示します。",
                "Every change of a due date or state with its reason, the latest first.",
            )
            .to_owned()
        } else {
            asking.of
        },
        programs: asking.programs,
        supervisors: asking.supervisors,
        reasons: Reason::ALL
            .iter()
            .map(|r| Choice::new(r.code(), r.name(l), asking.filter.reason == Some(*r)))
            .collect(),
        sums: sums
            .into_iter()
            .map(|s| SumRow {
                reason: s.reason.name(l),
                href: asked.address(LEDGER, &[("reason", s.reason.code())]),
                changes: s.changes,
                moves: s.moves,
                median: s.median_days.map(crate::milestones::forecast::signed).unwrap_or_default(),
            })
            .collect(),
        exports: Format::ALL
            .into_iter()
            .map(|f| (f.name(l), asked.address(EXPORT, &[("format", f.code())])))
            .collect(),
        is_filtered: asked.address(LEDGER, &[]) != LEDGER,
        hides_words: lines.iter().any(|l| l.is_hidden),
        lines,
        pager,
        asked,
        page,
    })
}

/// Addresses of the ledger and of its file.
pub const LEDGER: &str = "/milestones/ledger";
pub const EXPORT: &str = "/milestones/ledger/export";

/// The ledger as a file: what is filtered, with what was asked, when and by whom.
pub async fn file(cx: Cx, Asked(asked): Asked<LedgerQuery>) -> Outcome {
    let format = Format::from_code(&asked.format).unwrap_or(Format::Xlsx);
    let asking = asked.read(&cx).await?;
    export::ledger(&cx, asking, format).await
}
