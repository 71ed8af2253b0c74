//! The chain proves itself, and names the first link that was altered.

use nakadachi::audit::{self, Verified};
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
