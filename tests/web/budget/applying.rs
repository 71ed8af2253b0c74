//! From file to version: once, as a whole, never changed afterwards, taken back with a reason.

use super::*;

const FIRST: &str = "令和8年度 当初予算額,,,\n,,,（単位：千円）\n事業名,医薬品,医療機器・ヘルスケア,計\n見本がん医療実用化研究事業,100,20,120\n見本機器開発事業,0,50,50\n合計,100,70,170\n";
const SECOND: &str = "令和8年度 当初予算額（訂正）,,,\n,,,（単位：千円）\n事業名,医薬品,医療機器・ヘルスケア,計\n見本がん医療実用化研究事業,110,20,130\n見本基礎研究事業,7,0,7\n見本機器開発事業,0,－,0\n合計,117,20,137\n";

#[tokio::test]
async fn a_file_is_checked_confirmed_compared_and_applied_once() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    app.task("画面に出る課題").create().await;
    let import = upload(&app, "R8当初.csv", FIRST.as_bytes()).await;
    admin
        .get(&import)
        .await
        .assert_status(200)
        .assert_shows("合計の照合に矛盾はありません")
        .assert_shows("A3:D6");
    admin.get("/").await.assert_shows("確認を待つ予算：R8当初.csv");
    let mapping = admin.get(&format!("{import}/mapping")).await;
    mapping.assert_status(200).assert_shows("医薬品プロジェクト");
    assert_eq!(mapping.texts("td.sheet-value"), ["100", "20", "0", "50"]);
    assert!(mapping.texts("td.sheet-total").contains(&"170".to_owned()));
    assert_eq!(mapping.texts("td.sheet-unit"), ["（単位：千円）"]);
    // Not confirmed yet: nothing can be applied.
    let unconfirmed = admin.get(&format!("{import}/preview")).await;
    unconfirmed.assert_shows("対応がまだ確認されていません").assert_hides("この内容で反映する");
    confirm(&app, &import, &[]).await.assert_status(303);
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("令和8年度 当初").assert_shows("新しい版を作ります").assert_shows("一致");
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 170_000);
    assert_eq!(app.count("budget_lines").await, 4, "zeros are lines of zero yen");
    assert_eq!(app.count("budget_lines WHERE program_id IS NOT NULL AND project_id IS NOT NULL").await, 4);
    assert_eq!(app.count("audit_entries WHERE action = 'budget.import.apply'").await, 1);
    admin.get("/").await.assert_hides("確認を待つ予算");

    // A second press, and the same bytes under another name, change nothing and say so.
    admin.post(&format!("{import}/application"), &[("reason", "")]).await.assert_status(303);
    let again = admin.upload("/budget/imports", &[], "別名.csv", FIRST.as_bytes()).await;
    again.assert_status(303);
    assert_eq!(again.location(), import);
    assert_eq!((app.count("budget_imports").await, app.count("budget_versions").await), (1, 1));
}

#[tokio::test]
async fn the_same_content_in_another_file_has_nothing_to_apply() {
    let app = TestApp::start().await;
    take_in(&app, "R8当初.csv", FIRST.as_bytes(), "").await;
    let other = FIRST.replace("千円", "千円 ");
    let import = upload(&app, "R8当初-2.csv", other.as_bytes()).await;
    let admin = app.client(Persona::Administrator).await;
    admin
        .get(&format!("{import}/preview"))
        .await
        .assert_shows("反映するものはありません")
        .assert_hides("この内容で反映する");
    let refused = admin.post(&format!("{import}/application"), &[("reason", "再送")]).await;
    refused.assert_status(422);
    assert_eq!(app.count("budget_versions").await, 1);
}

#[tokio::test]
async fn one_wrong_sum_refuses_the_whole_file() {
    let app = TestApp::start().await;
    let wrong = FIRST.replace("合計,100,70,170", "合計,100,71,171");
    let import = upload(&app, "R8当初.csv", wrong.as_bytes()).await;
    let admin = app.client(Persona::Administrator).await;
    let check = admin.get(&import).await;
    check.assert_shows("反映できません").assert_shows("C6").assert_shows("sum_column");
    confirm(&app, &import, &[]).await.assert_status(303);
    admin.get(&format!("{import}/preview")).await.assert_shows("エラーが").assert_hides("この内容で反映する");
    let refused = admin.post(&format!("{import}/application"), &[]).await;
    assert!(matches!(refused.status.as_u16(), 409 | 422), "{}", refused.status);
    assert_eq!((app.count("budget_versions").await, app.count("budget_lines").await), (0, 0));
    assert_eq!(app.count("budget_imports WHERE state = 'draft'").await, 1);
}

#[tokio::test]
async fn a_correction_shows_its_difference_and_can_be_taken_back() {
    let app = TestApp::start().await;
    take_in(&app, "R8当初.csv", FIRST.as_bytes(), "").await;
    let import = upload(&app, "R8当初訂正.csv", SECOND.as_bytes()).await;
    let admin = app.client(Persona::Administrator).await;
    let known = admin.get(&import).await;
    known.assert_shows("この表の形は以前に確認されています").assert_shows("R8当初.csv");
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("有効な第1版を置き換えます");
    // 110 for 100, 50 no longer a line, 7 and 0 new.
    let changed = preview.texts("tr.changed td.money");
    assert_eq!(changed.len(), 3, "{changed:?}");
    assert_eq!(preview.texts("tr.added").len(), 2);
    assert_eq!(preview.texts("tr.removed").len(), 1);
    apply(&app, &import, &[]).await.assert_status(422).assert_shows("理由を入力してください");
    apply(&app, &import, &[("reason", "文科省分の訂正")]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 137_000);
    assert_eq!(
        app.count("budget_versions WHERE state = 'superseded' AND end_reason = '文科省分の訂正'").await,
        1
    );

    let versions = admin.get("/budget/versions?state=all").await;
    versions.assert_shows("文科省分の訂正").assert_shows("置換済み");
    let current: uuid::Uuid = sqlx::query_scalar("SELECT id FROM budget_versions WHERE state = 'applied'")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let path = format!("/budget/versions/{current}");
    admin.post(&format!("{path}/reversal"), &[("reason", " ")]).await.assert_status(422);
    admin.post(&format!("{path}/reversal"), &[("reason", "取り違え")]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 170_000);
    admin.get(&path).await.assert_shows("取消済み").assert_shows("取り違え");
    admin.post(&format!("{path}/reversal"), &[("reason", "もう一度")]).await.assert_status(422);
    // The file of the reversed version can be read and applied again.
    let again = upload(&app, "R8当初訂正.csv", SECOND.as_bytes()).await;
    assert_ne!(again, import);
    apply(&app, &again, &[("reason", "やはり訂正")]).await.assert_status(303);
    assert_eq!(app.count("budget_versions").await, 3);
}

#[tokio::test]
async fn a_partial_file_keeps_the_programs_it_does_not_name() {
    let app = TestApp::start().await;
    take_in(&app, "R8当初.csv", FIRST.as_bytes(), "").await;
    let part = "令和8年度 当初予算額,,\n,,（単位：千円）\n事業名,医薬品,計\n見本基礎研究事業,9,9\n合計,9,9\n";
    let import = upload(&app, "R8文科.csv", part.as_bytes()).await;
    confirm(&app, &import, &[]).await.assert_status(303);
    let admin = app.client(Persona::Administrator).await;
    let preview = admin.get(&format!("{import}/preview")).await;
    preview.assert_shows("ファイルの明細 1、引き継ぐ明細 4");
    // The other reading of it: everything else goes.
    send(&app, &format!("{import}/extent"), &fields(&preview, "/extent", &[("extent", "whole")]))
        .await
        .assert_status(303);
    let preview = admin.get(&format!("{import}/preview")).await;
    assert_eq!(preview.texts("tr.removed").len(), 4);
    send(&app, &format!("{import}/extent"), &fields(&preview, "/extent", &[("extent", "part")]))
        .await
        .assert_status(303);
    apply(&app, &import, &[("reason", "文科省分の追加")]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 179_000);
    // What was carried over still opens the file it came from.
    let line = number(&app.pool, "SELECT line_id FROM budget_in_force WHERE amount_yen = 100000").await;
    admin
        .get(&format!("/budget/lines/{line}"))
        .await
        .assert_status(200)
        .assert_shows("R8当初.csv")
        .assert_shows("B4");
}

#[tokio::test]
async fn whoever_applies_second_sees_the_new_difference_first() {
    let app = TestApp::start().await;
    let one = upload(&app, "R8a.csv", FIRST.as_bytes()).await;
    confirm(&app, &one, &[]).await.assert_status(303);
    let two = upload(&app, "R8b.csv", SECOND.as_bytes()).await;
    let admin = app.client(Persona::Administrator).await;
    let seen = admin.get(&format!("{two}/preview")).await;
    seen.assert_shows("新しい版を作ります");
    apply(&app, &one, &[]).await.assert_status(303);
    let stale =
        send(&app, &format!("{two}/application"), &fields(&seen, "/application", &[("reason", "当初")]))
            .await;
    stale.assert_status(409).assert_shows("何も書き込んでいません").assert_shows("有効な第1版を置き換えます");
    assert_eq!(app.count("budget_versions").await, 1);
    apply(&app, &two, &[("reason", "当初")]).await.assert_status(303);
    assert_eq!(app.count("budget_versions WHERE state = 'applied'").await, 1);
}

#[tokio::test]
async fn two_presses_at_once_make_one_version() {
    let app = TestApp::start().await;
    let import = upload(&app, "R8.csv", FIRST.as_bytes()).await;
    confirm(&app, &import, &[]).await.assert_status(303);
    let preview = app.client(Persona::Administrator).await.get(&format!("{import}/preview")).await;
    let form = fields(&preview, "/application", &[]);
    let path = format!("{import}/application");
    let (a, b) = tokio::join!(send(&app, &path, &form), send(&app, &path, &form));
    assert!(a.status.as_u16() == 303 || b.status.as_u16() == 303, "{} {}", a.status, b.status);
    assert_eq!((app.count("budget_versions").await, app.count("budget_lines").await), (1, 4));
}

#[tokio::test]
async fn an_export_reads_back_as_the_same_version() {
    let app = TestApp::start().await;
    let mixed = "年度,事業名,プロジェクト,所管,種別,段階,金額,単位,コード,備考\n\
        R8,見本がん医療実用化研究事業,医薬品プロジェクト,厚生労働省,補正,第2次補正,\"1,234\",円,,新規\n\
        R8,見本がん医療実用化研究事業,医薬品プロジェクト,厚生労働省,補正,第2次補正,1,円,2,\n\
        R8,見本機器開発事業,,文部科学省,補正,第2次補正,89億円の内数,円,,\n\
        R8,－,,厚生労働省,補正,第2次補正,-55,円,,端数\n\
        R8,登録のない事業,,,調整費,第3回調整費,0,円,,\n\
        R8,見本がん医療実用化研究事業,,,調整費,第3回調整費,4700000000,円,,\n";
    take_in(&app, "R8明細.csv", mixed.as_bytes(), "").await;
    let rows: Vec<(uuid::Uuid, String, i16)> =
        sqlx::query_as("SELECT id, stage, round FROM budget_versions ORDER BY stage")
            .fetch_all(&app.pool)
            .await
            .unwrap();
    let kinds: Vec<(&str, i16)> = rows.iter().map(|(_, s, r)| (s.as_str(), *r)).collect();
    assert_eq!(kinds, [("adjustment", 3), ("supplementary", 2)]);
    let admin = app.client(Persona::Administrator).await;
    for (format, name) in [("xlsx", "v.xlsx"), ("csv", "v.csv"), ("csv-sjis", "v_sjis.csv")] {
        for (id, stage, round) in &rows {
            let version = format!("/budget/versions/{id}");
            let file = admin.get(&format!("{version}/export?format={format}")).await;
            file.assert_status(200);
            let before = lines_of(&app, &version).await;
            // In force, it changes nothing; into an emptied slot, it makes the same version again.
            let import = upload(&app, name, &file.body).await;
            let preview = admin.get(&format!("{import}/preview")).await;
            preview.assert_shows("反映するものはありません");
            admin.post(&format!("{import}/drop"), &[]).await.assert_status(303);
            admin.post(&format!("{version}/reversal"), &[("reason", "往復の確認")]).await;
            let current: uuid::Uuid = {
                take_in(&app, name, &file.body, "往復").await;
                sqlx::query_scalar(
                    "SELECT id FROM budget_versions WHERE state = 'applied' AND stage = $1 AND round = $2",
                )
                .bind(stage)
                .bind(round)
                .fetch_one(&app.pool)
                .await
                .unwrap()
            };
            let after = lines_of(&app, &format!("/budget/versions/{current}")).await;
            assert_eq!(after, before, "{format} {stage}");
            // For the next format the original is put back.
            admin
                .post(&format!("/budget/versions/{current}/reversal"), &[("reason", "次の形式")])
                .await
                .assert_status(303);
            sqlx::raw_sql("ALTER TABLE budget_versions DISABLE TRIGGER USER")
                .execute(&app.pool)
                .await
                .unwrap();
            sqlx::query("UPDATE budget_versions SET state = 'applied' WHERE id = $1")
                .bind(id)
                .execute(&app.pool)
                .await
                .unwrap();
            sqlx::raw_sql("ALTER TABLE budget_versions ENABLE TRIGGER USER")
                .execute(&app.pool)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_applied_cannot_be_changed_even_in_the_database() {
    let app = TestApp::start().await;
    take_in(&app, "R8当初.csv", FIRST.as_bytes(), "").await;
    for (statement, constraint) in [
        ("UPDATE budget_lines SET amount_yen = amount_yen + 1", "budget_lines_immutable"),
        ("DELETE FROM budget_lines", "budget_lines_immutable"),
        ("UPDATE budget_version_records SET program_id = NULL", "budget_version_records_follow_lines"),
        ("DELETE FROM budget_version_records", "budget_version_records_follow_lines"),
        (
            "DELETE FROM role_assignments; DELETE FROM programs WHERE id IN (SELECT program_id FROM budget_lines)",
            "budget_version_records_program_id_fkey",
        ),
        ("UPDATE budget_versions SET total_yen = 0", "budget_versions_immutable"),
        ("DELETE FROM budget_versions", "budget_versions_immutable"),
        ("UPDATE budget_files SET bytes = ''", "budget_files_immutable"),
        (
            "INSERT INTO budget_lines (version_id, position, kind, amount_yen) SELECT id, 99, 'initial', 1 FROM budget_versions",
            "budget_lines_immutable",
        ),
        (
            "INSERT INTO budget_versions (id, fiscal_year, stage, number, state, cause, total_yen, line_count, created_at, applied_at)
             VALUES (gen_random_uuid(), 2026, 'initial', 9, 'applied', 'import', 0, 0, now(), now())",
            "budget_versions_one_in_force",
        ),
    ] {
        let error = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&app.pool).await.unwrap_err();
        assert_eq!(nakadachi::db::constraint(&error), Some(constraint), "{statement}: {error}");
    }
    // A version whose lines do not add up to what it states cannot be put into force.
    sqlx::raw_sql(
        "INSERT INTO budget_versions (id, fiscal_year, stage, number, cause, total_yen, line_count, created_at)
         VALUES ('00000000-0000-7000-8000-00000000aaaa', 2027, 'initial', 1, 'import', 5, 1, now());
         INSERT INTO budget_lines (version_id, position, kind, amount_yen) VALUES ('00000000-0000-7000-8000-00000000aaaa', 1, 'initial', 4);",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    // Nor does a line name a program that is not there.
    let error = sqlx::raw_sql(
        "INSERT INTO budget_lines (version_id, position, program_id, program_name, kind, amount_yen)
         VALUES ('00000000-0000-7000-8000-00000000aaaa', 2, gen_random_uuid(), '無い事業', 'initial', 1)",
    )
    .execute(&app.pool)
    .await
    .unwrap_err();
    assert_eq!(nakadachi::db::constraint(&error), Some("budget_version_records_program_id_fkey"));
    let error = sqlx::raw_sql(
        "UPDATE budget_versions SET state = 'applied', applied_at = now() WHERE fiscal_year = 2027",
    )
    .execute(&app.pool)
    .await
    .unwrap_err();
    assert_eq!(nakadachi::db::constraint(&error), Some("budget_versions_total_is_its_lines"));
}
