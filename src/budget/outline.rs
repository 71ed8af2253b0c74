//! Where a table lies, said by a person: for a sheet whose headings nobody recognises, or a table taken wrongly.
//!
//! An outline moves no figure. Inside it the same rules read headings, rows and totals, so the same proof holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::corrections::timeless;
use super::recognise::label;
use super::sheet::{Sheet, Value, column_name, parse_cell_name};
use super::vocabulary::find_years;
use crate::kernel::text::nfkc;

/// Most heading rows, and the sizes of the largest possible sheet.
const MOST_HEADINGS: u32 = 10;
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 400;

/// Rows of a sheet searched for headings remembered from another file.
const SEARCHED: usize = 2_000;

/// Rows and columns of a table, counted from zero. One of `headings` and `first` is always said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outline {
    /// First and last row of the headings; none where the table has no headings.
    pub headings: Option<(u32, u32)>,
    /// First row with figures; the one after the headings where not said.
    pub first: Option<u32>,
    /// Last row of the table; where not said, the rows tell.
    pub last: Option<u32>,
    /// First and last column; where not said, those in use.
    pub columns: Option<(u32, u32)>,
}

impl Outline {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The first row that belongs to it.
    pub fn top(&self) -> u32 {
        self.headings.map(|(top, _)| top).or(self.first).unwrap_or(0)
    }

    /// The first row with figures.
    pub fn body(&self) -> u32 {
        self.first.or_else(|| self.headings.map(|(_, bottom)| bottom + 1)).unwrap_or(0)
    }

    pub fn left(&self) -> u32 {
        self.columns.map_or(0, |(first, _)| first)
    }

    /// Whether two tables would take the same cells, as far as their ends are said.
    pub fn meets(&self, other: &Self) -> bool {
        let end = |o: &Self| o.last.unwrap_or_else(|| o.body());
        self.top() <= end(other) && other.top() <= end(self) && self.shares_columns(other)
    }

    pub fn shares_columns(&self, other: &Self) -> bool {
        let ((a, z), (b, y)) =
            (self.columns.unwrap_or((0, u32::MAX)), other.columns.unwrap_or((0, u32::MAX)));
        a <= y && b <= z
    }

    /// As a person writes them: heading rows, rows with figures, columns.
    pub fn words(&self) -> (String, String, String) {
        let rows =
            |(a, z): (u32, u32)| if a == z { (a + 1).to_string() } else { format!("{}-{}", a + 1, z + 1) };
        let body = match (self.first, self.last) {
            (Some(first), Some(last)) => rows((first, last)),
            (Some(first), None) => format!("{}-", first + 1),
            (None, Some(last)) => format!("-{}", last + 1),
            (None, None) => String::new(),
        };
        let columns = self.columns.map(|(a, z)| format!("{}-{}", column_name(a), column_name(z)));
        (self.headings.map(rows).unwrap_or_default(), body, columns.unwrap_or_default())
    }
}

/// 「4」「4-5」: rows of headings.
pub fn headings(text: &str) -> Option<(u32, u32)> {
    let (first, last) = ends(text);
    let first = row(&first)?;
    let last = last.map_or(Some(first), |last| row(&last))?;
    (first..first + MOST_HEADINGS).contains(&last).then_some((first, last))
}

/// 「6」「6-」「6-40」「-40」: first and last row with figures.
pub fn body(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let (first, last) = ends(text);
    let read = |text: &str| if text.is_empty() { Some(None) } else { row(text).map(Some) };
    let (first, last) = (read(&first)?, read(&last.unwrap_or_default())?);
    let ordered = first.zip(last).is_none_or(|(a, z)| a <= z);
    (ordered && (first.is_some() || last.is_some())).then_some((first, last))
}

/// 「B」「B-K」「B:K」: first and last column.
pub fn columns(text: &str) -> Option<(u32, u32)> {
    let (first, last) = ends(text);
    let first = column(&first)?;
    let last = last.map_or(Some(first), |last| column(&last))?;
    (first..first.saturating_add(COLUMNS)).contains(&last).then_some((first, last))
}

/// Both ends of a range; `None` for the second where one thing is named.
fn ends(text: &str) -> (String, Option<String>) {
    let text: String = nfkc(text).chars().filter(|c| !c.is_whitespace() && !"行列".contains(*c)).collect();
    match text.split_once(['-', ':', '~', '〜', '–', '—', '−', 'ー']) {
        Some((first, last)) => (first.to_owned(), Some(last.to_owned())),
        None => (text, None),
    }
}

fn row(text: &str) -> Option<u32> {
    text.parse::<u32>().ok().filter(|n| (1..=ROWS).contains(n)).map(|n| n - 1)
}

fn column(text: &str) -> Option<u32> {
    let letters = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic());
    letters.then(|| parse_cell_name(&format!("{text}1"))).flatten().map(|(_, column)| column)
}

/// How next year's file finds a table that was outlined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// What the heading rows say, without years, by row and column from the first cell of the table.
    words: Vec<(u32, u32, String)>,
    /// Heading rows, and rows between them and the figures.
    height: u32,
    gap: u32,
    /// Where the first cell of the table lies: the only mark of a table without headings.
    corner: (u32, u32),
    /// Columns, where they were said.
    width: Option<u32>,
    /// What the last row says, where it was said.
    last: Option<String>,
    /// Heading to read a column by, counted from the first.
    columns: BTreeMap<u32, String>,
}

impl Remembered {
    /// What is worth remembering of a table that lies in these columns: no year, no number of a row that grows.
    pub fn of(sheet: &Sheet, outline: &Outline, columns: (u32, u32), said: &BTreeMap<u32, String>) -> Self {
        let left = outline.columns.map_or(columns.0, |(first, _)| first);
        let right = outline.columns.map_or(columns.1, |(_, last)| last);
        let height = outline.headings.map_or(0, |(top, bottom)| bottom - top + 1);
        let texts = |row: u32| {
            let cells = sheet.rows.binary_search_by_key(&row, |r| r.index).ok().map(|i| &sheet.rows[i].cells);
            cells.into_iter().flatten().filter(|(c, _)| (left..=right).contains(c))
        };
        let words = (0..height)
            .flat_map(|n| {
                texts(outline.top() + n).map(move |(c, cell)| (n, c - left, timeless(&label(cell))))
            })
            .collect();
        Self {
            words,
            height,
            gap: outline.body() - outline.top() - height,
            corner: (outline.top(), left),
            width: outline.columns.map(|(first, last)| last - first + 1),
            last: outline.last.and_then(|row| {
                texts(row).find(|(_, c)| matches!(c.value, Value::Text(_))).map(|(_, c)| timeless(&label(c)))
            }),
            columns: said
                .iter()
                .filter(|(c, text)| **c >= left && find_years(text).is_empty())
                .map(|(c, text)| (c - left, text.clone()))
                .collect(),
        }
    }

    /// Whether its headings tell it; without them it is only proposed.
    pub fn is_certain(&self) -> bool {
        self.words.iter().any(|(_, _, text)| !text.is_empty())
    }

    /// Its name among the remembered layouts.
    pub fn signature(&self) -> String {
        let mut hash = Sha256::new();
        let place = if self.is_certain() { (0, 0) } else { self.corner };
        hash.update(format!("outline {} {} {place:?} {:?}", self.height, self.gap, self.width));
        for (row, column, text) in &self.words {
            hash.update(format!("{row} {column} {text}\0"));
        }
        hex::encode(&hash.finalize()[..16])
    }

    /// Where tables of this layout lie on a sheet, each with the headings of its columns.
    pub fn find(&self, sheet: &Sheet) -> Vec<(Outline, BTreeMap<u32, String>)> {
        let mut out: Vec<(Outline, BTreeMap<u32, String>)> = Vec::new();
        for corner in self.corners(sheet) {
            let outline = self.at(sheet, corner);
            if out.iter().all(|(known, _)| !known.meets(&outline)) {
                let columns = self.columns.iter().map(|(c, text)| (corner.1 + c, text.clone())).collect();
                out.push((outline, columns));
            }
        }
        out
    }

    fn corners(&self, sheet: &Sheet) -> Vec<(u32, u32)> {
        let Some((row, column, text)) = self.words.iter().find(|(_, _, text)| !text.is_empty()) else {
            let filled = sheet.rows.iter().any(|r| r.index == self.corner.0);
            return filled.then_some(self.corner).into_iter().collect();
        };
        let texts = |r: u32| sheet.rows.binary_search_by_key(&r, |r| r.index).ok().map(|i| &sheet.rows[i]);
        let mut out = Vec::new();
        for stored in sheet.rows.iter().take(SEARCHED).filter(|r| r.index >= *row) {
            for (c, cell) in stored.cells.iter().filter(|(c, _)| c >= column) {
                if !matches!(cell.value, Value::Text(_)) || timeless(&label(cell)) != *text {
                    continue;
                }
                let corner = (stored.index - row, c - column);
                let same = self.words.iter().all(|(r, c, text)| {
                    let found = texts(corner.0 + r).and_then(|row| row.cell(corner.1 + c));
                    found.is_some_and(|cell| timeless(&label(cell)) == *text)
                });
                if same {
                    out.push(corner);
                }
            }
        }
        out
    }

    fn at(&self, sheet: &Sheet, (top, left): (u32, u32)) -> Outline {
        let body = top + self.height + self.gap;
        let last = self.last.as_ref().and_then(|words| {
            let from = sheet.rows.partition_point(|r| r.index < body);
            let says = |r: &&super::sheet::Row| {
                let text = r.cells.iter().find(|(c, v)| *c >= left && matches!(v.value, Value::Text(_)));
                text.is_some_and(|(_, cell)| timeless(&label(cell)) == *words)
            };
            sheet.rows[from..].iter().find(says).map(|r| r.index)
        });
        Outline {
            headings: (self.height > 0).then(|| (top, top + self.height - 1)),
            first: (self.height == 0 || self.gap > 0).then_some(body),
            last,
            columns: self.width.map(|width| (left, left + width - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::sheet::{Limits, read};

    #[test]
    fn rows_and_columns_are_read_as_people_write_them() {
        assert_eq!(headings("４"), Some((3, 3)));
        assert_eq!(headings("4～5行"), Some((3, 4)));
        assert_eq!(
            (headings("5-4"), headings("0"), headings("4-400"), headings("A")),
            (None, None, None, None)
        );
        assert_eq!(body("6-"), Some((Some(5), None)));
        assert_eq!(body("6-40"), Some((Some(5), Some(39))));
        assert_eq!(body("-40"), Some((None, Some(39))));
        assert_eq!((body("-"), body("40-6")), (None, None));
        assert_eq!(columns("ｂ：ＡＡ"), Some((1, 26)));
        assert_eq!(columns("C"), Some((2, 2)));
        assert_eq!((columns("C-A"), columns("3"), columns("")), (None, None, None));
    }

    #[test]
    fn what_was_written_is_written_again() {
        let outline = Outline { headings: Some((3, 4)), first: Some(6), last: None, columns: Some((1, 10)) };
        let (head, rows, span) = outline.words();
        assert_eq!((head.as_str(), rows.as_str(), span.as_str()), ("4-5", "7-", "B-K"));
        assert_eq!(headings(&head), outline.headings);
        assert_eq!(body(&rows), Some((outline.first, outline.last)));
        assert_eq!(columns(&span), outline.columns);
    }

    #[test]
    fn a_table_is_found_again_where_it_moved_and_grew() {
        let book = |text: &str| read(text.as_bytes(), "x.csv", &Limits::default()).unwrap();
        let first = book("x\n甲R7,乙,丙\nあ,1,2\n計,1,2\n後,9,9\n");
        let outline = Outline { headings: Some((1, 1)), last: Some(3), ..Outline::default() };
        let said = [(1, "医薬品".to_owned()), (2, "令和7年度".to_owned())].into();
        let remembered = Remembered::of(&first.sheets[0], &outline, (0, 2), &said);
        let next = book("x\ny\nz\n,甲R8,乙,丙\n,あ,1,2\n,い,3,4\n,計,4,6\n,後,9,9\n");
        let found = remembered.find(&next.sheets[0]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.headings, found[0].0.last), (Some((3, 3)), Some(6)));
        assert_eq!(found[0].1, [(2, "医薬品".to_owned())].into());
        assert!(remembered.find(&book("x\n甲,乙,別\n").sheets[0]).is_empty());
    }
}
