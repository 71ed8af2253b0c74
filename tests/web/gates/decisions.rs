//! Quorum, follow-ups, waiting, conditions, reopening.

use super::*;

const GO: [(&str, &str); 2] = [("outcome", "go"), ("statement", "可とする。")];

#[tokio::test]
async fn no_decision_without_a_quorum_of_unconflicted_votes() {
    let c = Committee::revealed(&["課題"], 5, 8).await;
    let path = format!("{}/decision", c.review(0));
    for n in 0..2 {
        c.vote(n, 0, "go").await.assert_status(303);
    }
    c.chair().post(&path, &GO).await.assert_status(422).assert_shows("定足数").assert_shows("可とする。");
    c.vote(2, 0, "no_go").await.assert_status(303);
    // Three of five are a quorum, two of three carry it. Then one of them turns out to be in conflict.
    let form = [("key", "c"), ("relation", "family"), ("target", "person"), ("name", "見本 太郎")];
    c.members[1].client.post("/conflicts", &form).await.assert_status(303);
    c.chair().post(&path, &GO).await.assert_status(422).assert_shows("定足数");
    c.vote(3, 0, "go").await.assert_status(303);
    c.members[2].client.post(&path, &GO).await.assert_status(403);
    c.chair().post(&path, &GO).await.assert_status(303);
    c.vote(4, 0, "go").await.assert_status(422);
    c.chair().get(&c.review(0)).await.assert_shows("対象委員4名、投票3名、賛成2名");
}

#[tokio::test]
async fn the_database_lets_no_decision_through_behind_the_program() {
    let c = Committee::revealed(&["課題"], 3, 8).await;
    let insert = "INSERT INTO gate_decisions (id, review_id, task_id, outcome, how, statement, eligible, present, in_favour, decided_by, decided_at)
                  VALUES (gen_random_uuid(), $1, $2, $3, 'vote', 'x', 3, 3, 3, $4, now())";
    let attempt = async |outcome: &str, by: usize| {
        let done = sqlx::query(insert)
            .bind(c.reviews[0])
            .bind(c.tasks[0])
            .bind(outcome)
            .bind(c.members[by].id)
            .execute(&c.app.pool)
            .await;
        done.err().map(|e| nakadachi::db::constraint(&e).unwrap_or("?").to_owned())
    };
    assert_eq!(attempt("go", 0).await.as_deref(), Some("gate_decisions_need_quorum"));
    c.all_vote(0, "conditional_go").await;
    assert_eq!(attempt("go", 0).await.as_deref(), Some("gate_decisions_need_quorum"));
    assert_eq!(attempt("conditional_go", 1).await.as_deref(), Some("gate_decisions_by_chair"));
    assert_eq!(attempt("conditional_go", 0).await.as_deref(), Some("gate_decisions_have_conditions"));
    c.all_vote(0, "go").await;
    assert_eq!(attempt("go", 0).await, None);
    assert_eq!(attempt("go", 0).await.as_deref(), Some("gate_decisions_one_per_review"));
    for sql in ["UPDATE gate_decisions SET outcome = 'no_go'", "DELETE FROM gate_decisions"] {
        let refused = sqlx::query(sql).execute(&c.app.pool).await.unwrap_err();
        assert_eq!(nakadachi::db::constraint(&refused), Some("gate_decisions_immutable"), "{sql}");
    }
}

#[tokio::test]
async fn an_open_condition_blocks_the_next_gate_until_its_closer_closes_it() {
    let c = Committee::revealed(&["条件の課題"], 3, 6).await;
    c.all_vote(0, "conditional_go").await;
    let path = format!("{}/decision", c.review(0));
    let incomplete = [
        ("outcome", "conditional_go"),
        ("statement", "条件付きで可とする。"),
        ("condition_text", "安全性試験を完了する"),
        ("condition_needed", ""),
        ("condition_due", "2026-01-01"),
        ("condition_closer", "?"),
    ];
    let page = c.chair().post(&path, &incomplete).await;
    page.assert_status(422)
        .assert_shows("安全性試験を完了する")
        .assert_shows("明日以後")
        .assert_shows("確認者を選んでください");
    let complete = [
        ("outcome", "conditional_go"),
        ("statement", "条件付きで可とする。"),
        ("condition_text", "安全性試験を完了する"),
        ("condition_needed", "最終報告書"),
        ("condition_due", "2027-03-31"),
        ("condition_closer", Committee::closer()),
    ];
    c.chair().post(&path, &complete).await.assert_status(303);

    // The next gate: the same task, another template. It can be listed, but neither scored nor decided.
    let form = [
        ("key", "next"),
        ("name_ja", "次の会議"),
        ("held_on", "2026-12-01"),
        ("held_time", "10:00"),
        ("tasks", "ab1234500"),
        ("template", "ex-post"),
    ];
    let next = c.unit.post("/gates/meetings", &form).await.location();
    let ids: Vec<String> = c.members.iter().map(|m| m.id.to_string()).collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("user", id.as_str())).collect();
    fields.push(("role", "member"));
    c.unit.post(&format!("{next}/seats"), &fields).await.assert_status(303);
    c.unit
        .post(&format!("{next}/seats/role"), &[("user", &ids[0]), ("role", "chair")])
        .await
        .assert_status(303);
    c.unit.post(&format!("{next}/opening"), &[]).await.assert_status(303);
    c.chair().get(&next).await.assert_shows("前ゲートの条件未了");
    let review: Uuid = sqlx::query_scalar("SELECT r.id FROM gate_reviews r WHERE r.id <> $1")
        .bind(c.reviews[0])
        .fetch_one(&c.app.pool)
        .await
        .unwrap();
    let sheet = format!("/gates/reviews/{review}/sheet");
    let item: Uuid = sqlx::query_scalar("SELECT i.id FROM gate_template_items i JOIN gate_reviews r ON r.template_version_id = i.version_id WHERE r.id = $1 LIMIT 1").bind(review).fetch_one(&c.app.pool).await.unwrap();
    let draft = [
        ("version".to_owned(), "0".to_owned()),
        (format!("score-{item}"), "7".to_owned()),
        ("do".to_owned(), "save".to_owned()),
    ];
    post(c.chair(), &sheet, &draft).await.assert_status(422).assert_shows("前のゲートの条件が未了");

    // Evidence first, then the named closer and nobody else.
    let condition: Uuid =
        sqlx::query_scalar("SELECT id FROM gate_conditions").fetch_one(&c.app.pool).await.unwrap();
    let (ps, po) = (c.app.client(Persona::Ps).await, c.app.client(Persona::Po).await);
    ps.get("/gates/conditions").await.assert_status(200).assert_shows("安全性試験を完了する");
    let close = format!("/gates/conditions/{condition}/closing");
    ps.post(&close, &[]).await.assert_status(422).assert_shows("根拠となる資料");
    let give = format!("/gates/conditions/{condition}/evidence");
    let wrong = [("key", "g"), ("note", "最終報告書 第3版"), ("url", "javascript:x")];
    let page = po.upload(&give, &wrong, "報告.exe", b"MZ").await;
    page.assert_status(422)
        .assert_shows("最終報告書 第3版")
        .assert_shows("https://")
        .assert_shows("受け付けるのはPDF");
    assert_eq!(
        c.app.count("gate_conditions WHERE evidence IS NOT NULL").await + c.app.count("attached_files").await,
        0
    );
    let right = [("key", "g"), ("note", "最終報告書 第3版")];
    po.upload(&give, &right, "最終報告書.pdf", b"%PDF-1.7 the report").await.assert_status(303);
    let page = ps.get(&c.review(0)).await;
    page.assert_shows("最終報告書 第3版");
    let file = page.attribute("a[href^='/gates/evidence/']", "href").unwrap();
    assert_eq!(ps.get(&file).await.body, b"%PDF-1.7 the report");
    c.app.client(Persona::OtherPs).await.get(&file).await.assert_status(404);
    ps.get("/").await.assert_shows("条件の確認");
    po.post(&close, &[]).await.assert_status(403);
    ps.post(&close, &[("note", "確認した")]).await.assert_status(303);
    post(c.chair(), &sheet, &draft).await.assert_status(303);
}

#[tokio::test]
async fn an_item_waits_for_evidence_and_the_chair_closes_it_alone() {
    let c = Committee::revealed(&["待つ課題"], 3, 7).await;
    let wait = format!("{}/waiting", c.review(0));
    let fields = [("waiting_for", "PMDA RS戦略相談の記録"), ("waiting_until", "2027-03-24")];
    c.chair().post(&wait, &fields).await.assert_status(422).assert_shows("定足数");
    c.all_vote(0, "delegate").await;
    c.members[1].client.post(&wait, &fields).await.assert_status(403);
    c.chair().post(&wait, &fields).await.assert_status(303);
    c.chair().get(&c.review(0)).await.assert_shows("PMDA RS戦略相談の記録").assert_shows("外部資料待ち");
    c.chair().post(&c.step("closing"), &[]).await.assert_status(303);
    c.chair().get("/gates").await.assert_status(200);

    let path = format!("{}/decision", c.review(0));
    c.chair().post(&path, &GO).await.assert_status(422).assert_shows("根拠となる資料を記入");
    let mut with = GO.to_vec();
    with.push(("outside_evidence", "PMDA相談記録 2027年3月20日"));
    c.members[1].client.post(&path, &with).await.assert_status(403);
    c.chair().post(&path, &with).await.assert_status(303);
    c.chair()
        .get(&c.review(0))
        .await
        .assert_shows("委員長一任に基づく委員長の決定")
        .assert_shows("PMDA相談記録");
}

#[tokio::test]
async fn a_reopening_needs_a_reason_and_the_pd_and_keeps_both_records() {
    let c = Committee::revealed(&["再審議の課題"], 3, 8).await;
    c.all_vote(0, "go").await;
    c.go(0).await.assert_status(303);
    let form = |key| {
        [
            ("key", key),
            ("name_ja", "再審議の会議"),
            ("held_on", "2026-12-01"),
            ("held_time", "10:00"),
            ("tasks", "ab1234500"),
            ("template", "mid-term"),
        ]
    };
    c.unit
        .post("/gates/meetings", &form("n1"))
        .await
        .assert_status(422)
        .assert_shows("このゲートは決定済みです");
    let ask = format!("{}/reopening", c.review(0));
    c.members[1].client.post(&ask, &[("reason", "x")]).await.assert_status(403);
    c.chair().post(&ask, &[("reason", " ")]).await.assert_status(422);
    c.chair().post(&ask, &[("reason", "重大な安全性情報")]).await.assert_status(303);
    c.chair().post(&ask, &[("reason", "もう一度")]).await.assert_status(422);
    let pd = c.app.client(Persona::Pd).await;
    pd.get("/").await.assert_shows("再審議の承認");
    c.unit.post(&format!("{ask}/answer"), &[("approved", "yes"), ("answer", "可")]).await.assert_status(403);
    pd.post(&format!("{ask}/answer"), &[("approved", "yes"), ("answer", "再審議を認める")])
        .await
        .assert_status(303);

    let next = c.unit.post("/gates/meetings", &form("n2")).await;
    next.assert_status(303);
    let next = next.location();
    let ids: Vec<String> = c.members.iter().map(|m| m.id.to_string()).collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("user", id.as_str())).collect();
    fields.push(("role", "member"));
    c.unit.post(&format!("{next}/seats"), &fields).await.assert_status(303);
    c.unit
        .post(&format!("{next}/seats/role"), &[("user", &ids[0]), ("role", "chair")])
        .await
        .assert_status(303);
    c.unit.post(&format!("{next}/opening"), &[]).await.assert_status(303);
    let again: Uuid = sqlx::query_scalar("SELECT id FROM gate_reviews WHERE reopening_id IS NOT NULL")
        .fetch_one(&c.app.pool)
        .await
        .unwrap();
    for member in &c.members {
        c.submit(member, again, 3, "").await.assert_status(303);
    }
    c.chair().post(&format!("{next}/reveal"), &[]).await.assert_status(303);
    for member in &c.members {
        member
            .client
            .post(&format!("/gates/reviews/{again}/vote"), &[("choice", "hold")])
            .await
            .assert_status(303);
    }
    let hold = [
        ("outcome", "hold"),
        ("statement", "保留とする。"),
        ("disposition_kind", "resume_later"),
        ("disposition_text", "安全性の評価を待つ。"),
    ];
    c.chair().post(&format!("/gates/reviews/{again}/decision"), &hold).await.assert_status(303);
    assert_eq!(c.app.count("gate_decisions").await, 2);
    assert_eq!(c.app.count("gate_decisions WHERE superseded_by IS NOT NULL AND outcome = 'go'").await, 1);
    c.chair()
        .get(&c.review(0))
        .await
        .assert_shows("継続を可とする。")
        .assert_shows("新しい決定に置き換えられました");
}

#[tokio::test]
async fn a_reopening_is_approved_by_the_pd_of_the_project_that_carries_the_task() {
    let c = Committee::revealed(&["課題"], 3, 7).await;
    c.all_vote(0, "go").await;
    c.go(0).await.assert_status(303);
    c.chair()
        .post(&format!("{}/reopening", c.review(0)), &[("reason", "安全性情報")])
        .await
        .assert_status(303);
    // The program lies in both projects; the money of this task comes from the second, which somebody else directs.
    execute(
        &c.app,
        "INSERT INTO program_projects (program_id, project_id, fiscal_year)
         SELECT program_id, '00000000-0000-7000-8000-000000000102', fiscal_year FROM program_projects
         WHERE program_id = '00000000-0000-7000-8000-000000000201';
         UPDATE task_years SET project_id = '00000000-0000-7000-8000-000000000102';
         INSERT INTO role_assignments (id, user_id, role, project_id, valid_from)
         SELECT gen_random_uuid(), id, 'program_director', '00000000-0000-7000-8000-000000000102', '2025-04-01'
         FROM users WHERE email = 'norole@example.jp'",
    )
    .await;
    let answer = format!("{}/reopening/answer", c.review(0));
    let form = [("approved", "yes"), ("answer", "可")];
    let (other, own) = (c.app.client(Persona::Pd).await, c.app.client(Persona::NoRole).await);
    other.get("/").await.assert_hides("再審議の承認");
    other.post(&answer, &form).await.assert_status(403);
    own.get("/").await.assert_shows("再審議の承認");
    own.post(&answer, &form).await.assert_status(303);
}

#[tokio::test]
async fn what_was_said_is_not_deleted_behind_the_program() {
    let c = Committee::revealed(&["課題"], 3, 7).await;
    c.all_vote(0, "go").await;
    for table in ["gate_votes", "gate_score_sheets"] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}")))
            .execute(&c.app.pool)
            .await
            .unwrap_err();
        assert_eq!(nakadachi::db::constraint(&refused), Some("gate_records_stay"), "{table}");
    }
}
