//! Tags of a task from its theme, and the integrated project that books its money.

use std::collections::HashMap;

use super::profiles::{PHASES, Profile};
use super::themes::{Theme, uses_treatment};
use super::words::words;

/// Ids of the vocabularies as the database numbered them.
pub struct Vocabulary(HashMap<(String, String), i16>);

impl Vocabulary {
    /// From rows of (vocabulary, code, id).
    pub fn new(rows: impl IntoIterator<Item = (String, String, i16)>) -> Self {
        Self(rows.into_iter().map(|(vocabulary, code, id)| ((vocabulary, code), id)).collect())
    }

    /// The id of a shipped value.
    pub fn id(&self, vocabulary: &str, code: &str) -> i16 {
        *self
            .0
            .get(&(vocabulary.to_owned(), code.to_owned()))
            .unwrap_or_else(|| panic!("the reference data ships {vocabulary} {code}"))
    }

    fn ids(&self, vocabulary: &str, codes: &[&str]) -> Vec<i16> {
        let mut ids: Vec<i16> = Vec::with_capacity(codes.len());
        for code in codes {
            let id = self.id(vocabulary, code);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

/// The five tag columns; the first of each is the main one.
#[derive(Debug, PartialEq)]
pub struct Tags {
    pub phases: Vec<i16>,
    pub modalities: Vec<i16>,
    pub approvals: Vec<i16>,
    pub natures: Vec<i16>,
    pub diseases: Vec<i16>,
}

/// Tags of a theme; `chance` (any number) decides on secondary ones.
pub fn tags(theme: &Theme, vocabulary: &Vocabulary, chance: u64) -> Tags {
    let phase = PHASES[usize::from(theme.phase)];
    let mut phases = vec![phase.1];
    if chance.is_multiple_of(5) {
        phases.extend(neighbour(phase.0));
    }
    let (modality, approval, nature) = of_family(theme);
    let mut modalities = vec![modality];
    if chance.is_multiple_of(11) && modality != "data" && !uses_treatment(theme.family()) {
        modalities.push("data");
    }
    let mut natures = vec![nature];
    natures.extend(second_nature(nature).filter(|_| chance.is_multiple_of(3)));
    let areas = &words().diseases[usize::from(theme.disease)].areas;
    Tags {
        phases: vocabulary.ids("phase", &phases),
        modalities: vocabulary.ids("modality", &modalities),
        approvals: vocabulary.ids("approval_class", &[approval]),
        natures: vocabulary.ids("nature", &natures),
        diseases: vocabulary.ids("disease_area", areas),
    }
}

fn neighbour(phase: char) -> Option<&'static str> {
    match phase {
        'b' => Some("applied"),
        'a' => Some("nonclinical"),
        'n' => Some("registration_trial"),
        'o' => Some("clinical_trial"),
        _ => None,
    }
}

fn of_family(theme: &Theme) -> (&'static str, &'static str, &'static str) {
    let clinical = matches!(theme.phase_letter(), 'c' | 't' | 'p');
    let stage = |early| if clinical { "clinical" } else { early };
    match theme.family() {
        "therapy" | "vaccine" | "startup" => {
            let way = theme.way();
            let early = if theme.phase_letter() == 'b' { "seeds" } else { "development" };
            (way.tag, way.approval, stage(early))
        }
        "mech" => ("not_applicable", "not_applicable", "pathogenesis"),
        "diag" => ("ivd", "ivd", stage("development")),
        "device" => (device_tag(theme), "device", stage("development")),
        "samd" => ("software", "device", stage("development")),
        "data" => ("data", "not_applicable", "infrastructure"),
        "epi" => ("data", "not_applicable", if clinical { "clinical" } else { "epidemiology" }),
        "care" => ("healthcare", "not_applicable", "implementation"),
        "regen" => ("cell_therapy", "regenerative", stage("development")),
        "regsci" => ("platform", "not_applicable", "regulatory"),
        "global" => ("not_applicable", "not_applicable", "epidemiology"),
        "platform" => ("platform", "not_applicable", "seeds"),
        _ => ("not_applicable", "not_applicable", "infrastructure"),
    }
}

fn device_tag(theme: &Theme) -> &'static str {
    let usage = super::titles::slot(theme, "A", |text| text.ja);
    match usage.as_str() {
        "診断" | "モニタリング" | "再発監視" => "device_diagnosis",
        _ => "device_therapy",
    }
}

fn second_nature(main: &str) -> Option<&'static str> {
    match main {
        "pathogenesis" => Some("seeds"),
        "seeds" => Some("development"),
        "development" => Some("clinical"),
        "epidemiology" => Some("implementation"),
        "clinical" => Some("epidemiology"),
        _ => None,
    }
}

/// The number of the integrated project that books the task's money in `fiscal_year`.
pub fn project(profile: &Profile, theme: &Theme, fiscal_year: i16) -> Option<u8> {
    let choices = profile.projects_in(fiscal_year);
    let by_approval: &[u8] = match of_family(theme).1 {
        "regenerative" => &[3],
        "device" => &[2, 5, 4],
        "drug" => &[1, 4, 7],
        _ => &[5, 4, 6, 1],
    };
    by_approval.iter().find(|n| choices.contains(n)).or(choices.first()).copied()
}
