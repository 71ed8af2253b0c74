//! Live pages: a stream of "this part changed", as server-sent events.
//!
//! An event carries no content. The browser (`static/js/live.js`) asks for the changed region through the ordinary
//! route of its page, so whoever lost a right sees nothing new. Every stream begins with `refresh`: what changed while
//! the browser was away, or between loading the page and opening the stream, is asked for then. A stream asks again
//! whether its viewer may go on when rights changed anywhere, and at [`RECHECK`] at the latest (sessions run out
//! silently); it ends at once when the process stops. It holds no database connection.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use futures_util::stream;

use crate::db::events::{Changed, Heard, Subscription};

use super::cx::Facts;
use super::identify::find_viewer;
use super::scoped::Scoped;
use super::{Access, AppState, Cx, Outcome, PageError};

/// Between two signs of life; proxies close silent lines after 30 to 60 seconds.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The longest that a stream goes on without asking whether its viewer still may.
const RECHECK: Duration = Duration::from_secs(60);

/// What a browser waits before it opens the stream again.
const RETRY: Duration = Duration::from_millis(800);

/// A browser that wants to be told; extractor of the handlers that open streams.
pub struct Listener {
    cx: Cx,
    jar: CookieJar,
}

impl FromRequestParts<AppState> for Listener {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let cx = Cx::from_request_parts(parts, state).await?;
        Ok(Self { cx, jar: CookieJar::from_headers(&parts.headers) })
    }
}

impl Listener {
    /// Tells this browser of every change of `topic` for as long as its viewer, by a role that `access` asks for, can
    /// find the row `id`.
    pub async fn stream<T>(self, id: T::Id, access: Access, topic: &str) -> Outcome
    where
        T: Scoped + 'static,
        T::Id: Clone + Sync + 'static,
    {
        // Subscribe first: a right taken away after the check is heard.
        let subscription = self.cx.state.events.subscribe(topic).await?;
        let line = Line::<T> { listener: self, id, access, subscription, state: State::Opening };
        if !line.may_go_on().await {
            return Err(PageError::NotFound);
        }
        let events = stream::unfold(line, |mut line| async move {
            let event = line.next().await?;
            Some((Ok::<_, Infallible>(event), line))
        });
        let mut response = Sse::new(events).into_response();
        unbuffered(&mut response);
        Ok(response)
    }
}

/// Proxies must pass every event on at once.
fn unbuffered(response: &mut Response) {
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// One open stream.
struct Line<T: Scoped> {
    listener: Listener,
    id: T::Id,
    access: Access,
    subscription: Subscription,
    state: State,
}

enum State {
    Opening,
    /// Asked last at this moment whether the viewer may go on.
    Open(tokio::time::Instant),
    Ended,
}

impl<T: Scoped> Line<T>
where
    T::Id: Clone,
{
    /// The next event; nothing once the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        let asked = match self.state {
            State::Ended => return None,
            State::Opening => {
                self.state = State::Open(tokio::time::Instant::now());
                return Some(refresh().retry(RETRY));
            }
            State::Open(asked) => asked,
        };
        match tokio::time::timeout(HEARTBEAT, self.subscription.next()).await {
            Err(_) if asked.elapsed() < RECHECK => Some(Event::default().comment("")),
            Err(_) => self.go_on_or_end(Event::default().comment("")).await,
            Ok(Heard::Changed(changed)) => Some(told(&changed)),
            Ok(Heard::Missed) => self.go_on_or_end(refresh()).await,
            Ok(Heard::Rights) => self.go_on_or_end(refresh()).await,
            Ok(Heard::Stopping) => None,
        }
    }

    async fn go_on_or_end(&mut self, event: Event) -> Option<Event> {
        if self.may_go_on().await {
            self.state = State::Open(tokio::time::Instant::now());
            return Some(event);
        }
        self.state = State::Ended;
        Some(Event::default().event("ended").data("{}"))
    }

    /// The same questions as for a page: signed in, a role that opens it, a row that the viewer may know.
    async fn may_go_on(&self) -> bool {
        match self.ask().await {
            Ok(may) => may,
            Err(error) => {
                tracing::warn!("A live stream ends, its rights cannot be asked for: {error:#}");
                false
            }
        }
    }

    async fn ask(&self) -> anyhow::Result<bool> {
        let cx = &self.listener.cx;
        let (Some(viewer), versions, _) = find_viewer(&cx.state, &self.listener.jar).await? else {
            return Ok(false);
        };
        let opens = match self.access {
            Access::Public | Access::SignedIn => true,
            Access::Roles(roles) => viewer.holds(roles),
        };
        if !opens || viewer.must_change_password {
            return Ok(false);
        }
        let now = cx.state.clock.now();
        let facts = Facts { viewer: Some(Arc::clone(&viewer)), now, versions, ..cx.facts.clone() };
        let cx = Cx { state: cx.state.clone(), viewer, l: cx.l, now, facts };
        Ok(T::find(&cx, self.id.clone()).await?.is_some())
    }
}

fn refresh() -> Event {
    Event::default().event("refresh").data("{}")
}

fn told(changed: &Changed) -> Event {
    let data = serde_json::json!({ "part": changed.part, "version": changed.version });
    Event::default()
        .event("changed")
        .id(format!("{}:{}", changed.part, changed.version))
        .data(data.to_string())
}
