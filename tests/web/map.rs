//! The portfolio map: totals that reconcile with each other, with the lists they open and with what one may see.

use crate::support::{P2, P3, PROJECT_1, PROJECT_2, Persona, TestApp};

async fn portfolio() -> TestApp {
    let app = TestApp::start().await;
    app.task("基礎と応用").phases(&[1, 2]).diseases(&[41]).years(&[(2026, 100_000_001)]).create().await;
    app.task("基礎").phases(&[1]).diseases(&[41, 42]).years(&[(2025, 1), (2026, 300_000_000)]).create().await;
    app.task("機器").program(P2, PROJECT_2).phases(&[2]).years(&[(2026, 50_000_000)]).create().await;
    app.task("段階なし").program(P3, PROJECT_1).years(&[(2026, 7_000_000)]).create().await;
    app.task("公表前").program(P2, PROJECT_2).restricted().years(&[(2026, 900_000_000)]).create().await;
    app
}

#[tokio::test]
async fn boxes_rows_and_columns_add_up_to_the_sheet() {
    let app = portfolio().await;
    let page = app.client(Persona::Administrator).await.get("/map?year=R8").await;
    page.assert_status(200);
    assert_eq!(page.texts("thead .map-total")[0], "(13.6億円 / 5課題)");
    assert_eq!(page.texts("tbody .map-total"), ["(4.1億円 / 3課題)", "(9.5億円 / 2課題)"]);
    let columns = &page.texts("thead .map-total")[1..];
    let expected = ["(3.5億円 / 2課題)", "(1.0億円 / 2課題)", "(0.0億円 / 0課題)", "(9.1億円 / 2課題)"];
    assert_eq!(
        columns, expected,
        "half of a task with two phases is in each; a task without one is not dropped"
    );
    let boxes = page.texts(".map-program");
    assert_eq!(boxes.len(), 3);
    assert!(
        boxes[0].starts_with("見本がん医療実用化研究事業") && boxes[0].ends_with("(4.0億円 / 2課題)"),
        "{boxes:?}"
    );
    let link = page.attribute(".map-program", "href").unwrap();
    assert_eq!(link, "/tasks?q=project%3A3-1%20program%3AP1&year=R8");
}

#[tokio::test]
async fn the_disease_axis_has_the_same_total() {
    let app = portfolio().await;
    let unit = app.client(Persona::Unit).await.in_english();
    let page = unit.get("/map?year=R8&axis=disease&colour=count").await;
    page.assert_status(200).assert_shows("Cancer").assert_shows("Not set");
    assert_eq!(page.texts("thead .map-total")[0], "(¥1,357M / 5 tasks)");
    assert_eq!(page.texts("thead .map-total")[1], "(¥250M / 2 tasks)");
}

#[tokio::test]
async fn restricted_tasks_count_only_for_those_in_whose_scope_they_lie() {
    let app = portfolio().await;
    for (persona, total) in [
        (Persona::Auditor, "(13.6億円 / 5課題)"),
        (Persona::OtherPs, "(13.6億円 / 5課題)"),
        (Persona::Ps, "(4.6億円 / 4課題)"),
        (Persona::Dc, "(4.6億円 / 4課題)"),
        (Persona::Observer, "(4.0億円 / 2課題)"),
    ] {
        let page = app.client(persona).await.get("/map?year=R8").await;
        assert_eq!(page.texts("thead .map-total").first().map(String::as_str), Some(total), "{persona:?}");
    }
    for persona in [Persona::Committee, Persona::NoRole] {
        let page = app.client(persona).await.get("/map?year=R8").await;
        page.assert_status(200).assert_shows("この年度の課題がありません").assert_hides("map-program");
    }
}

#[tokio::test]
async fn a_change_of_the_data_shows_at_once() {
    let app = portfolio().await;
    let unit = app.client(Persona::Unit).await;
    assert_eq!(unit.get("/map?year=R7").await.texts("thead .map-total")[0], "(0.0億円 / 1課題)");
    app.task("後から").years(&[(2025, 200_000_000)]).create().await;
    assert_eq!(unit.get("/map?year=R7").await.texts("thead .map-total")[0], "(2.0億円 / 2課題)");
}

#[tokio::test]
async fn an_unreadable_year_gives_the_running_one() {
    let app = portfolio().await;
    let page = app.client(Persona::Pd).await.get("/map?year=%00x&axis=zz&colour=?").await;
    page.assert_status(200).assert_shows("令和8年度").assert_shows("として読めません");
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/map?year=1800").await;
    page.assert_status(200);
    let note = "1800は1990～2100年度の範囲外です。令和8年度を表示しています。";
    assert_eq!(page.texts(".notice-warn"), [note]);
    for said in ["/map", "/map?year=", "/map?year=R8"] {
        assert_eq!(unit.get(said).await.texts(".notice-warn"), Vec::<String>::new(), "{said}");
    }
    assert_eq!(app.client(Persona::Stranger).await.get("/map").await.location(), "/sign-in?next=%2Fmap");
}

#[tokio::test]
async fn the_rules_of_the_map_stand_on_its_own_sheet() {
    let app = portfolio().await;
    let text = app.client(Persona::Unit).await.get("/map").await.text();
    let (rules, table) = (text.find("map-rules").unwrap(), text.find("print-break").unwrap());
    assert!(rules < table, "what explains the boxes is printed before the sheets of the table");
}
