//! Who asks, in which language, and when: one layer that every page stands behind.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use chrono::Duration;

use crate::accounts::{Viewer, actions, queries};
use crate::db::DataVersions;
use crate::kernel::{Language, clock};

use super::cx::Facts;
use super::forms::FLASH_COOKIE;
use super::observe::RequestId;
use super::{AppState, PageError};

/// Cookie of the chosen language.
pub const LANGUAGE_COOKIE: &str = "nk_lang";

/// Name of the session cookie: with the `__Host-` prefix where browsers come over HTTPS.
pub fn session_cookie(https: bool) -> &'static str {
    if https { "__Host-nk_session" } else { "nk_session" }
}

/// The session cookie's header value; an empty token removes it.
pub fn session_cookie_value(https: bool, token: &str) -> String {
    let life = if token.is_empty() { 0 } else { actions::SESSION_HOURS * 3600 };
    let secure = if https { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={life}{secure}", session_cookie(https))
}

/// Finds the viewer and the language and puts them where the extractors look.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/assets/") {
        return next.run(request).await;
    }
    let jar = CookieJar::from_headers(request.headers());
    let (viewer, versions, audited) = match find_viewer(&state, &jar).await {
        Ok(found) => found,
        Err(error) => return PageError::from(error).into_response(),
    };
    let chosen = language_in_query(request.uri().query());
    let language = chosen
        .or_else(|| jar.get(LANGUAGE_COOKIE).and_then(|c| Language::from_code(c.value())))
        .or_else(|| viewer.as_ref().and_then(|v| v.language))
        .unwrap_or_else(|| preferred_language(request.headers()));
    let flash = Some(request.headers())
        .filter(|headers| request.method() == axum::http::Method::GET && is_looked_at(headers))
        .and_then(|_| jar.get(FLASH_COOKIE))
        .map(|c| decode(c.value()))
        .filter(|text| !text.is_empty());
    let shows_flash = flash.is_some();
    let facts = Facts {
        viewer,
        language,
        now: state.clock.now(),
        request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        address: client_address(&request),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        flash,
        versions,
        audited,
        marked: false,
        kept: state.memory.of(),
    };
    request.extensions_mut().insert(facts);
    let mut response = next.run(request).await;
    if let Some(language) = chosen {
        set_cookie(
            &mut response,
            &format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", language.code()),
        );
    }
    if shows_flash && !response.status().is_redirection() {
        set_cookie(&mut response, &format!("{FLASH_COOKIE}=; Path=/; Max-Age=0"));
    }
    response
}

/// Header of a script that asks behind a page for what changed (static/js/live.js, swap.js).
const BEHIND: &str = "x-behind";

/// Whether somebody will look at the whole answer. A script that asks behind a page, or its stream of events, would take
/// away what is said once before the page that says it arrives.
fn is_looked_at(headers: &HeaderMap) -> bool {
    let streams = headers.get(header::ACCEPT).is_some_and(|kind| kind == "text/event-stream");
    !streams && !headers.contains_key(BEHIND)
}

pub(super) async fn find_viewer(
    state: &AppState,
    jar: &CookieJar,
) -> sqlx::Result<(Option<Arc<Viewer>>, DataVersions, i64)> {
    let Some(cookie) = jar.get(session_cookie(state.settings.https)) else {
        return Ok((None, DataVersions::default(), 0));
    };
    let now = state.clock.now();
    let Some(found) = queries::session(&state.pool, &actions::token_hash(cookie.value()), now).await? else {
        return Ok((None, DataVersions::default(), 0));
    };
    if now - found.last_seen_at > Duration::minutes(1) {
        queries::touch_session(&state.pool, found.session, now).await?;
    }
    let today = clock::today_in_japan(now);
    let rights = state.rights.get(&state.pool, found.user, today, found.versions).await?;
    let viewer = Viewer {
        id: found.user,
        session: found.session,
        email: found.email,
        name_ja: found.name_ja,
        name_en: found.name_en,
        language: found.language,
        yen_unit: found.yen_unit,
        must_change_password: found.must_change_password,
        rights,
    };
    Ok((Some(Arc::new(viewer)), found.versions, found.audited))
}

fn language_in_query(query: Option<&str>) -> Option<Language> {
    query?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::from_code)
}

/// Japanese, unless the browser names English and no Japanese.
fn preferred_language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = accepted.split(',').map(str::trim).find(|tag| tag.starts_with("ja") || tag.starts_with("en"));
    match first {
        Some(tag) if tag.starts_with("en") && !accepted.contains("ja") => Language::En,
        _ => Language::Ja,
    }
}

fn client_address(request: &Request) -> String {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "local".to_owned(), |ConnectInfo(address)| address.ip().to_string())
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok()));
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
