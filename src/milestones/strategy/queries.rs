//! All SQL of exit strategies.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::Tx;
use crate::kernel::TaskId;

use super::model::{Strategy, StrategyFields, TakerKind};

/// The exit strategy of a task, whole: callers show no more of it than the viewer's scope allows.
pub async fn strategy(pool: &PgPool, task: TaskId) -> sqlx::Result<Option<Strategy>> {
    sqlx::query_as!(
        Strategy,
        r#"
        SELECT product, approval_class_id, taker_kind AS "taker_kind: TakerKind", taker, taker_program_id, data_set, ip,
               competitors, version, updated_at
        FROM exit_strategies WHERE task_id = $1
        "#,
        task.0
    )
    .fetch_optional(pool)
    .await
}

/// Writes the strategy over `version`; version 0 is "there was none". False if somebody was faster.
pub async fn write(
    tx: &mut Tx<'_>,
    (task, version): (TaskId, i32),
    f: &StrategyFields,
    by: Option<Uuid>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"
        INSERT INTO exit_strategies (task_id, product, approval_class_id, taker_kind, taker, taker_program_id, data_set,
                                     ip, competitors, updated_by, updated_at)
        SELECT $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
        WHERE $2 = 0 OR EXISTS (SELECT FROM exit_strategies WHERE task_id = $1)
        ON CONFLICT (task_id) DO UPDATE
        SET product = excluded.product, approval_class_id = excluded.approval_class_id,
            taker_kind = excluded.taker_kind, taker = excluded.taker, taker_program_id = excluded.taker_program_id,
            data_set = excluded.data_set, ip = excluded.ip, competitors = excluded.competitors,
            updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = exit_strategies.version + 1
        WHERE exit_strategies.version = $2
        "#,
        task.0,
        version,
        f.product.as_str(),
        f.approval_class_id,
        f.taker_kind.code(),
        f.taker.as_ref().map(|t| t.as_str()),
        f.taker_program_id,
        f.data_set.as_ref().map(|t| t.as_str()),
        f.ip.as_ref().map(|t| t.as_str()),
        f.competitors.as_ref().map(|t| t.as_str()),
        by,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
