//! The way from a due gate to a closed meeting.

use super::*;

#[tokio::test]
async fn a_due_gate_goes_from_the_calendar_to_a_decision() {
    let c = Committee::composed(&["一番の課題", "二番の課題"], 3).await;
    c.unit.get("/gates/calendar?months=24&all=1").await.assert_status(200).assert_shows("一番の課題");
    c.unit.get(&c.meeting).await.assert_status(200).assert_shows("一番の課題").assert_shows("採点を開始");
    c.unit.get(&c.step("committee?per_item=2")).await.assert_status(200).assert_shows("割当を提案しています");
    let page = c.unit.get(&c.step("readiness")).await;
    page.assert_status(200).assert_shows("動く人").assert_shows("研究代表者 見本 太郎");

    // The order is changed by its buttons, and the members say whether they are in conflict.
    c.unit.post(&format!("{}/position", c.review(1)), &[("to", "up")]).await.assert_status(303);
    assert_eq!(c.app.count(&format!("gate_reviews WHERE position = 1 AND id = '{}'", c.reviews[1])).await, 1);
    let chair = &c.members[0].client;
    chair.get("/").await.assert_shows("利益相反が未申告");
    let (first, second) = (c.reviews[0].to_string(), c.reviews[1].to_string());
    let fields = [
        ("key", "s"),
        ("review", first.as_str()),
        ("relation", "none"),
        ("remark", ""),
        ("review", second.as_str()),
        ("relation", "none"),
        ("remark", ""),
    ];
    chair.post(&c.step("statements"), &fields).await.assert_status(303);
    assert_eq!(c.app.count("gate_statements").await, 2);

    c.manage("opening", &[]).await.assert_status(303);
    chair.get(&c.meeting).await.assert_status(200).assert_shows("採点を続ける").assert_shows("未採点");
    for member in &c.members {
        for review in &c.reviews {
            c.submit(member, *review, 8, "良好").await.assert_status(303);
        }
    }
    c.chair().get("/").await.assert_shows("全員の採点が完了");
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    c.chair().get(&c.step("results")).await.assert_status(200).assert_shows("8.0").assert_shows("平均的");
    c.chair().get(&c.step("results.csv")).await.assert_status(200).assert_shows("一番の課題");
    let page = c.chair().get(&c.review(0)).await;
    page.assert_status(200).assert_shows("総合評価の平均が6点以上ならGO").assert_shows("投票する");

    c.all_vote(0, "go").await;
    c.all_vote(1, "no_go").await;
    c.chair().get(&format!("{}/decision", c.review(0))).await.assert_status(200).assert_shows("投票 3/3");
    c.go(0).await.assert_status(303);
    let page = c.chair().get(&c.review(0)).await;
    page.assert_shows("継続を可とする。").assert_shows("対象委員3名、投票3名、賛成3名");

    // A NO-GO needs to say what becomes of the results; what was typed is kept.
    let no_go = format!("{}/decision", c.review(1));
    let page = c.chair().post(&no_go, &[("outcome", "no_go"), ("statement", "中止とする。")]).await;
    page.assert_status(422).assert_shows("成果の取扱いを記入してください").assert_shows("中止とする。");
    let fields = [
        ("outcome", "no_go"),
        ("statement", "中止とする。"),
        ("disposition_kind", "other_program"),
        ("disposition_text", "基盤事業での活用を検討する。"),
    ];
    c.chair().post(&no_go, &fields).await.assert_status(303);
    assert_eq!(c.app.count("gate_dispositions WHERE kind = 'other_program'").await, 1);
    c.chair().post(&c.step("closing"), &[]).await.assert_status(303);

    // The task's page tells the staff what was decided; the chain of the audit holds.
    let task = format!("/tasks/{}", c.tasks[1]);
    c.app.client(Persona::Ps).await.get(&task).await.assert_shows("NO-GO").assert_shows("中止とする。");
    for action in [
        "gate.meeting.compose",
        "gate.meeting.open",
        "gate.sheet.submit",
        "gate.meeting.reveal",
        "gate.vote",
        "gate.decide",
        "gate.meeting.close",
    ] {
        assert!(c.app.count(&format!("audit_entries WHERE action = '{action}'")).await > 0, "{action}");
    }
    assert!(matches!(
        nakadachi::audit::verify(&c.app.pool).await.unwrap(),
        nakadachi::audit::Verified::Intact { .. }
    ));
    execute(&c.app, "ALTER TABLE audit_entries DISABLE TRIGGER ALL; UPDATE audit_entries SET details = '{}' WHERE action = 'gate.decide'").await;
    assert!(matches!(
        nakadachi::audit::verify(&c.app.pool).await.unwrap(),
        nakadachi::audit::Verified::Broken { .. }
    ));
}

#[tokio::test]
async fn a_meeting_is_fixed_once_scoring_is_open() {
    let c = Committee::scoring(&["課題"], 3).await;
    let outsider = member(&c.app, 50).await;
    let id = outsider.id.to_string();
    c.manage("seats", &[("user", &id), ("role", "member")]).await.assert_status(422);
    let version = "UPDATE gate_reviews SET template_version_id = (SELECT v.id FROM gate_template_versions v JOIN gate_templates p ON p.id = v.template_id WHERE p.code = 'ex-post')";
    let refused = sqlx::query(version).execute(&c.app.pool).await.unwrap_err();
    assert_eq!(nakadachi::db::constraint(&refused), Some("gate_reviews_weights_frozen"));
    // Scoring does not open without a chair, nor does anybody but the chair reveal.
    c.members[1].client.post(&c.step("reveal"), &[]).await.assert_status(403);
    c.unit.post(&c.step("reveal"), &[]).await.assert_status(403);
    outsider.client.get(&c.meeting).await.assert_status(404);
}

#[tokio::test]
async fn what_does_not_fit_in_a_meeting_is_kept_and_named() {
    let c = Committee::composed(&["課題"], 3).await;
    let form = [
        ("key", "x"),
        ("name_ja", "二つ目の会議"),
        ("held_on", "10月"),
        ("held_time", "13:00"),
        ("tasks", "zz999\nab1234500"),
        ("template", "mid-term"),
        ("minutes", "999"),
    ];
    let page = c.unit.post("/gates/meetings", &form).await;
    page.assert_status(422)
        .assert_shows("二つ目の会議")
        .assert_shows("zz999")
        .assert_shows("2026-10-07 の形");
    page.assert_shows("1～240の整数");
    let form = [
        ("key", "y"),
        ("name_ja", "二つ目の会議"),
        ("held_on", "2026-10-21"),
        ("held_time", "13:00"),
        ("tasks", "ab1234500"),
        ("template", "mid-term"),
    ];
    let page = c.unit.post("/gates/meetings", &form).await;
    page.assert_status(422).assert_shows("ほかの会議の議題になっています");
    assert_eq!(c.app.count("gate_meetings").await, 1);
}

#[tokio::test]
async fn the_gate_that_was_ticked_is_the_gate_that_is_judged() {
    let c = Committee::composed(&["先に組んだ課題"], 1).await;
    let task = c.app.task("二つのゲートの課題").create().await;
    execute(&c.app, &format!("UPDATE tasks SET stable_number = 'cd7654321' WHERE id = '{task}'")).await;
    let page = c.unit.get(&format!("/gates/meetings/new?task={task}:ex-post")).await;
    assert_eq!(page.texts("#tasks").join("").trim(), "cd7654321:ex-post");
    let form = |tasks: &'static str| {
        [
            ("key", tasks),
            ("name_ja", "会議"),
            ("held_on", "2026-12-01"),
            ("held_time", "10:00"),
            ("tasks", tasks),
        ]
    };
    let page = c.unit.post("/gates/meetings", &form("cd7654321:no-such-gate")).await;
    page.assert_status(422).assert_shows("「no-such-gate」というゲートの種類はありません");
    c.unit.post("/gates/meetings", &form("cd7654321：ex-post")).await.assert_status(303);
    let sql =
        "SELECT p.code FROM gate_reviews r JOIN gate_template_versions v ON v.id = r.template_version_id
               JOIN gate_templates p ON p.id = v.template_id WHERE r.task_id = $1";
    let code: String = sqlx::query_scalar(sql).bind(task).fetch_one(&c.app.pool).await.unwrap();
    assert_eq!(code, "ex-post");
}

#[tokio::test]
async fn a_mistake_in_the_name_is_no_mistake_in_the_tasks() {
    let c = Committee::composed(&["先に組んだ課題"], 1).await;
    let task = c.app.task("事業課の課題").create().await;
    execute(&c.app, &format!("UPDATE tasks SET stable_number = 'cd7654321' WHERE id = '{task}'")).await;
    let division = c.app.client(Persona::Division).await;
    let form = [
        ("key", "k"),
        ("name_ja", ""),
        ("program", "P1"),
        ("held_on", "2026-12-01"),
        ("held_time", "10:00"),
        ("tasks", "cd7654321:mid-term"),
    ];
    let page = division.post("/gates/meetings", &form).await;
    page.assert_status(422).assert_hides("議題にできない課題があります");
    assert_eq!(page.attributes("[data-form-errors] a", "href"), ["#name_ja"]);
}

#[tokio::test]
async fn minutes_tell_who_stayed_by_waiver_and_what_was_withdrawn() {
    let c = Committee::composed(&["審議の課題", "取り下げの課題"], 4).await;
    let form = [("key", "a"), ("relation", "mentor"), ("target", "person"), ("name", "見本 太郎")];
    c.members[3].client.post("/conflicts", &form).await.assert_status(303);
    let member = c.members[3].id.to_string();
    let waive = [("user", member.as_str()), ("resolution", "waive"), ("reason", "二十年前の関係のため")];
    for n in 0..2 {
        c.chair().post(&format!("{}/resolutions", c.review(n)), &waive).await.assert_status(303);
    }
    let reason = [("withdrawal", "代表者の異動のため")];
    c.unit.post(&format!("{}/withdrawal", c.review(1)), &reason).await.assert_status(303);
    let full = c.unit.get(&c.step("minutes")).await;
    full.assert_status(200).assert_shows("免除（利益相反）").assert_shows("二十年前の関係のため");
    full.assert_shows("議題から取り下げ").assert_shows("代表者の異動のため").assert_shows("1件");
    let public = c.unit.get(&c.step("minutes?audience=public")).await;
    public
        .assert_shows("議題から取り下げ")
        .assert_hides("代表者の異動のため")
        .assert_hides("二十年前の関係のため");
}
