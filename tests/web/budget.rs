//! The annual budget in the browser: check, meaning, difference, proof, one button; versions, origins, side by side.

mod applying;
mod mapping;
mod outlines;
mod real;
mod speed;
mod walls;

use nakadachi::budget::versions::model::totals;
use scraper::{Html, Selector};
use sqlx::{AssertSqlSafe, PgPool};

use crate::support::{Page, Persona, TestApp};

/// Sends a file; the address of its import.
async fn upload(app: &TestApp, name: &str, bytes: &[u8]) -> String {
    let page = app.client(Persona::Administrator).await.upload("/budget/imports", &[], name, bytes).await;
    page.assert_status(303);
    page.location()
}

/// The fields of the form with this action, as the browser would send them, with some of them filled in.
fn fields(page: &Page, action_end: &str, filled: &[(&str, &str)]) -> Vec<(String, String)> {
    let document = Html::parse_document(&page.text());
    let form = Selector::parse(&format!("form[action$='{action_end}']")).unwrap();
    let form =
        document.select(&form).next().unwrap_or_else(|| panic!("no form {action_end} in {}", page.text()));
    let mut out: Vec<(String, String)> = Vec::new();
    for input in form.select(&Selector::parse("input[name], select[name]").unwrap()) {
        let element = input.value();
        let name = element.attr("name").unwrap().to_owned();
        let value = if element.name() == "select" {
            let chosen = Selector::parse("option[selected]").unwrap();
            input.select(&chosen).next().and_then(|o| o.value().attr("value")).unwrap_or_default()
        } else if matches!(element.attr("type"), Some("checkbox" | "radio"))
            && element.attr("checked").is_none()
        {
            continue;
        } else {
            element.attr("value").unwrap_or_default()
        };
        out.push((name, value.to_owned()));
    }
    for (name, value) in filled {
        out.retain(|(n, _)| n != name);
        out.push(((*name).to_owned(), (*value).to_owned()));
    }
    out
}

async fn send(app: &TestApp, path: &str, fields: &[(String, String)]) -> Page {
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    app.client(Persona::Administrator).await.post(path, &pairs).await
}

/// Confirms the meaning of the tables as the page proposes it, with corrections.
async fn confirm(app: &TestApp, import: &str, said: &[(&str, &str)]) -> Page {
    let page = app.client(Persona::Administrator).await.get(&format!("{import}/mapping")).await;
    page.assert_status(200);
    send(app, &format!("{import}/mapping"), &fields(&page, "/mapping", said)).await
}

/// Presses the button of the page that shows the difference.
async fn apply(app: &TestApp, import: &str, said: &[(&str, &str)]) -> Page {
    let page = app.client(Persona::Administrator).await.get(&format!("{import}/preview")).await;
    page.assert_status(200);
    send(app, &format!("{import}/application"), &fields(&page, "/application", said)).await
}

/// The whole way for a file in which nothing needs correcting.
async fn take_in(app: &TestApp, name: &str, bytes: &[u8], reason: &str) -> String {
    let import = upload(app, name, bytes).await;
    let preview = app.client(Persona::Administrator).await.get(&format!("{import}/preview")).await;
    if !preview.text().contains("/application\"") {
        confirm(app, &import, &[]).await.assert_status(303);
    }
    apply(app, &import, &[("reason", reason), ("seen", "true")]).await.assert_status(303);
    import
}

/// One number from the database.
async fn number(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.unwrap()
}

/// The real programs, projects and ministries in place of the small world's.
async fn with_real_programs() -> TestApp {
    let app = TestApp::start().await;
    sqlx::raw_sql(
        "DELETE FROM role_assignments WHERE program_id IS NOT NULL OR project_id IS NOT NULL OR disease_area_id IS NOT NULL OR ministry_code IS NOT NULL;
         DELETE FROM program_projects; DELETE FROM program_names; DELETE FROM programs; DELETE FROM projects; DELETE FROM plan_terms;
         DELETE FROM vocabulary_values; DELETE FROM ministries;",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    nakadachi::portfolio::reference::load_where_missing(&app.pool).await.unwrap();
    app
}

/// Everything of the lines of a version that another file must give again.
async fn lines_of(app: &TestApp, version: &str) -> Vec<String> {
    let id = version.rsplit('/').next().unwrap().parse().unwrap();
    let stored = nakadachi::budget::versions::queries::lines(&app.pool, &[id]).await.unwrap();
    let mut out: Vec<String> = stored
        .iter()
        .map(|(_, s)| {
            let l = &s.line;
            format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                l.program_name, l.project_name, l.ministry_name, l.kind, l.amount_yen, l.within_yen, l.note
            )
        })
        .collect();
    out.push(format!("{:?}", totals(stored.iter().map(|(_, s)| &s.line)).amount));
    out.sort();
    out
}
