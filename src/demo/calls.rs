//! Calls (公募) of every program and year, the coming one included, with the slots that matching fills.

use chrono::NaiveDate;

use super::copy::Rows;
use super::names;
use super::plan::Plan;
use super::profiles::{PHASES, Profile, profiles};
use super::random::{Row, row_id};
use super::rows::Table;
use super::tags::Vocabulary;
use super::words::words;

pub const CALLS: Table = Table {
    name: "calls",
    columns: "id, program_id, fiscal_year, round, name_ja, name_en, opens_on, closes_on, starts_on, source",
};
pub const SLOTS: Table = Table {
    name: "slot_types",
    columns: "id, call_id, position, step, step_en, name_ja, name_en, min_new, max_new, yearly_ceiling_yen, max_years, phase_ids, \
              modality_ids, approval_ids, disease_ids",
};

/// Rows of calls and their slots.
pub fn calls(plan: &Plan, vocabulary: &Vocabulary) -> (Rows, Rows) {
    let (mut calls, mut slots) = (Rows::default(), Rows::default());
    for fiscal_year in plan.size.first_fy()..=plan.size.current_fy + 1 {
        for (at, profile) in profiles().iter().enumerate().filter(|(_, p)| p.runs_in(fiscal_year)) {
            let number = u64::from(fiscal_year as u16) << 16 | (at as u64) << 8;
            let id = row_id(plan.size.seed, Row::Call, number);
            let day = |year: i16, month, day| {
                NaiveDate::from_ymd_opt(i32::from(year), month, day)
                    .expect("the days of a call's calendar exist")
            };
            calls
                .row(10)
                .uuid(id)
                .uuid(names::program_id(names::booked(profile.code, fiscal_year)))
                .int2(fiscal_year)
                .int2(1)
                .text(&format!("令和{}年度 一次公募", fiscal_year - 2018))
                .text(&format!("FY{fiscal_year} first call"))
                .date(day(fiscal_year - 1, 11, 1 + (at as u32 * 7) % 26))
                .date(day(fiscal_year, 1, 5 + (at as u32 * 5) % 25))
                .date(day(fiscal_year, 4, 1))
                .text("demo");
            write_slots(plan, vocabulary, profile, number, &mut slots);
        }
    }
    (calls, slots)
}

fn write_slots(plan: &Plan, vocabulary: &Vocabulary, profile: &Profile, call: u64, slots: &mut Rows) {
    let all: f64 = profiles().iter().map(|p| p.tasks).sum();
    let new_tasks = f64::from(plan.size.tasks_per_year) * 0.385 * profile.tasks / all;
    let phases: f64 = profile.phases.iter().map(|(_, weight)| weight).sum();
    for (position, (phase, weight)) in profile.phases.iter().enumerate() {
        // A call takes no more than a few hundred, however large the demo.
        let expected = (new_tasks * weight / phases).min(300.0);
        let most = ((expected * 1.35).ceil() as i16).max(1);
        let step = profile.steps.iter().find(|(p, _)| p == phase).map(|(_, step)| *step);
        let code = PHASES[usize::from(*phase)].1;
        let (name_ja, name_en) = slot_name(code);
        slots
            .row(15)
            .uuid(row_id(plan.size.seed, Row::Slot, call | position as u64))
            .uuid(row_id(plan.size.seed, Row::Call, call))
            .int2(position as i16 + 1)
            .text_or_null(step)
            .text_or_null(step.and_then(step_in_english))
            .text(name_ja)
            .text(name_en)
            .int2((expected * 0.5).floor() as i16)
            .int2(most)
            .int8(ceiling(profile, code))
            .int2(if profile.median < 9.0 { 2 } else { 3 })
            .int2_array(&[vocabulary.id("phase", code)])
            .int2_array(&modalities(profile, vocabulary))
            .int2_array(&approvals(profile, vocabulary))
            .int2_array(&diseases(profile, vocabulary));
    }
}

/// The steps of calls in English; those of the profiles have all one.
const STEPS: [(&str, &str); 24] = [
    ("AMED-CREST", "AMED-CREST"),
    ("preF", "preF"),
    ("シーズB", "Seeds B"),
    ("シーズC(a)", "Seeds C(a)"),
    ("シーズC(b)", "Seeds C(b)"),
    ("スタートアップタイプ", "Start-up type"),
    ("ステップ0（シーズ探索）", "Step 0 (seeds)"),
    ("ステップ1（治験準備）", "Step 1 (trial preparation)"),
    ("ステップ2（治験）", "Step 2 (trial)"),
    ("チャレンジタイプ", "Challenge type"),
    ("個別重点研究課題", "Priority topics"),
    ("創薬", "Drug discovery"),
    ("基礎応用研究課題", "Basic and applied research"),
    ("実施（ステップ2）", "Conduct (step 2)"),
    ("応用研究フェーズ", "Applied research phase"),
    ("探索研究フェーズ", "Exploratory research phase"),
    ("治験実施", "Trial conduct"),
    ("治験準備", "Trial preparation"),
    ("海外拠点", "Overseas sites"),
    ("準備（ステップ1）", "Preparation (step 1)"),
    ("研究・実用化支援", "Research and support"),
    ("開発・事業化", "Development and business"),
    ("非臨床PoC取得研究課題", "Non-clinical proof of concept"),
    ("領域3", "Area 3"),
];

fn step_in_english(step: &str) -> Option<&'static str> {
    STEPS.iter().find(|(ja, _)| *ja == step).map(|(_, en)| *en)
}

fn slot_name(phase: &str) -> (&'static str, &'static str) {
    match phase {
        "basic" => ("病態解明・シーズ探索", "Pathogenesis and seeds"),
        "applied" => ("応用・開発研究", "Applied development"),
        "nonclinical" => ("非臨床試験・治験準備", "Non-clinical studies and trial preparation"),
        "clinical_trial" => ("臨床研究・臨床試験", "Clinical studies"),
        "registration_trial" => ("医師主導治験・企業治験", "Registration trials"),
        "post_market" => ("市販後研究", "Post-market research"),
        "observational" => ("疫学・エビデンス創出", "Epidemiology and evidence"),
        _ => ("基盤整備・人材育成", "Infrastructure and people"),
    }
}

/// Direct cost of a year that a call allows: above most of the program's tasks, in steps of half a million yen.
fn ceiling(profile: &Profile, phase: &str) -> i64 {
    let factor = match phase {
        "nonclinical" | "clinical_trial" => 2.0,
        "registration_trial" => 2.6,
        _ => 1.6,
    };
    ((profile.median * factor * 2.0).ceil() as i64).max(2) * 500_000
}

fn modalities(profile: &Profile, vocabulary: &Vocabulary) -> Vec<i16> {
    match profile.is_regenerative() {
        true => vec![vocabulary.id("modality", "cell_therapy"), vocabulary.id("modality", "gene_therapy")],
        false
            if profile
                .families
                .iter()
                .all(|(f, _)| matches!(*f, "device" | "samd" | "diag" | "regsci" | "infra")) =>
        {
            ["device_therapy", "device_diagnosis", "software", "ivd"]
                .map(|c| vocabulary.id("modality", c))
                .to_vec()
        }
        false => Vec::new(),
    }
}

fn approvals(profile: &Profile, vocabulary: &Vocabulary) -> Vec<i16> {
    match profile.projects[1].as_slice() {
        [2] => vec![vocabulary.id("approval_class", "device"), vocabulary.id("approval_class", "ivd")],
        [3] => vec![vocabulary.id("approval_class", "regenerative")],
        _ => Vec::new(),
    }
}

/// The main areas of the program's diseases where they are few; a program for all diseases names none.
fn diseases(profile: &Profile, vocabulary: &Vocabulary) -> Vec<i16> {
    let mut ids: Vec<i16> = words()
        .diseases
        .iter()
        .filter(|d| profile.takes_group(d.group))
        .map(|d| vocabulary.id("disease_area", d.areas[0]))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > 3 { Vec::new() } else { ids }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_reads_in_english() {
        for (_, step) in profiles().iter().flat_map(|profile| &profile.steps) {
            assert!(step_in_english(step).is_some(), "{step}");
        }
    }
}
