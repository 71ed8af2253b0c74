//! The machine, explored: every state that a small committee can reach by any order of events, and random walks
//! through larger ones. What must never be is asserted at every state and every step.

use std::collections::{HashSet, VecDeque};

use proptest::prelude::*;

use crate::gates::templates::{Basis, Rule, Share};

use super::reading::Reader;
use super::*;

fn rule(least: i16, quorum: Share, vote: Share) -> Rule {
    Rule {
        basis: Basis::Overall,
        go_from: 60,
        conditional_from: Some(50),
        least_item: None,
        quorum_share: quorum,
        quorum_least: least,
        vote_share: vote,
    }
}

fn room(roles: &[SeatRole], blocked: bool) -> Room {
    Room {
        meeting: MeetingState::Planned,
        review: ReviewState::Listed,
        seats: roles.iter().map(|r| Seat::new(*r)).collect(),
        blocked,
    }
}

/// Every event that anybody in the room could try, allowed or not.
fn attempts(room: &Room, outcomes: &[Outcome], choices: &[Choice]) -> Vec<Event> {
    let full = FollowUps { conditions: 1, dispositions: 1, receiving_program: true, outside_evidence: true };
    let mut events = vec![Event::OpenScoring, Event::CloseMeeting, Event::CloseConditions];
    for seat in 0..room.seats.len() {
        events.extend([
            Event::FindConflict { seat, bar: false },
            Event::FindConflict { seat, bar: true },
            Event::SaveDraft { seat },
            Event::Submit { seat },
            Event::TakeBack { seat },
            Event::Reveal { by: seat },
            Event::Wait { by: seat },
        ]);
        events.extend(choices.iter().map(|choice| Event::Vote { seat, choice: *choice }));
        for other in 0..room.seats.len() {
            events.extend([Event::Recuse { by: seat, seat: other }, Event::Waive { by: seat, seat: other }]);
        }
        for outcome in outcomes.iter().copied() {
            for with in [full, FollowUps::default()] {
                events.push(Event::Decide { by: seat, outcome, with });
                events.push(Event::DecideAlone { by: seat, outcome, with });
            }
        }
    }
    events
}

/// What must hold whenever `event` leads from `before` to `after`.
fn check_step(before: &Room, event: Event, after: &Room, rule: &Rule) {
    if before.review != ReviewState::Decided && after.review == ReviewState::Decided {
        let (by, outcome, with, choice) = match event {
            Event::Decide { by, outcome, with } => (by, outcome, with, outcome.choice()),
            Event::DecideAlone { by, outcome, with } => (by, outcome, with, Choice::Delegate),
            other => panic!("{other:?} decided"),
        };
        // Counted anew, without the machine's own helpers.
        let judges: Vec<&Seat> =
            before.seats.iter().filter(|s| s.role != SeatRole::Adviser && !s.recused).collect();
        let present = judges.iter().filter(|s| s.vote.is_some()).count() as u32;
        let cast = judges.iter().filter(|s| s.vote.is_some_and(|v| v != Choice::Abstain)).count() as u32;
        let agree = judges.iter().filter(|s| s.vote == Some(choice)).count() as u32;
        assert!(present >= u32::try_from(rule.quorum_least).unwrap(), "no quorum: {before:?}");
        assert!(present >= rule.quorum_share.of(judges.len() as u32), "no quorum: {before:?}");
        assert!(agree > 0 && agree >= rule.vote_share.of(cast), "not carried: {before:?}");
        assert!(
            !before.seats[by].recused && before.seats[by].role != SeatRole::Adviser,
            "by {by}: {before:?}"
        );
        assert!(!before.blocked, "past open conditions: {before:?}");
        assert!(with.suffice(outcome).is_ok(), "without its follow-up: {event:?}");
        assert!(matches!(before.meeting, MeetingState::Revealed | MeetingState::Closed));
    }
    if before.review == ReviewState::Decided {
        assert_eq!(after.review, ReviewState::Decided, "a decision was taken back by {event:?}");
    }
    for (was, is) in before.seats.iter().zip(&after.seats) {
        if was.sheet != is.sheet {
            assert_eq!(before.meeting, MeetingState::Scoring, "a sheet changed by {event:?}");
            assert!(!was.recused && was.role != SeatRole::Adviser && !before.blocked);
        }
        if was.vote != is.vote {
            assert!(
                !was.recused && was.role != SeatRole::Adviser && before.meeting == MeetingState::Revealed
            );
        }
        assert!(was.barred <= is.barred && (!is.barred || is.recused), "a bar was waived by {event:?}");
    }
    assert!(order(before.meeting) <= order(after.meeting), "the meeting went back by {event:?}");
}

/// What must hold in every state: sealed sheets are read by their authors only.
fn check_state(room: &Room) {
    for (seat, s) in room.seats.iter().enumerate().filter(|(_, s)| s.sheet != Sheet::None) {
        for (reader, r) in room.seats.iter().enumerate() {
            let reads = Reader { is_author: seat == reader, is_out: r.recused, is_entitled: true }
                .reads_sheet(room.meeting);
            assert!(!(reads && r.recused), "a recused member reads: {room:?}");
            if order(room.meeting) < order(MeetingState::Revealed) {
                assert!(!reads || seat == reader, "a sealed sheet is read: {room:?}");
            }
        }
        assert!(s.role != SeatRole::Adviser, "an adviser scored: {room:?}");
    }
    assert!(room.seats.iter().all(|s| s.role != SeatRole::Adviser || s.vote.is_none()), "an adviser voted");
}

fn order(state: MeetingState) -> usize {
    MeetingState::ALL.iter().position(|s| *s == state).unwrap()
}

/// Breadth first over everything reachable; the number of states and of decided ones.
fn explore(start: Room, rule: &Rule, outcomes: &[Outcome], choices: &[Choice]) -> (usize, usize) {
    let mut seen = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([start]);
    let mut decided = 0;
    while let Some(room) = queue.pop_front() {
        check_state(&room);
        decided += usize::from(room.review == ReviewState::Decided);
        for event in attempts(&room, outcomes, choices) {
            if let Ok(next) = room.apply(event, rule) {
                check_step(&room, event, &next, rule);
                if seen.insert(next.clone()) {
                    queue.push_back(next);
                }
            }
        }
    }
    (seen.len(), decided)
}

#[test]
fn no_path_of_a_small_committee_breaks_a_rule() {
    use SeatRole::{Adviser, Chair, Member};
    let outcomes = [Outcome::Go, Outcome::ConditionalGo, Outcome::NoGo];
    let choices = [Choice::Go, Choice::ConditionalGo, Choice::Delegate, Choice::Abstain];
    for (roles, rule) in [
        (vec![Chair, Member], rule(2, Share::Majority, Share::Majority)),
        (vec![Chair, Member, Adviser], rule(1, Share::Majority, Share::All)),
    ] {
        for blocked in [false, true] {
            let (states, decided) = explore(room(&roles, blocked), &rule, &outcomes, &choices);
            assert!(states > 1_000, "only {states} states of {roles:?}");
            assert!(decided > 0, "nothing can be decided by {roles:?}");
        }
    }
}

#[test]
fn a_committee_of_three_is_explored_with_two_choices() {
    let roles = [SeatRole::Chair, SeatRole::Member, SeatRole::Member];
    let rule = rule(2, Share::TwoThirds, Share::Majority);
    let (states, decided) =
        explore(room(&roles, false), &rule, &[Outcome::Go], &[Choice::Go, Choice::Delegate]);
    assert!(states > 10_000 && decided > 100, "{states} states, {decided} decided");
}

#[test]
fn a_committee_smaller_than_its_quorum_decides_nothing() {
    let start = room(&[SeatRole::Chair, SeatRole::Member], false);
    let (_, decided) = explore(
        start,
        &rule(3, Share::Majority, Share::Majority),
        &[Outcome::Go],
        &[Choice::Go, Choice::Delegate],
    );
    assert_eq!(decided, 0);
}

#[test]
fn open_conditions_stop_every_path_until_they_are_closed() {
    let rule = rule(1, Share::Majority, Share::Majority);
    let start = room(&[SeatRole::Chair, SeatRole::Member], true);
    let mut seen = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([start]);
    while let Some(room) = queue.pop_front() {
        assert_ne!(room.review, ReviewState::Decided, "decided past open conditions: {room:?}");
        for event in attempts(&room, Outcome::ALL, &[Choice::Go, Choice::Delegate]) {
            if event == Event::CloseConditions {
                continue;
            }
            if let Ok(next) = room.apply(event, &rule)
                && seen.insert(next.clone())
            {
                queue.push_back(next);
            }
        }
    }
}

fn event(seats: usize) -> impl Strategy<Value = Event> {
    let seat = 0..seats;
    let choice = prop::sample::select(Choice::ALL);
    let outcome = prop::sample::select(Outcome::ALL);
    let with = (0..2_usize, 0..2_usize, any::<bool>(), any::<bool>()).prop_map(|(c, d, p, e)| FollowUps {
        conditions: c,
        dispositions: d,
        receiving_program: p,
        outside_evidence: e,
    });
    prop_oneof![
        1 => Just(Event::OpenScoring),
        1 => (seat.clone(), any::<bool>()).prop_map(|(seat, bar)| Event::FindConflict { seat, bar }),
        1 => (seat.clone(), seat.clone()).prop_map(|(by, seat)| Event::Recuse { by, seat }),
        1 => (seat.clone(), seat.clone()).prop_map(|(by, seat)| Event::Waive { by, seat }),
        2 => seat.clone().prop_map(|seat| Event::SaveDraft { seat }),
        2 => seat.clone().prop_map(|seat| Event::Submit { seat }),
        1 => seat.clone().prop_map(|seat| Event::TakeBack { seat }),
        2 => seat.clone().prop_map(|by| Event::Reveal { by }),
        8 => (seat.clone(), choice).prop_map(|(seat, choice)| Event::Vote { seat, choice }),
        2 => seat.clone().prop_map(|by| Event::Wait { by }),
        4 => (seat.clone(), outcome.clone(), with.clone())
            .prop_map(|(by, outcome, with)| Event::Decide { by, outcome, with }),
        2 => (seat, outcome, with).prop_map(|(by, outcome, with)| Event::DecideAlone { by, outcome, with }),
        1 => Just(Event::CloseConditions),
        1 => Just(Event::CloseMeeting),
    ]
}

proptest! {
    #[test]
    fn no_walk_of_a_larger_committee_breaks_a_rule(
        members in 2..9_usize, advisers in 0..3_usize, blocked in any::<bool>(), least in 1..5_i16,
        quorum in prop::sample::select(Share::ALL), vote in prop::sample::select(Share::ALL),
        seeds in prop::collection::vec(event(8), 1..120),
    ) {
        let roles: Vec<SeatRole> = std::iter::once(SeatRole::Chair)
            .chain(std::iter::repeat_n(SeatRole::Member, members))
            .chain(std::iter::repeat_n(SeatRole::Adviser, advisers))
            .collect();
        let rule = rule(least, quorum, vote);
        let mut now = room(&roles, blocked);
        for step in seeds {
            let in_room = |n: usize| n % roles.len();
            let step = match step {
                Event::FindConflict { seat, bar } => Event::FindConflict { seat: in_room(seat), bar },
                Event::Vote { seat, choice } => Event::Vote { seat: in_room(seat), choice },
                Event::Recuse { by, seat } => Event::Recuse { by: in_room(by), seat: in_room(seat) },
                Event::Waive { by, seat } => Event::Waive { by: in_room(by), seat: in_room(seat) },
                Event::SaveDraft { seat } => Event::SaveDraft { seat: in_room(seat) },
                Event::Submit { seat } => Event::Submit { seat: in_room(seat) },
                Event::TakeBack { seat } => Event::TakeBack { seat: in_room(seat) },
                Event::Reveal { by } => Event::Reveal { by: in_room(by) },
                Event::Wait { by } => Event::Wait { by: in_room(by) },
                Event::Decide { by, outcome, with } => Event::Decide { by: in_room(by), outcome, with },
                Event::DecideAlone { by, outcome, with } => Event::DecideAlone { by: in_room(by), outcome, with },
                other => other,
            };
            if let Ok(next) = now.apply(step, &rule) {
                check_step(&now, step, &next, &rule);
                check_state(&next);
                now = next;
            }
        }
    }
}
