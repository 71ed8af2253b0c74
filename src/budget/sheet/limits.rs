//! How much a file may cost, and the meter that every reader draws on.

use super::ReadError;

/// Bounds on one file. With the defaults the reader stays under 256 MiB of memory, whatever the file says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of the file itself, bytes.
    pub file_bytes: u64,
    /// What a packed file may unpack to altogether, bytes; it is streamed, never held.
    pub unpacked_bytes: u64,
    /// Parts inside a packed file.
    pub parts: usize,
    /// One tag, text or comment inside XML, bytes.
    pub token_bytes: usize,
    /// Cells with a content, over all sheets.
    pub cells: usize,
    /// Text kept, bytes, over all sheets.
    pub text_bytes: usize,
    pub sheets: usize,
    /// Merged areas, hidden stretches, styles: whatever else is kept per sheet.
    pub extras: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            unpacked_bytes: 384 << 20,
            parts: 4_096,
            token_bytes: 4 << 20,
            cells: 500_000,
            text_bytes: 48 << 20,
            sheets: 256,
            extras: 100_000,
        }
    }
}

/// Counts what has been used of the [`Limits`].
#[derive(Debug)]
pub struct Meter {
    pub limits: Limits,
    cells: usize,
    text: usize,
    extras: usize,
    unpacked: u64,
}

impl Meter {
    pub fn new(limits: Limits) -> Self {
        Self { limits, cells: 0, text: 0, extras: 0, unpacked: 0 }
    }

    /// Checks the size of the file before anything else.
    pub fn file(&self, bytes: u64) -> Result<(), ReadError> {
        if bytes > self.limits.file_bytes {
            return Err(ReadError::FileTooLarge { bytes, limit: self.limits.file_bytes });
        }
        Ok(())
    }

    pub fn cell(&mut self) -> Result<(), ReadError> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(ReadError::TooManyCells { limit: self.limits.cells });
        }
        Ok(())
    }

    pub fn text(&mut self, bytes: usize) -> Result<(), ReadError> {
        // A kept text costs its bytes and about 32 more for its place in memory.
        self.text = self.text.saturating_add(bytes).saturating_add(32);
        if self.text > self.limits.text_bytes {
            return Err(ReadError::TooMuchText { limit: self.limits.text_bytes });
        }
        Ok(())
    }

    pub fn extra(&mut self) -> Result<(), ReadError> {
        self.extras += 1;
        if self.extras > self.limits.extras {
            return Err(ReadError::TooManyExtras { limit: self.limits.extras });
        }
        Ok(())
    }

    pub fn sheets(&self, count: usize) -> Result<(), ReadError> {
        if count > self.limits.sheets {
            return Err(ReadError::TooManySheets { limit: self.limits.sheets });
        }
        Ok(())
    }

    /// Bytes that may still be unpacked.
    pub fn left_to_unpack(&self) -> u64 {
        self.limits.unpacked_bytes.saturating_sub(self.unpacked)
    }

    /// Notes bytes that were unpacked.
    pub fn unpacked(&mut self, bytes: u64) {
        self.unpacked = self.unpacked.saturating_add(bytes);
    }
}
