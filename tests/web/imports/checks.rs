//! What an import refuses, what it asks to look at again, and what it remembers.

use super::{HEADER, apply, confirm, upload};
use crate::support::{P2, Persona, TestApp};

const PROGRAM: &str = "見本がん医療実用化研究事業";

#[tokio::test]
async fn an_absurd_amount_is_an_error_at_its_cell_and_a_large_one_a_warning() {
    let app = TestApp::start().await;
    let rows: String = (1..=12).map(|n| format!(",課題{n},{PROGRAM},,,R8,999999999999999,\n")).collect();
    let batch = upload(&app, "absurd.csv", format!("{HEADER}{rows}").as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    let page = admin.get(&batch).await;
    let cells: Vec<String> = (2..=13).map(|row| format!("G{row}")).collect();
    assert_eq!(page.texts("#findings td.code"), cells);
    page.assert_shows("1兆円を超えています。単位（円・千円・百万円）を確かめて直してください。");
    apply(&app, &batch).await.assert_status(422);
    assert_eq!(app.count("tasks").await, 0);

    let text = format!(
        "課題名,事業名,年度別の額,直接経費,間接経費,年度\n\
         甲,{PROGRAM},2026:1000000000001,,,\n\
         乙,{PROGRAM},,900000000000,900000000000,R8\n\
         丙,{PROGRAM},2026:10000000001,,,\n"
    );
    let batch = upload(&app, "by_year.csv", text.as_bytes()).await;
    confirm(
        &app,
        &batch,
        &[("column-2", "amount_by_year"), ("column-3", "direct_yen"), ("column-4", "indirect_yen")],
    )
    .await
    .assert_status(303);
    let page = admin.get(&batch).await;
    let findings = page.texts("#findings tbody tr");
    let of = |cell: &str, word: &str| findings.iter().any(|f| f.contains(cell) && f.contains(word));
    assert!(of("C2", "1兆円"), "{findings:?}");
    assert!(of("D3", "1兆円"), "{findings:?}");
    assert!(of("C4", "100億円"), "{findings:?}");
    assert!(findings.iter().all(|f| !f.contains("C4") || f.starts_with("注意")), "{findings:?}");
}

#[tokio::test]
async fn open_quotes_are_refused_with_their_line_instead_of_swallowing_rows() {
    let app = TestApp::start().await;
    let quote = |n: usize| if n == 5 || n == 20 { "\"" } else { "" };
    let rows: String = (2..=50).map(|n| format!("{}課題{n},{PROGRAM},R8,1000\n", quote(n))).collect();
    let text = format!("課題名,事業名,年度,契約額\n{rows}");
    let page =
        app.client(Persona::Administrator).await.upload("/imports", &[], "quotes.csv", text.as_bytes()).await;
    page.assert_status(422).assert_shows("5行目で始まる引用符");
    assert_eq!(app.count("import_batches").await, 0);
}

#[tokio::test]
async fn blank_lines_count_in_the_cells_that_findings_name() {
    let app = TestApp::start().await;
    let text = format!("課題名,事業名,年度,契約額\n\n\nあ,{PROGRAM},1800,1000\n");
    let batch = upload(&app, "blank.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    let page = app.client(Persona::Administrator).await.get(&batch).await;
    assert_eq!(page.texts("#findings td.code"), ["C4"]);
}

#[tokio::test]
async fn absurd_days_unknown_projects_and_surplus_cells_are_found() {
    let app = TestApp::start().await;
    let text = format!(
        "課題名,事業名,年度,契約額,統合プロジェクト,開始日,終了日\n\
         甲,{PROGRAM},R8,1000,がんばるプロジェクト,,\n\
         乙,{PROGRAM},R8,1000,医薬品,0001-01-01,9999-12-31\n\
         丙,{PROGRAM},R8,30,000,医薬品,R8.4.1,R9.3.31\n\
         丁,{PROGRAM},R8,1000,医薬品,R8.4.1,令和9年3月31日\n"
    );
    let batch = upload(&app, "odd.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    let findings = admin.get(&batch).await.texts("#findings tbody tr");
    let of = |cell: &str, words: &str| findings.iter().any(|f| f.contains(cell) && f.contains(words));
    assert!(of("E2", "「がんばるプロジェクト」はその年度の登録にないため空欄にします"), "{findings:?}");
    assert!(of("F3", "1995～2050年度の日付にしてください"), "{findings:?}");
    assert!(of("G3", "1995～2050年度の日付にしてください"), "{findings:?}");
    assert!(of("H4", "見出しのない列に値があります"), "{findings:?}");
    assert!(findings.iter().all(|f| !f.contains("F5") && !f.contains("G5")), "{findings:?}");
}

#[tokio::test]
async fn days_of_an_era_are_stored() {
    let app = TestApp::start().await;
    let text =
        format!("課題名,事業名,年度,契約額,開始日,終了日\n甲,{PROGRAM},R8,1000,R8.4.1,令和10年3月31日\n");
    let batch = upload(&app, "era.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    apply(&app, &batch).await.assert_status(303);
    assert_eq!(app.count("tasks WHERE starts_on = '2026-04-01' AND ends_on = '2028-03-31'").await, 1);
}

#[tokio::test]
async fn a_refused_mapping_keeps_every_choice_and_names_the_columns() {
    let app = TestApp::start().await;
    let text = format!("課題名,副題,事業名,年度,契約額\n甲,乙,{PROGRAM},R8,1000\n");
    let batch = upload(&app, "twice.csv", text.as_bytes()).await;
    let page = confirm(&app, &batch, &[("column-1", "title_ja"), ("column-4", "amount_thousand")]).await;
    page.assert_status(422).assert_shows("同じ項目（課題名）が二つの列に割り当てられています");
    assert_eq!(page.attributes(".form-errors a", "href"), ["#column-0", "#column-1"]);
    assert_eq!(page.attributes("select[aria-invalid]", "name"), ["column-0", "column-1"]);
    let chosen = |name: &str| page.attribute(&format!("select[name='{name}'] option[selected]"), "value");
    assert_eq!(chosen("column-1").as_deref(), Some("title_ja"), "what was chosen stands");
    assert_eq!(chosen("column-4").as_deref(), Some("amount_thousand"));
    assert_eq!(app.count("import_batches WHERE (mapping ->> 'confirmed')::boolean").await, 0);
}

#[tokio::test]
async fn payment_lines_before_their_tasks_are_told_so() {
    let app = TestApp::start().await;
    let lines = "row_id,recipient,fiscal_year,amount_yen\nrow-1,国立大学法人京都大学,2026,3000000\n";
    let batch = upload(&app, "expenditures.csv", lines.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    app.client(Persona::Administrator)
        .await
        .get(&batch)
        .await
        .assert_status(200)
        .assert_shows("先に課題のファイルを取り込んでください")
        .assert_hides("既にこのファイルのとおりです");
}

#[tokio::test]
async fn a_file_that_is_known_says_so_in_spite_of_its_warnings() {
    let app = TestApp::start().await;
    let text = format!("課題名,事業名,年度\n甲,{PROGRAM},R8\n");
    let batch = upload(&app, "one.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    apply(&app, &batch).await.assert_status(303);
    let again = upload(&app, "one.csv", text.as_bytes()).await;
    confirm(&app, &again, &[]).await.assert_status(303);
    let page = app.client(Persona::Administrator).await.get(&again).await;
    page.assert_shows("0円として扱います").assert_shows("既にこのファイルのとおりです");
}

#[tokio::test]
async fn a_settled_name_is_remembered_shown_and_can_be_changed() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let text = |title: &str| format!("課題名,事業名,年度,契約額\n{title},がん加速,R8,1000\n");
    let batch = upload(&app, "a.csv", text("甲").as_bytes()).await;
    confirm(&app, &batch, &[("program-がん加速", P2)]).await.assert_status(303);
    apply(&app, &batch).await.assert_status(303);
    assert_eq!(
        app.count(&format!("import_program_names WHERE name = 'がん加速' AND program_id = '{P2}'")).await,
        1
    );

    let next = upload(&app, "b.csv", text("乙").as_bytes()).await;
    confirm(&app, &next, &[]).await.assert_status(303);
    let page = admin.get(&next).await;
    page.assert_status(200).assert_shows("前の取込で選んだ事業です").assert_hides("登録にありません");
    let chosen = page.attribute("select[name='program-がん加速'] option[selected]", "value");
    assert_eq!(chosen.as_deref(), Some(P2));
    confirm(&app, &next, &[("program-がん加速", "")]).await.assert_status(303);
    admin.get(&next).await.assert_hides("前の取込で選んだ事業です").assert_shows("登録にありません");
    apply(&app, &next).await.assert_status(422);
}

#[tokio::test]
async fn a_missing_column_is_said_once_and_not_in_every_row() {
    let app = TestApp::start().await;
    let table = "題名,年度\n甲,R8\n乙,R8\n丙,R8\n".as_bytes();
    let mut mapping =
        nakadachi::imports::headers::propose(&nakadachi::imports::table::read(table, "a.csv").unwrap());
    mapping.confirmed = true;
    let plan =
        nakadachi::imports::actions::plan_of(&app.pool, table, "a.csv", mapping).await.unwrap().unwrap();
    assert_eq!(plan.counts().errors, 1, "{:?}", plan.parsed.findings);
    assert_eq!(plan.parsed.findings[0].cell, "1:1");
}

#[tokio::test]
async fn the_list_says_rows_and_people_and_leaves_open_what_a_draft_cannot_know() {
    let app = TestApp::start().await;
    let rows: String = (1..=1200).map(|n| format!("課題{n},{PROGRAM},R8,1000\n")).collect();
    upload(&app, "many.csv", format!("課題名,事業名,年度,契約額\n{rows}").as_bytes()).await;
    let page = app.client(Persona::Administrator).await.get("/imports").await;
    assert_eq!(page.texts("td.num"), ["1,200", "–", "–"]);
    page.assert_shows("管理 一郎").assert_hides("<td class=\"col-low\">admin@example.jp");
}

#[tokio::test]
async fn refusals_stand_on_the_page_of_the_batch_and_an_empty_file_is_named() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let batch =
        upload(&app, "a.csv", format!("課題名,事業名,年度,契約額\n甲,{PROGRAM},R8,1000\n").as_bytes()).await;
    admin.post(&format!("{batch}/drop"), &[]).await.assert_status(303);
    let page = admin.post(&format!("{batch}/drop"), &[]).await;
    page.assert_status(422).assert_shows("a.csv").assert_shows("先に変更されました");
    let page = admin.post(&format!("{batch}/undo"), &[]).await;
    page.assert_status(422).assert_shows("a.csv").assert_shows("先に変更されました");
    let page = admin.upload("/imports", &[], "empty.csv", b"").await;
    page.assert_status(422).assert_shows("ファイルが空です").assert_hides("ファイルを選んでください。");
}
