//! The file as a reader meets it: text that can be searched, pages that repeat their heads, bytes that stay the same.

use std::path::Path;
use std::process::Command;

use super::*;

const IPA: &str = "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf";

/// The small font where it is installed, because tests subset without optimisation.
fn fonts() -> Fonts {
    let ipa = Some(Path::new(IPA)).filter(|p| p.exists());
    Fonts::find(ipa).expect("a Japanese font: script/test installs fonts-ipafont-gothic")
}

fn sample(rows: usize) -> Document {
    let mut document = Document::new(Language::Ja, "見本の議事録");
    document.record_hash("0123456789abcdef".repeat(4));
    document.title("見本の議事録", "令和8年10月7日");
    document.facts(vec![("出席".into(), "見本 太郎、仮名 花子".into())]);
    document.heading("1. 審議");
    document.paragraph("審議の結果、継続（GO）と決定した。".repeat(8));
    document.boxed("決定：条件付きGO");
    document.list(vec!["条件の一つ目".into()]);
    let mut table = Table::new(vec![Column::new("評価項目", 4.0), Column::new("平均", 1.0).right()]);
    table.section("技術開発の観点");
    for n in 0..rows {
        table.row([format!("項目{n}"), "7.2".to_owned()]);
    }
    table.total(["総合評価", "6.8"]);
    document.table(table);
    document
}

fn text_of(pdf: &[u8]) -> String {
    let file = std::env::temp_dir().join(format!("nakadachi-pdf-{}.pdf", uuid::Uuid::new_v4().simple()));
    std::fs::write(&file, pdf).unwrap();
    let said = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
    std::fs::remove_file(&file).ok();
    let said = said.expect("pdftotext: script/test installs poppler-utils");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (fonts, document) = (fonts(), sample(10));
    let first = document.render(&fonts).unwrap();
    assert_eq!(first, document.render(&fonts).unwrap());
    assert_ne!(first, sample(11).render(&fonts).unwrap());
    assert!(first.len() < 200_000, "only the used glyphs are embedded: {} bytes", first.len());
}

#[test]
fn the_text_can_be_found_on_pages_that_repeat_head_and_hash() {
    let pdf = sample(120).render(&fonts()).unwrap();
    let text = text_of(&pdf);
    let pages: Vec<_> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() >= 3, "{} pages", pages.len());
    for (n, page) in pages.iter().enumerate() {
        assert!(page.contains("0123456789abcdef0123456789abcdef"), "no hash on page {}", n + 1);
        assert!(page.contains(&format!("{} / {}", n + 1, pages.len())), "{page}");
        assert!(page.contains("評価項目") && page.contains("平均"), "no table head on page {}", n + 1);
    }
    assert!(text.contains("継続（GO）と決定した"), "{text}");
    for n in 0..120 {
        assert_eq!(text.lines().filter(|line| line.contains(&format!("項目{n} "))).count(), 1, "row {n}");
    }
}

#[test]
fn a_row_longer_than_a_page_loses_nothing() {
    let mut document = Document::new(Language::En, "Long");
    document.landscape();
    let mut table = Table::new(vec![Column::new("No", 1.0), Column::new("Text", 5.0)]);
    table.row(["1".to_owned(), (0..2000).map(|n| format!("word{n} ")).collect()]);
    document.table(table);
    let text = text_of(&document.render(&fonts()).unwrap());
    assert!(text.contains("word0 ") && text.contains("word1999"));
    let mut words =
        text.split_whitespace().filter_map(|w| w.strip_prefix("word")).filter_map(|n| n.parse().ok());
    assert!((0..2000).all(|n| words.next() == Some(n)));
}

#[test]
fn what_the_font_does_not_have_is_a_geta_and_stays_findable() {
    let mut document = Document::new(Language::Ja, "〓");
    document.paragraph("絵文字😀です");
    let pdf = document.render(&fonts()).unwrap();
    let text = text_of(&pdf);
    assert!(text.contains("絵文字") && text.contains("です"), "{text}");
}

#[test]
fn a_missing_font_says_what_to_install() {
    let Err(missing) = Fonts::find(Some(Path::new("/nowhere.ttf"))) else { panic!("a font from nowhere") };
    let said = missing.said();
    assert!(said.ja.contains("fonts-ipafont-gothic") && said.en.contains("NAKADACHI_PDF_FONT"), "{said}");
}
