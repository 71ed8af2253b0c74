//! All SQL of the list: one page of rows, every row for an export, and the breakdown beside it.

use chrono::NaiveDate;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::Yen;
use crate::kernel::listing::{PAGE_ROWS, decode_cursor, encode_cursor};

use super::columns::Sort;
use crate::portfolio::tasks::filter::{Dimension, Filter};
use crate::portfolio::tasks::sql::{Sql, push_clause, push_clauses, push_source};

/// One row of the list; names of programs, projects and tags come from the catalogue.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TaskRow {
    pub id: Uuid,
    pub task_number: Option<String>,
    pub title_ja: String,
    pub title_en: Option<String>,
    pub program_id: Uuid,
    pub project_id: Option<Uuid>,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub lead_ja: Option<String>,
    pub lead_en: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub stopped: bool,
    pub is_fund: bool,
    pub restricted: bool,
    pub is_new: bool,
    pub amount_yen: Yen,
    pub direct_yen: Option<Yen>,
    pub indirect_yen: Option<Yen>,
    pub phase_ids: Vec<i16>,
    pub modality_ids: Vec<i16>,
    pub approval_ids: Vec<i16>,
    pub nature_ids: Vec<i16>,
    pub disease_ids: Vec<i16>,
    /// The values the list is ordered by, as text.
    order_keys: Vec<Option<String>>,
}

/// A row at which a page ends or begins: the order of the list, the row's values in it, and its place from 1.
#[derive(Serialize, Deserialize)]
struct Cursor {
    s: String,
    k: Vec<Option<String>>,
    i: Uuid,
    n: usize,
    /// Asks for the rows before this one instead of those after it.
    #[serde(default)]
    back: bool,
}

/// One page of the list and the ways on from it.
#[derive(Clone, Debug)]
pub struct TaskPage {
    pub rows: Vec<TaskRow>,
    /// Place of the first row in the whole list, from 1. Rows that came or went since the last page shift it.
    pub place: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// One page of the list, after or before a cursor.
pub async fn page_of_tasks(
    pool: &PgPool,
    filter: &Filter,
    rights: &Rights,
    sorts: &[Sort],
    cursor: &str,
) -> sqlx::Result<TaskPage> {
    let order = Sort::print(sorts);
    let cursor: Option<Cursor> =
        decode_cursor(cursor).filter(|c: &Cursor| c.s == order && c.k.len() == sorts.len());
    let mut sql = rows_of(filter, rights, sorts, cursor.as_ref(), Some(PAGE_ROWS + 1));
    let mut rows: Vec<TaskRow> = sql.build_query_as().fetch_all(pool).await?;
    let limit = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    let (place, before, after) = match &cursor {
        None => {
            rows.truncate(limit);
            (1, false, more)
        }
        Some(cursor) if cursor.back => {
            rows.drain(..rows.len().saturating_sub(limit));
            (if more { cursor.n.saturating_sub(rows.len()).max(2) } else { 1 }, more, true)
        }
        Some(cursor) => {
            rows.truncate(limit);
            (cursor.n + 1, true, more)
        }
    };
    let at = |row: Option<&TaskRow>, n: usize, back: bool| {
        row.map(|row| {
            encode_cursor(&Cursor { s: order.clone(), k: row.order_keys.clone(), i: row.id, n, back })
        })
    };
    let previous = before.then(|| at(rows.first(), place, true)).flatten();
    let next = after.then(|| at(rows.last(), place + rows.len() - 1, false)).flatten();
    Ok(TaskPage { rows, place, previous, next })
}

/// The statement for every row, in the order of the list.
pub fn all_tasks(filter: &Filter, rights: &Rights, sorts: &[Sort]) -> Sql {
    rows_of(filter, rights, sorts, None, None)
}

/// Runs [`all_tasks`] row by row.
pub fn stream_tasks<'a>(
    connection: &'a mut PgConnection,
    sql: &'a mut Sql,
) -> BoxStream<'a, sqlx::Result<TaskRow>> {
    sql.build_query_as().fetch(connection)
}

fn rows_of(
    filter: &Filter,
    rights: &Rights,
    sorts: &[Sort],
    cursor: Option<&Cursor>,
    limit: Option<i64>,
) -> Sql {
    let back = cursor.is_some_and(|cursor| cursor.back);
    // The page is cut first, from short facts that an index covers, and named afterwards: wide rows, institutions and
    // people are looked up for its rows only.
    let mut sql = Sql::new(
        "SELECT d.id, r.task_number, d.title_ja, d.title_en, r.program_id, r.project_id, i.name_ja AS institution_ja, \
         i.name_en AS institution_en, p.name_ja AS lead_ja, p.name_en AS lead_en, d.starts_on, d.ends_on, \
         d.stopped_on IS NOT NULL AS stopped, d.is_fund, d.restricted, r.is_new, r.amount_yen, r.direct_yen, \
         r.indirect_yen, d.phase_ids, d.modality_ids, d.approval_ids, d.nature_ids, d.disease_ids, r.order_keys \
         FROM (SELECT y.task_id, y.task_number, y.program_id, y.project_id, y.is_new, y.amount_yen, y.direct_yen, \
         y.indirect_yen, ARRAY[",
    );
    for (n, order) in orders(sorts).enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" }).push(order.1.expression).push(")::text");
    }
    sql.push("] AS order_keys, row_number() OVER (ORDER BY ");
    push_order(&mut sql, sorts, false);
    sql.push(") AS place");
    push_source(&mut sql, filter, rights);
    push_clauses(&mut sql, filter, &[]);
    if let Some(cursor) = cursor {
        push_beyond(&mut sql, sorts, cursor);
    }
    sql.push(" ORDER BY ");
    push_order(&mut sql, sorts, back);
    if let Some(limit) = limit {
        sql.push(" LIMIT ").push(limit.to_string());
    }
    sql.push(
        ") r JOIN tasks d ON d.id = r.task_id LEFT JOIN institutions i ON i.id = d.institution_id \
         LEFT JOIN people p ON p.id = d.lead_person_id ORDER BY r.place",
    );
    sql
}

fn orders(sorts: &[Sort]) -> impl Iterator<Item = (Sort, super::columns::Order)> {
    sorts.iter().filter_map(|sort| sort.column.order().map(|order| (*sort, order)))
}

fn push_order(sql: &mut Sql, sorts: &[Sort], back: bool) {
    for (sort, order) in orders(sorts) {
        sql.push(order.expression);
        // Rows without a value come last in either direction, so they come first on the way back.
        sql.push(match (sort.descending != back, order.nullable, back) {
            (false, false, _) | (false, true, false) => ", ",
            (false, true, true) => " NULLS FIRST, ",
            (true, false, _) => " DESC, ",
            (true, true, false) => " DESC NULLS LAST, ",
            (true, true, true) => " DESC NULLS FIRST, ",
        });
    }
    sql.push(if back { "y.task_id DESC" } else { "y.task_id" });
}

/// Rows beyond the cursor: further in the first value, or equal in it and further in the next, down to the id.
fn push_beyond(sql: &mut Sql, sorts: &[Sort], cursor: &Cursor) {
    let steps: Vec<_> = orders(sorts).zip(&cursor.k).collect();
    sql.push(" AND (");
    for n in 0..=steps.len() {
        sql.push(if n > 0 { " OR (" } else { "(" });
        for ((_, order), value) in &steps[..n] {
            sql.push(order.expression).push(" IS NOT DISTINCT FROM ").push_bind((*value).clone());
            sql.push("::").push(order.kind).push(" AND ");
        }
        match steps.get(n) {
            None => {
                sql.push(if cursor.back { "y.task_id < " } else { "y.task_id > " }).push_bind(cursor.i);
            }
            // Rows without a value come last in either direction: all others lie before one, none behind it.
            Some(((_, order), None)) if cursor.back => {
                sql.push(order.expression).push(" IS NOT NULL");
            }
            Some((_, None)) => {
                sql.push("false");
            }
            Some(((sort, order), Some(value))) => {
                let less = sort.descending != cursor.back;
                sql.push("(").push(order.expression).push(if less { " < " } else { " > " });
                sql.push_bind(value.clone()).push("::").push(order.kind);
                if order.nullable && !cursor.back {
                    sql.push(" OR ").push(order.expression).push(" IS NULL");
                }
                sql.push(")");
            }
        }
        sql.push(")");
    }
    sql.push(")");
}

/// One line of the breakdown: a value of a dimension (its id or code), its tasks and their money.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Tally {
    pub dimension: String,
    pub value: Option<String>,
    pub tasks: i64,
    pub amount_yen: Yen,
}

/// The whole list and every dimension in one pass over the rows. Each dimension leaves its own conditions out, so
/// that its other values show what choosing them would give.
pub async fn breakdown(
    pool: &PgPool,
    filter: &Filter,
    rights: &Rights,
    ending_before: NaiveDate,
    today: NaiveDate,
) -> sqlx::Result<Vec<Tally>> {
    let active: Vec<Dimension> = Dimension::ALL
        .into_iter()
        .filter(|d| filter.clauses.iter().any(|c| c.dimension == Some(*d)))
        .collect();
    let mut sql =
        Sql::new("WITH found AS MATERIALIZED (SELECT * FROM (SELECT y.amount_yen, y.is_new, y.project_id, ");
    sql.push("y.program_id, t.disease_ids, t.phase_ids, t.modality_ids, t.approval_ids, t.restricted, ");
    sql.push("(t.ends_on >= ").push_bind(today).push(" AND t.ends_on <= ").push_bind(ending_before);
    sql.push(" AND t.stopped_on IS NULL) AS ending");
    for dimension in &active {
        sql.push(", (true");
        for clause in filter.clauses.iter().filter(|c| c.dimension == Some(*dimension)) {
            sql.push(" AND coalesce(");
            push_clause(&mut sql, clause);
            sql.push(", false)");
        }
        sql.push(") AS by_").push(dimension.code());
    }
    push_source(&mut sql, filter, rights);
    push_clauses(&mut sql, filter, &active);
    sql.push(") candidates");
    for (n, dimension) in active.iter().enumerate() {
        sql.push(if n > 0 { " + " } else { " WHERE " });
        sql.push("(NOT by_").push(dimension.code()).push(")::int");
    }
    sql.push(if active.is_empty() { ")" } else { " <= 1)" });
    sql.push(" SELECT 'all' AS dimension, NULL::text AS value, count(*) AS tasks, ");
    sql.push("coalesce(sum(amount_yen), 0)::bigint AS amount_yen FROM found");
    push_others(&mut sql, &active, None);
    for dimension in Dimension::ALL {
        let (value, source) = value_of(dimension);
        sql.push(" UNION ALL SELECT '").push(dimension.code()).push("', ").push(value);
        sql.push(", count(*), coalesce(sum(amount_yen), 0)::bigint FROM ").push(source);
        push_others(&mut sql, &active, Some(dimension));
        sql.push(" GROUP BY 2");
    }
    sql.build_query_as().fetch_all(pool).await
}

fn push_others(sql: &mut Sql, active: &[Dimension], but: Option<Dimension>) {
    sql.push(" WHERE true");
    for dimension in active.iter().filter(|d| Some(**d) != but) {
        sql.push(" AND by_").push(dimension.code());
    }
}

/// What a dimension groups by, and from what.
fn value_of(dimension: Dimension) -> (&'static str, &'static str) {
    match dimension {
        Dimension::Project => ("project_id::text", "found"),
        Dimension::Program => ("program_id::text", "found"),
        Dimension::Ministry => ("ministry_code", "found JOIN programs ON programs.id = found.program_id"),
        Dimension::Disease => ("tag::text", "found LEFT JOIN unnest(disease_ids) tag ON true"),
        Dimension::Phase => ("tag::text", "found LEFT JOIN unnest(phase_ids) tag ON true"),
        Dimension::Modality => ("tag::text", "found LEFT JOIN unnest(modality_ids) tag ON true"),
        Dimension::Approval => ("tag::text", "found LEFT JOIN unnest(approval_ids) tag ON true"),
        Dimension::Kind => ("CASE WHEN is_new THEN 'new' ELSE 'continuing' END", "found"),
        Dimension::Ending => ("CASE WHEN ending THEN 'ending' END", "found"),
        Dimension::Restricted => ("CASE WHEN restricted THEN 'restricted' END", "found"),
    }
}
