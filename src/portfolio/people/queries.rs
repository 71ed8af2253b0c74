//! All SQL of people.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::{PersonId, Yen};

use super::model::Person;

/// The person, if the viewer may know them.
pub async fn person(pool: &PgPool, id: PersonId, rights: &Rights) -> sqlx::Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"
        SELECT p.id, p.name_ja, p.name_kana, p.name_en, p.erad_number, p.department, p.institution_id,
               coalesce(i.name_ja, '') AS "institution_ja!", coalesce(i.name_en, '') AS "institution_en!"
        FROM people p LEFT JOIN institutions i ON i.id = p.institution_id
        WHERE p.id = $1
          AND ($2 OR $3 OR EXISTS (
              SELECT 1 FROM tasks t
              WHERE (t.lead_person_id = p.id
                     OR EXISTS (SELECT 1 FROM task_people s WHERE s.task_id = t.id AND s.person_id = p.id))
                AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)))
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await
}

/// A task of a person, with its last year's number and its money over all years.
#[derive(Clone, Debug)]
pub struct TaskOfPerson {
    pub id: Uuid,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub leads: bool,
    pub number: Option<String>,
    pub yen: Yen,
}

/// Tasks that a person leads or shares, the latest first.
pub async fn tasks(pool: &PgPool, id: Uuid, rights: &Rights) -> sqlx::Result<Vec<TaskOfPerson>> {
    sqlx::query_as!(
        TaskOfPerson,
        r#"
        SELECT t.id, t.title_ja, t.title_en, t.program_id, t.starts_on, t.ends_on,
               t.lead_person_id IS NOT DISTINCT FROM $1 AS "leads!",
               last.task_number AS "number?",
               coalesce((SELECT sum(y.amount_yen) FROM task_years y WHERE y.task_id = t.id), 0)::bigint AS "yen!: Yen"
        FROM (SELECT id FROM tasks WHERE lead_person_id = $1
              UNION SELECT task_id FROM task_people WHERE person_id = $1) own
        JOIN tasks t ON t.id = own.id
        LEFT JOIN LATERAL (
            SELECT y.task_number FROM task_years y
            WHERE y.task_id = t.id ORDER BY y.fiscal_year DESC LIMIT 1) last ON true
        WHERE task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        ORDER BY t.starts_on DESC, t.id
        LIMIT 100
        "#,
        id,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await
}
