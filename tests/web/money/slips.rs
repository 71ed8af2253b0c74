//! Slips: approved, applied, taken back; no yen made or lost.

use super::*;

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
    let applied = unit.get(&slip).await;
    applied.assert_hides("反映後").assert_shows("この伝票とその後の移替が入っています");
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
    let program = unit.get("/budget/programs/P1").await;
    let carried_into = program.texts(".table-pinned tbody tr:first-child td");
    assert_eq!(carried_into[3], "－", "R9 has no initial budget: {carried_into:?}");
    assert_eq!(carried_into[6], "300.0", "{carried_into:?}");
    assert!(!program.texts(".chart-table").join(" ").contains("R9"), "nor a bar for it");
}

#[tokio::test]
async fn a_stage_that_is_no_money_in_law_neither_gives_nor_takes() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    budget_at(&app.pool, (2026, "draft"), &[(P1, PROJECT_1, "mhlw", 9 * OKU)]).await;
    let draft = place(P1, PROJECT_1, "mhlw").replace("/initial/0/", "/draft/0/");
    let law = place(P2, PROJECT_2, "mext");
    let unit = app.client(Persona::Unit).await;
    let offered = unit.get("/budget/slips/new?year=R8").await.attributes("#from option, #to option", "value");
    assert!(offered.contains(&law), "{offered:?}");
    assert!(offered.iter().all(|place| !place.contains("/draft/")), "{offered:?}");
    for (key, from, to, field) in [("a", &draft, &law, "from"), ("b", &law, &draft, "to")] {
        let refused = unit.post("/budget/slips", &slip_form(key, from, to, "1.0")).await;
        refused.assert_status(422);
        let said = refused.texts(&format!("#{field}-error")).join(" ");
        assert!(said.contains("成立した予算（当初・補正・調整費）の行だけ"), "{said:?}");
    }
    let mut carried = slip_form("c", &draft, "", "1.0");
    carried[2].1 = "carry_over";
    unit.post("/budget/slips", &carried).await.assert_status(422).assert_shows("成立した予算");
    assert_eq!(app.count("budget_slips").await, 0);
}

#[tokio::test]
async fn a_slip_on_a_draft_that_was_proposed_earlier_is_not_applied() {
    let app = TestApp::start().await;
    small_budget(&app).await;
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO budget_positions (fiscal_year, stage, program_id, project_id, ministry_code, kind)
         VALUES (2026, 'draft', '{P1}'::uuid, '{PROJECT_1}'::uuid, 'mhlw', 'initial'),
                (2026, 'initial', '{P2}', '{PROJECT_2}', 'mext', 'initial')"
    )))
    .execute(&app.pool)
    .await
    .unwrap();
    let id = Uuid::now_v7();
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO budget_slips (id, fiscal_year, number, from_id, to_id, amount_yen, reason, authority, proposed_by, proposed_at)
         SELECT '{id}'::uuid, 2026, 1, d.id, i.id, {OKU}, '組替え', '承認書', u.id, now()
         FROM budget_positions d, budget_positions i, users u
         WHERE d.stage = 'draft' AND i.stage = 'initial' AND u.email = 'division@example.jp'"
    )))
    .execute(&app.pool)
    .await
    .unwrap();
    let slip = format!("/budget/slips/{id}");
    let unit = app.client(Persona::Unit).await;
    unit.get(&slip).await.assert_shows("この伝票は反映できません").assert_hides("承認する");
    unit.post(&format!("{slip}/approval"), &[("version", "1")]).await.assert_status(303);
    let refused = unit
        .post(&format!("{slip}/application"), &[("version", "2"), ("overdraft_authority", "財務省協議済み")])
        .await;
    refused.assert_status(422).assert_shows("成立した予算（当初・補正・調整費）の行だけ");
    let behind = "UPDATE budget_slips SET state = 'applied', applied_by = approved_by, applied_at = now(), version = 3,
                         overdraft_authority = '財務省協議済み'";
    let error = sqlx::query(behind).execute(&app.pool).await.unwrap_err();
    assert_eq!(nakadachi::db::constraint(&error), Some("budget_slips_in_law"));
    assert_eq!(moved(&app, P2).await, 5 * OKU, "no money made");
    let ended = [("version", "2"), ("note", "政府案の行のため")];
    unit.post(&format!("{slip}/rejection"), &ended).await.assert_status(303);
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
