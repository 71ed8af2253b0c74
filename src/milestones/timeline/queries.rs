//! All SQL of timelines; SELECT only. Tasks are those with money in the year asked for.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::FiscalYear;
use crate::kernel::words::coded;

/// Which tasks a timeline shows.
#[derive(Clone, Debug, Default)]
pub struct Of {
    pub year: Option<FiscalYear>,
    pub program: Option<Uuid>,
    pub project: Option<Uuid>,
    pub disease: Option<i16>,
}

/// Tasks and milestones of one program.
#[derive(Clone, Debug)]
pub struct ProgramSum {
    pub program: Uuid,
    pub tasks: i64,
    pub milestones: i64,
    pub met: i64,
    pub planned: i64,
    pub late: i64,
    /// Reported, and not accepted yet.
    pub waiting: i64,
    pub missed: i64,
    /// Not late, but what they wait for, also through others, makes them late or will not come.
    pub pushed: i64,
}

/// Every program with tasks, by its code.
pub async fn by_program(
    pool: &PgPool,
    of: &Of,
    rights: &Rights,
    today: NaiveDate,
) -> sqlx::Result<Vec<ProgramSum>> {
    sqlx::query_as!(
        ProgramSum,
        r#"
        WITH shown AS (
            SELECT t.id, y.program_id
            FROM task_years y
            JOIN tasks t ON t.id = y.task_id
            WHERE y.fiscal_year = $6
              AND ($7::uuid IS NULL OR y.program_id = $7)
              AND ($8::uuid IS NULL OR y.project_id = $8)
              AND ($9::smallint IS NULL OR $9 = ANY (t.disease_ids))
              AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        ), sums AS (
            SELECT s.program_id, count(*) AS milestones, count(*) FILTER (WHERE m.state = 'met') AS met,
                   count(*) FILTER (WHERE m.state = 'planned') AS planned,
                   count(*) FILTER (WHERE m.state = 'planned' AND m.reported_on IS NULL AND m.due_on < $10) AS late,
                   count(*) FILTER (WHERE m.state = 'planned' AND m.reported_on IS NOT NULL) AS waiting,
                   count(*) FILTER (WHERE m.state = 'missed') AS missed,
                   count(w.id) AS pushed
            FROM shown s
            JOIN milestones m ON m.task_id = s.id
            LEFT JOIN pushed_milestones($10, $1, $2, $3, $4, $5) w ON w.id = m.id
            GROUP BY s.program_id
        )
        SELECT p.id AS program, c.tasks AS "tasks!", coalesce(u.milestones, 0) AS "milestones!", coalesce(u.met, 0) AS "met!",
               coalesce(u.planned, 0) AS "planned!", coalesce(u.late, 0) AS "late!", coalesce(u.waiting, 0) AS "waiting!",
               coalesce(u.missed, 0) AS "missed!", coalesce(u.pushed, 0) AS "pushed!"
        FROM (SELECT program_id, count(*) AS tasks FROM shown GROUP BY program_id) c
        JOIN programs p ON p.id = c.program_id
        LEFT JOIN sums u ON u.program_id = c.program_id
        ORDER BY p.code
        LIMIT 500
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        of.year as Option<FiscalYear>,
        of.program,
        of.project,
        of.disease,
        today
    )
    .fetch_all(pool)
    .await
}

coded!(
    /// How milestones of a quarter stand, the worst first.
    MarkKind {
        Late = "late", "遅延", "late";
        Missed = "missed", "未達", "missed";
        Waiting = "waiting", "確認待ち", "to be accepted";
        Planned = "planned", "予定", "planned";
        Met = "met", "達成", "met";
        Dropped = "dropped", "取りやめ", "dropped";
    }
);

/// Milestones of a program in one quarter that are drawn alike.
#[derive(Clone, Debug)]
pub struct Mark {
    pub program: Uuid,
    /// First day of the quarter.
    pub quarter: NaiveDate,
    pub kind: MarkKind,
    pub milestones: i64,
}

/// The marks of the lanes of programs.
pub async fn marks(pool: &PgPool, of: &Of, rights: &Rights, today: NaiveDate) -> sqlx::Result<Vec<Mark>> {
    sqlx::query_as!(
        Mark,
        r#"
        SELECT y.program_id AS program, date_trunc('quarter', coalesce(m.met_on, m.due_on)::timestamp)::date AS "quarter!",
               CASE WHEN m.state <> 'planned' THEN m.state WHEN m.reported_on IS NOT NULL THEN 'waiting'
                    WHEN m.due_on < $10 THEN 'late' ELSE 'planned' END AS "kind!: MarkKind",
               count(*) AS "milestones!"
        FROM task_years y
        JOIN tasks t ON t.id = y.task_id
        JOIN milestones m ON m.task_id = t.id
        WHERE y.fiscal_year = $6
          AND ($7::uuid IS NULL OR y.program_id = $7)
          AND ($8::uuid IS NULL OR y.project_id = $8)
          AND ($9::smallint IS NULL OR $9 = ANY (t.disease_ids))
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3
        LIMIT 20000
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        of.year as Option<FiscalYear>,
        of.program,
        of.project,
        of.disease,
        today
    )
    .fetch_all(pool)
    .await
}

/// A task of a timeline.
#[derive(Clone, Debug)]
pub struct TaskLane {
    pub id: Uuid,
    pub program: Uuid,
    pub number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub stopped_on: Option<NaiveDate>,
}

/// Tasks drawn at most.
pub const TASKS: i64 = 3_000;

/// The tasks of the programs that are open.
pub async fn tasks(
    pool: &PgPool,
    of: &Of,
    programs: &[Uuid],
    rights: &Rights,
) -> sqlx::Result<Vec<TaskLane>> {
    sqlx::query_as!(
        TaskLane,
        r#"
        SELECT t.id, y.program_id AS program, y.task_number AS number, t.title_ja, t.title_en, t.starts_on, t.ends_on,
               t.stopped_on
        FROM task_years y
        JOIN tasks t ON t.id = y.task_id
        WHERE y.fiscal_year = $6
          AND y.program_id = ANY ($7)
          AND ($8::uuid IS NULL OR y.project_id = $8)
          AND ($9::smallint IS NULL OR $9 = ANY (t.disease_ids))
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $1, $2, $3, $4, $5)
        ORDER BY t.ends_on, t.starts_on, t.id
        LIMIT $10
        "#,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted,
        of.year as Option<FiscalYear>,
        programs,
        of.project,
        of.disease,
        TASKS
    )
    .fetch_all(pool)
    .await
}
