//! Committees of the demo: meetings in every state, so that each role finds what waits for it: one being prepared, one
//! of sixty items and one of eight being scored, one revealed that waits for votes and decisions, one closed with all
//! six outcomes, open conditions, an item that waits for evidence, and a reopening that waits for the PD.
//!
//! Everything goes through the tables with their triggers, so the demo cannot show what the product would refuse.

use chrono::{DateTime, Days, Duration, Utc};
use sqlx::Executor as _;
use uuid::Uuid;

use super::accounts::{account_id, committee_ids};
use crate::db::Tx;
use crate::kernel::named_uuid;
use crate::portfolio::reference;

/// Members beside the accounts; they cannot sign in.
const MEMBERS: i64 = 6;

struct Meeting {
    name: &'static str,
    ja: &'static str,
    en: &'static str,
    /// Days from today.
    day: i64,
    items: i64,
    by_unit: bool,
    /// The account in the chair.
    chair: &'static str,
    until: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Planned,
    Scoring,
    Revealed,
    Closed,
}

const COMMITTEE: &str = "committee@demo.nakadachi.example";
const SECOND: &str = "committee2@demo.nakadachi.example";

const MEETINGS: [Meeting; 5] = [
    meeting(
        "closed",
        "第3回 課題評価委員会（中間評価・ゲート）",
        "3rd evaluation committee",
        (-40, 10),
        COMMITTEE,
        Stage::Closed,
    ),
    meeting(
        "revealed",
        "第4回 課題評価委員会",
        "4th evaluation committee",
        (0, 6),
        COMMITTEE,
        Stage::Revealed,
    ),
    meeting(
        "scoring",
        "第5回 課題評価委員会（書面採点中）",
        "5th evaluation committee, being scored",
        (9, 8),
        SECOND,
        Stage::Scoring,
    ),
    Meeting {
        by_unit: true,
        ..meeting(
            "large",
            "事業横断ゲート評価会議",
            "Gate review across programs",
            (16, 60),
            SECOND,
            Stage::Scoring,
        )
    },
    meeting(
        "planned",
        "第6回 課題評価委員会（準備中）",
        "6th evaluation committee, being prepared",
        (37, 12),
        SECOND,
        Stage::Planned,
    ),
];

const fn meeting(
    name: &'static str,
    ja: &'static str,
    en: &'static str,
    (day, items): (i64, i64),
    chair: &'static str,
    until: Stage,
) -> Meeting {
    Meeting { name, ja, en, day, items, by_unit: false, chair, until }
}

/// Fills committees and their meetings.
pub async fn fill(tx: &mut Tx<'_>, seed: u64, now: DateTime<Utc>) -> anyhow::Result<()> {
    let accounts = committee_ids(seed);
    let [first, second, ..] = accounts[..] else { return Ok(()) };
    let host = reference::program_id("R05");
    let members = members(tx, &accounts, host, now).await?;
    for m in &MEETINGS {
        let chair = if m.chair == COMMITTEE { first } else { second };
        let id = named_uuid("demo.gates", m.name);
        let made_by = account_id(
            seed,
            if m.by_unit { "unit@demo.nakadachi.example" } else { "division@demo.nakadachi.example" },
        );
        let held_at = now + Duration::days(m.day) + Duration::hours(2);
        insert_meeting(tx, id, m, (!m.by_unit).then_some(host), held_at, (made_by.unwrap_or(first), now))
            .await?;
        if list(tx, id, m, host, now).await? == 0 {
            continue;
        }
        seat(tx, id, chair, &members, account_id(seed, "dc@demo.nakadachi.example")).await?;
        if m.until >= Stage::Scoring {
            move_on(tx, id, "scoring", chair, held_at - Days::new(14)).await?;
            let all = m.until > Stage::Scoring;
            score(tx, id, (all, &accounts), held_at - Days::new(3)).await?;
        }
        if m.until >= Stage::Revealed {
            move_on(tx, id, "revealed", chair, held_at).await?;
        }
        if m.until == Stage::Revealed {
            vote(tx, id, first, held_at).await?;
        }
        if m.until == Stage::Closed {
            let closer = account_id(seed, "ps@demo.nakadachi.example").unwrap_or(first);
            decide(tx, id, (reference::program_id("R01"), closer), held_at).await?;
            follow(tx, id, seed, (first, now)).await?;
            move_on(tx, id, "closed", chair, held_at + Duration::hours(3)).await?;
        }
    }
    Ok(())
}

/// Researchers of other programs as members, and researchers behind the accounts: conflicts follow from records.
async fn members(
    tx: &mut Tx<'_>,
    accounts: &[Uuid],
    host: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Uuid>> {
    // The first of each institution who leads a task of another program.
    let people = sqlx::query_scalar!(
        r#"
        SELECT f.id
        FROM (SELECT DISTINCT ON (p.institution_id) p.id
              FROM people p
              WHERE p.institution_id IS NOT NULL
                AND EXISTS (SELECT FROM tasks t WHERE t.lead_person_id = p.id AND t.program_id <> $1)
              ORDER BY p.institution_id, p.id) f
        ORDER BY f.id
        LIMIT cardinality($2::uuid[]) + $3::bigint
        "#,
        host,
        accounts,
        MEMBERS
    )
    .fetch_all(&mut **tx)
    .await?;
    let (behind, members) = people.split_at(accounts.len().min(people.len()));
    let ids = sqlx::query_scalar!(
        r#"
        INSERT INTO users (id, email, name_ja, name_en, person_id, made_by_demo, created_at)
        SELECT md5('gate-member-' || place)::uuid, 'member' || place || '@committee.nakadachi.example', p.name_ja, p.name_en,
               p.id, true, $2
        FROM (SELECT id, cardinality($3::uuid[]) + n AS place FROM unnest($1::uuid[]) WITH ORDINALITY AS m (id, n)) m
        JOIN people p ON p.id = m.id
        RETURNING id
        "#,
        members,
        now,
        accounts
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO role_assignments (id, user_id, role, valid_from)
        SELECT md5('gate-role-' || id)::uuid, id, 'committee_member', '2020-04-01' FROM unnest($1::uuid[]) AS x (id)
        "#,
        &ids
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE users u SET person_id = x.person
        FROM unnest($1::uuid[], $2::uuid[]) AS x (account, person)
        WHERE u.id = x.account
        "#,
        accounts,
        behind
    )
    .execute(&mut **tx)
    .await?;
    Ok(accounts.iter().copied().chain(ids).collect())
}

async fn insert_meeting(
    tx: &mut Tx<'_>,
    id: Uuid,
    m: &Meeting,
    host: Option<Uuid>,
    held_at: DateTime<Utc>,
    (by, now): (Uuid, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_meetings (id, name_ja, name_en, program_id, held_at, place, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, 'オンライン', $6, $7)
        "#,
        id,
        m.ja,
        m.en,
        host,
        held_at,
        by,
        now.min(held_at - Days::new(60))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Running tasks onto the run list, the host's first, each before the gate that falls due nearest.
async fn list(tx: &mut Tx<'_>, id: Uuid, m: &Meeting, host: Uuid, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        r#"
        INSERT INTO gate_reviews (id, meeting_id, task_id, template_version_id, position, minutes)
        SELECT md5(($1::uuid)::text || x.id)::uuid, $1::uuid, x.id, due.version, x.place, CASE WHEN $3::bigint > 20 THEN 6 ELSE 15 END
        FROM (SELECT t.id, row_number() OVER (ORDER BY (t.program_id = $2) <> $4 DESC, md5(t.id::text)) AS place
              FROM tasks t
              WHERE NOT t.restricted AND t.starts_on <= $5::date - 200 AND t.ends_on >= $5::date AND t.stopped_on IS NULL
                AND NOT EXISTS (SELECT FROM gate_reviews r WHERE r.task_id = t.id)
              ORDER BY 2 LIMIT $3) x
        CROSS JOIN LATERAL (
            SELECT v.id AS version FROM gates_due g
            JOIN gate_template_versions v ON v.template_id = g.template_id AND v.state = 'in_force'
            WHERE g.task_id = x.id ORDER BY abs(g.due_on - $5::date), g.code LIMIT 1) due
        "#,
        id,
        host,
        m.items,
        m.by_unit,
        crate::kernel::clock::today_in_japan(now)
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Seven seats with the chair first, the DC as adviser, and two reviewers asked first for each item.
async fn seat(
    tx: &mut Tx<'_>,
    id: Uuid,
    chair: Uuid,
    members: &[Uuid],
    adviser: Option<Uuid>,
) -> sqlx::Result<()> {
    let mut users = vec![chair];
    users.extend(members.iter().copied().filter(|m| *m != chair).take(6));
    let mut roles = vec!["chair".to_owned()];
    roles.resize(users.len(), "member".to_owned());
    if let Some(adviser) = adviser {
        users.push(adviser);
        roles.push("adviser".to_owned());
    }
    // A seat looks for conflicts with what is on the agenda; without statistics it asks the whole portfolio instead.
    tx.execute("ANALYZE gate_meetings, gate_reviews, gate_seats, conflict_declarations").await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_seats (meeting_id, user_id, role, position)
        SELECT $1, x.id, x.role, x.place FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS x (id, role, place)
        "#,
        id,
        &users,
        &roles
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_assignments (review_id, user_id)
        SELECT review_id, user_id FROM (
            SELECT r.id AS review_id, s.user_id, row_number() OVER (PARTITION BY r.id ORDER BY md5(r.id::text || s.user_id)) AS place
            FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
            WHERE r.meeting_id = $1 AND gate_may_judge(r.id, s.user_id)) x
        WHERE place <= 2
        "#,
        id
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn move_on(tx: &mut Tx<'_>, id: Uuid, to: &str, by: Uuid, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        UPDATE gate_meetings
        SET state = $2, opened_at = CASE WHEN $2 = 'scoring' THEN $4 ELSE opened_at END,
            revealed_at = CASE WHEN $2 = 'revealed' THEN $4 ELSE revealed_at END,
            revealed_by = CASE WHEN $2 = 'revealed' THEN $3 ELSE revealed_by END,
            closed_at = CASE WHEN $2 = 'closed' THEN $4 ELSE closed_at END
        WHERE id = $1
        "#,
        id,
        to,
        by,
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sheets of every unconflicted member; where scoring still runs the accounts that sign in have most of theirs to do.
async fn score(
    tx: &mut Tx<'_>,
    id: Uuid,
    (all, accounts): (bool, &[Uuid]),
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_statements (review_id, user_id, has_conflict, stated_at)
        SELECT r.id, s.user_id, false, $4 FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
        WHERE r.meeting_id = $1 AND gate_may_judge(r.id, s.user_id) AND ($2 OR s.user_id <> ALL ($3) OR r.position % 2 = 1)
        "#,
        id,
        all,
        accounts,
        at
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_score_sheets (id, review_id, user_id, public_comment, nonpublic_comment, saved_at)
        SELECT md5('sheet' || r.id || s.user_id)::uuid, r.id, s.user_id,
               (ARRAY['計画どおりに進捗しており、得られた成果は次の段階に進むに足る。', '目標は概ね達成されているが、比較対照の設定に課題が残る。',
                      '技術的な独自性は高い。事業化に向けた連携先の確保を急がれたい。', '体制は妥当である。知財の出願時期を明確にされたい。'])[1 + r.position % 4],
               '代表者との質疑では、試験計画の遅れについて具体的な説明がなかった。', $4
        FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
        WHERE r.meeting_id = $1 AND gate_may_judge(r.id, s.user_id)
          AND ($2 OR (s.user_id <> ALL ($3) AND r.position <= 20) OR (s.user_id = ANY ($3) AND r.position <= 3))
        "#,
        id,
        all,
        accounts,
        at
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_scores (sheet_id, item_id, value)
        SELECT h.id, i.id, least(i.scale_points, greatest(1, round(i.scale_points * (
            0.42 + 0.33 * (('x' || substr(md5(h.review_id::text), 1, 4))::bit(16)::int / 65535.0)
            + 0.16 * (('x' || substr(md5(h.user_id::text), 1, 4))::bit(16)::int / 65535.0 - 0.5)
            + 0.24 * (('x' || substr(md5(h.id::text || i.id), 1, 4))::bit(16)::int / 65535.0)))))::smallint
        FROM gate_score_sheets h JOIN gate_reviews r ON r.id = h.review_id
        JOIN gate_template_items i ON i.version_id = r.template_version_id
        WHERE r.meeting_id = $1
        "#,
        id
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE gate_score_sheets h SET state = 'submitted', submitted_at = $4, version = 2
        FROM gate_reviews r
        WHERE r.id = h.review_id AND r.meeting_id = $1
          AND ($2 OR h.user_id <> ALL ($3) OR r.position = 1) AND ($2 OR r.position % 5 <> 4)
        "#,
        id,
        all,
        accounts,
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Votes of all but the demo's own member, who is the chair: the decision waits for them.
async fn vote(tx: &mut Tx<'_>, id: Uuid, chair: Uuid, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_votes (review_id, user_id, choice, voted_at)
        SELECT r.id, s.user_id, (ARRAY['go', 'conditional_go', 'go', 'delegate', 'no_go', 'redirect'])[r.position], $3
        FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
        WHERE r.meeting_id = $1 AND r.position <= 4 AND s.user_id <> $2 AND gate_may_judge(r.id, s.user_id)
        "#,
        id,
        chair,
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All six outcomes by vote where a quorum of members without a conflict carries them; the other items wait for evidence.
async fn decide(
    tx: &mut Tx<'_>,
    id: Uuid,
    (receiving, closer): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        r#"
        INSERT INTO gate_votes (review_id, user_id, choice, voted_at)
        SELECT r.id, s.user_id,
               (ARRAY['go', 'go_early', 'conditional_go', 'redirect', 'hold', 'no_go', 'delegate', 'go', 'conditional_go', 'go'])[1 + (r.position - 1) % 10], $2
        FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
        WHERE r.meeting_id = $1 AND gate_may_judge(r.id, s.user_id)
        "#,
        id,
        at
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_decisions (id, review_id, task_id, outcome, how, statement, nonpublic_statement, receiving_program_id,
                                    eligible, present, in_favour, decided_by, decided_at)
        SELECT md5('decision' || r.id)::uuid, r.id, r.task_id, v.choice, 'vote',
               CASE v.choice WHEN 'go' THEN '次の段階への継続を可とする。'
                   WHEN 'go_early' THEN '成果が早期に得られたため、現在の支援の終了を待たず後続の事業へ移行することを可とする。'
                   WHEN 'conditional_go' THEN '下記の条件を期限までに満たすことを前提に継続を可とする。'
                   WHEN 'redirect' THEN '開発の方針を変更し、対象を絞って計画を立て直すこと。'
                   WHEN 'hold' THEN '判断に必要な試験結果がそろうまで判定を保留とする。'
                   ELSE '目標の達成が見込めないため、今年度末で支援を終了する。' END,
               '委員間で評価が分かれた点は、事務局から代表者に個別に伝える。',
               CASE WHEN v.choice = 'go_early' THEN $2::uuid END, t.eligible, t.present, t.present, gate_chair_of(r.id), $3
        FROM gate_reviews r CROSS JOIN LATERAL gate_tally(r.id) t
        CROSS JOIN LATERAL (SELECT x.choice FROM gate_votes x WHERE x.review_id = r.id ORDER BY x.user_id LIMIT 1) v
        WHERE r.meeting_id = $1 AND v.choice <> 'delegate' AND gate_carries(r.id, v.choice)
        "#,
        id,
        receiving,
        at
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_conditions (id, decision_id, position, text, needed, due_on, closer_id)
        SELECT md5('condition' || d.id || c.place)::uuid, d.id, c.place, c.text, c.needed, ($2::timestamptz)::date + c.days, $3
        FROM gate_decisions d JOIN gate_reviews r ON r.id = d.review_id
        CROSS JOIN (VALUES (1::smallint, 'GLP安全性試験の最終報告を確認する', '最終報告書の写し', 75),
                           (2::smallint, '連携企業との共同研究契約を締結する', '契約書の写し', 150)) AS c (place, text, needed, days)
        WHERE r.meeting_id = $1 AND d.outcome = 'conditional_go'
        "#,
        id,
        at,
        closer
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_dispositions (id, decision_id, kind, text)
        SELECT md5('disposition' || d.id)::uuid, d.id,
               CASE d.outcome WHEN 'redirect' THEN 'new_plan' WHEN 'hold' THEN 'resume_later' ELSE 'other_program' END,
               CASE d.outcome WHEN 'redirect' THEN '対象疾患を見直した計画書を3か月以内に提出する。'
                   WHEN 'hold' THEN '毒性試験の結果が得られた時点で再開する。'
                   ELSE '得られた化合物群と評価系は、基盤系の事業と企業での活用を検討する。' END
        FROM gate_decisions d JOIN gate_reviews r ON r.id = d.review_id
        WHERE r.meeting_id = $1 AND d.outcome IN ('redirect', 'hold', 'no_go')
        "#,
        id
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE gate_reviews SET state = 'waiting', waiting_for = 'PMDA RS戦略相談の記録', waiting_until = ($2::timestamptz)::date + 90, waiting_since = $2
        WHERE meeting_id = $1 AND state = 'listed'
        "#,
        id,
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What came later: evidence for the first condition of each decision, and a reopening asked for.
async fn follow(
    tx: &mut Tx<'_>,
    id: Uuid,
    seed: u64,
    (member, now): (Uuid, DateTime<Utc>),
) -> sqlx::Result<()> {
    let officer = account_id(seed, "po@demo.nakadachi.example").unwrap_or(member);
    sqlx::query!(
        r#"
        UPDATE gate_conditions c SET evidence = '最終報告書 第2版（課題フォルダに保管）', submitted_by = $2, submitted_at = $3
        FROM gate_decisions d JOIN gate_reviews r ON r.id = d.review_id
        WHERE d.id = c.decision_id AND r.meeting_id = $1 AND c.position = 1
        "#,
        id,
        officer,
        now - Days::new(2)
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO gate_reopenings (id, decision_id, reason, requested_by, requested_at)
        SELECT md5('reopening' || d.id)::uuid, d.id, '評価の後に公表された安全性情報を踏まえ、投与計画を審議し直す必要があるため。', $2, $3
        FROM gate_decisions d JOIN gate_reviews r ON r.id = d.review_id
        WHERE r.meeting_id = $1 AND d.outcome = 'go' AND r.position = 8
        "#,
        id,
        member,
        now - Days::new(1)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
