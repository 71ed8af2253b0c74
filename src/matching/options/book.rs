//! A book with its odds and distributions, and its charts.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::{Language, Yen};
use crate::web::Page;
use crate::web::charts::{Cell, Grid, Head, Markup, Measure, Series, figure, stacked_columns};

use super::model::State;
use super::odds::{self, Capacity, Counts, LIMIT, Money, Odds, Risk, Room};
use super::pages::percent;
use super::queries::{BookRow, Booked, HistoryRow};

/// Options that a class needs before the receiving program's own history is used instead of everybody's.
const ENOUGH: u32 = 5;
/// Yen of a typical option where a book has none.
const TYPICAL_YEN: u64 = 30_000_000;
/// Steps of the chart of money.
const BINS: usize = 16;

/// A book of one receiving program and year.
pub struct Book {
    pub row: BookRow,
    /// In the order in which they were offered.
    pub risks: Vec<Risk>,
    pub capacity: Capacity,
    /// What one more option would be like.
    pub typical: Risk,
    slots: Vec<f64>,
    money: Money,
}

impl Book {
    pub fn new(row: &BookRow, booked: &[Booked], history: &[HistoryRow], today: NaiveDate) -> Self {
        let chance = |o: &Booked| match State::from_code(&o.state) {
            Some(State::Exercised) => 1.0,
            Some(state) if state.is_alive() && o.decide_by >= today => {
                counts(row.program_id, state, history).0.odds().mean()
            }
            _ => 0.0,
        };
        let yen = |y: Yen| u64::try_from(y.0).unwrap_or(0);
        let risks: Vec<Risk> =
            booked.iter().map(|o| Risk { chance: chance(o), yen: yen(o.reserved_yen) }).collect();
        let alive: Vec<u64> = risks.iter().map(|r| r.yen).collect();
        let mean = alive.iter().sum::<u64>().checked_div(alive.len() as u64).unwrap_or(TYPICAL_YEN);
        let typical = Risk {
            chance: counts(row.program_id, State::Offered, history).0.odds().mean(),
            yen: mean.div_ceil(1_000_000).max(1) * 1_000_000,
        };
        let capacity = Capacity {
            slots: usize::try_from(row.slots.map_or(row.call_slots, i64::from)).unwrap_or(0),
            yen: yen(row.budget.unwrap_or(row.call_yen)),
        };
        let (slots, money) = (odds::slots(&risks), odds::money(&risks));
        Self { row: row.clone(), capacity, typical, slots, money, risks }
    }

    /// Chances of more than the slots, and of more than the budget.
    pub fn over(&self) -> (f64, f64) {
        (odds::over(&self.slots, self.capacity.slots), self.money.over(self.capacity.yen))
    }

    pub fn room(&self) -> Room {
        odds::room(&self.risks, self.typical, self.capacity, LIMIT)
    }

    pub fn reserved(&self) -> Yen {
        Yen(i64::try_from(self.risks.iter().map(|r| r.yen).sum::<u64>()).unwrap_or(i64::MAX))
    }

    pub fn budget(&self) -> Yen {
        Yen(i64::try_from(self.capacity.yen).unwrap_or(i64::MAX))
    }

    pub fn expected(&self) -> Yen {
        Yen(self.money.mean().round() as i64)
    }

    pub fn exact(&self) -> bool {
        self.money.exact
    }
}

/// History of a class: of the receiving program where it has enough, otherwise of all programs. True: its own.
fn counts(program: Uuid, state: State, history: &[HistoryRow]) -> (Counts, bool) {
    let sum = |own: bool| {
        history.iter().filter(|h| h.state == state.code() && (!own || h.program_id == program)).fold(
            Counts::default(),
            |sum, h| Counts {
                ended: sum.ended + h.counts.ended,
                exercised: sum.exercised + h.counts.exercised,
            },
        )
    };
    let own = sum(true);
    if own.ended >= ENOUGH { (own, true) } else { (sum(false), false) }
}

/// The odds of a class, with the counts behind them.
pub struct OddsRow {
    pub code: &'static str,
    pub state: &'static str,
    pub scope: &'static str,
    pub counts: Counts,
    pub mean: String,
    pub interval: String,
}

/// The odds of options that reached each state.
pub fn odds_rows(program: Uuid, history: &[HistoryRow], l: Language) -> Vec<OddsRow> {
    State::ALIVE
        .into_iter()
        .map(|state| {
            let (counts, own) = counts(program, state, history);
            let odds: Odds = counts.odds();
            let (low, high) = odds.interval();
            OddsRow {
                code: state.code(),
                state: state.name(l),
                scope: if own {
                    l.t("この事業", "This program")
                } else {
                    l.t("全事業", "All programs")
                },
                counts,
                mean: percent(odds.mean()),
                interval: format!("{} – {}", percent(low), percent(high)),
            }
        })
        .collect()
}

/// The distributions of slots and of money, each with its table.
pub fn charts(book: &Book, page: &Page) -> (Markup, Markup) {
    let l = page.l;
    let split =
        |inside: bool, p: f64, over: bool| if inside == over { Cell::plain(0.0) } else { Cell::plain(p) };
    let series = |values: &[(bool, f64)]| {
        [(l.t("範囲内", "Within"), true), (l.t("超過", "Over"), false)]
            .map(|(name, inside)| Series {
                name: name.to_owned(),
                cells: values.iter().map(|(over, p)| split(inside, *p, *over)).collect(),
            })
            .to_vec()
    };
    let percent = Measure::new("%", 0.01, 1);
    // What is hardly possible would make the chart of a long book unreadable.
    let last = book
        .slots
        .iter()
        .rposition(|p| *p > 0.000_5)
        .unwrap_or(0)
        .max(book.capacity.slots.min(book.slots.len() - 1));
    let shown: Vec<(bool, f64)> =
        book.slots.iter().take(last + 1).enumerate().map(|(k, p)| (k > book.capacity.slots, *p)).collect();
    let slots = Grid {
        categories_are: l.t("行使される件数", "Options taken up").to_owned(),
        categories: (0..shown.len()).map(|k| k.to_string()).collect(),
        series: series(&shown),
    };
    let bins = book.money.bins(BINS, book.capacity.yen);
    let shown: Vec<(bool, f64)> = bins.iter().map(|(yen, p)| (*yen > book.capacity.yen, *p)).collect();
    let money = Grid {
        categories_are: format!(
            "{}（{}）",
            l.t("年間の金額（以下）", "Yearly money, up to"),
            page.unit_name()
        ),
        categories: bins
            .iter()
            .map(|(yen, _)| page.yen(&Yen(i64::try_from(*yen).unwrap_or(i64::MAX))))
            .collect(),
        series: series(&shown),
    };
    let head = Head::new(
        "slots-taken",
        l.t("行使される件数の確率", "Chances of options taken up"),
        l.t(
            "件数ごとの確率。枠を超える件数は超過として示します",
            "The chance of each number; those beyond the slots are shown as over",
        ),
    );
    let of_money = Head::new(
        "money-taken",
        l.t("年間の金額の確率", "Chances of yearly money"),
        l.t(
            "金額の区間ごとの確率。予算を超える区間は超過として示します",
            "The chance of each step of money; those beyond the budget are shown as over",
        ),
    );
    let words = l.t("表で見る", "Show as a table");
    (
        figure(&stacked_columns(&head, &percent, &slots), words, &slots.table(head.title, &percent)),
        figure(&stacked_columns(&of_money, &percent, &money), words, &money.table(of_money.title, &percent)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(program: Uuid, state: &str, ended: u32, exercised: u32) -> HistoryRow {
        HistoryRow { program_id: program, state: state.to_owned(), counts: Counts { ended, exercised } }
    }

    #[test]
    fn a_programs_own_history_counts_from_five_on() {
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let few = [history(own, "held", 4, 4), history(other, "held", 10, 2)];
        assert_eq!(counts(own, State::Held, &few), (Counts { ended: 14, exercised: 6 }, false));
        let enough = [history(own, "held", 5, 4), history(other, "held", 10, 2)];
        assert_eq!(counts(own, State::Held, &enough), (Counts { ended: 5, exercised: 4 }, true));
    }
}
