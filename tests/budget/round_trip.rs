//! Export and template: what is exported reads back as the same lines.

use nakadachi::budget::check::check;
use nakadachi::budget::names::Programs;
use nakadachi::budget::sheet::Limits;
use nakadachi::budget::template::{export, template};
use nakadachi::kernel::FiscalYear;

use crate::clean::{lines_of, read};
use crate::ugly::Format;
use crate::ugly::layouts::LAYOUTS;
use crate::ugly::money::Chance;

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
        assert_eq!(lines_of(&again), lines_of(&first), "{name}");
        let within = |report: &nakadachi::budget::check::Report| {
            let mut all: Vec<_> = report
                .tables
                .iter()
                .flat_map(|t| &t.lines)
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
        assert_eq!(lines_of(&twice), lines_of(&first), "{name}");
    }
}

#[test]
fn the_empty_template_holds_no_budget_and_no_fault_of_its_own() {
    let programs = Programs::built_in();
    let bytes = template(FiscalYear::new(2025).unwrap(), programs.names()).unwrap();
    let report = check(&bytes, "template.xlsx", &programs, &Limits::default()).unwrap();
    let codes: Vec<_> = report.findings.iter().map(|f| f.code.code()).collect();
    assert_eq!(codes, ["not_a_budget"]);
}
