//! Signing in and out in the browser.

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::web::identify::session_cookie_value;
use crate::web::{Asked, Cx, Outcome, Page, Submitted, Visitor, paths, render, render_invalid};

use super::{actions, queries};

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    page: Page,
    email: String,
    next: String,
    error: Option<String>,
    /// Nobody has an account yet.
    is_new: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInQuery {
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: String,
    next: String,
}

pub async fn sign_in_form(visitor: Visitor, Asked(query): Asked<SignInQuery>) -> Outcome {
    if visitor.facts.viewer.is_some() {
        return Ok(Redirect::to(safe_next(&query.next)).into_response());
    }
    let page = visitor.page(visitor.l.t("サインイン", "Sign in"));
    let is_new = queries::is_without_accounts(&visitor.state.pool).await?;
    render(&SignInPage { page, email: String::new(), next: query.next, error: None, is_new })
}

pub async fn sign_in(
    visitor: Visitor,
    headers: HeaderMap,
    Submitted(form): Submitted<SignInForm>,
) -> Outcome {
    let user_agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let origin = actions::Origin {
        address: &visitor.facts.address,
        user_agent,
        request_id: Some(visitor.facts.request_id.clone()),
    };
    match actions::sign_in(&visitor.state.pool, &form.email, form.password, origin, visitor.now).await? {
        Ok(token) => {
            let cookie = session_cookie_value(visitor.state.settings.https, &token);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(safe_next(&form.next))).into_response())
        }
        Err(refusal) => {
            let page = visitor.page(visitor.l.t("サインイン", "Sign in"));
            let error = Some(refusal.said().in_language(visitor.l).to_owned());
            let is_new = queries::is_without_accounts(&visitor.state.pool).await?;
            render_invalid(&SignInPage { page, email: form.email, next: form.next, error, is_new })
        }
    }
}

pub async fn sign_out(cx: Cx) -> Outcome {
    actions::sign_out(cx.pool(), &cx.viewer, Some(cx.facts.request_id.clone()), cx.now).await?;
    Ok(signed_out(cx.state.settings.https))
}

fn signed_out(https: bool) -> Response {
    ([(header::SET_COOKIE, session_cookie_value(https, ""))], Redirect::to("/sign-in")).into_response()
}

fn safe_next(next: &str) -> &str {
    if paths::is_local(next) { next } else { "/" }
}
