//! The pages of budget workbooks: upload, check, meaning of the tables, difference and application.

mod check;
mod index;
mod mapping;
mod preview;

use std::sync::Arc;

use crate::kernel::BudgetImportId;
use crate::portfolio::catalogue;
use crate::web::{Cx, PageError, Said};

use super::actions::Refusal;
use super::model::{Import, State};
use super::queries;
use super::reading::{Kept, Reading};
use super::reference::Reference;
use super::{actions, routes};

pub use check::show;
pub use index::{download_file, index, template, upload};
pub use mapping::{confirm, mapping};
pub use preview::{apply, drop_draft, preview, set_extent};

/// A step of the way from file to version.
pub struct StepLink {
    pub label: &'static str,
    pub href: String,
    pub done: bool,
    pub current: bool,
}

/// The way from file to version, with the place of a page in it.
fn steps(cx: &Cx, import: &Import, at: usize) -> Vec<StepLink> {
    let l = cx.l;
    let applied = import.state == State::Applied;
    let all = [
        (l.t("検査結果", "Check"), routes::import(import.id), true),
        (l.t("表の対応", "Meaning"), routes::mapping(import.id), import.confirmed),
        (l.t("差分と照合", "Difference and proof"), routes::preview(import.id), applied),
    ];
    let place = |(i, (label, href, done))| StepLink { label, href, done, current: i == at };
    all.into_iter().enumerate().map(place).collect()
}

async fn find(cx: &Cx, id: BudgetImportId) -> Result<Import, PageError> {
    queries::import(cx.pool(), id).await?.ok_or(PageError::NotFound)
}

/// The names that this request looks up, and the stored file as read under its corrections.
async fn read(cx: &Cx, import: &Import) -> Result<(Reference, Arc<Reading>), PageError> {
    let catalogue = catalogue::of(cx).await?;
    let names = queries::program_names(cx.pool()).await?;
    let reference = Reference::new(&catalogue, &names, import.corrections.programs.values());
    let reading = reading_of(cx, import, &reference).await?;
    Ok((reference, reading))
}

/// The stored file as read under its corrections; kept for the next page.
pub async fn reading_of(cx: &Cx, import: &Import, reference: &Reference) -> Result<Arc<Reading>, PageError> {
    let kept = cx.state.memory.of::<Kept>();
    let key = (import.id.0, import.version, cx.facts.versions.reference);
    if let Some(reading) = kept.find(key) {
        return Ok(reading);
    }
    let fresh = match kept.book(import.id.0) {
        Some(book) => {
            let (name, programs) = (import.file_name.clone(), reference.programs.clone());
            super::reading::check_again(book, name, programs, import.corrections.clone()).await?
        }
        None => match actions::read(cx.pool(), import, reference).await? {
            Ok(reading) => reading,
            Err(error) => return Err(PageError::Refused(error.message())),
        },
    };
    let reading = Arc::new(fresh);
    kept.keep(key, &reading);
    Ok(reading)
}

fn said(refusal: &Refusal) -> Said {
    match refusal {
        Refusal::Unreadable(error) => error.message(),
        Refusal::NotApplicable => Said::new(
            "エラーが残っているか、対応が未確認か、反映するものがありません。画面の案内に従ってください。",
            "Errors remain, the meaning is not confirmed, or there is nothing to apply. Follow the page.",
        ),
        Refusal::Moved => Said::new(
            "表示の後に、この取込または有効な版が変更されました。最新の差分を確かめてから、もう一度反映してください。何も書き込んでいません。",
            "The import or what is in force changed after you looked. Look at the difference anew, then apply. Nothing was written.",
        ),
    }
}

/// 34 KB, 1.2 MB.
fn size(bytes: i64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", (bytes + 999) / 1_000)
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}
