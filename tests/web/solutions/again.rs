//! A session that is solved again after consent: what was agreed, moved or declined stays so, and money is spent once.

use super::*;

/// Yen for two of the three tasks, and places for all.
const CEILING: i64 = 26_000_000;

impl World {
    /// Two places at each slot and money for two tasks in all.
    async fn with_a_ceiling() -> Self {
        let world = Self::start().await;
        let mut tx = world.app.pool.begin().await.unwrap();
        for sql in
            ["SET LOCAL session_replication_role = replica", "UPDATE matching_session_slots SET max_new = 2"]
        {
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
        }
        sqlx::query(
            "INSERT INTO matching_session_ceilings (session_id, kind, budget_yen) VALUES ($1, 'all', $2)",
        )
        .bind(world.session)
        .bind(CEILING)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world
    }

    async fn adopt(&self, client: &Client, version: &str, until: &str) -> Page {
        let key = Uuid::now_v7().to_string();
        let form = [("key", key.as_str()), ("until", until)];
        client.post(&format!("{version}/adoption"), &form).await
    }

    /// Settles the agreement on a pair; the id of the agreement.
    async fn settle(&self, (task, slot): (usize, usize), state: &str) -> Uuid {
        sqlx::query_scalar(
            "UPDATE matching_agreements SET state = $3, settled_at = $4 WHERE task_id = $1 AND slot_id = $2
             RETURNING id",
        )
        .bind(self.tasks[task])
        .bind(self.slots[slot])
        .bind(state)
        .bind(noon())
        .fetch_one(&self.app.pool)
        .await
        .unwrap()
    }

    /// The first task is agreed at the second slot (its lesser pair, under a lock) and has moved; the second task was
    /// declined at the first slot; the session seeks another solution. The version that was adopted.
    async fn moved_and_declined(&self, client: &Client) -> String {
        let first = self.lock(client, (0, 1), "lock", "継続の約束").await.location();
        self.adopt(client, &first, "2026-10-31").await.assert_status(303);
        assert_eq!(self.app.count("matching_agreements WHERE state = 'proposed'").await, 2);
        let agreement = self.settle((0, 1), "agreed").await;
        self.settle((1, 0), "declined").await;
        let next = [
            ("way", "new"),
            ("title", "核酸送達技術の治験準備"),
            ("starts_on", "2027-04-01"),
            ("ends_on", "2030-03-31"),
            ("amount", "13"),
            ("evidence", "採択通知"),
        ];
        let transfer = format!("/matching/agreements/{agreement}/transfer");
        client.post(&transfer, &next).await.assert_status(303);
        let again = format!("/matching/sessions/{}/resolving", self.session);
        client.post(&again, &[]).await.assert_status(303);
        first
    }
}

#[tokio::test]
async fn what_moved_stays_with_its_cost_and_what_was_declined_stays_out() {
    let world = World::with_a_ceiling().await;
    let unit = world.unit().await;
    let first = world.moved_and_declined(&unit).await;

    // Lifting the lock beneath the agreement frees nothing.
    let lock: Uuid =
        sqlx::query_scalar("SELECT id FROM matching_locks").fetch_one(&world.app.pool).await.unwrap();
    let lifted = unit.post(&format!("/matching/locks/{lock}/lifting"), &[("key", "lift")]).await;
    lifted.assert_status(303);
    let version = lifted.location();
    let page = unit.get(&version).await;
    let chosen = page.attributes("#main tr[id^=pair-]", "id");
    let pair = |task: usize, slot: usize| format!("pair-{}-{}", world.tasks[task], world.slots[slot]);
    assert_eq!(chosen.len(), 2, "{chosen:?}");
    assert!(chosen.contains(&pair(0, 1)), "it moved there, though another pair of the task is worth more");
    assert!(chosen.contains(&pair(2, 1)), "the money of the declined pair goes to the next");
    assert_eq!(page.texts("#locks tbody tr").len(), 2);
    page.assert_shows("移行済み").assert_shows("辞退");
    assert_eq!(page.texts("#main tr[id^=pair-] .title .badge"), ["移行済み"], "no lock that could be lifted");
    unit.get(&format!("{version}/report")).await.assert_shows("移行済み").assert_shows("辞退");

    // Neither can be locked, and the reasons are said.
    world.lock(&unit, (0, 0), "lock", "試し").await.assert_status(422).assert_shows("移行済みのため");
    world.lock(&unit, (1, 0), "lock", "試し").await.assert_status(422).assert_shows("辞退されているため");
    let declined = unit.get(&world.pair_path(&version, 1, 0)).await;
    declined.assert_shows("この組は辞退されています").assert_hides("禁止を解除する");
    let elsewhere = unit.get(&world.pair_path(&version, 0, 0)).await;
    elsewhere.assert_shows("で合意済みです").assert_hides("の固定を解除する");

    // The version of before breaks both: it cannot be adopted again, the new one can.
    unit.get(&first)
        .await
        .assert_shows("守っていないため採用できません")
        .assert_hides("この版を採用</button>");
    world.adopt(&unit, &first, "2026-11-30").await.assert_status(422).assert_shows("守っていません");
    assert_eq!(world.app.count("matching_sessions WHERE state = 'solved'").await, 1);
    world.adopt(&unit, &version, "2026-11-30").await.assert_status(303);
    for (state, count) in [("transferred", 1), ("declined", 1), ("proposed", 1)] {
        let found = format!("matching_agreements WHERE state = '{state}'");
        assert_eq!(world.app.count(&found).await, count, "{state}");
    }
    // The version of before was adopted before: only the new one is in force.
    let earlier = "UPDATE matching_agreements SET proposed_at = proposed_at - interval '1 day'
                   WHERE state <> 'proposed'";
    execute(&world.app, earlier, &[]).await;
    unit.get(&format!("{first}/report")).await.assert_shows("以前に採用");
    unit.get(&format!("{version}/report")).await.assert_shows("採用</span>").assert_hides("以前に採用");
    let overspent = format!(
        "(SELECT sum(p.cost_yen) AS yen FROM matching_agreements a
          JOIN matching_pairs p USING (session_id, task_id, slot_id)
          WHERE a.state NOT IN ('declined', 'expired')) s WHERE s.yen > {CEILING}"
    );
    assert_eq!(world.app.count(&overspent).await, 0);
}

#[tokio::test]
async fn the_file_of_a_second_round_replays_and_names_what_was_settled() {
    let world = World::with_a_ceiling().await;
    let unit = world.unit().await;
    world.moved_and_declined(&unit).await;
    for aim in ["max_sum", "bottleneck", "stable"] {
        let version = world.solve(&unit, &[("aim", aim)]).await.location();
        unit.get(&version).await.assert_shows("検証済み");
        let file = unit.get(&format!("{version}/session-file")).await;
        let file = SessionFile::from_json(&file.text()).expect("a session file");
        assert_eq!(file.replay(&Options::default()), Replayed::Identical, "{aim}");
        assert_eq!(file.record["settled"].as_array().map(Vec::len), Some(2), "{aim}");
        assert_eq!((file.instance.locks.len(), file.instance.forbids.len()), (1, 1), "{aim}");
    }
}

#[tokio::test]
async fn a_version_that_breaks_a_lock_is_not_adopted() {
    let world = World::start().await;
    let unit = world.unit().await;
    let before = world.solved(&unit).await;
    let with = world.lock(&unit, (1, 0), "lock", "継続の約束").await.location();
    unit.get(&before).await.assert_hides("この版を採用</button>");
    world.adopt(&unit, &before, "").await.assert_status(422).assert_shows("守っていません");
    assert_eq!(world.app.count("matching_agreements").await, 0);
    unit.get(&with).await.assert_shows("この版を採用</button>");
    world.adopt(&unit, &with, "").await.assert_status(303);
}

#[tokio::test]
async fn consent_is_asked_until_the_day_that_the_session_plans() {
    let world = World::start().await;
    let unit = world.unit().await;
    execute(&world.app, "UPDATE matching_sessions SET consent_until = '2026-12-01'", &[]).await;
    let version = world.solved(&unit).await;
    let page = unit.get(&version).await;
    assert_eq!(page.attribute("#until", "value").as_deref(), Some("2026-12-01"));
    for wrong in ["9999-12-31", "2026-10-07"] {
        world.adopt(&unit, &version, wrong).await.assert_status(422).assert_shows("合意の期限は");
    }
    world.adopt(&unit, &version, "").await.assert_status(303);
    assert_eq!(world.app.count("matching_consents WHERE expires_on = '2026-12-01'").await, 8);
    assert_eq!(world.app.count("matching_consents").await, 8);
}

#[tokio::test]
async fn a_lock_is_solved_as_the_version_was_on_whose_page_it_is_set() {
    let world = World::start().await;
    let unit = world.unit().await;
    let sum = world.solved(&unit).await;
    world.solve(&unit, &[("aim", "stable")]).await.assert_status(303);
    let page = unit.get(&world.pair_path(&sum, 1, 0)).await;
    page.assert_shows("第1版と同じ条件（総和最大）");
    let version = page.attribute("input[name=version]", "value").expect("the version in the form");
    let (task, slot) = (world.tasks[1].to_string(), world.slots[0].to_string());
    let form = [
        ("key", "lock"),
        ("task", task.as_str()),
        ("slot", slot.as_str()),
        ("kind", "lock"),
        ("reason", "理由"),
        ("version", version.as_str()),
    ];
    let locked = unit.post(&format!("/matching/sessions/{}/locks", world.session), &form).await;
    locked.assert_status(303);
    assert_eq!(world.app.count("matching_solutions WHERE version = 3 AND objective = 'max_sum'").await, 1);
    assert_eq!(world.app.count("matching_solution_locks WHERE cost_millionths = 40000").await, 1);
    // Lifted on the page of the stable one it is stable again; without a version, as the latest.
    let lock: Uuid =
        sqlx::query_scalar("SELECT id FROM matching_locks").fetch_one(&world.app.pool).await.unwrap();
    let stable: Uuid = sqlx::query_scalar("SELECT id FROM matching_solutions WHERE version = 2")
        .fetch_one(&world.app.pool)
        .await
        .unwrap();
    let stable = stable.to_string();
    let lift = [("key", "lift"), ("version", stable.as_str())];
    unit.post(&format!("/matching/locks/{lock}/lifting"), &lift).await.assert_status(303);
    assert_eq!(world.app.count("matching_solutions WHERE version = 4 AND objective = 'stable'").await, 1);
}
