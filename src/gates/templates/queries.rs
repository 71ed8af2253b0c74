//! All SQL that reads templates.

use sqlx::PgExecutor;
use uuid::Uuid;

use super::model::{
    Content, Evidence, Item, Kind, Label, Rule, Share, Template, TemplateId, VersionId, VersionState,
};

/// A version without its content.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: VersionId,
    pub template_id: TemplateId,
    pub number: i16,
    pub state: VersionState,
    pub note: Option<String>,
    pub version: i32,
    pub created_at: chrono::DateTime<chrono::Utc>,
    pub applied_at: Option<chrono::DateTime<chrono::Utc>>,
    pub retired_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// Every template in the order of the shipped list.
pub async fn templates<'e>(db: impl PgExecutor<'e>) -> sqlx::Result<Vec<Template>> {
    sqlx::query_as!(
        Template,
        r#"
        SELECT id AS "id: TemplateId", code, kind AS "kind: Kind", gate_number, name_ja, name_en, timing_ja, timing_en, source
        FROM gate_templates
        ORDER BY position, code
        LIMIT 500
        "#
    )
    .fetch_all(db)
    .await
}

/// The version in force of a template, for a new review.
pub async fn in_force<'e>(db: impl PgExecutor<'e>, template: TemplateId) -> sqlx::Result<Option<VersionId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: VersionId" FROM gate_template_versions WHERE template_id = $1 AND state = 'in_force'"#,
        template.0
    )
    .fetch_optional(db)
    .await
}

/// The content of a version: rule, items, labels, required evidence.
pub async fn content(db: &mut sqlx::PgConnection, version: VersionId) -> anyhow::Result<Option<Content>> {
    let Some(rule) = rule(&mut *db, version).await? else { return Ok(None) };
    Ok(Some(Content {
        rule,
        items: items(&mut *db, version).await?,
        labels: labels(&mut *db, version).await?,
        evidence: evidence(&mut *db, version).await?,
    }))
}

/// The rule of a version.
pub async fn rule<'e>(db: impl PgExecutor<'e>, version: VersionId) -> anyhow::Result<Option<Rule>> {
    let row = sqlx::query!(
        r#"
        SELECT basis, go_from_tenths, conditional_from_tenths, least_item_tenths, quorum_share, quorum_least, vote_share
        FROM gate_template_versions
        WHERE id = $1
        "#,
        version.0
    )
    .fetch_optional(db)
    .await?;
    row.map(|r| {
        Ok(Rule {
            basis: r.basis.try_into()?,
            go_from: r.go_from_tenths,
            conditional_from: r.conditional_from_tenths,
            least_item: r.least_item_tenths,
            quorum_share: Share::try_from(r.quorum_share)?,
            quorum_least: r.quorum_least,
            vote_share: Share::try_from(r.vote_share)?,
        })
    })
    .transpose()
}

/// The items of a version in their order.
pub async fn items<'e>(db: impl PgExecutor<'e>, version: VersionId) -> anyhow::Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"
        SELECT id, item_key, position, view, name_ja, name_en, question_ja, question_en, weight, scale_points, is_overall,
               wording, source
        FROM gate_template_items
        WHERE version_id = $1
        ORDER BY position
        LIMIT 200
        "#,
        version.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Item {
                id: r.id,
                key: r.item_key,
                position: r.position,
                view: r.view.try_into()?,
                name_ja: r.name_ja,
                name_en: r.name_en,
                question_ja: r.question_ja,
                question_en: r.question_en,
                weight: r.weight,
                scale_points: r.scale_points,
                is_overall: r.is_overall,
                wording: r.wording.try_into()?,
                source: r.source,
            })
        })
        .collect()
}

/// The labels of a version's scales, each scale from its highest point down.
pub async fn labels<'e>(db: impl PgExecutor<'e>, version: VersionId) -> anyhow::Result<Vec<Label>> {
    let rows = sqlx::query!(
        r#"
        SELECT scale_points, value, label_ja, label_en, wording
        FROM gate_template_labels
        WHERE version_id = $1
        ORDER BY scale_points DESC, value DESC
        LIMIT 200
        "#,
        version.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Label {
                scale_points: r.scale_points,
                value: r.value,
                label_ja: r.label_ja,
                label_en: r.label_en,
                wording: r.wording.try_into()?,
            })
        })
        .collect()
}

/// The required evidence of a version in its order.
pub async fn evidence<'e>(db: impl PgExecutor<'e>, version: VersionId) -> anyhow::Result<Vec<Evidence>> {
    let rows = sqlx::query!(
        r#"
        SELECT id, evidence_key, position, kind, milestone_code, name_ja, name_en, mandatory, responsible, wording
        FROM gate_template_evidence
        WHERE version_id = $1
        ORDER BY position
        LIMIT 200
        "#,
        version.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Evidence {
                id: r.id,
                key: r.evidence_key,
                position: r.position,
                kind: r.kind.try_into()?,
                milestone_code: r.milestone_code,
                name_ja: r.name_ja,
                name_en: r.name_en,
                mandatory: r.mandatory,
                responsible: r.responsible.try_into()?,
                wording: r.wording.try_into()?,
            })
        })
        .collect()
}

/// All versions of a template, the newest first.
pub async fn versions<'e>(db: impl PgExecutor<'e>, template: TemplateId) -> anyhow::Result<Vec<Version>> {
    let rows = sqlx::query!(
        r#"
        SELECT id, template_id, number, state, note, version, created_at, applied_at, retired_at
        FROM gate_template_versions
        WHERE template_id = $1
        ORDER BY number DESC
        LIMIT 500
        "#,
        template.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Version {
                id: r.id.into(),
                template_id: r.template_id.into(),
                number: r.number,
                state: r.state.try_into()?,
                note: r.note,
                version: r.version,
                created_at: r.created_at,
                applied_at: r.applied_at,
                retired_at: r.retired_at,
            })
        })
        .collect()
}

/// The template and version number that a version belongs to.
pub async fn template_of<'e>(
    db: impl PgExecutor<'e>,
    version: VersionId,
) -> sqlx::Result<Option<(Uuid, i16)>> {
    let row = sqlx::query!("SELECT template_id, number FROM gate_template_versions WHERE id = $1", version.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|r| (r.template_id, r.number)))
}

/// A template with its version in force, for the list.
#[derive(Clone, Debug)]
pub struct Overview {
    pub template: Template,
    pub number: Option<i16>,
    pub items: i64,
    pub go_from: Option<i16>,
    pub quorum: Option<(Share, i16)>,
    pub has_draft: bool,
}

/// Every template with what its version in force holds.
pub async fn overview<'e>(db: impl PgExecutor<'e>) -> anyhow::Result<Vec<Overview>> {
    let rows = sqlx::query!(
        r#"
        SELECT t.id, t.code, t.kind, t.gate_number, t.name_ja, t.name_en, t.timing_ja, t.timing_en, t.source,
               v.number AS "number?", v.go_from_tenths AS "go_from?", v.quorum_share AS "share?", v.quorum_least AS "least?",
               (SELECT count(*) FROM gate_template_items i WHERE i.version_id = v.id) AS "items!",
               EXISTS (SELECT FROM gate_template_versions d WHERE d.template_id = t.id AND d.state = 'draft') AS "draft!"
        FROM gate_templates t
        LEFT JOIN gate_template_versions v ON v.template_id = t.id AND v.state = 'in_force'
        ORDER BY t.position, t.code
        LIMIT 500
        "#
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Overview {
                template: Template {
                    id: r.id.into(),
                    code: r.code,
                    kind: Kind::try_from(r.kind)?,
                    gate_number: r.gate_number,
                    name_ja: r.name_ja,
                    name_en: r.name_en,
                    timing_ja: r.timing_ja,
                    timing_en: r.timing_en,
                    source: r.source,
                },
                number: r.number,
                items: r.items,
                go_from: r.go_from,
                quorum: r.share.map(Share::try_from).transpose()?.zip(r.least),
                has_draft: r.draft,
            })
        })
        .collect()
}

/// A template by its code.
pub async fn by_code<'e>(db: impl PgExecutor<'e>, code: &str) -> sqlx::Result<Option<Template>> {
    sqlx::query_as!(
        Template,
        r#"
        SELECT id AS "id: TemplateId", code, kind AS "kind: Kind", gate_number, name_ja, name_en, timing_ja, timing_en, source
        FROM gate_templates
        WHERE code = $1
        "#,
        code
    )
    .fetch_optional(db)
    .await
}
