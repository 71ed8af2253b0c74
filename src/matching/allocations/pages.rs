//! The options exercised for the year of a session, and the slots that they take in it.

use askama::Template;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::kernel::{Said, Yen};
use crate::matching::options::option_path;
use crate::matching::sessions::Session;
use crate::matching::sessions::actions::Stopped;
use crate::matching::sessions::pages::head::{Head, head, page_of};
use crate::matching::sessions::pages::{refused, runs};
use crate::matching::sessions::queries as sessions;
use crate::matching::sessions::routes::{session_path, step_path};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::task_path;
use crate::web::view::Choice;
use crate::web::{
    Acting, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Submitted, Visible, render, render_invalid,
};

use super::actions;
use super::allocations_path;
use super::forms::AllocationForm;
use super::queries::{self, Exercised};

#[derive(Template)]
#[template(path = "matching/allocations.html")]
struct AllocationsPage {
    page: Page,
    session: Session,
    head: Head,
    path: String,
    slots_href: String,
    rows: Vec<Row>,
    taken: Vec<TakenRow>,
    may_change: bool,
    errors: FieldErrors,
}

struct Row {
    option: Uuid,
    option_href: String,
    task_href: String,
    title: String,
    number: String,
    from: String,
    program: String,
    reserved: Yen,
    exercised_at: chrono::DateTime<chrono::Utc>,
    standing: Standing,
    wrong: Option<String>,
}

/// How an option stands to this session.
enum Standing {
    /// In this session, in this slot.
    Here(String),
    /// In another one.
    Elsewhere { name: String, href: String },
    /// Not yet; the slots that it fits.
    Open(Vec<Choice>),
}

/// A slot with the places and money that are allocated in it.
struct TakenRow {
    program: String,
    slot: String,
    places: usize,
    most: i16,
    left: i64,
    yen: Yen,
    budget: Option<Yen>,
}

pub async fn show(cx: Cx, session: Visible<Session>) -> Outcome {
    render(&allocations_page(&cx, session.into_inner(), FieldErrors::new(), None).await?)
}

async fn allocations_page(
    cx: &Cx,
    session: Session,
    errors: FieldErrors,
    chosen: Option<Uuid>,
) -> Result<AllocationsPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let slots = sessions::slots(cx.pool(), session.id).await?;
    let found = queries::exercised(cx.pool(), &cx.viewer, session.fiscal_year, None).await?;
    let allocated = queries::allocated(cx.pool(), session.id, &session.hidden).await?;
    let taken = slots.iter().filter_map(|slot| {
        let here: Vec<_> = allocated.iter().filter(|a| a.slot == slot.id).collect();
        (!here.is_empty()).then(|| TakenRow {
            program: c.program(slot.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
            slot: l.name(&slot.name_ja, slot.name_en.as_deref()).to_owned(),
            places: here.len(),
            most: slot.max_new,
            left: i64::from(slot.max_new) - i64::try_from(here.len()).unwrap_or(i64::MAX),
            yen: here.iter().map(|a| a.reserved).sum(),
            budget: slot.budget,
        })
    });
    Ok(AllocationsPage {
        head: head(cx, &session, "allocations"),
        path: allocations_path(session.id),
        slots_href: step_path(session.id, "slots"),
        taken: taken.collect(),
        rows: found.iter().map(|o| row(cx, &c, (&session, &slots), o, (&errors, chosen))).collect(),
        may_change: runs(cx) && session.is_open(),
        page: page_of(cx, &session, l.t("事前配分", "Allocated slots")),
        session,
        errors,
    })
}

fn row(
    cx: &Cx,
    c: &Catalogue,
    (session, slots): (&Session, &[sessions::Slot]),
    o: &Exercised,
    (errors, chosen): (&FieldErrors, Option<Uuid>),
) -> Row {
    let l = cx.l;
    let name = |id: Uuid| c.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let slot = |s: &sessions::Slot| l.name(&s.name_ja, s.name_en.as_deref()).to_owned();
    let standing = match o.session_id {
        Some(id) if id == session.id => {
            Standing::Here(slots.iter().find(|s| Some(s.id) == o.slot_id).map(slot).unwrap_or_default())
        }
        Some(id) => {
            Standing::Elsewhere { name: o.session.clone().unwrap_or_default(), href: session_path(id) }
        }
        None => {
            let fits = |s: &&sessions::Slot| {
                s.program_id == o.program_id && o.slot_type_id.is_none_or(|kind| kind == s.slot_type_id)
            };
            let choice = |s: &sessions::Slot| Choice::new(s.id.to_string(), slot(s), chosen == Some(s.id));
            Standing::Open(slots.iter().filter(fits).map(choice).collect())
        }
    };
    Row {
        option: o.option_id,
        option_href: option_path(o.option_id),
        task_href: task_path(o.task_id.into()),
        title: l.name(&o.title_ja, o.title_en.as_deref()).to_owned(),
        number: o.number.clone().unwrap_or_default(),
        from: name(o.task_program),
        program: name(o.program_id),
        reserved: o.reserved,
        exercised_at: o.exercised_at,
        wrong: errors.at(&format!("slot-{}", o.option_id), &l).map(str::to_owned),
        standing,
    }
}

pub async fn allocate(
    cx: Cx,
    session: Acting<Session>,
    Submitted(form): Submitted<AllocationForm>,
) -> Outcome {
    let session = session.into_inner();
    let only = Some(form.option);
    let found = queries::exercised(cx.pool(), &cx.viewer, session.fiscal_year, only).await?;
    let option = found.into_iter().next().ok_or(PageError::NotFound)?;
    let done = match form.slot {
        Some(slot) => actions::allocate(cx.pool(), &cx.actor(), session.id, (&option, slot), cx.now).await?,
        None => Err(Stopped::Said(Said::new("受入枠を選んでください。", "Choose a slot."))),
    };
    match done {
        Ok(()) => Ok(Redirected::to(allocations_path(session.id))
            .saying(cx.l.t(
                "事前に配分しました。枠の残りと予約額に反映されます。",
                "Allocated; the slot's room and the reserved money count from now on.",
            ))
            .into_response()),
        Err(Stopped::Said(said)) => {
            let mut errors = FieldErrors::new();
            errors.add(&format!("slot-{}", form.option), cx.l.t("受入枠", "Slot"), said);
            render_invalid(&allocations_page(&cx, session, errors, form.slot).await?)
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

pub async fn release(
    cx: Cx,
    session: Acting<Session>,
    Submitted(form): Submitted<AllocationForm>,
) -> Outcome {
    let only = Some(form.option);
    if queries::exercised(cx.pool(), &cx.viewer, session.fiscal_year, only).await?.is_empty() {
        return Err(PageError::NotFound);
    }
    match actions::release(cx.pool(), &cx.actor(), session.id, form.option, cx.now).await? {
        Ok(()) => Ok(Redirected::to(allocations_path(session.id))
            .saying(cx.l.t("事前配分から外しました。", "No longer allocated here."))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}
