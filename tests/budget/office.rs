//! Workbooks that an office program wrote: drawn by the generator, stored by LibreOffice 7.4 in its own manner, and read
//! to the same lines. The files in `office/` are kept, so that no office program is needed here.
//!
//! To make them anew: `NAKADACHI_UGLY_DIR=DIR cargo test --test budget ugly_files_can_be_written_out`, then in DIR
//! `soffice --headless --convert-to xlsx:"Calc MS Excel 2007 XML" --outdir OUT *.ods`, and xls and ods likewise.

use std::path::{Path, PathBuf};

use nakadachi::budget::check::check;
use nakadachi::budget::names::Programs;
use nakadachi::budget::sheet::{Limits, read};

use crate::clean::lines_of;
use crate::ugly::layouts::LAYOUTS;
use crate::ugly::money::Chance;
use crate::ugly::{Format, write};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/budget/office")
}

/// Writes every layout as ods and xlsx, for an office program to open.
#[test]
fn ugly_files_can_be_written_out() {
    let Some(folder) = std::env::var_os("NAKADACHI_UGLY_DIR") else {
        println!("skipped: set NAKADACHI_UGLY_DIR to a folder to write every layout there");
        return;
    };
    for (name, draw) in LAYOUTS {
        let case = draw(&mut Chance(1));
        for format in [Format::Xlsx, Format::Ods] {
            let file = Path::new(&folder).join(format!("{name}.{}", format.ending()));
            std::fs::write(file, write::bytes(&case.draft, format)).unwrap();
        }
    }
}

/// Compares every file of a folder with the layout it is named after; what differs, in words.
fn differences(folder: &Path) -> (usize, Vec<String>) {
    let mut files = 0;
    let mut wrong = Vec::new();
    for (name, draw) in LAYOUTS {
        let case = draw(&mut Chance(1));
        let mut expected = case.expected.clone();
        expected.sort();
        for ending in ["xlsx", "xls", "ods"] {
            let Ok(bytes) = std::fs::read(folder.join(format!("{name}.{ending}"))) else { continue };
            files += 1;
            let file = format!("{}.{ending}", case.file);
            match check(&bytes, &file, &Programs::built_in(), &Limits::default()) {
                Ok(report) => {
                    let found = lines_of(&report);
                    let told: Vec<String> = report
                        .findings
                        .iter()
                        .filter(|f| f.severity() > nakadachi::budget::findings::Severity::Info)
                        .map(|f| format!("{} {}: {}", f.code.code(), f.cell, f.message.en))
                        .take(4)
                        .collect();
                    if found != expected || !told.is_empty() {
                        wrong.push(format!(
                            "{name}.{ending}: {} lines, {} expected; {told:?}",
                            found.len(),
                            expected.len()
                        ));
                    }
                }
                Err(error) => wrong.push(format!("{name}.{ending}: {}", error.message().en)),
            }
        }
    }
    (files, wrong)
}

#[test]
fn what_an_office_program_wrote_is_read_to_the_same_lines() {
    let (files, wrong) = differences(&folder());
    println!("{files} files that an office program wrote");
    assert!(wrong.is_empty(), "{} of {files}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(files >= 30, "{files}");
}

/// The same over all layouts, where the converted files lie in a folder.
#[test]
fn every_layout_survives_an_office_program() {
    let Some(folder) = std::env::var_os("NAKADACHI_OFFICE_DIR") else {
        println!("skipped: set NAKADACHI_OFFICE_DIR to a folder with converted files");
        return;
    };
    let (files, wrong) = differences(Path::new(&folder));
    println!("{files} files that an office program wrote");
    assert!(wrong.is_empty(), "{} of {files}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn encrypted_files_are_refused_with_what_to_do() {
    for file in ["encrypted.xlsx", "encrypted.ods", "encrypted.xls"] {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let error = read(&bytes, file, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "encrypted", "{file}");
        assert!(error.message().ja.contains("パスワード"), "{}", error.message().ja);
    }
}
