//! Uploading, mapping, planning, applying and undoing an import. One action, one transaction, one audit
//! entry; applying and undoing write one more into the history of each task that they touch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::budget::sheet::ReadError;
use crate::db::Tx;
use crate::kernel::{ImportBatchId, Said};
use crate::portfolio::catalogue;

use super::headers;
use super::model::{Field, Mapping, PaymentDraft, Severity};
use super::parse::{self, Known, Parsed};
use super::plan::{self, Change, Existing, Index, Step};
use super::programs::{self, ProgramNames};
use super::queries::{self, Batch, ChangeRow, NewBatch, Resting, RestingTask};
use super::table::{self, Table};
use super::write::Writer;

/// Entries of the audit written by one statement.
const ENTRIES_AT_ONCE: usize = 2_000;

/// Everything known about a file under its mapping: what it says, and what applying it would do.
pub struct Plan {
    pub table: Table,
    pub mapping: Mapping,
    pub parsed: Parsed,
    pub existing: Vec<Existing>,
    /// A step per draft of `parsed.tasks`.
    pub steps: Vec<Step>,
    pub payments: PaymentPlan,
}

/// What applying a file of payment lines would do.
#[derive(Default)]
pub struct PaymentPlan {
    /// Lines to insert, by place in `parsed.payments`, with their task.
    pub new: Vec<(usize, Uuid)>,
    pub stored: usize,
    /// Lines that no task names: administration, totals, bundled lines.
    pub without_task: usize,
}

/// Counts of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Counts {
    pub rows: usize,
    pub new: usize,
    pub changed: usize,
    pub same: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub unknown_programs: usize,
    pub without_task: usize,
}

impl Plan {
    pub fn counts(&self) -> Counts {
        let of = |severity| self.parsed.findings.iter().filter(|f| f.severity == severity).count();
        let steps = |wanted: fn(&Step) -> bool| self.steps.iter().filter(|s| wanted(s)).count();
        Counts {
            rows: self.table.rows.len(),
            new: steps(|s| matches!(s, Step::New)) + self.payments.new.len(),
            changed: steps(|s| matches!(s, Step::Changed { .. })),
            same: steps(|s| matches!(s, Step::Same { .. })) + self.payments.stored,
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            unknown_programs: self.parsed.unknown_programs.len(),
            without_task: self.payments.without_task,
        }
    }

    /// Nothing keeps the file from being applied, and there is something to apply.
    pub fn can_apply(&self) -> bool {
        let counts = self.counts();
        self.mapping.confirmed && counts.errors == 0 && counts.new + counts.changed > 0
    }
}

/// Why an import went no further.
#[derive(Debug)]
pub enum Refusal {
    /// The file cannot be read as a table.
    Unreadable(Said),
    /// Findings stand against it, or there is nothing to apply.
    NotApplicable,
    /// Somebody applied, dropped or undid it meanwhile, or changed a task of it.
    Moved,
    /// Others have worked with tasks of the batch since; undoing would lose that work.
    RestedUpon(Resting),
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let said = error.message();
        Self::Unreadable(Said::new(said.ja, said.en))
    }
}

/// Stores a file as a draft batch with a proposed mapping: the one confirmed before for these headers, or by
/// names.
pub async fn upload(
    pool: &PgPool,
    actor: &Actor,
    (file_name, bytes): (&str, &[u8]),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<ImportBatchId, Refusal>> {
    let table = match table_of(bytes, file_name) {
        Ok(table) => table,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let remembered = queries::remembered_mapping(pool, &table.fingerprint()).await?;
    let mut mapping = match remembered.and_then(|fields| serde_json::from_value(fields).ok()) {
        Some(fields) => Mapping { fields, ..Mapping::default() },
        None => headers::propose(&table),
    };
    recall_programs(pool, &table, &mut mapping, &BTreeSet::new()).await?;
    let id = ImportBatchId::new();
    let hash = Sha256::digest(bytes);
    let mut tx = pool.begin().await?;
    let batch = NewBatch {
        id,
        file_name,
        hash: &hash,
        bytes,
        mapping: serde_json::to_value(&mapping)?,
        summary: json!({ "rows": table.rows.len(), "sheet": table.place() }),
        by: actor.id,
        now,
    };
    queries::insert_batch(&mut tx, &batch).await?;
    let facts = json!({ "file": file_name, "sha256": hex::encode(hash), "rows": table.rows.len() });
    audit::record(&mut tx, actor, now, Event::new("import.upload", "import", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Settles names of programs as a person settled them with an earlier file; names in `freed` stay open.
pub async fn recall_programs(
    pool: &PgPool,
    table: &Table,
    mapping: &mut Mapping,
    freed: &BTreeSet<String>,
) -> sqlx::Result<()> {
    let Some(column) = mapping.fields.iter().position(|f| *f == Some(Field::Program)) else {
        return Ok(());
    };
    let cells: BTreeSet<&str> =
        table.rows.iter().filter_map(|r| r.cells.get(column)).map(String::as_str).collect();
    let keys: BTreeSet<String> =
        cells.iter().flat_map(|c| parse::program_names(c)).map(programs::key).collect();
    let open: Vec<String> =
        keys.into_iter().filter(|k| !freed.contains(k) && !mapping.programs.contains_key(k)).collect();
    for (key, program) in queries::remembered_programs(pool, &open).await? {
        mapping.recalled.insert(key.clone());
        mapping.programs.insert(key, program);
    }
    Ok(())
}

/// Confirms the columns (and programs chosen for unknown names) of a draft.
pub async fn set_mapping(
    pool: &PgPool,
    actor: &Actor,
    (id, fingerprint): (ImportBatchId, &str),
    mapping: &Mapping,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::set_mapping(&mut tx, id, &serde_json::to_value(mapping)?).await? {
        return Ok(Err(Refusal::Moved));
    }
    queries::remember_mapping(&mut tx, fingerprint, &serde_json::to_value(&mapping.fields)?, actor.id, now)
        .await?;
    let facts = json!({ "fields": mapping.fields, "programs": mapping.programs });
    audit::record(&mut tx, actor, now, Event::new("import.map", "import", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// What applying the batch would do now.
pub async fn plan(pool: &PgPool, batch: &Batch) -> anyhow::Result<Result<Plan, Refusal>> {
    let bytes = queries::file(pool, batch.id).await?.unwrap_or_default();
    let mapping: Mapping = serde_json::from_value(batch.mapping.clone())?;
    plan_of(pool, &bytes, &batch.file_name, mapping).await
}

/// What applying a file under a mapping would do now.
pub async fn plan_of(
    pool: &PgPool,
    bytes: &[u8],
    name: &str,
    mapping: Mapping,
) -> anyhow::Result<Result<Plan, Refusal>> {
    let table = match table_of(bytes, name) {
        Ok(table) => table,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let catalogue = catalogue::load(pool).await?;
    let programs = ProgramNames::new(queries::program_names(pool).await?);
    let parsed = parse::parse(&table, &mapping, &Known { catalogue: &catalogue, programs: &programs });
    let ids: Vec<String> = parsed.tasks.iter().filter_map(|t| t.external_id.clone()).collect();
    let numbers: Vec<String> = parsed.tasks.iter().filter_map(|t| t.stable_number.clone()).collect();
    let titles: Vec<String> = parsed.tasks.iter().map(|t| t.title_ja.clone()).collect();
    let existing = queries::existing(pool, &ids, &numbers, &titles).await?;
    let steps = {
        let index = Index::new(&existing);
        parsed.tasks.iter().map(|draft| plan::step(draft, &mapping, &index, &catalogue)).collect()
    };
    let payments = plan_payments(pool, &parsed.payments).await?;
    Ok(Ok(Plan { table, mapping, parsed, existing, steps, payments }))
}

/// The table of a file, if there are rows in it.
fn table_of(bytes: &[u8], name: &str) -> Result<Table, Refusal> {
    let table = table::read(bytes, name)?;
    if table.headers.is_empty() || table.rows.is_empty() {
        return Err(Refusal::Unreadable(Said::new(
            "表が見つかりません。1行に見出し、その下にデータがある表にしてください。",
            "There is no table: put headers in one row and data below.",
        )));
    }
    Ok(table)
}

async fn plan_payments(pool: &PgPool, drafts: &[PaymentDraft]) -> sqlx::Result<PaymentPlan> {
    let rows: Vec<String> = drafts.iter().map(|p| p.source_row.clone()).collect();
    let tasks: BTreeMap<String, Uuid> = queries::tasks_of_payment_rows(pool, &rows).await?;
    let stored: std::collections::BTreeSet<String> =
        queries::stored_payment_rows(pool, &rows).await?.into_iter().collect();
    let mut plan = PaymentPlan::default();
    for (place, draft) in drafts.iter().enumerate() {
        match tasks.get(&draft.source_row) {
            _ if stored.contains(&draft.source_row) => plan.stored += 1,
            Some(task) => plan.new.push((place, *task)),
            None => plan.without_task += 1,
        }
    }
    Ok(plan)
}

/// Applies a draft: everything or nothing.
pub async fn apply(
    pool: &PgPool,
    actor: &Actor,
    batch: &Batch,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Counts, Refusal>> {
    let plan = match plan(pool, batch).await? {
        Ok(plan) => plan,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !plan.can_apply() {
        return Ok(Err(Refusal::NotApplicable));
    }
    let counts = plan.counts();
    let mut tx = pool.begin().await?;
    let summary = serde_json::to_value(counts)?;
    if !queries::move_batch(&mut tx, batch.id, ("draft", "applied"), &summary, now).await? {
        return Ok(Err(Refusal::Moved));
    }
    let mut writer = Writer::new(&mut tx, batch.id, &plan.mapping, now);
    let mut events = Vec::new();
    for (draft, step) in plan.parsed.tasks.iter().zip(&plan.steps) {
        let row = draft.rows.first().copied();
        match step {
            Step::New => {
                let facts = json!({ "batch": batch.id.0, "file": batch.file_name, "row": row, "new": true });
                events.push(Event::new("task.import", "task", writer.insert(draft).await?, facts));
            }
            Step::Changed { id, version, changes } => {
                if !writer.update((*id, *version), draft, changes).await? {
                    return Ok(Err(Refusal::Moved));
                }
                let (before, after) = plan::sides(changes);
                let facts = json!({
                    "batch": batch.id.0, "file": batch.file_name, "row": row, "before": before, "after": after
                });
                events.push(Event::new("task.import", "task", id, facts));
            }
            Step::Same { .. } => {}
        }
    }
    for (place, task) in &plan.payments.new {
        writer.payment(*task, &plan.parsed.payments[*place]).await?;
    }
    writer.finish().await?;
    queries::remember_programs(&mut tx, &settled(&plan), actor.id, now).await?;
    events.extend(payment_events("task.import", batch, &queries::payments_by_task(&mut tx, batch.id).await?));
    let facts = json!({ "file": batch.file_name, "sha256": hex::encode(&batch.file_hash), "counts": counts });
    events.push(Event::new("import.apply", "import", batch.id, facts));
    record(&mut tx, actor, now, &events).await?;
    tx.commit().await?;
    Ok(Ok(counts))
}

/// Key, name and program of the names of this file that a person settled.
fn settled(plan: &Plan) -> Vec<(String, String, Uuid)> {
    let names = plan.parsed.settled_programs.keys();
    names
        .filter_map(|name| {
            let key = programs::key(name);
            plan.mapping.programs.get(&key).map(|program| (key.clone(), name.clone(), *program))
        })
        .collect()
}

fn payment_events(action: &'static str, batch: &Batch, lines: &[(Uuid, i64, i64)]) -> Vec<Event<'static>> {
    lines
        .iter()
        .map(|(task, lines, yen)| {
            let facts =
                json!({ "batch": batch.id.0, "file": batch.file_name, "payments": lines, "yen": yen });
            Event::new(action, "task", task, facts)
        })
        .collect()
}

async fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
    events: &[Event<'_>],
) -> sqlx::Result<()> {
    for part in events.chunks(ENTRIES_AT_ONCE) {
        audit::record_all(tx, part.iter().map(|event| (actor, now, event.clone()))).await?;
    }
    Ok(())
}

/// Drops a draft that is not wanted.
pub async fn drop_draft(
    pool: &PgPool,
    actor: &Actor,
    id: ImportBatchId,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::move_batch(&mut tx, id, ("draft", "dropped"), &json!({}), now).await? {
        return Ok(Err(Refusal::Moved));
    }
    audit::record(&mut tx, actor, now, Event::new("import.drop", "import", id, json!({}))).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes an applied batch back, unless others have worked with its tasks since.
pub async fn undo(
    pool: &PgPool,
    actor: &Actor,
    batch: &Batch,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::move_batch(&mut tx, batch.id, ("applied", "undone"), &json!({}), now).await? {
        return Ok(Err(Refusal::Moved));
    }
    let resting = queries::resting(&mut tx, batch.id).await?;
    if resting.of > 0 {
        return Ok(Err(Refusal::RestedUpon(resting)));
    }
    let changes = queries::changes(&mut tx, batch.id).await?;
    let payments = queries::payments_by_task(&mut tx, batch.id).await?;
    match super::undo::undo(&mut tx, batch.id, &changes).await {
        Ok(()) => {}
        Err(error) => return Ok(Err(Refusal::RestedUpon(held_by(&error).ok_or(error)?))),
    }
    let mut events: Vec<Event<'_>> = changes.iter().rev().filter_map(|c| undone_event(batch, c)).collect();
    events.extend(payment_events("task.import_undone", batch, &payments));
    let count = |kind: &str| changes.iter().filter(|c| c.kind == kind).count();
    let facts = json!({
        "file": batch.file_name,
        "tasks_removed": count("task_new"),
        "tasks_restored": count("task_changed"),
        "payments_removed": payments.iter().map(|p| p.1).sum::<i64>(),
    });
    events.push(Event::new("import.undo", "import", batch.id, facts));
    record(&mut tx, actor, now, &events).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// The table whose row refused to lose what it refers to, if that is what happened.
fn held_by(error: &sqlx::Error) -> Option<Resting> {
    let refused = error.as_database_error().filter(|e| e.is_foreign_key_violation())?;
    let about = refused.table().map(str::to_owned).into_iter().collect();
    let task = RestingTask { title: String::new(), about };
    Some(Resting { tasks: vec![task], of: 1, files: Vec::new() })
}

/// What the history of a task says when a batch is taken back.
fn undone_event(batch: &Batch, change: &ChangeRow) -> Option<Event<'static>> {
    let mut facts = json!({ "batch": batch.id.0, "file": batch.file_name, "row": change.source_row });
    match change.kind.as_str() {
        "task_new" => {
            let title: Option<&Change> = change.changes.0.first();
            facts["title"] = title.map(|c| c.after.clone()).into();
            facts["removed"] = true.into();
        }
        "task_changed" => {
            let (before, after) = plan::sides(&change.changes.0);
            (facts["before"], facts["after"]) = (after, before);
        }
        _ => return None,
    }
    Some(Event::new("task.import_undone", "task", change.subject_id, facts))
}
