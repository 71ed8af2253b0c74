//! Exercised pairing options in the session of their year: allocated, locked, left out of interest, explained.

use super::*;
use crate::support::Page;

/// An option of a task on slot A, 12 million yen in R9, taken to its exercise by both sides. Its id.
async fn exercised(scene: &Scene, task: Uuid) -> String {
    let (upstream, receiving) =
        (scene.app.client(Persona::Ps).await, scene.app.client(Persona::OtherPs).await);
    let id = task.to_string();
    let offer = [
        ("key", "option"),
        ("task", id.as_str()),
        ("program", "P2"),
        ("year", "R9"),
        ("slot_type", SLOT_A),
        ("yen", "12"),
        ("decide_by", "2027-03-31"),
    ];
    let made = upstream.post("/options", &offer).await;
    made.assert_status(303);
    let path = made.location();
    let step = format!("{path}/state");
    receiving.post(&step, &[("step", "hold"), ("version", "1")]).await.assert_status(303);
    let confirm = [("step", "confirm"), ("version", "2"), ("reason", "R8.9 ゲート評価 GO")];
    upstream.post(&step, &confirm).await.assert_status(303);
    receiving.post(&step, &[("step", "exercise"), ("version", "3")]).await.assert_status(303);
    path.rsplit('/').next().expect("an id in the address").to_owned()
}

async fn allocate(scene: &Scene, client: &Client, option: &str, slot: Uuid) -> Page {
    let fields = [("option", option), ("slot", &slot.to_string())];
    client.post(&scene.at("allocations"), &fields).await
}

#[tokio::test]
async fn an_exercised_option_takes_its_place_before_anybody_is_asked() {
    let scene = Scene::prepared().await;
    let option = exercised(&scene, scene.tasks[0]).await;
    let unit = scene.app.client(Persona::Unit).await;
    let (a, b) = (scene.slot(SLOT_A).await, scene.slot(SLOT_B).await);

    unit.get(&scene.at("allocations"))
        .await
        .assert_shows("がん抗体医薬の非臨床試験")
        .assert_shows("治験準備");
    scene.app.client(Persona::Ps).await.post(&scene.at("allocations"), &[]).await.assert_status(403);
    let wrong = allocate(&scene, &unit, &option, b).await;
    wrong.assert_status(422).assert_shows("合う受入枠を選んでください");
    allocate(&scene, &unit, &option, a).await.assert_status(303);
    allocate(&scene, &unit, &option, a).await.assert_status(422).assert_shows("すでに事前配分");
    assert_eq!(scene.app.count("matching_session_options WHERE reserved_yen = 12000000").await, 1);
    assert_eq!(scene.app.count("audit_entries WHERE action = 'session.option.allocate'").await, 1);
    let page = unit.get(&scene.at("allocations")).await;
    page.assert_shows("事前配分済み").assert_shows("受入枠に残る数と額");
    unit.get(&scene.at("slots")).await.assert_shows("1件・");
    let session = format!("/matching/sessions/{}", scene.id);
    unit.get(&session).await.assert_shows("行使されたペアリング枠");
    unit.get(&format!("/options/{option}"))
        .await
        .assert_shows("事前配分したセッション")
        .assert_shows(&session);

    // Capacities do not go below what is allocated.
    let version: i32 =
        sqlx::query_scalar("SELECT version FROM matching_sessions").fetch_one(&scene.app.pool).await.unwrap();
    let version = version.to_string();
    let (most, other, budget) = (format!("max-{a}"), format!("max-{b}"), format!("budget-{a}"));
    let little = [("version", version.as_str()), (&most, "0"), (&budget, "11"), (&other, "1")];
    let refused = unit.post(&scene.at("capacities"), &little).await;
    refused.assert_status(422).assert_shows("事前配分の1件を下回って").assert_shows("予約額（12百万円）");

    unit.post(&scene.at("evaluation"), &[]).await.assert_status(303);
    unit.post(&scene.at("scores"), &[]).await.assert_status(303);
    let pair = format!("matching_pairs WHERE task_id = '{}' AND shortlisted", scene.tasks[0]);
    assert_eq!(scene.app.count(&pair).await, 1, "a task with its slot has that one only");
    assert_eq!(scene.app.count(&format!("{pair} AND slot_id = '{a}' AND cost_yen = 12000000")).await, 1);
    let marks = unit.get(&scene.at("candidates")).await.texts(".shortlist .soft");
    assert_eq!(marks, ["事前配分"]);

    unit.post(&scene.at("interest/opening"), &[]).await.assert_status(303);
    let asked = format!("matching_interests WHERE task_id = '{}'", scene.tasks[0]);
    assert_eq!(scene.app.count(&asked).await, 0, "what is decided is not asked about");
    assert_eq!(scene.app.count("matching_interests").await, 8, "two tasks, two slots, two sides");
    let frozen = sqlx::query("DELETE FROM matching_session_options").execute(&scene.app.pool).await;
    assert!(frozen.is_err(), "allocated slots are frozen with the capacities");

    scene.app.clock.advance(Duration::days(14));
    unit.post(&scene.at("interest/closing"), &[]).await.assert_status(303);
    let lock = format!(
        "matching_locks l JOIN users u ON u.id = l.created_by
         WHERE l.kind = 'lock' AND l.option_id = '{option}' AND u.email = 'otherps@example.jp'"
    );
    assert_eq!(scene.app.count(&lock).await, 1, "the author is who exercised it");
    let run = [("key", "s"), ("aim", "max_sum"), ("affinity", "40"), ("upstream", "30"), ("receiving", "30")];
    let solved = unit.post(&scene.at("solutions"), &run).await;
    solved.assert_status(303);
    let chosen = format!(
        "matching_solution_pairs WHERE task_id = '{}' AND slot_id = '{a}' AND locked AND cost_yen = 12000000",
        scene.tasks[0]
    );
    assert_eq!(scene.app.count(&chosen).await, 1);
    let page = unit.get(&solved.location()).await;
    page.assert_shows("ペアリング枠の行使による事前配分").assert_shows("別事業 十二");
    unit.get(&format!("{}/report", solved.location())).await.assert_shows("ペアリング枠の行使による事前配分");

    // Lifted by the meeting, it stays lifted when the session is solved again.
    let id: Uuid =
        sqlx::query_scalar("SELECT id FROM matching_locks").fetch_one(&scene.app.pool).await.unwrap();
    unit.post(&format!("/matching/locks/{id}/lifting"), &[("key", "l")]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_locks WHERE lifted_at IS NULL").await, 0);
}

#[tokio::test]
async fn the_decision_to_exercise_stands_where_the_rules_say_no() {
    let scene = Scene::prepared().await;
    let option = exercised(&scene, scene.tasks[0]).await;
    let unit = scene.app.client(Persona::Unit).await;
    let a = scene.slot(SLOT_A).await;
    allocate(&scene, &unit, &option, a).await.assert_status(303);
    let version: i32 =
        sqlx::query_scalar("SELECT version FROM matching_sessions").fetch_one(&scene.app.pool).await.unwrap();
    let version = version.to_string();
    let rules = [
        ("version", version.as_str()),
        ("on-months", "true"),
        ("least", "3"),
        ("most", "6"),
        ("most_tasks", "3"),
        ("most_yen", "300"),
        ("note", "開始まで3か月以上とする"),
    ];
    unit.post(&scene.at("rules"), &rules).await.assert_status(303);
    unit.post(&scene.at("evaluation"), &[]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_pairs WHERE eligible").await, 1, "only the allocated pair");
    unit.post(&scene.at("scores"), &[]).await.assert_status(303);
    let page = unit.get(&scene.at(&format!("pairs/{}/{a}", scene.tasks[0]))).await;
    page.assert_shows("行使されたペアリング枠のため適格として扱います").assert_shows("不適合");
    let removed = unit.get(&scene.at("eligibility?rule=months")).await;
    removed.assert_hides(&format!("pairs/{}/{a}", scene.tasks[0]));
}

#[tokio::test]
async fn an_option_brings_its_task_in_and_takes_it_out_again() {
    let scene = Scene::draft().await;
    let option = exercised(&scene, scene.tasks[0]).await;
    let unit = scene.app.client(Persona::Unit).await;
    unit.get(&scene.at("allocations")).await.assert_shows("合う受入枠がまだ選ばれていません");
    unit.post(&scene.at("slots"), &[("slots", SLOT_A)]).await.assert_status(303);
    let a = scene.slot(SLOT_A).await;
    unit.post(&scene.at("allocations"), &[("option", &option)]).await.assert_status(422);
    allocate(&scene, &unit, &option, a).await.assert_status(303);
    unit.get(&scene.at("tasks")).await.assert_shows("がん抗体医薬の非臨床試験");
    assert_eq!(scene.app.count("matching_session_tasks WHERE via = 'option'").await, 1);
    // Another session of the year sees where it is.
    let second = [("key", "plan2"), ("name", "令和9年度の2回目"), ("fiscal_year", "R9")];
    let made = unit.post("/matching", &second).await.location();
    let other = made.trim_end_matches("/tasks").to_owned();
    unit.get(&format!("{other}/allocations")).await.assert_shows("別のセッションで配分");
    let foreign = [("option", option.as_str()), ("slot", &a.to_string())];
    unit.post(&format!("{other}/allocations"), &foreign).await.assert_status(422);
    unit.post(&scene.at("allocations/removal"), &[("option", &option)]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_session_options").await, 0);
    assert_eq!(scene.app.count("matching_session_tasks").await, 0, "nothing else brought the task in");
}

#[tokio::test]
async fn a_conflict_of_interest_hides_the_allocated_task() {
    let scene = Scene::prepared().await;
    let option = exercised(&scene, scene.tasks[0]).await;
    declare_conflict(&scene.app, scene.tasks[0], &["unit"]).await;
    let unit = scene.app.client(Persona::Unit).await;
    let a = scene.slot(SLOT_A).await;
    unit.get(&scene.at("allocations")).await.assert_status(200).assert_hides("がん抗体医薬の非臨床試験");
    allocate(&scene, &unit, &option, a).await.assert_status(404);
    let admin = scene.app.client(Persona::Administrator).await;
    allocate(&scene, &admin, &option, a).await.assert_status(303);
    for page in ["allocations", "slots"] {
        unit.get(&scene.at(page)).await.assert_status(200).assert_hides("1件・").assert_hides("事前配分済み");
    }
    unit.post(&scene.at("allocations/removal"), &[("option", &option)]).await.assert_status(404);
    admin.get(&scene.at("slots")).await.assert_shows("1件・");
}
