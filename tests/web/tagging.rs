//! Suggested tags: taken, turned down, taken back.

use crate::support::{P2, PROJECT_2, Page, Persona, TestApp};

/// What the page's form carries, with the ticked pairs and the button.
fn form(page: &Page, act: &str, take: &[String], key: &str) -> Vec<(String, String)> {
    let mut fields = vec![
        ("key".to_owned(), key.to_owned()),
        ("act".to_owned(), act.to_owned()),
        ("rules".to_owned(), page.attribute("input[name=rules]", "value").unwrap_or_default()),
    ];
    fields.extend(page.attributes("input[name=shown]", "value").into_iter().map(|v| ("shown".to_owned(), v)));
    fields.extend(page.attributes("input[name=sure]", "value").into_iter().map(|v| ("sure".to_owned(), v)));
    fields.extend(take.iter().map(|t| ("take".to_owned(), t.clone())));
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
}

#[tokio::test]
async fn suggestions_name_their_words_and_are_taken_in_bulk_and_taken_back() {
    let app = TestApp::start().await;
    let task = app.task("固形がんに対する抗体医薬の非臨床試験").create().await;
    let officer = app.client(Persona::Po).await;
    let page = officer.get("/tagging").await;
    page.assert_status(200)
        .assert_shows("非臨床")
        .assert_shows("がん")
        .assert_shows("抗体")
        .assert_shows("高");
    let fields = form(&page, "sure", &[], "k1");
    let done = officer.post("/tagging", &borrowed(&fields)).await;
    assert_eq!(done.location(), "/tagging");
    let tagged = format!(
        "tasks WHERE id = '{task}' AND phase_ids = '{{3}}' AND disease_ids = '{{41}}' AND version = 2"
    );
    assert_eq!(app.count(&tagged).await, 1);
    officer.post("/tagging", &borrowed(&fields)).await.assert_status(303);
    assert_eq!(app.count("audit_entries WHERE action = 'task.tag'").await, 1, "a second click does nothing");
    officer.get(&format!("/tasks/{task}")).await.assert_shows("タグの候補を採用");
    let page = officer.get("/tagging").await;
    let undo =
        page.attribute("form[action^='/tagging/batches/']", "action").expect("the batch can be taken back");
    officer.post(&undo, &[]).await.assert_status(303);
    assert_eq!(
        app.count(&format!("tasks WHERE id = '{task}' AND phase_ids = '{{}}' AND disease_ids = '{{}}'"))
            .await,
        1
    );
    officer.post(&undo, &[]).await.assert_status(404);
}

#[tokio::test]
async fn what_was_turned_down_is_not_suggested_again_until_taken_back() {
    let app = TestApp::start().await;
    let task = app.task("固形がんの病態の解明").create().await;
    let officer = app.client(Persona::Po).await;
    let page = officer.get("/tagging?vocabulary=disease_area").await;
    let pair = format!("{task}.disease_area");
    let fields = form(&page, "decline", std::slice::from_ref(&pair), "k1");
    officer.post("/tagging", &borrowed(&fields)).await.assert_status(303);
    let page = officer.get("/tagging?vocabulary=disease_area").await;
    assert!(!page.attributes("input[name=take]", "value").contains(&pair));
    assert_eq!(app.count("tasks WHERE disease_ids <> '{}'").await, 0);
    let undo =
        page.attribute("form[action^='/tagging/batches/']", "action").expect("the batch can be taken back");
    officer.post(&undo, &[]).await.assert_status(303);
    let page = officer.get("/tagging?vocabulary=disease_area").await;
    assert!(page.attributes("input[name=take]", "value").contains(&pair));
}

#[tokio::test]
async fn a_task_changed_meanwhile_is_left_alone() {
    let app = TestApp::start().await;
    let task = app.task("固形がんの病態の解明").create().await;
    let officer = app.client(Persona::Po).await;
    let page = officer.get("/tagging").await;
    sqlx::query("UPDATE tasks SET version = version + 1").execute(&app.pool).await.unwrap();
    let fields = form(&page, "sure", &[], "k1");
    officer.post("/tagging", &borrowed(&fields)).await.assert_status(303);
    assert_eq!(app.count(&format!("tasks WHERE id = '{task}' AND disease_ids = '{{}}'")).await, 1);
    assert_eq!(app.count("tag_batches").await, 0);
}

#[tokio::test]
async fn only_tasks_of_ones_own_programs_are_offered_and_written() {
    let app = TestApp::start().await;
    let foreign = app.task("固形がんの病態の解明").program(P2, PROJECT_2).create().await;
    let officer = app.client(Persona::Po).await;
    let page = officer.get("/tagging").await;
    page.assert_shows("候補はありません");
    let rules = app
        .client(Persona::Unit)
        .await
        .get("/tagging")
        .await
        .attribute("input[name=rules]", "value")
        .unwrap();
    let (pair, shown) = (format!("{foreign}.disease_area"), format!("{foreign}.1"));
    let fields =
        [("key", "k"), ("act", "accept"), ("rules", rules.as_str()), ("take", &pair), ("shown", &shown)];
    officer.post("/tagging", &fields).await.assert_status(303);
    assert_eq!(app.count("tasks WHERE disease_ids <> '{}'").await, 0);
    let stale = [("key", "k2"), ("act", "accept"), ("rules", "old"), ("take", pair.as_str())];
    officer.post("/tagging", &stale).await.assert_status(422);
    officer.post("/tagging", &[("key", "k3"), ("act", "accept")]).await.assert_status(422);
    app.client(Persona::Pd).await.get("/tagging").await.assert_status(403);
}
