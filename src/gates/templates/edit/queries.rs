//! All SQL that changes templates.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;

use super::super::model::{Evidence, Item, Rule, TemplateId, VersionId};
use super::model::{LabelFields, TemplateFields};

pub async fn insert_template(tx: &mut Tx<'_>, id: TemplateId, f: &TemplateFields) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_templates (id, code, kind, gate_number, name_ja, name_en, timing_ja, timing_en, position)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, coalesce(max(position), 0) + 1 FROM gate_templates
        "#,
        id.0,
        f.code,
        f.kind.code(),
        f.gate_number,
        f.name_ja.as_str(),
        f.name_en.as_str(),
        f.timing_ja.as_str(),
        f.timing_en.as_str()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A draft of `template` with the rule and content of `like`; false when `like` is not there.
pub async fn insert_draft(
    tx: &mut Tx<'_>,
    draft: VersionId,
    template: TemplateId,
    like: VersionId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_template_versions (id, template_id, number, basis, go_from_tenths, conditional_from_tenths,
                                            least_item_tenths, quorum_share, quorum_least, vote_share, created_at)
        SELECT $1, $2, (SELECT coalesce(max(number), 0) + 1 FROM gate_template_versions WHERE template_id = $2), basis,
               go_from_tenths, conditional_from_tenths, least_item_tenths, quorum_share, quorum_least, vote_share, $4
        FROM gate_template_versions
        WHERE id = $3
        "#,
        draft.0,
        template.0,
        like.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        r#"
        INSERT INTO gate_template_items (id, version_id, item_key, position, view, name_ja, name_en, question_ja, question_en,
                                         weight, scale_points, is_overall, wording, source)
        SELECT gen_random_uuid(), $1, item_key, position, view, name_ja, name_en, question_ja, question_en, weight,
               scale_points, is_overall, wording, source
        FROM gate_template_items
        WHERE version_id = $2
        "#,
        draft.0,
        like.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_template_labels (version_id, scale_points, value, label_ja, label_en, wording)
        SELECT $1, scale_points, value, label_ja, label_en, wording FROM gate_template_labels WHERE version_id = $2
        "#,
        draft.0,
        like.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_template_evidence (id, version_id, evidence_key, position, kind, milestone_code, name_ja, name_en,
                                            mandatory, responsible, wording)
        SELECT gen_random_uuid(), $1, evidence_key, position, kind, milestone_code, name_ja, name_en, mandatory,
               responsible, wording
        FROM gate_template_evidence
        WHERE version_id = $2
        "#,
        draft.0,
        like.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// Takes the next version number of a draft; false if somebody was faster or it is no draft.
pub async fn advance(tx: &mut Tx<'_>, draft: VersionId, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE gate_template_versions SET version = version + 1 WHERE id = $1 AND version = $2 AND state = 'draft'",
        draft.0,
        version
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn replace_items(tx: &mut Tx<'_>, draft: VersionId, items: &[Item]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM gate_template_items WHERE version_id = $1", draft.0).execute(&mut **tx).await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_template_items (id, version_id, item_key, position, view, name_ja, name_en, question_ja, question_en,
                                         weight, scale_points, is_overall, wording, source)
        SELECT id, $1, key, position, view, name_ja, name_en, question_ja, question_en, weight, points, overall, wording, source
        FROM unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                    $10::smallint[], $11::smallint[], $12::boolean[], $13::text[], $14::text[])
            AS item (id, key, position, view, name_ja, name_en, question_ja, question_en, weight, points, overall, wording,
                     source)
        "#,
        draft.0,
        &column(items, |i| i.id),
        &column(items, |i| i.key),
        &column(items, |i| i.position),
        &column(items, |i| i.view.code().to_owned()),
        &column(items, |i| i.name_ja.clone()),
        &column(items, |i| i.name_en.clone()),
        &column(items, |i| i.question_ja.clone()),
        &column(items, |i| i.question_en.clone()),
        &column(items, |i| i.weight),
        &column(items, |i| i.scale_points),
        &column(items, |i| i.is_overall),
        &column(items, |i| i.wording.code().to_owned()),
        &column(items, |i| i.source.clone()) as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    // A scale that no version used before begins with its figures as labels.
    sqlx::query!(
        r#"
        INSERT INTO gate_template_labels (version_id, scale_points, value, label_ja, label_en)
        SELECT $1, scale, value, value::text, value::text
        FROM (SELECT DISTINCT scale_points AS scale FROM gate_template_items WHERE version_id = $1) AS used,
             generate_series(1, scale) AS value
        ON CONFLICT DO NOTHING
        "#,
        draft.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn replace_evidence(tx: &mut Tx<'_>, draft: VersionId, all: &[Evidence]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM gate_template_evidence WHERE version_id = $1", draft.0)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_template_evidence (id, version_id, evidence_key, position, kind, milestone_code, name_ja, name_en,
                                            mandatory, responsible, wording)
        SELECT id, $1, key, position, kind, code, name_ja, name_en, mandatory, responsible, wording
        FROM unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[],
                    $10::text[], $11::text[])
            AS evidence (id, key, position, kind, code, name_ja, name_en, mandatory, responsible, wording)
        "#,
        draft.0,
        &column(all, |e| e.id),
        &column(all, |e| e.key),
        &column(all, |e| e.position),
        &column(all, |e| e.kind.code().to_owned()),
        &column(all, |e| e.milestone_code.clone()) as &[Option<String>],
        &column(all, |e| e.name_ja.clone()),
        &column(all, |e| e.name_en.clone()),
        &column(all, |e| e.mandatory),
        &column(all, |e| e.responsible.code().to_owned()),
        &column(all, |e| e.wording.code().to_owned())
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn update_labels(tx: &mut Tx<'_>, draft: VersionId, labels: &[LabelFields]) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE gate_template_labels l
        SET label_ja = new.ja, label_en = new.en,
            wording = CASE WHEN l.label_ja = new.ja AND l.label_en = new.en THEN l.wording ELSE 'ours' END
        FROM unnest($2::smallint[], $3::smallint[], $4::text[], $5::text[]) AS new (points, value, ja, en)
        WHERE l.version_id = $1 AND l.scale_points = new.points AND l.value = new.value
        "#,
        draft.0,
        &column(labels, |x| x.scale_points),
        &column(labels, |x| x.value),
        &column(labels, |x| x.label_ja.as_str().to_owned()),
        &column(labels, |x| x.label_en.as_str().to_owned())
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn update_rule(tx: &mut Tx<'_>, draft: VersionId, r: &Rule) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE gate_template_versions
        SET basis = $2, go_from_tenths = $3, conditional_from_tenths = $4, least_item_tenths = $5, quorum_share = $6,
            quorum_least = $7, vote_share = $8
        WHERE id = $1
        "#,
        draft.0,
        r.basis.code(),
        r.go_from,
        r.conditional_from,
        r.least_item,
        r.quorum_share.code(),
        r.quorum_least,
        r.vote_share.code()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Throws a draft away; false if it has changed or is none.
pub async fn discard(tx: &mut Tx<'_>, draft: VersionId, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM gate_template_versions WHERE id = $1 AND version = $2 AND state = 'draft'",
        draft.0,
        version
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Retires the version in force and puts the draft in its place.
pub async fn put_in_force(
    tx: &mut Tx<'_>,
    (template, draft): (TemplateId, VersionId),
    note: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE gate_template_versions SET state = 'retired', retired_at = $2 WHERE template_id = $1 AND state = 'in_force'",
        template.0,
        now
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE gate_template_versions SET state = 'in_force', applied_at = $2, note = $3 WHERE id = $1",
        draft.0,
        now,
        note
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves the template's reviews whose scoring has not begun to the version in force; how many moved.
pub async fn migrate_reviews(tx: &mut Tx<'_>, template: TemplateId, to: VersionId) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        r#"
        UPDATE gate_reviews r
        SET template_version_id = $2, version = r.version + 1
        FROM gate_meetings m, gate_template_versions v
        WHERE m.id = r.meeting_id AND m.state = 'planned' AND r.state = 'listed'
          AND v.id = r.template_version_id AND v.template_id = $1 AND v.id <> $2
        "#,
        template.0,
        to.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Running reviews of a template in one meeting, and what a new version does to them.
#[derive(Clone, Debug)]
pub struct Affected {
    pub meeting_id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub held_at: DateTime<Utc>,
    /// Scoring has begun: the items keep their version and weights.
    pub frozen: bool,
    pub reviews: i64,
    pub numbers: Vec<i16>,
}

/// The meetings with reviews of a template that are not decided, the next first; items hidden from `viewer` by a
/// conflict of interest are not counted.
pub async fn affected(pool: &PgPool, template: TemplateId, viewer: Uuid) -> sqlx::Result<Vec<Affected>> {
    sqlx::query_as!(
        Affected,
        r#"
        SELECT m.id AS meeting_id, m.name_ja, m.name_en, m.held_at, m.state <> 'planned' AS "frozen!",
               count(*) AS "reviews!", array_agg(DISTINCT v.number) AS "numbers!"
        FROM gate_reviews r
        JOIN gate_meetings m ON m.id = r.meeting_id
        JOIN gate_template_versions v ON v.id = r.template_version_id
        WHERE v.template_id = $1 AND r.state IN ('listed', 'waiting') AND m.state <> 'cancelled'
          AND r.id NOT IN (SELECT h.review_id FROM gate_reviews_hidden_from($2) h WHERE h.review_id IS NOT NULL)
        GROUP BY m.id
        ORDER BY m.held_at, m.id
        LIMIT 200
        "#,
        template.0,
        viewer
    )
    .fetch_all(pool)
    .await
}

/// A milestone type that an evidence can ask for.
#[derive(Clone, Debug)]
pub struct MilestoneType {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
}

/// The milestone types in use, by approval class.
pub async fn milestone_types(pool: &PgPool) -> sqlx::Result<Vec<MilestoneType>> {
    sqlx::query_as!(
        MilestoneType,
        "SELECT code, name_ja, name_en FROM milestone_types WHERE NOT retired ORDER BY type_set, position, code LIMIT 500"
    )
    .fetch_all(pool)
    .await
}

fn column<T, V>(rows: &[T], of: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(of).collect()
}
