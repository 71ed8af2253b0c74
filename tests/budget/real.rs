//! Real published figures. Facts stand in the code; files stay in the shared folder, and without it a test says so.

use std::path::PathBuf;

use nakadachi::budget::check::{Report, check};
use nakadachi::budget::findings::{Code, Severity};
use nakadachi::budget::model::{Form, Stage};
use nakadachi::budget::names::Programs;
use nakadachi::budget::sheet::Limits;
use nakadachi::kernel::FiscalYear;

fn read(name: &str, text: &str) -> Report {
    check(text.as_bytes(), name, &Programs::built_in(), &Limits::default()).unwrap()
}

fn year(y: i64) -> FiscalYear {
    FiscalYear::new(y).unwrap()
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().filter(|f| f.severity() > Severity::Info).map(|f| f.code.code()).collect()
}

fn shared(path: &str) -> Option<Vec<u8>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find_map(|a| Some(a.join("shared/data").join(path)).filter(|p| p.exists()));
    if file.is_none() {
        println!("skipped: shared/data/{path} is not here");
    }
    file.map(|f| std::fs::read(f).unwrap())
}

const MHLW: &str = "令和７年度厚生労働省所管 AMED研究事業 当初予算額,,,,
,,,,（単位：千円）
No,事業名,令和5年度,令和6年度,令和7年度
1,革新的がん医療実用化,\"9,227,703\",\"8,870,860\",\"8,920,860\"
2,難治性疾患実用化,\"8,888,553\",\"8,544,568\",\"8,594,568\"
3,肝炎等克服実用化,\"3,508,779\",\"3,508,779\",\"3,307,678\"
4,新興・再興（医薬品等開発）,\"2,087,931\",\"2,087,931\",\"2,030,232\"
5,認知症研究開発,\"1,104,596\",\"1,304,596\",\"1,229,825\"
6,医薬品等規制調和・評価,\"1,077,530\",\"1,077,530\",\"1,063,811\"
7,循環器・糖尿病等,\"751,855\",\"751,855\",\"708,764\"
8,免疫アレルギー,\"708,075\",\"708,075\",\"667,493\"
9,障害者対策（精神障害）,\"383,354\",\"383,354\",\"361,383\"
10,女性の健康,\"147,834\",\"147,834\",\"139,361\"
11,地球規模（日米医学）,\"93,157\",\"166,157\",\"111,788\"
12,腎疾患実用化,\"74,801\",\"74,801\",\"70,514\"
13,慢性の痛み解明,\"63,480\",\"63,480\",\"59,842\"
,合計,\"28,117,648\",\"27,689,820\",\"27,266,119\"
";

#[test]
fn thirteen_programs_of_the_health_ministry_reconcile_to_the_yen() {
    let report = read("R7_MHLW.csv", MHLW);
    assert_eq!(codes(&report), [""; 0]);
    for (y, thousand) in [(2023, 28_117_648), (2024, 27_689_820), (2025, 27_266_119)] {
        let totals = &report.totals[&(year(y), Stage::Initial)];
        assert_eq!(totals.amount, thousand * 1_000);
        assert_eq!(totals.by_ministry["厚生労働省"], thousand * 1_000);
        assert_eq!(totals.by_program.len(), 13);
    }
    // One thousand yen off is found.
    let off = read("R7_MHLW.csv", &MHLW.replace("8,920,860", "8,920,861"));
    assert_eq!(codes(&off), ["sum_column"]);
}

fn program_sheet(name: &str, total: &str, amounts: [&str; 8]) -> String {
    let projects = [
        "医薬品",
        "医療機器・ヘルスケア",
        "再生・細胞医療・遺伝子治療",
        "感染症",
        "データ利活用・ライフコース",
        "シーズ開発・基礎研究",
        "橋渡し・臨床加速化",
        "イノベーション・エコシステム",
    ];
    let rows: String = projects.iter().zip(amounts).map(|(p, a)| format!("{p},\"{a}\"\n")).collect();
    format!("{name},\n令和７年度予算額　{total} 千円,\nPJ区分,予算額(千円)\n{rows}計,\"{total}\"\n")
}

#[test]
fn splits_by_project_reconcile_with_their_stated_totals() {
    let cancer = program_sheet(
        "革新的がん医療実用化研究事業",
        "8920860",
        ["2,566,694", "0", "1,374,490", "0", "4,979,676", "0", "0", "0"],
    );
    let rare = program_sheet(
        "難治性疾患実用化研究事業",
        "8594568",
        ["2,824,811", "0", "1,405,168", "0", "4,364,589", "0", "0", "0"],
    );
    let report = read("R7資料1-2.csv", &format!("{cancer}\n\n{rare}"));
    assert_eq!(codes(&report), [""; 0]);
    assert!(report.tables.iter().all(|t| t.form == Form::ProgramSheet));
    let totals = &report.totals[&(year(2025), Stage::Initial)];
    assert_eq!(totals.by_program["革新的がん医療実用化研究事業"], 8_920_860_000);
    assert_eq!(totals.by_program["難治性疾患実用化研究事業"], 8_594_568_000);
    assert_eq!(totals.by_project["データ利活用・ライフコースプロジェクト"], (4_979_676 + 4_364_589) * 1_000);
    let off = read("R7資料1-2.csv", &cancer.replace("2,566,694", "2,566,695"));
    assert_eq!(codes(&off), ["sum_column", "sum_stated"]);
}

#[test]
fn totals_of_the_headquarters_reconcile_with_their_remainders() {
    let table = "AMED対象経費（政府予算案）,,,,,\n,,,,,（単位：億円）\n年度,合計,文,厚,経,等\n平成26年度,\"1,215\",570,476,169,0\n\
                 平成27年度,\"1,248\",598,474,177,▲1\n平成28年度,\"1,265\",599,478,185,3\n";
    let report = read("予算案の推移.csv", table);
    assert_eq!(codes(&report), [""; 0]);
    assert_eq!(report.totals[&(year(2015), Stage::Draft)].by_ministry["等"], -100_000_000);
    // Without the remainder the parts of H27 come to 1,249: accepted as rounding, and told.
    let without = table.replace("▲1", "－");
    let report = read("予算案の推移.csv", &without);
    assert_eq!(codes(&report), [""; 0]);
    assert!(report.findings.iter().any(|f| f.code == Code::RoundingRemainder && f.cell == "B5"));
    // Ten billion off is not rounding.
    assert_eq!(codes(&read("予算案の推移.csv", &table.replace("1,265", "1,365"))), ["sum_row"]);
}

#[test]
fn headquarters_cells_with_their_parts_inside_are_checked() {
    let table = "平成29年度概算要求 医療分野の研究開発関連予算,\n事業名,平成29年度要求額\n\
                 医薬品プロジェクト,321億円<AMED246億円、インハウス74億円>\n医療機器プロジェクト,185億円<AMED150億円、インハウス35億円>\n";
    let report = read("H29概算要求.csv", table);
    assert_eq!(codes(&report), [""; 0]);
    assert!(report.findings.iter().any(|f| f.code == Code::RoundingRemainder && f.cell == "B3"));
    assert_eq!(report.totals[&(year(2017), Stage::Request)].by_project["医薬品プロジェクト"], 32_100_000_000);
    assert_eq!(codes(&read("H29概算要求.csv", &table.replace("150", "105"))), ["sum_row"]);
}

#[test]
fn the_request_of_h29_keeps_its_remainder_of_one() {
    let table = "平成29年度概算要求 インハウス研究機関経費,,,,\n,,,,（単位：億円）\n区分,計,文,厚,経\n要求,743,219,437,88\n要望,101,34,67,0\n";
    let report = read("H29概算要求.csv", table);
    assert_eq!(codes(&report), [""; 0]);
    assert!(report.findings.iter().any(|f| f.code == Code::RoundingRemainder && f.cell == "B4"));
    assert_eq!(report.totals[&(year(2017), Stage::Request)].by_ministry["厚生労働省"], 43_700_000_000);
    assert_eq!(report.totals[&(year(2017), Stage::SpecialRequest)].amount, 10_100_000_000);
}

#[test]
fn adjustment_rounds_are_accepted_with_their_note() {
    let round = |year: &str, number: &str, rows: &str| {
        format!("{year} 調整費（第{number}回）の配分,,\n,,（単位：億円）\n区分,配分額,備考\n{rows}")
    };
    let third = round(
        "令和2年度",
        "３",
        "理事長裁量型経費,25.5,\nトップダウン型経費,21.6,\n合計,47.0,四捨五入の関係で一致しない\n",
    );
    let report = read("R2調整費第3回.csv", &third);
    assert_eq!(codes(&report), [""; 0]);
    let note = report.findings.iter().find(|f| f.code == Code::RoundingRemainder).unwrap();
    assert!(note.cell == "B6" && note.message.ja.contains("▲0.1億円"), "{note:?}");
    assert_eq!(report.totals[&(year(2020), Stage::Adjustment)].amount, 4_710_000_000);
    let h30 = "平成30年度 調整費の配分,\n,（単位：億円）\n区分,配分額\n第1回,148.5\n第2回,26.5\n合計,175.0\n";
    let report = read("H30調整費.csv", h30);
    assert_eq!(codes(&report), [""; 0]);
    assert_eq!(report.totals[&(year(2018), Stage::Adjustment)].amount, 17_500_000_000);
}

#[test]
fn a_published_review_row_adds_up() {
    let review = "行政事業レビューシート,,\n事業名,ヒューマン・フロンティア・サイエンス・プログラム,\n,,（単位：百万円）\n予算の状況,令和元年度\n当初予算,132\n補正予算,0\n\
                  前年度から繰越し,71\n翌年度へ繰越し,69\n予備費等,0\n計,134\n";
    let report = read("レビュー.csv", review);
    assert_eq!(codes(&report), [""; 0]);
    assert_eq!(report.totals[&(year(2019), Stage::Initial)].amount, 134_000_000);
    assert_eq!(codes(&read("レビュー.csv", &review.replace("計,134", "計,184"))), ["sum_column"]);
}

#[test]
fn the_real_budget_rows_are_read_with_the_newest_review_counting() {
    let Some(bytes) = shared("jp_budget_tables/amed_budget_by_programme.csv") else { return };
    let report =
        check(&bytes, "amed_budget_by_programme.csv", &Programs::built_in(), &Limits::default()).unwrap();
    assert_eq!(codes(&report), [""; 0]);
    let initial = |counted_only: bool| -> usize {
        report
            .tables
            .iter()
            .filter(|t| t.stage == Some(Stage::Initial))
            .flat_map(|t| &t.lines)
            .filter(|l| l.kind == nakadachi::budget::model::Kind::Initial && (l.counted || !counted_only))
            .count()
    };
    println!("initial amounts: {} rows, {} counted", initial(false), initial(true));
    assert_eq!(initial(false), 927);
    assert!(initial(true) < initial(false));
    let mut own = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
    let rows: Vec<csv::StringRecord> = own.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1_140);
    // The same sum by another way: of each program, ministry and year the newest review. One program's name stands
    // there with and without a blank, with brackets of both widths; one program was renamed between two reviews.
    let name = |r: &csv::StringRecord| -> String {
        let bare: String =
            nakadachi::kernel::text::fold(&r[4]).chars().filter(|c| c.is_alphanumeric()).collect();
        let is_renamed = bare == "先進的医療機器しすてむ等技術開発事業"
            || bare.starts_with("医療機器等における先進的研究開発");
        if is_renamed { "先進的医療機器".to_owned() } else { bare }
    };
    let mut newest = std::collections::HashMap::new();
    for r in &rows {
        let edition: i32 = r[1].parse().unwrap();
        let best = newest.entry((name(r), r[2].to_owned(), r[5].to_owned())).or_insert(edition);
        *best = (*best).max(edition);
    }
    for y in [2016, 2019, 2022] {
        let sum: i64 = rows
            .iter()
            .filter(|r| {
                r[5] == *y.to_string()
                    && newest[&(name(r), r[2].to_owned(), r[5].to_owned())] == r[1].parse::<i32>().unwrap()
            })
            .filter_map(|r| r[6].parse::<f64>().ok())
            .map(|n| n as i64)
            .sum();
        let kind = report
            .tables
            .iter()
            .filter(|t| t.fiscal_year == Some(year(y)) && t.stage == Some(Stage::Initial))
            .flat_map(|t| &t.lines);
        let read: i64 = kind
            .filter(|l| l.counted && l.kind == nakadachi::budget::model::Kind::Initial)
            .filter_map(|l| l.amount_yen)
            .sum();
        assert_eq!(read, sum, "{y}");
        println!("R/H {y}: {sum} yen");
    }
}

#[test]
fn a_real_table_that_is_no_budget_is_told_to_be_none() {
    let Some(bytes) = shared("importer_samples/estat_corporate_statistics_cp932.csv") else { return };
    let report =
        check(&bytes, "estat_corporate_statistics_cp932.csv", &Programs::built_in(), &Limits::default())
            .unwrap();
    assert_eq!(report.format, "csv (CP932)");
    assert_eq!(codes(&report), ["not_a_budget"]);
}
