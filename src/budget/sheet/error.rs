//! Why a file could not be read, as sentences for the person who sent it.

use crate::kernel::Said;

/// A file that cannot be read. No part of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    Empty,
    FileTooLarge {
        bytes: u64,
        limit: u64,
    },
    UnpacksTooLarge {
        limit: u64,
    },
    TooManyParts {
        limit: usize,
    },
    TooManyCells {
        limit: usize,
    },
    TooMuchText {
        limit: usize,
    },
    TooManyExtras {
        limit: usize,
    },
    TooManySheets {
        limit: usize,
    },
    Encrypted,
    Html,
    /// A known kind of file that is no spreadsheet (PDF, PNG …).
    Foreign(&'static str),
    /// A spreadsheet format that is not supported; what to save it as is always xlsx.
    OldFormat(&'static str),
    /// Markup that real spreadsheets never hold (document type, entities, absurd nesting).
    Hostile(&'static str),
    /// Cut off or damaged; the detail is for the log.
    Damaged(String),
    NotText,
    /// A text table whose quotes do not pair; the line where the faulty one opens, from 1.
    OpenQuote {
        line: u32,
    },
}

impl ReadError {
    /// Stable word for programs that read the JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::UnpacksTooLarge { .. } => "unpacks_too_large",
            Self::TooManyParts { .. } => "too_many_parts",
            Self::TooManyCells { .. } => "too_many_cells",
            Self::TooMuchText { .. } => "too_much_text",
            Self::TooManyExtras { .. } => "too_many_extras",
            Self::TooManySheets { .. } => "too_many_sheets",
            Self::Encrypted => "encrypted",
            Self::Html => "html",
            Self::Foreign(_) => "foreign",
            Self::OldFormat(_) => "old_format",
            Self::Hostile(_) => "hostile",
            Self::Damaged(_) => "damaged",
            Self::NotText => "not_text",
            Self::OpenQuote { .. } => "open_quote",
        }
    }

    /// What happened and what to do, in both languages.
    pub fn message(&self) -> Said {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        match self {
            Self::Empty => Said::new(
                "ファイルが空です。元のファイルを選び直してください。",
                "The file is empty. Choose the original file again.",
            ),
            Self::FileTooLarge { bytes, limit } => Said::new(
                format!(
                    "ファイルの大きさが{}MiBあり、上限の{}MiBを超えています。画像や不要なシートを除いて保存し直してください。",
                    mib(*bytes),
                    mib(*limit)
                ),
                format!(
                    "The file is {} MiB; the limit is {} MiB. Remove pictures and sheets that are not needed and save it again.",
                    mib(*bytes),
                    mib(*limit)
                ),
            ),
            Self::UnpacksTooLarge { limit } => Said::new(
                format!(
                    "展開後の大きさが上限の{}MiBを超えるため、読み込みを中止しました。必要なシートだけを新しいブックに写して保存してください。",
                    mib(*limit)
                ),
                format!(
                    "The file unpacks to more than {} MiB and was refused. Copy only the sheets needed into a new workbook.",
                    mib(*limit)
                ),
            ),
            Self::TooManyParts { limit } => Said::new(
                format!(
                    "ファイル内の部品が{limit}個を超えています。必要なシートだけを新しいブックに写して保存してください。"
                ),
                format!(
                    "The file holds more than {limit} parts. Copy only the sheets needed into a new workbook."
                ),
            ),
            Self::TooManyCells { limit } => Said::new(
                format!(
                    "値のあるセルが{limit}個を超えています。予算表のシートだけを残して保存し直してください。"
                ),
                format!("More than {limit} cells hold values. Keep only the budget sheets and save again."),
            ),
            Self::TooMuchText { limit } => Said::new(
                format!(
                    "文字の量が上限の{}MiBを超えています。予算表のシートだけを残して保存し直してください。",
                    mib(*limit as u64)
                ),
                format!(
                    "The file holds more than {} MiB of text. Keep only the budget sheets and save again.",
                    mib(*limit as u64)
                ),
            ),
            Self::TooManyExtras { limit } => Said::new(
                format!(
                    "結合セル・書式・非表示の指定が{limit}件を超えています。値だけを新しいブックに貼り付けて保存してください。"
                ),
                format!(
                    "The file holds more than {limit} merged areas, styles or hidden stretches. Paste the values into a new workbook."
                ),
            ),
            Self::TooManySheets { limit } => Said::new(
                format!("シートが{limit}枚を超えています。必要なシートだけを残して保存し直してください。"),
                format!("The file has more than {limit} sheets. Keep only those needed and save again."),
            ),
            Self::Encrypted => Said::new(
                "ファイルがパスワードで暗号化されています。パスワードを解除して保存し直してください。",
                "The file is encrypted with a password. Remove the password and save it again.",
            ),
            Self::Html => Said::new(
                "拡張子は表計算のものですが、中身はHTML（ウェブページ）です。表計算ソフトで開き、xlsx形式で保存し直してください。",
                "The file is named as a spreadsheet but holds HTML (a web page). Open it in a spreadsheet program and save it as xlsx.",
            ),
            Self::Foreign(what) => Said::new(
                format!(
                    "表計算のファイルではありません（{what}）。xlsx、xls、ods、CSVのいずれかを指定してください。"
                ),
                format!("This is not a spreadsheet ({what}). Give an xlsx, xls, ods or CSV file."),
            ),
            Self::OldFormat(what) => Said::new(
                format!("対応していない形式です（{what}）。xlsx形式で保存し直してください。"),
                format!("This format is not supported ({what}). Save it as xlsx."),
            ),
            Self::Hostile(what) => Said::new(
                format!(
                    "通常の表計算ファイルにない記述（{what}）があるため、読み込みを中止しました。表計算ソフトで開き、xlsx形式で保存し直してください。"
                ),
                format!(
                    "The file holds markup that spreadsheets never hold ({what}) and was refused. Open it in a spreadsheet program and save it as xlsx."
                ),
            ),
            Self::Damaged(_) => Said::new(
                "ファイルが壊れているか、途中で切れています。元のファイルを入手し直してください。",
                "The file is damaged or cut off. Obtain the original again.",
            ),
            Self::NotText => Said::new(
                "表計算のファイルでも文字のファイルでもありません。xlsx、xls、ods、CSVのいずれかを指定してください。",
                "This is neither a spreadsheet nor a text file. Give an xlsx, xls, ods or CSV file.",
            ),
            Self::OpenQuote { line } => Said::new(
                format!(
                    "{line}行目で始まる引用符（\"）が正しく閉じていません。引用符を消すか閉じて保存し直してください。"
                ),
                format!(
                    "The quote (\") that opens in line {line} is not closed properly. Remove or close it."
                ),
            ),
        }
    }

    pub(super) fn damaged(detail: impl std::fmt::Display) -> Self {
        Self::Damaged(detail.to_string().chars().take(200).collect())
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for ReadError {}
