//! Tables that nobody recognises: where they lie is said by hand, and remembered.

use super::*;

#[tokio::test]
async fn a_total_under_a_strange_name_is_told_and_left_out_by_the_range() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let import = upload(&app, "件.csv", STRANGE.as_bytes()).await;
    let place = |rows| [("head-new", "3"), ("body-new", rows), PLACE[2], PLACE[3], PLACE[4]];
    confirm(&app, &import, &place("4-6")).await.assert_status(303);
    confirm(&app, &import, &COLUMNS).await.assert_status(303);
    admin.get(&import).await.assert_shows("total_unnamed").assert_shows("二重に加えます");
    confirm(&app, &import, &[("body-0", "4-5")]).await.assert_status(303);
    admin.get(&import).await.assert_hides("total_unnamed");
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 170_000);
}

/// No heading that any vocabulary knows.
const STRANGE: &str = "来年の件,,,\n,,,\n名前（仮）,い,ろ,は\n見本がん医療実用化研究事業,100,20,120\n見本機器開発事業,0,50,50\nしめて,100,70,170\n\n備忘,1,2,3\n";

const PLACE: [(&str, &str); 5] = [
    ("head-new", "3"),
    ("body-new", "４～６"),
    ("unit-new", "thousand"),
    ("year-new", "R8"),
    ("stage-new", "initial"),
];

const COLUMNS: [(&str, &str); 4] = [
    ("column-0-0", "事業名"),
    ("column-0-1", "医薬品"),
    ("column-0-2", "医療機器・ヘルスケア"),
    ("column-0-3", "計"),
];

#[tokio::test]
async fn a_sheet_without_a_recognised_header_is_outlined_by_hand_and_known_next_year() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let text = STRANGE.replace("しめて", "合計");
    let import = upload(&app, "件.csv", text.as_bytes()).await;
    admin.get(&import).await.assert_shows("not_a_budget").assert_shows("表の対応を指定する");
    let wrong = confirm(&app, &import, &[("head-new", "三"), ("body-new", "6-4"), ("span-new", "A-D")]).await;
    wrong.assert_status(422).assert_shows("「三」は読めません").assert_shows("「6-4」は読めません");
    assert_eq!(
        wrong.attribute("input[name='span-new']", "value").as_deref(),
        Some("A-D"),
        "typed text is kept"
    );
    let crossed = confirm(&app, &import, &[("head-new", "3"), ("body-new", "2-6")]).await;
    crossed.assert_status(422).assert_shows("見出しの行より下");

    confirm(&app, &import, &[&PLACE[..], &[("stay", "true")]].concat()).await.assert_status(303);
    let page = admin.get(&format!("{import}/mapping")).await;
    assert_eq!(page.attribute("input[name='head-0']", "value").as_deref(), Some("3"));
    assert!(
        page.texts("td.sheet-head").iter().any(|t| t == "名前（仮）"),
        "{:?}",
        page.texts("td.sheet-head")
    );
    admin.get(&import).await.assert_shows("outline_unread").assert_shows("反映できません");
    confirm(&app, &import, &COLUMNS).await.assert_status(303);
    admin.get(&import).await.assert_hides("outline_unread").assert_shows("A3:D6");
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 170_000);
    assert_eq!(app.count("budget_in_force WHERE project_id IS NOT NULL AND program_id IS NOT NULL").await, 4);

    // Next year one row further down, with a program more; the total is the last row again.
    let next = format!(
        "別記,,,\n{}",
        text.replace(
            "見本機器開発事業,0,50,50\n合計,100,70,170",
            "見本機器開発事業,0,50,50\n見本基礎研究事業,3,4,7\n合計,103,74,177"
        )
    );
    let import = upload(&app, "R9の件.csv", next.as_bytes()).await;
    admin
        .get(&import)
        .await
        .assert_shows("この表の形は以前に確認されています")
        .assert_shows("A4:D8")
        .assert_hides("outline_unread");
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(
        number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force WHERE fiscal_year = 2027")
            .await,
        177_000
    );
}

#[tokio::test]
async fn a_table_without_headings_is_only_proposed_next_year() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let text = "見本がん医療実用化研究事業,100,20\n見本機器開発事業,0,50\n合計,100,70\n";
    let import = upload(&app, "R8当初.csv", text.as_bytes()).await;
    let said = [("body-new", "1-"), ("unit-new", "thousand"), ("year-new", "R8"), ("stage-new", "initial")];
    confirm(&app, &import, &said).await.assert_status(303);
    let columns = [("column-0-1", "医薬品"), ("column-0-2", "医療機器・ヘルスケア")];
    confirm(&app, &import, &columns).await.assert_status(303);
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 170_000);

    let import =
        upload(&app, "R9当初.csv", text.replace("100,20", "100,21").replace("100,70", "100,71").as_bytes())
            .await;
    admin.get(&import).await.assert_hides("以前に確認されています").assert_shows("表の対応を確認へ");
    let page = admin.get(&format!("{import}/mapping")).await;
    assert_eq!(page.attribute("input[name='column-0-1']", "value").as_deref(), Some("医薬品"));
    confirm(&app, &import, &[]).await.assert_status(303);
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(
        number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force WHERE fiscal_year = 2027")
            .await,
        171_000
    );
}

#[tokio::test]
async fn a_table_that_was_taken_wrongly_is_outlined_and_what_was_said_can_be_taken_back() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    // The row of a former budget under the headings is no part of this one.
    let text = "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n見本旧事業,7,7\n見本がん医療実用化研究事業,100,100\n見本機器開発事業,5,5\n合計,105,105\n";
    let import = upload(&app, "R8.csv", text.as_bytes()).await;
    admin.get(&import).await.assert_shows("反映できません");
    confirm(&app, &import, &[("head-0", "2"), ("body-0", "4-")]).await.assert_status(303);
    admin.get(&import).await.assert_hides("反映できません");
    let both = confirm(&app, &import, &[("head-new", "2"), ("body-new", "3-5"), ("span-new", "A-B")]).await;
    both.assert_status(422).assert_shows("重なっています");
    let empty = [("head-0", ""), ("body-0", "")];
    confirm(&app, &import, &empty).await.assert_status(303);
    admin.get(&import).await.assert_shows("反映できません");
    confirm(&app, &import, &[("head-0", "2"), ("body-0", "4-")]).await.assert_status(303);
    apply(&app, &import, &[]).await.assert_status(303);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM budget_in_force").await, 105_000);
}
