//! A recused member loses the item everywhere at once, and the quorum is counted without them.

use nakadachi::app::route_table;

use super::*;

const SECRET: &str = "秘匿すべき課題の題名";
const NUMBER: &str = "ab1234500";

/// Every GET route filled with the ids of the hidden item, its meeting and its task.
fn addresses(c: &Committee) -> Vec<String> {
    let mut found = Vec::new();
    for route in route_table().iter().filter(|r| r.method == axum::http::Method::GET) {
        if route.path.ends_with("/events") || route.path.starts_with("/live") || route.path == "/metrics" {
            continue;
        }
        let meeting = c.meeting.trim_start_matches("/gates/meetings/").to_owned();
        for id in [c.reviews[0].to_string(), meeting, c.tasks[0].to_string()] {
            let path: Vec<&str> = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { id.as_str() } else { part })
                .collect();
            found.push(path.join("/"));
        }
    }
    for query in [
        "/search?q=秘匿",
        "/tasks?q=秘匿",
        "/tasks?q=ab1234500",
        "/gates?open=1",
        "/gates/calendar?all=1&months=24",
    ] {
        found.push(query.to_owned());
    }
    found.sort();
    found.dedup();
    found
}

async fn leaks(c: &Committee, client: &Client) -> Vec<String> {
    let review = c.reviews[0].to_string();
    let mut found = Vec::new();
    for path in addresses(c) {
        let page = client.get(&path.replace("秘匿", "%E7%A7%98%E5%8C%BF")).await;
        let text = page.text();
        // The words that somebody searched for stand in the search box, the number they declared among their declarations.
        let own_words = path.contains(NUMBER) || path.contains("秘匿") || path == "/conflicts";
        let names =
            !own_words && (text.contains(NUMBER) || text.contains(&review) && !path.contains(&review));
        if text.contains(SECRET)
            || text.contains("漏れては困る総評")
            || text.contains("非公開0の概要")
            || names
        {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_recused_member_finds_no_trace_of_the_item_at_any_route() {
    let c = Committee::composed(&[SECRET, "見えてよい課題"], 4).await;
    let member = &c.members[3];
    assert!(!leaks(&c, &member.client).await.is_empty(), "before the declaration the item is there");
    let review = c.reviews[0].to_string();
    let fields = [("key", "d"), ("review", &review), ("relation", "mentor"), ("remark", "恩師の課題")];
    member.client.post(&c.step("statements"), &fields).await.assert_status(303);
    assert_eq!(leaks(&c, &member.client).await, Vec::<String>::new(), "while planned");
    member.client.get(&c.meeting).await.assert_shows("見えてよい課題");
    member.client.post("/tasks/export", &[("format", "csv")]).await.assert_hides(SECRET);

    c.manage("opening", &[]).await.assert_status(303);
    for other in &c.members[..3] {
        c.submit(other, c.reviews[0], 8, "漏れては困る総評").await.assert_status(303);
    }
    c.submit(member, c.reviews[0], 1, "入れない").await.assert_status(404);
    c.submit(member, c.reviews[1], 5, "").await.assert_status(303);
    assert_eq!(leaks(&c, &member.client).await, Vec::<String>::new(), "while scoring");
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    member.client.post(&format!("{}/vote", c.review(0)), &[("choice", "no_go")]).await.assert_status(404);
    for n in 0..3 {
        c.vote(n, 0, "go").await.assert_status(303);
    }
    assert_eq!(leaks(&c, &member.client).await, Vec::<String>::new(), "after the reveal");
    c.go(0).await.assert_status(303);
    assert_eq!(leaks(&c, &member.client).await, Vec::<String>::new(), "after the decision");
    c.chair().get(&c.review(0)).await.assert_shows("対象委員3名、投票3名、賛成3名").assert_shows("委員 3号");
    // Withdrawing the declaration lets nobody back in.
    let withdrawal = member.client.get("/conflicts").await.attribute("form[action$='/withdrawal']", "action");
    member.client.post(&withdrawal.unwrap(), &[]).await.assert_status(303);
    assert_eq!(leaks(&c, &member.client).await, Vec::<String>::new(), "after a withdrawal");
}

#[tokio::test]
async fn staff_in_conflict_with_a_task_lose_its_review_whatever_their_scope() {
    let c = Committee::revealed(&[SECRET], 3, 8).await;
    let ps = c.app.client(Persona::Ps).await;
    ps.get(&c.review(0)).await.assert_status(200).assert_shows(SECRET);
    let form = [("key", "f"), ("relation", "family"), ("target", "person"), ("name", "見本 太郎")];
    ps.post("/conflicts", &form).await.assert_status(303);
    ps.get(&c.review(0)).await.assert_status(404);
    ps.get(&c.meeting).await.assert_hides(SECRET);
    ps.get("/gates/calendar?all=1&months=24").await.assert_hides(SECRET);
}

#[tokio::test]
async fn the_chair_waives_with_a_reason_but_never_a_bar_and_what_is_found_later_counts_again() {
    let c = Committee::composed(&["課題"], 4).await;
    let member = &c.members[3];
    let path = format!("{}/resolutions", c.review(0));
    let form = [("key", "a"), ("relation", "mentor"), ("target", "person"), ("name", "見本 太郎")];
    member.client.post("/conflicts", &form).await.assert_status(303);
    member.client.get(&c.review(0)).await.assert_status(404);
    let page = c.chair().get(&c.step("conflicts")).await;
    page.assert_status(200)
        .assert_shows("師弟関係")
        .assert_shows("本人の申告")
        .assert_shows("未処理の利益相反：1件");
    member.client.get(&c.step("conflicts")).await.assert_status(403);

    let id = member.id.to_string();
    c.chair()
        .post(&path, &[("user", &id), ("resolution", "waive"), ("reason", " ")])
        .await
        .assert_status(422);
    c.unit.post(&path, &[("user", &id), ("resolution", "waive"), ("reason", "x")]).await.assert_status(403);
    let waive = [("user", id.as_str()), ("resolution", "waive"), ("reason", "20年前の関係のため")];
    c.chair().post(&path, &waive).await.assert_status(303);
    member.client.get(&c.review(0)).await.assert_status(200);
    let form =
        [("key", "b"), ("relation", "financial_interest"), ("target", "person"), ("name", "見本 太郎")];
    member.client.post("/conflicts", &form).await.assert_status(303);
    member.client.get(&c.review(0)).await.assert_status(404);
    c.chair().post(&path, &waive).await.assert_status(303);
    member.client.get(&c.review(0)).await.assert_status(200);
    let form = [("key", "c"), ("relation", "family"), ("target", "person"), ("name", "見本 太郎")];
    member.client.post("/conflicts", &form).await.assert_status(303);
    c.chair().post(&path, &waive).await.assert_status(422).assert_shows("免除できません");
    member.client.get(&c.review(0)).await.assert_status(404);
}

#[tokio::test]
async fn a_conflict_in_the_records_is_found_when_a_seat_is_given_and_a_recused_chair_is_replaced() {
    let c = Committee::composed(&["課題"], 4).await;
    let chair = c.members[0].id;
    execute(&c.app, &format!("UPDATE users SET person_id = '{}' WHERE id = '{chair}'", crate::support::TARO))
        .await;
    c.chair().get(&c.review(0)).await.assert_status(404);
    c.manage("opening", &[]).await.assert_status(303);
    for member in &c.members[1..] {
        c.submit(member, c.reviews[0], 8, "").await.assert_status(303);
    }
    c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
    for n in 1..4 {
        c.vote(n, 0, "go").await.assert_status(303);
    }
    let fields = [("outcome", "go"), ("statement", "可とする。")];
    let path = format!("{}/decision", c.review(0));
    c.chair().post(&path, &fields).await.assert_status(404);
    c.members[2].client.post(&path, &fields).await.assert_status(403);
    c.members[1].client.post(&path, &fields).await.assert_status(303);
}
