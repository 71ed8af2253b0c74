//! What is chosen in a merge, and why one is refused.

use uuid::Uuid;

use crate::kernel::{Language, Said};

/// A group of fields that is taken from one of the two rows as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Title,
    Summary,
    People,
    Program,
    Tags,
}

impl Field {
    pub const ALL: [Self; 5] = [Self::Title, Self::Summary, Self::People, Self::Program, Self::Tags];

    /// The word in forms and in the audit.
    pub fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::People => "people",
            Self::Program => "program",
            Self::Tags => "tags",
        }
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Title => l.t("課題名", "Title"),
            Self::Summary => l.t("概要とキーワード", "Summary and keywords"),
            Self::People => l.t("研究代表者と機関", "Lead and institution"),
            Self::Program => l.t("事業", "Program"),
            Self::Tags => l.t("分類", "Tags"),
        }
    }
}

/// A merge of two rows into one.
#[derive(Clone, Debug)]
pub struct Merge {
    pub kept: Uuid,
    pub gone: Uuid,
    /// Versions of both as they were compared.
    pub kept_version: i32,
    pub gone_version: i32,
    /// Groups of fields that come from the row that goes.
    pub from_gone: Vec<Field>,
    /// Years that both have: their amounts are added; otherwise the kept row's stand.
    pub add_years: bool,
}

/// Why two rows are not merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One of them is not there any more, or was changed after it was read.
    Stale,
    /// The row that would go is spoken of elsewhere: table and number of rows.
    SpokenOf(Vec<(String, i64)>),
}

impl Refusal {
    pub fn said(&self) -> Said {
        match self {
            Self::Stale => Said::new(
                "表示の後でどちらかの課題が更新されました。開き直して見比べてください。",
                "One of the tasks changed after you opened the page. Open it again and compare.",
            ),
            Self::SpokenOf(tables) => {
                let list =
                    |sep: &str| tables.iter().map(|(t, n)| format!("{t}: {n}")).collect::<Vec<_>>().join(sep);
                Said::new(
                    format!(
                        "なくなる側の課題には、ほかの記録が結び付いています（{}）。残す側を入れ替えてください。",
                        list("、")
                    ),
                    format!(
                        "Other records belong to the task that would go ({}). Keep that one instead.",
                        list(", ")
                    ),
                )
            }
        }
    }
}

/// Why a merge is not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoRefusal {
    /// It was taken back before.
    Done,
    /// The kept task was changed since; undoing would lose that.
    Changed,
}

impl UndoRefusal {
    pub fn said(self) -> Said {
        match self {
            Self::Done => Said::new("この統合は取消済みです。", "This merge was taken back before."),
            Self::Changed => Said::new(
                "統合の後に課題が更新されたため、自動では取り消せません。課題の履歴を確認し、手で直してください。",
                "The task was changed after the merge, so it cannot be taken back by itself. Look at its history and correct it by hand.",
            ),
        }
    }
}
