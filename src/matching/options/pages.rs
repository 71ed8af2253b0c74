//! Lists of options and books, the page of an option, and the offer.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::kernel::{FiscalYear, TaskId, Text, Yen};
use crate::matching::allocations::{self, allocations_path};
use crate::matching::tabs::{MatchingTab, tabs};
use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::portfolio::tasks::record::TaskRecord;
use crate::portfolio::tasks::task_path;
use crate::web::charts::Markup;
use crate::web::view::{Choice, Figure};
use crate::web::{
    Acting, Asked, AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Scoped,
    Section, Submitted, Visible, render, render_invalid,
};

use super::actions;
use super::book::{Book, OddsRow, charts, odds_rows};
use super::forms::{BookForm, OfferForm, StepForm};
use super::model::{Side, State, Step};
use super::odds::{LIMIT, Room};
use super::queries::{self, BookRow, OptionRow, Wanted};
use super::routes::{book_path, option_path};

#[derive(Template)]
#[template(path = "matching/options/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    programs: Vec<Choice>,
    states: Vec<Choice>,
    rows: Vec<Row>,
    books: Vec<BookLine>,
    may_offer: bool,
    all_states: bool,
}

/// An option in a list.
pub struct Row {
    pub href: String,
    pub number: String,
    pub title: String,
    pub from: String,
    pub to: String,
    pub year: FiscalYear,
    pub yen: Yen,
    pub state: &'static str,
    pub tone: &'static str,
    pub decide_by: chrono::NaiveDate,
    pub overdue: bool,
    pub waits: bool,
}

struct BookLine {
    href: String,
    program: String,
    year: FiscalYear,
    options: usize,
    slots: usize,
    yen: Yen,
    budget: Yen,
    over_slots: String,
    over_yen: String,
    word: &'static str,
    tone: &'static str,
}

/// What the list may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    program: String,
    /// A state, `all`, or empty: what is alive or exercised.
    state: String,
    /// `waiting`: what waits for the viewer; `overdue`: past its day, on either side of the viewer.
    mine: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let wanted = Wanted {
        program: find_program(&c, &query.program)?.map(|p| p.id),
        states: states(&query.state),
        ..Wanted::default()
    };
    let options = queries::options(cx.pool(), &cx.viewer, &wanted).await?;
    let booked = queries::booked(cx.pool(), wanted.program, None).await?;
    let history = queries::history(cx.pool()).await?;
    let books = queries::books(cx.pool(), wanted.program, None).await?;
    let received = |p: &&Program| books.iter().any(|b| b.program_id == p.id) || p.code == query.program;
    render(&IndexPage {
        lead: l
            .t(
                "採択時に決めた、次の事業の枠と金額の予約です。行使されないものを見込んだ上で、超過の確率を示します。",
                "Slots and money of the next program, reserved at adoption. Not all are taken up; the chance of more than there is is shown.",
            )
            .to_owned(),
        programs: c.programs.iter().filter(received).map(|p| Choice::new(&p.code, p.name(l), p.code == query.program)).collect(),
        states: State::ALL.map(|s| Choice::new(s.code(), s.name(l), s.code() == query.state)).to_vec(),
        books: books
            .iter()
            .map(|b| {
                let of: Vec<_> = booked
                    .iter()
                    .filter(|o| o.program_id == b.program_id && o.fiscal_year == b.fiscal_year)
                    .cloned()
                    .collect();
                book_line(&Book::new(b, &of, &history, cx.today()), &c, l)
            })
            .collect(),
        rows: options
            .iter()
            .map(|o| (o, row(o, &cx, &c)))
            .filter(|(o, row)| match query.mine.as_str() {
                "waiting" => row.waits,
                "overdue" => row.overdue && o.refusal(&cx).is_none(),
                _ => true,
            })
            .map(|(_, row)| row)
            .collect(),
        all_states: query.state == "all",
        may_offer: cx.viewer.rights.edits_all || !cx.viewer.rights.edits.is_empty(),
        page: cx.page(Section::Matching, l.t("ペアリング枠", "Pairing options")).beside(tabs(&cx, MatchingTab::Options)),
    })
}

/// The states that are listed for what was asked.
fn states(asked: &str) -> Vec<String> {
    match (asked, State::from_code(asked)) {
        ("all", _) => Vec::new(),
        (_, Some(state)) => vec![state.code().to_owned()],
        _ => [State::Offered, State::Held, State::Confirmed, State::Exercised]
            .map(|s| s.code().to_owned())
            .to_vec(),
    }
}

fn book_line(book: &Book, c: &Catalogue, l: Language) -> BookLine {
    let program = c.program(book.row.program_id);
    let (slots, yen) = book.over();
    let over = slots > LIMIT || yen > LIMIT;
    BookLine {
        href: program.map(|p| book_path(&p.code, book.row.fiscal_year)).unwrap_or_default(),
        program: program.map(|p| p.name(l).to_owned()).unwrap_or_default(),
        year: book.row.fiscal_year,
        options: book.risks.len(),
        slots: book.capacity.slots,
        yen: book.reserved(),
        budget: book.budget(),
        over_slots: percent(slots),
        over_yen: percent(yen),
        word: if over { l.t("超過のおそれ", "At risk") } else { l.t("5%以内", "Within 5%") },
        tone: if over { "bad" } else { "ok" },
    }
}

/// Per cent with one decimal.
pub fn percent(p: f64) -> String {
    format!("{:.1}%", p * 100.0)
}

fn find_program<'c>(c: &'c Catalogue, code: &str) -> Result<Option<&'c Program>, PageError> {
    match code {
        "" => Ok(None),
        code => Ok(Some(c.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?)),
    }
}

/// An option as its row; the title of a task that the viewer may not know stays hidden.
pub fn row(o: &OptionRow, cx: &Cx, c: &Catalogue) -> Row {
    let l = cx.l;
    let name = |id: Uuid| c.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let state = o.state();
    Row {
        href: option_path(o.id),
        number: if o.task_visible { o.task_number.clone().unwrap_or_default() } else { String::new() },
        title: title(o, l),
        from: name(o.task_program),
        to: name(o.program_id),
        year: o.fiscal_year,
        yen: o.reserved_yen,
        state: state.name(l),
        tone: state.tone(),
        decide_by: o.decide_by,
        overdue: state.is_alive() && o.decide_by < cx.today(),
        waits: waits(o, cx),
    }
}

/// It is on the viewer to take it further; confirming is, once the stage ends within 60 days.
fn waits(o: &OptionRow, cx: &Cx) -> bool {
    let soon = o.stage_ends_on <= cx.today() + chrono::Days::new(60);
    let due = |step: &Step| match step {
        Step::Release | Step::Expire => false,
        Step::Confirm => soon,
        Step::Hold | Step::Exercise => true,
    };
    o.decide_by >= cx.today()
        && o.state().steps().into_iter().any(|s| due(&s) && may_step(o, s, cx).is_none())
}

fn title(o: &OptionRow, l: Language) -> String {
    if o.task_visible {
        l.name(&o.task_ja, o.task_en.as_deref()).to_owned()
    } else {
        l.t("（公表前の課題）", "(a task not yet public)").to_owned()
    }
}

/// Why the viewer cannot take a step, or nothing.
fn may_step(o: &OptionRow, step: Step, cx: &Cx) -> Option<Said> {
    let rights = &cx.viewer.rights;
    let (upstream, receiving) = (rights.may_edit(o.task_program), rights.may_edit(o.program_id));
    let may = match step.side() {
        Side::Upstream => upstream,
        Side::Receiving => receiving,
        Side::Either => upstream || receiving,
    };
    let early = step == Step::Expire && o.decide_by >= cx.today();
    if early {
        return Some(super::model::Refusal::NotYet.said());
    }
    (!may).then(|| {
        Said::new(
            "この操作は、受入事業または課題の事業を担当する人だけができます。",
            "Only those in charge of the receiving program or of the task's program do this.",
        )
    })
}

impl Scoped for OptionRow {
    type Id = Uuid;

    async fn find(cx: &Cx, id: Uuid) -> anyhow::Result<Option<Self>> {
        let wanted = Wanted { id: Some(id), ..Wanted::default() };
        Ok(queries::options(cx.pool(), &cx.viewer, &wanted).await?.into_iter().next())
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        let rights = &cx.viewer.rights;
        (!rights.may_edit(self.task_program) && !rights.may_edit(self.program_id)).then(|| {
            Said::new(
                "この枠は、受入事業または課題の事業を担当する人だけが変更できます。",
                "Only those in charge of the receiving program or of the task's program change this option.",
            )
        })
    }
}

#[derive(Template)]
#[template(path = "matching/options/show.html")]
struct OptionPage {
    page: Page,
    option: OptionRow,
    row: Row,
    task_href: Option<String>,
    book_href: String,
    slot: String,
    steps: Vec<StepButton>,
    events: Vec<EventLine>,
    chance: Option<OddsRow>,
    /// The session that has it allocated: its address and name.
    session: Option<(String, String)>,
}

struct StepButton {
    code: &'static str,
    name: &'static str,
    needs: &'static str,
}

struct EventLine {
    state: &'static str,
    tone: &'static str,
    by: String,
    reason: String,
    at: chrono::DateTime<chrono::Utc>,
}

pub async fn show(cx: Cx, option: Visible<OptionRow>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let option = option.into_inner();
    let events = queries::events(cx.pool(), option.id).await?;
    let history = queries::history(cx.pool()).await?;
    let session = allocations::queries::session_of(cx.pool(), option.id).await?;
    let state = option.state();
    let chance = odds_rows(option.program_id, &history, l).into_iter().find(|r| r.code == state.code());
    let button = |step: Step| StepButton {
        code: step.code(),
        name: step.name(l),
        needs: match step {
            Step::Release => l.t("解放する理由", "Why it is released"),
            Step::Confirm => {
                l.t("根拠となるゲートの決定（日付・番号）", "The gate's decision (date, number)")
            }
            _ => "",
        },
    };
    let steps =
        state.steps().into_iter().filter(|s| may_step(&option, *s, &cx).is_none()).map(button).collect();
    render(&OptionPage {
        task_href: option.task_visible.then(|| task_path(option.task_id.into())),
        book_href: c
            .program(option.program_id)
            .map(|p| book_path(&p.code, option.fiscal_year))
            .unwrap_or_default(),
        slot: option
            .slot_ja
            .as_deref()
            .map(|ja| l.name(ja, option.slot_en.as_deref()).to_owned())
            .unwrap_or_default(),
        steps,
        events: events
            .into_iter()
            .map(|e| {
                let state = State::from_code(&e.state).unwrap_or(State::Expired);
                EventLine {
                    state: state.name(l),
                    tone: state.tone(),
                    by: l.name(&e.by_ja, e.by_en.as_deref()).to_owned(),
                    reason: e.reason.unwrap_or_default(),
                    at: e.at,
                }
            })
            .collect(),
        chance,
        session: session.map(|s| (allocations_path(s.id), s.name)),
        row: row(&option, &cx, &c),
        page: cx
            .page(Section::Matching, title(&option, l))
            .crumb(l.t("ペアリング枠", "Pairing options"), "/options"),
        option,
    })
}

pub async fn step(cx: Cx, option: Acting<OptionRow>, Submitted(form): Submitted<StepForm>) -> Outcome {
    let l = cx.l;
    let step = Step::from_code(&form.step).ok_or(PageError::NotFound)?;
    if let Some(said) = may_step(&option, step, &cx) {
        return Err(PageError::Forbidden(said));
    }
    let reason = Text::<500>::optional(&form.reason).map_err(|e| PageError::Refused(e.into()))?;
    let reason = reason.as_ref().map(Text::as_str);
    let version = form.version.parse().unwrap_or(-1);
    let who = (&cx.actor(), cx.viewer.id.0);
    let when = (cx.today(), cx.now);
    let decision =
        if step == Step::Confirm { queries::go_decision(cx.pool(), option.task_id).await? } else { None };
    match actions::step(cx.pool(), who, (&option, version), (step, reason, decision), when).await? {
        Ok(state) => {
            let said = match l {
                Language::Ja => format!("「{}」にしました。", state.name(l)),
                Language::En => format!("It is {} now.", state.name(l).to_lowercase()),
            };
            Ok(Redirected::to(option_path(option.id)).saying(said).into_response())
        }
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

#[derive(Template)]
#[template(path = "matching/options/new.html")]
struct OfferPage {
    page: Page,
    task_title: String,
    task_href: String,
    period: String,
    input: OfferForm,
    errors: FieldErrors,
    programs: Vec<Choice>,
    years: Vec<Choice>,
    slots: Vec<Choice>,
}

/// The task to offer for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    task: String,
    program: String,
    year: String,
    slot: String,
}

async fn offered_task(cx: &Cx, id: &str) -> Result<TaskRecord, PageError> {
    let id: Uuid = id.parse().map_err(|_| {
        PageError::Refused(Said::new(
            "枠を提示する課題を、課題のページから選んでください。",
            "Choose the task from its own page first.",
        ))
    })?;
    let task = Visible::<TaskRecord>::find(cx, TaskId(id)).await?.into_inner();
    if cx.viewer.rights.may_edit(task.program_id) {
        Ok(task)
    } else {
        Err(PageError::Forbidden(Said::new(
            "この課題の事業を担当する人だけが枠を提示できます。",
            "Only those in charge of the task's program offer an option for it.",
        )))
    }
}

pub async fn new(cx: Cx, Asked(query): Asked<NewQuery>) -> Outcome {
    let task = offered_task(&cx, &query.task).await?;
    let year = FiscalYear::containing(task.ends_on).plus(1).max(cx.fiscal_year().plus(1));
    let input = OfferForm {
        task: query.task,
        program: query.program,
        year: if query.year.is_empty() { year.short() } else { query.year },
        slot_type: query.slot,
        decide_by: task.ends_on.max(cx.today()).to_string(),
        ..OfferForm::default()
    };
    render(&offer_page(&cx, &task, input, FieldErrors::new()).await?)
}

async fn offer_page(
    cx: &Cx,
    task: &TaskRecord,
    input: OfferForm,
    errors: FieldErrors,
) -> Result<OfferPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let slots = queries::slot_choices(cx.pool(), cx.fiscal_year().plus(1)).await?;
    let name = |s: &queries::SlotChoice| {
        let program = c.program(s.program_id).map(|p| p.name(l)).unwrap_or_default();
        format!("{} {program} {}", s.fiscal_year.short(), l.name(&s.name_ja, s.name_en.as_deref()))
    };
    let page = cx.page(Section::Matching, l.t("ペアリング枠の提示", "Offer a pairing option"));
    let years = (1..=6).map(|n| cx.fiscal_year().plus(n));
    Ok(OfferPage {
        task_title: task.title(l).to_owned(),
        task_href: task_path(task.id.into()),
        period: format!("{} – {}", task.starts_on, task.ends_on),
        programs: c
            .programs
            .iter()
            .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == input.program))
            .collect(),
        years: years.map(|y| Choice::new(y.short(), page.fiscal_year(&y), y.short() == input.year)).collect(),
        slots: slots
            .iter()
            .filter(|s| {
                input.program.is_empty() || c.program(s.program_id).is_some_and(|p| p.code == input.program)
            })
            .map(|s| Choice::new(s.id.to_string(), name(s), s.id.to_string() == input.slot_type))
            .collect(),
        input,
        errors,
        page: page.crumb(l.t("ペアリング枠", "Pairing options"), "/options"),
    })
}

pub async fn offer(cx: Cx, Submitted(form): Submitted<OfferForm>) -> Outcome {
    let task = offered_task(&cx, &form.task).await?;
    let c = catalogue::of(&cx).await?;
    let slots = queries::slot_choices(cx.pool(), cx.fiscal_year().plus(1)).await?;
    let offer = match form.parse((&c, &slots), (cx.today(), task.ends_on), cx.l) {
        Ok(offer) => offer,
        Err(errors) => return render_invalid(&offer_page(&cx, &task, form, errors).await?),
    };
    let option = queries::NewOption {
        id: Uuid::now_v7(),
        task: task.id,
        program: offer.program,
        year: offer.year,
        slot_type: offer.slot_type,
        yen: offer.yen,
        stage_ends_on: task.ends_on,
        decide_by: offer.decide_by,
        by: cx.viewer.id.0,
    };
    if let Some(to) = crate::db::submissions::location_of(cx.pool(), &form.key, Some(cx.viewer.id.0)).await? {
        return Ok(Redirected::to(to).into_response());
    }
    match actions::offer(cx.pool(), &cx.actor(), &option, &form.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(option_path(option.id))
            .saying(cx.l.t(
                "枠を提示しました。受入事業の確保を待ちます。",
                "Offered; the receiving program decides next.",
            ))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("program", super::forms::label("program", cx.l), refusal.said());
            render_invalid(&offer_page(&cx, &task, form, errors).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "matching/options/book.html")]
struct BookPage {
    page: Page,
    lead: String,
    action: String,
    figures: Vec<Figure>,
    room: String,
    room_tone: &'static str,
    slots_chart: Markup,
    money_chart: Markup,
    odds: Vec<OddsRow>,
    rows: Vec<Row>,
    may_edit: bool,
    input: BookForm,
    errors: FieldErrors,
    call_note: String,
    exact: bool,
}

async fn book_page(
    cx: &Cx,
    program: &Program,
    year: FiscalYear,
    typed: Option<(BookForm, FieldErrors)>,
) -> Result<BookPage, PageError> {
    let l = cx.l;
    let c = catalogue::of(cx).await?;
    let books = queries::books(cx.pool(), Some(program.id), Some(year)).await?;
    let row: &BookRow = books.first().ok_or(PageError::NotFound)?;
    let booked = queries::booked(cx.pool(), Some(program.id), Some(year)).await?;
    let history = queries::history(cx.pool()).await?;
    let wanted = Wanted { program: Some(program.id), year: Some(year), ..Wanted::default() };
    let options = queries::options(cx.pool(), &cx.viewer, &wanted).await?;
    let book = Book::new(row, &booked, &history, cx.today());
    let page = cx.page(Section::Matching, program.name(l).to_owned());
    let (slots_chart, money_chart) = charts(&book, &page);
    let (over_slots, over_yen) = book.over();
    let figure = |label: &str, value: String, unit: &str, note: String| Figure {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        href: None,
        note,
    };
    let expected: f64 = book.risks.iter().map(|r| r.chance).sum();
    let (room, room_tone) = room_words(&book, &page);
    let stored = BookForm {
        version: row.version.to_string(),
        slots: book.capacity.slots.to_string(),
        budget: Yen(book.budget().0 / 1_000 * 1_000)
            .in_unit(crate::kernel::yen::YenUnit::Million)
            .replace(',', ""),
    };
    let (input, errors) = typed.unwrap_or((stored, FieldErrors::new()));
    Ok(BookPage {
        lead: format!(
            "{}　{}",
            page.fiscal_year(&year),
            l.t(
                "予約された枠と金額が、実際にいくつ行使されるかの見込みです。",
                "How many of the reserved slots will be taken up, and for how much."
            )
        ),
        action: book_path(&program.code, year),
        figures: vec![
            figure(l.t("予約", "Reserved"), book.risks.len().to_string(), l.t("件", ""), String::new()),
            figure(l.t("枠", "Slots"), book.capacity.slots.to_string(), l.t("件", ""), String::new()),
            figure(
                l.t("行使の見込み", "Expected to be taken"),
                format!("{expected:.1}"),
                l.t("件", ""),
                page.yen_with_unit(&book.expected()),
            ),
            figure(
                l.t("枠を超える確率", "Chance of more than the slots"),
                percent(over_slots),
                "",
                String::new(),
            ),
            figure(
                l.t("予算を超える確率", "Chance of more than the budget"),
                percent(over_yen),
                "",
                page.yen_with_unit(&book.budget()),
            ),
        ],
        room,
        room_tone,
        slots_chart,
        money_chart,
        odds: odds_rows(program.id, &history, l),
        rows: options.iter().map(|o| self::row(o, cx, &c)).collect(),
        may_edit: cx.viewer.rights.may_edit(program.id) && cx.viewer.holds(&KEEPING),
        input,
        errors,
        call_note: match l {
            Language::Ja => format!(
                "この年度の公募枠は合計{}件、上限額の合計は{}です。",
                row.call_slots,
                page.yen_with_unit(&row.call_yen)
            ),
            Language::En => format!(
                "The calls of this year have {} slots, with ceilings of {} together.",
                row.call_slots,
                page.yen_with_unit(&row.call_yen)
            ),
        },
        exact: book.exact(),
        page: page.crumb(l.t("ペアリング枠", "Pairing options"), "/options"),
    })
}

use crate::accounts::Role;

const KEEPING: [Role; 5] = [
    Role::Administrator,
    Role::StrategyUnit,
    Role::ProgramSupervisor,
    Role::ProgramOfficer,
    Role::ProgramDivision,
];

fn room_words(book: &Book, page: &Page) -> (String, &'static str) {
    let typical = page.yen_with_unit(&Yen(i64::try_from(book.typical.yen).unwrap_or(i64::MAX)));
    let chance = percent(book.typical.chance);
    match (page.l, book.room()) {
        (Language::Ja, Room::More(n)) => (
            format!(
                "あと{n}件（1件あたり{typical}、行使の見込み{chance}）まで予約しても、枠・予算を超える確率はどちらも5%以下です。"
            ),
            "ok",
        ),
        (Language::En, Room::More(n)) => {
            (format!("{n} more of {typical} each (chance {chance}) keep both chances at 5% or below."), "ok")
        }
        (Language::Ja, Room::Fewer(n)) => (
            format!(
                "枠または予算を超える確率が5%を上回っています。5%以下にするには、後から提示された順に{n}件の解放が必要です。"
            ),
            "bad",
        ),
        (Language::En, Room::Fewer(n)) => (
            format!(
                "The chance of more than there is is above 5%. Releasing {n}, the latest first, brings it to 5% or below."
            ),
            "bad",
        ),
    }
}

fn place(c: &Catalogue, code: &str, year: &str) -> Result<(Program, FiscalYear), PageError> {
    let program = find_program(c, code)?.ok_or(PageError::NotFound)?.clone();
    Ok((program, year.parse().map_err(|_| PageError::NotFound)?))
}

pub async fn book(cx: Cx, AtPath((program, year)): AtPath<(String, String)>) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let (program, year) = place(&c, &program, &year)?;
    render(&book_page(&cx, &program, year, None).await?)
}

pub async fn set_book(
    cx: Cx,
    AtPath((program, year)): AtPath<(String, String)>,
    Submitted(form): Submitted<BookForm>,
) -> Outcome {
    let c = catalogue::of(&cx).await?;
    let (program, year) = place(&c, &program, &year)?;
    if !cx.viewer.rights.may_edit(program.id) {
        return Err(PageError::Forbidden(Said::new(
            "この事業を担当する人だけが枠と予算を決められます。",
            "Only those in charge of this program set its slots and budget.",
        )));
    }
    let capacity = match form.parse(cx.l) {
        Ok(capacity) => capacity,
        Err(errors) => return render_invalid(&book_page(&cx, &program, year, Some((form, errors))).await?),
    };
    let version = form.version.parse().unwrap_or(-1);
    match actions::set_book(cx.pool(), &cx.actor(), (program.id, year, version), capacity, cx.now).await? {
        Ok(()) => Ok(Redirected::to(book_path(&program.code, year))
            .saying(cx.l.t("枠と予算を保存しました。", "Saved slots and budget."))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("slots", super::forms::label("slots", cx.l), refusal.said());
            let books = queries::books(cx.pool(), Some(program.id), Some(year)).await?;
            let version = books.first().map(|b| b.version.to_string()).unwrap_or_default();
            let again = BookForm { version, ..form };
            let mut response = render_invalid(&book_page(&cx, &program, year, Some((again, errors))).await?)?;
            *response.status_mut() = axum::http::StatusCode::CONFLICT;
            Ok(response)
        }
    }
}
