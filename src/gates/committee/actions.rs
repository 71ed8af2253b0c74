//! Seats, attendance and assignments.

use serde_json::json;
use uuid::Uuid;

use crate::gates::actions::{Answer, Doing, about_meeting, answered, refused};
use crate::gates::model::{Refusal, SeatRole};
use crate::gates::queries::Meeting;

use super::queries;

/// Gives seats; a new chair makes the former one a member.
pub async fn seat(d: &Doing<'_>, meeting: &Meeting, users: &[Uuid], role: SeatRole) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let first_role = if role == SeatRole::Chair { SeatRole::Member } else { role };
        queries::insert(&mut tx, meeting.id, users, first_role).await?;
        if let (SeatRole::Chair, Some(chair)) = (role, users.first()) {
            queries::set_role(&mut tx, meeting.id, *chair, role).await?;
        }
        let details = json!({ "users": users, "role": role.code() });
        d.finish(tx, meeting.id, "committee", about_meeting("gate.committee.seat", meeting.id, details)).await
    };
    refused(work.await)
}

pub async fn set_role(d: &Doing<'_>, meeting: &Meeting, user: Uuid, role: SeatRole) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::set_role(&mut tx, meeting.id, user, role).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let event =
            about_meeting("gate.committee.role", meeting.id, json!({ "user": user, "role": role.code() }));
        d.finish(tx, meeting.id, "committee", event).await.map(Ok)
    };
    answered(work.await)
}

pub async fn unseat(d: &Doing<'_>, meeting: &Meeting, user: Uuid) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::delete(&mut tx, meeting.id, user).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let event = about_meeting("gate.committee.unseat", meeting.id, json!({ "user": user }));
        d.finish(tx, meeting.id, "committee", event).await.map(Ok)
    };
    answered(work.await)
}

/// Notes who is there: `expected`, `present` or `absent`.
pub async fn attend(d: &Doing<'_>, meeting: &Meeting, user: Uuid, attendance: &str) -> Answer<()> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        if !queries::set_attendance(&mut tx, meeting.id, user, attendance).await? {
            return Ok(Err(Refusal::NotNow));
        }
        let details = json!({ "user": user, "attendance": attendance });
        d.finish(tx, meeting.id, "committee", about_meeting("gate.committee.attendance", meeting.id, details))
            .await
            .map(Ok)
    };
    answered(work.await)
}

/// Asks members first for items, as proposed or as changed; replaces what was asked before.
pub async fn assign(d: &Doing<'_>, meeting: &Meeting, pairs: &[(Uuid, Uuid)]) -> Answer<u64> {
    let work = async {
        let mut tx = d.pool.begin().await?;
        let (reviews, users): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
        let assigned = queries::assign(&mut tx, meeting.id, &reviews, &users).await?;
        let event = about_meeting("gate.committee.assign", meeting.id, json!({ "pairs": assigned }));
        d.finish(tx, meeting.id, "committee", event).await?;
        Ok(assigned)
    };
    refused(work.await)
}
