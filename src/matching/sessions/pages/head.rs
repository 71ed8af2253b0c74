//! The head of every page of a session: its steps and its views.

use crate::matching::sessions::model::{Session, State};
use crate::matching::sessions::routes::{session_path, step_path};
use crate::web::view::Tab;
use crate::web::{Cx, Page, Section};

/// One step of the way, as the bar shows it.
pub struct Mark {
    pub name: &'static str,
    pub done: bool,
    pub current: bool,
}

/// Steps and views of a session.
pub struct Head {
    pub marks: Vec<Mark>,
    pub tabs: Vec<Tab>,
    pub hidden: usize,
    /// The stream that says when something in the session changed, and what the page shows of it now.
    pub events: String,
    pub stamp: String,
}

/// The head with one of its views current: `""` is the overview.
pub fn head(cx: &Cx, session: &Session, current: &str) -> Head {
    let l = cx.l;
    let marks = State::ALL
        .into_iter()
        .map(|s| Mark { name: s.name(l), done: s < session.state, current: s == session.state })
        .collect();
    let tab = |page: &str, label: &str| Tab {
        label: label.to_owned(),
        href: if page.is_empty() { session_path(session.id) } else { step_path(session.id, page) },
        count: None,
        current: page == current,
    };
    let mut tabs = vec![
        tab("", l.t("概要", "Overview")),
        tab("tasks", l.t("対象課題", "Tasks")),
        tab("slots", l.t("受入枠", "Slots")),
        tab("allocations", l.t("事前配分", "Allocated")),
        tab("rules", l.t("規則", "Rules")),
    ];
    if session.state > State::Draft {
        tabs.push(tab("eligibility", l.t("適格判定", "Eligibility")));
    }
    if session.state > State::Eligible {
        tabs.push(tab("candidates", l.t("候補", "Candidates")));
    }
    if session.state >= State::Interest {
        tabs.push(tab("interest", l.t("意向", "Interest")));
    }
    if session.state >= State::Solved {
        tabs.push(tab("solutions", l.t("割当て", "Assignment")));
        tabs.push(tab("consent", l.t("合意・移行", "Consent")));
    }
    Head {
        marks,
        tabs,
        hidden: session.hidden.len(),
        events: step_path(session.id, "live/events"),
        stamp: session.stamp(),
    }
}

/// The frame of a page below a session.
pub fn page_of(cx: &Cx, session: &Session, title: &str) -> Page {
    cx.page(Section::Matching, title)
        .crumb(cx.l.t("マッチング", "Matching"), "/matching")
        .crumb(session.name.clone(), session_path(session.id))
}
