//! What a person says about a file, and what is remembered of it.

use super::*;

const BARE: &str = "予算の内訳,,,\n事業名,総括A,機器分,合計\n見本がん医療実用化研究事業,100,20,120\n見本器機開発事業,0,50,50\n合計,100,70,170\n";

#[tokio::test]
async fn what_the_file_does_not_say_the_administrator_says_and_next_year_it_is_known() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let import = upload(&app, "内訳.csv", BARE.as_bytes()).await;
    let check = admin.get(&import).await;
    check.assert_shows("unit_missing").assert_shows("year_missing").assert_shows("反映できません");
    let page = admin.get(&format!("{import}/mapping")).await;
    let table = page.attribute("input[name^='anchor-']", "value").unwrap();
    assert!(table.ends_with("!A2"), "{table}");
    let name = page.attribute("input[name^='name-']", "value").unwrap();
    assert_eq!(name, "見本器機開発事業", "a misspelt program is offered for choosing");
    let said: &[(&str, &str)] = &[
        ("unit-0", "thousand"),
        ("year-0", "令和八"),
        ("stage-0", "initial"),
        ("column-0-1", "医薬品"),
        ("column-0-2", "医療機器・ヘルスケア"),
        ("program-0", "00000000-0000-7000-8000-000000000202"),
    ];
    let wrong = confirm(&app, &import, said).await;
    wrong.assert_status(422).assert_shows("年度として読めません");
    assert_eq!(
        wrong.attribute("input[name='column-0-1']", "value").as_deref(),
        Some("医薬品"),
        "typed text is kept"
    );
    let mut said = said.to_vec();
    said[1] = ("year-0", "R8");
    confirm(&app, &import, &said).await.assert_status(303);
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("令和8年度 当初").assert_shows("医療機器・ヘルスケアプロジェクト");
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(
        number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force WHERE project_id = '00000000-0000-7000-8000-000000000102'").await,
        70_000
    );
    assert_eq!(app.count("program_names WHERE name = '見本器機開発事業' AND kind = 'confirmed'").await, 1);

    // Next year's file of the same layout: only the year has to come from somewhere, its name here.
    let next =
        BARE.replace("120", "121").replace("100,20", "101,20").replace("合計,100,70,170", "合計,101,70,171");
    let import = upload(&app, "R9内訳.csv", next.as_bytes()).await;
    let check = admin.get(&import).await;
    check
        .assert_shows("この表の形は以前に確認されています")
        .assert_shows("内訳.csv")
        .assert_hides("unit_missing")
        .assert_hides("program_misspelt");
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(
        number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force WHERE fiscal_year = 2027")
            .await,
        171_000
    );
    assert_eq!(
        app.count(
            "budget_in_force WHERE fiscal_year = 2027 AND project_id IS NOT NULL AND program_id IS NOT NULL"
        )
        .await,
        4
    );
}

#[tokio::test]
async fn a_table_and_a_column_can_be_left_out() {
    let app = TestApp::start().await;
    let text = "令和8年度 当初予算額,,,（単位：千円）\n事業名,医薬品,参考値,計\n見本がん医療実用化研究事業,100,5,100\n合計,100,5,100\n\n\n\n\n\
        令和7年度 当初予算額,,,（単位：千円）\n事業名,医薬品,医療機器,計\n見本機器開発事業,1,2,3\n合計,1,2,3\n";
    let import = upload(&app, "R8.csv", text.as_bytes()).await;
    let admin = app.client(Persona::Administrator).await;
    admin.get(&import).await.assert_shows("column_unknown");
    confirm(&app, &import, &[("column-0-2", "無視"), ("skip-1", "true")]).await.assert_status(303);
    admin.get(&import).await.assert_hides("column_unknown");
    let page = admin.get(&format!("{import}/mapping")).await;
    assert!(
        page.texts("td.sheet-ignored").iter().any(|t| t == "見本機器開発事業"),
        "{:?}",
        page.texts("td.sheet-ignored")
    );
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 100_000);
    assert_eq!(app.count("budget_versions").await, 1);
}

#[tokio::test]
async fn a_heading_that_nobody_understands_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let import = upload(&app, "内訳.csv", BARE.as_bytes()).await;
    let wrong = confirm(&app, &import, &[("column-0-0", "ほげ"), ("year-0", "R8")]).await;
    wrong.assert_status(422).assert_shows("「ほげ」は見出しとして読めません");
    assert_eq!(wrong.texts("[id='column-0-0-error']").len(), 1);
    assert_eq!(wrong.attribute("input[name='column-0-0']", "value").as_deref(), Some("ほげ"));
    assert_eq!(app.count("budget_imports WHERE confirmed").await, 0);
}

#[tokio::test]
async fn saving_to_read_again_confirms_nothing() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let text = "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n見本がん医療実用化研究事業,100,100\n合計,100,100\n";
    let import = upload(&app, "R8.csv", text.as_bytes()).await;
    confirm(&app, &import, &[("stay", "true")]).await.assert_status(303);
    assert_eq!(app.count("budget_imports WHERE confirmed").await, 0);
    assert_eq!(app.count("budget_mappings").await, 0, "nothing is remembered for next year");
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("対応がまだ確認されていません").assert_hides("この内容で反映する");
    confirm(&app, &import, &[]).await.assert_status(303);
    assert_eq!(app.count("budget_imports WHERE confirmed").await, 1);
    // What was confirmed stays so while it is saved unchanged, and waits again once it is changed.
    confirm(&app, &import, &[("stay", "true")]).await.assert_status(303);
    assert_eq!(app.count("budget_imports WHERE confirmed").await, 1);
    confirm(&app, &import, &[("stay", "true"), ("year-0", "R7")]).await.assert_status(303);
    assert_eq!(app.count("budget_imports WHERE confirmed").await, 0);
}

#[tokio::test]
async fn the_difference_names_the_errors_that_are_no_sums_and_leads_to_them() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let text = "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n見本機器開発事業,100,100\n見本器機開発事業,20,20\n合計,120,120\n";
    let import = upload(&app, "R8.csv", text.as_bytes()).await;
    let program = [("program-0", "00000000-0000-7000-8000-000000000202")];
    confirm(&app, &import, &program).await.assert_status(303);
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("同じ内容の行です").assert_shows("検査結果をすべて見る").assert_shows("#findings");
    assert_eq!(preview.texts("h3 .badge"), ["エラーあり"]);
    let wrong = upload(&app, "R8-2.csv", text.replace("合計,120", "合計,121").as_bytes()).await;
    let preview = admin.get(&format!("{wrong}/preview")).await;
    assert_eq!(preview.texts("h3 .badge"), ["不一致"]);
}

#[tokio::test]
async fn the_difference_speaks_the_language_of_its_reader() {
    let app = TestApp::start().await;
    let text = "令和8年度 当初予算額,,,（単位：千円）\n事業名,所管,医薬品,計\n見本機器開発事業,文科省,100,100\n合計,,100,100\n";
    let import = upload(&app, "R8.csv", text.as_bytes()).await;
    let english = app.client(Persona::Administrator).await.in_english();
    let preview = english.get(&format!("{import}/preview")).await;
    preview
        .assert_shows("Drug Discovery and Development")
        .assert_shows("Sample Device Programme")
        .assert_hides("医薬品プロジェクト")
        .assert_hides("見本機器開発事業")
        .assert_hides("文部科学省");
    assert!(preview.texts("td.name").contains(&"Initial".to_owned()), "{:?}", preview.texts("td.name"));
}

#[tokio::test]
async fn a_later_confirmation_over_an_older_page_is_refused_and_keeps_the_text() {
    let app = TestApp::start().await;
    let import = upload(&app, "内訳.csv", BARE.as_bytes()).await;
    let page = app.client(Persona::Administrator).await.get(&format!("{import}/mapping")).await;
    let mine = fields(&page, "/mapping", &[("year-0", "R8")]);
    confirm(&app, &import, &[("year-0", "R7")]).await.assert_status(303);
    let stale = send(&app, &format!("{import}/mapping"), &mine).await;
    stale.assert_status(422).assert_shows("変更されました");
    assert_eq!(stale.attribute("input[name='year-0']", "value").as_deref(), Some("R8"));
}

#[tokio::test]
async fn warnings_are_ticked_before_applying() {
    let app = TestApp::start().await;
    let text = "令和8年度 当初予算額,,,（単位：千円）\n事業名,医薬品,メモ欄X,計\n見本がん医療実用化研究事業,100,3,100\n見本機器開発事業,10,4,10\n合計,110,7,110\n";
    let import = upload(&app, "R8.csv", text.as_bytes()).await;
    confirm(&app, &import, &[]).await.assert_status(303);
    apply(&app, &import, &[]).await.assert_status(422).assert_shows("警告を確認し");
    apply(&app, &import, &[("seen", "true")]).await.assert_status(303);
}
