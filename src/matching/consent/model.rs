//! Who must consent, what they may say, and what follows from it. Pure.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::accounts::{Role, RoleAssignment};
use crate::kernel::Language;

/// Somebody whose consent a pair needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    UpstreamPs,
    ReceivingPs,
    UpstreamPd,
    ReceivingPd,
}

/// What a party said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    Waiting,
    Given,
    Declined,
    /// Somebody else declined first: read, never stored.
    NotNeeded,
}

/// Why a party declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclineReason {
    Budget,
    Capacity,
    OffScope,
    Readiness,
    LeadWithdraws,
    OtherRoute,
    Other,
}

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agreement {
    Proposed,
    Agreed,
    Declined,
    Expired,
    Transferred,
}

/// What a transfer brought; the rest was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Made {
    /// The next task and the link to it.
    Task,
    /// The link.
    Link,
    Nothing,
}

/// One party's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub party: Party,
    /// Program of a PS, project of a PD.
    pub scope: Uuid,
    pub answer: Answer,
    pub expires_on: NaiveDate,
}

impl Party {
    pub const ALL: [Self; 4] = [Self::UpstreamPs, Self::ReceivingPs, Self::UpstreamPd, Self::ReceivingPd];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::UpstreamPs => "upstream_ps",
            Self::ReceivingPs => "receiving_ps",
            Self::UpstreamPd => "upstream_pd",
            Self::ReceivingPd => "receiving_pd",
        }
    }

    /// Reads [`Party::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::UpstreamPs => l.t("送り出す事業のPS", "PS, upstream"),
            Self::ReceivingPs => l.t("受け入れる事業のPS", "PS, receiving"),
            Self::UpstreamPd => l.t("送り出すプロジェクトのPD", "PD, upstream"),
            Self::ReceivingPd => l.t("受け入れるプロジェクトのPD", "PD, receiving"),
        }
    }

    pub fn is_ps(self) -> bool {
        matches!(self, Self::UpstreamPs | Self::ReceivingPs)
    }

    /// This role speaks for the party whose program or project is `scope`.
    pub fn is_held_by(self, scope: Uuid, role: &RoleAssignment) -> bool {
        if self.is_ps() {
            role.role == Role::ProgramSupervisor && role.program_id == Some(scope)
        } else {
            role.role == Role::ProgramDirector && role.project_id == Some(scope)
        }
    }
}

impl Answer {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Given => "given",
            Self::Declined => "declined",
            Self::NotNeeded => "not_needed",
        }
    }

    /// Reads [`Answer::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Given, Self::Declined, Self::NotNeeded].into_iter().find(|a| a.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Waiting => l.t("回答待ち", "Waiting"),
            Self::Given => l.t("合意", "Consents"),
            Self::Declined => l.t("辞退", "Declines"),
            Self::NotNeeded => l.t("回答不要", "Not needed"),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Waiting => "warn",
            Self::Given => "ok",
            Self::Declined => "bad",
            Self::NotNeeded => "quiet",
        }
    }
}

impl DeclineReason {
    pub const ALL: [Self; 7] = [
        Self::Budget,
        Self::Capacity,
        Self::OffScope,
        Self::Readiness,
        Self::LeadWithdraws,
        Self::OtherRoute,
        Self::Other,
    ];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Capacity => "capacity",
            Self::OffScope => "off_scope",
            Self::Readiness => "readiness",
            Self::LeadWithdraws => "lead_withdraws",
            Self::OtherRoute => "other_route",
            Self::Other => "other",
        }
    }

    /// Reads [`DeclineReason::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Budget => l.t("予算を確保できない", "No money"),
            Self::Capacity => l.t("採択枠がない", "No slot left"),
            Self::OffScope => l.t("事業の趣旨に合わない", "Outside the program's aim"),
            Self::Readiness => l.t("次の段階に達していない", "Not ready for the next stage"),
            Self::LeadWithdraws => l.t("研究代表者の意向", "The lead withdraws"),
            Self::OtherRoute => l.t("別の移行先がある", "Another way onward"),
            Self::Other => l.t("その他（備考に記入）", "Other (say in the note)"),
        }
    }
}

impl Made {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Link => "link",
            Self::Nothing => "nothing",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Task, Self::Link, Self::Nothing].into_iter().find(|m| m.code() == code)
    }
}

impl Agreement {
    pub const ALL: [Self; 5] =
        [Self::Proposed, Self::Agreed, Self::Declined, Self::Expired, Self::Transferred];

    /// The word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Transferred => "transferred",
        }
    }

    /// Reads [`Agreement::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Proposed => l.t("合意待ち", "Waiting for consent"),
            Self::Agreed => l.t("合意済み（移行待ち）", "Agreed, to be transferred"),
            Self::Declined => l.t("辞退", "Declined"),
            Self::Expired => l.t("期限切れ", "Expired"),
            Self::Transferred => l.t("移行済み", "Transferred"),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Proposed => "info",
            Self::Agreed => "warn",
            Self::Declined => "bad",
            Self::Expired => "quiet",
            Self::Transferred => "ok",
        }
    }
}

/// Whose consent a pair needs: the PS of both programs (one, where they are the same), and the PDs of both projects
/// where both are known and differ.
pub fn parties(programs: (Uuid, Uuid), projects: (Option<Uuid>, Option<Uuid>)) -> Vec<(Party, Uuid)> {
    let mut all = vec![(Party::ReceivingPs, programs.1)];
    if programs.0 != programs.1 {
        all.push((Party::UpstreamPs, programs.0));
    }
    if let (Some(up), Some(down)) = projects
        && up != down
    {
        all.push((Party::UpstreamPd, up));
        all.push((Party::ReceivingPd, down));
    }
    all.sort_unstable();
    all
}

/// What follows from the consents on a day: one refusal declines; all given is agreed; somebody silent past the date lets
/// it expire.
pub fn follows(consents: &[Consent], today: NaiveDate) -> Agreement {
    if consents.iter().any(|c| c.answer == Answer::Declined) {
        Agreement::Declined
    } else if consents.iter().all(|c| c.answer == Answer::Given) {
        Agreement::Agreed
    } else if consents.iter().any(|c| c.answer == Answer::Waiting && today > c.expires_on) {
        Agreement::Expired
    } else {
        Agreement::Proposed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2027, 2, d).unwrap()
    }

    #[test]
    fn directors_are_asked_where_projects_differ() {
        use Party::*;
        let of =
            |programs, projects| parties(programs, projects).into_iter().map(|p| p.0).collect::<Vec<_>>();
        assert_eq!(of((id(1), id(2)), (Some(id(7)), Some(id(7)))), [UpstreamPs, ReceivingPs]);
        assert_eq!(
            of((id(1), id(2)), (Some(id(7)), Some(id(8)))),
            [UpstreamPs, ReceivingPs, UpstreamPd, ReceivingPd]
        );
        assert_eq!(of((id(1), id(1)), (Some(id(7)), None)), [ReceivingPs]);
    }

    proptest! {
        #[test]
        fn agreed_only_by_everybody_and_never_after_a_refusal(
            answers in prop::collection::vec((0_usize..3, 1_u32..28), 1..5), today in 1_u32..28
        ) {
            let all = [Answer::Waiting, Answer::Given, Answer::Declined];
            let consents: Vec<Consent> = answers
                .iter()
                .zip(Party::ALL)
                .map(|((a, until), party)| Consent { party, scope: id(1), answer: all[*a], expires_on: day(*until) })
                .collect();
            let has = |a| consents.iter().any(|c| c.answer == a);
            let late = consents.iter().any(|c| c.answer == Answer::Waiting && c.expires_on < day(today));
            let expected = match (has(Answer::Declined), has(Answer::Waiting), late) {
                (true, _, _) => Agreement::Declined,
                (_, false, _) => Agreement::Agreed,
                (_, _, true) => Agreement::Expired,
                _ => Agreement::Proposed,
            };
            prop_assert_eq!(follows(&consents, day(today)), expected);
        }
    }
}
