//! Home per role: the inbox, the figures of one's scope, and the first use.

use crate::support::{P2, PROJECT_2, Persona, TestApp};

#[tokio::test]
async fn an_empty_database_says_what_to_do_first() {
    let app = TestApp::start().await;
    app.client(Persona::Administrator).await.get("/").await.assert_status(200).assert_shows("課題の取込");
    let committee = app.client(Persona::Committee).await.get("/").await;
    committee.assert_status(200).assert_shows("表示できる課題がありません").assert_hides("/imports");
}

#[tokio::test]
async fn the_inbox_is_of_the_scope_and_in_order_of_what_blocks_others() {
    let app = TestApp::start().await;
    app.task("来春に終わる").phases(&[1]).diseases(&[41]).years(&[(2026, 1_000_000)]).create().await;
    app.task("札のない").years(&[(2026, 1_000_000), (2027, 1), (2028, 1)]).create().await;
    app.task("よその事業").program(P2, PROJECT_2).years(&[(2026, 5_000_000)]).create().await;
    let ps = app.client(Persona::Ps).await;
    let items = ps.get("/").await.texts(".inbox [data-row-link]");
    assert_eq!(
        items,
        [
            "見本がん医療実用化研究事業：後続が未定の課題 1件",
            "見本がん医療実用化研究事業：開発フェーズが未設定の課題 1件",
            "見本がん医療実用化研究事業：疾患領域が未設定の課題 1件",
        ]
    );
    assert_eq!(
        ps.get("/").await.texts(".figures dd a")[0],
        "2",
        "figures of the scope, not of all that one sees"
    );
    ps.get("/ending?program=P1").await.assert_shows("来春に終わる").assert_hides("札のない");
    ps.get("/ending").await.assert_hides("よその事業");
    let unit = app.client(Persona::Unit).await.in_english();
    unit.get("/").await.assert_shows("Sample Device Programme: 1 without a successor");
}

#[tokio::test]
async fn an_import_that_waits_comes_first() {
    let app = TestApp::start().await;
    app.task("課題").create().await;
    sqlx::query(
        "INSERT INTO import_batches (id, kind, file_name, file_hash, created_at)
         VALUES (gen_random_uuid(), 'tasks', '一覧.csv', '\\x00', now())",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    let items = app.client(Persona::Administrator).await.get("/").await.texts(".inbox [data-row-link]");
    assert_eq!(items[0], "確認を待つファイル：一覧.csv");
    app.client(Persona::Ps).await.get("/").await.assert_hides("一覧.csv");
}

#[tokio::test]
async fn a_committee_member_sees_only_what_was_granted() {
    let app = TestApp::start().await;
    let task = app.task("審議の課題").create().await;
    app.task("ほかの課題").create().await;
    sqlx::query(
        "INSERT INTO task_grants (user_id, task_id, reason, granted_at)
         SELECT id, $1, 'agenda', now() FROM users WHERE email = 'committee@example.jp'",
    )
    .bind(task)
    .execute(&app.pool)
    .await
    .unwrap();
    let page = app.client(Persona::Committee).await.get("/").await;
    assert_eq!(page.texts(".figures dd a")[0], "1");
    assert!(page.texts(".inbox li").is_empty());
}
