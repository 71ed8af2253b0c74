//! The demo command's work: an empty database is filled once, whole or again, the same for the same arguments.

use nakadachi::accounts::actions::{Origin, sign_in};
use nakadachi::demo::{self, Size};
use nakadachi::portfolio::reference;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::support::{TestApp, noon};

const SIZE: Size = Size { tasks_per_year: 300, years: 3, seed: 1, current_fy: 2026 };

/// A database without the small world.
async fn empty() -> TestApp {
    let app = TestApp::start().await;
    app.pool
        .execute(
            "TRUNCATE ministries, plan_terms, vocabulary_values, institutions, people, users, programs
             RESTART IDENTITY CASCADE",
        )
        .await
        .unwrap();
    app
}

async fn filled() -> TestApp {
    let app = empty().await;
    demo::fill(&app.pool, SIZE, noon(), &|_| {}).await.expect("filling an empty database");
    app
}

async fn text(pool: &PgPool, sql: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.unwrap()
}

const SCHEMA: &str = "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
    SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tgrelid::regclass || ' ' || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal) AS lines";

#[tokio::test]
async fn demo_fills_an_empty_database_once_and_leaves_its_schema_as_it_was() {
    let app = empty().await;
    let before = text(&app.pool, SCHEMA).await;
    let loaded = demo::fill(&app.pool, SIZE, noon(), &|_| {}).await.expect("filling an empty database");
    assert_eq!(text(&app.pool, SCHEMA).await, before);
    assert_eq!(app.count("tasks").await, loaded.tasks as i64);
    assert!(loaded.tasks > 450 && loaded.task_years > 800, "{loaded:?}");
    assert_eq!(app.count("installation WHERE made_by_demo").await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'demo.fill'").await, 1);
    let again = demo::fill(&app.pool, SIZE, noon(), &|_| {}).await;
    assert!(again.unwrap_err().to_string().contains("already has accounts or tasks"));
}

#[tokio::test]
async fn a_demo_that_was_cut_short_is_made_anew() {
    let app = empty().await;
    let before = text(&app.pool, SCHEMA).await;
    // As a kill leaves it: some rows, an index that is missing, the mark.
    app.pool
        .execute(
            "UPDATE installation SET made_by_demo = true, demo_unfinished = true; DROP INDEX tasks_by_words;
             INSERT INTO people (id, name_ja, folded) VALUES (gen_random_uuid(), '途中', '途中')",
        )
        .await
        .unwrap();
    assert_eq!(demo::holds(&app.pool).await.unwrap(), demo::Holds::HalfADemo);
    let loaded = demo::fill(&app.pool, SIZE, noon(), &|_| {}).await.expect("emptying and filling");
    assert_eq!(demo::holds(&app.pool).await.unwrap(), demo::Holds::Work);
    assert_eq!(text(&app.pool, SCHEMA).await, before);
    assert_eq!(app.count("tasks").await, loaded.tasks as i64);
    assert_eq!(app.count("people WHERE name_ja = '途中'").await, 0);
}

#[tokio::test]
async fn the_same_arguments_give_the_same_rows() {
    let (a, b) = (filled().await, filled().await);
    for (table, key) in [
        ("tasks", "id"),
        ("task_years", "(task_id, fiscal_year)"),
        ("task_totals", "task_id"),
        ("task_people", "(task_id, person_id)"),
        ("task_institutions", "(task_id, institution_id)"),
        ("people", "id"),
        ("institutions", "id"),
        ("successor_links", "id"),
        ("calls", "id"),
        ("slot_types", "id"),
        ("program_projects", "(program_id, fiscal_year, project_id)"),
        ("opinions", "id"),
        ("role_assignments", "id"),
        ("task_grants", "(user_id, task_id, reason)"),
        ("gate_decisions", "id"),
        ("pairing_options", "id"),
        ("ending_reasons", "task_id"),
        ("duplicate_offers", "(left_id, right_id)"),
    ] {
        let sql = format!("SELECT md5(string_agg(r::text, E'\\n' ORDER BY {key})) FROM {table} AS r");
        assert_eq!(text(&a.pool, &sql).await, text(&b.pool, &sql).await, "{table}");
    }
}

#[tokio::test]
async fn every_state_of_pairing_is_there() {
    let app = filled().await;
    for state in ["offered", "held", "confirmed", "exercised", "released", "expired"] {
        assert!(app.count(&format!("pairing_options WHERE state = '{state}'")).await > 0, "{state}");
    }
    for rows in [
        "option_books",
        "ending_reasons",
        "duplicate_offers",
        "tasks WHERE phase_ids = '{}'",
        "thesaurus_concepts",
    ] {
        assert!(app.count(rows).await > 0, "{rows}");
    }
}

#[tokio::test]
async fn rows_of_the_demo_agree_with_each_other() {
    let app = filled().await;
    for (what, rows) in [
        (
            "a year outside its task",
            "task_years y JOIN tasks t ON t.id = y.task_id
             WHERE y.fiscal_year > extract(year FROM t.ends_on) - 1
                OR y.fiscal_year < extract(year FROM t.starts_on - interval '3 months')",
        ),
        ("a number of another year", "task_years WHERE left(task_number, 2)::int <> fiscal_year % 100"),
        (
            "a number without its stable part",
            "task_years y JOIN tasks t ON t.id = y.task_id WHERE substr(y.task_number, 3, 9) <> t.stable_number",
        ),
        (
            "a total that is not the sum of its years",
            "tasks t LEFT JOIN task_totals s ON s.task_id = t.id
             WHERE s.amount_yen IS DISTINCT FROM (SELECT sum(amount_yen) FROM task_years WHERE task_id = t.id)",
        ),
        ("indirect cost above 30 %", "task_years WHERE indirect_yen * 100 > direct_yen * 30"),
        ("a task without a year", "tasks t WHERE NOT EXISTS (SELECT FROM task_years WHERE task_id = t.id)"),
        (
            "a task without a main tag that is not one of those that came without",
            "tasks WHERE 0 IN (cardinality(phase_ids), cardinality(modality_ids), cardinality(approval_ids),
                               cardinality(nature_ids), cardinality(disease_ids))
                    AND ('x' || substr(md5(id::text), 1, 4))::bit(16)::int % 40 <> 0",
        ),
        ("an option whose last event is not its state",
            "pairing_options o WHERE o.state IS DISTINCT FROM
                (SELECT e.state FROM pairing_option_events e WHERE e.option_id = o.id ORDER BY e.id DESC LIMIT 1)"),
        ("an option of a year before its task ends",
            "pairing_options o JOIN tasks t ON t.id = o.task_id WHERE o.fiscal_year <= extract(year FROM t.ends_on - interval '3 months')"),
        ("a reason for a task that did not end", "ending_reasons r JOIN tasks t ON t.id = r.task_id WHERE coalesce(t.stopped_on, t.ends_on) > '2026-10-07'"),
        (
            "a year without an integrated project",
            "task_years y JOIN programs p ON p.id = y.program_id WHERE y.project_id IS NULL",
        ),
        (
            "a lead who is his own co-investigator",
            "task_people p JOIN tasks t ON t.id = p.task_id WHERE t.lead_person_id = p.person_id",
        ),
        (
            "a project of another term",
            "task_years y JOIN projects j ON j.id = y.project_id JOIN plan_terms t ON t.id = j.term_id
             WHERE y.fiscal_year NOT BETWEEN t.first_fy AND t.last_fy",
        ),
    ] {
        assert_eq!(app.count(rows).await, 0, "{what}");
    }
    assert!(app.count("tasks WHERE restricted").await > 0);
    assert!(app.count("opinions").await > 0);
    assert!(app.count("tasks WHERE cardinality(disease_ids) > 1").await > 50);
}

#[tokio::test]
async fn every_printed_account_can_sign_in() {
    let app = filled().await;
    let accounts = demo::accounts_of(&app.pool).await.unwrap();
    let mut roles: Vec<_> = accounts.iter().map(|(account, _)| account.role).collect();
    roles.dedup();
    assert_eq!(roles.len(), 10, "one or more per role");
    let (account, password) = accounts.into_iter().next_back().unwrap();
    let origin = Origin { address: "127.0.0.1", user_agent: "test", request_id: None };
    let signed_in = sign_in(&app.pool, account.email, password, origin, noon()).await.unwrap();
    assert!(signed_in.is_ok());
    assert_eq!(app.count("users WHERE password_hash IS NOT NULL").await, demo::ACCOUNTS.len() as i64);
}

#[tokio::test]
async fn reference_facts_load_once_and_keep_corrections() {
    let app = empty().await;
    assert!(demo::accounts_of(&app.pool).await.unwrap().is_empty());
    reference::load_where_missing(&app.pool).await.unwrap();
    assert_eq!(app.count("projects").await, 9 + 6 + 8);
    assert!(app.count("programs WHERE NOT is_unspecified").await >= 60);
    assert_eq!(app.count("program_projects WHERE fiscal_year = 2025 AND amount_yen = 2566694000").await, 1);
    app.pool.execute("UPDATE programs SET remark = 'corrected' WHERE code = 'R05'").await.unwrap();
    let mut tx = app.pool.begin().await.unwrap();
    reference::load_reference(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.count("programs WHERE remark = 'corrected'").await, 1);
}
