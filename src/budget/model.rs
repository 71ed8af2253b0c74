//! What a budget table is made of once it has been read: year, stage, kind, form, line. No SQL, no HTTP.

use serde::{Deserialize, Serialize};

use crate::kernel::FiscalYear;
use crate::kernel::yen::YenUnit;

/// Where a figure stands on its way from wish to law to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 概算要求の「要求」
    Request,
    /// 概算要求の「要望」（重要政策推進枠など）
    SpecialRequest,
    /// 政府予算案
    Draft,
    /// 成立（当初）予算
    Initial,
    /// 補正予算
    Supplementary,
    /// 調整費の配分
    Adjustment,
    /// 執行額
    Executed,
}

impl Stage {
    /// Whether money of this stage is there to be moved: budgets in law and the adjustment fund. Requests and drafts are
    /// plans only, and what was spent is gone.
    pub fn is_in_law(self) -> bool {
        matches!(self, Self::Initial | Self::Supplementary | Self::Adjustment)
    }
}

/// What kind of money a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 当初
    Initial,
    /// 補正
    Supplementary,
    /// 基金
    Fund,
    /// 調整費
    Adjustment,
    /// 前年度から繰越し（正）、翌年度へ繰越し（負）
    CarryOver,
    /// 予備費等
    Reserve,
}

/// The shape in which a table was laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One figure per row, its dimensions in columns.
    Long,
    /// Rows by program, columns by integrated project.
    Wide,
    /// Columns by ministry.
    Ministries,
    /// Columns by fiscal year.
    Years,
    /// Columns by stage or kind of money.
    Kinds,
    /// One program, rows by integrated project.
    ProgramSheet,
    /// 行政事業レビュー: rows by budget status, columns by year, or the reverse.
    Review,
    /// A sentence such as 「令和7年度要求・要望額 122億円」.
    Statement,
}

/// A figure with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub program: Option<String>,
    pub project: Option<String>,
    pub ministry: Option<String>,
    pub kind: Kind,
    /// Whole yen; none for 「内数」, which is inside another line and never added.
    pub amount_yen: Option<i64>,
    /// For 「89億円の内数」 the amount it is inside of.
    pub within_yen: Option<i64>,
    /// `C5`.
    pub cell: String,
    pub note: String,
    /// False for a figure that another table of the file states too.
    pub counted: bool,
}

/// The lines of one recognised region that belong to one year and stage.
#[derive(Clone, Debug)]
pub struct Table {
    pub sheet: String,
    /// `A3:K20`.
    pub range: String,
    /// Header rows as a spreadsheet counts them, from 1.
    pub header_rows: Vec<u32>,
    pub unit: Option<YenUnit>,
    pub fiscal_year: Option<FiscalYear>,
    pub stage: Option<Stage>,
    /// Which supplementary budget or round of the adjustment fund, where it is stated.
    pub round: Option<u8>,
    pub form: Form,
    pub lines: Vec<Line>,
}

macro_rules! words {
    ($name:ident { $($variant:ident => $code:literal, $ja:literal, $en:literal;)+ }) => {
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in JSON, addresses and the database.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn japanese(self) -> &'static str {
                match self { $(Self::$variant => $ja),+ }
            }

            pub fn english(self) -> &'static str {
                match self { $(Self::$variant => $en),+ }
            }

            /// Reads the code back.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.code() == code)
            }
        }
    };
}

words!(Stage {
    Request => "request", "要求", "Request";
    SpecialRequest => "special_request", "要望", "Special request";
    Draft => "draft", "政府案", "Government draft";
    Initial => "initial", "当初", "Initial budget";
    Supplementary => "supplementary", "補正", "Supplementary budget";
    Adjustment => "adjustment", "調整費", "Adjustment fund";
    Executed => "executed", "執行", "Executed";
});

words!(Kind {
    Initial => "initial", "当初", "Initial";
    Supplementary => "supplementary", "補正", "Supplementary";
    Fund => "fund", "基金", "Fund";
    Adjustment => "adjustment", "調整費", "Adjustment";
    CarryOver => "carry_over", "繰越", "Carry-over";
    Reserve => "reserve", "予備費等", "Reserve";
});

words!(Form {
    Long => "long", "縦持ち", "Long form";
    Wide => "wide", "事業×プロジェクト", "Program × project";
    Ministries => "ministries", "省庁別", "By ministry";
    Years => "years", "年度別", "By year";
    Kinds => "kinds", "種別・段階別", "By kind or stage";
    ProgramSheet => "program_sheet", "事業別個票", "Program sheet";
    Review => "review", "行政事業レビュー", "Review sheet";
    Statement => "statement", "文章中の記載", "Statement";
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_budgets_in_law_are_money() {
        let in_law: Vec<Stage> = Stage::ALL.iter().copied().filter(|s| s.is_in_law()).collect();
        assert_eq!(in_law, [Stage::Initial, Stage::Supplementary, Stage::Adjustment]);
    }
}
