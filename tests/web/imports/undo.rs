//! Taking an import back: what rests on its tasks keeps it, the order of batches, the history of a task.

use super::{apply, confirm, upload};
use crate::support::{P1, Page, Persona, TestApp};

const ONE: &str = "課題名,事業名,年度,契約額\n取り込んだ課題,見本がん医療実用化研究事業,R8,7000000\n";

async fn applied(app: &TestApp, name: &str, text: &str) -> String {
    let batch = upload(app, name, text.as_bytes()).await;
    confirm(app, &batch, &[]).await.assert_status(303);
    apply(app, &batch).await.assert_status(303);
    batch
}

async fn undone(app: &TestApp, batch: &str) -> Page {
    app.client(Persona::Administrator).await.post(&format!("{batch}/undo"), &[]).await
}

async fn only_task(app: &TestApp) -> uuid::Uuid {
    sqlx::query_scalar("SELECT id FROM tasks").fetch_one(&app.pool).await.unwrap()
}

#[tokio::test]
async fn an_import_is_not_undone_over_what_others_have_built_on_its_tasks() {
    for (rows, table, word) in [
        (
            "INSERT INTO opinions (id, task_id, author_id, role, visibility, body, created_at)
             SELECT gen_random_uuid(), t.id, u.id, 'program_supervisor', 'scope', '臨床へ', now()
             FROM tasks t, users u WHERE u.email = 'ps@example.jp'",
            "opinions",
            "意見",
        ),
        (
            "INSERT INTO task_grants (user_id, task_id, reason, granted_at)
             SELECT u.id, t.id, 'gate', now() FROM tasks t, users u WHERE u.email = 'committee@example.jp'",
            "task_grants",
            "閲覧の許可",
        ),
        (
            "INSERT INTO successor_links (id, from_task_id, company_name, kind, linked_on, fiscal_year)
             SELECT gen_random_uuid(), id, '見本製薬', 'licence', '2026-10-01', 2026 FROM tasks",
            "successor_links",
            "前後の課題とのつながり",
        ),
        (
            "INSERT INTO exit_strategies (task_id, product, taker_kind, updated_at)
             SELECT id, '抗体医薬', 'company', now() FROM tasks",
            "exit_strategies",
            "出口戦略",
        ),
    ] {
        let app = TestApp::start().await;
        let batch = applied(&app, "one.csv", ONE).await;
        let added = sqlx::query(rows).execute(&app.pool).await.unwrap_or_else(|e| panic!("{table}: {e}"));
        assert_eq!(added.rows_affected(), 1, "{table}");
        sqlx::query(
            "UPDATE import_changes c SET version_after = t.version FROM tasks t WHERE t.id = c.subject_id",
        )
        .execute(&app.pool)
        .await
        .unwrap();
        let page = undone(&app, &batch).await;
        page.assert_status(422).assert_shows("取り込んだ課題").assert_shows(word).assert_shows("反映済み");
        assert_eq!(app.count("tasks").await, 1, "{table}");
        assert_eq!(app.count(table).await, 1, "{table}");
        assert_eq!(app.count("import_batches WHERE state = 'applied'").await, 1, "{table}");
    }
}

#[tokio::test]
async fn work_that_was_withdrawn_keeps_nothing() {
    let app = TestApp::start().await;
    let batch = applied(&app, "one.csv", ONE).await;
    sqlx::query(
        "INSERT INTO opinions (id, task_id, author_id, role, visibility, body, created_at)
         SELECT gen_random_uuid(), t.id, u.id, 'program_supervisor', 'scope', '臨床へ', now()
         FROM tasks t, users u WHERE u.email = 'ps@example.jp'",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    let refused = undone(&app, &batch).await;
    refused.assert_status(422).assert_shows("先にその記録を取り下げるか").assert_shows("意見");
    // The refused page stands at the address of the form: a reload or the language switch leads back to the batch.
    let administrator = app.client(Persona::Administrator).await;
    let reopened = administrator.get(&format!("{batch}/undo?lang=en")).await;
    reopened.assert_status(303);
    assert_eq!(reopened.location(), format!("{batch}?lang=en"));
    sqlx::query("UPDATE opinions SET withdrawn_at = now()").execute(&app.pool).await.unwrap();
    undone(&app, &batch).await.assert_status(303);
    assert_eq!(app.count("tasks").await, 0);
}

#[tokio::test]
async fn an_auditor_reads_no_non_public_summary_in_an_import() {
    let app = TestApp::start().await;
    applied(&app, "one.csv", ONE).await;
    sqlx::query("UPDATE tasks SET stable_number = 'ama221409', summary_nonpublic = '前の秘密'")
        .execute(&app.pool)
        .await
        .unwrap();
    let text = "課題管理番号,課題名,事業名,年度,契約額,非公開の概要\n\
        26ama221409h0001,取り込んだ課題,見本がん医療実用化研究事業,R8,7000000,後の秘密\n";
    let batch = upload(&app, "secret.csv", text.as_bytes()).await;
    let (auditor, keeper) = (app.client(Persona::Auditor).await, app.client(Persona::Administrator).await);
    auditor.get(&batch).await.assert_status(200).assert_hides("秘密");
    keeper.get(&batch).await.assert_shows("後の秘密");
    confirm(&app, &batch, &[]).await.assert_status(303);
    auditor.get(&batch).await.assert_shows("（非公開） → （非公開）").assert_hides("秘密");
    keeper.get(&batch).await.assert_shows("前の秘密 → 後の秘密");
    apply(&app, &batch).await.assert_status(303);
    auditor.get(&batch).await.assert_shows("（非公開） → （非公開）").assert_hides("秘密");
    keeper.get(&batch).await.assert_shows("前の秘密 → 後の秘密");
}

/// What may rest on a task: a new table is refused by itself, but it wants a word in
/// `imports::pages::word_of`.
#[tokio::test]
async fn every_table_that_refers_to_tasks_is_known_to_the_undo() {
    let app = TestApp::start().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT t.relname::text FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
         WHERE c.contype = 'f' AND c.confrelid = 'tasks'::regclass ORDER BY 1",
    )
    .fetch_all(&app.pool)
    .await
    .unwrap();
    assert_eq!(
        tables,
        [
            "adjustment_uses",
            "conflict_declarations",
            "duplicate_offers",
            "ending_reasons",
            "exit_strategies",
            "gate_decisions",
            "gate_reviews",
            "matching_session_tasks",
            "matching_solution_pairs",
            "milestones",
            "opinions",
            "pairing_options",
            "successor_links",
            "tag_decisions",
            "task_distinctions",
            "task_external_ids",
            "task_grants",
            "task_institutions",
            "task_merges",
            "task_payments",
            "task_people",
            "task_totals",
            "task_years",
        ]
    );
}

#[tokio::test]
async fn payment_lines_of_another_file_keep_an_import_and_name_the_file() {
    let app = TestApp::start().await;
    let tasks =
        "課題名,事業名,年度,契約額,支払行のID\n取り込んだ課題,見本がん医療実用化研究事業,R8,7000000,row-1\n";
    let batch = upload(&app, "tasks.csv", tasks.as_bytes()).await;
    confirm(&app, &batch, &[("column-4", "payment_rows")]).await.assert_status(303);
    apply(&app, &batch).await.assert_status(303);
    let lines = "row_id,recipient,fiscal_year,amount_yen\nrow-1,国立大学法人京都大学,2026,3000000\n";
    let payments = upload(&app, "expenditures.csv", lines.as_bytes()).await;
    confirm(&app, &payments, &[]).await.assert_status(303);
    apply(&app, &payments).await.assert_status(303);
    assert_eq!(app.count("task_payments").await, 1);

    let page = undone(&app, &batch).await;
    page.assert_status(422)
        .assert_shows("別の取込の支払行")
        .assert_shows("先に expenditures.csv の取込を取り消してください");
    assert_eq!(app.count("task_payments").await, 1);

    undone(&app, &payments).await.assert_status(303);
    assert_eq!(app.count("task_payments").await, 0);
    undone(&app, &batch).await.assert_status(303);
    assert_eq!(app.count("tasks").await, 0);
    assert_eq!(
        app.count("audit_entries WHERE action = 'task.import_undone' AND details ->> 'payments' = '1'").await,
        1
    );
}

#[tokio::test]
async fn what_the_check_does_not_see_is_refused_by_the_database_in_words() {
    let app = TestApp::start().await;
    let batch = applied(&app, "one.csv", ONE).await;
    sqlx::raw_sql(
        "CREATE TABLE sealed_tasks (task_id uuid REFERENCES tasks ON DELETE RESTRICT);
         INSERT INTO sealed_tasks (task_id) SELECT id FROM tasks;
         CREATE OR REPLACE FUNCTION rows_resting_on_tasks(tasks uuid[]) RETURNS TABLE (task uuid, about text)
         LANGUAGE sql STABLE AS $$ SELECT NULL::uuid, ''::text WHERE false $$;",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    undone(&app, &batch).await.assert_status(422).assert_shows("取り消せません").assert_shows("ほかの記録");
    assert_eq!(app.count("tasks").await, 1);
}

#[tokio::test]
async fn batches_are_undone_one_after_the_other() {
    let app = TestApp::start().await;
    let first = applied(&app, "tasks.csv", ONE).await;
    let task = only_task(&app).await;
    sqlx::query("UPDATE tasks SET stable_number = 'ama221409'").execute(&app.pool).await.unwrap();
    let text = "課題管理番号,課題名,事業名,年度,契約額\n\
                26ama221409h0001,直した課題名,見本がん医療実用化研究事業,R8,7000000\n";
    let second = applied(&app, "changed.csv", text).await;
    assert_eq!(app.count("tasks WHERE title_ja = '直した課題名'").await, 1);
    undone(&app, &first).await.assert_status(422).assert_shows("先に changed.csv の取込を取り消してください");
    undone(&app, &second).await.assert_status(303);
    assert_eq!(app.count("tasks WHERE title_ja = '取り込んだ課題'").await, 1);
    undone(&app, &first).await.assert_status(303);
    assert_eq!(app.count(&format!("tasks WHERE id = '{task}'")).await, 0);
}

#[tokio::test]
async fn an_edit_between_two_batches_keeps_the_first() {
    let app = TestApp::start().await;
    let first = applied(&app, "tasks.csv", ONE).await;
    sqlx::query("UPDATE tasks SET stable_number = 'ama221409', version = version + 1")
        .execute(&app.pool)
        .await
        .unwrap();
    let text = "課題管理番号,課題名,事業名,年度,契約額\n\
                26ama221409h0001,直した課題名,見本がん医療実用化研究事業,R8,7000000\n";
    let second = applied(&app, "changed.csv", text).await;
    undone(&app, &second).await.assert_status(303);
    undone(&app, &first).await.assert_status(422).assert_shows("課題の変更");
    assert_eq!(app.count("tasks").await, 1);
}

#[tokio::test]
async fn the_history_of_a_task_tells_imports_and_their_undo() {
    let app = TestApp::start().await;
    let id = app.task("元の課題名").years(&[(2026, 5_000_000)]).create().await;
    sqlx::query("UPDATE tasks SET stable_number = 'ama221409' WHERE id = $1")
        .bind(id)
        .execute(&app.pool)
        .await
        .unwrap();
    let text = "課題管理番号,課題名,事業名,年度,契約額,開発フェーズ\n\
                26ama221409h0001,新しい課題名,見本がん医療実用化研究事業,R8,7000000,応用\n\
                ,新しい課題,見本がん医療実用化研究事業,R8,1000000,\n";
    let batch = applied(&app, "changed.csv", text).await;
    let admin = app.client(Persona::Administrator).await;
    let at = format!("/tasks/{id}");
    let page = admin.get(&at).await;
    page.assert_status(200);
    let history = page.texts("#history li").join(" ");
    for words in [
        "ファイルから取込：changed.csv、2行目",
        "元の課題名",
        "新しい課題名",
        "契約額（円） 2026年度",
        "応用",
    ] {
        assert!(history.contains(words), "{words} is not in {history}");
    }
    assert!(!history.contains("その他"), "{history}");
    let new: uuid::Uuid = sqlx::query_scalar("SELECT id FROM tasks WHERE title_ja = '新しい課題'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let history = admin.in_english().get(&format!("/tasks/{new}")).await.texts("#history li").join(" ");
    assert!(history.contains("Imported from a file: changed.csv, row 3, the row made the task"), "{history}");

    undone(&app, &batch).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    let history = admin.get(&at).await.texts("#history li");
    assert!(history[0].contains("取込を取消：changed.csv、2行目"), "{history:?}");
    assert_eq!(app.count("audit_entries WHERE action = 'task.import' AND subject_kind = 'task'").await, 2);
    assert_eq!(
        app.count(
            "audit_entries WHERE action = 'task.import_undone'
                 AND details -> 'after' ->> 'title_ja' = '元の課題名'"
        )
        .await,
        1
    );
    assert_eq!(
        app.count(
            "audit_entries WHERE action = 'import.undo' AND details ->> 'tasks_removed' = '1'
                 AND details ->> 'tasks_restored' = '1'"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn an_applied_batch_lists_what_it_brought_and_its_counts_lead_there() {
    let app = TestApp::start().await;
    let batch = applied(&app, "one.csv", ONE).await;
    let task = only_task(&app).await;
    let admin = app.client(Persona::Administrator).await;
    let page = admin.get(&batch).await;
    page.assert_status(200);
    assert_eq!(page.texts("#brought td.title"), ["取り込んだ課題"]);
    assert_eq!(page.attributes("#brought td.title a", "href"), [format!("/tasks/{task}")]);
    page.assert_shows("href=\"#brought\"");
    undone(&app, &batch).await.assert_status(303);
    let page = admin.get(&batch).await;
    assert_eq!(page.texts("#brought td.title"), ["取り込んだ課題"], "its title stays told");
    assert!(page.attributes("#brought td.title a", "href").is_empty(), "it leads nowhere");
}

#[tokio::test]
async fn amounts_beyond_reason_are_refused_by_the_database_too() {
    let app = TestApp::start().await;
    let id = app.task("金額の課題").create().await;
    for statement in [
        "UPDATE task_years SET amount_yen = 10000000000001",
        "INSERT INTO task_payments (task_id, fiscal_year, recipient, amount_yen)
         SELECT id, 2026, '大学', 10000000000001 FROM tasks",
    ] {
        let error = sqlx::query(statement).execute(&app.pool).await.unwrap_err();
        let constraint = nakadachi::db::errors::constraint(&error).unwrap_or_default().to_owned();
        assert!(constraint.ends_with("_amount_plausible"), "{constraint} {error}");
    }
    assert_eq!(app.count(&format!("task_years WHERE task_id = '{id}' AND program_id = '{P1}'")).await, 3);
}
