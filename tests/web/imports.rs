//! Importing tasks in the browser: mapping, findings by cell, diff, apply once, undo.

mod checks;
mod undo;

use crate::support::{Persona, TestApp};

const HEADER: &str =
    "課題管理番号,研究開発課題名,事業名,研究代表者,所属機関,年度,契約額（千円）,開発フェーズ\n";

async fn upload(app: &TestApp, name: &str, bytes: &[u8]) -> String {
    let page = app.client(Persona::Administrator).await.upload("/imports", &[], name, bytes).await;
    page.assert_status(303);
    page.location()
}

/// Confirms the proposed columns as they stand on the page.
async fn confirm(app: &TestApp, batch: &str, more: &[(&str, &str)]) -> crate::support::Page {
    let admin = app.client(Persona::Administrator).await;
    let page = admin.get(batch).await;
    let document = scraper::Html::parse_document(&page.text());
    let select = scraper::Selector::parse("select[name^='column-']").unwrap();
    let chosen = scraper::Selector::parse("option[selected]").unwrap();
    let mut fields: Vec<(String, String)> = document
        .select(&select)
        .map(|s| {
            let value = s.select(&chosen).next().and_then(|o| o.value().attr("value")).unwrap_or_default();
            (s.value().attr("name").unwrap().to_owned(), value.to_owned())
        })
        .collect();
    fields.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    admin.post(&format!("{batch}/mapping"), &pairs).await
}

async fn apply(app: &TestApp, batch: &str) -> crate::support::Page {
    app.client(Persona::Administrator).await.post(&format!("{batch}/application"), &[]).await
}

#[tokio::test]
async fn a_file_is_mapped_checked_applied_once_and_undone() {
    let app = TestApp::start().await;
    let text = format!(
        "{HEADER}26ama221409h0001,肝炎ウイルスの研究,見本がん医療実用化研究事業,新任 花子,国立大学法人京都大学,R8,\"13,000\",応用\n\
         ,難治がんの抗体医薬,Ｐ１ 見本機器開発 事業,見本 太郎,国立大学法人東京大学,令和8年度,500,基礎的\n"
    );
    let batch = upload(&app, "課題.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    admin
        .get(&batch)
        .await
        .assert_status(200)
        .assert_shows("Ｐ１ 見本機器開発 事業")
        .assert_shows("登録にありません");
    assert_eq!(app.count("tasks").await, 0);
    apply(&app, &batch).await.assert_status(422);
    confirm(&app, &batch, &[("program-Ｐ１ 見本機器開発 事業", "00000000-0000-7000-8000-000000000202")])
        .await
        .assert_status(303);
    admin
        .get(&batch)
        .await
        .assert_status(200)
        .assert_hides("登録にありません")
        .assert_shows("肝炎ウイルスの研究");
    apply(&app, &batch).await.assert_status(303);
    apply(&app, &batch).await.assert_status(303);
    assert_eq!(app.count("tasks WHERE import_batch_id IS NOT NULL").await, 2);
    assert_eq!(
        app.count("task_years WHERE amount_yen = 13000000 AND task_number = '26ama221409h0001' AND is_new")
            .await,
        1
    );
    assert_eq!(app.count("institutions").await, 3);
    assert_eq!(app.count("audit_entries WHERE action = 'import.apply'").await, 1);

    let again = upload(&app, "課題.csv", text.as_bytes()).await;
    confirm(&app, &again, &[("program-Ｐ１ 見本機器開発 事業", "00000000-0000-7000-8000-000000000202")])
        .await;
    admin.get(&again).await.assert_shows("既に反映されています").assert_shows("反映するものはありません");
    apply(&app, &again).await.assert_status(422);

    admin.post(&format!("{batch}/undo"), &[]).await.assert_status(303);
    assert_eq!(app.count("tasks").await, 0);
    assert_eq!(app.count("institutions").await, 2);
    admin.post(&format!("{batch}/undo"), &[]).await.assert_status(422);
}

#[tokio::test]
async fn bad_cells_are_named_with_row_and_column_and_nothing_is_written() {
    let app = TestApp::start().await;
    let long = "長".repeat(100_000);
    let text = format!(
        "{HEADER}26ama22140,A,見本がん医療実用化研究事業,,,R8,1,\n\
         ,B,見本がん医療実用化研究事業,,,1815,1,\n\
         ,C,知らない事業,,,R8,1,\n\
         ,{long},見本がん医療実用化研究事業,,,R8,1,\n\
         ,D\0E,見本がん医療実用化研究事業,,,R8,1,\n\
         ,F,見本がん医療実用化研究事業,,,R8,-1,\n\
         ,G,見本がん医療実用化研究事業,,,R8,1,未知のフェーズ\n\
         ,,見本がん医療実用化研究事業,,,R8,1,\n"
    );
    let batch = upload(&app, "bad.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    let page = app.client(Persona::Administrator).await.get(&batch).await;
    let cells = page.texts("#findings td.code");
    assert_eq!(
        cells,
        ["A2", "F3", "C4", "B5", "B6", "G7", "H8", "B9"],
        "{}",
        page.texts("#findings").join("\n")
    );
    apply(&app, &batch).await.assert_status(422);
    assert_eq!(app.count("tasks").await, 0);
}

#[tokio::test]
async fn a_file_changes_only_what_it_says_and_the_undo_restores_it() {
    let app = TestApp::start().await;
    let id = app.task("元の課題名").years(&[(2026, 5_000_000)]).create().await;
    sqlx::query("UPDATE tasks SET stable_number = 'ama221409', summary_ja = '元の概要' WHERE id = $1")
        .bind(id)
        .execute(&app.pool)
        .await
        .unwrap();
    let text = "課題管理番号,課題名,事業名,年度,契約額\n26ama221409h0001,新しい課題名,見本がん医療実用化研究事業,R8,7000000\n";
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let batch = upload(&app, "cp932.csv", &cp932).await;
    confirm(&app, &batch, &[]).await.assert_status(303);
    app.client(Persona::Administrator)
        .await
        .get(&batch)
        .await
        .assert_shows("元の課題名 → 新しい課題名")
        .assert_shows("5,000,000 → 7,000,000");
    apply(&app, &batch).await.assert_status(303);
    assert_eq!(app.count("tasks WHERE title_ja = '新しい課題名' AND summary_ja = '元の概要' AND search_text LIKE '%新しい課題名%'").await, 1);
    app.client(Persona::Administrator).await.post(&format!("{batch}/undo"), &[]).await.assert_status(303);
    assert_eq!(app.count("tasks WHERE title_ja = '元の課題名' AND search_text LIKE '%元の課題名%'").await, 1);
    assert_eq!(app.count("task_years WHERE amount_yen = 5000000 AND task_number IS NULL").await, 1);
}

#[tokio::test]
async fn an_import_whose_task_was_edited_since_is_not_undone() {
    let app = TestApp::start().await;
    let text = "課題名,事業名,年度,契約額\n消せない課題,見本がん医療実用化研究事業,R8,7000000\n";
    let batch = upload(&app, "one.csv", text.as_bytes()).await;
    confirm(&app, &batch, &[]).await;
    apply(&app, &batch).await.assert_status(303);
    sqlx::query("UPDATE tasks SET version = version + 1").execute(&app.pool).await.unwrap();
    let page = app.client(Persona::Administrator).await.post(&format!("{batch}/undo"), &[]).await;
    page.assert_status(422).assert_shows("消せない課題");
    assert_eq!(app.count("tasks").await, 1);
}

#[tokio::test]
async fn what_is_no_table_is_refused_in_words() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    for (name, bytes) in [
        ("a.xls", b"<html><table></table></html>".as_slice()),
        ("a.xlsx", b"PK\x03\x04broken"),
        ("empty.csv", b""),
        ("one.csv", b"x"),
    ] {
        admin.upload("/imports", &[], name, bytes).await.assert_status(422);
    }
    assert_eq!(app.count("import_batches").await, 0);
}

#[tokio::test]
async fn only_administrators_import_and_auditors_read() {
    let app = TestApp::start().await;
    let batch =
        upload(&app, "t.csv", format!("{HEADER},題,見本がん医療実用化研究事業,,,R8,1,\n").as_bytes()).await;
    app.client(Persona::Ps).await.get(&batch).await.assert_status(403);
    app.client(Persona::Auditor).await.get(&batch).await.assert_status(200).assert_hides("反映する</button>");
    app.client(Persona::Auditor).await.in_english().get("/imports").await.assert_status(200);
    app.client(Persona::Auditor).await.post(&format!("{batch}/drop"), &[]).await.assert_status(403);
}

/// The real files lie beside the repository; a clone elsewhere skips this with a word.
#[tokio::test]
async fn the_real_tasks_and_payment_lines_load() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/amed_tasks");
    let Ok(tasks) = std::fs::read(format!("{folder}/tasks.csv")) else {
        println!("skipped: the real data is not beside this clone");
        return;
    };
    let payments = std::fs::read(format!("{folder}/expenditures.csv")).unwrap();
    let app = TestApp::start().await;
    sqlx::raw_sql("TRUNCATE users, programs, plan_terms, projects, ministries, vocabulary_values, institutions, people CASCADE").execute(&app.pool).await.unwrap();
    nakadachi::portfolio::reference::load_where_missing(&app.pool).await.unwrap();
    let actor = nakadachi::audit::Actor::system("test");
    let now = crate::support::noon();
    for (name, bytes, new) in [("tasks.csv", &tasks, 1476), ("expenditures.csv", &payments, 3118)] {
        let mut mapping =
            nakadachi::imports::headers::propose(&nakadachi::imports::table::read(bytes, name).unwrap());
        mapping.confirmed = true;
        let plan = nakadachi::imports::actions::plan_of(&app.pool, bytes, name, mapping.clone())
            .await
            .unwrap()
            .unwrap();
        let errors: Vec<_> = plan.parsed.findings.iter().take(5).collect();
        assert_eq!(
            plan.counts().errors,
            0,
            "{name}: {:?} {:?} {errors:?}",
            plan.counts(),
            plan.parsed.unknown_programs
        );
        assert_eq!(plan.counts().new, new, "{name}: {:?}", plan.counts());
        let id = nakadachi::imports::actions::upload(&app.pool, &actor, (name, bytes), now)
            .await
            .unwrap()
            .unwrap();
        nakadachi::imports::actions::set_mapping(
            &app.pool,
            &actor,
            (id, &plan.table.fingerprint()),
            &mapping,
            now,
        )
        .await
        .unwrap()
        .unwrap();
        let batch = nakadachi::imports::queries::batch(&app.pool, id).await.unwrap().unwrap();
        nakadachi::imports::actions::apply(&app.pool, &actor, &batch, now).await.unwrap().unwrap();
        let again =
            nakadachi::imports::actions::plan_of(&app.pool, bytes, name, mapping).await.unwrap().unwrap();
        assert_eq!(
            (again.counts().new, again.counts().changed),
            (0, 0),
            "{name}: the same file twice changes nothing: {:?}",
            again.counts()
        );
    }
}
