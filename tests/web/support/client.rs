//! One browser per persona: cookies, forms, uploads.

#![allow(
    dead_code,
    reason = "the toolkit of all tests; not every helper is used in every state of the suite"
)]

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use chrono::Duration;
use nakadachi::accounts::actions::{random_token, token_hash};
use tower::ServiceExt;

use super::{Page, TestApp, noon};

/// The people of the small world. PS, PO and division hold program P1; PD project 1; DC cancer; observer MHLW.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persona {
    /// Not signed in.
    Stranger,
    Administrator,
    Unit,
    Pd,
    Ps,
    Po,
    Dc,
    Division,
    Committee,
    Observer,
    Auditor,
    /// Signed in without any role.
    NoRole,
    /// PS of the other program, P2.
    OtherPs,
}

impl Persona {
    pub const ALL: [Self; 13] = [
        Self::Stranger,
        Self::Administrator,
        Self::Unit,
        Self::Pd,
        Self::Ps,
        Self::Po,
        Self::Dc,
        Self::Division,
        Self::Committee,
        Self::Observer,
        Self::Auditor,
        Self::NoRole,
        Self::OtherPs,
    ];

    /// The account's name before the @, and the column of docs/access.md.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Administrator => "admin",
            Self::Unit => "unit",
            Self::Pd => "pd",
            Self::Ps => "ps",
            Self::Po => "po",
            Self::Dc => "dc",
            Self::Division => "division",
            Self::Committee => "committee",
            Self::Observer => "observer",
            Self::Auditor => "auditor",
            Self::NoRole => "norole",
            Self::OtherPs => "otherps",
        }
    }
}

pub struct Client {
    router: Router,
    cookie: Option<String>,
    language: &'static str,
}

impl Client {
    pub async fn signed_in(app: &TestApp, persona: Persona) -> Self {
        let cookie = if persona == Persona::Stranger { None } else { Some(open_session(app, persona).await) };
        Self { router: app.router.clone(), cookie, language: "ja" }
    }

    /// The same browser with pages in English.
    pub fn in_english(mut self) -> Self {
        self.language = "en";
        self
    }

    /// The same browser with another cookie instead of its session.
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
    }

    /// The same browser with a cookie more.
    pub fn with_cookie_added(mut self, cookie: &str) -> Self {
        self.cookie = Some(self.cookie.map_or_else(|| cookie.to_owned(), |own| format!("{own}; {cookie}")));
        self
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a browser on this site does.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let encode = nakadachi::web::paths::encode;
        let body =
            fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect::<Vec<_>>().join("&");
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with one file in the field `file`.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], file_name: &str, bytes: &[u8]) -> Page {
        const BOUNDARY: &str = "----nakadachi-test-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a request as it is, with this browser's cookies.
    pub async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.expect("the router cannot fail");
        let (parts, body) = response.into_parts();
        // A stream has no end to wait for.
        let endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if endless { Body::empty() } else { body };
        let bytes = axum::body::to_bytes(body, 200 << 20).await.expect("reading the body");
        Page { status: parts.status, headers: parts.headers, body: bytes.to_vec() }
    }

    /// Opens a live stream; see `live::Stream`.
    pub async fn open(&self, router: &Router, path: &str) -> axum::response::Response {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.expect("the router cannot fail")
    }

    /// A request with this browser's cookies and host.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut cookies = vec![format!("nk_lang={}", self.language)];
        cookies.extend(self.cookie.clone());
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, cookies.join("; "))
    }
}

async fn open_session(app: &TestApp, persona: Persona) -> String {
    let token = random_token().expect("random bytes");
    sqlx::query(
        "INSERT INTO sessions (id, token_hash, user_id, user_agent, address, created_at, last_seen_at, expires_at)
         SELECT gen_random_uuid(), $1, id, 'test', 'local', $2, $2, $3 FROM users WHERE email = $4",
    )
    .bind(token_hash(&token))
    .bind(noon())
    .bind(noon() + Duration::days(3650))
    .bind(format!("{}@example.jp", persona.name()))
    .execute(&app.pool)
    .await
    .expect("opening a session");
    format!("nk_session={token}")
}
