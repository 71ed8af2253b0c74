//! The audit viewer: who did what to what, newest first, with filters that stand in the address.

use askama::Template;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::kernel::listing::{PAGE_ROWS, Slice};
use crate::web::view::{Choice, Pager};
use crate::web::{Asked, Cx, Outcome, Page, Redirected, Section, paths, render};

use super::queries::{self, Filter, Row};
use super::verify::{self, Verified};

#[derive(Template)]
#[template(path = "audit/index.html")]
struct IndexPage {
    page: Page,
    query: IndexQuery,
    actions: Vec<Choice>,
    rows: Vec<Row>,
    pager: Pager,
}

impl IndexPage {
    fn details(&self, row: &Row) -> String {
        serde_json::to_string_pretty(&row.details).unwrap_or_default()
    }

    fn short_hash(&self, row: &Row) -> String {
        hex::encode(&row.hash[..6])
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    actor: String,
    action: String,
    subject: String,
    from: String,
    until: String,
    before: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let (kind, id) = query.subject.split_once(':').unwrap_or((&query.subject, ""));
    let filter = Filter {
        actor: query.actor.trim().to_lowercase(),
        action: query.action.clone(),
        subject_kind: kind.trim().to_owned(),
        subject_id: id.trim().to_owned(),
        from: NaiveDate::parse_from_str(&query.from, "%Y-%m-%d").ok(),
        until: NaiveDate::parse_from_str(&query.until, "%Y-%m-%d").ok(),
        before: query.before.parse().ok(),
    };
    let found = queries::entries(cx.pool(), &filter, cx.viewer.id.0, PAGE_ROWS + 1).await?;
    let slice = Slice::from_fetched(found, PAGE_ROWS as usize, |row| row.position.to_string());
    let link = |before: &str| {
        let pairs = [
            ("actor", query.actor.as_str()),
            ("action", &query.action),
            ("subject", &query.subject),
            ("from", &query.from),
            ("until", &query.until),
            ("before", before),
        ];
        paths::with_query("/admin/audit", &pairs)
    };
    let pager = Pager {
        shown: format!("{}{}", slice.rows.len(), cx.l.t("件を表示", " shown")),
        first: (!query.before.is_empty()).then(|| link("")),
        previous: None,
        next: slice.next.as_deref().map(link),
    };
    let known = queries::actions(cx.pool()).await?;
    let actions = known.into_iter().map(|a| Choice::new(a.clone(), a.clone(), a == query.action)).collect();
    let page = cx
        .page(Section::Administration, cx.l.t("監査記録", "Audit entries"))
        .crumb(cx.l.t("管理", "Administration"), "/admin");
    render(&IndexPage { page, query, actions, rows: slice.rows, pager })
}

/// Walks the whole chain and says on the next page whether it is intact.
pub async fn verify(cx: Cx) -> Outcome {
    let said = match verify::verify(cx.pool()).await? {
        Verified::Intact { entries, head } => format!(
            "{}{entries}{}{}",
            cx.l.t("連鎖は無傷です：", "The chain is intact: "),
            cx.l.t("件、最後のハッシュ ", " entries, head "),
            &head[..16]
        ),
        Verified::Broken { position, reason } => {
            tracing::error!(audit.position = position, "The audit chain is broken: {reason}");
            format!(
                "{} {position}: {reason}",
                cx.l.t("連鎖が壊れています。最初の箇所は記録", "The chain is broken, first at entry")
            )
        }
    };
    Ok(Redirected::to("/admin/audit").saying(said).into_response())
}
