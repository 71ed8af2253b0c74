//! Leads and co-investigators. Institutions are real; every person and every company is invented, and so named
//! that nobody takes them for real (見本, 架空, 仮名 …).

use std::sync::LazyLock;

use super::plan::{TaskPlan, led_by_company};
use super::profiles::Profile;
use super::random::{Purpose, Stream};
use super::succession::COMPANIES;
use super::words::{table, words};

/// People per task: one in two leads has a second task somewhere in the years.
const PEOPLE_PER_TASK: f64 = 0.55;
const PEOPLE_PER_COMPANY: u32 = 3;

/// A person of the demo.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub surname: (String, String, String),
    pub given: (&'static str, &'static str, &'static str),
    /// Index: real institutions first, then companies.
    pub institution: u16,
    pub department: Option<&'static str>,
}

impl Person {
    /// 見本田 一郎
    pub fn name_ja(&self) -> String {
        format!("{} {}", self.surname.0, self.given.0)
    }

    pub fn kana(&self) -> String {
        format!("{} {}", self.surname.1, self.given.1)
    }

    /// Ichiro Mihonda
    pub fn name_en(&self) -> String {
        format!("{} {}", self.given.2, self.surname.2)
    }
}

/// All people, in ranges: one per group of diseases, then the companies'.
pub struct Pools {
    seed: u64,
    /// First index of each group; the last entry is the first index of the companies' people.
    starts: Vec<u32>,
    weights: Vec<Vec<f64>>,
}

impl Pools {
    /// Sizes the ranges by how many tasks each group has.
    pub fn sized(seed: u64, tasks: &[TaskPlan]) -> Self {
        let mut counts = vec![0_u32; words().groups.len()];
        for task in tasks {
            counts[usize::from(task.theme.group)] += 1;
        }
        let mut starts = vec![0];
        for count in &counts {
            let size = (f64::from(*count) * PEOPLE_PER_TASK).ceil() as u32;
            starts.push(starts[starts.len() - 1] + size.max(8));
        }
        let weights = (0..counts.len() as u8).map(institution_weights).collect();
        Self { seed, starts, weights }
    }

    /// How many people there are.
    pub fn len(&self) -> u32 {
        self.companies_start() + u32::from(COMPANIES) * PEOPLE_PER_COMPANY
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn companies_start(&self) -> u32 {
        self.starts[self.starts.len() - 1]
    }

    /// The person at an index.
    pub fn person(&self, index: u32) -> Person {
        let mut stream = Stream::of(self.seed, Purpose::Person, u64::from(index));
        let (surname, given) = (surname(&mut stream), given(&mut stream));
        if index >= self.companies_start() {
            let company = (index - self.companies_start()) / PEOPLE_PER_COMPANY;
            let institution = (words().institutions.len() as u32 + company) as u16;
            return Person { surname, given, institution, department: Some("研究開発部") };
        }
        let group = self.starts.iter().rposition(|start| *start <= index).unwrap_or(0);
        let institution = stream.weighted(self.weights[group].iter().copied()) as u16;
        Person { surname, given, institution, department: Some(*stream.pick(&DEPARTMENTS)) }
    }

    /// Institution of a person without making the rest.
    pub fn institution(&self, index: u32) -> u16 {
        self.person(index).institution
    }

    /// The lead of a task that continues none.
    pub fn lead(&self, index: usize, task: &TaskPlan) -> u32 {
        let mut stream = Stream::of(self.seed, Purpose::Team, index as u64);
        if led_by_company(self.seed, index, task) {
            return self.companies_start()
                + stream.below((self.len() - self.companies_start()) as usize) as u32;
        }
        self.colleague(task.theme.group, &mut stream)
    }

    /// Whether a successor keeps the lead of its predecessor.
    pub fn stays(&self, index: usize, from: &TaskPlan, to: &TaskPlan) -> bool {
        let from_company = from.lead >= self.companies_start();
        from_company == led_by_company(self.seed, index, to) && !index.is_multiple_of(8)
    }

    /// Somebody of the field; a few lead more than others.
    fn colleague(&self, group: u8, stream: &mut Stream) -> u32 {
        let (from, to) = (self.starts[usize::from(group)], self.starts[usize::from(group) + 1]);
        from + ((f64::from(to - from)) * stream.unit().powf(1.35)) as u32
    }

    /// Co-investigators: 0 to 5, none twice, none the lead.
    pub fn team(&self, index: usize, task: &TaskPlan) -> Vec<u32> {
        let mut stream = Stream::of(self.seed, Purpose::Team, (1 << 40) | index as u64);
        let wanted = stream.weighted([30.0, 22.0, 20.0, 14.0, 9.0, 5.0].into_iter());
        let mut team = Vec::with_capacity(wanted);
        for _ in 0..wanted {
            let person = self.colleague(task.theme.group, &mut stream);
            if person != task.lead && !team.contains(&person) {
                team.push(person);
            }
        }
        team
    }
}

/// Name of somebody who is no researcher: a member of the agency's staff or committee.
pub fn invented_name(seed: u64, index: u64) -> Person {
    let mut stream = Stream::of(seed, Purpose::Account, (1 << 41) | index);
    let (surname, given) = (surname(&mut stream), given(&mut stream));
    Person { surname, given, institution: 0, department: None }
}

/// Programs whose money goes to companies too.
pub fn has_company_lead(profile: &Profile) -> bool {
    const CODES: [&str; 15] = [
        "R09", "R10", "R13", "R14", "R15", "R19", "R24", "R46", "R49", "R50", "R54", "R55", "R56", "R57",
        "R58",
    ];
    CODES.contains(&profile.code)
}

fn institution_weights(group: u8) -> Vec<f64> {
    let name = words().groups[usize::from(group)];
    words()
        .institutions
        .iter()
        .map(|institution| match institution.groups {
            u64::MAX if name == "dental" && institution.name.ja.contains("歯科") => {
                institution.weight * 6.0
            }
            u64::MAX => institution.weight,
            known if known & (1 << group) != 0 => institution.weight * 4.0,
            _ => institution.weight * 0.06,
        })
        .collect()
}

/// Name of an invented company: ja, en.
pub fn company(index: u16) -> (String, String) {
    const SUFFIXES: [(&str, &str); 20] = [
        ("ファーマ", "Pharma"),
        ("製薬", "Pharmaceutical"),
        ("バイオサイエンス", "Bioscience"),
        ("セラピューティクス", "Therapeutics"),
        ("メディカル", "Medical"),
        ("医療機器", "Medical Devices"),
        ("ヘルステック", "Healthtech"),
        ("ジェノミクス", "Genomics"),
        ("再生医療", "Regenerative Medicine"),
        ("メディテック", "Meditech"),
        ("ロボティクス", "Robotics"),
        ("ワクチン", "Vaccines"),
        ("診断薬", "Diagnostics"),
        ("セルラボ", "Cell Lab"),
        ("ニューロ", "Neuro"),
        ("イムノ", "Immuno"),
        ("オンコ", "Onco"),
        ("データ医療", "Data Medicine"),
        ("化学", "Chemical"),
        ("ケアシステム", "Care Systems"),
    ];
    let stem = STEMS[usize::from(index) % STEMS.len()];
    let suffix = SUFFIXES[usize::from(index) / STEMS.len() % SUFFIXES.len()];
    (format!("株式会社{}{}", stem.0, suffix.0), format!("{} {} Inc.", stem.2, suffix.1))
}

const STEMS: [(&str, &str, &str); 16] = [
    ("見本", "みほん", "Mihon"),
    ("架空", "かくう", "Kaku"),
    ("仮名", "かな", "Kana"),
    ("例示", "れいじ", "Reiji"),
    ("模擬", "もぎ", "Mogi"),
    ("雛形", "ひながた", "Hinagata"),
    ("試作", "しさく", "Shisaku"),
    ("仮想", "かそう", "Kaso"),
    ("凡例", "はんれい", "Hanrei"),
    ("設例", "せつれい", "Setsurei"),
    ("想定", "そうてい", "Sotei"),
    ("例題", "れいだい", "Reidai"),
    ("草案", "そうあん", "Soan"),
    ("試案", "しあん", "Shian"),
    ("図解", "ずかい", "Zukai"),
    ("演習", "えんしゅう", "Enshu"),
];

fn surname(stream: &mut Stream) -> (String, String, String) {
    const ENDS: [(&str, &str, &str); 14] = [
        ("", "", ""),
        ("田", "だ", "da"),
        ("川", "がわ", "gawa"),
        ("山", "やま", "yama"),
        ("野", "の", "no"),
        ("原", "はら", "hara"),
        ("崎", "ざき", "zaki"),
        ("沢", "ざわ", "zawa"),
        ("島", "じま", "jima"),
        ("村", "むら", "mura"),
        ("井", "い", "i"),
        ("森", "もり", "mori"),
        ("橋", "はし", "hashi"),
        ("谷", "たに", "tani"),
    ];
    let (stem, end) = (*stream.pick(&STEMS), *stream.pick(&ENDS));
    (format!("{}{}", stem.0, end.0), format!("{}{}", stem.1, end.1), format!("{}{}", stem.2, end.2))
}

const DEPARTMENTS: [&str; 14] = [
    "大学院医学研究科",
    "大学院医学系研究科",
    "医学部附属病院",
    "病院",
    "大学院薬学研究院",
    "医学部",
    "先端医療研究センター",
    "研究所",
    "大学院医歯薬学総合研究科",
    "大学院理学研究科",
    "大学院工学研究科",
    "臨床研究センター",
    "ゲノム医科学研究所",
    "生体防御医学研究所",
];

fn given(stream: &mut Stream) -> (&'static str, &'static str, &'static str) {
    static GIVEN: LazyLock<Vec<(&str, &str, &str)>> = LazyLock::new(|| {
        table(include_str!("words/given_names.tsv")).map(|row| (row[0], row[1], row[2])).collect()
    });
    *stream.pick(&GIVEN)
}
