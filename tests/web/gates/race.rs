//! Many at the same moment, on real PostgreSQL.

use super::*;

#[tokio::test]
async fn fifty_reviewers_submitting_at_the_same_moment_all_land() {
    let c = Committee::scoring(&["同時の課題"], 50).await;
    let fields = c.sheet(7, "同時の総評", 0, "submit").await;
    let path = format!("{}/sheet", c.review(0));
    let pages =
        futures_util::future::join_all(c.members.iter().map(|m| post(&m.client, &path, &fields))).await;
    for page in &pages {
        page.assert_status(303);
    }
    assert_eq!(c.app.count("gate_score_sheets WHERE state = 'submitted'").await, 50);
    let items = i64::try_from(c.items().await.len()).unwrap();
    assert_eq!(c.app.count("gate_scores WHERE value = 7").await, 50 * items);
    assert_eq!(c.app.count("audit_entries WHERE action = 'gate.sheet.submit'").await, 50);
    assert!(matches!(
        nakadachi::audit::verify(&c.app.pool).await.unwrap(),
        nakadachi::audit::Verified::Intact { .. }
    ));
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_wins_and_the_other_is_told() {
    let c = Committee::revealed(&["競う課題"], 3, 8).await;
    c.all_vote(0, "go").await;
    let path = format!("{}/decision", c.review(0));
    let one = [("outcome", "go"), ("statement", "一方の決定文")];
    let other = [("outcome", "go"), ("statement", "他方の決定文")];
    let (a, b) = tokio::join!(c.chair().post(&path, &one), c.chair().post(&path, &other));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let loser = if a.status.as_u16() == 422 { &a } else { &b };
    loser.assert_shows("ほかの人が先に決定を記録しました");
    assert_eq!(c.app.count("gate_decisions").await, 1);
}

#[tokio::test]
async fn a_reveal_and_a_submission_at_once_leave_no_half_written_sheet() {
    let c = Committee::scoring(&["境目の課題"], 3).await;
    let (path, reveal) = (format!("{}/sheet", c.review(0)), c.step("reveal"));
    let fields = c.sheet(7, "", 0, "submit").await;
    let (sent, revealed) =
        tokio::join!(post(&c.members[1].client, &path, &fields), c.chair().post(&reveal, &[]));
    revealed.assert_status(303);
    let sheets = c.app.count("gate_score_sheets WHERE state = 'submitted'").await;
    assert_eq!(sheets, i64::from(sent.status.as_u16() == 303), "{}", sent.status);
    assert_eq!(c.app.count("gate_score_sheets WHERE state = 'draft'").await, 0);
}
