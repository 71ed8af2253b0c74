//! Tables that add up to their version, and series over the years.

use super::*;

/// Rows of a CSV export without its origin.
fn csv_rows(page: &Page) -> Vec<Vec<String>> {
    let text = page.text();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    rows.filter(|r: &Vec<String>| !r[0].starts_with("# ")).collect()
}

#[tokio::test]
async fn every_table_adds_up_to_the_control_total_of_its_version() {
    let app = TestApp::start().await;
    let odd = [
        (P1, PROJECT_1, "mhlw", 2_566_694_001),
        (P1, PROJECT_2, "mhlw", 1_374_490_003),
        (P2, PROJECT_2, "mext", 7),
        (P3, PROJECT_1, "mext", 1_229_825_000),
    ];
    budget(&app.pool, 2026, &odd).await;
    let control: i64 = odd.iter().map(|l| l.3).sum();
    let unit = app.client(Persona::Unit).await;
    unit.get("/budget?year=R8").await.assert_shows("合計一致").assert_shows("5,171,009,011円");
    let file = unit.post("/budget/file?year=R8", &[("format", "csv")]).await;
    file.assert_status(200)
        .assert_shows("# 照会")
        .assert_shows("# 版")
        .assert_shows("第1版")
        .assert_shows("# 出力日時");
    let rows = csv_rows(&file);
    let yen = |s: &String| s.parse::<i64>().unwrap_or(0);
    let (head, body) = rows.split_first().unwrap();
    let (last, programs) = body.split_last().unwrap();
    let total = head.iter().position(|h| h == "計").unwrap();
    assert_eq!(yen(&last[total]), control);
    for column in 3..=total {
        assert_eq!(
            programs.iter().map(|r| yen(&r[column])).sum::<i64>(),
            yen(&last[column]),
            "column {column}"
        );
    }
    for row in programs {
        assert_eq!(row[3..total].iter().map(yen).sum::<i64>(), yen(&row[total]), "{row:?}");
    }
    let of = async |path: &str| {
        let rows = csv_rows(&unit.post(path, &[("format", "csv")]).await);
        yen(&rows.last().unwrap()[2])
    };
    let projects = of(&format!("/budget/projects/{PROJECT_1}/file?year=R8")).await
        + of(&format!("/budget/projects/{PROJECT_2}/file?year=R8")).await;
    let ministries =
        of("/budget/ministries/mhlw/file?year=R8").await + of("/budget/ministries/mext/file?year=R8").await;
    assert_eq!((projects, ministries), (control, control));
    let lines =
        csv_rows(&unit.post("/budget/lines/file?year=R8&budget=initial-0", &[("format", "csv")]).await);
    assert_eq!(yen(&lines.last().unwrap()[4]), control);
    let xlsx = unit.post("/budget/file?year=R8", &[("format", "xlsx")]).await;
    xlsx.assert_status(200);
    assert!(
        xlsx.body.starts_with(b"PK") && app.count("audit_entries WHERE action = 'budget.export'").await > 5
    );
    unit.post("/budget/file?year=R8", &[("format", "odt")]).await.assert_status(422);
}

#[tokio::test]
async fn the_series_of_a_program_reaches_back_across_its_lineage() {
    let app = TestApp::start().await;
    budget(&app.pool, 2025, &[(P3, PROJECT_1, "mext", 4 * OKU)]).await;
    budget(&app.pool, 2026, &[(P2, PROJECT_2, "mext", 5 * OKU)]).await;
    let step = format!(
        "INSERT INTO program_lineage (from_program_id, to_program_id, kind, fiscal_year) VALUES ('{P3}', '{P2}', 'succeeded', 2026)"
    );
    sqlx::query(sqlx::AssertSqlSafe(step)).execute(&app.pool).await.unwrap();
    let ps = app.client(Persona::Ps).await;
    ps.get("/budget/programs/P2")
        .await
        .assert_shows("見本基礎研究事業")
        .assert_shows("400.0")
        .assert_shows("500.0");
    ps.get("/budget/programs/P2?lineage=own").await.assert_hides("400.0").assert_shows("500.0");
    let year = ps.get("/budget?year=R8").await;
    year.assert_shows("100.0").assert_shows("前年度からの増減");
    ps.get("/budget/programs/P9").await.assert_status(404);
}
