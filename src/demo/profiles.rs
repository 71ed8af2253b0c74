//! How each real program is played in the demo: how many tasks, of what size, on which diseases, by which kinds of
//! research. The names are real; every number here is invented to give a plausible spread and says nothing
//! about the real program.

use std::sync::LazyLock;

use super::words::{table, words};

/// Letters of the phases, in the order of the shipped vocabulary.
pub const PHASES: [(char, &str); 8] = [
    ('b', "basic"),
    ('a', "applied"),
    ('n', "nonclinical"),
    ('c', "clinical_trial"),
    ('t', "registration_trial"),
    ('p', "post_market"),
    ('o', "observational"),
    ('x', "not_applicable"),
];

/// A program as the demo plays it.
#[derive(Debug)]
pub struct Profile {
    /// `programs.code`.
    pub code: &'static str,
    pub first_fy: i16,
    pub last_fy: i16,
    /// Tasks in a year of about 2,600; only the proportions count.
    pub tasks: f64,
    /// Median of a task's direct cost in a year, million yen.
    pub median: f64,
    /// Standard deviation of its logarithm.
    pub sigma: f64,
    /// Integrated projects of terms 2 and 3 that the demo books its money under.
    pub projects: [Vec<u8>; 2],
    pub groups: Vec<(u8, f64)>,
    pub families: Vec<(&'static str, f64)>,
    /// (index into [`PHASES`], weight).
    pub phases: Vec<(u8, f64)>,
    /// Letters of the task number.
    pub letters: &'static str,
    pub subsidy: bool,
    /// Names of steps by phase.
    pub steps: Vec<(u8, &'static str)>,
}

impl Profile {
    pub fn runs_in(&self, fiscal_year: i16) -> bool {
        (self.first_fy..=self.last_fy).contains(&fiscal_year)
    }

    pub fn takes_phase(&self, phase: u8) -> bool {
        self.phases.iter().any(|(p, _)| *p == phase)
    }

    pub fn takes_group(&self, group: u8) -> bool {
        self.groups.iter().any(|(g, _)| *g == group)
    }

    /// Takes cells, genes and tissues only.
    pub fn is_regenerative(&self) -> bool {
        self.projects[1] == [3]
    }

    pub fn does(&self, family: &str) -> bool {
        self.families.iter().any(|(f, _)| *f == family)
    }

    /// Numbers of the integrated projects in the term that holds `fiscal_year`.
    pub fn projects_in(&self, fiscal_year: i16) -> &[u8] {
        &self.projects[usize::from(fiscal_year >= FIRST_FY_OF_TERM_3)]
    }
}

/// 第3期 began with R7.
pub const FIRST_FY_OF_TERM_3: i16 = 2025;

/// The number of a phase letter.
pub fn phase(letter: char) -> u8 {
    PHASES.iter().position(|(l, _)| *l == letter).expect("a phase letter is one of eight") as u8
}

/// All programs of the demo.
pub fn profiles() -> &'static [Profile] {
    static PROFILES: LazyLock<Vec<Profile>> =
        LazyLock::new(|| table(include_str!("words/programs.tsv")).map(|row| read(&row)).collect());
    &PROFILES
}

fn read(row: &[&'static str]) -> Profile {
    let year = |text: &str, otherwise| text.parse().unwrap_or(otherwise);
    let number = |text: &str| text.parse().expect("a number of the table of programs");
    let projects = |text: &str| text.split(';').filter_map(|n| n.parse().ok()).collect();
    Profile {
        code: row[0],
        first_fy: year(row[1], i16::MIN),
        last_fy: year(row[2], i16::MAX),
        tasks: number(row[3]),
        median: number(row[4]),
        sigma: number(row[5]),
        projects: [projects(row[6]), projects(row[7])],
        groups: weights(row[8]).map(|(name, w)| (words().group(name), w)).collect(),
        families: weights(row[9]).collect(),
        phases: weights(row[10]).map(|(name, w)| (phase_named(name), w)).collect(),
        letters: row[11],
        subsidy: row[12] == "subsidy",
        steps: row[13]
            .split(';')
            .filter_map(|s| s.split_once(':'))
            .map(|(p, s)| (phase_named(p), s))
            .collect(),
    }
}

/// `solid8,heme2` → (solid, 8), (heme, 2).
fn weights(text: &'static str) -> impl Iterator<Item = (&'static str, f64)> {
    text.split(',').map(|item| {
        let at = item.find(|c: char| c.is_ascii_digit()).expect("a weight follows every name");
        (&item[..at], item[at..].parse().expect("a weight is a number"))
    })
}

fn phase_named(name: &str) -> u8 {
    phase(name.chars().next().expect("a phase has a letter"))
}
