//! Large files by the generator: written out for measuring, and read exactly.

use crate::clean::{lines_of, read};
use crate::ugly::layouts::{LAYOUTS, large};
use crate::ugly::money::Chance;
use crate::ugly::{Format, write};

#[test]
fn a_long_table_of_thousands_of_lines_is_read_exactly() {
    let case = large(&mut Chance(11), 3_000);
    let report = read(&case, Format::Xlsx);
    let mut expected = case.expected;
    expected.sort();
    assert!(report.is_clean());
    assert_eq!(lines_of(&report), expected);
}

/// Writes one large and one ordinary workbook in every format to a folder, for measuring with the real program.
#[test]
fn large_files_can_be_written_out() {
    let Some(folder) = std::env::var_os("NAKADACHI_SPEED_DIR") else {
        println!("skipped: set NAKADACHI_SPEED_DIR to a folder to write the files for measuring there");
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    for format in [Format::Xlsx, Format::Ods, Format::Xls, Format::Utf8, Format::Cp932] {
        let put = |name: &str, case: &crate::ugly::Case| {
            std::fs::write(
                folder.join(format!("{name}-{format:?}.{}", format.ending())),
                write::bytes(&case.draft, format),
            )
            .unwrap();
        };
        put("R7-26000-lines", &large(&mut Chance(11), 26_000));
        put("R7-60-programs", &large(&mut Chance(12), 480));
        for (name, draw) in LAYOUTS.iter().filter(|(n, _)| n.starts_with("wide_ministry")) {
            put(&format!("R7-{name}"), &draw(&mut Chance(5)));
        }
    }
}
