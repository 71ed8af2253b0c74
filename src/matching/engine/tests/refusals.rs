//! Bad input: every refusal names its place.

use crate::matching::engine::{Draft, Instance};

fn refusal(text: &str) -> String {
    Instance::from_json(text.as_bytes()).expect_err("a refusal").to_string()
}

/// An instance of one task, two programs and these pairs and further fields.
fn with(pairs: &str, more: &str) -> String {
    format!(r#"{{"left":[{{"id":"a"}}],"right":[{{"id":"p"}},{{"id":"q"}}],"pairs":[{pairs}]{more}}}"#)
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let pair = r#"{"left":"a","right":"p","value":1}"#;
    for (text, place) in [
        (String::new(), "input: not JSON"),
        ("not json".into(), "input: an object {…} was expected"),
        ("[1,2".into(), "input: an object"),
        (r#"{"left":[{"id":"a"}"#.into(), "left: not JSON: the JSON ends too early"),
        (r#"{"left":[],"right":[]}"#.into(), r#"input: field "pairs" is missing"#),
        (with(pair, "") + "x", "input: not JSON: characters after"),
        (r#"{"left":[{"id":"a"},{"id":"a"}],"right":[],"pairs":[]}"#.into(), r#"left[1].id: id "a" repeats"#),
        (r#"{"left":[{"id":1},{"id":"1"}],"right":[],"pairs":[]}"#.into(), r#"left[1].id: id "1" repeats"#),
        (r#"{"left":[{}],"right":[],"pairs":[]}"#.into(), r#"left[0]: field "id" is missing"#),
        (
            r#"{"left":[{"id":"a","min":3,"max":2}],"right":[],"pairs":[]}"#.into(),
            "left[0]: min 3 is greater than max 2",
        ),
        (
            r#"{"left":[{"id":"a","min":2}],"right":[],"pairs":[]}"#.into(),
            "left[0]: min 2 is greater than max 1; 1 unless said",
        ),
        (
            r#"{"left":[],"right":[{"id":"p","min":-1}],"pairs":[]}"#.into(),
            "right[0].min: must not be negative",
        ),
        (
            r#"{"left":[],"right":[{"id":"p","budget":-5}],"pairs":[]}"#.into(),
            "right[0].budget: an amount must not be negative",
        ),
        (
            r#"{"left":[],"right":[{"id":"p","budgte":5}],"pairs":[]}"#.into(),
            "right[0].budgte: unknown field (known here: id, min, max, budget)",
        ),
        (with(r#"{"left":"a","right":"p","value":NaN}"#, ""), "pairs[0].value: NaN"),
        (with(r#"{"left":"a","right":"p","value":-Infinity}"#, ""), "pairs[0].value: NaN"),
        (with(r#"{"left":"a","right":"p","value":1e999}"#, ""), "pairs[0].value: 1e999 exceeds"),
        (with(r#"{"left":"a","right":"p","value":"high"}"#, ""), "pairs[0].value: a number was expected"),
        (with(r#"{"left":"a","right":"p","value":01}"#, ""), "pairs[0].value: 01 is not"),
        (
            with(r#"{"left":"a","right":"p","value":1,"cost":1.5}"#, ""),
            "pairs[0].cost: 1.5 is not a whole number",
        ),
        (
            with(r#"{"left":"a","right":"p","value":1,"cost":-1}"#, ""),
            "pairs[0].cost: an amount must not be negative",
        ),
        (with(r#"{"left":"a","right":"p"}"#, ""), r#"pairs[0]: field "value" is missing"#),
        (with(r#"{"left":"b","right":"p","value":1}"#, ""), r#"pairs[0].left: unknown id "b""#),
        (with(r#"{"left":"a","right":"z","value":1}"#, ""), r#"pairs[0].right: unknown id "z""#),
        (with(&format!("{pair},{pair}"), ""), "pairs[1]: the same pair as pairs[0]"),
        (with(pair, r#","locks":[["a","q"]]"#), "locks[0]: the locked pair is not listed"),
        (with(pair, r#","forbids":[["x","p"]]"#), r#"forbids[0]: unknown id "x""#),
        (with(pair, r#","locks":[["a"]]"#), "locks[0]: a pair is [left, right]"),
        (with(pair, r#","groups":[{"id":"g","members":["p","x"]}]"#), r#"groups[0]: unknown member "x""#),
        (
            with(pair, r#","groups":[{"id":"g","members":["p"]},{"id":"h","members":["p"]}]"#),
            r#"groups[1]: "p" belongs to two groups"#,
        ),
        (
            with(pair, r#","groups":[{"id":"g","members":["h"]},{"id":"h","members":["g"]}]"#),
            "groups[0]: the group contains itself",
        ),
        (with(pair, r#","change_penalty":-1"#), "change_penalty: must not be negative"),
        (with(pair, &format!(r#","note":{}"#, "[".repeat(100))), "nested too deeply"),
        (with(pair, r#","left":[]"#), r#"field "left" appears twice"#),
        (with(pair, r#","locsk":[]"#), "locsk: unknown field (known here: left, right, pairs"),
        (with(pair, r#","left_prefs":{"a":["p","x"]}"#), r#"left_prefs, list 1: unknown id "x""#),
        (with(&format!("{pair},"), ""), "pairs[1]: an object {…} was expected"),
        (with(pair, ","), "a field name (a string) was expected"),
        ("\u{feff}{".into(), "input: not JSON"),
        (with(r#"{"left":"a","right":"p","value":1.}"#, ""), "pairs[0].value: 1. is not a number"),
        (with(r#"{"left":"a","right":"p","value":+1}"#, ""), "pairs[0].value: a number was expected"),
        (with(r#"{"left":"a","right":"p","value":null}"#, ""), "pairs[0].value: a number was expected"),
        (with(r#"{"left":"a","right":"p","value":1000000001}"#, ""), "exceeds the limit of 1000000000"),
        (with(r#"{"left":"a","right":"p","value":1,"cost":1e16}"#, ""), "pairs[0].cost: 1e16 exceeds"),
        (with(r#"{"left":"a","right":null,"value":1}"#, ""), "pairs[0].right: an id"),
        (with(r#"{"left":"a","right":"","value":1}"#, ""), "pairs[0].right: the id is empty"),
        (
            with(r#"{"left":"a","left":"a","right":"p","value":1}"#, ""),
            r#"pairs[0]: field "left" appears twice"#,
        ),
    ] {
        let refusal = refusal(&text);
        assert!(refusal.contains(place), "{text}\n{refusal}\n{place}");
    }
}

#[test]
fn remarks_are_passed_over_and_order_of_fields_is_free() {
    let text = r#" {"note":{"x":[1,"]"]},"pairs":[{"cost":0,"value":0.5,"right":7,"left":"ア\n"}],
        "right":[{"id":7,"title":"second","max":null,"budget":null}],"left":[{"id":"\u30a2\n","_x":1}]} "#;
    let instance = Instance::from_json(text.as_bytes()).expect("readable");
    assert_eq!(
        (instance.left[0].id.as_str(), instance.right[0].id.as_str(), instance.pairs[0].value),
        ("ア\n", "7", 500_000_000)
    );
    assert_eq!(Instance::from_json(instance.to_json().as_bytes()).expect("readable"), instance);
    // Saved by an editor of another system: a mark in front, other line ends, remarks of its own.
    let text = format!(
        "\u{feff}{}",
        text.replace('\n', "\r\n").replace(r#""note""#, r#""owner":"x","checked":true,"note""#)
    );
    assert_eq!(Instance::from_json(text.as_bytes()).expect("readable"), instance);
}

#[test]
fn other_encodings_are_named() {
    let text: Vec<u8> = "{\"left\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let refusal = |bytes: &[u8]| Instance::from_json(bytes).expect_err("a refusal").to_string();
    assert!(refusal(&[&[0xff, 0xfe][..], &text].concat()).contains("looks like UTF-16"));
    assert!(refusal(b"{\"left\":[{\"id\":\"\x83\x5e\"}]}").contains("not valid UTF-8"));
}

/// Writes more pairs than allowed without holding them.
struct Endless {
    at: usize,
    rest: Vec<u8>,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.len() < buffer.len() {
            let (l, r) = (self.at / 4000, self.at % 4000);
            self.at += 1;
            self.rest.extend_from_slice(format!(r#"{{"left":{l},"right":{r},"value":1}},"#).as_bytes());
        }
        let length = buffer.len();
        buffer.copy_from_slice(&self.rest[..length]);
        self.rest.drain(..length);
        Ok(length)
    }
}

#[test]
fn too_many_pairs_are_refused_while_reading() {
    use std::io::Read;
    let text = r#"{"pairs":["#.as_bytes().chain(Endless { at: 0, rest: Vec::new() });
    let refusal = Instance::from_json_into(Draft::limited(50_000), text).expect_err("too many").to_string();
    assert!(refusal.starts_with("pairs[50000]: more than 50000 pairs"), "{refusal}");
}
