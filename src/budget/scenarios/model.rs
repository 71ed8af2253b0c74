//! What a scenario would change.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::accounts::Viewer;
use crate::budget::ledger::model::Person;
use crate::budget::model::Stage;
use crate::budget::positions::{Balance, Place};
use crate::budget::rights;
use crate::budget::slips::model::Refusal;
use crate::kernel::words::coded;
use crate::kernel::{FiscalYear, Said, Yen};

crate::typed_id!(
    /// シナリオ: a what-if set of movements.
    ScenarioId,
    /// A movement of a scenario.
    MoveId,
);

coded! {
    /// Where a scenario stands.
    ScenarioState {
        Draft = "draft", "検討中", "Draft";
        Submitted = "submitted", "伝票にした", "Made into slips";
        Discarded = "discarded", "破棄", "Discarded";
    }
}

impl ScenarioState {
    pub fn tone(self) -> &'static str {
        match self {
            Self::Draft => "info",
            Self::Submitted => "ok",
            Self::Discarded => "quiet",
        }
    }
}

/// A scenario with its movements.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub id: ScenarioId,
    pub version_id: Uuid,
    pub year: FiscalYear,
    pub stage: Stage,
    pub round: i16,
    /// Running number of the version it stands on.
    pub version_number: i32,
    pub version_in_force: bool,
    pub name: String,
    pub note: String,
    pub state: ScenarioState,
    pub owner: Person,
    pub created_at: DateTime<Utc>,
    pub version: i32,
    pub moves: Vec<Move>,
}

/// A movement of a scenario.
#[derive(Clone, Debug)]
pub struct Move {
    pub id: MoveId,
    pub from: Place,
    pub to: Place,
    pub amount: Yen,
    pub reason: String,
}

impl Scenario {
    /// The owner changes a scenario, and the unit and administrators; only while it is a draft.
    pub fn change_refusal(&self, viewer: &Viewer) -> Option<Said> {
        if self.state != ScenarioState::Draft {
            return Some(Said::new(
                "伝票にした、または破棄したシナリオは変更できません。複製して検討してください。",
                "A scenario that was submitted or discarded stays as it is; copy it to go on.",
            ));
        }
        let owns = self.owner.id == viewer.id.0 || rights::may_decide(viewer);
        (!(owns && rights::may_plan(viewer))).then(|| {
            Said::new(
                "作成者だけが変更できます。複製して検討してください。",
                "Only its author changes it; copy it to go on.",
            )
        })
    }

    /// Whether a place is a line of the budget that the scenario stands on.
    pub fn covers(&self, place: &Place) -> bool {
        (place.year, place.stage, place.round) == (self.year, self.stage, self.round)
    }

    /// How many movements touch lines of another budget; the form offers none, older scenarios may have some.
    pub fn strays(&self) -> usize {
        self.moves.iter().filter(|m| !self.covers(&m.from) || !self.covers(&m.to)).count()
    }

    /// Why no slips can be made of it, whoever asks: a what-if may stand on any budget, a slip only on one in law.
    pub fn submission_refusal(&self) -> Option<Refusal> {
        let in_law = |p: &Place| p.stage.is_in_law();
        let all = self.stage.is_in_law() && self.moves.iter().all(|m| in_law(&m.from) && in_law(&m.to));
        (!all).then_some(Refusal::NotInLaw)
    }

    pub fn moved(&self) -> Yen {
        self.moves.iter().map(|m| m.amount).sum()
    }

    /// What each place would gain or lose.
    pub fn changes(&self) -> BTreeMap<Place, Yen> {
        let mut changes: BTreeMap<Place, Yen> = BTreeMap::new();
        for m in &self.moves {
            let from = changes.entry(m.from.clone()).or_default();
            *from = *from - m.amount;
            let to = changes.entry(m.to.clone()).or_default();
            *to = *to + m.amount;
        }
        changes
    }

    /// What each program would gain or lose in the budget that the scenario stands on.
    pub fn by_program(&self) -> BTreeMap<Uuid, Yen> {
        let mut programs: BTreeMap<Uuid, Yen> = BTreeMap::new();
        for (place, change) in self.changes().into_iter().filter(|(place, _)| self.covers(place)) {
            let cell = programs.entry(place.program).or_default();
            *cell = *cell + change;
        }
        programs
    }
}

/// A line that a scenario touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub place: Place,
    pub now: Yen,
    pub change: Yen,
}

impl Effect {
    pub fn after(&self) -> Yen {
        self.now + self.change
    }
}

/// The lines that a scenario touches, with what stands there now.
pub fn effects(scenario: &Scenario, balances: &[Balance]) -> Vec<Effect> {
    let now = |place: &Place| {
        balances.iter().filter(|b| b.place().as_ref() == Some(place)).map(Balance::amount).sum()
    };
    scenario.changes().into_iter().map(|(place, change)| Effect { now: now(&place), change, place }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::budget::model::Kind;

    fn place(n: u128) -> Place {
        Place {
            year: FiscalYear::new(2026).unwrap(),
            stage: Stage::Initial,
            round: 0,
            program: Uuid::from_u128(n),
            project: None,
            ministry: None,
            kind: Kind::Initial,
        }
    }

    fn scenario(moves: Vec<Move>) -> Scenario {
        Scenario {
            id: ScenarioId::new(),
            version_id: Uuid::nil(),
            year: FiscalYear::new(2026).unwrap(),
            stage: Stage::Initial,
            round: 0,
            version_number: 1,
            version_in_force: true,
            name: String::new(),
            note: String::new(),
            state: ScenarioState::Draft,
            owner: Person { id: Uuid::nil(), name_ja: String::new(), name_en: None },
            created_at: DateTime::UNIX_EPOCH,
            version: 1,
            moves,
        }
    }

    #[test]
    fn a_movement_on_another_budget_is_told_and_not_compared() {
        let draft = Place { stage: Stage::Draft, ..place(2) };
        let moves = [(place(0), place(1)), (place(0), draft)].map(|(from, to)| Move {
            id: MoveId::new(),
            from,
            to,
            amount: Yen(5),
            reason: String::new(),
        });
        let mixed = scenario(moves.to_vec());
        assert_eq!((mixed.strays(), mixed.submission_refusal()), (1, Some(Refusal::NotInLaw)));
        assert_eq!(mixed.by_program().len(), 2);
        let plain = scenario(moves[..1].to_vec());
        assert_eq!((plain.strays(), plain.submission_refusal()), (0, None));
        let request = Scenario { stage: Stage::Request, ..scenario(Vec::new()) };
        assert_eq!(request.submission_refusal(), Some(Refusal::NotInLaw));
    }

    proptest! {
        #[test]
        fn a_scenario_changes_no_total(moves in prop::collection::vec((0_u128..5, 0_u128..5, 1_i64..1_000_000_000), 0..40)) {
            let moves = moves.into_iter().map(|(from, to, amount)| Move {
                id: MoveId::new(), from: place(from), to: place(to), amount: Yen(amount), reason: String::new(),
            }).collect();
            let scenario = scenario(moves);
            prop_assert_eq!(scenario.changes().values().copied().sum::<Yen>(), Yen::ZERO);
            prop_assert_eq!(scenario.by_program().values().copied().sum::<Yen>(), Yen::ZERO);
        }
    }
}
