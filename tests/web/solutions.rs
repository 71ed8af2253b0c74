//! Solving a session: versions, locks, reasons, margins, adoption, conflicts of interest, live pages, replay.

mod again;
mod ceilings;

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use nakadachi::app;
use nakadachi::matching::engine::{Options, Replayed, SessionFile};
use nakadachi::web::AppState;
use nakadachi::web::state::Settings;
use uuid::Uuid;

use crate::support::{Client, P1, P2, P3, PROJECT_1, PROJECT_2, Page, Persona, TestApp, noon};

/// Three tasks of P2, one slot at P1 and one at P3, answers open, nothing solved yet.
struct World {
    app: TestApp,
    session: Uuid,
    tasks: [Uuid; 3],
    slots: [Uuid; 2],
}

const TITLES: [&str; 3] = ["核酸送達技術の開発", "抗体医薬の製造法", "希少疾患の診断機器"];

impl World {
    async fn start() -> Self {
        Self::with_minimum(0).await
    }

    /// The slot of P3 takes at least `minimum` tasks.
    async fn with_minimum(minimum: i16) -> Self {
        let app = TestApp::start().await;
        let mut tasks = [Uuid::nil(); 3];
        for (task, title) in tasks.iter_mut().zip(TITLES) {
            *task = app.task(title).program(P2, PROJECT_2).create().await;
        }
        let session = Uuid::now_v7();
        execute(&app, "INSERT INTO matching_rules (version, rules, note, created_at) VALUES (1000, '{}', 'test', now()) ON CONFLICT DO NOTHING", &[])
            .await;
        sqlx::query(
            "INSERT INTO matching_sessions (id, name, fiscal_year, rules_version, evaluated_at, created_at, updated_at)
             VALUES ($1, '令和9年度 第1回', 2027, 1000, $2, $2, $2)",
        )
        .bind(session)
        .bind(noon())
        .execute(&app.pool)
        .await
        .unwrap();
        for task in tasks {
            sqlx::query(
                "INSERT INTO matching_session_tasks (session_id, task_id, via, program_id, project_id, added_at)
                 VALUES ($1, $2, 'ending', $3::uuid, $4::uuid, $5)",
            )
            .bind(session)
            .bind(task)
            .bind(P2)
            .bind(PROJECT_2)
            .bind(noon())
            .execute(&app.pool)
            .await
            .unwrap();
        }
        let one = slot(&app, session, P1, "応用枠", 0, 1).await;
        let other = slot(&app, session, P3, "基礎枠", minimum, 1.max(minimum)).await;
        let slots = [one, other];
        for (task, slot, score, place) in
            [(0, 0, 9_000, 1), (0, 1, 5_000, 2), (1, 0, 8_000, 1), (2, 1, 7_000, 1)]
        {
            pair(&app, session, tasks[task], slots[slot], score, Some(place)).await;
        }
        pair(&app, session, tasks[2], slots[0], 1_000, None).await;
        for state in ["eligible", "shortlist"] {
            execute(
                &app,
                "UPDATE matching_sessions SET state = $2 WHERE id = $1::uuid",
                &[&session.to_string(), state],
            )
            .await;
        }
        execute(
            &app,
            "UPDATE matching_sessions SET state = 'interest', frozen_at = '2026-09-01', interest_deadline = '2026-10-01' WHERE id = $1::uuid",
            &[&session.to_string()],
        )
        .await;
        execute(
            &app,
            "UPDATE matching_sessions SET state = 'solved' WHERE id = $1::uuid",
            &[&session.to_string()],
        )
        .await;
        Self { app, session, tasks, slots }
    }

    async fn unit(&self) -> Client {
        self.app.client(Persona::Unit).await
    }

    async fn solve(&self, client: &Client, extra: &[(&str, &str)]) -> Page {
        let key = Uuid::now_v7().to_string();
        let mut form = vec![
            ("key", key.as_str()),
            ("aim", "max_sum"),
            ("affinity", "40"),
            ("upstream", "30"),
            ("receiving", "30"),
        ];
        form.retain(|(name, _)| extra.iter().all(|(other, _)| other != name));
        form.extend_from_slice(extra);
        client.post(&format!("/matching/sessions/{}/solutions", self.session), &form).await
    }

    /// Solves and gives the address of the new version.
    async fn solved(&self, client: &Client) -> String {
        let done = self.solve(client, &[]).await;
        done.assert_status(303);
        done.location()
    }

    async fn lock(&self, client: &Client, (task, slot): (usize, usize), kind: &str, reason: &str) -> Page {
        let (task, slot, key) =
            (self.tasks[task].to_string(), self.slots[slot].to_string(), Uuid::now_v7().to_string());
        let form =
            [("key", key.as_str()), ("task", &task), ("slot", &slot), ("kind", kind), ("reason", reason)];
        client.post(&format!("/matching/sessions/{}/locks", self.session), &form).await
    }

    fn pair_path(&self, version: &str, task: usize, slot: usize) -> String {
        format!("{version}/pairs/{}/{}", self.tasks[task], self.slots[slot])
    }

    fn live(&self) -> String {
        format!("/matching/sessions/{}/live", self.session)
    }

    /// The unit's account may not take part in the first task.
    async fn unit_has_a_conflict(&self) {
        sqlx::query(
            "INSERT INTO conflict_declarations (id, user_id, relation, target, name, folded, task_id, declared_at)
             SELECT gen_random_uuid(), id, 'financial_interest', 'task', 'x', 'x', $1, $2 FROM users WHERE email = 'unit@example.jp'",
        )
        .bind(self.tasks[0])
        .bind(noon())
        .execute(&self.app.pool)
        .await
        .unwrap();
    }
}

async fn execute(app: &TestApp, sql: &'static str, values: &[&str]) {
    let mut query = sqlx::query(sql);
    for value in values {
        query = query.bind((*value).to_owned());
    }
    query.execute(&app.pool).await.unwrap();
}

async fn slot(app: &TestApp, session: Uuid, program: &str, name: &str, min: i16, max: i16) -> Uuid {
    let (call, kind, slot) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    sqlx::query(
        "INSERT INTO calls (id, program_id, fiscal_year, name_ja) VALUES ($1, $2::uuid, 2027, '公募')",
    )
    .bind(call)
    .bind(program)
    .execute(&app.pool)
    .await
    .unwrap();
    sqlx::query("INSERT INTO slot_types (id, call_id, position, name_ja, min_new, max_new) VALUES ($1, $2, 1, $3, $4, $5)")
        .bind(kind)
        .bind(call)
        .bind(name)
        .bind(min)
        .bind(max)
        .execute(&app.pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO matching_session_slots (id, session_id, slot_type_id, call_id, program_id, project_id, min_new, max_new)
         VALUES ($1, $2, $3, $4, $5::uuid, $6::uuid, $7, $8)",
    )
    .bind(slot)
    .bind(session)
    .bind(kind)
    .bind(call)
    .bind(program)
    .bind(PROJECT_1)
    .bind(min)
    .bind(max)
    .execute(&app.pool)
    .await
    .unwrap();
    slot
}

async fn pair(app: &TestApp, session: Uuid, task: Uuid, slot: Uuid, score: i32, place: Option<i16>) {
    sqlx::query(
        "INSERT INTO matching_pairs (session_id, task_id, slot_id, eligible, truth, cost_yen, score, parts, shortlist_place)
         VALUES ($1, $2, $3, true, '{}', 13000000, $4, '{}', $5)",
    )
    .bind(session)
    .bind(task)
    .bind(slot)
    .bind(score)
    .bind(place)
    .execute(&app.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn the_unit_solves_a_session_and_the_version_is_checked() {
    let world = World::start().await;
    let unit = world.unit().await;
    unit.get(&format!("/matching/sessions/{}/solutions", world.session))
        .await
        .assert_status(200)
        .assert_shows("まだ計算していません");
    let version = world.solved(&unit).await;
    let page = unit.get(&version).await;
    page.assert_status(200).assert_shows("検証済み").assert_shows("最適");
    let chosen = page.texts("#main table.table tbody tr[id^=pair-] td.title");
    assert_eq!(chosen, [TITLES[0], TITLES[2]], "by receiving slot");
    page.assert_shows("なぜ入らないか").assert_shows(TITLES[1]);
    assert_eq!(
        world.app.count("matching_solutions WHERE version = 1 AND verdict = 'proven' AND placed = 2").await,
        1
    );
    assert_eq!(world.app.count("audit_entries WHERE action = 'matching.solve'").await, 1);
    for aim in ["bottleneck", "stable"] {
        let done = world.solve(&unit, &[("aim", aim)]).await;
        done.assert_status(303);
        unit.get(&done.location()).await.assert_status(200).assert_shows("検証済み");
    }
    world
        .app
        .client(Persona::Ps)
        .await
        .get(&version)
        .await
        .assert_status(200)
        .assert_hides("計算する</button>");
}

#[tokio::test]
async fn a_form_sent_twice_solves_once() {
    let world = World::start().await;
    let unit = world.unit().await;
    let one = world.solve(&unit, &[("key", "same")]).await;
    let other = world.solve(&unit, &[("key", "same")]).await;
    assert_eq!(one.location(), other.location());
    assert_eq!(world.app.count("matching_solutions").await, 1);
}

#[tokio::test]
async fn weights_that_do_not_add_up_are_refused_and_stay_typed() {
    let world = World::start().await;
    let page = world.solve(&world.unit().await, &[("affinity", "50"), ("note", "試算")]).await;
    page.assert_status(422).assert_shows("重みの合計は100にしてください").assert_shows("value=\"試算\"");
    assert_eq!(world.app.count("matching_solutions").await, 0);
}

#[tokio::test]
async fn a_lock_needs_a_reason_and_shows_its_cost() {
    let world = World::start().await;
    let unit = world.unit().await;
    world.solved(&unit).await;
    world.lock(&unit, (1, 0), "lock", " ").await.assert_status(422).assert_shows("理由");
    let done = world.lock(&unit, (1, 0), "lock", "継続の約束があるため").await;
    done.assert_status(303);
    let page = unit.get(&done.location()).await;
    page.assert_shows("継続の約束があるため").assert_shows("戦略 二郎");
    // 9,000 points at P1 give way to 8,000: 0.4 × 0.1.
    assert_eq!(page.texts("#locks tbody tr td.num"), ["0.040"]);
    assert_eq!(world.app.count("matching_solution_locks WHERE cost_millionths = 40000").await, 1);
    world.lock(&unit, (1, 0), "forbid", "やはり").await.assert_status(422).assert_shows("先に解除");
    let lock: Uuid =
        sqlx::query_scalar("SELECT id FROM matching_locks").fetch_one(&world.app.pool).await.unwrap();
    unit.post(&format!("/matching/locks/{lock}/lifting"), &[("key", "k")]).await.assert_status(303);
    unit.post(&format!("/matching/locks/{lock}/lifting"), &[("key", "l")]).await.assert_status(404);
    assert_eq!(world.app.count("matching_solutions").await, 3);
    world
        .app
        .client(Persona::Ps)
        .await
        .post(&format!("/matching/sessions/{}/locks", world.session), &[])
        .await
        .assert_status(403);
}

#[tokio::test]
async fn locks_set_at_the_same_time_both_count() {
    let world = World::start().await;
    let unit = world.unit().await;
    world.solved(&unit).await;
    let (one, other) =
        tokio::join!(world.lock(&unit, (1, 0), "lock", "一"), world.lock(&unit, (0, 1), "forbid", "二"));
    one.assert_status(303);
    other.assert_status(303);
    let known =
        "matching_solution_locks l JOIN matching_solutions s ON s.id = l.solution_id WHERE s.version = 3";
    assert_eq!(world.app.count(known).await, 2, "the later version knows both");
    assert_eq!(world.app.count("matching_solution_locks l JOIN matching_solutions s ON s.id = l.solution_id WHERE s.version = 2").await, 1);
}

#[tokio::test]
async fn limits_that_cannot_be_kept_are_named() {
    let world = World::with_minimum(3).await;
    let unit = world.unit().await;
    let done = world.solve(&unit, &[("minimums", "true")]).await;
    let page = unit.get(&done.location()).await;
    page.assert_shows("解なし").assert_shows("3件以上を受け入れます").assert_shows("検証済み");
    page.assert_shows("「枠の最小件数を守る」を外して計算する");
    world.solve(&unit, &[]).await.assert_status(303);
    assert_eq!(
        world.app.count("matching_solutions WHERE status = 'optimal'").await,
        1,
        "without minimums it works"
    );
    let page = unit.get(&done.location()).await;
    page.assert_shows("「枠の最小件数を守る」を外して計算する");
    world
        .app
        .client(Persona::Ps)
        .await
        .get(&done.location())
        .await
        .assert_shows("同時に守れない条件")
        .assert_hides("「枠の最小件数を守る」を外して計算する");
}

#[tokio::test]
async fn a_pair_says_why_and_what_would_let_it_in() {
    let world = World::start().await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    let chosen = unit.get(&world.pair_path(&version, 0, 0)).await;
    chosen.assert_status(200).assert_shows("選ばれている").assert_shows("下がります");
    let not = unit.get(&world.pair_path(&version, 1, 0)).await;
    not.assert_shows("選ばれていない").assert_shows("枠を1件増やす").assert_shows("評価値が0.040上がる");
    let outside = unit.get(&world.pair_path(&version, 2, 0)).await;
    outside.assert_shows("候補の外").assert_shows("候補（10件以内）に入っていません");
    unit.get(&format!("{version}/pairs/{}/{}", Uuid::now_v7(), world.slots[0])).await.assert_status(404);
    // What the rules keep out says which milestones and which time would do.
    let rules = nakadachi::matching::eligibility::Rules::default();
    sqlx::query(
        "INSERT INTO matching_rules (version, rules, note, created_at) VALUES (1001, $1, 'test', now())",
    )
    .bind(serde_json::to_value(&rules).unwrap())
    .execute(&world.app.pool)
    .await
    .unwrap();
    let mut tx = world.app.pool.begin().await.unwrap();
    for sql in [
        "SET LOCAL session_replication_role = replica",
        "UPDATE matching_sessions SET rules_version = 1001",
        "UPDATE matching_pairs SET eligible = false, score = NULL, parts = NULL, truth = '{\"months\": \"fail\"}' WHERE shortlist_place IS NULL",
    ] {
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
    }
    let task = nakadachi::matching::eligibility::TaskFacts {
        free_on: "2030-04-01".parse().ok(),
        ..Default::default()
    };
    let slot = nakadachi::matching::eligibility::SlotFacts {
        starts_on: "2027-04-01".parse().ok(),
        ..Default::default()
    };
    sqlx::query("UPDATE matching_session_tasks SET facts = $1")
        .bind(serde_json::to_value(&task).unwrap())
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("UPDATE matching_session_slots SET facts = $1")
        .bind(serde_json::to_value(&slot).unwrap())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let outside = unit.get(&world.pair_path(&version, 2, 0)).await;
    outside.assert_shows("か月早める").assert_shows("候補に加わり、評価値が");
    // A slot whose phase asks for a PMDA consultation says that it is this milestone that is missing.
    let (phase, needs) = rules.prerequisites.needs.iter().find(|(_, needs)| !needs.is_empty()).unwrap();
    let slot = nakadachi::matching::eligibility::SlotFacts { phases: vec![phase.clone()], ..slot };
    let task = nakadachi::matching::eligibility::TaskFacts { met_is_known: true, ..task };
    let mut tx = world.app.pool.begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *tx).await.unwrap();
    for (table, facts) in [
        ("matching_session_tasks", serde_json::to_value(&task).unwrap()),
        ("matching_session_slots", serde_json::to_value(&slot).unwrap()),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE {table} SET facts = $1")))
            .bind(facts)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let missing = needs[0].name(nakadachi::kernel::Language::Ja);
    unit.get(&world.pair_path(&version, 2, 0)).await.assert_shows("マイルストーン：").assert_shows(missing);
    let english = world.unit().await.in_english();
    english.get(&world.pair_path(&version, 1, 0)).await.assert_shows("1 more slot at");
}

#[tokio::test]
async fn versions_are_compared_pair_by_pair() {
    let world = World::start().await;
    let unit = world.unit().await;
    world.solved(&unit).await;
    let second = world.lock(&unit, (1, 0), "lock", "理由").await.location();
    let page = unit.get(&format!("{second}/comparison?with=1")).await;
    page.assert_status(200).assert_shows("新たに入る").assert_shows("外れる");
    unit.get(&format!("{second}/comparison?with=9")).await.assert_status(404);
}

#[tokio::test]
async fn one_more_slot_has_a_value_and_becomes_a_proposal() {
    let world = World::start().await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    let page = unit.get(&format!("{version}/margins")).await;
    // The second task comes in at P1: 0.4 × 0.8 and two unanswered wishes.
    page.assert_status(200).assert_shows("0.500");
    let slot = world.slots[0].to_string();
    let form = [("slot", slot.as_str()), ("kind", "place"), ("reason", "待機課題があるため")];
    unit.post(&format!("{version}/proposals"), &form).await.assert_status(303);
    unit.post(&format!("{version}/proposals"), &form).await.assert_status(303);
    assert_eq!(
        world.app.count("matching_adjustment_proposals WHERE gain_millionths = 500000 AND slots = 1").await,
        1
    );
    // It stands in the ledger of the fund, waiting for a round, and each leads to the other.
    let handed = "adjustment_proposals a JOIN matching_adjustment_proposals m ON m.adjustment_id = a.id
                  WHERE a.basis = 'matching' AND a.amount_yen = 13000000 AND a.round_id IS NULL AND a.fiscal_year = 2027";
    assert_eq!(world.app.count(handed).await, 1);
    assert_eq!(world.app.count("adjustment_proposals").await, 1, "a second click proposes nothing");
    assert_eq!(world.app.count("audit_entries WHERE action = 'adjustment.propose'").await, 1);
    let page = unit.get(&format!("{version}/margins")).await;
    page.assert_shows("待機課題があるため").assert_shows("審議中");
    let proposal =
        page.attribute("#proposals a[href^='/budget/proposals/']", "href").expect("a link to the ledger");
    let shown = unit.get(&proposal).await;
    shown.assert_status(200).assert_shows("評価値の合計が0.500上がります").assert_shows("応用枠");
    let back = format!("{version}/margins#proposals");
    assert_eq!(shown.attribute(&format!("a[href='{back}']"), "href").as_deref(), Some(back.as_str()));
    let director = world.app.client(Persona::Pd).await;
    director.get(&format!("{version}/margins")).await.assert_status(200).assert_hides("提案する");

    let other = world.slots[1].to_string();
    let nothing = [("slot", other.as_str()), ("kind", "money"), ("reason", "念のため")];
    let refused = unit.post(&format!("{version}/proposals"), &nothing).await;
    refused.assert_status(422).assert_shows("評価値が上がらない").assert_shows("念のため");
    let silent = [("slot", slot.as_str()), ("kind", "place"), ("reason", " ")];
    unit.post(&format!("{version}/proposals"), &silent).await.assert_status(422);
    assert_eq!(world.app.count("adjustment_proposals").await, 1);
}

#[tokio::test]
async fn ten_million_yen_more_are_proposed_into_an_open_round() {
    let world = World::start().await;
    let unit = world.unit().await;
    // Money for one only where two would go.
    let mut tx = world.app.pool.begin().await.unwrap();
    for sql in [
        "SET LOCAL session_replication_role = replica",
        "UPDATE matching_session_slots SET max_new = 2, budget_yen = 20000000 WHERE program_id = '00000000-0000-7000-8000-000000000201'",
    ] {
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let round = Uuid::now_v7();
    sqlx::query(
        "WITH r AS (INSERT INTO adjustment_rounds (id, fiscal_year, number, total_yen, state, created_at)
                    VALUES ($1, 2026, 2, 500000000, 'open', $2) RETURNING id)
         INSERT INTO adjustment_parts (round_id, kind, amount_yen) SELECT id, 'president', 500000000 FROM r",
    )
    .bind(round)
    .bind(noon())
    .execute(&world.app.pool)
    .await
    .unwrap();
    let version = world.solved(&unit).await;
    let (slot, round) = (world.slots[0].to_string(), round.to_string());
    unit.get(&format!("{version}/margins")).await.assert_shows("令和8年度 第2回");
    let unknown = [("slot", slot.as_str()), ("kind", "money"), ("reason", "増額"), ("round", "R8-2")];
    unit.post(&format!("{version}/proposals"), &unknown).await.assert_status(422).assert_shows("配分中の回");
    let form = [("slot", slot.as_str()), ("kind", "money"), ("reason", "増額"), ("round", round.as_str())];
    unit.post(&format!("{version}/proposals"), &form).await.assert_status(303);
    let handed = format!(
        "adjustment_proposals WHERE round_id = '{round}' AND amount_yen = 10000000 AND fiscal_year = 2026"
    );
    assert_eq!(world.app.count(&handed).await, 1);
    unit.get(&format!("/budget/adjustments/{round}")).await.assert_shows("見本がん医療実用化研究事業");
    // The same pair says how much money would do.
    let why = unit.get(&world.pair_path(&version, 1, 0)).await;
    why.assert_shows("6,000,000円");
}

#[tokio::test]
async fn an_adopted_version_asks_for_consent() {
    let world = World::start().await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    for (wrong, said) in [("2026-10-07", "明日以降"), ("9999-12-31", "1年以内"), ("月末", "2026-10-31 の形")]
    {
        let page = unit.post(&format!("{version}/adoption"), &[("key", "a"), ("until", wrong)]).await;
        page.assert_status(422).assert_shows(said);
        assert_eq!(page.attribute("#until", "value").as_deref(), Some(wrong), "kept as typed");
        assert_eq!(page.attribute("#until", "aria-invalid").as_deref(), Some("true"));
    }
    unit.post(&format!("{version}/adoption"), &[("key", "b"), ("until", "2026-10-31")])
        .await
        .assert_status(303);
    assert_eq!(
        world.app.count("matching_sessions WHERE state = 'consent' AND consent_until = '2026-10-31'").await,
        1
    );
    assert_eq!(
        world.app.count("matching_agreements WHERE state = 'proposed' AND solution_id IS NOT NULL").await,
        2
    );
    // Upstream project 2, receiving project 1: PS and PD of both sides.
    assert_eq!(world.app.count("matching_consents WHERE answer = 'waiting'").await, 8);
    unit.get(&version).await.assert_shows("採用");
    world.solve(&unit, &[]).await.assert_status(422).assert_shows("割当ての段階でないため");
    unit.post(&format!("{version}/adoption"), &[("key", "c")]).await.assert_status(422);
    world.lock(&unit, (1, 0), "lock", "遅い").await.assert_status(422);
}

#[tokio::test]
async fn a_conflicted_member_of_the_unit_meets_the_task_nowhere() {
    let world = World::start().await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    world.unit_has_a_conflict().await;
    for path in [version.clone(), format!("{version}/report"), world.live(), format!("{version}/margins")] {
        unit.get(&path).await.assert_status(200).assert_hides(TITLES[0]);
    }
    unit.get(&version).await.assert_shows("1件の課題は表や件数に含まれていません");
    unit.get(&world.pair_path(&version, 0, 0)).await.assert_status(404);
    unit.get(&format!("{version}/session-file")).await.assert_status(403);
    world.lock(&unit, (0, 0), "lock", "理由").await.assert_status(404);
    let (task, slot) = (world.tasks[0].to_string(), world.slots[0].to_string());
    let vote = [("task", task.as_str()), ("slot", slot.as_str()), ("vote", "for")];
    unit.post(&format!("/matching/sessions/{}/votes", world.session), &vote).await.assert_status(404);
    unit.post(&format!("/matching/sessions/{}/table", world.session), &vote[..2]).await.assert_status(404);
    let admin = world.app.client(Persona::Administrator).await;
    admin.post(&format!("/matching/sessions/{}/table", world.session), &vote[..2]).await.assert_status(303);
    admin.get(&world.live()).await.assert_shows(TITLES[0]);
    unit.get(&world.live()).await.assert_hides(TITLES[0]).assert_shows("審議中の組は表示されません");
    admin.get(&version).await.assert_shows(TITLES[0]);
}

#[tokio::test]
async fn only_people_of_the_session_open_it() {
    let world = World::start().await;
    let version = world.solved(&world.unit().await).await;
    let cases = [
        (Persona::Stranger, 303),
        (Persona::NoRole, 403),
        (Persona::Observer, 403),
        (Persona::Committee, 403),
        (Persona::Auditor, 200),
        (Persona::Dc, 200),
        (Persona::Ps, 200),
        (Persona::OtherPs, 200),
    ];
    for (persona, status) in cases {
        let client = world.app.client(persona).await;
        client.get(&version).await.assert_status(status);
        client.get(&world.live()).await.assert_status(status);
    }
    execute(&world.app, "DELETE FROM role_assignments WHERE program_id = $1::uuid", &[P2]).await;
    let without_role = world.app.client(Persona::OtherPs).await;
    for path in [version, world.live(), format!("{}/events", world.live())] {
        without_role.get(&path).await.assert_status(403);
    }
}

#[tokio::test]
async fn the_session_file_replays_identically() {
    let world = World::start().await;
    let unit = world.unit().await;
    for aim in ["max_sum", "bottleneck", "stable"] {
        let version = world.solve(&unit, &[("aim", aim), ("minimums", "true")]).await.location();
        let page = unit.get(&format!("{version}/session-file")).await;
        page.assert_status(200);
        let file = SessionFile::from_json(&page.text()).expect("a session file");
        assert_eq!(file.replay(&Options::default()), Replayed::Identical, "{aim}");
        assert!(file.record.get("thesaurus").is_some(), "the file names the thesaurus of its scores");
        assert!(file.complete && !file.record["session"]["name"].is_null());
        let hash = format!("matching_solutions WHERE file_hash = '{}'", file.hash);
        assert_eq!(world.app.count(&hash).await, 1);
    }
}

#[tokio::test]
async fn the_report_is_a_page_and_a_workbook() {
    let world = World::start().await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    let page = unit.get(&format!("{version}/report")).await;
    page.assert_status(200)
        .assert_shows("nakadachi match replay")
        .assert_shows(TITLES[0])
        .assert_shows("令和9年度");
    let workbook = unit.get(&format!("{version}/report/workbook")).await;
    workbook.assert_status(200);
    assert_eq!(&workbook.body[..2], b"PK");
    let document = unit.get(&format!("{version}/report/document")).await;
    // Where no Japanese font is installed the page says which one to install.
    match document.status.as_u16() {
        200 => assert_eq!(&document.body[..5], b"%PDF-"),
        422 => drop(document.assert_shows("fonts-")),
        other => panic!("{other}"),
    }
}

/// Reads a stream until `words` have come; panics when they do not come within a second.
async fn until(body: &mut axum::body::BodyDataStream, words: &str) -> Duration {
    let (begun, mut read) = (Instant::now(), String::new());
    while !read.contains(words) {
        let left = Duration::from_secs(1).saturating_sub(begun.elapsed());
        let piece = tokio::time::timeout(left, body.next()).await;
        let piece = piece.unwrap_or_else(|_| panic!("no “{words}” within a second: {read}"));
        read.push_str(&String::from_utf8_lossy(&piece.expect("the stream goes on").expect("readable")));
    }
    begun.elapsed()
}

#[tokio::test]
async fn locks_votes_and_the_table_appear_on_another_process_within_a_second() {
    let world = World::start().await;
    let unit = world.unit().await;
    world.solved(&unit).await;
    let state = AppState::new(
        world.app.pool.clone(),
        world.app.pool.clone(),
        world.app.clock.clone(),
        Settings::default(),
    );
    let second = app::build(state);
    let ps = world.app.client(Persona::Ps).await;
    let response = ps.open(&second, &format!("{}/events", world.live())).await;
    assert_eq!(response.status(), 200);
    let mut stream = response.into_body().into_data_stream();
    until(&mut stream, "event: refresh").await;

    let (task, slot) = (world.tasks[1].to_string(), world.slots[0].to_string());
    let pair = [("task", task.as_str()), ("slot", slot.as_str()), ("vote", "for")];
    unit.post(&format!("/matching/sessions/{}/table", world.session), &pair[..2]).await.assert_status(303);
    until(&mut stream, "\"part\":\"table\"").await;
    ps.get(&world.live()).await.assert_shows("審議中の組").assert_shows("id=\"vote-for\"");
    ps.post(&format!("/matching/sessions/{}/votes", world.session), &pair).await.assert_status(303);
    until(&mut stream, "\"part\":\"votes\"").await;
    unit.get(&world.live()).await.assert_shows("賛成 1");
    world.lock(&unit, (1, 0), "lock", "議論の結果").await.assert_status(303);
    until(&mut stream, "\"part\":\"solution\"").await;
    ps.get(&world.live()).await.assert_shows("議論の結果").assert_shows("前の版からの変化");
    // Whoever may not vote is refused: the auditor reads only.
    let auditor = world.app.client(Persona::Auditor).await;
    auditor.post(&format!("/matching/sessions/{}/votes", world.session), &pair).await.assert_status(403);
}
