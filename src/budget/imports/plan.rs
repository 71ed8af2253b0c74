//! What applying a reading would do: which versions come of it, what they replace, and what changes by how many yen.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::budget::check::{Report, Totals};
use crate::budget::corrections::{Corrections, Extent};
use crate::budget::findings::{Code, Severity};
use crate::budget::model;
use crate::budget::versions::model::{Cause, Difference, Line, Origin, Slot, Stored, differences, totals};
use crate::kernel::{BudgetVersionId, Said};

use super::reference::Reference;

/// A version in force, with its lines.
#[derive(Clone, Debug)]
pub struct Base {
    pub id: BudgetVersionId,
    pub slot: Slot,
    pub number: i32,
    pub lines: Vec<Stored>,
}

/// What one slot would become.
#[derive(Clone, Debug)]
pub struct Step {
    pub slot: Slot,
    /// What it would replace.
    pub base: Option<(BudgetVersionId, i32)>,
    pub extent: Extent,
    pub cause: Cause,
    /// The lines of the new version: those of the file, then those carried over.
    pub lines: Vec<Line>,
    pub from_file: usize,
    pub carried: usize,
    pub differences: Vec<Difference>,
    pub same: usize,
    pub file_totals: Totals,
    pub before: Totals,
    pub after: Totals,
    /// Programs in force that the file does not name: gone under [`Extent::Whole`], kept under [`Extent::Part`].
    pub unnamed: usize,
    /// Amounts in force that movements made and that this would take away.
    pub moved_lost: usize,
}

impl Step {
    /// Nothing of it differs from what is in force.
    pub fn is_idle(&self) -> bool {
        self.base.is_some() && self.differences.is_empty()
    }

    /// After minus before.
    pub fn delta(&self) -> i64 {
        self.after.amount - self.before.amount
    }
}

/// Everything that applying would do, and what keeps it from being applied.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub blockers: Vec<Said>,
    pub warnings: usize,
}

impl Plan {
    /// Nothing keeps it from being applied, and it would change something.
    pub fn can_apply(&self) -> bool {
        self.blockers.is_empty() && self.steps.iter().any(|s| !s.is_idle())
    }

    /// The file says what is in force already.
    pub fn is_idle(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(Step::is_idle)
    }

    /// Names what was looked at: the versions in force and what would come of them. A form carries it, so that nobody
    /// applies a difference other than the one that was shown.
    pub fn fingerprint(&self) -> String {
        let parts: Vec<String> = self
            .steps
            .iter()
            .map(|s| {
                let base = s.base.map(|(id, _)| id.to_string()).unwrap_or_default();
                format!("{}:{base}:{:?}:{}:{}", s.slot.code(), s.extent, s.lines.len(), s.after.amount)
            })
            .collect();
        hex::encode(Sha256::digest(parts.join(";")))
    }
}

/// The slots that the tables of a report speak of.
pub fn slots(report: &Report) -> BTreeSet<Slot> {
    report.tables.iter().filter_map(slot_of).collect()
}

fn slot_of(table: &model::Table) -> Option<Slot> {
    Some(Slot::new(table.fiscal_year?, table.stage?, table.round.unwrap_or(1)))
}

/// Makes the plan. `bases` are the versions in force of the slots.
pub fn plan(
    report: &Report,
    import: Uuid,
    corrections: &Corrections,
    reference: &Reference,
    bases: &[Base],
) -> Plan {
    let mut plan = Plan { blockers: blockers(report), ..Plan::default() };
    plan.warnings = report.findings.iter().filter(|f| f.severity() == Severity::Warning).count();
    let mut read: BTreeMap<Slot, Vec<Line>> = BTreeMap::new();
    for table in &report.tables {
        let Some(slot) = slot_of(table) else { continue };
        let lines = read.entry(slot).or_default();
        lines.extend(
            table.lines.iter().filter(|l| l.counted).map(|l| line(l, slot, &table.sheet, import, reference)),
        );
    }
    for (slot, lines) in read {
        let base = bases.iter().find(|b| b.slot == slot);
        plan.steps.push(step(slot, lines, corrections.extents.get(&slot.code()).copied(), base));
    }
    plan
}

fn line(l: &model::Line, slot: Slot, sheet: &str, import: Uuid, reference: &Reference) -> Line {
    Line {
        program_id: l.program.as_deref().and_then(|n| reference.program(n)),
        program_name: l.program.clone(),
        project_id: l.project.as_deref().and_then(|n| reference.project(n, slot.year)),
        project_name: l.project.clone(),
        ministry_code: l.ministry.as_deref().and_then(|n| reference.ministry(n)).map(str::to_owned),
        ministry_name: l.ministry.clone(),
        kind: l.kind,
        amount_yen: l.amount_yen,
        within_yen: l.within_yen.filter(|_| l.amount_yen.is_none()),
        note: l.note.clone(),
        origin: Some(Origin { import, sheet: sheet.to_owned(), cell: l.cell.clone() }),
    }
}

fn step(slot: Slot, read: Vec<Line>, chosen: Option<Extent>, base: Option<&Base>) -> Step {
    let named: BTreeSet<String> = read.iter().map(Line::program_key).collect();
    let standing: &[Stored] = base.map_or(&[], |b| &b.lines);
    let present: BTreeSet<String> = standing.iter().map(|s| s.line.program_key()).collect();
    let unnamed = present.iter().filter(|p| !named.contains(*p)).count();
    // A file that leaves out more than a fifth of the programs in force is taken for a part, one ministry's perhaps.
    let extent = chosen.unwrap_or(if unnamed * 5 > present.len() { Extent::Part } else { Extent::Whole });
    let file_totals = totals(&read);
    let from_file = read.len();
    let mut lines = read;
    if extent == Extent::Part {
        lines.extend(
            standing.iter().filter(|s| !named.contains(&s.line.program_key())).map(|s| s.line.clone()),
        );
    }
    let (differences, same) =
        differences(standing.iter().map(|s| (Some(s.id), &s.line)), lines.iter().map(|l| (None, l)));
    let moved_lost =
        differences.iter().filter(|d| d.before.as_ref().is_some_and(|side| side.by_movement)).count();
    Step {
        slot,
        base: base.map(|b| (b.id, b.number)),
        extent,
        cause: if base.is_some() { Cause::Correction } else { Cause::Import },
        carried: lines.len() - from_file,
        from_file,
        before: totals(standing.iter().map(|s| &s.line)),
        after: totals(&lines),
        lines,
        differences,
        same,
        file_totals,
        unnamed,
        moved_lost,
    }
}

/// What must be mended in the file, or said on the mapping page, before anything is applied.
fn blockers(report: &Report) -> Vec<Said> {
    let mut out = Vec::new();
    let errors = report.findings.iter().filter(|f| f.severity() == Severity::Error).count();
    if errors > 0 {
        out.push(Said::new(
            format!("エラーが{errors}件あります。合計の不一致などはファイルを直して送り直し、年度・単位などは「表の対応」で指定してください。一部だけを反映することはありません。"),
            format!("There are {errors} errors. Mend sums in the file and send it again; say years and units under “Meaning”. Nothing is applied in part."),
        ));
    }
    let without_stage = report.tables.iter().filter(|t| t.stage.is_none()).count();
    if without_stage > 0 {
        out.push(Said::new(
            format!("段階（要求・当初・補正など）の分からない表が{without_stage}あります。「表の対応」で段階を選んでください。"),
            format!("The stage of {without_stage} tables is not known. Choose it under “Meaning”."),
        ));
    }
    if report.tables.iter().all(|t| t.lines.iter().all(|l| !l.counted))
        && !report.findings.iter().any(|f| f.code == Code::NotABudget)
    {
        out.push(Said::new("取り込む明細がありません。", "There are no lines to import."));
    }
    out
}
