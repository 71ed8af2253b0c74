//! How long a large file takes to apply, and that a look writes nothing.

use std::fmt::Write as _;
use std::time::Instant;

use nakadachi::audit::Actor;
use nakadachi::budget::imports::actions::{self, Looked, Uploaded};
use nakadachi::budget::imports::queries;

use super::*;

#[tokio::test]
async fn a_look_from_the_command_line_writes_nothing() {
    let app = TestApp::start().await;
    let text = "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n見本がん医療実用化研究事業,100,100\n合計,100,100\n";
    let look = actions::look(&app.pool, ("R8.csv", text.into()), Default::default(), None).await.unwrap();
    let Looked { reading, plan, .. } = look.unwrap();
    assert!(reading.report.is_clean() && plan.can_apply());
    assert_eq!(plan.steps[0].after.amount, 100_000);
    for table in ["budget_files", "budget_imports", "budget_versions", "budget_mappings", "audit_entries"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
}

/// Thousands of lines by the same way; 26,000 with `NAKADACHI_LONG=1`, with the times printed.
#[tokio::test]
async fn a_large_file_is_applied_in_one_transaction() {
    let lines = if std::env::var_os("NAKADACHI_LONG").is_some() { 26_000 } else { 1_500 };
    let app = TestApp::start().await;
    let mut text = String::from("年度,事業名,プロジェクト,所管,種別,段階,金額,単位,コード,備考\n");
    let mut sum = 0;
    for n in 0..lines {
        let program = ["見本がん医療実用化研究事業", "見本機器開発事業", "見本基礎研究事業"][n % 3];
        writeln!(text, "R8,{program},医薬品プロジェクト,厚生労働省,当初,当初,{},円,{n},", n * 7).unwrap();
        sum += n * 7;
    }
    let (actor, now) = (Actor::system("test"), crate::support::noon());
    let at = Instant::now();
    let uploaded =
        actions::upload(&app.pool, &actor, ("R8.csv", text.into_bytes()), now).await.unwrap().unwrap();
    let Uploaded::New(id) = uploaded else { panic!("{uploaded:?}") };
    let read = at.elapsed();
    let import = queries::import(&app.pool, id).await.unwrap().unwrap();
    actions::correct(&app.pool, &actor, (&import, 1), (&import.corrections, true), now)
        .await
        .unwrap()
        .unwrap();
    let import = queries::import(&app.pool, id).await.unwrap().unwrap();
    let reference = actions::reference(&app.pool, &import.corrections).await.unwrap();
    let reading = actions::read(&app.pool, &import, &reference).await.unwrap().unwrap();
    let mut connection = app.pool.acquire().await.unwrap();
    let what = (id.0, &import.corrections);
    let plan = actions::plan_of(&mut connection, what, &reading.report, &reference).await.unwrap();
    let at = Instant::now();
    actions::write(&app.pool, &actor, &import, &plan, "", now).await.unwrap().unwrap();
    println!("{lines} lines: read and stored in {read:?}, written in {:?}", at.elapsed());
    assert_eq!(app.count("budget_in_force").await, lines as i64);
    let stored = number(&app.pool, "SELECT total_yen FROM budget_versions").await;
    assert_eq!(stored, i64::try_from(sum).unwrap());
    // Sent again over what stands, every line is found the same.
    let at = Instant::now();
    let mut connection = app.pool.acquire().await.unwrap();
    let again = actions::plan_of(&mut connection, what, &reading.report, &reference).await.unwrap();
    println!("compared with what is in force in {:?}", at.elapsed());
    assert!(again.is_idle());
}
