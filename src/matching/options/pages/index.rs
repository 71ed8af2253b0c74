//! The list of options with the books that hold them.

use askama::Template;
use serde::Deserialize;

use crate::kernel::{FiscalYear, Yen};
use crate::matching::tabs::{MatchingTab, tabs};
use crate::portfolio::catalogue::{self, Catalogue, Program};
use crate::web::view::Choice;
use crate::web::{Asked, Cx, Language, Outcome, Page, Scoped, Section, render};

use crate::matching::options::book::Book;
use crate::matching::options::model::State;
use crate::matching::options::odds::LIMIT;
use crate::matching::options::queries::{self, Wanted};
use crate::matching::options::routes::book_path;

use super::{Row, find_program, percent, row};

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
