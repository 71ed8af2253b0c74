//! All SQL of search.

use chrono::NaiveDate;
use sqlx::PgPool;
use uuid::Uuid;

use crate::accounts::Rights;
use crate::kernel::Yen;
use crate::portfolio::tasks::filter::{Clause, Condition, Filter, Sought, like_pattern};
use crate::portfolio::tasks::sql::{Sql, push_clause, push_source, push_visible, push_words};

use super::marks::{marked, snippet};
use super::model::{Counted, NameHit, TaskHit};

/// Hits are counted up to here.
pub const COUNTED: i64 = 500;
/// Tasks shown on the page; the list has the rest.
const SHOWN: i64 = 50;
/// Institutions and people shown.
const NAMES: i64 = 8;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: Option<String>,
    title_ja: String,
    title_en: Option<String>,
    summary_ja: Option<String>,
    summary_en: Option<String>,
    keywords: Vec<String>,
    program_id: Uuid,
    institution_ja: Option<String>,
    institution_en: Option<String>,
    lead_ja: Option<String>,
    lead_en: Option<String>,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    amount_yen: Yen,
    restricted: bool,
}

/// The words of a filter, and its other conditions.
fn divided(filter: &Filter) -> (Vec<&Sought>, Vec<&Clause>) {
    let (mut words, mut others) = (Vec::new(), Vec::new());
    for clause in &filter.clauses {
        match &clause.condition {
            Condition::Words(sought) if !clause.negated => words.push(sought),
            _ => others.push(clause),
        }
    }
    (words, others)
}

/// Tasks with the words in their titles first, then the others; both by the end of their period, latest first.
pub async fn tasks(pool: &PgPool, filter: &Filter, rights: &Rights) -> sqlx::Result<Vec<TaskHit>> {
    let (words, _) = divided(filter);
    let folded: Vec<&str> = words.iter().map(|w| w.folded.as_str()).collect();
    let by_title = words.iter().any(|w| !w.pairs().is_empty());
    let mut rows: Vec<Row> = Vec::new();
    if by_title {
        rows = hits(pool, filter, rights, Part::InTitles, SHOWN).await?;
    }
    let room = SHOWN - i64::try_from(rows.len()).unwrap_or(SHOWN);
    if room > 0 {
        let part = if by_title { Part::Elsewhere } else { Part::Anywhere };
        rows.extend(hits(pool, filter, rights, part, room).await?);
    }
    Ok(rows.into_iter().map(|row| hit(row, &folded)).collect())
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    InTitles,
    Elsewhere,
    Anywhere,
}

async fn hits(
    pool: &PgPool,
    filter: &Filter,
    rights: &Rights,
    part: Part,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let mut sql = Sql::new(
        "SELECT r.id, r.number, t.title_ja, t.title_en, t.summary_ja, t.summary_en, t.keywords, r.program_id, \
         i.name_ja AS institution_ja, i.name_en AS institution_en, p.name_ja AS lead_ja, p.name_en AS lead_en, \
         t.starts_on, t.ends_on, r.amount_yen, t.restricted \
         FROM (SELECT t.id, y.program_id, y.amount_yen, coalesce(y.task_number, t.stable_number) AS number, t.ends_on",
    );
    push_found(&mut sql, filter, rights, part);
    sql.push(" ORDER BY t.ends_on DESC, t.id DESC LIMIT ").push(limit.to_string());
    sql.push(
        ") r JOIN tasks t ON t.id = r.id LEFT JOIN institutions i ON i.id = t.institution_id \
         LEFT JOIN people p ON p.id = t.lead_person_id ORDER BY r.ends_on DESC, r.id DESC",
    );
    // Planned for its words each time: a rare word wants the index, a frequent one the order of the list.
    sql.build_query_as().persistent(false).fetch_all(pool).await
}

fn push_found(sql: &mut Sql, filter: &Filter, rights: &Rights, part: Part) {
    let (words, others) = divided(filter);
    push_source(sql, filter, rights);
    for clause in others {
        sql.push(" AND ");
        push_clause(sql, clause);
    }
    for word in &words {
        sql.push(" AND (");
        push_words(sql, word, part == Part::InTitles && !word.pairs().is_empty());
        sql.push(")");
    }
    if part == Part::Elsewhere {
        let in_titles: Vec<i32> = words.iter().flat_map(|word| word.pairs()).collect();
        sql.push(" AND NOT t.title_pairs @> ").push_bind(in_titles);
    }
}

fn hit(row: Row, words: &[&str]) -> TaskHit {
    let keywords = row.keywords.join("、");
    let elsewhere = [row.summary_ja.as_deref(), row.summary_en.as_deref(), Some(keywords.as_str())];
    let found = elsewhere.into_iter().flatten().find_map(|text| snippet(text, words, 120));
    TaskHit {
        id: row.id,
        number: row.number,
        title_ja: marked(&row.title_ja, words),
        title_en: row.title_en.as_deref().map(|title| marked(title, words)),
        snippet: found.unwrap_or_default(),
        program_id: row.program_id,
        institution_ja: row.institution_ja,
        institution_en: row.institution_en,
        lead_ja: row.lead_ja,
        lead_en: row.lead_en,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        amount: row.amount_yen,
        restricted: row.restricted,
    }
}

/// How many tasks match, up to [`COUNTED`].
pub async fn count(pool: &PgPool, filter: &Filter, rights: &Rights) -> sqlx::Result<Counted> {
    let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1");
    push_found(&mut sql, filter, rights, Part::Anywhere);
    sql.push(" LIMIT ").push((COUNTED + 1).to_string()).push(") hits");
    let hits: i64 = sql.build_query_scalar().persistent(false).fetch_one(pool).await?;
    Ok(bounded(hits, COUNTED))
}

fn bounded(hits: i64, limit: i64) -> Counted {
    Counted { hits: hits.min(limit), more: hits > limit }
}

#[derive(sqlx::FromRow)]
struct NameRow {
    id: Uuid,
    name_ja: String,
    name_en: Option<String>,
    note: Option<String>,
    tasks: i64,
}

/// Institutions whose name holds every word and that lead a visible task.
pub async fn institutions(pool: &PgPool, words: &[String], rights: &Rights) -> sqlx::Result<Vec<NameHit>> {
    let mut sql = Sql::new("SELECT n.id, n.name_ja, n.name_en, NULL::text AS note, ");
    push_led(&mut sql, "institution_id", rights);
    sql.push(" FROM institutions n WHERE true");
    named(pool, sql, "institution_id", words, rights).await
}

/// People whose name holds every word and who lead a visible task.
pub async fn people(pool: &PgPool, words: &[String], rights: &Rights) -> sqlx::Result<Vec<NameHit>> {
    let mut sql = Sql::new(
        "SELECT n.id, n.name_ja, n.name_en, \
         (SELECT name_ja FROM institutions i WHERE i.id = n.institution_id) AS note, ",
    );
    push_led(&mut sql, "lead_person_id", rights);
    sql.push(" FROM people n WHERE true");
    named(pool, sql, "lead_person_id", words, rights).await
}

fn push_led(sql: &mut Sql, column: &'static str, rights: &Rights) {
    sql.push("(SELECT count(*) FROM (SELECT 1 FROM tasks t WHERE t.").push(column).push(" = n.id AND ");
    push_visible(sql, rights);
    sql.push(" LIMIT ").push((COUNTED + 1).to_string()).push(") led) AS tasks");
}

async fn named(
    pool: &PgPool,
    mut sql: Sql,
    column: &'static str,
    words: &[String],
    rights: &Rights,
) -> sqlx::Result<Vec<NameHit>> {
    for word in words {
        sql.push(" AND (n.folded LIKE ").push_bind(like_pattern(word));
        sql.push(" OR lower(n.name_en) LIKE ").push_bind(like_pattern(word)).push(")");
    }
    sql.push(" AND EXISTS (SELECT 1 FROM tasks t WHERE t.").push(column).push(" = n.id AND ");
    push_visible(&mut sql, rights);
    sql.push(") ORDER BY length(n.name_ja), n.name_ja, n.id LIMIT ").push(NAMES.to_string());
    let rows: Vec<NameRow> = sql.build_query_as().fetch_all(pool).await?;
    let hit = |row: NameRow| NameHit {
        id: row.id,
        name_ja: row.name_ja,
        name_en: row.name_en,
        note: row.note.unwrap_or_default(),
        tasks: bounded(row.tasks, COUNTED),
    };
    Ok(rows.into_iter().map(hit).collect())
}
