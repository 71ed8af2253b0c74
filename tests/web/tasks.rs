//! The task list, the page of a task, editing, saved views, exports.

mod search;

use crate::support::*;

const KEY: (&str, &str) = ("key", "8f3c0000000000000000000000000001");

#[tokio::test]
async fn the_list_shows_tasks_with_counts_and_yen() {
    let app = TestApp::start().await;
    app.task("肝炎ウイルスの複製機構").diseases(&[41]).create().await;
    app.task("骨軟部肉腫の治療法").years(&[(2026, 50_000_000)]).create().await;
    let page = app.client(Persona::Unit).await.get("/tasks").await;
    page.assert_status(200);
    assert_eq!(page.texts("td.title").len(), 2);
    assert_eq!(page.texts(".list-summary strong"), ["2", "63.0百万円"]);
    let kinds = page.texts(".facet:first-child .facet-item");
    assert_eq!(kinds, ["新規150.0", "継続113.0"]);
}

#[tokio::test]
async fn terms_filter_the_list_and_facets_switch_them() {
    let app = TestApp::start().await;
    app.task("肝炎ウイルスの複製機構").diseases(&[41]).create().await;
    app.task("骨軟部肉腫の治療法").years(&[(2026, 50_000_000)]).create().await;
    let unit = app.client(Persona::Unit).await;
    for (query, titles) in [
        ("q=肝炎", vec!["肝炎ウイルスの複製機構"]),
        ("q=ｶﾝｴﾝ", vec![]),
        ("q=-肝炎", vec!["骨軟部肉腫の治療法"]),
        ("q=is:new", vec!["骨軟部肉腫の治療法"]),
        ("q=amount:>=50M", vec!["骨軟部肉腫の治療法"]),
        ("q=empty:disease", vec!["骨軟部肉腫の治療法"]),
        ("q=%25", vec![]),
        ("year=R7", vec!["肝炎ウイルスの複製機構"]),
        ("year=R2", vec![]),
        ("year=all&sort=-amount", vec!["骨軟部肉腫の治療法", "肝炎ウイルスの複製機構"]),
        ("q=colour:red 肉腫", vec!["骨軟部肉腫の治療法"]),
    ] {
        let query = query.replace(' ', "%20").replace('>', "%3E");
        let page = unit.get(&format!("/tasks?{query}")).await;
        page.assert_status(200);
        assert_eq!(page.texts("td.title"), titles, "{query}");
    }
    unit.get("/tasks?q=colour:red").await.assert_shows("という項目はありません");
    unit.get("/tasks").await.assert_shows("/tasks?q=empty%3Adisease");
    let on = unit.get("/tasks?q=is:new").await;
    assert_eq!(on.attribute(".facet-item[aria-current]", "href").as_deref(), Some("/tasks"));
    assert_eq!(
        on.texts(".facet:first-child .facet-item"),
        ["新規150.0", "継続113.0"],
        "the other value stays in sight"
    );
}

#[tokio::test]
async fn pages_follow_one_another_in_any_order_without_gaps_and_lead_back() {
    let app = TestApp::start().await;
    for n in 0..120_i64 {
        app.task(&format!("課題{n:03}")).years(&[(2026, 1_000_000 * (n % 7))]).create().await;
    }
    // Half of them have no number: rows without a value stand last in either direction.
    sqlx::query("UPDATE task_years y SET task_number = 'n' || t.title_ja FROM tasks t WHERE t.id = y.task_id AND t.title_ja ~ '[02468]$'")
        .execute(&app.pool)
        .await
        .expect("numbering tasks");
    let unit = app.client(Persona::Unit).await;
    for sort in [
        "",
        "title",
        "-amount",
        "-amount,title",
        "number,-title",
        "-number,amount",
        "-end,amount",
        "person,-start",
    ] {
        let (mut pages, mut next) = (Vec::new(), Some(format!("/tasks?sort={sort}")));
        let mut back = None;
        while let Some(address) = next {
            let page = unit.get(&address).await;
            page.assert_status(200);
            pages.push((page.texts("td.title"), page.texts(".pager > span:first-child")));
            (next, back) = (page.attribute("a[rel=next]", "href"), page.attribute("a[rel=prev]", "href"));
            assert!(pages.len() <= 3, "sort={sort}");
        }
        let mut seen: Vec<&String> = pages.iter().flat_map(|(titles, _)| titles).collect();
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((count, seen.len()), (120, 120), "sort={sort}");
        assert_eq!(pages[2].1, ["101–120件目を表示"], "sort={sort}");
        for expected in pages[..2].iter().rev() {
            let address = back.unwrap_or_else(|| panic!("sort={sort}: no way back"));
            let page = unit.get(&address).await;
            assert_eq!(
                (page.texts("td.title"), page.texts(".pager > span:first-child")),
                *expected,
                "sort={sort}"
            );
            assert!(page.attribute("a[rel=next]", "href").is_some(), "sort={sort}");
            back = page.attribute("a[rel=prev]", "href");
        }
        assert_eq!(back, None, "sort={sort}: nothing stands before the first page");
    }
}

#[tokio::test]
async fn a_restricted_task_is_not_known_outside_its_scope() {
    let app = TestApp::start().await;
    let id = app.task("公表前の新薬候補").restricted().create().await;
    for (persona, knows) in [
        (Persona::Unit, true),
        (Persona::Ps, true),
        (Persona::Pd, true),
        (Persona::OtherPs, false),
        (Persona::Committee, false),
        (Persona::NoRole, false),
    ] {
        let client = app.client(persona).await;
        let list = client.get("/tasks").await;
        assert_eq!(list.texts("td.title").len(), usize::from(knows), "{persona:?}");
        assert_eq!(list.texts(".list-summary strong")[0], if knows { "1" } else { "0" }, "{persona:?}");
        let page = client.get(&format!("/tasks/{id}")).await;
        page.assert_status(if knows { 200 } else { 404 });
        let file = client.post("/tasks/export", &[("format", "csv")]).await;
        assert_eq!(file.text().contains("公表前の新薬候補"), knows, "{persona:?}");
    }
}

#[tokio::test]
async fn the_non_public_summary_is_for_the_scope() {
    let app = TestApp::start().await;
    let id = app.task("公表済みの課題").nonpublic("特許出願前の化合物").create().await;
    let at = format!("/tasks/{id}");
    app.client(Persona::Ps).await.get(&at).await.assert_shows("特許出願前の化合物");
    for watcher in [Persona::OtherPs, Persona::Observer, Persona::Auditor] {
        let page = app.client(watcher).await.get(&at).await;
        page.assert_status(200).assert_hides("特許出願前の化合物");
    }
    app.client(Persona::Unit).await.get(&at).await.assert_shows("特許出願前の化合物");
    let edit = format!("{at}/edit");
    app.client(Persona::OtherPs).await.get(&edit).await.assert_status(403);
}

#[tokio::test]
async fn a_task_is_looked_at_in_both_languages() {
    let app = TestApp::start().await;
    let id = app.task("<b>肝炎</b>の研究").create().await;
    let unit = app.client(Persona::Unit).await;
    unit.get(&format!("/tasks/{id}"))
        .await
        .assert_status(200)
        .assert_shows("年度と契約額")
        .assert_hides("<b>肝炎");
    unit.in_english().get(&format!("/tasks/{id}")).await.assert_status(200).assert_shows("Years and money");
    let stranger = app.client(Persona::Stranger).await;
    assert!(stranger.get(&format!("/tasks/{id}")).await.location().starts_with("/sign-in"));
    app.client(Persona::Unit).await.get("/tasks/nonsense").await.assert_status(404);
}

fn form<'a>(version: &'a str, title: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("key", key),
        ("version", version),
        ("title_ja", title),
        ("summary_ja", "<script>alert(1)</script>\n二行目"),
        ("keywords", "肝炎、ＨＢＶ"),
        ("starts_on", "2025-04-01"),
        ("ends_on", "2028-03-31"),
        ("main_disease_area", "41"),
    ]
}

#[tokio::test]
async fn an_edit_is_written_once_audited_and_found() {
    let app = TestApp::start().await;
    let id = app.task("古い課題名").create().await;
    let at = format!("/tasks/{id}");
    let ps = app.client(Persona::Ps).await;
    ps.get(&format!("{at}/edit")).await.assert_status(200);
    for _ in 0..2 {
        let page = ps.post(&at, &form("1", "膵臓の線維化", "k1")).await;
        page.assert_status(303);
        assert_eq!(page.location(), at);
    }
    assert_eq!(app.count("tasks WHERE version = 2 AND title_ja = '膵臓の線維化'").await, 1);
    assert_eq!(
        app.count(
            "audit_entries WHERE action = 'task.edit' AND details->'before'->>'title_ja' = '古い課題名'"
        )
        .await,
        1
    );
    let page = ps.get(&at).await;
    page.assert_shows("課題を編集").assert_shows("古い課題名").assert_hides("<script>alert");
    assert_eq!(ps.get("/tasks?q=%E8%86%B5%E8%87%93").await.texts("td.title"), ["膵臓の線維化"]);
}

#[tokio::test]
async fn bad_input_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let id = app.task("課題").create().await;
    let ps = app.client(Persona::Ps).await;
    let mut typed = form("1", "", "k2");
    typed.retain(|(name, _)| *name != "ends_on");
    typed.extend([("ends_on", "いつか"), ("phase", "9999")]);
    let page = ps.post(&format!("/tasks/{id}"), &typed).await;
    page.assert_status(422);
    assert_eq!(page.texts(".form-errors li").len(), 3);
    assert_eq!(page.attribute("#ends_on", "value").as_deref(), Some("いつか"));
    page.assert_shows("二行目");
}

#[tokio::test]
async fn the_slower_of_two_sees_both_texts() {
    let app = TestApp::start().await;
    let id = app.task("課題").create().await;
    let (ps, po) = (app.client(Persona::Ps).await, app.client(Persona::Po).await);
    ps.post(&format!("/tasks/{id}"), &form("1", "先に保存した課題名", "k3")).await.assert_status(303);
    let slower = po.post(&format!("/tasks/{id}"), &form("1", "後から保存した課題名", "k4")).await;
    slower.assert_status(409).assert_shows("先に保存した課題名").assert_shows("後から保存した課題名");
    assert_eq!(slower.attribute("input[name=version]", "value").as_deref(), Some("2"));
    assert_eq!(app.count("tasks WHERE title_ja = '先に保存した課題名'").await, 1);
}

#[tokio::test]
async fn an_opinion_is_given_once_read_by_its_readers_and_withdrawn_by_its_author() {
    let app = TestApp::start().await;
    let id = app.task("意見のある課題").create().await;
    let (at, ps) = (format!("/tasks/{id}"), app.client(Persona::Ps).await);
    let post = format!("{at}/opinions");
    for _ in 0..2 {
        let page = ps.post(&post, &[KEY, ("body", "臨床へ進めるべき"), ("visibility", "scope")]).await;
        page.assert_status(303);
    }
    assert_eq!(app.count("opinions").await, 1);
    app.client(Persona::Po).await.get(&at).await.assert_shows("臨床へ進めるべき");
    for watcher in [Persona::OtherPs, Persona::Observer, Persona::Auditor] {
        let page = app.client(watcher).await.get(&at).await;
        page.assert_status(200).assert_hides("臨床へ進めるべき");
    }
    let other = app.client(Persona::OtherPs).await;
    other.post(&post, &[("key", "k5"), ("body", "他"), ("visibility", "staff")]).await.assert_status(403);
    let empty = ps.post(&post, &[("key", "k6"), ("body", " "), ("visibility", "staff")]).await;
    empty.assert_status(422).assert_shows("意見：入力してください。");
    let opinion: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM opinions").fetch_one(&app.pool).await.unwrap();
    let withdrawal = format!("/opinions/{opinion}/withdrawal");
    app.client(Persona::Po).await.post(&withdrawal, &[]).await.assert_status(403);
    other.post(&withdrawal, &[]).await.assert_status(404);
    ps.post(&withdrawal, &[]).await.assert_status(303);
    app.client(Persona::Po).await.get(&at).await.assert_hides("臨床へ進めるべき").assert_shows("取下げ");
}

#[tokio::test]
async fn a_view_is_saved_shared_and_removed_by_its_owner() {
    let app = TestApp::start().await;
    let (ps, po) = (app.client(Persona::Ps).await, app.client(Persona::Po).await);
    let typed = [
        KEY,
        ("name", "がんの新規"),
        ("q", "疾患:がん is:new"),
        ("sort", "-amount"),
        ("columns", "title,amount"),
    ];
    let saved = ps.post("/tasks/views", &typed).await;
    saved.assert_status(303);
    ps.get("/tasks").await.assert_shows("がんの新規");
    po.get("/tasks").await.assert_hides("がんの新規");
    let id: uuid::Uuid = sqlx::query_scalar("SELECT id FROM saved_views").fetch_one(&app.pool).await.unwrap();
    po.post(&format!("/tasks/views/{id}/removal"), &[]).await.assert_status(404);
    ps.post(&format!("/tasks/views/{id}/sharing"), &[("shared", "true")]).await.assert_status(303);
    po.get("/tasks").await.assert_shows("がんの新規");
    po.post(&format!("/tasks/views/{id}/removal"), &[]).await.assert_status(403);
    ps.post("/tasks/views", &[("key", "k7"), ("name", " ")]).await.assert_status(422);
    ps.post(&format!("/tasks/views/{id}/removal"), &[]).await.assert_status(303);
    po.get("/tasks").await.assert_hides("がんの新規");
}

#[tokio::test]
async fn a_view_of_the_same_name_is_replaced_only_when_asked_to() {
    let app = TestApp::start().await;
    let ps = app.client(Persona::Ps).await;
    ps.post("/tasks/views", &[("key", "v1"), ("name", "私の条件"), ("q", "is:new"), ("shared", "true")])
        .await
        .assert_status(303);
    let second = [("key", "v2"), ("name", "私の条件"), ("q", "is:continuing")];
    let page = ps.post("/tasks/views", &second).await;
    page.assert_status(422).assert_shows("「私の条件」は既にあります");
    assert_eq!(page.attribute("#view-name", "value").as_deref(), Some("私の条件"), "what was typed is kept");
    assert_eq!(page.attribute("#view-name", "aria-invalid").as_deref(), Some("true"));
    assert_eq!(page.texts(".filter > span"), ["継続"], "the list is the one to be saved");
    assert_eq!(app.count("saved_views WHERE query = 'is:new' AND shared").await, 1, "nothing is lost");
    let mut replacing = second.to_vec();
    replacing.push(("replace", "true"));
    ps.post("/tasks/views", &replacing).await.assert_status(303);
    assert_eq!(app.count("saved_views").await, 1);
    assert_eq!(app.count("saved_views WHERE query = 'is:continuing' AND NOT shared").await, 1);
    assert_eq!(app.count("audit_entries WHERE action = 'view.save'").await, 2);
    let other = [("key", "v3"), ("name", "私の条件"), ("q", "is:new")];
    app.client(Persona::Po).await.post("/tasks/views", &other).await.assert_status(303);
}

#[tokio::test]
async fn the_list_opens_on_the_year_of_the_pages_of_figures() {
    let app = TestApp::start().await;
    app.task("一昨年の課題").years(&[(2023, 1), (2024, 1)]).create().await;
    let unit = app.client(Persona::Unit).await;
    let list = unit.get("/tasks").await;
    assert_eq!(list.texts("td.title"), ["一昨年の課題"]);
    assert_eq!(list.texts("#year option[selected]"), ["令和6年度（課題のある最新の年度）"]);
    assert_eq!(unit.get("/tasks?year=R8").await.texts("td.title"), Vec::<String>::new());
    assert_eq!(unit.get("/map").await.texts("#year option[selected]"), ["令和6年度"]);
    app.task("今年の課題").years(&[(2026, 1)]).create().await;
    let list = unit.get("/tasks").await;
    assert_eq!(list.texts("td.title"), ["今年の課題"]);
    assert_eq!(list.texts("#year option[selected]"), ["令和8年度（今年度）"]);
}

#[tokio::test]
async fn an_export_is_the_list_and_says_where_it_comes_from() {
    let app = TestApp::start().await;
    app.task("肝炎の研究").create().await;
    app.task("肉腫の研究").create().await;
    let ps = app.client(Persona::Ps).await;
    let asked = [("q", "肝炎"), ("columns", "title,amount"), ("format", "csv")];
    let file = ps.post("/tasks/export", &asked).await;
    file.assert_status(200);
    let text = file.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "\u{feff}課題名,契約額（円）");
    assert_eq!(lines[1], "肝炎の研究,13000000");
    assert!(lines[2].starts_with("# 出典"), "{text}");
    assert!(
        text.contains("# 検索条件,肝炎")
            && text.contains("ps@example.jp")
            && text.contains("2026-10-07 12:00:00 JST")
    );
    let sjis = ps.post("/tasks/export", &[("q", "肝炎"), ("columns", "title"), ("format", "csv-sjis")]).await;
    assert!(encoding_rs::SHIFT_JIS.decode(&sjis.body).0.starts_with("課題名\r\n肝炎の研究\r\n"));
    let xlsx = ps.post("/tasks/export", &[("format", "xlsx")]).await;
    xlsx.assert_status(200);
    assert!(xlsx.body.starts_with(b"PK"));
    assert_eq!(
        app.count("audit_entries WHERE action = 'tasks.export' AND actor_label = 'ps@example.jp'").await,
        3
    );
    ps.post("/tasks/export", &[("format", "pdf")]).await.assert_status(422);
}

#[tokio::test]
async fn what_a_query_cannot_use_is_said_to_be_unused_on_the_page_in_the_file_and_in_the_audit() {
    let app = TestApp::start().await;
    app.task("肝炎の研究").diseases(&[41]).create().await;
    let ps = app.client(Persona::Ps).await;
    let page = ps.get("/tasks?q=disease:%E8%AC%8E%20%E8%82%9D%E7%82%8E").await;
    assert_eq!(page.texts("td.title"), ["肝炎の研究"]);
    assert_eq!(page.texts(".filter > s"), ["疾患領域：謎"]);
    assert_eq!(page.texts(".filter").len(), 2, "both can be removed");
    for (q, applied, unused) in [
        ("disease:謎 肝炎", "# 検索条件,肝炎", "# 使わなかった条件,謎"),
        ("disease:謎|がん", "# 検索条件,disease:がん", "# 使わなかった条件,謎"),
    ] {
        let asked = [("q", q), ("columns", "title"), ("format", "csv")];
        let text = ps.post("/tasks/export", &asked).await.text();
        assert!(text.lines().any(|line| line == applied), "{text}");
        assert!(text.lines().any(|line| line == unused), "{text}");
        assert!(text.contains("肝炎の研究"), "{text}");
    }
    let written = "audit_entries WHERE action = 'tasks.export' AND details ->> 'query' NOT LIKE '%謎%' \
                   AND details -> 'unused' = '[\"謎\"]'";
    assert_eq!(app.count(written).await, 2);
    let plain = ps.post("/tasks/export", &[("q", "肝炎"), ("format", "csv")]).await.text();
    assert!(!plain.contains("使わなかった条件"), "{plain}");
}

#[tokio::test]
async fn an_export_taken_again_holds_what_is_there_now_and_what_its_reader_may_know() {
    let app = TestApp::start().await;
    let open = app.task("肝炎の研究").create().await;
    app.task("公表前の研究").restricted().create().await;
    let asked = [("columns", "title"), ("format", "csv")];
    let (unit, other) = (app.client(Persona::Unit).await, app.client(Persona::OtherPs).await);
    let first = unit.post("/tasks/export", &asked).await.text();
    assert_eq!(unit.post("/tasks/export", &asked).await.text(), first, "nothing changed");
    assert!(first.contains("肝炎の研究") && first.contains("公表前の研究"), "{first}");
    let seen = other.post("/tasks/export", &asked).await.text();
    assert!(seen.contains("肝炎の研究") && !seen.contains("公表前の研究"), "{seen}");
    assert!(seen.contains("otherps@example.jp") && !seen.contains("unit@example.jp"), "{seen}");
    sqlx::query("UPDATE tasks SET title_ja = '肝硬変の研究' WHERE id = $1")
        .bind(open)
        .execute(&app.pool)
        .await
        .unwrap();
    let changed = unit.post("/tasks/export", &asked).await.text();
    assert!(changed.contains("肝硬変の研究") && !changed.contains("肝炎の研究"), "{changed}");
}

#[tokio::test]
async fn a_chain_crosses_programs_and_stops_at_what_is_hidden() {
    let app = TestApp::start().await;
    let first = app.task("前身の課題").years(&[(2023, 1)]).create().await;
    let second = app.task("現在の課題").program(P2, PROJECT_2).create().await;
    let hidden = app.task("公表前の後継課題").years(&[(2028, 1)]).restricted().create().await;
    for (from, to) in [(first, second), (second, hidden)] {
        sqlx::query("INSERT INTO successor_links (id, from_task_id, to_task_id, kind, linked_on, fiscal_year) VALUES (gen_random_uuid(), $1, $2, 'pairing', '2026-04-01', 2026)")
            .bind(from)
            .bind(to)
            .execute(&app.pool)
            .await
            .unwrap();
    }
    let at = format!("/tasks/{second}");
    let unit = app.client(Persona::Unit).await.get(&at).await;
    unit.assert_shows("前身の課題").assert_shows("公表前の後継課題").assert_shows("ペアリング");
    let other = app.client(Persona::OtherPs).await.get(&at).await;
    other.assert_status(200).assert_shows("前身の課題").assert_hides("公表前の後継課題");
}
