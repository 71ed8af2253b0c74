//! Writes the facts into a new database, in one transaction.

use sqlx::PgPool;

use crate::db::Tx;

use super::facts::{
    all_numbers, flags, folded, numbers, optional, positions, program_id, project_id, rows, term_id, texts,
};

/// Gives a new database its facts; one that has programs already is left alone.
pub async fn load_where_missing(pool: &PgPool) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    let there = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM programs) AS "there!""#)
        .fetch_one(&mut *tx)
        .await?;
    if !there {
        load_reference(&mut tx).await?;
    }
    tx.commit().await
}

/// Loads the reference facts. Rows that are already there stay as they are, so that a second call changes nothing
/// and an administrator's later corrections survive.
pub async fn load_reference(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    load_ministries(tx).await?;
    load_terms(tx).await?;
    load_projects(tx).await?;
    load_vocabularies(tx).await?;
    load_programs(tx).await?;
    load_names(tx).await?;
    load_shares(tx).await?;
    load_amounts(tx).await?;
    load_lineage(tx).await
}

async fn load_ministries(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/ministries.tsv"));
    sqlx::query!(
        "INSERT INTO ministries (code, name_ja, name_en, short_ja, position)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[])
         ON CONFLICT DO NOTHING",
        &texts(&rows, 0),
        &texts(&rows, 1),
        &texts(&rows, 2),
        &texts(&rows, 3),
        &all_numbers::<i16>(&rows, 4)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_terms(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/terms.tsv"));
    let ids: Vec<_> = rows.iter().map(|row| term_id(row[0])).collect();
    sqlx::query!(
        "INSERT INTO plan_terms (id, number, name_ja, name_en, first_fy, last_fy)
         SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::smallint[], $6::smallint[])
         ON CONFLICT DO NOTHING",
        &ids,
        &all_numbers::<i16>(&rows, 0),
        &texts(&rows, 1),
        &texts(&rows, 2),
        &all_numbers::<i16>(&rows, 3),
        &all_numbers::<i16>(&rows, 4)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_projects(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/projects.tsv"));
    let ids: Vec<_> = rows.iter().map(|row| project_id(row[0], row[1])).collect();
    let terms: Vec<_> = rows.iter().map(|row| term_id(row[0])).collect();
    sqlx::query!(
        "INSERT INTO projects (id, term_id, number, name_ja, name_en, short_ja, short_en, remark)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[],
                              $8::text[])
         ON CONFLICT DO NOTHING",
        &ids,
        &terms,
        &all_numbers::<i16>(&rows, 1),
        &texts(&rows, 2),
        &texts(&rows, 3),
        &texts(&rows, 4),
        &texts(&rows, 5),
        &optional(&rows, 6) as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_vocabularies(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/vocabularies.tsv"));
    sqlx::query!(
        "INSERT INTO vocabulary_values (vocabulary, code, name_ja, name_en, position, first_fy, last_fy, remark)
         SELECT vocabulary, code, name_ja, name_en, position, coalesce(first_fy, 1990), last_fy, remark
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::smallint[], $7::smallint[],
                     $8::text[]) AS fact (vocabulary, code, name_ja, name_en, position, first_fy, last_fy, remark)
         ORDER BY position
         ON CONFLICT DO NOTHING",
        &texts(&rows, 0),
        &texts(&rows, 1),
        &texts(&rows, 2),
        &texts(&rows, 3),
        &positions(&rows),
        &numbers::<i16>(&rows, 4) as &[Option<i16>],
        &numbers::<i16>(&rows, 5) as &[Option<i16>],
        &optional(&rows, 6) as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_programs(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/programs.tsv"));
    let ids: Vec<_> = rows.iter().map(|row| program_id(row[0])).collect();
    let ours: Vec<_> = flags(&rows, 7, 'o').into_iter().map(|official| !official).collect();
    sqlx::query!(
        "INSERT INTO programs (id, code, name_ja, name_en, name_en_is_ours, abbreviation, ministry_code, first_fy,
                               last_fy, is_fund, is_unspecified, remark, source)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[],
                              $8::smallint[], $9::smallint[], $10::boolean[], $11::boolean[], $12::text[], $13::text[])
         ON CONFLICT DO NOTHING",
        &ids,
        &texts(&rows, 0),
        &texts(&rows, 1),
        &optional(&rows, 2) as &[Option<String>],
        &ours,
        &optional(&rows, 3) as &[Option<String>],
        &optional(&rows, 4) as &[Option<String>],
        &numbers::<i16>(&rows, 5) as &[Option<i16>],
        &numbers::<i16>(&rows, 6) as &[Option<i16>],
        &flags(&rows, 7, 'f'),
        &flags(&rows, 7, 'u'),
        &optional(&rows, 8) as &[Option<String>],
        &optional(&rows, 9) as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    let names = texts(&rows, 1);
    sqlx::query!(
        "INSERT INTO program_names (program_id, name, folded, kind)
         SELECT program_id, name, folded, 'official' FROM unnest($1::uuid[], $2::text[], $3::text[])
             AS fact (program_id, name, folded)
         ON CONFLICT DO NOTHING",
        &ids,
        &names,
        &folded(&names)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_names(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/names.tsv"));
    let ids: Vec<_> = rows.iter().map(|row| program_id(row[0])).collect();
    let names = texts(&rows, 1);
    sqlx::query!(
        "INSERT INTO program_names (program_id, name, folded, kind, first_fy, last_fy)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::smallint[])
         ON CONFLICT DO NOTHING",
        &ids,
        &names,
        &folded(&names),
        &texts(&rows, 2),
        &numbers::<i16>(&rows, 3) as &[Option<i16>],
        &numbers::<i16>(&rows, 4) as &[Option<i16>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One row per program, project and year of the share's period; the amount stands in the one year it was printed for.
async fn load_shares(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/shares.tsv"));
    let programs: Vec<_> = rows.iter().map(|row| program_id(row[0])).collect();
    let projects: Vec<_> = rows.iter().map(|row| project_id(row[1], row[2])).collect();
    sqlx::query!(
        "INSERT INTO program_projects (program_id, project_id, fiscal_year, amount_yen, source)
         SELECT program_id, project_id, year::smallint, CASE WHEN year = amount_fy THEN yen END, source
         FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[], $5::smallint[], $6::bigint[], $7::text[])
                  AS fact (program_id, project_id, first_fy, last_fy, amount_fy, yen, source),
              generate_series(first_fy::integer, last_fy::integer) AS year
         ON CONFLICT DO NOTHING",
        &programs,
        &projects,
        &all_numbers::<i16>(&rows, 3),
        &all_numbers::<i16>(&rows, 4),
        &numbers::<i16>(&rows, 5) as &[Option<i16>],
        &numbers::<i64>(&rows, 6) as &[Option<i64>],
        &texts(&rows, 7)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_amounts(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/amounts.tsv"));
    let programs: Vec<_> = rows.iter().map(|row| program_id(row[0])).collect();
    sqlx::query!(
        "INSERT INTO program_published_amounts (program_id, fiscal_year, stage, amount_yen, task_count, source)
         SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::bigint[], $5::integer[], $6::text[])
         ON CONFLICT DO NOTHING",
        &programs,
        &all_numbers::<i16>(&rows, 1),
        &texts(&rows, 2),
        &all_numbers::<i64>(&rows, 3),
        &numbers::<i32>(&rows, 4) as &[Option<i32>],
        &texts(&rows, 5)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn load_lineage(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    let rows = rows(include_str!("data/lineage.tsv"));
    let from: Vec<_> = rows.iter().map(|row| program_id(row[0])).collect();
    let to: Vec<_> = rows.iter().map(|row| program_id(row[1])).collect();
    sqlx::query!(
        "INSERT INTO program_lineage (from_program_id, to_program_id, kind, fiscal_year, remark, source)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[])
         ON CONFLICT DO NOTHING",
        &from,
        &to,
        &texts(&rows, 2),
        &all_numbers::<i16>(&rows, 3),
        &optional(&rows, 4) as &[Option<String>],
        &optional(&rows, 5) as &[Option<String>]
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
