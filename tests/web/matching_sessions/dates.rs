//! Dates that a session is given: the way of a transfer, the date for consent, and steps that cannot be taken yet.

use axum::body::Body;
use axum::http::{Method, header};

use super::*;

/// The plan of the scene with another date for consent, over the version that stands.
async fn plan(scene: &Scene, until: &str) -> crate::support::Page {
    let version: i32 =
        sqlx::query_scalar("SELECT version FROM matching_sessions").fetch_one(&scene.app.pool).await.unwrap();
    let version = version.to_string();
    let fields = [
        ("version", version.as_str()),
        ("name", "令和9年度の見本"),
        ("fiscal_year", "R9"),
        ("interest_deadline", DEADLINE),
        ("consent_until", until),
    ];
    let unit = scene.app.client(Persona::Unit).await;
    unit.post(&format!("/matching/sessions/{}", scene.id), &fields).await
}

#[tokio::test]
async fn a_task_moves_about_the_receiving_year() {
    let (scene, agreement) = Scene::consenting().await;
    sql(&scene.app, "UPDATE matching_agreements SET state = 'agreed', settled_at = now()").await;
    let unit = scene.app.client(Persona::Unit).await;
    let transfer = format!("{agreement}/transfer");
    let way = |starts_on: &'static str, ends_on: &'static str| {
        [
            ("way", "new"),
            ("title", "がん抗体医薬の治験準備"),
            ("starts_on", starts_on),
            ("ends_on", ends_on),
            ("amount", "15"),
            ("evidence", "採択通知"),
        ]
    };
    let refused = unit.post(&transfer, &way("1900-04-01", "2999-03-31")).await;
    refused.assert_status(422).assert_shows("受入年度（令和9年度）の1年前から2年後まで");
    let refused = unit.post(&transfer, &way("2027-04-01", "2999-03-31")).await;
    refused.assert_status(422).assert_shows("開始日から10年以内にしてください");
    assert_eq!(scene.app.count("successor_links").await, 0);
    unit.post(&transfer, &way("2027-04-01", "2030-03-31")).await.assert_status(303);
    assert_eq!(scene.app.count("successor_links WHERE fiscal_year = 2027").await, 1);
}

#[tokio::test]
async fn a_new_date_for_consent_moves_what_is_waited_for() {
    let (scene, agreement) = Scene::consenting().await;
    let ps = scene.app.client(Persona::Ps).await;
    ps.post(&format!("{agreement}/consent"), &[("answer", "give")]).await.assert_status(303);
    for (wrong, said) in
        [("2026-10-15", "明日以降"), ("9999-12-31", "1年以内"), ("", "期限を入力してください")]
    {
        plan(&scene, wrong).await.assert_status(422).assert_shows(said);
    }
    assert_eq!(scene.app.count("matching_consents WHERE expires_on = '2026-10-25'").await, 0);
    plan(&scene, "2026-10-25").await.assert_status(303);
    let moved = "matching_consents WHERE answer = 'waiting' AND expires_on = '2026-10-25'";
    assert_eq!(scene.app.count(moved).await, 3);
    assert_eq!(scene.app.count("matching_consents WHERE expires_on = '2026-10-25'").await, 3);
    assert_eq!(scene.app.count("matching_sessions WHERE consent_until = '2026-10-25'").await, 1);
    // Nothing changed: the name can be kept although the day has passed.
    scene.app.clock.advance(Duration::days(5));
    plan(&scene, "2026-10-25").await.assert_status(303);
}

#[tokio::test]
async fn a_date_that_has_passed_is_refused_at_its_field() {
    let scene = Scene::draft().await;
    plan(&scene, "2026-10-01").await.assert_status(422).assert_shows("合意の期限は明日以降");
    let unit = scene.app.client(Persona::Unit).await;
    let late = [
        ("version", "1"),
        ("name", "令和9年度の見本"),
        ("fiscal_year", "R9"),
        ("interest_deadline", "2026-10-01T17:00"),
        ("consent_until", "2026-12-01"),
    ];
    unit.post(&format!("/matching/sessions/{}", scene.id), &late)
        .await
        .assert_status(422)
        .assert_shows("今より後の日時にしてください");
}

#[tokio::test]
async fn a_session_is_not_made_with_a_date_that_has_passed() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    for (deadline, until, field) in [
        ("2026-10-01T17:00", "2026-12-01", "interest_deadline"),
        (DEADLINE, "2026-10-01", "consent_until"),
        (DEADLINE, "9999-12-31", "consent_until"),
    ] {
        let plan = [
            ("key", "k"),
            ("name", "令和9年度の見本"),
            ("fiscal_year", "R9"),
            ("interest_deadline", deadline),
            ("consent_until", until),
        ];
        let page = unit.post("/matching", &plan).await;
        page.assert_status(422);
        assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid").as_deref(), Some("true"), "{field}");
        assert_eq!(page.attribute("#name", "value").as_deref(), Some("令和9年度の見本"));
    }
    assert_eq!(app.count("matching_sessions").await, 0);
}

#[tokio::test]
async fn a_step_that_cannot_be_taken_says_why_beside_its_button() {
    let scene = Scene::draft().await;
    let unit = scene.app.client(Persona::Unit).await;
    let overview = format!("/matching/sessions/{}", scene.id);
    let page = unit.get(&overview).await;
    page.assert_shows("適格を判定する：対象課題を選んでください。");
    let button = format!("form[action='{overview}/evaluation'] button");
    assert_eq!(page.attribute(&button, "disabled").as_deref(), Some(""));

    let (scene, _) = Scene::consenting().await;
    let unit = scene.app.client(Persona::Unit).await;
    let overview = format!("/matching/sessions/{}", scene.id);
    unit.get(&overview).await.assert_shows("割当てをやり直す：回答を待っている合意が1件あります。");
    // Who may not know of the pair is not told how many wait.
    declare_conflict(&scene.app, scene.tasks[0], &["ps"]).await;
    unit.get(&overview).await.assert_shows("回答を待っている合意が1件あります。");
    declare_conflict(&scene.app, scene.tasks[0], &["unit"]).await;
    let blind = unit.get(&overview).await;
    blind.assert_shows("割当てをやり直す：決着していない合意が残っています。").assert_hides("合意が1件");
    // What nobody answered in time is settled by the step itself.
    scene.app.clock.advance(Duration::days(11));
    let page = scene.app.client(Persona::Administrator).await.get(&overview).await;
    page.assert_hides("回答を待っている合意が");
    let button = format!("form[action='{overview}/resolving'] button");
    assert_eq!(page.texts(&button), ["割当てをやり直す"]);
    assert_eq!(page.attribute(&button, "disabled"), None);
}

#[tokio::test]
async fn a_refused_step_leads_back_to_the_page_it_was_sent_from() {
    let scene = Scene::draft().await;
    let unit = scene.app.client(Persona::Unit).await;
    let step = scene.at("evaluation");
    let overview = format!("/matching/sessions/{}", scene.id);
    let sent_from = async |referer: String| {
        let request = unit
            .request(Method::POST, &step)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::REFERER, referer);
        let page = unit.send(request.body(Body::empty()).unwrap()).await;
        page.assert_status(422).assert_shows("対象課題を選んでください");
        page.attributes(".page-message a.button", "href")
    };
    assert_eq!(
        sent_from(format!("https://localhost{overview}?a=1")).await,
        [format!("{overview}?a=1"), "/".to_owned()]
    );
    assert_eq!(sent_from("https://elsewhere.example/x".to_owned()).await, ["/"]);
    assert_eq!(sent_from("https://localhost.example/x".to_owned()).await, ["/"]);
}
