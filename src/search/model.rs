//! What a search found.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::{Language, Yen};

use super::Piece;

/// A number of hits that may have stopped counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub hits: i64,
    /// There are more than were counted.
    pub more: bool,
}

impl Counted {
    /// `500件以上`, `500+`; `12件`, `12`.
    pub fn in_words(self, l: Language) -> String {
        let more = if self.more { l.t("以上", "+") } else { "" };
        format!("{}{}{more}", self.hits, l.t("件", ""))
    }
}

/// A task that was found.
#[derive(Clone, Debug)]
pub struct TaskHit {
    pub id: Uuid,
    pub number: Option<String>,
    pub title_ja: Vec<Piece>,
    pub title_en: Option<Vec<Piece>>,
    /// Where else the words stand: a part of a summary, of the keywords.
    pub snippet: Vec<Piece>,
    pub program_id: Uuid,
    pub institution_ja: Option<String>,
    pub institution_en: Option<String>,
    pub lead_ja: Option<String>,
    pub lead_en: Option<String>,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub amount: Yen,
    pub restricted: bool,
}

/// An institution or a person that was found, with the visible tasks it leads.
#[derive(Clone, Debug)]
pub struct NameHit {
    pub id: Uuid,
    pub name_ja: String,
    pub name_en: Option<String>,
    pub note: String,
    pub tasks: Counted,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub tasks: Vec<TaskHit>,
    pub counted: Counted,
    pub institutions: Vec<NameHit>,
    pub people: Vec<NameHit>,
}
