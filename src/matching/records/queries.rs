//! All SQL of records.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::kernel::FiscalYear;

use super::model::{SlotFacts, TaskFacts};

/// Tasks that end in a fiscal year or later, every program; the caller shows only what its viewer may know.
pub async fn tasks(pool: &PgPool, from: FiscalYear) -> sqlx::Result<Vec<TaskFacts>> {
    sqlx::query_as!(
        TaskFacts,
        r#"
        SELECT t.id, t.title_ja, t.title_en, t.summary_ja, i.name_ja AS "institution?",
               array_remove(ARRAY[t.lead_person_id], NULL) AS "people!", t.program_id,
               extract(year FROM t.starts_on - interval '3 months')::int AS "first_fy!",
               extract(year FROM t.ends_on - interval '3 months')::int AS "last_fy!",
               t.phase_ids || t.modality_ids || t.approval_ids || t.disease_ids AS "tags!"
        FROM tasks t
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE t.ends_on >= make_date($1, 4, 1)
        ORDER BY t.id
        LIMIT 300000
        "#,
        from.year()
    )
    .fetch_all(pool)
    .await
}

/// Tasks of programs, or of all.
pub async fn tasks_of_programs(pool: &PgPool, programs: Option<&[Uuid]>) -> sqlx::Result<Vec<TaskFacts>> {
    sqlx::query_as!(
        TaskFacts,
        r#"
        SELECT t.id, t.title_ja, t.title_en, NULL::text AS summary_ja, i.name_ja AS "institution?",
               array_remove(ARRAY[t.lead_person_id], NULL) AS "people!", t.program_id,
               extract(year FROM t.starts_on - interval '3 months')::int AS "first_fy!",
               extract(year FROM t.ends_on - interval '3 months')::int AS "last_fy!",
               '{}'::smallint[] AS "tags!"
        FROM tasks t
        LEFT JOIN institutions i ON i.id = t.institution_id
        WHERE $1::uuid[] IS NULL OR t.program_id = ANY ($1)
        ORDER BY t.id
        LIMIT 300000
        "#,
        programs
    )
    .fetch_all(pool)
    .await
}

/// Slot types of the calls whose tasks start in a fiscal year or later and that take proposals today or later.
pub async fn slots(pool: &PgPool, from: FiscalYear, today: NaiveDate) -> sqlx::Result<Vec<SlotFacts>> {
    sqlx::query_as!(
        SlotFacts,
        r#"
        SELECT s.id, s.name_ja, s.full_name_ja AS "full_ja!", s.full_name_en AS full_en, c.program_id, c.id AS call_id, c.fiscal_year, s.max_new, s.yearly_ceiling_yen,
               c.closes_on, s.phase_ids || s.modality_ids || s.approval_ids || s.disease_ids AS "tags!"
        FROM slot_types s
        JOIN calls c ON c.id = s.call_id
        WHERE c.fiscal_year >= $1 AND (c.closes_on IS NULL OR c.closes_on >= $2)
        ORDER BY c.fiscal_year, c.program_id, s.position, s.id
        LIMIT 5000
        "#,
        from as FiscalYear,
        today
    )
    .fetch_all(pool)
    .await
}
