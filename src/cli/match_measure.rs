//! `nakadachi match measure`: the quality of affinity on labelled continuations, as the table of `docs/affinity.md`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;

use crate::matching::affinity::{
    AffinityIndex, Record, Settings, Thesaurus, Years, dedupe,
    measure::{Labels, Quality, affinity_ranks, baseline_ranks, is_judging_half},
    tags::Rules,
};

/// Measure affinity on labelled pairs of tasks, beside the cosine of title characters.
#[derive(Args)]
pub struct Measure {
    /// CSV with label, up_task_id, down_task_id, candidate_list; the labels successor and stage_up are continuations.
    pairs: PathBuf,
    /// CSV with task_id, title, lead_institution, first_fy, last_fy.
    tasks: PathBuf,
    /// Further continuations: tab-separated pairs of task ids, found by reading every task of an institution.
    #[arg(long, value_name = "FILE.tsv")]
    more: Option<PathBuf>,
}

/// Runs the command.
pub fn run(measure: &Measure) -> anyhow::Result<ExitCode> {
    let tasks = read_tasks(&measure.tasks)?;
    let (mut sets, listed) = read_pairs(&measure.pairs)?;
    if let Some(more) = &measure.more {
        sets.push(("read in full", read_more(more)?));
    }
    println!(
        "{:<13} {:<13} {:<26} {:<6} {:>4} {:>6} {:>6} {:>6}",
        "set", "candidates", "method", "half", "n", "MRR", "hit@1", "hit@5"
    );
    let judging: HashMap<&str, bool> = tasks
        .iter()
        .map(|t| (t.id.as_str(), is_judging_half(t.institution.first().map_or("", String::as_str))))
        .collect();
    let later = |q: &Record, c: &Record| c.year.zip(q.year).is_some_and(|(c, q)| c.first >= q.last);
    let any = |_: &Record, _: &Record| true;
    for (name, labels) in &sets {
        if let Some(unknown) =
            labels.iter().flat_map(|(q, c)| c.iter().chain([q])).find(|id| !judging.contains_key(id.as_str()))
        {
            bail!("the pairs name the task {unknown}, which the tasks do not hold");
        }
        let title: Vec<Record> =
            tasks.iter().map(|t| Record { year: None, institution: Vec::new(), ..t.clone() }).collect();
        let institution: Vec<Record> = tasks.iter().map(|t| Record { year: None, ..t.clone() }).collect();
        let years: HashMap<&str, Years> =
            tasks.iter().filter_map(|t| Some((t.id.as_str(), t.year?))).collect();
        let by_years = |q: &Record, c: &Record| years[c.id.as_str()].first >= years[q.id.as_str()].last;
        let s = Settings::default();
        let in_list = |_: &Record, c: &Record| listed.contains(&c.id);
        let rows = [
            ("later tasks", "title: characters", baseline_ranks(&tasks, labels, later)),
            ("later tasks", "title: affinity", affinity_ranks(&title, labels, &s, by_years)),
            ("later tasks", "+ institution", affinity_ranks(&institution, labels, &s, by_years)),
            ("later tasks", "+ institution, years", affinity_ranks(&tasks, labels, &s, by_years)),
            ("all tasks", "title: characters", baseline_ranks(&tasks, labels, any)),
            ("all tasks", "title: affinity", affinity_ranks(&title, labels, &s, any)),
            ("all tasks", "+ institution", affinity_ranks(&institution, labels, &s, any)),
            ("all tasks", "+ institution, years", affinity_ranks(&tasks, labels, &s, any)),
        ];
        let mut rows = Vec::from(rows);
        if *name == EXHAUSTIVE {
            rows.extend([
                ("listed tasks", "title: characters", baseline_ranks(&tasks, labels, in_list)),
                ("listed tasks", "title: affinity", affinity_ranks(&title, labels, &s, in_list)),
                ("listed tasks", "+ institution", affinity_ranks(&institution, labels, &s, in_list)),
            ]);
        }
        for (pool, method, ranks) in rows {
            for (half, wanted) in [("tune", Some(false)), ("judge", Some(true)), ("both", None)] {
                print_row(name, pool, method, half, &ranks, |id| wanted.is_none_or(|w| judging[id] == w));
            }
        }
    }
    print_duplicates(&measure.pairs, &tasks)?;
    print_tags(&tasks);
    Ok(ExitCode::SUCCESS)
}

/// How the labelled pairs fall into the classes of de-duplication.
fn print_duplicates(pairs: &Path, tasks: &[Record]) -> anyhow::Result<()> {
    let index = AffinityIndex::build(tasks.to_vec(), &[], Settings::default(), Thesaurus::shipped());
    let found: HashMap<(String, String), u32> = dedupe::duplicates(&index)
        .into_iter()
        .flat_map(|d| [((d.left.clone(), d.right.clone()), d.confidence), ((d.right, d.left), d.confidence)])
        .collect();
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for row in rows(pairs)? {
        let pair = (cell(&row, "up_task_id")?.to_owned(), cell(&row, "down_task_id")?.to_owned());
        let class = match found.get(&pair).copied().unwrap_or(0) {
            c if c >= dedupe::LIKELY => 0,
            c if c >= dedupe::POSSIBLE => 1,
            _ => 2,
        };
        table.entry(cell(&row, "label")?.to_owned()).or_default()[class] += 1;
    }
    println!("\nthe same task written twice: label, pairs, likely, possible, neither");
    for (label, [likely, possible, neither]) in table {
        println!("{label:<13} {:>4} {likely:>6} {possible:>6} {neither:>6}", likely + possible + neither);
    }
    Ok(())
}

/// For how many tasks each vocabulary has a suggestion.
fn print_tags(tasks: &[Record]) {
    let thesaurus = Thesaurus::shipped();
    let rules = Rules::shipped(&thesaurus);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for s in tasks.iter().flat_map(|t| rules.suggest(t, &thesaurus)).filter(|s| s.main) {
        *counts.entry(s.vocabulary).or_default() += 1;
    }
    println!("\ntag suggestions: vocabulary, tasks with a main tag, share of {}", tasks.len());
    for (vocabulary, n) in counts {
        println!("{vocabulary:<15} {n:>5} {:>6.1} %", n as f64 * 100.0 / tasks.len().max(1) as f64);
    }
}

fn print_row(
    set: &str,
    pool: &str,
    method: &str,
    half: &str,
    ranks: &BTreeMap<String, Option<usize>>,
    takes: impl Fn(&str) -> bool,
) {
    let taken: Vec<Option<usize>> = ranks.iter().filter(|(id, _)| takes(id)).map(|(_, r)| *r).collect();
    let q = Quality::of(&taken);
    println!(
        "{set:<13} {pool:<13} {method:<26} {half:<6} {:>4} {:>6.3} {:>6.3} {:>6.3}",
        q.queries, q.mrr, q.hit1, q.hit5
    );
}

fn rows(path: &Path) -> anyhow::Result<Vec<HashMap<String, String>>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("opening {}", path.display()))?;
    let headers: Vec<String> =
        reader.headers()?.iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
    reader
        .records()
        .map(|r| Ok(headers.iter().cloned().zip(r?.iter().map(str::to_owned)).collect()))
        .collect::<Result<_, csv::Error>>()
        .with_context(|| format!("reading {}", path.display()))
}

fn cell<'a>(row: &'a HashMap<String, String>, name: &str) -> anyhow::Result<&'a str> {
    row.get(name).map(String::as_str).with_context(|| format!("the column {name} is missing"))
}

fn read_tasks(path: &Path) -> anyhow::Result<Vec<Record>> {
    rows(path)?
        .iter()
        .map(|row| {
            let years = format!("{}-{}", cell(row, "first_fy")?, cell(row, "last_fy")?);
            Ok(Record {
                institution: vec![cell(row, "lead_institution")?.to_owned()],
                year: Some(Years::parse(&years).with_context(|| format!("'{years}' are no fiscal years"))?),
                ..Record::titled(cell(row, "task_id")?, cell(row, "title")?)
            })
        })
        .collect()
}

/// Name of the set of pairs that lists every later task of an institution.
const EXHAUSTIVE: &str = "exhaustive";

type Sets = Vec<(&'static str, Labels)>;

/// The labelled sets, and the later tasks that the exhaustive lists name.
fn read_pairs(path: &Path) -> anyhow::Result<(Sets, BTreeSet<String>)> {
    let (mut exhaustive, mut alike, mut listed) = (Labels::new(), Labels::new(), BTreeSet::new());
    for row in rows(path)? {
        let (up, down) = (cell(&row, "up_task_id")?.to_owned(), cell(&row, "down_task_id")?.to_owned());
        let in_full = cell(&row, "candidate_list")? == EXHAUSTIVE;
        if in_full {
            listed.insert(down.clone());
        }
        if matches!(cell(&row, "label")?, "successor" | "stage_up") {
            let set = if in_full { &mut exhaustive } else { &mut alike };
            set.entry(up).or_default().insert(down);
        }
    }
    Ok((vec![(EXHAUSTIVE, exhaustive), ("alike (L1 L2)", alike)], listed))
}

fn read_more(path: &Path) -> anyhow::Result<Labels> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut labels = Labels::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.starts_with('#') && !l.trim().is_empty()) {
        let (up, down) = line
            .split_once('\t')
            .with_context(|| format!("{}:{}: two ids with a tab are needed", path.display(), i + 1))?;
        labels.entry(up.trim().to_owned()).or_default().insert(down.trim().to_owned());
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labelled pairs and the tasks, where they lie beside the repository.
    fn public_data() -> Option<(PathBuf, PathBuf)> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).map(|d| d.join("shared/data"));
        let data = beside.into_iter().find(|d| d.join("amed_pairs/pairs.csv").exists())?;
        Some((data.join("amed_pairs/pairs.csv"), data.join("amed_tasks/tasks.csv")))
    }

    #[test]
    fn quality_on_labelled_pairs_does_not_fall() {
        let Some((pairs, tasks)) = public_data() else {
            println!("skipped: the public data is not beside the repository");
            return;
        };
        let tasks = read_tasks(&tasks).expect("the task list is readable");
        let (sets, listed) = read_pairs(&pairs).expect("the pairs are readable");
        let in_list = |_: &Record, c: &Record| listed.contains(&c.id);
        let quality = |records: &[Record]| {
            let ranks = affinity_ranks(records, &sets[0].1, &Settings::default(), in_list);
            Quality::of(&ranks.into_values().collect::<Vec<_>>())
        };
        let institution: Vec<Record> = tasks.iter().map(|t| Record { year: None, ..t.clone() }).collect();
        let title: Vec<Record> =
            institution.iter().map(|t| Record { institution: Vec::new(), ..t.clone() }).collect();
        let (by_title, with_institution) = (quality(&title), quality(&institution));
        assert!(by_title.mrr >= 0.62 && by_title.hit5 >= 0.72, "{by_title:?}");
        assert!(with_institution.mrr >= 0.90 && with_institution.hit5 >= 0.97, "{with_institution:?}");
    }
}
