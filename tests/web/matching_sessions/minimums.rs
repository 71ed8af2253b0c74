//! Slots that must take some tasks, before they are frozen; and what slots are called.

use super::{SLOT_A, Scene, sql};
use crate::support::Persona;

#[tokio::test]
async fn a_minimum_that_no_candidates_fill_is_named_before_the_slots_are_frozen() {
    let scene = Scene::shortlisted().await;
    let unit = scene.app.client(Persona::Unit).await;
    let overview = format!("/matching/sessions/{}", scene.id);
    unit.get(&overview).await.assert_status(200).assert_hides("候補が下限に届きません");
    unit.get(&scene.at("candidates")).await.assert_hides("下限のある受入枠");
    // Three tasks have the slot on their lists.
    let four =
        format!("UPDATE matching_session_slots SET min_new = 4, max_new = 5 WHERE slot_type_id = '{SLOT_A}'");
    sql(&scene.app, &four).await;
    unit.get(&overview)
        .await
        .assert_shows("候補が下限に届きません")
        .assert_shows("治験準備（下限4件、候補3件）");
    let page = unit.get(&scene.at("candidates")).await;
    page.assert_shows("候補が下限に届かない受入枠が");
    assert_eq!(page.texts("#minimums tbody td.num"), ["4", "3", "3"]);
    unit.post(&scene.at("interest/opening"), &[]).await.assert_status(303);
    unit.get(&overview).await.assert_hides("候補が下限に届きません");
}

#[tokio::test]
async fn candidates_name_a_slot_with_its_step() {
    let scene = Scene::shortlisted().await;
    let named = format!(
        "UPDATE slot_types SET step = 'ステップ2', step_en = 'Step 2', name_en = 'Development' WHERE id = '{SLOT_A}'"
    );
    sql(&scene.app, &named).await;
    let pair = format!("pairs/{}/{}", scene.tasks[0], scene.slot(SLOT_A).await);
    let unit = scene.app.client(Persona::Unit).await;
    let english = scene.app.client(Persona::Unit).await.in_english();
    for page in ["candidates", "slots", pair.as_str()] {
        unit.get(&scene.at(page)).await.assert_status(200).assert_shows("ステップ2 治験準備");
        english.get(&scene.at(page)).await.assert_status(200).assert_shows("Step 2: Development");
    }
}
