//! From a sheet to its tables: headers are found, titles above them read, columns given a meaning, rows taken in.

mod body;
mod columns;
mod figures;
mod grid;
mod header;
mod lines;
mod outside;
mod region;
mod title;

use std::collections::HashMap;

use crate::kernel::FiscalYear;
use crate::kernel::yen::YenUnit;

use super::corrections::{Corrections, IGNORED, TableCorrection, anchor};
use super::findings::{Code, Findings};
use super::model::{Form, Stage};
use super::names::{Match, Programs};
use super::number::Amount;
use super::outline::Outline;
use super::sheet::{Sheet, cell_name};
use super::vocabulary::Role;

pub use grid::{Content, Grid, label};
pub use lines::tables;
pub use region::{AmountColumn, Aside, BodyRow, Figure, Region, RowKind, family};
pub use title::{Stated, statements, year_of_name};

use body::{Body, End};
use columns::Layout;
use header::{Column, Header, is_header};
use region::Region as Found;
use title::Title;

/// What one table may take over from the one above it, and from the names of sheet and file.
#[derive(Clone, Default)]
struct Inherited {
    year: Option<FiscalYear>,
    stage: Option<Stage>,
    unit: Option<YenUnit>,
    ministry: Option<&'static str>,
    round: Option<u8>,
}

/// Reads all tables of a sheet. `names` remembers names across sheets, so that each unknown one is told once.
pub fn regions(
    sheet: &Sheet,
    is_text: bool,
    file_name: &str,
    programs: &Programs,
    corrections: &Corrections,
    names: &mut HashMap<String, Match>,
    findings: &mut Findings,
) -> Vec<Region> {
    let grid = Grid::new(sheet, is_text);
    let mut out: Vec<Region> = Vec::new();
    let mut inherited = Inherited {
        year: title::year_of_name(&sheet.name).or_else(|| title::year_of_name(file_name)),
        stage: title::stage_of_name(&sheet.name).or_else(|| title::stage_of_name(file_name)),
        round: title::round_of(&sheet.name).or_else(|| title::round_of(file_name)),
        ..Inherited::default()
    };
    let outlined = corrections.outlined(&sheet.name);
    let mut waiting = outlined.as_slice();
    // The title of a table may begin at `floor`; of one beside another that was outlined, at `before`.
    let (mut floor, mut before) = (0, 0);
    let mut at = 0;
    loop {
        let row = sheet.rows.get(at).map(|r| r.index);
        if let Some(((anchor, said, outline), rest)) = waiting.split_first()
            && row.is_none_or(|row| row >= outline.top())
        {
            waiting = rest;
            let header = header::outlined(&grid, outline);
            let above = if outline.top() < floor { before } else { floor };
            let reader = Reader {
                grid: &grid,
                header: &header,
                columns: &header.columns,
                floor: above,
                programs,
                anchor: (*anchor).to_owned(),
                said: Some(said),
                end: End { last: outline.last, before: following(rest, outline) },
                outlined: true,
            };
            if let Some(region) = reader.read(&mut inherited, names, findings) {
                (floor, before) = (floor.max(region.bottom + 1), above);
                out.push(region);
            }
            at = at.max(sheet.rows.partition_point(|r| r.index < floor));
            continue;
        }
        let Some(main) = row else { break };
        if main < floor || !is_header(&grid, main) {
            at += 1;
            continue;
        }
        let header = header::read(&grid, main, floor);
        let ceiling = waiting.first().map(|(_, _, outline)| outline.top());
        let replaced =
            |c: &[Column]| outlined.iter().any(|(a, ..)| *a == first_cell(&sheet.name, &header, c));
        if ceiling.is_some_and(|top| header.bottom >= top) || replaced(&header.columns) {
            at += 1;
            continue;
        }
        let mut bottom = header.bottom;
        for columns in side_by_side(&header) {
            let anchor = first_cell(&sheet.name, &header, columns);
            let said = corrections.tables.get(&anchor);
            let reader = Reader {
                grid: &grid,
                header: &header,
                columns,
                floor,
                programs,
                anchor,
                said,
                end: End { last: None, before: ceiling },
                outlined: false,
            };
            if let Some(region) = reader.read(&mut inherited, names, findings) {
                bottom = bottom.max(region.bottom);
                out.push(region);
            }
        }
        (floor, before) = (bottom + 1, bottom + 1);
        at = sheet.rows.partition_point(|r| r.index < floor);
    }
    outside::check(&grid, &out, findings);
    out
}

/// The row at which the next outlined table below begins, where it shares columns.
fn following(rest: &[(&str, &TableCorrection, &Outline)], outline: &Outline) -> Option<u32> {
    rest.iter()
        .map(|(_, _, o)| o)
        .find(|o| o.top() > outline.top() && o.shares_columns(outline))
        .map(|o| o.top())
}

fn first_cell(sheet: &str, header: &Header, columns: &[Column]) -> String {
    columns.first().map_or_else(String::new, |c| anchor(sheet, header.top, c.index))
}

/// Puts what a person said in place of what was recognised, before anything is made of it.
fn correct(said: &TableCorrection, title: &mut Title, columns: &mut [Column], place: (u32, u32)) {
    title.year = said.year.or(title.year);
    title.round = said.round.or(title.round);
    if let Some(stage) = said.stage {
        (title.stage, title.kind) = (Some(stage), None);
    }
    if let Some(unit) = said.unit {
        title.units = vec![(unit, place)];
    }
    for column in columns {
        if let Some(heading) = said.columns.get(&column.index) {
            let year = column.facets.year;
            column.path = vec![if heading == IGNORED { "No".to_owned() } else { heading.clone() }];
            column.facets = super::vocabulary::facets(heading);
            column.role = super::vocabulary::role(&column.path[0]);
            if column.role.is_none() {
                column.facets.year = column.facets.year.or(year);
            }
        }
        if said.unit.is_some() {
            column.facets.unit = None;
        }
    }
}

/// Several tables may stand beside each other under one header row: each begins with its own column of names.
fn side_by_side(header: &Header) -> Vec<&[Column]> {
    let mut cuts = vec![0];
    let mut amounts_seen = false;
    let mut named = false;
    for (i, column) in header.columns.iter().enumerate() {
        let own = column.path.last().and_then(|t| super::vocabulary::role(t));
        if own == Some(Role::Program) {
            if named && amounts_seen {
                // A running number before the names belongs to them.
                let before = header.columns[..i].iter().rposition(|c| {
                    c.facets.any() || c.role == Some(Role::Amount) || c.role == Some(Role::Note)
                });
                cuts.push(before.map_or(i, |b| b + 1));
                amounts_seen = false;
            }
            named = true;
        } else if column.facets.any() || column.role == Some(Role::Amount) {
            amounts_seen = true;
        }
    }
    cuts.push(header.columns.len());
    cuts.windows(2).map(|w| &header.columns[w[0]..w[1]]).filter(|c| !c.is_empty()).collect()
}

struct Reader<'a, 'g> {
    grid: &'a Grid<'g>,
    header: &'a Header,
    columns: &'a [Column],
    floor: u32,
    programs: &'a Programs,
    anchor: String,
    /// What a person corrected about this table.
    said: Option<&'a TableCorrection>,
    end: End,
    /// A person said where it lies: it is shown whatever is read there.
    outlined: bool,
}

impl Reader<'_, '_> {
    fn read(
        &self,
        inherited: &mut Inherited,
        names: &mut HashMap<String, Match>,
        told: &mut Findings,
    ) -> Option<Region> {
        // What is found in a table that a person set aside concerns nobody.
        let mut aside = Findings::default();
        let skipped = self.said.is_some_and(|s| s.skip);
        let findings = if skipped { &mut aside } else { told };
        let extent = (self.columns.first()?.index, self.columns.last()?.index);
        let mut title = title::read(self.grid, self.floor, self.header.top, extent, self.programs);
        let mut stated_year = title.year;
        title.year = title.year.or(inherited.year);
        title.ministry = title.ministry.or(inherited.ministry);
        title.round = title.round.or(inherited.round);
        let mut columns = self.columns.to_vec();
        if let Some(said) = self.said {
            correct(said, &mut title, &mut columns, (self.header.top, extent.0));
            stated_year = stated_year.filter(|_| said.year.is_none());
        }
        let layout = columns::layout(self.grid, self.header, &columns, &title);
        if !layout.is_budget() && !self.outlined {
            return None;
        }
        let unit = self.unit(&layout, &title, findings).or(inherited.unit);
        let mut quiet = Findings::default();
        let mut body = Body {
            grid: self.grid,
            header: self.header,
            layout: &layout,
            title: &title,
            unit,
            programs: self.programs,
            names,
            findings: &mut quiet,
            end: self.end,
        };
        let (rows, bottom) = body.read();
        let read = layout.is_budget() && rows.iter().any(|r| r.figures.iter().any(|f| *f != Figure::Blank));
        if !read {
            if !self.outlined {
                return None;
            }
            findings.at(
                Code::OutlineUnread,
                (self.header.top, extent.0),
                "指定した範囲から予算の表を読み取れません。行と列の範囲、事業名（またはプロジェクト・所管）の列、金額の列の見出しを確かめてください。",
                "No budget table can be read in the range that was given. Check its rows and columns, and say which column holds the names (or projects, ministries) and which the amounts.",
            );
        }
        findings.absorb(quiet);
        layout.report(self.header, findings);
        let mut region = Found {
            header: (self.header.top, self.header.bottom),
            body: self.header.body,
            columns: (layout.first, layout.last),
            bottom,
            form: Form::Long,
            unit,
            year: title.year,
            stage: title.stage.or(inherited.stage),
            round: title.round,
            anchor: self.anchor.clone(),
            headings: self.columns.iter().map(|c| (c.index, c.heading())).collect(),
            dimensions: layout.dimensions.clone(),
            label: layout.label,
            skipped,
            amounts: layout.amounts.clone(),
            asides: layout.asides.clone(),
            rows,
            title,
        };
        lines::keep_newest_editions(self.grid, &layout, &mut region);
        region.form = lines::form(&layout, &region);
        self.check_unit(&region, &layout, findings);
        self.check_year(&region, stated_year, findings);
        self.check_hidden(&region, findings);
        inherited.year = region.year.or(inherited.year);
        inherited.stage = region.title.stage.or(inherited.stage);
        inherited.unit = region.unit.or(inherited.unit);
        inherited.ministry = None;
        Some(region)
    }

    /// The unit stated nearest above the table; tells when two are stated.
    fn unit(&self, layout: &Layout, title: &Title, findings: &mut Findings) -> Option<YenUnit> {
        let amounts: Vec<u32> = layout.amounts.iter().map(|a| a.index).collect();
        let in_header =
            self.columns.iter().filter(|c| !amounts.contains(&c.index)).find_map(|c| {
                c.facets.unit.or_else(|| c.path.iter().find_map(|t| super::vocabulary::unit(t)))
            });
        let stated = title.units.last().copied();
        if let (Some((first, _)), Some((last, place))) = (title.units.first(), stated)
            && *first != last
        {
            findings.at(
                Code::UnitMixed, place,
                format!("表の上に単位が二つ（{}と{}）書かれています。{}として読み取りました。正しい単位だけを残してください。", first.japanese(), last.japanese(), last.japanese()),
                format!("Two units stand above the table ({} and {}). It was read in {}. Leave only the right one.", first.japanese(), last.japanese(), last.japanese()),
            );
        }
        let overall = stated.map(|(unit, _)| unit).or(in_header);
        for column in &layout.amounts {
            if let (Some(own), Some(overall)) = (column.unit, overall)
                && own != overall
            {
                findings.at(
                    Code::UnitMixed, (self.header.bottom, column.index),
                    format!("表の単位は{}ですが、この列の見出しは{}です。列の単位で読み取りました。単位をそろえてください。", overall.japanese(), own.japanese()),
                    format!("The table is in {}, this column's heading says {}. The column was read by its heading. Use one unit.", overall.japanese(), own.japanese()),
                );
            }
        }
        // One unit in every heading is the unit of the table.
        overall.or_else(|| {
            let first = layout.amounts.first()?.unit?;
            layout.amounts.iter().all(|a| a.unit == Some(first)).then_some(first)
        })
    }

    fn check_unit(&self, region: &Region, layout: &Layout, findings: &mut Findings) {
        if region.unit.is_some() || layout.dimension(Role::Unit).is_some() {
            return;
        }
        let bare = region.rows.iter().find_map(|row| {
            layout.amounts.iter().filter(|a| a.unit.is_none()).find_map(|a| {
                let content = self.grid.content(row.row, a.index);
                matches!(content, Content::Figure { amount: Amount::Bare(n), .. } if n.whole() != 0)
                    .then_some((row.row, a.index))
            })
        });
        if let Some(place) = bare {
            findings.at(
                Code::UnitMissing,
                place,
                "単位が書かれていません。表の上に「（単位：千円）」のように単位を入力してください。",
                "No unit is stated. Write it above the table, for example （単位：千円）.",
            );
        }
    }

    fn check_year(&self, region: &Region, stated: Option<FiscalYear>, findings: &mut Findings) {
        let mut years: Vec<FiscalYear> =
            region.amounts.iter().filter(|a| a.own_year).filter_map(|a| a.year).collect();
        years.extend(region.rows.iter().filter_map(|r| r.year));
        if let Some(stated) = stated.filter(|s| !years.is_empty() && !years.contains(s)) {
            // A table whose every figure has its own year, in a block about another year.
            let all_own = region.amounts.iter().all(|a| a.own_year || a.is_total)
                || region.rows.iter().all(|r| r.year.is_some() || r.kind != RowKind::Line);
            if all_own {
                let seen = years.iter().map(|y| y.short()).collect::<Vec<_>>();
                let mut seen = seen;
                seen.dedup();
                findings.at(
                    Code::YearConflict,
                    region.title.year_place,
                    format!(
                        "表題は{}ですが、表の中の年度は{}です。どちらかを直してください。",
                        stated.japanese(),
                        seen.join("、")
                    ),
                    format!(
                        "The title says {}, the table says {}. Correct one of them.",
                        stated.short(),
                        seen.join(", ")
                    ),
                );
            }
        }
        let lacks = region.year.is_none()
            && region.amounts.iter().any(|a| a.year.is_none())
            && region.rows.iter().any(|r| r.kind == RowKind::Line && r.year.is_none());
        if lacks {
            findings.at(
                Code::YearMissing,
                (region.header.0, region.columns.0),
                "年度が分かりません。表題に「令和7年度」のように年度を入力してください。",
                "The fiscal year is not stated. Write it in the title, for example 令和7年度.",
            );
        }
    }

    fn check_hidden(&self, region: &Region, findings: &mut Findings) {
        let rows: Vec<String> =
            region.rows.iter().filter(|r| r.hidden).map(|r| (r.row + 1).to_string()).collect();
        let columns: Vec<&AmountColumn> =
            region.amounts.iter().filter(|a| self.grid.sheet.is_column_hidden(a.index)).collect();
        if let Some(first) = region.rows.iter().find(|r| r.hidden) {
            let shown = rows.iter().take(10).cloned().collect::<Vec<_>>().join("、");
            findings.at(
                Code::HiddenCells,
                (first.row, region.columns.0),
                format!(
                    "非表示の行（{shown}行目）に金額があります。表示されている行と同じように読み取りました。"
                ),
                format!("Hidden rows ({shown}) hold amounts. They were read like the visible ones."),
            );
        }
        if let Some(first) = columns.first() {
            findings.at(
                Code::HiddenCells,
                (region.header.1, first.index),
                "非表示の列に金額があります。表示されている列と同じように読み取りました。",
                "A hidden column holds amounts. It was read like the visible ones.",
            );
        }
    }
}

impl Region {
    /// `A3:K20`.
    pub fn range(&self) -> String {
        format!("{}:{}", cell_name(self.header.0, self.columns.0), cell_name(self.bottom, self.columns.1))
    }
}

/// Whether a cell is a number as far as a table is concerned.
pub fn is_number(cell: &super::sheet::Cell) -> bool {
    grid::content(cell).is_number()
}

/// Amounts stated in sentences, on a sheet without a table: 「令和7年度要求・要望額 122億円（前年度予算額 92億円）」.
pub fn stated_tables(sheet: &Sheet, file_name: &str, programs: &Programs) -> Vec<super::model::Table> {
    use super::model::{Kind, Line, Table};
    let grid = Grid::new(sheet, false);
    let Some(last) = sheet.rows.last().map(|r| r.index) else { return Vec::new() };
    let whole = title::read(&grid, 0, last.saturating_add(1), (0, u32::MAX - 2), programs);
    let year =
        whole.year.or_else(|| title::year_of_name(&sheet.name)).or_else(|| title::year_of_name(file_name));
    let Some(program) = whole.program else { return Vec::new() };
    let mut out: Vec<Table> = Vec::new();
    for stated in whole.stated {
        // The first year named in the sentence is the year of the sheet.
        let of = stated.year.map_or(year, |y| y.resolve(year));
        let kind = match stated.stage {
            Some(Stage::Supplementary) => Kind::Supplementary,
            Some(Stage::Adjustment) => Kind::Adjustment,
            _ => Kind::Initial,
        };
        let cell = cell_name(stated.place.0, stated.place.1);
        if out.iter().any(|t| t.fiscal_year == of && t.stage == stated.stage) {
            continue;
        }
        out.push(Table {
            sheet: sheet.name.clone(),
            range: format!("{cell}:{cell}"),
            header_rows: Vec::new(),
            unit: Some(YenUnit::Yen),
            fiscal_year: of,
            stage: stated.stage,
            round: None,
            form: Form::Statement,
            lines: vec![Line {
                program: Some(program.clone()),
                project: whole.project.map(str::to_owned),
                ministry: whole.ministry.map(str::to_owned),
                kind,
                amount_yen: Some(stated.yen),
                within_yen: None,
                cell,
                note: String::new(),
                counted: true,
            }],
        });
    }
    out
}
