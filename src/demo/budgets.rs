//! The budgets of the demo: workbooks as an agency would get them, taken in by the same reading, proof and writing as a
//! file that is sent in the browser, so that every figure opens a real cell.
//!
//! Amounts follow the money of the demo's tasks; where a program's amount was published it is the published one. Waiting
//! drafts, a superseded and a reversed version are there so that every state of the pages can be seen.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Days, Utc};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};

use super::accounts::account_id;
use super::plan::Plan;
use super::random::{Purpose, Stream};
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
    published: bool,
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
    let years = years(tx, *plan.size.fiscal_years().start(), last).await?;
    let Some(current) = years.get(&last) else { return Ok(()) };
    let email = "admin@demo.nakadachi.example";
    let actor = Actor { id: account_id(plan.size.seed, email), label: email.to_owned(), request_id: None };
    let mut clerk = Clerk { tx, actor, seed: plan.size.seed, at: now - Days::new(200) };
    for (fy, year) in &years {
        let name = year_name(*fy)?;
        let heading =
            Heading::new(format!("{name} 医療分野の研究開発関連予算（AMED対象経費） 当初予算額"), "当初");
        clerk
            .apply(&format!("{}当初予算.xlsx", short(*fy)?), &clerk.budget(*fy, year, 1.0), &heading, "")
            .await?;
    }
    clerk.at = now - Days::new(120);
    let name = year_name(last)?;
    // What was asked for this year and became of it, and what is asked for the next.
    let asked = clerk.budget(last, current, 1.0);
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
        let budget = clerk.budget(last - 1, before, 1.0);
        let heading = Heading::new(format!("{name} 第1次補正予算 AMED対象経費"), "補正");
        clerk
            .apply(&format!("{}第1次補正.xlsx", short(last - 1)?), &budget.part(7, 0.22), &heading, "")
            .await?;
        for (round, programs, share) in [(1, 11, 0.05), (2, 5, 0.03)] {
            let heading = Heading::new(format!("{name} 調整費（第{round}回）の配分"), "調整費");
            let file = format!("{}調整費第{round}回.xlsx", short(last - 1)?);
            clerk.apply(&file, &budget.part(programs, share), &heading, "").await?;
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
               s.amount_yen AS "yen!", coalesce(s.source, '') NOT LIKE '%demo%' AS "published!"
        FROM program_projects s
        JOIN programs p ON p.id = s.program_id
        JOIN projects j ON j.id = s.project_id
        LEFT JOIN ministries m ON m.code = p.ministry_code
        WHERE s.fiscal_year BETWEEN $1 AND $2 AND s.amount_yen IS NOT NULL AND NOT p.is_unspecified
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
                published: true,
            });
            year.rows.len() - 1
        });
        let row = &mut year.rows[at];
        row.thousands[place] += cell.yen / 1_000;
        row.published &= cell.published;
    }
    Ok(out)
}

impl Heading {
    fn new(title: String, sheet: &str) -> Self {
        Self { title, sheet: sheet.to_owned(), fault: 0 }
    }
}

impl Year {
    fn map(&self, of: impl Fn(usize, i64) -> i64) -> Self {
        let rows = self
            .rows
            .iter()
            .enumerate()
            .map(|(i, r)| Row { thousands: r.thousands.iter().map(|t| of(i, *t)).collect(), ..r.clone() });
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
    seed: u64,
    at: DateTime<Utc>,
}

impl Clerk<'_, '_> {
    /// The budget of a year: a little more or less than its contracts come to, published amounts as they are.
    fn budget(&self, fy: i16, year: &Year, factor: f64) -> Year {
        let mut out = year.clone();
        for (i, row) in out.rows.iter_mut().enumerate().filter(|(_, r)| !r.published) {
            let index = u64::from(fy.unsigned_abs()) * 1_000 + i as u64;
            let own = factor * (0.97 + 0.15 * Stream::of(self.seed, Purpose::Budget, index).unit());
            for thousand in &mut row.thousands {
                *thousand = (*thousand as f64 * own) as i64;
            }
        }
        out
    }

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
    sheet.write_string_with_format(0, 0, &heading.title, &Format::new().set_bold().set_font_size(14))?;
    sheet.write_string(1, last, "（単位：千円）")?;
    for (column, word) in [(0, "No"), (1, "事業名"), (2, "所管"), (last, "計")] {
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
    sheet.set_column_width(last, 16)?;
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
        *sums.last_mut().unwrap_or(&mut 0) += total;
        at += 1;
    }
    sheet.write_string_with_format(at, 1, "合計", &head)?;
    for (i, sum) in sums.iter().enumerate() {
        sheet.write_number_with_format(at, 3 + u16::try_from(i).unwrap_or(0), *sum as f64, &money)?;
    }
    sheet.write_string(at + 1, 1, "（注）金額はデモ用のもので、公表額のある事業は公表額による。")?;
    sheet.set_freeze_panes(4, 2)?;
    book.save_to_buffer()
}
