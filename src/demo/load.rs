//! Writes the plan by bulk COPY, in one transaction.
//!
//! Secondary indexes and foreign keys of the large tables are dropped first and made again from their own definitions
//! at the end, which checks every row; while PostgreSQL takes in one block, the next ones are made on the other cores.
//! The indexes of words take as long as all of that: they are left to [`make_word_indexes`], after the commit.
//! The tables, empty by then, are emptied in the same transaction: their rows come in frozen, so that no vacuum has to
//! read them again, and past the log where the cluster keeps only what a crash needs (`wal_level`).

use anyhow::Context as _;
use rayon::prelude::*;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use tokio::sync::mpsc;

use super::copy::{HEADER, Rows, TRAILER};
use super::people_rows;
use super::plan::Plan;
use super::rows::{Context, TASK_INSTITUTIONS, TASK_PEOPLE, TASK_YEARS, TASKS, Table, TaskRows, write_task};
use super::tags::Vocabulary;
use crate::db::Tx;

/// Tables whose indexes are made after their rows.
pub const LARGE: [&str; 6] =
    ["people", "tasks", "task_years", "task_totals", "task_people", "task_institutions"];
/// Triggers whose work is done once for all rows instead: [`check_tags`] and [`total_tasks`].
const TRIGGERS: [(&str, &str); 2] =
    [("tasks", "tasks_tags_in_vocabulary"), ("task_years", "task_years_total_inserted")];
/// What a transaction that makes indexes sets for itself.
const LOADING: &str = "SET LOCAL maintenance_work_mem = '1GB'; SET LOCAL synchronous_commit = on";
/// Tasks whose rows are made in one go; a few MB of text.
const BLOCK: usize = 1_000;

/// The statements that make the indexes of words, for [`make_word_indexes`].
pub struct WordIndexes(Vec<String>);

/// Loads people, institutions, tasks and their years. `say` hears how far it is.
pub async fn load_tasks(
    tx: &mut Tx<'_>,
    plan: std::sync::Arc<Plan>,
    vocabulary: std::sync::Arc<Vocabulary>,
    say: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<WordIndexes> {
    tx.execute(LOADING).await?;
    let (words, deferred): (Vec<String>, Vec<String>) =
        defer(tx).await?.into_iter().partition(|statement| statement.contains("USING gin"));
    copy(tx, &people_rows::INSTITUTIONS, [people_rows::institutions(&plan)]).await?;
    copy(tx, &people_rows::PEOPLE, people_rows::people(&plan)).await?;
    let rest = copy_tasks(tx, plan.clone(), vocabulary, say).await?;
    for (table, rows) in
        [(&TASK_YEARS, rest.years), (&TASK_PEOPLE, rest.people), (&TASK_INSTITUTIONS, rest.institutions)]
    {
        copy(tx, table, [rows]).await?;
    }
    say("adding up the years of tasks");
    total_tasks(tx).await?;
    for statement in deferred {
        say(what_is_made(&statement));
        run(tx, statement).await?;
    }
    check_tags(tx).await?;
    Ok(WordIndexes(words))
}

/// Makes the indexes of words, each on a connection of its own; nobody writes tasks meanwhile.
pub async fn make_word_indexes(pool: &PgPool, WordIndexes(statements): WordIndexes) -> anyhow::Result<()> {
    let each = statements.into_iter().map(|statement| async move {
        let mut tx = pool.begin().await?;
        tx.execute(LOADING).await?;
        run(&mut tx, statement).await?;
        anyhow::Ok(tx.commit().await?)
    });
    futures_util::future::try_join_all(each).await?;
    Ok(())
}

async fn run(tx: &mut Tx<'_>, statement: String) -> anyhow::Result<()> {
    let short: String = statement.chars().take(80).collect();
    tx.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await.with_context(|| format!("running {short}"))?;
    Ok(())
}

/// Drops what would slow the rows down; returns the statements that make it again.
async fn defer(tx: &mut Tx<'_>) -> anyhow::Result<Vec<String>> {
    let large: Vec<String> = LARGE.iter().map(|&name| name.to_owned()).collect();
    let keys = sqlx::query!(
        r#"
        SELECT conrelid::regclass::text AS "table!", quote_ident(conname) AS "name!",
               pg_get_constraintdef(oid) AS "definition!"
        FROM pg_constraint
        WHERE contype = 'f'
          AND (conrelid = ANY ($1::text[]::regclass[]) OR confrelid = ANY ($1::text[]::regclass[]))
        ORDER BY conrelid::regclass::text, conname
        "#,
        &large
    )
    .fetch_all(&mut **tx)
    .await?;
    let indexes = sqlx::query!(
        r#"
        SELECT indexrelid::regclass::text AS "name!", pg_get_indexdef(indexrelid) AS "definition!"
        FROM pg_index
        WHERE indrelid = ANY ($1::text[]::regclass[])
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        ORDER BY indexrelid::regclass::text
        "#,
        &large
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut drop = String::new();
    let mut again = Vec::new();
    for (table, trigger) in TRIGGERS {
        drop.push_str(&format!("ALTER TABLE {table} DISABLE TRIGGER {trigger};"));
        again.push(format!("ALTER TABLE {table} ENABLE TRIGGER {trigger}"));
    }
    for index in indexes {
        drop.push_str(&format!("DROP INDEX {};", index.name));
        again.push(index.definition);
    }
    for key in keys {
        drop.push_str(&format!("ALTER TABLE {} DROP CONSTRAINT {};", key.table, key.name));
        again.push(format!("ALTER TABLE {} ADD CONSTRAINT {} {}", key.table, key.name, key.definition));
    }
    drop.push_str(&format!("TRUNCATE {};", LARGE.join(", ")));
    tx.execute(sqlx::raw_sql(AssertSqlSafe(drop))).await?;
    Ok(again)
}

/// For the progress.
fn what_is_made(statement: &str) -> &'static str {
    match statement {
        s if s.contains("FOREIGN KEY") => "checking references",
        s if s.contains("TRIGGER") => "switching rules on again",
        _ => "making indexes",
    }
}

/// The totals that a trigger keeps, for all rows at once.
async fn total_tasks(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    sqlx::query!(r#"SELECT total_tasks(ARRAY(SELECT DISTINCT task_id FROM task_years))::text AS "nothing?""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// Statistics of the new rows, from fewer of them than PostgreSQL takes by itself: the columns of words are large, and the
/// cluster's own vacuum looks again later.
pub async fn analyze(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    tx.execute(
        "SET LOCAL default_statistics_target = 30;
         ANALYZE people, institutions, tasks, task_years, task_people, task_institutions, users;
         SET LOCAL default_statistics_target TO DEFAULT",
    )
    .await?;
    Ok(())
}

/// The trigger's rule, for all rows at once.
async fn check_tags(tx: &mut Tx<'_>) -> anyhow::Result<()> {
    // Few different arrays of each column stand in very many rows; materialized, or the check moves below DISTINCT.
    let wrong = sqlx::query_scalar!(
        r#"
        WITH tags AS MATERIALIZED (
            SELECT DISTINCT tag.ids, tag.vocabulary
            FROM (SELECT DISTINCT phase_ids, modality_ids, approval_ids, nature_ids, disease_ids FROM tasks) t
            CROSS JOIN LATERAL (VALUES (phase_ids, 'phase'), (modality_ids, 'modality'), (approval_ids, 'approval_class'),
                                       (nature_ids, 'nature'), (disease_ids, 'disease_area')) AS tag (ids, vocabulary))
        SELECT count(*) AS "wrong!"
        FROM tags
        WHERE NOT tags_are_of(ids, vocabulary)
        "#
    )
    .fetch_one(&mut **tx)
    .await?;
    anyhow::ensure!(wrong == 0, "{wrong} sets of tags are not of their vocabularies");
    Ok(())
}

/// Copies the tasks block by block, in their order, and returns the rows of what hangs on them.
async fn copy_tasks(
    tx: &mut Tx<'_>,
    plan: std::sync::Arc<Plan>,
    vocabulary: std::sync::Arc<Vocabulary>,
    say: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<TaskRows> {
    let (send, mut blocks) = mpsc::channel::<TaskRows>(8);
    let total = plan.tasks.len();
    let maker = tokio::task::spawn_blocking(move || make_blocks(&plan, &vocabulary, &send));
    let mut rest = TaskRows::default();
    let mut copy = begin_copy(tx, &TASKS).await?;
    let mut copied = 0;
    let mut said = std::time::Instant::now();
    while let Some(block) = blocks.recv().await {
        copied += block.tasks.count as usize;
        copy.send(block.tasks.into_bytes()).await?;
        rest.years.append(block.years);
        rest.people.append(block.people);
        rest.institutions.append(block.institutions);
        if said.elapsed().as_secs() >= 1 {
            said = std::time::Instant::now();
            say(&format!("{copied} of {total} tasks"));
        }
    }
    copy.send(TRAILER).await?;
    copy.finish().await?;
    maker.await.context("making the rows of tasks")?;
    Ok(rest)
}

/// Makes a few blocks at a time on all cores and sends them in their order.
fn make_blocks(plan: &Plan, vocabulary: &Vocabulary, send: &mpsc::Sender<TaskRows>) {
    let context = Context { plan, vocabulary };
    let starts: Vec<usize> = (0..plan.tasks.len()).step_by(BLOCK).collect();
    for together in starts.chunks(rayon::current_num_threads().max(1)) {
        let made: Vec<TaskRows> = together
            .par_iter()
            .map(|&start| {
                let mut rows = TaskRows::default();
                for index in start..(start + BLOCK).min(plan.tasks.len()) {
                    write_task(&context, index, &mut rows);
                }
                rows
            })
            .collect();
        for rows in made {
            // The receiver is gone only when the copy failed, which it reports itself.
            if send.blocking_send(rows).is_err() {
                return;
            }
        }
    }
}

async fn begin_copy<'c>(
    tx: &'c mut Tx<'_>,
    table: &Table,
) -> sqlx::Result<sqlx::postgres::PgCopyIn<&'c mut PgConnection>> {
    let frozen = if LARGE.contains(&table.name) { ", FREEZE" } else { "" };
    let statement =
        format!("COPY {} ({}) FROM STDIN WITH (FORMAT binary{frozen})", table.name, table.columns);
    let mut copy = tx.copy_in_raw(&statement).await?;
    copy.send(HEADER).await?;
    Ok(copy)
}

/// Copies blocks of rows into a table.
pub async fn copy(
    tx: &mut Tx<'_>,
    table: &Table,
    blocks: impl IntoIterator<Item = Rows>,
) -> anyhow::Result<()> {
    let mut copy = begin_copy(tx, table).await.with_context(|| format!("copying {}", table.name))?;
    for block in blocks {
        copy.send(block.into_bytes()).await?;
    }
    copy.send(TRAILER).await?;
    copy.finish().await.with_context(|| format!("copying {}", table.name))?;
    Ok(())
}
