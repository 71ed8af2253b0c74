//! What the page of a task says of money: the contracts of its years beside what its programs can spend.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::analytics::links::TaskQuery;
use crate::budget::model::{Kind, Stage};
use crate::budget::overview::pages::program::Available;
use crate::budget::overview::queries as overview;
use crate::budget::positions::queries::{self as positions, Wanted};
use crate::budget::rights::READERS;
use crate::db::recent::Recent;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::Catalogue;
use crate::portfolio::tasks::record::TaskRecord;
use crate::web::{Access, Cx, PageError, paths};

use super::super::queries::{self, CarriedOver, TaskSource};

/// The money of a task beside its programs.
pub struct TaskMoney {
    pub lines: Vec<Line>,
    pub sources: Vec<TaskSource>,
    /// Contracts of some years are not known to the viewer.
    pub partly: bool,
    /// May open the imports that the contracts came by.
    pub sees_imports: bool,
    /// May open slips.
    pub sees_slips: bool,
}

/// A program in a year of the task.
pub struct Line {
    pub year: FiscalYear,
    pub program: String,
    /// Of this task.
    pub contract: Yen,
    pub budget_href: String,
    pub tasks_href: String,
    pub slips_href: String,
    /// Nothing where no budget in law names the program.
    pub available: Option<Available>,
    /// Came from the year before, and went into the next.
    pub carried_in: Yen,
    pub carried_out: Yen,
    /// Of all tasks of the program; nothing where the viewer may not know them all.
    pub contracts: Option<Yen>,
}

impl Line {
    pub fn left(&self) -> Option<Yen> {
        Some(self.available?.total() - self.contracts?)
    }

    pub fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.0 < 0)
    }
}

/// The money of a program over all years, as far as a viewer may know its tasks.
struct ProgramMoney {
    balances: Vec<crate::budget::positions::Balance>,
    grants: Vec<overview::GrantSum>,
    contracts: Vec<overview::Contracts>,
    carried: Vec<CarriedOver>,
    /// How many tasks there are in each year; nothing for those who see them all.
    counts: HashMap<(Uuid, FiscalYear), i64>,
}

impl ProgramMoney {
    /// The contracts of a year, where every task of it is known.
    fn contracts_of(&self, year: FiscalYear) -> Option<Yen> {
        let here = || self.contracts.iter().filter(|c| c.year == Some(year));
        let all = self.counts.iter().find(|((_, y), _)| *y == year).map_or(0, |(_, tasks)| *tasks);
        (here().map(|c| c.tasks).sum::<i64>() >= all).then(|| here().map(|c| c.total).sum())
    }
}

/// Program, what the viewer can see, the newest audit entry and the version of the portfolio.
type Key = (Uuid, String, i64, i64);

/// The programs last asked for: a page of tasks is opened one after the other in the same program.
#[derive(Default)]
struct Kept(Recent<Key, Arc<ProgramMoney>, 200>);

async fn of_program(cx: &Cx, program: Uuid) -> sqlx::Result<Arc<ProgramMoney>> {
    let kept = cx.state.memory.of::<Kept>();
    let rights = &cx.viewer.rights;
    let key = (program, rights.visibility_key(), cx.facts.audited, cx.facts.versions.portfolio);
    let wanted = Wanted { programs: Some(vec![program]), ..Wanted::default() };
    let make = async {
        Ok(Arc::new(ProgramMoney {
            balances: positions::balances(cx.pool(), &wanted).await?,
            grants: overview::grants(cx.pool(), None, Some(program)).await?,
            contracts: overview::contracts(&cx.state.read_pool, rights, None, Some(program)).await?,
            carried: queries::carried_over(cx.pool(), &[program]).await?,
            counts: if rights.sees_all {
                HashMap::new()
            } else {
                queries::task_counts(&cx.state.read_pool, None, Some(program)).await?
            },
        }))
    };
    kept.0.or_make(key, make).await
}

/// The money of a task for those who read figures of money; `years` are its years with program and contract.
pub async fn of_task(
    cx: &Cx,
    catalogue: &Catalogue,
    task: &TaskRecord,
    years: &[(FiscalYear, Uuid, Yen)],
) -> Result<Option<TaskMoney>, PageError> {
    let may = |access: Access| access.admits(&cx.viewer);
    if !may(READERS) || years.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for (year, id, contract) in years.iter().copied() {
        let Some(program) = catalogue.program(id) else { continue };
        let money = of_program(cx, id).await?;
        let of_year = || money.balances.iter().filter(move |b| b.year == year);
        let carried = |from: FiscalYear| {
            money.carried.iter().filter(move |c| c.program == id && c.from == from).map(|c| c.amount)
        };
        let printed: Vec<Yen> = of_year()
            .filter(|b| b.kind == Kind::CarryOver && matches!(b.stage, Stage::Initial | Stage::Supplementary))
            .map(|b| b.printed)
            .collect();
        let printed_in: Yen = printed.iter().copied().filter(|yen| yen.0 > 0).sum();
        let printed_out: Yen = printed.into_iter().filter(|yen| yen.0 < 0).sum();
        let short = year.short();
        lines.push(Line {
            year,
            program: program.name(cx.l).to_owned(),
            contract,
            budget_href: format!("/budget/programs/{}", paths::encode(&program.code)),
            tasks_href: TaskQuery::all().program(catalogue, id).in_year(year),
            slips_href: paths::with_query(
                "/budget/slips",
                &[("year", &short), ("state", "applied"), ("program", &program.code)],
            ),
            available: Available::of(of_year(), money.grants.iter().filter(|g| g.year == year)),
            carried_in: printed_in + carried(year.plus(-1)).sum::<Yen>(),
            carried_out: carried(year).sum::<Yen>() - printed_out,
            contracts: money.contracts_of(year),
        });
    }
    Ok(Some(TaskMoney {
        partly: lines.iter().any(|line| line.contracts.is_none()),
        lines,
        sources: if task.elsewhere.imports {
            queries::sources(cx.pool(), task.id).await?
        } else {
            Vec::new()
        },
        sees_imports: may(Access::OVERSIGHT),
        sees_slips: may(Access::STAFF),
    }))
}
