//! Two versions of a session pair by pair: who moved, who stayed, what it gained.

use std::collections::HashMap;

use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::Language;
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, Visible, render};

use super::super::model::shown;
use super::super::queries::{self, Chosen, Version};
use super::super::routes;
use super::super::view::{self, Seen, Solved, aim_of, hidden_words};

/// The other version's number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct With {
    pub with: String,
}

#[derive(Template)]
#[template(path = "matching/solutions/comparison.html")]
struct ComparisonPage {
    page: Page,
    action: String,
    hidden: String,
    before: Side,
    after: Side,
    choices: Vec<Choice>,
    moved: Vec<Row>,
    kept: usize,
}

/// One of the two versions.
struct Side {
    number: i32,
    href: String,
    aim: &'static str,
    value: String,
    placed: usize,
    note: String,
}

/// A task whose place differs.
struct Row {
    title: String,
    from: String,
    from_value: String,
    to: String,
    to_value: String,
    word: &'static str,
    class: &'static str,
}

pub async fn show(cx: Cx, solved: Visible<Solved>, Asked(asked): Asked<With>) -> Outcome {
    let Solved { head, version: after } = solved.into_inner();
    let l = cx.l;
    let versions = queries::versions(cx.pool(), head.id, 200).await?;
    let wanted = asked.with.trim().parse::<i32>().ok();
    let earlier = |v: &&Version| match wanted {
        Some(number) => v.version == number,
        None => v.version < after.version,
    };
    let Some(before) = versions.iter().find(earlier).cloned() else { return Err(PageError::NotFound) };
    let seen = Seen::of(&cx, head).await?;
    let (one, other) =
        tokio::try_join!(queries::chosen(cx.pool(), before.id), queries::chosen(cx.pool(), after.id))?;
    let (moved, kept) = rows(l, &seen, &one, &other);
    let choices = versions
        .iter()
        .filter(|v| v.id != after.id)
        .map(|v| Choice::new(v.version.to_string(), version_word(l, v), v.id == before.id))
        .collect();
    let count = |chosen: &[Chosen]| chosen.iter().filter(|c| seen.knows(c.task, c.slot)).count();
    let side = |v: &Version, placed: usize| Side {
        number: v.version,
        href: routes::solution_path(v.id),
        aim: aim_of(v).name(l),
        value: v.value.map(shown).unwrap_or_default(),
        placed,
        note: view::note(l, &v.note),
    };
    let page = cx
        .page(Section::Matching, l.t("版の比較", "Versions compared"))
        .crumb(l.t("マッチング", "Matching"), "/matching")
        .crumb(seen.head.name.clone(), routes::session_path(seen.head.id))
        .crumb(version_word(l, &after), routes::solution_path(after.id));
    render(&ComparisonPage {
        page,
        action: format!("{}/comparison", routes::solution_path(after.id)),
        hidden: hidden_words(l, seen.hidden),
        before: side(&before, count(&one)),
        after: side(&after, count(&other)),
        choices,
        moved,
        kept,
    })
}

fn version_word(l: Language, version: &Version) -> String {
    let number = version.version;
    let aim = aim_of(version).name(l);
    if l.is_ja() { format!("第{number}版（{aim}）") } else { format!("Version {number} ({aim})") }
}

/// Tasks whose place differs, by title; and how many kept theirs.
fn rows(l: Language, seen: &Seen, before: &[Chosen], after: &[Chosen]) -> (Vec<Row>, usize) {
    let by_task = |chosen: &[Chosen]| -> HashMap<Uuid, Chosen> {
        chosen.iter().filter(|c| seen.knows(c.task, c.slot)).map(|c| (c.task, *c)).collect()
    };
    let (one, other) = (by_task(before), by_task(after));
    let mut kept = 0;
    let mut rows = Vec::new();
    for task in seen.tasks.values() {
        let (from, to) = (one.get(&task.id), other.get(&task.id));
        let (word, class) = match (from, to) {
            (None, None) => continue,
            (Some(a), Some(b)) if a.slot == b.slot => {
                kept += 1;
                continue;
            }
            (Some(_), Some(_)) => (l.t("行き先が変わる", "Moves"), "changed"),
            (None, Some(_)) => (l.t("新たに入る", "Comes in"), "added"),
            (Some(_), None) => (l.t("外れる", "Drops out"), "removed"),
        };
        let place = |c: Option<&Chosen>| c.map(|c| seen.place(l, c.slot)).unwrap_or_default();
        let value = |c: Option<&Chosen>| c.map(|c| shown(c.value)).unwrap_or_default();
        rows.push(Row {
            title: l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
            from: place(from),
            from_value: value(from),
            to: place(to),
            to_value: value(to),
            word,
            class,
        });
    }
    rows.sort_by(|a, b| a.title.cmp(&b.title));
    (rows, kept)
}
