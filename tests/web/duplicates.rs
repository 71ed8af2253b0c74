//! The same task written twice: found, compared, merged, taken back, or told apart for good.

use uuid::Uuid;

use crate::support::{P2, PROJECT_2, Persona, TestApp};

fn pair(a: Uuid, b: Uuid) -> String {
    format!("/duplicates/{}/{}", a.min(b), a.max(b))
}

/// One task in two rows: R7 under one title, R8 and R9 under another.
async fn twice(app: &TestApp) -> (Uuid, Uuid) {
    let a = app.task("肝細胞がんに対する抗体医薬の創出").years(&[(2025, 10_000_000)]).create().await;
    let b = app
        .task("肝細胞がんに対する抗体医薬の創出（補助事業）")
        .years(&[(2026, 20_000_000), (2027, 20_000_000)])
        .create()
        .await;
    (a, b)
}

#[tokio::test]
async fn a_task_written_twice_is_found_and_offered_with_its_reasons() {
    let app = TestApp::start().await;
    let (a, b) = twice(&app).await;
    app.task("植込み型補助人工心臓の開発").create().await;
    let officer = app.client(Persona::Po).await;
    officer.get("/duplicates").await.assert_shows("候補はありません");
    officer.post("/duplicates/search", &[]).await.assert_status(303);
    let page = officer.get("/duplicates").await;
    page.assert_shows("肝細胞がんに対する抗体医薬の創出").assert_shows("題名が一致").assert_hides("植込み型");
    assert_eq!(page.attribute("a[data-row-link]", "href"), Some(pair(a, b)));
}

#[tokio::test]
async fn merging_moves_years_and_links_and_can_be_taken_back() {
    let app = TestApp::start().await;
    let (a, b) = twice(&app).await;
    let next = app.task("肝細胞がんに対する抗体医薬の治験").years(&[(2028, 1)]).create().await;
    sqlx::query("INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year) VALUES (gen_random_uuid(), $1, $2, 'hand_over', '2027-04-01', 2027)")
        .bind(b).bind(next).execute(&app.pool).await.unwrap();
    let officer = app.client(Persona::Po).await;
    let path = pair(a, b);
    officer.get(&path).await.assert_status(200).assert_shows("相違").assert_shows("補助事業");
    let keep = if a < b { "left" } else { "right" };
    let fields = [("key", "m"), ("left_version", "1"), ("right_version", "1"), ("keep", keep)];
    let done = officer.post(&format!("{path}/merge"), &fields).await;
    assert_eq!(done.location(), format!("/tasks/{a}"));
    assert_eq!(app.count("tasks").await, 2);
    assert_eq!(app.count(&format!("task_years WHERE task_id = '{a}'")).await, 3);
    assert_eq!(app.count(&format!("task_years WHERE task_id = '{a}' AND is_new")).await, 1);
    assert_eq!(app.count(&format!("task_totals WHERE task_id = '{a}' AND amount_yen = 50000000")).await, 1);
    assert_eq!(
        app.count(&format!(
            "tasks WHERE id = '{a}' AND ends_on = '2028-03-31' AND title_ja NOT LIKE '%補助%'"
        ))
        .await,
        1
    );
    assert_eq!(
        app.count(&format!("successor_links WHERE from_task_id = '{a}' AND to_task_id = '{next}'")).await,
        1
    );
    officer.post(&format!("{path}/merge"), &fields).await.assert_status(303);
    assert_eq!(
        app.count("audit_entries WHERE action = 'task.merge'").await,
        1,
        "a second click does nothing"
    );

    let list = officer.get("/duplicates").await;
    let undo = list.attribute("form[action*='/merges/']", "action").expect("it can be taken back");
    officer.post(&undo, &[]).await.assert_status(303);
    assert_eq!(app.count("tasks").await, 3);
    assert_eq!(
        app.count(&format!("task_years WHERE task_id = '{b}' AND fiscal_year IN (2026, 2027)")).await,
        2
    );
    assert_eq!(app.count(&format!("task_totals WHERE task_id = '{a}' AND amount_yen = 10000000")).await, 1);
    assert_eq!(
        app.count(&format!("successor_links WHERE from_task_id = '{b}' AND to_task_id = '{next}'")).await,
        1
    );
    assert_eq!(app.count(&format!("tasks WHERE id = '{a}' AND ends_on = '2026-03-31'")).await, 1);
    officer.post(&undo, &[]).await.assert_status(422).assert_shows("取消済み");
}

#[tokio::test]
async fn a_merge_is_not_taken_back_over_later_edits_nor_made_over_them() {
    let app = TestApp::start().await;
    let (a, b) = twice(&app).await;
    let officer = app.client(Persona::Po).await;
    let path = pair(a, b);
    let stale = [("key", "s"), ("left_version", "7"), ("right_version", "1"), ("keep", "left")];
    officer.post(&format!("{path}/merge"), &stale).await.assert_status(422).assert_shows("更新されました");
    let fields =
        [("key", "m"), ("left_version", "1"), ("right_version", "1"), ("keep", "left"), ("title", "right")];
    officer.post(&format!("{path}/merge"), &fields).await.assert_status(303);
    sqlx::query("UPDATE tasks SET version = version + 1").execute(&app.pool).await.unwrap();
    let undo = officer.get("/duplicates").await.attribute("form[action*='/merges/']", "action").unwrap();
    officer.post(&undo, &[]).await.assert_status(422).assert_shows("自動では取り消せません");
}

#[tokio::test]
async fn a_task_that_other_records_speak_of_does_not_go() {
    let app = TestApp::start().await;
    let (a, b) = twice(&app).await;
    sqlx::query("INSERT INTO ending_reasons (task_id, reason, recorded_by, recorded_at) SELECT $1, 'no_call', id, now() FROM users LIMIT 1")
        .bind(b).execute(&app.pool).await.unwrap();
    let officer = app.client(Persona::Po).await;
    let keep = if a < b { "left" } else { "right" };
    let fields = [("key", "m"), ("left_version", "1"), ("right_version", "1"), ("keep", keep)];
    officer
        .post(&format!("{}/merge", pair(a, b)), &fields)
        .await
        .assert_status(422)
        .assert_shows("ending_reasons: 1");
    assert_eq!(app.count("tasks").await, 2);
}

#[tokio::test]
async fn two_that_were_told_apart_are_not_offered_again_until_that_is_taken_back() {
    let app = TestApp::start().await;
    let (a, b) = twice(&app).await;
    let officer = app.client(Persona::Po).await;
    officer.post("/duplicates/search", &[]).await.assert_status(303);
    officer.post(&format!("{}/distinction", pair(a, b)), &[("remark", "別の契約")]).await.assert_status(303);
    officer.post("/duplicates/search", &[]).await.assert_status(303);
    officer.get("/duplicates").await.assert_shows("候補はありません").assert_shows("別の契約");
    officer.post(&format!("{}/distinction/removal", pair(a, b)), &[]).await.assert_status(303);
    officer.get("/duplicates").await.assert_hides("候補はありません");
}

#[tokio::test]
async fn only_somebody_in_charge_of_both_tasks_merges_them() {
    let app = TestApp::start().await;
    let a = app.task("同じ題名").create().await;
    let b = app.task("同じ題名").program(P2, PROJECT_2).create().await;
    let hidden = app.task("同じ題名").program(P2, PROJECT_2).restricted().create().await;
    let officer = app.client(Persona::Po).await;
    officer.get(&pair(a, b)).await.assert_status(403);
    officer.get(&pair(a, hidden)).await.assert_status(404);
    officer.get(&pair(a, a)).await.assert_status(404);
    app.client(Persona::Unit).await.get(&pair(a, b)).await.assert_status(200);
    app.client(Persona::Pd).await.get("/duplicates").await.assert_status(403);
}
