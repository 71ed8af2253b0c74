//! Sides, levels, reasons, and what becomes of two people typing in one list. Pure.

use crate::kernel::{Language, Said};

/// Which side of a pair speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The program that the task comes from.
    Upstream,
    /// The program that would receive it.
    Receiving,
}

/// How much a side wants a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Strong,
    Wish,
    Acceptable,
    No,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    FitsAim,
    StrongData,
    UnmetNeed,
    CompanyReady,
    Timing,
    OffScope,
    TooEarly,
    Overlap,
    NoCapacity,
    WeakData,
}

impl Side {
    pub const ALL: [Self; 2] = [Self::Upstream, Self::Receiving];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Receiving => "receiving",
        }
    }

    /// Reads [`Side::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Upstream => l.t("送り出す側", "Upstream"),
            Self::Receiving => l.t("受け入れる側", "Receiving"),
        }
    }
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Strong, Self::Wish, Self::Acceptable, Self::No];

    /// The number in the database and in forms.
    pub fn number(self) -> i16 {
        match self {
            Self::Strong => 1,
            Self::Wish => 2,
            Self::Acceptable => 3,
            Self::No => 4,
        }
    }

    /// Reads [`Level::number`].
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Strong => l.t("強く希望", "Strong wish"),
            Self::Wish => l.t("希望", "Wish"),
            Self::Acceptable => l.t("可", "Acceptable"),
            Self::No => l.t("見送り", "No"),
        }
    }

    /// Tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Strong => "ok",
            Self::Wish => "info",
            Self::Acceptable => "quiet",
            Self::No => "bad",
        }
    }
}

impl Reason {
    pub const ALL: [Self; 10] = [
        Self::FitsAim,
        Self::StrongData,
        Self::UnmetNeed,
        Self::CompanyReady,
        Self::Timing,
        Self::OffScope,
        Self::TooEarly,
        Self::Overlap,
        Self::NoCapacity,
        Self::WeakData,
    ];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::FitsAim => "fits_aim",
            Self::StrongData => "strong_data",
            Self::UnmetNeed => "unmet_need",
            Self::CompanyReady => "company_ready",
            Self::Timing => "timing",
            Self::OffScope => "off_scope",
            Self::TooEarly => "too_early",
            Self::Overlap => "overlap",
            Self::NoCapacity => "no_capacity",
            Self::WeakData => "weak_data",
        }
    }

    /// Reads [`Reason::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::FitsAim => l.t("事業趣旨に合致", "Fits the program's aim"),
            Self::StrongData => l.t("成果が十分", "Strong data"),
            Self::UnmetNeed => l.t("医療ニーズが高い", "High medical need"),
            Self::CompanyReady => l.t("企業連携が見込める", "Company is ready"),
            Self::Timing => l.t("時期が合う", "Good timing"),
            Self::OffScope => l.t("趣旨・対象外", "Outside the aim"),
            Self::TooEarly => l.t("時期尚早", "Too early"),
            Self::Overlap => l.t("既存課題と重複", "Overlaps running tasks"),
            Self::NoCapacity => l.t("枠・予算がない", "No slot or money"),
            Self::WeakData => l.t("データ不足", "Data too weak"),
        }
    }
}

/// Most pairs on one list.
pub const LIST: usize = 15;

/// An answer as typed or stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub level: Option<Level>,
    pub reason: Option<Reason>,
    pub note: String,
}

impl Answer {
    /// What keeps it from being stored.
    pub fn refusal(&self) -> Option<Said> {
        (self.level == Some(Level::No) && self.reason.is_none())
            .then(|| Said::new("「見送り」には理由を選んでください。", "A “no” needs a reason."))
    }
}

/// What becomes of one answer when a form comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Nothing to do: it stands as typed, or was not touched.
    Keep,
    Write,
    /// Somebody else changed it since the form was opened, and so did this writer.
    Conflict,
}

/// Decides between what the form showed at first (`was`), what was typed, and what is stored now.
/// `stored_is_mine`: the stored answer was written by the same person (by autosave, say).
pub fn merge(was: &Answer, typed: &Answer, stored: &Answer, stored_is_mine: bool) -> Merge {
    if typed == stored {
        Merge::Keep
    } else if stored == was || stored_is_mine {
        Merge::Write
    } else if typed == was {
        Merge::Keep
    } else {
        Merge::Conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a(level: Level) -> Answer {
        Answer { level: Some(level), ..Answer::default() }
    }

    #[test]
    fn two_people_in_one_list_lose_nothing() {
        use Level::{Acceptable as Z, Strong as X, Wish as Y};
        let none = Answer::default();
        let cases = [
            ("the first answer", &none, &a(X), &none, false, Merge::Write),
            ("autosaved already", &none, &a(X), &a(X), true, Merge::Keep),
            ("changed again after autosave", &none, &a(Y), &a(X), true, Merge::Write),
            ("changed back after autosave", &none, &none, &a(X), true, Merge::Write),
            ("a colleague answered, I did not touch it", &none, &none, &a(X), false, Merge::Keep),
            ("both answered the same", &none, &a(X), &a(X), false, Merge::Keep),
            ("both answered, differently", &none, &a(Y), &a(X), false, Merge::Conflict),
            ("a colleague's old answer is mine to change", &a(X), &a(Z), &a(X), false, Merge::Write),
        ];
        for (name, was, typed, stored, mine, expected) in cases {
            assert_eq!(merge(was, typed, stored, mine), expected, "{name}");
        }
    }

    #[test]
    fn a_no_needs_a_reason() {
        assert!(a(Level::No).refusal().is_some());
        assert!(Answer { reason: Some(Reason::Overlap), ..a(Level::No) }.refusal().is_none());
        assert!(a(Level::Strong).refusal().is_none());
    }

    #[test]
    fn codes_read_back() {
        assert!(Level::ALL.into_iter().all(|x| Level::from_number(x.number()) == Some(x)));
        assert!(Reason::ALL.into_iter().all(|x| Reason::from_code(x.code()) == Some(x)));
        assert!(Side::ALL.into_iter().all(|x| Side::from_code(x.code()) == Some(x)));
    }
}
