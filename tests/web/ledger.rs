//! The continuity ledger: supports against the target, endings with their reasons.

use uuid::Uuid;

use crate::support::{P2, PROJECT_2, Persona, TestApp};

async fn world(app: &TestApp) -> (Uuid, Uuid) {
    let continued = app.task("続いた課題").years(&[(2024, 1), (2025, 1)]).diseases(&[41]).create().await;
    let next = app.task("次の課題").program(P2, PROJECT_2).years(&[(2026, 1), (2028, 1)]).create().await;
    let nothing = app.task("終わった課題").years(&[(2025, 1)]).create().await;
    sqlx::query("INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year) VALUES (gen_random_uuid(), $1, $2, 'matching', '2026-04-01', 2026)")
        .bind(continued).bind(next).execute(&app.pool).await.unwrap();
    (continued, nothing)
}

#[tokio::test]
async fn supports_count_by_year_of_the_link_and_endings_by_year_of_the_end() {
    let app = TestApp::start().await;
    world(&app).await;
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/ledger?year=R7&by=program").await;
    page.assert_status(200).assert_shows("継続台帳").assert_shows("見本がん医療実用化研究事業");
    // Links of the year, ended, continued, company, explained, open, share.
    assert_eq!(page.texts("tfoot td"), ["0", "2", "1", "0", "0", "1", "50%"]);
    let page = unit.get("/ledger?year=R8&by=disease").await;
    page.assert_shows("目標 120").assert_shows("がん");
    assert_eq!(page.texts("tfoot td")[0], "1");
}

#[tokio::test]
async fn a_number_of_supports_leads_to_the_links_it_counts() {
    let app = TestApp::start().await;
    world(&app).await;
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/ledger?year=R8&by=disease").await;
    page.assert_hides("続いた課題");
    let href = page.attribute("tbody td a[href$='#supports']", "href").expect("a way to the links");
    let page = unit.get(href.trim_end_matches("#supports")).await;
    page.assert_status(200).assert_shows("発展・継続支援：がん");
    assert_eq!(page.texts("#supports td.title"), ["続いた課題", "次の課題"]);
    unit.get("/ledger?year=R8&by=disease&value=nothing").await.assert_status(200).assert_hides("続いた課題");
}

#[tokio::test]
async fn a_reason_is_recorded_once_for_a_task_that_ended_with_nothing() {
    let app = TestApp::start().await;
    let (_, nothing) = world(&app).await;
    let officer = app.client(Persona::Po).await;
    let list = "/ledger/tasks?year=R7&outcome=open";
    officer.get(list).await.assert_status(200).assert_shows("終わった課題").assert_hides("続いた課題");
    let path = format!("/ledger/tasks/{nothing}/reason");
    officer.post(&path, &[("version", "0"), ("reason", "other"), ("year", "R7")]).await.assert_status(422);
    let fields = [
        ("version", "0"),
        ("reason", "no_call"),
        ("remark", "合う枠がなかった"),
        ("year", "R7"),
        ("outcome", "open"),
    ];
    let done = officer.post(&path, &fields).await;
    assert_eq!(done.location(), list);
    officer.post(&path, &fields).await.assert_status(422).assert_shows("先に理由を記録");
    officer.get(list).await.assert_hides("終わった課題");
    officer.get("/ledger?year=R7").await.assert_shows("合う公募がない");
    assert_eq!(app.count("audit_entries WHERE action = 'task.ending'").await, 1);
    let running = app.task("まだ続く課題").create().await;
    officer
        .post(&format!("/ledger/tasks/{running}/reason"), &fields)
        .await
        .assert_status(422)
        .assert_shows("まだ終了していません");
}

#[tokio::test]
async fn only_those_in_charge_record_and_outsiders_do_not_read() {
    let app = TestApp::start().await;
    let (_, nothing) = world(&app).await;
    let path = format!("/ledger/tasks/{nothing}/reason");
    let fields = [("version", "0"), ("reason", "no_call"), ("year", "R7")];
    app.client(Persona::OtherPs).await.post(&path, &fields).await.assert_status(403);
    app.client(Persona::Pd).await.get("/ledger").await.assert_status(200);
    app.client(Persona::Observer).await.get("/ledger").await.assert_status(403);
    let hidden = app.task("公表前").program(P2, PROJECT_2).restricted().years(&[(2024, 1)]).create().await;
    app.client(Persona::Po)
        .await
        .post(&format!("/ledger/tasks/{hidden}/reason"), &fields)
        .await
        .assert_status(404);
}

#[tokio::test]
async fn the_export_has_every_task_with_its_outcome() {
    let app = TestApp::start().await;
    world(&app).await;
    let unit = app.client(Persona::Unit).await;
    let csv = unit.get("/ledger/export?year=R7&format=csv").await;
    csv.assert_status(200)
        .assert_shows("終わった課題")
        .assert_shows("後継なし（理由未記録）")
        .assert_shows("後継あり");
    unit.get("/ledger/export?year=R7").await.assert_status(200);
}

#[tokio::test]
async fn a_long_list_is_paged_and_says_how_long_it_is() {
    let app = TestApp::start().await;
    for n in 1..=201 {
        app.task(&format!("終わった課題{n:03}")).years(&[(2025, 1)]).create().await;
    }
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/ledger/tasks?year=R7&by=project").await;
    page.assert_status(200).assert_shows("全201件のうち1～200件目");
    assert_eq!(page.texts("td.title").len(), 200);
    let next = page.attribute("a[rel='next']", "href").expect("a way to the rest");
    let page = unit.get(&next).await;
    page.assert_shows("全201件のうち201～201件目");
    assert_eq!(page.texts("td.title").len(), 1);
    assert!(page.attribute("a[rel='prev']", "href").is_some());
    unit.get("/ledger/tasks?year=R7&page=99").await.assert_status(200).assert_shows("201～201件目");
    unit.get("/ledger/tasks?year=R7&page=x").await.assert_status(200).assert_shows("1～200件目");
}

#[tokio::test]
async fn a_project_is_named_with_the_term_of_its_plan() {
    let app = TestApp::start().await;
    world(&app).await;
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/ledger?year=R7&by=project").await;
    assert_eq!(page.texts("table[data-list] tbody th"), ["医薬品プロジェクト（第3期）"]);
}
