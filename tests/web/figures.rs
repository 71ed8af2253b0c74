//! Pages of figures: projects, programs, disease areas, institutions, people, indicators.

use crate::support::{P2, P3, PROJECT_1, PROJECT_2, Page, Persona, TARO, TOKYO, TestApp};

async fn portfolio() -> TestApp {
    let app = TestApp::start().await;
    app.task("がんと難病")
        .phases(&[1, 2, 3])
        .diseases(&[41, 42])
        .years(&[(2026, 100_000_000)])
        .create()
        .await;
    app.task("がん")
        .phases(&[1])
        .diseases(&[41])
        .years(&[(2025, 10_000_000), (2026, 30_000_000)])
        .create()
        .await;
    app.task("機器").program(P2, PROJECT_2).phases(&[2]).years(&[(2026, 50_000_000)]).create().await;
    app.task("基礎").program(P3, PROJECT_1).diseases(&[42]).years(&[(2026, 7_000_000)]).create().await;
    app.task("公表前の機器").program(P2, PROJECT_2).restricted().years(&[(2026, 900_000_000)]).create().await;
    app
}

fn every_page() -> Vec<String> {
    vec![
        "/programs".to_owned(),
        "/programs/P1".to_owned(),
        format!("/projects/{PROJECT_1}"),
        "/diseases/cancer".to_owned(),
        "/institutions".to_owned(),
        format!("/institutions/{TOKYO}"),
        format!("/people/{TARO}"),
        "/indicators".to_owned(),
        "/ending".to_owned(),
        "/".to_owned(),
    ]
}

/// Tasks and money of the first figures of a page.
fn headline(page: &Page) -> (String, String) {
    let figures = page.texts(".figures dd a");
    (figures[0].clone(), figures[1].clone())
}

#[tokio::test]
async fn every_page_of_figures_opens_in_both_languages() {
    let app = portfolio().await;
    for path in every_page() {
        app.client(Persona::Unit).await.get(&path).await.assert_status(200).assert_hides("NaN");
        app.client(Persona::Unit).await.in_english().get(&path).await.assert_status(200);
        app.client(Persona::Unit).await.get(&format!("{path}?year=zz")).await.assert_status(200);
        assert!(
            app.client(Persona::Stranger).await.get(&path).await.location().starts_with("/sign-in"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_that_do_not_exist_are_not_found() {
    let app = portfolio().await;
    let unit = app.client(Persona::Unit).await;
    for path in [
        "/programs/P99",
        "/projects/x",
        "/projects/00000000-0000-7000-8000-00000000dead",
        "/diseases/none",
        "/institutions/x",
        "/institutions/00000000-0000-7000-8000-00000000dead",
        "/people/00000000-0000-7000-8000-00000000dead",
        "/ending?program=P99",
    ] {
        unit.get(path).await.assert_status(404);
    }
}

#[tokio::test]
async fn projects_programs_and_the_map_have_the_same_totals() {
    let app = portfolio().await;
    let unit = app.client(Persona::Unit).await;
    let project = unit.get(&format!("/projects/{PROJECT_1}?year=R8")).await;
    assert_eq!(headline(&project), ("3".to_owned(), "137.0".to_owned()));
    let programs = unit.get("/programs?year=R8").await;
    let last = programs.texts("tfoot td.num a, tfoot td.money");
    assert_eq!(last, ["5", "1,087.0"]);
    assert_eq!(headline(&unit.get("/programs/P1?year=R8").await), ("2".to_owned(), "130.0".to_owned()));
    assert_eq!(headline(&unit.get("/programs/P1?year=R7").await), ("1".to_owned(), "10.0".to_owned()));
    assert_eq!(headline(&unit.get("/diseases/cancer?year=R8").await), ("2".to_owned(), "130.0".to_owned()));
    assert_eq!(headline(&unit.get(&format!("/institutions/{TOKYO}?year=R8")).await).0, "5");
    assert_eq!(headline(&unit.get(&format!("/people/{TARO}?year=R8")).await).1, "1,087.0");
}

#[tokio::test]
async fn shares_of_tasks_with_several_phases_print_as_a_hundred_percent() {
    let app = portfolio().await;
    let page = app.client(Persona::Unit).await.get("/programs/P1?year=R8").await;
    let rows = page.texts("tbody tr");
    for row in ["基礎的266.763.348.7", "応用116.733.325.7", "非臨床研究・前臨床研究116.633.325.6"]
    {
        assert!(rows.iter().any(|shown| shown == row), "{row}: {rows:?}");
    }
    page.assert_shows("/tasks?q=program%3AP1%20phase%3Abasic&amp;year=R8".replace("&amp;", "&#38;").as_str());
}

#[tokio::test]
async fn figures_hold_only_what_the_viewer_may_see() {
    let app = portfolio().await;
    for (persona, tasks) in
        [(Persona::OtherPs, "2"), (Persona::Ps, "1"), (Persona::Observer, "0"), (Persona::Committee, "0")]
    {
        let page = app.client(persona).await.get("/programs/P2?year=R8").await;
        assert_eq!(headline(&page).0, tasks, "{persona:?}");
        if persona != Persona::OtherPs {
            page.assert_hides("900.0").assert_hides("950.0").assert_hides("公表前の機器");
        }
    }
    for path in [format!("/institutions/{TOKYO}"), format!("/people/{TARO}")] {
        app.client(Persona::Committee).await.get(&path).await.assert_status(404);
        app.client(Persona::Observer).await.get(&path).await.assert_status(200).assert_hides("機器");
    }
}

#[tokio::test]
async fn institutions_are_found_by_a_part_of_their_name() {
    let app = portfolio().await;
    let unit = app.client(Persona::Unit).await;
    unit.get("/institutions?q=%E6%9D%B1%E4%BA%AC")
        .await
        .assert_shows("国立大学法人東京大学")
        .assert_hides("大阪");
    unit.get("/institutions?q=%25").await.assert_shows("該当する研究機関がありません");
    unit.get("/institutions?q=%E5%A4%A7%E9%98%AA").await.assert_shows("大阪大学");
    app.client(Persona::Observer)
        .await
        .get("/institutions?q=%E5%A4%A7%E9%98%AA")
        .await
        .assert_hides("大阪大学");
}

#[tokio::test]
async fn indicators_count_links_and_open_them() {
    let app = portfolio().await;
    let from = app.task("元の課題").create().await;
    let to = app.task("承継先の題名").program(P2, PROJECT_2).restricted().create().await;
    for (target, company, kind) in [(Some(to), None, "matching"), (None, Some("見本製薬"), "licence")] {
        sqlx::query(
            "INSERT INTO successor_links (id, from_task_id, to_task_id, company_name, kind, linked_on, fiscal_year)
             VALUES (gen_random_uuid(), $1, $2, $3, $4, '2026-06-01', 2026)",
        )
        .bind(from)
        .bind(target)
        .bind(company)
        .bind(kind)
        .execute(&app.pool)
        .await
        .unwrap();
    }
    let page = app.client(Persona::Unit).await.get("/indicators?show=continued&year=R8").await;
    assert_eq!(
        page.texts(
            "table:first-of-type tbody tr:first-child th, table:first-of-type tbody tr:first-child td"
        )[..7],
        ["令和8年度", "1", "120", "1", "130", "0", "60"]
    );
    page.assert_shows("元の課題").assert_shows("承継先の題名").assert_hides("見本製薬");
    let licensed = app.client(Persona::Ps).await.get("/indicators?show=licensed&year=R8").await;
    licensed.assert_shows("見本製薬");
    let unseen = app.client(Persona::Ps).await.get("/indicators?show=continued&year=R8").await;
    unseen.assert_hides("承継先の題名").assert_shows("記録がありません");
}
