//! A synthetic agency over the real programs: `nakadachi demo`, and what `serve --demo-if-empty` fills a database with.
//!
//! Everything follows from [`Size`]: the same arguments give the same rows (but for the salts of password hashes). Each
//! part of the product adds its own generator beside these, called from [`fill`]; it draws from its own
//! [`random::Purpose`], so that a new part changes nothing of the old ones. The programs, ministries, published
//! amounts and institutions are real; tasks, people, companies, amounts of tasks and opinions are invented.

pub mod accounts;
mod agreement;
mod budgets;
pub mod calls;
pub mod copy;
mod gate_templates;
mod gates;
mod load;
mod milestones;
pub mod money;
mod names;
mod opinions;
mod pairing;
pub mod people;
mod people_rows;
pub mod plan;
pub mod profiles;
mod purse;
pub mod random;
pub mod rows;
mod sessions;
mod shares;
mod solutions;
pub mod succession;
pub mod summaries;
pub mod tags;
pub mod themes;
pub mod titles;
pub mod words;

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Days, Utc};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::audit::{self, Actor, Event};
use crate::db::{self, Tx};
use crate::gates::templates;
use crate::kernel::FiscalYear;
use crate::kernel::clock::today_in_japan;
use crate::matching;
use crate::portfolio::reference;

use load::WordIndexes;
use opinions::Opinion;

pub use accounts::{ACCOUNTS, DemoAccount, demo_password};
pub use plan::{Plan, Size, plan};
pub use tags::Vocabulary;

/// What was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub tasks: u64,
    pub task_years: u64,
    pub people: u64,
    pub links: u64,
}

/// What a database holds, for those who may fill it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// No account, no task.
    Nothing,
    /// A demo that was cut short.
    HalfADemo,
    /// Somebody's work, or a whole demo.
    Work,
}

/// What this database holds.
pub async fn holds(pool: &PgPool) -> sqlx::Result<Holds> {
    let row = sqlx::query!(
        r#"
        SELECT EXISTS (SELECT FROM installation WHERE demo_unfinished) AS "unfinished!",
               EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM tasks) AS "used!"
        "#
    )
    .fetch_one(pool)
    .await?;
    Ok(match (row.unfinished, row.used) {
        (true, _) => Holds::HalfADemo,
        (false, true) => Holds::Work,
        (false, false) => Holds::Nothing,
    })
}

/// Fills an empty database, or one whose demo was cut short: that one is emptied first. It goes in steps, of which the
/// first marks the database and the last takes the mark away. `say` hears what is being done.
///
/// # Errors
/// When the database already has accounts or tasks, and when it fails.
pub async fn fill(
    pool: &PgPool,
    size: Size,
    now: DateTime<Utc>,
    say: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<Loaded> {
    match holds(pool).await? {
        Holds::Nothing => {}
        Holds::HalfADemo => {
            say("the demo of this database was cut short; it is made anew");
            empty(pool).await?;
        }
        Holds::Work => {
            anyhow::bail!("the database already has accounts or tasks; the demo fills an empty one only")
        }
    }
    say("planning the agency");
    let plan = Arc::new(tokio::task::spawn_blocking(move || plan(size)).await.context("planning the demo")?);
    let mut tx = pool.begin().await?;
    reference::load_reference(&mut tx).await?;
    templates::load(&mut tx, now).await?;
    gate_templates::fill(&mut tx, now).await?;
    matching::thesaurus::actions::load(&mut tx, now).await?;
    let vocabulary = Arc::new(vocabulary(&mut tx).await?);
    let (words, opinions) = fill_portfolio(&mut tx, &plan, &vocabulary, now, say).await?;
    let arguments = serde_json::to_value(size)?;
    sqlx::query!(
        "UPDATE installation SET made_by_demo = true, demo_unfinished = true, demo_arguments = $1",
        arguments
    )
    .execute(&mut *tx)
    .await?;
    // What follows asks the new rows (conflicts of a committee, above all), and without statistics asks them all.
    load::analyze(&mut tx).await?;
    pairing::roughen(&mut tx, today_in_japan(now), now).await?;
    tx.commit().await?;
    let rest = async {
        fill_parts(pool, &plan, &vocabulary, &opinions, now, say).await?;
        say("matching sessions");
        sessions::fill(pool, size, now).await.context("making the matching sessions of the demo")?;
        solutions::fill(pool, now).await?;
        say("indexes of words");
        Ok(())
    };
    tokio::try_join!(load::make_word_indexes(pool, words), rest)?;
    say("gathering statistics");
    gather_statistics(pool).await?;
    sqlx::query!("UPDATE installation SET demo_unfinished = false").execute(pool).await?;
    Ok(loaded(pool).await?)
}

/// Everything away, and the schema anew.
async fn empty(pool: &PgPool) -> anyhow::Result<()> {
    pool.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await
        .context("emptying the database of a demo that was cut short")?;
    db::migrate(pool).await
}

/// The parts of the product beside the portfolio, in the order in which they build on each other.
async fn fill_parts(
    pool: &PgPool,
    plan: &Plan,
    vocabulary: &Vocabulary,
    opinions: &[Opinion],
    now: DateTime<Utc>,
    say: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<()> {
    let size = plan.size;
    let mut tx = pool.begin().await?;
    say("budgets from workbooks");
    budgets::fill(&mut tx, plan, now).await?;
    say("exit strategies and milestones");
    milestones::fill(&mut tx, plan, vocabulary, now).await?;
    say("committees and gates");
    gates::fill(&mut tx, size.seed, now).await?;
    pairing::fill(&mut tx, today_in_japan(now), now).await?;
    gate_templates::issue_minutes(&mut tx, now).await?;
    // Money comes last: it moves what the budget of the demo holds.
    purse::fill(&mut tx, size, now).await?;
    record_opinions(&mut tx, opinions).await?;
    let tasks = plan.tasks.len();
    let event = Event::new("demo.fill", "installation", "demo", json!({ "arguments": size, "tasks": tasks }));
    audit::record(&mut tx, &Actor::system("nakadachi demo"), now, event).await?;
    Ok(tx.commit().await?)
}

/// Vacuum and statistics of all but the large tables, whose rows came in frozen and were counted at once.
async fn gather_statistics(pool: &PgPool) -> anyhow::Result<()> {
    let large: Vec<String> = load::LARGE.iter().map(|&name| name.to_owned()).collect();
    let tables = sqlx::query_scalar!(
        r#"
        SELECT string_agg(quote_ident(relname), ', ' ORDER BY relname) AS "tables!"
        FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL ($1)
        "#,
        &large
    )
    .fetch_one(pool)
    .await?;
    pool.execute(sqlx::raw_sql(AssertSqlSafe(format!("VACUUM (ANALYZE) {tables}")))).await?;
    Ok(())
}

async fn fill_portfolio(
    tx: &mut Tx<'_>,
    plan: &Arc<Plan>,
    vocabulary: &Arc<Vocabulary>,
    now: DateTime<Utc>,
    say: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<(WordIndexes, Vec<Opinion>)> {
    let words = load::load_tasks(tx, plan.clone(), vocabulary.clone(), say).await?;
    say("calls, links, accounts and opinions");
    load::copy(tx, &people_rows::LINKS, [people_rows::links(plan)]).await?;
    let (calls, slots) = calls::calls(plan, vocabulary);
    load::copy(tx, &calls::CALLS, [calls]).await?;
    load::copy(tx, &calls::SLOTS, [slots]).await?;
    shares::fill(tx, plan).await?;
    let today = today_in_japan(now);
    let since = FiscalYear::containing(today).plus(-1).first_day();
    let staff = accounts::load(tx, plan.size.seed, since, now - Days::new(30), vocabulary).await?;
    let opinions = opinions::opinions(plan, &staff, today);
    load::copy(tx, &opinions::OPINIONS, [opinions::rows(&opinions)]).await?;
    shares::grant_to_committee(tx, plan, now).await?;
    Ok((words, opinions))
}

/// The history of a task tells who gave an opinion, as if it had been posted on its page.
async fn record_opinions(tx: &mut Tx<'_>, opinions: &[Opinion]) -> sqlx::Result<()> {
    let actors: Vec<Actor> = opinions
        .iter()
        .map(|o| Actor { id: Some(o.author.id), label: o.author.email.clone(), request_id: None })
        .collect();
    let events = opinions.iter().zip(&actors).map(|(opinion, actor)| {
        let (role, visibility) = (opinion.author.role.code(), opinion.visibility);
        let details = json!({ "opinion": opinion.id, "role": role, "visibility": visibility });
        (actor, opinion.at, Event::new("opinion.post", "task", opinion.task, details))
    });
    audit::record_all(tx, events).await
}

/// Reads the ids of the vocabularies.
pub async fn vocabulary(tx: &mut Tx<'_>) -> sqlx::Result<Vocabulary> {
    let rows =
        sqlx::query!("SELECT vocabulary, code, id FROM vocabulary_values").fetch_all(&mut **tx).await?;
    Ok(Vocabulary::new(rows.into_iter().map(|row| (row.vocabulary, row.code, row.id))))
}

async fn loaded(pool: &PgPool) -> sqlx::Result<Loaded> {
    let row = sqlx::query!(
        r#"
        SELECT (SELECT count(*) FROM tasks) AS "tasks!", (SELECT count(*) FROM task_years) AS "task_years!",
               (SELECT count(*) FROM people) AS "people!", (SELECT count(*) FROM successor_links) AS "links!"
        "#
    )
    .fetch_one(pool)
    .await?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(Loaded {
        tasks: count(row.tasks),
        task_years: count(row.task_years),
        people: count(row.people),
        links: count(row.links),
    })
}

/// The accounts of a database that the demo made, with their passwords; none elsewhere.
pub async fn accounts_of(pool: &PgPool) -> anyhow::Result<Vec<(&'static DemoAccount, String)>> {
    let row =
        sqlx::query!("SELECT made_by_demo, demo_arguments FROM installation").fetch_optional(pool).await?;
    let Some(arguments) = row.filter(|row| row.made_by_demo).and_then(|row| row.demo_arguments) else {
        return Ok(Vec::new());
    };
    let size: Size = serde_json::from_value(arguments).context("reading the arguments of the demo")?;
    Ok(ACCOUNTS.iter().map(|account| (account, demo_password(size.seed, account.email))).collect())
}
