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
