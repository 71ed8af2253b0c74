//! Accounts, roles, vocabularies and the audit viewer, as an administrator uses them.

use crate::support::{P1, Persona, TestApp};

const PS: &str = "/admin/users/00000000-0000-7000-8000-000000000904";

#[tokio::test]
async fn a_new_account_gets_a_temporary_password_that_must_be_changed() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let form = [
        ("key", "k1"),
        ("email", "New@Example.jp"),
        ("name_ja", "新任 太郎"),
        ("name_en", ""),
        ("active", "true"),
    ];
    let page = admin.post("/admin/users", &form).await;
    page.assert_status(200);
    let temporary = page.texts("#temporary-password").remove(0);
    let stranger = app.client(Persona::Stranger).await;
    let signed_in = stranger.post("/sign-in", &[("email", "new@example.jp"), ("password", &temporary)]).await;
    signed_in.assert_status(303);
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let newcomer = stranger.with_cookie(&cookie);
    assert_eq!(newcomer.get("/").await.location(), "/account");
    let change = [
        ("current", temporary.as_str()),
        ("password", "correct horse staple"),
        ("repeated", "correct horse staple"),
    ];
    newcomer.post("/account/password", &change).await.assert_status(303);
    newcomer.get("/").await.assert_status(200);
}

#[tokio::test]
async fn an_account_sent_twice_is_made_once() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let form = [("key", "same"), ("email", "new@example.jp"), ("name_ja", "新任 太郎"), ("active", "true")];
    admin.post("/admin/users", &form).await.assert_status(200);
    let again = admin.post("/admin/users", &form).await;
    again.assert_status(303);
    assert!(again.location().starts_with("/admin/users/"));
    assert_eq!(app.count("users WHERE email = 'new@example.jp'").await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'user.create'").await, 1);
}

#[tokio::test]
async fn a_bad_account_form_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let page =
        admin.post("/admin/users", &[("key", "k"), ("email", "no address"), ("name_ja", "新任 太郎")]).await;
    page.assert_status(422).assert_shows("name@example.go.jp");
    assert_eq!(page.attribute("#email", "value").as_deref(), Some("no address"));
    assert_eq!(page.attribute("#name_ja", "value").as_deref(), Some("新任 太郎"));
    let taken = [("key", "k"), ("email", "ps@example.jp"), ("name_ja", "別人")];
    admin.post("/admin/users", &taken).await.assert_status(422).assert_shows("既にいます");
}

#[tokio::test]
async fn the_slower_of_two_administrators_sees_both_texts() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let edit = |name| [("version", "1"), ("email", "ps@example.jp"), ("name_ja", name), ("active", "true")];
    admin.post(PS, &edit("監督 先")).await.assert_status(303);
    let page = admin.post(PS, &edit("監督 後")).await;
    page.assert_status(409).assert_shows("監督 先").assert_shows("監督 後");
    assert_eq!(page.attribute("input[name=version]", "value").as_deref(), Some("2"));
}

#[tokio::test]
async fn a_role_needs_its_scope_and_counts_from_its_first_day() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let roles = "/admin/users/00000000-0000-7000-8000-000000000911/roles";
    let bad = [("key", "a"), ("role", "program_supervisor"), ("scope", ""), ("valid_from", "2026-10-08")];
    admin.post(roles, &bad).await.assert_status(422).assert_shows("事業を選んでください");
    let scope = format!("program:{P1}");
    let good =
        [("key", "b"), ("role", "program_supervisor"), ("scope", &scope), ("valid_from", "2026-10-08")];
    admin.post(roles, &good).await.assert_status(303);
    admin.post(roles, &good).await.assert_status(303);
    assert_eq!(app.count("role_assignments WHERE user_id = '00000000-0000-7000-8000-000000000911'").await, 1);
    let newcomer = app.client(Persona::NoRole).await;
    newcomer.get("/account").await.assert_hides("プログラムスーパーバイザー");
    app.clock.advance(chrono::Duration::days(1));
    newcomer.get("/account").await.assert_shows("プログラムスーパーバイザー");
}

#[tokio::test]
async fn the_last_administrator_cannot_be_removed() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let own = "/admin/users/00000000-0000-7000-8000-000000000901";
    let role: uuid::Uuid = sqlx::query_scalar("SELECT id FROM role_assignments WHERE role = 'administrator'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    admin.post(&format!("{own}/roles/{role}/end"), &[]).await.assert_status(422).assert_shows("最後の管理者");
    let closing = [("version", "1"), ("email", "admin@example.jp"), ("name_ja", "管理 一郎")];
    admin.post(own, &closing).await.assert_status(422).assert_shows("最後の管理者");
    admin.get("/admin/users").await.assert_status(200);
}

#[tokio::test]
async fn a_vocabulary_value_is_added_once_and_ended_rather_than_removed() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let list = "/admin/vocabularies/disease_area";
    let value = |key| {
        [
            ("key", key),
            ("code", "oral"),
            ("name_ja", "歯科口腔保健"),
            ("name_en", "Oral health"),
            ("position", "９"),
            ("first_fy", "R7"),
        ]
    };
    admin.post(list, &value("a")).await.assert_status(303);
    admin.post(list, &value("b")).await.assert_status(422).assert_shows("既にあります");
    let id: i16 = sqlx::query_scalar("SELECT id FROM vocabulary_values WHERE code = 'oral'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let mut ended = value("c").to_vec();
    ended.extend([("version", "1"), ("last_fy", "令和6年度")]);
    let page = admin.post(&format!("{list}/{id}"), &ended).await;
    page.assert_status(422).assert_shows("開始年度以後");
    assert_eq!(page.attribute("#last_fy", "value").as_deref(), Some("令和6年度"));
    ended.pop();
    ended.push(("last_fy", "令和9年度"));
    admin.post(&format!("{list}/{id}"), &ended).await.assert_status(303);
    assert_eq!(
        app.count("vocabulary_values WHERE code = 'oral' AND last_fy = 2027 AND position = 9").await,
        1
    );
}

#[tokio::test]
async fn the_audit_viewer_finds_by_person_action_and_day() {
    let app = TestApp::start().await;
    app.client(Persona::Ps).await.post("/sign-out", &[]).await;
    let auditor = app.client(Persona::Auditor).await;
    auditor
        .get("/admin/audit?actor=ps&action=session.close&from=2026-10-07&until=2026-10-07")
        .await
        .assert_shows("ps@example.jp");
    auditor
        .get("/admin/audit?from=2026-10-08")
        .await
        .assert_status(200)
        .assert_shows("該当する記録はありません");
    let verified = auditor.post("/admin/audit/verify", &[]).await;
    assert_eq!(verified.location(), "/admin/audit");
}

#[tokio::test]
async fn a_session_can_be_ended_from_elsewhere_but_only_by_its_owner() {
    let app = TestApp::start().await;
    let (here, there) = (app.client(Persona::Ps).await, app.client(Persona::Ps).await);
    let page = here.get("/account").await;
    let action = page.attribute("form[action^='/account/sessions/']", "action").unwrap();
    app.client(Persona::Po).await.post(&action, &[]).await.assert_status(404);
    here.post(&action, &[]).await.assert_status(303);
    assert_eq!(there.get("/").await.location(), "/sign-in");
    here.get("/").await.assert_status(200);
}

#[tokio::test]
async fn both_languages_render_every_administration_page() {
    let app = TestApp::start().await;
    for path in [
        "/admin",
        "/admin/users",
        "/admin/users/new",
        PS,
        "/admin/vocabularies/phase",
        "/admin/vocabularies/phase/1",
        "/admin/audit",
        "/account",
    ] {
        app.client(Persona::Administrator).await.get(path).await.assert_status(200);
        app.client(Persona::Administrator).await.in_english().get(path).await.assert_status(200);
    }
}
