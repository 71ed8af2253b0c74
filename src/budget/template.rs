//! The import template, and the export of lines in the same form: one line per row, every word from a list.
//!
//! What is exported reads back as the same lines: amounts in whole yen, 内数 as 内数, a dash where there is no program.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, FormatBorder,
    Formula, Workbook, Worksheet, XlsxError,
};

use super::model::{Kind, Line, Stage, Table};
use super::vocabulary::{PROJECTS_BY_TERM, key};
use crate::kernel::FiscalYear;

/// Rows of the empty template that carry drop-downs and checks.
const TEMPLATE_ROWS: u32 = 2_000;

const HEADINGS: [(&str, f64); 10] = [
    ("年度", 9.0),
    ("事業名", 48.0),
    ("プロジェクト", 36.0),
    ("所管", 16.0),
    ("種別", 10.0),
    ("段階", 10.0),
    ("金額", 18.0),
    ("単位", 8.0),
    ("コード", 12.0),
    ("備考", 40.0),
];
const MINISTRIES: [&str; 7] =
    ["文部科学省", "厚生労働省", "経済産業省", "総務省", "内閣府", "こども家庭庁", "等"];
const UNITS: [&str; 4] = ["円", "千円", "百万円", "億円"];

/// The empty template for a year, with the names of the programs to choose from.
pub fn template(year: FiscalYear, programs: &[String]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    headings(sheet)?;
    checks(sheet, TEMPLATE_ROWS, programs.len())?;
    choices(&mut book, year, programs)?;
    guide(&mut book)?;
    book.save_to_buffer()
}

/// The lines of some tables in the form of the template.
pub fn export(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    export_with_facts(tables, &[])
}

/// The same, with a sheet that says where the lines come from: pairs of a label and a text.
pub fn export_with_facts(tables: &[Table], facts: &[(String, String)]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    headings(sheet)?;
    let money = Format::new().set_num_format("#,##0;[Red]\"▲ \"#,##0");
    let mut row = 0;
    each_line(tables, |words, line, twin| {
        row += 1;
        for (column, word) in (0_u16..).zip(words) {
            sheet.write_string(row, column, word)?;
        }
        match amount(line) {
            Ok(yen) => sheet.write_number_with_format(row, 6, yen as f64, &money)?,
            Err(text) => sheet.write_string(row, 6, text)?,
        };
        sheet.write_string(row, 7, "円")?;
        if twin > 1 {
            sheet.write_string(row, 8, format!("{twin}"))?;
        }
        sheet.write_string(row, 9, note(line))?;
        Ok::<(), XlsxError>(())
    })?;
    sheet.autofilter(0, 0, row, 9)?;
    if !facts.is_empty() {
        let origin = book.add_worksheet();
        origin.set_name("出力情報")?;
        origin.set_column_width(0, 110)?;
        // One cell a row: two beside each other could be taken for the head of a table.
        for (row, (label, text)) in (0_u32..).zip(facts) {
            origin.write_string(row, 0, format!("{label}：{text}"))?;
        }
    }
    book.save_to_buffer()
}

/// The lines of some tables as rows of text in the form of the template, headings first.
pub fn rows(tables: &[Table]) -> Vec<Vec<String>> {
    let mut out = vec![HEADINGS.iter().map(|(word, _)| (*word).to_owned()).collect::<Vec<String>>()];
    let done = each_line(tables, |words, line, twin| {
        let mut row: Vec<String> = words.to_vec();
        row.push(amount(line).map_or_else(|text| text, |yen| yen.to_string()));
        row.push("円".to_owned());
        row.push(if twin > 1 { twin.to_string() } else { String::new() });
        row.push(note(line).to_owned());
        out.push(row);
        Ok::<(), std::convert::Infallible>(())
    });
    match done {
        Ok(()) => out,
    }
}

/// Calls `put` with the words of each line that counts, and how often the same words came before, the line itself
/// included: two lines that agree in every word are told apart by this running number. Older editions and tables that
/// restate another stay out: read back, they would be added.
fn each_line<E>(
    tables: &[Table],
    mut put: impl FnMut(&[String; 6], &Line, u32) -> Result<(), E>,
) -> Result<(), E> {
    let mut seen = std::collections::HashMap::new();
    for table in tables {
        for line in table.lines.iter().filter(|l| l.counted) {
            let words = [
                table.fiscal_year.map(FiscalYear::short).unwrap_or_default(),
                line.program.clone().unwrap_or_else(|| "－".into()),
                line.project.clone().unwrap_or_default(),
                line.ministry.clone().unwrap_or_default(),
                kind_word(line.kind).into(),
                table.stage.map(|s| stage_with_round(s, table.round)).unwrap_or_default(),
            ];
            let twins = seen.entry(words.each_ref().map(|w| key(w))).or_insert(0_u32);
            *twins += 1;
            put(&words, line, *twins)?;
        }
    }
    Ok(())
}

/// 第2次補正, 第3回調整費; the plain word where no round is stated.
fn stage_with_round(stage: Stage, round: Option<u8>) -> String {
    match (stage, round) {
        (Stage::Supplementary, Some(n)) => format!("第{n}次補正"),
        (Stage::Adjustment, Some(n)) => format!("第{n}回調整費"),
        _ => stage_word(stage).to_owned(),
    }
}

/// The amount as a number, or 内数 as its words.
fn amount(line: &Line) -> Result<i64, String> {
    match (line.amount_yen, line.within_yen) {
        // Whole yen below 10^15 are exact in a spreadsheet's numbers.
        (Some(yen), _) => Ok(yen),
        (None, Some(of)) => Err(format!("{of}円の内数")),
        (None, None) => Err("内数".into()),
    }
}

/// The note without the mark that reading 内数 adds.
fn note(line: &Line) -> &str {
    match line.amount_yen {
        Some(_) => &line.note,
        None => line
            .note
            .strip_prefix("内数")
            .map_or(line.note.as_str(), |rest| rest.strip_prefix(" / ").unwrap_or(rest)),
    }
}

fn kind_word(kind: Kind) -> &'static str {
    kind.japanese()
}

fn stage_word(stage: Stage) -> &'static str {
    stage.japanese()
}

fn headings(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("明細")?;
    let style = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00_E8_F1_FE))
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::Center);
    for (column, (word, width)) in (0_u16..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, word, &style)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

/// Drop-downs for every word, whole numbers for amounts.
fn checks(sheet: &mut Worksheet, rows: u32, programs: usize) -> Result<(), XlsxError> {
    let list = |column: char, count: usize| {
        Formula::new(format!("=選択肢!${column}$2:${column}${}", count.max(1) + 1))
    };
    let warn = |check: DataValidation, text: &str| {
        check.set_error_style(DataValidationErrorStyle::Warning).set_error_message(text)
    };
    let stop = |check: DataValidation, text: &str| {
        check.set_error_style(DataValidationErrorStyle::Stop).set_error_message(text)
    };
    let year = stop(
        DataValidation::new().allow_list_formula(list('A', YEARS)),
        "一覧から年度を選んでください（例：R7）。",
    )?;
    let program = warn(
        DataValidation::new().allow_list_formula(list('B', programs)),
        "登録のない事業名です。新しい事業であればこのまま続けてください。",
    )?;
    let project = stop(
        DataValidation::new().allow_list_formula(list('C', project_names().len())),
        "一覧からプロジェクトを選んでください。",
    )?;
    let ministry = warn(DataValidation::new().allow_list_strings(&MINISTRIES)?, "一覧にない省庁です。")?;
    let kinds: Vec<&str> = Kind::ALL.iter().map(|k| kind_word(*k)).collect();
    let kind = stop(DataValidation::new().allow_list_strings(&kinds)?, "一覧から種別を選んでください。")?;
    let stages: Vec<&str> = Stage::ALL.iter().map(|s| stage_word(*s)).collect();
    let stage = stop(DataValidation::new().allow_list_strings(&stages)?, "一覧から段階を選んでください。")?;
    let amount = DataValidation::new().allow_decimal_number(DataValidationRule::Between(-1e13, 1e13));
    let amount = warn(amount, "数字だけを入力してください。内数は「89億円の内数」のように書けます。")?;
    let unit = stop(DataValidation::new().allow_list_strings(&UNITS)?, "一覧から単位を選んでください。")?;
    for (column, check) in (0_u16..).zip([year, program, project, ministry, kind, stage, amount, unit]) {
        sheet.add_data_validation(1, column, rows, column, &check)?;
    }
    Ok(())
}

/// Years offered: two back, four ahead.
const YEARS: usize = 7;

fn project_names() -> Vec<&'static str> {
    PROJECTS_BY_TERM.iter().rev().flat_map(|(_, names)| names.iter().copied()).fold(
        Vec::new(),
        |mut all, name| {
            if !all.contains(&name) {
                all.push(name);
            }
            all
        },
    )
}

fn choices(book: &mut Workbook, year: FiscalYear, programs: &[String]) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("選択肢")?;
    for (column, word) in (0_u16..).zip(["選べる年度", "選べる名称（事業）", "選べる名称（統合）"])
    {
        sheet.write_string(0, column, word)?;
        sheet.set_column_width(column, 44)?;
    }
    for (row, n) in (1_u32..).zip(-2_i16..5) {
        sheet.write_string(row, 0, year.plus(n).short())?;
    }
    for (row, name) in (1_u32..).zip(programs) {
        sheet.write_string(row, 1, name)?;
    }
    for (row, name) in (1_u32..).zip(project_names()) {
        sheet.write_string(row, 2, name)?;
    }
    Ok(())
}

fn guide(book: &mut Workbook) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("記入要領")?;
    sheet.set_column_width(0, 110)?;
    let lines = [
        "1行に1件ずつ、金額のある組合せだけを「明細」シートに記入します。空の行は無視されます。",
        "警告が表示された値も保存できますが、取込みの際に確認を求めます。",
        "「0」は0円、「－」または空欄は金額なしを表します。減額は「▲100」または「-100」と書きます。",
        "他の金額に含まれ区分できないものは「89億円の内数」と書きます。合計には加えません。",
        "同じ内容の行を分けて記入するときは、コード欄に区別できる番号を入れます。",
        "Fill in one row per amount on the first sheet. Blank rows are ignored; a dash means no amount, 0 means zero yen.",
    ];
    for (row, text) in (0_u32..).zip(lines) {
        sheet.write_string(row, 0, text)?;
    }
    Ok(())
}
