//! Injected faults: every one must be found. Prints the table of kinds × found/missed.

use std::fmt::Write as _;

use nakadachi::budget::findings::Severity;

use crate::clean::read;
use crate::ugly::faults::{KINDS, inject};
use crate::ugly::layouts::LAYOUTS;
use crate::ugly::money::Chance;

#[test]
fn every_injected_fault_is_found() {
    let mut table = String::from(
        "| kind | sum | injected | found | missed | false accepts |\n|---|---|---|---|---|---|\n",
    );
    let mut misses = Vec::new();
    let (mut injected_in_all, mut found_in_all) = (0, 0);
    for (k, kind) in KINDS.iter().enumerate() {
        let (mut injected, mut found, mut accepted) = (0, 0, 0);
        for (l, (name, draw)) in LAYOUTS.iter().enumerate() {
            for round in 0..rounds() {
                let mut chance = Chance((k * 1_000 + l) as u64 * 31 + round * 17 + 5);
                let case = draw(&mut chance);
                let Some(spoilt) = inject(&case, kind, &mut chance) else { continue };
                let formats: Vec<_> =
                    kind.formats.iter().filter(|f| !f.is_text() || spoilt.draft.sheets.len() == 1).collect();
                let format = **chance.pick(&formats);
                let report = read(&spoilt, format);
                injected += 1;
                let caught = report
                    .findings
                    .iter()
                    .any(|f| f.severity() > Severity::Info && kind.caught_by.contains(&f.code));
                accepted += usize::from(report.is_clean());
                if caught {
                    found += 1;
                } else {
                    misses.push(format!(
                        "{} in {name} round {round} as {format:?}; told: {:?}",
                        kind.name,
                        report
                            .findings
                            .iter()
                            .map(|f| (f.code.code(), f.cell.clone()))
                            .take(6)
                            .collect::<Vec<_>>()
                    ));
                    if let Some(folder) = std::env::var_os("KEEP_UGLY") {
                        let file = std::path::Path::new(&folder).join(format!(
                            "miss_{}_{name}_{round}.{}",
                            kind.name,
                            format.ending()
                        ));
                        std::fs::write(file, crate::ugly::write::bytes(&spoilt.draft, format)).unwrap();
                    }
                }
            }
        }
        let _ = writeln!(
            table,
            "| {} | {} | {injected} | {found} | {} | {accepted} |",
            kind.name,
            if kind.is_sum { "yes" } else { "" },
            injected - found
        );
        injected_in_all += injected;
        found_in_all += found;
    }
    println!("{table}{} kinds, {injected_in_all} faults, {found_in_all} found", KINDS.len());
    assert!(
        misses.is_empty(),
        "{table}\n{} missed:\n{}",
        misses.len(),
        misses.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(KINDS.len() >= 20 && injected_in_all >= 200);
}

/// Rounds per layout and kind; `NAKADACHI_LONG=1` strikes more often.
fn rounds() -> u64 {
    if std::env::var_os("NAKADACHI_LONG").is_some() { 8 } else { 1 }
}
