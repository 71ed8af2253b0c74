//! All SQL of vocabularies.

use sqlx::PgPool;

use crate::db::Tx;

use super::model::ValueFields;

/// A value of a vocabulary.
#[derive(Clone, Debug)]
pub struct Value {
    pub id: i16,
    pub vocabulary: String,
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub position: i16,
    pub first_fy: i16,
    pub last_fy: Option<i16>,
    pub remark: Option<String>,
    pub version: i32,
}

/// Every value of a vocabulary, ended ones last.
pub async fn values(pool: &PgPool, vocabulary: &str) -> sqlx::Result<Vec<Value>> {
    sqlx::query_as!(
        Value,
        r#"
        SELECT id, vocabulary, code, name_ja, name_en, position, first_fy, last_fy, remark, version
        FROM vocabulary_values
        WHERE vocabulary = $1
        ORDER BY last_fy IS NOT NULL, position, id
        LIMIT 1000
        "#,
        vocabulary
    )
    .fetch_all(pool)
    .await
}

pub async fn value(pool: &PgPool, id: i16) -> sqlx::Result<Option<Value>> {
    sqlx::query_as!(
        Value,
        r#"
        SELECT id, vocabulary, code, name_ja, name_en, position, first_fy, last_fy, remark, version
        FROM vocabulary_values
        WHERE id = $1
        "#,
        id
    )
    .fetch_optional(pool)
    .await
}

pub async fn insert(tx: &mut Tx<'_>, vocabulary: &str, f: &ValueFields) -> sqlx::Result<i16> {
    sqlx::query_scalar!(
        r#"
        INSERT INTO vocabulary_values (vocabulary, code, name_ja, name_en, position, first_fy, last_fy, remark)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        RETURNING id
        "#,
        vocabulary,
        f.code,
        f.name_ja.as_str(),
        f.name_en.as_str(),
        f.position,
        f.first_fy,
        f.last_fy,
        f.remark.as_ref().map(|t| t.as_str())
    )
    .fetch_one(&mut **tx)
    .await
}

/// Writes the fields if `version` is still the present one; the code stays, because addresses and files carry it.
pub async fn update(tx: &mut Tx<'_>, id: i16, version: i32, f: &ValueFields) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        UPDATE vocabulary_values
        SET name_ja = $3, name_en = $4, position = $5, first_fy = $6, last_fy = $7, remark = $8, version = version + 1
        WHERE id = $1 AND version = $2
        "#,
        id,
        version,
        f.name_ja.as_str(),
        f.name_en.as_str(),
        f.position,
        f.first_fy,
        f.last_fy,
        f.remark.as_ref().map(|t| t.as_str())
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
