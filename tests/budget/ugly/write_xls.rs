//! Writes a draft as BIFF8 in an OLE container: the smallest files that Excel 97 and the reader both take.

use super::draft::{Draft, DraftSheet, Ink};

pub fn xls(draft: &Draft) -> Vec<u8> {
    container("Workbook", &workbook(draft))
}

fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    out.extend(data);
}

fn bof(out: &mut Vec<u8>, what: u16) {
    let mut data = Vec::new();
    data.extend(0x0600_u16.to_le_bytes());
    data.extend(what.to_le_bytes());
    data.extend([0; 12]);
    record(out, 0x0809, &data);
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn workbook(draft: &Draft) -> Vec<u8> {
    let mut strings: Vec<String> = Vec::new();
    let sheets: Vec<Vec<u8>> = draft.sheets.iter().map(|s| sheet(s, &mut strings)).collect();
    let globals_of = |offsets: &[u32]| {
        let mut out = Vec::new();
        bof(&mut out, 0x0005);
        record(&mut out, 0x0042, &1200_u16.to_le_bytes());
        for (sheet, offset) in draft.sheets.iter().zip(offsets) {
            let mut data = offset.to_le_bytes().to_vec();
            data.push(u8::from(sheet.hidden));
            data.push(0);
            data.push(u8::try_from(sheet.name.encode_utf16().count()).unwrap());
            data.push(1);
            data.extend(utf16(&sheet.name));
            record(&mut out, 0x0085, &data);
        }
        for format in [0_u16, 3, 14, 9] {
            let mut data = vec![0, 0];
            data.extend(format.to_le_bytes());
            data.extend([0; 16]);
            record(&mut out, 0x00E0, &data);
        }
        shared(&mut out, &strings);
        record(&mut out, 0x000A, &[]);
        out
    };
    let length = u32::try_from(globals_of(&vec![0; sheets.len()]).len()).unwrap();
    let mut offsets = Vec::new();
    let mut at = length;
    for sheet in &sheets {
        offsets.push(at);
        at += u32::try_from(sheet.len()).unwrap();
    }
    let mut out = globals_of(&offsets);
    sheets.iter().for_each(|s| out.extend(s));
    // A stream below 4,096 bytes would live in the small one; padding behind EOF keeps the writer simple.
    out.resize(out.len().max(4_096), 0);
    out
}

/// Shared strings, cut into CONTINUE records wherever 8,000 bytes are full, also in the middle of a text.
fn shared(out: &mut Vec<u8>, strings: &[String]) {
    let count = u32::try_from(strings.len()).unwrap();
    let mut pieces: Vec<Vec<u8>> = vec![[count.to_le_bytes(), count.to_le_bytes()].concat()];
    for text in strings {
        let units: Vec<u16> = text.encode_utf16().collect();
        if pieces.last().unwrap().len() + 8 > 8_000 {
            pieces.push(Vec::new());
        }
        pieces.last_mut().unwrap().extend(u16::try_from(units.len()).unwrap().to_le_bytes());
        pieces.last_mut().unwrap().push(1);
        for unit in units {
            if pieces.last().unwrap().len() + 2 > 8_000 {
                pieces.push(vec![1]);
            }
            pieces.last_mut().unwrap().extend(unit.to_le_bytes());
        }
    }
    for (i, piece) in pieces.iter().enumerate() {
        record(out, if i == 0 { 0x00FC } else { 0x003C }, piece);
    }
}

fn sheet(sheet: &DraftSheet, strings: &mut Vec<String>) -> Vec<u8> {
    let mut out = Vec::new();
    bof(&mut out, 0x0010);
    for column in &sheet.hidden_columns {
        let c = u16::try_from(*column).unwrap().to_le_bytes();
        record(&mut out, 0x007D, &[c[0], c[1], c[0], c[1], 0, 0, 0, 0, 1, 0, 0, 0]);
    }
    for row in &sheet.hidden_rows {
        let mut data = u16::try_from(*row).unwrap().to_le_bytes().to_vec();
        data.extend([0; 10]);
        data.extend([0x20, 1, 0, 0]);
        record(&mut out, 0x0208, &data);
    }
    for ((row, column), ink) in &sheet.cells {
        let mut place = u16::try_from(*row).unwrap().to_le_bytes().to_vec();
        place.extend(u16::try_from(*column).unwrap().to_le_bytes());
        let head = |style: u16| [place.clone(), style.to_le_bytes().to_vec()].concat();
        match ink {
            Ink::Text(text) => {
                strings.push(text.clone());
                record(
                    &mut out,
                    0x00FD,
                    &[head(0), u32::try_from(strings.len() - 1).unwrap().to_le_bytes().to_vec()].concat(),
                );
            }
            // Whole numbers as RK where they fit, like Excel.
            Ink::Number(n) if n.fract() == 0.0 && n.abs() < 500_000_000.0 => {
                let rk = ((*n as i32) << 2) as u32 | 2;
                record(&mut out, 0x027E, &[head(1), rk.to_le_bytes().to_vec()].concat());
            }
            Ink::Number(n) => record(&mut out, 0x0203, &[head(1), n.to_le_bytes().to_vec()].concat()),
            // BIFF8 always stores a result; without one the writer leaves an empty text, which reads as nothing.
            Ink::Formula(_, value) => {
                let value = value.map_or([3, 0, 0, 0, 0, 0, 0xFF, 0xFF], f64::to_le_bytes);
                record(
                    &mut out,
                    0x0006,
                    &[head(1), value.to_vec(), vec![0; 6], vec![3, 0, 0x1E, 0, 0]].concat(),
                );
            }
            Ink::Error(_) => record(&mut out, 0x0205, &[head(0), vec![0x17, 1]].concat()),
            Ink::Date(day) => record(&mut out, 0x0203, &[head(2), day.to_le_bytes().to_vec()].concat()),
            Ink::Percent(p) => record(&mut out, 0x0203, &[head(3), p.to_le_bytes().to_vec()].concat()),
        }
    }
    if !sheet.merges.is_empty() {
        for chunk in sheet.merges.chunks(1_000) {
            let mut data = u16::try_from(chunk.len()).unwrap().to_le_bytes().to_vec();
            for (top, left, bottom, right) in chunk {
                for n in [top, bottom, left, right] {
                    data.extend(u16::try_from(*n).unwrap().to_le_bytes());
                }
            }
            record(&mut out, 0x00E5, &data);
        }
    }
    record(&mut out, 0x000A, &[]);
    out
}

/// An OLE container with one stream of at least 4,096 bytes.
pub fn container(name: &str, stream: &[u8]) -> Vec<u8> {
    const END: u32 = 0xFFFF_FFFE;
    const FREE: u32 = 0xFFFF_FFFF;
    let data_sectors = stream.len().div_ceil(512);
    let total = data_sectors + 1;
    let mut fat_sectors = 1;
    while fat_sectors * 128 < total + fat_sectors {
        fat_sectors += 1;
    }
    assert!(fat_sectors <= 109, "the writer has no DIFAT");
    let mut out = vec![0_u8; 512];
    out[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    put(44, &u32::try_from(fat_sectors).unwrap().to_le_bytes());
    put(48, &u32::try_from(fat_sectors).unwrap().to_le_bytes());
    put(56, &4_096_u32.to_le_bytes());
    put(60, &END.to_le_bytes());
    put(68, &END.to_le_bytes());
    for i in 0..109_usize {
        let id = if i < fat_sectors { u32::try_from(i).unwrap() } else { FREE };
        put(76 + i * 4, &id.to_le_bytes());
    }
    let mut fat: Vec<u32> = vec![0xFFFF_FFFD; fat_sectors];
    fat.push(END);
    for i in 0..data_sectors {
        fat.push(if i + 1 == data_sectors { END } else { u32::try_from(fat_sectors + 2 + i).unwrap() });
    }
    fat.resize(fat_sectors * 128, FREE);
    out.extend(fat.iter().flat_map(|n| n.to_le_bytes()));
    let entry = |name: &str, kind: u8, start: u32, size: u32, child: u32| {
        let mut e = vec![0_u8; 128];
        let text = utf16(name);
        e[..text.len()].copy_from_slice(&text);
        e[64..66].copy_from_slice(&u16::try_from(text.len() + 2).unwrap().to_le_bytes());
        e[66] = kind;
        e[67] = 1;
        e[68..72].copy_from_slice(&FREE.to_le_bytes());
        e[72..76].copy_from_slice(&FREE.to_le_bytes());
        e[76..80].copy_from_slice(&child.to_le_bytes());
        e[116..120].copy_from_slice(&start.to_le_bytes());
        e[120..124].copy_from_slice(&size.to_le_bytes());
        e
    };
    out.extend(entry("Root Entry", 5, END, 0, 1));
    out.extend(entry(
        name,
        2,
        u32::try_from(fat_sectors + 1).unwrap(),
        u32::try_from(stream.len()).unwrap(),
        FREE,
    ));
    out.extend([0; 256]);
    out.extend(stream);
    out.resize(512 + (fat_sectors + 1 + data_sectors) * 512, 0);
    out
}
