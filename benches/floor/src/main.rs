//! The floor of `script/bench`: the least that a page of rows can cost with the same libraries on the same machine.
//!
//! `GET /{page}` runs one prepared query for the rows that the real page shows and renders as many table rows, without
//! sign-in, rights, layout or a second query. The ids of each page's rows stand in files: `floor LISTEN FOLDER`, where
//! FOLDER has `tasks.PAGE` (ids) or `programs.PAGE` (codes), one a line. The database is that of `DATABASE_URL`.

use std::{collections::HashMap, env, fs, sync::Arc};

use anyhow::Context;
use askama::Template;
use axum::{Router, extract::State, http::StatusCode, response::Html, routing::get};
use sqlx::{PgPool, postgres::PgPoolOptions};

const TASKS: &str = "SELECT y.task_number AS number, t.title_ja AS title, p.name_ja AS program, i.name_ja AS institution, \
        l.name_ja AS person, y.amount_yen AS yen, t.ends_on::text AS ends_on \
     FROM tasks t JOIN programs p ON p.id = t.program_id \
     LEFT JOIN institutions i ON i.id = t.institution_id LEFT JOIN people l ON l.id = t.lead_person_id \
     LEFT JOIN LATERAL (SELECT task_number, amount_yen FROM task_years WHERE task_id = t.id \
                        ORDER BY fiscal_year DESC LIMIT 1) y ON true \
     WHERE t.id = ANY($1::uuid[]) ORDER BY y.task_number, t.id";

const PROGRAMS: &str = "SELECT p.code AS number, p.name_ja AS title, p.name_en AS program, m.name_ja AS institution, \
        NULL::text AS person, NULL::bigint AS yen, NULL::text AS ends_on \
     FROM programs p LEFT JOIN ministries m ON m.code = p.ministry_code WHERE p.code = ANY($1) ORDER BY p.code, p.id";

#[derive(sqlx::FromRow)]
struct Row {
    number: Option<String>,
    title: String,
    program: Option<String>,
    institution: Option<String>,
    person: Option<String>,
    yen: Option<i64>,
    ends_on: Option<String>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>floor</title><table><tbody>\
{% for row in rows %}<tr><td>{{ row.number.as_deref().unwrap_or_default() }}</td><td>{{ row.title }}</td>\
<td>{{ row.program.as_deref().unwrap_or_default() }}</td><td>{{ row.institution.as_deref().unwrap_or_default() }}</td>\
<td>{{ row.person.as_deref().unwrap_or_default() }}</td><td>{{ row.yen.unwrap_or_default() }}</td>\
<td>{{ row.ends_on.as_deref().unwrap_or_default() }}</td></tr>\n{% endfor %}</tbody></table></html>"
)]
struct Page {
    rows: Vec<Row>,
}

struct Shown {
    sql: &'static str,
    ids: Vec<String>,
}

#[derive(Clone)]
struct Floor {
    pool: PgPool,
    shown: Arc<HashMap<String, Shown>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let listen = arguments.next().context("floor LISTEN FOLDER")?;
    let folder = arguments.next().context("floor LISTEN FOLDER")?;
    let url = env::var("DATABASE_URL").context("DATABASE_URL")?;
    // As many connections as the program itself opens.
    let pool = PgPoolOptions::new().max_connections(20).test_before_acquire(false).connect(&url).await?;
    let floor = Floor { pool, shown: Arc::new(read(&folder)?) };
    let mut router = Router::new();
    for name in floor.shown.keys() {
        let page = name.clone();
        router = router.route(
            &format!("/{name}"),
            get(move |State(floor): State<Floor>| async move { show(&floor, &page).await }),
        );
    }
    let listener = tokio::net::TcpListener::bind(&listen).await.context(listen)?;
    axum::serve(listener, router.with_state(floor)).await?;
    Ok(())
}

async fn show(floor: &Floor, page: &str) -> Result<Html<String>, (StatusCode, String)> {
    let broken = |error: &dyn std::error::Error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let Shown { sql, ids } = &floor.shown[page];
    let rows = sqlx::query_as(*sql).bind(ids).fetch_all(&floor.pool).await.map_err(|e| broken(&e))?;
    Page { rows }.render().map(Html).map_err(|e| broken(&e))
}

fn read(folder: &str) -> anyhow::Result<HashMap<String, Shown>> {
    let mut pages = HashMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.to_owned())? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a plain file name")?;
        let sql = match name.split_once('.') {
            Some(("tasks", _)) => TASKS,
            Some(("programs", _)) => PROGRAMS,
            _ => continue,
        };
        let text = fs::read_to_string(entry.path())?;
        let ids = text
            .lines()
            .map(|line| line.trim().parse().context(line.to_owned()))
            .collect::<Result<_, _>>()?;
        let page = name.split_once('.').map_or_else(String::new, |(_, page)| page.to_owned());
        pages.insert(page, Shown { sql, ids });
    }
    Ok(pages)
}
