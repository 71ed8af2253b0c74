//! Pairing options: offered, held, confirmed, exercised; the book of a year.

use uuid::Uuid;

use crate::support::{Client, P1, P2, P3, PROJECT_1, PROJECT_2, Persona, TARO, TestApp};

async fn offer(app: &TestApp, upstream: &Client) -> (Uuid, String) {
    let task = app.task("固形がんの病態の解明").program(P2, PROJECT_2).create().await;
    let id = task.to_string();
    let fields = [
        ("key", "o1"),
        ("task", id.as_str()),
        ("program", "P1"),
        ("year", "R10"),
        ("yen", "30"),
        ("decide_by", "2028-03-31"),
    ];
    let done = upstream.post("/options", &fields).await;
    done.assert_status(303);
    assert_eq!(
        upstream.post("/options", &fields).await.location(),
        done.location(),
        "a second click lands on the first"
    );
    (task, done.location())
}

#[tokio::test]
async fn an_option_goes_from_offer_to_exercise_and_enters_the_year_as_a_slot() {
    let app = TestApp::start().await;
    let (upstream, receiving) = (app.client(Persona::OtherPs).await, app.client(Persona::Ps).await);
    let (task, path) = offer(&app, &upstream).await;
    upstream.get(&path).await.assert_shows("提示").assert_hides("枠と金額を確保する");
    let step = format!("{path}/state");
    upstream.post(&step, &[("step", "hold"), ("version", "1")]).await.assert_status(403);
    receiving.get(&path).await.assert_shows("枠と金額を確保する");
    receiving.post(&step, &[("step", "hold"), ("version", "1")]).await.assert_status(303);
    receiving.post(&step, &[("step", "hold"), ("version", "1")]).await.assert_status(422);
    upstream
        .post(&step, &[("step", "confirm"), ("version", "2")])
        .await
        .assert_status(422)
        .assert_shows("GOの決定");
    let confirm = [("step", "confirm"), ("version", "2"), ("reason", "R9.3.1 ゲート評価 GO")];
    upstream.post(&step, &confirm).await.assert_status(303);
    upstream.post(&step, &confirm).await.assert_status(422);
    receiving.post(&step, &[("step", "exercise"), ("version", "3")]).await.assert_status(303);
    let slot = format!(
        "exercised_options WHERE task_id = '{task}' AND program_id = '{P1}' AND fiscal_year = 2028 AND reserved_yen = 30000000"
    );
    assert_eq!(app.count(&slot).await, 1);
    assert_eq!(app.count("pairing_option_events").await, 4);
    assert_eq!(app.count("audit_entries WHERE action LIKE 'option.%'").await, 4);
    receiving.get(&path).await.assert_shows("R9.3.1 ゲート評価 GO").assert_shows("行使");
}

#[tokio::test]
async fn one_option_a_program_and_year_and_releasing_needs_a_reason() {
    let app = TestApp::start().await;
    let upstream = app.client(Persona::OtherPs).await;
    let (task, path) = offer(&app, &upstream).await;
    let id = task.to_string();
    let again = [
        ("key", "o2"),
        ("task", id.as_str()),
        ("program", "P1"),
        ("year", "R10"),
        ("yen", "10"),
        ("decide_by", "2028-03-31"),
    ];
    upstream.post("/options", &again).await.assert_status(422).assert_shows("すでにあります");
    let step = format!("{path}/state");
    upstream.post(&step, &[("step", "release"), ("version", "1")]).await.assert_status(422);
    upstream.post(&step, &[("step", "expire"), ("version", "1")]).await.assert_status(403);
    upstream
        .post(&step, &[("step", "release"), ("version", "1"), ("reason", "方針の変更")])
        .await
        .assert_status(303);
    let after = [
        ("key", "o3"),
        ("task", id.as_str()),
        ("program", "P1"),
        ("year", "R10"),
        ("yen", "10"),
        ("decide_by", "2028-03-31"),
    ];
    upstream.post("/options", &after).await.assert_status(303);
    sqlx::query("UPDATE pairing_options SET state = 'confirmed' WHERE state = 'offered'")
        .execute(&app.pool)
        .await
        .expect_err("the database refuses a jump");
}

#[tokio::test]
async fn a_wrong_offer_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let task = app.task("固形がんの病態の解明").program(P2, PROJECT_2).create().await.to_string();
    let upstream = app.client(Persona::OtherPs).await;
    upstream
        .get(&format!("/options/new?task={task}"))
        .await
        .assert_status(200)
        .assert_shows("固形がんの病態の解明");
    let wrong = [
        ("key", "w"),
        ("task", task.as_str()),
        ("program", ""),
        ("year", "R7"),
        ("yen", "三十"),
        ("decide_by", "2028-03-31"),
    ];
    let page = upstream.post("/options", &wrong).await;
    page.assert_status(422)
        .assert_shows("一覧から選んでください")
        .assert_shows("来年度以降")
        .assert_shows("百万円単位");
    assert_eq!(page.attribute("input[name=yen]", "value").as_deref(), Some("三十"));
    app.client(Persona::Ps).await.get(&format!("/options/new?task={task}")).await.assert_status(403);
    app.client(Persona::Ps).await.get("/options/new").await.assert_status(422);
    assert_eq!(app.count("pairing_options").await, 0);
}

/// Options that ended: 3 of 4 that were held were exercised.
async fn history(app: &TestApp) {
    for n in 0..4 {
        let task =
            app.task(&format!("過去の課題{n}")).program(P2, PROJECT_2).years(&[(2023, 1)]).create().await;
        let state = if n < 3 { "exercised" } else { "released" };
        sqlx::query(
            "WITH o AS (INSERT INTO pairing_options (id, task_id, program_id, fiscal_year, reserved_yen, state, reason, stage_ends_on, decide_by, offered_by, offered_at, changed_at)
                 SELECT gen_random_uuid(), $1, $2::uuid, 2024, 10000000, $3, 'x', '2024-03-31', '2024-03-31', id, now(), now() FROM users WHERE email = 'ps@example.jp' RETURNING id, offered_by)
             INSERT INTO pairing_option_events (option_id, state, by_user, at) SELECT o.id, s, o.offered_by, now() FROM o, unnest(ARRAY['offered', 'held']) AS s",
        )
        .bind(task).bind(P3).bind(state).execute(&app.pool).await.unwrap();
    }
}

#[tokio::test]
async fn the_book_shows_odds_with_their_counts_and_the_chance_of_more_than_there_is() {
    let app = TestApp::start().await;
    history(&app).await;
    let (upstream, receiving) = (app.client(Persona::OtherPs).await, app.client(Persona::Ps).await);
    let (_, path) = offer(&app, &upstream).await;
    receiving.post(&format!("{path}/state"), &[("step", "hold"), ("version", "1")]).await.assert_status(303);
    let book = "/options/books/P1/R10";
    // Held: Beta(3.5, 1.5), mean 70.0 %; no slot and no budget yet, so that is the chance of more than there is.
    let page = receiving.get(book).await;
    page.assert_status(200).assert_shows("70.0%").assert_shows("全事業").assert_shows("解放が必要");
    assert!(page.texts("figure table").len() >= 2, "each chart has its table");
    let titles = page.texts("h2");
    for title in ["行使される件数の確率", "年間の金額の確率"] {
        assert!(titles.iter().any(|heading| heading.starts_with(title)), "{title}: {titles:?}");
    }
    receiving.post(book, &[("version", "0"), ("slots", "1"), ("budget", "30")]).await.assert_status(303);
    receiving.get(book).await.assert_shows("あと0件").assert_shows("0.0%");
    receiving.post(book, &[("version", "0"), ("slots", "5"), ("budget", "99")]).await.assert_status(409);
    let page = receiving.post(book, &[("version", "1"), ("slots", "x"), ("budget", "99")]).await;
    page.assert_status(422).assert_shows("0～500");
    upstream.post(book, &[("version", "1"), ("slots", "9"), ("budget", "99")]).await.assert_status(403);
    receiving.get("/options").await.assert_shows("5%以内");
    receiving.get("/options/books/P9/R10").await.assert_status(404);
}

#[tokio::test]
async fn a_conflict_of_interest_hides_the_option_and_outsiders_see_none() {
    let app = TestApp::start().await;
    let (upstream, receiving) = (app.client(Persona::OtherPs).await, app.client(Persona::Ps).await);
    let (_, path) = offer(&app, &upstream).await;
    sqlx::query("UPDATE users SET person_id = $1::uuid WHERE email = 'ps@example.jp'")
        .bind(TARO)
        .execute(&app.pool)
        .await
        .unwrap();
    receiving.get(&path).await.assert_status(404);
    receiving.get("/options").await.assert_hides("固形がんの病態の解明");
    app.client(Persona::Observer).await.get("/options").await.assert_status(403);
    let task = app.task("公表前の課題の題名").program(P3, PROJECT_1).restricted().create().await;
    sqlx::query("UPDATE pairing_options SET task_id = $1").bind(task).execute(&app.pool).await.unwrap();
    let other = app.client(Persona::Po).await;
    other.get(&path).await.assert_status(200).assert_hides("公表前の課題の題名").assert_shows("公表前の課題");
}
