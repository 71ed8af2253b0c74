//! Exit strategies, milestones, their evidence and the slip ledger of the demo: a good part of the tasks of the last
//! years, with some late, some waiting to be accepted, and slips that differ by type.

mod words;

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeZone, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::copy::Rows;
use super::load::copy;
use super::people::company;
use super::plan::{Plan, TaskPlan};
use super::random::{Purpose, Row, Stream, row_id};
use super::rows::{Period, Table, person_id, task_id};
use super::succession::{COMPANIES, Destination};
use super::tags::{Vocabulary, tags};
use super::titles::slot;
use crate::db::Tx;

use words::{COMPETITORS, EVIDENCE_WORDS, path, reason_of, remark_of, slip_of, strategy_words};

const MILESTONES: Table = Table {
    name: "milestones",
    columns: "id, task_id, type_id, detail, due_on, first_due_on, owner_user_id, owner_person_id, state, reported_on, \
              reported_by, reported_at, met_on, accepted_by, accepted_at, version, created_at, updated_at",
};
const CHANGES: Table = Table {
    name: "milestone_changes",
    columns: "id, milestone_id, version, at, by_id, old_due_on, new_due_on, old_state, new_state, reason, remark",
};
const EVIDENCE: Table = Table {
    name: "milestone_evidence",
    columns: "id, milestone_id, kind, body, url, file_id, added_by, added_at",
};
const FILES: Table = Table {
    name: "attached_files",
    columns: "id, file_name, content_type, file_bytes, file_size, sha256, added_by, added_at",
};
const WAITS: Table =
    Table { name: "milestone_dependencies", columns: "milestone_id, needs_id, lag_days, agreed_due_on" };
const STRATEGIES: Table = Table {
    name: "exit_strategies",
    columns: "task_id, product, approval_class_id, taker_kind, taker, taker_program_id, data_set, ip, competitors, \
              updated_at",
};

/// Tasks with milestones at most, in a demo of any size.
const MOST: f64 = 9_000.0;
/// Milestones of a task at most; their ids follow from the task's.
const PER_TASK: u64 = 8;

/// Fills the tables of milestones.
pub async fn fill(
    tx: &mut Tx<'_>,
    plan: &Plan,
    vocabulary: &Vocabulary,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let types = sqlx::query!("SELECT code, id FROM milestone_types").fetch_all(&mut **tx).await?;
    let staff = sqlx::query!("SELECT email, id FROM users WHERE email LIKE '%@staff.nakadachi.example'")
        .fetch_all(&mut **tx)
        .await?;
    let known = Known {
        plan,
        vocabulary,
        now,
        today: crate::kernel::clock::today_in_japan(now),
        types: types.into_iter().map(|r| (r.code, r.id)).collect(),
        staff: staff.into_iter().map(|r| (r.email, r.id)).collect(),
    };
    let made = known.make();
    copy(tx, &MILESTONES, [made.milestones]).await?;
    copy(tx, &CHANGES, [made.changes]).await?;
    copy(tx, &FILES, [made.files]).await?;
    copy(tx, &EVIDENCE, [made.evidence]).await?;
    copy(tx, &WAITS, [made.waits]).await?;
    copy(tx, &STRATEGIES, [made.strategies]).await
}

struct Known<'a> {
    plan: &'a Plan,
    vocabulary: &'a Vocabulary,
    now: DateTime<Utc>,
    today: NaiveDate,
    types: HashMap<String, i16>,
    staff: HashMap<String, Uuid>,
}

#[derive(Default)]
struct Made {
    milestones: Rows,
    changes: Rows,
    files: Rows,
    evidence: Rows,
    waits: Rows,
    strategies: Rows,
}

/// A milestone that others may wait for.
#[derive(Clone, Copy)]
struct Placed {
    id: Uuid,
    first_due: NaiveDate,
    due: NaiveDate,
    is_open: bool,
}

/// People of a task.
struct Team {
    ps: Uuid,
    po: Uuid,
    lead: Uuid,
}

/// What became of a milestone.
enum Fate {
    Met(NaiveDate),
    Reported(NaiveDate),
    Missed,
    Dropped,
    Planned,
}

impl Known<'_> {
    fn make(&self) -> Made {
        let mut made = Made::default();
        let mut last: HashMap<usize, Placed> = HashMap::new();
        let mut first: HashMap<usize, Placed> = HashMap::new();
        let share = (MOST / self.plan.tasks.len().max(1) as f64).min(1.0);
        for (index, task) in self.plan.tasks.iter().enumerate() {
            let mut stream = Stream::of(self.plan.size.seed, Purpose::Milestone, index as u64);
            let recent = task.last_active_fy() >= self.plan.size.current_fy - 3;
            // The programs of the demo's own PS and PO are nearly whole.
            let shown = matches!(task.profile().code, "R04" | "R05");
            let wanted = if shown { 0.93 } else { 0.58 } * share;
            if !recent || !stream.chance(wanted) {
                continue;
            }
            let Some(team) = self.team(index, task) else { continue };
            if stream.chance(0.85) {
                self.strategy(index, task, &mut stream, &mut made.strategies);
            }
            let chain = self.task(index, task, &team, &mut stream, &mut made);
            if let (Some(a), Some(z)) = (chain.first(), chain.last()) {
                first.insert(index, *a);
                last.insert(index, *z);
            }
        }
        // A successor waits for the last milestone of the task it continues, across programs.
        for link in &self.plan.links {
            let Destination::Task(to) = link.to else { continue };
            let ends = (last.get(&(link.from as usize)), first.get(&(to as usize)));
            if let (Some(needed), Some(waiting)) = ends
                && needed.first_due < waiting.due
                && waiting.is_open
            {
                wait(&mut made.waits, waiting, needed, 0);
            }
        }
        made
    }

    fn team(&self, index: usize, task: &TaskPlan) -> Option<Team> {
        let code = task.profile().code.to_lowercase();
        let of = |kind: &str| self.staff.get(&format!("{kind}.{code}@staff.nakadachi.example")).copied();
        Some(Team { ps: of("ps")?, po: of("po")?, lead: person_id(self.plan, self.plan.tasks[index].lead) })
    }

    /// The milestones of a task, in order; returns what others may wait for.
    fn task(
        &self,
        index: usize,
        task: &TaskPlan,
        team: &Team,
        stream: &mut Stream,
        made: &mut Made,
    ) -> Vec<Placed> {
        let period = Period::of(task);
        let approval = self.approval(task);
        let path = path(approval, task.theme.phase_letter());
        let days = (period.ends_on - period.starts_on).num_days();
        let mut chain: Vec<Placed> = Vec::new();
        for (n, code) in path.iter().enumerate().take(PER_TASK as usize) {
            let Some(type_id) = self.types.get(*code).copied() else { continue };
            if !stream.chance(0.9) {
                continue;
            }
            let at = days * (n as i64 + 1) / (path.len() as i64 + 1) + stream.below(60) as i64 - 20;
            let first_due = end_of_month(period.starts_on + Days::new(at.max(45) as u64));
            let id = row_id(self.plan.size.seed, Row::Milestone, index as u64 * PER_TASK + n as u64);
            let one = One { id, number: index as u64 * PER_TASK + n as u64, type_id, code, first_due };
            let placed = self.milestone(&one, task, team, &period, stream, made);
            if let Some(before) = chain.last()
                && before.first_due < placed.first_due
                && stream.chance(0.7)
            {
                wait(&mut made.waits, &placed, before, [0, 0, 14, 30][stream.below(4)]);
            }
            chain.push(placed);
        }
        chain
    }

    fn approval(&self, task: &TaskPlan) -> &'static str {
        let found = tags(&task.theme, self.vocabulary, 1).approvals;
        ["drug", "device", "ivd", "regenerative"]
            .into_iter()
            .find(|code| found.first() == Some(&self.vocabulary.id("approval_class", code)))
            .unwrap_or("not_applicable")
    }

    fn milestone(
        &self,
        one: &One<'_>,
        task: &TaskPlan,
        team: &Team,
        period: &Period,
        stream: &mut Stream,
        made: &mut Made,
    ) -> Placed {
        let slip = slip_of(one.code, stream);
        let actual = one.first_due + chrono::Duration::days(slip);
        let stop = period.stopped_on.unwrap_or(NaiveDate::MAX);
        let fate = self.fate(actual, one.first_due, stop, stream);
        let mut ledger = Ledger::new(one, self.now);
        // Slips are seen coming: the due date moves once or twice before the day.
        let known = matches!(fate, Fate::Met(_) | Fate::Reported(_)) || stream.chance(0.6);
        if slip > 40 && known && one.first_due < stop {
            let target = end_of_month(actual + Days::new(stream.below(20) as u64));
            let steps = if slip > 150 { 2 } else { 1 };
            for step in 1..=steps {
                let due = if step == steps {
                    target
                } else {
                    end_of_month(one.first_due + chrono::Duration::days(slip / 2))
                };
                let at = ledger.due - Days::new(12 + stream.below(40) as u64);
                let reason = reason_of(one.code, stream);
                ledger.moved(due, working_hour(at, stream), reason, team.po, stream, &mut made.changes);
            }
        } else if slip < -25 && known {
            let at = actual - Days::new(20);
            ledger.moved(
                end_of_month(actual),
                working_hour(at, stream),
                "earlier",
                team.po,
                stream,
                &mut made.changes,
            );
        }
        let created = noon(period.starts_on - Days::new(10)).min(self.now);
        let (state, reported, accepted) = match fate {
            Fate::Met(on) => {
                let reported_at =
                    working_hour(on + Days::new(4 + stream.below(8) as u64), stream).min(self.now);
                let at = working_hour(on + Days::new(14 + stream.below(16) as u64), stream).min(self.now);
                ledger.version += 1;
                ledger.closed("met", "achieved", &on.to_string(), at, team.ps, &mut made.changes);
                ("met", Some((on, reported_at)), Some(at))
            }
            Fate::Reported(on) => {
                let reported_at =
                    working_hour(on + Days::new(2 + stream.below(5) as u64), stream).min(self.now);
                ledger.version += 1;
                ("planned", Some((on, reported_at)), None)
            }
            Fate::Missed => {
                let at = working_hour(ledger.due + Days::new(30), stream).min(self.now);
                let words = "目標値に届かず、残りの期間での達成は見込めないと判断した。";
                ledger.closed("missed", "not_achieved", words, at, team.ps, &mut made.changes);
                ("missed", None, None)
            }
            Fate::Dropped => {
                let at = working_hour(stop, stream).min(self.now);
                let words = "課題の中止に伴い取りやめた。";
                ledger.closed("dropped", "stopped", words, at, team.ps, &mut made.changes);
                ("dropped", None, None)
            }
            Fate::Planned => ("planned", None, None),
        };
        if let Some((on, at)) = reported {
            self.evidence(one, task, on, at, team.po, stream, made);
        }
        let lead_owns = stream.chance(0.8);
        made.milestones
            .row(18)
            .uuid(one.id)
            .uuid(task_id(self.plan, (one.number / PER_TASK) as usize))
            .int2(one.type_id)
            .null()
            .date(ledger.due)
            .date(one.first_due)
            .uuid_or_null((!lead_owns).then_some(team.po))
            .uuid_or_null(lead_owns.then_some(team.lead))
            .text(state)
            .date_or_null(reported.map(|r| r.0))
            .uuid_or_null(reported.map(|_| team.po))
            .time_or_null(reported.map(|r| r.1))
            .date_or_null(accepted.and(reported).map(|r| r.0))
            .uuid_or_null(accepted.map(|_| team.ps))
            .time_or_null(accepted)
            .int4(ledger.version)
            .time(created)
            .time(ledger.at.max(created));
        Placed { id: one.id, first_due: one.first_due, due: ledger.due, is_open: state == "planned" }
    }

    fn fate(&self, actual: NaiveDate, first_due: NaiveDate, stop: NaiveDate, stream: &mut Stream) -> Fate {
        let age = (self.today - actual).num_days();
        if actual > stop {
            return if stop < self.today { Fate::Dropped } else { Fate::Planned };
        }
        match age {
            45.. if stream.chance(0.955) => Fate::Met(actual),
            45.. if (self.today - first_due).num_days() > 120 => Fate::Missed,
            3..45 if stream.chance(0.4) => Fate::Reported(actual),
            20.. => Fate::Met(actual),
            _ => Fate::Planned,
        }
    }

    /// What shows that it is met; the last-but-one in ten is a file.
    #[expect(clippy::too_many_arguments, reason = "one argument per fact of the evidence")]
    fn evidence(
        &self,
        one: &One<'_>,
        task: &TaskPlan,
        on: NaiveDate,
        at: DateTime<Utc>,
        by: Uuid,
        stream: &mut Stream,
        made: &mut Made,
    ) {
        let id = row_id(self.plan.size.seed, Row::MilestoneEvidence, one.number);
        let disease = slot(&task.theme, "D", |text| text.ja);
        let body = stream.pick(&EVIDENCE_WORDS).replace("{D}", &disease).replace("{日}", &on.to_string());
        let row = made.evidence.row(8).uuid(id).uuid(one.id);
        match stream.below(10) {
            0 => {
                let text = format!("達成報告（要旨）\n達成日：{on}\n{body}\n");
                let hash = Sha256::digest(text.as_bytes());
                made.files
                    .row(8)
                    .uuid(id)
                    .text("達成報告.txt")
                    .text("text/plain")
                    .bytes(text.as_bytes())
                    .int4(text.len() as i32)
                    .bytes(&hash)
                    .uuid(by)
                    .time(at);
                row.text("file").text(&body).null().uuid(id)
            }
            1 | 2 => {
                let url = format!("https://jrct.example.jp/latest-detail/{}", 1_000 + one.number % 9_000);
                row.text("link").text(&body).text(&url).null()
            }
            _ => row.text("text").text(&body).null().null(),
        }
        .uuid(by)
        .time(at);
    }

    fn strategy(&self, index: usize, task: &TaskPlan, stream: &mut Stream, rows: &mut Rows) {
        let approval = self.approval(task);
        let disease = slot(&task.theme, "D", |text| text.ja);
        let (product, data, ip) = strategy_words(approval, &disease, task);
        let class = (approval != "not_applicable").then(|| self.vocabulary.id("approval_class", approval));
        let to_program = matches!(task.theme.phase_letter(), 'b' | 'a') && stream.chance(0.6);
        let kind = match approval {
            "not_applicable" => "clinical",
            _ if to_program => "program",
            _ => "company",
        };
        let next = if approval == "regenerative" { "R17" } else { "R05" };
        let taker = match kind {
            "company" => Some(company(stream.below(usize::from(COMPANIES)) as u16).0),
            "clinical" => Some("学会・診療ガイドライン委員会、協力医療機関".to_owned()),
            _ => None,
        };
        let competitor = stream.pick(&COMPETITORS).replace("{D}", &disease);
        rows.row(10).uuid(task_id(self.plan, index)).text(&product);
        match class {
            Some(class) => rows.int2(class),
            None => rows.null(),
        };
        rows.text(kind)
            .text_or_null(taker.as_deref())
            .uuid_or_null((kind == "program").then(|| super::names::program_id(next)))
            .text(data)
            .text(ip)
            .text(&competitor)
            .time(noon(Period::of(task).starts_on + Days::new(40)).min(self.now));
    }
}

/// A milestone to be written.
struct One<'a> {
    id: Uuid,
    number: u64,
    type_id: i16,
    code: &'a str,
    first_due: NaiveDate,
}

/// The due date and version of a milestone while its ledger is written.
struct Ledger<'a> {
    one: &'a One<'a>,
    now: DateTime<Utc>,
    due: NaiveDate,
    version: i32,
    at: DateTime<Utc>,
    lines: u64,
}

impl<'a> Ledger<'a> {
    fn new(one: &'a One<'a>, now: DateTime<Utc>) -> Self {
        Self { one, now, due: one.first_due, version: 1, at: DateTime::UNIX_EPOCH, lines: 0 }
    }

    /// A due date moves; one that would lie in the future of the demo does not.
    fn moved(
        &mut self,
        due: NaiveDate,
        at: DateTime<Utc>,
        reason: &str,
        by: Uuid,
        stream: &mut Stream,
        rows: &mut Rows,
    ) {
        if at > self.now || at <= self.at || due == self.due {
            return;
        }
        let remark = remark_of(reason, stream);
        self.line(due, ("planned", "planned"), reason, remark, at, by, rows);
    }

    fn closed(
        &mut self,
        state: &str,
        reason: &str,
        remark: &str,
        at: DateTime<Utc>,
        by: Uuid,
        rows: &mut Rows,
    ) {
        let at = at.max(self.at + chrono::Duration::hours(1)).min(self.now);
        self.line(self.due, ("planned", state), reason, remark, at, by, rows);
    }

    #[expect(clippy::too_many_arguments, reason = "one argument per column")]
    fn line(
        &mut self,
        due: NaiveDate,
        state: (&str, &str),
        reason: &str,
        remark: &str,
        at: DateTime<Utc>,
        by: Uuid,
        rows: &mut Rows,
    ) {
        self.version += 1;
        let seed = 0x6d69_6c65;
        rows.row(11)
            .uuid(row_id(seed, Row::MilestoneChange, self.one.number * 4 + self.lines))
            .uuid(self.one.id)
            .int4(self.version)
            .time(at)
            .uuid(by)
            .date(self.due)
            .date(due)
            .text(state.0)
            .text(state.1)
            .text(reason)
            .text(remark);
        self.lines += 1;
        self.due = due;
        self.at = at;
    }
}

fn wait(rows: &mut Rows, waiting: &Placed, needed: &Placed, lag_days: i16) {
    let gap = (waiting.first_due - needed.first_due).num_days();
    let lag = lag_days.min(i16::try_from(gap.max(0)).unwrap_or(0));
    rows.row(4).uuid(waiting.id).uuid(needed.id).int2(lag).date(needed.first_due);
}

fn end_of_month(day: NaiveDate) -> NaiveDate {
    let (year, month) = if day.month() == 12 { (day.year() + 1, 1) } else { (day.year(), day.month() + 1) };
    NaiveDate::from_ymd_opt(year, month, 1).and_then(|d| d.pred_opt()).unwrap_or(day)
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    Utc.from_utc_datetime(&day.and_hms_opt(3, 0, 0).expect("three o'clock exists"))
}

/// A minute of the working day in Japan.
fn working_hour(day: NaiveDate, stream: &mut Stream) -> DateTime<Utc> {
    let minute = stream.below(9 * 60) as u32;
    Utc.from_utc_datetime(&day.and_hms_opt(minute / 60, minute % 60, 0).expect("a minute of the working day"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_on_a_path_is_shipped() {
        let shipped = include_str!("../../../migrations/20261122100001_create_milestone_types.sql");
        for approval in ["drug", "device", "regenerative", "not_applicable"] {
            for phase in ['b', 'a', 'n', 'c', 't', 'p', 'o', 'x'] {
                for code in path(approval, phase) {
                    assert!(shipped.contains(&format!("('{code}',")), "{code}");
                }
            }
        }
    }
}
