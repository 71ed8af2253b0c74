//! Rows of institutions, companies, people and successor links.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::copy::Rows;
use super::names;
use super::people::company;
use super::plan::Plan;
use super::random::{Purpose, Row, Stream, row_id};
use super::rows::{Table, person_id, task_id};
use super::succession::{COMPANIES, Destination, Link};
use super::words::words;
use crate::kernel::text::fold;

pub const INSTITUTIONS: Table =
    Table { name: "institutions", columns: "id, corporate_number, name_ja, name_en, kind, folded" };
pub const PEOPLE: Table =
    Table { name: "people", columns: "id, name_ja, name_kana, name_en, institution_id, department, folded" };
pub const LINKS: Table = Table {
    name: "successor_links",
    columns: "id, from_task_id, to_task_id, company_name, kind, linked_on, fiscal_year, evidence",
};

/// Real institutions with their corporate numbers, then the invented companies.
pub fn institutions(plan: &Plan) -> Rows {
    let mut rows = Rows::default();
    for index in 0..words().institutions.len() as u16 + COMPANIES {
        let real = words().institutions.get(usize::from(index));
        let (ja, en) = names::institution(index);
        rows.row(6)
            .uuid(names::institution_id(plan.size.seed, index))
            .text_or_null(real.and_then(|i| i.corporate_number))
            .text(&ja)
            .text(&en)
            .text(if real.is_some() { kind(&ja) } else { "company" })
            .text(&fold(&ja));
    }
    rows
}

fn kind(name: &str) -> &'static str {
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if name.starts_with("国立大学法人") {
        "national_university"
    } else if has(&["公立大学", "札幌医科大学"]) {
        "public_university"
    } else if name.starts_with("学校法人") || name == "慶應義塾" {
        "private_university"
    } else if has(&["病院機構", "がんセンター", "済生会", "健康長寿医療センター"]) {
        "hospital"
    } else if has(&["研究", "機構", "衛生", "医療科学院"]) {
        "research_institute"
    } else {
        "other"
    }
}

/// People in blocks, made on all cores.
pub fn people(plan: &Plan) -> Vec<Rows> {
    let starts: Vec<u32> = (0..plan.pools.len()).step_by(5_000).collect();
    starts
        .into_par_iter()
        .map(|start| {
            let mut rows = Rows::default();
            for index in start..(start + 5_000).min(plan.pools.len()) {
                let person = plan.pools.person(index);
                let name = person.name_ja();
                rows.row(7)
                    .uuid(person_id(plan, index))
                    .text(&name)
                    .text(&person.kana())
                    .text(&person.name_en())
                    .uuid(names::institution_id(plan.size.seed, person.institution))
                    .text_or_null(person.department)
                    .text(&fold(&name));
            }
            rows
        })
        .collect()
}

/// Links between tasks and to companies, each with the day and what shows it.
pub fn links(plan: &Plan) -> Rows {
    let mut rows = Rows::default();
    for (index, link) in plan.links.iter().enumerate() {
        let mut stream = Stream::of(plan.size.seed, Purpose::Link, (1 << 40) | index as u64);
        let (to, company_name) = match link.to {
            Destination::Task(to) => (Some(task_id(plan, to as usize)), None),
            Destination::Company(at) => (None, Some(company(at).0)),
        };
        rows.row(8)
            .uuid(row_id(plan.size.seed, Row::Link, index as u64))
            .uuid(task_id(plan, link.from as usize))
            .uuid_or_null(to)
            .text_or_null(company_name.as_deref())
            .text(link.kind)
            .date(linked_on(plan, link, &mut stream))
            .int2(link.fiscal_year)
            .text(&evidence(link, &mut stream));
    }
    rows
}

/// The start of the successor, or a day of the year in which a company signed.
fn linked_on(plan: &Plan, link: &Link, stream: &mut Stream) -> NaiveDate {
    if let Destination::Task(to) = link.to {
        return super::rows::Period::of(&plan.tasks[to as usize]).starts_on;
    }
    let april = NaiveDate::from_ymd_opt(i32::from(link.fiscal_year), 4, 1).expect("1 April exists");
    // No later than October, so that links of the running year lie behind a reader in its second half.
    april + chrono::Days::new(stream.below(200) as u64)
}

fn evidence(link: &Link, stream: &mut Stream) -> String {
    let year = link.fiscal_year - 2018;
    let number = 1 + stream.below(6);
    match link.kind {
        "pairing" => format!(
            "採択時のペアリング設定に基づき、ステージ終了時の確認（令和{}年度第{number}回）を経て移行",
            year - 1
        ),
        "matching" => format!("令和{}年度第{number}回マッチング会議で受入事業の合意", year - 1),
        "hand_over" => stream
            .pick(&[
                "同一事業内の次ステップへの受け渡し（ステージゲート通過）",
                "事業内公募の次段階に採択",
                "中間評価の結果により次段階へ移行",
            ])
            .to_string(),
        "continuation" => stream
            .pick(&[
                "後継課題の研究開発提案書に前課題の成果として記載",
                "研究代表者からの実用化進捗情報による",
                "成果報告書の今後の展開に記載",
            ])
            .to_string(),
        "licence" => format!("実施許諾契約書（写し）受領 令和{year}年度第{:03}号", 1 + stream.below(400)),
        "transfer" => format!("権利譲渡の届出 令和{year}年度第{:03}号", 1 + stream.below(400)),
        _ => format!("共同研究開発契約の報告 令和{year}年度第{:03}号", 1 + stream.below(400)),
    }
}
