//! Transfers: what may be the next task, and a wrong one taken back whole.

use super::*;
use crate::support::Page;

/// A session with one agreed pair, and the unit signed in.
async fn agreed() -> (Scene, String, Client) {
    let (scene, agreement) = Scene::consenting().await;
    sql(&scene.app, "UPDATE matching_agreements SET state = 'agreed', settled_at = now()").await;
    let unit = scene.app.client(Persona::Unit).await;
    (scene, agreement, unit)
}

const NEW: [(&str, &str); 6] = [
    ("way", "new"),
    ("title", "がん抗体医薬の治験準備"),
    ("starts_on", "2027-04-01"),
    ("ends_on", "2030-03-31"),
    ("amount", "15"),
    ("evidence", "採択通知"),
];

async fn link(unit: &Client, agreement: &str, next: Uuid) -> Page {
    let next = next.to_string();
    let fields = [("way", "existing"), ("next", next.as_str()), ("evidence", "通知")];
    unit.post(&format!("{agreement}/transfer"), &fields).await
}

async fn take_back(unit: &Client, agreement: &str, why: &str) -> Page {
    unit.post(&format!("{agreement}/transfer/undo"), &[("why", why)]).await
}

#[tokio::test]
async fn a_transfer_recorded_wrongly_is_taken_back_with_what_it_made() {
    let (scene, agreement, unit) = agreed().await;
    let transfer = format!("{agreement}/transfer");
    unit.get(&agreement).await.assert_hides("移行を取り消す");
    take_back(&unit, &agreement, "早すぎ").await.assert_status(422).assert_shows("移行は記録されていない");
    unit.post(&transfer, &NEW).await.assert_status(303);
    let before = scene.app.count(&format!("tasks WHERE program_id = '{P2}'")).await;
    assert_eq!(before, 1);

    // Who does not keep the receiving program does not take its transfers back.
    let upstream = scene.app.client(Persona::Ps).await;
    upstream.get(&agreement).await.assert_hides("移行を取り消す");
    take_back(&upstream, &agreement, "誤り").await.assert_status(403);
    let page = take_back(&unit, &agreement, " ").await;
    page.assert_status(422).assert_shows("取り消す理由");
    assert_eq!(page.attribute("#take-back", "open").as_deref(), Some(""));
    assert_eq!(scene.app.count("successor_links").await, 1);

    take_back(&unit, &agreement, "別の課題の通知でした").await.assert_status(303);
    assert_eq!(scene.app.count("successor_links").await, 0);
    assert_eq!(scene.app.count(&format!("tasks WHERE program_id = '{P2}'")).await, 0);
    assert_eq!(
        scene.app.count("matching_agreements WHERE state = 'agreed' AND transfer_made IS NULL").await,
        1
    );
    let entry = "audit_entries WHERE action = 'session.transfer.undo' AND details ->> 'reason' = '別の課題の通知でした'";
    assert_eq!(scene.app.count(entry).await, 1);
    take_back(&unit, &agreement, "二度目").await.assert_status(422).assert_shows("すでに取り消されています");

    unit.post(&transfer, &NEW).await.assert_status(303);
    assert_eq!(scene.app.count("successor_links WHERE fiscal_year = 2027").await, 1);
}

#[tokio::test]
async fn a_next_task_that_was_worked_on_is_not_taken_away() {
    let (scene, agreement, unit) = agreed().await;
    unit.post(&format!("{agreement}/transfer"), &NEW).await.assert_status(303);
    let next: Uuid = sqlx::query_scalar("SELECT to_task_id FROM successor_links")
        .fetch_one(&scene.app.pool)
        .await
        .unwrap();
    let receiving = scene.app.client(Persona::OtherPs).await;
    let opinion = [("role", "ps"), ("kind", "progress"), ("visibility", "staff"), ("body", "順調です")];
    receiving.post(&format!("/tasks/{next}/opinions"), &opinion).await.assert_status(303);
    take_back(&unit, &agreement, "誤り").await.assert_status(422).assert_shows("記録を取り下げるか");
    assert_eq!(scene.app.count("successor_links").await, 1);
    assert_eq!(scene.app.count("matching_agreements WHERE state = 'transferred'").await, 1);
}

#[tokio::test]
async fn a_task_that_was_there_before_stays_when_its_link_is_taken_back() {
    let (scene, agreement, unit) = agreed().await;
    let next =
        scene.app.task("後続の課題").program(P2, PROJECT_2).years(&[(2027, 15_000_000)]).create().await;
    link(&unit, &agreement, next).await.assert_status(303);
    take_back(&unit, &agreement, "誤り").await.assert_status(303);
    assert_eq!(scene.app.count("successor_links").await, 0);
    assert_eq!(scene.app.count(&format!("tasks WHERE id = '{next}'")).await, 1);

    // A link that was there before is kept too.
    let linked = format!(
        "INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year, evidence)
         VALUES (gen_random_uuid(), '{}', '{next}', 'matching', '2026-10-01', 2027, '以前の通知')",
        scene.tasks[0]
    );
    sql(&scene.app, &linked).await;
    link(&unit, &agreement, next).await.assert_status(303);
    assert_eq!(scene.app.count("matching_agreements WHERE transfer_made = 'nothing'").await, 1);
    take_back(&unit, &agreement, "誤り").await.assert_status(303);
    assert_eq!(scene.app.count("successor_links WHERE evidence = '以前の通知'").await, 1);
}

#[tokio::test]
async fn a_task_does_not_go_on_in_an_earlier_one() {
    let (scene, agreement, unit) = agreed().await;
    let earlier =
        scene.app.task("先に始まった課題").program(P2, PROJECT_2).years(&[(2019, 15_000_000)]).create().await;
    link(&unit, &agreement, earlier).await.assert_status(422).assert_shows("元の課題より後に始まる課題");
    assert_eq!(scene.app.count("successor_links").await, 0);
}
