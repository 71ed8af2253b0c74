//! Rounds of the adjustment fund: proposal, grant, use, close.

use super::*;

#[tokio::test]
async fn published_rounds_stand_with_their_sources_and_their_rounding() {
    let app = TestApp::start().await;
    let ps = app.client(Persona::Ps).await;
    let page = ps.get("/budget/adjustments").await;
    page.assert_status(200).assert_shows("令和2年度").assert_shows("公表値のみ").assert_shows("17,500.0");
    let third = "/budget/adjustments/0193a000-0000-7000-8000-000000202003";
    let page = ps.get(third).await;
    page.assert_shows("47.0億円")
        .assert_shows("2,550.0")
        .assert_shows("2,160.0")
        .assert_shows("四捨五入のため");
    page.assert_shows("https://www.amed.go.jp/news/release_20201125-01.html");
    assert_eq!(
        number(&app.pool, "SELECT sum(total_yen)::bigint FROM adjustment_rounds WHERE fiscal_year = 2018")
            .await,
        175 * OKU
    );
}

#[tokio::test]
async fn parts_that_differ_by_rounding_need_their_note() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    let bare = unit.post("/budget/adjustments", &round_form("a", ("47.0", "25.5", "21.6"), "")).await;
    bare.assert_status(422).assert_shows("10,000,000円違います").assert_shows("25.5");
    let far = unit.post("/budget/adjustments", &round_form("b", ("46.0", "25.5", "21.6"), "四捨五入")).await;
    far.assert_status(422).assert_shows("110,000,000円違います");
    for _ in 0..2 {
        let made = unit
            .post("/budget/adjustments", &round_form("c", ("47.0", "25.5", "21.6"), "四捨五入による"))
            .await;
        made.assert_status(303);
    }
    assert_eq!(
        app.count("adjustment_rounds WHERE fiscal_year = 2026").await,
        1,
        "a second click does nothing"
    );
    let twin = unit.post("/budget/adjustments", &round_form("d", ("1.0", "", ""), "")).await;
    twin.assert_status(422).assert_shows("登録済み");
    app.client(Persona::Division).await.get("/budget/adjustments/new").await.assert_status(403);
}

#[tokio::test]
async fn a_proposal_goes_through_the_pd_to_a_grant_its_use_and_its_result() {
    let app = TestApp::start().await;
    let round = open_round(&app).await;
    let proposal = heard_proposal(&app, &round, "p", "4.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.get("/").await.assert_shows("調整費の提案");
    unit.post(&format!("{proposal}/decision"), &decision(&round, "3.5")).await.assert_status(303);
    let page = unit.get(&round).await;
    page.assert_shows("350.0").assert_shows("650.0").assert_shows("登録の前倒し");
    let grant = page.attribute("#grants a[data-row-link]", "href").unwrap();
    let division = app.client(Persona::Division).await;
    let used = [("key", "u"), ("what", "施設の追加"), ("amount", "2.0"), ("unit", "oku")];
    division.post(&format!("{grant}/uses"), &used).await.assert_status(303);
    let more = [("key", "u2"), ("what", "追加"), ("amount", "1.6"), ("unit", "oku")];
    division
        .post(&format!("{grant}/uses"), &more)
        .await
        .assert_status(422)
        .assert_shows("配分額の残りを超えています");
    division
        .post(&format!("{grant}/result"), &[("version", "1"), ("result", "5か月早まった")])
        .await
        .assert_status(303);
    division
        .post(&format!("{grant}/result"), &[("version", "1"), ("result", "遅れた編集")])
        .await
        .assert_status(409);
    let page = division.get(&grant).await;
    page.assert_shows("施設の追加").assert_shows("5か月早まった").assert_shows("150.0");
    app.client(Persona::OtherPs).await.post(&format!("{grant}/uses"), &used).await.assert_status(403);
    assert_eq!(app.count("audit_entries WHERE action LIKE 'adjustment.%'").await, 6);
}

#[tokio::test]
async fn a_grant_needs_a_pd_and_another_person_than_its_author() {
    let app = TestApp::start().await;
    let round = open_round(&app).await;
    let unit = app.client(Persona::Unit).await;
    let round_id = round.rsplit('/').next().unwrap().to_owned();
    let form = [
        ("key", "own"),
        ("round", round_id.as_str()),
        ("kind", "president"),
        ("program", "P1"),
        ("amount", "1.0"),
        ("unit", "oku"),
        ("purpose", "加速"),
        ("reason", "必要"),
    ];
    let proposal = unit.post("/budget/proposals", &form).await.location();
    let admin = app.client(Persona::Administrator).await;
    let unheard = admin.post(&format!("{proposal}/decision"), &decision(&round, "1.0")).await;
    unheard.assert_status(422).assert_shows("PDの意見が1件以上必要です");
    let opinion = [("key", "o"), ("stance", "support"), ("body", "賛成")];
    app.client(Persona::Ps).await.post(&format!("{proposal}/opinions"), &opinion).await.assert_status(403);
    app.client(Persona::Pd).await.post(&format!("{proposal}/opinions"), &opinion).await.assert_status(303);
    let own = unit.post(&format!("{proposal}/decision"), &decision(&round, "1.0")).await;
    own.assert_status(422).assert_shows("自分の提案を自分で決めることはできません");
    admin.post(&format!("{proposal}/decision"), &decision(&round, "1.0")).await.assert_status(303);
    admin.post(&format!("{proposal}/decision"), &decision(&round, "1.0")).await.assert_status(422);
    assert_eq!(app.count("adjustment_grants").await, 1);
}

#[tokio::test]
async fn a_pd_is_heard_on_programs_of_their_project_only() {
    let app = TestApp::start().await;
    let round = open_round(&app).await;
    let unit = app.client(Persona::Unit).await;
    let round_id = round.rsplit('/').next().unwrap().to_owned();
    let form = [
        ("key", "p2"),
        ("round", round_id.as_str()),
        ("kind", "president"),
        ("program", "P2"),
        ("amount", "1.0"),
        ("unit", "oku"),
        ("purpose", "加速"),
        ("reason", "必要"),
    ];
    let proposal = unit.post("/budget/proposals", &form).await.location();
    let opinion = [("key", "o"), ("stance", "oppose"), ("body", "反対")];
    app.client(Persona::Pd).await.post(&format!("{proposal}/opinions"), &opinion).await.assert_status(403);
    let not_mine = app.client(Persona::Division).await.post("/budget/proposals", &form).await;
    not_mine.assert_status(422).assert_shows("担当の事業を選んでください");
}

#[tokio::test]
async fn two_grants_at_once_never_exceed_the_round() {
    let app = TestApp::start().await;
    let round = open_round(&app).await;
    let first = format!("{}/decision", heard_proposal(&app, &round, "a", "6.0").await);
    let second = format!("{}/decision", heard_proposal(&app, &round, "b", "6.0").await);
    let (unit, admin) = (app.client(Persona::Unit).await, app.client(Persona::Administrator).await);
    let form = decision(&round, "6.0");
    let (a, b) = tokio::join!(unit.post(&first, &form), admin.post(&second, &form));
    let mut codes = [a.status.as_u16(), b.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [303, 422]);
    assert_eq!(number(&app.pool, "SELECT sum(amount_yen)::bigint FROM adjustment_grants").await, 6 * OKU);
    let forced =
        sqlx::query("UPDATE adjustment_parts SET granted_yen = amount_yen + 1").execute(&app.pool).await;
    assert!(forced.unwrap_err().to_string().contains("adjustment_parts_grants_within_amount"));
}

#[tokio::test]
async fn a_round_closes_at_zero_yen_only() {
    let app = TestApp::start().await;
    let round = open_round(&app).await;
    let proposal = heard_proposal(&app, &round, "p", "9.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.post(&format!("{proposal}/decision"), &decision(&round, "9.0")).await.assert_status(303);
    let close = [("version", "1"), ("closing_note", "端数")];
    let early = unit.post(&format!("{round}/closing"), &close).await;
    early.assert_status(422).assert_shows("残額が0円になっていません");
    let back = [
        ("key", "r"),
        ("program", "return"),
        ("kind", "president"),
        ("amount", "1.0"),
        ("unit", "oku"),
        ("purpose", "使う見込みのない額の返納"),
        ("authority", "理事長決裁"),
    ];
    unit.post(&format!("{round}/grants"), &back).await.assert_status(303);
    unit.post(&format!("{round}/closing"), &[("version", "1")]).await.assert_status(303);
    unit.get(&round).await.assert_shows("締め済み").assert_shows("返納");
    let late = unit.post(&format!("{round}/grants"), &back).await;
    late.assert_status(403);
    unit.get(&format!("{round}/edit")).await.assert_status(403);
}

#[tokio::test]
async fn a_remainder_within_rounding_closes_with_its_note() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    let made = unit.post("/budget/adjustments", &round_form("r", ("10.0", "", "10.0"), "")).await.location();
    let grant = [
        ("key", "g"),
        ("program", "P2"),
        ("kind", "top_down"),
        ("amount", "996,000,000"),
        ("unit", "yen"),
        ("purpose", "連携"),
        ("authority", "推進本部決定"),
    ];
    unit.post(&format!("{made}/grants"), &grant).await.assert_status(303);
    unit.post(&format!("{made}/closing"), &[("version", "1"), ("closing_note", "")]).await.assert_status(422);
    let noted = [("version", "1"), ("closing_note", "印刷が0.1億円単位のため")];
    unit.post(&format!("{made}/closing"), &noted).await.assert_status(303);
    let closed = unit.get(&made).await;
    closed.assert_shows("四捨五入による端数 4.0");
    let left = closed.texts(".figures dd").pop().unwrap_or_default();
    assert!(left.starts_with("0.0"), "a closed round has nothing left: {left:?}");
    unit.get("/budget/adjustments").await.assert_shows("端数 4.0");
    let file = unit.post("/budget/adjustments/file", &[("format", "csv")]).await;
    file.assert_status(200).assert_shows("締めの端数").assert_shows("996000000,0,4000000");
    let direct = [
        ("key", "x"),
        ("program", "P1"),
        ("kind", "president"),
        ("amount", "1"),
        ("unit", "oku"),
        ("purpose", "x"),
        ("authority", "x"),
    ];
    let open = unit
        .post(
            "/budget/adjustments",
            &[
                ("key", "n"),
                ("fiscal_year", "R8"),
                ("number", "2"),
                ("unit", "oku"),
                ("total", "2.0"),
                ("president", "2.0"),
            ],
        )
        .await;
    let refused = unit.post(&format!("{}/grants", open.location()), &direct).await;
    refused.assert_status(422);
    let said = refused.texts("#kind-error").join(" ");
    assert!(said.contains("提案を通して決定してください"), "told at the kind: {said:?}");
}

#[tokio::test]
async fn the_slower_editor_of_a_round_loses_nothing() {
    let app = TestApp::start().await;
    let round = open_round(&app).await;
    let unit = app.client(Persona::Unit).await;
    let mut form = round_form("e", ("12.0", "12.0", ""), "").to_vec();
    form.push(("version", "1"));
    unit.post(&round, &form).await.assert_status(303);
    let late = unit.post(&round, &form).await;
    late.assert_status(409);
    assert_eq!(late.attribute("input[name=version]", "value").as_deref(), Some("2"));
}

#[tokio::test]
async fn a_round_is_decided_near_its_year_and_a_part_of_zero_is_none() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    let mut form = round_form("d", ("10.0", "10.0", "０"), "").to_vec();
    form.push(("decided_on", "0001-01-01"));
    let refused = unit.post("/budget/adjustments", &form).await;
    refused.assert_status(422);
    let said = refused.texts("#decided_on-error").join(" ");
    assert!(said.contains("2025-04-01から2028-03-31まで"), "{said:?}");
    form.retain(|(name, _)| *name != "decided_on");
    form.push(("decided_on", "2026-06-10"));
    unit.post("/budget/adjustments", &form).await.assert_status(303);
    let parts = "adjustment_parts p JOIN adjustment_rounds r ON r.id = p.round_id WHERE r.fiscal_year = 2026";
    assert_eq!(app.count(parts).await, 1);
}

#[tokio::test]
async fn a_proposal_names_a_round_that_has_money_of_its_kind() {
    let app = TestApp::start().await;
    let unit = app.client(Persona::Unit).await;
    let round = unit.post("/budget/adjustments", &round_form("r", ("5.0", "", ""), "")).await.location();
    let round_id = round.rsplit('/').next().unwrap().to_owned();
    unit.get("/budget/proposals/new").await.assert_shows("残額 区分の公表なし 500.0百万円");
    let mut form = vec![
        ("key", "p"),
        ("fiscal_year", "R8"),
        ("kind", "president"),
        ("program", "P1"),
        ("amount", "1.0"),
        ("unit", "oku"),
        ("purpose", "加速"),
        ("reason", "必要"),
        ("round", round_id.as_str()),
    ];
    let refused = unit.post("/budget/proposals", &form).await;
    refused.assert_status(422);
    let said = refused.texts("#round-error").join(" ");
    assert!(said.contains("その区分の金額がある回を選んでください"), "{said:?}");
    form.pop();
    let proposal = unit.post("/budget/proposals", &form).await.location();
    let admin = app.client(Persona::Administrator).await;
    let offered = admin.get(&proposal).await.attributes("#decision select[name=round] option", "value");
    assert_eq!(offered, [""], "no round of its kind to decide on");
}
