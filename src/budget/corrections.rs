//! What a person corrects about a reading, and what of it is worth remembering for next year's file.
//!
//! A correction never changes a figure: it says what the words around the figures should have said. A column is
//! corrected by the heading it ought to carry, which then goes through the same vocabulary as a printed one; so every
//! check that holds for printed headings holds for corrected ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::model::Stage;
use super::outline::{self, Outline};
use super::sheet::cell_name;
use super::vocabulary::{find_years, key};
use crate::kernel::FiscalYear;
use crate::kernel::yen::YenUnit;

/// The heading that takes a column out of the table.
pub const IGNORED: &str = "無視";

/// Corrections of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Corrections {
    /// By [`anchor`] of the table.
    pub tables: BTreeMap<String, TableCorrection>,
    /// Programs that a person chose for names nobody knew, by the normal form of the name.
    pub programs: BTreeMap<String, ChosenProgram>,
    /// What the lines of the file replace, by `2025/initial/0`; see [`Extent`].
    pub extents: BTreeMap<String, Extent>,
}

/// A program chosen for a name of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenProgram {
    pub id: Uuid,
    /// The name as the file prints it.
    pub name: String,
}

/// How much of a year and stage a file speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of it: lines that the file does not have are removed.
    Whole,
    /// The programs it names: lines of other programs stay as they are.
    Part,
}

/// What a person says about one table; what is not said stays as recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableCorrection {
    /// No budget table: not read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<YenUnit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<FiscalYear>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// 第1次, 第2回: which supplementary budget or round of the adjustment fund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<u8>,
    /// Where the table lies, where a person says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outline: Option<Outline>,
    /// Heading to read a column by, by column index.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<u32, String>,
}

/// What is remembered of a confirmed table: nothing that belongs to one year only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    pub skip: bool,
    pub unit: Option<YenUnit>,
    pub stage: Option<Stage>,
    /// Heading to read a column by, by the key of the printed heading and how often it stood before.
    pub columns: BTreeMap<String, String>,
    /// How the table is found, where a person said where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outline: Option<outline::Remembered>,
}

impl Corrections {
    /// The tables of a sheet that a person outlined, from the top down, from left to right.
    pub fn outlined(&self, sheet: &str) -> Vec<(&str, &TableCorrection, &Outline)> {
        let mut out: Vec<_> = self
            .tables
            .iter()
            .filter(|(anchor, _)| anchor.rsplit_once('!').is_some_and(|(name, _)| name == sheet))
            .filter_map(|(anchor, said)| Some((anchor.as_str(), said, said.outline.as_ref()?)))
            .collect();
        out.sort_by_key(|(_, _, outline)| (outline.top(), outline.left()));
        out
    }
}

/// Names a table of a file by the first cell of its header: `予算!A4`. No correction moves it.
pub fn anchor(sheet: &str, row: u32, column: u32) -> String {
    format!("{sheet}!{}", cell_name(row, column))
}

/// The layout of a table without what changes from year to year: its headings in order, digits and years taken out.
pub fn signature(headings: &[(u32, String)]) -> String {
    let mut hash = Sha256::new();
    for (_, heading) in headings {
        hash.update(timeless(heading).as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..16])
}

/// A heading without its year and numbers.
pub fn timeless(heading: &str) -> String {
    key(heading)
        .replace("令和", "")
        .replace("平成", "")
        .replace('元', "")
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .collect()
}

impl TableCorrection {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What next year's file may use; headings with a year in them are left out.
    pub fn remembered(&self, headings: &[(u32, String)]) -> Remembered {
        let names = names_of(headings);
        let columns = self
            .columns
            .iter()
            .filter(|(_, text)| find_years(text).is_empty())
            .filter_map(|(column, text)| Some((names.get(column)?.clone(), text.clone())))
            .collect();
        Remembered { skip: self.skip, unit: self.unit, stage: self.stage, columns, outline: None }
    }
}

impl Remembered {
    /// The correction of a table with these headings.
    pub fn correction(&self, headings: &[(u32, String)]) -> TableCorrection {
        let columns = names_of(headings)
            .into_iter()
            .filter_map(|(column, name)| Some((column, self.columns.get(&name)?.clone())))
            .collect();
        TableCorrection {
            skip: self.skip,
            unit: self.unit,
            stage: self.stage,
            columns,
            ..TableCorrection::default()
        }
    }
}

/// A name for each column that next year's file has too: its timeless heading, numbered where it repeats.
fn names_of(headings: &[(u32, String)]) -> BTreeMap<u32, String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    headings
        .iter()
        .map(|(column, heading)| {
            let name = timeless(heading);
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            (*column, format!("{name}#{count}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(year: &str) -> Vec<(u32, String)> {
        vec![
            (0, "事業名".into()),
            (1, format!("令和{year}年度予算額")),
            (2, "総括".into()),
            (3, "総括".into()),
        ]
    }

    #[test]
    fn a_layout_is_the_same_next_year() {
        assert_eq!(signature(&headings("7")), signature(&headings("８")));
        assert_ne!(signature(&headings("7")), signature(&headings("7")[..3]));
    }

    #[test]
    fn what_is_remembered_fits_next_year_and_forgets_the_year() {
        let said = TableCorrection {
            unit: Some(YenUnit::Thousand),
            year: FiscalYear::new(2025).ok(),
            columns: [
                (2, "医薬品".to_owned()),
                (3, IGNORED.to_owned()),
                (1, "令和7年度当初予算額".to_owned()),
            ]
            .into(),
            ..TableCorrection::default()
        };
        let next = said.remembered(&headings("7")).correction(&headings("8"));
        assert_eq!(next.unit, Some(YenUnit::Thousand));
        assert_eq!(next.year, None);
        assert_eq!(next.columns, [(2, "医薬品".to_owned()), (3, IGNORED.to_owned())].into());
    }
}
