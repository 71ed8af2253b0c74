//! All SQL of the slip forecast; SELECT only.

use sqlx::PgPool;

use crate::accounts::Rights;

use super::model::{Forecast, Sample};

/// Samples of these types.
pub async fn of_types(pool: &PgPool, rights: &Rights, types: &[i16]) -> sqlx::Result<Forecast> {
    samples(pool, rights, Some(types)).await
}

/// Samples of every type.
pub async fn all(pool: &PgPool, rights: &Rights) -> sqlx::Result<Forecast> {
    samples(pool, rights, None).await
}

async fn samples(pool: &PgPool, rights: &Rights, types: Option<&[i16]>) -> sqlx::Result<Forecast> {
    let rows = sqlx::query!(
        r#"
        WITH slips AS (
            SELECT m.type_id, t.modality_ids[1] AS modality_id, m.met_on - m.first_due_on AS days
            FROM milestones m
            JOIN tasks t ON t.id = m.task_id
            WHERE m.state = 'met' AND ($6::smallint[] IS NULL OR m.type_id = ANY ($6))
              AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        )
        SELECT type_id AS "type_id!", modality_id AS "modality_id?", GROUPING(modality_id) = 1 AS "whole!",
               count(*) AS "n!",
               percentile_disc(ARRAY[0.1, 0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY days) AS "days!: Vec<i32>"
        FROM slips
        GROUP BY GROUPING SETS ((type_id, modality_id), (type_id))
        ORDER BY type_id, GROUPING(modality_id) DESC, count(*) DESC, modality_id
        LIMIT 2000
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        types
    )
    .fetch_all(pool)
    .await?;
    let samples = rows.into_iter().map(|r| Sample {
        type_id: r.type_id,
        modality_id: r.modality_id,
        whole: r.whole,
        n: r.n,
        days: <[i32; 5]>::try_from(r.days).unwrap_or_default(),
    });
    Ok(Forecast::new(samples.collect()))
}
