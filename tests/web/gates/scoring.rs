//! Sealed scores, drafts, and what is off the scale.

use super::*;

#[tokio::test]
async fn nobody_reads_a_sealed_sheet_before_the_reveal() {
    let c = Committee::scoring(&["封印の課題"], 3).await;
    c.submit(&c.members[1], c.reviews[0], 3, "秘密の総評").await.assert_status(303);
    let others: Vec<Client> = vec![
        c.app.client(Persona::Administrator).await,
        c.app.client(Persona::Unit).await,
        c.app.client(Persona::Auditor).await,
        c.app.client(Persona::Ps).await,
        c.app.client(Persona::Pd).await,
    ];
    let paths = [
        c.meeting.clone(),
        c.step("results"),
        c.step("results.csv"),
        c.step("readiness"),
        c.review(0),
        format!("{}/sheet", c.review(0)),
        "/gates".to_owned(),
        "/".to_owned(),
        "/admin/audit".to_owned(),
        format!("/tasks/{}", c.tasks[0]),
    ];
    for client in others.iter().chain([c.chair(), &c.members[2].client]) {
        for path in &paths {
            let text = client.get(path).await.text();
            assert!(!text.contains("秘密の総評"), "{path}");
        }
    }
    c.chair().get(&c.meeting).await.assert_shows("採点完了").assert_shows("提出 0/1");
    c.members[1].client.get(&format!("{}/sheet", c.review(0))).await.assert_shows("秘密の総評");
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    c.chair().get(&c.review(0)).await.assert_shows("秘密の総評");
}

#[tokio::test]
async fn drafts_save_themselves_and_two_windows_do_not_overwrite_each_other() {
    let c = Committee::scoring(&["下書きの課題"], 3).await;
    let (member, path) = (&c.members[1].client, format!("{}/sheet", c.review(0)));
    let draft = format!("{path}/draft");
    let saved = post(member, &draft, &c.sheet(7, "一回目", 0, "").await).await;
    saved.assert_status(200).assert_shows("\"version\":1");
    post(member, &draft, &c.sheet(8, "二回目", 1, "").await)
        .await
        .assert_status(200)
        .assert_shows("\"version\":2");
    post(member, &draft, &c.sheet(9, "古い窓", 1, "").await).await.assert_status(409);
    let page = post(member, &path, &c.sheet(9, "古い窓", 1, "save").await).await;
    page.assert_status(409).assert_shows("古い窓").assert_shows("二回目");
    member.get(&path).await.assert_shows("二回目").assert_hides("古い窓");
    assert_eq!(c.app.count("audit_entries WHERE action LIKE 'gate.sheet%'").await, 0);

    // Submitted, taken back, changed, submitted again.
    post(member, &path, &c.sheet(8, "提出", 2, "submit").await).await.assert_status(303);
    post(member, &draft, &c.sheet(1, "後から", 4, "").await).await.assert_status(410);
    post(member, &path, &[("do".to_owned(), "take_back".to_owned())]).await.assert_status(303);
    let version = member.get(&path).await.attribute("input[name=version]", "value").unwrap().parse().unwrap();
    post(member, &path, &c.sheet(6, "直した", version, "submit").await).await.assert_status(303);
    assert_eq!(c.app.count("audit_entries WHERE action = 'gate.sheet.submit'").await, 2);
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    post(member, &path, &c.sheet(6, "開示後", 6, "save").await).await.assert_status(422);
    post(member, &path, &[("do".to_owned(), "take_back".to_owned())]).await.assert_status(422);
}

#[tokio::test]
async fn a_score_off_the_scale_is_refused_by_the_page_and_by_the_database() {
    let c = Committee::scoring(&["尺度の課題"], 3).await;
    let (member, path) = (&c.members[1].client, format!("{}/sheet", c.review(0)));
    let mut fields = c.sheet(11, "残す総評", 0, "submit").await;
    let page = post(member, &path, &fields).await;
    page.assert_status(422).assert_shows("尺度の範囲外").assert_shows("残す総評");
    fields.retain(|(name, _)| !name.starts_with("score-"));
    post(member, &path, &fields).await.assert_status(422).assert_shows("点数を付けてください");
    assert_eq!(c.app.count("gate_score_sheets").await, 0);

    post(member, &path, &c.sheet(5, "", 0, "save").await).await.assert_status(303);
    for (sql, constraint) in [
        ("UPDATE gate_scores SET value = 11", "gate_scores_on_scale"),
        ("UPDATE gate_scores SET value = 0", "gate_scores_on_scale"),
    ] {
        let refused = sqlx::query(sql).execute(&c.app.pool).await.unwrap_err();
        assert_eq!(nakadachi::db::constraint(&refused), Some(constraint), "{sql}");
    }
}

#[tokio::test]
async fn an_adviser_advises_and_neither_scores_nor_votes() {
    let c = Committee::composed(&["助言の課題"], 3).await;
    let dc = "00000000-0000-7000-8000-000000000906";
    c.manage("seats", &[("user", dc), ("role", "member")]).await.assert_status(422);
    c.manage("seats", &[("user", dc), ("role", "adviser")]).await.assert_status(303);
    c.manage("opening", &[]).await.assert_status(303);
    let adviser = c.app.client(Persona::Dc).await;
    adviser.get(&format!("{}/sheet", c.review(0))).await.assert_status(403);
    adviser
        .post(&format!("{}/advice", c.review(0)), &[("body", "既存の領域と重なる。")])
        .await
        .assert_status(303);
    c.chair().get(&c.review(0)).await.assert_hides("既存の領域と重なる。");
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    c.chair().get(&c.review(0)).await.assert_shows("既存の領域と重なる。");
    adviser.post(&format!("{}/vote", c.review(0)), &[("choice", "go")]).await.assert_status(403);
    let refused = sqlx::query("INSERT INTO gate_votes VALUES ($1, $2::uuid, 'go', now())")
        .bind(c.reviews[0])
        .bind(dc)
        .execute(&c.app.pool)
        .await
        .unwrap_err();
    assert_eq!(nakadachi::db::constraint(&refused), Some("gate_votes_by_members"));
}
