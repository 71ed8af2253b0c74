//! Minutes of a meeting: from the recorded facts, per reader, with a hash that can be checked.

use std::process::Command;

use nakadachi::gates::minutes;

use crate::gates::{Committee, execute};
use crate::support::{Page, Persona};

const SECRET: &str = "除斥される課題の題名";

/// Two items judged and decided, the last member recused from the first; the meeting is closed.
async fn closed() -> Committee {
    let c = Committee::composed(&[SECRET, "見えてよい課題"], 5).await;
    let review = c.reviews[0].to_string();
    let fields =
        [("key", "d"), ("review", review.as_str()), ("relation", "mentor"), ("remark", "恩師の課題")];
    c.members[4].client.post(&c.step("statements"), &fields).await.assert_status(303);
    c.manage("opening", &[]).await.assert_status(303);
    for (n, member) in c.members.iter().enumerate() {
        for review in &c.reviews[usize::from(n == 4)..] {
            c.submit(member, *review, 6 + i16::from(n == 0), "総評").await.assert_status(303);
        }
    }
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    for n in 0..4 {
        c.vote(n, 0, "go").await.assert_status(303);
    }
    c.all_vote(1, "go").await;
    c.go(0).await.assert_status(303);
    c.go(1).await.assert_status(303);
    c.chair().post(&c.step("closing"), &[]).await.assert_status(303);
    c
}

fn hash_of(page: &Page) -> String {
    page.texts("dl.facts code").into_iter().find(|t| t.len() == 64).expect("a printed hash")
}

/// The text of a PDF without its blanks, because lines break where the page ends.
fn text_of(pdf: &Page) -> String {
    assert_eq!(pdf.status.as_u16(), 200, "{}", pdf.text());
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    let file = std::env::temp_dir().join(format!("nakadachi-minutes-{}.pdf", uuid::Uuid::new_v4().simple()));
    std::fs::write(&file, &pdf.body).unwrap();
    let said = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
    std::fs::remove_file(&file).ok();
    let said = said.expect("pdftotext: script/test installs poppler-utils");
    String::from_utf8_lossy(&said.stdout).split_whitespace().collect()
}

#[tokio::test]
async fn minutes_are_issued_once_and_their_printed_hash_holds() {
    let c = closed().await;
    let address = c.step("minutes");
    let draft = c.unit.get(&address).await;
    draft.assert_status(200).assert_shows("案です").assert_shows(SECRET).assert_shows("委員 4号（");
    for _ in 0..2 {
        c.unit.post(&address, &[("key", "issue")]).await.assert_status(303);
    }
    assert_eq!(c.app.count("gate_minutes").await, 2, "in full and for the public");
    assert_eq!(c.app.count("audit_entries WHERE action = 'gate_minutes.issue'").await, 1);
    c.unit
        .post(&address, &[("key", "again")])
        .await
        .assert_status(422)
        .assert_shows("記録は変わっていません");

    let hash = hash_of(&c.unit.get(&address).await);
    let pdf = text_of(&c.unit.get(&format!("{address}.pdf")).await);
    assert!(pdf.contains(&hash) && pdf.contains(SECRET) && pdf.contains("決定：GO"), "{pdf}");
    assert!(pdf.contains("利益相反のない委員4名のうち4名"), "{pdf}");
    let english = text_of(&c.unit.get(&format!("{address}.pdf?language=en")).await);
    assert!(english.contains("Decision:GO") && english.contains(&hash), "{english}");

    let check = format!("/gates/minutes/check?hash={hash}");
    c.unit.get(&check).await.assert_shows("一致します").assert_shows("発行時と同じです");
    let other = if hash.starts_with('0') { '1' } else { '0' };
    let wrong = format!("{other}{}", &hash[1..]);
    c.unit.get(&format!("/gates/minutes/check?hash={wrong}")).await.assert_shows("発行されていません");
    c.unit.get("/gates/minutes/check?hash=abc").await.assert_shows("64文字");
    let verdict = minutes::check(&c.app.pool, &hash).await.unwrap().expect("issued");
    assert!(verdict.holds() && verdict.difference.is_none());
    assert_eq!(minutes::check_all(&c.app.pool, |_| ()).await.unwrap(), 0);
}

#[tokio::test]
async fn issued_minutes_cannot_be_changed_and_a_forged_record_is_found() {
    let c = closed().await;
    c.unit.post(&c.step("minutes"), &[("key", "issue")]).await.assert_status(303);
    let update = "UPDATE gate_minutes SET record = replace(record, '継続を可とする', '継続を不可とする')";
    let refused = sqlx::query(update).execute(&c.app.pool).await.unwrap_err();
    assert_eq!(nakadachi::db::constraint(&refused), Some("gate_minutes_kept"));
    execute(
        &c.app,
        "ALTER TABLE gate_minutes DISABLE TRIGGER gate_minutes_kept;
         UPDATE gate_minutes SET record = record || ' ', hash = encode(sha256(convert_to(record || ' ', 'UTF8')), 'hex')",
    )
    .await;
    assert_eq!(minutes::check_all(&c.app.pool, |v| assert!(v.text_holds && !v.is_audited)).await.unwrap(), 2);
}

#[tokio::test]
async fn a_recused_member_gets_minutes_as_if_the_item_had_not_been_there() {
    let c = closed().await;
    c.unit.post(&c.step("minutes"), &[("key", "issue")]).await.assert_status(303);
    let member = &c.members[4].client;
    for audience in ["full", "public"] {
        let page = member.get(&c.step(&format!("minutes?audience={audience}"))).await;
        page.assert_status(200).assert_hides(SECRET).assert_shows("1. 見えてよい課題");
        let pdf = text_of(&member.get(&c.step(&format!("minutes.pdf?audience={audience}"))).await);
        assert!(!pdf.contains(SECRET) && pdf.contains("見えてよい課題"), "{pdf}");
        member.get(&c.step(&format!("minutes.xlsx?audience={audience}"))).await.assert_status(200);
    }
    let other = &c.members[1].client;
    other.get(&c.step("minutes")).await.assert_shows(SECRET);
    other.post(&c.step("minutes"), &[("key", "mine")]).await.assert_status(403);
}

#[tokio::test]
async fn the_public_version_keeps_what_is_not_public_to_itself() {
    let c = closed().await;
    let page = c.unit.get(&c.step("minutes?audience=public")).await;
    page.assert_status(200).assert_shows("総評").assert_hides("非公開の総評").assert_hides("師弟関係");
    page.assert_shows("利益相反のない委員4名のうち4名");
    c.unit.get(&c.step("minutes")).await.assert_shows("非公開の総評").assert_shows("師弟関係");
    let pdf = text_of(&c.unit.get(&c.step("minutes.pdf?audience=public")).await);
    assert!(pdf.contains("公開版") && !pdf.contains("非公開の総評"), "{pdf}");
}

#[tokio::test]
async fn nothing_sealed_is_in_a_draft_and_an_open_meeting_is_not_issued() {
    let c = Committee::scoring(&["審議中の課題"], 3).await;
    for member in &c.members {
        c.submit(member, c.reviews[0], 9, "封印された総評").await.assert_status(303);
    }
    for client in [&c.unit, c.chair()] {
        let page = client.get(&c.step("minutes")).await;
        page.assert_status(200)
            .assert_shows("審議中の課題")
            .assert_hides("封印された総評")
            .assert_hides("9.0");
        assert!(!text_of(&client.get(&c.step("minutes.pdf")).await).contains("封印"));
    }
    c.unit.post(&c.step("minutes"), &[("key", "early")]).await.assert_status(422).assert_shows("会議を終了");
    c.app.client(Persona::Observer).await.get(&c.step("minutes")).await.assert_status(403);
    c.app.client(Persona::OtherPs).await.get(&c.step("minutes")).await.assert_status(404);
}
