//! Conflicts of interest: declared by a person, derived from records.

use crate::support::{Persona, TARO, TOKYO, TestApp};

const COMMITTEE: &str = "00000000-0000-7000-8000-000000000908";
const OSAKA: &str = "00000000-0000-7000-8000-000000000302";
const HANAKO: &str = "00000000-0000-7000-8000-000000000402";

async fn kinds(app: &TestApp, task: uuid::Uuid) -> Vec<(String, String)> {
    sqlx::query_as("SELECT kind, severity FROM conflicts_of_user($1::uuid) WHERE task_id = $2 ORDER BY 1, 2")
        .bind(COMMITTEE)
        .bind(task)
        .fetch_all(&app.pool)
        .await
        .unwrap()
}

async fn execute(app: &TestApp, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await.unwrap();
}

async fn is_linked_to(app: &TestApp, person: &str) {
    execute(app, &format!("UPDATE users SET person_id = '{person}' WHERE id = '{COMMITTEE}'")).await;
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(kind, severity)| ((*kind).to_owned(), (*severity).to_owned())).collect()
}

#[tokio::test]
async fn a_declared_name_finds_the_tasks_of_its_bearer_until_it_is_withdrawn() {
    let app = TestApp::start().await;
    let task = app.task("太郎の課題").create().await;
    let member = app.client(Persona::Committee).await;
    member.get("/conflicts").await.assert_status(200).assert_shows("申告はまだありません");
    let form = [("key", "k"), ("relation", "family"), ("target", "person"), ("name", "見本太郎")];
    member.post("/conflicts", &form).await.assert_status(303);
    member.post("/conflicts", &form).await.assert_status(303);
    assert_eq!(app.count("conflict_declarations").await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'conflict.declare'").await, 1);
    assert_eq!(kinds(&app, task).await, pairs(&[("family", "bar")]));
    let again = [("key", "k2"), ("relation", "family"), ("target", "person"), ("name", "見本　太郎")];
    member.post("/conflicts", &again).await.assert_status(422).assert_shows("同じ申告が既にあります");

    let page = member.get("/conflicts").await;
    page.assert_shows("見本太郎").assert_shows("親族");
    let withdrawal = page.attribute("form[action$='/withdrawal']", "action").unwrap();
    app.client(Persona::Administrator).await.post(&withdrawal, &[]).await.assert_status(404);
    member.post(&withdrawal, &[]).await.assert_status(303);
    assert_eq!(kinds(&app, task).await, pairs(&[]));
    member.get("/conflicts").await.assert_shows("取下げ済");
}

#[tokio::test]
async fn an_e_rad_number_tells_namesakes_apart() {
    let app = TestApp::start().await;
    let task = app.task("太郎の課題").create().await;
    let member = app.client(Persona::Committee).await;
    let form = |number| {
        [
            ("key", number),
            ("relation", "mentor"),
            ("target", "person"),
            ("name", "見本 太郎"),
            ("erad_number", number),
        ]
    };
    member.post("/conflicts", &form("99999999")).await.assert_status(303);
    assert_eq!(kinds(&app, task).await, pairs(&[]));
    member.post("/conflicts", &form("００００0001")).await.assert_status(303);
    assert_eq!(kinds(&app, task).await, pairs(&[("mentor", "strong")]));
}

#[tokio::test]
async fn an_institution_and_a_task_are_declared_but_only_a_task_one_may_know() {
    let app = TestApp::start().await;
    let task = app.task("機関の課題").create().await;
    let member = app.client(Persona::Committee).await;
    let company = [
        ("key", "a"),
        ("relation", "financial_interest"),
        ("target", "institution"),
        ("name", "国立大学法人東京大学"),
    ];
    member.post("/conflicts", &company).await.assert_status(303);
    assert_eq!(kinds(&app, task).await, pairs(&[("financial_interest", "strong")]));

    execute(&app, &format!("UPDATE tasks SET stable_number = 'ab1234567' WHERE id = '{task}'")).await;
    let number = [("key", "b"), ("relation", "competing_task"), ("target", "task"), ("name", "AB1234567")];
    member
        .post("/conflicts", &number)
        .await
        .assert_status(422)
        .assert_shows("見つかりません")
        .assert_shows("AB1234567");
    execute(&app, &format!("INSERT INTO task_grants VALUES ('{COMMITTEE}', '{task}', 'test', now(), NULL)"))
        .await;
    execute(&app, "UPDATE data_versions SET version = version + 1").await;
    member.post("/conflicts", &number).await.assert_status(303);
    assert!(kinds(&app, task).await.contains(&("competing_task".to_owned(), "strong".to_owned())));
}

#[tokio::test]
async fn what_does_not_fit_is_kept_and_named() {
    let app = TestApp::start().await;
    let member = app.client(Persona::Committee).await;
    let wrong = [
        ("key", "k"),
        ("relation", "?"),
        ("target", "person"),
        ("name", "打った名前"),
        ("erad_number", "12"),
        ("since", "2026-10-01"),
        ("until", "2026-09-01"),
    ];
    let page = member.post("/conflicts", &wrong).await;
    page.assert_status(422).assert_shows("打った名前").assert_shows("関係を選んでください");
    page.assert_shows("8桁の数字").assert_shows("開始日以後");
    assert_eq!(app.count("conflict_declarations").await, 0);
}

#[tokio::test]
async fn records_tell_leads_shares_institutions_departments_and_joint_research() {
    let app = TestApp::start().await;
    let led = app.task("太郎が代表の課題").create().await;
    let other = app.task("花子が代表の課題").create().await;
    execute(
        &app,
        &format!(
            "UPDATE tasks SET lead_person_id = '{HANAKO}', institution_id = '{OSAKA}' WHERE id = '{other}'"
        ),
    )
    .await;

    is_linked_to(&app, TARO).await;
    assert_eq!(kinds(&app, led).await, pairs(&[("lead", "bar")]));
    assert_eq!(kinds(&app, other).await, pairs(&[]));

    // Hanako shares Taro's task: joint research with her task, and barred from his.
    execute(&app, &format!("INSERT INTO task_people VALUES ('{led}', '{HANAKO}', 1)")).await;
    assert_eq!(kinds(&app, other).await, pairs(&[("joint_research", "strong")]));
    is_linked_to(&app, HANAKO).await;
    assert_eq!(kinds(&app, led).await, pairs(&[("co_investigator", "bar")]));

    // The same institution, then the same department.
    execute(&app, "DELETE FROM task_people").await;
    execute(
        &app,
        &format!("UPDATE people SET institution_id = '{TOKYO}', department = '医学部' WHERE id = '{HANAKO}'"),
    )
    .await;
    assert_eq!(kinds(&app, led).await, pairs(&[("same_institution", "strong")]));
    execute(&app, &format!("UPDATE people SET department = '医学部' WHERE id = '{TARO}'")).await;
    assert_eq!(kinds(&app, led).await, pairs(&[("same_department", "strong")]));
    let path: serde_json::Value =
        sqlx::query_scalar("SELECT path FROM conflicts_of_person($1::uuid) WHERE task_id = $2")
            .bind(HANAKO)
            .bind(led)
            .fetch_one(&app.pool)
            .await
            .unwrap();
    assert_eq!(path[0]["ja"], "国立大学法人東京大学 医学部");
    assert_eq!(path[1]["ja"], "見本 太郎");

    let conflicts: bool = sqlx::query_scalar("SELECT person_conflicts_with_task($1::uuid, $2)")
        .bind(HANAKO)
        .bind(led)
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert!(conflicts);
}

#[tokio::test]
async fn a_sub_institution_is_for_information_only() {
    let app = TestApp::start().await;
    let task = app.task("分担機関のある課題").create().await;
    is_linked_to(&app, HANAKO).await;
    execute(&app, &format!("INSERT INTO task_institutions VALUES ('{task}', '{OSAKA}', 1)")).await;
    assert_eq!(kinds(&app, task).await, pairs(&[("same_institution", "weak")]));
    let out: bool = sqlx::query_scalar("SELECT user_conflicts_with_task($1::uuid, $2)")
        .bind(COMMITTEE)
        .bind(task)
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert!(!out);
}
