//! Opinions of PD, PS, PO and DC on tasks of the last two years, some for everybody who sees the task, some only for
//! those in whose scope it lies.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};

use super::accounts::{Author, Staff};
use super::copy::Rows;
use super::plan::Plan;
use super::random::{Purpose, Row, Stream, row_id};
use super::rows::{Table, task_id};
use super::tags::project;
use super::titles::slot;
use super::words::words;
use crate::accounts::Role;

pub const OPINIONS: Table =
    Table { name: "opinions", columns: "id, task_id, author_id, role, visibility, body, created_at" };

/// Tasks in ten that carry opinions, at most this many in all: people write no more because there are more tasks.
const SHARE: f64 = 0.14;
const MOST: usize = 6_000;

/// Rows of opinions; none is dated after `today`.
pub fn opinions(plan: &Plan, staff: &Staff, today: NaiveDate) -> Rows {
    let mut rows = Rows::default();
    let mut number = 0_u64;
    for (index, task) in plan.tasks.iter().enumerate() {
        let mut stream = Stream::of(plan.size.seed, Purpose::Opinion, index as u64);
        let recent = task.last_active_fy() >= plan.size.current_fy - 1;
        if !recent || !stream.chance(SHARE) {
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
            let day = written_on(plan, today, &mut stream);
            let disease = slot(&task.theme, "D", |text| text.ja);
            let target = slot(&task.theme, "T", |text| text.ja);
            rows.row(7)
                .uuid(row_id(plan.size.seed, Row::Opinion, number))
                .uuid(task_id(plan, index))
                .uuid(author.id)
                .text(author.role.code())
                .text(if stream.chance(0.6) { "staff" } else { "scope" })
                .text(&stream.pick(bodies(author)).replace("{D}", &disease).replace("{T}", &target))
                .time(day);
            number += 1;
        }
        if rows.count as usize >= MOST {
            break;
        }
    }
    rows
}

/// A working hour of one of the last 400 days.
fn written_on(_plan: &Plan, today: NaiveDate, stream: &mut Stream) -> DateTime<Utc> {
    let day = today - Days::new(1 + stream.below(400) as u64);
    let minute = stream.below(9 * 60) as u32;
    Utc.from_utc_datetime(&day.and_hms_opt(minute / 60, minute % 60, 0).expect("a minute of the working day"))
}

fn bodies(author: Author) -> &'static [&'static str] {
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
