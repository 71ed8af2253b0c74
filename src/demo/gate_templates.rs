//! A past and a coming change of gate templates, so that their pages show every state of a version; and the minutes of
//! the meetings that are over.

use chrono::{DateTime, Utc};

use crate::audit::Actor;
use crate::db::Tx;
use crate::gates::templates::edit::queries as editing;
use crate::gates::templates::{TemplateId, VersionId, first_version_id, queries, template_id};
use crate::gates::{MeetingId, minutes};
use crate::kernel::named_uuid;

/// The ex-post evaluation is in its second version; a stricter third gate of devices is being drafted.
pub async fn fill(tx: &mut Tx<'_>, now: DateTime<Utc>) -> anyhow::Result<()> {
    let ex_post = second(tx, "ex-post", now).await?;
    if let Some(mut rule) = queries::rule(&mut **tx, ex_post).await? {
        rule.conditional_from = Some(50);
        editing::update_rule(tx, ex_post, &rule).await?;
    }
    let note = "事後評価でも条件付きの判定を残せるように、5点以上の帯を設けた。";
    editing::put_in_force(tx, (TemplateId(template_id("ex-post")), ex_post), note, now).await?;

    let device = second(tx, "device-3", now).await?;
    if let Some(mut rule) = queries::rule(&mut **tx, device).await? {
        (rule.go_from, rule.quorum_least) = (65, 4);
        editing::update_rule(tx, device, &rule).await?;
    }
    Ok(())
}

async fn second(tx: &mut Tx<'_>, code: &str, now: DateTime<Utc>) -> sqlx::Result<VersionId> {
    let version = VersionId(named_uuid("gate template version", &format!("{code} 2")));
    let like = VersionId(first_version_id(code));
    editing::insert_draft(tx, version, TemplateId(template_id(code)), like, now).await?;
    Ok(version)
}

/// Issues the minutes of the closed meetings.
pub async fn issue_minutes(tx: &mut Tx<'_>, now: DateTime<Utc>) -> anyhow::Result<()> {
    let actor = Actor::system("nakadachi demo");
    for (meeting, by) in minutes::queries::not_issued(tx).await? {
        // A refusal leaves the meeting with a draft, which is a state of its own.
        let _ = minutes::actions::write(tx, MeetingId(meeting), (&actor, by), now).await?;
    }
    Ok(())
}
