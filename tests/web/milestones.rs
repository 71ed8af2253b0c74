//! Milestones: exit strategy, moves with their reasons, acceptance, evidence, waits over programs, timeline, ledger,
//! forecast, indicators, inbox.

use chrono::Duration;
use uuid::Uuid;

use crate::support::{Client, P2, PROJECT_2, Page, Persona, TARO, TestApp};

/// Adds a milestone through the form and returns its id.
async fn add(app: &TestApp, by: &Client, task: Uuid, kind: &str, due_on: &str) -> Uuid {
    let key = Uuid::new_v4().to_string();
    let owner = format!("p:{TARO}");
    let fields = [("key", key.as_str()), ("type", kind), ("due_on", due_on), ("owner", &owner)];
    by.post(&format!("/tasks/{task}/milestones"), &fields).await.assert_status(303);
    sqlx::query_scalar(
        "SELECT id FROM milestones WHERE task_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(task)
    .fetch_one(&app.pool)
    .await
    .unwrap()
}

/// Posts a form of the milestone's page at the version that stands.
async fn act(app: &TestApp, by: &Client, id: Uuid, noun: &str, fields: &[(&str, &str)]) -> Page {
    let version: i32 = sqlx::query_scalar("SELECT version FROM milestones WHERE id = $1")
        .bind(id)
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let (key, version) = (Uuid::new_v4().to_string(), version.to_string());
    let mut all = vec![("key", key.as_str()), ("version", version.as_str())];
    all.extend(fields);
    by.post(&format!("/milestones/{id}/{noun}"), &all).await
}

async fn state(app: &TestApp, id: Uuid) -> String {
    sqlx::query_scalar("SELECT state FROM milestones WHERE id = $1")
        .bind(id)
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

/// Reported by the division and accepted by the PS.
async fn meet(app: &TestApp, id: Uuid, on: &str) {
    let division = app.client(Persona::Division).await;
    act(app, &division, id, "report", &[("met_on", on), ("report_body", "報告書")]).await.assert_status(303);
    let ps = app.client(Persona::Ps).await;
    act(app, &ps, id, "acceptance", &[]).await.assert_status(303);
}

#[tokio::test]
async fn an_exit_strategy_is_written_and_only_the_scope_reads_the_whole() {
    let app = TestApp::start().await;
    let task = app.task("出口のある課題").create().await;
    let division = app.client(Persona::Division).await;
    division
        .get(&format!("/tasks/{task}/milestones"))
        .await
        .assert_status(200)
        .assert_shows("出口戦略はまだありません");
    let fields = [
        ("version", "0"),
        ("product", "難治がんの抗体医薬"),
        ("approval_class", "drug"),
        ("taker_kind", "company"),
        ("taker", "見本製薬"),
        ("data_set", "毒性一式"),
        ("ip", "物質特許"),
        ("competitors", "海外二社"),
    ];
    division.get(&format!("/tasks/{task}/exit-strategy/edit")).await.assert_status(200);
    division.post(&format!("/tasks/{task}/exit-strategy"), &fields).await.assert_status(303);
    let page = division.get(&format!("/tasks/{task}/milestones")).await;
    page.assert_shows("難治がんの抗体医薬").assert_shows("見本製薬").assert_shows("海外二社");
    let other = app.client(Persona::OtherPs).await.get(&format!("/tasks/{task}/milestones")).await;
    other
        .assert_status(200)
        .assert_shows("難治がんの抗体医薬")
        .assert_hides("見本製薬")
        .assert_hides("海外二社");
    division.get(&format!("/tasks/{task}")).await.assert_shows("難治がんの抗体医薬");
    assert_eq!(app.count("audit_entries WHERE action = 'exit_strategy.edit'").await, 1);

    let mut late = fields;
    late[1].1 = "遅れて書いた製品";
    let conflict = division.post(&format!("/tasks/{task}/exit-strategy"), &late).await;
    conflict.assert_status(409).assert_shows("遅れて書いた製品").assert_shows("難治がんの抗体医薬");
    assert_eq!(conflict.attribute("input[name=version]", "value").as_deref(), Some("1"));

    let mut wrong = fields;
    (wrong[0].1, wrong[1].1, wrong[3].1) = ("1", " ", "nobody");
    let refused = division.post(&format!("/tasks/{task}/exit-strategy"), &wrong).await;
    refused.assert_status(422).assert_shows("海外二社").assert_shows("一覧から選んでください");
}

#[tokio::test]
async fn a_due_date_moves_only_with_a_reason_and_stands_in_the_ledger() {
    let app = TestApp::start().await;
    let task = app.task("非臨床の課題").create().await;
    let division = app.client(Persona::Division).await;
    let id = add(&app, &division, task, "drug_glp", "2027-03-31").await;
    let silent = act(&app, &division, id, "due", &[("due_on", "2027-06-30")]).await;
    silent.assert_status(422).assert_shows("一覧から理由を選んでください").assert_shows("2027-06-30");
    let fields =
        [("due_on", "2027-06-30"), ("due_reason", "manufacturing"), ("due_remark", "ロット間差のため")];
    act(&app, &division, id, "due", &fields).await.assert_status(303);
    let page = division.get(&format!("/milestones/{id}")).await;
    page.assert_shows("2027-06-30").assert_shows("+91日").assert_shows("ロット間差のため");
    for path in [
        format!("/milestones/ledger?task={task}"),
        "/milestones/ledger?program=P1".to_owned(),
        "/milestones/ledger?reason=manufacturing".to_owned(),
    ] {
        division.get(&path).await.assert_status(200).assert_shows("期日 2027-03-31 → 2027-06-30");
    }
    let ps: Uuid = sqlx::query_scalar("SELECT id FROM users WHERE email = 'ps@example.jp'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    division.get(&format!("/milestones/ledger?ps={ps}")).await.assert_shows("製造・CMCの遅れ");
    division.get("/milestones/ledger?reason=ip").await.assert_shows("記録がありません");
    // The reason's code is for all who see the task, its words for the scope.
    let other = app.client(Persona::OtherPs).await;
    other
        .get(&format!("/milestones/{id}"))
        .await
        .assert_shows("製造・CMCの遅れ")
        .assert_hides("ロット間差のため");
    let csv = other.get("/milestones/ledger/export?program=P1&format=csv").await;
    csv.assert_status(200).assert_shows("manufacturing").assert_hides("ロット間差のため");
    let xlsx = division.get("/milestones/ledger/export?format=xlsx").await;
    assert!(xlsx.body.starts_with(b"PK"));
}

#[tokio::test]
async fn the_database_refuses_a_move_without_its_line() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let division = app.client(Persona::Division).await;
    let id = add(&app, &division, task, "patent", "2027-03-31").await;
    let moved =
        sqlx::query("UPDATE milestones SET due_on = due_on + 30, version = version + 1 WHERE id = $1")
            .bind(id)
            .execute(&app.pool)
            .await;
    assert!(moved.unwrap_err().to_string().contains("without a reason"));
    act(
        &app,
        &division,
        id,
        "due",
        &[("due_on", "2027-04-30"), ("due_reason", "ip"), ("due_remark", "先行技術")],
    )
    .await
    .assert_status(303);
    let edited = sqlx::query("UPDATE milestone_changes SET reason = 'other'").execute(&app.pool).await;
    assert!(edited.unwrap_err().to_string().contains("append-only"));
    assert!(sqlx::query("DELETE FROM milestone_changes").execute(&app.pool).await.is_err());
}

#[tokio::test]
async fn a_milestone_is_met_when_another_ps_or_po_accepts_the_report() {
    let app = TestApp::start().await;
    let task = app.task("治験の課題").create().await;
    let po = app.client(Persona::Po).await;
    let ps = app.client(Persona::Ps).await;
    let id = add(&app, &po, task, "drug_fih", "2026-09-30").await;
    let bare = act(&app, &po, id, "report", &[("met_on", "2026-10-01")]).await;
    bare.assert_status(422).assert_shows("根拠がありません");
    let future = act(&app, &po, id, "report", &[("met_on", "2026-10-08"), ("report_body", "届出")]).await;
    future.assert_status(422).assert_shows("今日より後の日は達成日にできません").assert_shows("届出");
    assert_eq!(app.count("milestone_evidence").await, 0, "nothing half-written");
    act(&app, &po, id, "report", &[("met_on", "2026-10-01"), ("report_body", "治験届の受理")])
        .await
        .assert_status(303);
    assert_eq!(state(&app, id).await, "planned");
    po.get(&format!("/milestones/{id}")).await.assert_shows("確認待ち").assert_shows("治験届の受理");

    let own = act(&app, &po, id, "acceptance", &[]).await;
    own.assert_status(422).assert_shows("報告した本人は確認できません");
    for persona in [Persona::OtherPs, Persona::Administrator, Persona::Division] {
        act(&app, &app.client(persona).await, id, "acceptance", &[]).await.assert_status(403);
    }
    let inbox = ps.get("/").await.texts(".inbox [data-row-link]");
    assert_eq!(inbox[0], "達成報告の確認待ち：FIH（ヒト初回投与）");
    assert!(!po.get("/").await.text().contains("達成報告の確認待ち"), "not for the one who reported");

    act(&app, &ps, id, "return", &[("return_remark", "受付番号が読めない")]).await.assert_status(303);
    assert_eq!(app.count("milestone_changes WHERE reason = 'returned'").await, 1);
    act(&app, &po, id, "report", &[("met_on", "2026-10-02")]).await.assert_status(303);
    act(&app, &ps, id, "acceptance", &[]).await.assert_status(303);
    assert_eq!(state(&app, id).await, "met");
    ps.get(&format!("/milestones/{id}")).await.assert_shows("2026-10-02").assert_shows("監督 四郎");
    let again =
        act(&app, &po, id, "due", &[("due_on", "2027-01-01"), ("due_reason", "ip"), ("due_remark", "x")])
            .await;
    again.assert_status(422).assert_shows("既に閉じています");
}

#[tokio::test]
async fn the_slower_of_two_movers_is_told_and_a_second_click_does_nothing() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let division = app.client(Persona::Division).await;
    let id = add(&app, &division, task, "patent", "2027-03-31").await;
    let first = [
        ("key", "k1"),
        ("version", "1"),
        ("due_on", "2027-05-31"),
        ("due_reason", "ip"),
        ("due_remark", "先の変更"),
    ];
    let path = format!("/milestones/{id}/due");
    division.post(&path, &first).await.assert_status(303);
    division.post(&path, &first).await.assert_status(303);
    assert_eq!(app.count("milestone_changes").await, 1);
    let late = [
        ("key", "k2"),
        ("version", "1"),
        ("due_on", "2027-08-31"),
        ("due_reason", "staff"),
        ("due_remark", "後の変更"),
    ];
    let page = division.post(&path, &late).await;
    page.assert_status(409).assert_shows("後の変更").assert_shows("2027-05-31").assert_shows("2027-08-31");
    assert_eq!(page.attribute("input[name=version]", "value").as_deref(), Some("2"));

    let edit = [("version", "1"), ("type", "patent"), ("detail", "名前"), ("owner", &format!("p:{TARO}"))];
    division.post(&format!("/milestones/{id}"), &edit).await.assert_status(409).assert_shows("名前");
}

#[tokio::test]
async fn dates_out_of_order_are_refused_at_their_field() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let division = app.client(Persona::Division).await;
    let owner = format!("p:{TARO}");
    let path = format!("/tasks/{task}/milestones");
    for (due_on, said) in [
        ("2025-03-31", "課題の開始日（2025-04-01）より前です"),
        ("来年", "日付として読めません"),
        ("", "日付を入力してください"),
    ] {
        let fields = [
            ("key", "k"),
            ("type", "patent"),
            ("detail", "打った内容"),
            ("due_on", due_on),
            ("owner", &owner),
        ];
        let page = division.post(&path, &fields).await;
        page.assert_status(422).assert_shows(said).assert_shows("打った内容");
    }
    let wrong = [("key", "k"), ("type", "nothing"), ("due_on", "2027-01-01"), ("owner", "u:1")];
    division.post(&path, &wrong).await.assert_status(422).assert_shows("一覧から選んでください");
    assert_eq!(app.count("milestones").await, 0);

    let first = add(&app, &division, task, "drug_glp", "2027-03-31").await;
    let second = add(&app, &division, task, "drug_ctn", "2027-06-30").await;
    let fields = [("needs", first.to_string()), ("lag_days", "60".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    act(&app, &division, second, "waits", &fields).await.assert_status(303);
    let early = [("due_on", "2027-04-30"), ("due_reason", "earlier"), ("due_remark", "早める")];
    let page = act(&app, &division, second, "due", &early).await;
    page.assert_status(422).assert_shows("2027-05-30より前にはできません").assert_shows("早める");
    let missed = [("close_state", "missed"), ("close_reason", "not_achieved"), ("close_remark", "未達")];
    act(&app, &division, second, "closing", &missed)
        .await
        .assert_status(422)
        .assert_shows("期日前のマイルストーンは未達にできません");
}

#[tokio::test]
async fn a_slip_shows_on_everything_that_waits_for_it_over_programs() {
    let app = TestApp::start().await;
    let basic = app.task("基礎の課題").create().await;
    let next = app.task("次の事業の課題").program(P2, PROJECT_2).create().await;
    let admin = app.client(Persona::Administrator).await;
    let glp = add(&app, &admin, basic, "drug_glp", "2026-12-31").await;
    let ctn = add(&app, &admin, next, "drug_ctn", "2027-02-28").await;
    let fih = add(&app, &admin, next, "drug_fih", "2027-12-31").await;
    let page = admin.get(&format!("/milestones/{ctn}?find=基礎")).await;
    assert!(
        page.texts("select[name=needs] option").iter().any(|o| o.contains("基礎の課題")),
        "found in another task"
    );
    for (id, needs) in [(ctn, glp), (fih, ctn)] {
        act(&app, &admin, id, "waits", &[("needs", &needs.to_string())]).await.assert_status(303);
    }
    act(&app, &admin, glp, "waits", &[("needs", &fih.to_string())])
        .await
        .assert_status(422)
        .assert_shows("より前にはできません");
    let slip = [("due_on", "2027-05-31"), ("due_reason", "result"), ("due_remark", "追加試験")];
    act(&app, &admin, glp, "due", &slip).await.assert_status(303);
    let page = admin.get(&format!("/milestones/{ctn}")).await;
    page.assert_shows("遅れの見込み +92日").assert_shows("合意した期日から151日の遅れ。92日不足");
    admin.get(&format!("/milestones/{fih}")).await.assert_shows("余裕 214日");
    let source = admin.get(&format!("/milestones/{glp}")).await;
    source
        .assert_shows("これを待つマイルストーン")
        .assert_shows("期日に92日遅れる見込み")
        .assert_shows("FIH");
    admin
        .get(&format!("/tasks/{next}/milestones"))
        .await
        .assert_shows("遅れの見込み +92日")
        .assert_shows("待ち：GLP安全性試験の完了");
    let pushed = admin.get("/milestones?show=pushed").await;
    pushed.assert_shows("治験計画届の提出");
    assert_eq!(pushed.texts("tbody [data-row-link]").len(), 1, "the last one still has time");
    // Whoever plans it anew has seen the slip.
    let replan = [("due_on", "2027-06-30"), ("due_reason", "predecessor"), ("due_remark", "合わせる")];
    act(&app, &admin, ctn, "due", &replan).await.assert_status(303);
    admin.get(&format!("/milestones/{ctn}")).await.assert_hides("遅れの見込み").assert_shows("余裕 30日");
    let drop = [("close_state", "dropped"), ("close_reason", "stopped"), ("close_remark", "中止")];
    act(&app, &admin, glp, "closing", &drop).await.assert_status(303);
    admin.get(&format!("/milestones/{ctn}")).await.assert_shows("待ち先が未達・取りやめ");
    admin.get(&format!("/milestones/{fih}")).await.assert_shows("待ち先が未達・取りやめ");
    let blocked = admin.get("/milestones?show=pushed").await.texts("tbody [data-row-link]");
    assert_eq!(blocked.len(), 2, "through the one between, too: {blocked:?}");
    admin.get("/milestones/timeline?open=none").await.assert_shows("見込み2");
}

#[tokio::test]
async fn milestones_cannot_wait_for_each_other() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let admin = app.client(Persona::Administrator).await;
    let due = "2027-03-31";
    let a = add(&app, &admin, task, "patent", due).await;
    let b = add(&app, &admin, task, "pmda", due).await;
    let c = add(&app, &admin, task, "partner", due).await;
    for (id, needs) in [(b, a), (c, b)] {
        act(&app, &admin, id, "waits", &[("needs", &needs.to_string())]).await.assert_status(303);
    }
    for (id, needs) in [(a, c), (a, a)] {
        let page = act(&app, &admin, id, "waits", &[("needs", &needs.to_string())]).await;
        page.assert_status(422).assert_shows("互いに待ち合うことになります");
    }
    act(&app, &admin, c, "waits/removal", &[("needs", &b.to_string())]).await.assert_status(303);
    act(&app, &admin, a, "waits", &[("needs", &c.to_string())]).await.assert_status(303);
}

#[tokio::test]
async fn two_waits_added_at_once_never_close_a_cycle() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let admin = app.client(Persona::Administrator).await;
    let mut ids = Vec::new();
    for kind in ["patent", "pmda", "partner", "licence", "dataset", "jrct"] {
        ids.push(add(&app, &admin, task, kind, "2027-03-31").await);
    }
    let pair = |from: Uuid, to: Uuid| {
        let pool = app.pool.clone();
        async move {
            sqlx::query(
                "INSERT INTO milestone_dependencies (milestone_id, needs_id, agreed_due_on) VALUES ($1, $2, '2027-03-31')",
            )
            .bind(from)
            .bind(to)
            .execute(&pool)
            .await
            .is_ok()
        }
    };
    let (one, two, three) = tokio::join!(pair(ids[0], ids[1]), pair(ids[1], ids[2]), pair(ids[2], ids[0]));
    assert_eq!([one, two, three].into_iter().filter(|ok| *ok).count(), 2, "one of the three is refused");
}

#[tokio::test]
async fn evidence_is_checked_kept_and_read_by_the_scope_only() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let po = app.client(Persona::Po).await;
    let id = add(&app, &po, task, "drug_glp", "2027-03-31").await;
    let path = format!("/milestones/{id}/evidence");
    let words = [("key", "k1"), ("body", "試験報告書"), ("url", "")];
    po.upload(&path, &words, "報告.pdf", b"%PDF-1.7 body").await.assert_status(303);
    po.upload(&path, &words, "報告.pdf", b"%PDF-1.7 body").await.assert_status(303);
    assert_eq!(app.count("milestone_evidence WHERE kind = 'file'").await, 1, "once per key");
    for (name, bytes, said) in [
        ("virus.exe", b"MZ".to_vec(), "受け付けるのはPDF"),
        ("嘘.pdf", b"<html>".to_vec(), "中身が拡張子"),
        ("大.pdf", [b"%PDF-".to_vec(), vec![0; 10 << 20]].concat(), "10MBを超えています"),
    ] {
        let page =
            po.upload(&path, &[("key", "k2"), ("body", "打った説明"), ("url", "")], name, &bytes).await;
        page.assert_status(422).assert_shows(said).assert_shows("打った説明");
    }
    let link = [("key", "k3"), ("body", "登録"), ("url", "javascript:alert(1)")];
    po.upload(&path, &link, "", b"").await.assert_status(422).assert_shows("https://");
    let link = [("key", "k3"), ("body", "登録"), ("url", "https://jrct.example.jp/1")];
    po.upload(&path, &link, "", b"").await.assert_status(303);
    assert_eq!(app.count("milestone_evidence").await, 2);

    let file: Uuid = sqlx::query_scalar("SELECT id FROM milestone_evidence WHERE kind = 'file'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let got = po.get(&format!("/milestones/evidence/{file}")).await;
    assert_eq!(got.body, b"%PDF-1.7 body");
    assert!(got.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    for persona in [Persona::OtherPs, Persona::Committee] {
        app.client(persona).await.get(&format!("/milestones/evidence/{file}")).await.assert_status(404);
    }
    let other = app.client(Persona::OtherPs).await.get(&format!("/milestones/{id}")).await;
    other.assert_hides("試験報告書").assert_shows("担当範囲の関係者だけ");
    po.post(&format!("/milestones/evidence/{file}/withdrawal"), &[]).await.assert_status(303);
    po.get(&format!("/milestones/{id}")).await.assert_shows("取下げ");
    meet(&app, id, "2026-10-01").await;
    let link: Uuid = sqlx::query_scalar("SELECT id FROM milestone_evidence WHERE kind = 'link'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    po.post(&format!("/milestones/evidence/{link}/withdrawal"), &[]).await.assert_status(422);
}

#[tokio::test]
async fn milestones_are_known_to_those_who_know_the_task_and_changed_by_its_keepers() {
    let app = TestApp::start().await;
    let task = app.task("公表前の課題").program(P2, PROJECT_2).restricted().create().await;
    let admin = app.client(Persona::Administrator).await;
    let id = add(&app, &admin, task, "patent", "2026-09-30").await;
    for persona in [Persona::Ps, Persona::Dc, Persona::Observer, Persona::Committee, Persona::NoRole] {
        let client = app.client(persona).await;
        client.get(&format!("/milestones/{id}")).await.assert_status(404);
        client.get(&format!("/tasks/{task}/milestones")).await.assert_status(404);
        client.get(&format!("/milestones/ledger?task={task}")).await.assert_status(404);
        for path in ["/milestones?show=all", "/milestones/timeline?open=all", "/milestones/ledger"] {
            client
                .get(path)
                .await
                .assert_status(200)
                .assert_hides("公表前の課題")
                .assert_hides("特許の出願　");
        }
    }
    let open = app.task("公表済みの課題").program(P2, PROJECT_2).create().await;
    let id = add(&app, &admin, open, "patent", "2026-09-30").await;
    let ps = app.client(Persona::Ps).await;
    let seen = ps.get(&format!("/milestones/{id}")).await;
    seen.assert_status(200).assert_hides("期日を変更").assert_hides("/edit");
    let fields = [("due_on", "2027-01-01"), ("due_reason", "ip"), ("due_remark", "x")];
    act(&app, &ps, id, "due", &fields).await.assert_status(403);
    ps.get(&format!("/tasks/{open}/milestones/new")).await.assert_status(403);
    app.client(Persona::Auditor)
        .await
        .get(&format!("/milestones/{id}"))
        .await
        .assert_status(200)
        .assert_hides("期日を変更");
    ps.get(&format!("/milestones/{}", Uuid::now_v7())).await.assert_status(404);
}

#[tokio::test]
async fn the_timeline_is_collapsed_by_program_and_opens_in_place() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let task = app.task("線表の課題").diseases(&[41]).create().await;
    app.task("別事業の課題").program(P2, PROJECT_2).create().await;
    let id = add(&app, &admin, task, "patent", "2026-09-30").await;
    let closed = admin.get("/milestones/timeline?open=none").await;
    closed.assert_status(200).assert_shows("program-P1").assert_hides("線表の課題").assert_shows("遅延1");
    let open = admin.get("/milestones/timeline?open=P1").await;
    open.assert_shows("線表の課題")
        .assert_shows(&format!("/milestones/{id}"))
        .assert_hides("別事業の課題")
        .assert_shows("本日");
    assert!(open.texts("svg .year-label").contains(&"R8".to_owned()));
    for path in ["?program=P1", "?project=3-1", "?disease=cancer"] {
        let page = admin.get(&format!("/milestones/timeline{path}")).await;
        page.assert_status(200).assert_shows("線表の課題").assert_hides("別事業の課題");
    }
    for path in ["?program=P9", "?project=9-9", "?disease=none"] {
        admin.get(&format!("/milestones/timeline{path}")).await.assert_status(404);
    }
    admin
        .get("/milestones/timeline?year=H20")
        .await
        .assert_status(200)
        .assert_shows("この条件の課題がありません");
    let task_page =
        app.client(Persona::Unit).await.in_english().get(&format!("/tasks/{task}/milestones")).await;
    task_page.assert_status(200).assert_shows("Late by 7 d").assert_shows("Patent filed");
}

#[tokio::test]
async fn forecasts_show_their_count_and_say_when_it_is_small() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let task = app.task("実績の課題").create().await;
    for n in 0..10 {
        let id = add(&app, &admin, task, "patent", "2026-06-30").await;
        meet(&app, id, &format!("2026-08-{:02}", 10 + n)).await;
    }
    let pmda = add(&app, &admin, task, "pmda", "2026-06-30").await;
    meet(&app, pmda, "2026-07-30").await;
    let next = add(&app, &admin, task, "patent", "2027-06-30").await;
    let page = admin.get(&format!("/milestones/{next}")).await;
    page.assert_shows("実績10件：中央値 +45日").assert_hides("目安になりません").assert_shows("2027-06-30");
    let few = add(&app, &admin, task, "pmda", "2027-06-30").await;
    admin
        .get(&format!("/milestones/{few}"))
        .await
        .assert_shows("実績1件")
        .assert_shows("10件未満のため目安になりません");
    let none = add(&app, &admin, task, "launch", "2028-06-30").await;
    admin.get(&format!("/milestones/{none}")).await.assert_shows("0件");
    let table = admin.get("/milestones/forecast").await;
    table
        .assert_shows("件数の少ないモダリティも表示")
        .assert_shows("件数が少ない")
        .assert_shows("/milestones?show=met&amp;type=patent".replace("&amp;", "&#38;").as_str());
    assert_eq!(admin.get("/milestones?show=met&type=patent").await.texts("tbody tr").len(), 10);
}

#[tokio::test]
async fn a_task_reaches_a_trial_once_by_its_first_accepted_milestone() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let task = app.task("治験に至った課題").years(&[(2024, 1), (2025, 1), (2026, 1)]).create().await;
    let fih = add(&app, &admin, task, "drug_fih", "2026-03-31").await;
    let trial = add(&app, &admin, task, "drug_trial", "2026-09-30").await;
    meet(&app, fih, "2026-03-31").await;
    meet(&app, trial, "2026-09-30").await;
    let waiting = app.task("報告だけの課題").create().await;
    let reported = add(&app, &admin, waiting, "drug_fih", "2026-09-30").await;
    act(&app, &admin, reported, "report", &[("met_on", "2026-09-01"), ("report_body", "届")])
        .await
        .assert_status(303);
    let page = admin.get("/indicators?show=trial&year=R7").await;
    page.assert_shows("治験に至った課題")
        .assert_shows(&format!("/milestones/{fih}"))
        .assert_hides("報告だけの課題");
    admin.get("/indicators?show=trial&year=R8").await.assert_shows("記録がありません");
}

#[tokio::test]
async fn late_milestones_stand_in_the_inbox_of_those_who_keep_them() {
    let app = TestApp::start().await;
    let task = app.task("課題").create().await;
    let division = app.client(Persona::Division).await;
    add(&app, &division, task, "patent", "2026-10-07").await;
    assert!(!division.get("/").await.text().contains("期日を過ぎた"), "due today is in time");
    app.clock.advance(Duration::days(1));
    let page = division.get("/").await;
    page.assert_shows("見本がん医療実用化研究事業：期日を過ぎたマイルストーン 1件");
    app.client(Persona::OtherPs).await.get("/").await.assert_hides("期日を過ぎた");
    division.get("/milestones").await.assert_shows("遅延 1日");
    division.get(&format!("/tasks/{task}")).await.assert_shows("遅延 1日");
}

#[tokio::test]
async fn administrators_keep_the_types() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    admin.get("/admin/milestone-types").await.assert_status(200).assert_shows("FIH（ヒト初回投与）");
    let fields = [
        ("key", "k"),
        ("type_set", "general"),
        ("code", "press_release"),
        ("name_ja", "記者発表"),
        ("name_en", "Press release"),
        ("position", "200"),
    ];
    admin.post("/admin/milestone-types", &fields).await.assert_status(303);
    let mut twice = fields;
    twice[0].1 = "k2";
    admin
        .post("/admin/milestone-types", &twice)
        .await
        .assert_status(422)
        .assert_shows("このコードは既にあります");
    let task = app.task("課題").create().await;
    admin.get(&format!("/tasks/{task}/milestones/new")).await.assert_shows("記者発表");
    let id: i16 = sqlx::query_scalar("SELECT id FROM milestone_types WHERE code = 'press_release'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let retire = [
        ("version", "1"),
        ("type_set", "general"),
        ("name_ja", "記者発表"),
        ("name_en", "Press release"),
        ("position", "200"),
        ("retired", "true"),
    ];
    admin.post(&format!("/admin/milestone-types/{id}"), &retire).await.assert_status(303);
    admin.get(&format!("/tasks/{task}/milestones/new")).await.assert_hides("記者発表");
    admin.post(&format!("/admin/milestone-types/{id}"), &retire).await.assert_status(409);
    app.client(Persona::Auditor).await.get("/admin/milestone-types").await.assert_status(200);
    app.client(Persona::Ps).await.get("/admin/milestone-types").await.assert_status(403);
}

#[tokio::test]
async fn pages_of_milestones_open_in_both_languages_and_empty() {
    let app = TestApp::start().await;
    for path in ["/milestones", "/milestones/timeline", "/milestones/ledger", "/milestones/forecast"] {
        for persona in [Persona::Unit, Persona::Committee, Persona::NoRole] {
            app.client(persona).await.get(path).await.assert_status(200);
            app.client(persona).await.in_english().get(path).await.assert_status(200);
        }
        assert!(app.client(Persona::Stranger).await.get(path).await.location().starts_with("/sign-in"));
    }
}

#[tokio::test]
async fn an_import_is_not_undone_over_milestones_recorded_since() {
    let app = TestApp::start().await;
    let task = app.task("取り込んだ課題").create().await;
    let batch = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO import_batches (id, kind, file_name, file_hash, state, created_at, applied_at)
         VALUES ($1, 'tasks', 'a.csv', '\\x00', 'applied', now(), now())",
    )
    .bind(batch)
    .execute(&app.pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO import_changes (batch_id, position, kind, subject_id, version_after)
         SELECT $1, 1, 'task_new', id, version FROM tasks WHERE id = $2",
    )
    .bind(batch)
    .bind(task)
    .execute(&app.pool)
    .await
    .unwrap();
    let admin = app.client(Persona::Administrator).await;
    add(&app, &admin, task, "patent", "2027-03-31").await;
    let page = admin.post(&format!("/imports/{batch}/undo"), &[]).await;
    page.assert_status(422).assert_shows("取り込んだ課題");
    assert_eq!(app.count("milestones").await, 1);
}
