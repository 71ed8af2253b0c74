//! Static files compiled into the program, under names that carry a hash of all of them, so that browsers may keep
//! them for good and a module may import its neighbour by a relative path.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

#[derive(rust_embed::RustEmbed)]
#[folder = "static/"]
struct Files;

/// The fingerprint of this build's static files.
#[derive(Debug)]
pub struct Assets {
    fingerprint: String,
    /// `css/app.css` with its imports in place, so that a page loads one stylesheet.
    stylesheet: String,
}

impl Assets {
    /// Hashes every file.
    pub fn load() -> Self {
        let mut names: Vec<_> = Files::iter().collect();
        names.sort();
        let mut hasher = Sha256::new();
        for name in &names {
            if let Some(file) = Files::get(name) {
                hasher.update(name.as_bytes());
                hasher.update(file.metadata.sha256_hash());
            }
        }
        let mut fingerprint = hex::encode(hasher.finalize());
        fingerprint.truncate(12);
        Self { fingerprint, stylesheet: joined_stylesheet() }
    }

    /// The address of a file such as `css/app.css`.
    pub fn href(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.fingerprint)
    }
}

fn joined_stylesheet() -> String {
    let text = |name: &str| {
        Files::get(name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default()
    };
    let mut joined = String::new();
    for line in text("css/app.css").lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(component) => joined.push_str(&text(&format!("css/{component}"))),
            None => joined.push_str(line),
        }
        joined.push('\n');
    }
    joined
}

/// Serves one file; names under an old fingerprint get the present file without a long life.
pub fn serve(assets: &Assets, fingerprint: &str, name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Files::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let joined = (name == "css/app.css").then_some(&assets.stylesheet);
    let etag = match joined {
        Some(_) => format!("\"{}\"", assets.fingerprint),
        None => format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..8])),
    };
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    let life =
        if fingerprint == assets.fingerprint { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = content_type(name).to_owned();
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, life.to_owned()), (header::ETAG, etag)];
    let body = joined.map_or_else(|| file.data.into_owned(), |css| css.clone().into_bytes());
    (headers, body).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stylesheet_is_joined_from_every_component() {
        let css = Assets::load().stylesheet;
        assert!(!css.contains("@import"), "an import is left to the browser");
        for name in Files::iter().filter(|name| name.starts_with("css/") && *name != "css/app.css") {
            let file = Files::get(&name).expect("the name was just listed");
            let text = String::from_utf8_lossy(&file.data).into_owned();
            assert!(css.contains(&text), "{name} is not imported by app.css");
        }
    }
}
