//! Required evidence of a review: notes, links and attached files, and who may fetch them.

use super::*;

const PDF: &[u8] = b"%PDF-1.7 minutes of the consultation";

#[tokio::test]
async fn a_file_is_given_as_evidence_and_stands_in_the_list_and_in_the_minutes() {
    let c = Committee::composed(&["資料のある課題"], 3).await;
    let (path, key) = (format!("{}/evidence", c.review(0)), c.document(0).await);
    let fields = [("key", "k"), ("evidence", key.as_str()), ("note", ""), ("url", "")];
    for _ in 0..2 {
        c.unit.upload(&path, &fields, "PMDA面談記録.pdf", PDF).await.assert_status(303);
    }
    assert_eq!(c.app.count("attached_files").await, 1, "once per key");
    assert_eq!(c.app.count("audit_entries WHERE action = 'gate.evidence.give' AND details -> 'given' -> 'file' ->> 'name' = 'PMDA面談記録.pdf'").await, 1);
    let page = c.unit.get(&c.step("readiness")).await;
    page.assert_shows("PMDA面談記録.pdf").assert_shows("1 kB").assert_shows("差し替え");
    let file = page.attribute("a[href^='/gates/evidence/']", "href").unwrap();
    for client in [&c.unit, c.chair()] {
        let got = client.get(&file).await;
        got.assert_status(200);
        assert_eq!(got.body, PDF);
        assert_eq!(got.headers["content-type"], "application/pdf");
        assert!(got.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert_eq!(got.headers["x-content-type-options"], "nosniff");
    }
    c.chair().get(&c.review(0)).await.assert_shows("PMDA面談記録.pdf");
    for persona in [Persona::OtherPs, Persona::Committee] {
        c.app.client(persona).await.get(&file).await.assert_status(404);
    }
    for persona in [Persona::Observer, Persona::NoRole] {
        c.app.client(persona).await.get(&file).await.assert_status(403);
    }

    // Words may change without the file; another file takes its place, and the old one is out of reach.
    let words = [
        ("key", "k2"),
        ("evidence", key.as_str()),
        ("note", "面談記録（確定版）"),
        ("url", "https://example.jp/1"),
    ];
    c.unit.upload(&path, &words, "", b"").await.assert_status(303);
    c.unit
        .get(&c.step("readiness"))
        .await
        .assert_shows("面談記録（確定版）")
        .assert_shows("PMDA面談記録.pdf");
    let other = [("key", "k3"), ("evidence", key.as_str()), ("note", "面談記録（訂正版）")];
    c.unit.upload(&path, &other, "訂正.pdf", PDF).await.assert_status(303);
    c.unit.get(&file).await.assert_status(404);
    c.unit.get(&c.step("minutes")).await.assert_shows("審議に供された資料").assert_shows("訂正.pdf SHA-256");
    c.unit.get(&c.step("minutes?audience=public")).await.assert_hides("訂正.pdf").assert_hides("訂正版");
    let dropped = [("key", "k4"), ("evidence", key.as_str()), ("note", "紙で保管"), ("drops_file", "true")];
    c.unit.upload(&path, &dropped, "", b"").await.assert_status(303);
    c.unit.get(&c.step("readiness")).await.assert_hides("訂正.pdf").assert_shows("紙で保管");
}

#[tokio::test]
async fn what_is_refused_is_said_at_its_field_and_what_was_typed_is_kept() {
    let c = Committee::composed(&["資料のある課題", "もう一つの課題"], 3).await;
    let (path, key) = (format!("{}/evidence", c.review(1)), c.document(1).await);
    let fields = [("key", "k"), ("evidence", key.as_str()), ("note", "打った資料名"), ("url", "")];
    for (name, bytes, said) in [
        ("macro.exe", b"MZ".to_vec(), "受け付けるのはPDF"),
        ("嘘.pdf", b"<html>".to_vec(), "中身が拡張子"),
        ("大.pdf", [b"%PDF-".to_vec(), vec![0; 10 << 20]].concat(), "10MBを超えています"),
        ("空.pdf", Vec::new(), "ファイルが空です"),
    ] {
        let page = c.unit.upload(&path, &fields, name, &bytes).await;
        page.assert_status(422).assert_shows("打った資料名").assert_shows("もう一度選んで");
        let at = format!("#file-{}-{key}-error", c.reviews[1]);
        assert!(page.texts(&at)[0].contains(said), "{:?}", page.texts(&at));
        assert_eq!(page.texts("details[open]").len(), 1, "only the form that was sent is open");
    }
    let script =
        [("key", "k"), ("evidence", key.as_str()), ("note", "打った資料名"), ("url", "javascript:alert(1)")];
    let page = c.unit.upload(&path, &script, "", b"").await;
    page.assert_status(422).assert_shows("https://").assert_shows("打った資料名");
    let nothing = [("key", "k"), ("evidence", key.as_str()), ("note", " "), ("url", "")];
    c.unit.upload(&path, &nothing, "", b"").await.assert_status(422);
    assert_eq!(
        c.app.count("gate_review_evidence").await + c.app.count("attached_files").await,
        0,
        "nothing half-written"
    );
    // Evidence of a task is given by those who keep it, until the decision.
    c.app.client(Persona::OtherPs).await.upload(&path, &fields, "a.pdf", PDF).await.assert_status(404);
    c.app.client(Persona::Po).await.upload(&path, &fields, "a.pdf", PDF).await.assert_status(303);
    c.chair().upload(&path, &fields, "a.pdf", PDF).await.assert_status(403);
    let changed =
        sqlx::query("UPDATE attached_files SET file_name = 'x.pdf'").execute(&c.app.pool).await.unwrap_err();
    assert_eq!(nakadachi::db::constraint(&changed), Some("attached_files_stay"));
}

#[tokio::test]
async fn a_recused_person_cannot_fetch_a_file() {
    let c = Committee::composed(&["資料のある課題"], 4).await;
    c.give_file(0, "面談記録.pdf").await;
    let file =
        c.unit.get(&c.step("readiness")).await.attribute("a[href^='/gates/evidence/']", "href").unwrap();
    let member = &c.members[3].client;
    member.get(&file).await.assert_status(200);
    let review = c.reviews[0].to_string();
    let fields = [("key", "d"), ("review", review.as_str()), ("relation", "mentor"), ("remark", "")];
    member.post(&c.step("statements"), &fields).await.assert_status(303);
    member.get(&file).await.assert_status(404);
    let ps = c.app.client(Persona::Ps).await;
    ps.get(&file).await.assert_status(200);
    let form = [("key", "f"), ("relation", "family"), ("target", "task"), ("name", "ab1234500")];
    ps.post("/conflicts", &form).await.assert_status(303);
    ps.get(&file).await.assert_status(404);
}
