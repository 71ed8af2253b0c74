//! Templates, their versions, and the rule that turns scores into a proposed decision. Pure.

use std::fmt::Write as _;

use uuid::Uuid;

use crate::kernel::Language;
use crate::kernel::words::coded;

crate::typed_id!(
    /// A gate template, through all its versions.
    TemplateId,
    /// One version of a gate template.
    VersionId,
);

coded!(
    /// What a template is for.
    Kind {
        Drug = "drug", "医薬品", "Drugs";
        Regenerative = "regenerative", "再生医療", "Regenerative medicine";
        Device = "device", "医療機器", "Medical devices";
        MidTerm = "mid_term", "中間評価", "Mid-term evaluation";
        ExPost = "ex_post", "事後評価", "Ex-post evaluation";
        Other = "other", "その他", "Other";
    }
);

coded!(
    /// Life of a version: a draft is edited, one version is in force, the older ones stay readable.
    VersionState {
        Draft = "draft", "編集中", "Draft";
        InForce = "in_force", "適用中", "In force";
        Retired = "retired", "旧版", "Retired";
    }
);

coded!(
    /// The side from which an item looks at the task.
    View {
        Technology = "technology", "技術開発の観点", "Technology";
        Business = "business", "事業化の観点", "Business";
        General = "general", "全体", "General";
    }
);

coded!(
    /// Whose words a text is in.
    Wording {
        Official = "official", "機構の項目名", "The agency's wording";
        Ours = "ours", "当システムの文案", "The platform's own wording";
    }
);

coded!(
    /// What the committee's score is.
    Basis {
        Overall = "overall", "総合評価の平均", "mean of the overall assessment";
        Weighted = "weighted", "各項目の加重平均", "weighted mean of the items";
    }
);

coded!(
    /// A part of a number of people.
    Share {
        Majority = "majority", "過半数", "more than half";
        TwoThirds = "two_thirds", "3分の2以上", "at least two thirds";
        All = "all", "全員", "all";
    }
);

coded!(
    /// Kind of a required evidence.
    EvidenceKind {
        Milestone = "milestone", "マイルストーンの達成", "Milestone met";
        Document = "document", "書類", "Document";
        Consultation = "consultation", "相談の記録", "Consultation record";
    }
);

coded!(
    /// Who must act when an evidence is missing.
    Responsible {
        Investigator = "investigator", "研究代表者", "Lead investigator";
        ProgramOfficer = "program_officer", "PO", "Program officer";
        ProgramSupervisor = "program_supervisor", "PS", "Program supervisor";
        ProgramDivision = "program_division", "事業課", "Program division";
        StrategyUnit = "strategy_unit", "戦略策定・実施ユニット", "Strategy unit";
    }
);

impl Share {
    /// How many of `people` this is; at least one where there is anybody.
    pub fn of(self, people: u32) -> u32 {
        match self {
            Self::Majority if people == 0 => 0,
            Self::Majority => people / 2 + 1,
            Self::TwoThirds => (people * 2).div_ceil(3),
            Self::All => people,
        }
    }
}

/// How scores become a proposal, and how many people it takes. Scores are tenths of a point of ten: 55 is 5.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub basis: Basis,
    /// GO is proposed from this score on.
    pub go_from: i16,
    /// Conditional GO is proposed from this score on, below GO.
    pub conditional_from: Option<i16>,
    /// An item whose mean is lower stops a proposed GO.
    pub least_item: Option<i16>,
    /// Share of the members without a conflict who must be there.
    pub quorum_share: Share,
    /// And never fewer people than this.
    pub quorum_least: i16,
    /// Share of the members voting who must agree.
    pub vote_share: Share,
}

/// What the rule proposes; people decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    Go,
    /// Between the two thresholds, or stopped by a weak item.
    ConditionalGo,
    NoGo,
}

impl Rule {
    /// How many members must be there when `unconflicted` of them may judge the item.
    pub fn quorum(&self, unconflicted: u32) -> u32 {
        self.quorum_share.of(unconflicted).max(u32::try_from(self.quorum_least).unwrap_or(1))
    }

    /// True if `for_it` of `votes` carry a motion.
    pub fn carries(&self, for_it: u32, votes: u32) -> bool {
        votes > 0 && for_it >= self.vote_share.of(votes)
    }

    /// The proposal for a score and the lowest mean of an item, both in tenths on ten points.
    pub fn propose(&self, score: i16, lowest_item: Option<i16>) -> Proposal {
        let weak = matches!((self.least_item, lowest_item), (Some(least), Some(lowest)) if lowest < least);
        if score >= self.go_from {
            return if weak { Proposal::ConditionalGo } else { Proposal::Go };
        }
        match self.conditional_from {
            Some(from) if score >= from && !weak => Proposal::ConditionalGo,
            _ => Proposal::NoGo,
        }
    }

    /// The rule in words, as it stands on pages and in minutes.
    pub fn words(&self, l: Language) -> String {
        let mut text = if l.is_ja() {
            format!("{}が{}点以上ならGO", self.basis.name(l), points(self.go_from))
        } else {
            format!("GO if the {} is {} or more", self.basis.name(l), points(self.go_from))
        };
        if let Some(from) = self.conditional_from {
            let _ = if l.is_ja() {
                write!(text, "、{}点以上{}点未満なら条件付きGO", points(from), points(self.go_from))
            } else {
                write!(text, "; conditional GO from {} to below {}", points(from), points(self.go_from))
            };
        }
        text.push_str(l.t("、それ未満ならNO-GOを提案する。", "; otherwise NO-GO is proposed."));
        if let Some(least) = self.least_item {
            let least = points(least);
            let _ = if l.is_ja() {
                write!(
                    text,
                    "ただし平均が{least}点（10点換算）に満たない項目があるときは、GOに代えて条件付きGO、条件付きGOに代えてNO-GOとする。"
                )
            } else {
                write!(
                    text,
                    " An item with a mean below {least} (on ten points) turns GO into conditional GO, and conditional GO into NO-GO."
                )
            };
        }
        text
    }

    /// The conditions of meeting and voting in words.
    pub fn quorum_words(&self, l: Language) -> String {
        let (present, least, agree) = (self.quorum_share.name(l), self.quorum_least, self.vote_share.name(l));
        if l.is_ja() {
            format!(
                "利益相反のない委員の{present}、かつ{least}名以上の出席で成立し、投票した委員の{agree}で決する。"
            )
        } else {
            format!(
                "Quorum: {present} of the members without a conflict, and at least {least}. Decided by {agree} of the votes."
            )
        }
    }
}

/// Tenths of a point as people write them: 55 → 5.5, 60 → 6.
pub fn points(tenths: i16) -> String {
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// One question of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: Uuid,
    /// The same question through all versions.
    pub key: Uuid,
    pub position: i16,
    pub view: View,
    pub name_ja: String,
    pub name_en: String,
    pub question_ja: String,
    pub question_en: String,
    pub weight: i16,
    /// The scale runs from 1 to this.
    pub scale_points: i16,
    pub is_overall: bool,
    pub wording: Wording,
    pub source: Option<String>,
}

impl Item {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }

    pub fn question(&self, l: Language) -> &str {
        l.t(&self.question_ja, &self.question_en)
    }

    /// True if `score` is on the item's scale.
    pub fn takes(&self, score: i16) -> bool {
        (1..=self.scale_points).contains(&score)
    }
}

/// What one point of a scale means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub scale_points: i16,
    pub value: i16,
    pub label_ja: String,
    pub label_en: String,
    pub wording: Wording,
}

impl Label {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.label_ja, &self.label_en)
    }
}

/// What must be there before a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub id: Uuid,
    /// The same requirement through all versions.
    pub key: Uuid,
    pub position: i16,
    pub kind: EvidenceKind,
    /// Code of the milestone type, for [`EvidenceKind::Milestone`].
    pub milestone_code: Option<String>,
    pub name_ja: String,
    pub name_en: String,
    pub mandatory: bool,
    pub responsible: Responsible,
    pub wording: Wording,
}

impl Evidence {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }
}

/// A template with all that stands for it whatever its version.
#[derive(Clone, Debug)]
pub struct Template {
    pub id: TemplateId,
    pub code: String,
    pub kind: Kind,
    pub gate_number: Option<i16>,
    pub name_ja: String,
    pub name_en: String,
    pub timing_ja: String,
    pub timing_en: String,
    pub source: Option<String>,
}

impl Template {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }

    pub fn timing(&self, l: Language) -> &str {
        l.t(&self.timing_ja, &self.timing_en)
    }
}

/// The content of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub rule: Rule,
    pub items: Vec<Item>,
    pub labels: Vec<Label>,
    pub evidence: Vec<Evidence>,
}

impl Content {
    /// The item whose mean is the committee's score, where the version has one.
    pub fn overall(&self) -> Option<&Item> {
        self.items.iter().find(|item| item.is_overall)
    }

    /// The labels of a scale, the highest first.
    pub fn labels_of(&self, scale_points: i16) -> Vec<&Label> {
        let mut found: Vec<_> = self.labels.iter().filter(|l| l.scale_points == scale_points).collect();
        found.sort_by_key(|l| -l.value);
        found
    }

    /// The weighted mean of the items' means, in tenths on ten points: each mean is put on ten points, the overall
    /// item is left out. Nothing when no weighted item has a mean.
    pub fn weighted(&self, mean_of: impl Fn(Uuid) -> Option<f64>) -> Option<f64> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for item in self.items.iter().filter(|i| !i.is_overall && i.weight > 0) {
            if let Some(mean) = mean_of(item.id) {
                let weight = f64::from(item.weight);
                sum += weight * mean / f64::from(item.scale_points) * 100.0;
                weights += weight;
            }
        }
        (weights > 0.0).then(|| sum / weights)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule() -> Rule {
        Rule {
            basis: Basis::Overall,
            go_from: 60,
            conditional_from: Some(50),
            least_item: Some(40),
            quorum_share: Share::Majority,
            quorum_least: 3,
            vote_share: Share::Majority,
        }
    }

    #[test]
    fn the_thresholds_belong_to_the_better_side() {
        for (score, lowest, proposal) in [
            (60, Some(40), Proposal::Go),
            (59, Some(40), Proposal::ConditionalGo),
            (50, None, Proposal::ConditionalGo),
            (49, None, Proposal::NoGo),
            (95, Some(39), Proposal::ConditionalGo),
            (55, Some(39), Proposal::NoGo),
        ] {
            assert_eq!(rule().propose(score, lowest), proposal, "{score} {lowest:?}");
        }
    }

    #[test]
    fn a_quorum_is_a_share_and_a_least_number() {
        for (people, majority, two_thirds) in [(0, 3, 3), (3, 3, 3), (5, 3, 4), (6, 4, 4), (10, 6, 7)] {
            assert_eq!(rule().quorum(people), majority, "{people}");
            assert_eq!(
                Rule { quorum_share: Share::TwoThirds, ..rule() }.quorum(people),
                two_thirds,
                "{people}"
            );
        }
        assert!(!rule().carries(2, 4), "half is not more than half");
        assert!(rule().carries(3, 4));
        assert!(!rule().carries(0, 0));
    }

    #[test]
    fn the_rule_says_itself() {
        let ja = rule().words(Language::Ja);
        assert!(ja.starts_with("総合評価の平均が6点以上ならGO、5点以上6点未満なら条件付きGO"), "{ja}");
        let en = Rule { conditional_from: None, least_item: None, go_from: 55, ..rule() }.words(Language::En);
        assert_eq!(
            en,
            "GO if the mean of the overall assessment is 5.5 or more; otherwise NO-GO is proposed."
        );
    }

    fn rank(proposal: Proposal) -> u8 {
        match proposal {
            Proposal::NoGo => 0,
            Proposal::ConditionalGo => 1,
            Proposal::Go => 2,
        }
    }

    proptest! {
        #[test]
        fn a_better_score_never_gives_a_worse_proposal(
            low in 10_i16..=100, more in 0_i16..=90, lowest in prop::option::of(10_i16..=100), better in 0_i16..=90,
            go in 20_i16..=100, band in prop::option::of(1_i16..=10), least in prop::option::of(10_i16..=100),
        ) {
            let rule = Rule { go_from: go, conditional_from: band.map(|b| go - b), least_item: least, ..rule() };
            let before = rule.propose(low, lowest);
            let after = rule.propose(low.saturating_add(more), lowest.map(|x| x.saturating_add(better)));
            prop_assert!(rank(after) >= rank(before));
        }

        #[test]
        fn a_share_never_exceeds_the_people(people in 0_u32..1000) {
            for share in Share::ALL {
                prop_assert!(share.of(people) <= people);
                prop_assert!(people == 0 || share.of(people) >= 1);
                prop_assert!(share.of(people + 1) >= share.of(people));
            }
        }
    }
}
