//! The packed formats: looks at the directory of the zip before unpacking anything, then hands over to xlsx or ods.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Meter, ReadError, Workbook, ods, xlsx};

/// An opened packed file.
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
}

/// Reads a packed file, xlsx or ods by its parts.
pub fn read(bytes: &[u8], meter: &mut Meter) -> Result<Workbook, ReadError> {
    let mut package = Package::open(bytes, meter)?;
    if package.has("[Content_Types].xml") || package.has("xl/workbook.xml") {
        for (part, what) in [
            ("xl/workbook.bin", "xlsb"),
            ("word/document.xml", "Word"),
            ("ppt/presentation.xml", "PowerPoint"),
        ] {
            if package.has(part) {
                return Err(if what == "xlsb" {
                    ReadError::OldFormat(what)
                } else {
                    ReadError::Foreign(what)
                });
            }
        }
        return xlsx::read(&mut package, meter);
    }
    if package.has("content.xml") {
        return ods::read(&mut package, meter);
    }
    if package.has("Index/Document.iwa") {
        return Err(ReadError::OldFormat("Numbers"));
    }
    Err(ReadError::Foreign("ZIP"))
}

impl<'a> Package<'a> {
    /// Opens the directory; refuses too many parts, and a stated total that is over the limit.
    fn open(bytes: &'a [u8], meter: &Meter) -> Result<Self, ReadError> {
        // Every directory entry begins with this mark: counting them bounds the directory whatever its header says.
        let marks = bytes.windows(4).filter(|w| *w == b"PK\x01\x02").take(meter.limits.parts + 1).count();
        if marks > meter.limits.parts {
            return Err(ReadError::TooManyParts { limit: meter.limits.parts });
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(ReadError::damaged)?;
        if archive.len() > meter.limits.parts {
            return Err(ReadError::TooManyParts { limit: meter.limits.parts });
        }
        if archive.decompressed_size().is_some_and(|total| total > u128::from(meter.limits.unpacked_bytes)) {
            return Err(ReadError::UnpacksTooLarge { limit: meter.limits.unpacked_bytes });
        }
        Ok(Self { archive })
    }

    /// Whether a part is there; part names of packages ignore case.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A part as a stream.
    pub fn part(&mut self, name: &str) -> Result<Box<dyn Read + '_>, ReadError> {
        let found = self.find(name).ok_or_else(|| ReadError::damaged(format!("part {name} is missing")))?;
        match self.archive.by_name(&found) {
            Ok(file) => Ok(Box::new(file)),
            Err(ZipError::UnsupportedArchive(text)) if text == ZipError::PASSWORD_REQUIRED => {
                Err(ReadError::Encrypted)
            }
            Err(error) => Err(ReadError::damaged(error)),
        }
    }

    fn find(&self, name: &str) -> Option<String> {
        if self.archive.index_for_name(name).is_some() {
            return Some(name.to_owned());
        }
        self.archive
            .file_names()
            .flatten()
            .find(|n| n.replace('\\', "/").trim_start_matches('/').eq_ignore_ascii_case(name))
            .map(|n| n.into_owned())
    }
}
