//! Minutes as a document on A4.

use crate::export::pdf::{Column, Document, Table};
use crate::kernel::Language;

use super::model::{Audience, Record};
use super::sheet::{DecisionSheet, ItemSheet, sheet};

/// What stands at the foot of every page beside the hash.
pub struct Seal {
    pub hash: String,
    pub foot: String,
}

/// The document of a record.
pub fn document(l: Language, record: &Record, seal: &Seal) -> Document {
    let sheet = sheet(l, record);
    let mut document = Document::new(l, &sheet.title);
    document.record_hash(&seal.hash);
    document.foot(&seal.foot);
    document.title(&sheet.title, &sheet.lead);
    document.facts(sheet.facts.clone());
    let full = record.audience == Audience::Full;
    for item in &sheet.items {
        print_item(l, &mut document, item, full);
    }
    if sheet.items.is_empty() {
        document.paragraph(l.t("議題はありません。", "There are no items."));
    }
    document
}

fn print_item(l: Language, document: &mut Document, item: &ItemSheet, full: bool) {
    document.heading(&item.heading);
    document.facts(item.facts.clone());
    if !item.scores.is_empty() {
        document.table(scores(l, item, full));
    }
    if !item.votes.is_empty() {
        document.facts(vec![(l.t("投票", "Votes").to_owned(), item.votes.clone())]);
    }
    if let Some(decision) = &item.decision {
        print_decision(l, document, decision);
    }
    for (heading, texts) in &item.notes {
        document.subheading(heading);
        document.list(texts.clone());
    }
}

fn scores(l: Language, item: &ItemSheet, full: bool) -> Table {
    let mut columns = vec![
        Column::new(l.t("評価項目", "Item"), 6.0),
        Column::new(l.t("尺度", "Scale"), 1.0).right(),
        Column::new(l.t("平均", "Mean"), 1.0).right(),
    ];
    if full {
        columns.push(Column::new(l.t("最低–最高", "Range"), 1.3).right());
    }
    columns.push(Column::new(l.t("採点者", "Sheets"), 1.0).right());
    let mut table = Table::new(columns);
    for row in &item.scores {
        if let Some(section) = row.section {
            table.section(section);
        }
        let mut cells = vec![row.name.clone(), row.scale.clone(), row.mean.clone()];
        if full {
            cells.push(row.range.clone());
        }
        cells.push(row.count.to_string());
        if row.is_overall { table.total(cells) } else { table.row(cells) }
    }
    table
}

fn print_decision(l: Language, document: &mut Document, decision: &DecisionSheet) {
    let later = l.t("（後の決定に置き換えられた）", " (superseded by a later decision)");
    let later = if decision.superseded { later } else { "" };
    document.boxed(format!("{}{later}\n{}", decision.headline, decision.statement));
    if !decision.nonpublic.is_empty() {
        document.paragraph(format!("{}{}", l.t("【非公開】", "[Not public] "), decision.nonpublic));
    }
    if !decision.conditions.is_empty() {
        document.subheading(l.t("条件", "Conditions"));
        let named = decision.conditions.iter().any(|c| !c[3].is_empty());
        let mut columns = vec![
            Column::new(l.t("条件", "Condition"), 4.0),
            Column::new(l.t("必要な資料", "Evidence needed"), 3.0),
            Column::new(l.t("期限", "Due"), 1.3),
        ];
        if named {
            columns.push(Column::new(l.t("確認者", "Closed by"), 1.5));
        }
        let mut table = Table::new(columns);
        decision.conditions.iter().for_each(|c| table.row(c.clone()));
        document.table(table);
    }
    if !decision.dispositions.is_empty() {
        document.subheading(l.t("成果の取扱い", "What becomes of the results"));
        document.list(decision.dispositions.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::sample;
    use super::*;
    use crate::export::pdf::Fonts;

    #[test]
    fn minutes_of_sixty_items_are_printed_within_two_seconds() {
        let fonts = Fonts::find(None).expect("a Japanese font: script/test installs one");
        let record = sample(60);
        let seal = Seal { hash: "0".repeat(64), foot: String::new() };
        let begun = std::time::Instant::now();
        let pdf = document(Language::Ja, &record, &seal).render(&fonts).unwrap();
        let took = begun.elapsed();
        assert!(took < std::time::Duration::from_secs(2), "{took:?} for {} bytes", pdf.len());
        assert_eq!(
            pdf,
            document(Language::Ja, &record, &seal).render(&fonts).unwrap(),
            "the same bytes again"
        );
    }
}
