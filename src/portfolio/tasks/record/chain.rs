//! The chain of a task across programs: drawn, and as a list.

use std::collections::BTreeSet;

use crate::kernel::{FiscalYear, Language, TaskId};
use crate::portfolio::catalogue::Catalogue;
use crate::portfolio::tasks::routes::task_path;
use crate::web::charts::{Edge, Head, Markup, Node, lineage};

use super::queries::{Link, Succession};

/// Width of the drawing, in the units of its view box.
const DRAWING_WIDTH: f64 = 980.0;

/// A chain ready for the page.
pub struct Chain {
    pub drawing: Markup,
    pub steps: Vec<Step>,
}

/// A succession in words.
pub struct Step {
    pub year: String,
    pub kind: &'static str,
    /// From, to.
    pub ends: [End; 2],
    pub evidence: String,
}

/// One end of a succession; a company has no page.
pub struct End {
    pub label: String,
    pub note: String,
    pub href: Option<String>,
    pub here: bool,
}

/// Draws the chain. Columns are the fiscal years in which the tasks begin.
pub fn chain(tasks: &[Link], successions: &[Succession], here: TaskId, c: &Catalogue, l: Language) -> Chain {
    let years: BTreeSet<i32> = tasks
        .iter()
        .map(|t| FiscalYear::containing(t.starts_on).year())
        .chain(successions.iter().filter(|s| s.to.is_none()).map(|s| s.fiscal_year.year() + 1))
        .collect();
    let column = |year: i32| years.iter().position(|y| *y == year).unwrap_or(0);
    let mut nodes: Vec<Node> = tasks
        .iter()
        .map(|t| Node {
            key: t.id.to_string(),
            column: column(FiscalYear::containing(t.starts_on).year()),
            label: l.name(&t.title_ja, t.title_en.as_deref()).to_owned(),
            note: note(t, c, l),
            href: (t.id != here.0).then(|| task_path(t.id.into())),
            here: t.id == here.0,
        })
        .collect();
    let mut edges = Vec::new();
    for (n, succession) in successions.iter().enumerate() {
        let to = match (&succession.to, &succession.company) {
            (Some(to), _) => to.to_string(),
            (None, company) => {
                let key = format!("company-{n}");
                nodes.push(Node {
                    key: key.clone(),
                    column: column(succession.fiscal_year.year() + 1),
                    label: company.clone().unwrap_or_default(),
                    note: l.t("企業", "Company").to_owned(),
                    href: None,
                    here: false,
                });
                key
            }
        };
        let label = kind(&succession.kind, l).to_owned();
        edges.push(Edge { from: succession.from.to_string(), to, label, weak: false });
    }
    let head = Head::new(
        "chain",
        l.t("前身と後継の課題", "Predecessors and successors"),
        l.t("課題のつながりを開始年度の順に示す", "How the tasks follow one another, by their first year"),
    )
    .wide(DRAWING_WIDTH);
    Chain { drawing: lineage(&head, &nodes, &edges), steps: steps(tasks, successions, here, c, l) }
}

fn steps(tasks: &[Link], successions: &[Succession], here: TaskId, c: &Catalogue, l: Language) -> Vec<Step> {
    let end = |id: uuid::Uuid| {
        let task = tasks.iter().find(|t| t.id == id)?;
        Some(End {
            label: l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
            note: note(task, c, l),
            href: Some(task_path(task.id.into())),
            here: task.id == here.0,
        })
    };
    let company = |name: &Option<String>| End {
        label: name.clone().unwrap_or_default(),
        note: l.t("企業", "Company").to_owned(),
        href: None,
        here: false,
    };
    successions
        .iter()
        .filter_map(|s| {
            let to = match s.to {
                Some(id) => end(id)?,
                None => company(&s.company),
            };
            Some(Step {
                year: if l.is_ja() { s.fiscal_year.japanese() } else { s.fiscal_year.english() },
                kind: kind(&s.kind, l),
                ends: [end(s.from)?, to],
                evidence: s.evidence.clone().unwrap_or_default(),
            })
        })
        .collect()
}

fn note(task: &Link, c: &Catalogue, l: Language) -> String {
    let program = c.program(task.program_id).map(|p| p.name(l)).unwrap_or_default();
    let years = format!(
        "{}–{}",
        FiscalYear::containing(task.starts_on).short(),
        FiscalYear::containing(task.ends_on).short()
    );
    [task.number.as_deref().unwrap_or_default(), &years, program]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("　")
}

/// The kind of a succession in words.
pub fn kind(code: &str, l: Language) -> &'static str {
    match code {
        "pairing" => l.t("ペアリング", "Pairing"),
        "matching" => l.t("マッチング", "Matching"),
        "hand_over" => l.t("事業内の引継ぎ", "Hand-over"),
        "continuation" => l.t("継続課題", "Continuation"),
        "licence" => l.t("ライセンス", "Licence"),
        "transfer" => l.t("企業導出", "Transfer"),
        _ => l.t("共同開発", "Joint development"),
    }
}
