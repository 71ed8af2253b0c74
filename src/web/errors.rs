//! Errors by what the visitor meets. A page that fails still tells what happened and what to do next.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::kernel::{Language, Said};

use super::AppState;
use super::conflict::Conflict;
use super::cx::Facts;
use super::layout::{Page, Section};

/// What a handler returns.
pub type Outcome = Result<Response, PageError>;

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    /// 404: it does not exist, or the viewer may not know that it does.
    NotFound,
    /// 403: the viewer may know it exists, but not do this.
    Forbidden(Said),
    /// 409: somebody was faster; both texts are shown.
    Conflict(Box<Conflict>),
    /// 422: the request as a whole cannot be done; what to do is said.
    Refused(Said),
    /// 413: larger than accepted.
    TooLarge(Said),
    /// 500: our fault; the visitor gets an incident id, the log the rest.
    Unexpected(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Unexpected(error.into())
    }
}

/// What the error page will print; travels in the response until the layer that knows the visitor's language.
#[derive(Clone)]
struct Failure {
    status: StatusCode,
    said: Option<Said>,
    conflict: Option<Box<Conflict>>,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let failure = |status, said| Failure { status, said, conflict: None };
        let failure = match self {
            Self::NotFound => failure(StatusCode::NOT_FOUND, None),
            Self::Forbidden(said) => failure(StatusCode::FORBIDDEN, Some(said)),
            Self::Refused(said) => failure(StatusCode::UNPROCESSABLE_ENTITY, Some(said)),
            Self::TooLarge(said) => failure(StatusCode::PAYLOAD_TOO_LARGE, Some(said)),
            Self::Conflict(c) => Failure { status: StatusCode::CONFLICT, said: None, conflict: Some(c) },
            Self::Unexpected(error) => {
                tracing::error!("A request failed: {error:#}");
                failure(StatusCode::INTERNAL_SERVER_ERROR, None)
            }
        };
        let mut response = failure.status.into_response();
        response.extensions_mut().insert(failure);
        response
    }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    heading: String,
    message: String,
    incident: Option<String>,
    conflict: Option<Box<Conflict>>,
    /// The page of ours from which the form was sent.
    back: Option<String>,
}

/// Turns bare error responses into pages in the visitor's language.
pub async fn error_pages(
    axum::extract::State(state): axum::extract::State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let facts = request.extensions().get::<Facts>().cloned();
    let wants_page =
        !request.uri().path().starts_with("/assets/") && !request.uri().path().starts_with("/live/");
    let back = sent_from(&request);
    let owner = owning_page(&request);
    let mut response = next.run(request).await;
    let Some(facts) = facts else { return response };
    let failure = match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure,
        None if wants_page && is_bare_error(&response) => {
            Failure { status: response.status(), said: None, conflict: None }
        }
        None => return response,
    };
    if failure.status == StatusCode::METHOD_NOT_ALLOWED
        && let Some(owner) = owner
    {
        return Redirect::to(&owner).into_response();
    }
    let page = error_page(&state, &facts, failure, back);
    match page.render() {
        Ok(html) => {
            let mut rendered = Html(html).into_response();
            *rendered.status_mut() =
                StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            rendered.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            rendered
        }
        Err(error) => {
            tracing::error!("The error page failed: {error}");
            response
        }
    }
}

fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Where somebody goes who opens an address that takes forms alone: it stays in the address bar after a refused form,
/// and the language switch or a reload opens it. That is the page one step above, which holds the form.
fn owning_page(request: &Request) -> Option<String> {
    let (above, _) = request.uri().path().rsplit_once('/').filter(|_| request.method() == Method::GET)?;
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    (!above.is_empty()).then(|| format!("{above}{query}"))
}

/// The page from which a form was sent, when it is one of ours: path and query.
fn sent_from(request: &Request) -> Option<String> {
    if request.method().is_safe() {
        return None;
    }
    let text = |name: header::HeaderName| {
        request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let from = text(header::REFERER)?;
    let from = from.strip_prefix("https://").or_else(|| from.strip_prefix("http://"))?;
    let path = from.strip_prefix(text(header::HOST)?)?;
    path.starts_with('/').then(|| path.to_owned())
}

fn error_page(state: &AppState, facts: &Facts, failure: Failure, back: Option<String>) -> ErrorPage {
    let l = facts.language;
    let (heading, message) = words(l, failure.status);
    let incident = failure.status.is_server_error().then(|| facts.request_id.clone());
    ErrorPage {
        page: Page::new(state, facts, Section::None, heading.to_owned()),
        status: failure.status.as_u16(),
        heading: heading.to_owned(),
        message: failure.said.map_or_else(|| message.to_owned(), |said| said.in_language(l).to_owned()),
        incident,
        conflict: failure.conflict,
        back,
    }
}

fn words(l: Language, status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            l.t("ページが見つかりません", "Page not found"),
            l.t(
                "アドレスが違うか、閲覧できる範囲にありません。検索するか、ホームから開き直してください。",
                "The address is wrong, or it lies outside what you may see. Search, or start from the home page.",
            ),
        ),
        StatusCode::FORBIDDEN => (
            l.t("この操作はできません", "Not permitted"),
            l.t(
                "この操作を行う権限がないか、別のサイトから送信されました。画面を開き直してからやり直してください。",
                "You may not do this, or the request came from another site. Reopen the page and try again.",
            ),
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            l.t("この操作はできません", "Not possible here"),
            l.t("画面を開き直してからやり直してください。", "Reopen the page and try again."),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            l.t("ファイルまたは入力が大きすぎます", "Too large"),
            l.t("上限を超えています。分割するか、小さくして送り直してください。", "Split it or make it smaller, then send it again."),
        ),
        StatusCode::CONFLICT => (
            l.t("ほかの人が先に更新しました", "Somebody else was faster"),
            l.t(
                "入力した内容は失われていません。下の両方を見比べて、どちらを残すか決めてください。",
                "Nothing you typed is lost. Compare both versions below and decide which to keep.",
            ),
        ),
        StatusCode::UNPROCESSABLE_ENTITY => (
            l.t("処理できませんでした", "This could not be done"),
            l.t("内容を確認して、もう一度送信してください。", "Check the input and send it again."),
        ),
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => (
            l.t("時間内に終わりませんでした", "It took too long"),
            l.t("しばらく待ってからやり直してください。", "Wait a moment and try again."),
        ),
        _ => (
            l.t("サーバーでエラーが起きました", "Something went wrong on our side"),
            l.t(
                "処理は取り消され、データは変わっていません。繰り返す場合は、下の番号を管理者に伝えてください。",
                "The action was undone and no data changed. If it happens again, give the number below to an administrator.",
            ),
        ),
    }
}
