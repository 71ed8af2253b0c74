//! The templates every database starts with, demo or not; the tables in `data/` say whose words each text is in.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::named_uuid;

type Row = Vec<&'static str>;

/// Gives a database without templates the shipped ones; one that has any is left alone.
pub async fn load_where_missing(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    let there = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM gate_templates) AS "there!""#)
        .fetch_one(&mut *tx)
        .await?;
    if !there {
        load(&mut tx, now).await?;
    }
    tx.commit().await
}

/// Loads the shipped templates with their first versions in force. Calling it twice changes nothing.
pub async fn load(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    if load_templates(tx, now).await? == 0 {
        return Ok(());
    }
    load_items(tx).await?;
    load_labels(tx).await?;
    load_evidence(tx).await?;
    sqlx::query!(
        "UPDATE gate_template_versions SET state = 'in_force', applied_at = $1 WHERE state = 'draft' AND number = 1",
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_templates(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let rows = rows(include_str!("data/templates.tsv"));
    let done = sqlx::query!(
        "INSERT INTO gate_templates (id, code, kind, gate_number, name_ja, name_en, timing_ja, timing_en, position, source)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[],
                              $8::text[], $9::smallint[], $10::text[])
         ON CONFLICT DO NOTHING",
        &rows.iter().map(|row| template_id(row[0])).collect::<Vec<_>>(),
        &texts(&rows, 0),
        &texts(&rows, 1),
        &numbers(&rows, 2) as &[Option<i16>],
        &texts(&rows, 3),
        &texts(&rows, 4),
        &texts(&rows, 5),
        &texts(&rows, 6),
        &(1_i16..).take(rows.len()).collect::<Vec<_>>(),
        &texts(&rows, 11)
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() > 0 {
        sqlx::query!(
            "INSERT INTO gate_template_versions (id, template_id, number, basis, go_from_tenths, conditional_from_tenths,
                                                 least_item_tenths, created_at)
             SELECT id, template_id, 1, basis, go_from, conditional_from, least, $7
             FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::smallint[], $6::smallint[])
                 AS fact (id, template_id, basis, go_from, conditional_from, least)",
            &rows.iter().map(|row| first_version_id(row[0])).collect::<Vec<_>>(),
            &rows.iter().map(|row| template_id(row[0])).collect::<Vec<_>>(),
            &texts(&rows, 7),
            &numbers(&rows, 8) as &[Option<i16>],
            &numbers(&rows, 9) as &[Option<i16>],
            &numbers(&rows, 10) as &[Option<i16>],
            now
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(done.rows_affected())
}

async fn load_items(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/items.tsv"));
    let (keys, ids) = keys_and_ids(&rows, "gate template item");
    sqlx::query!(
        "INSERT INTO gate_template_items (id, version_id, item_key, position, view, name_ja, name_en, question_ja,
                                          question_en, weight, scale_points, is_overall, wording, source)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[],
                              $8::text[], $9::text[], $10::smallint[], $11::smallint[], $12::boolean[], $13::text[],
                              $14::text[])",
        &ids,
        &rows.iter().map(|row| first_version_id(row[0])).collect::<Vec<_>>(),
        &keys,
        &positions(&rows),
        &texts(&rows, 2),
        &texts(&rows, 3),
        &texts(&rows, 4),
        &texts(&rows, 5),
        &texts(&rows, 6),
        &numbers(&rows, 7) as &[Option<i16>],
        &numbers(&rows, 8) as &[Option<i16>],
        &rows.iter().map(|row| row[9] == "o").collect::<Vec<_>>(),
        &texts(&rows, 10),
        &rows.iter().map(|row| Some(row[11].to_owned()).filter(|s| !s.is_empty())).collect::<Vec<_>>()
            as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_labels(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/labels.tsv"));
    let versions: Vec<_> =
        self::rows(include_str!("data/templates.tsv")).iter().map(|row| first_version_id(row[0])).collect();
    sqlx::query!(
        "INSERT INTO gate_template_labels (version_id, scale_points, value, label_ja, label_en)
         SELECT version_id, points, value, ja, en
         FROM unnest($1::uuid[]) AS version_id,
              unnest($2::smallint[], $3::smallint[], $4::text[], $5::text[]) AS fact (points, value, ja, en)",
        &versions,
        &numbers(&rows, 0) as &[Option<i16>],
        &numbers(&rows, 1) as &[Option<i16>],
        &texts(&rows, 2),
        &texts(&rows, 3)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_evidence(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/evidence.tsv"));
    let (keys, ids) = keys_and_ids(&rows, "gate template evidence");
    sqlx::query!(
        "INSERT INTO gate_template_evidence (id, version_id, evidence_key, position, kind, milestone_code, name_ja,
                                             name_en, mandatory, responsible)
         SELECT id, version, key, position, kind, nullif(code, ''), ja, en, mandatory, responsible
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::boolean[], $10::text[])
             AS fact (id, version, key, position, kind, code, ja, en, mandatory, responsible)",
        &ids,
        &rows.iter().map(|row| first_version_id(row[0])).collect::<Vec<_>>(),
        &keys,
        &positions(&rows),
        &texts(&rows, 2),
        &texts(&rows, 3),
        &texts(&rows, 4),
        &texts(&rows, 5),
        &rows.iter().map(|row| row[6] == "m").collect::<Vec<_>>(),
        &texts(&rows, 7)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The id of a shipped template by its code, the same on every machine.
pub fn template_id(code: &str) -> Uuid {
    named_uuid("gate template", code)
}

/// The id of the shipped version of a template.
pub fn first_version_id(code: &str) -> Uuid {
    named_uuid("gate template version", &format!("{code} 1"))
}

/// Keys (through all versions) and ids (of the first) of rows that begin with a template's code and a short name.
fn keys_and_ids(rows: &[Row], namespace: &str) -> (Vec<Uuid>, Vec<Uuid>) {
    let name = |row: &Row| format!("{} {}", row[0], row[1]);
    let keys = rows.iter().map(|row| named_uuid(namespace, &name(row))).collect();
    let ids = rows.iter().map(|row| named_uuid(namespace, &format!("{} version 1", name(row)))).collect();
    (keys, ids)
}

/// Places within a template, from 1.
fn positions(rows: &[Row]) -> Vec<i16> {
    let mut place = 0;
    let mut last = "";
    rows.iter()
        .map(|row| {
            place = if row[0] == last { place + 1 } else { 1 };
            last = row[0];
            place
        })
        .collect()
}

fn rows(table: &'static str) -> Vec<Row> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect()
}

fn texts(rows: &[Row], at: usize) -> Vec<String> {
    rows.iter().map(|row| row[at].to_owned()).collect()
}

fn numbers(rows: &[Row], at: usize) -> Vec<Option<i16>> {
    rows.iter().map(|row| row[at].parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_template_has_items_and_one_overall_assessment() {
        let items = rows(include_str!("data/items.tsv"));
        for template in rows(include_str!("data/templates.tsv")) {
            let own: Vec<_> = items.iter().filter(|row| row[0] == template[0]).collect();
            assert!(own.len() >= 6, "{}", template[0]);
            assert_eq!(own.iter().filter(|row| row[9] == "o").count(), 1, "{}", template[0]);
            let views: BTreeSet<_> = own.iter().map(|row| row[2]).collect();
            let gate = !template[2].is_empty();
            assert_eq!(views.contains("technology") && views.contains("business"), gate, "{}", template[0]);
        }
    }

    #[test]
    fn an_official_wording_names_its_source() {
        for row in rows(include_str!("data/items.tsv")) {
            assert_eq!(row[10] == "official", !row[11].is_empty(), "{row:?}");
        }
    }
}
