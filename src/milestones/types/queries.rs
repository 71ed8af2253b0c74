//! All SQL of milestone types.

use sqlx::PgPool;

use crate::db::Tx;
use crate::milestones::TypeSet;

use super::model::{MilestoneType, TypeFields};

/// Every type, set by set.
pub async fn all(pool: &PgPool) -> sqlx::Result<Vec<MilestoneType>> {
    sqlx::query_as!(
        MilestoneType,
        r#"
        SELECT id, code, type_set AS "set: TypeSet", name_ja, name_en, position, reaches_trial, retired, remark, version
        FROM milestone_types
        ORDER BY array_position(ARRAY['drug', 'regenerative', 'device', 'general'], type_set), position, id
        LIMIT 1000
        "#
    )
    .fetch_all(pool)
    .await
}

pub async fn insert(tx: &mut Tx<'_>, f: &TypeFields) -> sqlx::Result<i16> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO milestone_types (code, type_set, name_ja, name_en, position, reaches_trial, retired, remark)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        RETURNING id
        "#,
        f.code,
        f.set.code(),
        f.name_ja.as_str(),
        f.name_en.as_str(),
        f.position,
        f.reaches_trial,
        f.retired,
        f.remark.as_ref().map(|t| t.as_str())
    )
    .fetch_one(&mut **tx)
    .await
}

/// Writes the fields over version `version`; the code stays. False if somebody was faster.
pub async fn update(tx: &mut Tx<'_>, id: i16, version: i32, f: &TypeFields) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE milestone_types
        SET type_set = $3, name_ja = $4, name_en = $5, position = $6, reaches_trial = $7, retired = $8, remark = $9,
            version = version + 1
        WHERE id = $1 AND version = $2
        "#,
        id,
        version,
        f.set.code(),
        f.name_ja.as_str(),
        f.name_en.as_str(),
        f.position,
        f.reaches_trial,
        f.retired,
        f.remark.as_ref().map(|t| t.as_str())
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
