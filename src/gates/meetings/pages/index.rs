//! The list of meetings, with what waits for the viewer.

use askama::Template;

use crate::gates::meetings::queries::{self, MeetingRow};
use crate::gates::model::SeatRole;
use crate::gates::rows::asker;
use crate::gates::tabs;
use crate::web::{Asked, Cx, Outcome, Page, Section, render};

#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    pub open: String,
}

#[derive(Template)]
#[template(path = "gates/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Row>,
    can_compose: bool,
}

struct Row {
    href: String,
    name: String,
    held: String,
    place: String,
    host: String,
    state: &'static str,
    tone: &'static str,
    my_role: &'static str,
    items: i64,
    decided: i64,
    waiting: i64,
    todo: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let by = asker(&cx);
    let rows = queries::meetings(cx.pool(), by, !query.open.is_empty()).await?;
    let page = cx.page(Section::Gates, cx.l.t("ゲート評価", "Gate reviews"));
    let rows = rows.into_iter().map(|r| row(&cx, &page, r)).collect();
    render(&IndexPage {
        rows,
        can_compose: by.rights.edits_all || !by.rights.edits.is_empty(),
        page: page.beside(tabs(&cx, "meetings")),
    })
}

fn row(cx: &Cx, page: &Page, r: MeetingRow) -> Row {
    let l = cx.l;
    let todo = match (r.to_score, r.to_vote) {
        (0, 0) => String::new(),
        (0, n) if l.is_ja() => format!("投票 {n}件"),
        (0, n) => format!("Vote on {n}"),
        (n, _) if l.is_ja() => format!("採点 {n}件"),
        (n, _) => format!("Score {n}"),
    };
    let host = l.name(r.host_ja.as_deref().unwrap_or_default(), r.host_en.as_deref());
    Row {
        href: format!("/gates/meetings/{}", r.id),
        name: l.name(&r.name_ja, r.name_en.as_deref()).to_owned(),
        held: page.moment(&r.held_at),
        place: r.place.unwrap_or_default(),
        host: if host.is_empty() {
            l.t("戦略策定・実施ユニット", "Strategy unit").to_owned()
        } else {
            host.to_owned()
        },
        state: r.state.name(l),
        tone: r.state.tone(),
        my_role: r.my_role.map(|role: SeatRole| role.name(l)).unwrap_or_default(),
        items: r.items,
        decided: r.decided,
        waiting: r.waiting,
        todo,
    }
}
