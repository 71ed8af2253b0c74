//! Gate templates: what is shipped, and that a version in force never changes.

use nakadachi::db;
use nakadachi::gates::templates::{self, Kind, VersionId, model::Proposal, queries};
use sqlx::AssertSqlSafe;

use crate::gates::{Committee, execute};
use crate::support::{Client, Page, Persona, TestApp, noon};

/// The small world with the shipped templates.
async fn with_templates() -> TestApp {
    let app = TestApp::start().await;
    templates::load_where_missing(&app.pool, noon()).await.unwrap();
    app
}

#[tokio::test]
async fn the_shipped_templates_are_drugs_4_regenerative_2_devices_3_and_two_evaluations() {
    let app = with_templates().await;
    templates::load_where_missing(&app.pool, noon()).await.unwrap();
    let all = queries::templates(&app.pool).await.unwrap();
    let count = |kind| all.iter().filter(|t| t.kind == kind).count();
    let counts = [Kind::Drug, Kind::Regenerative, Kind::Device, Kind::MidTerm, Kind::ExPost].map(count);
    assert_eq!(counts, [4, 2, 3, 1, 1]);
    let mut connection = app.pool.acquire().await.unwrap();
    for template in &all {
        let version = queries::in_force(&app.pool, template.id).await.unwrap().expect("a version in force");
        let content = queries::content(&mut connection, version).await.unwrap().expect("its content");
        assert_eq!(content.labels_of(10).len(), 10, "{}", template.code);
        assert!(content.overall().is_some() && !content.evidence.is_empty(), "{}", template.code);
    }
    let mid_term =
        queries::in_force(&app.pool, templates::template_id("mid-term").into()).await.unwrap().unwrap();
    let rule = queries::rule(&app.pool, mid_term).await.unwrap().unwrap();
    assert_eq!(rule.propose(60, None), Proposal::Go, "6 is adopted");
}

#[tokio::test]
async fn a_version_in_force_keeps_its_content_whoever_asks() {
    let app = with_templates().await;
    let VersionId(version) = templates::first_version_id("drug-1").into();
    for (sql, constraint) in [
        (
            format!("UPDATE gate_template_items SET weight = 9 WHERE version_id = '{version}'"),
            "gate_template_content_frozen",
        ),
        (
            format!("DELETE FROM gate_template_labels WHERE version_id = '{version}'"),
            "gate_template_content_frozen",
        ),
        (
            format!(
                "UPDATE gate_template_versions SET go_from_tenths = 10, conditional_from_tenths = NULL WHERE id = '{version}'"
            ),
            "gate_template_version_moves_on",
        ),
        (
            format!(
                "UPDATE gate_template_versions SET state = 'draft', applied_at = NULL WHERE id = '{version}'"
            ),
            "gate_template_version_moves_on",
        ),
        (format!("DELETE FROM gate_template_versions WHERE id = '{version}'"), "gate_template_version_kept"),
    ] {
        let error = sqlx::query(AssertSqlSafe(sql.clone())).execute(&app.pool).await.expect_err(&sql);
        assert_eq!(db::constraint(&error), Some(constraint), "{sql}");
    }
}

const RULE: [(&str, &str); 8] = [
    ("version", "1"),
    ("basis", "overall"),
    ("go_from", "7"),
    ("conditional_from", "5.5"),
    ("least_item", ""),
    ("quorum_share", "two_thirds"),
    ("quorum_least", "4"),
    ("vote_share", "majority"),
];

/// The table of items of a draft as its page sends it, after `change` had its way with the rows.
async fn items_as_sent(admin: &Client, change: impl Fn(&mut Vec<(String, String)>)) -> Vec<(String, String)> {
    let page = admin.get("/gates/templates/mid-term/draft").await;
    let mut fields =
        vec![("version".to_owned(), page.attribute("#items input[name=version]", "value").unwrap())];
    let document = scraper::Html::parse_document(&page.text());
    let named = scraper::Selector::parse("#items :is(input, select, textarea)[name]").unwrap();
    for element in document.select(&named) {
        let name = element.value().attr("name").unwrap_or_default();
        let value = match element.value().name() {
            "textarea" => element.text().collect(),
            "select" => {
                let chosen = scraper::Selector::parse("option[selected]").unwrap();
                let chosen = element.select(&chosen).next().and_then(|o| o.value().attr("value"));
                chosen.unwrap_or_default().to_owned()
            }
            _ => element.value().attr("value").unwrap_or_default().to_owned(),
        };
        let ticked = !matches!(element.value().attr("type"), Some("radio" | "checkbox"))
            || element.value().attr("checked").is_some();
        if ticked && name != "version" {
            fields.push((name.to_owned(), value));
        }
    }
    change(&mut fields);
    fields
}

/// Sets the `n`th value of a column.
fn put(fields: &mut [(String, String)], column: &str, n: usize, value: &str) {
    let cell = fields.iter_mut().filter(|(name, _)| name == column).nth(n).expect("a row of the table");
    cell.1 = value.to_owned();
}

async fn send(admin: &Client, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    admin.post(path, &fields).await
}

#[tokio::test]
async fn a_template_is_changed_as_a_draft_and_replaces_the_version_in_force() {
    let app = with_templates().await;
    let admin = app.client(Persona::Administrator).await;
    admin
        .get("/gates/templates")
        .await
        .assert_status(200)
        .assert_shows("医薬品 SG④")
        .assert_shows("再生医療 SG②");
    admin
        .get("/gates/templates/mid-term")
        .await
        .assert_shows("研究開発進捗状況")
        .assert_shows("機構の項目名");
    admin.post("/gates/templates/mid-term/draft", &[]).await.assert_status(303);
    admin.post("/gates/templates/mid-term/draft", &[]).await.assert_status(303);
    assert_eq!(
        app.count("gate_template_versions WHERE state = 'draft'").await,
        1,
        "a second click opens the same draft"
    );

    let sent = items_as_sent(&admin, |fields| {
        put(fields, "position", 0, "3");
        put(fields, "position", 2, "1");
        put(fields, "weight", 1, "4");
        put(fields, "name_ja", 3, "今後の見通しと出口");
        put(fields, "name_ja", 6, "国際連携");
        put(fields, "name_en", 6, "International cooperation");
        let team = fields.iter().filter(|(name, _)| name == "id").nth(4).unwrap().1.clone();
        fields.push(("retired".to_owned(), team));
    })
    .await;
    send(&admin, "/gates/templates/mid-term/draft/items", &sent).await.assert_status(303);
    let mut rule = RULE;
    rule[0].1 = "2";
    admin.post("/gates/templates/mid-term/draft/rule", &rule).await.assert_status(303);

    let page = admin.get("/gates/templates/mid-term/draft/application").await;
    page.assert_shows("国際連携").assert_shows("今後の見通しと出口");
    let changes = page.texts("tr.added, tr.removed, tr.changed");
    assert!(changes.iter().any(|c| c.starts_with("取りやめ事業で定める項目")), "{changes:?}");
    assert!(changes.iter().any(|c| c.starts_with("変更研究開発成果重み14")), "{changes:?}");
    assert!(changes.iter().any(|c| c.contains("順13")), "{changes:?}");

    let apply = [("version", "3"), ("note", "国際連携を加えた"), ("migrate", "true")];
    admin.post("/gates/templates/mid-term/draft/application", &apply).await.assert_status(303);
    let page = admin.get("/gates/templates/mid-term").await;
    page.assert_shows("第2版").assert_shows("国際連携を加えた").assert_shows("7点以上ならGO");
    admin
        .get("/gates/templates/mid-term/versions/1")
        .await
        .assert_shows("事業で定める項目")
        .assert_hides("国際連携</strong>");
    assert_eq!(app.count("gate_template_versions v JOIN gate_template_items i ON i.version_id = v.id WHERE v.state = 'in_force' AND v.template_id = (SELECT id FROM gate_templates WHERE code = 'mid-term') AND i.wording = 'official'").await, 4, "a renamed item is no longer the agency's wording");
    for action in ["draft", "items", "rule", "apply"] {
        assert_eq!(
            app.count(&format!("audit_entries WHERE action = 'gate_template.{action}'")).await,
            1,
            "{action}"
        );
    }
}

#[tokio::test]
async fn what_does_not_fit_in_a_draft_is_kept_and_named() {
    let app = with_templates().await;
    let admin = app.client(Persona::Administrator).await;
    admin.post("/gates/templates/mid-term/draft", &[]).await.assert_status(303);
    let sent = items_as_sent(&admin, |fields| {
        put(fields, "name_ja", 0, "");
        put(fields, "weight", 1, "百");
        put(fields, "scale", 2, "11");
        put(fields, "name_ja", 6, "英語のない項目");
    })
    .await;
    let page = send(&admin, "/gates/templates/mid-term/draft/items", &sent).await;
    page.assert_status(422).assert_shows("英語のない項目").assert_shows("百").assert_shows("0～100の整数");
    assert_eq!(page.texts(".form-errors li").len(), 4);
    let mut rule = RULE;
    (rule[2].1, rule[3].1) = ("5.55", "9");
    admin
        .post("/gates/templates/mid-term/draft/rule", &rule)
        .await
        .assert_status(422)
        .assert_shows("小数は一桁");
    (rule[2].1, rule[3].1) = ("6", "6");
    admin
        .post("/gates/templates/mid-term/draft/rule", &rule)
        .await
        .assert_status(422)
        .assert_shows("GOの基準より低い点");
    let page =
        admin.post("/gates/templates/mid-term/draft/application", &[("version", "1"), ("note", "")]).await;
    page.assert_status(422);
    let same = [("version", "1"), ("note", "変えていない")];
    let page = admin.post("/gates/templates/mid-term/draft/application", &same).await;
    page.assert_status(422).assert_shows("適用中の版との違いがありません");
    assert_eq!(app.count("gate_template_versions WHERE state = 'in_force' AND number = 1").await, 11);
}

#[tokio::test]
async fn the_slower_of_two_editors_of_a_draft_is_told() {
    let app = with_templates().await;
    let admin = app.client(Persona::Administrator).await;
    admin.post("/gates/templates/mid-term/draft", &[]).await.assert_status(303);
    let mine = items_as_sent(&admin, |fields| put(fields, "weight", 0, "7")).await;
    admin.post("/gates/templates/mid-term/draft/rule", &RULE).await.assert_status(303);
    let page = send(&admin, "/gates/templates/mid-term/draft/items", &mine).await;
    page.assert_status(409).assert_shows("研究開発進捗状況");
    assert_eq!(page.attribute("input[name=version]", "value").as_deref(), Some("2"));
    assert_eq!(app.count("gate_template_items WHERE weight = 7").await, 0);
    let late = [("version", "1"), ("note", "古い確認")];
    admin.post("/gates/templates/mid-term/draft/application", &late).await.assert_status(422);
    admin.post("/gates/templates/mid-term/draft/removal", &[("version", "1")]).await.assert_status(422);
    admin.post("/gates/templates/mid-term/draft/removal", &[("version", "2")]).await.assert_status(303);
    assert_eq!(app.count("gate_template_versions WHERE state = 'draft'").await, 0);
    admin.get("/gates/templates/mid-term/draft").await.assert_status(404);
}

#[tokio::test]
async fn a_template_is_added_without_code_and_labels_and_evidence_are_edited() {
    let app = with_templates().await;
    let admin = app.client(Persona::Administrator).await;
    let form = [
        ("key", "add"),
        ("like", "device-3"),
        ("kind", "device"),
        ("gate_number", "4"),
        ("code", "device-4"),
        ("name_ja", "医療機器 SG④"),
        ("name_en", "Medical devices, gate 4"),
        ("timing_ja", "製造販売承認の申請前"),
        ("timing_en", "Before applying for approval"),
    ];
    assert_eq!(admin.post("/gates/templates", &form).await.location(), "/gates/templates/device-4/draft");
    let mut taken = form;
    (taken[0].1, taken[4].1) = ("again", "device-5");
    admin.post("/gates/templates", &taken).await.assert_status(422).assert_shows("同じ番号のゲート");
    let labels = [("version", "1"), ("point", "4-4"), ("label_ja", "秀"), ("label_en", "Excellent")];
    admin.post("/gates/templates/device-4/draft/labels", &labels).await.assert_status(422);
    let evidence = [
        ("version", "1"),
        ("id", "new"),
        ("position", "1"),
        ("kind", "milestone"),
        ("milestone", "device_spec"),
        ("name_ja", "最終仕様の確定"),
        ("name_en", "Final specification"),
        ("responsible", "investigator"),
        ("mandatory", "new"),
    ];
    admin.post("/gates/templates/device-4/draft/evidence", &evidence).await.assert_status(303);
    assert_eq!(
        app.count("gate_template_evidence WHERE milestone_code = 'device_spec' AND mandatory").await,
        1
    );
    let apply = [("version", "2"), ("note", "四つ目のゲート")];
    admin.post("/gates/templates/device-4/draft/application", &apply).await.assert_status(303);
    admin.get("/gates/templates").await.assert_shows("医療機器 SG④");
}

#[tokio::test]
async fn only_administrators_change_templates_and_staff_read_them() {
    let app = with_templates().await;
    app.client(Persona::Administrator).await.post("/gates/templates/mid-term/draft", &[]).await;
    for persona in [Persona::Unit, Persona::Ps, Persona::Division] {
        let client = app.client(persona).await;
        client.get("/gates/templates/mid-term").await.assert_status(200).assert_hides("編集中の版を開く");
        client.get("/gates/templates/mid-term/draft").await.assert_status(403);
        client.post("/gates/templates/mid-term/draft/rule", &RULE).await.assert_status(403);
    }
    app.client(Persona::Auditor).await.get("/gates/templates/mid-term/draft").await.assert_status(200);
    app.client(Persona::Observer).await.get("/gates/templates").await.assert_status(403);
}

#[tokio::test]
async fn a_new_version_moves_reviews_before_scoring_and_leaves_those_after() {
    let c = Committee::scoring(&["採点中の課題"], 3).await;
    let task = c.app.task("準備中の課題").diseases(&[41]).create().await;
    execute(&c.app, &format!("UPDATE tasks SET stable_number = 'ab9999999' WHERE id = '{task}'")).await;
    let form = [
        ("key", "second"),
        ("name_ja", "第2回 見本評価委員会"),
        ("held_on", "2026-11-20"),
        ("held_time", "13:00"),
        ("tasks", "ab9999999"),
        ("template", "mid-term"),
        ("minutes", "15"),
    ];
    c.unit.post("/gates/meetings", &form).await.assert_status(303);
    let admin = c.app.client(Persona::Administrator).await;
    admin.post("/gates/templates/mid-term/draft", &[]).await.assert_status(303);
    admin.post("/gates/templates/mid-term/draft/rule", &RULE).await.assert_status(303);
    let page = admin.get("/gates/templates/mid-term/draft/application").await;
    page.assert_shows("第1回 見本評価委員会").assert_shows("採点開始済み").assert_shows("新しい版に移せる");
    let apply = [("version", "2"), ("note", "基準を改めた"), ("migrate", "true")];
    admin.post("/gates/templates/mid-term/draft/application", &apply).await.assert_status(303);
    let numbers: Vec<i16> = sqlx::query_scalar(
        "SELECT v.number FROM gate_reviews r JOIN gate_template_versions v ON v.id = r.template_version_id
         JOIN gate_meetings m ON m.id = r.meeting_id ORDER BY m.held_at",
    )
    .fetch_all(&c.app.pool)
    .await
    .unwrap();
    assert_eq!(numbers, [1, 2], "frozen once scoring is open, moved before");
}
