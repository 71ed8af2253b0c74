//! Search: spellings, filters, ranking, what is hidden, snippets.

use crate::support::*;

async fn titles(app: &TestApp, persona: Persona, q: &str) -> Vec<String> {
    let address = format!("/search?q={}", nakadachi::web::paths::encode(q));
    let page = app.client(persona).await.get(&address).await;
    page.assert_status(200);
    page.texts(".hit h3")
}

#[tokio::test]
async fn spellings_do_not_matter_and_two_characters_are_enough() {
    let app = TestApp::start().await;
    app.task("ｉＰＳ細胞を用いた肝炎モデル").create().await;
    app.task("胃がんのSARS－CoV−2併存例").create().await;
    for (q, count) in [
        ("肝炎", 1),
        ("iPS細胞", 1),
        ("ips 肝炎", 1),
        ("ガン", 1),
        ("ｶﾞﾝ", 1),
        ("cov-2", 1),
        ("がん", 1),
        ("炎肝", 0),
        ("細胞胞", 0),
        ("癌", 0),
        ("肝", 1),
        ("%", 0),
        ("_", 0),
        ("'); DROP TABLE tasks; --", 0),
        ("\\", 0),
        ("見本 太郎", 0),
    ] {
        assert_eq!(titles(&app, Persona::Unit, q).await.len(), count, "{q}");
    }
}

#[tokio::test]
async fn hits_are_marked_as_they_are_written() {
    let app = TestApp::start().await;
    app.task("ｉＰＳ細胞を用いた<i>肺ｶﾞﾝ</i>研究").create().await;
    let page =
        app.client(Persona::Unit).await.get("/search?q=ips%E7%B4%B0%E8%83%9E%20%E3%81%8C%E3%82%93").await;
    assert_eq!(page.texts(".hit mark"), ["ｉＰＳ細胞", "ｶﾞﾝ"]);
    page.assert_hides("<i>肺");
}

#[tokio::test]
async fn conditions_apply_and_titles_come_first() {
    let app = TestApp::start().await;
    app.task("肝炎の治療").diseases(&[41]).create().await;
    app.task("肝炎の診断").create().await;
    assert_eq!(titles(&app, Persona::Unit, "肝炎 disease:がん").await, ["肝炎の治療"]);
    assert_eq!(titles(&app, Persona::Unit, "肝炎 -disease:がん").await, ["肝炎の診断"]);
    let id = app.task("別の題名").create().await;
    sqlx::query(
        "UPDATE tasks SET summary_ja = '長い概要の中の肝炎という語', ends_on = '2040-03-31' WHERE id = $1",
    )
    .bind(id)
    .execute(&app.pool)
    .await
    .unwrap();
    let mut tx = app.pool.begin().await.unwrap();
    nakadachi::portfolio::tasks::refresh_search(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    let all = titles(&app, Persona::Unit, "肝炎").await;
    assert_eq!((all.len(), all[2].as_str()), (3, "別の題名"));
    let people = app.client(Persona::Unit).await.get("/search?q=%E8%A6%8B%E6%9C%AC").await;
    people.assert_shows("見本がん医療実用化研究事業").assert_shows(TARO);
}

#[tokio::test]
async fn a_hit_in_a_name_of_the_other_language_is_shown_with_its_mark() {
    let app = TestApp::start().await;
    let id = app.task("骨の研究").create().await;
    let mut tx = app.pool.begin().await.unwrap();
    nakadachi::portfolio::tasks::refresh_search(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/search?q=tokyo").await;
    assert_eq!(page.texts(".hit-facts mark"), ["Tokyo"]);
    page.assert_shows("国立大学法人東京大学（The University of");
    let page = unit.get("/search?q=%E6%9D%B1%E4%BA%AC").await;
    assert_eq!(page.texts(".hit-facts mark"), ["東京"]);
    page.assert_hides("The University of");
    let page = unit.in_english().get("/search?q=%E6%9D%B1%E4%BA%AC").await;
    assert_eq!(page.texts(".hit-facts mark"), ["東京"], "the Japanese name in brackets");
}

#[tokio::test]
async fn the_number_that_papers_cite_finds_the_task() {
    let app = TestApp::start().await;
    let id = app.task("番号のある課題").create().await;
    app.task("番号のない課題").create().await;
    sqlx::query("UPDATE task_years SET task_number = '26cka230001h0002' WHERE task_id = $1")
        .bind(id)
        .execute(&app.pool)
        .await
        .unwrap();
    let mut tx = app.pool.begin().await.unwrap();
    nakadachi::portfolio::tasks::refresh_search(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    let unit = app.client(Persona::Unit).await;
    for cited in ["JP26cka230001", "jp26cka230001", "ＪＰ２６ｃｋａ２３０００１", "26cka230001"]
    {
        assert_eq!(titles(&app, Persona::Unit, cited).await, ["番号のある課題"], "{cited}");
        let list = unit.get(&format!("/tasks?q={}", nakadachi::web::paths::encode(cited))).await;
        assert_eq!(list.texts("td.title"), ["番号のある課題"], "{cited}");
    }
    assert_eq!(titles(&app, Persona::Unit, "JP26cka230009").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_hidden_is_neither_shown_nor_counted() {
    let app = TestApp::start().await;
    app.task("公表前の肝炎新薬").restricted().create().await;
    for (persona, count) in
        [(Persona::Unit, 1), (Persona::Ps, 1), (Persona::OtherPs, 0), (Persona::NoRole, 0)]
    {
        assert_eq!(titles(&app, persona, "肝炎").await.len(), count, "{persona:?}");
    }
    let page = app.client(Persona::OtherPs).await.get("/search?q=%E6%9D%B1%E4%BA%AC").await;
    page.assert_status(200).assert_hides("国立大学法人東京大学");
    app.client(Persona::OtherPs).await.in_english().get("/search").await.assert_shows("Enter a word");
}
