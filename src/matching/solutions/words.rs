//! What the engine says about ids, in words about tasks and slots.

use uuid::Uuid;

use crate::kernel::yen::group_thousands;
use crate::kernel::{Language, Said};
use crate::matching::engine::{ChangeKind, Conflict, Difference, Instance, Limit, Scaled};

use super::model::shown;
use super::view::Seen;

/// One limit of an irreducible conflict.
pub fn conflict(seen: &Seen, instance: Option<&Instance>, c: &Conflict) -> Said {
    let at = |n: usize| c.ids.get(n).and_then(|id| Uuid::parse_str(id).ok());
    let both = |word: &dyn Fn(Language) -> String| Said::new(word(Language::Ja), word(Language::En));
    let task = |l: Language, n: usize| at(n).map(|id| seen.title(l, id)).unwrap_or_default();
    let slot = |l: Language, n: usize| at(n).map(|id| seen.place(l, id)).unwrap_or_default();
    let right = instance.and_then(|i| Some(&i.right[i.find_right(c.ids.first()?)? as usize]));
    let group = instance.and_then(|i| i.groups.iter().find(|g| Some(&g.id) == c.ids.first()));
    let group_name = |l: Language| c.ids.first().map(|id| group_name(seen, l, id)).unwrap_or_default();
    let yen = |yen: Option<i64>| group_thousands(&yen.unwrap_or_default().to_string());
    match c.kind {
        Limit::LeftMin => {
            both(&|l| format!("{}{}", quoted(l, &task(l, 0)), l.t("には行き先が必要です", " needs a place")))
        }
        Limit::LeftMax => both(&|l| {
            format!("{}{}", quoted(l, &task(l, 0)), l.t("の行き先は1つまでです", " goes to one place only"))
        }),
        Limit::RightMin => both(&|l| {
            let min = right.map_or(0, |r| r.min);
            let slot = quoted(l, &slot(l, 0));
            if l.is_ja() {
                format!("{slot}は{min}件以上を受け入れます")
            } else {
                format!("{slot} takes at least {min}")
            }
        }),
        Limit::RightMax => both(&|l| {
            let max = right.and_then(|r| r.max).unwrap_or_default();
            let slot = quoted(l, &slot(l, 0));
            if l.is_ja() {
                format!("{slot}の受入れは{max}件までです")
            } else {
                format!("{slot} takes at most {max}")
            }
        }),
        Limit::RightBudget => both(&|l| {
            let (slot, yen) = (quoted(l, &slot(l, 0)), yen(right.and_then(|r| r.budget)));
            if l.is_ja() {
                format!("{slot}の金額は{yen}円までです")
            } else {
                format!("{slot} spends at most {yen} yen")
            }
        }),
        Limit::GroupMax => both(&|l| {
            let (name, max) = (quoted(l, &group_name(l)), group.and_then(|g| g.max).unwrap_or_default());
            if l.is_ja() {
                format!("{name}の受入れは合わせて{max}件までです")
            } else {
                format!("{name} take at most {max} together")
            }
        }),
        Limit::GroupBudget => both(&|l| {
            let (name, yen) = (quoted(l, &group_name(l)), yen(group.and_then(|g| g.budget)));
            if l.is_ja() {
                format!("{name}の金額は合わせて{yen}円までです")
            } else {
                format!("{name} spend at most {yen} yen together")
            }
        }),
        Limit::Lock | Limit::Forbid => both(&|l| {
            let pair = format!("{}→{}", quoted(l, &task(l, 0)), quoted(l, &slot(l, 1)));
            match c.kind {
                Limit::Lock => format!("{pair}{}", l.t("が固定または合意済みです", " is locked or agreed")),
                _ => format!("{pair}{}", l.t("が禁止または辞退されています", " is forbidden or declined")),
            }
        }),
    }
}

fn quoted(l: Language, name: &str) -> String {
    if l.is_ja() { format!("「{name}」") } else { format!("“{name}”") }
}

/// The name of a group of the instance.
pub fn group_name(seen: &Seen, l: Language, id: &str) -> String {
    let of = |text: &str| Uuid::parse_str(text).ok();
    match id.split_once(':') {
        Some(("program", program)) => seen
            .slots
            .iter()
            .find(|slot| Some(slot.program_id) == of(program))
            .map(|slot| l.name(&slot.program_ja, slot.program_en.as_deref()).to_owned())
            .unwrap_or_default(),
        Some((_, project)) => seen
            .slots
            .iter()
            .find(|slot| slot.project_id.is_some() && slot.project_id == of(project))
            .and_then(|slot| Some(l.name(slot.project_ja.as_deref()?, slot.project_en.as_deref())))
            .unwrap_or_default()
            .to_owned(),
        None => l.t("全事業", "all programs").to_owned(),
    }
}

/// The name of a group where it begins a row: English starts with a capital.
pub fn group_row(seen: &Seen, l: Language, id: &str) -> String {
    if id.contains(':') { group_name(seen, l, id) } else { l.t("全事業", "All programs").to_owned() }
}

/// A single change that lets a pair in.
pub fn change(seen: &Seen, l: Language, kind: &ChangeKind, slot: Uuid) -> String {
    let here = quoted(l, &seen.place(l, slot));
    let yen = |yen: i64| group_thousands(&yen.to_string());
    let id = |text: &str| Uuid::parse_str(text).unwrap_or_default();
    let value = |by: Scaled| shown(by.millionths().unwrap_or(i64::MAX));
    if l.is_ja() {
        match kind {
            ChangeKind::AllowPair { value: least } => {
                format!("候補に加わり、評価値が{}以上になる", value(*least))
            }
            ChangeKind::RemoveForbid => "禁止を解除する".to_owned(),
            ChangeKind::RemoveLock { left, right } => {
                format!("「{}」→「{}」の固定を解除する", seen.title(l, id(left)), seen.place(l, id(right)))
            }
            ChangeKind::RaiseValue { by } => format!("評価値が{}上がる（意向の段階や親和度）", value(*by)),
            ChangeKind::RaiseLeftMax { by } => format!("この課題の行き先をあと{by}つ認める"),
            ChangeKind::RaiseRightMax { by } => format!("{here}の枠を{by}件増やす"),
            ChangeKind::RaiseGroupMax { group, by } => {
                format!("「{}」の枠の上限を{by}件増やす", group_name(seen, l, group))
            }
            ChangeKind::RaiseRightBudget { yen: by } => format!("{here}の金額を{}円増やす", yen(*by)),
            ChangeKind::RaiseGroupBudget { group, yen: by } => {
                format!("「{}」の金額を{}円増やす", group_name(seen, l, group), yen(*by))
            }
        }
    } else {
        match kind {
            ChangeKind::AllowPair { value: least } => {
                format!("listed, with a value of {} or more", value(*least))
            }
            ChangeKind::RemoveForbid => "lift the forbid".to_owned(),
            ChangeKind::RemoveLock { left, right } => {
                format!("lift the lock “{}” → “{}”", seen.title(l, id(left)), seen.place(l, id(right)))
            }
            ChangeKind::RaiseValue { by } => format!("{} more value (wishes or affinity)", value(*by)),
            ChangeKind::RaiseLeftMax { by } => format!("allow this task {by} more place"),
            ChangeKind::RaiseRightMax { by } => format!("{by} more slot at {here}"),
            ChangeKind::RaiseGroupMax { group, by } => {
                format!("{by} more slot under “{}”", group_name(seen, l, group))
            }
            ChangeKind::RaiseRightBudget { yen: by } => format!("{} yen more at {here}", yen(*by)),
            ChangeKind::RaiseGroupBudget { group, yen: by } => {
                format!("{} yen more under “{}”", yen(*by), group_name(seen, l, group))
            }
        }
    }
}

/// One task that moves between two answers.
pub struct Moved {
    pub title: String,
    pub from: String,
    pub to: String,
}

/// The moves of a difference that the viewer may know.
pub fn moves(seen: &Seen, l: Language, difference: &Difference) -> Vec<Moved> {
    let nowhere = l.t("行き先なし", "no place");
    let names = |ids: &[String]| {
        let named: Vec<String> =
            ids.iter().filter_map(|id| Uuid::parse_str(id).ok()).map(|id| seen.place(l, id)).collect();
        if named.is_empty() { nowhere.to_owned() } else { named.join(l.t("、", ", ")) }
    };
    difference
        .moves
        .iter()
        .filter_map(|m| {
            let task = Uuid::parse_str(&m.left).ok()?;
            seen.tasks.contains_key(&task).then(|| Moved {
                title: seen.title(l, task),
                from: names(&m.from),
                to: names(&m.to),
            })
        })
        .collect()
}
