//! The word lists of the demo, read once from the tables beside this file. Facts (institutions, programs) and
//! vocabulary (diseases, targets, ways of treating) are data; no sentence of another's text is copied.

use std::sync::LazyLock;

/// A phrase in both languages.
#[derive(Debug)]
pub struct Phrase {
    pub ja: &'static str,
    pub en: &'static str,
}

/// A disease with its group of the word lists and its disease areas, the main one first.
#[derive(Debug)]
pub struct Disease {
    pub group: u8,
    pub name: Phrase,
    pub areas: Vec<&'static str>,
}

/// A molecule, pathway or cell that research works on.
#[derive(Debug)]
pub struct Target {
    groups: u64,
    pub name: Phrase,
    /// Bits of [`class_bits`].
    pub classes: u8,
    /// Parts of the names of the diseases it belongs to; empty: all of its groups.
    only: Vec<&'static str>,
}

impl Target {
    /// Whether the target is one of this disease.
    pub fn belongs_to(&self, disease: &Disease) -> bool {
        is_for(self.groups, &self.only, disease)
    }
}

/// A way of treating, with the tags it brings.
#[derive(Debug)]
pub struct Modality {
    pub code: &'static str,
    pub name: Phrase,
    pub tag: &'static str,
    pub approval: &'static str,
    pub classes: u8,
    pub groups: u64,
}

/// A phrase that fills a slot of a pattern.
#[derive(Debug)]
pub struct Filler {
    groups: u64,
    pub text: Phrase,
    only: Vec<&'static str>,
}

impl Filler {
    /// Whether the phrase may stand beside this disease.
    pub fn fits(&self, disease: &Disease) -> bool {
        is_for(self.groups, &self.only, disease)
    }
}

/// Empty `only`: all diseases of the groups; else those whose name holds one of its parts.
fn is_for(groups: u64, only: &[&str], disease: &Disease) -> bool {
    groups & (1 << disease.group) != 0
        && (only.is_empty() || only.iter().any(|part| disease.name.ja.contains(part)))
}

/// A title pattern of a family of research.
#[derive(Debug)]
pub struct Pattern {
    pub family: &'static str,
    /// Letters of the phases it suits: b a n c t p o x.
    pub phases: &'static str,
    pub weight: f64,
    pub text: Phrase,
}

/// A real institution. Corporate number where public data gives it.
#[derive(Debug)]
pub struct Institution {
    pub corporate_number: Option<&'static str>,
    pub name: Phrase,
    pub prefecture: &'static str,
    pub weight: f64,
    pub groups: u64,
}

/// All lists.
pub struct Words {
    pub groups: Vec<&'static str>,
    pub diseases: Vec<Disease>,
    pub targets: Vec<Target>,
    pub modalities: Vec<Modality>,
    pub patterns: Vec<Pattern>,
    pub institutions: Vec<Institution>,
    slots: Vec<(&'static str, Vec<Filler>)>,
}

/// The lists, read at first use.
pub fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(read);
    &WORDS
}

impl Words {
    /// The fillers of a slot; empty for an unknown one.
    pub fn slot(&self, name: &str) -> &[Filler] {
        self.slots.iter().find(|(n, _)| *n == name).map_or(&[], |(_, fillers)| fillers)
    }

    /// The number of a group of diseases.
    pub fn group(&self, name: &str) -> u8 {
        self.groups.iter().position(|g| *g == name).expect("every group named in a list has diseases") as u8
    }

    fn group_bits(&self, names: &str) -> u64 {
        match names {
            "-" => u64::MAX,
            _ => names.split(',').map(|n| 1_u64 << self.group(n)).sum(),
        }
    }
}

/// s: surface or secreted, e: enzyme or receptor, g: gene or RNA, p: pathway or cells.
pub fn class_bits(letters: &str) -> u8 {
    letters.bytes().map(|b| 1 << "segp".bytes().position(|c| c == b).expect("a class is s, e, g or p")).sum()
}

/// The rows of a tab-separated table, comments left out.
pub fn table(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

fn read() -> Words {
    let mut words = Words {
        groups: Vec::new(),
        diseases: Vec::new(),
        targets: Vec::new(),
        modalities: Vec::new(),
        patterns: Vec::new(),
        institutions: Vec::new(),
        slots: Vec::new(),
    };
    for row in table(include_str!("words/diseases.tsv")) {
        if !words.groups.contains(&row[0]) {
            words.groups.push(row[0]);
        }
        let mut areas = vec![row[3]];
        areas.extend(row[4].split(',').filter(|area| !area.is_empty()));
        let name = Phrase { ja: row[1], en: row[2] };
        words.diseases.push(Disease { group: words.group(row[0]), name, areas });
    }
    for row in table(include_str!("words/targets.tsv")) {
        let (groups, classes) = (words.group_bits(row[0]), class_bits(row[3]));
        let only = row[4].split('|').filter(|part| *part != "-").collect();
        words.targets.push(Target { groups, name: Phrase { ja: row[1], en: row[2] }, classes, only });
    }
    for row in table(include_str!("words/modalities.tsv")) {
        let name = Phrase { ja: row[1], en: row[2] };
        let (classes, groups) = (class_bits(row[5]), words.group_bits(row[6]));
        words.modalities.push(Modality {
            code: row[0],
            name,
            tag: row[3],
            approval: row[4],
            classes,
            groups,
        });
    }
    for row in table(include_str!("words/patterns.tsv")) {
        let text = Phrase { ja: row[3], en: row[4] };
        let weight = row[2].parse().expect("a weight is a number");
        words.patterns.push(Pattern { family: row[0], phases: row[1], weight, text });
    }
    for row in table(include_str!("words/lists.tsv")) {
        let only = row.get(4).map_or(Vec::new(), |parts| parts.split('|').collect());
        let filler =
            Filler { groups: words.group_bits(row[1]), text: Phrase { ja: row[2], en: row[3] }, only };
        match words.slots.iter_mut().find(|(name, _)| *name == row[0]) {
            Some((_, fillers)) => fillers.push(filler),
            None => words.slots.push((row[0], vec![filler])),
        }
    }
    for row in table(include_str!("words/institutions.tsv")) {
        let groups = words.group_bits(row[5]);
        words.institutions.push(Institution {
            corporate_number: Some(row[0]).filter(|number| !number.is_empty()),
            name: Phrase { ja: row[1], en: row[2] },
            prefecture: row[3],
            weight: row[4].parse().expect("a weight is a number"),
            groups,
        });
    }
    words
}
