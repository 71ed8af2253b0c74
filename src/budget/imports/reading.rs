//! Reading a workbook off the request's thread: few at a time, the last ones kept.
//!
//! One reading stays under 512 MiB whatever the file says of itself (docs/budget-format.md); at most [`AT_ONCE`] run in a
//! process, the rest wait. What is kept for the next page is bounded by cells, and is only ever a copy of what reading
//! the file again would give.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tokio::sync::Semaphore;

use crate::budget::check::{Report, check_corrected};
use crate::budget::corrections::Corrections;
use crate::budget::names::Programs;
use crate::budget::sheet::{self, Limits, ReadError, Workbook};

/// Readings that run at the same time in one process.
pub const AT_ONCE: usize = 2;

/// Workbooks kept, and the cells of all of them together.
const KEPT: usize = 4;
const KEPT_CELLS: usize = 500_000;

static PERMITS: Semaphore = Semaphore::const_new(AT_ONCE);

/// A workbook and what it was read as.
#[derive(Debug)]
pub struct Reading {
    pub book: Arc<Workbook>,
    pub report: Report,
}

/// Reads and checks a file with the corrections of a person.
pub async fn read(
    bytes: Vec<u8>,
    name: String,
    programs: Programs,
    corrections: Corrections,
) -> anyhow::Result<Result<Reading, ReadError>> {
    let permit = PERMITS.acquire().await.context("waiting to read a workbook")?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let book = match sheet::read(&bytes, &name, &Limits::default()) {
            Ok(book) => Arc::new(book),
            Err(error) => return Ok(Err(error)),
        };
        drop(bytes);
        let report = check_corrected(&book, &name, &programs, &corrections);
        Ok(Ok(Reading { book, report }))
    })
    .await
    .context("reading a workbook")?
}

/// Checks a workbook that was read before.
pub async fn check_again(
    book: Arc<Workbook>,
    name: String,
    programs: Programs,
    corrections: Corrections,
) -> anyhow::Result<Reading> {
    let permit = PERMITS.acquire().await.context("waiting to check a workbook")?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let report = check_corrected(&book, &name, &programs, &corrections);
        Reading { book, report }
    })
    .await
    .context("checking a workbook")
}

/// An import, its version and the version of the reference data.
type KeptKey = (uuid::Uuid, i32, i64);

/// The readings last asked for.
#[derive(Default)]
pub struct Kept(Mutex<Vec<(KeptKey, Arc<Reading>)>>);

impl Kept {
    pub fn find(&self, key: (uuid::Uuid, i32, i64)) -> Option<Arc<Reading>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(k, _)| *k == key).map(|(_, reading)| reading.clone())
    }

    /// The workbook of an import, whatever was corrected since.
    pub fn book(&self, import: uuid::Uuid) -> Option<Arc<Workbook>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(k, _)| k.0 == import).map(|(_, reading)| reading.book.clone())
    }

    pub fn keep(&self, key: (uuid::Uuid, i32, i64), reading: &Arc<Reading>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(k, _)| k.0 != key.0);
        kept.insert(0, (key, reading.clone()));
        let mut room = KEPT_CELLS;
        let fits = kept.iter().take(KEPT).take_while(|(_, reading)| {
            let cells: usize = reading.book.sheets.iter().map(sheet::Sheet::len).sum();
            let fits = cells <= room;
            room = room.saturating_sub(cells);
            fits
        });
        let count = fits.count();
        kept.truncate(count);
    }
}
