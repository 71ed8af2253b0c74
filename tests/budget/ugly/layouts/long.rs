//! One figure per row.

use nakadachi::budget::model::{Kind, Stage};

use super::*;
use crate::ugly::draft::{Case, Expected, Tag};
use crate::ugly::money::Chance;

/// One figure of a long table.
pub(super) fn long_line(program: &str, project_name: &str, ministry: &str, kind: Kind, yen: i64) -> Expected {
    let stage = match kind {
        Kind::Supplementary => Stage::Supplementary,
        Kind::Adjustment => Stage::Adjustment,
        _ => Stage::Initial,
    };
    Expected {
        program: Some(program.into()),
        project: project(project_name),
        ministry: Some(ministry.into()),
        kind,
        year: 2025,
        stage,
        yen: Some(yen),
    }
}

pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Supplementary => "補正",
        Kind::Fund => "基金",
        Kind::Adjustment => "調整費",
        _ => "当初",
    }
}

pub(super) struct Long {
    once: bool,
    merged: bool,
    totals: bool,
    grand: bool,
}

pub(super) fn long(chance: &mut Chance, name: &str, style: &Long) -> Case {
    let (case, mut sheet) = start(name, "R7予算_明細");
    title(&mut sheet, 0, "令和7年度予算 明細");
    unit(&mut sheet, 1, 4, "（単位：千円）");
    for (c, word) in ["事業名", "プロジェクト", "所管", "種別", "金額", "備考"].iter().enumerate()
    {
        sheet.text(2, u32::try_from(c).unwrap(), *word);
        sheet.tag(Tag::Heading, 2, u32::try_from(c).unwrap());
    }
    let mut lines = Vec::new();
    let mut row = 3;
    let (mut grand, mut group) = (0, 0);
    for (i, program) in chance.programs(10).iter().enumerate() {
        let ministry = MINISTRIES[i % 3];
        let top = row;
        let count = 2 + chance.below(3);
        for k in 0..count {
            let kind = [Kind::Initial, Kind::Initial, Kind::Fund, Kind::Adjustment][k];
            let name = PROJECTS[(i + k) % 8];
            let yen = chance.amount();
            if k == 0 || !(style.once || style.merged) {
                sheet.text(row, 0, program.clone());
                sheet.tag(Tag::Program, row, 0);
            }
            sheet.text(row, 1, name);
            sheet.tag(Tag::Project, row, 1);
            sheet.text(row, 2, ministry);
            sheet.tag(Tag::Ministry, row, 2);
            sheet.text(row, 3, kind_word(kind));
            sheet.tag(Tag::Kind, row, 3);
            sheet.number(row, 4, (yen / 1_000) as f64);
            sheet.tag(Tag::Leaf, row, 4);
            if chance.below(4) == 0 {
                sheet.text(row, 5, "新規");
            }
            (grand, group) = (grand + yen, group + yen);
            lines.push(long_line(program, name, ministry, kind, yen));
            row += 1;
        }
        if style.merged {
            sheet.merge(top, 0, row - 1, 0);
        }
        if style.totals {
            sheet.text(row, 0, program.clone());
            sheet.text(row, 1, "計");
            sheet.number(row, 4, (group / 1_000) as f64);
            sheet.tag(Tag::ColumnTotal, row, 4);
            row += 1;
        }
        group = 0;
    }
    if style.grand {
        sheet.text(row, 0, "総計");
        sheet.number(row, 4, (grand / 1_000) as f64);
        sheet.tag(Tag::ColumnTotal, row, 4);
    }
    finish(case, sheet, lines)
}

pub(super) fn long_plain(chance: &mut Chance) -> Case {
    long(chance, "long_plain", &Long { once: false, merged: false, totals: false, grand: true })
}

pub(super) fn long_merged(chance: &mut Chance) -> Case {
    long(chance, "long_merged_names", &Long { once: false, merged: true, totals: false, grand: true })
}

pub(super) fn long_names_once(chance: &mut Chance) -> Case {
    long(chance, "long_names_once", &Long { once: true, merged: false, totals: false, grand: true })
}

pub(super) fn long_program_totals(chance: &mut Chance) -> Case {
    long(chance, "long_program_totals", &Long { once: false, merged: false, totals: true, grand: true })
}

pub(super) fn long_template(chance: &mut Chance) -> Case {
    let (case, mut sheet) = start("long_template_english", "export");
    let heads = [
        "fiscal_year",
        "term",
        "program_code",
        "program_name",
        "project_no",
        "ministry",
        "kind",
        "stage",
        "amount",
        "unit",
        "note",
        "source",
    ];
    for (c, word) in heads.iter().enumerate() {
        sheet.text(0, u32::try_from(c).unwrap(), *word);
        sheet.tag(Tag::Heading, 0, u32::try_from(c).unwrap());
    }
    let mut lines = Vec::new();
    for (i, name) in chance.programs(12).iter().enumerate() {
        let row = u32::try_from(i).unwrap() + 1;
        let yen = chance.amount();
        let no = i % 8;
        let year = ["R7", "令和7年度", "2025", "FY2025"][i % 4];
        let texts = [
            year,
            "3",
            &format!("P{i:02}"),
            name,
            "",
            MINISTRIES[i % 3],
            "当初",
            "成立",
            "",
            "千円",
            "",
            "各省資料",
        ];
        for (c, text) in texts.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            sheet.text(row, u32::try_from(c).unwrap(), *text);
        }
        sheet.number(row, 4, (no + 1) as f64);
        sheet.number(row, 8, (yen / 1_000) as f64);
        sheet.tag(Tag::Program, row, 3);
        sheet.tag(Tag::Ministry, row, 5);
        sheet.tag(Tag::Kind, row, 6);
        sheet.tag(Tag::Leaf, row, 8);
        lines.push(long_line(name, PROJECTS[no], MINISTRIES[i % 3], Kind::Initial, yen));
    }
    finish(case, sheet, lines)
}
