//! The OLE compound file: the container of xls, and of encrypted xlsx. Only what is needed to take one stream out.

use super::ReadError;

pub const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

const LAST_SECTOR: u32 = 0xFFFF_FFFA;

/// An opened container; borrows the file.
pub struct Ole<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    is_stream: bool,
    start: u32,
    size: u64,
}

impl<'a> Ole<'a> {
    /// Reads the allocation tables and the directory. No table can be larger than the file that holds it.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let header = bytes.get(..512).ok_or_else(|| ReadError::damaged("OLE header"))?;
        let sector = match u16_at(header, 30)? {
            9 => 512,
            12 => 4096,
            _ => return Err(ReadError::damaged("OLE sector size")),
        };
        let mut ole = Self {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
        };
        let count = bytes.len() / sector + 1;

        let mut fat_sectors: Vec<u32> =
            (0..109).map(|i| u32_at(header, 76 + i * 4)).collect::<Result<_, _>>()?;
        let mut next = u32_at(header, 68)?;
        for _ in 0..count {
            if next >= LAST_SECTOR {
                break;
            }
            let table = ole.sector_bytes(next)?;
            let entries = table.len() / 4;
            for i in 0..entries.saturating_sub(1) {
                fat_sectors.push(u32_at(table, i * 4)?);
            }
            next = u32_at(table, entries.saturating_sub(1) * 4)?;
        }
        for id in fat_sectors.into_iter().filter(|id| *id < LAST_SECTOR).take(count) {
            let table = ole.sector_bytes(id)?;
            ole.fat.extend(table.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])));
            if ole.fat.len() > count + sector {
                break;
            }
        }

        let directory = ole.chain(u32_at(header, 48)?, u64::MAX)?;
        for raw in directory.chunks_exact(128).take(4_096) {
            ole.entries.push(entry(raw)?);
        }
        if let Some(root) = ole.entries.first() {
            let (start, size) = (root.start, root.size);
            let mini_fat = ole.chain(u32_at(header, 60)?, u64::MAX)?;
            ole.mini_fat =
                mini_fat.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect();
            ole.mini_stream = if start < LAST_SECTOR { ole.chain(start, size)? } else { Vec::new() };
        }
        Ok(ole)
    }

    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.is_stream && e.name.eq_ignore_ascii_case(name))
    }

    /// The content of a stream.
    pub fn stream(&self, name: &str) -> Result<Vec<u8>, ReadError> {
        let found = self.entries.iter().find(|e| e.is_stream && e.name.eq_ignore_ascii_case(name));
        let entry = found.ok_or_else(|| ReadError::damaged(format!("no stream {name}")))?;
        if entry.size >= 4096 {
            self.chain(entry.start, entry.size)
        } else {
            self.mini_chain(entry.start, entry.size)
        }
    }

    fn sector_bytes(&self, id: u32) -> Result<&'a [u8], ReadError> {
        let start = (id as usize).checked_add(1).and_then(|n| n.checked_mul(self.sector));
        let start =
            start.filter(|s| *s < self.bytes.len()).ok_or_else(|| ReadError::damaged("OLE sector"))?;
        // The last sector may be cut short by careless writers.
        Ok(&self.bytes[start..(start + self.sector).min(self.bytes.len())])
    }

    fn chain(&self, first: u32, size: u64) -> Result<Vec<u8>, ReadError> {
        let mut out = Vec::new();
        let mut id = first;
        while id < LAST_SECTOR && (out.len() as u64) < size {
            // A chain longer than the file runs in a circle.
            if out.len() > self.bytes.len() {
                return Err(ReadError::damaged("OLE chain in a circle"));
            }
            out.extend_from_slice(self.sector_bytes(id)?);
            id = *self.fat.get(id as usize).ok_or_else(|| ReadError::damaged("OLE chain"))?;
        }
        out.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(out)
    }

    fn mini_chain(&self, first: u32, size: u64) -> Result<Vec<u8>, ReadError> {
        let mut out = Vec::new();
        let mut id = first;
        while id < LAST_SECTOR && (out.len() as u64) < size {
            let start = id as usize * 64;
            let piece = self.mini_stream.get(start..(start + 64).min(self.mini_stream.len()));
            out.extend_from_slice(
                piece.filter(|p| !p.is_empty()).ok_or_else(|| ReadError::damaged("OLE small sector"))?,
            );
            id = *self.mini_fat.get(id as usize).ok_or_else(|| ReadError::damaged("OLE small chain"))?;
        }
        out.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(out)
    }
}

fn entry(raw: &[u8]) -> Result<Entry, ReadError> {
    let length = usize::from(u16_at(raw, 64)?).saturating_sub(2).min(62);
    let units: Vec<u16> = raw[..length].chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
    let size = u64::from(u32_at(raw, 120)?);
    Ok(Entry {
        name: String::from_utf16_lossy(&units),
        is_stream: raw[66] == 2,
        start: u32_at(raw, 116)?,
        size,
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ReadError> {
    let piece = bytes.get(at..at + 2).ok_or_else(|| ReadError::damaged("OLE"))?;
    Ok(u16::from_le_bytes([piece[0], piece[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ReadError> {
    let piece = bytes.get(at..at + 4).ok_or_else(|| ReadError::damaged("OLE"))?;
    Ok(u32::from_le_bytes([piece[0], piece[1], piece[2], piece[3]]))
}
