//! All SQL that reads milestones and what they wait for.

use chrono::NaiveDate;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::TaskId;
use crate::milestones::{MilestoneId, State, Wait};

use super::model::{Graph, Milestone, Name, Node, OwnerId, Row, TaskOf};

/// A milestone, if the viewer may know its task.
pub async fn milestone(pool: &PgPool, id: MilestoneId, rights: &Rights) -> sqlx::Result<Option<Milestone>> {
    let row = sqlx::query!(
        r#"
        SELECT m.id, m.task_id, m.type_id, m.detail, m.due_on, m.first_due_on, m.owner_user_id, m.owner_person_id,
               coalesce(ou.name_ja, op.name_ja, '') AS "owner_ja!",
               CASE WHEN ou.id IS NULL THEN op.name_en ELSE ou.name_en END AS "owner_en?",
               m.state AS "state: State", m.reported_on, m.reported_by, m.reported_at, ru.name_ja AS "reporter_ja?",
               ru.name_en AS "reporter_en?", m.met_on, m.accepted_at, au.name_ja AS "accepter_ja?",
               au.name_en AS "accepter_en?", m.version, t.program_id, t.title_ja, t.title_en, t.starts_on, t.ends_on,
               t.approval_ids, t.modality_ids, t.disease_ids,
               coalesce(tt.task_number, t.stable_number) AS "number?"
        FROM milestones m
        JOIN tasks t ON t.id = m.task_id
        LEFT JOIN task_totals tt ON tt.task_id = t.id
        LEFT JOIN users ou ON ou.id = m.owner_user_id
        LEFT JOIN people op ON op.id = m.owner_person_id
        LEFT JOIN users ru ON ru.id = m.reported_by
        LEFT JOIN users au ON au.id = m.accepted_by
        WHERE m.id = $1 AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        "#,
        id.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|r| {
        Some(Milestone {
            in_charge: rights.in_charge(r.task_id, r.program_id, &r.disease_ids),
            id: r.id,
            task_id: r.task_id,
            type_id: r.type_id,
            detail: r.detail,
            due_on: r.due_on,
            first_due_on: r.first_due_on,
            owner: OwnerId::of_columns(r.owner_user_id, r.owner_person_id)?,
            owner_name: Name { ja: r.owner_ja, en: r.owner_en },
            state: r.state,
            reported_on: r.reported_on,
            reported_by: r.reported_by,
            reported_at: r.reported_at,
            reporter: Name { ja: r.reporter_ja.unwrap_or_default(), en: r.reporter_en },
            met_on: r.met_on,
            accepted_at: r.accepted_at,
            accepter: Name { ja: r.accepter_ja.unwrap_or_default(), en: r.accepter_en },
            version: r.version,
            task: TaskOf {
                program_id: r.program_id,
                title: Name { ja: r.title_ja, en: r.title_en },
                number: r.number,
                starts_on: r.starts_on,
                ends_on: r.ends_on,
                approval_ids: r.approval_ids,
                modality_id: r.modality_ids.first().copied(),
            },
        })
    }))
}

/// The milestones of tasks that the viewer may know, by due date; with the count of their evidence where that is shown.
pub async fn of_tasks(pool: &PgPool, tasks: &[Uuid], with_evidence: bool) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"
        SELECT m.id, m.task_id, m.type_id, m.detail, m.due_on, m.first_due_on, m.state AS "state: State", m.reported_on, m.met_on,
               coalesce(u.name_ja, p.name_ja, '') AS "owner_ja!",
               CASE WHEN u.id IS NULL THEN p.name_en ELSE u.name_en END AS "owner_en?",
               CASE WHEN $2 THEN (SELECT count(*) FROM milestone_evidence e
                                  WHERE e.milestone_id = m.id AND e.withdrawn_at IS NULL) ELSE 0 END AS "evidence!"
        FROM milestones m
        LEFT JOIN users u ON u.id = m.owner_user_id
        LEFT JOIN people p ON p.id = m.owner_person_id
        WHERE m.task_id = ANY ($1)
        ORDER BY m.due_on, m.id
        LIMIT 40000
        "#,
        tasks,
        with_evidence
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Row {
            id: r.id,
            task_id: r.task_id,
            type_id: r.type_id,
            detail: r.detail,
            due_on: r.due_on,
            first_due_on: r.first_due_on,
            state: r.state,
            reported_on: r.reported_on,
            met_on: r.met_on,
            owner: Name { ja: r.owner_ja, en: r.owner_en },
            evidence: r.evidence,
        })
        .collect())
}

/// The milestones `seeds`, all that wait for them and all that those wait for, over tasks and programs. What lies on
/// tasks hidden from the viewer is left out and not followed. Seeds that neither wait nor are waited for come only
/// where `alone` asks for them.
pub async fn graph(pool: &PgPool, seeds: &[Uuid], rights: &Rights, alone: bool) -> sqlx::Result<Graph> {
    let edges = sqlx::query!(
        r#"
        WITH RECURSIVE down (id) AS (
            SELECT unnest($1::uuid[])
            UNION
            SELECT d.milestone_id FROM down x JOIN milestone_dependencies d ON d.needs_id = x.id
        ), up (id) AS (
            SELECT id FROM down
            UNION
            SELECT d.needs_id FROM up x JOIN milestone_dependencies d ON d.milestone_id = x.id
        )
        -- Not a join: the planner takes a recursion for endless, and would seek one row after the other in it.
        SELECT d.milestone_id, d.needs_id, d.lag_days, d.agreed_due_on
        FROM milestone_dependencies d
        WHERE d.milestone_id IN (SELECT id FROM up)
        ORDER BY d.milestone_id, d.needs_id
        LIMIT 20000
        "#,
        seeds
    )
    .fetch_all(pool)
    .await?;
    let mut ids: Vec<Uuid> = edges.iter().flat_map(|e| [e.milestone_id, e.needs_id]).collect();
    ids.extend(seeds.iter().filter(|_| alone));
    ids.sort_unstable();
    ids.dedup();
    let nodes = nodes(pool, &ids, rights).await?;
    let waits = edges
        .into_iter()
        .map(|e| Wait {
            id: e.milestone_id,
            needs: e.needs_id,
            lag_days: e.lag_days,
            agreed_due_on: e.agreed_due_on,
        })
        .collect();
    Ok(Graph { nodes: nodes.into_iter().map(|n| (n.id, n)).collect(), waits })
}

/// A milestone with its task, as it is read.
struct NodeRow {
    id: Uuid,
    task_id: Uuid,
    type_id: i16,
    detail: Option<String>,
    state: State,
    due_on: NaiveDate,
    first_due_on: NaiveDate,
    reported_on: Option<NaiveDate>,
    met_on: Option<NaiveDate>,
    title_ja: String,
    title_en: Option<String>,
    program_id: Uuid,
}

impl From<NodeRow> for Node {
    fn from(r: NodeRow) -> Self {
        Self {
            id: r.id,
            task_id: r.task_id,
            type_id: r.type_id,
            detail: r.detail,
            state: r.state,
            due_on: r.due_on,
            first_due_on: r.first_due_on,
            reported_on: r.reported_on,
            met_on: r.met_on,
            title: Name { ja: r.title_ja, en: r.title_en },
            program_id: r.program_id,
        }
    }
}

async fn nodes(pool: &PgPool, ids: &[Uuid], rights: &Rights) -> sqlx::Result<Vec<Node>> {
    let rows = sqlx::query_as!(
        NodeRow,
        r#"
        SELECT m.id, m.task_id, m.type_id, m.detail, m.state AS "state: State", m.due_on, m.first_due_on, m.reported_on,
               m.met_on, t.title_ja, t.title_en, t.program_id
        FROM milestones m
        JOIN tasks t ON t.id = m.task_id
        WHERE m.id = ANY ($1) AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        "#,
        ids,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Node::from).collect())
}

/// The milestones of a task and all that they wait for, in one round trip and with one plan for every task: it comes
/// with the first view of a task. What lies on tasks hidden from the viewer is left out.
pub async fn needed_by(pool: &PgPool, task: TaskId, rights: &Rights) -> sqlx::Result<Graph> {
    let rows = sqlx::query!(
        r#"
        WITH RECURSIVE reached (id) AS (
            SELECT m.id FROM milestones m WHERE m.task_id = $1
            UNION
            -- OFFSET 0: the planner takes a recursion for endless, and would read the whole table for each step.
            SELECT d.needs_id
            FROM reached r,
                 LATERAL (SELECT d.needs_id FROM milestone_dependencies d WHERE d.milestone_id = r.id OFFSET 0) d
        )
        SELECT m.id, m.task_id, m.type_id, m.detail, m.state AS "state: State", m.due_on, m.first_due_on, m.reported_on,
               m.met_on, t.title_ja, t.title_en, t.program_id, m.waits AS "waits!: Json<Vec<Wait>>"
        FROM (SELECT id FROM reached LIMIT 20000) r,
             LATERAL (SELECT m.*, coalesce((SELECT json_agg(json_build_object('id', d.milestone_id, 'needs', d.needs_id,
                                 'lag_days', d.lag_days, 'agreed_due_on', d.agreed_due_on) ORDER BY d.needs_id)
                             FROM milestone_dependencies d WHERE d.milestone_id = m.id), '[]') AS waits
                      FROM milestones m WHERE m.id = r.id OFFSET 0) m
        JOIN tasks t ON t.id = m.task_id
        WHERE task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $2, $3, $4, $5, $6)
        "#,
        task.0,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await?;
    let mut graph = Graph::default();
    for r in rows {
        graph.waits.extend(r.waits.0);
        let node = Node {
            id: r.id,
            task_id: r.task_id,
            type_id: r.type_id,
            detail: r.detail,
            state: r.state,
            due_on: r.due_on,
            first_due_on: r.first_due_on,
            reported_on: r.reported_on,
            met_on: r.met_on,
            title: Name { ja: r.title_ja, en: r.title_en },
            program_id: r.program_id,
        };
        graph.nodes.insert(node.id, node);
    }
    Ok(graph)
}

/// Somebody who may own a milestone of a task.
#[derive(Clone, Debug)]
pub struct OwnerChoice {
    pub id: OwnerId,
    pub name: Name,
    /// `lead`, `co`, or the code of a role over the task's program.
    pub part: String,
}

/// The task's researchers, then the PS, PO and division of its program today.
pub async fn owners(pool: &PgPool, task: TaskId, today: NaiveDate) -> sqlx::Result<Vec<OwnerChoice>> {
    let rows = sqlx::query!(
        r#"
        SELECT NULL::uuid AS user_id, p.id AS person_id, p.name_ja AS "name_ja!", p.name_en, 'lead' AS "part!",
               0 AS "rank!", 0 AS "place!"
        FROM tasks t JOIN people p ON p.id = t.lead_person_id WHERE t.id = $1
        UNION ALL
        SELECT NULL, p.id, p.name_ja, p.name_en, 'co', 1, tp.position
        FROM task_people tp JOIN people p ON p.id = tp.person_id WHERE tp.task_id = $1
        UNION ALL
        SELECT u.id, NULL, u.name_ja, u.name_en, min(r.role), 2, 0
        FROM tasks t
        JOIN role_assignments r ON r.program_id = t.program_id
             AND r.role IN ('program_supervisor', 'program_officer', 'program_division')
             AND r.valid_from <= $2 AND (r.valid_until IS NULL OR r.valid_until >= $2)
        JOIN users u ON u.id = r.user_id AND u.active
        WHERE t.id = $1
        GROUP BY u.id
        ORDER BY 6, 7, 3, 1, 2
        LIMIT 200
        "#,
        task.0,
        today
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            let id = OwnerId::of_columns(r.user_id, r.person_id)?;
            Some(OwnerChoice { id, name: Name { ja: r.name_ja, en: r.name_en }, part: r.part })
        })
        .collect())
}

/// Planned milestones that `waiting` may wait for: of its own task first, and of tasks whose number or title holds
/// the sought words.
pub async fn candidates(
    pool: &PgPool,
    waiting: &Milestone,
    sought: &str,
    rights: &Rights,
) -> sqlx::Result<Vec<Node>> {
    let like = format!("%{}%", sought.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows = sqlx::query_as!(
        NodeRow,
        r#"
        SELECT m.id, m.task_id, m.type_id, m.detail, m.state AS "state: State", m.due_on, m.first_due_on, m.reported_on,
               m.met_on, t.title_ja, t.title_en, t.program_id
        FROM milestones m
        JOIN tasks t ON t.id = m.task_id
        WHERE m.id <> $1 AND m.state IN ('planned', 'met')
          AND (m.task_id = $2 OR ($3 <> '%%' AND t.search_text LIKE $3))
          AND NOT EXISTS (SELECT FROM milestone_dependencies d WHERE d.milestone_id = $1 AND d.needs_id = m.id)
          AND task_is_visible(t.restricted, t.id, t.program_id, t.disease_ids, $4, $5, $6, $7, $8)
        ORDER BY m.task_id <> $2, m.due_on, m.id
        LIMIT 40
        "#,
        waiting.id,
        waiting.task_id,
        like,
        rights.sees_all,
        rights.sees_open,
        &rights.programs,
        &rights.diseases,
        &rights.granted
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Node::from).collect())
}
