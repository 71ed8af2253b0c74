//! CSV, row by row, so that a file of any length needs the memory of one row.

use super::{Datum, Provenance, sjis};

/// How the text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    Utf8WithMark,
    Cp932,
}

/// A CSV file under construction; each call returns the bytes to send next.
#[derive(Clone, Debug)]
pub struct CsvTable {
    encoding: Encoding,
    lost: usize,
}

impl CsvTable {
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, lost: 0 }
    }

    /// The byte order mark, where there is one, and the header.
    pub fn head(&mut self, labels: &[String]) -> Vec<u8> {
        let mut out = match self.encoding {
            Encoding::Utf8WithMark => "\u{feff}".as_bytes().to_vec(),
            Encoding::Cp932 => Vec::new(),
        };
        let labels: Vec<Datum> = labels.iter().map(Datum::text).collect();
        out.extend(self.row(&labels));
        out
    }

    /// One row.
    pub fn row(&mut self, cells: &[Datum]) -> Vec<u8> {
        let fields: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Datum::Text(text) => harmless(text),
                Datum::Number(n) => n.to_string(),
                Datum::Empty => String::new(),
            })
            .collect();
        self.line(&fields)
    }

    /// The block behind the table, with the number of characters that CP932 does not have.
    pub fn foot(&mut self, provenance: &Provenance, lost_label: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for (label, text) in &provenance.0 {
            out.extend(self.line(&[format!("# {label}"), text.clone()]));
        }
        if self.lost > 0 {
            out.extend(self.line(&[format!("# {lost_label}"), self.lost.to_string()]));
        }
        out
    }

    fn line(&mut self, fields: &[String]) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(Vec::new());
        // Writing to memory fails only where rows differ in length, which `flexible` allows.
        let written = writer.write_record(fields).is_ok();
        let bytes = if written { writer.into_inner().unwrap_or_default() } else { Vec::new() };
        match self.encoding {
            Encoding::Utf8WithMark => bytes,
            Encoding::Cp932 => {
                let (bytes, lost) = sjis::encode(&String::from_utf8_lossy(&bytes));
                self.lost += lost;
                bytes
            }
        }
    }
}

/// A text that a spreadsheet would run as a formula gets an apostrophe in front.
fn harmless(text: &str) -> String {
    let looks_like_formula = text.starts_with(['=', '+', '@', '\t', '\r'])
        || (text.starts_with('-') && text.parse::<f64>().is_err());
    if looks_like_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_with_its_header_and_ends_with_its_origin() {
        let mut table = CsvTable::new(Encoding::Utf8WithMark);
        let mut bytes = table.head(&["課題名".into(), "契約額".into()]);
        bytes.extend(table.row(&[Datum::text("=1+1,\"x\""), Datum::Number(1_000)]));
        bytes.extend(table.foot(&Provenance(vec![("条件".into(), "disease:がん".into())]), "置換"));
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, "\u{feff}課題名,契約額\r\n\"'=1+1,\"\"x\"\"\",1000\r\n# 条件,disease:がん\r\n");
    }
}
