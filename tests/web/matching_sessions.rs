//! A matching session from its preparation to the transfer of a task, and everything that is refused on the way.

mod allocations;
mod conflicts;
mod dates;
mod drafts;
mod minimums;
mod transfers;
mod words;

use chrono::Duration;
use nakadachi::kernel::MatchingSessionId;
use nakadachi::matching::consent;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::support::{Client, P1, P2, PROJECT_2, Persona, TestApp, noon};

const DEADLINE: &str = "2026-10-20T17:00";
const SECRET: &str = "先方に知らせたくない備考";

/// Three tasks of P1 that end in R8 and one call of P2 in R9 with two slots: the session up to where a test wants it.
struct Scene {
    app: TestApp,
    id: String,
    tasks: Vec<Uuid>,
}

impl Scene {
    async fn draft() -> Self {
        let app = TestApp::start().await;
        let mut tasks = Vec::new();
        for title in ["がん抗体医薬の非臨床試験", "難病核酸医薬の非臨床安全性", "肝炎ワクチンの非臨床研究"]
        {
            let builder = app.task(title).phases(&[3]).years(&[(2025, 20_000_000), (2026, 20_000_000)]);
            tasks.push(builder.create().await);
        }
        sql(
            &app,
            &format!(
                "INSERT INTO calls (id, program_id, fiscal_year, name_ja, starts_on)
                 VALUES ('{CALL}', '{P2}', 2027, '令和9年度公募', '2027-04-01')"
            ),
        )
        .await;
        for (slot, name, most) in [(SLOT_A, "治験準備", 2), (SLOT_B, "応用開発", 1)] {
            sql(
                &app,
                &format!(
                    "INSERT INTO slot_types (id, call_id, position, name_ja, min_new, max_new, yearly_ceiling_yen, max_years,
                                             phase_ids)
                     VALUES ('{slot}', '{CALL}', {most}, '{name}', 0, {most}, 15000000, 3, '{{3}}')"
                ),
            )
            .await;
        }
        let unit = app.client(Persona::Unit).await;
        let made = unit.post("/matching", &PLAN).await;
        made.assert_status(303);
        let id = made.location().split('/').nth(3).expect("an id in the address").to_owned();
        Self { app, id, tasks }
    }

    async fn prepared() -> Self {
        let scene = Self::draft().await;
        let unit = scene.app.client(Persona::Unit).await;
        unit.post(&scene.at("tasks"), &[("q", "program:P1 ends:<12m")]).await.assert_status(303);
        unit.post(&scene.at("slots"), &[("slots", SLOT_A), ("slots", SLOT_B)]).await.assert_status(303);
        scene
    }

    async fn shortlisted() -> Self {
        let scene = Self::prepared().await;
        let unit = scene.app.client(Persona::Unit).await;
        unit.post(&scene.at("evaluation"), &[]).await.assert_status(303);
        unit.post(&scene.at("scores"), &[]).await.assert_status(303);
        scene
    }

    async fn asking() -> Self {
        let scene = Self::shortlisted().await;
        let unit = scene.app.client(Persona::Unit).await;
        unit.post(&scene.at("interest/opening"), &[]).await.assert_status(303);
        scene
    }

    /// Adopts the first task with slot A, after the deadline.
    async fn consenting() -> (Self, String) {
        let scene = Self::asking().await;
        scene.app.clock.advance(Duration::days(14));
        let unit = scene.app.client(Persona::Unit).await;
        unit.post(&scene.at("interest/closing"), &[]).await.assert_status(303);
        let slot = scene.slot(SLOT_A).await;
        let mut tx = scene.app.pool.begin().await.unwrap();
        let id: MatchingSessionId = scene.id.parse().unwrap();
        let until = Some(scene.app.clock.today() + Duration::days(10));
        let opened =
            consent::open(&mut tx, id, (None, &[(scene.tasks[0], slot)]), until, scene.app.clock.now()).await;
        assert_eq!(opened.unwrap().unwrap(), 1);
        tx.commit().await.unwrap();
        let agreement: Uuid = sqlx::query_scalar("SELECT id FROM matching_agreements")
            .fetch_one(&scene.app.pool)
            .await
            .unwrap();
        (scene, format!("/matching/agreements/{agreement}"))
    }

    fn at(&self, page: &str) -> String {
        format!("/matching/sessions/{}/{page}", self.id)
    }

    /// The session's slot of a slot type.
    async fn slot(&self, slot_type: &str) -> Uuid {
        sqlx::query_scalar("SELECT id FROM matching_session_slots WHERE slot_type_id = $1::uuid")
            .bind(slot_type)
            .fetch_one(&self.app.pool)
            .await
            .unwrap()
    }

    /// The list of a side.
    async fn list(&self, side: &str) -> Uuid {
        sqlx::query_scalar("SELECT id FROM matching_interest_lists WHERE side = $1")
            .bind(side)
            .fetch_one(&self.app.pool)
            .await
            .unwrap()
    }

    /// Answers every entry of a side's list and submits it.
    async fn submit(&self, client: &Client, side: &str, note: &str) {
        let list = self.list(side).await;
        let entries: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "SELECT task_id, slot_id FROM matching_interests WHERE list_id = $1 ORDER BY place",
        )
        .bind(list)
        .fetch_all(&self.app.pool)
        .await
        .unwrap();
        let fields: Vec<(String, String)> = entries
            .iter()
            .flat_map(|(task, slot)| {
                [
                    (format!("was-level-{task}_{slot}"), String::new()),
                    (format!("level-{task}_{slot}"), "1".to_owned()),
                    (format!("reason-{task}_{slot}"), "fits_aim".to_owned()),
                    (format!("note-{task}_{slot}"), note.to_owned()),
                ]
            })
            .chain([("submit".to_owned(), "true".to_owned())])
            .collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        client.post(&format!("/matching/lists/{list}"), &fields).await.assert_status(303);
    }
}

const CALL: &str = "00000000-0000-7000-8000-000000000501";
const SLOT_A: &str = "00000000-0000-7000-8000-000000000511";
const SLOT_B: &str = "00000000-0000-7000-8000-000000000512";
const PLAN: [(&str, &str); 5] = [
    ("key", "plan"),
    ("name", "令和9年度の見本"),
    ("fiscal_year", "R9"),
    ("interest_deadline", DEADLINE),
    ("consent_until", "2026-12-01"),
];

async fn sql(app: &TestApp, statement: &str) {
    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&app.pool).await.unwrap();
}

/// These accounts have a strong conflict of interest with a task.
async fn declare_conflict(app: &TestApp, task: Uuid, accounts: &[&str]) {
    let emails: Vec<String> = accounts.iter().map(|name| format!("'{name}@example.jp'")).collect();
    sql(
        app,
        &format!(
            "INSERT INTO conflict_declarations (id, user_id, relation, target, name, folded, task_id, declared_at)
             SELECT gen_random_uuid(), id, 'competing_task', 'task', '競合', '競合', '{task}', now() FROM users
             WHERE email IN ({})",
            emails.join(", ")
        ),
    )
    .await;
}

/// The PD of project 2 is the account without a role.
async fn make_second_director(app: &TestApp) {
    sql(
        app,
        &format!(
            "INSERT INTO role_assignments (id, user_id, role, project_id, valid_from)
             SELECT gen_random_uuid(), id, 'program_director', '{PROJECT_2}', '2025-04-01' FROM users
             WHERE email = 'norole@example.jp'"
        ),
    )
    .await;
}

#[tokio::test]
async fn a_session_is_prepared_judged_and_shortlisted() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    assert_eq!(scene.app.count("matching_pairs WHERE eligible").await, 6);
    assert_eq!(scene.app.count("matching_pairs WHERE score IS NULL OR score <> (SELECT sum(value::int) FROM jsonb_each_text(parts))").await, 0);
    let page = unit.get(&scene.at("candidates")).await;
    page.assert_status(200)
        .assert_shows("がん抗体医薬の非臨床試験")
        .assert_shows("治験準備")
        .assert_shows("候補あり");
    let pair = format!("pairs/{}/{}", scene.tasks[0], scene.slot(SLOT_A).await);
    unit.get(&scene.at(&pair))
        .await
        .assert_shows("真理値表")
        .assert_shows("フェーズの接続")
        .assert_shows("合致度");
    unit.get(&scene.at("eligibility")).await.assert_shows("この規則だけで除いた組");
    unit.get(&scene.at("eligibility?rule=phase&alone=true")).await.assert_shows("該当する組合せはありません");
    unit.get("/matching").await.assert_shows("令和9年度の見本").assert_shows("候補");
    // The amount of a task is 20 million, the ceiling 15: the pair costs the ceiling.
    assert_eq!(scene.app.count("matching_pairs WHERE cost_yen = 15000000").await, 6);
    for action in
        ["session.create", "session.tasks.add", "session.slots.choose", "session.evaluate", "session.score"]
    {
        assert_eq!(scene.app.count(&format!("audit_entries WHERE action = '{action}'")).await, 1, "{action}");
    }
}

#[tokio::test]
async fn tasks_have_their_phase_before_anything_is_judged() {
    let scene = Scene::prepared().await;
    let unit = scene.app.client(Persona::Unit).await;
    let page = unit.get(&scene.at("tasks")).await;
    assert_eq!(page.texts("tbody td.nowrap.col-low"), ["非臨床研究・前臨床研究"; 3]);
    // Once judged, the phase is the one that was judged by.
    unit.post(&scene.at("evaluation"), &[]).await.assert_status(303);
    let page = unit.get(&scene.at("tasks")).await;
    assert_eq!(page.texts("tbody td.nowrap.col-low"), ["非臨床研究・前臨床研究"; 3]);
}

#[tokio::test]
async fn every_page_reads_in_english_too() {
    let (scene, agreement) = Scene::consenting().await;
    let unit = scene.app.client(Persona::Unit).await.in_english();
    for page in ["", "tasks", "slots", "rules", "eligibility", "candidates", "interest", "consent"] {
        unit.get(scene.at(page).trim_end_matches('/')).await.assert_status(200).assert_shows("Matching");
    }
    unit.get(&agreement).await.assert_status(200).assert_shows("Waiting for consent");
}

#[tokio::test]
async fn a_session_made_twice_is_one() {
    let scene = Scene::draft().await;
    let unit = scene.app.client(Persona::Unit).await;
    let again = unit.post("/matching", &PLAN).await;
    assert!(again.location().contains(&scene.id), "{}", again.location());
    assert_eq!(scene.app.count("matching_sessions").await, 1);
    unit.post("/matching", &[("key", "k2"), ("name", ""), ("fiscal_year", "来年")])
        .await
        .assert_status(422)
        .assert_shows("来年");
}

#[tokio::test]
async fn the_slower_of_two_editors_sees_both_texts() {
    let scene = Scene::draft().await;
    let unit = scene.app.client(Persona::Unit).await;
    let edit = |name: &'static str| {
        [("version", "1"), ("name", name), ("fiscal_year", "R9"), ("interest_deadline", DEADLINE)]
    };
    let path = format!("/matching/sessions/{}", scene.id);
    unit.post(&path, &edit("先の名前")).await.assert_status(303);
    let page = unit.post(&path, &edit("後の名前")).await;
    page.assert_status(409).assert_shows("先の名前").assert_shows("後の名前");
}

#[tokio::test]
async fn rules_are_changed_as_a_new_version_and_judge_the_session() {
    let scene = Scene::prepared().await;
    let unit = scene.app.client(Persona::Unit).await;
    let version: i32 =
        sqlx::query_scalar("SELECT version FROM matching_sessions").fetch_one(&scene.app.pool).await.unwrap();
    let version = version.to_string();
    let fields = [
        ("version", version.as_str()),
        ("on-months", "true"),
        ("least", "3"),
        ("most", "6"),
        ("most_tasks", "3"),
        ("most_yen", "300"),
        ("note", "開始まで3か月以上とする"),
    ];
    unit.post(&scene.at("rules"), &fields).await.assert_status(303);
    unit.post(&scene.at("rules"), &fields).await.assert_status(409);
    assert_eq!(scene.app.count("matching_rules").await, 2);
    let wrong = [("version", "9"), ("least", "7"), ("most", "x"), ("most_tasks", "3"), ("most_yen", "300")];
    unit.post(&scene.at("rules"), &wrong).await.assert_status(422).assert_shows("整数で入力してください");
    unit.post(&scene.at("evaluation"), &[]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_pairs WHERE eligible").await, 0);
    unit.get(&scene.at("eligibility?rule=months&alone=true")).await.assert_shows("がん抗体医薬");
    unit.post(&scene.at("scores"), &[]).await.assert_status(422).assert_shows("適格な組合せがありません");
    let changed = sqlx::query("UPDATE matching_rules SET note = ''").execute(&scene.app.pool).await;
    assert!(changed.is_err(), "versions of rules are append-only");
}

#[tokio::test]
async fn a_pair_is_put_on_and_taken_off_the_shortlist_with_a_reason() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    let path = scene.at(&format!("pairs/{}/{}/shortlist", scene.tasks[0], scene.slot(SLOT_A).await));
    unit.post(&path, &[("change", "remove"), ("reason", " ")]).await.assert_status(422);
    for _ in 0..2 {
        unit.post(&path, &[("change", "remove"), ("reason", "別の事業を優先")]).await.assert_status(303);
    }
    assert_eq!(scene.app.count("matching_pairs WHERE shortlisted").await, 5);
    assert_eq!(scene.app.count("audit_entries WHERE action = 'session.shortlist.remove'").await, 1);
    unit.post(&path, &[("change", "add"), ("reason", "再検討")]).await.assert_status(303);
    unit.get(&scene.at(&format!("tasks/{}", scene.tasks[0])))
        .await
        .assert_shows("再検討")
        .assert_shows("手動");
    assert_eq!(scene.app.count("matching_pairs WHERE shortlisted").await, 6);
}

#[tokio::test]
async fn capacities_are_edited_until_interest_opens_and_then_frozen() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    let (a, b) = (scene.slot(SLOT_A).await, scene.slot(SLOT_B).await);
    let version: i32 =
        sqlx::query_scalar("SELECT version FROM matching_sessions").fetch_one(&scene.app.pool).await.unwrap();
    let typed = |version: String, most: &str| {
        vec![
            ("version".to_owned(), version),
            (format!("min-{a}"), "1".to_owned()),
            (format!("max-{a}"), most.to_owned()),
            (format!("ceiling-{a}"), "12.5".to_owned()),
            (format!("max-{b}"), "1".to_owned()),
            ("most-all".to_owned(), "4".to_owned()),
            (format!("total-program:{P2}"), "40".to_owned()),
        ]
    };
    let post = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        unit.post(&scene.at("capacities"), &fields).await
    };
    post(typed(version.to_string(), "0")).await.assert_status(422).assert_shows("上限は下限以上");
    post(typed(version.to_string(), "3")).await.assert_status(303);
    assert_eq!(
        scene.app.count("matching_session_slots WHERE max_new = 3 AND yearly_ceiling_yen = 12500000").await,
        1
    );
    assert_eq!(scene.app.count("matching_session_ceilings").await, 2);
    post(typed(version.to_string(), "2")).await.assert_status(409).assert_shows("3");
    unit.post(&scene.at("interest/opening"), &[]).await.assert_status(303);
    post(typed((version + 2).to_string(), "9")).await.assert_status(422);
    for statement in [
        "UPDATE matching_session_slots SET max_new = 9",
        "DELETE FROM matching_session_slots",
        "DELETE FROM matching_session_ceilings",
        "DELETE FROM matching_session_tasks",
        "UPDATE matching_sessions SET frozen_at = NULL",
        "UPDATE matching_sessions SET state = 'draft', frozen_at = NULL",
        "UPDATE matching_pairs SET shortlist_place = NULL",
    ] {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&scene.app.pool).await;
        assert!(done.is_err(), "{statement} went through");
    }
    unit.get(&scene.at("slots")).await.assert_shows("に確定しました");
}

#[tokio::test]
async fn nobody_reads_the_other_side_before_both_are_in() {
    let scene = Scene::asking().await;
    let receiving = scene.app.client(Persona::OtherPs).await;
    scene.submit(&receiving, "receiving", SECRET).await;
    let (upstream, back) = (scene.list("upstream").await, scene.list("receiving").await);
    let pair = format!("pairs/{}/{}", scene.tasks[0], scene.slot(SLOT_A).await);
    for persona in
        [Persona::Unit, Persona::Administrator, Persona::Auditor, Persona::Ps, Persona::Po, Persona::Pd]
    {
        let client = scene.app.client(persona).await;
        for page in ["", "interest", "candidates", "consent", &pair, &format!("tasks/{}", scene.tasks[0])] {
            let page = client.get(scene.at(page).trim_end_matches('/')).await;
            page.assert_hides(SECRET).assert_hides("強く希望").assert_hides("事業趣旨に合致 ");
        }
        client.get(&format!("/matching/lists/{back}")).await.assert_status(403).assert_hides(SECRET);
        for path in ["/", "/admin/audit", "/matching", &format!("/tasks/{}", scene.tasks[0])] {
            client.get(path).await.assert_hides(SECRET);
        }
    }
    assert_eq!(scene.app.count(&format!("audit_entries WHERE details::text LIKE '%{SECRET}%'")).await, 0);
    let opened = format!("matching_interests_open('{}', '{}')", scene.id, noon().to_rfc3339());
    assert_eq!(scene.app.count(&opened).await, 0, "not even through the function");
    // The other side's own list shows the levels to choose from, and nothing of the other's.
    let ps = scene.app.client(Persona::Ps).await;
    ps.get(&format!("/matching/lists/{upstream}")).await.assert_status(200).assert_hides(SECRET);
    ps.post(&scene.at("interest/closing"), &[]).await.assert_status(403);
    scene
        .app
        .client(Persona::Unit)
        .await
        .post(&scene.at("interest/closing"), &[])
        .await
        .assert_status(422)
        .assert_shows("期限まで回答は開きません");
    scene.submit(&ps, "upstream", "こちらの備考").await;
    for persona in [Persona::Unit, Persona::Ps, Persona::OtherPs] {
        let page = scene.app.client(persona).await.get(&scene.at("interest")).await;
        page.assert_shows(SECRET).assert_shows("こちらの備考").assert_shows("強く希望");
    }
}

#[tokio::test]
async fn answers_open_with_the_deadline_and_drafts_say_nothing() {
    let scene = Scene::asking().await;
    let receiving = scene.app.client(Persona::OtherPs).await;
    scene.submit(&receiving, "receiving", SECRET).await;
    let ps = scene.app.client(Persona::Ps).await;
    let list = scene.list("upstream").await;
    let slot = scene.slot(SLOT_A).await;
    let draft = format!("level-{}_{slot}", scene.tasks[0]);
    let was = format!("was-{draft}");
    ps.post(&format!("/matching/lists/{list}/draft"), &[(&was, ""), (&draft, "2")]).await.assert_status(204);
    assert_eq!(scene.app.count("matching_interests WHERE level = 2").await, 1);
    scene.app.clock.advance(Duration::days(14));
    let unit = scene.app.client(Persona::Unit).await;
    unit.get(&scene.at("interest")).await.assert_shows(SECRET).assert_shows("無回答");
    let opened = format!("matching_interests_open('{}', '{}')", scene.id, scene.app.clock.now().to_rfc3339());
    assert_eq!(scene.app.count(&format!("{opened} WHERE side = 'upstream'")).await, 0);
    ps.post(&format!("/matching/lists/{list}"), &[(&was, "2"), (&draft, "1")])
        .await
        .assert_status(422)
        .assert_shows("期限を過ぎた");
    // The deadline has done its work: it cannot be moved any more.
    let version: i32 =
        sqlx::query_scalar("SELECT version FROM matching_sessions").fetch_one(&scene.app.pool).await.unwrap();
    let version = version.to_string();
    let later = [
        ("version", version.as_str()),
        ("name", "令和9年度の見本"),
        ("fiscal_year", "R9"),
        ("interest_deadline", "2026-11-30T17:00"),
    ];
    unit.post(&format!("/matching/sessions/{}", scene.id), &later)
        .await
        .assert_status(422)
        .assert_shows("変更できません");
    unit.post(&scene.at("interest/closing"), &[]).await.assert_status(303);
    unit.post(&scene.at("interest/closing"), &[]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_sessions WHERE state = 'solved'").await, 1);
}

#[tokio::test]
async fn two_colleagues_share_a_list_and_lose_nothing() {
    let scene = Scene::asking().await;
    let (ps, po) = (scene.app.client(Persona::Ps).await, scene.app.client(Persona::Po).await);
    let list = format!("/matching/lists/{}", scene.list("upstream").await);
    let slot = scene.slot(SLOT_A).await;
    let names: Vec<[String; 3]> = scene.tasks[..2]
        .iter()
        .map(|t| [format!("was-level-{t}_{slot}"), format!("level-{t}_{slot}"), format!("reason-{t}_{slot}")])
        .collect();
    let [first, second] = [&names[0], &names[1]];
    ps.post(&list, &[(&first[0], ""), (&first[1], "1"), (&second[0], ""), (&second[1], "")])
        .await
        .assert_status(303);
    // The colleague had the page open since before: another entry goes through, the same one does not.
    po.post(&list, &[(&first[0], ""), (&first[1], ""), (&second[0], ""), (&second[1], "3")])
        .await
        .assert_status(303);
    assert_eq!(scene.app.count("matching_interests WHERE level IN (1, 3)").await, 2);
    let page = po.post(&list, &[(&first[0], ""), (&first[1], "2")]).await;
    page.assert_status(409).assert_shows("別の担当者が先に変更しました");
    assert_eq!(scene.app.count("matching_interests WHERE level = 2").await, 0);
    let refused = ps.post(&list, &[(&first[0], "1"), (&first[1], "4")]).await;
    refused.assert_status(422).assert_shows("理由を選んでください");
    let no = [(first[0].as_str(), "1"), (first[1].as_str(), "4"), (first[2].as_str(), "overlap")];
    ps.post(&list, &no).await.assert_status(303);
    ps.post(&list, &[("submit", "true")]).await.assert_status(422).assert_shows("未回答が");
    scene.app.client(Persona::OtherPs).await.get(&list).await.assert_status(403);
}

#[tokio::test]
async fn a_list_is_changed_pair_by_pair() {
    let scene = Scene::asking().await;
    let ps = scene.app.client(Persona::Ps).await;
    let list = format!("/matching/lists/{}", scene.list("upstream").await);
    let pair = format!("{}_{}", scene.tasks[0], scene.slot(SLOT_A).await);
    ps.post(&format!("{list}/entries"), &[("change", "remove"), ("pair", &pair)]).await.assert_status(303);
    let mine =
        "matching_interests i JOIN matching_interest_lists l ON l.id = i.list_id WHERE l.side = 'upstream'";
    assert_eq!(scene.app.count(mine).await, 5);
    for _ in 0..2 {
        ps.post(&format!("{list}/entries"), &[("change", "add"), ("pair", &pair)]).await.assert_status(303);
    }
    assert_eq!(scene.app.count(mine).await, 6);
    let foreign = format!("{}_{}", Uuid::nil(), Uuid::nil());
    ps.post(&format!("{list}/entries"), &[("change", "add"), ("pair", &foreign)]).await.assert_status(303);
    assert_eq!(scene.app.count(mine).await, 6);
}

#[tokio::test]
async fn a_pair_is_agreed_by_everybody_and_the_task_moves() {
    let (scene, agreement) = Scene::consenting().await;
    make_second_director(&scene.app).await;
    let consent = format!("{agreement}/consent");
    scene.app.client(Persona::Po).await.post(&consent, &[("answer", "give")]).await.assert_status(403);
    assert_eq!(scene.app.count("matching_consents").await, 4);
    for persona in [Persona::Ps, Persona::OtherPs, Persona::Pd] {
        let client = scene.app.client(persona).await;
        client.get(&scene.at("consent")).await.assert_shows("回答する");
        client.post(&consent, &[("answer", "give")]).await.assert_status(303);
        assert_eq!(scene.app.count("matching_agreements WHERE state = 'proposed'").await, 1, "{persona:?}");
    }
    let unit = scene.app.client(Persona::Unit).await;
    let move_it = [
        ("way", "new"),
        ("title", "がん抗体医薬の治験準備"),
        ("starts_on", "2027-04-01"),
        ("ends_on", "2030-03-31"),
        ("amount", "15"),
        ("evidence", "令和9年3月 採択通知"),
    ];
    let transfer = format!("{agreement}/transfer");
    unit.post(&transfer, &move_it).await.assert_status(422).assert_shows("合意済みで");
    unit.post(&scene.at("closing"), &[]).await.assert_status(422).assert_shows("待っている合意が1件");
    let second = scene.app.client(Persona::NoRole).await;
    for _ in 0..2 {
        let status = second.post(&consent, &[("answer", "give")]).await.status.as_u16();
        assert!(status == 303 || status == 422);
    }
    assert_eq!(scene.app.count("matching_agreements WHERE state = 'agreed'").await, 1);
    unit.post(&scene.at("closing"), &[]).await.assert_status(422).assert_shows("まだ移行していない");
    let mut without = move_it;
    without[5].1 = "";
    unit.post(&transfer, &without).await.assert_status(422).assert_shows("がん抗体医薬の治験準備");
    for _ in 0..2 {
        unit.post(&transfer, &move_it).await.assert_status(303);
    }
    assert_eq!(
        scene
            .app
            .count(
                "successor_links WHERE kind = 'matching' AND fiscal_year = 2027 AND evidence LIKE '%採択通知'"
            )
            .await,
        1
    );
    assert_eq!(scene.app.count("tasks WHERE title_ja = 'がん抗体医薬の治験準備' AND restricted").await, 1);
    assert_eq!(scene.app.count(&format!("tasks WHERE program_id = '{P2}' AND search_text <> ''")).await, 1);
    unit.get(&agreement).await.assert_shows("移行済み").assert_shows("採択通知");
    unit.get("/indicators").await.assert_status(200);
    unit.post(&scene.at("closing"), &[]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_sessions WHERE state = 'closed'").await, 1);
    assert_eq!(scene.app.count(&format!("tasks WHERE program_id = '{P1}'")).await, 3);
}

#[tokio::test]
async fn an_existing_task_of_the_receiving_program_can_be_the_next_one() {
    let (scene, agreement) = Scene::consenting().await;
    make_second_director(&scene.app).await;
    for persona in [Persona::Ps, Persona::OtherPs, Persona::Pd, Persona::NoRole] {
        let client = scene.app.client(persona).await;
        client.post(&format!("{agreement}/consent"), &[("answer", "give")]).await.assert_status(303);
    }
    let next =
        scene.app.task("後続の課題").program(P2, PROJECT_2).years(&[(2027, 15_000_000)]).create().await;
    let wrong = scene.app.task("別事業の課題").years(&[(2027, 1)]).create().await;
    let receiving = scene.app.client(Persona::OtherPs).await;
    receiving.get(&agreement).await.assert_shows("後続の課題").assert_hides("別事業の課題");
    let transfer = format!("{agreement}/transfer");
    let link = |id: Uuid| {
        [("way", "existing".to_owned()), ("next", id.to_string()), ("evidence", "通知".to_owned())]
    };
    let post = async |fields: [(&str, String); 3]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        receiving.post(&transfer, &fields).await
    };
    post(link(wrong)).await.assert_status(422).assert_shows("受入事業の課題");
    post(link(next)).await.assert_status(303);
    assert_eq!(scene.app.count(&format!("successor_links WHERE to_task_id = '{next}'")).await, 1);
    let upstream = scene.app.client(Persona::Ps).await;
    upstream.post(&transfer, &[("way", "new")]).await.assert_status(303);
    assert_eq!(scene.app.count("successor_links").await, 1, "a second transfer does nothing");
}

#[tokio::test]
async fn one_refusal_with_its_reason_settles_the_pair() {
    let (scene, agreement) = Scene::consenting().await;
    let consent = format!("{agreement}/consent");
    let receiving = scene.app.client(Persona::OtherPs).await;
    receiving
        .post(&consent, &[("answer", "decline")])
        .await
        .assert_status(422)
        .assert_shows("辞退の理由を選んで");
    receiving.post(&consent, &[("answer", "decline"), ("decline_reason", "other")]).await.assert_status(422);
    receiving.post(&consent, &[("answer", "decline"), ("decline_reason", "budget")]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_agreements WHERE state = 'declined'").await, 1);
    let ps = scene.app.client(Persona::Ps).await;
    ps.post(&consent, &[("answer", "give")]).await.assert_status(422).assert_shows("決着");
    let page = ps.get(&scene.at("consent")).await;
    page.assert_shows("予算を確保できない").assert_shows("辞退");
    page.assert_shows("回答不要").assert_hides("回答待ち");
    let unit = scene.app.client(Persona::Unit).await;
    unit.post(&scene.at("resolving"), &[]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_sessions WHERE state = 'solved'").await, 1);
}

#[tokio::test]
async fn silence_past_the_date_lets_an_agreement_expire() {
    let (scene, agreement) = Scene::consenting().await;
    let ps = scene.app.client(Persona::Ps).await;
    scene.app.clock.advance(Duration::days(10));
    ps.get(&agreement).await.assert_shows("合意待ち");
    scene.app.clock.advance(Duration::days(1));
    ps.get(&agreement).await.assert_shows("期限切れ");
    ps.post(&format!("{agreement}/consent"), &[("answer", "give")]).await.assert_status(422);
    let unit = scene.app.client(Persona::Unit).await;
    unit.get(&scene.at("consent")).await.assert_shows("期限切れとして確定");
    for _ in 0..2 {
        unit.post(&scene.at("consent/expiry"), &[]).await.assert_status(303);
    }
    assert_eq!(scene.app.count("matching_agreements WHERE state = 'expired'").await, 1);
    assert_eq!(scene.app.count("audit_entries WHERE action = 'session.consent.expire'").await, 1);
    unit.post(&scene.at("closing"), &[]).await.assert_status(303);
}

#[tokio::test]
async fn the_unit_runs_sessions_and_others_look() {
    let scene = Scene::prepared().await;
    for persona in [Persona::Ps, Persona::Pd, Persona::Auditor] {
        let client = scene.app.client(persona).await;
        client.get(&scene.at("tasks")).await.assert_status(200).assert_hides("対象課題に加える");
        for page in ["tasks", "slots", "capacities", "rules", "evaluation", "discarding"] {
            client.post(&scene.at(page), &[]).await.assert_status(403);
        }
    }
    for persona in [Persona::Committee, Persona::Observer, Persona::NoRole] {
        scene.app.client(persona).await.get("/matching").await.assert_status(403);
    }
    let unit = scene.app.client(Persona::Unit).await;
    unit.get("/matching/sessions/00000000-0000-7000-8000-00000000dead").await.assert_status(404);
    unit.post(&scene.at("tasks"), &[("q", "program:P3")])
        .await
        .assert_status(422)
        .assert_shows("合う課題はありません");
    unit.post(&scene.at("scores"), &[]).await.assert_status(422).assert_shows("準備");
    let wrong = [("q", "99zz999999"), ("reason", "試し")];
    unit.post(&scene.at("tasks"), &wrong).await.assert_status(422).assert_shows("1件だけ");
    let first = scene.tasks[0].to_string();
    unit.post(&scene.at("tasks/removal"), &[("tasks", &first)]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_session_tasks").await, 2);
    unit.post(&scene.at("discarding"), &[]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_sessions").await, 0);
}

#[tokio::test]
async fn restricted_tasks_stay_unknown_to_those_outside_their_scope() {
    let scene = Scene::draft().await;
    let secret =
        scene.app.task("公表前の課題").phases(&[3]).restricted().years(&[(2026, 1_000_000)]).create().await;
    let unit = scene.app.client(Persona::Unit).await;
    unit.post(&scene.at("tasks"), &[("q", "program:P1 ends:<12m")]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_session_tasks").await, 4);
    let outsider = scene.app.client(Persona::OtherPs).await;
    outsider.get(&scene.at("tasks")).await.assert_hides("公表前の課題").assert_shows("がん抗体医薬");
    outsider.get(&scene.at(&format!("tasks/{secret}"))).await.assert_status(404);
    scene.app.client(Persona::Ps).await.get(&scene.at("tasks")).await.assert_shows("公表前の課題");
}
