//! Storing a workbook, correcting its reading, applying it, dropping it. One action, one transaction, one audit entry.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::budget::check::{Report, Seen};
use crate::budget::corrections::{Corrections, Extent, Remembered, TableCorrection, anchor};
use crate::budget::findings::Severity;
use crate::budget::outline::Outline;
use crate::budget::report::totals_json;
use crate::budget::sheet::{ReadError, Workbook};
use crate::budget::versions::model::Cause;
use crate::budget::versions::queries::{self as versions, NewVersion};
use crate::db;
use crate::kernel::{BudgetImportId, BudgetVersionId, Text};
use crate::portfolio::{catalogue, programs};

use super::model::{Import, State, Summary};
use super::plan::{self, Base, Plan, Step};
use super::queries::{self, NewFile, NewImport};
use super::reading::{self, Reading};
use super::reference::Reference;

/// Where a file that was sent is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// A new reading.
    New(BudgetImportId),
    /// The same bytes wait for somebody's check already.
    Waiting(BudgetImportId),
    /// The same bytes are in force already: nothing was changed.
    InForce(BudgetImportId),
}

/// Why an import went no further.
#[derive(Debug)]
pub enum Refusal {
    Unreadable(ReadError),
    /// Errors stand against it, or it would change nothing.
    NotApplicable,
    /// The reading or what is in force changed since it was looked at.
    Moved,
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error)
    }
}

/// The records that names are looked up in, as the database has them now.
pub async fn reference(pool: &PgPool, corrections: &Corrections) -> anyhow::Result<Reference> {
    reference_in(&mut *pool.acquire().await?, corrections).await
}

async fn reference_in(connection: &mut PgConnection, corrections: &Corrections) -> anyhow::Result<Reference> {
    let catalogue = catalogue::load_in(connection).await?;
    let names = queries::program_names(connection).await?;
    Ok(Reference::new(&catalogue, &names, corrections.programs.values()))
}

/// Stores a workbook with its first reading. A layout that was confirmed before is read as then.
pub async fn upload(
    pool: &PgPool,
    actor: &Actor,
    (name, bytes): (&str, Vec<u8>),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Uploaded, Refusal>> {
    let sha256 = Sha256::digest(&bytes);
    let twin = queries::twin(pool, &sha256).await?;
    if let Some((id, state)) = twin.as_ref().and_then(|t| t.import) {
        match state {
            State::Draft => return Ok(Ok(Uploaded::Waiting(id))),
            State::Applied if twin.as_ref().is_some_and(|t| t.in_force) => {
                return Ok(Ok(Uploaded::InForce(id)));
            }
            State::Applied | State::Dropped => {}
        }
    }
    let none = Corrections::default();
    let reference = reference(pool, &none).await?;
    let first = reading::read(bytes.clone(), name.to_owned(), reference.programs.clone(), none).await?;
    let mut reading = match first {
        Ok(reading) => reading,
        Err(error) => return Ok(Err(error.into())),
    };
    let (corrections, known_from) = recognise(pool, &reading).await?;
    if !corrections.tables.is_empty() {
        reading = reading::check_again(
            reading.book,
            name.to_owned(),
            reference.programs.clone(),
            corrections.clone(),
        )
        .await?;
    }
    let mut tx = pool.begin().await?;
    let sent = Sent { file: twin.map(|t| t.file), name, bytes: &bytes, sha256: &sha256 };
    let Some(id) = store(&mut tx, actor, &sent, &reading, (&corrections, known_from), now).await? else {
        return Ok(Err(Refusal::Moved));
    };
    tx.commit().await?;
    Ok(Ok(Uploaded::New(id)))
}

/// A file as it was sent.
struct Sent<'a> {
    /// Its record, where the same bytes were sent before.
    file: Option<Uuid>,
    name: &'a str,
    bytes: &'a [u8],
    sha256: &'a [u8],
}

/// Writes a file (once) and a reading of it; nothing if somebody sent the same at the same time.
async fn store(
    tx: &mut db::Tx<'_>,
    actor: &Actor,
    sent: &Sent<'_>,
    reading: &Reading,
    (corrections, known_from): (&Corrections, Option<String>),
    now: DateTime<Utc>,
) -> anyhow::Result<Option<BudgetImportId>> {
    let file_id = sent.file.unwrap_or_else(Uuid::now_v7);
    if sent.file.is_none() {
        let file = NewFile {
            id: file_id,
            sha256: sent.sha256,
            name: sent.name,
            bytes: sent.bytes,
            format: &reading.book.format,
            by: actor.id,
            now,
        };
        if !queries::insert_file(tx, &file).await? {
            return Ok(None);
        }
    }
    let import = NewImport {
        id: BudgetImportId::new(),
        file: file_id,
        corrections: serde_json::to_value(corrections)?,
        confirmed: known_from.is_some(),
        summary: serde_json::to_value(summary(&reading.report, known_from))?,
        by: actor.id,
        now,
    };
    if !queries::insert_import(tx, &import).await? {
        return Ok(None);
    }
    let facts = json!({ "file": sent.name, "sha256": hex::encode(sent.sha256), "lines": reading.report.line_count() });
    audit::record(tx, actor, now, Event::new("budget.import.upload", "budget_import", import.id, facts))
        .await?;
    Ok(Some(import.id))
}

/// Takes a workbook in inside a transaction: stored, and with `apply` confirmed as recognised and applied. For
/// filling a database; the checks are those of [`upload`] and [`apply`].
pub async fn take_in(
    tx: &mut db::Tx<'_>,
    actor: &Actor,
    (name, bytes): (&str, Vec<u8>),
    apply: Option<&str>,
    now: DateTime<Utc>,
) -> anyhow::Result<BudgetImportId> {
    let none = Corrections::default();
    let reference = reference_in(tx, &none).await?;
    let reading =
        reading::read(bytes.clone(), name.to_owned(), reference.programs.clone(), none.clone()).await?;
    let reading = reading.map_err(|e| anyhow::anyhow!("{name}: {}", e.message().en))?;
    let sha256 = Sha256::digest(&bytes);
    let sent = Sent { file: None, name, bytes: &bytes, sha256: &sha256 };
    let id =
        store(tx, actor, &sent, &reading, (&none, None), now).await?.context("the file is stored already")?;
    let Some(reason) = apply else { return Ok(id) };
    let import = queries::import(&mut **tx, id).await?.context("the reading just stored")?;
    let plan = plan_of(tx, (id.0, &none), &reading.report, &reference).await?;
    anyhow::ensure!(plan.can_apply(), "{name} cannot be applied: {:?}", plan.blockers);
    remember(tx, actor, &import, &reading.report, now).await?;
    let written = write_in(tx, actor, &import, &plan, reason, now).await?;
    written.map_err(|refusal| anyhow::anyhow!("{name} was not applied: {refusal:?}"))?;
    Ok(id)
}

/// Corrections for the tables whose layout was confirmed before; and for which file, when that is all of them.
async fn recognise(pool: &PgPool, reading: &Reading) -> anyhow::Result<(Corrections, Option<String>)> {
    let report = &reading.report;
    let (mut corrections, mut from, mut certain) = outlined(pool, &reading.book).await?;
    // A table that an outline takes is not read by its own headings.
    let apart: Vec<&Seen> = report
        .regions
        .iter()
        .filter(|r| {
            let own = Outline {
                headings: Some(r.header),
                last: Some(r.bottom),
                columns: Some(r.columns),
                ..Outline::default()
            };
            corrections.outlined(&r.sheet).iter().all(|(_, _, outline)| !outline.meets(&own))
        })
        .collect();
    let signatures: Vec<String> = apart.iter().map(|r| r.signature.clone()).collect();
    let known = queries::remembered(pool, &signatures).await?;
    for region in apart {
        let Some((remembered, file)) = known.get(&region.signature) else {
            certain = false;
            continue;
        };
        from = Some(file.clone());
        let correction = remembered.correction(&region.headings);
        if !correction.is_empty() {
            corrections.tables.insert(region.anchor.clone(), correction);
        }
    }
    Ok((corrections, from.filter(|_| certain)))
}

/// The tables of a file that lie where a person said so for an earlier one; with that file's name, and whether all of
/// them are told by their headings.
async fn outlined(pool: &PgPool, book: &Workbook) -> anyhow::Result<(Corrections, Option<String>, bool)> {
    let mut corrections = Corrections::default();
    let (mut from, mut certain) = (None, true);
    for (remembered, file) in queries::remembered_outlines(pool).await? {
        let Some(outline) = &remembered.outline else { continue };
        for sheet in book.sheets.iter().filter(|s| !s.hidden) {
            for (found, columns) in outline.find(sheet) {
                if corrections.outlined(&sheet.name).iter().any(|(_, _, known)| known.meets(&found)) {
                    continue;
                }
                from.get_or_insert_with(|| file.clone());
                certain &= outline.is_certain();
                let said = TableCorrection {
                    skip: remembered.skip,
                    unit: remembered.unit,
                    stage: remembered.stage,
                    columns,
                    outline: Some(found.clone()),
                    ..TableCorrection::default()
                };
                corrections.tables.insert(anchor(&sheet.name, found.top(), found.left()), said);
            }
        }
    }
    Ok((corrections, from, certain))
}

fn summary(report: &Report, known_from: Option<String>) -> Summary {
    let count = |severity| report.findings.iter().filter(|f| f.severity() == severity).count();
    Summary {
        tables: report.regions.iter().filter(|r| !r.skipped).count(),
        lines: report.line_count(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        slots: plan::slots(report).into_iter().map(|s| s.code()).collect(),
        known_from,
    }
}

/// Reads the stored file under the corrections of its reading.
pub async fn read(
    pool: &PgPool,
    import: &Import,
    reference: &Reference,
) -> anyhow::Result<Result<Reading, ReadError>> {
    let (name, bytes) = queries::file(pool, import.file_id).await?.unwrap_or_default();
    reading::read(bytes, name, reference.programs.clone(), import.corrections.clone()).await
}

/// What applying a reading would do to what is in force now.
pub async fn plan_of(
    connection: &mut PgConnection,
    (import, corrections): (Uuid, &Corrections),
    report: &Report,
    reference: &Reference,
) -> anyhow::Result<Plan> {
    let slots = plan::slots(report);
    let years: Vec<_> = slots.iter().map(|s| s.year).collect();
    let standing = versions::in_force(&mut *connection, &years).await?;
    let ids: Vec<Uuid> = standing.iter().filter(|v| slots.contains(&v.slot)).map(|v| v.id.0).collect();
    let mut bases: Vec<Base> = standing
        .iter()
        .filter(|v| slots.contains(&v.slot))
        .map(|v| Base { id: v.id, slot: v.slot, number: v.number, lines: Vec::new() })
        .collect();
    for (version, line) in versions::lines(&mut *connection, &ids).await? {
        if let Some(base) = bases.iter_mut().find(|b| b.id.0 == version) {
            base.lines.push(line);
        }
    }
    Ok(plan::plan(report, import, corrections, reference, &bases))
}

/// What a file that is not stored says, and what applying it would do.
#[derive(Debug)]
pub struct Looked {
    pub reading: Reading,
    pub plan: Plan,
    pub reference: Reference,
    /// The corrections it was read under.
    pub corrections: Corrections,
}

/// Reads a file that is not stored and compares it with what is in force. Writes nothing.
pub async fn look(
    pool: &PgPool,
    (name, bytes): (&str, Vec<u8>),
    said: Corrections,
    extent: Option<Extent>,
) -> anyhow::Result<Result<Looked, ReadError>> {
    let reference = reference(pool, &said).await?;
    let first =
        reading::read(bytes, name.to_owned(), reference.programs.clone(), Corrections::default()).await?;
    let first = match first {
        Ok(reading) => reading,
        Err(error) => return Ok(Err(error)),
    };
    let (known, _) = recognise(pool, &first).await?;
    let mut corrections = Corrections { tables: known.tables, ..said };
    let reading =
        reading::check_again(first.book, name.to_owned(), reference.programs.clone(), corrections.clone())
            .await?;
    let slots = plan::slots(&reading.report);
    corrections.extents.extend(extent.into_iter().flat_map(|e| slots.iter().map(move |s| (s.code(), e))));
    let mut connection = pool.acquire().await?;
    let plan = plan_of(&mut connection, (Uuid::nil(), &corrections), &reading.report, &reference).await?;
    Ok(Ok(Looked { reading, plan, reference, corrections }))
}

/// Writes what a person said of the tables. With `confirms` the meaning stands, and is remembered for the next file of
/// the same layout; without it a changed meaning waits to be confirmed.
pub async fn correct(
    pool: &PgPool,
    actor: &Actor,
    (import, version): (&Import, i32),
    (corrections, confirms): (&Corrections, bool),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let reference = reference(pool, corrections).await?;
    let said = Import { corrections: corrections.clone(), ..import.clone() };
    let reading = match read(pool, &said, &reference).await? {
        Ok(reading) => reading,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut tx = pool.begin().await?;
    let stored = serde_json::to_value(corrections)?;
    let summary = serde_json::to_value(summary(&reading.report, import.summary.known_from.clone()))?;
    let same = (&corrections.tables, &corrections.programs)
        == (&import.corrections.tables, &import.corrections.programs);
    let confirmed = confirms || (import.confirmed && same);
    if !queries::correct(&mut tx, (import.id, version), &stored, &summary, confirmed).await? {
        return Ok(Err(Refusal::Moved));
    }
    if confirms {
        remember(&mut tx, actor, &said, &reading.report, now).await?;
    }
    let what = if confirms { "budget.import.confirm" } else { "budget.import.correct" };
    audit::record(&mut tx, actor, now, Event::new(what, "budget_import", import.id, stored)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Keeps the meaning of the tables for the next file of the same layout.
async fn remember(
    tx: &mut db::Tx<'_>,
    actor: &Actor,
    import: &Import,
    report: &Report,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let plain = TableCorrection::default();
    for region in &report.regions {
        let said = import.corrections.tables.get(&region.anchor).unwrap_or(&plain);
        let outline = region.outline.clone();
        let signature = outline.as_ref().map_or_else(|| region.signature.clone(), |o| o.signature());
        let mapping = serde_json::to_value(Remembered { outline, ..said.remembered(&region.headings) })?;
        queries::remember(tx, (&signature, &import.file_name), &mapping, actor.id, now).await?;
    }
    Ok(())
}

/// What a person agreed to when they pressed the button.
#[derive(Clone, Debug)]
pub struct Consent {
    /// [`Plan::fingerprint`] of what was shown; none from the command line, which shows and applies in one go.
    pub fingerprint: Option<String>,
    pub reason: String,
}

/// Applies a reading: a version per year and stage, all of them or none. Returns the versions.
pub async fn apply(
    pool: &PgPool,
    actor: &Actor,
    import: &Import,
    consent: &Consent,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Vec<BudgetVersionId>, Refusal>> {
    let reference = reference(pool, &import.corrections).await?;
    let reading = match read(pool, import, &reference).await? {
        Ok(reading) => reading,
        Err(error) => return Ok(Err(error.into())),
    };
    apply_reading(pool, actor, (import, &reading.report, &reference), consent, now).await
}

/// The same for a file that was read before, under the corrections of its reading.
pub async fn apply_reading(
    pool: &PgPool,
    actor: &Actor,
    (import, report, reference): (&Import, &Report, &Reference),
    consent: &Consent,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Vec<BudgetVersionId>, Refusal>> {
    let plan =
        plan_of(&mut *pool.acquire().await?, (import.id.0, &import.corrections), report, reference).await?;
    if import.state != State::Draft || !import.confirmed || !plan.can_apply() {
        return Ok(Err(Refusal::NotApplicable));
    }
    if consent.fingerprint.as_ref().is_some_and(|seen| *seen != plan.fingerprint()) {
        return Ok(Err(Refusal::Moved));
    }
    write(pool, actor, import, &plan, &consent.reason, now).await
}

/// Writes a plan in one transaction.
pub async fn write(
    pool: &PgPool,
    actor: &Actor,
    import: &Import,
    plan: &Plan,
    reason: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Vec<BudgetVersionId>, Refusal>> {
    let mut tx = pool.begin().await?;
    let written = write_in(&mut tx, actor, import, plan, reason, now).await?;
    if written.is_ok() {
        tx.commit().await?;
    }
    Ok(written)
}

async fn write_in(
    tx: &mut db::Tx<'_>,
    actor: &Actor,
    import: &Import,
    plan: &Plan,
    reason: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Vec<BudgetVersionId>, Refusal>> {
    if !queries::end(tx, (import.id, import.version), "applied", actor.id, now).await? {
        return Ok(Err(Refusal::Moved));
    }
    let mut made = Vec::new();
    let mut facts = Vec::new();
    for step in plan.steps.iter().filter(|s| !s.is_idle()) {
        match write_step(tx, actor, import, step, reason, now).await {
            Ok(Some(id)) => made.push(id),
            Ok(None) => return Ok(Err(Refusal::Moved)),
            Err(error) if db::is_constraint(&error, "budget_versions_one_in_force") => {
                return Ok(Err(Refusal::Moved));
            }
            Err(error) => return Err(error.into()),
        }
        facts.push(json!({ "slot": step.slot.code(), "yen": step.after.amount, "lines": step.lines.len(), "changes": step.differences.len() }));
    }
    for choice in import.corrections.programs.values() {
        if let Ok(name) = Text::parse(&choice.name) {
            programs::remember_name(tx, choice.id, name).await?;
        }
    }
    let facts = json!({ "file": import.file_name, "sha256": hex::encode(&import.sha256), "reason": reason, "versions": facts });
    audit::record(tx, actor, now, Event::new("budget.import.apply", "budget_import", import.id, facts))
        .await?;
    Ok(Ok(made))
}

async fn write_step(
    tx: &mut db::Tx<'_>,
    actor: &Actor,
    import: &Import,
    step: &Step,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<BudgetVersionId>> {
    if let Some((base, _)) = step.base {
        let why = if reason.is_empty() { &import.file_name } else { reason };
        if !versions::end(tx, base, ("superseded", why), actor.id, now).await? {
            return Ok(None);
        }
    }
    let version = NewVersion {
        slot: step.slot,
        cause: if step.base.is_some() { Cause::Correction } else { Cause::Import },
        reason,
        supersedes: step.base.map(|(id, _)| id),
        import: Some(import.id),
        total_yen: step.after.amount,
        line_count: i32::try_from(step.lines.len()).unwrap_or(i32::MAX),
        totals: totals_json(&step.after),
        by: actor.id,
        now,
    };
    let id = versions::insert_version(tx, &version).await?;
    versions::insert_lines(tx, id, &step.lines).await?;
    versions::put_in_force(tx, id, now).await?;
    Ok(Some(id))
}

/// Drops a draft that is not wanted; the file stays, so that it can be read again.
pub async fn drop_draft(
    pool: &PgPool,
    actor: &Actor,
    (id, version): (BudgetImportId, i32),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::end(&mut tx, (id, version), "dropped", actor.id, now).await? {
        return Ok(Err(Refusal::Moved));
    }
    audit::record(&mut tx, actor, now, Event::new("budget.import.drop", "budget_import", id, json!({})))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}
