//! Where a task could go next: later tasks, slot types, and the link that a person makes.

use uuid::Uuid;

use crate::support::{P1, P2, PROJECT_2, Persona, TARO, TestApp};

async fn ended_and_later(app: &TestApp) -> (Uuid, Uuid) {
    let ended = app
        .task("重症心筋症に対するiPS細胞由来心筋細胞シートの非臨床試験")
        .years(&[(2022, 1), (2023, 1)])
        .create()
        .await;
    let later = app
        .task("虚血性心筋症に対するiPS細胞由来心筋細胞シートの臨床試験")
        .program(P2, PROJECT_2)
        .years(&[(2024, 1), (2025, 1), (2026, 1)])
        .create()
        .await;
    app.task("スマート治療室の開発").years(&[(2024, 1), (2026, 1)]).create().await;
    (ended, later)
}

#[tokio::test]
async fn later_tasks_are_ranked_with_reasons_and_the_right_one_is_linked_with_evidence() {
    let app = TestApp::start().await;
    let (ended, later) = ended_and_later(&app).await;
    let officer = app.client(Persona::Po).await;
    let path = format!("/tasks/{ended}/onward");
    let page = officer.get(&path).await;
    page.assert_status(200)
        .assert_shows("続きとみられる課題")
        .assert_shows("共通の語")
        .assert_shows("次の段階へ");
    assert_eq!(page.attribute("a[data-row-link]", "href"), Some(format!("/tasks/{later}")));
    let to = later.to_string();
    let fields = [("key", "k"), ("to", to.as_str()), ("evidence", "同じ細胞シートの次の段階")];
    officer.post(&format!("/tasks/{ended}/successors"), &fields).await.assert_status(303);
    let link = format!(
        "successor_links WHERE from_task_id = '{ended}' AND to_task_id = '{later}' AND kind = 'continuation'"
    );
    assert_eq!(app.count(&link).await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'task.link'").await, 1);
    officer.get(&path).await.assert_shows("登録済み");
    let again = [("key", "k2"), ("to", to.as_str()), ("evidence", "x")];
    officer.post(&format!("/tasks/{ended}/successors"), &again).await.assert_status(422);
    let back = [("key", "k3"), ("to", to.as_str()), ("evidence", " ")];
    officer.post(&format!("/tasks/{ended}/successors"), &back).await.assert_status(422);
}

#[tokio::test]
async fn a_running_task_sees_slot_types_of_coming_calls_and_similar_tasks() {
    let app = TestApp::start().await;
    let running = app.task("固形がんに対する抗体医薬の非臨床試験").create().await;
    let (_, later) = ended_and_later(&app).await;
    for (n, name) in [(1, "抗体医薬の臨床試験枠"), (2, "医療機器の試作枠")] {
        sqlx::query(
            "WITH c AS (INSERT INTO calls (id, program_id, fiscal_year, name_ja, round) VALUES (gen_random_uuid(), $1::uuid, 2027, '公募', $2) RETURNING id)
             INSERT INTO slot_types (id, call_id, position, name_ja, max_new, yearly_ceiling_yen) SELECT gen_random_uuid(), id, 1, $3, 3, 30000000 FROM c",
        )
        .bind(P1).bind(n as i16).bind(name).execute(&app.pool).await.unwrap();
    }
    let officer = app.client(Persona::Po).await;
    let page = officer.get(&format!("/tasks/{running}/onward")).await;
    page.assert_shows("抗体医薬の臨床試験枠").assert_shows("似ている課題");
    let first = page.texts("section table tbody tr").into_iter().next().unwrap_or_default();
    assert!(first.contains("抗体医薬"), "{first}");
    assert!(page.attribute("a[href^='/options/new?task=']", "href").is_some());
    let foreign = app.client(Persona::OtherPs).await.get(&format!("/tasks/{running}/onward")).await;
    assert!(
        foreign.attribute("a[href^='/options/new']", "href").is_none(),
        "another program's PS offers nothing here"
    );
    let to = later.to_string();
    let fields = [("key", "k"), ("to", to.as_str()), ("evidence", "x")];
    app.client(Persona::OtherPs)
        .await
        .post(&format!("/tasks/{running}/successors"), &fields)
        .await
        .assert_status(403);
}

#[tokio::test]
async fn tasks_that_may_not_be_known_and_conflicts_of_interest_stay_out() {
    let app = TestApp::start().await;
    let (ended, _) = ended_and_later(&app).await;
    app.task("iPS細胞由来心筋細胞シートの秘密の治験")
        .program(P2, PROJECT_2)
        .restricted()
        .years(&[(2024, 1), (2026, 1)])
        .create()
        .await;
    let officer = app.client(Persona::Po).await;
    officer.get(&format!("/tasks/{ended}/onward")).await.assert_hides("秘密の治験");
    app.client(Persona::Unit).await.get(&format!("/tasks/{ended}/onward")).await.assert_shows("秘密の治験");
    // The PO is the lead investigator of these tasks.
    sqlx::query("UPDATE users SET person_id = $1::uuid WHERE email = 'po@example.jp'")
        .bind(TARO)
        .execute(&app.pool)
        .await
        .unwrap();
    officer.get(&format!("/tasks/{ended}/onward")).await.assert_status(403);
}
