//! What the command line says: every file for itself, rounds apart, an exit status that tells reading from judging.

use std::process::Command;

use nakadachi::budget::check::{Report, check};
use nakadachi::budget::names::Programs;
use nakadachi::budget::report;
use nakadachi::budget::sheet::Limits;
use nakadachi::kernel::Language;
use serde_json::Value;

const PLAIN: &str =
    "令和8年度 当初予算額,,（単位：千円）\n事業名,医薬品,計\n腎疾患実用化研究事業,100,100\n合計,100,100\n";

/// Exit status, output and messages of `nakadachi budget …` in a folder of its own with one good file.
fn run(folder: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = std::env::temp_dir().join(format!("nakadachi-budget-{}-{folder}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("good.csv"), PLAIN).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_nakadachi"))
        .arg("budget")
        .args(arguments)
        .current_dir(&folder)
        .output()
        .expect("the program starts");
    std::fs::remove_dir_all(&folder).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (ran.status.code().unwrap_or(-1), text(ran.stdout), text(ran.stderr))
}

#[test]
fn a_file_that_is_not_there_is_unreadable_and_the_others_are_still_checked() {
    let (code, out, err) = run("text", &["check", "absent.xlsx", ".", "good.csv"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("absent.xlsx: ファイルが見つかりません"), "{err}");
    assert!(err.contains("フォルダです"), "{err}");
    assert!(out.contains("good.csv") && out.contains("100,000円"), "{out}");
    let (code, out, _) = run("json", &["check", "--json", "--lang", "en", "absent.xlsx", "good.csv"]);
    assert_eq!(code, 2);
    let read: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read.len(), 2, "{out}");
    assert_eq!(read[0]["findings"][0]["code"], "unopened");
    assert_eq!(read[0]["findings"][0]["message"], "There is no such file. Check its name and folder.");
    assert_eq!(read[1]["totals"]["2026/initial"]["amount_yen"], 100_000);
    assert_eq!(run("import", &["export", "absent.xlsx", "out.xlsx"]).0, 2);
}

fn round(number: u8) -> Report {
    let text = PLAIN.replace("当初予算額", &format!("第{number}次補正予算額"));
    check(text.as_bytes(), "R8.csv", &Programs::built_in(), &Limits::default()).unwrap()
}

#[test]
fn rounds_of_a_supplementary_budget_stand_apart() {
    for (number, key) in [(1, "2026/supplementary"), (2, "2026/supplementary/2")] {
        let report = round(number);
        let json = report::json(&report, Language::Ja);
        assert_eq!(json["totals"][key]["amount_yen"], 100_000, "{json}");
        assert_eq!(json["tables"][0]["round"], number);
        let text = report::text(&report, Language::Ja);
        assert!(text.contains(&format!("R8 · 第{number}次補正")), "{text}");
        assert!(text.contains(&format!("合計 R8 第{number}次補正: 100,000円")), "{text}");
    }
    let mut both = round(1);
    both.tables.extend(round(2).tables);
    assert_eq!(both.totals_by_round().len(), 2);
}

#[test]
fn a_repeated_line_without_a_name_is_told_without_empty_brackets() {
    let text = "令和8年度 当初予算額,,（単位：千円）\nプロジェクト,所管,金額\n医薬品,文科省,100\n医薬品,文科省,100\n合計,,200\n";
    let report = check(text.as_bytes(), "R8.csv", &Programs::built_in(), &Limits::default()).unwrap();
    let told: Vec<&str> = report
        .findings
        .iter()
        .filter(|f| f.code.code() == "duplicate_line")
        .map(|f| f.message.ja.as_str())
        .collect();
    assert_eq!(told.len(), 1, "{:?}", report.findings);
    assert!(!told[0].contains("（）"), "{}", told[0]);
}
