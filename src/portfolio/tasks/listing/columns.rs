//! The columns a list may show, and the orders it may have.

use crate::kernel::Language;

/// A column of the task list and of its exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Number,
    Title,
    Program,
    Project,
    Ministry,
    Institution,
    Person,
    Disease,
    Phase,
    Modality,
    Approval,
    Nature,
    Kind,
    Start,
    End,
    Amount,
    Direct,
    Indirect,
    State,
}

impl Column {
    pub const ALL: [Self; 19] = [
        Self::Number,
        Self::Title,
        Self::Program,
        Self::Project,
        Self::Ministry,
        Self::Institution,
        Self::Person,
        Self::Disease,
        Self::Phase,
        Self::Modality,
        Self::Approval,
        Self::Nature,
        Self::Kind,
        Self::Start,
        Self::End,
        Self::Amount,
        Self::Direct,
        Self::Indirect,
        Self::State,
    ];
    /// Shown when nothing else was chosen.
    pub const DEFAULT: [Self; 8] = [
        Self::Number,
        Self::Title,
        Self::Program,
        Self::Institution,
        Self::Person,
        Self::Phase,
        Self::End,
        Self::Amount,
    ];

    /// The word in addresses and saved views.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Title => "title",
            Self::Program => "program",
            Self::Project => "project",
            Self::Ministry => "ministry",
            Self::Institution => "institution",
            Self::Person => "person",
            Self::Disease => "disease",
            Self::Phase => "phase",
            Self::Modality => "modality",
            Self::Approval => "approval",
            Self::Nature => "nature",
            Self::Kind => "kind",
            Self::Start => "start",
            Self::End => "end",
            Self::Amount => "amount",
            Self::Direct => "direct",
            Self::Indirect => "indirect",
            Self::State => "state",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    pub fn name(self, l: Language) -> &'static str {
        match self {
            Self::Number => l.t("課題番号", "Number"),
            Self::Title => l.t("課題名", "Title"),
            Self::Program => l.t("事業", "Program"),
            Self::Project => l.t("統合プロジェクト", "Project"),
            Self::Ministry => l.t("所管府省", "Ministry"),
            Self::Institution => l.t("研究機関", "Institution"),
            Self::Person => l.t("研究代表者", "Lead"),
            Self::Disease => l.t("疾患領域", "Disease area"),
            Self::Phase => l.t("フェーズ", "Phase"),
            Self::Modality => l.t("モダリティ", "Modality"),
            Self::Approval => l.t("承認上の分類", "Approval class"),
            Self::Nature => l.t("研究の性質", "Nature"),
            Self::Kind => l.t("新規・継続", "New or continuing"),
            Self::Start => l.t("開始日", "Start"),
            Self::End => l.t("終了日", "End"),
            Self::Amount => l.t("契約額", "Amount"),
            Self::Direct => l.t("直接経費", "Direct cost"),
            Self::Indirect => l.t("間接経費", "Indirect cost"),
            Self::State => l.t("状態", "State"),
        }
    }

    /// Class of the cells.
    pub fn class(self) -> &'static str {
        match self {
            Self::Number => "code",
            Self::Title => "title",
            Self::Program | Self::Institution => "name",
            Self::Project
            | Self::Person
            | Self::Phase
            | Self::Ministry
            | Self::Disease
            | Self::Modality
            | Self::Approval
            | Self::Nature
            | Self::Kind => "col-low",
            Self::Start => "date col-low",
            Self::End => "date",
            Self::Amount | Self::Direct | Self::Indirect => "money",
            Self::State => "nowrap",
        }
    }

    /// Long texts are cut after two lines; the page of the task has the whole.
    pub fn is_long(self) -> bool {
        !self.is_money() && !matches!(self, Self::Number | Self::Start | Self::End | Self::State | Self::Kind)
    }

    pub fn is_money(self) -> bool {
        matches!(self, Self::Amount | Self::Direct | Self::Indirect)
    }

    /// Reads `number,title,…`, possibly in several pieces; the default where nothing is chosen.
    pub fn read(pieces: &[String]) -> Vec<Self> {
        let mut columns = Vec::new();
        for code in pieces.iter().flat_map(|piece| piece.split(',')) {
            if let Some(column) = Self::from_code(code.trim())
                && !columns.contains(&column)
            {
                columns.push(column);
            }
        }
        if columns.is_empty() { Self::DEFAULT.to_vec() } else { columns }
    }

    /// The form that reads back; empty for the default.
    pub fn print(columns: &[Self]) -> String {
        if columns == Self::DEFAULT {
            return String::new();
        }
        columns.iter().map(|c| c.code()).collect::<Vec<_>>().join(",")
    }

    /// How the database orders by this column; nothing for columns that have no order.
    pub fn order(self) -> Option<Order> {
        let (expression, kind, nullable) = match self {
            Self::Number => ("y.task_number", "text", true),
            Self::Title => ("t.title_ja", "text", false),
            Self::Program => ("(SELECT code FROM programs WHERE id = y.program_id)", "text", true),
            Self::Project => ("(SELECT number FROM projects WHERE id = y.project_id)", "smallint", true),
            Self::Ministry => ("(SELECT ministry_code FROM programs WHERE id = y.program_id)", "text", true),
            Self::Institution => {
                ("(SELECT name_ja FROM institutions WHERE id = t.institution_id)", "text", true)
            }
            Self::Person => (
                "(SELECT coalesce(name_kana, name_ja) FROM people WHERE id = t.lead_person_id)",
                "text",
                true,
            ),
            Self::Phase => ("t.phase_ids[1]", "smallint", true),
            Self::Disease => ("t.disease_ids[1]", "smallint", true),
            Self::Kind => ("y.is_new", "boolean", false),
            Self::Start => ("t.starts_on", "date", false),
            Self::End => ("t.ends_on", "date", false),
            Self::Amount => ("y.amount_yen", "bigint", false),
            Self::Direct => ("y.direct_yen", "bigint", true),
            Self::Indirect => ("y.indirect_yen", "bigint", true),
            Self::Modality | Self::Approval | Self::Nature | Self::State => return None,
        };
        Some(Order { expression, kind, nullable })
    }
}

/// An SQL expression to order by.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub expression: &'static str,
    /// Its SQL type, to read a cursor back.
    pub kind: &'static str,
    pub nullable: bool,
}

/// One step of the order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

impl Sort {
    /// Most steps that an order has.
    pub const MAX: usize = 3;

    /// Reads `-amount,number`; steps that cannot be read are left out, none is the task number.
    pub fn read(text: &str) -> Vec<Self> {
        let mut out: Vec<Self> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (descending, code) = match part.strip_prefix('-') {
                Some(code) => (true, code),
                None => (false, part),
            };
            let column = Column::from_code(code).filter(|c| c.order().is_some());
            if let Some(column) = column
                && out.len() < Self::MAX
                && out.iter().all(|s| s.column != column)
            {
                out.push(Self { column, descending });
            }
        }
        if out.is_empty() { vec![Self { column: Column::Number, descending: false }] } else { out }
    }

    /// The form that reads back; empty for the default.
    pub fn print(sorts: &[Self]) -> String {
        if sorts == Self::read("") {
            return String::new();
        }
        let parts: Vec<String> = sorts
            .iter()
            .map(|s| format!("{}{}", if s.descending { "-" } else { "" }, s.column.code()))
            .collect();
        parts.join(",")
    }

    /// The order that a click on the head of `column` asks for: it becomes the first step, or turns round; the
    /// others follow.
    pub fn clicked(sorts: &[Self], column: Column) -> Vec<Self> {
        let descending = match sorts.first() {
            Some(first) if first.column == column => !first.descending,
            _ => column.is_money(),
        };
        let rest = sorts.iter().filter(|s| s.column != column).copied();
        std::iter::once(Self { column, descending }).chain(rest).take(Self::MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_and_printed() {
        for (typed, printed) in [
            ("", ""),
            ("number", ""),
            ("-amount,number", "-amount,number"),
            ("bogus,-end", "-end"),
            ("state", ""),
            ("amount,-amount", "amount"),
        ] {
            assert_eq!(Sort::print(&Sort::read(typed)), printed, "{typed}");
        }
    }

    #[test]
    fn a_click_turns_the_first_step_round() {
        let sorts = Sort::read("-amount,number");
        assert_eq!(Sort::print(&Sort::clicked(&sorts, Column::Amount)), "amount,number");
        assert_eq!(Sort::print(&Sort::clicked(&sorts, Column::End)), "end,-amount,number");
    }

    #[test]
    fn columns_are_read_and_printed() {
        assert_eq!(Column::print(&Column::read(&[])), "");
        assert_eq!(Column::print(&Column::read(&["title,bogus".into(), "amount".into()])), "title,amount");
    }
}
