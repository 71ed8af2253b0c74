//! Rows of gates as a viewer may hold them. Rights that matter are types: a [`Judging`] exists only for a seated member
//! without a conflict, a [`Chairing`] only for the acting chair of the item, a [`Managing`] only for who runs the meeting.

use std::ops::Deref;

use crate::accounts::Role;
use crate::kernel::Said;
use crate::web::{Access, Cx, Scoped};

use super::actions::Doing;
use super::model::{Refusal, SeatRole};
use super::queries::{self, Asker, Meeting, Review};
use super::{MeetingId, ReviewId};

/// The asker of a request. Scope counts for staff only: a ministry's observer reads decisions, not meetings.
pub fn asker(cx: &Cx) -> Asker<'_> {
    let rights = &cx.viewer.rights;
    let staff = Access::STAFF.admits(&cx.viewer);
    Asker {
        user: cx.viewer.id.0,
        sees_all: staff && rights.sees_all,
        programs: if staff { &rights.programs } else { &[] },
        diseases: if staff { &rights.diseases } else { &[] },
        rights,
    }
}

/// Whether the viewer is the PD who answers for a task: of the project that carries it, or, where nobody directs that one,
/// of any project with its program.
pub fn directs(cx: &Cx, review: &Review) -> bool {
    match review.directed_project {
        Some(project) => cx.viewer.rights.directed_projects().contains(&project),
        None => {
            cx.viewer.holds(&[Role::ProgramDirector])
                && cx.viewer.rights.programs.contains(&review.program_id)
        }
    }
}

/// Who acts in a request, when, and where it is written.
pub fn doing(cx: &Cx) -> Doing<'_> {
    Doing { pool: cx.pool(), user: cx.viewer.id.0, actor: cx.actor(), now: cx.now }
}

impl Scoped for Meeting {
    type Id = MeetingId;

    async fn find(cx: &Cx, id: MeetingId) -> anyhow::Result<Option<Self>> {
        Ok(queries::meeting(cx.pool(), id, asker(cx)).await?)
    }
}

impl Scoped for Review {
    type Id = ReviewId;

    async fn find(cx: &Cx, id: ReviewId) -> anyhow::Result<Option<Self>> {
        Ok(queries::review(cx.pool(), id, asker(cx)).await?)
    }
}

macro_rules! proof {
    ($(#[$doc:meta])* $name:ident of $row:ident by $id:ident, $refusal:expr) => {
        $(#[$doc])*
        pub struct $name($row);

        impl Deref for $name {
            type Target = $row;
            fn deref(&self) -> &$row {
                &self.0
            }
        }

        impl Scoped for $name {
            type Id = $id;

            async fn find(cx: &Cx, id: $id) -> anyhow::Result<Option<Self>> {
                Ok(<$row as Scoped>::find(cx, id).await?.map(Self))
            }

            fn refusal(&self, _: &Cx) -> Option<Said> {
                let check: fn(&$row) -> Option<Said> = $refusal;
                check(&self.0)
            }
        }
    };
}

proof!(
    /// A review that the viewer scores and votes on.
    Judging of Review by ReviewId, |review| (!review.judges).then(|| Refusal::MayNotJudge.said())
);
proof!(
    /// A review of which the viewer is the acting chair.
    Chairing of Review by ReviewId, |review| (!review.chairs).then(|| Refusal::NotTheChair.said())
);
proof!(
    /// A review of a meeting in which the viewer has a seat.
    Attending of Review by ReviewId, |review| review.my_role.is_none().then(|| {
        Said::new("この会議の委員ではありません。", "You have no seat in this meeting.")
    })
);
proof!(
    /// A review of a meeting that the viewer runs.
    Arranging of Review by ReviewId, |review| (!review.manages).then(not_the_secretariat)
);
proof!(
    /// A meeting that the viewer runs.
    Managing of Meeting by MeetingId, |meeting| (!meeting.manages).then(not_the_secretariat)
);
proof!(
    /// A meeting of which the viewer is the chair.
    ChairOf of Meeting by MeetingId, |meeting| {
        (meeting.my_role != Some(SeatRole::Chair)).then(|| Refusal::NotTheChair.said())
    }
);
proof!(
    /// A meeting in which the viewer has a seat.
    SeatIn of Meeting by MeetingId, |meeting| meeting.my_role.is_none().then(|| {
        Said::new("この会議の委員ではありません。", "You have no seat in this meeting.")
    })
);

fn not_the_secretariat() -> Said {
    Said::new(
        "この会議の準備を行えるのは、担当の事業課・PS・POと戦略策定・実施ユニットだけです。",
        "Only the host program's division, PS and PO and the strategy unit arrange this meeting.",
    )
}
