//! What was found in a file: severity, code, place, and what to do, in both languages.

use serde::Serialize;

use super::sheet::cell_name;
use crate::kernel::Said;

/// How much a finding weighs. Errors and warnings make the exit status 1; an info is only told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    /// The file is refused as a whole until it is mended.
    Error,
}

impl Severity {
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Info => "情報",
            Self::Warning => "警告",
            Self::Error => "エラー",
        }
    }

    pub fn english(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident;)+) => {
        /// The kinds of findings; each has one severity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable word used in JSON.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),+ }
            }
        }
    };
}

codes! {
    /// The file holds no budget table at all.
    NotABudget = "not_a_budget", Error;
    /// A sheet with figures on which no table was recognised.
    NoTable = "no_table", Info;
    /// Figures stand under a header that is blank or not understood.
    ColumnUnknown = "column_unknown", Warning;
    /// Figures stand beside or below the recognised tables.
    FiguresOutside = "figures_outside", Warning;
    /// Two columns carry the same heading.
    DuplicateColumn = "duplicate_column", Error;
    /// A table that a person outlined holds nothing that can be read as a budget.
    OutlineUnread = "outline_unread", Error;
    UnitMissing = "unit_missing", Error;
    UnitMixed = "unit_mixed", Warning;
    YearMissing = "year_missing", Error;
    YearFileName = "year_file_name", Error;
    YearConflict = "year_conflict", Error;
    YearUnreadable = "year_unreadable", Error;
    StageMissing = "stage_missing", Warning;
    BlankProgram = "blank_program", Error;
    /// A name one or two characters away from a known program.
    ProgramMisspelt = "program_misspelt", Warning;
    /// A name the list of programs does not have: perhaps new.
    ProgramUnknown = "program_unknown", Info;
    ProjectUnknown = "project_unknown", Warning;
    MinistryUnknown = "ministry_unknown", Warning;
    KindUnknown = "kind_unknown", Warning;
    DuplicateLine = "duplicate_line", Error;
    NumberAsText = "number_as_text", Warning;
    NumberTypeset = "number_typeset", Info;
    NumberUnreadable = "number_unreadable", Error;
    NumberMissing = "number_missing", Warning;
    NumberTooLarge = "number_too_large", Error;
    FractionOfYen = "fraction_of_yen", Warning;
    DateAsNumber = "date_as_number", Error;
    PercentAsNumber = "percent_as_number", Error;
    NegativeAmount = "negative_amount", Error;
    FormulaWithoutResult = "formula_without_result", Error;
    ErrorValue = "error_value", Error;
    /// One figure merged over several columns.
    MergedAmount = "merged_amount", Error;
    SumRow = "sum_row", Error;
    SumColumn = "sum_column", Error;
    /// A row that no word calls a total is the sum of the rows above it.
    TotalUnnamed = "total_unnamed", Warning;
    /// A total stated in a sentence or cell disagrees with its table.
    SumStated = "sum_stated", Error;
    /// 増減 is not this year minus last year.
    DifferenceWrong = "difference_wrong", Error;
    /// Two tables of the file give one program different amounts.
    TablesDisagree = "tables_disagree", Error;
    RoundingRemainder = "rounding_remainder", Info;
    /// A total that cannot be checked because a part is 内数 or not printed.
    NotCheckable = "not_checkable", Info;
    AmountWithin = "amount_within", Info;
    Restated = "restated", Info;
    HiddenCells = "hidden_cells", Info;
    TextDamaged = "text_damaged", Warning;
    /// Only findings up to a limit are listed.
    MoreFindings = "more_findings", Info;
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    pub sheet: String,
    /// `C5`, or empty when the finding is about the whole sheet or file.
    pub cell: String,
    pub message: Said,
}

impl Finding {
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Most findings of one code that are listed one by one.
const LISTED_PER_CODE: usize = 200;

/// Collects findings for one sheet after the other.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    sheet: String,
    counts: std::collections::HashMap<Code, usize>,
}

impl Findings {
    /// Findings from now on are about this sheet; empty for the file as a whole.
    pub fn on_sheet(&mut self, name: &str) {
        name.clone_into(&mut self.sheet);
    }

    /// Adds a finding about a cell (row, column) of the current sheet.
    pub fn at(&mut self, code: Code, place: (u32, u32), ja: impl Into<String>, en: impl Into<String>) {
        self.push(code, cell_name(place.0, place.1), ja, en);
    }

    /// Adds a finding about the current sheet or the file.
    pub fn overall(&mut self, code: Code, ja: impl Into<String>, en: impl Into<String>) {
        self.push(code, String::new(), ja, en);
    }

    fn push(&mut self, code: Code, cell: String, ja: impl Into<String>, en: impl Into<String>) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= LISTED_PER_CODE {
            self.list.push(Finding { code, sheet: self.sheet.clone(), cell, message: Said::new(ja, en) });
        }
    }

    /// Takes over findings that were collected aside, all on the current sheet.
    pub fn absorb(&mut self, other: Self) {
        for (code, count) in other.counts {
            *self.counts.entry(code).or_default() += count;
        }
        let sheet = &self.sheet;
        self.list.extend(other.list.into_iter().map(|f| Finding { sheet: sheet.clone(), ..f }));
    }

    /// How often a code was found, listed or not.
    pub fn count(&self, code: Code) -> usize {
        self.counts.get(&code).copied().unwrap_or(0)
    }

    /// The list, with a note where it was cut.
    pub fn finish(mut self) -> Vec<Finding> {
        let mut cut: Vec<(Code, usize)> =
            self.counts.iter().filter(|(_, n)| **n > LISTED_PER_CODE).map(|(c, n)| (*c, *n)).collect();
        cut.sort_unstable();
        for (code, count) in cut {
            let more = count - LISTED_PER_CODE;
            self.list.push(Finding {
                code: Code::MoreFindings,
                sheet: String::new(),
                cell: String::new(),
                message: Said::new(
                    format!("「{}」はほかに{more}件あります。", code.code()),
                    format!("There are {more} more findings “{}”.", code.code()),
                ),
            });
        }
        self.list
    }
}
