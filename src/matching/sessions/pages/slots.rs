//! Choosing the receiving slots of the year's calls, and their capacities.

use askama::Template;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::kernel::{Said, Yen};
use crate::matching::allocations::{self, allocations_path};
use crate::matching::sessions::actions::{self, Stopped};
use crate::matching::sessions::forms::{
    Capacities, SlotsForm, Typed, capacity_labels, ceiling_name, groups, millions, parse_capacities, stored,
};
use crate::matching::sessions::model::Session;
use crate::matching::sessions::queries::{self, Slot, SlotChoice};
use crate::matching::sessions::routes::{session_path, step_path};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::conflict::{Conflict, ConflictField};
use crate::web::{
    Acting, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Submitted, Visible, render,
    render_invalid,
};

use super::head::{Head, head, page_of};
use super::{refused, runs};

#[derive(Template)]
#[template(path = "matching/slots.html")]
struct SlotsPage {
    page: Page,
    session: Session,
    head: Head,
    path: String,
    next: String,
    may_choose: bool,
    may_edit: bool,
    offers: Vec<Offer>,
    capacities: Vec<CapacityRow>,
    ceilings: Vec<CeilingRow>,
    allocations_href: String,
    has_allocated: bool,
    errors: FieldErrors,
    version: String,
}

/// The slot types of one program.
struct Offer {
    program: String,
    code: String,
    choices: Vec<OfferedSlot>,
}

struct OfferedSlot {
    id: Uuid,
    label: String,
    places: String,
    ceiling: String,
    chosen: bool,
}

struct CapacityRow {
    program: String,
    label: String,
    /// Places and money that exercised options have taken, as the viewer may know.
    allocated: String,
    fields: [Field; 4],
}

struct CeilingRow {
    label: String,
    fields: [Field; 2],
}

struct Field {
    name: String,
    value: String,
    label: String,
}

pub async fn show(cx: Cx, session: Visible<Session>) -> Outcome {
    render(&slots_page(&cx, session.into_inner(), None, FieldErrors::new()).await?)
}

async fn slots_page(
    cx: &Cx,
    session: Session,
    typed: Option<Typed>,
    errors: FieldErrors,
) -> Result<SlotsPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let choices = queries::slot_choices(cx.pool(), session.id, session.fiscal_year).await?;
    let slots = queries::slots(cx.pool(), session.id).await?;
    let ceilings = queries::ceilings(cx.pool(), session.id).await?;
    let allocated = allocations::queries::allocated(cx.pool(), session.id, &session.hidden).await?;
    let typed = typed.unwrap_or_else(|| stored(&slots, &ceilings));
    let page = page_of(cx, &session, l.t("受入枠", "Slots"));
    Ok(SlotsPage {
        head: head(cx, &session, "slots"),
        path: step_path(session.id, "slots"),
        next: session_path(session.id),
        may_choose: runs(cx) && session.is_open(),
        may_edit: runs(cx) && !session.state.is_frozen(),
        offers: offers(&page, &c, choices),
        capacities: slots
            .iter()
            .map(|slot| CapacityRow {
                allocated: allocated_words(&page, slot, &allocated),
                ..capacity_row(l, &c, slot, &typed)
            })
            .collect(),
        allocations_href: allocations_path(session.id),
        has_allocated: !allocated.is_empty(),
        ceilings: groups(&slots)
            .into_iter()
            .map(|(kind, id)| ceiling_row(l, &c, (kind, id), &typed))
            .collect(),
        version: typed.get("version").cloned().unwrap_or_else(|| session.version.to_string()),
        page,
        session,
        errors,
    })
}

fn offers(page: &Page, c: &Catalogue, choices: Vec<SlotChoice>) -> Vec<Offer> {
    let l = page.l;
    let mut offers: Vec<(Uuid, Offer)> = Vec::new();
    for choice in choices {
        let label = l.name(&choice.name_ja, choice.name_en.as_deref());
        let slot = OfferedSlot {
            id: choice.slot_type_id,
            label: format!("{}　{label}", l.name(&choice.call_ja, choice.call_en.as_deref())),
            places: format!("{}–{}", choice.min_new, choice.max_new),
            ceiling: choice.yearly_ceiling.map(|y| page.yen_with_unit(&y)).unwrap_or_default(),
            chosen: choice.chosen,
        };
        match offers.last_mut() {
            Some((id, offer)) if *id == choice.program_id => offer.choices.push(slot),
            _ => {
                let program = c.program(choice.program_id);
                let offer = Offer {
                    program: program.map(|p| p.name(l).to_owned()).unwrap_or_default(),
                    code: program.map(|p| p.code.clone()).unwrap_or_default(),
                    choices: vec![slot],
                };
                offers.push((choice.program_id, offer));
            }
        }
    }
    offers.into_iter().map(|(_, offer)| offer).collect()
}

fn field(typed: &Typed, name: String, label: String) -> Field {
    Field { value: typed.get(&name).cloned().unwrap_or_default(), name, label }
}

fn capacity_row(l: Language, c: &Catalogue, slot: &Slot, typed: &Typed) -> CapacityRow {
    let label = l.name(&slot.name_ja, slot.name_en.as_deref()).to_owned();
    let of = |kind: &str, what: &str| field(typed, format!("{kind}-{}", slot.id), format!("{label} {what}"));
    let [least, most, ceiling, budget] = capacity_labels(l);
    CapacityRow {
        program: c.program(slot.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        fields: [of("min", least), of("max", most), of("ceiling", ceiling), of("budget", budget)],
        allocated: String::new(),
        label,
    }
}

/// 1件・30百万円; empty where nothing is allocated.
fn allocated_words(page: &Page, slot: &Slot, allocated: &[allocations::queries::Allocated]) -> String {
    let here: Vec<_> = allocated.iter().filter(|a| a.slot == slot.id).collect();
    if here.is_empty() {
        return String::new();
    }
    let yen = page.yen_with_unit(&here.iter().map(|a| a.reserved).sum::<Yen>());
    format!("{}{}{yen}", here.len(), page.l.t("件・", ", "))
}

fn ceiling_row(l: Language, c: &Catalogue, (kind, id): (&str, Option<Uuid>), typed: &Typed) -> CeilingRow {
    let label = match (kind, id) {
        ("program", Some(id)) => c.program(id).map(|p| p.name(l).to_owned()),
        ("project", Some(id)) => c.project(id).map(|p| p.name(l).to_owned()),
        _ => Some(l.t("全事業", "All programs").to_owned()),
    }
    .unwrap_or_default();
    let about = ceiling_name(kind, id);
    CeilingRow {
        fields: [
            field(typed, format!("most-{about}"), format!("{label} {}", l.t("課題数の上限", "most tasks"))),
            field(typed, format!("total-{about}"), format!("{label} {}", l.t("合計の上限", "ceiling"))),
        ],
        label,
    }
}

pub async fn choose(cx: Cx, session: Acting<Session>, Submitted(form): Submitted<SlotsForm>) -> Outcome {
    match actions::choose_slots(cx.pool(), &cx.actor(), session.id, &form.slots, cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#capacities", step_path(session.id, "slots")))
            .saying(cx.l.t("受入枠を選びました。", "The slots are chosen."))
            .into_response()),
        Err(stopped) => Err(refused(stopped)),
    }
}

pub async fn write(
    cx: Cx,
    session: Acting<Session>,
    Submitted(typed): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let session = session.into_inner();
    let typed: Typed = typed.into_iter().collect();
    let slots = queries::slots(cx.pool(), session.id).await?;
    let totals = allocations::queries::totals(cx.pool(), session.id).await?;
    let enough = |parsed| keeps_allocated(parsed, &totals, cx.l);
    let parsed = match parse_capacities(&typed, &slots, cx.l).and_then(enough) {
        Ok(parsed) => parsed,
        Err(errors) => return render_invalid(&slots_page(&cx, session, Some(typed), errors).await?),
    };
    let version = typed.get("version").and_then(|v| v.parse().ok()).unwrap_or(0);
    let (capacities, ceilings) = (&parsed.capacities, &parsed.ceilings);
    match actions::write_capacities(
        cx.pool(),
        &cx.actor(),
        (session.id, version),
        capacities,
        ceilings,
        cx.now,
    )
    .await?
    {
        Ok(()) => Ok(Redirected::to(format!("{}#capacities", step_path(session.id, "slots")))
            .saying(cx.l.t("受入枠の数と上限を保存しました。", "Capacities are saved."))
            .into_response()),
        Err(Stopped::Stale) => {
            Err(PageError::Conflict(Box::new(conflict(&cx, &session, &slots, typed).await?)))
        }
        Err(stopped) => Err(refused(stopped)),
    }
}

/// Places and money that exercised options have taken stay within the capacities.
fn keeps_allocated(
    parsed: Capacities,
    totals: &[allocations::queries::Total],
    l: Language,
) -> Result<Capacities, FieldErrors> {
    let mut errors = FieldErrors::new();
    for total in totals {
        let Some(c) = parsed.capacities.iter().find(|c| c.slot == total.slot) else { continue };
        if i64::from(c.max_new) < total.places {
            let said = Said::new(
                format!("事前配分の{}件を下回っています。", total.places),
                format!("Fewer than the {} allocated by pairing options.", total.places),
            );
            errors.add(&format!("max-{}", c.slot), l.t("上限", "Most"), said);
        }
        if c.budget.is_some_and(|budget| budget < total.yen) {
            let said = Said::new(
                format!("事前配分の予約額（{}百万円）を下回っています。", millions(total.yen)),
                format!("Less than the JPY {}M reserved by pairing options.", millions(total.yen)),
            );
            errors.add(&format!("budget-{}", c.slot), l.t("枠の合計上限", "Whole slot"), said);
        }
    }
    errors.finish(Some(parsed))
}

async fn conflict(cx: &Cx, session: &Session, slots: &[Slot], mine: Typed) -> Result<Conflict, PageError> {
    let now = Visible::<Session>::find(cx, session.id).await?;
    let theirs = stored(slots, &queries::ceilings(cx.pool(), session.id).await?);
    let c = catalogue::of(cx).await?;
    let rows = slots.iter().flat_map(|s| capacity_row(cx.l, &c, s, &mine).fields);
    let above = groups(slots).into_iter().flat_map(|g| ceiling_row(cx.l, &c, g, &mine).fields);
    let fields = rows
        .chain(above)
        .map(|f| ConflictField {
            theirs: theirs.get(&f.name).cloned().unwrap_or_default(),
            yours: f.value,
            label: f.label,
        })
        .filter(ConflictField::differs)
        .collect();
    let mut pairs: Vec<(String, String)> = mine.into_iter().filter(|(name, _)| name != "version").collect();
    pairs.push(("version".to_owned(), now.version.to_string()));
    Ok(Conflict {
        fields,
        reload_href: step_path(session.id, "slots"),
        action: step_path(session.id, "capacities"),
        pairs,
    })
}
