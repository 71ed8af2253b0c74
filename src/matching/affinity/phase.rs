//! The phase of development a title speaks of, and what a step from one to the next is worth.

/// Phases in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Basic,
    Applied,
    Nonclinical,
    ClinicalTrial,
    Chiken,
    PostMarketing,
}

/// Words that tell a phase, the later phase first: a title that names a trial and what it rests on is about the trial.
const WORDS: &[(Phase, &[&str])] = &[
    (Phase::PostMarketing, &["市販後", "製造販売後", "使用成績調査", "post-market", "phase iv"]),
    (Phase::Chiken, &["治験", "investigator-initiated", "registration trial", "registrational"]),
    (
        Phase::ClinicalTrial,
        &[
            "臨床試験",
            "臨床研究",
            "比較試験",
            "相試験",
            "1/2相",
            "first-in-human",
            "clinical trial",
            "randomized",
            "randomised",
            "phase i",
        ],
    ),
    (
        Phase::Nonclinical,
        &["非臨床", "前臨床", "動物試験", "nonclinical", "non-clinical", "preclinical", "pre-clinical"],
    ),
    (
        Phase::Applied,
        &["実用化", "製造法", "製造技術", "最適化", "試作", "開発研究", "applied research", "prototype"],
    ),
    (
        Phase::Basic,
        &[
            "解明",
            "機序",
            "機構",
            "メカニズム",
            "標的の同定",
            "探索",
            "基礎",
            "mechanism",
            "elucidat",
            "basic research",
            "discovery",
        ],
    ),
];

impl Phase {
    /// The phase that a tag names, or else the one the folded text speaks of.
    #[must_use]
    pub fn of(tags: &[String], folded: &str) -> Option<Self> {
        tags.iter().find_map(|t| Self::from_tag(t)).or_else(|| Self::from_text(folded))
    }

    fn from_tag(tag: &str) -> Option<Self> {
        Some(match tag {
            t if t.contains("基礎") => Self::Basic,
            t if t == "応用" || t.starts_with("応用研究") => Self::Applied,
            t if t.contains("非臨床") || t.contains("前臨床") => Self::Nonclinical,
            t if t.contains("治験") => Self::Chiken,
            t if t.contains("臨床試験") || t.contains("臨床研究") => Self::ClinicalTrial,
            t if t.contains("市販後") => Self::PostMarketing,
            _ => return None,
        })
    }

    fn from_text(folded: &str) -> Option<Self> {
        // 非臨床試験 holds 臨床試験 and is not one; what the first names of a trial rests on stands before it.
        let clinical = folded
            .replace("非臨床試験", "")
            .replace("非臨床", "")
            .replace("前臨床試験", "")
            .replace("前臨床", "")
            .replace("non-clinical", "")
            .replace("preclinical", "")
            .replace("nonclinical", "");
        let holds = |phase: Phase, word: &str| {
            let text = if phase == Phase::ClinicalTrial { clinical.as_str() } else { folded };
            text.contains(word)
        };
        WORDS.iter().find(|(p, words)| words.iter().any(|w| holds(*p, w))).map(|(p, _)| *p)
    }

    /// Steps from this phase to the other; forward is positive.
    #[must_use]
    pub fn steps_to(self, other: Self) -> i32 {
        other as i32 - self as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::affinity::normalise::fold;

    #[test]
    fn titles_tell_their_phase() {
        for (title, phase) in [
            ("虚血性心筋症に対するヒトiPS細胞由来心筋細胞シートの臨床試験", Some(Phase::ClinicalTrial)),
            ("CAR-T細胞療法の非臨床試験", Some(Phase::Nonclinical)),
            ("第I/II相医師主導治験", Some(Phase::Chiken)),
            ("αシヌクレイン伝播分子機構解明", Some(Phase::Basic)),
            ("スマート治療室", None),
        ] {
            assert_eq!(Phase::of(&[], &fold(title)), phase, "{title}");
        }
        assert_eq!(Phase::of(&["応用".into()], "治験"), Some(Phase::Applied));
    }
}
