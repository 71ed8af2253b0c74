//! What a new version changes, item by item; pure.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::kernel::Language;

use super::model::{Content, Evidence, Item, points};

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
}

impl ChangeKind {
    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Added => l.t("追加", "Added"),
            Self::Removed => l.t("取りやめ", "Retired"),
            Self::Changed => l.t("変更", "Changed"),
        }
    }

    /// Class of the row in a diff.
    pub fn row(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// The item, evidence, scale point or part of the rule.
    pub subject: String,
    pub field: String,
    pub before: String,
    pub after: String,
}

/// Every difference from `old` to `new`: rule, items, evidence, labels.
pub fn changes(l: Language, old: &Content, new: &Content) -> Vec<Change> {
    let mut found = rule_changes(l, old, new);
    found.extend(keyed(
        l,
        l.t("評価項目", "Item"),
        &old.items.iter().map(|i| (i.key, item_fields(l, i))).collect::<Vec<_>>(),
        &new.items.iter().map(|i| (i.key, item_fields(l, i))).collect::<Vec<_>>(),
    ));
    found.extend(keyed(
        l,
        l.t("必要なエビデンス", "Evidence"),
        &old.evidence.iter().map(|e| (e.key, evidence_fields(l, e))).collect::<Vec<_>>(),
        &new.evidence.iter().map(|e| (e.key, evidence_fields(l, e))).collect::<Vec<_>>(),
    ));
    found.extend(label_changes(l, old, new));
    found
}

/// Labels of the fields with their values; the first is the name.
type Fields = Vec<(&'static str, String)>;

fn item_fields(l: Language, i: &Item) -> Fields {
    vec![
        (l.t("項目名（日本語）", "Name in Japanese"), i.name_ja.clone()),
        (l.t("項目名（英語）", "Name in English"), i.name_en.clone()),
        (l.t("観点", "View"), i.view.name(l).to_owned()),
        (l.t("問い（日本語）", "Question in Japanese"), i.question_ja.clone()),
        (l.t("問い（英語）", "Question in English"), i.question_en.clone()),
        (l.t("重み", "Weight"), i.weight.to_string()),
        (l.t("尺度", "Scale"), format!("{}{}", i.scale_points, l.t("段階", " points"))),
        (
            l.t("総合評価", "Overall"),
            l.t(if i.is_overall { "はい" } else { "いいえ" }, if i.is_overall { "yes" } else { "no" })
                .to_owned(),
        ),
    ]
}

fn evidence_fields(l: Language, e: &Evidence) -> Fields {
    vec![
        (l.t("名称（日本語）", "Name in Japanese"), e.name_ja.clone()),
        (l.t("名称（英語）", "Name in English"), e.name_en.clone()),
        (l.t("種類", "Kind"), e.kind.name(l).to_owned()),
        (l.t("マイルストーン", "Milestone"), e.milestone_code.clone().unwrap_or_default()),
        (
            l.t("必須", "Required"),
            l.t(if e.mandatory { "必須" } else { "任意" }, if e.mandatory { "required" } else { "optional" })
                .to_owned(),
        ),
        (l.t("担当", "Who acts"), e.responsible.name(l).to_owned()),
    ]
}

fn rule_changes(l: Language, old: &Content, new: &Content) -> Vec<Change> {
    let score = |tenths: Option<i16>| tenths.map_or_else(|| l.t("なし", "none").to_owned(), points);
    let fields = |c: &Content| {
        let r = &c.rule;
        vec![
            (l.t("評点", "Score"), r.basis.name(l).to_owned()),
            (l.t("GOの基準", "GO from"), points(r.go_from)),
            (l.t("条件付きGOの基準", "Conditional GO from"), score(r.conditional_from)),
            (l.t("項目の最低点", "Least mean of an item"), score(r.least_item)),
            (l.t("出席の割合", "Share present"), r.quorum_share.name(l).to_owned()),
            (l.t("出席の最低人数", "Least present"), r.quorum_least.to_string()),
            (l.t("議決の割合", "Share of votes"), r.vote_share.name(l).to_owned()),
        ]
    };
    differing(l.t("判定基準", "Rule").to_owned(), &fields(old), &fields(new))
}

fn label_changes(l: Language, old: &Content, new: &Content) -> Vec<Change> {
    let fields = |c: &Content| -> BTreeMap<(i16, i16), (String, String)> {
        let of =
            |x: &super::model::Label| ((x.scale_points, -x.value), (x.label_ja.clone(), x.label_en.clone()));
        c.labels.iter().map(of).collect()
    };
    let (old, new) = (fields(old), fields(new));
    let mut found = Vec::new();
    for key in old.keys().chain(new.keys().filter(|k| !old.contains_key(*k))) {
        let (before, after) = (old.get(key), new.get(key));
        if before != after {
            let words =
                |x: Option<&(String, String)>| x.map(|(ja, en)| format!("{ja} / {en}")).unwrap_or_default();
            let kind = match (before, after) {
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Removed,
                _ => ChangeKind::Changed,
            };
            found.push(Change {
                kind,
                subject: format!("{}{} {}", key.0, l.t("段階尺度", "-point scale:"), -key.1),
                field: l.t("意味", "Meaning").to_owned(),
                before: words(before),
                after: words(after),
            });
        }
    }
    found
}

fn keyed(l: Language, what: &str, old: &[(Uuid, Fields)], new: &[(Uuid, Fields)]) -> Vec<Change> {
    let mut found = Vec::new();
    let name = |fields: &Fields| {
        fields.get(usize::from(!l.is_ja())).map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let whole = |kind, fields: &Fields, gone: bool| {
        let text = fields.iter().skip(2).filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k} {v}"));
        let text = text.collect::<Vec<_>>().join(l.t("、", ", "));
        let (before, after) = if gone { (text, String::new()) } else { (String::new(), text) };
        Change { kind, subject: name(fields), field: what.to_owned(), before, after }
    };
    let order = |of: &[(Uuid, Fields)], other: &[(Uuid, Fields)]| -> Vec<Uuid> {
        of.iter().map(|(key, _)| *key).filter(|key| other.iter().any(|(k, _)| k == key)).collect()
    };
    let (order_before, order_after) = (order(old, new), order(new, old));
    for (key, before) in old {
        match new.iter().find(|(k, _)| k == key) {
            None => found.push(whole(ChangeKind::Removed, before, true)),
            Some((_, after)) => {
                found.extend(differing(name(after), before, after));
                let place = |of: &[Uuid]| of.iter().position(|k| k == key).map_or(0, |n| n + 1);
                let (was, is) = (place(&order_before), place(&order_after));
                if was != is {
                    found.push(Change {
                        kind: ChangeKind::Changed,
                        subject: name(after),
                        field: l.t("順", "Order").to_owned(),
                        before: was.to_string(),
                        after: is.to_string(),
                    });
                }
            }
        }
    }
    let added = new.iter().filter(|(key, _)| !old.iter().any(|(k, _)| k == key));
    found.extend(added.map(|(_, fields)| whole(ChangeKind::Added, fields, false)));
    found
}

fn differing(subject: String, old: &Fields, new: &Fields) -> Vec<Change> {
    old.iter()
        .zip(new)
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Change {
            kind: ChangeKind::Changed,
            subject: subject.clone(),
            field: (*field).to_owned(),
            before: before.clone(),
            after: after.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::model::{Basis, Rule, Share, View, Wording};
    use super::*;

    fn item(key: u128, name: &str, weight: i16) -> Item {
        Item {
            id: Uuid::from_u128(key),
            key: Uuid::from_u128(key),
            position: 1,
            view: View::Technology,
            name_ja: name.to_owned(),
            name_en: name.to_owned(),
            question_ja: String::new(),
            question_en: String::new(),
            weight,
            scale_points: 10,
            is_overall: false,
            wording: Wording::Ours,
            source: None,
        }
    }

    fn content(items: Vec<Item>, go_from: i16) -> Content {
        let rule = Rule {
            basis: Basis::Overall,
            go_from,
            conditional_from: None,
            least_item: None,
            quorum_share: Share::Majority,
            quorum_least: 3,
            vote_share: Share::Majority,
        };
        Content { rule, items, labels: vec![], evidence: vec![] }
    }

    #[test]
    fn a_version_differs_from_another_by_what_was_done_to_it() {
        let old = content(vec![item(1, "標的", 1), item(2, "薬効", 1), item(3, "知財", 1)], 60);
        let new = content(vec![item(2, "薬効", 3), item(1, "標的", 1), item(4, "倫理", 1)], 65);
        let said: Vec<_> = changes(Language::Ja, &old, &new)
            .into_iter()
            .map(|c| {
                format!("{} {} {} {}→{}", c.kind.name(Language::Ja), c.subject, c.field, c.before, c.after)
            })
            .collect();
        assert_eq!(
            said,
            [
                "変更 判定基準 GOの基準 6→6.5",
                "変更 標的 順 1→2",
                "変更 薬効 重み 1→3",
                "変更 薬効 順 2→1",
                "取りやめ 知財 評価項目 観点 技術開発の観点、重み 1、尺度 10段階、総合評価 いいえ→",
                "追加 倫理 評価項目 →観点 技術開発の観点、重み 1、尺度 10段階、総合評価 いいえ",
            ]
        );
        assert!(changes(Language::En, &old, &old).is_empty());
    }
}
