//! Editing programs: names, spellings, lineage.

use crate::support::{Persona, TestApp};

const FIELDS: [(&str, &str); 7] = [
    ("version", "1"),
    ("name_ja", "改めた事業"),
    ("name_en", "Renamed"),
    ("abbreviation", "REN"),
    ("ministry", "mext"),
    ("first_fy", "R7"),
    ("last_fy", ""),
];

#[tokio::test]
async fn an_administrator_renames_a_program_and_the_page_shows_it() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    admin.get("/programs/P1/edit").await.assert_status(200).assert_shows("見本がん医療実用化研究事業");
    assert_eq!(admin.post("/programs/P1", &FIELDS).await.location(), "/programs/P1");
    admin.get("/programs/P1").await.assert_shows("改めた事業").assert_shows("文部科学省");
    assert_eq!(app.count("audit_entries WHERE action = 'program.edit'").await, 1);
}

#[tokio::test]
async fn the_slower_of_two_editors_loses_nothing() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    admin.post("/programs/P1", &FIELDS).await.assert_status(303);
    let mut late = FIELDS;
    late[1].1 = "遅れた名称";
    let page = admin.post("/programs/P1", &late).await;
    page.assert_status(409).assert_shows("遅れた名称").assert_shows("改めた事業");
    assert_eq!(page.attribute("input[name=version]", "value").as_deref(), Some("2"));
}

#[tokio::test]
async fn what_does_not_fit_is_kept_and_named() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let mut wrong = FIELDS;
    (wrong[1].1, wrong[4].1, wrong[6].1) = ("", "zz", "R3");
    let page = admin.post("/programs/P1", &wrong).await;
    page.assert_status(422).assert_shows("Renamed").assert_shows("一覧から府省を選んでください");
    page.assert_shows("開始年度以後にしてください");
    assert_eq!(app.count("audit_entries WHERE action = 'program.edit'").await, 0);
}

#[tokio::test]
async fn a_spelling_is_confirmed_once_and_can_be_taken_away() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    for _ in 0..2 {
        admin
            .post("/programs/P1/names", &[("key", "once"), ("name", "見本がん実用化")])
            .await
            .assert_status(303);
    }
    assert_eq!(app.count("program_names WHERE kind = 'confirmed'").await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'program.name.confirm'").await, 1);
    admin.get("/programs/P1").await.assert_shows("見本がん実用化");
    let folded = nakadachi::kernel::text::fold("見本がん実用化");
    admin.post("/programs/P1/names/removal", &[("folded", folded.as_str())]).await.assert_status(303);
    admin.get("/programs/P1").await.assert_hides("見本がん実用化");
    admin.post("/programs/P1/names", &[("key", "k2"), ("name", " ")]).await.assert_status(422);
}

#[tokio::test]
async fn a_step_of_lineage_is_drawn_on_both_pages() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let step =
        [("key", "s"), ("direction", "from"), ("other", "P3"), ("kind", "succeeded"), ("fiscal_year", "R7")];
    admin.post("/programs/P1/lineage", &step).await.assert_status(303);
    for code in ["P1", "P3"] {
        let page = admin.get(&format!("/programs/{code}")).await;
        page.assert_shows("系譜").assert_shows("lineage").assert_shows("見本基礎研究事業");
    }
    let wrong = [("key", "t"), ("direction", "from"), ("other", "P1"), ("kind", "?"), ("fiscal_year", "x")];
    admin
        .post("/programs/P1/lineage", &wrong)
        .await
        .assert_status(422)
        .assert_shows("一覧から事業を選んでください");
}

#[tokio::test]
async fn only_administrators_edit_programs() {
    let app = TestApp::start().await;
    for persona in [Persona::Unit, Persona::Ps, Persona::Observer] {
        let client = app.client(persona).await;
        client.get("/programs/P1/edit").await.assert_status(403);
        client.post("/programs/P1", &FIELDS).await.assert_status(403);
        client.get("/programs/P1").await.assert_status(200).assert_hides("/programs/P1/edit");
    }
    app.client(Persona::Administrator).await.get("/programs/P9/edit").await.assert_status(404);
}
