//! What-if scenarios.

use super::*;

/// Makes a scenario of the unit with one movement from P1 to P2; its page.
async fn scenario(app: &TestApp, name: &str, oku: &str) -> String {
    let unit = app.client(Persona::Unit).await;
    let version: Uuid = sqlx::query_scalar("SELECT id FROM budget_versions WHERE fiscal_year = 2026")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let version = version.to_string();
    let form = [("key", name), ("version", version.as_str()), ("name", name), ("note", "検討")];
    let made = unit.post("/budget/scenarios", &form).await;
    made.assert_status(303);
    let (from, to) = (place(P1, PROJECT_1, "mhlw"), place(P2, PROJECT_2, "mext"));
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
