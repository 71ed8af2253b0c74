//! What follows from the loaded tasks: which project a program's money lay under each year, and which tasks the
//! committee members of the demo may see.

use chrono::{DateTime, Utc};

use super::accounts::committee_ids;
use super::plan::Plan;
use crate::db::Tx;

/// Adds the cells of program × project × year that no source gives, with the money of the tasks in them rounded to
/// the million. Published cells stay as they are, and a program with published cells in a year gets no others then.
pub async fn fill(tx: &mut Tx<'_>, _plan: &Plan) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO program_projects (program_id, project_id, fiscal_year, amount_yen, source)
         SELECT y.program_id, y.project_id, y.fiscal_year, round(sum(y.amount_yen), -6), 'demo'
         FROM task_years y
         WHERE y.project_id IS NOT NULL
         GROUP BY y.program_id, y.project_id, y.fiscal_year
         ON CONFLICT (program_id, fiscal_year, project_id) DO UPDATE
             SET amount_yen = excluded.amount_yen, source = program_projects.source || ' (amount: demo)'
             WHERE program_projects.amount_yen IS NULL"
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Committee members see the tasks granted to them: forty trials and non-clinical tasks of the running year each.
pub async fn grant_to_committee(tx: &mut Tx<'_>, plan: &Plan, now: DateTime<Utc>) -> anyhow::Result<()> {
    for (offset, member) in (0_i64..).zip(committee_ids(plan.size.seed)) {
        sqlx::query!(
            "INSERT INTO task_grants (user_id, task_id, reason, granted_at)
             SELECT $1, id, 'demo', $2
             FROM (SELECT t.id, row_number() OVER (ORDER BY t.id) AS place
                   FROM tasks t
                   JOIN task_years y ON y.task_id = t.id AND y.fiscal_year = $3
                   JOIN vocabulary_values p ON p.id = t.phase_ids[1]
                   WHERE p.code IN ('nonclinical', 'registration_trial') AND NOT t.restricted) AS ready
             WHERE place % 7 = $4
             ORDER BY place
             LIMIT 40",
            member,
            now,
            plan.size.current_fy,
            offset
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
