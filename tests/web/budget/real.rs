//! Published figures through the whole path: sent, confirmed, applied, and the pages show the same yen.

use super::*;

const MHLW: &str = "令和７年度厚生労働省所管 AMED研究事業 当初予算額,,,,
,,,,（単位：千円）
No,事業名,令和5年度,令和6年度,令和7年度
1,革新的がん医療実用化,\"9,227,703\",\"8,870,860\",\"8,920,860\"
2,難治性疾患実用化,\"8,888,553\",\"8,544,568\",\"8,594,568\"
3,肝炎等克服実用化,\"3,508,779\",\"3,508,779\",\"3,307,678\"
4,新興・再興（医薬品等開発）,\"2,087,931\",\"2,087,931\",\"2,030,232\"
5,認知症研究開発,\"1,104,596\",\"1,304,596\",\"1,229,825\"
6,医薬品等規制調和・評価,\"1,077,530\",\"1,077,530\",\"1,063,811\"
7,循環器・糖尿病等,\"751,855\",\"751,855\",\"708,764\"
8,免疫アレルギー,\"708,075\",\"708,075\",\"667,493\"
9,障害者対策（精神障害）,\"383,354\",\"383,354\",\"361,383\"
10,女性の健康,\"147,834\",\"147,834\",\"139,361\"
11,地球規模（日米医学）,\"93,157\",\"166,157\",\"111,788\"
12,腎疾患実用化,\"74,801\",\"74,801\",\"70,514\"
13,慢性の痛み解明,\"63,480\",\"63,480\",\"59,842\"
,合計,\"28,117,648\",\"27,689,820\",\"27,266,119\"
";

/// A published file beside the repository; a clone elsewhere skips with a word.
fn shared(path: &str) -> Option<Vec<u8>> {
    let file = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find_map(|a| Some(a.join("shared/data").join(path)).filter(|p| p.exists()));
    if file.is_none() {
        println!("skipped: shared/data/{path} is not here");
    }
    file.map(|f| std::fs::read(f).unwrap())
}

async fn in_yen(app: &TestApp) -> crate::support::Client {
    let admin = app.client(Persona::Administrator).await;
    sqlx::raw_sql("UPDATE users SET yen_unit = 'thousand'").execute(&app.pool).await.unwrap();
    admin
}

#[tokio::test]
async fn the_thirteen_programs_of_the_health_ministry_show_the_same_yen_on_every_page() {
    let app = with_real_programs().await;
    let admin = in_yen(&app).await;
    take_in(&app, "R7_MHLW.csv", MHLW.as_bytes(), "").await;
    for (year, thousand) in [(2023, 28_117_648_i64), (2024, 27_689_820), (2025, 27_266_119)] {
        let sql = format!(
            "SELECT sum(amount_yen)::bigint FROM budget_in_force WHERE fiscal_year = {year} AND stage = 'initial' AND ministry_code = 'mhlw'"
        );
        assert_eq!(number(&app.pool, &sql).await, thousand * 1_000);
    }
    assert_eq!(
        app.count("budget_in_force WHERE program_id IS NOT NULL").await,
        39,
        "every short name is a program"
    );
    let years = admin.get("/budget/years?stage=initial").await;
    years.assert_status(200);
    assert_eq!(years.texts("tfoot td.money"), ["28,117,648", "27,689,820", "27,266,119"]);
    years.assert_shows("革新的がん医療実用化研究事業").assert_shows("8,920,860").assert_shows("+50,000");
    let stages = admin.get("/budget/stages?year=R7").await;
    assert_eq!(stages.texts("tfoot td.money"), ["27,266,119"]);
    let line = number(&app.pool, "SELECT line_id FROM budget_in_force WHERE amount_yen = 8920860000").await;
    let origin = admin.get(&format!("/budget/lines/{line}")).await;
    origin
        .assert_shows("8,920,860,000円")
        .assert_shows("R7_MHLW.csv")
        .assert_shows("E4")
        .assert_shows("管理");
    assert_eq!(origin.texts("td.sheet-here"), ["8,920,860"]);
    assert!(origin.texts("td.sheet-head").contains(&"令和7年度".to_owned()));
    // The same figure, one thousand yen off in one cell: refused.
    let off = upload(&app, "R7_off.csv", MHLW.replace("8,920,860", "8,920,861").as_bytes()).await;
    admin.get(&off).await.assert_shows("sum_column").assert_shows("反映できません");
}

#[tokio::test]
async fn splits_by_project_are_lines_of_the_right_projects() {
    let app = with_real_programs().await;
    let sheet = |name: &str, total: &str, amounts: [&str; 8]| {
        let projects = [
            "医薬品",
            "医療機器・ヘルスケア",
            "再生・細胞医療・遺伝子治療",
            "感染症",
            "データ利活用・ライフコース",
            "シーズ開発・基礎研究",
            "橋渡し・臨床加速化",
            "イノベーション・エコシステム",
        ];
        let rows: String = projects.iter().zip(amounts).map(|(p, a)| format!("{p},\"{a}\"\n")).collect();
        format!("{name},\n令和７年度予算額　{total} 千円,\nPJ区分,予算額(千円)\n{rows}計,\"{total}\"\n")
    };
    let cancer = sheet(
        "革新的がん医療実用化研究事業",
        "8920860",
        ["2,566,694", "0", "1,374,490", "0", "4,979,676", "0", "0", "0"],
    );
    let rare = sheet(
        "難治性疾患実用化研究事業",
        "8594568",
        ["2,824,811", "0", "1,405,168", "0", "4,364,589", "0", "0", "0"],
    );
    take_in(&app, "R7資料1-2.csv", format!("{cancer}\n\n{rare}").as_bytes(), "").await;
    let by_project = |number: i32| {
        format!(
            "SELECT coalesce(sum(amount_yen), 0)::bigint FROM budget_in_force b JOIN projects p ON p.id = b.project_id JOIN plan_terms t ON t.id = p.term_id WHERE t.number = 3 AND p.number = {number}"
        )
    };
    for (project, thousand) in
        [(1, 2_566_694 + 2_824_811), (2, 0), (3, 1_374_490 + 1_405_168), (5, 4_979_676 + 4_364_589), (8, 0)]
    {
        assert_eq!(number(&app.pool, &by_project(project)).await, thousand * 1_000, "project {project}");
    }
    assert_eq!(app.count("budget_in_force").await, 16, "zeros are lines");
}

#[tokio::test]
async fn totals_of_the_headquarters_keep_their_remainders() {
    let app = with_real_programs().await;
    let table = "AMED対象経費（政府予算案）,,,,,\n,,,,,（単位：億円）\n年度,合計,文,厚,経,等\n平成26年度,\"1,215\",570,476,169,0\n\
                 平成27年度,\"1,248\",598,474,177,▲1\n平成28年度,\"1,265\",599,478,185,3\n";
    take_in(&app, "予算案の推移.csv", table.as_bytes(), "").await;
    for (year, oku) in [(2014, 1_215), (2015, 1_248), (2016, 1_265)] {
        let sql = format!(
            "SELECT total_yen FROM budget_versions WHERE fiscal_year = {year} AND stage = 'draft' AND state = 'applied'"
        );
        assert_eq!(number(&app.pool, &sql).await, oku * 100_000_000);
    }
    // H29 in-house: 743 printed, 744 by its parts; the lines are the parts, the remainder is told.
    let house = "平成29年度概算要求 インハウス研究機関経費,,,,\n,,,,（単位：億円）\n区分,計,文,厚,経\n要求,743,219,437,88\n要望,101,34,67,0\n";
    let import = upload(&app, "H29概算要求.csv", house.as_bytes()).await;
    confirm(&app, &import, &[]).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    admin
        .get(&format!("{import}/preview"))
        .await
        .assert_shows("四捨五入の端数として受け入れた差")
        .assert_shows("B4");
    apply(&app, &import, &[("seen", "true")]).await.assert_status(303);
    let total = |stage: &str| {
        format!("SELECT total_yen FROM budget_versions WHERE fiscal_year = 2017 AND stage = '{stage}'")
    };
    assert_eq!(number(&app.pool, &total("request")).await, 74_400_000_000);
    assert_eq!(number(&app.pool, &total("special_request")).await, 10_100_000_000);
}

#[tokio::test]
async fn rounds_of_the_adjustment_fund_are_versions_of_their_own() {
    let app = with_real_programs().await;
    let h30 = "平成30年度 調整費の配分,\n,（単位：億円）\n区分,配分額\n第1回,148.5\n第2回,26.5\n合計,175.0\n";
    take_in(&app, "H30調整費.csv", h30.as_bytes(), "").await;
    let rounds: Vec<(i16, i64)> = sqlx::query_as(
        "SELECT round, total_yen FROM budget_versions WHERE fiscal_year = 2018 AND stage = 'adjustment' ORDER BY round",
    )
    .fetch_all(&app.pool)
    .await
    .unwrap();
    assert_eq!(rounds, [(1, 14_850_000_000), (2, 2_650_000_000)]);
    let third = "令和2年度 調整費（第３回）の配分,,\n,,（単位：億円）\n区分,配分額,備考\n理事長裁量型経費,25.5,\nトップダウン型経費,21.6,\n合計,47.0,四捨五入の関係で一致しない\n";
    let import = upload(&app, "R2調整費第3回.csv", third.as_bytes()).await;
    confirm(&app, &import, &[]).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("調整費 第3回").assert_shows("▲0.1億円");
    apply(&app, &import, &[("seen", "true")]).await.assert_status(303);
    assert_eq!(
        number(&app.pool, "SELECT total_yen FROM budget_versions WHERE fiscal_year = 2020 AND round = 3")
            .await,
        4_710_000_000
    );
}

#[tokio::test]
async fn the_real_review_rows_load_whole() {
    let Some(bytes) = shared("jp_budget_tables/amed_budget_by_programme.csv") else { return };
    let app = with_real_programs().await;
    let import = take_in(&app, "amed_budget_by_programme.csv", &bytes, "").await;
    // The same sum from the reader alone, with the names that the database knows.
    let reference =
        nakadachi::budget::imports::actions::reference(&app.pool, &Default::default()).await.unwrap();
    let limits = nakadachi::budget::sheet::Limits::default();
    let report =
        nakadachi::budget::check::check(&bytes, "amed_budget_by_programme.csv", &reference.programs, &limits)
            .unwrap();
    let counted: i64 =
        report.tables.iter().flat_map(|t| &t.lines).filter(|l| l.counted).filter_map(|l| l.amount_yen).sum();
    let stored = number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await;
    println!(
        "{} lines, {stored} yen in {} versions",
        app.count("budget_in_force").await,
        app.count("budget_versions").await
    );
    assert_eq!(stored, counted);
    let stages = app.client(Persona::Administrator).await.get("/budget/stages?year=H30").await;
    stages.assert_status(200).assert_shows("補正").assert_shows("執行");
    let admin = app.client(Persona::Administrator).await;
    assert_eq!(admin.upload("/budget/imports", &[], "again.csv", &bytes).await.location(), import);
}

#[tokio::test]
async fn the_cp932_sample_is_read_and_told_to_be_no_budget() {
    let Some(bytes) = shared("importer_samples/estat_corporate_statistics_cp932.csv") else { return };
    let app = with_real_programs().await;
    let import = upload(&app, "estat.csv", &bytes).await;
    let admin = app.client(Persona::Administrator).await;
    admin
        .get(&import)
        .await
        .assert_shows("csv (CP932)")
        .assert_shows("not_a_budget")
        .assert_shows("反映できません");
    admin.get(&format!("{import}/mapping")).await.assert_status(200).assert_shows("法人");
    // A budget in the same encoding goes the whole way.
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(MHLW);
    take_in(&app, "R7_cp932.csv", &cp932, "").await;
    assert_eq!(
        number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force WHERE fiscal_year = 2025")
            .await,
        27_266_119_000
    );
}

#[tokio::test]
async fn renamed_programs_stand_in_one_row_over_the_years() {
    let app = with_real_programs().await;
    let text = "医療機器 当初予算額,,\n,,（単位：千円）\n事業名,令和6年度,令和7年度\n医工連携イノベーション推進事業,\"1,000\",－\n医工連携グローバル展開事業,－,\"1,200\"\n合計,\"1,000\",\"1,200\"\n";
    let admin = in_yen(&app).await;
    take_in(&app, "医工連携.csv", text.as_bytes(), "").await;
    let joined = admin.get("/budget/years").await;
    joined.assert_shows("系譜で合算").assert_shows("+200");
    let alone = admin.get("/budget/years?lineage=off").await;
    alone.assert_hides("系譜で合算").assert_shows("+1,200");
    let file = admin.get("/budget/years?format=csv").await;
    let csv = String::from_utf8(file.body.clone()).unwrap();
    assert!(
        csv.contains("1200000") && csv.contains("# 条件") && csv.contains("/budget/years?format=csv"),
        "{csv}"
    );
}
