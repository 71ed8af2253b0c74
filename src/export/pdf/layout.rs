//! From blocks to pages of placed texts and lines. Units are points; y grows downwards from the top of the page.

use super::fonts::Faces;
use super::lines::lines;
use super::{Block, Document, Row, RowKind, Style, Table};

/// Upright A4.
const A4: (f32, f32) = (595.28, 841.89);
pub(super) const SIDE: f32 = 54.0;
const TOP: f32 = 62.0;
const BOTTOM: f32 = 62.0;
const CELL_PAD: f32 = 4.0;

/// One printed thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A line of text by its left end and its base line.
    Text {
        x: f32,
        y: f32,
        size: f32,
        bold: bool,
        grey: u8,
        text: String,
    },
    Line {
        from: (f32, f32),
        to: (f32, f32),
        width: f32,
        grey: u8,
    },
    Box {
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        grey: u8,
    },
}

/// The pages of a document, without their head and foot.
pub(super) struct Pages {
    pub size: (f32, f32),
    pub pages: Vec<Vec<Mark>>,
}

pub(super) fn pages(document: &Document, faces: &Faces<'_>) -> Pages {
    let size = if document.landscape { (A4.1, A4.0) } else { A4 };
    let mut paper = Paper { faces, size, pages: vec![Vec::new()], y: TOP };
    for block in &document.blocks {
        paper.block(block);
    }
    Pages { size, pages: paper.pages }
}

struct Paper<'a, 'f> {
    faces: &'a Faces<'f>,
    size: (f32, f32),
    pages: Vec<Vec<Mark>>,
    y: f32,
}

/// Type: size, height of a line, bold.
#[derive(Clone, Copy)]
struct Type {
    size: f32,
    leading: f32,
    bold: bool,
}

const TITLE: Type = Type { size: 17.0, leading: 24.0, bold: true };
const LEAD: Type = Type { size: 10.0, leading: 16.0, bold: false };
const BODY: Type = Type { size: 10.0, leading: 16.5, bold: false };
const SMALL: Type = Type { size: 8.5, leading: 13.0, bold: false };
const CELL: Type = Type { size: 9.0, leading: 13.0, bold: false };
const CELL_BOLD: Type = Type { bold: true, ..CELL };

impl Paper<'_, '_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Title { text, lead } => self.title(text, lead),
            Block::Heading { text, level } => self.heading(text, *level),
            Block::Paragraph { text, style: Style::Boxed } => self.boxed(text),
            Block::Paragraph { text, style } => {
                let kind = if *style == Style::Small { SMALL } else { BODY };
                self.text(text, kind, SIDE, self.width());
                self.y += 5.0;
            }
            Block::Facts(facts) => self.facts(facts),
            Block::List(items) => self.list(items),
            Block::Table(table) => self.table(table),
            Block::PageBreak => self.turn(),
        }
    }

    fn width(&self) -> f32 {
        self.size.0 - 2.0 * SIDE
    }

    fn floor(&self) -> f32 {
        self.size.1 - BOTTOM
    }

    /// Begins a page, unless this one is still empty.
    fn turn(&mut self) {
        if self.pages.last().is_some_and(|page| !page.is_empty()) {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn need(&mut self, height: f32) {
        if self.y + height > self.floor() {
            self.turn();
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn broken(&self, text: &str, kind: Type, width: f32) -> Vec<String> {
        lines(text, width, &|part: &str| self.faces.width(part, kind.size, kind.bold))
    }

    /// Sets lines one under the other, turning the page where it is full.
    fn text(&mut self, text: &str, kind: Type, x: f32, width: f32) {
        for line in self.broken(text, kind, width) {
            self.need(kind.leading);
            self.line(line, kind, x, self.y, 0);
            self.y += kind.leading;
        }
    }

    fn line(&mut self, text: String, kind: Type, x: f32, top: f32, grey: u8) {
        if text.is_empty() {
            return;
        }
        let y = top + (kind.leading + kind.size) / 2.0 - kind.size * 0.12;
        self.mark(Mark::Text { x, y, size: kind.size, bold: kind.bold, grey, text });
    }

    fn title(&mut self, text: &str, lead: &str) {
        self.need(TITLE.leading * 3.0);
        self.text(text, TITLE, SIDE, self.width());
        if !lead.is_empty() {
            self.text(lead, LEAD, SIDE, self.width());
        }
        self.y += 4.0;
        let (left, right, y) = (SIDE, self.size.0 - SIDE, self.y);
        self.mark(Mark::Line { from: (left, y), to: (right, y), width: 1.2, grey: 0 });
        self.y += 10.0;
    }

    fn heading(&mut self, text: &str, level: u8) {
        let (kind, above) = match level {
            1 => (Type { size: 12.5, leading: 19.0, bold: true }, 14.0),
            _ => (Type { size: 10.5, leading: 17.0, bold: true }, 7.0),
        };
        if self.y > TOP {
            self.y += above;
        }
        let wrapped = self.broken(text, kind, self.width());
        #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
        let height = kind.leading * wrapped.len() as f32;
        // A heading keeps at least three lines of what it heads.
        self.need(height + 3.0 * BODY.leading);
        self.text(text, kind, SIDE, self.width());
        if level == 1 {
            let y = self.y + 1.0;
            self.mark(Mark::Line { from: (SIDE, y), to: (self.size.0 - SIDE, y), width: 0.5, grey: 110 });
            self.y += 3.0;
        }
        self.y += 3.0;
    }

    /// Text in a frame; a page that ends inside it closes the frame and opens it again.
    fn boxed(&mut self, text: &str) {
        let pad = 7.0;
        let rows = self.broken(text, BODY, self.width() - 2.0 * pad);
        let mut rest = rows.as_slice();
        self.need(2.0 * pad + 2.0 * BODY.leading);
        while !rest.is_empty() {
            let room = whole((self.floor() - self.y - 2.0 * pad) / BODY.leading).clamp(1, rest.len());
            let (now, later) = rest.split_at(room);
            let top = self.y;
            self.y += pad;
            for line in now {
                self.line(line.clone(), BODY, SIDE + pad, self.y, 0);
                self.y += BODY.leading;
            }
            self.y += pad;
            self.frame(SIDE, top, self.width(), self.y - top);
            rest = later;
            if !rest.is_empty() {
                self.turn();
            }
        }
        self.y += 6.0;
    }

    fn frame(&mut self, x: f32, y: f32, w: f32, h: f32) {
        let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
        for (n, from) in corners.into_iter().enumerate() {
            self.mark(Mark::Line { from, to: corners[(n + 1) % 4], width: 0.8, grey: 0 });
        }
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        let labels = facts.iter().map(|(label, _)| self.faces.width(label, BODY.size, false));
        let indent = labels.fold(40.0_f32, f32::max).min(self.width() * 0.35) + 14.0;
        for (label, text) in facts {
            let named = self.broken(label, BODY, indent - 10.0);
            let said = self.broken(text, BODY, self.width() - indent);
            for n in 0..named.len().max(said.len()) {
                self.need(BODY.leading);
                if let Some(line) = named.get(n) {
                    self.line(line.clone(), BODY, SIDE, self.y, 90);
                }
                if let Some(line) = said.get(n) {
                    self.line(line.clone(), BODY, SIDE + indent, self.y, 0);
                }
                self.y += BODY.leading;
            }
        }
        self.y += 5.0;
    }

    fn list(&mut self, items: &[String]) {
        for item in items {
            self.need(BODY.leading);
            self.line("・".to_owned(), BODY, SIDE, self.y, 0);
            self.text(item, BODY, SIDE + BODY.size * 1.2, self.width() - BODY.size * 1.2);
        }
        self.y += 5.0;
    }

    fn table(&mut self, table: &Table) {
        let widths = self.column_widths(table);
        let head: Vec<_> = table
            .columns
            .iter()
            .zip(&widths)
            .map(|(c, w)| self.broken(&c.head, CELL_BOLD, w - 2.0 * CELL_PAD))
            .collect();
        let head_height = height_of(&head);
        self.need(head_height + 3.0 * CELL.leading);
        self.table_head(table, &widths, &head);
        for row in &table.rows {
            self.table_row(table, &widths, &head, row);
        }
        self.y += 8.0;
    }

    fn column_widths(&self, table: &Table) -> Vec<f32> {
        let whole: f32 = table.columns.iter().map(|c| c.share).sum();
        table.columns.iter().map(|c| self.width() * c.share / whole.max(0.001)).collect()
    }

    fn table_head(&mut self, table: &Table, widths: &[f32], head: &[Vec<String>]) {
        let height = height_of(head);
        let (y, w) = (self.y, self.width());
        self.mark(Mark::Box { x: SIDE, y, w, h: height, grey: 232 });
        self.mark(Mark::Line { from: (SIDE, y), to: (SIDE + w, y), width: 0.8, grey: 0 });
        self.cells(table, widths, head, CELL_BOLD);
        self.y += height;
        self.rule(0.8, 0);
    }

    /// One row. What does not fit goes to the next page under a new head; a row longer than a page is cut by lines.
    fn table_row(&mut self, table: &Table, widths: &[f32], head: &[Vec<String>], row: &Row) {
        let kind = if row.kind == RowKind::Plain { CELL } else { CELL_BOLD };
        let mut cells: Vec<Vec<String>> = match row.kind {
            RowKind::Section => {
                let text = row.cells.first().map_or("", String::as_str);
                vec![self.broken(text, kind, self.width() - 2.0 * CELL_PAD)]
            }
            _ => {
                row.cells.iter().zip(widths).map(|(t, w)| self.broken(t, kind, w - 2.0 * CELL_PAD)).collect()
            }
        };
        // A section keeps the first row that it heads.
        let keep = if row.kind == RowKind::Section { 2.0 * CELL.leading } else { 0.0 };
        loop {
            let height = height_of(&cells);
            if self.y + height + keep <= self.floor() {
                self.finished_row(table, widths, row.kind, &cells, kind);
                return;
            }
            let room = whole((self.floor() - self.y - 2.0 * CELL_PAD) / CELL.leading);
            let page = whole((self.floor() - TOP - height_of(head) - 2.0 * CELL_PAD) / CELL.leading);
            let longest = cells.iter().map(Vec::len).max().unwrap_or(0);
            if longest > page && room >= 2 {
                let now: Vec<_> = cells.iter().map(|c| c[..room.min(c.len())].to_vec()).collect();
                cells = cells.iter().map(|c| c[room.min(c.len())..].to_vec()).collect();
                self.finished_row(table, widths, row.kind, &now, kind);
            }
            self.turn();
            self.table_head(table, widths, head);
        }
    }

    fn finished_row(
        &mut self,
        table: &Table,
        widths: &[f32],
        of: RowKind,
        cells: &[Vec<String>],
        kind: Type,
    ) {
        let (height, y, w) = (height_of(cells), self.y, self.width());
        match of {
            RowKind::Section => self.mark(Mark::Box { x: SIDE, y, w, h: height, grey: 245 }),
            RowKind::Total => {
                self.mark(Mark::Line { from: (SIDE, y), to: (SIDE + w, y), width: 0.8, grey: 0 })
            }
            RowKind::Plain => {}
        }
        if of == RowKind::Section {
            self.cells(table, &[w], cells, kind);
        } else {
            self.cells(table, widths, cells, kind);
        }
        self.y += height;
        self.rule(0.4, 150);
    }

    fn cells(&mut self, table: &Table, widths: &[f32], cells: &[Vec<String>], kind: Type) {
        let mut left = SIDE;
        for ((cell, width), column) in cells.iter().zip(widths).zip(&table.columns) {
            let mut top = self.y + CELL_PAD;
            for line in cell {
                let slack = if column.right && widths.len() > 1 {
                    width - 2.0 * CELL_PAD - self.faces.width(line, kind.size, kind.bold)
                } else {
                    0.0
                };
                self.line(line.clone(), kind, left + CELL_PAD + slack, top, 0);
                top += kind.leading;
            }
            left += width;
        }
    }

    fn rule(&mut self, width: f32, grey: u8) {
        let (y, right) = (self.y, self.size.0 - SIDE);
        self.mark(Mark::Line { from: (SIDE, y), to: (right, y), width, grey });
    }
}

#[expect(clippy::cast_precision_loss, reason = "lines of a cell")]
fn height_of(cells: &[Vec<String>]) -> f32 {
    let longest = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
    longest as f32 * CELL.leading + 2.0 * CELL_PAD
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lines that fit on a page")]
fn whole(lines: f32) -> usize {
    lines.max(0.0) as usize
}
