//! The results of a meeting as a workbook: one row per item, one column per question.

use crate::export::{Datum, Provenance, XlsxTable};
use crate::gates::model::Outcome;
use crate::gates::templates::model::points;
use crate::kernel::Language;

use super::model::{Audience, Item, Record};
use super::print::Seal;
use super::sheet;

/// The bytes of the workbook.
pub fn workbook(
    l: Language,
    record: &Record,
    seal: &Seal,
    made: (String, String),
) -> anyhow::Result<Vec<u8>> {
    let questions = questions(l, record);
    let mut labels: Vec<String> = [
        l.t("順", "No."),
        l.t("課題管理番号", "Number"),
        l.t("課題名", "Title"),
        l.t("研究代表者", "Lead investigator"),
        l.t("機関", "Institution"),
        l.t("評価", "Gate"),
        l.t("評点", "Score"),
        l.t("決定", "Decision"),
        l.t("有資格の委員", "Members without a conflict"),
        l.t("出席", "Present"),
        l.t("賛成", "In favour"),
        l.t("条件", "Conditions"),
        l.t("決定日時", "Decided"),
    ]
    .map(str::to_owned)
    .to_vec();
    let mut widths = vec![5, 16, 50, 16, 26, 20, 8, 22, 8, 8, 8, 40, 17];
    labels.extend(questions.iter().cloned());
    widths.extend(std::iter::repeat_n(14, questions.len()));
    let mut table = XlsxTable::new(l.t("結果", "Results"), &labels, &widths)?;
    for (n, item) in (1..).zip(&record.items) {
        table.row(&row(l, n, item, &questions))?;
    }
    let (at, by) = made;
    let provenance = Provenance(vec![
        (l.t("会議", "Meeting").to_owned(), record.meeting.name.name(l).to_owned()),
        (l.t("開催", "Held").to_owned(), sheet::moment(&record.meeting.held_at)),
        (l.t("版", "Version").to_owned(), record.audience.name(l).to_owned()),
        (l.t("記録のハッシュ（SHA-256）", "Hash of the record (SHA-256)").to_owned(), seal.hash.clone()),
        (l.t("記録", "Record").to_owned(), seal.foot.clone()),
        (l.t("作成", "Made").to_owned(), at),
        (l.t("作成者", "By").to_owned(), by),
    ]);
    Ok(table.finish(l.t("出所", "Origin"), &provenance)?)
}

/// The questions of all templates of the meeting, each once, in the order in which they come.
fn questions(l: Language, record: &Record) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for score in record.items.iter().flat_map(|item| &item.scores) {
        let name = score.name.name(l);
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

fn row(l: Language, n: i64, item: &Item, questions: &[String]) -> Vec<Datum> {
    let d = item.decision.as_ref();
    let outcome = d.map(|d| Outcome::from_code(&d.outcome).map_or(d.outcome.as_str(), |o| o.name(l)));
    let figure =
        |of: fn(&super::model::Decision) -> i16| d.map_or(Datum::Empty, |d| Datum::Number(of(d).into()));
    let conditions: Vec<_> =
        d.iter().flat_map(|d| &d.conditions).map(|c| format!("{}（{}）", c.text, c.due_on)).collect();
    let mut cells = vec![
        Datum::Number(n),
        Datum::text(item.number.clone().unwrap_or_default()),
        Datum::text(item.title.name(l)),
        Datum::text(item.lead.name(l)),
        Datum::text(item.institution.name(l)),
        Datum::text(item.gate.name(l)),
        Datum::text(d.and_then(|d| d.score_tenths).map(points).unwrap_or_default()),
        Datum::text(outcome.unwrap_or_default()),
        figure(|d| d.eligible),
        figure(|d| d.present),
        figure(|d| d.in_favour),
        Datum::text(conditions.join("\n")),
        Datum::text(d.map(|d| sheet::moment(&d.decided_at)).unwrap_or_default()),
    ];
    cells.extend(questions.iter().map(|question| {
        let score = item.scores.iter().find(|s| s.name.name(l) == question);
        Datum::text(score.map(super::model::Score::mean).unwrap_or_default())
    }));
    cells
}

/// A name for files of a meeting: the day it was held, and the audience.
pub fn file_name(record: &Record, extension: &str) -> String {
    let day = sheet::moment(&record.meeting.held_at);
    let day = day.split(' ').next().unwrap_or_default();
    let public = if record.audience == Audience::Public { "-public" } else { "" };
    format!("minutes-{day}{public}.{extension}")
}
