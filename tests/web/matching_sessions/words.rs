//! The words that made a score, and the version of the thesaurus under which it was made.

use super::*;

const CONCEPT: [(&str, &str); 7] = [
    ("key", "concept"),
    ("seen", "0"),
    ("concept", "mihon-preparation"),
    ("kind", "method"),
    ("ja", "非臨床安全性\n応用開発"),
    ("en", "mihon preparation"),
    ("remark", "見本の同義語"),
];

async fn version(app: &TestApp) -> Option<i32> {
    sqlx::query_scalar("SELECT thesaurus_version FROM matching_sessions").fetch_one(&app.pool).await.unwrap()
}

#[tokio::test]
async fn the_edited_thesaurus_scores_and_the_session_names_its_version() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    assert_eq!(version(&scene.app).await, Some(1), "the shipped table is the first version");
    // The second task says 非臨床安全性, slot B says 応用開発: one concept from the next version on.
    let pair = scene.at(&format!("pairs/{}/{}", scene.tasks[1], scene.slot(SLOT_B).await));
    let before = unit.get(&pair).await;
    before
        .assert_shows("シソーラス第1版で計算")
        .assert_hides("mihon preparation")
        .assert_shows("共通の語と概念");
    assert!(
        !before.text().contains("<th scope=\"row\">非臨床安全性</th>"),
        "no concept joins the two words yet"
    );

    unit.post("/thesaurus", &CONCEPT).await.assert_status(303);
    unit.get(&pair).await.assert_shows("シソーラス第1版で計算");
    unit.post(&scene.at("reopening"), &[]).await.assert_status(303);
    assert_eq!(version(&scene.app).await, None, "nothing is scored while the session is prepared");
    unit.post(&scene.at("evaluation"), &[]).await.assert_status(303);
    unit.post(&scene.at("scores"), &[]).await.assert_status(303);
    assert_eq!(version(&scene.app).await, Some(2));
    let after = unit.get(&pair).await;
    after.assert_shows("シソーラス第2版で計算").assert_shows("<th scope=\"row\">非臨床安全性</th>");
    let found = format!(
        "matching_pairs WHERE task_id = '{}' AND words -> 'concepts' @> '[{{\"key\": \"mihon-preparation\"}}]'",
        scene.tasks[1]
    );
    assert!(scene.app.count(&found).await >= 1);
    unit.get(&scene.at("candidates")).await.assert_shows("シソーラス第2版で計算");
}

#[tokio::test]
async fn words_add_up_to_their_parts_and_stay_as_they_were() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    let kept = "matching_pairs p WHERE p.shortlisted AND p.words IS NOT NULL";
    assert_eq!(scene.app.count(kept).await, 6);
    for (list, part) in [("words", "text"), ("concepts", "concepts")] {
        let wrong = format!(
            "{kept} AND (p.parts ->> '{part}')::int
             <> (SELECT coalesce(sum((w ->> 'points')::int), 0) FROM jsonb_array_elements(p.words -> '{list}') w)"
        );
        assert_eq!(scene.app.count(&wrong).await, 0, "{list} add up to {part}");
    }
    let pair = scene.at(&format!("pairs/{}/{}", scene.tasks[0], scene.slot(SLOT_A).await));
    let words = unit.get(&pair).await.texts(".shared-word");
    sql(&scene.app, "UPDATE tasks SET title_ja = 'まったく別の題名'").await;
    assert_eq!(unit.get(&pair).await.texts(".shared-word"), words, "as they were when the pair was scored");
    let task = unit.get(&scene.at(&format!("tasks/{}", scene.tasks[0]))).await;
    if !words.is_empty() {
        task.assert_shows("共通の語：");
    }
}

#[tokio::test]
async fn a_pair_on_no_shortlist_is_explained_by_the_texts_of_today() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    sql(&scene.app, "UPDATE matching_pairs SET words = NULL").await;
    let pair = scene.at(&format!("pairs/{}/{}", scene.tasks[0], scene.slot(SLOT_A).await));
    unit.get(&pair).await.assert_shows("今の文章から求めています").assert_hides("文章が変わったため");
    sql(&scene.app, "UPDATE tasks SET title_ja = '治験準備 治験準備 応用開発'").await;
    unit.get(&pair).await.assert_shows("文章が変わったため");
}
