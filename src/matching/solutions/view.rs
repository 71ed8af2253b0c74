//! What the pages of solutions share: the names a viewer may know, and rows ready for templates.

use std::collections::HashMap;

use uuid::Uuid;

use crate::kernel::{Language, Said, Yen};
use crate::matching::consent::DeclineReason;
use crate::matching::interest::model::Level;
use crate::matching::sessions::State;
use crate::web::charts::{Markup, parts_bar};
use crate::web::{Cx, Page, Scoped, Section};

use super::model::{self, Aim, Parts, Run, shown};
use super::queries::{self, Chosen, Head, LockRow, SlotName, TaskName, Version};
use super::question::{Candidate, Ceiling, group_id};
use super::{routes, words};

impl Scoped for Head {
    type Id = Uuid;

    async fn find(cx: &Cx, id: Uuid) -> anyhow::Result<Option<Self>> {
        Ok(queries::head(cx.pool(), id).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (!model::leads(&cx.viewer.rights)).then(|| {
            Said::new(
                "割当ての実行、固定・禁止、採用は戦略策定・実施ユニットが行います。",
                "Solving, locking and adopting are done by the strategy unit.",
            )
        })
    }
}

/// A version with its session; found through the session.
pub struct Solved {
    pub head: Head,
    pub version: Version,
}

impl Scoped for Solved {
    type Id = Uuid;

    async fn find(cx: &Cx, id: Uuid) -> anyhow::Result<Option<Self>> {
        let Some(version) = queries::version(cx.pool(), id).await? else { return Ok(None) };
        let head = Head::find(cx, version.session_id).await?;
        Ok(head.map(|head| Self { head, version }))
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        self.head.refusal(cx)
    }
}

/// The tasks and slots of a session that a viewer may know, by id.
pub struct Seen {
    pub head: Head,
    pub tasks: HashMap<Uuid, TaskName>,
    /// By program and position.
    pub slots: Vec<SlotName>,
    /// Tasks of the session that this viewer does not see: restricted, or a conflict of interest.
    pub hidden: i64,
    at: HashMap<Uuid, usize>,
}

impl Seen {
    pub async fn of(cx: &Cx, head: Head) -> anyhow::Result<Self> {
        let (tasks, slots, count) = tokio::try_join!(
            queries::tasks(cx.pool(), head.id, cx.viewer.id, &cx.viewer.rights),
            queries::slots(cx.pool(), head.id),
            queries::task_count(cx.pool(), head.id),
        )?;
        let hidden = count - i64::try_from(tasks.len())?;
        let at = slots.iter().enumerate().map(|(at, slot)| (slot.id, at)).collect();
        Ok(Self { head, tasks: tasks.into_iter().map(|t| (t.id, t)).collect(), slots, hidden, at })
    }

    /// The frame of a page below a version of this session.
    pub fn page(&self, cx: &Cx, version: &Version, title: &str) -> Page {
        let number = version.version;
        let name = if cx.l.is_ja() { format!("第{number}版") } else { format!("Version {number}") };
        cx.page(Section::Matching, title)
            .crumb(cx.l.t("マッチング", "Matching"), "/matching")
            .crumb(self.head.name.clone(), routes::session_path(self.head.id))
            .crumb(name, routes::solution_path(version.id))
    }

    pub fn slot(&self, id: Uuid) -> Option<&SlotName> {
        self.at.get(&id).map(|&at| &self.slots[at])
    }

    /// Whether the viewer may know of a pair at all.
    pub fn knows(&self, task: Uuid, slot: Uuid) -> bool {
        self.tasks.contains_key(&task) && self.at.contains_key(&slot)
    }

    pub fn title(&self, l: Language, task: Uuid) -> String {
        match self.tasks.get(&task) {
            Some(task) => l.name(&task.title_ja, task.title_en.as_deref()).to_owned(),
            None => l.t("（閲覧できない課題）", "(a task you may not see)").to_owned(),
        }
    }

    /// Program and slot type in one line.
    pub fn place(&self, l: Language, slot: Uuid) -> String {
        self.slot(slot).map(|slot| place(l, slot)).unwrap_or_default()
    }
}

/// Program and slot type in one line.
pub fn place(l: Language, slot: &SlotName) -> String {
    let program = l.name(&slot.program_ja, slot.program_en.as_deref());
    let name = l.name(&slot.name_ja, slot.name_en.as_deref());
    format!("{program}{}{name}", l.t("　", " – "))
}

/// A level of interest in the words of the lists.
pub fn level_name(l: Language, level: Option<i16>) -> &'static str {
    match level {
        Some(number) => Level::from_number(number).unwrap_or(Level::No).name(l),
        None => l.t("未回答", "Unanswered"),
    }
}

/// A pair of a version, ready to print.
#[derive(Clone)]
pub struct PairRow {
    /// For the merging of live regions.
    pub key: String,
    pub task: Uuid,
    pub slot: Uuid,
    pub title: String,
    pub from: String,
    pub to: String,
    pub value: String,
    pub bar: Markup,
    pub upstream: &'static str,
    pub receiving: &'static str,
    pub cost: Yen,
    /// What fixes it, in a word with its tone; empty where it was free to be chosen.
    pub fixed: &'static str,
    pub fixed_tone: &'static str,
    pub href: String,
}

/// The chosen pairs that the viewer may know, by receiving slot; `locks` say what fixes them.
pub fn pair_rows(
    l: Language,
    seen: &Seen,
    version: &Version,
    chosen: &[Chosen],
    candidates: &HashMap<(Uuid, Uuid), Candidate>,
    locks: &[LockRow],
) -> Vec<PairRow> {
    let run = run_of(version);
    let mut rows: Vec<PairRow> = chosen
        .iter()
        .filter(|c| seen.knows(c.task, c.slot))
        .map(|c| {
            let candidate = candidates.get(&(c.task, c.slot));
            let parts = candidate.map(|candidate| candidate.parts(&run)).unwrap_or_default();
            let (fixed, fixed_tone) = fixed_words(l, c, locks);
            PairRow {
                key: format!("{}-{}", c.task, c.slot),
                task: c.task,
                slot: c.slot,
                title: seen.title(l, c.task),
                from: seen
                    .tasks
                    .get(&c.task)
                    .map(|t| l.name(&t.program_ja, t.program_en.as_deref()).to_owned())
                    .unwrap_or_default(),
                to: seen.place(l, c.slot),
                value: shown(c.value),
                bar: value_bar(l, parts),
                upstream: level_name(l, candidate.and_then(|c| c.upstream)),
                receiving: level_name(l, candidate.and_then(|c| c.receiving)),
                cost: Yen(c.cost),
                fixed,
                fixed_tone,
                href: routes::pair_path(version.id, c.task, c.slot),
            }
        })
        .collect();
    rows.sort_by(|a, b| (&a.to, &a.title, a.task).cmp(&(&b.to, &b.title, b.task)));
    rows
}

/// What fixes a chosen pair: an agreement before a lock. Empty where nothing does.
fn fixed_words(l: Language, pair: &Chosen, locks: &[LockRow]) -> (&'static str, &'static str) {
    if !pair.locked {
        return ("", "");
    }
    let agreement = locks.iter().find(|lock| {
        matches!(lock.kind.as_str(), "agreed" | "transferred")
            && (lock.task, lock.slot) == (pair.task, pair.slot)
    });
    match agreement {
        Some(agreement) => lock_kind(l, agreement),
        None => (l.t("固定", "Locked"), "info"),
    }
}

/// A value as the sum of its parts.
#[expect(clippy::cast_precision_loss, reason = "drawn, not computed with")]
pub fn value_bar(l: Language, parts: Parts) -> Markup {
    let unit = |millionths: i64| millionths as f64 / 1e6;
    let named = [
        (l.t("親和度", "affinity"), unit(parts.affinity)),
        (l.t("送り出す側", "sending side"), unit(parts.upstream)),
        (l.t("受け入れる側", "receiving side"), unit(parts.receiving)),
    ];
    parts_bar(l.t("評価値の内訳", "Parts of the value"), &named, 1.0)
}

/// The parts in words: 親和度 0.320＋送り出す側 0.210＋受け入れる側 0.120.
pub fn parts_words(l: Language, parts: Parts) -> String {
    format!(
        "{} {}{plus}{} {}{plus}{} {}",
        l.t("親和度", "affinity"),
        shown(parts.affinity),
        l.t("送り出す側の意向", "sending side"),
        shown(parts.upstream),
        l.t("受け入れる側の意向", "receiving side"),
        shown(parts.receiving),
        plus = l.t("＋", " + "),
    )
}

/// How a version was asked for.
pub fn run_of(version: &Version) -> Run {
    serde_json::from_value(version.weights.clone()).unwrap_or_default()
}

/// A version in the list of versions.
pub struct VersionRow {
    pub number: i32,
    pub href: String,
    pub compare_href: Option<String>,
    pub aim: &'static str,
    pub status: &'static str,
    pub tone: &'static str,
    pub value: String,
    pub placed: i32,
    pub note: String,
    pub by: String,
    pub at: chrono::DateTime<chrono::Utc>,
    pub current: bool,
    pub adopted: bool,
    /// Another version was adopted after it.
    pub superseded: bool,
}

/// Versions for a list; `shown` is the one on the page.
pub fn version_rows(l: Language, versions: &[Version], on_page: Option<Uuid>) -> Vec<VersionRow> {
    versions
        .iter()
        .map(|v| {
            let current = on_page == Some(v.id);
            let (status, tone) = status_words(l, v);
            VersionRow {
                number: v.version,
                href: routes::solution_path(v.id),
                compare_href: on_page.filter(|_| !current).map(|on| routes::comparison_path(on, v.version)),
                aim: aim_of(v).name(l),
                status,
                tone,
                value: v.value.map(shown).unwrap_or_default(),
                placed: v.placed,
                note: note(l, &v.note),
                by: by(l, v.by_ja.as_deref(), v.by_en.as_deref()),
                at: v.created_at,
                current,
                adopted: v.adopted,
                superseded: v.superseded,
            }
        })
        .collect()
}

pub fn aim_of(version: &Version) -> Aim {
    Aim::from_code(&version.objective).unwrap_or_default()
}

/// The status of a version in words, with its tone.
pub fn status_words(l: Language, version: &Version) -> (&'static str, &'static str) {
    match version.status.as_str() {
        "optimal" => (l.t("最適", "Optimal"), "ok"),
        "infeasible" => (l.t("解なし", "No solution"), "bad"),
        _ => (l.t("暫定", "Not proven best"), "warn"),
    }
}

/// How far from the best a version may be; nothing when it is proven best.
pub fn gap_words(l: Language, version: &Version) -> Option<String> {
    let (value, bound) = (version.value?, version.bound?);
    if version.status != "feasible" || bound <= value {
        return None;
    }
    let gap = shown(bound - value);
    Some(if l.is_ja() {
        format!("最適値は最大でもこれより {gap} 高いだけであることが証明されています")
    } else {
        format!("proven to be at most {gap} below the best")
    })
}

pub fn by(l: Language, ja: Option<&str>, en: Option<&str>) -> String {
    ja.map_or_else(|| l.t("システム", "System").to_owned(), |ja| l.name(ja, en).to_owned())
}

/// A lock, a forbid or a settled agreement, ready to print.
pub struct LockShown {
    pub key: String,
    pub kind: &'static str,
    pub tone: &'static str,
    pub title: String,
    pub to: String,
    pub reason: String,
    pub by: String,
    pub at: chrono::DateTime<chrono::Utc>,
    /// What it costs in the objective; empty where there is no sum to compare.
    pub cost: String,
    /// Empty where nothing can be lifted.
    pub lift_action: String,
}

pub fn lock_rows(l: Language, seen: &Seen, locks: &[LockRow]) -> Vec<LockShown> {
    locks
        .iter()
        .filter(|lock| seen.knows(lock.task, lock.slot))
        .map(|lock| {
            let overruled = locks.iter().any(|other| lock.is_overruled_by(other));
            let (kind, tone) = lock_kind(l, lock);
            let author = by(l, lock.by_ja.as_deref(), lock.by_en.as_deref());
            LockShown {
                key: lock.id.to_string(),
                kind,
                tone: if overruled { "quiet" } else { tone },
                title: seen.title(l, lock.task),
                to: seen.place(l, lock.slot),
                reason: lock_reason(l, lock, overruled),
                by: if lock.is_lock() || lock.by_ja.is_some() { author } else { String::new() },
                at: lock.created_at,
                cost: lock.cost.map(shown).unwrap_or_default(),
                lift_action: if lock.is_lock() { routes::lifting_path(lock.id) } else { String::new() },
            }
        })
        .collect()
}

/// What fixes a pair, in a word with its tone.
fn lock_kind(l: Language, lock: &LockRow) -> (&'static str, &'static str) {
    match lock.kind.as_str() {
        "lock" => (l.t("固定", "Locked"), "info"),
        "agreed" => (l.t("合意済み", "Agreed"), "ok"),
        "transferred" => (l.t("移行済み", "Transferred"), "ok"),
        "declined" => (l.t("辞退", "Declined"), "bad"),
        _ => (l.t("禁止", "Forbidden"), "bad"),
    }
}

/// Why a lock is there: the words of its author, the option that allocated the slot, or the agreement.
fn lock_reason(l: Language, lock: &LockRow, overruled: bool) -> String {
    if !lock.is_lock() {
        return settled_reason(l, lock).to_owned();
    }
    let reason = match lock.option {
        Some(_) => l.t("ペアリング枠の行使による事前配分", "Allocated: a pairing option was exercised"),
        None => lock.reason.as_str(),
    };
    if !overruled {
        return reason.to_owned();
    }
    let without = if lock.kind == "lock" {
        l.t("（辞退されたため効力なし）", " (without effect: declined)")
    } else {
        l.t("（合意済みのため効力なし）", " (without effect: agreed)")
    };
    format!("{reason}{without}")
}

/// Why an agreement fixes its pair.
fn settled_reason(l: Language, lock: &LockRow) -> &'static str {
    match lock.kind.as_str() {
        "declined" => DeclineReason::from_code(&lock.reason).map(|reason| reason.name(l)).unwrap_or_default(),
        "transferred" => l.t("移行を記録済み", "The transfer is recorded"),
        _ => l.t("関係者全員が合意", "Everybody in charge has consented"),
    }
}

/// The session's ceilings over several slots: programs in the order of the slots, then projects, then all programs.
pub async fn ceilings(cx: &Cx, seen: &Seen) -> anyhow::Result<Vec<Ceiling>> {
    let mut ceilings = queries::ceilings(cx.pool(), seen.head.id).await?;
    ceilings.retain(|c| c.max.is_some() || c.budget.is_some());
    ceilings.sort_by_key(|c| {
        let rank = match c.kind.as_str() {
            "program" => 0,
            "project" => 1,
            _ => 2,
        };
        (rank, seen.slots.iter().position(|slot| c.holds(slot.program_id, slot.project_id)))
    });
    Ok(ceilings)
}

/// How full a slot, or what stands below a ceiling, is in a version.
pub struct SlotFill {
    pub place: String,
    pub placed: usize,
    pub range: String,
    pub spent: Yen,
    pub budget: Option<Yen>,
    /// What the budget leaves.
    pub left: Option<Yen>,
    pub word: &'static str,
    pub tone: &'static str,
}

/// How full the slots are. Pairs that the viewer may not know are left out of the counts, and the page says so.
pub fn slot_fills(l: Language, seen: &Seen, chosen: &[Chosen]) -> Vec<SlotFill> {
    seen.slots
        .iter()
        .map(|slot| {
            let here: Vec<&Chosen> =
                chosen.iter().filter(|c| c.slot == slot.id && seen.knows(c.task, c.slot)).collect();
            let (min, max) = (slot.min_new.unsigned_abs() as usize, slot.max_new.unsigned_abs() as usize);
            let (word, tone) = match here.len() {
                n if n >= max => (l.t("満", "Full"), "ok"),
                n if n < min => (l.t("最小に届かない", "Below its minimum"), "bad"),
                0 => (l.t("なし", "Empty"), "quiet"),
                _ => (l.t("空きあり", "Room"), "info"),
            };
            let spent: i64 = here.iter().map(|c| c.cost).sum();
            SlotFill {
                place: place(l, slot),
                placed: here.len(),
                range: format!("{min}{}{max}", l.t("～", "–")),
                spent: Yen(spent),
                budget: slot.budget_yen.map(Yen),
                left: slot.budget_yen.map(|budget| Yen(budget - spent)),
                word,
                tone,
            }
        })
        .collect()
}

/// How much of the ceilings is used. Pairs that the viewer may not know are left out, as with the slots.
pub fn ceiling_fills(l: Language, seen: &Seen, ceilings: &[Ceiling], chosen: &[Chosen]) -> Vec<SlotFill> {
    ceilings
        .iter()
        .map(|ceiling| {
            let below = |slot: Uuid| {
                seen.slot(slot).is_some_and(|slot| ceiling.holds(slot.program_id, slot.project_id))
            };
            let here: Vec<&Chosen> =
                chosen.iter().filter(|c| seen.knows(c.task, c.slot) && below(c.slot)).collect();
            let spent: i64 = here.iter().map(|c| c.cost).sum();
            let is_full = ceiling.max.is_some_and(|max| here.len() >= max as usize)
                || ceiling.budget.is_some_and(|budget| spent >= budget);
            let (word, tone) = match here.len() {
                _ if is_full => (l.t("満", "Full"), "ok"),
                0 => (l.t("なし", "Empty"), "quiet"),
                _ => (l.t("空きあり", "Room"), "info"),
            };
            SlotFill {
                place: words::group_row(seen, l, &group_id(&ceiling.kind, ceiling.of)),
                placed: here.len(),
                range: ceiling
                    .max
                    .map(|max| format!("0{}{max}", l.t("～", "–")))
                    .unwrap_or_else(|| l.t("上限なし", "No ceiling").to_owned()),
                spent: Yen(spent),
                budget: ceiling.budget.map(Yen),
                left: ceiling.budget.map(|budget| Yen(budget - spent)),
                word,
                tone,
            }
        })
        .collect()
}

/// The state of the session in words.
pub fn state_of(head: &Head) -> State {
    State::from_code(&head.state).unwrap_or(State::Draft)
}

/// A sentence about what the viewer does not see; empty when they see all.
pub fn hidden_words(l: Language, hidden: i64) -> String {
    if hidden == 0 {
        return String::new();
    }
    if l.is_ja() {
        format!(
            "利益相反または閲覧範囲により、{hidden}件の課題は表や件数に含まれていません。合計の評価値は全課題についての値です。"
        )
    } else {
        format!(
            "{hidden} tasks are left out of tables and counts (conflict of interest, or outside what you may see). The objective is that of all tasks."
        )
    }
}

/// The note of a version: what the program wrote there, in the reader's language; what a person wrote, as it is.
pub fn note(l: Language, note: &str) -> String {
    let said = match note {
        LOCK_SET => l.t(LOCK_SET, "Lock set"),
        FORBID_SET => l.t(FORBID_SET, "Forbid set"),
        LOCK_LIFTED => l.t(LOCK_LIFTED, "Lock lifted"),
        FORBID_LIFTED => l.t(FORBID_LIFTED, "Forbid lifted"),
        typed => typed,
    };
    said.to_owned()
}

/// Notes that the program writes.
pub const LOCK_SET: &str = "固定を設定";
pub const FORBID_SET: &str = "禁止を設定";
pub const LOCK_LIFTED: &str = "固定を解除";
pub const FORBID_LIFTED: &str = "禁止を解除";
