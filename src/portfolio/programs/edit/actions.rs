//! Changing a program: each action one transaction and one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{Tx, submissions};
use crate::kernel::Text;
use crate::kernel::text::fold;

use super::forms::{ProgramFields, Spelling, Step};
use super::queries;

/// Somebody else saved the program first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

/// Writes the fields of a program over the version that was read.
pub async fn edit(
    pool: &PgPool,
    actor: &Actor,
    (program, version): (Uuid, i32),
    f: &ProgramFields,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Stale>> {
    let mut tx = pool.begin().await?;
    if !queries::update(&mut tx, program, version, f).await? {
        return Ok(Err(Stale));
    }
    let facts = json!({
        "name_ja": f.name_ja.as_str(), "name_en": f.name_en.as_ref().map(|t| t.as_str()), "abbreviation": f.abbreviation.as_ref().map(|t| t.as_str()),
        "ministry": f.ministry, "first_fy": f.first_fy, "last_fy": f.last_fy, "remark": f.remark.as_ref().map(|t| t.as_str()),
    });
    audit::record(&mut tx, actor, now, Event::new("program.edit", "program", program, facts)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Confirms a spelling by which files name a program.
pub async fn confirm_name(
    pool: &PgPool,
    actor: &Actor,
    program: Uuid,
    spelling: &Spelling,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/programs", now).await? {
        return Ok(());
    }
    queries::confirm_name(&mut tx, program, spelling).await?;
    let facts = json!({ "name": spelling.name.as_str() });
    audit::record(&mut tx, actor, now, Event::new("program.name.confirm", "program", program, facts)).await?;
    tx.commit().await?;
    Ok(())
}

/// Remembers a spelling that was confirmed while a file was imported, inside the import's transaction.
pub async fn remember_name(tx: &mut Tx<'_>, program: Uuid, name: Text<300>) -> sqlx::Result<()> {
    let spelling = Spelling { folded: fold(name.as_str()), name };
    queries::confirm_name(tx, program, &spelling).await
}

/// Takes a spelling away; one that is not there, or is official, stays as it is.
pub async fn remove_name(
    pool: &PgPool,
    actor: &Actor,
    program: Uuid,
    folded: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    if queries::remove_name(&mut tx, program, folded).await? {
        let facts = json!({ "folded": folded });
        audit::record(&mut tx, actor, now, Event::new("program.name.remove", "program", program, facts))
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Records how one program came from another.
pub async fn put_step(
    pool: &PgPool,
    actor: &Actor,
    program: Uuid,
    step: &Step,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/programs", now).await? {
        return Ok(());
    }
    queries::put_step(&mut tx, step).await?;
    let facts = json!({
        "from": step.from, "to": step.to, "kind": step.kind.code(), "fiscal_year": step.fiscal_year,
        "remark": step.remark.as_ref().map(|t| t.as_str()),
    });
    audit::record(&mut tx, actor, now, Event::new("program.lineage.put", "program", program, facts)).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a step of lineage away.
pub async fn remove_step(
    pool: &PgPool,
    actor: &Actor,
    program: Uuid,
    (from, to): (Uuid, Uuid),
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    if queries::remove_step(&mut tx, from, to).await? {
        let facts = json!({ "from": from, "to": to });
        audit::record(&mut tx, actor, now, Event::new("program.lineage.remove", "program", program, facts))
            .await?;
        tx.commit().await?;
    }
    Ok(())
}
