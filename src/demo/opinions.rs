//! Opinions of PD, PS, PO and DC on tasks of the last two years, some for everybody who sees the task, some only for
//! those in whose scope it lies.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};

use uuid::Uuid;

use super::accounts::{Author, Staff};
use super::copy::Rows;
use super::plan::Plan;
use super::random::{Purpose, Row, Stream, row_id};
use super::rows::{Period, Table, task_id};
use super::tags::project;
use super::titles::slot;
use super::words::words;
use crate::accounts::Role;

pub const OPINIONS: Table =
    Table { name: "opinions", columns: "id, task_id, author_id, role, visibility, body, created_at" };

/// Share of the tasks that carry opinions.
const SHARE: f64 = 0.14;
/// People write no more because there are more tasks.
const MOST: usize = 1_200;

/// One opinion.
pub struct Opinion {
    pub id: Uuid,
    pub task: Uuid,
    pub author: Author,
    pub visibility: &'static str,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// Rows of opinions.
pub fn rows(opinions: &[Opinion]) -> Rows {
    let mut rows = Rows::default();
    for opinion in opinions {
        rows.row(7)
            .uuid(opinion.id)
            .uuid(opinion.task)
            .uuid(opinion.author.id)
            .text(opinion.author.role.code())
            .text(opinion.visibility)
            .text(&opinion.body)
            .time(opinion.at);
    }
    rows
}

/// Opinions in the order of their writing; none is dated after `today`.
pub fn opinions(plan: &Plan, staff: &Staff, today: NaiveDate) -> Vec<Opinion> {
    let mut opinions = Vec::new();
    for (index, task) in plan.tasks.iter().enumerate() {
        let mut stream = Stream::of(plan.size.seed, Purpose::Opinion, index as u64);
        let recent = task.last_active_fy() >= plan.size.current_fy - 1;
        let running_days = (today - Period::of(task).starts_on).num_days();
        if !recent || running_days < 30 || !stream.chance(SHARE) {
            continue;
        }
        let area = words().diseases[usize::from(task.theme.disease)].areas[0];
        let [supervisor, officer] = staff.of_program(task.profile);
        let director = project(task.profile(), &task.theme, plan.size.current_fy).map(|n| staff.director(n));
        let people = [Some(supervisor), Some(officer), director, staff.coordinator(area)];
        for author in people.into_iter().flatten() {
            if !stream.chance(0.5) {
                continue;
            }
            let day = written_on(today, running_days.min(400) as usize, &mut stream);
            let disease = slot(&task.theme, "D", |text| text.ja);
            let target = slot(&task.theme, "T", |text| text.ja);
            opinions.push(Opinion {
                id: row_id(plan.size.seed, Row::Opinion, opinions.len() as u64),
                task: task_id(plan, index),
                visibility: if stream.chance(0.6) { "staff" } else { "scope" },
                body: stream.pick(bodies(&author)).replace("{D}", &disease).replace("{T}", &target),
                author,
                at: day,
            });
        }
        if opinions.len() >= MOST {
            break;
        }
    }
    opinions.sort_by_key(|opinion| (opinion.at, opinion.id));
    opinions
}

/// A working hour of one of the last `days`.
fn written_on(today: NaiveDate, days: usize, stream: &mut Stream) -> DateTime<Utc> {
    let day = today - Days::new(1 + stream.below(days - 1) as u64);
    let minute = stream.below(9 * 60) as u32;
    Utc.from_utc_datetime(&day.and_hms_opt(minute / 60, minute % 60, 0).expect("a minute of the working day"))
}

fn bodies(author: &Author) -> &'static [&'static str] {
    match author.role {
        Role::ProgramSupervisor => &[
            "進捗はおおむね計画どおり。{T}の作用機序を裏付けるデータが次の評価までに必要である。",
            "{D}の対象患者を絞り込んだ点は評価できる。主要評価項目の妥当性をPMDAに早めに相談すること。",
            "次のステップへ進める水準にある。受入事業の候補を年度内に挙げてほしい。",
            "登録が計画より遅れている。施設の追加を含む対応案を次回の報告会で示すこと。",
            "知財の整理が不十分。出願前の公表を避け、支援窓口と相談すること。",
        ],
        Role::ProgramOfficer => &[
            "サイトビジットを実施。研究体制に問題はなく、若手研究者の育成も進んでいる。",
            "{D}の患者試料の収集が順調で、当初の目標数を上回る見込み。",
            "分担機関との役割分担が不明確。契約書別紙の修正を依頼した。",
            "研究開発代表者から、非臨床試験の委託先の変更について相談を受けた。費用の増減はない。",
            "中間評価の資料は来月末までに提出予定。要点は事前に確認済み。",
        ],
        Role::ProgramDirector => &[
            "プロジェクト内に{T}を対象とする類似の課題がある。情報交換の場を設けたい。",
            "{D}は重点的に進めるべき領域であり、調整費による加速の候補として検討する。",
            "他事業との接続を見据え、出口戦略の具体化を求めたい。",
            "国際動向を踏まえると競争が激しい。差別化の根拠を明確にすること。",
        ],
        _ => &[
            "{D}の領域全体では診断に関する課題が多く、治療に関する課題が少ない。釣り合いを考慮してほしい（助言）。",
            "患者団体から{D}の研究成果の分かりやすい公表を求める声がある（助言）。",
            "{D}について他のプロジェクトの課題と重なる部分がある。共同の検討を勧める（助言）。",
            "国の計画に照らして意義のある課題である。臨床側の研究者の参画を勧める（助言）。",
        ],
    }
}
