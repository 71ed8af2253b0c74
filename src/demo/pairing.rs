//! Work for the pages of pairing: tasks that lack tags, tasks that stand twice, pairing options of past and coming years with
//! their books, and reasons of endings. Chosen by hashes of ids, so that the same demo has the same rows.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::Tx;
use crate::kernel::FiscalYear;

/// From which programs options are offered to which; the first is the agency's own example.
const ROADS: [(&str, &str); 5] =
    [("R04", "R05"), ("R21", "R20"), ("R45", "R03"), ("R16", "R17"), ("R41", "R45")];
/// Account that offers, and the one that decides.
const OFFERS: &str = "ps-next@demo.nakadachi.example";
const DECIDES: &str = "ps@demo.nakadachi.example";

/// Makes some tasks as uneven as real ones: without tags, and standing twice.
pub async fn roughen(tx: &mut Tx<'_>, today: NaiveDate, now: DateTime<Utc>) -> sqlx::Result<()> {
    untag(tx, FiscalYear::containing(today)).await?;
    split(tx, FiscalYear::containing(today), now).await
}

/// Fills options with their books, and reasons of endings.
pub async fn fill(tx: &mut Tx<'_>, today: NaiveDate, now: DateTime<Utc>) -> sqlx::Result<()> {
    options(tx, today, now).await?;
    events(tx).await?;
    books(tx).await?;
    endings(tx, today, now).await
}

/// One in forty running tasks came without tags, as real ones do.
async fn untag(tx: &mut Tx<'_>, year: FiscalYear) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE tasks t
        SET phase_ids = '{}', modality_ids = CASE WHEN hashtext(t.id::text) % 2 = 0 THEN '{}' ELSE t.modality_ids END,
            disease_ids = '{}', approval_ids = '{}'
        FROM task_years y
        WHERE y.task_id = t.id AND y.fiscal_year = $1 AND NOT t.restricted
          AND ('x' || substr(md5(t.id::text), 1, 4))::bit(16)::int % 40 = 0
        "#,
        year as FiscalYear
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Some tasks stand twice: their first year under a title as another file wrote it.
async fn split(tx: &mut Tx<'_>, year: FiscalYear, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        CREATE TEMPORARY TABLE demo_splits ON COMMIT DROP AS
        SELECT t.id, md5('split' || t.id)::uuid AS twin, min(y.fiscal_year) AS first_fy,
               row_number() OVER (ORDER BY p.code <> 'R05', md5(t.id::text)) AS n
        FROM tasks t
        JOIN programs p ON p.id = t.program_id
        JOIN task_years y ON y.task_id = t.id
        WHERE t.ends_on >= make_date($1, 4, 1) AND NOT t.restricted AND t.stopped_on IS NULL
          AND t.phase_ids <> '{}'
          AND NOT EXISTS (SELECT FROM successor_links s WHERE t.id IN (s.from_task_id, s.to_task_id))
          AND NOT EXISTS (SELECT FROM opinions o WHERE o.task_id = t.id)
          AND NOT EXISTS (SELECT FROM task_grants g WHERE g.task_id = t.id)
        GROUP BY t.id, p.code
        HAVING count(*) >= 3
        ORDER BY p.code <> 'R05', md5(t.id::text)
        LIMIT 14
        "#,
        year.year()
    )
    .execute(&mut **tx)
    .await?;
    copy_twins(tx, now).await
}

async fn copy_twins(tx: &mut Tx<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    // The temporary table is not there when queries are checked, so these are not checked ones.
    for statement in [
        "INSERT INTO tasks (id, program_id, stable_number, title_ja, title_en, summary_ja, summary_en, keywords, lead_person_id,
             institution_id, starts_on, ends_on, funding_form, is_fund, phase_ids, modality_ids, approval_ids, nature_ids,
             disease_ids, search_text, search_pairs, title_pairs, created_at, updated_at)
         SELECT d.twin, t.program_id, t.stable_number,
                t.title_ja || (ARRAY['（補助事業）', 'に関する研究', '（委託契約）'])[1 + d.n % 3], t.title_en, t.summary_ja,
                t.summary_en, t.keywords, t.lead_person_id, t.institution_id, t.starts_on, make_date(d.first_fy + 1, 3, 31),
                t.funding_form, t.is_fund, t.phase_ids, t.modality_ids, t.approval_ids, t.nature_ids, t.disease_ids,
                t.search_text, t.search_pairs, t.title_pairs, t.created_at, t.updated_at
         FROM demo_splits d JOIN tasks t ON t.id = d.id",
        "UPDATE task_years y SET task_id = d.twin FROM demo_splits d WHERE y.task_id = d.id AND y.fiscal_year = d.first_fy",
        "SELECT total_tasks(ARRAY(SELECT id FROM demo_splits) || ARRAY(SELECT twin FROM demo_splits))",
    ] {
        sqlx::raw_sql(statement).execute(&mut **tx).await?;
    }
    sqlx::query(
        "INSERT INTO duplicate_offers (left_id, right_id, confidence, reasons, found_at)
         SELECT least(id, twin), greatest(id, twin), CASE WHEN n % 3 = 1 THEN 97 ELSE 100 END,
                jsonb_build_array(jsonb_build_object('reason', CASE WHEN n % 3 = 1 THEN 'equal_but_ending' ELSE 'equal_titles' END),
                    jsonb_build_object('reason', 'same_institution'), jsonb_build_object('reason', 'same_people'),
                    jsonb_build_object('reason', 'years_meet')), $1
         FROM demo_splits",
    )
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Options of the last years, all ended, and of tasks that run, in every state.
async fn options(tx: &mut Tx<'_>, today: NaiveDate, now: DateTime<Utc>) -> sqlx::Result<()> {
    let (from, to): (Vec<String>, Vec<String>) =
        ROADS.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).unzip();
    sqlx::query!(
        r#"
        INSERT INTO pairing_options (id, task_id, program_id, fiscal_year, slot_type_id, reserved_yen, state, stage_ends_on,
                                     decide_by, reason, offered_by, offered_at, changed_at)
        SELECT md5('option' || x.id)::uuid, x.id, x.receiving, x.year, NULL, (2 + x.n % 5) * 10000000::bigint,
               x.state, x.ends_on, CASE WHEN x.overdue THEN $3::date - 9 ELSE greatest(x.ends_on, $3::date + 20) END,
               CASE x.state WHEN 'released' THEN '段階の目標に届かず、受入側と合意の上で解放' END,
               u.id, x.offered_at, least(x.offered_at + interval '200 days', $4::timestamptz)
        FROM (
            SELECT t.*, CASE
                       WHEN t.past THEN (ARRAY['exercised', 'exercised', 'released', 'exercised', 'expired', 'exercised',
                                               'released', 'exercised', 'exercised', 'released'])[1 + t.n % 10]
                       WHEN t.ends_on < $3::date + 200 THEN (ARRAY['confirmed', 'held', 'confirmed', 'offered', 'exercised'])[1 + t.n % 5]
                       ELSE (ARRAY['held', 'offered', 'held', 'held', 'offered'])[1 + t.n % 5] END AS state,
                   NOT t.past AND t.n % 11 = 10 AS overdue
            FROM (
                SELECT t.id, t.ends_on, r.id AS receiving, t.ends_on < $3::date - 200 AS past,
                       (extract(year FROM t.ends_on - interval '3 months') + 1)::smallint AS year,
                       least((t.starts_on + 150)::timestamptz, $4::timestamptz - interval '15 days') AS offered_at,
                       row_number() OVER (PARTITION BY p.code, t.ends_on < $3::date - 200 ORDER BY md5(t.id::text))::int AS n
                FROM unnest($1::text[], $2::text[]) AS road (from_code, to_code)
                JOIN programs p ON p.code = road.from_code
                JOIN programs r ON r.code = road.to_code
                JOIN tasks t ON t.program_id = p.id
                WHERE t.starts_on < $3 AND t.stopped_on IS NULL AND NOT t.restricted
                  AND t.ends_on > $3::date - 1500
            ) t
            WHERE t.n <= CASE WHEN t.past THEN 16 ELSE 12 END
        ) x
        JOIN users u ON u.email = $5
        "#,
        &from,
        &to,
        today,
        now,
        OFFERS
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The way of each option to its state.
async fn events(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO pairing_option_events (option_id, state, reason, by_user, at)
        SELECT o.id, s.state, CASE WHEN s.state = o.state THEN o.reason WHEN s.state = 'confirmed' THEN 'ゲート評価委員会の決定（GO）' END,
               u.id, o.offered_at + (o.changed_at - o.offered_at) * s.share
        FROM pairing_options o
        CROSS JOIN (VALUES ('offered', 0.0, 0), ('held', 0.3, 1), ('confirmed', 0.7, 2)) AS s (state, share, step)
        JOIN users u ON u.email = CASE WHEN s.step = 1 THEN $2::text ELSE $1::text END
        WHERE s.step <= CASE o.state WHEN 'offered' THEN 0 WHEN 'held' THEN 1 WHEN 'confirmed' THEN 2 WHEN 'exercised' THEN 2
                             WHEN 'expired' THEN 1 ELSE (hashtext(o.id::text) & 2147483647) % 3 END
        ORDER BY o.offered_at, o.id, s.step
        "#,
        OFFERS,
        DECIDES
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO pairing_option_events (option_id, state, reason, by_user, at)
        SELECT o.id, o.state, o.reason, u.id, o.changed_at
        FROM pairing_options o
        JOIN users u ON u.email = $1
        WHERE o.state IN ('exercised', 'released', 'expired')
        ORDER BY o.changed_at, o.id
        "#,
        DECIDES
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the receiving programs set aside: some carry their options within the limit, some do not.
async fn books(tx: &mut Tx<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO option_books (program_id, fiscal_year, slots, budget_yen)
        SELECT program_id, fiscal_year,
               ceil(count(*) * (0.65 + 0.15 * (row_number() OVER (ORDER BY fiscal_year, program_id) % 3)))::smallint,
               (ceil(sum(reserved_yen) * (0.65 + 0.15 * (row_number() OVER (ORDER BY fiscal_year, program_id) % 3)) / 10000000)
                * 10000000)::bigint
        FROM pairing_options
        WHERE state IN ('offered', 'held', 'confirmed', 'exercised')
        GROUP BY program_id, fiscal_year
        "#
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Reasons of most endings of the last years.
async fn endings(tx: &mut Tx<'_>, today: NaiveDate, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO ending_reasons (task_id, reason, remark, recorded_by, recorded_at)
        SELECT t.id,
               (ARRAY['purpose_met', 'no_call', 'not_adopted', 'negative_result', 'no_company', 'purpose_met', 'people_moved',
                      'other_funder', 'no_call', 'safety'])[1 + t.hash % 10],
               CASE WHEN t.hash % 10 = 7 THEN '科学研究費助成事業に採択' END,
               u.id, least(t.ended_on::timestamptz + interval '40 days', $2)
        FROM (
            SELECT t.id, coalesce(t.stopped_on, t.ends_on) AS ended_on,
                   ('x' || substr(md5('ending' || t.id), 1, 6))::bit(24)::int AS hash
            FROM tasks t
            WHERE coalesce(t.stopped_on, t.ends_on) BETWEEN $1::date - 1200 AND $1::date - 60
              AND NOT EXISTS (SELECT FROM successor_links s WHERE s.from_task_id = t.id)
        ) t
        JOIN users u ON u.email = $3
        WHERE t.hash % 100 < CASE WHEN t.ended_on < $1::date - 400 THEN 85 ELSE 55 END
        "#,
        today,
        now,
        OFFERS
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
