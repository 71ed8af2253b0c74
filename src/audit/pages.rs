//! The audit viewer: who did what to what, newest first, with filters that stand in the address.

use askama::Template;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use crate::kernel::listing::{PAGE_ROWS, Slice};
use crate::web::view::{Choice, Pager};
use crate::web::{Asked, Cx, Outcome, Page, Redirected, Section, paths, render};

use super::queries::{self, Filter, Row};
use super::verify::{self, Verified};
use super::words;

#[derive(Template)]
#[template(path = "audit/index.html")]
struct IndexPage {
    page: Page,
    query: IndexQuery,
    actions: Vec<Choice>,
    rows: Vec<Row>,
    pager: Pager,
    /// The reader may know the parts of tasks that are for people in charge.
    knows_nonpublic: bool,
    opens_accounts: bool,
}

/// Parts of tasks in the facts of an entry that are for people in charge.
const NONPUBLIC: [&str; 5] = ["summary_nonpublic", "taker", "data_set", "ip", "competitors"];

impl IndexPage {
    fn details(&self, row: &Row) -> String {
        let mut details = row.details.clone();
        if !self.knows_nonpublic {
            self.keep_nonpublic(&mut details);
        }
        serde_json::to_string_pretty(&details).unwrap_or_default()
    }

    fn keep_nonpublic(&self, details: &mut Value) {
        let Some(facts) = details.as_object_mut() else { return };
        for (name, fact) in facts {
            if NONPUBLIC.contains(&name.as_str()) && fact.as_str().is_some_and(|text| !text.is_empty()) {
                *fact = Value::from(self.page.l.t("（非公開）", "(not public)"));
            }
            self.keep_nonpublic(fact);
        }
    }

    fn action<'a>(&self, row: &'a Row) -> &'a str {
        words::action(&row.action, self.page.l)
    }

    fn kind<'a>(&self, row: &'a Row) -> &'a str {
        words::kind(&row.subject_kind, self.page.l)
    }

    /// The page of the subject, where it has one that the reader may open.
    fn href(&self, row: &Row) -> Option<String> {
        row.subject_name.as_ref()?;
        match (row.subject_kind.as_str(), &row.program_code) {
            ("task", _) if row.is_task => Some(format!("/tasks/{}", row.subject_id)),
            ("import", _) => Some(format!("/imports/{}", row.subject_id)),
            ("user", _) if self.opens_accounts => Some(format!("/admin/users/{}", row.subject_id)),
            ("program", Some(code)) => Some(format!("/programs/{code}")),
            _ => None,
        }
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
    let found = queries::entries(cx.pool(), &filter, cx.viewer.id.0, cx.l, PAGE_ROWS + 1).await?;
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
    let named = |code: String| {
        let words = words::action(&code, cx.l);
        let label = if words == code { code.clone() } else { format!("{words} {code}") };
        let chosen = code == query.action;
        Choice::new(code, label, chosen)
    };
    let actions = known.into_iter().map(named).collect();
    let page = cx
        .page(Section::Administration, cx.l.t("監査記録", "Audit entries"))
        .crumb(cx.l.t("管理", "Administration"), "/admin");
    let knows_nonpublic = cx.viewer.rights.charges_all;
    let opens_accounts = cx.viewer.is_administrator();
    render(&IndexPage { page, query, actions, rows: slice.rows, pager, knows_nonpublic, opens_accounts })
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
