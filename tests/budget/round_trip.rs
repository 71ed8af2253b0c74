//! Export and template: what is exported reads back as the same lines.

use nakadachi::budget::check::{Report, check};
use nakadachi::budget::findings::Code;
use nakadachi::budget::names::Programs;
use nakadachi::budget::sheet::Limits;
use nakadachi::budget::template::{export, template};
use nakadachi::kernel::FiscalYear;

use crate::clean::{lines_of, read};
use crate::ugly::layouts::LAYOUTS;
use crate::ugly::money::Chance;
use crate::ugly::{Expected, Format};

#[test]
fn what_is_exported_reads_back_as_the_same_lines() {
    for (name, draw) in LAYOUTS {
        let case = draw(&mut Chance(99));
        let first = read(&case, Format::Xlsx);
        let bytes = export(&first.tables).unwrap();
        let again = check(&bytes, "export.xlsx", &Programs::built_in(), &Limits::default()).unwrap();
        let told: Vec<_> = again
            .findings
            .iter()
            .filter(|f| f.severity() > nakadachi::budget::findings::Severity::Info)
            .collect();
        assert!(told.is_empty(), "{name}: {told:?}");
        let first_lines = counted(&first);
        assert_eq!(lines_of(&again), first_lines, "{name}");
        assert_eq!(again.totals, first.totals, "{name}");
        let within = |report: &nakadachi::budget::check::Report| {
            let mut all: Vec<_> = report
                .tables
                .iter()
                .flat_map(|t| &t.lines)
                .filter(|l| l.counted)
                .map(|l| (l.program.clone(), l.within_yen, l.note.clone()))
                .collect();
            all.sort();
            all
        };
        assert_eq!(within(&again), within(&first), "{name}");
        // And once more: nothing drifts.
        let twice =
            check(&export(&again.tables).unwrap(), "export.xlsx", &Programs::built_in(), &Limits::default())
                .unwrap();
        assert_eq!(lines_of(&twice), first_lines, "{name}");
    }
}

/// The lines that count.
fn counted(report: &Report) -> Vec<Expected> {
    let mut report = report.clone();
    for table in &mut report.tables {
        table.lines.retain(|l| l.counted);
    }
    lines_of(&report)
}

#[test]
fn an_amount_within_in_the_total_is_a_line_of_its_own_and_survives_an_export() {
    let text = "令和8年度 当初予算額,,,,（単位：千円）\n事業名,所管,医薬品,感染症,合計\n\
        医工連携・人工知能実装研究事業,経済産業省,,,\"1,200の内数\"\n\
        難治性疾患実用化研究事業,厚生労働省,100,20,120\n\
        次世代がん医療加速化研究事業,文部科学省,50,,\"9,000の内数\"\n";
    let programs = Programs::built_in();
    let first = check(text.as_bytes(), "R8.csv", &programs, &Limits::default()).unwrap();
    let within = |report: &Report| {
        let lines = report.tables.iter().flat_map(|t| t.lines.clone());
        lines.filter(|l| l.amount_yen.is_none()).collect::<Vec<_>>()
    };
    // Where a part is stated, the part is the line.
    let lines = within(&first);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((lines[0].cell.as_str(), lines[0].within_yen), ("E3", Some(1_200_000)));
    assert_eq!((&lines[0].project, lines[0].ministry.as_deref()), (&None, Some("経済産業省")));
    assert_eq!(first.totals.values().map(|t| t.amount).sum::<i64>(), 170_000);
    let again = check(&export(&first.tables).unwrap(), "export.xlsx", &programs, &Limits::default()).unwrap();
    let lines = within(&again);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((lines[0].within_yen, lines[0].note.as_str()), (Some(1_200_000), "内数"));
    assert_eq!(again.totals, first.totals);
}

#[test]
fn older_editions_stay_out_of_an_export_and_spellings_of_one_name_are_told_apart() {
    let text = "レビュー年度,事業名,所管,年度,予算額,単位\n\
        2013,医療分野の研究開発の推進,文部科学省,2013,100,百万円\n\
        2014,医療分野の研究開発の推進,文部科学省,2013,120,百万円\n\
        2014,医療分野の研究開発 の推進（東北）,文部科学省,2014,5,百万円\n\
        2014,医療分野の研究開発の推進 （東北）,文部科学省,2014,7,百万円\n";
    let programs = Programs::built_in();
    let first = check(text.as_bytes(), "series.csv", &programs, &Limits::default()).unwrap();
    let bytes = export(&first.tables).unwrap();
    let again = check(&bytes, "export.xlsx", &programs, &Limits::default()).unwrap();
    assert!(again.findings.iter().all(|f| f.code != Code::DuplicateLine), "{:?}", again.findings);
    assert_eq!(again.totals, first.totals);
    assert_eq!(first.totals.values().map(|t| t.amount).sum::<i64>(), 132_000_000);
}

#[test]
fn the_empty_template_holds_no_budget_and_no_fault_of_its_own() {
    let programs = Programs::built_in();
    let bytes = template(FiscalYear::new(2025).unwrap(), programs.names()).unwrap();
    let report = check(&bytes, "template.xlsx", &programs, &Limits::default()).unwrap();
    let codes: Vec<_> = report.findings.iter().map(|f| f.code.code()).collect();
    assert_eq!(codes, ["not_a_budget"]);
}
