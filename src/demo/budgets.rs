//! The budgets of the demo: workbooks as an agency would get them, taken in by the same reading, proof and writing as a
//! file that is sent in the browser, so that every figure opens a real cell.
//!
//! Where a program's amount of a year was published it is the published one; the years around it follow from it, and
//! programs of which nothing was published from the money of the demo's tasks (`amounts`). The note of a line says which.
//! Waiting drafts, a superseded and a reversed version are there so that every state of the pages can be seen.

mod amounts;

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Days, Utc};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};

use super::accounts::account_id;
use super::plan::Plan;
use crate::audit::Actor;
use crate::budget::imports::actions::take_in;
use crate::budget::versions;
use crate::db::Tx;
use crate::kernel::{FiscalYear, Text};

/// Amounts of one program in one year, 千円, by place of the project.
#[derive(Clone, Debug)]
struct Row {
    program: String,
    ministry: String,
    thousands: Vec<i64>,
    origin: Origin,
    /// No source and no task gives an amount: `thousands` are but weights.
    bare: bool,
}

/// Where the amounts of a row come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Every amount was published.
    Published,
    /// The total was published, its parts by project are the demo's.
    PublishedTotal,
    Demo,
}

impl Origin {
    fn note(self) -> &'static str {
        match self {
            Self::Published => "公表額",
            Self::PublishedTotal => "公表額（PJ内訳はデモ）",
            Self::Demo => "デモ",
        }
    }
}

/// The programs and projects of one year.
#[derive(Clone, Debug, Default)]
struct Year {
    projects: Vec<String>,
    rows: Vec<Row>,
}

/// How a table is headed.
struct Heading {
    title: String,
    sheet: String,
    /// Added to the total of the first row: a fault, for a draft that is refused.
    fault: i64,
}

/// Takes in the budgets of the demo's years.
pub async fn fill(tx: &mut Tx<'_>, plan: &Plan, now: DateTime<Utc>) -> anyhow::Result<()> {
    let last = plan.size.current_fy;
    let mut years = years(tx, *plan.size.fiscal_years().start(), last).await?;
    amounts::settle(&mut years, &published(tx).await?, plan.size.seed);
    let Some(current) = years.get(&last) else { return Ok(()) };
    let email = "admin@demo.nakadachi.example";
    let actor = Actor { id: account_id(plan.size.seed, email), label: email.to_owned(), request_id: None };
    let mut clerk = Clerk { tx, actor, at: now - Days::new(200) };
    for (fy, year) in &years {
        let name = year_name(*fy)?;
        let heading =
            Heading::new(format!("{name} 医療分野の研究開発関連予算（AMED対象経費） 当初予算額"), "当初");
        clerk.apply(&format!("{}当初予算.xlsx", short(*fy)?), year, &heading, "").await?;
    }
    clerk.at = now - Days::new(120);
    let name = year_name(last)?;
    // What was asked for this year and became of it, and what is asked for the next.
    let asked = current.clone();
    let heading = Heading::new(format!("{name} 概算要求 AMED対象経費 要求額"), "要求");
    clerk.apply(&format!("{}概算要求.xlsx", short(last)?), &asked.scaled(1.08), &heading, "").await?;
    let heading = Heading::new(format!("{name} AMED対象経費 要望額（重要政策推進枠）"), "要望");
    clerk.apply(&format!("{}要望.xlsx", short(last)?), &asked.part(6, 0.12), &heading, "").await?;
    let heading = Heading::new(format!("{name} AMED対象経費 政府予算案"), "政府案");
    clerk.apply(&format!("{}政府案.xlsx", short(last)?), &asked, &heading, "").await?;
    let next = year_name(last + 1)?;
    let heading = Heading::new(format!("{next} 概算要求 AMED対象経費 要求額"), "要求");
    clerk.apply(&format!("{}概算要求.xlsx", short(last + 1)?), &asked.scaled(1.06), &heading, "").await?;
    if let Some(before) = years.get(&(last - 1)) {
        let name = year_name(last - 1)?;
        let heading = Heading::new(format!("{name} 第1次補正予算 AMED対象経費"), "補正");
        clerk
            .apply(&format!("{}第1次補正.xlsx", short(last - 1)?), &before.part(7, 0.22), &heading, "")
            .await?;
        for (round, programs, share) in [(1, 11, 0.05), (2, 5, 0.03)] {
            let heading = Heading::new(format!("{name} 調整費（第{round}回）の配分"), "調整費");
            let file = format!("{}調整費第{round}回.xlsx", short(last - 1)?);
            clerk.apply(&file, &before.part(programs, share), &heading, "").await?;
        }
    }
    clerk.at = now - Days::new(40);
    let heading = Heading::new(format!("{name} 調整費（第1回）の配分"), "調整費");
    let file = format!("{}調整費第1回.xlsx", short(last)?);
    clerk.apply(&file, &asked.part(9, 0.05), &heading, "").await?;
    // A version that was corrected, and one that was taken back.
    let heading =
        Heading::new(format!("{name} 医療分野の研究開発関連予算（AMED対象経費） 当初予算額（訂正）"), "当初");
    let corrected = asked.corrected();
    clerk
        .apply(&format!("{}当初予算_訂正.xlsx", short(last)?), &corrected, &heading, "一事業の計上誤りの訂正")
        .await?;
    let heading = Heading::new(format!("{name} 調整費（第2回）の配分"), "調整費");
    let file = format!("{}調整費第2回_事務局案.xlsx", short(last)?);
    let import = clerk.apply(&file, &asked.part(4, 0.02), &heading, "").await?;
    versions::actions::reverse_import(
        clerk.tx,
        &clerk.actor,
        import,
        &Text::parse("決定前の案を取り込んだため").context("a reason")?,
        clerk.at,
    )
    .await?;
    // Two drafts that wait: one that can be applied, one whose sum is wrong.
    clerk.at = now - Days::new(2);
    let heading = Heading::new(format!("{name} 第1次補正予算 AMED対象経費"), "補正");
    clerk.send(&format!("{}第1次補正.xlsx", short(last)?), &asked.part(8, 0.18), &heading).await?;
    let mut heading = Heading::new(format!("{next} 概算要求 AMED対象経費 要求額（修正）"), "要求");
    heading.fault = 100;
    clerk.send(&format!("{}概算要求_修正.xlsx", short(last + 1)?), &asked.scaled(1.07), &heading).await
}

fn year_name(fy: i16) -> anyhow::Result<String> {
    Ok(FiscalYear::try_from(fy)?.japanese())
}

fn short(fy: i16) -> anyhow::Result<String> {
    Ok(FiscalYear::try_from(fy)?.short())
}

/// Money of programs by project and year.
async fn years(tx: &mut Tx<'_>, first: i16, last: i16) -> anyhow::Result<BTreeMap<i16, Year>> {
    let cells = sqlx::query!(
        r#"
        SELECT s.fiscal_year, p.name_ja AS program, coalesce(m.name_ja, '') AS "ministry!", j.name_ja AS project,
               s.amount_yen AS yen, coalesce(s.source, '') NOT LIKE '%demo%' AS "published!"
        FROM program_projects s
        JOIN programs p ON p.id = s.program_id
        JOIN projects j ON j.id = s.project_id
        LEFT JOIN ministries m ON m.code = p.ministry_code
        WHERE s.fiscal_year BETWEEN $1 AND $2 AND NOT p.is_unspecified
        ORDER BY s.fiscal_year, j.number, m.position NULLS LAST, p.code
        "#,
        first,
        last
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut out: BTreeMap<i16, Year> = BTreeMap::new();
    for cell in &cells {
        let year = out.entry(cell.fiscal_year).or_default();
        if !year.projects.contains(&cell.project) {
            year.projects.push(cell.project.clone());
        }
    }
    for cell in cells {
        let Some(year) = out.get_mut(&cell.fiscal_year) else { continue };
        let place = year.projects.iter().position(|p| *p == cell.project).unwrap_or(0);
        let width = year.projects.len();
        let at = year.rows.iter().position(|r| r.program == cell.program).unwrap_or_else(|| {
            year.rows.push(Row {
                program: cell.program.clone(),
                ministry: cell.ministry.clone(),
                thousands: vec![0; width],
                origin: Origin::Published,
                bare: true,
            });
            year.rows.len() - 1
        });
        let row = &mut year.rows[at];
        match cell.yen {
            Some(yen) => {
                if std::mem::take(&mut row.bare) {
                    row.thousands.fill(0);
                }
                row.thousands[place] += yen / 1_000;
            }
            // Until an amount is found, the money lies evenly over the projects.
            None if row.bare => row.thousands[place] = 1,
            None => {}
        }
        if !cell.published {
            row.origin = Origin::Demo;
        }
    }
    for row in out.values_mut().flat_map(|y| &mut y.rows).filter(|r| r.bare) {
        row.origin = Origin::Demo;
    }
    Ok(out)
}

/// Published amounts of the budget in law by program and year, 千円.
async fn published(tx: &mut Tx<'_>) -> anyhow::Result<BTreeMap<(String, i16), i64>> {
    let rows = sqlx::query!(
        r#"
        SELECT p.name_ja AS program, a.fiscal_year, a.amount_yen / 1000 AS "thousands!"
        FROM program_published_amounts a
        JOIN programs p ON p.id = a.program_id
        WHERE a.stage = 'initial'
        ORDER BY p.name_ja, a.fiscal_year
        "#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| ((r.program, r.fiscal_year), r.thousands)).collect())
}

impl Heading {
    fn new(title: String, sheet: &str) -> Self {
        Self { title, sheet: sheet.to_owned(), fault: 0 }
    }
}

impl Year {
    fn map(&self, of: impl Fn(usize, i64) -> i64) -> Self {
        let rows = self.rows.iter().enumerate().map(|(i, r)| Row {
            thousands: r.thousands.iter().map(|t| of(i, *t)).collect(),
            origin: Origin::Demo,
            ..r.clone()
        });
        Self { projects: self.projects.clone(), rows: rows.collect() }
    }

    fn scaled(&self, factor: f64) -> Self {
        self.map(|_, t| (t as f64 * factor / 10.0).round() as i64 * 10)
    }

    /// Every so manieth program with a share of its budget.
    fn part(&self, programs: usize, share: f64) -> Self {
        let step = (self.rows.len() / programs.max(1)).max(1);
        let mut part = self.scaled(share);
        part.rows = part.rows.into_iter().step_by(step).take(programs).collect();
        part
    }

    /// With one cell of one program changed and one program more in another.
    fn corrected(&self) -> Self {
        let mut out = self.clone();
        let largest = out.rows.iter_mut().max_by_key(|r| r.thousands.iter().sum::<i64>());
        if let Some(cell) = largest.and_then(|r| r.thousands.iter_mut().max()) {
            *cell += 12_500;
        }
        if let Some(cell) = out.rows.last_mut().and_then(|r| r.thousands.iter_mut().max()) {
            *cell = (*cell - 3_000).max(0);
        }
        out
    }
}

/// Writes workbooks and takes them in.
struct Clerk<'a, 'c> {
    tx: &'a mut Tx<'c>,
    actor: Actor,
    at: DateTime<Utc>,
}

impl Clerk<'_, '_> {
    async fn apply(
        &mut self,
        file: &str,
        year: &Year,
        heading: &Heading,
        reason: &str,
    ) -> anyhow::Result<crate::kernel::BudgetImportId> {
        let bytes = workbook(year, heading).with_context(|| format!("writing {file}"))?;
        take_in(self.tx, &self.actor, (file, bytes), Some(reason), self.at).await
    }

    async fn send(&mut self, file: &str, year: &Year, heading: &Heading) -> anyhow::Result<()> {
        let bytes = workbook(year, heading).with_context(|| format!("writing {file}"))?;
        take_in(self.tx, &self.actor, (file, bytes), None, self.at).await.map(|_| ())
    }
}

/// A table as such tables look: title, unit, a header of two levels, zeros printed, a total, a note.
fn workbook(year: &Year, heading: &Heading) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same file for the same demo, to the byte.
    let made = ExcelDateTime::from_ymd(2026, 4, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name(&heading.sheet)?;
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00_E8_F1_FE));
    let money = Format::new().set_num_format("#,##0").set_border(FormatBorder::Thin);
    let cell = Format::new().set_border(FormatBorder::Thin);
    let projects = u16::try_from(year.projects.len()).unwrap_or(u16::MAX);
    let last = 3 + projects;
    let note = last + 1;
    sheet.write_string_with_format(0, 0, &heading.title, &Format::new().set_bold().set_font_size(14))?;
    sheet.write_string(1, last, "（単位：千円）")?;
    for (column, word) in [(0, "No"), (1, "事業名"), (2, "所管"), (last, "計"), (note, "備考")] {
        sheet.merge_range(2, column, 3, column, word, &head)?;
    }
    if projects > 1 {
        sheet.merge_range(2, 3, 2, last - 1, "統合プロジェクト", &head)?;
    } else {
        sheet.write_string_with_format(2, 3, "統合プロジェクト", &head)?;
    }
    sheet.set_column_width(0, 5)?.set_column_width(1, 56)?.set_column_width(2, 16)?;
    for (column, project) in (3_u16..).zip(&year.projects) {
        sheet.write_string_with_format(3, column, project, &head)?;
        sheet.set_column_width(column, 16)?;
    }
    sheet.set_column_width(last, 16)?.set_column_width(note, 24)?;
    sheet.set_row_height(3, 45)?;
    let mut sums = vec![0_i64; year.projects.len() + 1];
    let mut at = 4;
    for (n, row) in (1_u32..).zip(&year.rows) {
        sheet.write_number_with_format(at, 0, n, &cell)?;
        sheet.write_string_with_format(at, 1, &row.program, &cell)?;
        sheet.write_string_with_format(at, 2, &row.ministry, &cell)?;
        for (i, thousand) in row.thousands.iter().enumerate() {
            sheet.write_number_with_format(
                at,
                3 + u16::try_from(i).unwrap_or(0),
                *thousand as f64,
                &money,
            )?;
            sums[i] += thousand;
        }
        let total: i64 = row.thousands.iter().sum();
        let printed = total + if n == 1 { heading.fault } else { 0 };
        sheet.write_number_with_format(at, last, printed as f64, &money)?;
        sheet.write_string_with_format(at, note, row.origin.note(), &cell)?;
        *sums.last_mut().unwrap_or(&mut 0) += total;
        at += 1;
    }
    sheet.write_string_with_format(at, 1, "合計", &head)?;
    for (i, sum) in sums.iter().enumerate() {
        sheet.write_number_with_format(at, 3 + u16::try_from(i).unwrap_or(0), *sum as f64, &money)?;
    }
    sheet.write_string(at + 1, 1, "（注）備考に「公表額」とある金額は公表資料による。「デモ」とある金額は作成したもので、実際の予算ではない。")?;
    sheet.set_freeze_panes(4, 2)?;
    book.save_to_buffer()
}
