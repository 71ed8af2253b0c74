//! Signing in and out, languages, and requests from elsewhere.

use axum::body::Body;
use axum::http::Method;
use nakadachi::accounts::password;

use crate::support::{Persona, TestApp};

async fn app_with_password() -> TestApp {
    let app = TestApp::start().await;
    let hash = password::hash("correct horse staple".to_owned()).await.unwrap();
    sqlx::query("UPDATE users SET password_hash = $1 WHERE email = 'ps@example.jp'")
        .bind(hash)
        .execute(&app.pool)
        .await
        .unwrap();
    app
}

#[tokio::test]
async fn the_right_password_opens_a_session_and_leads_onward() {
    let app = app_with_password().await;
    let stranger = app.client(Persona::Stranger).await;
    let form = [("email", " PS@example.jp"), ("password", "correct horse staple"), ("next", "/?x=1")];
    let page = stranger.post("/sign-in", &form).await;
    page.assert_status(303);
    assert_eq!(page.location(), "/?x=1");
    assert!(page.headers["set-cookie"].to_str().unwrap().contains("HttpOnly; SameSite=Lax"));
    assert_eq!(app.count("audit_entries WHERE action = 'session.open'").await, 1);
}

#[tokio::test]
async fn a_wrong_password_keeps_the_address_and_tells_nothing() {
    let app = app_with_password().await;
    let stranger = app.client(Persona::Stranger).await;
    for email in ["ps@example.jp", "nobody@example.jp"] {
        let page = stranger.post("/sign-in", &[("email", email), ("password", "wrong")]).await;
        page.assert_status(422).assert_shows("メールアドレスまたはパスワードが違います");
        assert_eq!(page.attribute("input[name=email]", "value").as_deref(), Some(email));
    }
}

#[tokio::test]
async fn failures_slow_an_account_down_until_the_window_passes() {
    let app = app_with_password().await;
    let stranger = app.client(Persona::Stranger).await;
    for _ in 0..8 {
        stranger
            .post("/sign-in", &[("email", "ps@example.jp"), ("password", "wrong")])
            .await
            .assert_status(422);
    }
    let right = [("email", "ps@example.jp"), ("password", "correct horse staple")];
    stranger.post("/sign-in", &right).await.assert_status(422).assert_shows("失敗が続いた");
    app.clock.advance(chrono::Duration::minutes(16));
    stranger.post("/sign-in", &right).await.assert_status(303);
}

#[tokio::test]
async fn an_address_elsewhere_is_not_followed_after_signing_in() {
    let app = app_with_password().await;
    let stranger = app.client(Persona::Stranger).await;
    for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let form = [("email", "ps@example.jp"), ("password", "correct horse staple"), ("next", next)];
        assert_eq!(stranger.post("/sign-in", &form).await.location(), "/");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let app = TestApp::start().await;
    let ps = app.client(Persona::Ps).await;
    ps.get("/").await.assert_status(200);
    ps.post("/sign-out", &[]).await.assert_status(303);
    assert_eq!(ps.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let app = TestApp::start().await;
    let ps = app.client(Persona::Ps).await;
    let request = ps
        .request(Method::POST, "/sign-out")
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())
        .unwrap();
    ps.send(request).await.assert_status(403);
    ps.get("/").await.assert_status(200);
}

#[tokio::test]
async fn the_language_follows_the_switch() {
    let app = TestApp::start().await;
    let page = app.client(Persona::Ps).await.get("/?lang=en").await;
    page.assert_status(200);
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("en"));
    assert!(page.headers.get_all("set-cookie").iter().any(|c| c.to_str().unwrap().starts_with("nk_lang=en")));
}

#[tokio::test]
async fn a_missing_page_says_so_in_the_visitors_language() {
    let app = TestApp::start().await;
    app.client(Persona::Ps)
        .await
        .get("/no-such-page")
        .await
        .assert_status(404)
        .assert_shows("ページが見つかりません");
    app.client(Persona::Ps)
        .await
        .in_english()
        .get("/no-such-page")
        .await
        .assert_status(404)
        .assert_shows("Page not found");
}
