//! What a task is about: disease, target, way of treating, phase, and the words that its title and summary use.

use super::profiles::{PHASES, Profile, phase};
use super::random::Stream;
use super::words::{Modality, class_bits, words};

/// Slots of the patterns that are drawn for every task, whether its title uses them or not: the summary may.
pub const SLOTS: [&str; 22] = [
    "G", "O", "C", "X", "V", "P", "I", "E", "K", "A", "L", "N", "R", "W", "H", "Y", "U", "Z", "J", "F", "i",
    "m",
];

/// The subject of one task; small, since a plan holds one for each of up to 260,000 tasks.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub group: u8,
    pub disease: u16,
    /// Index into the group's qualifiers, where the disease carries one.
    pub qualifier: Option<u8>,
    pub target: u16,
    pub modality: u16,
    pub phase: u8,
    pub pattern: u16,
    /// Index into the fillers of `S` or `s` of the phase.
    pub stage: u8,
    pub picks: [u8; SLOTS.len()],
}

impl Theme {
    /// A fresh subject within a program.
    pub fn fresh(profile: &Profile, stream: &mut Stream) -> Self {
        let (family, phase) = family_and_phase(profile, stream);
        let group = profile.groups[stream.weighted(profile.groups.iter().map(|(_, w)| *w))].0;
        let diseases = members(words().diseases.iter().map(|d| d.group == group));
        let disease = *stream.pick(&diseases);
        let mut theme = Self {
            group,
            disease,
            qualifier: qualifier(disease, stream),
            target: 0,
            modality: 0,
            phase,
            pattern: 0,
            stage: 0,
            picks: [0; SLOTS.len()],
        };
        theme.draw_treatment(family, profile.is_regenerative() && uses_treatment(family), stream);
        theme.pattern = pattern(family, phase, stream);
        for at in 0..SLOTS.len() {
            theme.draw_slot(at, stream);
        }
        theme.stage = stream.below(200) as u8;
        theme.agree(stream);
        theme
    }

    /// The next stage of the same invention in a receiving program.
    pub fn next_stage(&self, family: &'static str, phase: u8, stream: &mut Stream) -> Self {
        let mut next = Self { phase, ..self.clone() };
        if uses_treatment(family) && !uses_treatment(self.family()) {
            next.draw_treatment(family, false, stream);
            next.target = if self.target_fits(next.modality) { self.target } else { next.target };
        }
        next.pattern = pattern(family, phase, stream);
        for at in (0..SLOTS.len()).filter(|at| ["O", "C", "P", "G", "W", "U"].contains(&SLOTS[*at])) {
            next.draw_slot(at, stream);
        }
        next.stage = stream.below(200) as u8;
        next
    }

    /// The same subject told in other words, for a title that another task already has.
    pub fn reworded(&self, stream: &mut Stream) -> Self {
        let mut other = self.clone();
        other.pattern = pattern(self.family(), self.phase, stream);
        other.qualifier = qualifier(self.disease, stream);
        other.stage = stream.below(200) as u8;
        for at in 0..SLOTS.len() {
            other.draw_slot(at, stream);
        }
        other.agree(stream);
        other
    }

    pub fn family(&self) -> &'static str {
        words().patterns[usize::from(self.pattern)].family
    }

    pub fn way(&self) -> &'static Modality {
        &words().modalities[usize::from(self.modality)]
    }

    pub fn phase_letter(&self) -> char {
        PHASES[usize::from(self.phase)].0
    }

    fn target_fits(&self, modality: u16) -> bool {
        let way = &words().modalities[usize::from(modality)];
        words().targets[usize::from(self.target)].classes & way.classes != 0
    }

    fn draw_treatment(&mut self, family: &str, regenerative: bool, stream: &mut Stream) {
        let bit = 1_u64 << self.group;
        let may = |way: &Modality, classes: u8| {
            way.groups & bit != 0
                && way.classes & classes != 0
                && (family != "vaccine" || way.tag == "vaccine" && classes & class_bits("s") != 0)
                && (!regenerative || way.approval == "regenerative")
                && (family != "platform" || classes != class_bits("p"))
                && (way.code != "approved" || self.phase != phase('b'))
        };
        let all = words();
        let disease = &all.diseases[usize::from(self.disease)];
        let targets = members(all.targets.iter().map(|target| {
            target.belongs_to(disease) && all.modalities.iter().any(|way| may(way, target.classes))
        }));
        self.target = *stream.pick(&targets);
        let classes = all.targets[usize::from(self.target)].classes;
        self.modality = *stream.pick(&members(all.modalities.iter().map(|way| may(way, classes))));
    }

    fn draw_slot(&mut self, at: usize, stream: &mut Stream) {
        let disease = &words().diseases[usize::from(self.disease)];
        let fits = members(words().slot(SLOTS[at]).iter().map(|filler| filler.fits(disease)));
        self.picks[at] = drawn(&fits, stream).unwrap_or(0);
    }
}

/// Families whose titles name a treatment.
pub fn uses_treatment(family: &str) -> bool {
    matches!(family, "therapy" | "vaccine" | "startup")
}

/// Whether a family has a pattern for a phase.
pub fn suits(family: &str, phase: u8) -> bool {
    let letter = PHASES[usize::from(phase)].0;
    words().patterns.iter().any(|p| p.family == family && p.phases.contains(letter))
}

fn family_and_phase(profile: &Profile, stream: &mut Stream) -> (&'static str, u8) {
    let family = profile.families[stream.weighted(profile.families.iter().map(|(_, w)| *w))].0;
    let weight = |(p, w): &(u8, f64)| if suits(family, *p) { *w } else { 0.0 };
    if profile.phases.iter().any(|p| weight(p) > 0.0) {
        (family, profile.phases[stream.weighted(profile.phases.iter().map(weight))].0)
    } else {
        let phases: Vec<u8> = (0..PHASES.len() as u8).filter(|p| suits(family, *p)).collect();
        (family, *stream.pick(&phases))
    }
}

fn pattern(family: &str, phase: u8, stream: &mut Stream) -> u16 {
    let letter = PHASES[usize::from(phase)].0;
    let weights = words()
        .patterns
        .iter()
        .map(|p| if p.family == family && p.phases.contains(letter) { p.weight } else { 0.0 });
    stream.weighted(weights) as u16
}

/// A third of the diseases carry a qualifier; one whose name already begins with one does not.
fn qualifier(disease: u16, stream: &mut Stream) -> Option<u8> {
    const QUALIFIED: [&str; 20] = [
        "難治",
        "再発",
        "慢性",
        "急性",
        "早期",
        "治療",
        "脳転移",
        "骨転移",
        "先天",
        "重症",
        "多剤",
        "若年",
        "小児",
        "去勢",
        "遺伝",
        "後天",
        "新生児",
        "切除",
        "移植",
        "C型肝炎ウイルス",
    ];
    let name = words().diseases[usize::from(disease)].name.ja;
    let fits =
        members(words().slot("Q").iter().map(|filler| filler.fits(&words().diseases[usize::from(disease)])));
    if !stream.chance(0.36) || fits.is_empty() || QUALIFIED.iter().any(|q| name.starts_with(q)) {
        return None;
    }
    Some(*stream.pick(&fits) as u8)
}

pub(super) fn slot_index(name: &str) -> usize {
    SLOTS.iter().position(|slot| *slot == name).expect("patterns name known slots")
}

/// One of some indexes into a list of fillers, which has fewer than 256; nothing of none.
pub(super) fn drawn(indexes: &[u16], stream: &mut Stream) -> Option<u8> {
    (!indexes.is_empty()).then(|| *stream.pick(indexes) as u8)
}

pub(super) fn members(flags: impl Iterator<Item = bool>) -> Vec<u16> {
    flags.enumerate().filter(|(_, fits)| *fits).map(|(at, _)| at as u16).collect()
}

/// One step from a phase towards use.
pub struct PhaseStep {
    to: &'static [char],
}

impl PhaseStep {
    /// The step after `from`; none after a registration trial, which ends in an approval or not.
    pub fn after(from: u8) -> Option<Self> {
        let to: &[char] = match PHASES[usize::from(from)].0 {
            'b' => &['a', 'n'],
            'a' => &['n', 'c'],
            'n' => &['t', 'c'],
            'c' => &['t'],
            'o' => &['c', 'o'],
            _ => return None,
        };
        Some(Self { to })
    }

    /// The phases it may lead to.
    pub fn phases(&self) -> impl Iterator<Item = u8> {
        self.to.iter().map(|letter| phase(*letter))
    }

    /// How a receiving program would continue research of `family`: as what it is, or as a treatment.
    pub fn family(&self, family: &'static str, receiver: &Profile) -> Option<&'static str> {
        let onward: &[&'static str] = match family {
            "mech" | "platform" => &["therapy", "diag", "startup", "vaccine"],
            "therapy" => &["therapy", "startup"],
            "epi" | "care" => &["epi", "care"],
            "regen" => &["regen"],
            "device" => &["device"],
            "samd" => &["samd"],
            "diag" => &["diag"],
            "vaccine" => &["vaccine"],
            "startup" => &["startup"],
            "data" => &["data", "epi"],
            _ => &[],
        };
        onward.iter().copied().find(|family| receiver.does(family))
    }
}
