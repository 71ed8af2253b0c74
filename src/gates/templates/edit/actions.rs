//! Changing templates: each action one transaction and one audit entry.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::audit::{self, Actor, Event};
use crate::db::{self, Tx, submissions};
use crate::kernel::Text;

use super::super::model::{Content, Evidence, Item, Rule, TemplateId, VersionId, Wording};
use super::super::queries as reading;
use super::model::{EvidenceFields, Gap, ItemFields, LabelFields, TemplateFields, gaps};
use super::queries;

/// Why a template was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else changed the draft since it was read, or put it in force.
    Stale,
    CodeTaken,
    /// Another template has the same kind and number.
    NumberTaken,
    Gaps(Vec<Gap>),
}

/// A draft as its form knew it.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    pub template: TemplateId,
    pub id: VersionId,
    pub version: i32,
}

/// What putting a version in force did to running reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    pub migrated: u64,
}

/// A new template with a draft copied from the version `like`.
pub async fn add_template(
    pool: &PgPool,
    actor: &Actor,
    fields: &TemplateFields,
    like: VersionId,
    key: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !submissions::claim(&mut tx, key, actor.id, "/gates/templates", now).await? {
        return Ok(Ok(()));
    }
    let id = TemplateId::new();
    match queries::insert_template(&mut tx, id, fields).await {
        Err(e) if db::is_constraint(&e, "gate_templates_code_unique") => return Ok(Err(Refusal::CodeTaken)),
        Err(e) if db::is_constraint(&e, "gate_templates_number_unique") => {
            return Ok(Err(Refusal::NumberTaken));
        }
        other => other?,
    }
    queries::insert_draft(&mut tx, VersionId::new(), id, like, now).await?;
    let facts = json!({ "code": fields.code, "name_ja": fields.name_ja, "like": like });
    record(&mut tx, actor, now, "gate_template.add", id, facts).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Begins a draft from `like`; where one is open already, that one stays.
pub async fn start_draft(
    pool: &PgPool,
    actor: &Actor,
    (template, like): (TemplateId, VersionId),
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    match queries::insert_draft(&mut tx, VersionId::new(), template, like, now).await {
        Err(e) if db::is_constraint(&e, "gate_template_versions_one_draft") => return Ok(()),
        Err(e) if db::is_constraint(&e, "gate_template_versions_number_unique") => return Ok(()),
        other => other?,
    };
    record(&mut tx, actor, now, "gate_template.draft", template, json!({ "like": like })).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the items of a draft in their order. An item keeps the mark of the agency's wording while its name does.
pub async fn save_items(
    pool: &PgPool,
    actor: &Actor,
    draft: Draft,
    (old, fields): (&Content, &[ItemFields]),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::advance(&mut tx, draft.id, draft.version).await? {
        return Ok(Err(Refusal::Stale));
    }
    let items: Vec<Item> = (1..).zip(fields).map(|(n, f)| item(n, f, old)).collect();
    queries::replace_items(&mut tx, draft.id, &items).await?;
    let facts: Vec<_> = items
        .iter()
        .map(|i| json!({ "key": i.key, "name_ja": i.name_ja, "weight": i.weight, "scale": i.scale_points, "view": i.view.code(), "overall": i.is_overall }))
        .collect();
    let facts = json!({ "version": draft.id, "items": facts });
    record(&mut tx, actor, now, "gate_template.items", draft.template, facts).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn item(position: i16, f: &ItemFields, old: &Content) -> Item {
    let before = f.id.and_then(|id| old.items.iter().find(|i| i.id == id));
    let kept = before.filter(|i| i.name_ja == f.name_ja.as_str() && i.name_en == f.name_en.as_str());
    let text = |t: &Option<Text<600>>| t.as_ref().map(|t| t.as_str().to_owned()).unwrap_or_default();
    Item {
        id: before.map_or_else(Uuid::now_v7, |i| i.id),
        key: before.map_or_else(Uuid::now_v7, |i| i.key),
        position,
        view: f.view,
        name_ja: f.name_ja.as_str().to_owned(),
        name_en: f.name_en.as_str().to_owned(),
        question_ja: text(&f.question_ja),
        question_en: f.question_en.as_ref().map(|t| t.as_str().to_owned()).unwrap_or_default(),
        weight: f.weight,
        scale_points: f.scale_points,
        is_overall: f.is_overall,
        wording: kept.map_or(Wording::Ours, |i| i.wording),
        source: kept.and_then(|i| i.source.clone()),
    }
}

/// Writes the required evidence of a draft.
pub async fn save_evidence(
    pool: &PgPool,
    actor: &Actor,
    draft: Draft,
    (old, fields): (&Content, &[EvidenceFields]),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::advance(&mut tx, draft.id, draft.version).await? {
        return Ok(Err(Refusal::Stale));
    }
    let all: Vec<Evidence> = (1..).zip(fields).map(|(n, f)| evidence(n, f, old)).collect();
    queries::replace_evidence(&mut tx, draft.id, &all).await?;
    let facts: Vec<_> = all
        .iter()
        .map(|e| json!({ "key": e.key, "name_ja": e.name_ja, "kind": e.kind.code(), "milestone": e.milestone_code, "mandatory": e.mandatory, "responsible": e.responsible.code() }))
        .collect();
    let facts = json!({ "version": draft.id, "evidence": facts });
    record(&mut tx, actor, now, "gate_template.evidence", draft.template, facts).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

fn evidence(position: i16, f: &EvidenceFields, old: &Content) -> Evidence {
    let before = f.id.and_then(|id| old.evidence.iter().find(|e| e.id == id));
    let kept = before.filter(|e| e.name_ja == f.name_ja.as_str() && e.name_en == f.name_en.as_str());
    Evidence {
        id: before.map_or_else(Uuid::now_v7, |e| e.id),
        key: before.map_or_else(Uuid::now_v7, |e| e.key),
        position,
        kind: f.kind,
        milestone_code: f.milestone_code.as_ref().map(|t| t.as_str().to_owned()),
        name_ja: f.name_ja.as_str().to_owned(),
        name_en: f.name_en.as_str().to_owned(),
        mandatory: f.mandatory,
        responsible: f.responsible,
        wording: kept.map_or(Wording::Ours, |e| e.wording),
    }
}

/// Writes what the points of a draft's scales mean.
pub async fn save_labels(
    pool: &PgPool,
    actor: &Actor,
    draft: Draft,
    labels: &[LabelFields],
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::advance(&mut tx, draft.id, draft.version).await? {
        return Ok(Err(Refusal::Stale));
    }
    queries::update_labels(&mut tx, draft.id, labels).await?;
    let facts: Vec<_> = labels
        .iter()
        .map(|x| json!({ "scale": x.scale_points, "value": x.value, "ja": x.label_ja, "en": x.label_en }))
        .collect();
    let facts = json!({ "version": draft.id, "labels": facts });
    record(&mut tx, actor, now, "gate_template.labels", draft.template, facts).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes the rule of a draft.
pub async fn save_rule(
    pool: &PgPool,
    actor: &Actor,
    draft: Draft,
    rule: &Rule,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::advance(&mut tx, draft.id, draft.version).await? {
        return Ok(Err(Refusal::Stale));
    }
    queries::update_rule(&mut tx, draft.id, rule).await?;
    let facts = json!({
        "version": draft.id, "basis": rule.basis.code(), "go_from_tenths": rule.go_from,
        "conditional_from_tenths": rule.conditional_from, "least_item_tenths": rule.least_item,
        "quorum_share": rule.quorum_share.code(), "quorum_least": rule.quorum_least, "vote_share": rule.vote_share.code(),
    });
    record(&mut tx, actor, now, "gate_template.rule", draft.template, facts).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Throws a draft away.
pub async fn discard(
    pool: &PgPool,
    actor: &Actor,
    draft: Draft,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(), Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::discard(&mut tx, draft.id, draft.version).await? {
        return Ok(Err(Refusal::Stale));
    }
    record(&mut tx, actor, now, "gate_template.discard", draft.template, json!({ "version": draft.id }))
        .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Puts a draft in force. With `migrate`, reviews whose scoring has not begun go over to it; those whose scoring has
/// begun keep their version, and with it their weights.
pub async fn apply(
    pool: &PgPool,
    actor: &Actor,
    draft: Draft,
    (note, migrate): (&Text<1000>, bool),
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Applied, Refusal>> {
    let mut tx = pool.begin().await?;
    if !queries::advance(&mut tx, draft.id, draft.version).await? {
        return Ok(Err(Refusal::Stale));
    }
    let old = match reading::in_force(&mut *tx, draft.template).await? {
        Some(version) => reading::content(&mut tx, version).await?,
        None => None,
    };
    let Some(new) = reading::content(&mut tx, draft.id).await? else { return Ok(Err(Refusal::Stale)) };
    let found = gaps(old.as_ref(), &new);
    if !found.is_empty() {
        return Ok(Err(Refusal::Gaps(found)));
    }
    queries::put_in_force(&mut tx, (draft.template, draft.id), note.as_str(), now).await?;
    let migrated =
        if migrate { queries::migrate_reviews(&mut tx, draft.template, draft.id).await? } else { 0 };
    let facts = json!({ "version": draft.id, "note": note, "migrated_reviews": migrated });
    record(&mut tx, actor, now, "gate_template.apply", draft.template, facts).await?;
    tx.commit().await?;
    Ok(Ok(Applied { migrated }))
}

async fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
    action: &str,
    template: TemplateId,
    facts: serde_json::Value,
) -> sqlx::Result<()> {
    audit::record(tx, actor, now, Event::new(action, "gate_template", template, facts)).await
}
