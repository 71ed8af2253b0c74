//! Clean layouts: every line is read exactly, in every file format, and nothing is complained of.

use nakadachi::budget::check::{Report, check};
use nakadachi::budget::names::Programs;
use nakadachi::budget::sheet::Limits;

use crate::ugly::layouts::LAYOUTS;
use crate::ugly::money::Chance;
use crate::ugly::{Case, Expected, Format, write};

pub fn read(case: &Case, format: Format) -> Report {
    let bytes = write::bytes(&case.draft, format);
    let name = format!("{}.{}", case.file, format.ending());
    check(&bytes, &name, &Programs::built_in(), &Limits::default())
        .unwrap_or_else(|e| panic!("{} as {format:?}: {e:?}", case.name))
}

pub fn lines_of(report: &Report) -> Vec<Expected> {
    let mut lines: Vec<Expected> = report
        .tables
        .iter()
        .flat_map(|t| {
            t.lines.iter().map(|l| Expected {
                program: l.program.clone(),
                project: l.project.clone(),
                ministry: l.ministry.clone(),
                kind: l.kind,
                year: t.fiscal_year.map_or(0, |y| y.year()),
                stage: t.stage.unwrap_or(nakadachi::budget::model::Stage::Executed),
                yen: l.amount_yen,
            })
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn every_clean_layout_is_read_exactly_and_without_complaint() {
    let mut wrong = Vec::new();
    let mut files = 0;
    for (name, draw) in LAYOUTS {
        for seed in 0..if std::env::var_os("NAKADACHI_LONG").is_some() { 6 } else { 1 } {
            let case = draw(&mut Chance(seed * 7919 + 1));
            for format in Format::ALL {
                if format.is_text() && case.draft.sheets.len() > 1 {
                    continue;
                }
                files += 1;
                let report = read(&case, format);
                let mut expected = case.expected.clone();
                expected.sort();
                let found = lines_of(&report);
                let complaints: Vec<String> = report
                    .findings
                    .iter()
                    .filter(|f| f.severity() > nakadachi::budget::findings::Severity::Info)
                    .map(|f| format!("{} {}: {}", f.code.code(), f.cell, f.message.en))
                    .collect();
                if found != expected || !complaints.is_empty() {
                    let missing: Vec<_> = expected.iter().filter(|e| !found.contains(e)).take(2).collect();
                    let extra: Vec<_> = found.iter().filter(|e| !expected.contains(e)).take(2).collect();
                    wrong.push(format!("{name} seed {seed} {format:?}: {} lines, {} expected\n  missing {missing:?}\n  extra {extra:?}\n  {}", found.len(), expected.len(), complaints.iter().take(3).cloned().collect::<Vec<_>>().join("\n  ")));
                    if let Some(folder) = std::env::var_os("KEEP_UGLY") {
                        std::fs::write(
                            std::path::Path::new(&folder)
                                .join(format!("out_{name}_{seed}.{}", format.ending())),
                            write::bytes(&case.draft, format),
                        )
                        .unwrap();
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {files} files wrong:\n{}",
        wrong.len(),
        wrong.iter().take(25).cloned().collect::<Vec<_>>().join("\n")
    );
    println!("{} layouts, {files} clean files read exactly, 0 false findings", LAYOUTS.len());
}
