//! `nakadachi match …` as an auditor meets it: what goes in, what comes out, and with which exit code.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs a command; `files` are written to a folder of their own and stand in the arguments by name.
fn run(arguments: &[&str], files: &[(&str, &[u8])]) -> Ran {
    let folder = Folder::new();
    for (name, bytes) in files {
        std::fs::write(folder.0.join(name), bytes).expect("writing a file of the test");
    }
    let ran = Command::new(env!("CARGO_BIN_EXE_nakadachi"))
        .arg("match")
        .args(arguments)
        .current_dir(&folder.0)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) }
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("nakadachi-match-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Two tasks, two programs; the fields given replace those of the base.
fn instance(changed: &Value) -> String {
    let mut base = json!({
        "left": [{"id": "a"}, {"id": "b"}],
        "right": [{"id": "p", "max": 1}, {"id": "q"}],
        "pairs": [
            {"left": "a", "right": "p", "value": 1, "cost": 5},
            {"left": "b", "right": "p", "value": 2, "cost": 3},
            {"left": "a", "right": "q", "value": 0.5}
        ]
    });
    for (name, value) in changed.as_object().expect("fields") {
        base[name] = value.clone();
    }
    base.to_string()
}

fn solved(text: &str, objective: &str) -> Value {
    let ran = run(&["solve", "i.json", "--objective", objective], &[("i.json", text.as_bytes())]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{text}");
    let solution: Value = serde_json::from_str(&ran.out).expect("JSON");
    let verified =
        run(&["verify", "i.json", "s.json"], &[("i.json", text.as_bytes()), ("s.json", ran.out.as_bytes())]);
    assert_eq!(verified.code, 0, "{text}\n{}\n{}{}", ran.out, verified.out, verified.err);
    solution
}

fn kinds(solution: &Value) -> Vec<&str> {
    let members = solution["conflict"].as_array().expect("a list");
    members.iter().filter_map(|member| member["kind"].as_str()).collect()
}

#[test]
fn what_cannot_be_used_is_named_and_nothing_is_printed() {
    let plain = instance(&json!({}));
    let replaced = |from: &str, to: &str| plain.replacen(from, to, 1).into_bytes();
    let changed = |fields: Value| instance(&fields).into_bytes();
    let inputs: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "input: not JSON"),
        (b"hello".to_vec(), "an object"),
        (vec![b'['; 100_000], "an object"),
        (b"\0\0".to_vec(), "an object"),
        (b"{\"left\":[{\"id\":\"a\"}".to_vec(), "ends too early"),
        (format!("{plain} x").into_bytes(), "characters after the end"),
        (replaced("}]", "},]"), "was expected"),
        (replaced("0.5", "NaN"), "pairs[2].value: NaN"),
        (replaced("0.5", "1e400"), "pairs[2].value: 1e400 exceeds"),
        (replaced("0.5", "-Infinity"), "pairs[2].value: NaN and Infinity"),
        (changed(json!({"left": [{"id": "a"}, {"id": "a"}]})), "left[1].id"),
        (changed(json!({"left": [{"min": 0}]})), "left[0]: field \"id\" is missing"),
        (changed(json!({"right": [{"id": "p", "min": 3, "max": 2}, {"id": "q"}]})), "right[0]: min 3"),
        (changed(json!({"right": [{"id": "p", "budget": -1}, {"id": "q"}]})), "right[0].budget"),
        (changed(json!({"right": [{"id": "p", "max": 1e12}, {"id": "q"}]})), "right[0].max"),
        (changed(json!({"pairs": [{"left": "z", "right": "p", "value": 1}]})), "pairs[0].left: unknown id"),
        (changed(json!({"pairs": [{"left": "a", "right": "z", "value": 1}]})), "pairs[0].right: unknown id"),
        (changed(json!({"locks": [["z", "p"]]})), "locks[0]: unknown id"),
        (changed(json!({"locks": [["b", "q"]]})), "locks[0]: the locked pair is not listed"),
        (changed(json!({"forbids": [["a", "z"]]})), "forbids[0]: unknown id"),
        (changed(json!({"limit": 3})), "limit: unknown field"),
    ];
    for (bytes, place) in inputs {
        let ran = run(&["solve", "i.json"], &[("i.json", &bytes)]);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(place) && ran.err.contains("i.json"), "{text}\n{}", ran.err);
    }
    for arguments in
        [&["solve", "none.json"][..], &["verify", "none.json", "none.json"], &["replay", "none.json"]]
    {
        let ran = run(arguments, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("none.json"), "{}", ran.err);
    }
    for (text, words) in [("", "EOF"), ("{}", "missing field"), ("[1]", "invalid")] {
        let ran = run(&["replay", "r.json"], &[("r.json", text.as_bytes())]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn unusual_but_fair_input_is_taken() {
    let plain = instance(&json!({}));
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<Value>(&plain).expect("JSON")).expect("text");
    for text in [
        format!("\u{feff}{plain}"),
        pretty.replace('\n', "\r\n"),
        plain.replace("0.5", &format!("0.5{}", "0".repeat(1000))),
        instance(&json!({"label": "x", "owner": null, "checked": true, "seed": 4})),
        instance(&json!({"left": [{"id": "a", "max": null, "min": null}, {"id": "b"}]})),
        instance(&json!({"right": [{"id": "p", "max": 1.0, "budget": null}, {"id": "q", "max": null}]})),
        instance(&json!({"locks": [["b", "p"], ["b", "p"]], "forbids": [["b", "q"]]})),
    ] {
        let solution = solved(&text, "max-sum");
        assert_eq!((&solution["status"], &solution["objective"]), (&json!("optimal"), &json!(2.5)), "{text}");
    }
    for empty in [json!({"pairs": []}), json!({"left": [], "right": [], "pairs": []})] {
        for objective in ["max-sum", "bottleneck", "stable"] {
            assert_eq!(solved(&instance(&empty), objective)["status"], json!("optimal"));
        }
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_said_before_solving() {
    let text = instance(&json!({}));
    let ran = run(&["solve", "i.json", "--output", "missing/o.json"], &[("i.json", text.as_bytes())]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("missing/o.json: cannot be written"), "{}", ran.err);
}

#[test]
fn locks_that_cannot_be_kept_are_a_conflict_in_words() {
    for (fields, conflict, words) in [
        (
            json!({"locks": [["a", "p"]], "forbids": [["a", "p"]]}),
            vec!["lock", "forbid"],
            "a → p is forbidden",
        ),
        (json!({"locks": [["a", "p"], ["b", "p"]]}), vec!["right_max", "lock", "lock"], "p takes at most 1"),
        (json!({"locks": [["a", "p"], ["a", "q"]]}), vec!["left_max", "lock", "lock"], "a goes to at most 1"),
        (
            json!({"right": [{"id": "p", "budget": 4}, {"id": "q"}], "locks": [["a", "p"]]}),
            vec!["right_budget", "lock"],
            "p spends at most 4 yen",
        ),
    ] {
        for objective in ["max-sum", "bottleneck", "stable"] {
            let solution = solved(&instance(&fields), objective);
            assert_eq!(
                (&solution["status"], kinds(&solution)),
                (&json!("infeasible"), conflict.clone()),
                "{fields}"
            );
            assert!(solution["conflict"].to_string().contains(words), "{solution}");
        }
    }
}

#[test]
fn values_of_many_digits_are_summed_within_a_millionth() {
    let value = |l: usize, r: usize| ((l * 7919 + r * 104_729) % 1_000_003) as f64 / 1_000_003.0;
    let pairs: Vec<Value> = (0..60)
        .flat_map(|l| (0..8).map(move |r| (l, r)))
        .map(|(l, r)| json!({"left": l, "right": r, "value": value(l, r)}))
        .collect();
    let left: Vec<Value> = (0..60).map(|l| json!({"id": l})).collect();
    let right: Vec<Value> = (0..8).map(|r| json!({"id": r, "max": 5})).collect();
    let text = json!({"left": left, "right": right, "pairs": pairs}).to_string();
    let solution = solved(&text, "max-sum");
    let id = |link: &Value, side: &str| link[side].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let sum: f64 = solution["assignment"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|link| value(id(link, "left"), id(link, "right")))
        .sum();
    assert!((sum - solution["objective"].as_f64().expect("a number")).abs() < 1e-6);
}

#[test]
fn a_changed_solution_is_refuted_with_its_reason() {
    let text = instance(&json!({}));
    let solution = solved(&text, "max-sum");
    let verify = |change: &dyn Fn(&mut Value)| {
        let mut other = solution.clone();
        change(&mut other);
        run(
            &["verify", "i.json", "s.json"],
            &[("i.json", text.as_bytes()), ("s.json", other.to_string().as_bytes())],
        )
    };
    assert_eq!(verify(&|s| s["seconds"] = json!(7.5)).code, 0, "the time it took is no claim");
    let pair = |left: &str, right: &str| json!({"left": left, "right": right});
    type Change<'a> = &'a dyn Fn(&mut Value);
    let cases: [(Change<'_>, &str); 9] = [
        (&|s| s["objective"] = json!(3), "the objective is wrong"),
        (&|s| s["bound"] = json!(2), "status does not fit"),
        (&|s| s["status"] = json!("feasible"), "status does not fit"),
        (&|s| s["assignment"] = json!([pair("a", "p"), pair("b", "p")]), "p has 2, more than its maximum 1"),
        (&|s| s["assignment"] = json!([pair("b", "q")]), "is not an allowed pair"),
        (&|s| s["assignment"] = json!([pair("b", "p"), pair("b", "p")]), "appears twice"),
        (&|s| s["certificate"] = Value::Null, "there is no certificate"),
        (&|s| s["certificate"]["digest"] = json!("00"), "digest does not match"),
        (&|s| s["remark"] = json!("!"), "digest does not match"),
    ];
    for (change, reason) in cases {
        let ran = verify(change);
        assert_eq!(ran.code, 1, "{reason}: {}{}", ran.out, ran.err);
        assert!(ran.out.starts_with("refuted: ") && ran.out.contains(reason), "{}", ran.out);
    }
}

#[test]
fn a_time_limit_ends_a_search_with_what_is_proven() {
    let pairs: Vec<Value> = (0..150usize)
        .flat_map(|l| (0..20).map(move |r| (l, r)))
        .map(|(l, r)| {
            let value = ((l * 7919 + r * 104_729) % 10_007) as f64 / 10_007.0;
            json!({"left": l, "right": r, "value": value, "cost": 5 + (l * 31 + r * 17) % 41})
        })
        .collect();
    let left: Vec<Value> = (0..150).map(|l| json!({"id": l})).collect();
    let right: Vec<Value> = (0..20).map(|r| json!({"id": r, "max": 6, "budget": 97})).collect();
    let text = json!({"left": left, "right": right, "pairs": pairs}).to_string();
    for limit in ["0", "1"] {
        let begun = std::time::Instant::now();
        let ran = run(&["solve", "i.json", "--time-limit", limit], &[("i.json", text.as_bytes())]);
        assert!(begun.elapsed().as_secs() < 60, "an unoptimised build on a busy machine, but still");
        let solution: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert!(solution["bound"].as_f64() >= solution["objective"].as_f64(), "{}", ran.out);
        let verified = run(
            &["verify", "i.json", "s.json"],
            &[("i.json", text.as_bytes()), ("s.json", ran.out.as_bytes())],
        );
        assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    }
}

#[test]
fn standard_input_is_read_and_answers_are_the_same_bytes() {
    let text = instance(&json!({"right": [{"id": "p", "max": 2, "budget": 7}, {"id": "q"}]}));
    let once = || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nakadachi"))
            .args(["match", "solve", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
        let out = String::from_utf8(child.wait_with_output().expect("it ends").stdout).expect("UTF-8");
        let end = out.find(r#","seconds""#).expect("seconds come last");
        out[..end].to_owned()
    };
    assert_eq!(once(), once());
}
