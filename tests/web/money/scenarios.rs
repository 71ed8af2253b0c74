//! What-if scenarios.

use super::*;

/// The version in force of a stage of R8.
async fn version_of(app: &TestApp, stage: &str) -> String {
    let id: Uuid =
        sqlx::query_scalar("SELECT id FROM budget_versions WHERE fiscal_year = 2026 AND stage = $1")
            .bind(stage)
            .fetch_one(&app.pool)
            .await
            .unwrap();
    id.to_string()
}

/// Makes a scenario of the unit on the initial budget with one movement from P1 to P2; its page.
async fn scenario(app: &TestApp, name: &str, oku: &str) -> String {
    scenario_on(app, "initial", name, oku).await
}

/// The same on a budget of any stage.
async fn scenario_on(app: &TestApp, stage: &str, name: &str, oku: &str) -> String {
    let unit = app.client(Persona::Unit).await;
    let version = version_of(app, stage).await;
    let form = [("key", name), ("version", version.as_str()), ("name", name), ("note", "検討")];
    let made = unit.post("/budget/scenarios", &form).await;
    made.assert_status(303);
    let at = |place: String| place.replace("/initial/0/", &format!("/{stage}/0/"));
    let (from, to) = (at(place(P1, PROJECT_1, "mhlw")), at(place(P2, PROJECT_2, "mext")));
    let key = format!("m{name}");
    let row = [
        ("key", key.as_str()),
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("amount", oku),
        ("unit", "oku"),
        ("reason", "案"),
    ];
    unit.post(&format!("{}/moves", made.location()), &row).await.assert_status(303);
    made.location()
}

#[tokio::test]
async fn a_scenario_is_in_no_figure_until_its_slips_are_applied() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let path = scenario(&app, "案A", "1.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.get(&path).await.assert_shows("900.0").assert_shows("600.0");
    assert_eq!((moved(&app, P1).await, app.count("budget_slips").await), (10 * OKU, 0));
    unit.get("/budget?year=R8").await.assert_hides("900.0");
    let bare = unit.post(&format!("{path}/submission"), &[("version", "2"), ("authority", "")]).await;
    bare.assert_status(422);
    let done =
        unit.post(&format!("{path}/submission"), &[("version", "2"), ("authority", "理事会の了承")]).await;
    done.assert_status(303);
    assert_eq!(app.count("budget_slips WHERE state = 'proposed'").await, 1);
    assert_eq!(moved(&app, P1).await, 10 * OKU, "a proposed slip is in no figure either");
    unit.get(&path).await.assert_shows("伝票にした").assert_shows("承認待ち");
    unit.post(&format!("{path}/submission"), &[("version", "3"), ("authority", "再")])
        .await
        .assert_status(403);
    assert_eq!(app.count("budget_slips").await, 1);
}

#[tokio::test]
async fn scenarios_stand_side_by_side_with_their_differences() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let (a, b) = (scenario(&app, "案A", "1.0").await, scenario(&app, "案B", "2.5").await);
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let unit = app.client(Persona::Unit).await;
    let page = unit.get(&format!("/budget/scenarios/comparison?s={}&s={}", id(&a), id(&b))).await;
    page.assert_status(200)
        .assert_shows("案A")
        .assert_shows("案B")
        .assert_shows("900.0")
        .assert_shows("750.0");
    page.assert_shows("−100.0").assert_shows("−250.0");
    assert_eq!(
        page.texts("tfoot td.money").last().map(String::as_str),
        Some("0.0"),
        "a plan changes no total"
    );
    app.client(Persona::Pd)
        .await
        .post(&format!("{a}/discarding"), &[("version", "2")])
        .await
        .assert_status(403);
    app.client(Persona::Ps).await.get(&a).await.assert_status(403);
    let copy = unit.post(&format!("{a}/copy"), &[("key", "k"), ("name", "案C")]).await.location();
    unit.get(&copy).await.assert_shows("案C").assert_shows("900.0");
    unit.post(&format!("{a}/copy"), &[("key", "k2"), ("name", "案B")]).await.assert_status(422);
}

/// A draft budget of R8 beside the one in law: P1 9億円, P2 4億円.
async fn draft_budget(app: &TestApp) {
    let lines = [(P1, PROJECT_1, "mhlw", 9 * OKU), (P2, PROJECT_2, "mext", 4 * OKU)];
    budget_at(&app.pool, (2026, "draft"), &lines).await;
}

#[tokio::test]
async fn a_scenario_moves_the_lines_of_its_own_version_only() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    draft_budget(&app).await;
    let unit = app.client(Persona::Unit).await;
    let chosen = unit.get("/budget/scenarios").await.attribute("#version option[selected]", "value");
    assert_eq!(chosen, Some(version_of(&app, "initial").await), "the initial budget of the running year");
    for (stage, other) in [("initial", "draft"), ("draft", "initial")] {
        let path = scenario_on(&app, stage, stage, "1.0").await;
        let page = unit.get(&path).await;
        page.assert_hides("0円未満");
        let offered = page.attributes("#from option, #to option", "value");
        assert!(offered.iter().any(|p| p.contains(&format!("/{stage}/0/"))), "{offered:?}");
        assert!(offered.iter().all(|p| !p.contains(&format!("/{other}/0/"))), "{offered:?}");
        let foreign = place(P1, PROJECT_1, "mhlw").replace("/initial/0/", &format!("/{other}/0/"));
        let row = [
            ("key", "foreign"),
            ("from", foreign.as_str()),
            ("to", offered.last().map(String::as_str).unwrap_or_default()),
            ("amount", "1.0"),
            ("unit", "oku"),
            ("reason", "案"),
        ];
        let refused = unit.post(&format!("{path}/moves"), &row).await;
        refused.assert_status(422).assert_shows("一覧から予算の行");
    }
}

#[tokio::test]
async fn a_scenario_on_a_draft_never_becomes_slips() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    draft_budget(&app).await;
    let path = scenario_on(&app, "draft", "政府案での検討", "1.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.get(&path).await.assert_shows("800.0").assert_shows("500.0").assert_shows("伝票にはできません");
    let refused =
        unit.post(&format!("{path}/submission"), &[("version", "2"), ("authority", "理事会の了承")]).await;
    refused.assert_status(422).assert_shows("成立した予算（当初・補正・調整費）の行だけ");
    assert_eq!(app.count("budget_slips").await, 0);
    assert_eq!(app.count("budget_scenarios WHERE state = 'draft'").await, 1, "it stays open");
}

#[tokio::test]
async fn each_scenario_is_compared_with_the_budget_it_stands_on() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    draft_budget(&app).await;
    let law = scenario_on(&app, "initial", "成立後の案", "1.0").await;
    let draft = scenario_on(&app, "draft", "政府案の案", "2.0").await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let query = format!("s={}&s={}", id(&law), id(&draft));
    let unit = app.client(Persona::Unit).await;
    let page = unit.get(&format!("/budget/scenarios/comparison?{query}")).await;
    page.assert_status(200).assert_shows("それぞれのシナリオの年度・段階の額").assert_hides("0円未満あり");
    assert_eq!(
        page.texts("tbody tr:first-child td.money"),
        ["1,000.0", "900.0", "−100.0", "900.0", "700.0", "−200.0"]
    );
    assert_eq!(page.texts("tfoot td.money"), ["1,500.0", "1,500.0", "0.0", "1,300.0", "1,300.0", "0.0"]);
    let file = unit.post(&format!("/budget/scenarios/comparison/file?{query}"), &[("format", "csv")]).await;
    file.assert_status(200)
        .assert_shows("政府案の案（いまの額）")
        .assert_shows("1000000000,900000000,-100000000,900000000,700000000,-200000000");
}
