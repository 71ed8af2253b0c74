//! Drafts of a list that cannot be stored whole: what is left out is said, the rest is stored, nothing typed is lost.

use super::*;

/// The fields of an answer: what the page showed, and what was typed.
fn answer(task: Uuid, slot: Uuid, was: &str, level: &str, note: &str) -> Vec<(String, String)> {
    [("was-level", was), ("level", level), ("note", note)]
        .into_iter()
        .map(|(name, value)| (format!("{name}-{task}_{slot}"), value.to_owned()))
        .collect()
}

async fn send(client: &Client, path: &str, fields: &[Vec<(String, String)>]) -> crate::support::Page {
    let fields: Vec<(&str, &str)> =
        fields.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(path, &fields).await
}

#[tokio::test]
async fn a_draft_says_that_a_no_without_a_reason_is_not_stored() {
    let scene = Scene::asking().await;
    let ps = scene.app.client(Persona::Ps).await;
    let list = format!("/matching/lists/{}", scene.list("upstream").await);
    let slot = scene.slot(SLOT_A).await;
    let typed = [
        answer(scene.tasks[0], slot, "", "4", "理由は後で"),
        answer(scene.tasks[1], slot, "", "2", "希望する"),
    ];
    let draft = send(&ps, &format!("{list}/draft"), &typed).await;
    draft.assert_status(200).assert_shows("理由のない「見送り」1件はまだ保存していません。");
    assert_eq!(scene.app.count("matching_interests WHERE level = 2 AND note = '希望する'").await, 1);
    assert_eq!(scene.app.count("matching_interests WHERE level = 4 OR note = '理由は後で'").await, 0);
    // The form comes back with what was typed, and knows that it is not stored.
    let again = send(&ps, &list, &typed).await;
    again.assert_status(422).assert_shows("理由は後で");
    assert_eq!(again.attribute("#answers", "data-dirty").as_deref(), Some(""));
    let fresh = ps.get(&list).await;
    assert_eq!(fresh.attribute("#answers", "data-dirty"), None);
    assert_eq!(fresh.texts("[data-chosen-in=answers]"), ["1"]);
    let whole = [answer(scene.tasks[1], slot, "2", "1", "")];
    send(&ps, &format!("{list}/draft"), &whole).await.assert_status(204);
}

#[tokio::test]
async fn a_draft_stores_everything_but_what_a_colleague_changed() {
    let scene = Scene::asking().await;
    let (ps, po) = (scene.app.client(Persona::Ps).await, scene.app.client(Persona::Po).await);
    let list = format!("/matching/lists/{}", scene.list("upstream").await);
    let slot = scene.slot(SLOT_A).await;
    let changed = [answer(scene.tasks[0], slot, "", "1", "POの備考")];
    send(&po, &format!("{list}/draft"), &changed).await.assert_status(204);
    // The PS has the page open since before.
    let typed = [
        answer(scene.tasks[0], slot, "", "2", "PSの備考"),
        answer(scene.tasks[1], slot, "", "3", "PSの回答"),
    ];
    let draft = send(&ps, &format!("{list}/draft"), &typed).await;
    draft.assert_status(200).assert_shows("別の担当者が変更した行が1件あります");
    assert_eq!(scene.app.count("matching_interests WHERE note = 'PSの回答' AND level = 3").await, 1);
    assert_eq!(scene.app.count("matching_interests WHERE note = 'POの備考' AND level = 1").await, 1);
    let page = send(&ps, &list, &typed).await;
    page.assert_status(409).assert_shows("別の担当者が先に変更しました").assert_shows("PSの備考");
    assert_eq!(page.attribute("#answers", "data-dirty").as_deref(), Some(""));
    assert_eq!(scene.app.count("matching_interest_lists WHERE submitted_at IS NOT NULL").await, 0);
}
