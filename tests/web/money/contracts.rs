//! Contracts against the budget, and who sees figures.

use super::*;

#[tokio::test]
async fn contracts_stand_against_what_can_be_spent() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    app.task("課題").years(&[(2026, 1_150_000_000)]).create().await;
    app.task("公表前の課題").program(P2, PROJECT_2).restricted().years(&[(2026, 100_000_000)]).create().await;
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/budget/contracts?year=R8").await;
    page.assert_shows("−150.0")
        .assert_shows("超過")
        .assert_shows("400.0")
        .assert_shows("/tasks?q=program%3AP1");
    let over = unit.get("/budget/contracts?year=R8&over=1").await;
    over.assert_shows("見本がん医療実用化研究事業").assert_hides("見本機器開発事業");
    let division = app.client(Persona::Division).await.get("/budget/contracts?year=R8").await;
    // The restricted task of P2 is not shown to the division: its program has no remainder here, nor has the total.
    division.assert_shows("500.0").assert_shows("閲覧できない課題がある事業").assert_hides("400.0");
    assert!(
        page.texts("tbody tr").iter().any(|row| row.contains("見本機器開発事業") && row.contains("範囲内"))
    );
    let row = division.texts("tbody tr").into_iter().find(|row| row.contains("見本機器開発事業")).unwrap();
    assert!(row.contains('－') && !row.contains("範囲内"), "{row}");
    assert!(division.texts("tfoot td.money").iter().any(|cell| cell == "－"));
    let round = open_round(&app).await;
    let proposal = heard_proposal(&app, &round, "p", "2.0").await;
    unit.post(&format!("{proposal}/decision"), &decision(&round, "2.0")).await.assert_status(303);
    unit.get("/budget/contracts?year=R8").await.assert_shows("1,200.0").assert_hides("−150.0");
}

#[tokio::test]
async fn every_figure_opens_its_lines_and_outsiders_see_none() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let observer = app.client(Persona::Observer).await;
    let page = observer.get("/budget?year=R8").await;
    page.assert_status(200).assert_shows("1,000.0");
    let href = page.attribute("tbody td.money a", "href").unwrap();
    observer.get(&href).await.assert_status(200).assert_shows("1,000.0");
    observer.get("/budget/adjustments").await.assert_status(403);
    for path in ["/budget", "/budget/contracts", "/budget/lines", "/budget/scenarios"] {
        app.client(Persona::Committee).await.get(path).await.assert_status(403);
        app.client(Persona::NoRole).await.get(path).await.assert_status(403);
    }
    let english = app.client(Persona::Unit).await.in_english();
    for path in [
        "/budget?year=R8",
        "/budget/contracts?year=R8",
        "/budget/adjustments",
        "/budget/slips",
        "/budget/scenarios",
    ] {
        english.get(path).await.assert_status(200);
    }
    app.client(Persona::Unit)
        .await
        .get("/budget?year=R1")
        .await
        .assert_status(200)
        .assert_shows("この年度の予算がありません");
}

#[tokio::test]
async fn an_observer_meets_no_link_that_refuses_them_and_no_remainder_of_hidden_tasks() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    app.task("他省の課題").program(P2, PROJECT_2).restricted().years(&[(2026, 100_000_000)]).create().await;
    let slip = proposed_slip(&app, "m", "1.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.post(&format!("{slip}/approval"), &[("version", "1")]).await.assert_status(303);
    unit.post(&format!("{slip}/application"), &[("version", "2")]).await.assert_status(303);
    let observer = app.client(Persona::Observer).await;
    let lines = format!("/budget/lines?year=R8&budget=initial-0&program={P1}");
    for path in ["/budget?year=R8", "/budget?year=R1", lines.as_str(), "/budget/contracts?year=R8"] {
        let page = observer.get(path).await;
        page.assert_status(200);
        for href in page.attributes("main a[href^='/']", "href") {
            assert_ne!(observer.get(&href).await.status.as_u16(), 403, "{href} on {path}");
        }
    }
    observer.get(&lines).await.assert_shows("R8-1").assert_hides("/budget/slips/");
    let contracts = observer.get("/budget/contracts?year=R8").await;
    contracts.assert_shows("閲覧できない課題がある事業");
    let row = contracts.texts("tbody tr").into_iter().find(|row| row.contains("見本機器開発事業")).unwrap();
    assert!(row.contains('－') && !row.contains("範囲内"), "{row}");
}

#[tokio::test]
async fn a_task_stands_beside_the_line_of_its_program() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let task = app.task("課題").years(&[(2025, 700_000_000), (2026, 1_150_000_000)]).create().await;
    app.task("別の課題").years(&[(2025, 50_000_000)]).create().await;
    let path = format!("/tasks/{task}");
    let unit = app.client(Persona::Unit).await;
    let page = unit.get(&path).await;
    page.assert_shows("事業の予算との対比").assert_shows("750.0").assert_shows("−150.0").assert_shows("超過");
    page.assert_shows("/budget/programs/P1").assert_shows("契約額の出所").assert_shows("範囲内");
    assert!(!page.text().contains("閲覧できない課題がある年度"));
    app.task("公表前の課題").program(P2, PROJECT_2).restricted().years(&[(2026, 100_000_000)]).create().await;
    let open = app.task("公開の課題").program(P2, PROJECT_2).years(&[(2026, 50_000_000)]).create().await;
    let division = app.client(Persona::Division).await.get(&format!("/tasks/{open}")).await;
    division.assert_shows("閲覧できない課題がある年度").assert_hides("450.0");

    // 0.5億円 go over from R7 into R8.
    let from = format!("2025/initial/0/{P1}/{PROJECT_1}/mhlw/initial");
    let mut form = slip_form("c", &from, "", "0.5");
    (form[1].1, form[2].1) = ("R7", "carry_over");
    let slip = app.client(Persona::Division).await.post("/budget/slips", &form).await.location();
    let step = |version: &'static str| [("version", version)];
    unit.post(&format!("{slip}/approval"), &step("1")).await.assert_status(303);
    unit.post(&format!("{slip}/application"), &step("2")).await.assert_status(303);
    let page = unit.get(&path).await;
    page.assert_shows("50.0").assert_shows("−100.0").assert_shows("前年度から繰越");

    // Only to those who read figures of money.
    let member = app.client(Persona::NoRole).await.get(&path).await;
    assert!(!member.text().contains("事業の予算との対比"), "{}", member.status);
    let english = unit.in_english().get(&path).await;
    english.assert_shows("Beside the budget of the program");
}
