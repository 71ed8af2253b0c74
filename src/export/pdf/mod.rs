//! Documents on A4 as PDF, in Japanese and English: headings, paragraphs, facts, lists, and tables that go on over
//! pages with their head repeated. The fonts are embedded, only the glyphs that are used; the text can be searched and
//! copied. The same document with the same font gives the same bytes.
//!
//! # Example
//!
//! ```no_run
//! use nakadachi::export::pdf::{Column, Document, Fonts, Table};
//! use nakadachi::kernel::Language;
//!
//! let fonts = Fonts::find(None)?;
//! let mut document = Document::new(Language::Ja, "第3回 評価委員会 議事録");
//! document.record_hash("9f86d081884c7d65…"); // printed at the foot of every page
//! document.title("第3回 評価委員会 議事録", "令和8年10月7日 14:00");
//! document.facts(vec![("出席".into(), "委員7名".into()), ("欠席".into(), "委員1名".into())]);
//! document.heading("1. 課題A");
//! document.paragraph("審議の結果、継続（GO）と決定した。");
//! let mut table = Table::new(vec![Column::new("評価項目", 5.0), Column::new("平均", 1.0).right()]);
//! table.row(["研究開発進捗状況", "7.2"]);
//! table.total(["総合評価", "6.8"]);
//! document.table(table);
//! let bytes: Vec<u8> = document.render(&fonts)?;
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! In a handler: `pdf::respond(&cx, "minutes.pdf", document).await` renders on a thread of its own and answers with the
//! file, or with a page that says which font to install. Widths of columns are shares of the page; text wraps by the
//! rules of Japanese typesetting ([`lines`]); characters that the font does not have are printed as 〓, as printers do.

mod draw;
mod fonts;
mod layout;
pub mod lines;

use axum::response::IntoResponse;

use crate::kernel::Language;
use crate::web::{Cx, Outcome, PageError};

pub use fonts::{Fonts, NoFont};

/// A document: blocks from top to bottom, and what stands on every page.
#[derive(Clone, Debug)]
pub struct Document {
    language: Language,
    name: String,
    landscape: bool,
    record_hash: Option<String>,
    foot: Option<String>,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
enum Block {
    Title { text: String, lead: String },
    Heading { text: String, level: u8 },
    Paragraph { text: String, style: Style },
    Facts(Vec<(String, String)>),
    List(Vec<String>),
    Table(Table),
    PageBreak,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Body,
    Small,
    Boxed,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error(transparent)]
    NoFont(#[from] NoFont),
    #[error("the PDF could not be written: {0}")]
    Failed(String),
}

impl Document {
    /// An empty document upright on A4; `name` stands in the head of every page and in the file's properties.
    pub fn new(language: Language, name: impl Into<String>) -> Self {
        Self {
            language,
            name: name.into(),
            landscape: false,
            record_hash: None,
            foot: None,
            blocks: Vec::new(),
        }
    }

    /// A4 lying on its side.
    pub fn landscape(&mut self) {
        self.landscape = true;
    }

    /// Prints the hash of the record that the document shows at the foot of every page.
    pub fn record_hash(&mut self, hash: impl Into<String>) {
        self.record_hash = Some(hash.into());
    }

    /// Prints a line at the foot of every page, such as 公開版 or who printed it.
    pub fn foot(&mut self, text: impl Into<String>) {
        self.foot = Some(text.into());
    }

    /// The title of the document with a line under it (may be empty).
    pub fn title(&mut self, text: impl Into<String>, lead: impl Into<String>) {
        self.blocks.push(Block::Title { text: text.into(), lead: lead.into() });
    }

    /// A heading; it never stands alone at the foot of a page.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { text: text.into(), level: 1 });
    }

    /// A heading under a heading.
    pub fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { text: text.into(), level: 2 });
    }

    /// A paragraph; line breaks in it are kept. An empty text prints nothing.
    pub fn paragraph(&mut self, text: impl Into<String>) {
        self.push_text(text.into(), Style::Body);
    }

    /// A paragraph in small type.
    pub fn small(&mut self, text: impl Into<String>) {
        self.push_text(text.into(), Style::Small);
    }

    /// A paragraph in a box, for a decision.
    pub fn boxed(&mut self, text: impl Into<String>) {
        self.push_text(text.into(), Style::Boxed);
    }

    /// Labels with their texts, in two columns.
    pub fn facts(&mut self, facts: Vec<(String, String)>) {
        if !facts.is_empty() {
            self.blocks.push(Block::Facts(facts));
        }
    }

    /// A list with marks.
    pub fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    pub fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table));
    }

    /// What follows begins on a new page.
    pub fn page_break(&mut self) {
        self.blocks.push(Block::PageBreak);
    }

    /// The file.
    ///
    /// # Errors
    /// When the PDF cannot be written; a document that can be built can be printed.
    pub fn render(&self, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
        let pages = layout::pages(self, &fonts.faces()?);
        draw::draw(self, fonts, &pages)
    }

    fn push_text(&mut self, text: String, style: Style) {
        if !text.trim().is_empty() {
            self.blocks.push(Block::Paragraph { text, style });
        }
    }
}

/// A table; its head is printed again on every page it reaches.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A column: its head, its share of the width, and the side its text leans on.
#[derive(Clone, Debug)]
pub struct Column {
    head: String,
    share: f32,
    right: bool,
}

impl Column {
    /// `share` is relative to the other columns' shares.
    pub fn new(head: impl Into<String>, share: f32) -> Self {
        Self { head: head.into(), share, right: false }
    }

    /// For figures.
    pub fn right(mut self) -> Self {
        self.right = true;
        self
    }
}

#[derive(Clone, Debug)]
struct Row {
    cells: Vec<String>,
    kind: RowKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowKind {
    Plain,
    Total,
    Section,
}

impl Table {
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// A row; cells beyond the columns are left out.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.push(cells.into_iter().map(Into::into).collect(), RowKind::Plain);
    }

    /// A row of sums, in bold under a line.
    pub fn total<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.push(cells.into_iter().map(Into::into).collect(), RowKind::Total);
    }

    /// A text over the whole width that heads the rows below it.
    pub fn section(&mut self, text: impl Into<String>) {
        self.push(vec![text.into()], RowKind::Section);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn push(&mut self, cells: Vec<String>, kind: RowKind) {
        self.rows.push(Row { cells, kind });
    }
}

/// Answers with the document as a download; where the font is missing, with a page that says what to install.
pub async fn respond(cx: &Cx, file_name: &str, document: Document) -> Outcome {
    let font = cx.state.settings.pdf_font.clone();
    let made = tokio::task::spawn_blocking(move || {
        let fonts = Fonts::find(font.as_deref())?;
        document.render(&fonts)
    })
    .await?;
    match made {
        Ok(bytes) => Ok(crate::web::download(bytes, "application/pdf", file_name).into_response()),
        Err(PdfError::NoFont(missing)) => Err(PageError::Refused(missing.said())),
        Err(error) => Err(PageError::Unexpected(error.into())),
    }
}

#[cfg(test)]
mod tests;
