//! The book of a receiving program and year.

use askama::Template;
use axum::response::IntoResponse;

use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::web::charts::Markup;
use crate::web::view::Figure;
use crate::web::{
    Access, AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Section,
    Submitted, render, render_invalid,
};

use crate::matching::options::actions;
use crate::matching::options::book::{Book, OddsRow, charts, odds_rows};
use crate::matching::options::forms::BookForm;
use crate::matching::options::odds::Room;
use crate::matching::options::queries::{self, BookRow, Wanted};
use crate::matching::options::routes::book_path;

use super::{Row, find_program, percent, row};

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
        may_edit: cx.viewer.rights.may_edit(program.id) && Access::KEEPERS.admits(&cx.viewer),
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
            errors.add("slots", super::super::forms::label("slots", cx.l), refusal.said());
            let books = queries::books(cx.pool(), Some(program.id), Some(year)).await?;
            let version = books.first().map(|b| b.version.to_string()).unwrap_or_default();
            let again = BookForm { version, ..form };
            let mut response = render_invalid(&book_page(&cx, &program, year, Some((again, errors))).await?)?;
            *response.status_mut() = axum::http::StatusCode::CONFLICT;
            Ok(response)
        }
    }
}
