//! Uploading, mapping, planning, applying and undoing an import. One action, one transaction, one audit entry.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::budget::sheet::ReadError;
use crate::kernel::{ImportBatchId, Said};
use crate::portfolio::catalogue;

use super::headers;
use super::model::{Mapping, PaymentDraft, Severity};
use super::parse::{self, Known, Parsed};
use super::plan::{self, Existing, Index, Step};
use super::programs::ProgramNames;
use super::queries::{self, Batch, NewBatch};
use super::table::{self, Table};
use super::write::Writer;

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
    /// Tasks of the batch were edited since; undoing would lose that work.
    TouchedSince(Vec<(Uuid, String)>),
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let said = error.message();
        Self::Unreadable(Said::new(said.ja, said.en))
    }
}

/// Stores a file as a draft batch with a proposed mapping: the one confirmed before for these headers, or by names.
pub async fn upload(
    pool: &PgPool,
    actor: &Actor,
    (file_name, bytes): (&str, &[u8]),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<ImportBatchId, Refusal>> {
    let table = match table::read(bytes, file_name) {
        Ok(table) => table,
        Err(error) => return Ok(Err(error.into())),
    };
    if table.headers.is_empty() || table.rows.is_empty() {
        let said = Said::new(
            "表が見つかりません。1行に見出し、その下にデータがある表にしてください。",
            "There is no table: put headers in one row and data below.",
        );
        return Ok(Err(Refusal::Unreadable(said)));
    }
    let remembered = queries::remembered_mapping(pool, &table.fingerprint()).await?;
    let mapping = match remembered.and_then(|fields| serde_json::from_value(fields).ok()) {
        Some(fields) => Mapping { fields, ..Mapping::default() },
        None => headers::propose(&table),
    };
    let id = ImportBatchId::new();
    let hash = Sha256::digest(bytes);
    let mut tx = pool.begin().await?;
    let batch = NewBatch {
        id,
        file_name,
        hash: &hash,
        bytes,
        mapping: serde_json::to_value(&mapping)?,
        by: actor.id,
        now,
    };
    queries::insert_batch(&mut tx, &batch).await?;
    let facts = json!({ "file": file_name, "sha256": hex::encode(hash), "rows": table.rows.len() });
    audit::record(&mut tx, actor, now, Event::new("import.upload", "import", id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(id))
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
    let table = match table::read(bytes, name) {
        Ok(table) => table,
        Err(error) => return Ok(Err(error.into())),
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
        parsed.tasks.iter().map(|draft| plan::step(draft, &mapping, &index)).collect()
    };
    let payments = plan_payments(pool, &parsed.payments).await?;
    Ok(Ok(Plan { table, mapping, parsed, existing, steps, payments }))
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
    for (draft, step) in plan.parsed.tasks.iter().zip(&plan.steps) {
        match step {
            Step::New => writer.insert(draft).await?,
            Step::Changed { id, version, .. } => {
                if !writer.update(*id, *version, draft).await? {
                    return Ok(Err(Refusal::Moved));
                }
            }
            Step::Same { .. } => {}
        }
    }
    for (place, task) in &plan.payments.new {
        writer.payment(*task, &plan.parsed.payments[*place]).await?;
    }
    writer.finish().await?;
    let facts = json!({ "file": batch.file_name, "sha256": hex::encode(&batch.file_hash), "counts": counts });
    audit::record(&mut tx, actor, now, Event::new("import.apply", "import", batch.id, facts)).await?;
    tx.commit().await?;
    Ok(Ok(counts))
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

/// Takes an applied batch back, unless tasks of it were edited since.
pub async fn undo(
    pool: &PgPool,
    actor: &Actor,
    id: ImportBatchId,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::move_batch(&mut tx, id, ("applied", "undone"), &json!({}), now).await? {
        return Ok(Err(Refusal::Moved));
    }
    let touched = queries::touched_since(&mut tx, id).await?;
    if !touched.is_empty() {
        return Ok(Err(Refusal::TouchedSince(touched)));
    }
    super::undo::undo(&mut tx, id).await?;
    audit::record(&mut tx, actor, now, Event::new("import.undo", "import", id, json!({}))).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
