//! The chain proves itself, and names the first link that was altered.

use nakadachi::audit::{self, Against, Noted, Verified};
use sqlx::Executor;

use crate::support::{Persona, TestApp};

#[tokio::test]
async fn an_altered_entry_breaks_the_chain_at_its_place() {
    let app = TestApp::start().await;
    for persona in [Persona::Ps, Persona::Po, Persona::Dc] {
        app.client(persona).await.post("/sign-out", &[]).await.assert_status(303);
    }
    assert!(matches!(audit::verify(&app.pool).await.unwrap(), Verified::Intact { entries: 3, .. }));
    app.pool
        .execute(
            "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only;
             UPDATE audit_entries SET actor_label = 'somebody else' WHERE position = 2;",
        )
        .await
        .unwrap();
    assert!(matches!(audit::verify(&app.pool).await.unwrap(), Verified::Broken { position: 2, .. }));
}

#[tokio::test]
async fn a_chain_cut_off_at_its_end_is_found_by_what_was_noted_of_it() {
    let app = TestApp::start().await;
    for persona in [Persona::Ps, Persona::Po, Persona::Dc] {
        app.client(persona).await.post("/sign-out", &[]).await.assert_status(303);
    }
    let Verified::Intact { entries, head } = audit::verify(&app.pool).await.unwrap() else {
        panic!("the chain is intact")
    };
    let noted = |text: String| text.parse::<Noted>().unwrap();
    let both = noted(format!("{entries}:{head}"));
    let (hash, position) = (noted(head[..16].to_owned()), noted(entries.to_string()));
    app.client(Persona::Unit).await.post("/sign-out", &[]).await.assert_status(303);
    for noted in [&both, &hash, &position] {
        assert_eq!(audit::compare(&app.pool, noted).await.unwrap(), Against::Holds, "entries came since");
    }
    app.pool
        .execute(
            "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only;
             DELETE FROM audit_entries WHERE position >= 3;",
        )
        .await
        .unwrap();
    assert!(matches!(audit::verify(&app.pool).await.unwrap(), Verified::Intact { entries: 2, .. }));
    for (noted, expected) in [
        (&both, Against::Older { position: 3 }),
        (&position, Against::Older { position: 3 }),
        (&hash, Against::Missing),
    ] {
        assert_eq!(audit::compare(&app.pool, noted).await.unwrap(), expected);
    }
    app.client(Persona::Pd).await.post("/sign-out", &[]).await.assert_status(303);
    assert_eq!(
        audit::compare(&app.pool, &both).await.unwrap(),
        Against::Different { position: 3 },
        "another entry took its place"
    );
}

#[tokio::test]
async fn the_viewer_says_what_happened_to_what_in_words_and_keeps_non_public_parts() {
    let app = TestApp::start().await;
    let id = app.task("秘密のない課題").nonpublic("特許出願前の化合物").create().await;
    let facts = serde_json::json!({ "after": { "summary_nonpublic": "特許出願前の化合物" } });
    let mut tx = app.pool.begin().await.unwrap();
    let event = audit::Event::new("task.edit", "task", id, facts);
    audit::record(&mut tx, &audit::Actor::system("test"), crate::support::noon(), event).await.unwrap();
    tx.commit().await.unwrap();
    app.client(Persona::Ps).await.post("/sign-out", &[]).await.assert_status(303);
    let auditor = app.client(Persona::Auditor).await.get("/admin/audit").await;
    auditor.assert_status(200).assert_shows("課題を編集").assert_shows("サインアウト");
    auditor.assert_shows("秘密のない課題").assert_hides("特許出願前の化合物").assert_shows("（非公開）");
    let page =
        app.client(Persona::Administrator).await.in_english().get("/admin/audit?action=task.edit").await;
    page.assert_status(200).assert_shows("Edited a task").assert_shows("特許出願前の化合物");
    let href = page.attribute(&format!("td a[href='/tasks/{id}']"), "href");
    assert_eq!(href, Some(format!("/tasks/{id}")));
    assert_eq!(page.texts("#action option[selected]"), ["Edited a task task.edit"]);
}

#[tokio::test]
async fn the_viewer_calls_accounts_and_tasks_by_their_english_names_where_the_page_is_english() {
    let app = TestApp::start().await;
    let id = app.task("名前が二つある課題").create().await;
    sqlx::query("UPDATE tasks SET title_en = 'Task of two names' WHERE id = $1")
        .bind(id)
        .execute(&app.pool)
        .await
        .unwrap();
    let mut tx = app.pool.begin().await.unwrap();
    let event = audit::Event::new("task.edit", "task", id, serde_json::json!({}));
    audit::record(&mut tx, &audit::Actor::system("test"), crate::support::noon(), event).await.unwrap();
    tx.commit().await.unwrap();
    app.client(Persona::Ps).await.post("/sign-out", &[]).await.assert_status(303);
    let (ja, email): (String, String) = sqlx::query_as(
        "UPDATE users SET name_en = 'Jane Sample'
         WHERE id::text = (SELECT subject_id FROM audit_entries WHERE action = 'session.close')
         RETURNING name_ja, email",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    let japanese = app.client(Persona::Administrator).await.get("/admin/audit").await;
    assert_eq!(japanese.texts("td a[href^='/admin/users/']"), [format!("{ja} {email}")]);
    assert_eq!(japanese.texts("td a[href^='/tasks/']"), ["名前が二つある課題"]);
    let english = app.client(Persona::Administrator).await.in_english().get("/admin/audit").await;
    assert_eq!(english.texts("td a[href^='/admin/users/']"), [format!("Jane Sample {email}")]);
    assert_eq!(english.texts("td a[href^='/tasks/']"), ["Task of two names"]);
    app.pool.execute("UPDATE users SET name_en = '' WHERE name_en = 'Jane Sample'").await.unwrap();
    let english = app.client(Persona::Administrator).await.in_english().get("/admin/audit").await;
    assert_eq!(english.texts("td a[href^='/admin/users/']"), [format!("{ja} {email}")], "no English name");
}

#[tokio::test]
async fn entries_cannot_be_changed_or_removed() {
    let app = TestApp::start().await;
    app.client(Persona::Ps).await.post("/sign-out", &[]).await;
    for sql in ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"] {
        let refused = app.pool.execute(sql).await.unwrap_err();
        assert!(nakadachi::db::is_constraint(&refused, "audit_entries_append_only"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn notes_that_come_at_once_stand_in_one_chain_each_with_its_facts() {
    let app = TestApp::start().await;
    let notes = std::sync::Arc::new(audit::Notes::default());
    let note = |n: usize| {
        let (notes, pool) = (notes.clone(), app.pool.clone());
        async move {
            let event = audit::Event::new("test.note", "test", n, serde_json::json!({ "n": n }));
            notes.note(&pool, audit::Actor::system("test"), crate::support::noon(), event).await
        }
    };
    let written = futures_util::future::join_all((0..200).map(note)).await;
    assert!(written.iter().all(Result::is_ok));
    assert!(matches!(audit::verify(&app.pool).await.unwrap(), Verified::Intact { entries: 200, .. }));
    assert_eq!(
        app.count("audit_entries WHERE details = jsonb_build_object('n', subject_id::int)").await,
        200
    );
    let transactions: i64 = sqlx::query_scalar("SELECT count(DISTINCT xmin::text) FROM audit_entries")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    assert!(transactions < 200, "{transactions} transactions for 200 entries");
    // Who does not wait for it loses nothing: the entry is written all the same.
    let mut dropped = Box::pin(note(1_000));
    let mut once = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::future::Future::poll(dropped.as_mut(), &mut once).is_pending());
    drop(dropped);
    note(1_001).await.unwrap();
    assert_eq!(app.count("audit_entries WHERE subject_id = '1000'").await, 1);
}

#[tokio::test]
async fn people_who_note_again_and_again_leave_no_writers_behind() {
    let app = TestApp::start().await;
    let notes = std::sync::Arc::new(audit::Notes::default());
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let person = |who: usize| {
        let (notes, pool) = (notes.clone(), app.pool.clone());
        async move {
            let mut most = 0;
            for n in 0..20 {
                let event = audit::Event::new("test.note", "test", who, serde_json::json!({ "n": n }));
                notes.note(&pool, audit::Actor::system("test"), crate::support::noon(), event).await.unwrap();
                most = most.max(alive());
            }
            most
        }
    };
    let most = futures_util::future::join_all((0..16).map(person)).await.into_iter().max().unwrap();
    assert_eq!(app.count("audit_entries").await, 320);
    assert!(most < before + 16, "{most} tasks at once, {before} before");
}
