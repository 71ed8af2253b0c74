//! The salvage run: no NO-GO, HOLD or redirect without a recorded disposition; and the radar of early moves.

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::support::{P1, P2, Persona, TestApp, noon};

/// Statements whose guards stand elsewhere: the review behind a decision, the acceptance behind a milestone.
async fn unguarded(pool: &PgPool, statement: &str) {
    let mut tx = pool.begin().await.unwrap();
    for sql in ["SET LOCAL session_replication_role = replica", statement] {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// What a gate decided of a task, so many days ago.
async fn decided(app: &TestApp, task: Uuid, outcome: &str, days: i64) -> Uuid {
    let id = Uuid::now_v7();
    let at = noon() - chrono::Duration::days(days);
    unguarded(
        &app.pool,
        &format!(
            "INSERT INTO gate_decisions (id, review_id, task_id, outcome, how, statement, eligible, present, in_favour, decided_by,
                                         decided_at, receiving_program_id)
             SELECT '{id}', gen_random_uuid(), '{task}', '{outcome}', 'vote', '評価の結果', 5, 5, 5, id, '{at}',
                    CASE WHEN '{outcome}' = 'go_early' THEN '{P2}'::uuid END
             FROM users WHERE email = 'unit@example.jp'"
        ),
    )
    .await;
    id
}

fn recorded(
    verdict: &'static str,
    more: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    [&[("version", "0"), ("verdict", verdict), ("remark", "三事業に照会した")], more].concat()
}

#[tokio::test]
async fn every_decision_that_stops_a_task_needs_a_disposition() {
    let app = TestApp::start().await;
    let mut cases = Vec::new();
    for (title, outcome) in [
        ("止まった課題の一", "no_go"),
        ("止まった課題の二", "hold"),
        ("止まった課題の三", "redirect"),
        ("進む課題", "go"),
        ("早く進む課題", "go_early"),
        ("条件付きの課題", "conditional_go"),
    ] {
        let task = app.task(title).create().await;
        cases.push((task, decided(&app, task, outcome, 9).await));
    }
    let officer = app.client(Persona::Po).await;
    let page = officer.get("/salvage").await;
    page.assert_status(200).assert_hides("進む課題").assert_hides("条件付きの課題");
    assert_eq!(page.text().matches("処置が未記録").count(), 3);

    // What cannot be taken stays typed, with the message beside it.
    let path = |n: usize| format!("/salvage/{}/disposition", cases[n].1);
    let wrong = officer.post(&path(0), &recorded("other_program", &[])).await;
    wrong.assert_status(422).assert_shows("移す先の事業を選んでください").assert_shows("三事業に照会した");
    officer.post(&path(1), &recorded("company", &[])).await.assert_status(422).assert_shows("企業の名称");
    assert_eq!(app.count("salvage_dispositions").await, 0);

    officer.post(&path(0), &recorded("other_program", &[("program", "P2")])).await.assert_status(303);
    officer.post(&path(1), &recorded("company", &[("other", "見本製薬株式会社")])).await.assert_status(303);
    officer.post(&path(2), &recorded("closed", &[])).await.assert_status(303);
    officer
        .post(&path(2), &recorded("closed", &[]))
        .await
        .assert_status(422)
        .assert_shows("先に記録しました");
    let page = officer.get("/salvage").await;
    page.assert_hides("処置が未記録").assert_shows("見本機器開発事業").assert_shows("見本製薬株式会社");
    assert_eq!(page.text().matches("結果待ち").count(), 2, "what is closed waits for nothing");
    assert_eq!(app.count("audit_entries WHERE action = 'salvage.dispose'").await, 3);
    officer.post(&path(3), &recorded("closed", &[])).await.assert_status(404);

    // What became of it, and the odds with their counts: Beta(1.5, 0.5) after one of one.
    let outcome = |n: usize| format!("/salvage/{}/outcome", cases[n].1);
    officer.post(&outcome(0), &[("version", "1"), ("outcome", "accepted")]).await.assert_status(303);
    officer.post(&outcome(1), &[("version", "1"), ("outcome", "later")]).await.assert_status(422);
    officer.post(&outcome(2), &[("version", "1"), ("outcome", "accepted")]).await.assert_status(422);
    let page = officer.get("/salvage").await;
    page.assert_shows("75.0%").assert_shows("受入れの見込み");
    assert_eq!(app.count("salvage_dispositions WHERE outcome = 'accepted'").await, 1);
}

#[tokio::test]
async fn those_in_charge_record_and_people_in_conflict_see_nothing() {
    let app = TestApp::start().await;
    let task = app.task("止まった課題").create().await;
    let decision = decided(&app, task, "no_go", 3).await;
    let path = format!("/salvage/{decision}/disposition");
    let other = app.client(Persona::OtherPs).await;
    other.get("/salvage").await.assert_shows("止まった課題").assert_hides("調べた内容と理由");
    other.post(&path, &recorded("closed", &[])).await.assert_status(403);
    app.client(Persona::Observer).await.get("/salvage").await.assert_status(403);
    sqlx::query(
        "INSERT INTO conflict_declarations (id, user_id, relation, target, name, folded, task_id, declared_at)
         SELECT gen_random_uuid(), id, 'competing_task', 'task', 'x', 'x', $1, now() FROM users WHERE email = 'po@example.jp'",
    )
    .bind(task)
    .execute(&app.pool)
    .await
    .unwrap();
    let officer = app.client(Persona::Po).await;
    officer.get("/salvage").await.assert_status(200).assert_hides("止まった課題");
    officer.post(&path, &recorded("closed", &[])).await.assert_status(404);
    app.client(Persona::Ps).await.post(&path, &recorded("closed", &[])).await.assert_status(303);
}

#[tokio::test]
async fn stopped_tasks_enter_a_session_by_their_decision() {
    let app = TestApp::start().await;
    for (title, outcome) in
        [("一", "no_go"), ("二", "hold"), ("三", "redirect"), ("四", "go_early"), ("五", "go")]
    {
        let task = app.task(&format!("課題{title}")).create().await;
        decided(&app, task, outcome, 5).await;
    }
    let old = app.task("二年前の課題").create().await;
    decided(&app, old, "no_go", 700).await;
    let unit = app.client(Persona::Unit).await;
    let plan = [("key", "k"), ("name", "救済"), ("fiscal_year", "R9")];
    let tasks = unit.post("/matching", &plan).await.location();
    unit.get(&tasks).await.assert_shows("NO-GO（救済） 1件").assert_shows("GO（早期移行） 1件");
    let all = [("gates", "no_go"), ("gates", "hold"), ("gates", "redirect"), ("gates", "go_early")];
    unit.post(&tasks, &all).await.assert_status(303);
    assert_eq!(app.count("matching_session_tasks WHERE decision_id IS NOT NULL").await, 4);
    assert_eq!(app.count("matching_session_tasks WHERE via = 'go_early'").await, 1);
    unit.get(&tasks).await.assert_shows("課題三").assert_hides("課題五").assert_hides("二年前");
}

/// A milestone of a task: its type, whether it is met, and when it is due.
async fn milestone(app: &TestApp, task: Uuid, code: &str, met: bool, due_on: &str) {
    let state = if met { "met" } else { "planned" };
    unguarded(
        &app.pool,
        &format!(
            "INSERT INTO milestones (id, task_id, type_id, due_on, first_due_on, owner_user_id, state, met_on, accepted_by,
                                     accepted_at, created_at, updated_at)
             SELECT gen_random_uuid(), '{task}', k.id, '{due_on}', '{due_on}', u.id, '{state}',
                    CASE WHEN {met} THEN '{due_on}'::date END, CASE WHEN {met} THEN u.id END, CASE WHEN {met} THEN now() END,
                    now(), now()
             FROM milestone_types k, users u WHERE k.code = '{code}' AND u.email = 'ps@example.jp'"
        ),
    )
    .await;
}

/// A running task in its applied phase with two milestones met, and a call of P2 for the phase after it.
async fn ready_early(app: &TestApp) -> Uuid {
    let task = app.task("順調な抗体医薬の課題").phases(&[2]).create().await;
    milestone(app, task, "patent", true, "2026-04-30").await;
    milestone(app, task, "patent_granted", true, "2026-08-31").await;
    milestone(app, task, "partner", false, "2027-09-30").await;
    sqlx::query(AssertSqlSafe(format!(
        "WITH c AS (INSERT INTO calls (id, program_id, fiscal_year, name_ja, starts_on, closes_on)
                    VALUES (gen_random_uuid(), '{P2}', 2027, '令和9年度公募', '2027-04-01', '2026-12-20') RETURNING id)
         INSERT INTO slot_types (id, call_id, position, name_ja, max_new, phase_ids)
         SELECT gen_random_uuid(), id, 1, '非臨床の枠', 2, '{{3}}' FROM c"
    )))
    .execute(&app.pool)
    .await
    .unwrap();
    task
}

/// The rules as delivered, but for what a task needs to enter the non-clinical phase.
async fn rules_that_ask(app: &TestApp, needs: &str) {
    let mut rules = serde_json::to_value(nakadachi::matching::eligibility::Rules::default()).unwrap();
    rules["prerequisites"]["needs"] = serde_json::json!({ "nonclinical": [needs] });
    sqlx::query(
        "INSERT INTO matching_rules (version, rules, note, created_at)
         SELECT coalesce(max(version), 0) + 1, $1, 'test', now() FROM matching_rules",
    )
    .bind(rules)
    .execute(&app.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn the_radar_finds_running_tasks_that_meet_the_entry_rules_of_a_later_call() {
    let app = TestApp::start().await;
    let task = ready_early(&app).await;
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/salvage/radar").await;
    page.assert_status(200)
        .assert_shows("順調な抗体医薬の課題")
        .assert_shows("非臨床の枠")
        .assert_shows("2 / 3");
    rules_that_ask(&app, "ip").await;
    unit.get("/salvage/radar").await.assert_shows("前提条件（達成済み）");
    rules_that_ask(&app, "pmda").await;
    unit.get("/salvage/radar").await.assert_hides("順調な抗体医薬の課題");
    milestone(&app, task, "pmda", true, "2026-09-30").await;
    unit.get("/salvage/radar").await.assert_shows("順調な抗体医薬の課題");
    // A milestone that is overdue takes it off.
    milestone(&app, task, "patent_granted", false, "2026-09-01").await;
    unit.get("/salvage/radar").await.assert_hides("順調な抗体医薬の課題");
}

#[tokio::test]
async fn the_radar_leaves_out_what_ends_soon_what_has_moved_and_whom_one_may_not_judge() {
    let app = TestApp::start().await;
    let task = ready_early(&app).await;
    let unit = app.client(Persona::Unit).await;
    unit.get("/salvage/radar").await.assert_shows("順調な抗体医薬の課題");
    for (change, back) in [
        ("UPDATE tasks SET ends_on = '2026-12-31'", "UPDATE tasks SET ends_on = '2028-03-31'"),
        ("UPDATE tasks SET phase_ids = '{3}'", "UPDATE tasks SET phase_ids = '{2}'"),
        ("UPDATE calls SET closes_on = '2026-10-06'", "UPDATE calls SET closes_on = '2026-12-20'"),
        ("UPDATE slot_types SET modality_ids = '{11}'", "UPDATE slot_types SET modality_ids = '{}'"),
    ] {
        sqlx::query(change).execute(&app.pool).await.unwrap();
        unit.get("/salvage/radar").await.assert_hides("順調な抗体医薬の課題");
        sqlx::query(back).execute(&app.pool).await.unwrap();
        unit.get("/salvage/radar").await.assert_shows("順調な抗体医薬の課題");
    }
    sqlx::query("UPDATE tasks SET restricted = true").execute(&app.pool).await.unwrap();
    app.client(Persona::OtherPs).await.get("/salvage/radar").await.assert_hides("順調な抗体医薬の課題");
    app.client(Persona::Ps).await.get("/salvage/radar").await.assert_shows("順調な抗体医薬の課題");
    sqlx::query(
        "INSERT INTO conflict_declarations (id, user_id, relation, target, name, folded, task_id, declared_at)
         SELECT gen_random_uuid(), id, 'competing_task', 'task', 'x', 'x', $1, now() FROM users WHERE email = 'ps@example.jp'",
    )
    .bind(task)
    .execute(&app.pool)
    .await
    .unwrap();
    app.client(Persona::Ps).await.get("/salvage/radar").await.assert_hides("順調な抗体医薬の課題");
    assert_eq!(app.count(&format!("tasks WHERE program_id = '{P1}'")).await, 1);
}
