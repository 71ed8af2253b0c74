//! Working with the money: adjustment fund, slips, scenarios, contracts, and tables that add up to their version.

use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{P1, P2, P3, PROJECT_1, PROJECT_2, Page, Persona, TestApp, noon};

const OKU: i64 = 100_000_000;

/// The place of the small world's budget lines in R8.
fn place(program: &str, project: &str, ministry: &str) -> String {
    format!("2026/initial/0/{program}/{project}/{ministry}/initial")
}

/// Puts a budget in law into force: (program, project, ministry, yen).
async fn budget(pool: &PgPool, year: i16, lines: &[(&str, &str, &str, i64)]) -> Uuid {
    let id = Uuid::now_v7();
    let total: i64 = lines.iter().map(|l| l.3).sum();
    sqlx::query(
        "INSERT INTO budget_versions (id, fiscal_year, stage, number, cause, total_yen, line_count, created_at)
         VALUES ($1, $2, 'initial', 1, 'import', $3, $4, $5)",
    )
    .bind(id)
    .bind(year)
    .bind(total)
    .bind(i32::try_from(lines.len()).unwrap())
    .bind(noon())
    .execute(pool)
    .await
    .unwrap();
    for (n, (program, project, ministry, yen)) in (1_i32..).zip(lines) {
        sqlx::query(
            "INSERT INTO budget_lines (version_id, position, program_id, program_name, project_id, project_name, ministry_code,
                                       ministry_name, kind, amount_yen)
             VALUES ($1, $2, $3::uuid, '事業', $4::uuid, 'プロジェクト', $5, '省', 'initial', $6)",
        )
        .bind(id)
        .bind(n)
        .bind(program)
        .bind(project)
        .bind(ministry)
        .bind(yen)
        .execute(pool)
        .await
        .unwrap();
    }
    sqlx::query("UPDATE budget_versions SET state = 'applied', applied_at = $2 WHERE id = $1")
        .bind(id)
        .bind(noon())
        .execute(pool)
        .await
        .unwrap();
    id
}

/// P1 10億円 and P2 5億円 in R8, P1 8億円 in R7.
async fn small_budget(app: &TestApp) {
    budget(&app.pool, 2025, &[(P1, PROJECT_1, "mhlw", 8 * OKU)]).await;
    budget(
        &app.pool,
        2026,
        &[
            (P1, PROJECT_1, "mhlw", 10 * OKU),
            (P2, PROJECT_2, "mext", 5 * OKU),
            (P3, PROJECT_1, "mext", 3 * OKU),
        ],
    )
    .await;
}

async fn number(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(pool).await.unwrap()
}

fn round_form<'a>(
    key: &'a str,
    parts: (&'a str, &'a str, &'a str),
    note: &'a str,
) -> [(&'a str, &'a str); 8] {
    [
        ("key", key),
        ("fiscal_year", "R8"),
        ("number", "1"),
        ("unit", "oku"),
        ("total", parts.0),
        ("president", parts.1),
        ("top_down", parts.2),
        ("rounding_note", note),
    ]
}

/// An open round of R8 with 10億円 at the President's discretion; its page.
async fn open_round(app: &TestApp) -> String {
    let unit = app.client(Persona::Unit).await;
    let made = unit.post("/budget/adjustments", &round_form("round", ("10.0", "10.0", ""), "")).await;
    made.assert_status(303);
    made.location()
}

/// A proposal of the division for P1, heard by the PD; its page.
async fn heard_proposal(app: &TestApp, round: &str, key: &str, oku: &str) -> String {
    let round_id = round.rsplit('/').next().unwrap();
    let form = [
        ("key", key),
        ("round", round_id),
        ("kind", "president"),
        ("program", "P1"),
        ("amount", oku),
        ("unit", "oku"),
        ("purpose", "登録の前倒し"),
        ("reason", "年度内に必要"),
    ];
    let made = app.client(Persona::Division).await.post("/budget/proposals", &form).await;
    made.assert_status(303);
    let opinion_key = format!("o{key}");
    let opinion = [("key", opinion_key.as_str()), ("stance", "support"), ("body", "効果が見込める")];
    let pd = app.client(Persona::Pd).await;
    pd.post(&format!("{}/opinions", made.location()), &opinion).await.assert_status(303);
    made.location()
}

fn decision<'a>(round: &'a str, oku: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("version", "1"),
        ("outcome", "grant"),
        ("round", round.rsplit('/').next().unwrap()),
        ("amount", oku),
        ("unit", "oku"),
        ("authority", "理事長決裁"),
    ]
}

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
    refused.assert_status(422).assert_shows("提案を通して決定してください");
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

fn slip_form<'a>(key: &'a str, from: &'a str, to: &'a str, oku: &'a str) -> [(&'a str, &'a str); 9] {
    [
        ("key", key),
        ("year", "R8"),
        ("kind", "movement"),
        ("from", from),
        ("to", to),
        ("amount", oku),
        ("unit", "oku"),
        ("reason", "採択増による組替え"),
        ("authority", "移替承認書"),
    ]
}

/// A slip of the division from P1 to P2; its page.
async fn proposed_slip(app: &TestApp, key: &str, oku: &str) -> String {
    let (from, to) = (place(P1, PROJECT_1, "mhlw"), place(P2, PROJECT_2, "mext"));
    let made =
        app.client(Persona::Division).await.post("/budget/slips", &slip_form(key, &from, &to, oku)).await;
    made.assert_status(303);
    made.location()
}

async fn moved(app: &TestApp, program: &str) -> i64 {
    number(&app.pool, &format!("SELECT coalesce(sum(amount_yen), 0)::bigint FROM budget_after_movements WHERE fiscal_year = 2026 AND program_id = '{program}'")).await
}

#[tokio::test]
async fn a_slip_counts_once_it_is_approved_and_applied_and_is_taken_back_by_its_counter() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let slip = proposed_slip(&app, "s", "2.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.get("/").await.assert_shows("承認を待っています");
    assert_eq!(
        (moved(&app, P1).await, moved(&app, P2).await),
        (10 * OKU, 5 * OKU),
        "a proposal is in no figure"
    );
    app.client(Persona::Ps)
        .await
        .post(&format!("{slip}/approval"), &[("version", "1")])
        .await
        .assert_status(403);
    app.client(Persona::Pd)
        .await
        .post(&format!("{slip}/approval"), &[("version", "1")])
        .await
        .assert_status(403);
    unit.post(&format!("{slip}/application"), &[("version", "1")]).await.assert_status(422);
    unit.post(&format!("{slip}/approval"), &[("version", "1")]).await.assert_status(303);
    assert_eq!(moved(&app, P1).await, 10 * OKU, "nor is an approved one");
    unit.post(&format!("{slip}/application"), &[("version", "2")]).await.assert_status(303);
    assert_eq!((moved(&app, P1).await, moved(&app, P2).await), (8 * OKU, 7 * OKU));
    unit.get("/budget?year=R8").await.assert_shows("800.0").assert_shows("700.0").assert_shows("合計一致");
    let counter = [("key", "c"), ("note", "誤り"), ("authority", "訂正")];
    let back = unit.post(&format!("{slip}/counter"), &counter).await.location();
    let own = unit.post(&format!("{back}/approval"), &[("version", "1")]).await;
    own.assert_status(403).assert_shows("自分の提案は承認できません");
    let again =
        unit.post(&format!("{slip}/counter"), &[("key", "c2"), ("note", "再"), ("authority", "訂正")]).await;
    again.assert_status(422).assert_shows("すでに手続中");
    let admin = app.client(Persona::Administrator).await;
    admin.post(&format!("{back}/approval"), &[("version", "1")]).await.assert_status(303);
    admin.post(&format!("{back}/application"), &[("version", "2")]).await.assert_status(303);
    assert_eq!((moved(&app, P1).await, moved(&app, P2).await), (10 * OKU, 5 * OKU));
    let edited = sqlx::query("UPDATE budget_slips SET amount_yen = 1").execute(&app.pool).await;
    assert!(edited.unwrap_err().to_string().contains("cannot go from"), "an applied slip never changes");
    let gone = sqlx::query("DELETE FROM budget_slips").execute(&app.pool).await;
    assert!(gone.unwrap_err().to_string().contains("stays on record"));
    let made = sqlx::query("UPDATE budget_positions SET moved_yen = moved_yen + 1").execute(&app.pool).await;
    assert!(made.unwrap_err().to_string().contains("only slips move money"));
}

#[tokio::test]
async fn no_line_goes_below_zero_unless_somebody_answers_for_it() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let slip = proposed_slip(&app, "s", "10.5").await;
    let unit = app.client(Persona::Unit).await;
    unit.post(&format!("{slip}/approval"), &[("version", "1")]).await.assert_status(303);
    unit.get(&slip).await.assert_shows("0円未満");
    let bare = unit.post(&format!("{slip}/application"), &[("version", "2")]).await;
    bare.assert_status(422).assert_shows("0円を下回ります");
    assert_eq!(moved(&app, P1).await, 10 * OKU, "nothing half-applied");
    let named = [("version", "2"), ("overdraft_authority", "財務省協議済み")];
    unit.post(&format!("{slip}/application"), &named).await.assert_status(303);
    assert_eq!(moved(&app, P1).await, -50_000_000);
    unit.get(&slip).await.assert_shows("財務省協議済み");
}

#[tokio::test]
async fn of_two_approvals_at_once_one_counts() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let slip = format!("{}/approval", proposed_slip(&app, "s", "1.0").await);
    let (unit, admin) = (app.client(Persona::Unit).await, app.client(Persona::Administrator).await);
    let (a, b) = tokio::join!(unit.post(&slip, &[("version", "1")]), admin.post(&slip, &[("version", "1")]));
    let mut codes = [a.status.as_u16(), b.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [303, 422]);
    assert_eq!(app.count("audit_entries WHERE action = 'budget.slip.approve'").await, 1);
}

#[tokio::test]
async fn two_applications_at_once_do_not_overdraw_a_line() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let unit = app.client(Persona::Unit).await;
    let mut paths = Vec::new();
    for key in ["a", "b"] {
        let slip = proposed_slip(&app, key, "6.0").await;
        unit.post(&format!("{slip}/approval"), &[("version", "1")]).await.assert_status(303);
        paths.push(format!("{slip}/application"));
    }
    let admin = app.client(Persona::Administrator).await;
    let (a, b) =
        tokio::join!(unit.post(&paths[0], &[("version", "2")]), admin.post(&paths[1], &[("version", "2")]));
    let mut codes = [a.status.as_u16(), b.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [303, 422]);
    assert_eq!((moved(&app, P1).await, moved(&app, P2).await), (4 * OKU, 11 * OKU));
}

#[tokio::test]
async fn a_pd_approves_within_the_project_and_a_carry_over_goes_to_the_next_year() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let (from, to) = (place(P1, PROJECT_1, "mhlw"), place(P3, PROJECT_1, "mext"));
    let division = app.client(Persona::Division).await;
    let within = division.post("/budget/slips", &slip_form("w", &from, &to, "1.0")).await.location();
    let pd = app.client(Persona::Pd).await;
    pd.get("/").await.assert_shows("承認を待っています");
    pd.post(&format!("{within}/approval"), &[("version", "1")]).await.assert_status(303);
    let mut form = slip_form("c", &from, "", "3.0");
    form[2].1 = "carry_over";
    let carried = division.post("/budget/slips", &form).await;
    carried.assert_status(303);
    let unit = app.client(Persona::Unit).await;
    unit.post(&format!("{}/approval", carried.location()), &[("version", "1")]).await.assert_status(303);
    unit.post(&format!("{}/application", carried.location()), &[("version", "2")]).await.assert_status(303);
    let next = "SELECT sum(amount_yen)::bigint FROM budget_after_movements WHERE fiscal_year = 2027 AND kind = 'carry_over'";
    assert_eq!(number(&app.pool, next).await, 3 * OKU);
    assert_eq!(moved(&app, P1).await, 7 * OKU);
    unit.get("/budget/contracts?year=R9").await.assert_shows("300.0");
}

#[tokio::test]
async fn what_does_not_fit_is_kept_and_named() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let (from, to) = (place(P1, PROJECT_1, "mhlw"), place(P2, PROJECT_2, "mext"));
    let division = app.client(Persona::Division).await;
    let same = division.post("/budget/slips", &slip_form("a", &from, &from, "1.0")).await;
    same.assert_status(422).assert_shows("移替元と異なる行").assert_shows("採択増による組替え");
    let unknown = division.post("/budget/slips", &slip_form("b", "2026/initial/0/x", &to, "zero")).await;
    unknown.assert_status(422).assert_shows("一覧から予算の行").assert_shows("金額を数字で");
    let foreign = app.client(Persona::OtherPs).await;
    let elsewhere = place(P3, PROJECT_1, "mext");
    let not_mine = foreign.post("/budget/slips", &slip_form("c", &from, &elsewhere, "1.0")).await;
    not_mine.assert_status(422).assert_shows("担当の事業にしてください");
    assert_eq!(app.count("budget_slips").await, 0);
    app.client(Persona::Observer).await.get("/budget/slips").await.assert_status(403);
    app.client(Persona::Unit)
        .await
        .get(&format!("/budget/slips/{}", Uuid::now_v7()))
        .await
        .assert_status(404);
}

#[tokio::test]
async fn any_run_of_slips_keeps_every_yen_in_the_database() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let total = "SELECT sum(amount_yen)::bigint FROM budget_after_movements";
    let before = number(&app.pool, total).await;
    let unit = "(SELECT id FROM users WHERE email = 'unit@example.jp')";
    let admin = "(SELECT id FROM users WHERE email = 'admin@example.jp')";
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO budget_positions (fiscal_year, stage, program_id, project_id, ministry_code, kind)
         SELECT 2026, 'initial', p, j, m, 'initial' FROM (VALUES ('{P1}'::uuid, '{PROJECT_1}'::uuid, 'mhlw'),
             ('{P2}', '{PROJECT_2}', 'mext'), ('{P3}', '{PROJECT_1}', 'mext')) AS v (p, j, m)"
    )))
    .execute(&app.pool)
    .await
    .unwrap();
    let ids: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM budget_positions ORDER BY id").fetch_all(&app.pool).await.unwrap();
    let mut chance = 20_261_122_u64;
    let (mut applied, mut refused) = (0, 0);
    for n in 1..=120_i64 {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let from = ids[(chance >> 33) as usize % 3];
        let to = ids[((chance >> 33) as usize + 1 + (chance >> 60) as usize % 2) % 3];
        let yen = 1 + i64::try_from((chance >> 20) % 700_000_000).unwrap();
        if from == to {
            continue;
        }
        let id = Uuid::now_v7();
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "INSERT INTO budget_slips (id, fiscal_year, number, from_id, to_id, amount_yen, reason, authority, proposed_by, proposed_at)
             VALUES ('{id}', 2026, {n}, {from}, {to}, {yen}, 'x', 'x', {unit}, now())"
        )))
        .execute(&app.pool)
        .await
        .unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE budget_slips SET state = 'approved', approved_by = {admin}, approved_at = now() WHERE id = '{id}'"
        )))
        .execute(&app.pool)
        .await
        .unwrap();
        let done = sqlx::query(sqlx::AssertSqlSafe(format!(
            "UPDATE budget_slips SET state = 'applied', applied_by = {admin}, applied_at = now() WHERE id = '{id}'"
        )))
        .execute(&app.pool)
        .await;
        match done {
            Ok(_) => applied += 1,
            Err(error) => {
                assert!(error.to_string().contains("below zero"), "{error}");
                refused += 1;
            }
        }
        assert_eq!(number(&app.pool, total).await, before, "no slip makes or loses yen");
    }
    assert!(applied > 20 && refused > 5, "{applied} applied, {refused} refused");
    assert_eq!(number(&app.pool, "SELECT sum(moved_yen)::bigint FROM budget_positions").await, 0);
    assert!(number(&app.pool, "SELECT min(amount_yen) FROM budget_after_movements").await >= 0);
}

/// Makes a scenario of the unit with one movement from P1 to P2; its page.
async fn scenario(app: &TestApp, name: &str, oku: &str) -> String {
    let unit = app.client(Persona::Unit).await;
    let version: Uuid = sqlx::query_scalar("SELECT id FROM budget_versions WHERE fiscal_year = 2026")
        .fetch_one(&app.pool)
        .await
        .unwrap();
    let version = version.to_string();
    let form = [("key", name), ("version", version.as_str()), ("name", name), ("note", "検討")];
    let made = unit.post("/budget/scenarios", &form).await;
    made.assert_status(303);
    let (from, to) = (place(P1, PROJECT_1, "mhlw"), place(P2, PROJECT_2, "mext"));
    let key = format!("m{name}");
    let row = [
        ("key", key.as_str()),
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("amount", oku),
        ("unit", "oku"),
        ("reason", "案"),
    ];
    unit.post(&format!("{}/moves", made.location()), &row).await.assert_status(303);
    made.location()
}

#[tokio::test]
async fn a_scenario_is_in_no_figure_until_its_slips_are_applied() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let path = scenario(&app, "案A", "1.0").await;
    let unit = app.client(Persona::Unit).await;
    unit.get(&path).await.assert_shows("900.0").assert_shows("600.0");
    assert_eq!((moved(&app, P1).await, app.count("budget_slips").await), (10 * OKU, 0));
    unit.get("/budget?year=R8").await.assert_hides("900.0");
    let bare = unit.post(&format!("{path}/submission"), &[("version", "2"), ("authority", "")]).await;
    bare.assert_status(422);
    let done =
        unit.post(&format!("{path}/submission"), &[("version", "2"), ("authority", "理事会の了承")]).await;
    done.assert_status(303);
    assert_eq!(app.count("budget_slips WHERE state = 'proposed'").await, 1);
    assert_eq!(moved(&app, P1).await, 10 * OKU, "a proposed slip is in no figure either");
    unit.get(&path).await.assert_shows("伝票にした").assert_shows("承認待ち");
    unit.post(&format!("{path}/submission"), &[("version", "3"), ("authority", "再")])
        .await
        .assert_status(403);
    assert_eq!(app.count("budget_slips").await, 1);
}

#[tokio::test]
async fn scenarios_stand_side_by_side_with_their_differences() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let (a, b) = (scenario(&app, "案A", "1.0").await, scenario(&app, "案B", "2.5").await);
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let unit = app.client(Persona::Unit).await;
    let page = unit.get(&format!("/budget/scenarios/comparison?s={}&s={}", id(&a), id(&b))).await;
    page.assert_status(200)
        .assert_shows("案A")
        .assert_shows("案B")
        .assert_shows("900.0")
        .assert_shows("750.0");
    page.assert_shows("−100.0").assert_shows("−250.0");
    assert_eq!(
        page.texts("tfoot td.money").last().map(String::as_str),
        Some("0.0"),
        "a plan changes no total"
    );
    app.client(Persona::Pd)
        .await
        .post(&format!("{a}/discarding"), &[("version", "2")])
        .await
        .assert_status(403);
    app.client(Persona::Ps).await.get(&a).await.assert_status(403);
    let copy = unit.post(&format!("{a}/copy"), &[("key", "k"), ("name", "案C")]).await.location();
    unit.get(&copy).await.assert_shows("案C").assert_shows("900.0");
    unit.post(&format!("{a}/copy"), &[("key", "k2"), ("name", "案B")]).await.assert_status(422);
}

/// Rows of a CSV export without its origin.
fn csv_rows(page: &Page) -> Vec<Vec<String>> {
    let text = page.text();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    rows.filter(|r: &Vec<String>| !r[0].starts_with("# ")).collect()
}

#[tokio::test]
async fn every_table_adds_up_to_the_control_total_of_its_version() {
    let app = TestApp::start().await;
    let odd = [
        (P1, PROJECT_1, "mhlw", 2_566_694_001),
        (P1, PROJECT_2, "mhlw", 1_374_490_003),
        (P2, PROJECT_2, "mext", 7),
        (P3, PROJECT_1, "mext", 1_229_825_000),
    ];
    budget(&app.pool, 2026, &odd).await;
    let control: i64 = odd.iter().map(|l| l.3).sum();
    let unit = app.client(Persona::Unit).await;
    unit.get("/budget?year=R8").await.assert_shows("合計一致").assert_shows("5,171,009,011円");
    let file = unit.post("/budget/file?year=R8", &[("format", "csv")]).await;
    file.assert_status(200)
        .assert_shows("# 照会")
        .assert_shows("# 版")
        .assert_shows("第1版")
        .assert_shows("# 出力日時");
    let rows = csv_rows(&file);
    let yen = |s: &String| s.parse::<i64>().unwrap_or(0);
    let (head, body) = rows.split_first().unwrap();
    let (last, programs) = body.split_last().unwrap();
    let total = head.iter().position(|h| h == "計").unwrap();
    assert_eq!(yen(&last[total]), control);
    for column in 3..=total {
        assert_eq!(
            programs.iter().map(|r| yen(&r[column])).sum::<i64>(),
            yen(&last[column]),
            "column {column}"
        );
    }
    for row in programs {
        assert_eq!(row[3..total].iter().map(yen).sum::<i64>(), yen(&row[total]), "{row:?}");
    }
    let of = async |path: &str| {
        let rows = csv_rows(&unit.post(path, &[("format", "csv")]).await);
        yen(&rows.last().unwrap()[2])
    };
    let projects = of(&format!("/budget/projects/{PROJECT_1}/file?year=R8")).await
        + of(&format!("/budget/projects/{PROJECT_2}/file?year=R8")).await;
    let ministries =
        of("/budget/ministries/mhlw/file?year=R8").await + of("/budget/ministries/mext/file?year=R8").await;
    assert_eq!((projects, ministries), (control, control));
    let lines =
        csv_rows(&unit.post("/budget/lines/file?year=R8&budget=initial-0", &[("format", "csv")]).await);
    assert_eq!(yen(&lines.last().unwrap()[4]), control);
    let xlsx = unit.post("/budget/file?year=R8", &[("format", "xlsx")]).await;
    xlsx.assert_status(200);
    assert!(
        xlsx.body.starts_with(b"PK") && app.count("audit_entries WHERE action = 'budget.export'").await > 5
    );
    unit.post("/budget/file?year=R8", &[("format", "odt")]).await.assert_status(422);
}

#[tokio::test]
async fn the_series_of_a_program_reaches_back_across_its_lineage() {
    let app = TestApp::start().await;
    budget(&app.pool, 2025, &[(P3, PROJECT_1, "mext", 4 * OKU)]).await;
    budget(&app.pool, 2026, &[(P2, PROJECT_2, "mext", 5 * OKU)]).await;
    let step = format!(
        "INSERT INTO program_lineage (from_program_id, to_program_id, kind, fiscal_year) VALUES ('{P3}', '{P2}', 'succeeded', 2026)"
    );
    sqlx::query(sqlx::AssertSqlSafe(step)).execute(&app.pool).await.unwrap();
    let ps = app.client(Persona::Ps).await;
    ps.get("/budget/programs/P2")
        .await
        .assert_shows("見本基礎研究事業")
        .assert_shows("400.0")
        .assert_shows("500.0");
    ps.get("/budget/programs/P2?lineage=own").await.assert_hides("400.0").assert_shows("500.0");
    let year = ps.get("/budget?year=R8").await;
    year.assert_shows("100.0").assert_shows("前年度からの増減");
    ps.get("/budget/programs/P9").await.assert_status(404);
}

#[tokio::test]
async fn contracts_stand_against_what_can_be_spent() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    app.task("課題").years(&[(2026, 1_150_000_000)]).create().await;
    app.task("公表前の課題").program(P2, PROJECT_2).restricted().years(&[(2026, 100_000_000)]).create().await;
    let unit = app.client(Persona::Unit).await;
    let page = unit.get("/budget/contracts?year=R8").await;
    page.assert_shows("−150.0")
        .assert_shows("超過")
        .assert_shows("400.0")
        .assert_shows("/tasks?q=program%3AP1");
    let over = unit.get("/budget/contracts?year=R8&over=1").await;
    over.assert_shows("見本がん医療実用化研究事業").assert_hides("見本機器開発事業");
    let division = app.client(Persona::Division).await.get("/budget/contracts?year=R8").await;
    division.assert_shows("500.0").assert_shows("閲覧できる課題の合計です");
    let round = open_round(&app).await;
    let proposal = heard_proposal(&app, &round, "p", "2.0").await;
    unit.post(&format!("{proposal}/decision"), &decision(&round, "2.0")).await.assert_status(303);
    unit.get("/budget/contracts?year=R8").await.assert_shows("1,200.0").assert_hides("−150.0");
}

#[tokio::test]
async fn every_figure_opens_its_lines_and_outsiders_see_none() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    let observer = app.client(Persona::Observer).await;
    let page = observer.get("/budget?year=R8").await;
    page.assert_status(200).assert_shows("1,000.0");
    let href = page.attribute("tbody td.money a", "href").unwrap();
    observer.get(&href).await.assert_status(200).assert_shows("1,000.0");
    observer.get("/budget/adjustments").await.assert_status(403);
    for path in ["/budget", "/budget/contracts", "/budget/lines", "/budget/scenarios"] {
        app.client(Persona::Committee).await.get(path).await.assert_status(403);
        app.client(Persona::NoRole).await.get(path).await.assert_status(403);
    }
    let english = app.client(Persona::Unit).await.in_english();
    for path in [
        "/budget?year=R8",
        "/budget/contracts?year=R8",
        "/budget/adjustments",
        "/budget/slips",
        "/budget/scenarios",
    ] {
        english.get(path).await.assert_status(200);
    }
    app.client(Persona::Unit)
        .await
        .get("/budget?year=R1")
        .await
        .assert_status(200)
        .assert_shows("この年度の予算がありません");
}
