//! Who may do what, and files that are none.

use std::io::Write as _;

use super::*;

#[tokio::test]
async fn staff_read_versions_and_only_administrators_import() {
    let app = TestApp::start().await;
    let text = "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n見本がん医療実用化研究事業,100,100\n合計,100,100\n";
    let import = take_in(&app, "R8.csv", text.as_bytes(), "").await;
    let line = number(&app.pool, "SELECT line_id FROM budget_in_force").await;
    let version: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM budget_versions").fetch_one(&app.pool).await.unwrap();
    let ps = app.client(Persona::Ps).await;
    for path in [
        "/budget/versions".to_owned(),
        format!("/budget/versions/{version}"),
        format!("/budget/versions/{version}/export?format=csv"),
        format!("/budget/lines/{line}"),
        "/budget/stages?year=R8".to_owned(),
        "/budget/stages?year=R8&format=xlsx".to_owned(),
        "/budget/years".to_owned(),
        "/budget/years?format=csv".to_owned(),
        "/budget/template?year=R9".to_owned(),
    ] {
        ps.get(&path).await.assert_status(200);
        app.client(Persona::Committee).await.get(&path).await.assert_status(403);
    }
    ps.get(&import).await.assert_status(403);
    ps.get("/budget/imports").await.assert_status(403);
    ps.post(&format!("/budget/versions/{version}/reversal"), &[("reason", "x")]).await.assert_status(403);
    ps.get(&format!("/budget/versions/{version}")).await.assert_hides("この版を取り消す");
    let auditor = app.client(Persona::Auditor).await.in_english();
    auditor.get(&import).await.assert_status(200);
    auditor.get(&format!("{import}/mapping")).await.assert_status(200).assert_hides("Confirm and see");
    auditor.get(&format!("{import}/preview")).await.assert_status(200);
    auditor.post(&format!("{import}/drop"), &[]).await.assert_status(403);
    auditor.get("/budget/lines/999999").await.assert_status(404);
}

/// A zip whose one part unpacks to many times what it weighs.
fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let part = |zip: &mut zip::ZipWriter<std::io::Cursor<Vec<u8>>>, name: &str, text: &[u8]| {
        zip.start_file(name, options).unwrap();
        zip.write_all(text).unwrap();
    };
    part(&mut zip, "[Content_Types].xml", b"<Types/>");
    part(
        &mut zip,
        "xl/workbook.xml",
        b"<workbook xmlns:r=\"r\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
    );
    part(
        &mut zip,
        "xl/_rels/workbook.xml.rels",
        b"<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
    );
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    zip.write_all(b"<worksheet><sheetData>").unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..400 {
        zip.write_all(&blanks).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn files_that_are_no_workbooks_are_refused_in_words_and_leave_nothing() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let mut encrypted = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    encrypted.resize(1536, 0);
    for (name, bytes, word) in [
        ("a.xls", b"<html><table></table></html>".to_vec(), "HTML"),
        ("a.xlsx", b"PK\x03\x04broken".to_vec(), "a.xlsx"),
        ("empty.csv", Vec::new(), "empty.csv"),
        ("a.pdf", b"%PDF-1.7".to_vec(), "PDF"),
        ("b.xls", encrypted, "b.xls"),
        ("bomb.xlsx", bomb(), "bomb.xlsx"),
    ] {
        let page = admin.upload("/budget/imports", &[], name, &bytes).await;
        page.assert_status(422).assert_shows(word);
    }
    let large = admin.upload("/budget/imports", &[], "large.csv", &vec![b'1'; 34 << 20]).await;
    large.assert_status(413);
    assert_eq!((app.count("budget_files").await, app.count("budget_imports").await), (0, 0));
}

#[tokio::test]
async fn a_text_without_a_table_waits_with_what_is_wrong() {
    let app = TestApp::start().await;
    let admin = app.client(Persona::Administrator).await;
    let import = upload(&app, "メモ.csv", "これは\n予算ではない\n".as_bytes()).await;
    admin.get(&import).await.assert_status(200).assert_shows("not_a_budget").assert_shows("反映できません");
    admin.get(&format!("{import}/mapping")).await.assert_status(200);
    admin.get(&format!("{import}/preview")).await.assert_status(200).assert_hides("この内容で反映する");
    admin.post(&format!("{import}/drop"), &[]).await.assert_status(303);
    assert_eq!(app.count("budget_imports WHERE state = 'dropped'").await, 1);
    // The file is kept; sent again, it is read again.
    let again = upload(&app, "メモ.csv", "これは\n予算ではない\n".as_bytes()).await;
    assert_ne!(again, import);
    assert_eq!(app.count("budget_files").await, 1);
}

#[tokio::test]
async fn a_long_name_with_odd_letters_does_no_harm() {
    let app = TestApp::start().await;
    let name = format!("../..\\\\{}<script>.csv", "長".repeat(300));
    let text = "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n<b>&見本がん医療実用化研究事業,100,100\n合計,100,100\n";
    let import = upload(&app, &name, text.as_bytes()).await;
    let page = app.client(Persona::Administrator).await.get(&format!("{import}/mapping")).await;
    page.assert_status(200);
    assert!(!page.text().contains("<script>.csv") && !page.text().contains("<b>&見本"));
}
