//! Voting, deciding, waiting, reopening.

use serde_json::json;
use uuid::Uuid;

use crate::gates::actions::{Answer, Doing, about_review, answered};
use crate::gates::model::{Choice, Event, FollowUps, Refusal};
use crate::gates::queries::{self as shared, Review};

use super::queries::{self, NewDecision};

/// Votes, or changes one's vote, until the item is decided. The audit holds that somebody voted, not for what.
pub async fn vote(d: &Doing<'_>, review: &Review, choice: Choice) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let seated = shared::room(&mut tx, review.id, false).await?;
        let seat = seated.seat_of(d.user);
        if let Err(refusal) = seated.room.apply(Event::Vote { seat, choice }, &seated.rule) {
            return Ok(Err(refusal));
        }
        queries::vote(&mut tx, review.id, d.user, choice.code(), d.now).await?;
        let event = about_review("gate.vote", review.id, json!({}));
        d.finish(tx, review.meeting_id, "votes", event).await.map(Ok)
    };
    answered(work.await)
}

/// Notes that the committee left the item to the chair until outside evidence comes.
pub async fn wait(
    d: &Doing<'_>,
    review: &Review,
    what: &str,
    until: Option<chrono::NaiveDate>,
) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let seated = shared::room(&mut tx, review.id, true).await?;
        if let Err(refusal) = seated.room.apply(Event::Wait { by: seated.seat_of(d.user) }, &seated.rule) {
            return Ok(Err(refusal));
        }
        queries::wait(&mut tx, review.id, what, until, d.now).await?;
        let event = about_review("gate.review.wait", review.id, json!({ "for": what, "until": until }));
        d.finish(tx, review.meeting_id, "decision", event).await.map(Ok)
    };
    answered(work.await)
}

/// Decides. Of two at once the review's lock lets one through; the other is told.
pub async fn decide(d: &Doing<'_>, review: &Review, decision: &NewDecision) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let seated = shared::room(&mut tx, review.id, true).await?;
        let with = FollowUps {
            conditions: decision.conditions.len(),
            dispositions: decision.dispositions.len(),
            receiving_program: decision.receiving_program.is_some(),
            outside_evidence: decision.outside_evidence.is_some(),
        };
        let (by, outcome) = (seated.seat_of(d.user), decision.outcome);
        let (event, choice) = match decision.alone {
            true => (Event::DecideAlone { by, outcome, with }, Choice::Delegate),
            false => (Event::Decide { by, outcome, with }, outcome.choice()),
        };
        let room = &seated.room;
        if let Err(refusal) = room.apply(event, &seated.rule) {
            return Ok(Err(refusal));
        }
        let counts = (room.eligible(), room.present(), room.votes_for(choice));
        queries::insert_decision(&mut tx, (review.id, review.task_id), decision, counts, d.user, d.now)
            .await?;
        let details = json!({
            "decision": decision.id, "task": review.task_id, "outcome": outcome.code(), "alone": decision.alone,
            "eligible": counts.0, "present": counts.1, "in_favour": counts.2,
            "conditions": decision.conditions.len(), "dispositions": decision.dispositions.len(),
        });
        d.finish(tx, review.meeting_id, "decision", about_review("gate.decide", review.id, details))
            .await
            .map(Ok)
    };
    answered(work.await)
}

/// Asks the PD to have the item judged again.
pub async fn ask_reopening(d: &Doing<'_>, review: &Review, decision: Uuid, reason: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let id = queries::insert_reopening(&mut tx, decision, reason, d.user, d.now).await?;
        let details = json!({ "reopening": id, "decision": decision, "reason": reason });
        d.finish(tx, review.meeting_id, "decision", about_review("gate.reopening.ask", review.id, details))
            .await
    };
    answered(work.await.map(Ok))
}

/// The PD approves or refuses; both records stay.
pub async fn answer_reopening(d: &Doing<'_>, review: &Review, approved: bool, answer: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::answer_reopening(&mut tx, review.id, (approved, answer), d.user, d.now).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let details = json!({ "approved": approved, "answer": answer });
        d.finish(tx, review.meeting_id, "decision", about_review("gate.reopening.answer", review.id, details))
            .await
            .map(Ok)
    };
    answered(work.await)
}
