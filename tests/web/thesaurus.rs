//! The thesaurus: read, changed, merged, retired; each change a version.

use crate::support::{Persona, TestApp};

const NEW: [(&str, &str); 7] = [
    ("key", "k1"),
    ("seen", "0"),
    ("concept", "mihon-disease"),
    ("kind", "disease"),
    ("ja", "見本病\n見本症候群"),
    ("en", "mihon disease"),
    ("remark", "見本病の課題が増えたため"),
];

#[tokio::test]
async fn a_concept_is_added_and_makes_a_version_with_a_hash() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    unit.get("/thesaurus").await.assert_status(200).assert_shows("概念519件");
    assert_eq!(unit.post("/thesaurus", &NEW).await.location(), "/thesaurus/concepts/mihon-disease");
    unit.post("/thesaurus", &NEW).await.assert_status(303);
    assert_eq!(app.count("thesaurus_versions").await, 2, "the shipped one and this");
    assert_eq!(
        app.count(
            "thesaurus_versions a JOIN thesaurus_versions b ON a.hash = b.hash AND a.number < b.number"
        )
        .await,
        0
    );
    assert_eq!(app.count("audit_entries WHERE action = 'thesaurus.add'").await, 1);
    unit.get("/thesaurus?q=見本").await.assert_shows("見本病").assert_shows("見本病の課題が増えたため");
    let edition = nakadachi::matching::thesaurus::current(&app.pool).await.unwrap();
    let mentions = edition.thesaurus.mentions("見本症候群の治療");
    assert_eq!(edition.thesaurus.concept(mentions[0].concept).key, "mihon-disease");
    let first = nakadachi::matching::thesaurus::edition(&app.pool, 1).await.unwrap();
    assert_eq!(
        first.hash,
        nakadachi::matching::thesaurus::Edition::shipped().hash,
        "the first version can be had again"
    );
}

#[tokio::test]
async fn a_preview_lists_the_tasks_that_would_be_read_differently_and_writes_nothing() {
    let app = TestApp::start().await;
    let task = app.task("見本病の病態の解明").create().await;
    let unit = app.client(Persona::Unit).await;
    let mut preview = NEW.to_vec();
    preview.push(("step", "preview"));
    let page = unit.post("/thesaurus", &preview).await;
    page.assert_status(200).assert_shows("見本病の病態の解明").assert_shows("1件で");
    assert!(page.attribute(&format!("a[href='/tasks/{task}']"), "href").is_some());
    assert_eq!(app.count("thesaurus_versions").await, 0);
}

#[tokio::test]
async fn merging_and_retiring_keep_the_history() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    unit.post("/thesaurus", &NEW).await.assert_status(303);
    let merge =
        [("key", "m"), ("seen", "2"), ("what", "merge"), ("into", "cancer"), ("remark", "同じ意味のため")];
    let done = unit.post("/thesaurus/concepts/mihon-disease", &merge).await;
    assert_eq!(done.location(), "/thesaurus/concepts/cancer");
    unit.get("/thesaurus/concepts/cancer").await.assert_shows("見本症候群");
    unit.get("/thesaurus/concepts/mihon-disease")
        .await
        .assert_status(422)
        .assert_shows("「cancer」に統合されました");
    let retire = [("key", "r"), ("seen", "3"), ("what", "retire"), ("remark", "使わないため")];
    unit.post("/thesaurus/concepts/lymphoma", &retire).await.assert_status(303);
    assert_eq!(app.count("thesaurus_concepts WHERE key = 'lymphoma' AND last_version = 3").await, 1);
    unit.get("/thesaurus/concepts/nothing").await.assert_status(404);
}

#[tokio::test]
async fn what_contradicts_is_refused_at_its_field_and_the_slower_loses_nothing() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    let mut taken = NEW;
    taken[4].1 = "肺癌";
    unit.post("/thesaurus", &taken)
        .await
        .assert_status(422)
        .assert_shows("概念「lung-cancer」で使われています");
    let mut wrong = NEW;
    (wrong[2].1, wrong[6].1) = ("日本語", "");
    unit.post("/thesaurus", &wrong).await.assert_status(422).assert_shows("見本病");
    unit.post("/thesaurus", &NEW).await.assert_status(303);
    let late = [
        ("key", "l"),
        ("seen", "0"),
        ("what", "edit"),
        ("kind", "disease"),
        ("ja", "遅れた語"),
        ("remark", "x"),
    ];
    let page = unit.post("/thesaurus/concepts/cancer", &late).await;
    page.assert_status(409).assert_shows("遅れた語").assert_shows("先にシソーラスを更新");
    assert_eq!(page.attribute("input[name=seen]", "value").as_deref(), Some("2"));
}

#[tokio::test]
async fn staff_read_and_only_the_unit_and_administrators_write() {
    let app = TestApp::start().await;
    let officer = app.client(Persona::Po).await;
    officer.get("/thesaurus/concepts/cancer").await.assert_status(200).assert_hides("新しい版として保存");
    officer.get("/thesaurus/table").await.assert_status(200).assert_shows("gene-therapy");
    officer.post("/thesaurus", &NEW).await.assert_status(403);
    app.client(Persona::Observer).await.get("/thesaurus").await.assert_status(403);
}
