//! The application: every slice's routes and every layer. The only file that names all slices.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::web::access::{Access, Route};
use crate::web::{AppState, AtPath, PageError, Routes, assets, errors, identify, observe, security};
use crate::{accounts, admin, analytics, audit, budget, home, imports, matching, milestones, portfolio};

/// Largest form that is not an upload, in bytes.
const FORM_BYTES: usize = 2 << 20;

/// Every route of the product with its access.
pub fn routes() -> Routes {
    Routes::new()
        .merge(operations())
        .merge(crate::search::routes::routes())
        .merge(accounts::routes::routes())
        .merge(admin::routes::routes())
        .merge(audit::routes::routes())
        .merge(portfolio::vocabularies::routes::routes())
        .merge(analytics::routes::routes())
        .merge(portfolio::tasks::routes::routes())
        .merge(portfolio::opinions::routes::routes())
        .merge(portfolio::conflicts::routes::routes())
        .merge(imports::routes::routes())
        .merge(milestones::routes::routes())
        .merge(budget::ledger::routes::routes())
        .merge(budget::imports::routes::routes())
        .merge(budget::versions::routes::routes())
        .merge(budget::slips::routes::routes())
        .merge(budget::scenarios::routes::routes())
        .merge(budget::overview::routes::routes())
        .merge(budget::contracts::routes::routes())
        .merge(portfolio::projects::routes::routes())
        .merge(portfolio::programs::routes::routes())
        .merge(portfolio::diseases::routes::routes())
        .merge(portfolio::institutions::routes::routes())
        .merge(portfolio::people::routes::routes())
        .merge(matching::solutions::routes::routes())
        .merge(crate::gates::routes::routes())
        .merge(home::routes::routes())
        .merge(matching::thesaurus::routes::routes())
        .merge(matching::tagging::routes::routes())
        .merge(matching::sessions::routes::routes())
        .merge(matching::allocations::routes::routes())
        .merge(matching::interest::routes::routes())
        .merge(matching::consent::routes::routes())
        .merge(matching::duplicates::routes::routes())
        .merge(matching::onward::routes::routes())
        .merge(matching::options::routes::routes())
        .merge(matching::ledger::routes::routes())
        .merge(matching::salvage::routes::routes())
}

/// The table of all routes, for the access matrix.
pub fn route_table() -> Vec<Route> {
    routes().into_parts().1
}

/// The application, ready to serve.
pub fn build(state: AppState) -> Router {
    behind_every_layer(routes(), state)
}

/// These routes with what every request goes through.
pub fn behind_every_layer(routes: Routes, state: AppState) -> Router {
    observe::metrics_handle();
    let (router, _) = routes.into_parts();
    router
        .fallback(|| async { PageError::NotFound })
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(120)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(state.clone(), errors::error_pages))
        .layer(from_fn_with_state(state.clone(), identify::identify))
        .layer(from_fn(security::headers))
        .layer(from_fn(observe::observe))
        .with_state(state)
}

fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    PageError::Unexpected(anyhow::anyhow!("panic: {}", text.unwrap_or("unknown"))).into_response()
}

fn operations() -> Routes {
    Routes::new()
        .get("/assets/{fingerprint}/{*name}", Access::Public, asset)
        .get("/healthz", Access::Public, || async { "ok" })
        .get("/readyz", Access::Public, ready)
        .get("/metrics", Access::Public, metrics)
}

async fn asset(
    State(state): State<AppState>,
    AtPath((fingerprint, name)): AtPath<(String, String)>,
    headers: HeaderMap,
) -> Response {
    assets::serve(&state.assets, &fingerprint, &name, &headers)
}

async fn ready(State(state): State<AppState>) -> Response {
    match sqlx::query_scalar!("SELECT 1").fetch_one(&state.pool).await {
        Ok(_) => "ready".into_response(),
        Err(error) => {
            tracing::warn!("Not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "the database does not answer")
                .into_response()
        }
    }
}

async fn metrics() -> String {
    observe::metrics_handle().render()
}
