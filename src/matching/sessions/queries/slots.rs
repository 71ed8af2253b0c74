//! All SQL of the receiving slots of a session and of its ceilings.

use chrono::NaiveDate;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::{FiscalYear, MatchingSessionId, Yen};
use crate::matching::eligibility::SlotFacts;

/// A slot type of a call of the session's year, and whether the session has it.
pub struct SlotChoice {
    pub slot_type_id: Uuid,
    pub program_id: Uuid,
    pub call_ja: String,
    pub call_en: Option<String>,
    /// With its step.
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub chosen: bool,
}

/// Every slot type that the year's calls offer, by program.
pub async fn slot_choices(
    pool: &PgPool,
    id: MatchingSessionId,
    year: FiscalYear,
) -> sqlx::Result<Vec<SlotChoice>> {
    sqlx::query_as!(
        SlotChoice,
        r#"
        SELECT st.id AS "slot_type_id!", c.program_id AS "program_id!", c.name_ja AS "call_ja!", c.name_en AS call_en,
               st.full_name_ja AS "name_ja!", st.full_name_en AS name_en, st.min_new AS "min_new!", st.max_new AS "max_new!",
               st.yearly_ceiling_yen AS "yearly_ceiling: Yen",
               EXISTS (SELECT FROM matching_session_slots s WHERE s.session_id = $1 AND s.slot_type_id = st.id) AS "chosen!"
        FROM calls c
        JOIN programs p ON p.id = c.program_id
        JOIN slot_types st ON st.call_id = c.id
        WHERE c.fiscal_year = $2
        ORDER BY p.code, c.round, c.id, st.position
        LIMIT 600
        "#,
        id.0,
        year as FiscalYear
    )
    .fetch_all(pool)
    .await
}

/// Takes the chosen slot types into the session with the capacity that their call states, and the others out of it.
pub async fn choose_slots(tx: &mut Tx<'_>, id: MatchingSessionId, chosen: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM matching_session_slots WHERE session_id = $1 AND slot_type_id <> ALL ($2)",
        id.0,
        chosen
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO matching_session_slots (id, session_id, slot_type_id, call_id, program_id, project_id, min_new, max_new,
                                            yearly_ceiling_yen)
        SELECT gen_random_uuid(), $1, st.id, c.id, c.program_id,
               (SELECT pp.project_id FROM program_projects pp
                WHERE pp.program_id = c.program_id AND pp.fiscal_year <= c.fiscal_year
                ORDER BY pp.fiscal_year DESC, pp.amount_yen DESC NULLS LAST, pp.project_id LIMIT 1),
               st.min_new, st.max_new, st.yearly_ceiling_yen
        FROM slot_types st
        JOIN calls c ON c.id = st.call_id
        JOIN matching_sessions s ON s.id = $1 AND s.fiscal_year = c.fiscal_year
        WHERE st.id = ANY ($2)
        ON CONFLICT DO NOTHING
        "#,
        id.0,
        chosen
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A receiving slot of a session.
#[derive(Clone, Debug)]
pub struct Slot {
    pub id: Uuid,
    pub slot_type_id: Uuid,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub call_ja: String,
    pub call_en: Option<String>,
    /// With its step.
    pub name_ja: String,
    pub name_en: Option<String>,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub budget: Option<Yen>,
    pub max_years: Option<i16>,
    pub starts_on: Option<NaiveDate>,
    pub closes_on: Option<NaiveDate>,
    pub facts: Json<SlotFacts>,
}

/// The receiving slots of a session, by program.
pub async fn slots(pool: &PgPool, id: MatchingSessionId) -> sqlx::Result<Vec<Slot>> {
    sqlx::query_as!(
        Slot,
        r#"
        SELECT s.id AS "id!", s.slot_type_id AS "slot_type_id!", s.program_id AS "program_id!", s.project_id, c.name_ja AS "call_ja!", c.name_en AS call_en,
               st.full_name_ja AS "name_ja!", st.full_name_en AS name_en, s.min_new AS "min_new!", s.max_new AS "max_new!",
               s.yearly_ceiling_yen AS "yearly_ceiling: Yen", s.budget_yen AS "budget: Yen", st.max_years, c.starts_on,
               c.closes_on, s.facts AS "facts!: Json<SlotFacts>"
        FROM matching_session_slots s
        JOIN slot_types st ON st.id = s.slot_type_id
        JOIN calls c ON c.id = s.call_id
        JOIN programs p ON p.id = s.program_id
        WHERE s.session_id = $1
        ORDER BY p.code, c.round, c.id, st.position
        LIMIT 600
        "#,
        id.0
    )
    .fetch_all(pool)
    .await
}

/// A ceiling over several slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    pub kind: String,
    pub program_id: Option<Uuid>,
    pub project_id: Option<Uuid>,
    pub max_new: Option<i16>,
    pub budget: Option<Yen>,
}

pub async fn ceilings(pool: &PgPool, id: MatchingSessionId) -> sqlx::Result<Vec<Ceiling>> {
    sqlx::query_as!(
        Ceiling,
        r#"
        SELECT kind, program_id, project_id, max_new, budget_yen AS "budget: Yen"
        FROM matching_session_ceilings
        WHERE session_id = $1
        ORDER BY kind, coalesce(program_id, project_id)
        "#,
        id.0
    )
    .fetch_all(pool)
    .await
}

/// A slot's capacity as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub slot: Uuid,
    pub min_new: i16,
    pub max_new: i16,
    pub yearly_ceiling: Option<Yen>,
    pub budget: Option<Yen>,
}

/// Writes the capacities of slots and replaces the ceilings above them.
pub async fn write_capacities(
    tx: &mut Tx<'_>,
    id: MatchingSessionId,
    capacities: &[Capacity],
    ceilings: &[Ceiling],
) -> sqlx::Result<()> {
    let of = |f: fn(&Capacity) -> Option<Yen>| -> Vec<Option<i64>> {
        capacities.iter().map(|c| f(c).map(|y| y.0)).collect()
    };
    sqlx::query!(
        r#"
        UPDATE matching_session_slots s
        SET min_new = n.least, max_new = n.most, yearly_ceiling_yen = n.ceiling, budget_yen = n.budget
        FROM unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[]) AS n (id, least, most, ceiling,
                                                                                               budget)
        WHERE s.session_id = $1 AND s.id = n.id
        "#,
        id.0,
        &capacities.iter().map(|c| c.slot).collect::<Vec<_>>(),
        &capacities.iter().map(|c| c.min_new).collect::<Vec<_>>(),
        &capacities.iter().map(|c| c.max_new).collect::<Vec<_>>(),
        &of(|c| c.yearly_ceiling) as &[Option<i64>],
        &of(|c| c.budget) as &[Option<i64>]
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("DELETE FROM matching_session_ceilings WHERE session_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    for c in ceilings {
        sqlx::query!(
            "INSERT INTO matching_session_ceilings (session_id, kind, program_id, project_id, max_new, budget_yen)
             VALUES ($1, $2, $3, $4, $5, $6)",
            id.0,
            c.kind,
            c.program_id,
            c.project_id,
            c.max_new,
            c.budget.map(|b| b.0)
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
