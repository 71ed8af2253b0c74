//! The live session: the pair on the table, voices, locks and the latest version, for the facilitator and everybody else.
//!
//! One page in regions; the stream only says which part changed, and the browser asks for this page again. So a
//! participant who comes back finds the meeting where it stands, and nobody is sent what they may not see.

use std::collections::HashMap;

use askama::Template;
use uuid::Uuid;

use crate::kernel::Language;
use crate::matching::sessions::State;
use crate::web::charts::Markup;
use crate::web::live::Listener;
use crate::web::{Cx, Outcome, Page, Section, Visible, render};

use super::super::actions;
use super::super::model::{self, shown};
use super::super::queries::{self, Chosen, Head, Meeting, Version, Voice};
use super::super::question::Candidate;
use super::super::routes::{self, READERS};
use super::super::view::{self, LockShown, PairRow, Seen, level_name, run_of, value_bar};
use super::super::words::{self, Moved};
use crate::matching::engine::{Difference, Link, Move};

#[derive(Template)]
#[template(path = "matching/solutions/live.html")]
struct LivePage {
    page: Page,
    name: String,
    state: &'static str,
    events: String,
    hidden: String,
    lock_action: String,
    vote_action: String,
    table_action: String,
    solve_action: String,
    may_lead: bool,
    may_vote: bool,
    table: Table,
    latest: Option<Latest>,
    locks: Vec<LockShown>,
    rows: Vec<(PairRow, Tally)>,
}

/// What lies on the table.
enum Table {
    Empty,
    /// A pair that this viewer may not know.
    Hidden,
    Pair(Box<OnTable>),
}

/// The pair on the table.
struct OnTable {
    task: Uuid,
    slot: Uuid,
    title: String,
    task_href: String,
    place: String,
    value: String,
    bar: Markup,
    parts: String,
    upstream: &'static str,
    receiving: &'static str,
    chosen: bool,
    fixed: bool,
    why_href: Option<String>,
    tally: Tally,
}

/// Voices on a pair.
#[derive(Clone, Copy, Default)]
struct Tally {
    yes: usize,
    no: usize,
    abstain: usize,
    mine: Option<&'static str>,
}

/// The latest version in short, with what changed since the one before.
struct Latest {
    number: i32,
    href: String,
    aim: &'static str,
    status: &'static str,
    tone: &'static str,
    value: String,
    change: String,
    placed: usize,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
    note: String,
    moved: Vec<Moved>,
}

pub async fn events(listener: Listener, head: Visible<Head>) -> Outcome {
    let id = head.id;
    listener.stream::<Head>(id, READERS, &actions::topic(id)).await
}

pub async fn show(cx: Cx, head: Visible<Head>) -> Outcome {
    let l = cx.l;
    let session = head.id;
    let (versions, votes, meeting, candidates) = tokio::try_join!(
        queries::versions(cx.pool(), session, 2),
        queries::votes(cx.pool(), session),
        queries::meeting(cx.pool(), session),
        queries::candidates(cx.pool(), session, cx.now),
    )?;
    let seen = Seen::of(&cx, head.into_inner()).await?;
    let version = versions.first();
    let locks = queries::locks(cx.pool(), session, version.map(|v| v.id)).await?;
    let chosen = match version {
        Some(version) => queries::chosen(cx.pool(), version.id).await?,
        None => Vec::new(),
    };
    let before = match versions.get(1) {
        Some(before) => queries::chosen(cx.pool(), before.id).await?,
        None => Vec::new(),
    };
    let candidates: HashMap<(Uuid, Uuid), Candidate> =
        candidates.into_iter().map(|c| ((c.task, c.slot), c)).collect();
    let tallies = tallies(&votes, cx.viewer.id.0);
    let rows = match version {
        Some(version) => view::pair_rows(l, &seen, version, &chosen, &candidates, &locks),
        None => Vec::new(),
    };
    let locks = view::lock_rows(l, &seen, &locks);
    let state = view::state_of(&seen.head);
    let page = cx
        .page(Section::Matching, l.t("ライブ", "Live"))
        .crumb(l.t("マッチング", "Matching"), "/matching")
        .crumb(seen.head.name.clone(), routes::session_path(session));
    let table = table(l, &seen, meeting, version, &chosen, &candidates, &tallies, &locks);
    render(&LivePage {
        page,
        name: seen.head.name.clone(),
        state: state.name(l),
        events: format!("{}/events", routes::live_path(session)),
        hidden: view::hidden_words(l, seen.hidden),
        lock_action: format!("{}/locks", routes::session_path(session)),
        vote_action: format!("{}/votes", routes::session_path(session)),
        table_action: format!("{}/table", routes::session_path(session)),
        solve_action: routes::solutions_path(session),
        may_lead: model::leads(&cx.viewer.rights) && state == State::Solved,
        may_vote: model::has_voice(&cx.viewer.rights) && state == State::Solved,
        table,
        latest: version.map(|v| latest(l, &seen, v, versions.get(1), &chosen, &before)),
        locks,
        rows: rows
            .into_iter()
            .map(|row| {
                let tally = tallies.get(&(row.task, row.slot)).copied().unwrap_or_default();
                (row, tally)
            })
            .collect(),
    })
}

fn tallies(votes: &[Voice], viewer: Uuid) -> HashMap<(Uuid, Uuid), Tally> {
    let mut tallies: HashMap<(Uuid, Uuid), Tally> = HashMap::new();
    for voice in votes {
        let tally = tallies.entry((voice.task, voice.slot)).or_default();
        let word = match voice.vote.as_str() {
            "for" => {
                tally.yes += 1;
                "for"
            }
            "against" => {
                tally.no += 1;
                "against"
            }
            _ => {
                tally.abstain += 1;
                "abstain"
            }
        };
        if voice.user == viewer {
            tally.mine = Some(word);
        }
    }
    tallies
}

#[expect(clippy::too_many_arguments, reason = "everything that is known of one pair")]
fn table(
    l: Language,
    seen: &Seen,
    meeting: Option<Meeting>,
    version: Option<&Version>,
    chosen: &[Chosen],
    candidates: &HashMap<(Uuid, Uuid), Candidate>,
    tallies: &HashMap<(Uuid, Uuid), Tally>,
    locks: &[LockShown],
) -> Table {
    let Some((task, slot)) = meeting.and_then(|m| m.task.zip(m.slot)) else { return Table::Empty };
    if !seen.knows(task, slot) {
        return Table::Hidden;
    }
    let candidate = candidates.get(&(task, slot));
    let run = version.map(run_of).unwrap_or_default();
    let parts = candidate.map(|c| c.parts(&run)).unwrap_or_default();
    let title = seen.title(l, task);
    let place = seen.place(l, slot);
    Table::Pair(Box::new(OnTable {
        task,
        slot,
        task_href: format!("/tasks/{task}"),
        value: shown(parts.total()),
        bar: value_bar(l, parts),
        parts: view::parts_words(l, parts),
        upstream: level_name(l, candidate.and_then(|c| c.upstream)),
        receiving: level_name(l, candidate.and_then(|c| c.receiving)),
        chosen: chosen.iter().any(|c| (c.task, c.slot) == (task, slot)),
        fixed: locks.iter().any(|lock| lock.title == title && lock.to == place),
        why_href: version.map(|v| routes::pair_path(v.id, task, slot)),
        tally: tallies.get(&(task, slot)).copied().unwrap_or_default(),
        title,
        place,
    }))
}

fn latest(
    l: Language,
    seen: &Seen,
    version: &Version,
    before: Option<&Version>,
    chosen: &[Chosen],
    chosen_before: &[Chosen],
) -> Latest {
    let (status, tone) = view::status_words(l, version);
    let change = before
        .and_then(|b| Some(version.value? - b.value?))
        .filter(|_| before.is_some_and(|b| b.objective == version.objective));
    let sign = |change: i64| if change > 0 { format!("＋{}", shown(change)) } else { shown(change) };
    Latest {
        number: version.version,
        href: routes::solution_path(version.id),
        aim: view::aim_of(version).name(l),
        status,
        tone,
        value: version.value.map(shown).unwrap_or_default(),
        change: change.map(sign).unwrap_or_default(),
        placed: chosen.iter().filter(|c| seen.knows(c.task, c.slot)).count(),
        by: view::by(l, version.by_ja.as_deref(), version.by_en.as_deref()),
        at: version.created_at,
        note: view::note(l, &version.note),
        moved: if before.is_some() {
            words::moves(seen, l, &difference(chosen_before, chosen))
        } else {
            Vec::new()
        },
    }
}

/// Moves between two versions, by task.
fn difference(before: &[Chosen], after: &[Chosen]) -> Difference {
    let link = |c: &Chosen| Link { left: c.task.to_string(), right: c.slot.to_string() };
    let mut moves: std::collections::BTreeMap<String, Move> = std::collections::BTreeMap::new();
    let (one, other): (Vec<Link>, Vec<Link>) =
        (before.iter().map(link).collect(), after.iter().map(link).collect());
    let blank = |left: &str| Move { left: left.to_owned(), from: Vec::new(), to: Vec::new() };
    for link in one.iter().filter(|link| other.binary_search(link).is_err()) {
        moves.entry(link.left.clone()).or_insert_with(|| blank(&link.left)).from.push(link.right.clone());
    }
    for link in other.iter().filter(|link| one.binary_search(link).is_err()) {
        moves.entry(link.left.clone()).or_insert_with(|| blank(&link.left)).to.push(link.right.clone());
    }
    Difference { moves: moves.into_values().collect(), ..Difference::default() }
}
