//! Bad input: the page comes back with the message at its field and with what was typed, and nothing is written.

use super::*;

/// The message at a field of a refused page.
fn at(page: &Page, field: &str) -> String {
    page.assert_status(422);
    assert_eq!(page.texts("[data-form-errors] a").len(), 1, "one message leads to its field");
    assert_eq!(page.attribute("[data-form-errors] a", "href").as_deref(), Some(format!("#{field}").as_str()));
    assert!(page.attribute(&format!("main [id='{field}']"), "id").is_some(), "the message leads to {field}");
    page.texts(&format!("[id='{field}-error']")).join("")
}

fn value(page: &Page, field: &str) -> String {
    page.attribute(&format!("[id='{field}']"), "value").unwrap_or_default()
}

#[tokio::test]
async fn steps_of_a_review_come_back_with_what_was_typed() {
    let c = Committee::revealed(&["断られる課題"], 3, 7).await;
    let (review, wait) = (c.review(0), format!("{}/waiting", c.review(0)));
    let page = c.vote(0, 0, "perhaps").await;
    assert!(at(&page, "choice").contains("投票先を選んで"));
    let page = c.chair().post(&wait, &[("waiting_for", " "), ("waiting_until", "2027-03-24")]).await;
    assert!(at(&page, "waiting_for").contains("待っている資料"));
    assert_eq!(value(&page, "waiting_until"), "2027-03-24");
    let page = c.chair().post(&wait, &[("waiting_for", "相談記録"), ("waiting_until", "来年の春")]).await;
    assert!(!at(&page, "waiting_until").is_empty());
    assert_eq!(
        (value(&page, "waiting_for"), value(&page, "waiting_until")),
        ("相談記録".into(), "来年の春".into())
    );
    let page = c.chair().post(&wait, &[("waiting_for", "相談記録"), ("waiting_until", "2020-01-01")]).await;
    assert!(at(&page, "waiting_until").contains("明日以後"));
    // Nobody voted: the rule of the committee is the message, at the field that asks for it.
    let page = c.chair().post(&wait, &[("waiting_for", "相談記録"), ("waiting_until", "")]).await;
    assert!(at(&page, "waiting_for").contains("定足数"));
    assert_eq!(value(&page, "waiting_for"), "相談記録");
    assert_eq!(c.app.count("gate_reviews WHERE waiting_for IS NOT NULL").await, 0);

    c.all_vote(0, "go").await;
    c.go(0).await.assert_status(303);
    let page = c.vote(1, 0, "no_go").await;
    page.assert_status(422).assert_shows("自分の票");
    let (ask, answer) = (format!("{review}/reopening"), format!("{review}/reopening/answer"));
    let page = c.chair().post(&ask, &[("reason", " ")]).await;
    assert!(!at(&page, "reason").is_empty());
    c.chair().post(&ask, &[("reason", "重大な安全性情報")]).await.assert_status(303);
    // Somebody else asked in the meantime: the form is gone, the words are not.
    let page = c.chair().post(&ask, &[("reason", "別の窓で書いた長い理由")]).await;
    page.assert_status(422).assert_shows("別の窓で書いた長い理由");
    let pd = c.app.client(Persona::Pd).await;
    let page = pd.post(&answer, &[("approved", "yes"), ("answer", "")]).await;
    assert!(!at(&page, "answer").is_empty());
    let page = pd.post(&answer, &[("approved", "maybe"), ("answer", "検討した理由")]).await;
    assert!(at(&page, "answer").contains("承認か却下"));
    assert!(page.texts("#answer").join("").contains("検討した理由"));
    assert_eq!(c.app.count("gate_reopenings WHERE answered_at IS NOT NULL").await, 0);
}

#[tokio::test]
async fn an_adviser_keeps_words_that_are_too_long() {
    let c = Committee::composed(&["助言の課題"], 3).await;
    c.manage("seats", &[("user", "00000000-0000-7000-8000-000000000906"), ("role", "adviser")])
        .await
        .assert_status(303);
    c.manage("opening", &[]).await.assert_status(303);
    let long = "長".repeat(4_001);
    let page =
        c.app.client(Persona::Dc).await.post(&format!("{}/advice", c.review(0)), &[("body", &long)]).await;
    assert!(at(&page, "body").contains("4000"));
    assert!(page.texts("#body").join("").contains(&long));
}

#[tokio::test]
async fn the_run_list_keeps_minutes_that_are_none_and_steps_that_come_too_early() {
    let c = Committee::composed(&["一番", "二番"], 3).await;
    let field = format!("minutes-{}", c.reviews[1]);
    let page = c.unit.post(&format!("{}/minutes", c.review(1)), &[("minutes", "半時間")]).await;
    assert!(at(&page, &field).contains("1～240"));
    assert_eq!(value(&page, &field), "半時間");
    let page = c.unit.post(&format!("{}/position", c.review(1)), &[("to", "最後")]).await;
    assert!(at(&page, &field).contains("数字で"));
    assert_eq!(c.app.count("gate_reviews WHERE minutes = 15").await, 2);
    let page = c.unit.post(&c.step("closing"), &[]).await;
    page.assert_status(422).assert_shows("一番");
    assert_eq!(page.attribute("[data-form-errors] a", "href").as_deref(), Some("#meeting-facts"));
    assert_eq!(c.app.count("gate_meetings WHERE state = 'planned'").await, 1);
}

#[tokio::test]
async fn the_secretariat_withdraws_an_item_with_its_reason() {
    let c = Committee::scoring(&["残る課題", "取り下げる課題"], 3).await;
    let path = format!("{}/withdrawal", c.review(1));
    c.chair().get(&c.review(1)).await.assert_hides("議題を取り下げる");
    let page = c.unit.get(&c.review(1)).await;
    assert_eq!(page.attribute("form[action$='/withdrawal']", "action").as_deref(), Some(path.as_str()));
    let page = c.unit.post(&path, &[("withdrawal", "")]).await;
    assert!(at(&page, "withdrawal").contains("理由"));
    c.chair().post(&path, &[("withdrawal", "x")]).await.assert_status(403);
    c.unit.post(&path, &[("withdrawal", "代表者の異動のため")]).await.assert_status(303);
    c.unit.get(&c.review(1)).await.assert_shows("代表者の異動のため").assert_hides("議題を取り下げる");
    assert_eq!(c.app.count("audit_entries WHERE action = 'gate.review.withdraw'").await, 1);
    // Twice, from a window that was left open: the words are kept.
    let page = c.unit.post(&path, &[("withdrawal", "もう一つの理由")]).await;
    page.assert_status(422).assert_shows("もう一つの理由");
}

#[tokio::test]
async fn the_committee_page_keeps_what_was_ticked() {
    let c = Committee::composed(&["課題"], 3).await;
    let page = c.manage("seats", &[("role", "member")]).await;
    assert!(at(&page, "candidates").contains("加える人"));
    let dc = "00000000-0000-7000-8000-000000000906";
    let page = c.manage("seats", &[("user", dc), ("role", "chair")]).await;
    assert!(at(&page, "candidates").contains("助言者だけ"));
    assert!(page.attribute(&format!("#user-{dc}"), "checked").is_some());
    let chair = c.members[0].id.to_string();
    let page = c.manage("attendance", &[("user", &chair), ("attendance", "perhaps")]).await;
    assert!(at(&page, "seats").contains("出欠"));
    c.manage("opening", &[]).await.assert_status(303);
    let page = c.manage("seats/removal", &[("user", &chair)]).await;
    assert!(!at(&page, "seats").is_empty());
    assert_eq!(c.app.count("gate_seats").await, 3);
}

#[tokio::test]
async fn a_resolution_says_what_is_missing_at_its_row() {
    let c = Committee::composed(&["課題"], 3).await;
    let form = [("key", "c"), ("relation", "family"), ("target", "person"), ("name", "見本 太郎")];
    c.members[1].client.post("/conflicts", &form).await.assert_status(303);
    let member = c.members[1].id.to_string();
    let field = format!("reason-{}-{member}", c.reviews[0]);
    let page = c
        .chair()
        .post(
            &format!("{}/resolutions", c.review(0)),
            &[("user", &member), ("resolution", ""), ("reason", "同居の家族のため")],
        )
        .await;
    assert!(at(&page, &field).contains("除斥か免除"));
    assert_eq!(value(&page, &field), "同居の家族のため");
    assert_eq!(c.app.count("gate_resolutions").await, 0);
}

#[tokio::test]
async fn another_relation_says_what_it_is_and_is_remembered() {
    let c = Committee::composed(&["課題"], 3).await;
    let (member, review) = (&c.members[1].client, c.reviews[0].to_string());
    let path = c.step("statements");
    let form = |key: &'static str, remark: &'static str| {
        [
            ("key", key.to_owned()),
            ("review", review.clone()),
            ("relation", "other".into()),
            ("remark", remark.into()),
        ]
    };
    let page = post(member, &path, &form("a", " ").map(|(k, v)| (k.to_owned(), v))).await;
    assert!(at(&page, &format!("remark-{review}")).contains("内容を入力"));
    post(member, &path, &form("b", "同じ学会の役員").map(|(k, v)| (k.to_owned(), v)))
        .await
        .assert_status(303);
    // It is for the chair to judge; the member's page shows what was said, and saying it again changes nothing.
    let page = member.get(&path).await;
    assert_eq!(page.attribute(&format!("#remark-{review}"), "value").as_deref(), Some("同じ学会の役員"));
    let chosen = page.attribute(&format!("#relation-{review} option[selected]"), "value");
    assert_eq!(chosen.as_deref(), Some("other"));
    post(member, &path, &form("c", "同じ学会の役員").map(|(k, v)| (k.to_owned(), v)))
        .await
        .assert_status(303);
    assert_eq!(c.app.count("conflict_declarations").await, 1);
}
