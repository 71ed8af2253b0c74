//! A person with a conflict of interest is out of the pair: lists, counts, the meeting, reports, files.

use super::*;

#[tokio::test]
async fn while_interest_is_asked_a_conflicted_person_is_out_of_the_pair() {
    let scene = Scene::asking().await;
    let conflicted = scene.tasks[0];
    declare_conflict(&scene.app, conflicted, &["ps", "unit"]).await;
    let title = "がん抗体医薬の非臨床試験";
    let list = format!("/matching/lists/{}", scene.list("upstream").await);
    for persona in [Persona::Ps, Persona::Unit] {
        let client = scene.app.client(persona).await;
        for page in ["tasks", "candidates", "eligibility", "interest"] {
            client.get(&scene.at(page)).await.assert_status(200).assert_hides(title);
        }
        client.get(&scene.at(&format!("tasks/{conflicted}"))).await.assert_status(404);
        let pair = format!("pairs/{conflicted}/{}", scene.slot(SLOT_A).await);
        client.get(&scene.at(&pair)).await.assert_status(404);
        let figures = client.get(&format!("/matching/sessions/{}", scene.id)).await.texts(".figures a");
        assert_eq!(figures[..3], ["2", "2", "4"], "tasks, slots, eligible pairs");
        let row = client.get("/matching").await.texts("tbody td.num");
        assert_eq!(row[0], "2");
    }
    let ps = scene.app.client(Persona::Ps).await;
    ps.get(&list).await.assert_status(200).assert_hides(title);
    let slot = scene.slot(SLOT_A).await;
    let (was, level) = (format!("was-level-{conflicted}_{slot}"), format!("level-{conflicted}_{slot}"));
    ps.post(&list, &[(&was, ""), (&level, "1")]).await.assert_status(303);
    assert_eq!(scene.app.count("matching_interests WHERE level IS NOT NULL").await, 0);
    let po = scene.app.client(Persona::Po).await;
    po.get(&list).await.assert_shows(title);
    po.get("/matching").await.assert_shows(">3<");
}

/// Every page and file of the later steps, asked by a conflicted person: the title stands in none, and counts are without it.
#[tokio::test]
async fn from_the_solution_to_the_transfer_a_conflicted_person_is_out_of_the_pair() {
    let scene = Scene::asking().await;
    let title = "がん抗体医薬の非臨床試験";
    let conflicted = scene.tasks[0];
    scene.app.clock.advance(Duration::days(14));
    let admin = scene.app.client(Persona::Administrator).await;
    admin.post(&scene.at("interest/closing"), &[]).await.assert_status(303);
    let slot = scene.slot(SLOT_A).await.to_string();
    let task = conflicted.to_string();
    let run = [("aim", "max_sum"), ("affinity", "40"), ("upstream", "30"), ("receiving", "30")];
    let first = admin.post(&scene.at("solutions"), &[&[("key", "1")], &run[..]].concat()).await.location();
    let lock =
        [("key", "2"), ("task", task.as_str()), ("slot", &slot), ("kind", "lock"), ("reason", "継続の約束")];
    let version = admin.post(&scene.at("locks"), &lock).await.location();
    admin.post(&scene.at("table"), &lock[1..3]).await.assert_status(303);
    admin.post(&scene.at("votes"), &[lock[1], lock[2], ("vote", "for")]).await.assert_status(403);
    declare_conflict(&scene.app, conflicted, &["ps", "unit", "pd"]).await;

    let read = [
        version.clone(),
        first.clone(),
        format!("{version}/comparison?with=1"),
        format!("{version}/margins"),
        format!("{version}/report"),
        scene.at("live"),
        scene.at("solutions"),
        scene.at("interest"),
        scene.at("consent"),
        format!("/matching/sessions/{}", scene.id),
        "/matching".to_owned(),
        "/ledger/tasks?year=R8".to_owned(),
    ];
    for persona in [Persona::Ps, Persona::Unit, Persona::Pd] {
        let client = scene.app.client(persona).await;
        for path in &read {
            let page = client.get(path).await;
            page.assert_status(200).assert_hides(title).assert_hides("継続の約束");
        }
        for path in [format!("{version}/pairs/{task}/{slot}"), scene.at(&format!("pairs/{task}/{slot}"))] {
            client.get(&path).await.assert_status(404);
        }
        client.get(&scene.at("live")).await.assert_shows("審議中の組は表示されません");
        client.get(&format!("{version}/session-file")).await.assert_status(403);
        let workbook = client.get(&format!("{version}/report/workbook")).await;
        workbook.assert_status(200);
        assert!(!shared_strings(&workbook.body).contains(title), "the workbook of {persona:?}");
    }
    // The same for somebody without a conflict: the checks above can fail.
    let po = scene.app.client(Persona::Po).await;
    for path in [&version, &read[4], &read[5]] {
        po.get(path).await.assert_shows(title);
    }
    let workbook = po.get(&format!("{version}/report/workbook")).await;
    assert!(shared_strings(&workbook.body).contains(title));
    po.get(&format!("{version}/session-file")).await.assert_status(200);

    let adopt = [("key", "3"), ("until", "2026-12-01")];
    admin.post(&format!("{version}/adoption"), &adopt).await.assert_status(303);
    let agreement: Uuid = sqlx::query_scalar("SELECT id FROM matching_agreements WHERE task_id = $1")
        .bind(conflicted)
        .fetch_one(&scene.app.pool)
        .await
        .unwrap();
    let agreement = format!("/matching/agreements/{agreement}");
    for persona in [Persona::Ps, Persona::Unit, Persona::Pd] {
        let client = scene.app.client(persona).await;
        client.get(&scene.at("consent")).await.assert_status(200).assert_hides(title);
        client.get(&agreement).await.assert_status(404);
        if persona != Persona::Unit {
            client.post(&format!("{agreement}/consent"), &[("answer", "give")]).await.assert_status(404);
        }
        client.get("/").await.assert_status(200).assert_hides(title);
    }
    assert_eq!(scene.app.count("matching_consents WHERE answer <> 'waiting'").await, 0);
    po.get(&scene.at("consent")).await.assert_shows(title);
}

/// The texts of a workbook.
fn shared_strings(workbook: &[u8]) -> String {
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
