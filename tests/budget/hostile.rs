//! Hostile files: refused, or read, always in bounded memory and with a message; and a long run of random damage.

use std::io::Write as _;

use nakadachi::budget::check::check;
use nakadachi::budget::names::Programs;
use nakadachi::budget::sheet::{Limits, ReadError, Workbook, read};

use crate::ugly::layouts::LAYOUTS;
use crate::ugly::money::Chance;
use crate::ugly::write_xls::container;
use crate::ugly::{Format, write};

fn refusal(bytes: &[u8], name: &str) -> &'static str {
    match read(bytes, name, &Limits::default()) {
        Ok(_) => "read",
        Err(error) => {
            let said = error.message();
            assert!(!said.ja.is_empty() && !said.en.is_empty());
            error.code()
        }
    }
}

const HEAD: &str = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">";

/// An xlsx whose one sheet has this content.
fn xlsx(sheet: &str, more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    xlsx_of(&[sheet.as_bytes().to_vec()], more)
}

fn xlsx_of(sheets: &[Vec<u8>], more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let tabs: String =
        (1..=sheets.len()).map(|n| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"r{n}\"/>")).collect();
    let relations: String = (1..=sheets.len())
        .map(|n| {
            format!("<Relationship Id=\"r{n}\" Type=\"{office}/worksheet\" Target=\"worksheets/s{n}.xml\"/>")
        })
        .collect();
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".into(), b"<Types/>".to_vec()),
        ("xl/workbook.xml".into(), format!("<workbook xmlns:r=\"{office}\"><sheets>{tabs}</sheets></workbook>").into_bytes()),
        ("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}<Relationship Id=\"s\" Type=\"{office}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>").into_bytes()),
    ];
    for (i, sheet) in sheets.iter().enumerate() {
        parts.push((format!("xl/worksheets/s{}.xml", i + 1), sheet.clone()));
    }
    parts.extend(more.iter().map(|(name, content)| ((*name).to_owned(), content.clone())));
    pack(&parts)
}

fn pack(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An xlsx whose directory says that it unpacks to gigabytes.
fn stated_bomb() -> Vec<u8> {
    let mut bytes = xlsx(&format!("{HEAD}<sheetData/></worksheet>"), &[]);
    let entries: Vec<usize> =
        (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in entries {
        bytes[at + 24..at + 28].copy_from_slice(&0xF000_0000_u32.to_le_bytes());
    }
    bytes
}

/// The hostile files by name, with what they must come to.
fn zoo() -> Vec<(&'static str, Vec<u8>, &'static str, &'static [&'static str])> {
    let rows = |n: usize| (1..=n).map(|r| format!("<row r=\"{r}\"/>")).collect::<String>();
    let cells = |n: usize| {
        (1..=n).map(|r| format!("<row r=\"{r}\"><c r=\"A{r}\"><v>1</v></c></row>")).collect::<String>()
    };
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">]>";
    let blanks = [format!("{HEAD}<sheetData>").into_bytes(), vec![b' '; 16 << 20]].concat();
    let long_text = [
        format!("{HEAD}<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>").into_bytes(),
        vec![b'x'; 8 << 20],
    ]
    .concat();
    let nested = format!("{HEAD}{}", "<a>".repeat(2_000_000));
    let many_sheets: Vec<Vec<u8>> = (0..200)
        .map(|i| {
            format!("{HEAD}<sheetData><row r=\"1\"><c r=\"A1\"><v>{i}</v></c></row></sheetData></worksheet>")
                .into_bytes()
        })
        .collect();
    let too_many_sheets: Vec<Vec<u8>> =
        (0..300).map(|_| format!("{HEAD}<sheetData/></worksheet>").into_bytes()).collect();
    let merges: String = (1..=150_000).map(|r| format!("<mergeCell ref=\"A{r}:B{r}\"/>")).collect();
    let strings: String = "<si><t>同じ長さの文字列</t></si>".repeat(1_500_000);
    let mut many_parts: Vec<(String, Vec<u8>)> =
        (0..6_000).map(|i| (format!("xl/p{i}"), Vec::new())).collect();
    many_parts.push(("[Content_Types].xml".into(), Vec::new()));
    let good = write::bytes(&LAYOUTS[0].1(&mut Chance(1)).draft, Format::Xlsx);
    let good_xls = write::bytes(&LAYOUTS[0].1(&mut Chance(1)).draft, Format::Xls);
    let ods = |table: &str| {
        pack(&[("content.xml".into(), format!("<d xmlns:office=\"o\" xmlns:table=\"t\"><office:spreadsheet><table:table table:name=\"x\">{table}</table:table></office:spreadsheet></d>").into_bytes())])
    };
    let encrypted_ods = pack(&[
        (
            "META-INF/manifest.xml".into(),
            b"<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>".to_vec(),
        ),
        ("content.xml".into(), vec![1, 2, 3]),
    ]);
    let dense_ods = ods(
        "<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"16000\"/></table:table-row>",
    );
    let mut wide_xls = Vec::new();
    for (kind, data) in [
        (0x0809_u16, vec![0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (0x0085, vec![40, 0, 0, 0, 0, 0, 1, 0, b'x']),
        (0x000A, vec![]),
        (0x0809, vec![0, 6, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (0x0200, vec![0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0]),
    ] {
        wide_xls.extend(kind.to_le_bytes());
        wide_xls.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
        wide_xls.extend(data);
    }
    wide_xls.resize(5_000, 0);
    vec![
        ("empty", Vec::new(), "a.xlsx", &["empty"]),
        ("50 MB file", vec![b'1'; 50 << 20], "a.csv", &["file_too_large"]),
        ("zip bomb by its directory", stated_bomb(), "a.xlsx", &["unpacks_too_large"]),
        ("zip bomb, 16 MB of blanks from 16 KB", xlsx_of(&[blanks], &[]), "a.xlsx", &["hostile", "damaged"]),
        ("8 MB text in one cell", xlsx_of(&[long_text], &[]), "a.xlsx", &["hostile"]),
        ("two million levels", xlsx(&nested, &[]), "a.xlsx", &["hostile"]),
        (
            "a million empty rows",
            xlsx(&format!("{HEAD}<sheetData>{}</sheetData></worksheet>", rows(1_000_000)), &[]),
            "a.xlsx",
            &["read"],
        ),
        (
            "a million filled rows",
            xlsx(&format!("{HEAD}<sheetData>{}</sheetData></worksheet>", cells(1_000_000)), &[]),
            "a.xlsx",
            &["too_many_cells"],
        ),
        (
            "as many cells as may be",
            xlsx(&format!("{HEAD}<sheetData>{}</sheetData></worksheet>", cells(500_000)), &[]),
            "a.xlsx",
            &["read"],
        ),
        (
            "huge dimension, two far cells",
            xlsx(
                &format!(
                    "{HEAD}<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>"
                ),
                &[],
            ),
            "a.xlsx",
            &["read"],
        ),
        (
            "cell beyond the sheet",
            xlsx(
                &format!(
                    "{HEAD}<sheetData><row r=\"4000000000\"><c><v>1</v></c></row></sheetData></worksheet>"
                ),
                &[],
            ),
            "a.xlsx",
            &["hostile"],
        ),
        ("200 sheets", xlsx_of(&many_sheets, &[]), "a.xlsx", &["read"]),
        ("300 sheets", xlsx_of(&too_many_sheets, &[]), "a.xlsx", &["too_many_sheets"]),
        (
            "150,000 merged areas",
            xlsx(&format!("{HEAD}<sheetData/><mergeCells>{merges}</mergeCells></worksheet>"), &[]),
            "a.xlsx",
            &["too_many_extras"],
        ),
        (
            "1.5 million shared texts",
            xlsx(
                &format!("{HEAD}<sheetData/></worksheet>"),
                &[("xl/sharedStrings.xml", format!("<sst>{strings}</sst>").into_bytes())],
            ),
            "a.xlsx",
            &["too_much_text"],
        ),
        ("6,000 parts", pack(&many_parts), "a.xlsx", &["too_many_parts"]),
        (
            "billion laughs",
            xlsx(
                &format!(
                    "{laughs}{HEAD}<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&lol2;</t></is></c></row></sheetData></worksheet>"
                ),
                &[],
            ),
            "a.xlsx",
            &["hostile"],
        ),
        (
            "undeclared entity",
            xlsx(
                &format!(
                    "{HEAD}<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&lol;</t></is></c></row></sheetData></worksheet>"
                ),
                &[],
            ),
            "a.xlsx",
            &["hostile"],
        ),
        ("encrypted workbook", container("EncryptedPackage", &[0; 8_192]), "a.xlsx", &["encrypted"]),
        ("encrypted ods", encrypted_ods, "a.ods", &["encrypted"]),
        ("html named .xls", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "a.xls", &["html"]),
        ("pdf named .xlsx", b"%PDF-1.7 ...".to_vec(), "a.xlsx", &["foreign"]),
        ("truncated zip", good[..good.len() / 2].to_vec(), "a.xlsx", &["damaged"]),
        ("truncated xls", good_xls[..1_000].to_vec(), "a.xls", &["damaged"]),
        ("xls with huge dimensions", container("Workbook", &wide_xls), "a.xls", &["read"]),
        ("ods of 16 billion cells", dense_ods, "a.ods", &["too_many_cells"]),
        (
            "ods of a billion blanks",
            ods(
                "<table:table-row table:number-rows-repeated=\"4000000000\"><table:table-cell table:number-columns-repeated=\"4000000000\"/></table:table-row>",
            ),
            "a.ods",
            &["read"],
        ),
        (
            "random bytes",
            {
                let mut c = Chance(3);
                (0..200_000).map(|_| c.next() as u8).collect()
            },
            "a.csv",
            &["not_text", "foreign"],
        ),
    ]
}

#[test]
fn hostile_files_are_refused_or_read_within_bounds() {
    let mut wrong = Vec::new();
    for (name, bytes, file, allowed) in zoo() {
        let came = refusal(&bytes, file);
        println!("{name}: {came}");
        if !allowed.contains(&came) {
            wrong.push(format!("{name}: {came}, not {allowed:?}"));
        }
        if came == "read" {
            // What is read must also be checked without trouble.
            let report = check(&bytes, file, &Programs::built_in(), &Limits::default()).unwrap();
            assert!(report.tables.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Writes the hostile files to a folder, for measuring memory with the real program.
#[test]
fn hostile_files_can_be_written_out() {
    let Some(folder) = std::env::var_os("NAKADACHI_HOSTILE_DIR") else {
        println!("skipped: set NAKADACHI_HOSTILE_DIR to a folder to write the hostile files there");
        return;
    };
    for (name, bytes, file, _) in zoo() {
        let ending = file.rsplit('.').next().unwrap();
        let name = name.replace([' ', ',', '.'], "_");
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.{ending}")), bytes).unwrap();
    }
}

/// Damages real files of every format in random ways; the reader must answer, and what it reads must be checkable.
#[test]
fn damaged_files_never_break_the_reader() {
    let rounds: u64 = std::env::var("NAKADACHI_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(1_500);
    let programs = Programs::built_in();
    let limits = Limits::default();
    let (mut read_well, mut refused) = (0_u64, 0_u64);
    let seeds: Vec<(Vec<u8>, String)> = (0..LAYOUTS.len())
        .flat_map(|l| Format::ALL.map(|f| (l, f)))
        .filter(|(l, f)| l % 5 == 0 || *f == Format::Xls)
        .map(|(l, f)| {
            (write::bytes(&LAYOUTS[l].1(&mut Chance(l as u64)).draft, f), format!("R7.{}", f.ending()))
        })
        .collect();
    let unpacked: Vec<Option<Parts>> = seeds.iter().map(|(bytes, _)| unpack(bytes)).collect();
    for round in 0..rounds {
        let mut chance = Chance(round.wrapping_mul(0x1234_5678_9ABC_DEF1) + 77);
        let at = chance.below(seeds.len());
        let (bytes, name) = &seeds[at];
        let bytes = match &unpacked[at] {
            // Damage inside the parts, where the zip's own checks do not stop it.
            Some(parts) if chance.below(4) > 0 => {
                let mut parts = parts.clone();
                let p = chance.below(parts.len());
                parts[p].1 = damage(parts[p].1.clone(), &mut chance);
                pack(&parts)
            }
            _ => damage(bytes.clone(), &mut chance),
        };
        match read(&bytes, name, &limits) {
            Ok(book) => {
                read_well += 1;
                let report = nakadachi::budget::check::check_workbook(&book, name, &programs);
                let _ = nakadachi::budget::report::json(&report, nakadachi::kernel::Language::Ja);
                let _: &Workbook = &book;
            }
            Err(ReadError::Damaged(_) | ReadError::Hostile(_)) => refused += 1,
            Err(_) => refused += 1,
        }
    }
    println!("{rounds} executions: {read_well} read and checked, {refused} refused, none broke");
}

/// The parts of a packed file by name.
type Parts = Vec<(String, Vec<u8>)>;

fn unpack(bytes: &[u8]) -> Option<Parts> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let mut out = Vec::new();
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).ok()?;
        let mut content = Vec::new();
        std::io::copy(&mut file, &mut content).ok()?;
        out.push((file.name().unwrap_or_default().to_string(), content));
    }
    Some(out)
}

fn damage(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    const WORDS: [&[u8]; 16] = [
        b"99999999999999999999",
        b"-1",
        b"\"",
        b"<",
        b"</",
        b"&#x0;",
        b"&#xD800;",
        b"\xFF\xFF\xFF\xFF",
        b"\0\0\0\0",
        b"A0",
        b"XFD1048577",
        b"1e308",
        b"NaN",
        b"<c r=\"A1\" t=\"s\"><v>4294967295</v></c>",
        b"\x80\x80",
        b"\xEF\xBF\xBE",
    ];
    for _ in 0..=chance.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = chance.below(bytes.len());
        match chance.below(7) {
            0 => bytes[at] = chance.next() as u8,
            1 => bytes[at] ^= 1 << chance.below(8),
            2 => bytes.truncate(at),
            3 => {
                let to = (at + 1 + chance.below(40)).min(bytes.len());
                bytes.drain(at..to);
            }
            4 => {
                let to = (at + 1 + chance.below(200)).min(bytes.len());
                let piece = bytes[at..to].to_vec();
                let into = chance.below(bytes.len());
                bytes.splice(into..into, piece);
            }
            5 => {
                let word = *chance.pick(&WORDS);
                bytes.splice(at..at, word.iter().copied());
            }
            _ => {
                let word = *chance.pick(&WORDS);
                let to = (at + word.len()).min(bytes.len());
                bytes.splice(at..to, word.iter().copied());
            }
        }
    }
    bytes
}
