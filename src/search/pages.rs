//! The page of search.

use std::sync::Arc;

use askama::Template;
use serde::Deserialize;

use crate::db::Recent;
use crate::kernel::text::fold;
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::tasks::filter::{Filter, Sought, resolve};
use crate::portfolio::tasks::query::{Finding, TaskQuery, YearChoice, parse};
use crate::portfolio::tasks::{ListAddress, list_path, task_path};
use crate::web::{Asked, Cx, Language, Outcome, Page, Section, render};

use super::model::{Found, NameHit, TaskHit};
use super::{Piece, marked, queries};

/// Programs shown.
const PROGRAMS: usize = 8;

#[derive(Template)]
#[template(path = "search/show.html")]
struct SearchPage {
    page: Page,
    q: String,
    asked: bool,
    findings: Vec<Finding>,
    count: String,
    tasks: Vec<Hit>,
    more_href: Option<String>,
    groups: Vec<Group>,
}

struct Hit {
    href: String,
    title: Vec<Piece>,
    other_title: Vec<Piece>,
    snippet: Vec<Piece>,
    /// Number, program, institution, lead, period and amount.
    facts: Vec<Piece>,
    restricted: bool,
}

/// Programs, institutions or people.
struct Group {
    label: &'static str,
    names: Vec<Name>,
}

struct Name {
    name: Vec<Piece>,
    note: String,
    href: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    q: String,
}

pub async fn show(cx: Cx, Asked(asking): Asked<Asking>) -> Outcome {
    let l = cx.l;
    let c = catalogue::of(&cx).await?;
    let parsed = parse(&asking.q);
    let mut query = parsed.query;
    // A search is over all years unless the query names one.
    if query.year == YearChoice::Running {
        query.year = YearChoice::All;
    }
    let (filter, unknown) = resolve(&query, &c, cx.today(), cx.fiscal_year());
    let words: Vec<String> =
        query.words().into_iter().filter_map(Sought::new).map(|sought| sought.folded).collect();
    let asked = !filter.clauses.is_empty();
    let found = if asked { found(&cx, &query, &filter, &words).await? } else { Arc::default() };
    let page = cx.page(Section::Search, l.t("検索", "Search"));
    let shown = i64::try_from(found.tasks.len()).unwrap_or(i64::MAX);
    render(&SearchPage {
        q: asking.q,
        asked,
        findings: parsed.findings.into_iter().chain(unknown).collect(),
        count: found.counted.in_words(l),
        more_href: (found.counted.hits > shown).then(|| list_path(&ListAddress::new(&query))),
        tasks: found.tasks.iter().map(|hit| task(hit, &words, &c, &page)).collect(),
        groups: groups(&found, &words, &c, l),
        page,
    })
}

#[derive(Default)]
struct Kept(Recent<KeptKey, Arc<Found>, 200>);

/// The query, the viewer's sight, the day, and the versions of the portfolio and the reference data.
type KeptKey = (String, String, chrono::NaiveDate, i64, i64);

/// What the search finds, from memory while it is true.
async fn found(cx: &Cx, query: &TaskQuery, filter: &Filter, words: &[String]) -> sqlx::Result<Arc<Found>> {
    let kept = cx.state.memory.of::<Kept>();
    let rights = &cx.viewer.rights;
    let versions = cx.facts.versions;
    let key = (query.print(), rights.visibility_key(), cx.today(), versions.portfolio, versions.reference);
    if let Some(found) = kept.0.get(&key) {
        return Ok(found);
    }
    let pool = &cx.state.read_pool;
    let (tasks, counted) =
        tokio::try_join!(queries::tasks(pool, filter, rights), queries::count(pool, filter, rights))?;
    let (institutions, people) = if words.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        tokio::try_join!(queries::institutions(pool, words, rights), queries::people(pool, words, rights))?
    };
    let made = Arc::new(Found { tasks, counted, institutions, people });
    kept.0.put(key, made.clone());
    Ok(made)
}

fn task(hit: &TaskHit, words: &[String], c: &Catalogue, page: &Page) -> Hit {
    let l = page.l;
    let (title, other_title) = match &hit.title_en {
        Some(en) if !l.is_ja() => (en.clone(), hit.title_ja.clone()),
        Some(en) => (hit.title_ja.clone(), en.clone()),
        None => (hit.title_ja.clone(), Vec::new()),
    };
    let facts = [
        words_in(hit.number.as_deref().unwrap_or_default(), words),
        plain(c.program(hit.program_id).map(|p| p.name(l)).unwrap_or_default()),
        name(hit.institution_ja.as_deref(), hit.institution_en.as_deref(), words, l),
        name(hit.lead_ja.as_deref(), hit.lead_en.as_deref(), words, l),
        plain(&format!("{} – {}", hit.starts_on, hit.ends_on)),
        plain(&page.yen_with_unit(&hit.amount)),
    ];
    let mut joined: Vec<Piece> = Vec::new();
    for fact in facts.into_iter().filter(|fact| !fact.is_empty()) {
        if !joined.is_empty() {
            joined.extend(plain(l.t("　", " · ")));
        }
        joined.extend(fact);
    }
    Hit {
        href: task_path(hit.id.into()),
        title,
        // The other language is shown where the words stand only there.
        other_title: if other_title.iter().any(|p| p.hit) { other_title } else { Vec::new() },
        snippet: hit.snippet.clone(),
        facts: joined,
        restricted: hit.restricted,
    }
}

fn words_in(text: &str, words: &[String]) -> Vec<Piece> {
    marked(text, &words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn plain(text: &str) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece { text: text.to_owned(), hit: false }] }
}

/// A name with its hits; with the other language in brackets where the words stand only there.
fn name(ja: Option<&str>, en: Option<&str>, words: &[String], l: Language) -> Vec<Piece> {
    let Some(ja) = ja else { return Vec::new() };
    let shown = l.name(ja, en);
    let other = if shown == ja { en.unwrap_or_default() } else { ja };
    let (mut pieces, other) = (words_in(shown, words), words_in(other, words));
    if !pieces.iter().any(|p| p.hit) && other.iter().any(|p| p.hit) {
        pieces.extend(plain(l.t("（", " (")));
        pieces.extend(other);
        pieces.extend(plain(l.t("）", ")")));
    }
    pieces
}

fn groups(found: &Found, words: &[String], c: &Catalogue, l: Language) -> Vec<Group> {
    let folded: Vec<&str> = words.iter().map(String::as_str).collect();
    let programs = if words.is_empty() { Vec::new() } else { programs(c, &folded, l) };
    let led = |place: &str, hits: &[NameHit]| {
        let name = |hit: &NameHit| Name {
            name: marked(l.name(&hit.name_ja, hit.name_en.as_deref()), &folded),
            note: [
                hit.note.clone(),
                format!("{}{}{}", l.t("課題", ""), hit.tasks.in_words(l), l.t("", " tasks")),
            ]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(l.t("　", " · ")),
            href: format!("/{place}/{}", hit.id),
        };
        hits.iter().map(name).collect::<Vec<_>>()
    };
    [
        Group { label: l.t("事業", "Programs"), names: programs },
        Group { label: l.t("研究機関", "Institutions"), names: led("institutions", &found.institutions) },
        Group { label: l.t("研究者", "People"), names: led("people", &found.people) },
    ]
    .into_iter()
    .filter(|group| !group.names.is_empty())
    .collect()
}

/// Programs whose name in either language holds every word.
fn programs(c: &Catalogue, words: &[&str], l: Language) -> Vec<Name> {
    let holds = |name: &str| {
        let name = fold(name);
        words.iter().all(|word| name.contains(word))
    };
    c.programs
        .iter()
        .filter(|p| holds(&p.name_ja) || p.name_en.as_deref().is_some_and(holds))
        .take(PROGRAMS)
        .map(|p| Name {
            name: marked(p.name(l), words),
            note: p.code.clone(),
            href: format!("/programs/{}", crate::web::paths::encode(&p.code)),
        })
        .collect()
}
