//! The queries under `.sqlx` were checked against a schema; this test checks them against today's.
//!
//! A query that is missing there does not compile offline; one whose columns, parameters or nullability the migrations have
//! changed since is found here, without compiling everything against a database once more.

use serde::Deserialize;
use sqlx::{AssertSqlSafe, Column, Either, Executor, SqlSafeStr, TypeInfo};

use crate::support::TestApp;

#[derive(Deserialize)]
struct Checked {
    query: String,
    describe: Described,
}

#[derive(Deserialize)]
struct Described {
    columns: Vec<CheckedColumn>,
    parameters: Parameters,
}

#[derive(Deserialize)]
struct CheckedColumn {
    name: String,
    type_info: serde_json::Value,
}

#[derive(Deserialize)]
struct Parameters {
    #[serde(rename = "Left")]
    types: Vec<serde_json::Value>,
}

#[tokio::test]
async fn the_checked_queries_fit_the_schema() {
    let app = TestApp::start().await;
    let mut connection = app.pool.acquire().await.unwrap();
    let mut stale = Vec::new();
    let mut checked = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.sqlx")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let Checked { query, describe } =
            serde_json::from_str(&text).expect("a file of `cargo sqlx prepare`");
        checked += 1;
        let now = match connection.describe(AssertSqlSafe(query.clone()).into_sql_str()).await {
            Ok(now) => now,
            Err(error) => {
                stale.push(format!("{error}: {query}"));
                continue;
            }
        };
        let parameters: Vec<String> = match now.parameters() {
            Some(Either::Left(types)) => types.iter().map(|t| t.name().to_owned()).collect(),
            _ => Vec::new(),
        };
        let columns = now.columns().iter().map(|c| (c.name().to_owned(), c.type_info().name().to_owned()));
        let expected = describe.columns.iter().map(|c| (c.name.clone(), spelled(&c.type_info)));
        // Whether a column of an outer join may be NULL is read from the planner's plan, which turns with the table
        // statistics; it is no property of the schema and is not compared. Names, types and parameters are.
        let same = columns.map(folded).eq(expected.map(folded))
            && parameters.iter().map(|p| p.to_lowercase()).eq(describe
                .parameters
                .types
                .iter()
                .map(|t| spelled(t).to_lowercase()));
        if !same {
            stale.push(query);
        }
    }
    assert!(checked > 0, "no checked queries: is .sqlx committed?");
    assert!(
        stale.is_empty(),
        "stale under .sqlx, run `cargo sqlx prepare -- --all-targets`:\n{}",
        stale.join("\n---\n")
    );
}

fn folded((name, kind): (String, String)) -> (String, String) {
    (name, kind.to_lowercase())
}

/// `Int8` → `INT8`, `Int2Array` → `INT2[]`, `{"Custom": {"name": "citext", …}}` → `citext`: as a type calls itself.
fn spelled(kind: &serde_json::Value) -> String {
    let name = kind.as_str().or_else(|| kind["Custom"]["name"].as_str()).unwrap_or_default();
    match name.strip_suffix("Array") {
        Some(element) => format!("{element}[]"),
        None if name == "Char" => "\"CHAR\"".to_owned(),
        None => name.to_owned(),
    }
}
