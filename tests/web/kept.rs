//! Pages kept in memory: an answer from memory is never told from a fresh one, but for its key and time.

use axum::body::Body;
use axum::http::{Method, header};

use crate::support::{Persona, TestApp};

const KEY: &str = "input[name=key]";

#[tokio::test]
async fn a_kept_page_has_a_form_key_of_its_own_every_time() {
    let app = TestApp::start().await;
    let at = format!("/tasks/{}", app.task("鍵の課題").create().await);
    let ps = app.client(Persona::Ps).await;
    let (first, second) = (ps.get(&at).await, ps.get(&at).await);
    let (one, two) = (first.attribute(KEY, "value").unwrap(), second.attribute(KEY, "value").unwrap());
    assert!(one.len() == 32 && two.len() == 32 && one != two, "{one} {two}");
    for (key, text) in [(&one, "一つ目の意見"), (&two, "二つ目の意見")] {
        ps.post(&format!("{at}/opinions"), &[("key", key), ("body", text), ("visibility", "staff")])
            .await
            .assert_status(303);
    }
    ps.get(&at).await.assert_shows("一つ目の意見").assert_shows("二つ目の意見");
}

#[tokio::test]
async fn what_somebody_else_wrote_is_seen_at_once() {
    let app = TestApp::start().await;
    let at = format!("/tasks/{}", app.task("版の課題").create().await);
    let (ps, po) = (app.client(Persona::Ps).await, app.client(Persona::Po).await);
    po.get(&at).await.assert_hides("臨床へ");
    po.get(&at).await.assert_hides("臨床へ");
    ps.post(&format!("{at}/opinions"), &[("key", "k1"), ("body", "臨床へ進める"), ("visibility", "staff")])
        .await
        .assert_status(303);
    po.get(&at).await.assert_shows("臨床へ進める");
}

#[tokio::test]
async fn a_lost_right_takes_the_kept_page_with_it() {
    let app = TestApp::start().await;
    let at = format!("/tasks/{}", app.task("公表前の課題").restricted().create().await);
    let ps = app.client(Persona::Ps).await;
    for _ in 0..2 {
        ps.get(&at).await.assert_status(200).assert_shows("公表前の課題");
    }
    sqlx::query("DELETE FROM role_assignments WHERE role = 'program_supervisor'")
        .execute(&app.pool)
        .await
        .unwrap();
    ps.get(&at).await.assert_status(404);
    ps.get("/tasks").await.assert_hides("公表前の課題");
}

#[tokio::test]
async fn language_and_unit_are_part_of_what_is_kept() {
    let app = TestApp::start().await;
    let at = format!("/tasks/{}", app.task("言語の課題").create().await);
    let ps = app.client(Persona::Ps).await;
    ps.get(&at).await.assert_shows("年度と契約額");
    ps.get(&format!("{at}?lang=en")).await.assert_shows("Years and money");
    app.client(Persona::Ps).await.in_english().get(&at).await.assert_shows("Years and money");
}

#[tokio::test]
async fn what_is_said_once_waits_for_the_page_that_says_it() {
    let app = TestApp::start().await;
    let at = format!("/tasks/{}", app.task("一度だけの知らせ").create().await);
    let ps = app.client(Persona::Ps).await.with_cookie_added("nk_flash=said-once");
    let asked = |name: &'static str, value: &'static str| {
        let request = ps.request(Method::GET, &at).header(name, value);
        ps.send(request.body(Body::empty()).unwrap())
    };
    // A script of the page before, told that something changed, asks between the answer and the new page.
    for (name, value) in [("x-behind", "1"), ("accept", "text/event-stream")] {
        let behind = asked(name, value).await;
        behind.assert_status(200).assert_hides("said-once");
        assert!(!behind.headers.contains_key(header::SET_COOKIE), "{name}: {:?}", behind.headers);
    }
    let seen = asked("accept", "text/html").await;
    seen.assert_shows("said-once");
    assert!(seen.headers[header::SET_COOKIE].to_str().unwrap().starts_with("nk_flash=;"));
}
