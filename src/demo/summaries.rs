//! Summaries of two or three sentences that agree with the title and tags, a part that is not public, and keywords.

use std::sync::LazyLock;

use super::plan::Size;
use super::random::{Purpose, Stream};
use super::themes::{Theme, uses_treatment};
use super::titles::{Pair, fill, slot};
use super::words::{Phrase, table, words};

/// Sentences: of which kind, for which family or phases.
struct Sentence {
    kind: &'static str,
    key: &'static str,
    text: Phrase,
}

fn sentences(kind: &str, fits: impl Fn(&str) -> bool) -> Vec<&'static Phrase> {
    static ALL: LazyLock<Vec<Sentence>> = LazyLock::new(|| {
        let sentence = |row: Vec<&'static str>| {
            let text = Phrase { ja: row[2], en: row[3] };
            Sentence { kind: row[0], key: row[1], text }
        };
        table(include_str!("words/summaries.tsv")).map(sentence).collect()
    });
    ALL.iter().filter(|s| s.kind == kind && fits(s.key)).map(|s| &s.text).collect()
}

/// Above so many tasks a year a summary has two sentences instead of three: nobody reads a quarter of a million of
/// them, and half of the time of a large demo is the index of their words.
pub const TASKS_WITH_LONG_SUMMARIES: u32 = 20_000;

/// The public summary: what is needed, what is done, what comes of it.
pub fn summary(theme: &Theme, size: Size, index: usize) -> Pair {
    let mut stream = Stream::of(size.seed, Purpose::Summary, index as u64);
    let first = usize::from(size.tasks_per_year > TASKS_WITH_LONG_SUMMARIES);
    let family = match theme.family() {
        family if uses_treatment(family) && matches!(theme.phase_letter(), 'c' | 't' | 'p') => "clinical",
        "vaccine" | "startup" => "therapy",
        other => other,
    };
    let parts = [
        *stream.pick(&sentences("need", |_| true)),
        *stream.pick(&sentences("approach", |key| key == family)),
        *stream.pick(&sentences("goal", |key| key.contains(theme.phase_letter()))),
    ];
    let mut whole = Pair { ja: String::with_capacity(400), en: String::with_capacity(400) };
    for (i, part) in parts.into_iter().skip(first).enumerate() {
        let Pair { ja, en } = fill(part, theme);
        whole.ja.push_str(&ja);
        whole.en.push_str(if i == 0 { "" } else { " " });
        whole.en.push_str(&en);
    }
    whole
}

/// What only people in whose scope the task lies may read.
pub fn nonpublic(theme: &Theme, seed: u64, index: usize) -> String {
    let mut stream = Stream::of(seed, Purpose::Summary, (1 << 40) | index as u64);
    let code = format!("{}-{:04}", ["NKD", "MHN", "KKU", "RJI"][stream.below(4)], stream.below(10_000));
    let intellectual = *stream.pick(&[
        "基本特許は国内出願済みで、PCT出願の可否を年度内に判断する。",
        "特許出願前の配列情報を含むため、学会発表の時期を知財部門と調整している。",
        "先行特許との抵触可能性について調査中であり、実施許諾の交渉を要する見込みである。",
        "出願は済んでいるが、外国での権利化の費用が確保できていない。",
        "ノウハウとして秘匿する製造条件を含む。",
    ]);
    let open = *stream.pick(&[
        "国内企業1社と秘密保持契約の下で導出条件を協議している。",
        "PMDAのレギュラトリーサイエンス戦略相談（対面助言）を来年度に予定している。",
        "主要評価項目の妥当性について、PSから追加データの取得を求められている。",
        "参加施設の倫理審査の遅れにより、登録開始が3か月遅れる見込みである。",
        "原材料の供給元が1社に限られており、代替の確保が課題である。",
        "競合する海外の開発品が先行しており、差別化の根拠を次回の評価会までに示す必要がある。",
    ]);
    match uses_treatment(theme.family()) {
        true => format!("開発コード {code}。{intellectual}{open}"),
        false => format!("{intellectual}{open}"),
    }
}

/// Three to five keywords, in Japanese.
pub fn keywords(theme: &Theme) -> Vec<String> {
    let ja = |name: &str| slot(theme, name, |text| text.ja);
    let names: &[&str] = match theme.family() {
        "therapy" | "startup" => &["T", "M", "X"],
        "vaccine" => &["M", "T", "G"],
        "mech" => &["T", "X", "O"],
        "diag" => &["V", "P", "I"],
        "device" => &["E", "A"],
        "samd" => &["N", "L", "P"],
        "data" => &["O", "R", "N"],
        "epi" => &["R", "W"],
        "care" => &["F", "Z"],
        "regen" => &["i", "X"],
        "regsci" => &["Y", "H"],
        "global" => &["J", "W", "O"],
        "platform" => &["U", "T"],
        _ => &["Y", "Z"],
    };
    let mut found = vec![words().diseases[usize::from(theme.disease)].name.ja.to_owned()];
    found.extend(names.iter().map(|name| ja(name)));
    found.dedup();
    found
}
