//! Gate templates: what is shipped, and that a version in force never changes.

use nakadachi::db;
use nakadachi::gates::templates::{self, Kind, VersionId, model::Proposal, queries};
use sqlx::AssertSqlSafe;

use crate::support::{TestApp, noon};

/// The small world with the shipped templates.
async fn with_templates() -> TestApp {
    let app = TestApp::start().await;
    templates::load_where_missing(&app.pool, noon()).await.unwrap();
    app
}

#[tokio::test]
async fn the_shipped_templates_are_drugs_4_regenerative_2_devices_3_and_two_evaluations() {
    let app = with_templates().await;
    templates::load_where_missing(&app.pool, noon()).await.unwrap();
    let all = queries::templates(&app.pool).await.unwrap();
    let count = |kind| all.iter().filter(|t| t.kind == kind).count();
    let counts = [Kind::Drug, Kind::Regenerative, Kind::Device, Kind::MidTerm, Kind::ExPost].map(count);
    assert_eq!(counts, [4, 2, 3, 1, 1]);
    let mut connection = app.pool.acquire().await.unwrap();
    for template in &all {
        let version = queries::in_force(&app.pool, template.id).await.unwrap().expect("a version in force");
        let content = queries::content(&mut connection, version).await.unwrap().expect("its content");
        assert_eq!(content.labels_of(10).len(), 10, "{}", template.code);
        assert!(content.overall().is_some() && !content.evidence.is_empty(), "{}", template.code);
    }
    let mid_term =
        queries::in_force(&app.pool, templates::template_id("mid-term").into()).await.unwrap().unwrap();
    let rule = queries::rule(&app.pool, mid_term).await.unwrap().unwrap();
    assert_eq!(rule.propose(60, None), Proposal::Go, "6 is adopted");
}

#[tokio::test]
async fn a_version_in_force_keeps_its_content_whoever_asks() {
    let app = with_templates().await;
    let VersionId(version) = templates::first_version_id("drug-1").into();
    for (sql, constraint) in [
        (
            format!("UPDATE gate_template_items SET weight = 9 WHERE version_id = '{version}'"),
            "gate_template_content_frozen",
        ),
        (
            format!("DELETE FROM gate_template_labels WHERE version_id = '{version}'"),
            "gate_template_content_frozen",
        ),
        (
            format!(
                "UPDATE gate_template_versions SET go_from_tenths = 10, conditional_from_tenths = NULL WHERE id = '{version}'"
            ),
            "gate_template_version_moves_on",
        ),
        (
            format!(
                "UPDATE gate_template_versions SET state = 'draft', applied_at = NULL WHERE id = '{version}'"
            ),
            "gate_template_version_moves_on",
        ),
        (format!("DELETE FROM gate_template_versions WHERE id = '{version}'"), "gate_template_version_kept"),
    ] {
        let error = sqlx::query(AssertSqlSafe(sql.clone())).execute(&app.pool).await.expect_err(&sql);
        assert_eq!(db::constraint(&error), Some(constraint), "{sql}");
    }
}
