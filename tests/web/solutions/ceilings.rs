//! Ceilings over several slots: what more room below them is worth, how full they are, and what slots are called.

use super::{World, execute};
use crate::support::Persona;

/// All programs together may spend what one pair costs.
async fn one_pair_is_paid(world: &World) {
    let mut tx = world.app.pool.begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *tx).await.unwrap();
    sqlx::query(
        "INSERT INTO matching_session_ceilings (session_id, kind, budget_yen) VALUES ($1, 'all', 20000000)",
    )
    .bind(world.session)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// The texts of a workbook.
fn texts_of(workbook: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).expect("a workbook is an archive");
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file of the archive");
        if file.name().is_ok_and(|name| name.ends_with(".xml")) {
            std::io::Read::read_to_string(&mut file, &mut all).expect("the text of the workbook");
        }
    }
    all
}

#[tokio::test]
async fn money_has_a_value_where_the_ceiling_of_all_programs_binds() {
    let world = World::start().await;
    one_pair_is_paid(&world).await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    assert_eq!(world.app.count("matching_solutions WHERE placed = 1").await, 1);
    let page = unit.get(&format!("{version}/margins")).await;
    // The third task comes in at P3: 0.4 × 0.7 and two unanswered wishes. A place alone pays for nobody.
    page.assert_status(200).assert_shows("金額：全事業").assert_shows("0.000");
    assert_eq!(page.texts("#ceilings tbody th"), ["全事業"]);
    assert_eq!(page.texts("#ceilings tbody td.num"), ["上限なし", "0.460"]);
    let slot = world.slots[1].to_string();
    let form = [("slot", slot.as_str()), ("kind", "money"), ("reason", "全事業の上限に達しているため")];
    unit.post(&format!("{version}/proposals"), &form).await.assert_status(303);
    let made = "matching_adjustment_proposals WHERE gain_millionths = 460000 AND amount_yen = 10000000";
    assert_eq!(world.app.count(made).await, 1);
    assert_eq!(world.app.count("adjustment_proposals WHERE basis = 'matching'").await, 1);
    let place = [("slot", slot.as_str()), ("kind", "place"), ("reason", "枠だけ")];
    unit.post(&format!("{version}/proposals"), &place)
        .await
        .assert_status(422)
        .assert_shows("評価値が上がらない");
}

#[tokio::test]
async fn ceilings_stand_below_the_slots_under_one_name() {
    let world = World::start().await;
    one_pair_is_paid(&world).await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    for path in [version.clone(), format!("{version}/report")] {
        let page = unit.get(&path).await;
        page.assert_status(200);
        assert_eq!(page.texts("#ceilings th"), ["事業・プロジェクト・全事業の上限", "全事業"], "{path}");
        let cells = page.texts("#ceilings td");
        assert_eq!(cells[..2], ["1", "上限なし"], "{path}: {cells:?}");
    }
    let workbook = unit.get(&format!("{version}/report/workbook")).await;
    workbook.assert_status(200);
    let texts = texts_of(&workbook.body);
    assert!(texts.contains("受入枠の充足") && texts.contains("全事業"));
    let slots = unit.get(&format!("/matching/sessions/{}/slots", world.session)).await;
    slots.assert_status(200).assert_shows("全事業").assert_hides("<td>全体</td>");
    unit.get(&world.pair_path(&version, 2, 1)).await.assert_shows("「全事業」の金額を");
}

#[tokio::test]
async fn a_slot_reads_the_same_on_every_page_with_its_step() {
    let world = World::start().await;
    execute(
        &world.app,
        "UPDATE slot_types SET step = 'ステップ1', step_en = 'Step 1', name_en = 'Applied' WHERE name_ja = '応用枠'",
        &[],
    )
    .await;
    let unit = world.unit().await;
    let version = world.solved(&unit).await;
    let session = format!("/matching/sessions/{}", world.session);
    let pages = [
        version.clone(),
        format!("{version}/report"),
        format!("{version}/margins"),
        world.live(),
        format!("{session}/slots"),
    ];
    let english = world.app.client(Persona::Unit).await.in_english();
    for path in pages {
        unit.get(&path).await.assert_status(200).assert_shows("ステップ1 応用枠");
        english.get(&path).await.assert_status(200).assert_shows("Step 1: Applied");
    }
}
