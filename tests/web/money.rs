//! Working with the money: adjustment fund, slips, scenarios, contracts, and tables that add up to their version.

mod contracts;
mod rounds;
mod scenarios;
mod slips;
mod totals;

use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{P1, P2, P3, PROJECT_1, PROJECT_2, Page, Persona, TestApp, noon};

const OKU: i64 = 100_000_000;

/// The place of the small world's budget lines in R8.
fn place(program: &str, project: &str, ministry: &str) -> String {
    format!("2026/initial/0/{program}/{project}/{ministry}/initial")
}

/// Puts a budget in law into force: (program, project, ministry, yen).
async fn budget(pool: &PgPool, year: i16, lines: &[(&str, &str, &str, i64)]) -> Uuid {
    budget_at(pool, (year, "initial"), lines).await
}

/// Puts a budget of any stage into force.
async fn budget_at(pool: &PgPool, at: (i16, &str), lines: &[(&str, &str, &str, i64)]) -> Uuid {
    let id = Uuid::now_v7();
    let total: i64 = lines.iter().map(|l| l.3).sum();
    sqlx::query(
        "INSERT INTO budget_versions (id, fiscal_year, stage, number, cause, total_yen, line_count, created_at)
         VALUES ($1, $2, $3, 1, 'import', $4, $5, $6)",
    )
    .bind(id)
    .bind(at.0)
    .bind(at.1)
    .bind(total)
    .bind(i32::try_from(lines.len()).unwrap())
    .bind(noon())
    .execute(pool)
    .await
    .unwrap();
    for (n, (program, project, ministry, yen)) in (1_i32..).zip(lines) {
        sqlx::query(
            "INSERT INTO budget_lines (version_id, position, program_id, program_name, project_id, project_name, ministry_code,
                                       ministry_name, kind, amount_yen)
             VALUES ($1, $2, $3::uuid, '事業', $4::uuid, 'プロジェクト', $5, '省', 'initial', $6)",
        )
        .bind(id)
        .bind(n)
        .bind(program)
        .bind(project)
        .bind(ministry)
        .bind(yen)
        .execute(pool)
        .await
        .unwrap();
    }
    sqlx::query("UPDATE budget_versions SET state = 'applied', applied_at = $2 WHERE id = $1")
        .bind(id)
        .bind(noon())
        .execute(pool)
        .await
        .unwrap();
    id
}

/// P1 10億円 and P2 5億円 in R8, P1 8億円 in R7.
async fn small_budget(app: &TestApp) {
    budget(&app.pool, 2025, &[(P1, PROJECT_1, "mhlw", 8 * OKU)]).await;
    budget(
        &app.pool,
        2026,
        &[
            (P1, PROJECT_1, "mhlw", 10 * OKU),
            (P2, PROJECT_2, "mext", 5 * OKU),
            (P3, PROJECT_1, "mext", 3 * OKU),
        ],
    )
    .await;
}

async fn number(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.unwrap()
}

fn round_form<'a>(
    key: &'a str,
    parts: (&'a str, &'a str, &'a str),
    note: &'a str,
) -> [(&'a str, &'a str); 8] {
    [
        ("key", key),
        ("fiscal_year", "R8"),
        ("number", "1"),
        ("unit", "oku"),
        ("total", parts.0),
        ("president", parts.1),
        ("top_down", parts.2),
        ("rounding_note", note),
    ]
}

/// An open round of R8 with 10億円 at the President's discretion; its page.
async fn open_round(app: &TestApp) -> String {
    let unit = app.client(Persona::Unit).await;
    let made = unit.post("/budget/adjustments", &round_form("round", ("10.0", "10.0", ""), "")).await;
    made.assert_status(303);
    made.location()
}

/// A proposal of the division for P1, heard by the PD; its page.
async fn heard_proposal(app: &TestApp, round: &str, key: &str, oku: &str) -> String {
    let round_id = round.rsplit('/').next().unwrap();
    let form = [
        ("key", key),
        ("round", round_id),
        ("kind", "president"),
        ("program", "P1"),
        ("amount", oku),
        ("unit", "oku"),
        ("purpose", "登録の前倒し"),
        ("reason", "年度内に必要"),
    ];
    let made = app.client(Persona::Division).await.post("/budget/proposals", &form).await;
    made.assert_status(303);
    let opinion_key = format!("o{key}");
    let opinion = [("key", opinion_key.as_str()), ("stance", "support"), ("body", "効果が見込める")];
    let pd = app.client(Persona::Pd).await;
    pd.post(&format!("{}/opinions", made.location()), &opinion).await.assert_status(303);
    made.location()
}

fn decision<'a>(round: &'a str, oku: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("version", "1"),
        ("outcome", "grant"),
        ("round", round.rsplit('/').next().unwrap()),
        ("amount", oku),
        ("unit", "oku"),
        ("authority", "理事長決裁"),
    ]
}

fn slip_form<'a>(key: &'a str, from: &'a str, to: &'a str, oku: &'a str) -> [(&'a str, &'a str); 9] {
    [
        ("key", key),
        ("year", "R8"),
        ("kind", "movement"),
        ("from", from),
        ("to", to),
        ("amount", oku),
        ("unit", "oku"),
        ("reason", "採択増による組替え"),
        ("authority", "移替承認書"),
    ]
}

/// A slip of the division from P1 to P2; its page.
async fn proposed_slip(app: &TestApp, key: &str, oku: &str) -> String {
    let (from, to) = (place(P1, PROJECT_1, "mhlw"), place(P2, PROJECT_2, "mext"));
    let made =
        app.client(Persona::Division).await.post("/budget/slips", &slip_form(key, &from, &to, oku)).await;
    made.assert_status(303);
    made.location()
}

async fn moved(app: &TestApp, program: &str) -> i64 {
    number(&app.pool, &format!("SELECT coalesce(sum(amount_yen), 0)::bigint FROM budget_after_movements WHERE fiscal_year = 2026 AND program_id = '{program}'")).await
}
