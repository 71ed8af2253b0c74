//! `nakadachi match rank`: ranks candidates for every query, from files, without a database.
//!
//! Formats: `docs/affinity.md` and the schemas beside it. Both files are read and checked before the first line is written; what
//! cannot be used is named by file and line, with exit code 2 and nothing on standard output.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use rayon::prelude::*;
use serde::Serialize;

use crate::matching::affinity::{
    AffinityIndex, ConceptShare, Explanation, Match, Parts, Record, Settings, TermShare, Thesaurus, thesaurus,
};

/// Exit code for an input that cannot be used.
const BAD_INPUT: u8 = 2;

/// Queries ranked between two writes: bounds the memory of a long run.
const SLICE: usize = 1_024;

/// Rank candidates for each query: JSON lines in, JSON lines out.
#[derive(Args)]
pub struct Rank {
    /// Records to find partners for, one JSON object a line: id, title, and optionally summary, lang, institution, year, tags,
    /// people, programme. `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Records to be ranked, in the same form. A record with the query's own id is left out of its ranking.
    #[arg(long, value_name = "FILE")]
    candidates: PathBuf,
    /// Candidates per query.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// Add the shared words and concepts with their points; they add up to the parts, and the parts to the score.
    #[arg(long)]
    explain: bool,
    /// A thesaurus table instead of the one that ships with the program.
    #[arg(long, value_name = "FILE.tsv")]
    thesaurus: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    query: &'a str,
    ranking: Vec<Ranked<'a>>,
}

#[derive(Serialize)]
struct Ranked<'a> {
    id: &'a str,
    score: i32,
    parts: Parts,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<Vec<TermShare>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concepts: Option<Vec<ConceptShare>>,
}

/// Runs the command.
pub fn run(rank: &Rank) -> anyhow::Result<ExitCode> {
    let read = || -> Result<_, BadInput> {
        Ok((
            read_thesaurus(rank.thesaurus.as_deref())?,
            read_records(&rank.queries)?,
            read_records(&rank.candidates)?,
        ))
    };
    let (thesaurus, queries, candidates) = match read() {
        Ok(inputs) => inputs,
        Err(bad) => {
            eprintln!("nakadachi: {bad}");
            return Ok(ExitCode::from(BAD_INPUT));
        }
    };
    let index = AffinityIndex::build(candidates, &queries, Settings::default(), thesaurus);
    match write_rankings(rank, &index, &queries, &mut BufWriter::new(io::stdout().lock())) {
        // The reader has seen enough (head).
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        other => Ok(other.map(|()| ExitCode::SUCCESS)?),
    }
}

fn write_rankings(
    rank: &Rank,
    index: &AffinityIndex,
    queries: &[Record],
    out: &mut impl Write,
) -> io::Result<()> {
    for slice in queries.chunks(SLICE) {
        let found = index.top_k(slice, rank.top as usize);
        let why: Vec<Option<Vec<Explanation>>> = slice
            .par_iter()
            .zip(&found)
            .map(|(query, matches)| rank.explain.then(|| index.explain_matches(query, matches)))
            .collect();
        for ((query, matches), why) in slice.iter().zip(&found).zip(why) {
            let ranking = ranked(index, matches, why);
            serde_json::to_writer(&mut *out, &Line { query: &query.id, ranking })?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
    }
    Ok(())
}

fn ranked<'a>(index: &'a AffinityIndex, matches: &[Match], why: Option<Vec<Explanation>>) -> Vec<Ranked<'a>> {
    let mut why = why.map(Vec::into_iter);
    matches
        .iter()
        .map(|m| {
            let (terms, concepts) =
                why.as_mut().and_then(Iterator::next).map(|e| (e.terms, e.concepts)).unzip();
            Ranked { id: &index.records()[m.candidate].id, score: m.score, parts: m.parts, terms, concepts }
        })
        .collect()
}

/// What is wrong with an input file, and where.
#[derive(Debug, thiserror::Error)]
enum BadInput {
    #[error("{file}: {error}")]
    Unreadable { file: String, error: io::Error },
    #[error("{file}:{line}: {reason}")]
    Line { file: String, line: usize, reason: String },
}

fn read_records(path: &Path) -> Result<Vec<Record>, BadInput> {
    let file = path.display().to_string();
    if path.as_os_str() == "-" {
        return parse_records(&file, io::stdin().lock());
    }
    let opened = File::open(path).map_err(|error| BadInput::Unreadable { file: file.clone(), error })?;
    parse_records(&file, BufReader::new(opened))
}

fn parse_records(file: &str, mut reader: impl BufRead) -> Result<Vec<Record>, BadInput> {
    let mut records: Vec<Record> = Vec::new();
    let mut first_line: HashMap<String, usize> = HashMap::new();
    let mut unused: BTreeSet<String> = BTreeSet::new();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let n = reader
            .read_until(b'\n', &mut bytes)
            .map_err(|error| BadInput::Unreadable { file: file.to_owned(), error })?;
        if n == 0 {
            break;
        }
        let bad = |reason: String| BadInput::Line { file: file.to_owned(), line, reason };
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| bad("is not UTF-8".into()))?
            .trim_start_matches('\u{feff}')
            .trim();
        if text.is_empty() {
            continue;
        }
        let mut record: Record = serde_json::from_str(text).map_err(|e| bad(reason(&e)))?;
        if let Some(before) = first_line.insert(record.id.clone(), line) {
            return Err(bad(format!("the id '{}' is already used in line {before}", record.id)));
        }
        for name in std::mem::take(&mut record.unused).into_keys() {
            if unused.insert(name.clone()) {
                eprintln!("nakadachi: {file}:{line}: the field '{name}' is not used");
            }
        }
        records.push(record);
    }
    Ok(records)
}

/// The parser's reason without its own "at line 1", which would contradict the file's line.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let column = if error.column() > 0 { format!(" (column {})", error.column()) } else { String::new() };
    match text.rfind(" at line ") {
        Some(at) => format!("{}{column}", &text[..at]),
        None => text,
    }
}

fn read_thesaurus(path: Option<&Path>) -> Result<Thesaurus, BadInput> {
    let Some(path) = path else { return Ok(Thesaurus::shipped()) };
    let file = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|error| BadInput::Unreadable { file: file.clone(), error })?;
    let (entries, mut conflicts) = thesaurus::read_table(&text);
    let (thesaurus, more) = Thesaurus::build(&entries);
    conflicts.extend(more);
    for c in &conflicts {
        eprintln!("nakadachi: {file}: {c}");
    }
    Ok(thesaurus)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Record>, String> {
        parse_records("q.jsonl", text.as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn records_may_leave_out_all_but_id_and_title() {
        let read = parse("{\"id\":1,\"title\":\"a\",\"institution\":null,\"year\":\"2015-2017\",\"tags\":\"x\"}\n\n{\"id\":\"2\",\"title\":\"b\",\"institution\":[\"c\",\"d\"],\"other\":5}")
            .expect("both lines are records");
        assert_eq!(read[0].id, "1");
        assert_eq!(read[0].year.map(|y| (y.first, y.last)), Some((2015, 2017)));
        assert_eq!(read[1].institution, ["c", "d"]);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, place) in [
            ("{\"id\":\"1\"}", "q.jsonl:1: missing field `title`"),
            (
                "{\"id\":\"1\",\"title\":\"a\"}\n{\"id\":\"1\",\"title\":\"b\"}",
                "q.jsonl:2: the id '1' is already used in line 1",
            ),
            ("\n[]", "q.jsonl:2: "),
            ("{\"id\":\"\",\"title\":\"a\"}", "q.jsonl:1: id is empty"),
            ("{\"id\":\"1\",\"title\":\"a\",\"year\":20.5}", "q.jsonl:1: year must be a year"),
            (
                "{\"id\":\"1\",\"title\":\"a\",\"tags\":[1]}",
                "q.jsonl:1: institution, tags and people must be",
            ),
            ("nonsense", "q.jsonl:1: "),
        ] {
            let found = parse(text).expect_err(text);
            assert!(found.starts_with(place), "{found}");
        }
        assert!(parse_records("q", &b"\xff\xfe{}"[..]).is_err());
    }

    #[test]
    fn printed_parts_add_up_to_the_printed_score() {
        let rank =
            Rank { queries: "q".into(), candidates: "c".into(), top: 5, explain: true, thesaurus: None };
        let candidates = parse("{\"id\":\"a\",\"title\":\"がんの遺伝子治療\",\"institution\":\"東京大学\",\"year\":2020}\n{\"id\":\"b\",\"title\":\"Gene therapy of cancer\"}").expect("records");
        let queries = parse("{\"id\":\"q\",\"title\":\"癌に対する遺伝子治療薬の非臨床試験\",\"institution\":\"The University of Tokyo\",\"year\":2019}").expect("a record");
        let index = AffinityIndex::build(candidates, &queries, Settings::default(), Thesaurus::shipped());
        let mut out = Vec::new();
        write_rankings(&rank, &index, &queries, &mut out).expect("memory takes all");
        let line: serde_json::Value = serde_json::from_slice(&out).expect("one line of JSON");
        assert_eq!(line["ranking"].as_array().map(Vec::len), Some(2));
        for r in line["ranking"].as_array().expect("a list") {
            let sum: i64 = r["parts"]
                .as_object()
                .expect("parts")
                .values()
                .map(|v| v.as_i64().expect("whole points"))
                .sum();
            assert_eq!(Some(sum), r["score"].as_i64());
            let terms: i64 = r["terms"]
                .as_array()
                .expect("terms")
                .iter()
                .map(|t| t["points"].as_i64().expect("points"))
                .sum();
            assert_eq!(Some(terms), r["parts"]["text"].as_i64());
        }
        assert_eq!(line["ranking"][0]["id"], "a");
    }
}
