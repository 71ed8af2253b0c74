//! Why a pair is in a version, why not, and the smallest changes that would let it in; with the forms to vote and fix.

use anyhow::Context;
use askama::Template;
use uuid::Uuid;

use crate::kernel::{Language, Yen};
use crate::matching::candidates::SharedWords;
use crate::matching::candidates::words::{self, WordsShown};
use crate::matching::eligibility::{Rule, Rules, SlotFacts, TaskFacts};
use crate::matching::engine::{ChangeKind, SessionFile};
use crate::matching::sessions::State;
use crate::web::charts::Markup;
use crate::web::{AtPath, Cx, Outcome, Page, PageError, Visible, render};

use super::super::entry::needed_for_entry;
use super::super::model::{self, Aim, REFUSED, shown};
use super::super::queries::{self, PairFacts, SaidOfPair};
use super::super::question::{Candidate, Fixed};
use super::super::routes;
use super::super::view::{self, Seen, Solved, aim_of, level_name, run_of, value_bar};
use super::super::why::{self, Standing};
use super::super::words::{self as told_words, Moved};

#[derive(Template)]
#[template(path = "matching/solutions/pair.html")]
struct PairPage {
    page: Page,
    title: String,
    task_href: String,
    place: String,
    task: Uuid,
    slot: Uuid,
    lock_action: String,
    /// The version on the page: a lock set here solves as it was solved.
    version: Uuid,
    solves_as: String,
    vote_action: String,
    state: &'static str,
    tone: &'static str,
    lead: String,
    value: String,
    bar: Markup,
    parts: String,
    cost: Yen,
    said: Vec<SaidRow>,
    reasons: Vec<String>,
    needed: Vec<String>,
    truth_href: String,
    loss: String,
    words: Option<WordsShown>,
    moved: Vec<Moved>,
    changes: Vec<String>,
    no_change: bool,
    only_sum: bool,
    may_lock: bool,
    may_vote: bool,
}

/// What a side said.
struct SaidRow {
    side: &'static str,
    level: &'static str,
    note: String,
}

pub async fn show(cx: Cx, AtPath((id, task, slot)): AtPath<(Uuid, Uuid, Uuid)>) -> Outcome {
    let Solved { head, version } = Visible::<Solved>::find(&cx, id).await?.into_inner();
    let seen = Seen::of(&cx, head).await?;
    let facts = queries::pair(cx.pool(), seen.head.id, task, slot).await?;
    let Some(facts) = facts.filter(|_| seen.knows(task, slot)) else { return Err(PageError::NotFound) };
    let l = cx.l;
    let said = queries::said_of_pair(cx.pool(), seen.head.id, task, slot, cx.now).await?;
    let own = candidate(task, slot, &facts, &said);
    let run = run_of(&version);
    let only_sum = aim_of(&version) != Aim::MaxSum || version.status == "infeasible";
    let standing = if only_sum { None } else { stand(&cx, &version, &run, task, slot, own).await? };
    let fixed = queries::fixed(cx.pool(), seen.head.id).await?;
    let mut reasons = outside_reasons(l, &facts, own);
    reasons.extend(settled_reason(l, &seen, &fixed, task, slot));
    let needed = if facts.eligible { Vec::new() } else { entry_words(&cx, seen.head.id, task, slot).await? };
    let state = view::state_of(&seen.head);
    let leads = model::leads(&cx.viewer.rights);
    let told = Told::of(l, &seen, standing, (task, slot), &fixed);
    let parts = own.parts(&run);
    let page = seen.page(&cx, &version, l.t("この組の理由", "Why this pair"));
    render(&PairPage {
        page,
        title: seen.title(l, task),
        task_href: format!("/tasks/{task}"),
        place: seen.place(l, slot),
        task,
        slot,
        lock_action: format!("{}/locks", routes::session_path(seen.head.id)),
        version: version.id,
        solves_as: solves_as(l, &version),
        vote_action: format!("{}/votes", routes::session_path(seen.head.id)),
        state: told.state,
        tone: told.tone,
        lead: told.lead,
        value: shown(parts.total()),
        bar: value_bar(l, parts),
        parts: view::parts_words(l, parts),
        cost: Yen(facts.cost_yen),
        said: said_rows(l, &said),
        may_lock: leads
            && state == State::Solved
            && reasons.is_empty()
            && !fixed.iter().any(|f| f.is_agreed() && f.task == task),
        may_vote: model::has_voice(&cx.viewer.rights) && state == State::Solved,
        reasons,
        needed,
        truth_href: format!("{}/pairs/{task}/{slot}", routes::session_path(seen.head.id)),
        words: words_of(l, &facts),
        loss: told.loss,
        no_change: told.changes.is_empty() && told.asks,
        moved: told.moved,
        changes: told.changes,
        only_sum,
    })
}

/// What the rules would need, found by judging the stored facts again.
async fn entry_words(cx: &Cx, session: Uuid, task: Uuid, slot: Uuid) -> anyhow::Result<Vec<String>> {
    let Some(stored) = queries::rule_facts(cx.pool(), session, task, slot).await? else {
        return Ok(Vec::new());
    };
    let read = (
        serde_json::from_value::<Rules>(stored.rules),
        serde_json::from_value::<TaskFacts>(stored.task),
        serde_json::from_value::<SlotFacts>(stored.slot),
    );
    let (Ok(rules), Ok(task), Ok(slot)) = read else { return Ok(Vec::new()) };
    Ok(needed_for_entry(&rules, &task, &slot).iter().map(|needed| needed.words(cx.l)).collect())
}

async fn stand(
    cx: &Cx,
    version: &queries::Version,
    run: &model::Run,
    task: Uuid,
    slot: Uuid,
    own: Candidate,
) -> anyhow::Result<Option<Standing>> {
    let text = queries::file(cx.pool(), version.id).await?;
    let run = run.clone();
    tokio::task::spawn_blocking(move || {
        let file = SessionFile::from_json(&text).context("reading a stored session file")?;
        Ok(why::standing(&file, &run, task, slot, Some(own)))
    })
    .await
    .context("asking why")?
}

/// The words kept with the pair when it was scored.
fn words_of(l: Language, facts: &PairFacts) -> Option<WordsShown> {
    let kept = serde_json::from_value::<SharedWords>(facts.words.clone()?).ok()?;
    Some(words::shown(&kept, None, false, l))
}

fn candidate(task: Uuid, slot: Uuid, facts: &PairFacts, said: &[SaidOfPair]) -> Candidate {
    let level = |side: &str| said.iter().filter(|s| s.side == side).map(|s| s.level).max();
    Candidate {
        task,
        slot,
        score: facts.score,
        cost: facts.cost_yen,
        upstream: level("upstream"),
        receiving: level("receiving"),
    }
}

/// Why a pair is not in the question at all.
fn outside_reasons(l: Language, facts: &PairFacts, own: Candidate) -> Vec<String> {
    let mut reasons = Vec::new();
    if !facts.eligible {
        let failed: Vec<String> = facts
            .truth
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, verdict)| matches!(verdict.as_str(), Some("fail" | "missing")))
            .map(|(code, _)| {
                Rule::from_code(code).map_or_else(|| code.clone(), |rule| rule.name(l).to_owned())
            })
            .collect();
        let failed = failed.join(l.t("、", ", "));
        reasons.push(if l.is_ja() {
            format!("適格性の規則を満たしていません（{failed}）")
        } else {
            format!("The eligibility rules are not met ({failed})")
        });
    }
    if facts.shortlist_place.is_none() && own.upstream.is_none() && own.receiving.is_none() {
        reasons.push(
            l.t("候補（10件以内）に入っていません", "It is not on the shortlist (at most ten)").to_owned(),
        );
    }
    for (level, side) in [
        (own.upstream, l.t("送り出す側", "The sending side")),
        (own.receiving, l.t("受け入れる側", "The receiving side")),
    ] {
        if level == Some(REFUSED) {
            reasons.push(format!("{side}{}", l.t("が「見送り」としています", " said no")));
        }
    }
    reasons
}

/// What an agreement says against a pair: it was declined, or its task goes on elsewhere.
fn settled_reason(l: Language, seen: &Seen, fixed: &[Fixed], task: Uuid, slot: Uuid) -> Option<String> {
    if fixed.iter().any(|f| f.settled && f.forbid && f.is_about(task, slot)) {
        return Some(l.t("この組は辞退されています", "The pair was declined").to_owned());
    }
    let elsewhere = fixed.iter().find(|f| f.is_agreed() && f.task == task && f.slot != slot)?;
    let place = seen.place(l, elsewhere.slot);
    Some(if l.is_ja() {
        format!("この課題は「{place}」で合意済みです")
    } else {
        format!("The task is agreed for “{place}”")
    })
}

/// How a lock set on the page of a version is solved.
fn solves_as(l: Language, version: &queries::Version) -> String {
    let (number, aim) = (version.version, aim_of(version).name(l));
    if l.is_ja() {
        format!("第{number}版と同じ条件（{aim}）で、反映して計算し直し、新しい版として保存します。")
    } else {
        format!("Solved again with the change as version {number} was ({aim}), and saved as a new version.")
    }
}

fn said_rows(l: Language, said: &[SaidOfPair]) -> Vec<SaidRow> {
    said.iter()
        .map(|s| SaidRow {
            side: if s.side == "upstream" {
                l.t("送り出す側", "Sending side")
            } else {
                l.t("受け入れる側", "Receiving side")
            },
            level: level_name(l, Some(s.level)),
            note: s.note.clone().unwrap_or_default(),
        })
        .collect()
}

/// The change would undo an agreement, which nobody can lift here.
fn is_settled(fixed: &[Fixed], change: &ChangeKind, (task, slot): (Uuid, Uuid)) -> bool {
    let settled = |task, slot| fixed.iter().any(|f| f.settled && f.is_about(task, slot));
    match change {
        ChangeKind::RemoveForbid => settled(task, slot),
        ChangeKind::RemoveLock { left, right } => match (Uuid::parse_str(left), Uuid::parse_str(right)) {
            (Ok(left), Ok(right)) => settled(left, right),
            _ => false,
        },
        _ => false,
    }
}

/// A standing in words.
#[derive(Default)]
struct Told {
    state: &'static str,
    tone: &'static str,
    lead: String,
    loss: String,
    moved: Vec<Moved>,
    changes: Vec<String>,
    /// Whether changes were looked for.
    asks: bool,
}

impl Told {
    fn of(
        l: Language,
        seen: &Seen,
        standing: Option<Standing>,
        (task, slot): (Uuid, Uuid),
        fixed: &[Fixed],
    ) -> Self {
        let amount = |value: Option<crate::matching::engine::Scaled>| {
            value.and_then(|v| v.millionths()).map(shown).unwrap_or_default()
        };
        let moved = |difference: Option<crate::matching::engine::Difference>| {
            difference.map(|d| told_words::moves(seen, l, &d)).unwrap_or_default()
        };
        let list = |changes: &[crate::matching::engine::Change]| {
            let possible = changes.iter().filter(|c| !is_settled(fixed, &c.kind, (task, slot)));
            possible.map(|c| told_words::change(seen, l, &c.kind, slot)).collect::<Vec<_>>()
        };
        let declined = fixed.iter().any(|f| f.settled && f.forbid && f.is_about(task, slot));
        match standing {
            None => Self { state: l.t("－", "–"), tone: "quiet", ..Self::default() },
            // Nothing lets it in: what it would cost is no answer.
            Some(Standing::NotChosen { .. }) if declined => {
                Self { state: l.t("選ばれていない", "Not chosen"), tone: "quiet", ..Self::default() }
            }
            Some(Standing::Chosen { locked, loss, without }) => Self {
                state: if locked { l.t("固定されている", "Locked") } else { l.t("選ばれている", "Chosen") },
                tone: "ok",
                lead: l
                    .t("この組を禁止して計算し直した結果です。", "Found by forbidding the pair and solving again.")
                    .to_owned(),
                loss: amount(loss),
                moved: moved(without),
                ..Self::default()
            },
            Some(Standing::NotChosen { loss, displaced, changes }) => Self {
                state: l.t("選ばれていない", "Not chosen"),
                tone: "quiet",
                lead: l
                    .t("この組を固定して計算し直した結果です。", "Found by locking the pair and solving again.")
                    .to_owned(),
                loss: amount(loss),
                moved: moved(displaced),
                changes: list(&changes),
                asks: true,
            },
            Some(Standing::Outside { comes_in, changes, displaced }) => Self {
                state: l.t("候補の外", "Outside the question"),
                tone: "warn",
                lead: if comes_in {
                    l.t(
                        "下の理由がなくなれば、この組は割当てに入ります（計算し直して確認）。",
                        "Without the reasons below this pair comes in (verified by solving again).",
                    )
                } else {
                    l.t(
                        "下の理由がなくなっても、それだけでは割当てに入りません（計算し直して確認）。",
                        "Even without the reasons below this pair would not come in (verified by solving again).",
                    )
                }
                .to_owned(),
                moved: moved(displaced),
                asks: !comes_in,
                changes: list(&changes),
                ..Self::default()
            },
        }
    }
}
