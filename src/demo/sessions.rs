//! Three matching sessions, made by the product's own actions: one asks both sides for interest (the demo's PS has a list
//! to fill), one has its answers open for assignment, and last year's is closed with its transfers.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::accounts::account_id;
use super::plan::Size;
use super::random::{Purpose, Stream};
use crate::audit::Actor;
use crate::kernel::{FiscalYear, MatchingSessionId, Text, UserId};
use crate::matching::eligibility::{Rules, model::Switch};
use crate::matching::interest::actions::Typed;
use crate::matching::interest::model::{Answer, Level, Reason};
use crate::matching::interest::queries::List;
use crate::matching::sessions::actions::Done;
use crate::matching::sessions::forms::Plan;
use crate::matching::sessions::{Step, Via, actions as prepare};
use crate::matching::{allocations, candidates, consent, eligibility, interest};
use crate::portfolio::reference;

/// Programs whose tasks go on, and those that receive, in each session.
struct Cast {
    name: &'static str,
    upstream: &'static [&'static str],
    receiving: &'static [&'static str],
    tasks: i64,
    /// Takes an exercised pairing option of its year in as an allocated slot.
    allocates: bool,
}

const ASKING: Cast = Cast {
    name: "マッチング（がん・橋渡し）",
    upstream: &["R04", "R41", "R45", "R05"],
    receiving: &["R05", "R04", "R03", "R17", "R45"],
    tasks: 60,
    allocates: true,
};
const SOLVED: Cast = Cast {
    name: "マッチング（感染症・再生医療）",
    upstream: &["R21", "R16", "R22", "R23", "R20"],
    receiving: &["R20", "R17", "R23", "R22", "R03"],
    tasks: 40,
    allocates: true,
};
const CLOSED: Cast = Cast {
    name: "マッチング",
    upstream: &["R04", "R41", "R45", "R21", "R16", "R05", "R11"],
    receiving: &["R05", "R20", "R03", "R17", "R45", "R11", "R04"],
    tasks: 150,
    allocates: false,
};

/// Makes the sessions over a filled database.
pub async fn fill(pool: &PgPool, size: Size, now: DateTime<Utc>) -> anyhow::Result<()> {
    let email = "unit@demo.nakadachi.example";
    let Some(unit) = account_id(size.seed, email) else { return Ok(()) };
    let desk =
        Desk { pool, size, actor: Actor { id: Some(unit), label: email.to_owned(), request_id: None }, unit };
    let year = FiscalYear::try_from(size.current_fy)?;
    desk.closed(year, now).await?;
    desk.solved(year.plus(1), now).await?;
    desk.asking(year.plus(1), now).await
}

struct Desk<'a> {
    pool: &'a PgPool,
    size: Size,
    actor: Actor,
    unit: Uuid,
}

impl Desk<'_> {
    async fn asking(&self, year: FiscalYear, now: DateTime<Utc>) -> anyhow::Result<()> {
        let rules = eligibility::actions::newest_version(self.pool, now).await?;
        let Some(id) =
            self.shortlist(&ASKING, year, rules, (now - Days::new(9), now + Days::new(12))).await?
        else {
            return Ok(());
        };
        if interest::actions::open(self.pool, &self.actor, id, now - Days::new(2)).await?.is_err() {
            return Ok(());
        }
        // Every second list is in; those of the demo's own PS and PO wait.
        let own = [reference::program_id("R05"), reference::program_id("R04")];
        for (n, list) in interest::queries::lists(self.pool, id, &[]).await?.into_iter().enumerate() {
            if n.is_multiple_of(2) && !own.contains(&list.program_id) {
                self.answer(&list, now - Days::new(1)).await?;
            }
        }
        Ok(())
    }

    async fn solved(&self, year: FiscalYear, now: DateTime<Utc>) -> anyhow::Result<()> {
        let rules = eligibility::actions::newest_version(self.pool, now - Days::new(40)).await?;
        let ends = now - Days::new(4);
        let Some(id) = self.shortlist(&SOLVED, year, rules, (now - Days::new(40), ends)).await? else {
            return Ok(());
        };
        if interest::actions::open(self.pool, &self.actor, id, now - Days::new(18)).await?.is_err() {
            return Ok(());
        }
        for list in interest::queries::lists(self.pool, id, &[]).await? {
            self.answer(&list, now - Days::new(8)).await?;
        }
        self.step(id, Step::CloseInterest, now - Days::new(3)).await
    }

    /// Last year's session: tasks that have gone on since, and two that did not.
    async fn closed(&self, year: FiscalYear, now: DateTime<Utc>) -> anyhow::Result<()> {
        let begun = year.first_day().and_hms_opt(3, 0, 0).unwrap_or_default().and_utc() - Days::new(150);
        let begun = begun.min(now - Days::new(150));
        eligibility::actions::newest_version(self.pool, begun).await?;
        // The demo's links exist already: last year's rules did not look for them.
        let rules = Rules { duplicate: Switch { on: false }, ..Rules::default() };
        let mut tx = self.pool.begin().await?;
        let note = "重複の規則を適用しない";
        let version =
            eligibility::queries::add_version(&mut tx, &rules, note, Some(self.unit), begun).await?;
        let newest = eligibility::queries::add_version(
            &mut tx,
            &Rules::default(),
            "重複の規則を再び適用する",
            Some(self.unit),
            now - Days::new(60),
        )
        .await?;
        tx.commit().await?;
        anyhow::ensure!(newest > version, "versions of rules ascend");
        let dates = (begun, begun + Days::new(60));
        let Some(id) = self.shortlist(&CLOSED, year, version, dates).await? else { return Ok(()) };
        if interest::actions::open(self.pool, &self.actor, id, begun + Days::new(40)).await?.is_err() {
            return Ok(());
        }
        for list in interest::queries::lists(self.pool, id, &[]).await? {
            self.answer(&list, begun + Days::new(50)).await?;
        }
        self.step(id, Step::CloseInterest, begun + Days::new(61)).await?;
        self.settle(id, begun + Days::new(70)).await
    }

    async fn settle(&self, id: MatchingSessionId, at: DateTime<Utc>) -> anyhow::Result<()> {
        let pairs = known_passages(self.pool, id).await?;
        let (moved, apart): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(_, next)| next.is_some());
        let adopted: Vec<(Uuid, Uuid)> =
            moved.iter().take(8).chain(apart.iter().take(3)).map(|(pair, _)| *pair).collect();
        let mut tx = self.pool.begin().await?;
        let until = crate::kernel::clock::today_in_japan(at) + Days::new(21);
        let opened = consent::open(&mut tx, id, (None, &adopted), Some(until), at).await?;
        if opened.is_err() {
            return Ok(());
        }
        tx.commit().await?;
        for line in consent::queries::agreements(self.pool, id, &[], None).await? {
            let next = moved.iter().find(|((task, _), _)| *task == line.task_id).and_then(|(_, next)| *next);
            self.settle_one(&line, next, at).await?;
        }
        consent::actions::expire(self.pool, &self.actor, id, at + Days::new(30)).await?;
        self.step(id, Step::Close, at + Days::new(31)).await
    }

    async fn settle_one(
        &self,
        line: &consent::queries::Line,
        next: Option<Uuid>,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let everybody = consent::Party::ALL;
        let by = UserId(self.unit);
        let chance = Stream::of(self.size.seed, Purpose::Link, line.task_id.as_u128() as u64).below(3);
        let reply = match (next, chance) {
            (None, 0) => return Ok(()),
            (None, _) => consent::actions::Reply::Decline {
                reason: consent::DeclineReason::Budget,
                note: Some("次年度の予算で上限に達したため。".to_owned()),
            },
            (Some(_), _) => consent::actions::Reply::Give,
        };
        let day = at + Days::new(7);
        let said =
            consent::actions::reply(self.pool, &self.actor, by, (line.id, &everybody), &reply, day).await?;
        if let (Ok(consent::Agreement::Agreed), Some(next)) = (said, next) {
            let to = consent::actions::Destination::Existing(next);
            let evidence = "採択通知（前年度マッチングによる移行）";
            let done =
                consent::actions::transfer(self.pool, &self.actor, line, (&to, evidence), at + Days::new(20))
                    .await?;
            anyhow::ensure!(done.is_ok(), "an agreed task of the demo moves");
        }
        Ok(())
    }

    /// A session with tasks, slots, judgements and shortlists; nothing where the demo is too small for one.
    async fn shortlist(
        &self,
        cast: &Cast,
        year: FiscalYear,
        rules: i32,
        (begun, deadline): (DateTime<Utc>, DateTime<Utc>),
    ) -> anyhow::Result<Option<MatchingSessionId>> {
        let plan = Plan {
            name: Text::parse(&format!("{} {}", year.japanese(), cast.name))
                .map_err(|e| anyhow::anyhow!("naming a session of the demo: {e:?}"))?,
            fiscal_year: year,
            interest_deadline: Some(deadline),
            consent_until: Some(crate::kernel::clock::today_in_japan(deadline) + Days::new(30)),
        };
        let key = format!("demo-{}", cast.name);
        let id = kept(prepare::create(self.pool, &self.actor, &plan, rules, &key, begun).await)?;
        let ends = year.first_day() - Days::new(1);
        let tasks = ending(self.pool, cast, ends).await?;
        let slots = slot_types(self.pool, cast, year).await?;
        if tasks.is_empty() || slots.is_empty() {
            return Ok(None);
        }
        let tasks: Vec<(Uuid, Via, Option<Uuid>)> =
            tasks.into_iter().map(|t| (t, Via::Ending, None)).collect();
        let query = format!("ends:{}..{ends}", year.plus(-1).first_day());
        let at = begun + Duration::hours(1);
        kept(prepare::add_tasks(self.pool, &self.actor, id, &tasks, (Some(&query), None), at).await)?;
        kept(prepare::choose_slots(self.pool, &self.actor, id, &slots, at).await)?;
        if cast.allocates {
            self.allocate(id, year, at).await?;
        }
        if eligibility::actions::evaluate(self.pool, &self.actor, id, rules, at + Duration::hours(1))
            .await?
            .is_err()
        {
            return Ok(None);
        }
        let scored = candidates::actions::score(self.pool, &self.actor, id, at + Duration::hours(2)).await?;
        Ok(scored.is_ok().then_some(id))
    }

    /// The first exercised option of the year that a slot of the session fits, if there is one.
    async fn allocate(
        &self,
        id: MatchingSessionId,
        year: FiscalYear,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        for option in allocations::queries::unallocated(self.pool, id, year).await? {
            let slots = crate::matching::sessions::queries::slots(self.pool, id).await?;
            let Some(slot) = slots.iter().find(|s| s.program_id == option.program_id && s.max_new > 0) else {
                continue;
            };
            let asked = (&option, slot.id);
            if allocations::actions::allocate(self.pool, &self.actor, id, asked, at).await?.is_ok() {
                break;
            }
        }
        Ok(())
    }

    /// Everybody of a list answers by what the score suggests, and submits.
    async fn answer(&self, list: &List, at: DateTime<Utc>) -> anyhow::Result<()> {
        let entries = interest::queries::entries(self.pool, list.id, &[]).await?;
        let typed: HashMap<(Uuid, Uuid), Typed> = entries
            .into_iter()
            .map(|e| {
                let key =
                    e.task_id.as_u128() as u64 ^ e.slot_id.as_u128() as u64 ^ u64::from(list.side as u8);
                let mut stream = Stream::of(self.size.seed, Purpose::Link, key);
                let (level, reason) = match stream.below(10) + usize::from(e.score < 2_000) * 2 {
                    0..=2 => (
                        Level::Strong,
                        *stream.pick(&[Reason::FitsAim, Reason::StrongData, Reason::UnmetNeed]),
                    ),
                    3..=6 => {
                        (Level::Wish, *stream.pick(&[Reason::FitsAim, Reason::Timing, Reason::CompanyReady]))
                    }
                    7..=8 => (Level::Acceptable, *stream.pick(&[Reason::Timing, Reason::UnmetNeed])),
                    _ => (Level::No, *stream.pick(&[Reason::OffScope, Reason::TooEarly, Reason::Overlap])),
                };
                let typed = Answer { level: Some(level), reason: Some(reason), note: String::new() };
                ((e.task_id, e.slot_id), Typed { was: Answer::default(), typed })
            })
            .collect();
        let (by, actor) = self.holder(list.program_id).await?;
        let of = (list, [].as_slice());
        kept(interest::actions::save(self.pool, &actor, by, of, (&typed, true), at).await)?;
        Ok(())
    }

    /// The PS of a program or the PD of a project; the unit where there is none.
    async fn holder(&self, scope: Uuid) -> sqlx::Result<(UserId, Actor)> {
        let found = sqlx::query!(
            "SELECT u.id, u.email FROM role_assignments r JOIN users u ON u.id = r.user_id
             WHERE r.role IN ('program_supervisor', 'program_director') AND (r.program_id = $1 OR r.project_id = $1)
             ORDER BY u.id LIMIT 1",
            scope
        )
        .fetch_optional(self.pool)
        .await?;
        Ok(found.map_or_else(
            || (UserId(self.unit), self.actor.clone()),
            |u| (UserId(u.id), Actor { id: Some(u.id), label: u.email, request_id: None }),
        ))
    }

    async fn step(&self, id: MatchingSessionId, step: Step, at: DateTime<Utc>) -> anyhow::Result<()> {
        kept(prepare::step(self.pool, &self.actor, id, step, at).await)?;
        Ok(())
    }
}

/// The value of an action that the demo knows to be possible.
fn kept<T>(done: Done<T>) -> anyhow::Result<T> {
    done?.map_err(|stopped| anyhow::anyhow!("a step of the demo was refused: {}", stopped.said()))
}

/// Tasks of the cast's programs that end on a day and were not stopped.
async fn ending(pool: &PgPool, cast: &Cast, ends: NaiveDate) -> sqlx::Result<Vec<Uuid>> {
    let programs: Vec<Uuid> = cast.upstream.iter().map(|code| reference::program_id(code)).collect();
    sqlx::query_scalar!(
        "SELECT id FROM tasks WHERE program_id = ANY ($1) AND ends_on = $2 AND stopped_on IS NULL AND NOT restricted
         ORDER BY id LIMIT $3",
        &programs,
        ends,
        cast.tasks
    )
    .fetch_all(pool)
    .await
}

/// The slot types of the cast's receiving programs in a year.
async fn slot_types(pool: &PgPool, cast: &Cast, year: FiscalYear) -> sqlx::Result<Vec<Uuid>> {
    let programs: Vec<Uuid> = cast.receiving.iter().map(|code| reference::program_id(code)).collect();
    sqlx::query_scalar!(
        "SELECT s.id FROM slot_types s JOIN calls c ON c.id = s.call_id
         WHERE c.program_id = ANY ($1) AND c.fiscal_year = $2 ORDER BY s.id",
        &programs,
        year as FiscalYear
    )
    .fetch_all(pool)
    .await
}

/// Eligible pairs of a session, each task once, with the task of the slot's program that it is known to have gone on to.
async fn known_passages(
    pool: &PgPool,
    id: MatchingSessionId,
) -> sqlx::Result<Vec<((Uuid, Uuid), Option<Uuid>)>> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT ON (p.task_id) p.task_id AS "task!", p.slot_id AS "slot!", n.id AS "next?"
        FROM matching_pairs p
        JOIN matching_session_slots s ON s.id = p.slot_id
        LEFT JOIN successor_links l ON l.from_task_id = p.task_id
        LEFT JOIN tasks n ON n.id = l.to_task_id AND n.program_id = s.program_id
        WHERE p.session_id = $1 AND p.eligible
        ORDER BY p.task_id, n.id NULLS LAST, p.score DESC, p.slot_id
        "#,
        id.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|r| ((r.task, r.slot), r.next)).collect())
}
