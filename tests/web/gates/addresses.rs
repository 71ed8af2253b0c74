//! Every address of the product that shows something: the route table's, found by following links as people do, and
//! those that no link leads to filled with ids.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::http::Method;
use nakadachi::app::route_table;
use nakadachi::web::paths::encode;

use crate::support::Client;

/// Addresses of one route that are walked at most for each set of query words.
const PER_KIND: usize = 2;

/// Every GET route that answers with something to read.
pub fn patterns() -> Vec<&'static str> {
    let endless = |path: &str| path.ends_with("/events");
    let technical = ["/assets/{fingerprint}/{*name}", "/metrics", "/healthz", "/readyz"];
    let table = route_table();
    let read = table.iter().filter(|r| r.method == Method::GET).map(|r| r.path);
    read.filter(|path| !endless(path) && !technical.contains(path)).collect()
}

/// The route of an address; one without parameters goes before one with them.
fn pattern_of(patterns: &[&'static str], address: &str) -> Option<&'static str> {
    let path = address.split('?').next().unwrap_or_default();
    let fits = |pattern: &&&'static str| {
        let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(w), Some(g)) if w == g || (w.starts_with('{') && !g.is_empty()) => {}
                _ => return false,
            }
        }
    };
    patterns.iter().filter(fits).min_by_key(|p| p.matches('{').count()).copied()
}

fn words_of(address: &str) -> String {
    let query = address.split_once('?').map(|(_, q)| q).unwrap_or_default();
    query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
        .join("&")
}

/// A walk over the product by people who see much, from every route without parameters along the links.
pub struct Walk {
    pub addresses: Vec<String>,
    /// Routes to which nothing led.
    pub unreached: Vec<&'static str>,
}

impl Walk {
    /// Walks as each of `people`; `seek` are words that are searched for, `ids` fill routes that have parameters. What none
    /// of them may open is left out: nobody else may.
    pub async fn by(people: &[&Client], seek: &[&str], ids: &[String]) -> Self {
        let patterns = patterns();
        let mut queue: VecDeque<String> = VecDeque::new();
        for pattern in &patterns {
            if !pattern.contains('{') {
                queue.push_back((*pattern).to_owned());
                queue.extend(seek.iter().map(|word| format!("{pattern}?q={}", encode(word))));
                queue.push_back(format!("{pattern}?all=1&months=24&show=all&open=1"));
            }
        }
        for pattern in patterns.iter().filter(|p| p.contains('{')) {
            for id in ids {
                let filled =
                    pattern.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part });
                queue.push_back(filled.collect::<Vec<_>>().join("/"));
            }
        }
        let (mut seen, mut walked) = (BTreeSet::new(), BTreeSet::new());
        let mut taken: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
        let mut reached: BTreeSet<&'static str> = BTreeSet::new();
        while let Some(address) = queue.pop_front() {
            let Some(pattern) = pattern_of(&patterns, &address) else { continue };
            if !seen.insert(address.clone()) {
                continue;
            }
            if !ids.iter().any(|id| address.contains(id)) {
                let of_kind = taken.entry((pattern, words_of(&address))).or_default();
                *of_kind += 1;
                if *of_kind > PER_KIND.max(seek.len()) {
                    continue;
                }
            }
            for person in people {
                let page = person.get(&address).await;
                if page.status == 404 {
                    continue;
                }
                // An answer about a row, be it that the time for this page is over.
                if page.status != 403 {
                    reached.insert(pattern);
                }
                walked.insert(address.clone());
                let kind = page.headers.get("content-type").map(|kind| kind.to_str().unwrap());
                if kind.is_some_and(|kind| kind.starts_with("text/html")) {
                    let links = page.attributes("a[href]", "href").into_iter();
                    let links = links.chain(page.attributes("form[method=get]", "action"));
                    queue.extend(links.filter_map(|href| {
                        let href = href.split('#').next().unwrap_or_default();
                        let leads =
                            href.starts_with('/') && !href.starts_with("//") && !href.contains("lang=");
                        leads.then(|| href.to_owned())
                    }));
                }
            }
        }
        let unreached = patterns.iter().filter(|p| !reached.contains(*p)).copied().collect();
        Self { addresses: walked.into_iter().collect(), unreached }
    }
}
