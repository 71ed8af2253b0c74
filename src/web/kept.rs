//! Pages kept in memory while they are true.
//!
//! A page of a route registered with [`Routes::kept`](super::Routes::kept) depends on nothing but who asks, in which
//! language and unit, on which day, at which address, and on data whose versions came with the session. Its bytes are
//! kept under all of these, so a hit is as true as a fresh rendering, in any number of processes. What must be new at
//! every answer (the form key and the time in the frame) is rendered as a mark and filled in when the page is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::db::DataVersions;
use crate::kernel::yen::YenUnit;
use crate::kernel::{Language, SessionId, clock};

use super::PageError;
use super::cx::Facts;

/// Stands for the form key: characters that no stored text can hold (controls are refused at the edge).
pub(super) const KEY_MARK: &str = "\u{1}key\u{1}";
/// Stands for the time of the answer, as a machine reads it.
pub(super) const INSTANT_MARK: &str = "\u{1}iso\u{1}";
/// Stands for the time of the answer, as people read it.
pub(super) const MOMENT_MARK: &str = "\u{1}now\u{1}";

/// All pages together, and the largest that is kept, in bytes.
const MAX_TOTAL: usize = 8 << 20;
const MAX_PAGE: usize = 1 << 20;

/// What of the database a kept page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Tables with a version: accounts, portfolio, reference.
    Versions,
    /// Anything: true until the next entry of the audit, and every write has one.
    Anything,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    session: SessionId,
    language: Language,
    unit: YenUnit,
    today: NaiveDate,
    versions: DataVersions,
    audited: Option<i64>,
    target: String,
}

/// A rendered page cut at its marks.
struct Kept {
    parts: Vec<(Bytes, Option<Mark>)>,
    headers: HeaderMap,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Key,
    Instant,
    Moment,
}

/// The pages of this process, the one used longest ago forgotten first.
#[derive(Default)]
pub struct KeptPages(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    clock: u64,
    total: usize,
    kept: HashMap<Key, (u64, Arc<Kept>)>,
}

impl KeptPages {
    fn get(&self, key: &Key) -> Option<Arc<Kept>> {
        let mut shelf = self.lock();
        shelf.clock += 1;
        let now = shelf.clock;
        let (used, page) = shelf.kept.get_mut(key)?;
        *used = now;
        Some(page.clone())
    }

    fn put(&self, key: Key, page: Arc<Kept>) {
        let mut shelf = self.lock();
        shelf.clock += 1;
        let now = shelf.clock;
        shelf.total += page.bytes;
        if let Some((_, replaced)) = shelf.kept.insert(key, (now, page)) {
            shelf.total -= replaced.bytes;
        }
        while shelf.total > MAX_TOTAL {
            let Some(oldest) =
                shelf.kept.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone())
            else {
                break;
            };
            if let Some((_, forgotten)) = shelf.kept.remove(&oldest) {
                shelf.total -= forgotten.bytes;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers from memory, or lets the handler answer and keeps what it said.
pub(super) async fn keep(basis: Basis, mut request: Request, next: Next) -> Response {
    let Some(facts) = request.extensions().get::<Facts>().cloned() else { return next.run(request).await };
    let Some(key) = key(basis, &facts) else { return next.run(request).await };
    if let Some(page) = facts.kept.get(&key) {
        return page.answer(facts.now);
    }
    if let Some(facts) = request.extensions_mut().get_mut::<Facts>() {
        facts.marked = true;
    }
    let response = next.run(request).await;
    let (head, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return PageError::from(error).into_response(),
    };
    let page = Kept::new(bytes, head.headers.clone());
    let is_page = head.status == StatusCode::OK
        && !head.headers.contains_key(SET_COOKIE)
        && head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let mut answer = page.answer(facts.now);
    *answer.status_mut() = head.status;
    *answer.extensions_mut() = head.extensions;
    if is_page && page.bytes <= MAX_PAGE {
        facts.kept.put(key, Arc::new(page));
    }
    answer
}

/// What an answer hangs on; nothing where it says something for once (a flash, a language just chosen).
fn key(basis: Basis, facts: &Facts) -> Option<Key> {
    let viewer = facts.viewer.as_ref()?;
    if facts.flash.is_some() || facts.query.split('&').any(|pair| pair.starts_with("lang=")) {
        return None;
    }
    Some(Key {
        session: viewer.session,
        language: facts.language,
        unit: viewer.yen_unit,
        today: clock::today_in_japan(facts.now),
        versions: facts.versions,
        audited: (basis == Basis::Anything).then_some(facts.audited),
        target: format!("{}?{}", facts.path, facts.query),
    })
}

impl Kept {
    fn new(body: Bytes, headers: HeaderMap) -> Self {
        let mut parts = Vec::new();
        let mut rest = body.clone();
        while let Some((at, mark, length)) = first_mark(&rest) {
            parts.push((rest.slice(..at), Some(mark)));
            rest = rest.slice(at + length..);
        }
        parts.push((rest, None));
        Self { bytes: body.len(), parts, headers }
    }

    fn answer(&self, now: DateTime<Utc>) -> Response {
        let key = Uuid::new_v4().simple().to_string();
        let (instant, moment) = (now.to_rfc3339(), super::layout::moment(now));
        let mut body = Vec::with_capacity(self.bytes + 64);
        for (part, mark) in &self.parts {
            body.extend_from_slice(part);
            body.extend_from_slice(match mark {
                Some(Mark::Key) => key.as_bytes(),
                Some(Mark::Instant) => instant.as_bytes(),
                Some(Mark::Moment) => moment.as_bytes(),
                None => b"",
            });
        }
        let mut response = Body::from(body).into_response();
        *response.headers_mut() = self.headers.clone();
        response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
        response
    }
}

fn first_mark(bytes: &[u8]) -> Option<(usize, Mark, usize)> {
    let at = bytes.iter().position(|b| *b == 1)?;
    [(KEY_MARK, Mark::Key), (INSTANT_MARK, Mark::Instant), (MOMENT_MARK, Mark::Moment)]
        .into_iter()
        .find(|(text, _)| bytes[at..].starts_with(text.as_bytes()))
        .map(|(text, mark)| (at, mark, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(page: &Kept) -> String {
        let body = page.answer(DateTime::UNIX_EPOCH).into_body();
        String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn marks_are_filled_anew_in_every_answer() {
        let body = format!("a{KEY_MARK}b{MOMENT_MARK}c{KEY_MARK}");
        let page = Kept::new(Bytes::from(body), HeaderMap::new());
        let (first, second) = (text(&page).await, text(&page).await);
        assert!(first.contains("b1970-01-01 09:00c"), "{first}");
        let (one, two) = (&first[1..33], &second[1..33]);
        assert!(one != two && first.ends_with(one) && second.ends_with(two));
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let pages = KeptPages::default();
        let key = |n: i64| Key {
            session: SessionId(Uuid::nil()),
            language: Language::Ja,
            unit: YenUnit::default(),
            today: NaiveDate::default(),
            versions: DataVersions::default(),
            audited: Some(n),
            target: String::new(),
        };
        let page =
            || Arc::new(Kept { parts: Vec::new(), headers: HeaderMap::new(), bytes: MAX_TOTAL / 3 + 1 });
        pages.put(key(1), page());
        pages.put(key(2), page());
        assert!(pages.get(&key(1)).is_some());
        pages.put(key(3), page());
        assert!(pages.get(&key(1)).is_some() && pages.get(&key(2)).is_none() && pages.get(&key(3)).is_some());
        pages.put(key(3), page());
        assert!(pages.get(&key(1)).is_some(), "replacing costs nothing");
    }
}
