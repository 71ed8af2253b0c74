//! All SQL of the catalogue.

use sqlx::PgConnection;

use super::model::{Catalogue, Ministry, Program, Project, Term, Value};

/// Reads the whole catalogue.
pub async fn catalogue(connection: &mut PgConnection) -> sqlx::Result<Catalogue> {
    let ministries = sqlx::query_as!(
        Ministry,
        "SELECT code, name_ja, name_en, short_ja FROM ministries ORDER BY position, code"
    )
    .fetch_all(&mut *connection)
    .await?;
    let terms = sqlx::query_as!(
        Term,
        "SELECT id, number, name_ja, name_en, first_fy, last_fy FROM plan_terms ORDER BY number"
    )
    .fetch_all(&mut *connection)
    .await?;
    let projects = sqlx::query!(
        r#"
        SELECT p.id, p.term_id, t.number AS term_number, p.number, p.name_ja, p.name_en, p.short_ja, p.short_en
        FROM projects p
        JOIN plan_terms t ON t.id = p.term_id
        ORDER BY t.number DESC, p.number
        "#
    )
    .fetch_all(&mut *connection)
    .await?;
    let programs = sqlx::query!(
        "SELECT id, code, name_ja, name_en, abbreviation, ministry_code FROM programs ORDER BY code"
    )
    .fetch_all(&mut *connection)
    .await?;
    let values = sqlx::query!(
        r#"
        SELECT id, vocabulary, code, name_ja, name_en, first_fy, last_fy
        FROM vocabulary_values
        ORDER BY vocabulary, position, id
        "#
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok(Catalogue::new(
        ministries,
        terms,
        projects
            .into_iter()
            .map(|p| {
                Project::from_columns(
                    p.id,
                    p.term_id,
                    p.term_number,
                    p.number,
                    p.name_ja,
                    p.name_en,
                    p.short_ja,
                    p.short_en,
                )
            })
            .collect(),
        programs
            .into_iter()
            .map(|p| {
                Program::from_columns(p.id, p.code, p.name_ja, p.name_en, p.abbreviation, p.ministry_code)
            })
            .collect(),
        values
            .into_iter()
            .filter_map(|v| {
                Value::from_columns(
                    v.id,
                    &v.vocabulary,
                    v.code,
                    v.name_ja,
                    v.name_en,
                    (v.first_fy, v.last_fy),
                )
            })
            .collect(),
    ))
}
